//! `GlobalMaxPooling…` and `GlobalAveragePooling…`.

use super::Kind;
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, flag};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

macro_rules! global {
    ($($constant:ident $class:literal $alias:literal $kind:ident $spatial:literal $doc:literal;)*) => {
        $(pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$alias],
            bases: &["Layer"],
            signature: Signature::new(&[DATA_FORMAT, flag("keepdims", false)]).with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, Kind::$kind, $spatial),
            methods: &[],
        };)*
    };
}

global! {
    GLOBAL_AVERAGE1D "GlobalAveragePooling1D" "GlobalAvgPool1D" Average 1
        "The mean over the steps; masked steps do not count.";
    GLOBAL_AVERAGE2D "GlobalAveragePooling2D" "GlobalAvgPool2D" Average 2 "The mean over height and width.";
    GLOBAL_AVERAGE3D "GlobalAveragePooling3D" "GlobalAvgPool3D" Average 3 "The mean over all places.";
    GLOBAL_MAX1D "GlobalMaxPooling1D" "GlobalMaxPool1D" Max 1 "The largest element over the steps.";
    GLOBAL_MAX2D "GlobalMaxPooling2D" "GlobalMaxPool2D" Max 2 "The largest element over height and width.";
    GLOBAL_MAX3D "GlobalMaxPooling3D" "GlobalMaxPool3D" Max 3 "The largest element over all places.";
}

#[derive(Debug)]
struct GlobalPool {
    kind: Kind,
    spatial: usize,
    channels_last: bool,
    keepdims: bool,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, kind: Kind, spatial: usize) -> Result<Value> {
    let (channels_last, keepdims) = (common::channels_last(args)?, args.bool("keepdims")?);
    LayerObject::value(interp, class, args, GlobalPool { kind, spatial, channels_last, keepdims })
}

impl GlobalPool {
    /// The mean over the steps that `mask`, `bool[batch, steps]`, marks.
    fn masked_mean(&self, t: &mut Tracer, x: &Tensor, mask: &Tensor, steps: usize) -> Result<Tensor> {
        let mask = t.expand_dims(mask, &[if self.channels_last { 2 } else { 1 }])?;
        let zero = t.weak(0.0)?;
        let kept = t.select(&mask, x, &zero)?;
        let sum = t.sum(&kept, &[steps], self.keepdims)?;
        let mask = t.convert(&mask, x.dtype())?;
        let count = t.sum(&mask, &[steps], self.keepdims)?;
        t.div(&sum, &count)
    }
}

impl Layer for GlobalPool {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let first = if self.channels_last { 1 } else { 2 };
        let axes: Vec<usize> = (first..first + self.spatial).collect();
        let mask = match cx.optional(1, "mask") {
            Some(mask) => Some(cx.interp.to_tensor(&mask)?),
            None => x.mask().cloned(),
        };
        let t = &mut cx.interp.tracer;
        Ok(Value::Tensor(match (self.kind, mask) {
            (Kind::Average, Some(mask)) if self.spatial == 1 => self.masked_mean(t, &x, &mask, first)?,
            (Kind::Average, _) => t.mean(&x, &axes, self.keepdims)?,
            (Kind::Max, _) => t.max(&x, &axes, self.keepdims)?,
        }))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let dims = common::dimensions(self.spatial, self.channels_last);
        common::expect_rank(layer, inputs, self.spatial + 2, dims)
    }
}

//! `Cropping1D`, `Cropping2D`, `Cropping3D`.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::Value;

macro_rules! cropping {
    ($constant:ident $class:literal $spatial:literal [$($params:expr),*], $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Layer"],
            signature: Signature::new(&[$($params),*]).with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

const fn amount(default: Default) -> Param {
    Param::new("cropping", default)
}

cropping!(
    CROPPING1D "Cropping1D" 1 [amount(Default::Ints(&[1, 1]))], "Takes steps away at both ends."
);
cropping!(CROPPING2D "Cropping2D" 2 [amount(Default::Ints(&[0, 0])), DATA_FORMAT], "Takes borders of images away.");
cropping!(
    CROPPING3D "Cropping3D" 3 [amount(Default::Ints(&[1, 1, 1])), DATA_FORMAT], "Takes borders of volumes away."
);

#[derive(Debug)]
struct Cropping {
    edges: Vec<(usize, usize)>,
    channels_last: bool,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let edges = super::edges(args, "cropping", spatial)?;
    let channels_last = if spatial == 1 { true } else { common::channels_last(args)? };
    LayerObject::value(interp, class, args, Cropping { edges, channels_last })
}

impl Layer for Cropping {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let mut x = cx.input()?;
        let first = if self.channels_last { 1 } else { 2 };
        for (i, &(low, high)) in self.edges.iter().enumerate() {
            let n = x.shape()[first + i];
            x = cx.interp.tracer.slice_axis(&x, first + i, low, n - high)?;
        }
        Ok(Value::Tensor(x))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.edges.len();
        common::expect_rank(layer, inputs, spatial + 2, common::dimensions(spatial, self.channels_last))?;
        let sizes = inputs.iter().flat_map(|shape| &shape[if self.channels_last { 1 } else { 2 }..]);
        let left = |(&(low, high), n): (&(usize, usize), &Option<usize>)| n.is_none_or(|n| low + high < n);
        if self.edges.iter().zip(sizes).all(left) {
            return Ok(());
        }
        let found = inputs.first().map(|shape| as_tuple(shape).to_string()).unwrap_or_default();
        let message = format!("layer `{}` takes {:?} away from {found}: nothing is left", layer.name(), self.edges);
        Err(Error::shape(message))
    }
}

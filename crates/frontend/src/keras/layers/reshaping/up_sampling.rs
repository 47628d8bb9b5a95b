//! `UpSampling1D`, `UpSampling2D`, `UpSampling3D`.

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, string};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::Resampling;
use crate::value::Value;

pub(in crate::keras::layers) static UP_SAMPLING1D: ClassDecl = ClassDecl {
    name: "UpSampling1D",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("size", Default::Int(2))]).with(COMMON),
    doc: "Each step `size` times.",
    new: |interp, args| new(interp, args, &UP_SAMPLING1D, 1, true, Resampling::Nearest),
    methods: &[],
};

pub(in crate::keras::layers) static UP_SAMPLING2D: ClassDecl = ClassDecl {
    name: "UpSampling2D",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("size", Default::Ints(&[2, 2])),
        DATA_FORMAT,
        string("interpolation", "nearest"),
    ])
    .with(COMMON),
    doc: "Images enlarged by whole factors, by repetition or (`\"bilinear\"`) by interpolation.",
    new: |interp, args| {
        let method = common::interpolation(args)?;
        let channels_last = common::channels_last(args)?;
        new(interp, args, &UP_SAMPLING2D, 2, channels_last, method)
    },
    methods: &[],
};

pub(in crate::keras::layers) static UP_SAMPLING3D: ClassDecl = ClassDecl {
    name: "UpSampling3D",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("size", Default::Ints(&[2, 2, 2])), DATA_FORMAT]).with(COMMON),
    doc: "Each place of volumes `size` times along each dimension.",
    new: |interp, args| {
        let channels_last = common::channels_last(args)?;
        new(interp, args, &UP_SAMPLING3D, 3, channels_last, Resampling::Nearest)
    },
    methods: &[],
};

#[derive(Debug)]
struct UpSampling {
    size: Vec<usize>,
    channels_last: bool,
    method: Resampling,
}

fn new(
    interp: &mut Interp,
    args: &mut Bound,
    class: &'static ClassDecl,
    spatial: usize,
    channels_last: bool,
    method: Resampling,
) -> Result<Value> {
    let size = common::positive_sizes(args, "size", spatial)?;
    LayerObject::value(interp, class, args, UpSampling { size, channels_last, method })
}

impl Layer for UpSampling {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let first = if self.channels_last { 1 } else { 2 };
        let mut shape = x.shape().to_vec();
        for (n, factor) in shape.iter_mut().skip(first).zip(&self.size) {
            *n = n.saturating_mul(*factor);
        }
        let x = cx.interp.tracer.resize(&x, &shape, self.method, false)?;
        Ok(Value::Tensor(x))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.size.len();
        common::expect_rank(layer, inputs, spatial + 2, common::dimensions(spatial, self.channels_last))
    }
}

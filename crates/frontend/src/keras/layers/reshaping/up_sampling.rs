//! `UpSampling1D`, `UpSampling2D`, `UpSampling3D`.

use keramos_ir::ops::DotDims;
use keramos_ir::{Array, Buffer};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, string};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(in crate::keras::layers) static UP_SAMPLING1D: ClassDecl = ClassDecl {
    name: "UpSampling1D",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("size", Default::Int(2))]).with(COMMON),
    doc: "Each step `size` times.",
    new: |interp, args| new(interp, args, &UP_SAMPLING1D, 1, true, false),
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
        let all = &["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"];
        let interpolation = args.one_of("interpolation", all)?;
        if !["nearest", "bilinear"].contains(&interpolation) {
            let message = format!("interpolation \"{interpolation}\" of UpSampling2D() is not supported yet");
            return Err(Error::unsupported(message).help("use \"nearest\" or \"bilinear\""));
        }
        let channels_last = common::channels_last(args)?;
        new(interp, args, &UP_SAMPLING2D, 2, channels_last, interpolation == "bilinear")
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
        new(interp, args, &UP_SAMPLING3D, 3, channels_last, false)
    },
    methods: &[],
};

#[derive(Debug)]
struct UpSampling {
    size: Vec<usize>,
    channels_last: bool,
    bilinear: bool,
}

fn new(
    interp: &mut Interp,
    args: &mut Bound,
    class: &'static ClassDecl,
    spatial: usize,
    channels_last: bool,
    bilinear: bool,
) -> Result<Value> {
    let size = common::positive_sizes(args, "size", spatial)?;
    LayerObject::value(interp, class, args, UpSampling { size, channels_last, bilinear })
}

/// How much each of `n` elements counts in each of `n·factor` places, `f32[n, n·factor]`: places and
/// elements have their centres at half-integers, and weights fall linearly with the distance. At the
/// ends, where a neighbour is missing, the other one has the whole weight.
fn weights(n: usize, factor: usize) -> Result<Array> {
    let places = n * factor;
    let mut weights = vec![0f32; n * places];
    for place in 0..places {
        let centre = (place as f64 + 0.5) / factor as f64 - 0.5;
        let raw: Vec<f64> = (0..n).map(|i| (1.0 - (centre - i as f64).abs()).max(0.0)).collect();
        let total: f64 = raw.iter().sum();
        for (i, w) in raw.into_iter().enumerate() {
            weights[i * places + place] = (w / total) as f32;
        }
    }
    Ok(Array::new([n, places], Buffer::F32(weights))?)
}

/// Enlarges dimension `axis` by linear interpolation.
fn interpolate(t: &mut Tracer, x: &Tensor, axis: usize, factor: usize) -> Result<Tensor> {
    let weights = t.constant(weights(x.shape()[axis], factor)?)?;
    let weights = t.convert(&weights, x.dtype())?;
    let y = t.dot_general(x, &weights, DotDims::contracting([axis], [0]))?;
    t.move_axis(&y, x.rank() - 1, axis)
}

impl Layer for UpSampling {
    fn build(&self, _: &mut Build<'_>, _: &[SymbolicShape]) -> Result<()> {
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let mut x = cx.input()?;
        let first = if self.channels_last { 1 } else { 2 };
        for (i, &factor) in self.size.iter().enumerate() {
            let t = &mut cx.interp.tracer;
            x = match factor {
                1 => x,
                _ if self.bilinear => interpolate(t, &x, first + i, factor)?,
                _ => t.repeat(&x, factor, first + i)?,
            };
        }
        Ok(Value::Tensor(x))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.size.len();
        common::expect_rank(layer, inputs, spatial + 2, common::dimensions(spatial, self.channels_last))
    }
}

//! Normalisation layers.

mod batch;
mod group;
mod layer;
mod renorm;
mod rms;
mod unit;

pub(super) use batch::BATCH_NORMALIZATION;
pub(super) use group::GROUP_NORMALIZATION;
pub(super) use layer::LAYER_NORMALIZATION;
pub(super) use rms::RMS_NORMALIZATION;
pub(super) use unit::UNIT_NORMALIZATION;

use keramos_ir::DType;

use super::common;
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{Build, Call};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, Default, Param};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};

/// `epsilon` with Keras's default.
const EPSILON: Param = Param::new("epsilon", Default::Float(1e-3));

/// The weights `gamma` and `beta` that follow a normalisation.
#[derive(Debug)]
struct Affine {
    gamma: Option<Weight>,
    beta: Option<Weight>,
}

impl Affine {
    fn new(interp: &mut Interp, args: &Bound) -> Result<Affine> {
        let beta = Weight::from_args(interp, args, "beta")?;
        let gamma = Weight::from_args(interp, args, "gamma")?;
        Ok(Affine { gamma: args.bool("scale")?.then_some(gamma), beta: args.bool("center")?.then_some(beta) })
    }

    fn build(&self, build: &mut Build<'_>, shape: &[usize]) {
        if let Some(gamma) = &self.gamma {
            build.add_exact_weight("gamma", shape, gamma, true);
        }
        if let Some(beta) = &self.beta {
            build.add_exact_weight("beta", shape, beta, true);
        }
    }
}

/// The shape of the weights of a normalisation over `axes` as given. Keras sorts them before it counts
/// negative ones from the front, so that `[1, -1]` has the last axis first.
fn weight_shape(build: &Build<'_>, inputs: &[SymbolicShape], axes: &[i64]) -> Result<Vec<usize>> {
    axes_indices(Some(axes), inputs.first().map_or(0, Vec::len))?;
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    sorted.iter().map(|&axis| common::known(build.object, inputs, axis)).collect()
}

/// (x − mean)/√(variance + ε)·gamma + beta in the order of operations of Keras on JAX; gamma and beta
/// are reshaped to `shape`.
fn normalise(
    cx: &mut Call<'_>,
    x: &Tensor,
    (mean, variance): (&Tensor, &Tensor),
    epsilon: f64,
    shape: &[usize],
) -> Result<Tensor> {
    let (gamma, beta) = (weight(cx, "gamma", x, shape)?, weight(cx, "beta", x, shape)?);
    normalise_with(&mut cx.interp.tracer, x, (mean, variance), epsilon, (gamma, beta))
}

/// The weight `gamma` or `beta`, if the layer has it, in the type of `x`, reshaped.
fn weight(cx: &mut Call<'_>, name: &str, x: &Tensor, shape: &[usize]) -> Result<Option<Tensor>> {
    if !cx.has_weight(name) {
        return Ok(None);
    }
    let weight = cx.weight(name)?;
    let weight = cx.interp.tracer.reshape(&weight, shape)?;
    Ok(Some(cx.interp.tracer.convert(&weight, x.dtype())?))
}

/// As [`normalise`], with the given gamma and beta.
fn normalise_with(
    t: &mut Tracer,
    x: &Tensor,
    (mean, variance): (&Tensor, &Tensor),
    epsilon: f64,
    (gamma, beta): (Option<Tensor>, Option<Tensor>),
) -> Result<Tensor> {
    let shifted = t.add_scalar(variance, epsilon)?;
    let mut scale = t.rsqrt(&shifted)?;
    if let Some(gamma) = gamma {
        scale = t.mul(&scale, &gamma)?;
    }
    let negative = t.neg(mean)?;
    let mut offset = t.mul(&negative, &scale)?;
    if let Some(beta) = beta {
        offset = t.add(&offset, &beta)?;
    }
    let scaled = t.mul(x, &scale)?;
    t.add(&scaled, &offset)
}

/// `x` in at least `f32`, in which statistics neither overflow nor lose digits.
fn widen(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    if x.dtype() == DType::F64 { Ok(x.clone()) } else { t.convert(x, DType::F32) }
}

//! Layers that add noise in training.

mod activity;
mod dropout;
mod gaussian_noise;
mod spatial_dropout;

pub(super) use activity::ACTIVITY_REGULARIZATION;
pub(super) use dropout::DROPOUT;
pub(super) use gaussian_noise::GAUSSIAN_NOISE;
pub(super) use spatial_dropout::{SPATIAL_DROPOUT1D, SPATIAL_DROPOUT2D, SPATIAL_DROPOUT3D};

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Call, LayerObject};
use crate::keras::seed_generator;
use crate::keras::variable::VariableId;
use crate::library::Bound;
use crate::trace::Tensor;

/// A probability: a number from 0 to 1.
fn rate(args: &Bound, name: &str) -> Result<f64> {
    let rate = args.f64(name)?;
    if (0.0..=1.0).contains(&rate) {
        return Ok(rate);
    }
    Err(Error::argument(format!("`{name}` of {}() must be a number from 0 to 1, found {rate}", args.function())))
}

/// Gives `layer` a seed generator (Keras's `SeedGenerator`): a `u32[2]` variable that starts at
/// `[seed, 0]`. Without the argument `seed`, one is drawn now.
fn add_seed_generator(interp: &mut Interp, args: &Bound, layer: &Rc<LayerObject>) -> Result<()> {
    let id = seed_state(interp, args)?;
    layer.seeds.borrow_mut().push(id);
    Ok(())
}

/// The state of a new seed generator from the argument `seed`.
pub(super) fn seed_state(interp: &mut Interp, args: &Bound) -> Result<VariableId> {
    let seed = seed_generator::seed_of(interp, args)?;
    let name = interp.names.unique("SeedGenerator");
    seed_generator::state(interp, &name, seed)
}

/// The layer's seed state as a key; the state counts on by one.
fn next_key(cx: &mut Call<'_>) -> Result<Tensor> {
    let id = cx.object.seeds.borrow().first().copied();
    let id = id.ok_or_else(|| Error::internal(format!("{} has no seed generator", cx.object.class_name)))?;
    seed_generator::next_key(cx.interp, id)
}

/// Keeps each element of `noise_shape`, broadcast to `x`, with probability 1 − rate, divided by that;
/// the others become 0.
pub(super) fn drop_out(cx: &mut Call<'_>, x: &Tensor, rate: f64, noise_shape: &[usize]) -> Result<Tensor> {
    let zeros = cx.interp.tracer.full(x.ty(), 0.0)?;
    if rate == 1.0 {
        return Ok(zeros);
    }
    let key = next_key(cx)?;
    let t = &mut cx.interp.tracer;
    let kept = t.random_bernoulli(&key, noise_shape, 1.0 - rate)?;
    let kept = t.broadcast_to(&kept, x.shape())?;
    let scaled = t.div_scalar(x, 1.0 - rate)?;
    t.select(&kept, &scaled, &zeros)
}

//! Layers that add noise in training.

mod dropout;
mod gaussian_noise;
mod spatial_dropout;

pub(super) use dropout::DROPOUT;
pub(super) use gaussian_noise::GAUSSIAN_NOISE;
pub(super) use spatial_dropout::{SPATIAL_DROPOUT1D, SPATIAL_DROPOUT2D, SPATIAL_DROPOUT3D};

use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Call, LayerObject};
use crate::keras::variable::Role;
use crate::library::Bound;
use crate::trace::Tensor;
use crate::value::Value;

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
    let seed = match args.get("seed")? {
        Value::None => interp.seeds.draw(),
        Value::Int(seed) => {
            u32::try_from(*seed).map_err(|_| args.invalid("seed", "an integer from 0 up to 4294967295, or None"))?
        }
        other => {
            let message = format!("a {} as `seed` is not supported yet", other.type_name());
            return Err(Error::unsupported(message).help("pass an integer"));
        }
    };
    let start = Value::Array(Rc::new(Array::new([2], Buffer::U32(vec![seed, 0]))?));
    let name = interp.names.unique("SeedGenerator");
    interp.tracer.push_scope(name);
    let id = interp.add_variable("seed_generator_state", TensorType::new(DType::U32, [2]), start, Role::Seed);
    interp.tracer.pop_scope();
    interp.variables.get_mut(id).trainable = false;
    layer.seeds.borrow_mut().push(id);
    Ok(())
}

/// The layer's seed state as a key; the state counts on by one.
fn next_key(cx: &mut Call<'_>) -> Result<Tensor> {
    let id = cx.object.seeds.borrow().first().copied();
    let id = id.ok_or_else(|| Error::internal(format!("{} has no seed generator", cx.object.class_name)))?;
    let state = cx.interp.read_variable(id)?;
    let t = &mut cx.interp.tracer;
    let step = t.constant(Array::new([2], Buffer::U32(vec![0, 1]))?)?;
    let next = t.add(&state, &step)?;
    cx.interp.state.assign(id, next);
    Ok(state)
}

/// Keeps each element of `noise_shape`, broadcast to `x`, with probability 1 − rate, divided by that;
/// the others become 0.
fn drop_out(cx: &mut Call<'_>, x: &Tensor, rate: f64, noise_shape: &[usize]) -> Result<Tensor> {
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

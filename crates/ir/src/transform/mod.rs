//! Automatic differentiation, function to function, in JAX's way.
//!
//! One forward transform and one transposition give everything:
//!
//! - [`jvp()`] pushes tangents forward; each primitive states its `jvp` rule,
//! - [`linearize()`] is `jvp` followed by a split of the equations into those that do not depend on a
//!   tangent (they run first, and hand over residuals) and those that do (a linear function),
//! - [`transpose()`] runs a linear function backwards; each linear primitive states its `transpose` rule,
//! - [`vjp()`] and [`value_and_grad()`] are `jvp` followed by transposition of its tangent half,
//!   joined in one function that is ready to inline.
//!
//! Reverse mode needs equations that compute either values or tangents. Most rules emit nothing else; those
//! of primitives that hold functions look at `Builder::is_separable`, and then split their derivative
//! into a primitive that computes values and residuals and one that is linear.
//!
//! [`vmap()`] maps a function over a batch of examples: each primitive states its `batch` rule, which
//! computes all examples at once.
//!
//! All walk the equations in order and take linear time. Every equation that they emit keeps the
//! location of the equation that it comes from; backward equations put their scope in
//! `backward(…)`, so that errors and profiles show both the layer and the pass.

mod grad;
mod jvp;
mod linearize;
mod reach;
mod split;
mod transpose;
mod untangle;
mod vmap;

pub use grad::{value_and_grad, vjp};
pub use jvp::{Jvp, jvp, jvp_into};
pub(crate) use linearize::linearize_saving;
pub use linearize::{Linearized, linearize};
pub(crate) use split::{Split, is_cheap, part};
pub(crate) use transpose::transposed;
pub use transpose::{transpose, transpose_into};
pub(crate) use untangle::untangle;
pub use vmap::{batch_into, batch_size, resolve_axis, vmap, vmap_at};

use crate::{Builder, Equation, Function, IrError, Primitive, Result, TensorType, Value};

/// A zero of type `ty`.
fn zeros(b: &mut Builder, ty: &TensorType) -> Result<Value> {
    b.full(ty, 0.0)
}

fn error<T>(transform: &'static str, function: &Function, message: impl Into<String>) -> Result<T> {
    Err(IrError::Transform { transform, function: function.name.clone(), message: message.into() })
}

/// Checks that `flags` has one entry per parameter and asks only for float parameters.
fn check_active(transform: &'static str, function: &Function, active: &[bool]) -> Result<()> {
    if active.len() != function.params.len() {
        let message = format!("{} parameters, but {} flags", function.params.len(), active.len());
        return error(transform, function, message);
    }
    match function.params.iter().zip(active).position(|(&p, &on)| on && !function.ty(p).dtype.is_inexact()) {
        Some(i) => {
            let ty = function.ty(function.params[i]);
            error(transform, function, format!("parameter {i} is {ty}; only floats have derivatives"))
        }
        None => Ok(()),
    }
}

/// The error of a value that depends on a tangent: `definition` computes both together. It is as near
/// to the primitive that mixed them as a user needs.
fn inseparable<T>(function: &Function, definition: Option<&Equation>) -> Result<T> {
    match definition {
        Some(eqn) => Err(IrError::NoRule {
            op: eqn.op.name(),
            transform: "reverse-mode differentiation",
            message: "it computes values and derivatives together, so only forward mode (jvp) works".to_owned(),
            location: eqn.location.clone(),
        }),
        None => error("reverse-mode differentiation", function, "a result is a tangent"),
    }
}

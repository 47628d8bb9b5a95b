//! What a derivative asks of the element types that go in and come out.

use keramos_ir::TensorType;

use super::stage::article;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::trace::Tensor;

/// How derivatives are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Along the inputs, which are real unless the function is holomorphic.
    Forward,
    /// Back from the outputs, which are real unless the function is holomorphic.
    Reverse,
}

/// The options of a transform that takes derivatives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demands {
    /// JAX's name of the transform.
    pub(super) what: &'static str,
    pub(super) direction: Direction,
    /// Whether the derivative is a complex one: inputs and outputs are complex.
    pub(super) holomorphic: bool,
    /// Whether integers and truth values may go in; their derivative is `float0`.
    pub(super) allow_int: bool,
}

impl Demands {
    fn mismatch(&self, message: &str) -> Error {
        Error::new(codes::DTYPE_MISMATCH, format!("jax.{}{message}", self.what))
    }

    /// For each input, whether it is differentiated.
    ///
    /// # Errors
    /// K0402 for one that this derivative cannot take.
    pub(super) fn inputs(&self, leaves: &[Tensor], names: &[String]) -> Result<Vec<bool>> {
        leaves.iter().zip(names).map(|(leaf, name)| self.input(leaf.ty(), name)).collect()
    }

    fn input(&self, ty: &TensorType, name: &str) -> Result<bool> {
        let dtype = ty.dtype;
        if dtype.is_complex() || dtype.is_float() && !self.holomorphic {
            if self.direction == Direction::Forward && dtype.is_complex() && !self.holomorphic {
                return Err(self.mismatch(&format!(" needs real inputs, `{name}` is {ty}")).help(
                    "for the complex derivative pass holomorphic=True; for the derivative in a direction use jax.jvp",
                ));
            }
            return Ok(true);
        }
        if self.holomorphic {
            return Err(self
                .mismatch(&format!(" with holomorphic=True needs complex inputs, `{name}` is {ty}"))
                .help("convert it with .astype(jnp.complex64), or leave holomorphic=True away"));
        }
        if self.allow_int {
            return Ok(false);
        }
        let convert = match ty.rank() {
            0 => "pass a float (such as 3.0 for 3)".to_owned(),
            _ => format!("convert `{name}` to float32"),
        };
        let zeros = match self.direction {
            Direction::Reverse => format!("; allow_int=True gives zeros for `{name}`"),
            Direction::Forward => String::new(),
        };
        Err(self
            .mismatch(&format!(" needs floating-point inputs, `{name}` is {ty}"))
            .help(format!("{convert}, or choose other arguments with argnums={zeros}")))
    }

    /// Refuses an output that has no such derivative. `who` is what returns it, such as `` `f` ``.
    ///
    /// # Errors
    /// K0402 saying what to do instead.
    pub(super) fn output(&self, who: &str, ty: &TensorType) -> Result<()> {
        let dtype = ty.dtype;
        let found = match ty.rank() {
            0 => format!("{} {}", article(dtype.numpy_name()), dtype.numpy_name()),
            _ => ty.to_string(),
        };
        if self.holomorphic {
            return match dtype.is_complex() {
                true => Ok(()),
                false => Err(self
                    .mismatch(&format!(" with holomorphic=True needs a complex result, {who} returns {found}"))
                    .help("a real function of complex numbers has no complex derivative; leave holomorphic=True away")),
            };
        }
        if dtype.is_complex() && self.direction == Direction::Reverse {
            return Err(self.mismatch(&format!(" needs a real result, {who} returns {found}")).help(
                "for the complex derivative pass holomorphic=True; otherwise return a real number, such as jnp.abs(z) or z.real, or use jax.vjp",
            ));
        }
        if dtype.is_inexact() {
            return Ok(());
        }
        Err(self
            .mismatch(&format!(" needs a floating-point result, {who} returns {found}"))
            .help("derivatives of integers and truth values are zero; return a float"))
    }
}

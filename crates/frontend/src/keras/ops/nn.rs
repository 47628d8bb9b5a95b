//! The functions of `keras.ops` that neural networks are made of.

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, tensor_functions};
use crate::keras::activations;
use crate::library::FunctionDecl;
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "gelu": [(x) (approximate = TRUE)] "The Gaussian error linear unit, by its tanh approximation unless told otherwise."
        => |c| activation(c, "gelu");
    "one_hot": [(x) (num_classes) (axis = int(-1)) (dtype = NONE) (sparse = FALSE)]
        "One at the place that each integer names, zero elsewhere." => |c| {
            let x = c.tensor("x")?;
            let axis = c.axis("axis", x.rank() + 1)?;
            let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_float());
            let classes = c.size("num_classes")?;
            c.t().one_hot(&x, classes, axis, dtype)
        };
};

/// Calls the activation of `keras.activations` that takes the same arguments.
fn activation(c: &mut Call<'_>, name: &str) -> Result<Value> {
    match activations::FUNCTIONS.iter().find(|function| function.name == name) {
        Some(function) => (function.call)(c.interp, c.args),
        None => Err(Error::internal(format!("there is no activation `{name}`"))),
    }
}

//! `keras.activations`: the functions, and how layers resolve their `activation` argument.

mod bounded;
mod normalised;
mod rectified;
mod smooth;

use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, Bound, Default, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::Value;

pub use rectified::{elu, leaky_relu, relu};

/// The functions of `keras.activations`.
pub const FUNCTIONS: &[&FunctionDecl] = &[
    &smooth::CELU,
    &smooth::ELU,
    &smooth::EXPONENTIAL,
    &smooth::GELU,
    &normalised::GLU,
    &rectified::HARD_SHRINK,
    &bounded::HARD_SIGMOID,
    &bounded::HARD_SILU,
    &bounded::HARD_SWISH,
    &bounded::HARD_TANH,
    &rectified::LEAKY_RELU,
    &LINEAR,
    &bounded::LOG_SIGMOID,
    &normalised::LOG_SOFTMAX,
    &smooth::MISH,
    &rectified::RELU,
    &rectified::RELU6,
    &smooth::SELU,
    &bounded::SIGMOID,
    &smooth::SILU,
    &rectified::SOFT_SHRINK,
    &normalised::SOFTMAX,
    &smooth::SOFTPLUS,
    &bounded::SOFTSIGN,
    &rectified::SPARSE_PLUS,
    &bounded::SPARSE_SIGMOID,
    &normalised::SPARSEMAX,
    &smooth::SQUAREPLUS,
    &smooth::SWISH,
    &bounded::TANH,
    &bounded::TANH_SHRINK,
    &rectified::THRESHOLD,
    &GET,
];

static LINEAR: FunctionDecl = FunctionDecl {
    name: "linear",
    signature: Signature::new(X),
    doc: "x.",
    call: |_, args| Ok(args.get("x")?.clone()),
};

static GET: FunctionDecl = FunctionDecl {
    name: "get",
    signature: Signature::new(&[Param::required("identifier")]),
    doc: "The activation function of the given name; functions are returned as they are.",
    call: |_, args| Ok(get(args.get("identifier")?)?.unwrap_or(Value::Function(&LINEAR))),
};

/// The parameters of functions of `x` alone.
const X: &[Param] = &[Param::required("x")];

/// The argument `x` as a tensor.
fn x(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    crate::jax::arguments::tensor(interp, args, "x")
}

/// A parameter with a number as default.
const fn number(name: &'static str, default: f64) -> Param {
    Param::new(name, Default::Float(default))
}

/// What an `activation` argument means: a function of a tensor, or nothing (`None`, `"linear"`).
///
/// # Errors
/// K0303: no function has that name, or the value cannot be called.
pub fn get(identifier: &Value) -> Result<Option<Value>> {
    match identifier {
        Value::None => Ok(None),
        Value::Function(f) if std::ptr::eq(*f, &LINEAR) => Ok(None),
        Value::Str(name) => {
            let known = || FUNCTIONS.iter().filter(|f| f.name != GET.name);
            let Some(function) = known().find(|f| f.name == &**name) else {
                let error = Error::argument(format!("there is no activation function \"{name}\""));
                return Err(match suggest::closest(name, known().map(|f| f.name)) {
                    Some(near) => error.help(format!("did you mean \"{near}\"?")),
                    None => error.help("keras.activations lists the names; a function is accepted, too"),
                });
            };
            get(&Value::Function(function))
        }
        Value::Function(_) | Value::User(_) | Value::Object(_) | Value::Method(..) => Ok(Some(identifier.clone())),
        other => {
            Err(Error::argument(format!("an activation must be a name or a function, found {}", other.type_name())))
        }
    }
}

/// Applies a resolved activation.
///
/// # Errors
/// The call fails or does not return a tensor.
pub fn apply(interp: &mut Interp, activation: Option<&Value>, x: Tensor) -> Result<Tensor> {
    match activation {
        None => Ok(x),
        Some(function) => {
            let y = interp.call(function, Args::positional(vec![Value::Tensor(x)]))?;
            interp.to_tensor(&y)
        }
    }
}

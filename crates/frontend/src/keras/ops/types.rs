//! What tensors are, and functions that make functions, in `keras.ops`.

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "is_tensor" [(x)] "Whether it is a tensor." => |_, args| {
        Ok(Value::Bool(matches!(args.get("x")?, Value::Tensor(_) | Value::Array(_))))
    };
    "dtype" [(x)] "The name of the element type." => |interp, args| {
        let dtype = interp.attribute(&args.get("x")?.clone(), "dtype")?;
        match crate::jax::arguments::dtype_of(interp, &dtype)? {
            Some(dtype) => Ok(Value::str(dtype.numpy_name())),
            None => Err(args.invalid("x", "a tensor")),
        }
    };
    "convert_to_numpy" [(x)] "The tensor itself: at compile time it is as good as an array." => |_, args| args.get("x").cloned();
    "vectorize" [(pyfunc) (excluded = Default::None) (signature = Default::None)]
        "A function over all other dimensions of its arguments." => |interp, args| forward(interp, args, "jax.numpy");
    "jvp" [(fun) (primals) (tangents) (has_aux = Default::Bool(false))] "The value of a function and its derivative along tangents."
        => |interp, args| forward(interp, args, "jax");
};

/// Calls the function of the same name and arguments of another module.
fn forward(interp: &mut Interp, args: &mut Bound, module: &str) -> Result<Value> {
    let name = args.function();
    let found = crate::modules::all().find(|m| m.name == module).and_then(|m| (m.get)(name));
    let function = found.ok_or_else(|| crate::error::Error::internal(format!("there is no {module}.{name}")))?;
    let positional = args.iter().filter(|(param, _)| param.name != "has_aux").map(|(_, value)| value.clone()).collect();
    let keywords = match args.has("has_aux") {
        true => vec![("has_aux".into(), args.get("has_aux")?.clone())],
        false => Vec::new(),
    };
    interp.call(&function, Args { positional, keywords })
}

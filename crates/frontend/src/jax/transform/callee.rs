//! What is known about a function that is going to be called.

use crate::interp::function::signature_of;
use crate::value::Value;

/// The name of a function, for the IR and for messages.
pub(crate) fn name_of(function: &Value) -> String {
    let name = match function {
        Value::Function(decl) => decl.name.to_owned(),
        Value::Method(_, decl) => decl.name.to_owned(),
        Value::Class(decl) => decl.name.to_owned(),
        Value::Object(object) => object.class_name().to_string(),
        other => signature_of(other).map(|s| s.name).unwrap_or_else(|| "function".to_owned()),
    };
    // Names of IR functions are identifiers.
    let plain: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    if plain.is_empty() { "function".into() } else { plain }
}

/// How the program calls a positional argument: `x`, or `args[0]` where the name is not known.
pub(crate) fn argument_name(function: &Value, index: usize) -> String {
    let known = match function {
        Value::Function(decl) => decl.signature.iter().nth(index).map(|p| p.name.to_owned()),
        other => signature_of(other).and_then(|s| s.positional.get(index).cloned()),
    };
    known.unwrap_or_else(|| format!("args[{index}]"))
}

/// The names of the positional parameters, as far as they are known.
pub(crate) fn parameter_names(function: &Value) -> Option<Vec<String>> {
    match function {
        Value::Function(decl) => Some(decl.signature.iter().map(|p| p.name.to_owned()).collect()),
        other => signature_of(other).map(|s| s.positional),
    }
}

//! What is known about a function that is going to be called.

use crate::interp::function::{KnownSignature, signature_of};
use crate::library::ParamKind;
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

/// The parameters of a function, of the program or of a package, as far as they are known.
pub(crate) fn signature(function: &Value) -> Option<KnownSignature> {
    let Value::Function(decl) = function else { return signature_of(function) };
    let of_kind = |kind| decl.signature.iter().filter(move |p| p.kind == kind).map(|p| p.name.to_owned());
    Some(KnownSignature {
        name: decl.name.to_owned(),
        positional: of_kind(ParamKind::Normal).collect(),
        positional_only: 0,
        keyword_only: of_kind(ParamKind::Keyword).collect(),
        any_positions: of_kind(ParamKind::Variadic).next().is_some(),
        any_names: of_kind(ParamKind::Keywords).next().is_some(),
    })
}

/// How the program calls a positional argument: `x`, or `args[0]` where the name is not known.
pub(crate) fn argument_name(function: &Value, index: usize) -> String {
    let known = signature(function).and_then(|known| known.positional.get(index).cloned());
    known.unwrap_or_else(|| format!("args[{index}]"))
}

/// The names of the positional parameters, as far as they are known.
pub(crate) fn parameter_names(function: &Value) -> Option<Vec<String>> {
    signature(function).map(|known| known.positional)
}

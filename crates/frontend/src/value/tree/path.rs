//! Where in a tree a leaf is.

use std::fmt;
use std::rc::Rc;

use crate::value::Value;

/// One step from a node to a child.
#[derive(Clone, Debug)]
pub(crate) enum PathKey {
    /// `[key]` of a dict.
    Dict(Value),
    /// `[index]` of a tuple or list.
    Index(usize),
    /// `.name` of an object.
    Attribute(Rc<str>),
    /// The child of a registered node that names no keys.
    Flat(usize),
    /// What the program itself gave as a key.
    Own(Value),
}

/// The steps from the root to a leaf.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path(pub(crate) Vec<PathKey>);

impl fmt::Display for PathKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathKey::Dict(key) => write!(f, "[{}]", key_text(key)),
            PathKey::Index(index) => write!(f, "[{index}]"),
            PathKey::Attribute(name) => write!(f, ".{name}"),
            PathKey::Flat(index) => write!(f, "[<flat index {index}>]"),
            PathKey::Own(key) => write!(f, "[{}]", key_text(key)),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| key.fmt(f))
    }
}

/// A key as Python writes it.
pub(super) fn key_text(key: &Value) -> String {
    match key {
        Value::Str(text) if text.contains('\'') => format!("{text:?}"),
        Value::Str(text) => format!("'{text}'"),
        Value::Int(i) => i.to_string(),
        Value::Float(x) => format!("{x:?}"),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::None => "None".into(),
        Value::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(key_text).collect();
            if parts.len() == 1 { format!("({},)", parts[0]) } else { format!("({})", parts.join(", ")) }
        }
        other => other.type_name(),
    }
}

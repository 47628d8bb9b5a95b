//! Values of options and attributes.

use std::fmt;

/// The value of a client option, a plugin or device attribute, or a cost-analysis property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Int(i64),
    /// Whole numbers, such as the parts of a version.
    IntList(Vec<i64>),
    /// A number.
    Float(f32),
    /// A truth value.
    Bool(bool),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(text),
            Self::Int(int) => write!(f, "{int}"),
            Self::IntList(ints) => write!(f, "{ints:?}"),
            Self::Float(float) => write!(f, "{float}"),
            Self::Bool(boolean) => write!(f, "{boolean}"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<Vec<i64>> for Value {
    fn from(ints: Vec<i64>) -> Self {
        Self::IntList(ints)
    }
}

impl From<f32> for Value {
    fn from(float: f32) -> Self {
        Self::Float(float)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Bool(boolean)
    }
}

//! Placeholders for the tensors that an entry point gets.

use std::rc::Rc;

use keramos_ir::TensorType;

use crate::value::{Object, Value, downcast};

/// A leaf of an argument tree that stands for a tensor.
#[derive(Debug)]
pub(crate) struct Argument {
    /// Element type and shape.
    pub ty: TensorType,
    /// Whether it came from a Python number, so that its element type yields in promotion.
    pub weak: bool,
}

impl Object for Argument {
    fn class_name(&self) -> Rc<str> {
        "ShapeDtypeStruct".into()
    }
}

/// A new placeholder, distinct from all others.
pub(crate) fn placeholder(ty: TensorType, weak: bool) -> Value {
    Value::Object(Rc::new(Argument { ty, weak }))
}

/// The placeholder that the value is.
pub(crate) fn of(value: &Value) -> Option<Rc<Argument>> {
    match value {
        Value::Object(object) => downcast::<Argument>(object),
        _ => None,
    }
}

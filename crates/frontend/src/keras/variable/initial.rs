//! Arrays at the file's own level whose values only the run knows.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::VariableId;
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::variable_object::variable_of;
use crate::value::{Object, Value, downcast};

/// An array that comes from variables: the value that a variable starts with. Functions that use it get it
/// as part of the state.
#[derive(Debug)]
pub struct InitialValue {
    /// The variable.
    pub id: VariableId,
    /// Whether its element type yields in promotion.
    pub weak: bool,
}

/// The variable that stands behind a value that counts as a tensor.
pub(crate) fn behind(value: &Value) -> Option<VariableId> {
    let Value::Object(object) = value else { return None };
    variable_of(value).or_else(|| downcast::<InitialValue>(object).map(|array| array.id))
}

impl Interp {
    /// The type of a value that counts as an array and is no symbolic tensor.
    pub(crate) fn type_of_array(&self, value: &Value) -> Option<TensorType> {
        match value {
            Value::Tensor(tensor) => Some(tensor.ty().clone()),
            Value::Array(array) => Some(array.ty().clone()),
            other => behind(other).map(|id| self.variables.get(id).ty.clone()),
        }
    }

    /// The variables as a list of the program.
    pub(crate) fn variable_list(&mut self, ids: &[VariableId]) -> Value {
        Value::list(ids.iter().map(|&id| self.variable(id)).collect())
    }
}

impl Object for InitialValue {
    fn class_name(&self) -> Rc<str> {
        "array".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        interp.tensor_attribute(&Value::Object(self), name)
    }

    fn repr(&self) -> String {
        "<array of the run>".into()
    }
}

//! Symbolic tensors: inputs and outputs of layers while a functional model is put together.

use std::fmt;
use std::rc::Rc;

use keramos_ir::{DType, as_tuple};

use super::graph::{self, Node};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, FunctionDecl};
use crate::value::Value;

/// A shape in which some dimensions (the batch, above all) are not known yet.
pub type SymbolicShape = Vec<Option<usize>>;

/// Keras's `KerasTensor`: one output of a [`Node`] of the layer graph.
#[derive(Clone, Debug)]
pub struct Symbolic(pub Rc<SymbolicTensor>);

/// See [`Symbolic`].
#[derive(Debug)]
pub struct SymbolicTensor {
    /// The shape; the first dimension is the batch.
    pub shape: SymbolicShape,
    /// The element type.
    pub dtype: DType,
    /// The call that makes it.
    pub node: Rc<Node>,
    /// Which of the call's outputs it is.
    pub index: usize,
}

/// What makes a tensor of an implicit mask.
static MASK: &[FunctionDecl] = functions! {
    "keras_mask" [(tensor)] "The implicit mask of a tensor." => |_, args| Ok(match args.get("tensor")? {
        Value::Tensor(tensor) => tensor.mask().cloned().map_or(Value::None, Value::Tensor),
        _ => Value::None,
    });
};

impl Symbolic {
    /// Its implicit mask, which the model computes as a tensor of its own, if it has one.
    ///
    /// # Errors
    /// What makes the tensor fails.
    pub(crate) fn mask(&self, interp: &mut Interp) -> Result<Option<Value>> {
        let (Some(_), Some(function)) = (self.mask_shape(), MASK.first()) else { return Ok(None) };
        let args = Args::positional(vec![Value::Symbolic(self.clone())]);
        let name = interp.names.unique(function.name);
        graph::call(interp, &Value::Function(function), args, &name).map(Some)
    }

    /// The shape of its implicit mask, if it has one.
    pub fn mask_shape(&self) -> Option<&SymbolicShape> {
        self.0.node.masks.get(self.0.index)?.as_ref()
    }

    /// The shape as a Python tuple, `None` for unknown dimensions.
    pub fn shape_value(&self) -> Value {
        let dim = |d: &Option<usize>| d.map_or(Value::None, |n| Value::Int(n as i64));
        Value::tuple(self.0.shape.iter().map(dim).collect::<Vec<_>>())
    }
}

impl fmt::Display for Symbolic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.dtype, as_tuple(&self.0.shape).in_type())
    }
}

//! Symbolic tensors: inputs and outputs of layers while a functional model is put together.

use std::fmt;
use std::rc::Rc;

use keramos_ir::{DType, as_tuple};

use super::graph::Node;
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

impl Symbolic {
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

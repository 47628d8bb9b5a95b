//! Symbolic tensors: inputs and outputs of layers while a functional model is put together.

use std::fmt;
use std::rc::Rc;

use keramos_ir::DType;

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
        write!(f, "{}{}", self.0.dtype, DisplayShape(&self.0.shape))
    }
}

/// Shows a shape as Keras does: `(None, 28, 28, 1)`.
pub struct DisplayShape<'a>(pub &'a [Option<usize>]);

impl fmt::Display for DisplayShape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, dim) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match dim {
                Some(n) => write!(f, "{n}")?,
                None => f.write_str("None")?,
            }
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

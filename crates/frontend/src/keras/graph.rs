//! The graph of layer calls behind symbolic tensors.

use std::rc::Rc;

use crate::diagnostics::Span;
use crate::library::Args;
use crate::value::Value;

use super::symbolic::SymbolicShape;
use keramos_ir::DType;

/// One call of a layer or function on symbolic tensors, or a model input.
///
/// Replaying a node means calling `callee` with `args` in which every symbolic tensor (however deep
/// in lists, tuples and dicts) is replaced by the tensor that it stands for.
#[derive(Debug)]
pub struct Node {
    /// Unique in the compilation, increasing in order of creation.
    pub id: u32,
    /// What is called; `None` for a model input.
    pub callee: Option<Value>,
    /// The arguments.
    pub args: Args,
    /// The layer's or operation's name, as `summary` shows it.
    pub name: Rc<str>,
    /// Shapes and element types of the flattened outputs.
    pub outputs: Vec<(SymbolicShape, DType)>,
    /// Where the call stands in the program.
    pub span: Span,
}

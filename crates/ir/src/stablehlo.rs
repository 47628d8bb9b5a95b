//! How a primitive says what it becomes in StableHLO, without knowing MLIR.
//!
//! A primitive's `lower` rule writes generic StableHLO operations into an [`Emitter`]; the lowering
//! crate implements it with MLIR. Attributes are given as MLIR assembly, regions as IR functions
//! over scalars (reducers, comparators) or over the carried values (loops).

use std::sync::Arc;

use crate::{Array, Function, Result, TensorType};

/// A value in the module being emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HloValue(pub u32);

/// One StableHLO operation in generic form.
#[derive(Debug)]
pub struct HloOp<'a> {
    /// The full name, such as `stablehlo.dot_general`.
    pub name: &'static str,
    /// Operands.
    pub operands: &'a [HloValue],
    /// Attributes by name, each as MLIR assembly, such as `array<i64: 0, 1>`.
    pub attributes: Vec<(&'static str, String)>,
    /// Regions, each the body of an IR function whose parameters are the block arguments.
    pub regions: Vec<Arc<Function>>,
    /// Types of the results.
    pub results: &'a [TensorType],
}

/// Receives the operations that primitives lower to.
pub trait Emitter {
    /// Appends one operation and returns its results.
    ///
    /// # Errors
    /// The backend refuses the operation.
    fn op(&mut self, op: HloOp<'_>) -> Result<Vec<HloValue>>;

    /// Appends one operation whose regions have no block arguments: their functions' parameters are the
    /// values `captured`.
    ///
    /// # Errors
    /// As [`Emitter::op`].
    fn op_with_captures(&mut self, op: HloOp<'_>, captured: &[HloValue]) -> Result<Vec<HloValue>>;

    /// A constant.
    ///
    /// # Errors
    /// The backend refuses the constant.
    fn constant(&mut self, array: &Array) -> Result<HloValue>;

    /// Emits the body of `function` in place on `operands` and returns its results.
    ///
    /// # Errors
    /// An operation inside is refused.
    fn inline(&mut self, function: &Function, operands: &[HloValue]) -> Result<Vec<HloValue>>;

    /// A call of `function`, emitted once as a private function however often it is called.
    ///
    /// # Errors
    /// An operation inside is refused.
    fn call(&mut self, function: &Arc<Function>, operands: &[HloValue]) -> Result<Vec<HloValue>>;

    /// The type of an emitted value.
    fn ty(&self, value: HloValue) -> &TensorType;
}

/// `array<i64: …>`, the form of dimension lists.
pub fn i64_array<T: Copy + TryInto<i64>>(values: &[T]) -> String {
    let mut text = String::from("array<i64");
    for (i, &v) in values.iter().enumerate() {
        text.push_str(if i == 0 { ": " } else { ", " });
        // Sizes above `i64::MAX` cannot be allocated, so none reaches this point.
        text.push_str(&v.try_into().unwrap_or(i64::MAX).to_string());
    }
    text.push('>');
    text
}

/// `dense<[[…], …]> : tensor<…x2xi64>`, the form of low and high padding by dimension.
pub fn padding_matrix(rows: &[(i64, i64)]) -> String {
    let rows: Vec<String> = rows.iter().map(|(low, high)| format!("[{low}, {high}]")).collect();
    let body = if rows.is_empty() { String::new() } else { format!("[{}]", rows.join(", ")) };
    format!("dense<{body}> : tensor<{}x2xi64>", rows.len())
}

//! Loops, branches, given derivatives and checkpoints: composed with each other and with transforms.

mod checkpoints;
mod compositions;
mod given;
mod messages;
mod packing;
mod rolling;
mod shapes;
mod simplification;

use std::sync::Arc;

use keramos_ir::{Builder, DType, Function, Result, TensorType, Value};

/// An f64 tensor's type.
pub fn f64s(shape: &[usize]) -> TensorType {
    TensorType::new(DType::F64, shape)
}

/// A named function for use inside others.
pub fn inner(
    name: &str,
    types: &[TensorType],
    body: impl FnOnce(&mut Builder, &[Value]) -> Result<Vec<Value>>,
) -> Arc<Function> {
    let mut b = Builder::new(name);
    let params: Vec<Value> = types.iter().map(|ty| b.param(ty.clone())).collect();
    let results = body(&mut b, &params).unwrap();
    Arc::new(b.finish(results))
}

/// `index` as the number of a branch.
pub fn branch(b: &mut Builder, index: Value) -> Result<Value> {
    b.convert(index, DType::I32)
}

//! `call`.

use std::sync::Arc;

use crate::op::Dual;
use crate::{
    Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Primitive, Result, TensorType, Value, transform,
};

use super::batching;
use super::function_rules::rules_of_function;

/// Applies a function. Differentiation and transposition go through its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function, emitted once however often it is called.
    pub function: Arc<Function>,
}

const CALL: &str = "call";

/// The result types of `function`, if the operands are its parameters.
pub(super) fn infer(op: &'static str, function: &Function, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
    if !function.param_types().iter().eq(operands.iter().copied()) {
        return Err(IrError::ty(op, format!("{} takes other parameters", function.name), operands));
    }
    Ok(function.result_types())
}

impl Primitive for Call {
    fn name(&self) -> &'static str {
        CALL
    }

    fn attrs(&self) -> Attrs {
        vec![("function", Attr::Function(self.function.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == CALL).then(|| Ok(Call { function: attrs.function("function")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        infer(CALL, &self.function, operands)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        transform::jvp_into(b, &self.function, primals, tangents)
    }

    rules_of_function!(call);

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let (function, mapped) = transform::vmap(&self.function, &batching::flags(operands), batch, &[])?;
        let results = b.call_shared(function, &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }
}

impl Builder {
    /// Calls `function`.
    ///
    /// # Errors
    /// The arguments are not its parameters.
    pub fn call(&mut self, function: &Arc<Function>, args: &[Value]) -> Result<Vec<Value>> {
        self.emit(Call { function: function.clone() }, args)
    }

    /// Calls `function` as a function that this builder calls already, if there is an equal one, so that
    /// it is emitted once.
    ///
    /// # Errors
    /// The arguments are not its parameters.
    pub fn call_shared(&mut self, function: Function, args: &[Value]) -> Result<Vec<Value>> {
        let known = self.function().equations.iter().find_map(|eqn| match &eqn.op {
            crate::Op::Call(call) if *call.function == function => Some(call.function.clone()),
            _ => None,
        });
        self.call(&known.unwrap_or_else(|| Arc::new(function)), args)
    }
}

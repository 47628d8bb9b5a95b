//! `while`.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Buffer, Builder, DType, Function, IrError, Operand, Primitive, Result, TensorType,
    Value, eval, transform,
};

use super::rules;

/// Replaces the carried values by what `body` makes of them as long as `cond` holds. Operands are the
/// carried values' starts, results their ends.
#[derive(Clone, Debug, PartialEq)]
pub struct While {
    /// From the carried values to a `bool` scalar.
    pub cond: Arc<Function>,
    /// From the carried values to their successors, of the same types.
    pub body: Arc<Function>,
}

const NAME: &str = "while";

impl Primitive for While {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("cond", Attr::Function(self.cond.clone())), ("body", Attr::Function(self.body.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(While { cond: attrs.function("cond")?, body: attrs.function("body")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let carried: Vec<TensorType> = operands.iter().map(|&ty| ty.clone()).collect();
        if self.cond.param_types() != carried || self.cond.result_types() != [TensorType::scalar(DType::Bool)] {
            return Err(IrError::ty(NAME, "the condition must map the carried values to a bool scalar", operands));
        }
        if self.body.param_types() != carried || self.body.result_types() != carried {
            return Err(IrError::ty(NAME, "the body must map the carried values to values of their types", operands));
        }
        Ok(carried)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        // A carried value has a tangent if its start has one or the body gives it one: a fixed point.
        let mut active: Vec<bool> = tangents.iter().map(Option::is_some).collect();
        let body = loop {
            let body = transform::jvp(&self.body, &active, &active)?;
            if body.nonzero == active {
                break body.function;
            }
            active = body.nonzero;
        };
        let mut carried = primals.to_vec();
        for ((&primal, &tangent), _) in primals.iter().zip(tangents).zip(&active).filter(|(_, active)| **active) {
            carried.push(rules::instantiate(b, tangent, primal)?);
        }
        let mut cond = Builder::new(self.cond.name.clone());
        let params: Vec<Value> = body.param_types().into_iter().map(|ty| cond.param(ty)).collect();
        let holds = cond.inline(&self.cond, &params[..primals.len()])?;
        let dual = While { cond: Arc::new(cond.finish(holds)), body: Arc::new(body) };
        let mut results = b.emit(dual, &carried)?;
        let tangents = rules::spread(&active, results.split_off(primals.len()));
        // The loop of the tangents computes the values once more, for nothing can hold those of all steps.
        let results = if b.is_separable() { b.emit(self.clone(), primals)? } else { results };
        Ok((results, tangents))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        let message = "a loop of unknown length (while_loop, or fori_loop with computed bounds) cannot run backward, \
                       for what its steps leave behind has no known size; use scan, fori_loop with bounds known at \
                       compile time, or forward mode (jvp, jacfwd)";
        rules::no_rule(NAME, "reverse-mode differentiation", message, b.location())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let regions = vec![self.cond.clone(), self.body.clone()];
        e.op(HloOp { name: "stablehlo.while", operands, attributes: Vec::new(), regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let mut carried: Vec<Array> = operands.iter().map(|&x| x.clone()).collect();
        loop {
            match eval(&self.cond, &carried)?.first().map(Array::data) {
                Some(Buffer::Bool(holds)) if holds.first() == Some(&true) => carried = eval(&self.body, &carried)?,
                _ => return Ok(carried),
            }
        }
    }
}

impl Builder {
    /// Replaces the carried values by what `body` makes of them as long as `cond` holds, starting from
    /// `init`, and returns the last ones.
    ///
    /// # Errors
    /// The functions do not fit the carried values.
    pub fn while_loop(&mut self, cond: &Arc<Function>, body: &Arc<Function>, init: &[Value]) -> Result<Vec<Value>> {
        self.emit(While { cond: cond.clone(), body: body.clone() }, init)
    }
}

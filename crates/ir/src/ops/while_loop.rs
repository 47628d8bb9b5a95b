//! `while`.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Buffer, Builder, DType, Function, IrError, Mapped, Operand, Primitive,
    Result, TensorType, Value, eval, transform,
};

use super::{batching, rules};

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

/// Condition and body of a loop that runs as long as any example goes on, in which examples that are
/// done keep what they have.
fn run_while_any(cond: &Function, body: &Function, mapped: &[bool]) -> Result<(Function, Function)> {
    let mut any = Builder::new(cond.name.clone());
    let params: Vec<Value> = cond.param_types().into_iter().map(|ty| any.param(ty)).collect();
    let mut holds = any.inline(cond, &params)?;
    for holds in &mut holds {
        *holds = any.reduce_or(*holds, &[0])?;
    }
    let mut step = Builder::new(body.name.clone());
    let params: Vec<Value> = body.param_types().into_iter().map(|ty| step.param(ty)).collect();
    let goes_on = step.inline(cond, &params)?;
    let mut next = step.inline(body, &params)?;
    for ((next, &old), _) in next.iter_mut().zip(&params).zip(mapped).filter(|(_, mapped)| **mapped) {
        for &goes_on in &goes_on {
            let shape = step.ty(*next).shape.clone();
            let goes_on = step.broadcast_in_dim(goes_on, &shape, &[0])?;
            *next = step.select(goes_on, *next, old)?;
        }
    }
    Ok((any.finish(holds), step.finish(next)))
}

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

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        // A carried value is mapped if its start is or the body makes it so: a fixed point. If the examples
        // stop at different times, so is everything that the body changes.
        let mut mapped: Vec<bool> = batching::flags(operands);
        let (cond, body, each_stops) = loop {
            let (cond, each_stops) = transform::vmap(&self.cond, &mapped, batch, &[])?;
            let each_stops = each_stops.contains(&true);
            let (body, made) = transform::vmap(&self.body, &mapped, batch, &mapped)?;
            let changed = self.body.params.iter().zip(&self.body.results).map(|(param, result)| param != result);
            let next: Vec<bool> =
                made.iter().zip(changed).map(|(&made, changed)| made || (each_stops && changed)).collect();
            if next == mapped {
                break (cond, body, each_stops);
            }
            mapped = next;
        };
        let (cond, body) = if each_stops { run_while_any(&cond, &body, &mapped)? } else { (cond, body) };
        let mut starts = Vec::with_capacity(operands.len());
        for (&operand, &mapped) in operands.iter().zip(&mapped) {
            starts.push(if mapped { batching::front(b, batch, operand)? } else { operand.value });
        }
        let ends = b.while_loop(&Arc::new(cond), &Arc::new(body), &starts)?;
        Ok(batching::flagged(ends, &mapped))
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

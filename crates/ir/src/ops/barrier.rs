//! `stop_gradient` and `optimization_barrier`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::{batching, rules};

/// The operand, with a zero derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StopGradient;

/// The operands, moved past by no optimisation of the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OptimizationBarrier;

const STOP: &str = "stop_gradient";
const BARRIER: &str = "optimization_barrier";

impl Primitive for StopGradient {
    fn name(&self) -> &'static str {
        STOP
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == STOP).then_some(Ok(StopGradient))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(STOP, operands)?;
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(STOP, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, _: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        Ok(operands.to_vec())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        Ok(operands.iter().map(|&x| x.clone()).collect())
    }
}

impl Primitive for OptimizationBarrier {
    fn name(&self) -> &'static str {
        BARRIER
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == BARRIER).then_some(Ok(OptimizationBarrier))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        Ok(operands.iter().map(|&ty| ty.clone()).collect())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        Ok((b.emit(*self, primals)?, barrier(b, tangents)?))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let asked: Vec<Option<Value>> =
            cotangents.iter().zip(operands).map(|(ct, operand)| ct.filter(|_| operand.is_linear())).collect();
        barrier(b, &asked)
    }

    fn batch(&self, b: &mut Builder, _: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let results = b.emit(*self, &batching::values(operands))?;
        Ok(results.into_iter().zip(operands).map(|(value, operand)| Mapped { value, ..*operand }).collect())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.optimization_barrier", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        Ok(operands.iter().map(|&x| x.clone()).collect())
    }
}

/// A barrier for the values that are there.
fn barrier(b: &mut Builder, values: &[Option<Value>]) -> Result<Vec<Option<Value>>> {
    let present: Vec<Value> = values.iter().flatten().copied().collect();
    let mut guarded = b.emit(OptimizationBarrier, &present)?.into_iter();
    Ok(values.iter().map(|value| value.and_then(|_| guarded.next())).collect())
}

impl Builder {
    /// `x` with a zero derivative.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn stop_gradient(&mut self, x: Value) -> Result<Value> {
        self.emit1(StopGradient, &[x])
    }

    /// The values, computed before and used after a point that the backend's optimisations respect.
    ///
    /// # Errors
    /// None for valid values.
    pub fn optimization_barrier(&mut self, values: &[Value]) -> Result<Vec<Value>> {
        self.emit(OptimizationBarrier, values)
    }
}

//! `regularized_incomplete_beta`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::lowering::Lowering;
use super::wide::Kernel;
use super::{batching, rules, special};

/// The regularized incomplete beta function I(a, b; x), element by element; operands are a, b, x, of one
/// float type. Derivatives exist in x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RegularizedIncompleteBeta;

const NAME: &str = "regularized_incomplete_beta";

impl Primitive for RegularizedIncompleteBeta {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then_some(Ok(RegularizedIncompleteBeta))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [p, q, x] = rules::operands(NAME, operands)?;
        if p != x || q != x || !x.dtype.is_float() {
            return Err(IrError::ty(NAME, "operands must have one float type", operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        let (&[p, q, x], &[None, None, Some(d)]) = (primals, tangents) else {
            let message = "derivatives in the first two operands are not supported";
            return rules::no_rule(NAME, "jvp", message, b.location());
        };
        // The density of the beta distribution.
        let (less_p, less_q, minus) = (b.add_scalar(p, -1.0)?, b.add_scalar(q, -1.0)?, b.neg(x)?);
        let (log_rest, log) = (b.log1p(minus)?, b.log(x)?);
        let (left, right) = (b.mul(less_q, log_rest)?, b.mul(less_p, log)?);
        let growth = b.add(left, right)?;
        let both = b.add(p, q)?;
        let (lp, lq, l_both) = (b.lgamma(p)?, b.lgamma(q)?, b.lgamma(both)?);
        let sum = b.add(lp, lq)?;
        let log_beta = b.sub(sum, l_both)?;
        let exponent = b.sub(growth, log_beta)?;
        let slope = b.exp(exponent)?;
        Ok((vec![y], vec![Some(b.mul(slope, d)?)]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        Lowering::Composed(special::compose_betainc).emit(NAME, e, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let operands = rules::arrays::<3>(NAME, operands)?;
        Ok(vec![Kernel::float(|[p, q, x]| special::betainc(p, q, x)).map(NAME, operands)?])
    }
}

impl Builder {
    /// The regularized incomplete beta function I(p, q; x) (JAX's `betainc`), differentiable in `x`.
    ///
    /// # Errors
    /// The operands are not of one float type.
    pub fn betainc(&mut self, p: Value, q: Value, x: Value) -> Result<Value> {
        self.emit1(RegularizedIncompleteBeta, &[p, q, x])
    }
}

//! `select` and `clamp`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::lowering::Lowering;
use super::wide::Wide;
use super::{Binary, BinaryKind, batching, index, rules};

/// `on_true` where the predicate holds, `on_false` elsewhere; operands are predicate, `on_true`,
/// `on_false`. The predicate is `bool` and a scalar or of the cases' shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Select;

impl Primitive for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == "select").then_some(Ok(Select))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [predicate, on_true, on_false] = rules::operands("select", operands)?;
        if on_true != on_false {
            return Err(IrError::ty("select", "both cases must have one type", operands));
        }
        if predicate.dtype != DType::Bool || (predicate.rank() != 0 && predicate.shape != on_true.shape) {
            return Err(IrError::ty("select", "the predicate must be bool, a scalar or of the cases' shape", operands));
        }
        Ok(vec![on_true.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        let dy = match (primals, tangents) {
            (_, &[_, None, None]) => None,
            (&[predicate, ..], &[_, on_true, on_false]) => {
                let on_true = rules::instantiate(b, on_true, y)?;
                let on_false = rules::instantiate(b, on_false, y)?;
                Some(b.select(predicate, on_true, on_false)?)
            }
            _ => None,
        };
        Ok((vec![y], vec![dy]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (&[Some(ct)], [Operand::Known(predicate), on_true, on_false]) = (cotangents, operands) else {
            return rules::not_linear("select", b);
        };
        let zero = b.full_like(ct, 0.0)?;
        let on_true = on_true.is_linear().then(|| b.select(*predicate, ct, zero)).transpose()?;
        let on_false = on_false.is_linear().then(|| b.select(*predicate, zero, ct)).transpose()?;
        Ok(vec![None, on_true, on_false])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [predicate, on_true, on_false] = batching::operands("select", operands)?;
        let shape = batching::example_type(b, on_true).shape;
        let predicate = batching::scalar_or_full(b, batch, predicate, &shape)?;
        let (on_true, on_false) = (batching::front(b, batch, on_true)?, batching::front(b, batch, on_false)?);
        Ok(vec![Mapped::yes(b.select(predicate, on_true, on_false)?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.select", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [predicate, on_true, on_false] = rules::arrays("select", operands)?;
        let n = on_true.ty().size();
        let Wide::Bool(holds) = Wide::filled(predicate, n) else {
            return Err(IrError::Eval { op: "select", message: "the predicate must be bool".to_owned() });
        };
        let positions: Vec<usize> = holds.iter().enumerate().map(|(i, &p)| if p { i } else { n + i }).collect();
        let both = index::concatenate(&[on_true, on_false])?;
        Ok(vec![index::take(&both, &on_true.ty().shape, &positions)?])
    }
}

impl Builder {
    /// `on_true` where `predicate` holds, `on_false` elsewhere. The predicate is a `bool` scalar or of
    /// the cases' shape.
    ///
    /// # Errors
    /// The cases' types differ, or the predicate has another element type or shape.
    pub fn select(&mut self, predicate: Value, on_true: Value, on_false: Value) -> Result<Value> {
        self.emit1(Select, &[predicate, on_true, on_false])
    }

    /// `min(max(x, low), high)` with JAX's derivative of `lax.clamp`: 0 at and beyond the bounds. The
    /// bounds are scalars or of `x`'s shape.
    ///
    /// # Errors
    /// The element types differ, or a bound has another shape.
    pub fn clamp(&mut self, low: Value, x: Value, high: Value) -> Result<Value> {
        self.emit1(Clamp, &[low, x, high])
    }
}

/// `min(max(x, low), high)`; operands are `low`, `x`, `high`; the bounds are scalars or of `x`'s shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clamp;

impl Primitive for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == "clamp").then_some(Ok(Clamp))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [low, x, high] = rules::operands("clamp", operands)?;
        let fits = |bound: &TensorType| bound.dtype == x.dtype && (bound.rank() == 0 || bound.shape == x.shape);
        if !fits(low) || !fits(high) || x.dtype == DType::Bool {
            let message = "the bounds must be scalars or of the operand's shape, all of one type of numbers";
            return Err(IrError::ty("clamp", message, operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        if b.ty(y).dtype.is_complex() {
            return rules::no_rule("clamp", "differentiation", "complex numbers have no order here", b.location());
        }
        let mut tangent = None;
        if let (&[low, x, high], &[d_low, dx, d_high]) = (primals, tangents) {
            let shape = b.ty(x).shape.clone();
            let (low, high) = (b.broadcast(low, &shape)?, b.broadcast(high, &shape)?);
            let (above, below) = (b.gt(x, low)?, b.lt(x, high)?);
            let inside = b.and(above, below)?;
            let (low_wins, ordered) = (b.gt(low, x)?, b.lt(low, high)?);
            let at_low = b.and(low_wins, ordered)?;
            let at_high = b.lt(high, x)?;
            for (d, share) in [(d_low, at_low), (dx, inside), (d_high, at_high)] {
                if let Some(d) = d {
                    let d = b.broadcast(d, &shape)?;
                    let zero = b.full_like(d, 0.0)?;
                    let d = b.select(share, d, zero)?;
                    tangent = rules::sum(b, tangent, Some(d))?;
                }
            }
        }
        Ok((vec![y], vec![tangent]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear("clamp", b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [low, x, high] = batching::operands("clamp", operands)?;
        let shape = batching::example_type(b, x).shape;
        let (low, high) =
            (batching::scalar_or_full(b, batch, low, &shape)?, batching::scalar_or_full(b, batch, high, &shape)?);
        let x = batching::front(b, batch, x)?;
        Ok(vec![Mapped::yes(b.clamp(low, x, high)?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let complex = Lowering::Composed(|b, [low, x, high]| {
            let shape = b.ty(x).shape.clone();
            let (low, high) = (b.broadcast(low, &shape)?, b.broadcast(high, &shape)?);
            let raised = b.max(low, x)?;
            b.min(raised, high)
        });
        let is_complex = results.iter().any(|ty| ty.dtype.is_complex());
        if is_complex { complex } else { Lowering::Op("stablehlo.clamp") }.emit("clamp", e, operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        fn zip<T: Copy>(low: &[T], x: &[T], high: &[T], f: impl Fn(T, T, T) -> T) -> Vec<T> {
            x.iter().zip(low.iter().zip(high)).map(|(&x, (&low, &high))| f(low, x, high)).collect()
        }
        let [low, x, high] = rules::arrays("clamp", operands)?;
        let (x_ty, n) = (x.ty(), x.ty().size());
        let result = match (Wide::filled(low, n), Wide::of(x), Wide::filled(high, n)) {
            (Wide::Float(low), Wide::Float(x), Wide::Float(high)) => {
                // Written so that a NaN anywhere is the result.
                let max = |x: f64, y: f64| if x.is_nan() || x > y { x } else { y };
                let min = |x: f64, y: f64| if x.is_nan() || x < y { x } else { y };
                Wide::Float(zip(&low, &x, &high, |low, x, high| min(max(x, low), high)))
            }
            (Wide::Int(low), Wide::Int(x), Wide::Int(high)) => {
                Wide::Int(zip(&low, &x, &high, |low, x, high| x.max(low).min(high)))
            }
            (low, x, high) => {
                let (low, high) = (low.narrow("clamp", x_ty)?, high.narrow("clamp", x_ty)?);
                let raised = Binary(BinaryKind::Max).eval(&[&low, &x.narrow("clamp", x_ty)?])?;
                return Binary(BinaryKind::Min).eval(&[&raised[0], &high]);
            }
        };
        Ok(vec![result.narrow("clamp", x.ty())?])
    }
}

//! What element-wise primitives become in StableHLO.

use crate::stablehlo::{Emitter, HloValue};
use crate::{Builder, DType, Result, TensorType, Value};

use super::rules;

/// What a primitive of `N` operands of one type becomes.
pub(crate) enum Lowering<const N: usize> {
    /// One operation. CHLO's, which every XLA plugin expands, are as good as StableHLO's own.
    Op(&'static str),
    /// A composition of other primitives.
    Composed(fn(&mut Builder, [Value; N]) -> Result<Value>),
    /// One operation, and what other primitives make of its operands and its result.
    Then(&'static str, fn(&mut Builder, [Value; N], Value) -> Result<Value>),
    /// One that depends on the operands' types.
    Typed(fn([&TensorType; N]) -> Lowering<N>),
}

impl<const N: usize> Lowering<N> {
    /// Emits it for the primitive called `name`.
    pub(crate) fn emit(
        &self,
        name: &'static str,
        e: &mut dyn Emitter,
        operands: &[HloValue],
        results: &[TensorType],
    ) -> Result<Vec<HloValue>> {
        match self {
            // CHLO's expansions do not know eight-bit floats: computed wider, and rounded.
            Lowering::Op(hlo) if hlo.starts_with("chlo.") && results.iter().any(|ty| ty.dtype.bits() == 8) => {
                let convert = |e: &mut dyn Emitter, x: HloValue, dtype: DType| {
                    let ty = e.ty(x).with_dtype(dtype);
                    rules::plain(e, "stablehlo.convert", &[x], &[ty])
                };
                let mut wide = Vec::with_capacity(N);
                for &x in operands {
                    wide.extend(convert(e, x, DType::F32)?);
                }
                let types: Vec<TensorType> = results.iter().map(|ty| ty.with_dtype(DType::F32)).collect();
                let mut narrow = Vec::with_capacity(results.len());
                for (y, ty) in rules::plain(e, hlo, &wide, &types)?.into_iter().zip(results) {
                    narrow.extend(convert(e, y, ty.dtype)?);
                }
                Ok(narrow)
            }
            Lowering::Op(hlo) => rules::plain(e, hlo, operands, results),
            Lowering::Composed(compose) => {
                let mut b = Builder::new(name);
                let params = params(name, &mut b, e, operands)?;
                let result = compose(&mut b, params)?;
                e.inline(&b.finish(vec![result]), operands)
            }
            Lowering::Then(hlo, compose) => {
                let [ty] = rules::operands(name, &results.iter().collect::<Vec<_>>())?;
                let values = rules::plain(e, hlo, operands, results)?;
                let mut b = Builder::new(name);
                let params = params(name, &mut b, e, operands)?;
                let value = b.param(ty.clone());
                let result = compose(&mut b, params, value)?;
                e.inline(&b.finish(vec![result]), &[operands, &values].concat())
            }
            Lowering::Typed(choose) => {
                let types: Vec<&TensorType> = operands.iter().map(|&x| e.ty(x)).collect();
                choose(rules::operands(name, &types)?).emit(name, e, operands, results)
            }
        }
    }
}

/// The parameters of a function of values of the operands' types.
fn params<const N: usize>(
    name: &'static str,
    b: &mut Builder,
    e: &dyn Emitter,
    operands: &[HloValue],
) -> Result<[Value; N]> {
    let params: Vec<Value> = operands.iter().map(|&x| b.param(e.ty(x).clone())).collect();
    <[Value; N]>::try_from(params).or_else(|_| rules::not_lowered(name))
}

//! What element-wise primitives become in StableHLO.

use crate::stablehlo::{Emitter, HloValue};
use crate::{Builder, Result, TensorType, Value};

use super::rules;

/// What a primitive of `N` operands of one type becomes.
pub(crate) enum Lowering<const N: usize> {
    /// One operation. CHLO's, which every XLA plugin expands, are as good as StableHLO's own.
    Op(&'static str),
    /// A composition of other primitives.
    Composed(fn(&mut Builder, [Value; N]) -> Result<Value>),
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
            Lowering::Op(hlo) => rules::plain(e, hlo, operands, results),
            Lowering::Composed(compose) => {
                let mut b = Builder::new(name);
                let params: Vec<Value> = operands.iter().map(|&x| b.param(e.ty(x).clone())).collect();
                let Ok(params) = <[Value; N]>::try_from(params) else { return rules::not_lowered(name) };
                let result = compose(&mut b, params)?;
                e.inline(&b.finish(vec![result]), operands)
            }
        }
    }
}

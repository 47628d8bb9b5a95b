//! The outer tensors of functions that are traced apart and belong to one equation.

use keramos_ir::{Builder, Function, TensorType, Value as IrValue};

use super::Tensor;
use crate::error::{Error, Result};

/// The outer tensors that several traced functions use, each once: the first parameters of every function
/// that is made of them.
#[derive(Debug)]
pub(crate) struct Captures(Vec<Tensor>);

impl Captures {
    /// Those of functions with these captures.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [Tensor]>) -> Captures {
        let mut all: Vec<Tensor> = Vec::new();
        for capture in parts.into_iter().flatten() {
            if !all.iter().any(|known| same(known, capture)) {
                all.push(capture.clone());
            }
        }
        Captures(all)
    }

    /// Parameters for them.
    pub(crate) fn params(&self, b: &mut Builder) -> Vec<IrValue> {
        params(b, self.0.iter().map(Tensor::ty))
    }

    /// Parameters for the tangents of those that have some.
    pub(crate) fn tangents(&self, b: &mut Builder) -> Vec<IrValue> {
        params(b, self.inexact().map(Tensor::ty))
    }

    /// Those that have tangents.
    pub(crate) fn inexact(&self) -> impl Iterator<Item = &Tensor> {
        self.0.iter().filter(|capture| capture.dtype().is_inexact())
    }

    /// Inlines a traced function: its own arguments, then what it captured, found among `captured`.
    pub(crate) fn inline(
        &self,
        b: &mut Builder,
        function: &Function,
        captures: &[Tensor],
        own: &[IrValue],
        captured: &[IrValue],
    ) -> Result<Vec<IrValue>> {
        let mut args = own.to_vec();
        for capture in captures {
            let at = self.0.iter().position(|known| same(known, capture));
            let value = at.and_then(|at| captured.get(at)).copied();
            args.push(value.ok_or_else(|| Error::internal("a capture is missing"))?);
        }
        Ok(b.inline(function, &args)?)
    }

    /// The captures and the arguments: the operands of the equation.
    pub(crate) fn operands<'a>(&'a self, arguments: impl IntoIterator<Item = &'a Tensor>) -> Vec<&'a Tensor> {
        self.0.iter().chain(arguments).collect()
    }
}

fn same(a: &Tensor, b: &Tensor) -> bool {
    a.frame == b.frame && a.value == b.value
}

/// Parameters of a function being built.
pub(crate) fn params<'a>(b: &mut Builder, types: impl IntoIterator<Item = &'a TensorType>) -> Vec<IrValue> {
    types.into_iter().map(|ty| b.param(ty.clone())).collect()
}

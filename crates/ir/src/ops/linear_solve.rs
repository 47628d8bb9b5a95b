//! `linear_solve`: the solution of a linear system whose matrix is a function.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, eval, transform,
};

use super::{batching, rules};

/// Solves A x = b for x by a function that is not differentiated: derivatives solve further systems with A and its
/// transpose, as the implicit function theorem has it.
///
/// Operands are constants and b; results are x, which has b's types, and whatever else the solver gives. All
/// functions take the constants and one argument like b.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearSolve {
    /// From x to A x, and from b to the results; then, if there are four, from x to Aᵀ x, and the solution with Aᵀ.
    pub functions: Vec<Arc<Function>>,
}

const NAME: &str = "linear_solve";

impl LinearSolve {
    /// How many tensors x has.
    fn size(&self) -> usize {
        self.functions.first().map_or(0, |matvec| matvec.results.len())
    }

    fn solve(&self) -> Result<&Function> {
        self.functions.get(1).map(AsRef::as_ref).ok_or_else(|| IrError::ty(NAME, "there is no solver", &[]))
    }

    /// Splits what there is one of for each operand into that of the constants and that of b.
    fn parts<'a, T>(&self, all: &'a [T]) -> (&'a [T], &'a [T]) {
        all.split_at_checked(all.len().saturating_sub(self.size())).unwrap_or((all, &[]))
    }
}

impl Primitive for LinearSolve {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("functions", Attr::Functions(self.functions.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(LinearSolve { functions: attrs.functions("functions")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        if !matches!(self.functions.len(), 2 | 4) {
            return Err(IrError::ty(
                NAME,
                "there must be a matrix and a solver, or both and their transposes",
                operands,
            ));
        }
        let (_, b) = self.parts(operands);
        for (i, function) in self.functions.iter().enumerate() {
            let results = function.result_types();
            let fits = results.iter().take(b.len()).eq(b.iter().copied()) && (i % 2 == 1 || results.len() == b.len());
            if !function.param_types().iter().eq(operands.iter().copied()) || !fits {
                return Err(IrError::ty(NAME, format!("{} takes or gives other types", function.name), operands));
            }
        }
        Ok(self.solve()?.result_types())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let results = b.emit(self.clone(), primals)?;
        let size = self.size();
        let ((consts, rhs), (const_dots, rhs_dots)) = (self.parts(primals), self.parts(tangents));
        // A ẋ = ḃ − Ȧ x.
        let mut dots = rhs_dots.to_vec();
        if const_dots.iter().any(Option::is_some) {
            let args = [consts, &results[..size]].concat();
            let along = [const_dots, &vec![None; size]].concat();
            let Some(matvec) = self.functions.first() else { return Ok((results, vec![None; size])) };
            let (_, changes) = transform::jvp_into(b, matvec, &args, &along)?;
            for (dot, change) in dots.iter_mut().zip(changes) {
                *dot = match (*dot, change) {
                    (Some(dot), Some(change)) => Some(b.sub(dot, change)?),
                    (None, Some(change)) => Some(b.neg(change)?),
                    (dot, None) => dot,
                };
            }
        }
        if dots.iter().all(Option::is_none) {
            let none = vec![None; results.len()];
            return Ok((results, none));
        }
        let mut operands = consts.to_vec();
        for (&dot, &like) in dots.iter().zip(rhs) {
            operands.push(rules::instantiate(b, dot, like)?);
        }
        let solved = b.emit(self.clone(), &operands)?;
        let is_solution = |i: usize| i < size && b.ty(results[i]).dtype.is_inexact();
        let tangents = solved.into_iter().enumerate().map(|(i, dot)| is_solution(i).then_some(dot)).collect();
        Ok((results, tangents))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let [matvec, solve, vecmat, transpose_solve] = &self.functions[..] else {
            let message = "custom_linear_solve was given no transpose_solve; give it, or symmetric=True";
            return rules::no_rule(NAME, "reverse-mode differentiation", message, b.location());
        };
        let (consts, rhs) = self.parts(operands);
        let mut args = rules::known(NAME, b, consts)?;
        for (&ct, operand) in cotangents.iter().zip(rhs) {
            let ty = match operand {
                Operand::Known(value) => b.ty(*value).clone(),
                Operand::Linear(ty) => ty.clone(),
            };
            args.push(ct.map_or_else(|| b.full(&ty, 0.0), Ok)?);
        }
        let functions = [vecmat, transpose_solve, matvec, solve].map(Clone::clone).to_vec();
        let made = b.emit(LinearSolve { functions }, &args)?;
        let cts = made.into_iter().zip(rhs).map(|(ct, operand)| operand.is_linear().then_some(ct));
        Ok(consts.iter().map(|_| None).chain(cts).collect())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let (consts, rhs) = self.parts(operands);
        let mut args = batching::values(consts);
        args.extend(batching::all_front(b, batch, rhs)?);
        let flags: Vec<bool> = batching::flags(consts).into_iter().chain(rhs.iter().map(|_| true)).collect();
        let batched = |function: &Arc<Function>| {
            let all = vec![true; function.results.len()];
            Ok(Arc::new(transform::vmap(function, &flags, batch, &all)?.0))
        };
        let functions = self.functions.iter().map(batched).collect::<Result<_>>()?;
        Ok(b.emit(LinearSolve { functions }, &args)?.into_iter().map(Mapped::yes).collect())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        e.inline(self.solve()?, operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        eval(self.solve()?, operands)
    }
}

impl Builder {
    /// Solves a linear system (see [`LinearSolve`]): `args` are the functions' constants, then the right-hand side.
    ///
    /// # Errors
    /// The functions do not take the arguments, or do not give what is like the right-hand side.
    pub fn linear_solve(&mut self, functions: Vec<Arc<Function>>, args: &[Value]) -> Result<Vec<Value>> {
        self.emit(LinearSolve { functions }, args)
    }
}

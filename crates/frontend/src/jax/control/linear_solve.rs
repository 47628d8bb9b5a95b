//! `jax.lax.custom_linear_solve`, without its choice of functions, which is written in the model language.

use std::sync::Arc;

use super::body::{self, unify};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::transform::stage::Aval;
use crate::library::{Args, Bound, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "_linear_solve" [(b) (*functions)] "The solution that the second function finds of the system whose matrix the first applies." => linear_solve;
};

const WHAT: &str = "jax.lax.custom_linear_solve";

fn linear_solve(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let tree = args.get("b")?.clone();
    let functions = args.get("functions")?.elements().unwrap_or_default();
    let (rhs, def) = body::tensors(interp, WHAT, "b", &tree)?;
    let avals: Vec<Aval> = rhs.iter().map(|x| Aval { ty: x.ty().clone(), weak: false }).collect();
    let mut bodies = Vec::with_capacity(functions.len());
    for (i, function) in functions.iter().enumerate() {
        let staged = body::stage(interp, WHAT, function, &[], &avals, |interp, leaves| {
            let x = interp.unflatten(&def, leaves.into_iter().map(Value::Tensor).collect::<Vec<_>>())?;
            interp.call(function, Args::positional(vec![x]))
        })?;
        let found = staged.out.avals();
        let fits = found.iter().map(|aval| &aval.ty).take(avals.len()).eq(avals.iter().map(|aval| &aval.ty));
        if !fits || (i % 2 == 0 && found.len() != avals.len()) {
            let name =
                ["matvec", "solve", "the transpose of matvec", "transpose_solve"].get(i).unwrap_or(&"a function");
            let types = |avals: &[Aval]| avals.iter().map(|aval| aval.ty.to_string()).collect::<Vec<_>>().join(", ");
            return Err(Error::ty(format!("{name} of {WHAT} must give what `b` is: {}", types(&avals)))
                .note(format!("it gives {}", types(&found))));
        }
        bodies.push(staged);
    }
    let (captures, made) = unify(&bodies.iter().collect::<Vec<_>>())?;
    let made: Vec<_> = made.into_iter().map(Arc::new).collect();
    let operands: Vec<&Tensor> = captures.iter().chain(&rhs).collect();
    let mut results = interp.tracer.build(&operands, |b, v| b.linear_solve(made, v))?.into_iter();
    match bodies.get(1) {
        Some(solve) => solve.out.tree(interp, &mut results),
        None => Err(args.invalid("functions", "a matrix and a solver")),
    }
}

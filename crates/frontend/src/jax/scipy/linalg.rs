//! `jax.scipy.linalg`.

use keramos_ir::ops::TriangularSolve;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{tensor, to_tensor};
use crate::library::{Bound, Default, FunctionDecl, Refused};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// Argument `name` as matrices of floats.
fn matrices(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let x = tensor(interp, args, name)?;
    let x = interp.tracer.to_float(&x)?;
    if x.rank() < 2 {
        return Err(Error::shape(format!(
            "`{name}` of {}() must have at least two dimensions, found {}",
            args.function(),
            x.ty()
        )));
    }
    Ok(x)
}

fn how(lower: bool, transpose_a: bool, unit_diagonal: bool) -> TriangularSolve {
    TriangularSolve { left_side: true, lower, transpose_a, conjugate_a: transpose_a, unit_diagonal }
}

/// The Cholesky factor, of which the triangle that `lower` names is looked at and given.
fn factor(t: &mut Tracer, a: &Tensor, lower: bool) -> Result<Tensor> {
    if lower {
        return t.cholesky(a);
    }
    let a = t.adjoint(a)?;
    let factor = t.cholesky(&a)?;
    t.adjoint(&factor)
}

fn cho_solve_with(t: &mut Tracer, factor: &Tensor, lower: bool, rhs: &Tensor) -> Result<Tensor> {
    let y = t.triangular_system(factor, rhs, how(lower, !lower, false))?;
    t.triangular_system(factor, &y, how(lower, lower, false))
}

fn solve_triangular(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, rhs) = (matrices(interp, args, "a")?, tensor(interp, args, "b")?);
    let (transpose, conjugate) = match args.get("trans")? {
        Value::Int(0) => (false, false),
        Value::Int(1) => (true, false),
        Value::Int(2) => (true, true),
        Value::Str(text) if &**text == "N" => (false, false),
        Value::Str(text) if &**text == "T" => (true, false),
        Value::Str(text) if &**text == "C" => (true, true),
        _ => return Err(args.invalid("trans", "0, 1, 2, \"N\", \"T\" or \"C\"")),
    };
    let how =
        TriangularSolve { conjugate_a: conjugate, ..how(args.bool("lower")?, transpose, args.bool("unit_diagonal")?) };
    interp.tracer.triangular_system(&a, &rhs, how).map(Value::Tensor)
}

fn cho_factor(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, lower) = (matrices(interp, args, "a")?, args.bool("lower")?);
    let factor = factor(&mut interp.tracer, &a, lower)?;
    Ok(Value::tuple(vec![Value::Tensor(factor), Value::Bool(lower)]))
}

fn cho_solve(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let pair = args.get("c_and_lower")?.elements().unwrap_or_default();
    let [factor, Value::Bool(lower)] = pair.as_slice() else {
        return Err(args.invalid("c_and_lower", "a pair of a factor and a truth value"));
    };
    let factor = to_tensor(interp, factor)?;
    let rhs = tensor(interp, args, "b")?;
    cho_solve_with(&mut interp.tracer, &factor, *lower, &rhs).map(Value::Tensor)
}

fn qr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let a = matrices(interp, args, "a")?;
    let mode = args.one_of("mode", &["full", "economic", "r"])?;
    let parts = interp.tracer.build(&[&a], |b, v| b.qr(v[0], mode != "economic").map(|(q, r)| vec![q, r]))?;
    let keep = if mode == "r" { 1 } else { 0 };
    Ok(Value::tuple(parts.into_iter().skip(keep).map(Value::Tensor).collect::<Vec<_>>()))
}

fn eigh(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if args.some("b")?.is_some() {
        return Err(Error::unsupported("generalized eigenvalue problems").help("leave `b` out"));
    }
    let a = matrices(interp, args, "a")?;
    let t = &mut interp.tracer;
    let a = if args.bool("lower")? { a } else { t.adjoint(&a)? };
    let parts = t.build(&[&a], |b, v| b.eigh(v[0]).map(|(vectors, values)| vec![values, vectors]))?;
    let mut parts = parts.into_iter().map(Value::Tensor);
    if args.bool("eigvals_only")? {
        return Ok(parts.next().unwrap_or(Value::None));
    }
    Ok(Value::tuple(parts.collect::<Vec<_>>()))
}

fn svd(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let a = matrices(interp, args, "a")?;
    let (full, vectors) = (args.bool("full_matrices")?, args.bool("compute_uv")?);
    let mut parts = interp.tracer.build(&[&a], |b, v| b.svd(v[0], full, vectors))?;
    if parts.len() != 3 {
        return Ok(parts.into_iter().next().map_or(Value::None, Value::Tensor));
    }
    parts.swap(0, 1);
    Ok(Value::tuple(parts.into_iter().map(Value::Tensor).collect::<Vec<_>>()))
}

fn block_diag(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("arrs")?.elements().unwrap_or_default();
    let mut blocks = Vec::with_capacity(given.len());
    for value in &given {
        let x = to_tensor(interp, value)?;
        if x.rank() > 2 {
            return Err(Error::shape(format!(
                "arguments of block_diag() have at most two dimensions, found {}",
                x.ty()
            )));
        }
        let new: Vec<usize> = (0..2 - x.rank()).collect();
        blocks.push(interp.tracer.expand_dims(&x, &new)?);
    }
    if blocks.is_empty() {
        return Err(args.invalid("arrs", "at least one matrix"));
    }
    let width: usize = blocks.iter().map(|x| x.shape()[1]).sum();
    let t = &mut interp.tracer;
    let mut rows = Vec::with_capacity(blocks.len());
    let mut left = 0;
    for block in &blocks {
        let columns = block.shape()[1];
        rows.push(t.pad(block, &[(0, 0), (left, width - left - columns)], 0.0)?);
        left += columns;
    }
    t.concatenate(&rows, 0).map(Value::Tensor)
}

/// What would need the Schur form.
pub(super) const REFUSED: &[Refused] = &[
    Refused {
        name: "funm",
        why: "StableHLO has no operation for the Schur form; of a symmetric matrix, apply the function to the eigenvalues of eigh",
    },
    Refused {
        name: "hessenberg",
        why: "StableHLO has no operation for it, and JAX calls LAPACK; use eigh where the matrix is symmetric",
    },
    Refused { name: "rsf2csf", why: "it converts the Schur form, for which StableHLO has no operation" },
    Refused {
        name: "schur",
        why: "StableHLO has no operation for it, and JAX calls LAPACK; use eigh where the matrix is symmetric",
    },
    Refused {
        name: "solve_sylvester",
        why: "StableHLO has no operation for the Schur form; solve kron(I, A) + kron(Bᵀ, I) with jnp.linalg.solve",
    },
    Refused {
        name: "sqrtm",
        why: "StableHLO has no operation for the Schur form; of a positive definite matrix, take the roots of the eigenvalues of eigh",
    },
];

const FALSE: Default = Default::Bool(false);
const TRUE: Default = Default::Bool(true);
const NONE: Default = Default::None;

/// The functions.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "cholesky" [(a) (lower = FALSE) (overwrite_a = FALSE) (check_finite = TRUE)] "The triangular factor of a positive definite matrix." => |interp, args| {
        let (a, lower) = (matrices(interp, args, "a")?, args.bool("lower")?);
        factor(&mut interp.tracer, &a, lower).map(Value::Tensor)
    };
    "cho_factor" [(a) (lower = FALSE) (overwrite_a = FALSE) (check_finite = TRUE)] "The triangular factor, for cho_solve." => cho_factor;
    "cho_solve" [(c_and_lower) (b) (overwrite_b = FALSE) (check_finite = TRUE)] "The solution of a factored system." => cho_solve;
    "solve_triangular" [(a) (b) (trans = Default::Int(0)) (lower = FALSE) (unit_diagonal = FALSE) (overwrite_b = FALSE) (debug = NONE) (check_finite = TRUE)]
        "The solution of a triangular system." => solve_triangular;
    "det" [(a) (overwrite_a = FALSE) (check_finite = TRUE)] "The determinant." => |interp, args| {
        let a = matrices(interp, args, "a")?;
        interp.tracer.build1(&[&a], |b, v| b.det(v[0])).map(Value::Tensor)
    };
    "inv" [(a) (overwrite_a = FALSE) (check_finite = TRUE)] "The inverse." => |interp, args| {
        let a = matrices(interp, args, "a")?;
        interp.tracer.build1(&[&a], |b, v| b.inverse(v[0])).map(Value::Tensor)
    };
    "lu_factor" [(a) (overwrite_a = FALSE) (check_finite = TRUE)] "Triangular factors in one matrix, and pivots." => |interp, args| {
        let a = matrices(interp, args, "a")?;
        let parts = interp.tracer.build(&[&a], |b, v| b.lu(v[0]).map(|(lu, pivots, _)| vec![lu, pivots]))?;
        Ok(Value::tuple(parts.into_iter().map(Value::Tensor).collect::<Vec<_>>()))
    };
    "qr" [(a) (overwrite_a = FALSE) (lwork = NONE) (mode = Default::Str("full")) (pivoting = FALSE) (check_finite = TRUE)]
        "Orthonormal and upper triangular factors." => qr;
    "eigh" [(a) (b = NONE) (lower = TRUE) (eigvals_only = FALSE)] "Eigenvalues and eigenvectors of a Hermitian matrix." => eigh;
    "svd" [(a) (full_matrices = TRUE) (compute_uv = TRUE)] "Singular vectors and values." => svd;
    "block_diag" [(*arrs)] "Matrices along the diagonal, zeros elsewhere." => block_diag;
};

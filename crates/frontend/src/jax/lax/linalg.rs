//! `jax.lax.linalg`, complex numbers and Fourier transforms.

use keramos_ir::ops::{FftKind, TriangularSolve};

use super::arguments::{Domain, apply, elementwise, operand, same_dtypes, sizes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// Argument `name` as matrices of floats.
fn matrices(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let x = operand(interp, args, name)?;
    Domain::Float.check(args.function(), std::slice::from_ref(&x))?;
    if x.rank() < 2 {
        return Err(Error::ty(format!("{} needs at least two dimensions, got {}", args.function(), x.ty())));
    }
    Ok(x)
}

/// The mean of a matrix and its adjoint, if argument `symmetrize_input` asks for it.
fn symmetrized(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    let x = matrices(interp, args, "x")?;
    if !args.bool("symmetrize_input")? {
        return Ok(x);
    }
    interp.tracer.symmetrized(&x)
}

fn tensors(values: Vec<Tensor>) -> Value {
    Value::list(values.into_iter().map(Value::Tensor).collect())
}

fn svd(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = matrices(interp, args, "x")?;
    let (full, vectors) = (args.bool("full_matrices")?, args.bool("compute_uv")?);
    let mut parts = interp.tracer.build(&[&x], |b, v| b.svd(v[0], full, vectors))?;
    if parts.len() == 3 {
        parts.swap(0, 1);
        return Ok(tensors(parts));
    }
    Ok(parts.into_iter().next().map_or(Value::None, Value::Tensor))
}

fn triangular_solve(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (a, rhs) = (matrices(interp, args, "a")?, operand(interp, args, "b")?);
    same_dtypes("triangular_solve", "", &[a.clone(), rhs.clone()])?;
    let how = TriangularSolve {
        left_side: args.bool("left_side")?,
        lower: args.bool("lower")?,
        transpose_a: args.bool("transpose_a")?,
        conjugate_a: args.bool("conjugate_a")?,
        unit_diagonal: args.bool("unit_diagonal")?,
    };
    // A vector on the right is one column, or one row.
    let vector = rhs.rank() + 1 == a.rank();
    let axis = if how.left_side { rhs.rank() } else { rhs.rank().saturating_sub(1) };
    let wide = if vector { interp.tracer.expand_dims(&rhs, &[axis])? } else { rhs };
    let x = interp.tracer.build1(&[&a, &wide], |b, v| b.triangular_solve(v[0], v[1], how))?;
    let x = if vector { interp.tracer.squeeze(&x, &[axis])? } else { x };
    Ok(Value::Tensor(x))
}

fn fft(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    let lengths = sizes(args, "fft_lengths")?;
    let kind = match args.str("fft_type")?.to_lowercase().as_str() {
        "fft" => FftKind::Fft,
        "ifft" => FftKind::Ifft,
        "rfft" => FftKind::Rfft,
        "irfft" => FftKind::Irfft,
        _ => return Err(args.invalid("fft_type", "a lax.FftType")),
    };
    let real = kind == FftKind::Rfft;
    let x = if !real && !x.dtype().is_complex() { complex_of(interp, &x)? } else { x };
    apply(interp, &[x], |b, v| b.fft(v[0], kind, &lengths)).map(Value::Tensor)
}

/// A real tensor as a complex one.
fn complex_of(interp: &mut Interp, x: &Tensor) -> Result<Tensor> {
    interp.tracer.build1(&[x], |b, v| {
        let zero = b.full_like(v[0], 0.0)?;
        b.complex(v[0], zero)
    })
}

const FALSE: Default = Default::Bool(false);
const TRUE: Default = Default::Bool(true);

/// `jax.lax.linalg`.
pub(super) static MATRICES: &[FunctionDecl] = functions! {
    "cholesky" [(x) (symmetrize_input = TRUE)] "The lower triangular factor L of L·Lᴴ." => |interp, args| {
        let x = symmetrized(interp, args)?;
        interp.tracer.cholesky(&x).map(Value::Tensor)
    };
    "eigh" [(x) (lower = TRUE) (symmetrize_input = TRUE) (sort_eigenvalues = TRUE)] "Eigenvectors and eigenvalues of Hermitian matrices." => |interp, args| {
        let x = symmetrized(interp, args)?;
        let parts = interp.tracer.build(&[&x], |b, v| b.eigh(v[0]).map(|(vectors, values)| vec![vectors, values]))?;
        Ok(tensors(parts))
    };
    "lu" [(x)] "Triangular factors, pivots and the order of rows." => |interp, args| {
        let x = matrices(interp, args, "x")?;
        let parts = interp.tracer.build(&[&x], |b, v| b.lu(v[0]).map(|(lu, pivots, order)| vec![lu, pivots, order]))?;
        Ok(tensors(parts))
    };
    "qr" [(x) (pivoting = FALSE) (full_matrices = TRUE)] "Orthonormal and upper triangular factors." => |interp, args| {
        let x = matrices(interp, args, "x")?;
        if args.bool("pivoting")? {
            return Err(Error::unsupported("qr with pivoting").help("leave `pivoting` out"));
        }
        let full = args.bool("full_matrices")?;
        let parts = interp.tracer.build(&[&x], |b, v| b.qr(v[0], full).map(|(q, r)| vec![q, r]))?;
        Ok(tensors(parts))
    };
    "svd" [(x) (full_matrices = TRUE) (compute_uv = TRUE)] "Singular vectors and values." => svd;
    "triangular_solve" [(a) (b) (left_side = FALSE) (lower = FALSE) (transpose_a = FALSE) (conjugate_a = FALSE) (unit_diagonal = FALSE)]
        "The solution of triangular systems." => triangular_solve;
};

/// Complex numbers and Fourier transforms.
pub(super) static COMPLEX: &[FunctionDecl] = functions! {
    "fft" [(x) (fft_type) (fft_lengths)] "A discrete Fourier transform of the last dimensions." => fft;
    "complex" [(x) (y)] "x + iy." => |i, args| elementwise(i, args, &["x", "y"], "", Domain::Float, |b, v| b.complex(v[0], v[1]));
    "real" [(x)] "The real part." => |i, args| elementwise(i, args, &["x"], "", Domain::Complex, |b, v| b.real(v[0]));
    "imag" [(x)] "The imaginary part." => |i, args| elementwise(i, args, &["x"], "", Domain::Complex, |b, v| b.imag(v[0]));
    "conj" [(x) (input_dtype = Default::None)] "The complex conjugate." => |interp, args| {
        let x = operand(interp, args, "x")?;
        let x = if x.dtype().is_complex() { x } else { complex_of(interp, &x)? };
        apply(interp, &[x], |b, v| b.conj(v[0])).map(Value::Tensor)
    };
};

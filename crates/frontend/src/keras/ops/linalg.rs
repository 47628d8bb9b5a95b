//! Matrices in `keras.ops`, beyond what it shares with NumPy.

use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::trace::Tensor;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "solve_triangular": [(a) (b) (lower = FALSE)] "The solutions of triangular systems." => |c| {
        let (a, b, lower) = (c.tensor("a")?, c.tensor("b")?, c.flag("lower")?);
        c.t().solve_triangular(&a, &b, lower)
    };
    "cholesky_inverse": [(x) (upper = FALSE)] "The inverse of a matrix of which the Cholesky factor is given." => |c| {
        let (factor, upper) = (matrix(c)?, c.flag("upper")?);
        let n = factor.shape()[0];
        let one = c.t().on_diagonal(n, n, 0)?;
        let one = c.t().convert(&one, factor.dtype())?;
        let inverse = c.t().solve_triangular(&factor, &one, !upper)?;
        let turned = c.t().transposed(&inverse)?;
        if upper { c.t().matmul(&inverse, &turned) } else { c.t().matmul(&turned, &inverse) }
    };
    "logdet": [(x)] "The logarithms of the absolute values of determinants." => |c| {
        let x = c.tensor("x")?;
        let x = c.t().to_float(&x)?;
        c.t().build1(&[&x], |b, v| b.slogdet(v[0]).map(|(_, log)| log))
    };
    "lu_factor": [(x)] "Triangular factors in one matrix, and pivots." => |c| {
        let x = c.tensor("x")?;
        let x = c.t().to_float(&x)?;
        let found = c.t().build(&[&x], |b, v| b.lu(v[0]).map(|(lu, pivots, _)| vec![lu, pivots]))?;
        <[Tensor; 2]>::try_from(found).map_err(|_| Error::internal("a factorisation has two results"))
    };
    "eig": [(x)] "Eigenvalues and eigenvectors of any square matrices." => no_eigenvalues;
    "cdist": [(x) (y)] "The distances of all pairs of rows." => |c| {
        let (x, y) = (c.tensor("x")?, c.tensor("y")?);
        if x.rank() < 2 || y.rank() < 2 || x.shape().last() != y.shape().last() {
            return Err(Error::shape(format!("rows of equal length are compared, found shapes {} and {}", as_tuple(x.shape()), as_tuple(y.shape()))));
        }
        let t = c.t();
        let (left, right) = (t.expand_dims(&x, &[x.rank() - 1])?, t.expand_dims(&y, &[y.rank() - 2])?);
        let squares = t.compute([&left, &right], |[x, y]| (x - y).square())?;
        let sum = t.sum(&squares, &[squares.rank() - 1], false)?;
        t.sqrt(&sum)
    };
    "corrcoef": [(x)] "The correlations of rows." => |c| {
        let x = c.value("x")?;
        c.library("jax.numpy", "corrcoef", vec![("x", x)])
    };
    "matrix_rank": [(x) (tol = NONE)] "How many singular values are not negligible." => |c| {
        let (x, tolerance) = (c.tensor("x")?, c.optional("tol")?);
        if x.rank() < 2 {
            return Err(Error::shape(format!("Expected input to have rank >= 2. Received input with shape {}.", as_tuple(x.shape()))));
        }
        let rank = c.t().matrix_rank(&x, tolerance.as_ref())?;
        c.t().convert(&rank, DType::I32)
    };
    "lstsq": [(a) (b) (rcond = NONE)] "The least squares solution." => |c| {
        let (a, b, limit) = (c.tensor("a")?, c.tensor("b")?, c.optional("rcond")?);
        let [x, ..] = c.t().least_squares(&a, &b, limit.as_ref())?;
        Ok(x)
    };
};

fn matrix(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("x")?;
    match x.shape() {
        [n, m] if n == m => c.t().to_float(&x),
        shape => Err(Error::shape(format!("a square matrix is needed, found shape {}", as_tuple(&shape)))),
    }
}

/// Why there is no decomposition of matrices that are not symmetric.
pub(crate) fn no_eigenvalues(c: &mut Call<'_>) -> Result<Tensor> {
    Err(Error::unsupported(format!("{}() of matrices that need not be symmetric", c.args.function()))
        .note("no plugin offers it to compiled programs, and JAX has it on CPUs only")
        .help("for symmetric matrices use eigh() or eigvalsh()"))
}

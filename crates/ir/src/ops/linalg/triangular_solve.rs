//! `triangular_solve`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::super::{batching, rules};
use super::dense::Matrix;
use super::matrix::{self, Triangle};

/// Solves op(A)·X = B, or X·op(A) = B, for triangular matrices A; operands are A and B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TriangularSolve {
    /// Whether A stands to the left of X.
    pub left_side: bool,
    /// Whether the lower triangle of A is looked at, else the upper one.
    pub lower: bool,
    /// Whether op transposes.
    pub transpose_a: bool,
    /// Whether op conjugates.
    pub conjugate_a: bool,
    /// Whether the diagonal of A counts as ones.
    pub unit_diagonal: bool,
}

const NAME: &str = "triangular_solve";

impl TriangularSolve {
    fn flags(self) -> [(&'static str, bool); 5] {
        [
            ("left_side", self.left_side),
            ("lower", self.lower),
            ("transpose_a", self.transpose_a),
            ("conjugate_a", self.conjugate_a),
            ("unit_diagonal", self.unit_diagonal),
        ]
    }

    fn triangle(self) -> Triangle {
        match (self.lower, self.unit_diagonal) {
            (true, false) => Triangle::Lower,
            (true, true) => Triangle::StrictlyLower,
            (false, false) => Triangle::Upper,
            (false, true) => Triangle::StrictlyUpper,
        }
    }

    /// op(A) as it is meant.
    fn matrix(self, a: &Matrix) -> Matrix {
        let element = |i: usize, j: usize| match i.cmp(&j) {
            std::cmp::Ordering::Equal if self.unit_diagonal => Complex64::ONE,
            std::cmp::Ordering::Less if self.lower => Complex64::ZERO,
            std::cmp::Ordering::Greater if !self.lower => Complex64::ZERO,
            _ if self.conjugate_a => a.at(i, j).conj(),
            _ => a.at(i, j),
        };
        Matrix::from_fn(a.rows, a.cols, |i, j| if self.transpose_a { element(j, i) } else { element(i, j) })
    }
}

/// X with A·X = B by substitution.
fn substitute(a: &Matrix, b: &Matrix, forward: bool) -> Matrix {
    let mut x = Matrix::zeros(b.rows, b.cols);
    let order: Vec<usize> = if forward { (0..b.rows).collect() } else { (0..b.rows).rev().collect() };
    for (done, &i) in order.iter().enumerate() {
        for j in 0..b.cols {
            let sum: Complex64 = order[..done].iter().map(|&k| a.at(i, k) * x.at(k, j)).sum();
            let value = (b.at(i, j) - sum) / a.at(i, i);
            x.set(i, j, value);
        }
    }
    x
}

fn transposed(x: &Matrix) -> Matrix {
    Matrix::from_fn(x.cols, x.rows, |i, j| x.at(j, i))
}

impl Primitive for TriangularSolve {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        self.flags().into_iter().map(|(key, flag)| (key, Attr::Bool(flag))).collect()
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            Ok(TriangularSolve {
                left_side: attrs.bool("left_side")?,
                lower: attrs.bool("lower")?,
                transpose_a: attrs.bool("transpose_a")?,
                conjugate_a: attrs.bool("conjugate_a")?,
                unit_diagonal: attrs.bool("unit_diagonal")?,
            })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a, rhs] = rules::operands(NAME, operands)?;
        let ((n, cols), (rows, width)) = (matrix::dims(NAME, a)?, matrix::dims(NAME, rhs)?);
        let same_batch = a.rank() == rhs.rank() && a.shape[..a.rank() - 2] == rhs.shape[..rhs.rank() - 2];
        if n != cols || a.dtype != rhs.dtype || !same_batch || n != if self.left_side { rows } else { width } {
            let message = "square matrices and right-hand sides must fit each other, in one type and batch";
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![rhs.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let x = b.emit1(*self, primals)?;
        let (&[a, _], &[da, drhs]) = (primals, tangents) else { return Ok((vec![x], vec![None])) };
        let mut rhs = drhs;
        if let Some(da) = da {
            // −op(Ȧ)·X goes to the right-hand side.
            let mut da = b.keep_triangle(da, self.triangle())?;
            if self.transpose_a {
                da = b.matrix_transpose(da)?;
            }
            if self.conjugate_a {
                da = b.conj(da)?;
            }
            let product = if self.left_side { b.matrix_product(da, x)? } else { b.matrix_product(x, da)? };
            let moved = b.neg(product)?;
            rhs = rules::sum(b, rhs, Some(moved))?;
        }
        let dx = rhs.map(|rhs| b.emit1(*self, &[a, rhs])).transpose()?;
        Ok((vec![x], vec![dx]))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (&[Some(ct)], [Operand::Known(a), Operand::Linear(_)]) = (cotangents, operands) else {
            return rules::not_linear(NAME, b);
        };
        let transposed = TriangularSolve { transpose_a: !self.transpose_a, ..*self };
        Ok(vec![None, Some(b.emit1(transposed, &[*a, ct])?)])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[mut a, rhs], false) = (operands, results.is_empty()) else { return rules::not_lowered(NAME) };
        // Conjugating without transposing is not in the operation.
        let complex = e.ty(a).dtype.is_complex();
        if complex && self.conjugate_a && !self.transpose_a {
            let mut b = Builder::new(NAME);
            let param = b.param(e.ty(a).clone());
            let conj = b.conj(param)?;
            for conj in e.inline(&b.finish(vec![conj]), &[a])? {
                a = conj;
            }
        }
        let transpose = match (self.transpose_a, self.conjugate_a && complex) {
            (false, _) => "NO_TRANSPOSE",
            (true, false) => "TRANSPOSE",
            (true, true) => "ADJOINT",
        };
        let attributes = vec![
            ("left_side", self.left_side.to_string()),
            ("lower", self.lower.to_string()),
            ("unit_diagonal", self.unit_diagonal.to_string()),
            ("transpose_a", format!("#stablehlo<transpose {transpose}>")),
        ];
        e.op(HloOp {
            name: "stablehlo.triangular_solve",
            operands: &[a, rhs],
            attributes,
            regions: Vec::new(),
            results,
        })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a, rhs] = rules::arrays(NAME, operands)?;
        let pairs = Matrix::all(NAME, a)?.into_iter().zip(Matrix::all(NAME, rhs)?);
        let solved: Vec<Matrix> = pairs
            .map(|(a, rhs)| {
                let a = self.matrix(&a);
                // Transposing exchanges the triangles, and X·A = B is Aᵀ·Xᵀ = Bᵀ.
                let is_lower = self.lower != self.transpose_a;
                match self.left_side {
                    true => substitute(&a, &rhs, is_lower),
                    false => transposed(&substitute(&transposed(&a), &transposed(&rhs), !is_lower)),
                }
            })
            .collect();
        Ok(vec![Matrix::pack(NAME, &solved, rhs.ty())?])
    }
}

impl Builder {
    /// Solves triangular systems with the matrices `a` for the right-hand sides `rhs` (JAX's
    /// `lax.linalg.triangular_solve`).
    ///
    /// # Errors
    /// Shapes or element types do not fit each other.
    pub fn triangular_solve(&mut self, a: Value, rhs: Value, how: TriangularSolve) -> Result<Value> {
        self.emit1(how, &[a, rhs])
    }
}

//! `qr`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{Array, Attr, AttrReader, Attrs, Batch, Builder, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::super::{Padding, batching, rules};
use super::dense::Matrix;
use super::matrix::{self, Triangle, with_last};
use super::triangular_solve::TriangularSolve;

/// A = Q·R with orthonormal columns Q and upper triangular R, by Householder's reflections, which make each
/// diagonal element of R have the sign opposite to that of the element it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Qr {
    /// For m×n matrices: whether Q is m×m and R m×n; else m×k and k×n with k the smaller of m and n.
    pub full_matrices: bool,
}

const NAME: &str = "qr";

/// Q (m×m) and R (m×n).
pub(super) fn factor(a: &Matrix) -> (Matrix, Matrix) {
    let (mut r, mut q) = (a.clone(), Matrix::identity(a.rows));
    for k in 0..a.rows.min(a.cols) {
        let tail: f64 = (k + 1..a.rows).map(|i| r.at(i, k).norm_sqr()).sum();
        let alpha = r.at(k, k);
        if tail == 0.0 && alpha.im == 0.0 {
            continue;
        }
        let size = (alpha.norm_sqr() + tail).sqrt();
        let beta = if alpha.re >= 0.0 { -size } else { size };
        let tau = (beta - alpha) / beta;
        let mut v = vec![Complex64::ZERO; a.rows];
        v[k] = Complex64::ONE;
        for (i, v) in v.iter_mut().enumerate().skip(k + 1) {
            *v = r.at(i, k) / (alpha - beta);
        }
        // H = I − τ·v·vᴴ; R becomes Hᴴ·R, Q becomes Q·H.
        for j in 0..a.cols {
            let sum: Complex64 = (k..a.rows).map(|i| v[i].conj() * r.at(i, j)).sum();
            for (i, v) in v.iter().enumerate().skip(k) {
                let x = r.at(i, j) - tau.conj() * v * sum;
                r.set(i, j, x);
            }
        }
        for i in 0..a.rows {
            let sum: Complex64 = (k..a.rows).map(|j| q.at(i, j) * v[j]).sum();
            for (j, v) in v.iter().enumerate().skip(k) {
                let x = q.at(i, j) - tau * sum * v.conj();
                q.set(i, j, x);
            }
        }
    }
    for i in 0..r.rows {
        for j in 0..i.min(r.cols) {
            r.set(i, j, Complex64::ZERO);
        }
    }
    (q, r)
}

impl Qr {
    /// Columns of Q, which are rows of R.
    fn inner(self, m: usize, n: usize) -> usize {
        if self.full_matrices { m } else { m.min(n) }
    }
}

impl Primitive for Qr {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("full_matrices", Attr::Bool(self.full_matrices))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Qr { full_matrices: attrs.bool("full_matrices")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a] = rules::operands(NAME, operands)?;
        let (m, n) = matrix::dims(NAME, a)?;
        let k = self.inner(m, n);
        Ok(vec![with_last(a, 2, &[m, k]), with_last(a, 2, &[k, n])])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let results = b.emit(*self, primals)?;
        let (&[a], &[Some(da)], &[q, r]) = (primals, tangents, results.as_slice()) else {
            return Ok((results, vec![None, None]));
        };
        let (m, n) = matrix::dims(NAME, b.ty(a))?;
        if m < n || (self.full_matrices && m != n) {
            let message = "only for at least as many rows as columns and reduced factors";
            return rules::no_rule(NAME, "jvp", message, b.location());
        }
        // With X = Qᴴ·Ȧ·R⁻¹ and Ω = its strictly lower triangle less the adjoint of that:
        // Q̇ = Ȧ·R⁻¹ + Q·(Ω − X), Ṙ = (X − Ω)·R.
        let right = TriangularSolve {
            left_side: false,
            lower: false,
            transpose_a: false,
            conjugate_a: false,
            unit_diagonal: false,
        };
        let solved = b.emit1(right, &[r, da])?;
        let qh = b.adjoint(q)?;
        let x = b.matrix_product(qh, solved)?;
        let below = b.keep_triangle(x, Triangle::StrictlyLower)?;
        let above = b.adjoint(below)?;
        let mut omega = b.sub(below, above)?;
        if b.ty(x).dtype.is_complex() {
            // R keeps a real diagonal.
            let dtype = b.ty(x).dtype;
            let real = b.real(x)?;
            let real = b.convert(real, dtype)?;
            let imaginary = b.sub(x, real)?;
            let imaginary = b.keep_triangle(imaginary, Triangle::Diagonal)?;
            omega = b.add(omega, imaginary)?;
        }
        let rest = b.sub(x, omega)?;
        let turned = b.matrix_product(q, rest)?;
        let dq = b.sub(solved, turned)?;
        let dr = b.matrix_product(rest, r)?;
        Ok((results, vec![Some(dq), Some(dr)]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[a], [q_ty, _]) = (operands, results) else { return rules::not_lowered(NAME) };
        let a_ty = e.ty(a).clone();
        let (m, n) = matrix::dims(NAME, &a_ty)?;
        let call =
            |target: &str| vec![("call_target_name", format!("{target:?}")), ("api_version", "1 : i32".to_owned())];
        // Reflections below the diagonal, R on and above it, and the reflections' factors.
        let packed = e.op(HloOp {
            name: "stablehlo.custom_call",
            operands: &[a],
            attributes: call("Qr"),
            regions: Vec::new(),
            results: &[a_ty.clone(), with_last(&a_ty, 2, &[m.min(n)])],
        })?;
        let &[reflections, factors] = packed.as_slice() else { return rules::not_lowered(NAME) };
        let mut b = Builder::new(NAME);
        let x = b.param(a_ty.clone());
        let columns = self.inner(m, n);
        let r = b.corner(x, columns, n)?;
        let r = b.keep_triangle(r, Triangle::Upper)?;
        let mut padding = vec![Padding::default(); a_ty.rank()];
        padding[a_ty.rank() - 1] = Padding::edges(0, columns as i64 - n as i64);
        let square = b.pad_zero(x, &padding)?;
        let parts = e.inline(&b.finish(vec![square, r]), &[reflections])?;
        let &[square, r] = parts.as_slice() else { return rules::not_lowered(NAME) };
        let q = e.op(HloOp {
            name: "stablehlo.custom_call",
            operands: &[square, factors],
            attributes: call("ProductOfElementaryHouseholderReflectors"),
            regions: Vec::new(),
            results: std::slice::from_ref(q_ty),
        })?;
        Ok([&q[..], &[r]].concat())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a] = rules::arrays(NAME, operands)?;
        let types = self.infer(&[a.ty()])?;
        let mut factors = (Vec::new(), Vec::new());
        for a in Matrix::all(NAME, a)? {
            let (q, r) = factor(&a);
            let k = self.inner(a.rows, a.cols);
            factors.0.push(q.columns(&(0..k).collect::<Vec<_>>()));
            factors.1.push(Matrix::from_fn(k, r.cols, |i, j| r.at(i, j)));
        }
        match types.as_slice() {
            [q, r] => Ok(vec![Matrix::pack(NAME, &factors.0, q)?, Matrix::pack(NAME, &factors.1, r)?]),
            _ => Ok(Vec::new()),
        }
    }
}

impl Builder {
    /// A = Q·R with orthonormal Q and upper triangular R, for each matrix of the last two dimensions.
    ///
    /// # Errors
    /// The elements are not `f32`, `f64` or complex numbers.
    pub fn qr(&mut self, a: Value, full_matrices: bool) -> Result<(Value, Value)> {
        match self.emit(Qr { full_matrices }, &[a])?.as_slice() {
            &[q, r] => Ok((q, r)),
            _ => rules::not_lowered(NAME),
        }
    }
}

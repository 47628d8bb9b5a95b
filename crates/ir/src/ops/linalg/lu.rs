//! `lu`.

use std::sync::Arc;

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Batch, Builder, DType, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::super::{OutOfBounds, Padding, batching, rules};
use super::dense::{self, Matrix};
use super::matrix::{self, Triangle, with_last};
use super::triangular_solve::TriangularSolve;

/// P·A = L·U with partial pivoting: L with its unit diagonal left out and U in one matrix, the row that each
/// step chose (`i32`), and the rows of A in their new order (`i32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lu;

const NAME: &str = "lu";

/// What pivots are chosen by: the magnitude of real numbers, |re| + |im| of complex ones.
fn weight(x: Complex64) -> f64 {
    x.re.abs() + x.im.abs()
}

fn factor(mut a: Matrix) -> (Matrix, Vec<usize>, Vec<usize>) {
    let (mut pivots, mut order) = (Vec::new(), (0..a.rows).collect::<Vec<_>>());
    for k in 0..a.rows.min(a.cols) {
        let mut best = k;
        for i in k + 1..a.rows {
            let (champion, challenger) = (weight(a.at(best, k)), weight(a.at(i, k)));
            if !champion.is_nan() && (challenger > champion || challenger.is_nan()) {
                best = i;
            }
        }
        pivots.push(best);
        order.swap(k, best);
        a.swap_rows(k, best);
        let pivot = a.at(k, k);
        for i in k + 1..a.rows {
            let ratio = if pivot == Complex64::ZERO { a.at(i, k) } else { a.at(i, k) / pivot };
            a.set(i, k, ratio);
            for j in k + 1..a.cols {
                let x = a.at(i, j) - ratio * a.at(k, j);
                a.set(i, j, x);
            }
        }
    }
    (a, pivots, order)
}

/// The loop's carried values: step, matrices, pivots, order. One dimension before the matrices.
fn params(b: &mut Builder, a: &TensorType) -> [Value; 4] {
    let (count, rows, cols) = (a.shape[0], a.shape[1], a.shape[2]);
    let k = b.param(TensorType::scalar(DType::I32));
    let matrices = b.param(a.clone());
    let pivots = b.param(TensorType::new(DType::I32, [count, rows.min(cols)]));
    let order = b.param(TensorType::new(DType::I32, [count, rows]));
    [k, matrices, pivots, order]
}

fn step(ty: &TensorType) -> Result<crate::Function> {
    let mut builder = Builder::new("lu_step");
    let b = &mut builder;
    let (count, rows, cols) = (ty.shape[0], ty.shape[1], ty.shape[2]);
    let [k, a, pivots, order] = params(b, ty);
    let zero = b.constant(Array::scalar(DType::I32, 0.0))?;
    let rows_ty = TensorType::new(DType::I32, [count, rows]);
    let row = b.iota(&rows_ty, 1)?;
    let k_rows = b.broadcast(k, &rows_ty.shape)?;

    // The row of the largest element of column k, from row k on.
    let column = b.dynamic_slice(a, &[zero, zero, k], &[count, rows, 1])?;
    let (re, im) = (b.real(column)?, b.imag(column)?);
    let (re, im) = (b.abs(re)?, b.abs(im)?);
    let weight = b.add(re, im)?;
    let weight = b.reshape(weight, &[count, rows])?;
    let done = b.lt(row, k_rows)?;
    let least = b.full_like(weight, -1.0)?;
    let weight = b.select(done, least, weight)?;
    let chosen = b.argmax(weight, 1)?;
    let steps = b.ty(pivots).clone();
    let (chosen_steps, chosen_rows) =
        (b.broadcast_in_dim(chosen, &steps.shape, &[0])?, b.broadcast_in_dim(chosen, &rows_ty.shape, &[0])?);
    let (place, k_steps) = (b.iota(&steps, 1)?, b.broadcast(k, &steps.shape)?);
    let now = b.eq(place, k_steps)?;
    let pivots = b.select(now, chosen_steps, pivots)?;

    // Rows k and chosen change places.
    let (is_k, is_chosen) = (b.eq(row, k_rows)?, b.eq(row, chosen_rows)?);
    let source = b.select(is_chosen, k_rows, row)?;
    let source = b.select(is_k, chosen_rows, source)?;
    let order = b.take_along_axis(order, source, 1, OutOfBounds::Promised)?;
    let wide = b.broadcast_in_dim(source, &ty.shape, &[0, 1])?;
    let a = b.take_along_axis(a, wide, 1, OutOfBounds::Promised)?;

    // What is below the pivot becomes ratios, what is to the right of them loses multiples of the row.
    let pivot = b.dynamic_slice(a, &[zero, k, k], &[count, 1, 1])?;
    let pivot_row = b.dynamic_slice(a, &[zero, k, zero], &[count, 1, cols])?;
    let column = b.dynamic_slice(a, &[zero, zero, k], &[count, rows, 1])?;
    let pivot = b.broadcast_in_dim(pivot, &ty.shape, &[0, 1, 2])?;
    let pivot_row = b.broadcast_in_dim(pivot_row, &ty.shape, &[0, 1, 2])?;
    let column = b.broadcast_in_dim(column, &ty.shape, &[0, 1, 2])?;
    let nothing = b.full_like(a, 0.0)?;
    let one = b.full_like(a, 1.0)?;
    let singular = b.eq(pivot, nothing)?;
    let divisor = b.select(singular, one, pivot)?;
    let ratios = b.div(column, divisor)?;
    let places = ty.with_dtype(DType::I32);
    let (row, col, k_all) = (b.iota(&places, 1)?, b.iota(&places, 2)?, b.broadcast(k, &ty.shape)?);
    let (below, right, here) = (b.gt(row, k_all)?, b.gt(col, k_all)?, b.eq(col, k_all)?);
    let (rest, under) = (b.and(below, right)?, b.and(below, here)?);
    let multiples = b.mul(ratios, pivot_row)?;
    let less = b.sub(a, multiples)?;
    let a = b.select(rest, less, a)?;
    let a = b.select(under, ratios, a)?;
    let next = b.add_scalar(k, 1.0)?;
    Ok(builder.finish(vec![next, a, pivots, order]))
}

impl Primitive for Lu {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then_some(Ok(Lu))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [a] = rules::operands(NAME, operands)?;
        let (m, n) = matrix::dims(NAME, a)?;
        let places = |count| with_last(a, 2, &[count]).with_dtype(DType::I32);
        Ok(vec![a.clone(), places(m.min(n)), places(m)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let results = b.emit(*self, primals)?;
        let (&[Some(da)], &[lu, _, order]) = (tangents, results.as_slice()) else {
            return Ok((results, vec![None; 3]));
        };
        // With X = L⁻¹·P·Ȧ·U⁻¹: L̇ is L times its strictly lower triangle, U̇ its upper triangle times U.
        let ty = b.ty(lu).clone();
        let (m, n) = matrix::dims(NAME, &ty)?;
        let (k, rank) = (m.min(n), ty.rank());
        let order = b.repeat_vector(order, n, true)?;
        let da = b.take_along_axis(da, order, rank - 2, OutOfBounds::Promised)?;
        let pad = |rows: usize, cols: usize| {
            let mut padding = vec![Padding::default(); rank];
            padding[rank - 2] = Padding::edges(0, rows as i64);
            padding[rank - 1] = Padding::edges(0, cols as i64);
            padding
        };
        let l = b.corner(lu, m, k)?;
        let l = b.keep_triangle(l, Triangle::StrictlyLower)?;
        let l = b.pad_zero(l, &pad(0, m - k))?;
        let eye = b.identity_like(l)?;
        let l = b.add(l, eye)?;
        let u = b.corner(lu, k, n)?;
        let u = b.keep_triangle(u, Triangle::Upper)?;
        let u = b.pad_zero(u, &pad(n - k, 0))?;
        // Ones where U has no rows, so that it can be solved with.
        let eye = b.identity_like(u)?;
        let kept = b.corner(eye, k, n)?;
        let kept = b.pad_zero(kept, &pad(n - k, 0))?;
        let eye = b.sub(eye, kept)?;
        let u = b.add(u, eye)?;
        let left = TriangularSolve {
            left_side: true,
            lower: true,
            transpose_a: false,
            conjugate_a: false,
            unit_diagonal: true,
        };
        let right = TriangularSolve { left_side: false, lower: false, unit_diagonal: false, ..left };
        let x = b.emit1(left, &[l, da])?;
        let x = b.emit1(right, &[u, x])?;
        let (lower, upper) = (b.keep_triangle(x, Triangle::StrictlyLower)?, b.keep_triangle(x, Triangle::Upper)?);
        let (dl, du) = (b.matrix_product(l, lower)?, b.matrix_product(upper, u)?);
        let sum = b.add(dl, du)?;
        Ok((results, vec![Some(sum), None, None]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [a_ty, pivots_ty, order_ty] = results else { return rules::not_lowered(NAME) };
        let (rows, cols) = matrix::dims(NAME, a_ty)?;
        let count = a_ty.shape[..a_ty.rank() - 2].iter().product();
        let flat = a_ty.with_shape([count, rows, cols]);
        let mut cond = Builder::new("lu_cond");
        let [k, ..] = params(&mut cond, &flat);
        let last = cond.constant(Array::scalar(DType::I32, rows.min(cols) as f64))?;
        let more = cond.lt(k, last)?;
        let cond = Arc::new(cond.finish(vec![more]));
        let body = Arc::new(step(&flat)?);

        let mut b = Builder::new(NAME);
        let a = b.param(a_ty.clone());
        let a = b.reshape(a, &flat.shape)?;
        let start = b.constant(Array::scalar(DType::I32, 0.0))?;
        let pivots = b.full(&TensorType::new(DType::I32, [count, rows.min(cols)]), 0.0)?;
        let order = b.iota(&TensorType::new(DType::I32, [count, rows]), 1)?;
        let ends = b.while_loop(&cond, &body, &[start, a, pivots, order])?;
        let ends = ends.into_iter().skip(1).zip([a_ty, pivots_ty, order_ty]);
        let shaped = ends.map(|(end, ty)| b.reshape(end, &ty.shape)).collect::<Result<Vec<_>>>()?;
        e.inline(&b.finish(shaped), operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [a] = rules::arrays(NAME, operands)?;
        let types = self.infer(&[a.ty()])?;
        let (mut factors, mut pivots, mut orders) = (Vec::new(), Vec::new(), Vec::new());
        for a in Matrix::all(NAME, a)? {
            let (lu, chosen, order) = factor(a);
            factors.push(lu);
            pivots.extend(chosen);
            orders.extend(order);
        }
        let places =
            |places: Vec<usize>, ty| dense::pack(NAME, places.into_iter().map(|i| (i as f64).into()).collect(), ty);
        match types.as_slice() {
            [lu, p, o] => Ok(vec![Matrix::pack(NAME, &factors, lu)?, places(pivots, p)?, places(orders, o)?]),
            _ => Ok(Vec::new()),
        }
    }
}

impl Builder {
    /// P·A = L·U with partial pivoting for each matrix of the last two dimensions: both triangles in one matrix
    /// (L's diagonal of ones left out), pivots and the order of the rows, as `i32`.
    ///
    /// # Errors
    /// The elements are not `f32`, `f64` or complex numbers.
    pub fn lu(&mut self, a: Value) -> Result<(Value, Value, Value)> {
        match self.emit(Lu, &[a])?.as_slice() {
            &[lu, pivots, order] => Ok((lu, pivots, order)),
            _ => rules::not_lowered(NAME),
        }
    }
}

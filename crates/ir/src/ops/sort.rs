//! `sort` and `top_k`.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, Function, IrError, Mapped, Operand, Primitive, Result,
    TensorType, Value,
};

use super::wide::Wide;
use super::{OutOfBounds, batching, index, rules};

/// Sorts several tensors of one shape together along a dimension, ascending by the first `num_keys`
/// of them, lexicographically. Stable. −0 equals +0; every NaN is last; complex numbers go by their real, then
/// by their imaginary parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The dimension to sort along.
    pub dim: usize,
    /// How many of the operands are compared.
    pub num_keys: usize,
}

/// The `k` largest elements along the last dimension, descending, and their indices as `i32`; the
/// lower index first among equal ones. NaN counts as largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TopK {
    /// How many elements.
    pub k: usize,
}

const SORT: &str = "sort";
const TOP_K: &str = "top_k";

/// Emits whether `x` comes before `y`, and whether they are equal, with NaN after everything.
fn order(b: &mut Builder, x: Value, y: Value) -> Result<(Value, Value)> {
    if b.ty(x).dtype.is_complex() {
        // By the real part, then by the imaginary part.
        let (x_re, x_im, y_re, y_im) = (b.real(x)?, b.imag(x)?, b.real(y)?, b.imag(y)?);
        let ((before, equal), (then_before, then_equal)) = (order(b, x_re, y_re)?, order(b, x_im, y_im)?);
        let later = b.and(equal, then_before)?;
        return Ok((b.or(before, later)?, b.and(equal, then_equal)?));
    }
    let (less, equal) = (b.lt(x, y)?, b.eq(x, y)?);
    if !b.ty(x).dtype.is_float() {
        return Ok((less, equal));
    }
    let (x_nan, y_nan, x_number) = (b.ne(x, x)?, b.ne(y, y)?, b.eq(x, x)?);
    let (before, both) = (b.and(x_number, y_nan)?, b.and(x_nan, y_nan)?);
    Ok((b.or(less, before)?, b.or(equal, both)?))
}

impl Sort {
    /// The comparator of StableHLO: for each operand a scalar of either side.
    fn comparator(&self, dtypes: &[DType]) -> Result<Arc<Function>> {
        let mut b = Builder::new("before");
        let pairs: Vec<(Value, Value)> = dtypes
            .iter()
            .map(|&dtype| (b.param(TensorType::scalar(dtype)), b.param(TensorType::scalar(dtype))))
            .collect();
        let mut answer = b.constant(Array::scalar(DType::Bool, 0.0))?;
        for &(x, y) in pairs[..self.num_keys].iter().rev() {
            let (before, equal) = order(&mut b, x, y)?;
            let then = b.and(equal, answer)?;
            answer = b.or(before, then)?;
        }
        Ok(Arc::new(b.finish(vec![answer])))
    }
}

/// `partial_cmp` with NaN after everything.
fn compare<T: PartialOrd>(x: &T, y: &T) -> Ordering {
    let is_nan = |x: &T| x.partial_cmp(x).is_none();
    x.partial_cmp(y).unwrap_or_else(|| is_nan(x).cmp(&is_nan(y)))
}

fn compare_at(column: &Wide, i: usize, j: usize) -> Ordering {
    match column {
        Wide::Bool(v) => v[i].cmp(&v[j]),
        Wide::Int(v) => v[i].cmp(&v[j]),
        Wide::Float(v) => compare(&v[i], &v[j]),
        Wide::Complex(v) => compare(&v[i].re, &v[j].re).then(compare(&v[i].im, &v[j].im)),
    }
}

/// For each row along `dim`, the positions of its elements in the order that `compare` gives positions.
fn sorted_rows(shape: &[usize], dim: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<Vec<usize>> {
    let along = index::offsets(shape, &[dim]);
    let bases = index::offsets(shape, &rules::other_dims(shape.len(), &[dim]));
    let sorted = |base: usize| {
        let mut row: Vec<usize> = along.iter().map(|offset| base + offset).collect();
        row.sort_by(|&i, &j| compare(i, j));
        row
    };
    bases.into_iter().map(sorted).collect()
}

impl Primitive for Sort {
    fn name(&self) -> &'static str {
        SORT
    }

    fn attrs(&self) -> Attrs {
        vec![("dim", Attr::from(self.dim)), ("num_keys", Attr::from(self.num_keys))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == SORT).then(|| Ok(Sort { dim: attrs.size("dim")?, num_keys: attrs.size("num_keys")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let (first, _) = rules::first(SORT, operands)?;
        if self.dim >= first.rank() || self.num_keys == 0 || self.num_keys > operands.len() {
            let message = format!("cannot sort along dimension {} by {} operands", self.dim, self.num_keys);
            return Err(IrError::ty(SORT, message, operands));
        }
        if operands.iter().any(|x| x.shape != first.shape) {
            return Err(IrError::ty(SORT, "operands must have one shape", operands));
        }
        Ok(operands.iter().map(|&x| x.clone()).collect())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        // The tangents are put in the order that the sorted positions tell.
        let positions = match primals.first() {
            Some(&x) => b.ty(x).with_dtype(DType::I32),
            None => return rules::constant_jvp(b, self, primals),
        };
        let positions = b.iota(&positions, self.dim)?;
        let mut results = b.emit(*self, &[primals, &[positions]].concat())?;
        let Some(order) = results.pop() else { return Ok((results, Vec::new())) };
        let reorder =
            |&d: &Option<Value>| d.map(|d| b.take_along_axis(d, order, self.dim, OutOfBounds::Promised)).transpose();
        let tangents = tangents.iter().map(reorder).collect::<Result<_>>()?;
        Ok((results, tangents))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(SORT, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Sort { dim: self.dim + 1, ..*self }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let dtypes: Vec<DType> = results.iter().map(|ty| ty.dtype).collect();
        let attributes = vec![("dimension", format!("{} : i64", self.dim)), ("is_stable", "true".to_owned())];
        let regions = vec![self.comparator(&dtypes)?];
        e.op(HloOp { name: "stablehlo.sort", operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let (first, _) = rules::first_array(SORT, operands)?;
        let shape = &first.ty().shape;
        let keys: Vec<Wide> = operands.iter().take(self.num_keys).map(|x| Wide::of(x)).collect();
        let compare = |i, j| {
            let columns = keys.iter().map(|column| compare_at(column, i, j));
            columns.fold(Ordering::Equal, |sofar, next| sofar.then(next))
        };
        let rows = sorted_rows(shape, self.dim, compare);
        let targets = sorted_rows(shape, self.dim, |_, _| Ordering::Equal);
        let mut sources = vec![0; first.ty().size()];
        for (to, from) in targets.into_iter().flatten().zip(rows.into_iter().flatten()) {
            sources[to] = from;
        }
        operands.iter().map(|x| index::take(x, shape, &sources)).collect()
    }
}

impl Primitive for TopK {
    fn name(&self) -> &'static str {
        TOP_K
    }

    fn attrs(&self) -> Attrs {
        vec![("k", Attr::from(self.k))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == TOP_K).then(|| Ok(TopK { k: attrs.size("k")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(TOP_K, operands)?;
        let mut values = x.clone();
        match values.shape.last_mut() {
            Some(n) if self.k <= *n && !x.dtype.is_complex() => *n = self.k,
            _ => {
                let message = format!("needs at least {} ordered elements along the last dimension", self.k);
                return Err(IrError::ty(TOP_K, message, operands));
            }
        }
        Ok(vec![values.clone(), values.with_dtype(DType::I32)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let results = b.emit(*self, primals)?;
        let tangent = match (results.as_slice(), tangents) {
            (&[values, indices], &[Some(dx)]) => {
                let last = b.ty(values).rank() - 1;
                Some(b.take_along_axis(dx, indices, last, OutOfBounds::Promised)?)
            }
            _ => None,
        };
        Ok((results, vec![tangent, None]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(TOP_K, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("k", format!("{} : i64", self.k))];
        e.op(HloOp { name: "chlo.top_k", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(TOP_K, operands)?;
        let [values_ty, indices_ty] = <[TensorType; 2]>::try_from(self.infer(&[x.ty()])?)
            .map_err(|_| IrError::Eval { op: TOP_K, message: "two results were expected".to_owned() })?;
        let last = x.ty().rank() - 1;
        let keys = Wide::of(x);
        let rows = sorted_rows(&x.ty().shape, last, |i, j| compare_at(&keys, j, i));
        let positions: Vec<usize> = rows.into_iter().flat_map(|row| row.into_iter().take(self.k)).collect();
        let n = x.ty().shape[last];
        let indices = positions.iter().map(|&p| (p % n) as i128).collect();
        Ok(vec![index::take(x, &values_ty.shape, &positions)?, Wide::Int(indices).narrow(TOP_K, &indices_ty)?])
    }
}

impl Builder {
    /// Sorts tensors of one shape together along `dim`, ascending by the first `num_keys` of them. Stable;
    /// −0 equals +0; every NaN is last.
    ///
    /// # Errors
    /// The shapes differ, or there is no such dimension or number of keys.
    pub fn sort(&mut self, operands: &[Value], dim: usize, num_keys: usize) -> Result<Vec<Value>> {
        self.emit(Sort { dim, num_keys }, operands)
    }

    /// The indices, as `i32`, that put `x` in ascending order along `dim`. Stable; every NaN is last.
    ///
    /// # Errors
    /// There is no such dimension.
    pub fn argsort(&mut self, x: Value, dim: usize) -> Result<Value> {
        let indices = self.ty(x).with_dtype(DType::I32);
        let indices = self.iota(&indices, dim)?;
        self.emit_array(Sort { dim, num_keys: 1 }, &[x, indices]).map(|[_, order]| order)
    }

    /// The `k` largest elements along the last dimension, descending, and their indices as `i32`.
    ///
    /// # Errors
    /// There are fewer elements.
    pub fn top_k(&mut self, x: Value, k: usize) -> Result<(Value, Value)> {
        self.emit_array(TopK { k }, &[x]).map(|[values, indices]| (values, indices))
    }
}

//! Pooling: windows as element-wise functions of strided slices, one slice for each place in the window.

use super::{MAX_PLACES, places};
use crate::array::Array;
use crate::ops::{
    BinaryKind, BroadcastInDim, Compare, Comparison, Extremum, Iota, Monoid, OptimizationBarrier, Pad, Padding,
    ReduceWindow, Select, SelectAndScatterAdd, Slice, Unary, UnaryKind, Window,
};
use crate::passes::graph::Graph;
use crate::passes::rules::Answer;
use crate::{DType, Equation, Op, Result, TensorType, Value, elements};

/// `reduce_window(x)` → the places of the window combined.
pub(super) fn reduce(g: &mut Graph<'_>, op: &ReduceWindow, x: Value) -> Answer {
    let dtype = g.ty(x).dtype;
    let combine = match op.monoid {
        // Half-precision sums would be rounded at every step.
        Monoid::Sum if matches!(dtype, DType::F32 | DType::F64) => BinaryKind::Add,
        Monoid::Max => BinaryKind::Max,
        Monoid::Min => BinaryKind::Min,
        _ => return Ok(None),
    };
    if !is_unrolled(&op.window) {
        return Ok(None);
    }
    let places = Places::of(g, &op.window, x)?;
    let neutral = op.monoid.neutral(dtype);
    let padded = places.padded(g, x, neutral)?;
    let mut result = None;
    for place in &places.places {
        let elements = places.slice(g, padded, place)?;
        result = Some(match result {
            None => elements,
            Some(before) => g.binary(combine, before, elements)?,
        });
    }
    Ok(result)
}

/// `select_and_scatter_add(s, x)` → for each window the number of the place that is chosen, and `s` where it is that
/// place's.
pub(super) fn scatter(g: &mut Graph<'_>, op: &SelectAndScatterAdd, source: Value, x: Value) -> Answer {
    if !is_unrolled(&op.window) {
        return Ok(None);
    }
    let places = Places::of(g, &op.window, x)?;
    let chosen = chosen(g, &places, op.extremum, x)?;
    let shape = g.ty(x).shape.clone();
    if op.window.size == op.window.strides {
        return disjoint(g, &places, chosen, source, &shape).map(Some);
    }
    // The chosen places are looked at once for every place: they are stored, not computed that often.
    let chosen = g.emit1(OptimizationBarrier, &[chosen])?;
    let zero = g.full_like(source, 0.0)?;
    let mut sum = None;
    for (number, place) in places.places.iter().enumerate() {
        let number = g.full_like(chosen, number as f64)?;
        let here = g.emit1(Compare(Comparison::Eq), &[chosen, number])?;
        let part = g.emit1(Select, &[here, source, zero])?;
        let padding = (0..shape.len()).map(|d| {
            let stride = op.window.strides[d];
            let low = place[d] as i64 - op.window.padding[d].0;
            let covered = (places.counts[d] - 1) * stride + 1;
            Padding { low, high: shape[d] as i64 - covered as i64 - low, interior: stride - 1 }
        });
        let part = pad(g, part, padding.collect())?;
        sum = Some(match sum {
            None => part,
            Some(before) => g.binary(BinaryKind::Add, before, part)?,
        });
    }
    Ok(sum)
}

/// The sum over windows of `x` spread so far that each window holds one element (the gradient of
/// disjoint windows' sums) → `x` repeated.
pub(super) fn spread(g: &mut Graph<'_>, op: &ReduceWindow, padded: Value) -> Answer {
    let window = &op.window;
    let plain = !window.is_dilated()
        && window.strides.iter().all(|&s| s == 1)
        && window.padding.iter().all(|&p| p == (0, 0))
        && op.monoid == Monoid::Sum;
    let Some(Equation { op: Op::Pad(Pad { padding }), inputs, .. }) = g.def(padded) else { return Ok(None) };
    let &[x, value] = inputs.as_slice() else { return Ok(None) };
    let one_each = padding.iter().zip(&window.size).all(|(p, &size)| p.interior == size - 1);
    if !plain || !one_each || g.number(value) != Some(0.0) {
        return Ok(None);
    }
    let padding = padding.clone();
    let counts = g.ty(x).shape.clone();
    let split = Split::of(&counts, &window.size);
    let repeated = split.broadcast(g, x, &split.windows)?;
    let repeated = g.reshape(repeated, &split.merged)?;
    let edges = (0..counts.len()).map(|d| {
        let size = window.size[d] as i64;
        let low = padding[d].low - (size - 1);
        let result = g.ty(padded).shape[d] as i64 - (size - 1);
        Padding::edges(low, result - split.merged[d] as i64 - low)
    });
    let edges = edges.collect();
    pad(g, repeated, edges).map(Some)
}

fn is_unrolled(window: &Window) -> bool {
    !window.is_dilated() && elements(&window.size) <= MAX_PLACES
}

/// The gradient where every element lies in at most one window: compares along new dimensions for the places.
fn disjoint(g: &mut Graph<'_>, places: &Places, chosen: Value, source: Value, shape: &[usize]) -> Result<Value> {
    let split = Split::of(&places.counts, &places.window.size);
    let numbers = Iota { dtype: DType::I8, shape: vec![places.places.len()], dim: 0 };
    let numbers = g.emit1(numbers, &[])?;
    let sizes: Vec<usize> = split.inside.iter().map(|&d| split.shape[d]).collect();
    let numbers = g.reshape(numbers, &sizes)?;
    let numbers = split.broadcast(g, numbers, &split.inside)?;
    let chosen = split.broadcast(g, chosen, &split.windows)?;
    let here = g.emit1(Compare(Comparison::Eq), &[chosen, numbers])?;
    let source = split.broadcast(g, source, &split.windows)?;
    let zero = g.full_like(source, 0.0)?;
    let parts = g.emit1(Select, &[here, source, zero])?;
    let merged = g.reshape(parts, &split.merged)?;
    let edges = (0..shape.len()).map(|d| {
        let low = -places.window.padding[d].0;
        Padding::edges(low, shape[d] as i64 - split.merged[d] as i64 - low)
    });
    pad(g, merged, edges.collect())
}

/// For each window the number of the place with its extreme element, −1 if it has no elements: the
/// first of equal ones, and over NaN the one after it, as the primitive has it.
fn chosen(g: &mut Graph<'_>, places: &Places, extremum: Extremum, x: Value) -> Result<Value> {
    let (monoid, keeps) = match extremum {
        Extremum::Max => (Monoid::Max, Comparison::Ge),
        Extremum::Min => (Monoid::Min, Comparison::Le),
    };
    let inside = places.inside(g, x)?;
    let neutral = monoid.neutral(g.ty(x).dtype);
    let padded = places.padded(g, x, neutral)?;
    let none = g.constant(Array::scalar(DType::I8, -1.0))?;
    let mut chosen = g.repeat(none, &places.counts)?;
    let mut best: Option<(Value, Option<Value>)> = None;
    for (number, place) in places.places.iter().enumerate() {
        let elements = places.slice(g, padded, place)?;
        let there = inside.map(|inside| places.slice_inside(g, inside, place)).transpose()?;
        let number = g.full_like(chosen, number as f64)?;
        best = Some(match best {
            None => {
                chosen = match there {
                    None => number,
                    Some(there) => g.emit1(Select, &[there, number, chosen])?,
                };
                (elements, there)
            }
            Some((value, found)) => {
                let mut keep = g.emit1(Compare(keeps), &[value, elements])?;
                let mut either = None;
                if let (Some(found), Some(there)) = (found, there) {
                    keep = g.binary(BinaryKind::And, keep, found)?;
                    let outside = g.emit1(Unary(UnaryKind::Not), &[there])?;
                    keep = g.binary(BinaryKind::Or, keep, outside)?;
                    either = Some(g.binary(BinaryKind::Or, found, there)?);
                }
                chosen = g.emit1(Select, &[keep, chosen, number])?;
                (g.emit1(Select, &[keep, value, elements])?, either)
            }
        });
    }
    Ok(chosen)
}

/// The places of an undilated window and where their elements lie.
struct Places<'w> {
    window: &'w Window,
    /// The number of windows in each dimension.
    counts: Vec<usize>,
    /// The offsets of the places in the window, last dimension fastest.
    places: Vec<Vec<usize>>,
}

impl<'w> Places<'w> {
    fn of(g: &Graph<'_>, window: &'w Window, x: Value) -> Result<Self> {
        let counts = window.counts("reduce_window", g.ty(x))?;
        let places = places(&window.size);
        Ok(Places { window, counts, places })
    }

    /// `x` with the window's padding.
    fn padded(&self, g: &mut Graph<'_>, x: Value, value: Array) -> Result<Value> {
        let value = g.constant(value)?;
        let padding = self.window.padding.iter().map(|&(low, high)| Padding::edges(low, high)).collect();
        g.emit1(Pad { padding }, &[x, value])
    }

    /// The elements in one place of every window.
    fn slice(&self, g: &mut Graph<'_>, padded: Value, place: &[usize]) -> Result<Value> {
        let strides = self.window.strides.clone();
        let limit = (0..place.len()).map(|d| place[d] + (self.counts[d] - 1) * strides[d] + 1).collect();
        g.emit1(Slice { start: place.to_vec(), limit, strides }, &[padded])
    }

    /// Whether positions of the padded operand hold elements, of size 1 in dimensions without padding; `None` if all do.
    fn inside(&self, g: &mut Graph<'_>, x: Value) -> Result<Option<Value>> {
        let padding = &self.window.padding;
        if padding.iter().all(|&(low, high)| low <= 0 && high <= 0) {
            return Ok(None);
        }
        let shape = g.ty(x).shape.iter().zip(padding).map(|(&n, &p)| if p == (0, 0) { 1 } else { n });
        let shape = shape.collect::<Vec<_>>();
        let elements = g.constant(Array::full(&TensorType::new(DType::Bool, shape), 1.0))?;
        self.padded(g, elements, Array::scalar(DType::Bool, 0.0)).map(Some)
    }

    /// As [`Places::slice`] of what [`Places::inside`] made.
    fn slice_inside(&self, g: &mut Graph<'_>, inside: Value, place: &[usize]) -> Result<Value> {
        let unpadded = |d: usize| self.window.padding[d] == (0, 0);
        let start: Vec<usize> = (0..place.len()).map(|d| if unpadded(d) { 0 } else { place[d] }).collect();
        let strides = self.window.strides.clone();
        let limit = (0..place.len())
            .map(|d| if unpadded(d) { 1 } else { start[d] + (self.counts[d] - 1) * strides[d] + 1 })
            .collect();
        let there = g.emit1(Slice { start, limit, strides }, &[inside])?;
        let dims = (0..place.len()).collect();
        g.emit1(BroadcastInDim { shape: self.counts.clone(), dims }, &[there])
    }
}

/// Dimensions of windows, each followed by one for the places in it where there are several.
struct Split {
    shape: Vec<usize>,
    /// Which dimensions count windows.
    windows: Vec<usize>,
    /// Which dimensions count places in windows.
    inside: Vec<usize>,
    /// The shape with windows and places in one dimension.
    merged: Vec<usize>,
}

impl Split {
    fn of(counts: &[usize], sizes: &[usize]) -> Self {
        let mut split = Split { shape: Vec::new(), windows: Vec::new(), inside: Vec::new(), merged: Vec::new() };
        for (&count, &size) in counts.iter().zip(sizes) {
            split.windows.push(split.shape.len());
            split.shape.push(count);
            if size > 1 {
                split.inside.push(split.shape.len());
                split.shape.push(size);
            }
            split.merged.push(count * size);
        }
        split
    }

    fn broadcast(&self, g: &mut Graph<'_>, x: Value, dims: &[usize]) -> Result<Value> {
        g.emit1(BroadcastInDim { shape: self.shape.clone(), dims: dims.to_vec() }, &[x])
    }
}

fn pad(g: &mut Graph<'_>, x: Value, padding: Vec<Padding>) -> Result<Value> {
    let zero = g.constant(Array::scalar(g.ty(x).dtype, 0.0))?;
    g.emit1(Pad { padding }, &[x, zero])
}

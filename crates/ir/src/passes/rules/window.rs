//! Slicing, padding, joining, reversing.

use super::shape::repeated;
use super::{Answer, Law, Laws, ManyLaws};
use crate::ops::{
    BroadcastInDim, Concatenate, Cumulative, DynamicSlice, DynamicUpdateSlice, Gather, Monoid, Pad, Padding, Rev,
    Slice, Sort,
};
use crate::passes::constants;
use crate::passes::graph::Graph;
use crate::{Equation, Op, Result, Value};

pub(super) const REV: Laws<Rev> = &[
    Law {
        name: "rev_nothing",
        law: "reversing only dimensions of size 0 or 1 → x",
        apply: |g, op, x| Ok(op.dims.iter().all(|&d| g.ty(x).shape[d] <= 1).then_some(x)),
    },
    Law { name: "rev_rev", law: "rev(rev(x)) → x for the same dimensions", apply: rev_rev },
    Law { name: "rev_scalar", law: "rev(repeat(s)) → repeat(s)", apply: |g, _, x| Ok(g.scalar_of(x).map(|_| x)) },
];

pub(super) const SLICE: Laws<Slice> = &[
    Law { name: "slice_all", law: "a slice of everything → x", apply: slice_all },
    Law { name: "slice_slice", law: "slice(slice(x)) → slice(x)", apply: slice_slice },
    Law { name: "slice_scalar", law: "slice(repeat(s)) → repeat(s)", apply: |g, op, x| repeated(g, x, &sliced(op)) },
    Law { name: "slice_broadcast", law: "slice(broadcast(x)) → broadcast(slice(x))", apply: slice_broadcast },
    Law {
        name: "slice_concatenate",
        law: "a slice of what was joined that lies in one part → a slice of that part",
        apply: slice_concatenate,
    },
];

pub(super) const CONCATENATE: ManyLaws<Concatenate> = &[
    Law {
        name: "concatenate_one",
        law: "concatenate(x) → x",
        apply: |_, _, xs| Ok(<[_; 1]>::try_from(xs).ok().map(|[x]| x)),
    },
    Law { name: "concatenate_nothing", law: "concatenate without the parts of size 0", apply: concatenate_nothing },
    Law {
        name: "concatenate_scalar", law: "concatenate(repeat(s), repeat(s)) → repeat(s)", apply: concatenate_scalar
    },
    Law { name: "concatenate_same", law: "concatenate(x, x) → broadcast(x)", apply: concatenate_same },
    Law {
        name: "concatenate_slices",
        law: "joined slices of one tensor, each from where the last one ends → one slice",
        apply: concatenate_slices,
    },
];

pub(super) const PAD: ManyLaws<Pad> = &[
    Law {
        name: "pad_nothing",
        law: "a padding of nothing → x",
        apply: |_, op, xs| Ok(xs.first().copied().filter(|_| op.padding.iter().all(|p| *p == Padding::default()))),
    },
    Law { name: "pad_scalar", law: "a padding of repeat(s) with s → repeat(s)", apply: pad_scalar },
];

pub(super) const CUMULATIVE: Laws<Cumulative> = &[Law {
    name: "cumulative_one",
    law: "accumulating along an axis of size 1 → x, but for sums of floats, which turn -0 into 0",
    apply: |g, op, x| {
        let exact = op.monoid != Monoid::Sum || !g.ty(x).dtype.is_inexact();
        Ok((exact && g.ty(x).shape[op.axis] == 1).then_some(x))
    },
}];

pub(super) const SORT: Laws<Sort> = &[Law {
    name: "sort_one",
    law: "sorting along a dimension of size 1 → x",
    apply: |g, op, x| Ok((g.ty(x).shape[op.dim] <= 1).then_some(x)),
}];

pub(super) const DYNAMIC_SLICE: ManyLaws<DynamicSlice> = &[
    Law {
        name: "dynamic_slice_all",
        law: "a window of everything → x",
        apply: |g, op, xs| Ok(xs.first().copied().filter(|&x| g.ty(x).shape == op.sizes)),
    },
    Law { name: "dynamic_slice_constant", law: "a window at constant places → slice", apply: dynamic_slice_constant },
];

pub(super) const DYNAMIC_UPDATE_SLICE: ManyLaws<DynamicUpdateSlice> = &[Law {
    name: "dynamic_update_slice_all",
    law: "everything overwritten by y → y",
    apply: |g, _, xs| match *xs {
        [x, y, ..] => Ok((g.ty(x) == g.ty(y)).then_some(y)),
        _ => Ok(None),
    },
}];

pub(super) const GATHER: ManyLaws<Gather> = &[Law {
    name: "gather_constant",
    law: "one window at constant indices, inside the tensor → slice",
    apply: gather_constant,
}];

fn rev_rev(g: &mut Graph<'_>, op: &Rev, x: Value) -> Answer {
    let Some(Equation { op: Op::Rev(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let same = op.dims.len() == inner.dims.len() && op.dims.iter().all(|d| inner.dims.contains(d));
    Ok(inputs.first().copied().filter(|_| same))
}

/// The slice as one of each operand dimension of a broadcast.
fn slice_broadcast(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    let Some(Equation { op: Op::BroadcastInDim(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (Some(&source), inner) = (inputs.first(), inner.clone()) else { return Ok(None) };
    let shape = g.ty(source).shape.clone();
    // Dimensions of size 1 that grow are not in normal form; a law takes them out first.
    if inner.dims.iter().zip(&shape).any(|(&d, &n)| inner.shape[d] != n) {
        return Ok(None);
    }
    let pick = |all: &[usize]| inner.dims.iter().map(|&d| all[d]).collect::<Vec<_>>();
    let (start, limit, strides) = (pick(&op.start), pick(&op.limit), pick(&op.strides));
    let source = g.emit1(Slice { start, limit, strides }, &[source])?;
    g.emit1(BroadcastInDim { shape: sliced(op), dims: inner.dims }, &[source]).map(Some)
}

fn slice_concatenate(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    let Some(Equation { op: Op::Concatenate(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (dim, mut begin) = (inner.dim, 0);
    let mut found = None;
    for &part in inputs {
        let end = begin + g.ty(part).shape[dim];
        if begin <= op.start[dim] && op.limit[dim] <= end && op.start[dim] < op.limit[dim] {
            found = Some((part, begin));
            break;
        }
        begin = end;
    }
    let Some((part, begin)) = found else { return Ok(None) };
    let mut op = op.clone();
    op.start[dim] -= begin;
    op.limit[dim] -= begin;
    g.emit1(op, &[part]).map(Some)
}

fn concatenate_nothing(g: &mut Graph<'_>, op: &Concatenate, xs: &[Value]) -> Answer {
    let some: Vec<Value> = xs.iter().copied().filter(|&x| g.ty(x).shape[op.dim] > 0).collect();
    if some.is_empty() || some.len() == xs.len() {
        return Ok(None);
    }
    g.emit1(*op, &some).map(Some)
}

/// The size of the result along the joined dimension.
fn joined(g: &Graph<'_>, op: &Concatenate, xs: &[Value]) -> Vec<usize> {
    let mut shape = xs.first().map_or_else(Vec::new, |&x| g.ty(x).shape.clone());
    shape[op.dim] = xs.iter().map(|&x| g.ty(x).shape[op.dim]).sum();
    shape
}

fn concatenate_scalar(g: &mut Graph<'_>, op: &Concatenate, xs: &[Value]) -> Answer {
    let scalars: Option<Vec<Value>> = xs.iter().map(|&x| g.scalar_of(x)).collect();
    match scalars.as_deref() {
        Some([first, rest @ ..]) if rest.iter().all(|scalar| scalar == first) => {
            let shape = joined(g, op, xs);
            g.repeat(*first, &shape).map(Some)
        }
        _ => Ok(None),
    }
}

fn concatenate_same(g: &mut Graph<'_>, op: &Concatenate, xs: &[Value]) -> Answer {
    let [x, rest @ ..] = xs else { return Ok(None) };
    if rest.is_empty() || rest.iter().any(|other| other != x) {
        return Ok(None);
    }
    let shape = &g.ty(*x).shape;
    let copies = [&shape[..op.dim], &[xs.len()], &shape[op.dim..]].concat();
    let dims = (0..copies.len()).filter(|&d| d != op.dim).collect();
    let copies = g.emit1(BroadcastInDim { shape: copies, dims }, &[*x])?;
    let shape = joined(g, op, xs);
    g.reshape(copies, &shape).map(Some)
}

fn concatenate_slices(g: &mut Graph<'_>, op: &Concatenate, xs: &[Value]) -> Answer {
    let mut whole: Option<(Slice, Value)> = None;
    for &x in xs {
        let Some(Equation { op: Op::Slice(slice), inputs, .. }) = g.def(x) else { return Ok(None) };
        let (Some(&source), true) = (inputs.first(), slice.strides[op.dim] == 1) else { return Ok(None) };
        match &mut whole {
            None => whole = Some((slice.clone(), source)),
            Some((so_far, of)) => {
                let across = |all: &[usize]| with(all, op.dim, 0);
                let fits = *of == source
                    && slice.start[op.dim] == so_far.limit[op.dim]
                    && across(&slice.start) == across(&so_far.start)
                    && across(&slice.limit) == across(&so_far.limit)
                    && slice.strides == so_far.strides;
                if !fits {
                    return Ok(None);
                }
                so_far.limit[op.dim] = slice.limit[op.dim];
            }
        }
    }
    match whole {
        Some((slice, source)) if xs.len() > 1 => g.emit1(slice, &[source]).map(Some),
        _ => Ok(None),
    }
}

/// `all` with another entry at `dim`.
fn with(all: &[usize], dim: usize, entry: usize) -> Vec<usize> {
    let mut all = all.to_vec();
    all[dim] = entry;
    all
}

fn pad_scalar(g: &mut Graph<'_>, op: &Pad, xs: &[Value]) -> Answer {
    let &[x, value] = xs else { return Ok(None) };
    if g.scalar_of(x) != Some(value) {
        return Ok(None);
    }
    let sizes = op.padding.iter().zip(&g.ty(x).shape).map(|(padding, &n)| padding.size(n));
    match sizes.collect::<Option<Vec<usize>>>() {
        Some(shape) => g.repeat(value, &shape).map(Some),
        None => Ok(None),
    }
}

/// The window that begins at `start`, moved so that it lies inside.
fn window(g: &mut Graph<'_>, x: Value, starts: &[f64], sizes: &[usize]) -> Result<Value> {
    let shape = g.ty(x).shape.clone();
    let last = shape.iter().zip(sizes).map(|(n, size)| n - size);
    let start: Vec<usize> =
        starts.iter().zip(last).map(|(&start, last)| start.clamp(0.0, last as f64) as usize).collect();
    let limit = start.iter().zip(sizes).map(|(start, size)| start + size).collect();
    g.emit1(Slice { strides: vec![1; start.len()], start, limit }, &[x])
}

fn dynamic_slice_constant(g: &mut Graph<'_>, op: &DynamicSlice, xs: &[Value]) -> Answer {
    let [x, starts @ ..] = xs else { return Ok(None) };
    match starts.iter().map(|&start| g.number(start)).collect::<Option<Vec<f64>>>() {
        Some(starts) => window(g, *x, &starts, &op.sizes).map(Some),
        None => Ok(None),
    }
}

fn gather_constant(g: &mut Graph<'_>, op: &Gather, xs: &[Value]) -> Answer {
    let &[x, indices] = xs else { return Ok(None) };
    let dims = &op.dims;
    // One window, without batch dimensions; the result has the window's dimensions in order.
    let one = g.ty(indices).size() == dims.start_index_map.len() && dims.operand_batching_dims.is_empty();
    // Equal indices are one repeated scalar.
    let index = |position: usize| match g.constant_of(indices) {
        Some(array) => constants::scalar_value(&constants::element(array, position)),
        None => g.number(indices),
    };
    if !one {
        return Ok(None);
    }
    let mut starts = vec![0.0; op.slice_sizes.len()];
    for (position, &dim) in dims.start_index_map.iter().enumerate() {
        let Some(start) = index(position) else { return Ok(None) };
        let last = g.ty(x).shape[dim] as f64 - op.slice_sizes[dim] as f64;
        if !(0.0..=last).contains(&start) {
            return Ok(None);
        }
        starts[dim] = start;
    }
    let operands = [g.ty(x).clone(), g.ty(indices).clone()];
    let types = crate::Primitive::infer(op, &[&operands[0], &operands[1]])?;
    let slice = window(g, x, &starts, &op.slice_sizes)?;
    match &types[..] {
        [ty] => g.reshape(slice, &ty.shape).map(Some),
        _ => Ok(None),
    }
}

fn slice_all(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    Ok((sliced(op) == g.ty(x).shape).then_some(x))
}

/// The shape of a slice.
fn sliced(op: &Slice) -> Vec<usize> {
    let bounds = op.start.iter().zip(&op.limit).zip(&op.strides);
    bounds.map(|((&start, &limit), &stride)| limit.saturating_sub(start).div_ceil(stride.max(1))).collect()
}

fn slice_slice(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    let Some(Equation { op: Op::Slice(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&x) = inputs.first() else { return Ok(None) };
    let sizes = sliced(op);
    let start: Vec<usize> = (0..sizes.len()).map(|d| inner.start[d] + op.start[d] * inner.strides[d]).collect();
    let strides: Vec<usize> = op.strides.iter().zip(&inner.strides).map(|(a, b)| a * b).collect();
    // One past the last element taken, which lies inside the operand.
    let end = |d: usize| if sizes[d] == 0 { start[d] } else { start[d] + (sizes[d] - 1) * strides[d] + 1 };
    let limit = (0..sizes.len()).map(end).collect();
    // An empty inner slice may start at the operand's end, and an empty one of it nowhere better.
    g.emit1(Slice { start, limit, strides }, &[x]).map(Some)
}

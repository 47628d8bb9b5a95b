//! Shapes and places.

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{integers, shape, tensor, to_tensor};
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::ops::axis_index;
use crate::trace::Tensor;
use crate::value::Value;

const ONE: Param = Param::required("x");

static RESHAPE: FunctionDecl = FunctionDecl {
    name: "reshape",
    signature: Signature::new(&[ONE, Param::required("newshape")]),
    doc: "The same elements in another shape; one size may be -1.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        interp.tracer.reshape_infer(&x, &shape(args, "newshape")?).map(Value::Tensor)
    },
};

/// `x.reshape(…)`: sizes one by one or as a tuple.
pub(super) static RESHAPE_METHOD: FunctionDecl = FunctionDecl {
    name: "reshape",
    signature: Signature::new(&[ONE, Param::variadic("shape")]),
    doc: "The same elements in another shape; one size may be -1.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let sizes = sizes(args, "shape")?;
        interp.tracer.reshape_infer(&x, &sizes).map(Value::Tensor)
    },
};

/// Variadic integers, or one sequence of them.
fn sizes(args: &Bound, name: &str) -> Result<Vec<i64>> {
    let given = args.get(name)?.elements().unwrap_or_default();
    let found = match given.as_slice() {
        [only] => integers(only),
        all => integers(&Value::tuple(all.to_vec())),
    };
    found.ok_or_else(|| args.invalid(name, "integers"))
}

fn permuted(interp: &mut Interp, x: &Tensor, axes: &[i64]) -> Result<Value> {
    let permutation: Vec<usize> = match axes {
        [] => (0..x.rank()).rev().collect(),
        axes => axes.iter().map(|&axis| axis_index(axis, x.rank())).collect::<Result<_>>()?,
    };
    interp.tracer.transpose(x, &permutation).map(Value::Tensor)
}

static TRANSPOSE: FunctionDecl = FunctionDecl {
    name: "transpose",
    signature: Signature::new(&[ONE, Param::new("axes", Default::None)]),
    doc: "Axes in another order; reversed unless told otherwise.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axes = match args.some("axes")? {
            Some(_) => shape(args, "axes")?,
            None => Vec::new(),
        };
        permuted(interp, &x, &axes)
    },
};

/// `x.transpose(…)`: axes one by one or as a tuple.
pub(super) static TRANSPOSE_METHOD: FunctionDecl = FunctionDecl {
    name: "transpose",
    signature: Signature::new(&[ONE, Param::variadic("axes")]),
    doc: "Axes in another order; reversed unless told otherwise.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axes = sizes(args, "axes")?;
        permuted(interp, &x, &axes)
    },
};

static EXPAND_DIMS: FunctionDecl = FunctionDecl {
    name: "expand_dims",
    signature: Signature::new(&[ONE, Param::required("axis")]),
    doc: "With new axes of size 1.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axes = shape(args, "axis")?;
        let rank = x.rank() + axes.len();
        let mut axes: Vec<usize> = axes.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<_>>()?;
        axes.sort_unstable();
        interp.tracer.expand_dims(&x, &axes).map(Value::Tensor)
    },
};

static SQUEEZE: FunctionDecl = FunctionDecl {
    name: "squeeze",
    signature: Signature::new(&[ONE, Param::new("axis", Default::None)]),
    doc: "Without axes of size 1.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axes: Vec<usize> = match args.some("axis")? {
            None => (0..x.rank()).filter(|&axis| x.shape().get(axis) == Some(&1)).collect(),
            Some(_) => crate::jax::arguments::axes(args, x.rank())?,
        };
        interp.tracer.squeeze(&x, &axes).map(Value::Tensor)
    },
};

static RAVEL: FunctionDecl = FunctionDecl {
    name: "ravel",
    signature: Signature::new(&[ONE]),
    doc: "All elements in one dimension.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        interp.tracer.reshape_infer(&x, &[-1]).map(Value::Tensor)
    },
};

static BROADCAST_TO: FunctionDecl = FunctionDecl {
    name: "broadcast_to",
    signature: Signature::new(&[ONE, Param::required("shape")]),
    doc: "Repeated to a larger shape.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let sizes = shape(args, "shape")?;
        let sizes: Option<Vec<usize>> = sizes.iter().map(|&n| usize::try_from(n).ok()).collect();
        let sizes = sizes.ok_or_else(|| args.invalid("shape", "non-negative sizes"))?;
        crate::ops::broadcast_shapes(x.shape(), &sizes).and_then(|found| match found == sizes {
            true => interp.tracer.broadcast_to(&x, &sizes).map(Value::Tensor),
            false => Err(Error::shape(format!("shape {:?} does not broadcast to {sizes:?}", x.shape()))),
        })
    },
};

fn tensors(interp: &mut Interp, args: &Bound, name: &str) -> Result<Vec<Tensor>> {
    let list = args.get(name)?.elements().ok_or_else(|| args.invalid(name, "a list of tensors"))?;
    if list.is_empty() {
        return Err(args.invalid(name, "at least one tensor"));
    }
    list.iter().map(|value| to_tensor(interp, value)).collect()
}

static CONCATENATE: FunctionDecl = FunctionDecl {
    name: "concatenate",
    signature: Signature::new(&[Param::required("xs"), Param::new("axis", Default::Int(0))]),
    doc: "Tensors joined along an axis.",
    call: |interp, args| {
        let xs = tensors(interp, args, "xs")?;
        let rank = xs.first().map_or(0, Tensor::rank);
        interp.tracer.concatenate(&xs, axis_index(args.i64("axis")?, rank)?).map(Value::Tensor)
    },
};

static STACK: FunctionDecl = FunctionDecl {
    name: "stack",
    signature: Signature::new(&[ONE, Param::new("axis", Default::Int(0))]),
    doc: "Tensors joined along a new axis.",
    call: |interp, args| {
        let xs = tensors(interp, args, "x")?;
        let rank = xs.first().map_or(0, Tensor::rank) + 1;
        crate::jax::arguments::stack(interp, &xs, axis_index(args.i64("axis")?, rank)?).map(Value::Tensor)
    },
};

static SPLIT: FunctionDecl = FunctionDecl {
    name: "split",
    signature: Signature::new(&[ONE, Param::required("indices_or_sections"), Param::new("axis", Default::Int(0))]),
    doc: "Cut along an axis: into equal parts, or at places.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axis = axis_index(args.i64("axis")?, x.rank())?;
        let length = x.shape().get(axis).copied().unwrap_or(0);
        let cuts: Vec<usize> = match args.get("indices_or_sections")? {
            Value::Int(parts) => {
                let parts = usize::try_from(*parts).ok().filter(|p| *p > 0 && length % p == 0);
                let parts = parts.ok_or_else(|| {
                    Error::shape(format!("an axis of size {length} cannot be split into that many equal parts"))
                })?;
                (1..parts).map(|i| i * length / parts).collect()
            }
            other => {
                let cuts =
                    integers(other).ok_or_else(|| args.invalid("indices_or_sections", "an integer or integers"))?;
                let place = |&i: &i64| (if i < 0 { i + length as i64 } else { i }).clamp(0, length as i64) as usize;
                cuts.iter().map(place).collect()
            }
        };
        let ends = cuts.iter().copied().chain([length]);
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let parts = starts
            .zip(ends)
            .map(|(start, end)| interp.tracer.slice_axis(&x, axis, start, end.max(start)).map(Value::Tensor));
        Ok(Value::list(parts.collect::<Result<_>>()?))
    },
};

static REPEAT: FunctionDecl = FunctionDecl {
    name: "repeat",
    signature: Signature::new(&[ONE, Param::required("repeats"), Param::new("axis", Default::None)]),
    doc: "Every element several times.",
    call: |interp, args| {
        let mut x = tensor(interp, args, "x")?;
        let axis = match args.some("axis")? {
            None => {
                x = interp.tracer.reshape_infer(&x, &[-1])?;
                0
            }
            Some(_) => axis_index(args.i64("axis")?, x.rank())?,
        };
        interp.tracer.repeat(&x, args.usize("repeats")?, axis).map(Value::Tensor)
    },
};

static FLIP: FunctionDecl = FunctionDecl {
    name: "flip",
    signature: Signature::new(&[ONE, Param::new("axis", Default::None)]),
    doc: "In opposite order along axes.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axes = crate::jax::arguments::axes(args, x.rank())?;
        interp.tracer.reverse(&x, &axes).map(Value::Tensor)
    },
};

static SWAPAXES: FunctionDecl = FunctionDecl {
    name: "swapaxes",
    signature: Signature::new(&[ONE, Param::required("axis1"), Param::required("axis2")]),
    doc: "Two axes exchanged.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let mut permutation: Vec<usize> = (0..x.rank()).collect();
        permutation.swap(axis_index(args.i64("axis1")?, x.rank())?, axis_index(args.i64("axis2")?, x.rank())?);
        interp.tracer.transpose(&x, &permutation).map(Value::Tensor)
    },
};

static MOVEAXIS: FunctionDecl = FunctionDecl {
    name: "moveaxis",
    signature: Signature::new(&[ONE, Param::required("source"), Param::required("destination")]),
    doc: "One axis moved.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let (from, to) = (args.i64("source")?, args.i64("destination")?);
        interp.tracer.move_axis(&x, axis_index(from, x.rank())?, axis_index(to, x.rank())?).map(Value::Tensor)
    },
};

static SORT: FunctionDecl = FunctionDecl {
    name: "sort",
    signature: Signature::new(&[ONE, Param::new("axis", Default::Int(-1))]),
    doc: "In ascending order along an axis.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axis = axis_index(args.i64("axis")?, x.rank())?;
        interp.tracer.sort(&x, axis).map(Value::Tensor)
    },
};

/// All of these functions.
pub(super) static FUNCTIONS: &[&FunctionDecl] = &[
    &RESHAPE,
    &TRANSPOSE,
    &EXPAND_DIMS,
    &SQUEEZE,
    &RAVEL,
    &BROADCAST_TO,
    &CONCATENATE,
    &STACK,
    &SPLIT,
    &REPEAT,
    &FLIP,
    &SWAPAXES,
    &MOVEAXIS,
    &SORT,
];

/// Questions about tensors that are answered while the program is compiled.
pub(super) static STATIC: &[FunctionDecl] = functions! {
    "shape" [(x)] "The shape as a tuple; unknown sizes are None." => |i, args| i.attribute(&args.get("x")?.clone(), "shape");
    "ndim" [(x)] "The number of dimensions." => |i, args| i.attribute(&args.get("x")?.clone(), "ndim");
};

//! Shapes.

use keramos_ir::ops::Padding;
use keramos_ir::{DType, TensorType};

use super::arguments::{apply, dim, dims, ints, operand, same_dtypes, sizes, some_sizes, to_operand, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers};
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

fn broadcast(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let mut shape = sizes(args, "sizes")?;
    let dims: Vec<usize> = (shape.len()..shape.len() + x.rank()).collect();
    shape.extend(x.shape());
    apply(interp, &[x], |b, v| b.broadcast_in_dim(v[0], &shape, &dims)).map(Value::Tensor)
}

fn broadcast_in_dim(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let (shape, dims) = (sizes(args, "shape")?, sizes(args, "broadcast_dimensions")?);
    let (found, target, places) = (tuple_text(x.shape()), tuple_text(&shape), tuple_text(&dims));
    if dims.len() != x.rank() {
        let message = format!(
            "broadcast_in_dim broadcast_dimensions must have length equal to operand ndim; got broadcast_dimensions {places} for operand ndim {}.",
            x.rank()
        );
        return Err(Error::ty(message));
    }
    if dims.iter().any(|&d| d >= shape.len()) {
        let message = format!(
            "broadcast_in_dim broadcast_dimensions must be a subset of output dimensions, got {places} for operand ndim {} and shape {target}.",
            x.rank()
        );
        return Err(Error::ty(message));
    }
    let mut order: Vec<usize> = (0..dims.len()).collect();
    order.sort_by_key(|&at| dims[at]);
    let (x, dims) = match order.is_sorted() {
        true => (x, dims),
        // Dimensions that go to places in another order are put into that order first.
        false => (permuted(interp, &x, &order)?, order.iter().map(|&at| dims[at]).collect()),
    };
    if dims.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::ty(format!(
            "broadcast_in_dim broadcast_dimensions must be strictly increasing; got broadcast_dimensions {places}"
        )));
    }
    if dims.iter().zip(x.shape()).any(|(&d, &n)| n != 1 && shape.get(d) != Some(&n)) {
        let message = format!(
            "broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding dimensions in the \
             target broadcast shape; got operand of shape {found}, target broadcast shape {target}, broadcast_dimensions {places}"
        );
        return Err(Error::ty(message));
    }
    apply(interp, &[x], |b, v| b.broadcast_in_dim(v[0], &shape, &dims)).map(Value::Tensor)
}

fn reshape(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut x = operand(interp, args, "operand")?;
    let given = ints(args, "new_sizes")?;
    let shape: Option<Vec<usize>> = given.iter().map(|&n| usize::try_from(n).ok()).collect();
    let Some(shape) = shape else {
        return Err(Error::ty(format!("reshape new_sizes must all be positive, got {}.", tuple_text(&given)))
            .help("jnp.reshape takes one -1"));
    };
    if args.some("dimensions")?.is_some() {
        let order = dims(args, "dimensions", x.rank())?;
        x = permuted(interp, &x, &order)?;
    }
    interp.tracer.reshape(&x, &shape).map(Value::Tensor)
}

fn permuted(interp: &mut Interp, x: &Tensor, order: &[usize]) -> Result<Tensor> {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..x.rank()) {
        let message = format!(
            "transpose permutation isn't a permutation of operand dimensions, got permutation {} for operand shape {}.",
            tuple_text(order),
            tuple_text(x.shape())
        );
        return Err(Error::ty(message));
    }
    interp.tracer.transpose(x, order)
}

fn pad(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, value) = (operand(interp, args, "operand")?, operand(interp, args, "padding_value")?);
    if x.dtype() != value.dtype() {
        let (a, b) = (x.dtype().numpy_name(), value.dtype().numpy_name());
        return Err(Error::ty(format!("pad operand and padding_value must be same dtype: got {a} and {b}.")));
    }
    let config = args.get("padding_config")?.elements().unwrap_or_default();
    let padding: Option<Vec<Padding>> = config
        .iter()
        .map(|triple| match integers(triple)?.as_slice() {
            &[low, high, interior] => Some(Padding { low, high, interior: usize::try_from(interior).ok()? }),
            _ => None,
        })
        .collect();
    let padding = padding.ok_or_else(|| {
        args.invalid("padding_config", "a sequence of (low, high, interior) with interior not negative")
    })?;
    if padding.len() != x.rank() {
        let message = format!(
            "length of padding_config must equal the number of axes of operand, got {} for operand shape {}",
            padding.len(),
            tuple_text(x.shape())
        );
        return Err(raise("ValueError", message));
    }
    apply(interp, &[x, value], |b, v| b.pad(v[0], v[1], &padding)).map(Value::Tensor)
}

fn rev(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let dims = sizes(args, "dimensions")?;
    if dims.iter().any(|&d| d >= x.rank()) {
        let message = format!(
            "rev dimensions must all be less than operand ndim, got dimensions {} for operand ndim {}.",
            tuple_text(&dims),
            x.rank()
        );
        return Err(Error::ty(message));
    }
    apply(interp, &[x], |b, v| b.rev(v[0], &dims)).map(Value::Tensor)
}

fn tensors(interp: &mut Interp, args: &Bound, name: &str) -> Result<Vec<Tensor>> {
    let Some(values) = args.get(name)?.elements().filter(|values| !values.is_empty()) else {
        return Err(raise("ValueError", format!("{} requires a non-empty sequences of arrays", args.function())));
    };
    values.iter().map(|value| to_operand(interp, args, value)).collect()
}

fn concatenate(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let xs = tensors(interp, args, "operands")?;
    let shapes = || xs.iter().map(|x| tuple_text(x.shape())).collect::<Vec<_>>().join(", ");
    let rank = xs.first().map_or(0, Tensor::rank);
    if xs.iter().any(|x| x.rank() != rank) {
        return Err(Error::ty(format!(
            "Cannot concatenate arrays with different numbers of dimensions: got {}.",
            shapes()
        )));
    }
    same_dtypes("concatenate", "concatenate", &xs)?;
    let dimension = args.i64("dimension")?;
    let Some(dim) = usize::try_from(dimension).ok().filter(|&d| d < rank) else {
        return Err(Error::ty(format!(
            "concatenate dimension out of bounds: dimension {dimension} for shapes {}.",
            shapes()
        )));
    };
    apply(interp, &xs, |b, v| b.concatenate(v, dim)).map(Value::Tensor)
}

fn expand_dims(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "array")?;
    let rank = x.rank() + ints(args, "dimensions")?.len();
    let mut dims = dims(args, "dimensions", rank)?;
    dims.sort_unstable();
    if dims.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(raise("ValueError", format!("repeated axis in lax.expand_dims: {}", tuple_text(&dims))));
    }
    interp.tracer.expand_dims(&x, &dims).map(Value::Tensor)
}

fn squeeze(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "array")?;
    let dims = dims(args, "dimensions", x.rank())?;
    if dims.iter().any(|&d| x.shape().get(d) != Some(&1)) {
        let message = format!(
            "cannot select an axis to squeeze out which has size not equal to one, got shape={} and dimensions={}",
            tuple_text(x.shape()),
            tuple_text(&dims)
        );
        return Err(raise("ValueError", message));
    }
    interp.tracer.squeeze(&x, &dims).map(Value::Tensor)
}

fn collapse(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let rank = x.rank() as i64;
    let bound = |d: i64| (if d < 0 { d + rank } else { d }).clamp(0, rank) as usize;
    let start = bound(args.i64("start_dimension")?);
    let stop = match args.some("stop_dimension")? {
        None => x.rank(),
        Some(_) => bound(args.i64("stop_dimension")?),
    };
    if stop < start {
        return Err(raise(
            "ValueError",
            format!("Invalid dimension range passed to collapse: {}[{start}:{stop}]", tuple_text(x.shape())),
        ));
    }
    let shape = [&x.shape()[..start], &[x.shape()[start..stop].iter().product()], &x.shape()[stop..]].concat();
    interp.tracer.reshape(&x, &shape).map(Value::Tensor)
}

fn tile(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let reps = sizes(args, "reps")?;
    if reps.len() != x.rank() {
        return Err(raise(
            "ValueError",
            format!("tile reps {} must have one entry per dimension of {}", tuple_text(&reps), tuple_text(x.shape())),
        ));
    }
    let mut y = x;
    for (axis, &times) in reps.iter().enumerate() {
        y = match times {
            0 => interp.tracer.slice_axis(&y, axis, 0, 0)?,
            _ => {
                interp.tracer.fuel.spend_length(times)?;
                interp.tracer.concatenate(&vec![y; times], axis)?
            }
        };
    }
    Ok(Value::Tensor(y))
}

fn stack(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let xs = tensors(interp, args, "operands")?;
    same_dtypes("stack", "stack", &xs)?;
    let axis = dim(args, "axis", xs.first().map_or(0, Tensor::rank) + 1)?;
    interp.tracer.stack(&xs, axis).map(Value::Tensor)
}

/// Cuts `x` along `axis` into parts of the given sizes.
fn parts(interp: &mut Interp, x: &Tensor, sizes: &[usize], axis: usize) -> Result<Vec<Tensor>> {
    let mut start = 0;
    sizes
        .iter()
        .map(|&size| {
            let part = interp.tracer.slice_axis(x, axis, start, start + size);
            start += size;
            part
        })
        .collect()
}

fn split(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let (sizes, axis) = (sizes(args, "sizes")?, dim(args, "axis", x.rank())?);
    if x.shape().get(axis) != Some(&sizes.iter().sum()) {
        let message = format!(
            "Sum of sizes {} must be equal to dimension {axis} of the operand shape {}",
            sizes.iter().sum::<usize>(),
            tuple_text(x.shape())
        );
        return Err(raise("ValueError", message));
    }
    let parts = parts(interp, &x, &sizes, axis)?;
    Ok(Value::list(parts.into_iter().map(Value::Tensor).collect()))
}

fn unstack(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    let axis = dim(args, "axis", x.rank())?;
    let count = x.shape().get(axis).copied().unwrap_or(0);
    interp.tracer.fuel.spend_on_equations(count)?;
    let parts = parts(interp, &x, &vec![1; count], axis)?;
    let rows = parts.iter().map(|part| interp.tracer.squeeze(part, &[axis]).map(Value::Tensor));
    rows.collect::<Result<Vec<_>>>().map(Value::tuple)
}

fn filled(interp: &mut Interp, args: &Bound, shape: &[usize], natural: Option<DType>) -> Result<Value> {
    let fill = operand(interp, args, "fill_value")?;
    if fill.rank() != 0 {
        let message =
            format!("full must be called with scalar fill_value, got fill_value.shape {}.", tuple_text(fill.shape()));
        return Err(Error::ty(message));
    }
    let dtype = dtype(interp, args, "dtype")?.or(natural);
    let weak = dtype.is_none() && fill.is_weak();
    let fill = interp.tracer.convert(&fill, dtype.unwrap_or(fill.dtype()))?;
    let y = interp.tracer.broadcast_to(&fill, shape)?;
    Ok(Value::Tensor(if weak { y.into_weak() } else { y }))
}

fn full_like(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "x")?;
    let shape = some_sizes(args, "shape")?.unwrap_or_else(|| x.shape().to_vec());
    filled(interp, args, &shape, Some(x.dtype()))
}

fn iota(interp: &mut Interp, args: &Bound, shape: &[usize], dim: usize) -> Result<Value> {
    let Some(dtype) = dtype(interp, args, "dtype")? else { return Err(args.invalid("dtype", "an element type")) };
    let ty = TensorType::new(dtype, shape);
    apply(interp, &[], |b, _| b.iota(&ty, dim)).map(Value::Tensor)
}

fn broadcast_shapes(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut joint: Vec<usize> = Vec::new();
    for shape in args.get("shapes")?.elements().unwrap_or_default() {
        let sizes =
            integers(&shape).and_then(|s| s.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>());
        let sizes = sizes.ok_or_else(|| args.invalid("shapes", "shapes"))?;
        joint = crate::ops::broadcast_shapes(&joint, &sizes)?;
    }
    Ok(Value::tuple(joint.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>()))
}

const NONE: Default = Default::None;

/// Functions on shapes.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "broadcast" [(operand) (sizes) (out_sharding = NONE)] "Repeated along new leading dimensions." => broadcast;
    "broadcast_like" [(arr) (like_arr)] "Repeated as the shape of another tensor needs." => |interp, args| {
        let (x, like) = (operand(interp, args, "arr")?, operand(interp, args, "like_arr")?);
        interp.tracer.broadcast_to(&x, like.shape()).map(Value::Tensor)
    };
    "stage" [(x)] "The value itself." => |interp, args| operand(interp, args, "x").map(Value::Tensor);
    "broadcast_in_dim" [(operand) (shape) (broadcast_dimensions) (out_sharding = NONE)] "Repeated along other dimensions of a shape." => broadcast_in_dim;
    "broadcast_to_rank" [(x) (rank)] "With leading dimensions of size 1." => |interp, args| {
        let (x, rank) = (operand(interp, args, "x")?, args.usize("rank")?);
        let new: Vec<usize> = (0..rank.saturating_sub(x.rank())).collect();
        interp.tracer.expand_dims(&x, &new).map(Value::Tensor)
    };
    "reshape" [(operand) (new_sizes) (dimensions = NONE) (out_sharding = NONE)] "The same elements in another shape." => reshape;
    "transpose" [(operand) (permutation)] "Dimensions in another order." => |interp, args| {
        let x = operand(interp, args, "operand")?;
        let order = sizes(args, "permutation")?;
        permuted(interp, &x, &order).map(Value::Tensor)
    };
    "pad" [(operand) (padding_value) (padding_config)] "Surrounded and interleaved with a value; negative padding removes." => pad;
    "rev" [(operand) (dimensions)] "In opposite order." => rev;
    "concatenate" [(operands) (dimension)] "Joined along a dimension." => concatenate;
    "expand_dims" [(array) (dimensions)] "With new dimensions of size 1." => expand_dims;
    "squeeze" [(array) (dimensions)] "Without dimensions of size 1." => squeeze;
    "collapse" [(operand) (start_dimension) (stop_dimension = NONE)] "Neighbouring dimensions as one." => collapse;
    "tile" [(operand) (reps)] "Repeated as a whole." => tile;
    "stack" [(operands) (axis = Default::Int(0))] "Joined along a new dimension." => stack;
    "split" [(operand) (sizes) (axis = Default::Int(0))] "Cut into parts." => split;
    "unstack" [(x) (axis = Default::Int(0))] "The slices along a dimension." => unstack;
    "full" [(shape) (fill_value) (dtype = NONE) (sharding = NONE)] "All of one value." => |interp, args| {
        let shape = sizes(args, "shape")?;
        filled(interp, args, &shape, None)
    };
    "full_like" [(x) (fill_value) (dtype = NONE) (shape = NONE) (sharding = NONE)] "All of one value, in the shape of another tensor." => full_like;
    "empty" [(shape) (dtype) (out_sharding = NONE)] "A tensor of no particular value: zeros." => |interp, args| {
        let shape = sizes(args, "shape")?;
        let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::F32);
        interp.tracer.full(&TensorType::new(dtype, shape), 0.0).map(Value::Tensor)
    };
    "iota" [(dtype) (size)] "0, 1, 2, ..." => |interp, args| {
        let size = args.usize("size")?;
        iota(interp, args, &[size], 0)
    };
    "broadcasted_iota" [(dtype) (shape) (dimension) (out_sharding = NONE)] "0, 1, 2, ... along a dimension." => |interp, args| {
        let shape = sizes(args, "shape")?;
        let dim = dim(args, "dimension", shape.len())?;
        iota(interp, args, &shape, dim)
    };
};

/// Answers that are known while the program is compiled.
pub(super) static STATIC: &[FunctionDecl] = functions! {
    "broadcast_shapes" [(*shapes)] "The shape that shapes broadcast to." => broadcast_shapes;
    "dtype" [(x)] "The element type." => |interp, args| {
        let x = args.get("x")?.clone();
        match x {
            Value::Int(_) => Ok(Value::DType(DType::I32)),
            Value::Float(_) => Ok(Value::DType(DType::F32)),
            Value::Bool(_) => Ok(Value::DType(DType::Bool)),
            other => interp.attribute(&other, "dtype"),
        }
    };
};

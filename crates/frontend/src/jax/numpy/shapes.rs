//! Shapes and places.

use std::rc::Rc;

use keramos_ir::{Array, DType, as_tuple, elements};

use super::inserting::{delete, insert};
use super::joining::{at_least, block, joined, split};
use super::searching::compress;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::operators::number;
use crate::jax::arguments::{Call, FALSE, NONE, int, integers, tensor_functions};
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::ops::{axes_indices, axis_index, broadcast_shapes};
use crate::trace::Tensor;
use crate::value::Value;

pub(crate) use super::joining::{concatenate, stack, unstack};
pub(crate) use super::padding::pad;

/// Functions that `jax.numpy` and `keras.ops` have in common, but for the names of arguments.
pub(crate) static SHARED: &[&FunctionDecl] = tensor_functions! {
    "ravel": [(a) (order = Default::Str("C"))] "All elements in one dimension." => |c| {
        let x = first(c)?;
        let x = match c.args.one_of("order", &["C", "F", "A", "K"])? {
            "F" => c.t().transpose(&x, &(0..x.rank()).rev().collect::<Vec<_>>())?,
            _ => x,
        };
        c.t().reshape_infer(&x, &[-1])
    };
    "squeeze": [(a) (axis = NONE)] "Without axes of size 1." => |c| {
        let x = first(c)?;
        let axes: Vec<usize> = match c.some("axis")? {
            None => (0..x.rank()).filter(|&d| x.shape()[d] == 1).collect(),
            Some(_) => c.axes(x.rank())?,
        };
        if let Some(&d) = axes.iter().find(|&&d| x.shape()[d] != 1) {
            return Err(Error::shape(format!("axis {d} of shape {} cannot be squeezed: its size is not 1", as_tuple(x.shape()))));
        }
        c.t().squeeze(&x, &axes)
    };
    "expand_dims": [(a) (axis)] "With new axes of size 1." => |c| {
        let x = first(c)?;
        let axes = c.ints("axis")?;
        let axes = axes_indices(Some(&axes), x.rank() + axes.len())?;
        c.t().expand_dims(&x, &axes)
    };
    "broadcast_to": [(array) (shape)] "Repeated to a larger shape." => |c| {
        let x = first(c)?;
        let shape = c.shape("shape")?;
        match broadcast_shapes(x.shape(), &shape).is_ok_and(|found| found == shape) {
            true => c.t().broadcast_to(&x, &shape),
            false => Err(Error::shape(format!("shape {} does not broadcast to {}", as_tuple(x.shape()), as_tuple(&shape)))),
        }
    };
    "swapaxes": [(a) (axis1) (axis2)] "Two axes exchanged." => |c| {
        let x = first(c)?;
        let mut order: Vec<usize> = (0..x.rank()).collect();
        order.swap(c.axis("axis1", x.rank())?, c.axis("axis2", x.rank())?);
        c.t().transpose(&x, &order)
    };
    "moveaxis": [(a) (source) (destination)] "Axes moved." => moveaxis;
    "flip": [(m) (axis = NONE)] "In opposite order along axes." => |c| {
        let x = first(c)?;
        let axes = c.axes(x.rank())?;
        c.t().reverse(&x, &axes)
    };
    "fliplr": [(m)] "In opposite order along axis 1." => |c| flipped(c, 1);
    "flipud": [(m)] "In opposite order along axis 0." => |c| flipped(c, 0);
    "rot90": [(m) (k = int(1)) (axes = Default::Ints(&[0, 1]))] "Turned by quarters." => rot90;
    "roll": [(a) (shift) (axis = NONE)] "Moved along axes, what leaves at the end coming in at the start." => roll;
    "tile": [(A) (reps)] "Repeated as a whole." => tile;
    "repeat": [(a) (repeats) (axis = NONE) (total_repeat_length = NONE)] "Every element several times." => repeat;
    "split": [(ary) (indices_or_sections) (axis = int(0))] "Cut along an axis: into equal parts, or at places." => |c| {
        let x = first(c)?;
        let axis = c.axis("axis", x.rank())?;
        split(c, &x, axis, false)
    };
    "array_split": [(ary) (indices_or_sections) (axis = int(0))] "Cut along an axis into nearly equal parts, or at places." => |c| {
        let x = first(c)?;
        let axis = c.axis("axis", x.rank())?;
        split(c, &x, axis, true)
    };
    "vsplit": [(ary) (indices_or_sections)] "Cut along axis 0." => |c| {
        let x = first(c)?;
        split(c, &x, axis_index(0, x.rank())?, false)
    };
    "hsplit": [(ary) (indices_or_sections)] "Cut along axis 1, or 0 of a row." => |c| {
        let x = first(c)?;
        split(c, &x, axis_index(if x.rank() > 1 { 1 } else { 0 }, x.rank())?, false)
    };
    "dsplit": [(ary) (indices_or_sections)] "Cut along axis 2." => |c| {
        let x = first(c)?;
        split(c, &x, axis_index(2, x.rank())?, false)
    };
    "vstack": [(tup) (dtype = NONE)] "Rows on top of each other." => |c| joined(c, 0, 2);
    "hstack": [(tup) (dtype = NONE)] "Side by side." => |c| joined(c, 1, 1);
    "dstack": [(tup) (dtype = NONE)] "One behind the other." => |c| joined(c, 2, 3);
    "append": [(arr) (values) (axis = NONE)] "Two tensors joined." => |c| {
        let (mut x, mut y) = (first(c)?, second(c)?);
        let axis = match c.some("axis")? {
            None => {
                (x, y) = (c.t().reshape_infer(&x, &[-1])?, c.t().reshape_infer(&y, &[-1])?);
                0
            }
            Some(_) => c.axis("axis", x.rank())?,
        };
        c.t().concatenate(&[x, y], axis)
    };
    "unravel_index": [(indices) (shape)] "The places of flat indices in a shape." => |c| {
        let (mut rest, shape) = (first(c)?, c.shape("shape")?);
        let total = elements(&shape);
        rest = c.t().compute([&rest], |[i]| i.lt(0).select(i + total as i64, i))?;
        rest = c.t().compute([&rest], |[i]| i.max(0).min(total as i64 - 1))?;
        let mut places = Vec::new();
        for &n in shape.iter().rev() {
            let size = c.t().literal(n as i64)?;
            let [quotient, place] = c.t().divmod(&rest, &size)?;
            places.push(Value::Tensor(place));
            rest = quotient;
        }
        places.reverse();
        Ok(Value::tuple(places))
    };
};

/// Functions of `jax.numpy` alone.
pub(crate) static NUMPY: &[&FunctionDecl] = tensor_functions! {
    "reshape": [(a) (shape = NONE) (order = Default::Str("C")) (copy = NONE)] "The same elements in another shape; one size may be -1." => |c| {
        let x = c.tensor("a")?;
        let sizes = c.ints("shape")?;
        reshaped(c, &x, &sizes)
    };
    "transpose" | "permute_dims": [(a) (axes = NONE)] "Axes in another order; reversed unless told otherwise." => transpose;
    "matrix_transpose": [(x)] "The last two axes exchanged." => |c| {
        let x = c.tensor("x")?;
        matrix_transpose(c, &x)
    };
    "rollaxis": [(a) (axis) (start = int(0))] "One axis moved before another." => |c| {
        let x = c.tensor("a")?;
        let axis = c.axis("axis", x.rank())?;
        let start = axis_index(c.int("start")?, x.rank() + 1)?;
        let to = if axis < start { start - 1 } else { start };
        c.t().move_axis(&x, axis, to)
    };
    "concatenate": [(arrays) (axis = int(0)) (dtype = NONE)] "Tensors joined along an axis." => |c| concatenate(c, "arrays");
    "concat": [(arrays) (axis = int(0))] "Tensors joined along an axis." => |c| concatenate(c, "arrays");
    "stack": [(arrays) (axis = int(0)) (out = NONE) (dtype = NONE)] "Tensors joined along a new axis." => |c| stack(c, "arrays");
    "unstack": [(x) (axis = int(0))] "The slices along an axis." => unstack;
    "column_stack": [(tup)] "Columns side by side." => |c| {
        let columns = c.some_tensors("tup")?;
        let columns = columns
            .iter()
            .map(|x| if x.rank() < 2 { c.t().reshape_infer(x, &[-1, 1]) } else { Ok(x.clone()) })
            .collect::<Result<Vec<_>>>()?;
        c.t().concatenate(&columns, 1)
    };
    "block": [(arrays)] "Nested lists of blocks put together." => |c| {
        let value = c.value("arrays")?;
        block(c, &value)
    };
    "broadcast_arrays": [(*args)] "Tensors repeated to their common shape." => |c| {
        let xs = c.tensors("args")?;
        let mut shape = Vec::new();
        for x in &xs {
            shape = broadcast_shapes(&shape, x.shape())?;
        }
        xs.iter().map(|x| c.t().broadcast_to(x, &shape)).collect::<Result<Vec<_>>>()
    };
    "atleast_1d": [(*arys)] "With at least one dimension." => |c| at_least(c, 1);
    "atleast_2d": [(*arys)] "With at least two dimensions." => |c| at_least(c, 2);
    "atleast_3d": [(*arys)] "With at least three dimensions." => |c| at_least(c, 3);
    "pad": [(array) (pad_width) (mode = Default::Str("constant")) (**kwargs)] "With elements added around." => |c| {
        let constants = c.value("kwargs")?;
        let option = |name: &str| match &constants {
            Value::Dict(entries) => entries.borrow().get(&crate::value::Key::name(name)).cloned(),
            _ => None,
        };
        pad(c, option("constant_values"), option("end_values"), option("stat_length"), option("reflect_type"))
    };
    "resize": [(a) (new_shape)] "The elements repeated to fill another shape." => |c| {
        let (x, shape) = (c.tensor("a")?, c.shape("new_shape")?);
        let (size, n) = (elements(&shape), x.ty().size());
        let flat = c.t().reshape_infer(&x, &[-1])?;
        if n == 0 {
            return c.t().full(&keramos_ir::TensorType::new(x.dtype(), shape), 0.0);
        }
        let many = c.t().tile(&flat, &[size.div_ceil(n)])?;
        let cut = c.t().slice_axis(&many, 0, 0, size)?;
        c.t().reshape(&cut, &shape)
    };
    "diagonal": [(a) (offset = int(0)) (axis1 = int(0)) (axis2 = int(1))] "The diagonals of matrices." => |c| diagonal(c, "a");
    "insert": [(arr) (obj) (values) (axis = NONE)] "With elements put in at places." => insert;
    "delete": [(arr) (obj) (axis = NONE) (assume_unique_indices = FALSE)] "Without the elements at places." => delete;
    "ravel_multi_index": [(multi_index) (dims) (mode = Default::Str("raise")) (order = Default::Str("C"))] "Flat indices of places." => |c| {
        let (places, shape) = (c.some_tensors("multi_index")?, c.shape("dims")?);
        let mode = c.args.one_of("mode", &["raise", "clip", "wrap"])?;
        if places.len() != shape.len() {
            return Err(Error::argument(format!("{} index arrays for {} dimensions", places.len(), shape.len())));
        }
        let mut sum = c.t().literal(0)?;
        for (place, &n) in places.iter().zip(&shape) {
            let n = n as i64;
            sum = c.t().compute([&sum, place], |[sum, i]| {
                let i = if mode == "wrap" { i.with(n, |t, x, y| t.remainder(x, y)) } else { i.max(0).min(n - 1) };
                sum * n + i
            })?;
        }
        Ok(sum)
    };
    "ix_": [(*args)] "Rows as the index of a grid." => |c| {
        let rows = c.tensors("args")?;
        let rank = rows.len();
        let rows = rows.iter().enumerate().map(|(at, row)| {
            let mut shape = vec![1; rank];
            shape[at] = row.ty().size();
            c.t().reshape(row, &shape).map(Value::Tensor)
        });
        Ok(Value::tuple(rows.collect::<Result<Vec<_>>>()?))
    };
    "fill_diagonal": [(a) (val) (wrap = FALSE) (inplace = FALSE)] "With the diagonal replaced." => |c| {
        let (x, value) = (c.tensor("a")?, c.tensor("val")?);
        let n = x.shape().iter().copied().min().unwrap_or(0);
        let int = c.t().default_int();
        let row = c.t().iota(int, &[n], 0)?;
        let parts = vec![crate::ops::Part::Array(row); x.rank()];
        let value = if value.rank() == 0 || value.shape() == [n] { value } else {
            let flat = c.t().reshape_infer(&value, &[-1])?;
            let many = c.t().tile(&flat, &[n.div_ceil(flat.ty().size().max(1))])?;
            c.t().slice_axis(&many, 0, 0, n)?
        };
        c.t().index_update(&x, &parts, &value, keramos_ir::ops::ScatterKind::Replace, keramos_ir::ops::OutOfBounds::Promised)
    };
};

/// What only methods of tensors stand for.
pub(crate) static METHODS: &[&FunctionDecl] = tensor_functions! {
    "reshape": [(x) (*shape) (order = Default::Str("C"))] "The same elements in another shape; one size may be -1." => |c| {
        let (x, sizes) = (c.tensor("x")?, sizes(c, "shape")?);
        reshaped(c, &x, &sizes)
    };
    "compress": [(a) (condition) (axis = NONE) (size = NONE) (fill_value = int(0)) (out = NONE)] "The slices where a condition holds." => compress;
    "transpose": [(x) (*axes)] "Axes in another order; reversed unless told otherwise." => |c| {
        let (x, axes) = (c.tensor("x")?, sizes(c, "axes")?);
        permuted(c, &x, &axes)
    };
    "mT": [(x)] "The last two axes exchanged." => |c| {
        let x = c.tensor("x")?;
        matrix_transpose(c, &x)
    };
};

/// The elements, taken and placed in the order that the argument tells, in another shape.
fn reshaped(c: &mut Call<'_>, x: &Tensor, sizes: &[i64]) -> Result<Tensor> {
    if c.args.one_of("order", &["C", "F"])? == "C" {
        return c.t().reshape_infer(x, sizes);
    }
    let (from, to): (Vec<usize>, Vec<usize>) = ((0..x.rank()).rev().collect(), (0..sizes.len()).rev().collect());
    let reversed: Vec<i64> = sizes.iter().rev().copied().collect();
    let x = c.t().transpose(x, &from)?;
    let y = c.t().reshape_infer(&x, &reversed)?;
    c.t().transpose(&y, &to)
}

/// Questions about tensors that are answered while the program is compiled.
pub(crate) static STATIC: &[FunctionDecl] = functions! {
    "shape" [(x)] "The shape as a tuple; unknown sizes are None." => |i, args| {
        let value = args.get("x")?.clone();
        match i.find_attribute(&value, "shape")? {
            Some(shape) => Ok(shape),
            None => {
                let known = nested(i, args, &value)?;
                Ok(Value::tuple(known.ty().shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>()))
            }
        }
    };
    "ndim" [(x)] "The number of dimensions." => |i, args| {
        let value = args.get("x")?.clone();
        match i.find_attribute(&value, "ndim")? {
            Some(rank) => Ok(rank),
            None => {
                let known = nested(i, args, &value)?;
                Ok(Value::Int(known.ty().rank() as i64))
            }
        }
    };
    "size" [(x) (axis = Default::None)] "The number of elements." => |i, args| {
        let value = args.get("x")?.clone();
        if let Some(axis) = args.some("axis")?.and_then(number::index) {
            let shape = i.attribute(&value, "shape")?.elements().unwrap_or_default();
            let axis = axis_index(axis, shape.len())?;
            return Ok(shape.get(axis).cloned().unwrap_or(Value::None));
        }
        match i.find_attribute(&value, "size")? {
            Some(size) => Ok(size),
            None => {
                let known = nested(i, args, &value)?;
                Ok(Value::Int(known.ty().size() as i64))
            }
        }
    };
};

/// The array of a nested list, which stands where a tensor may.
fn nested(interp: &mut Interp, args: &Bound, value: &Value) -> Result<Rc<Array>> {
    interp.spend_on_arguments(&Args::positional(vec![value.clone()]))?;
    crate::jax::arguments::known(value).ok_or_else(|| args.invalid("x", "a tensor"))
}

/// The first argument, whatever its name.
pub(super) fn first(c: &mut Call<'_>) -> Result<Tensor> {
    c.nth(0)
}

fn second(c: &mut Call<'_>) -> Result<Tensor> {
    c.nth(1)
}

/// Variadic integers, or one sequence of them.
fn sizes(c: &Call<'_>, name: &str) -> Result<Vec<i64>> {
    let given = c.value(name)?.elements().unwrap_or_default();
    let found = match given.as_slice() {
        [only] => integers(only),
        all => integers(&Value::tuple(all.to_vec())),
    };
    found.ok_or_else(|| c.invalid(name, "integers"))
}

fn permuted(c: &mut Call<'_>, x: &Tensor, axes: &[i64]) -> Result<Tensor> {
    let order: Vec<usize> = match axes {
        [] => (0..x.rank()).rev().collect(),
        axes => axes.iter().map(|&axis| axis_index(axis, x.rank())).collect::<Result<_>>()?,
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if sorted != (0..x.rank()).collect::<Vec<_>>() {
        return Err(Error::shape(format!(
            "{axes:?} is no order of the {} axes of shape {}",
            x.rank(),
            as_tuple(x.shape())
        )));
    }
    c.t().transpose(x, &order)
}

/// `transpose` of either library.
pub(crate) fn transpose(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let axes = if c.some("axes")?.is_some() { c.ints("axes")? } else { Vec::new() };
    permuted(c, &x, &axes)
}

fn matrix_transpose(c: &mut Call<'_>, x: &Tensor) -> Result<Tensor> {
    if x.rank() < 2 {
        return Err(Error::shape(format!("a matrix is needed, found shape {}", as_tuple(x.shape()))));
    }
    let mut order: Vec<usize> = (0..x.rank()).collect();
    order.swap(x.rank() - 1, x.rank() - 2);
    c.t().transpose(x, &order)
}

fn moveaxis(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let (from, to) = (c.ints("source")?, c.ints("destination")?);
    if from.len() != to.len() {
        return Err(Error::argument(format!("{} axes cannot be moved to {} places", from.len(), to.len())));
    }
    let index = |axes: &[i64]| axes.iter().map(|&axis| axis_index(axis, x.rank())).collect::<Result<Vec<_>>>();
    let (from, to) = (index(&from)?, index(&to)?);
    let mut order: Vec<usize> = (0..x.rank()).filter(|d| !from.contains(d)).collect();
    let mut moves: Vec<(usize, usize)> = to.into_iter().zip(from).collect();
    moves.sort_unstable();
    for (to, from) in moves {
        order.insert(to.min(order.len()), from);
    }
    let axes: Vec<i64> = order.iter().map(|&d| d as i64).collect();
    permuted(c, &x, &axes)
}

fn flipped(c: &mut Call<'_>, axis: usize) -> Result<Tensor> {
    let x = first(c)?;
    let axis = axis_index(axis as i64, x.rank())?;
    c.t().reverse(&x, &[axis])
}

fn rot90(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let axes = c.ints("axes")?;
    let [a, b] = axes.as_slice() else { return Err(c.invalid("axes", "two axes")) };
    let (a, b) = (axis_index(*a, x.rank())?, axis_index(*b, x.rank())?);
    if a == b {
        return Err(Error::argument("the axes of a rotation must differ"));
    }
    let mut order: Vec<usize> = (0..x.rank()).collect();
    order.swap(a, b);
    let k = c.int("k")?.rem_euclid(4);
    let t = c.t();
    match k {
        0 => Ok(x),
        1 => {
            let y = t.reverse(&x, &[b])?;
            t.transpose(&y, &order)
        }
        2 => t.reverse(&x, &[a, b]),
        _ => {
            let y = t.transpose(&x, &order)?;
            t.reverse(&y, &[b])
        }
    }
}

fn roll(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let shape = x.shape().to_vec();
    let (flat, axes) = match c.some("axis")? {
        None => (c.t().reshape_infer(&x, &[-1])?, vec![0]),
        Some(_) => {
            let axes = c.ints("axis")?;
            (x.clone(), axes.iter().map(|&a| axis_index(a, x.rank())).collect::<Result<_>>()?)
        }
    };
    let mut y = flat;
    match integers(&c.value("shift")?) {
        Some(shifts) => {
            if shifts.is_empty()
                || axes.is_empty()
                || (shifts.len() != axes.len() && shifts.len() != 1 && axes.len() != 1)
            {
                return Err(Error::argument(format!("{} shifts for {} axes", shifts.len(), axes.len())));
            }
            for at in 0..shifts.len().max(axes.len()) {
                let (shift, axis) = (shifts[at.min(shifts.len() - 1)], axes[at.min(axes.len() - 1)]);
                y = c.t().rolled(&y, shift, axis)?;
            }
        }
        None => {
            let shift = c.tensor("shift")?;
            if shift.rank() > 0 {
                return Err(Error::unsupported("rolling by several amounts that are only known at run time"));
            }
            for axis in axes {
                let n = y.shape()[axis];
                let places = c.t().iota(DType::I32, &[n], 0)?;
                let from = c
                    .t()
                    .compute([&places, &shift], |[i, shift]| (i - shift).with(n as i64, |t, x, y| t.remainder(x, y)))?;
                let whole = |d: usize| crate::ops::Part::Range { start: 0, step: 1, count: y.shape()[d] };
                let parts: Vec<_> = (0..axis).map(whole).chain([crate::ops::Part::Array(from)]).collect();
                y = c.t().index(&y, &parts, keramos_ir::ops::OutOfBounds::Promised)?;
            }
        }
    }
    c.t().reshape(&y, &shape)
}

fn tile(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let name = if c.args.has("reps") { "reps" } else { "repeats" };
    // How often may be worked out from sizes; JAX itself wants it as numbers of Python.
    if let Value::Tensor(reps) = c.value(name)?
        && let Some(known) = c.t().folded(&reps)?
    {
        c.args.set(name, Value::Array(known.array));
    }
    let reps = c.shape(name)?;
    c.t().tile(&x, &reps)
}

fn repeat(c: &mut Call<'_>) -> Result<Tensor> {
    let x = first(c)?;
    let (x, axis) = c.along(&x)?;
    let n = x.shape()[axis];
    if let Some(counts) = integers(&c.value("repeats")?) {
        let count = |&k: &i64| usize::try_from(k).map_err(|_| c.invalid("repeats", "non-negative integers"));
        let counts = counts.iter().map(count).collect::<Result<Vec<usize>>>()?;
        if let [times] = counts.as_slice() {
            return c.t().repeat(&x, *times, axis);
        }
        if counts.len() != n {
            return Err(Error::shape(format!("{} counts for an axis of size {n}", counts.len())));
        }
        let all = counts.iter().copied().fold(0, usize::saturating_add);
        c.t().fuel.spend_table(&[all])?;
        let mut places: Vec<f64> =
            counts.iter().enumerate().flat_map(|(at, &times)| std::iter::repeat_n(at as f64, times)).collect();
        if c.args.has("total_repeat_length")
            && let Some(total) = c.optional_size("total_repeat_length")?
        {
            let last = places.last().copied().unwrap_or(0.0);
            c.t().fuel.spend_table(&[total])?;
            places.resize(total, last);
        }
        return chosen(c, &x, axis, &places);
    }
    let total = match c.args.has("total_repeat_length") {
        true => c.optional_size("total_repeat_length")?,
        false => None,
    };
    let Some(total) = total else {
        return Err(Error::argument("how often elements are repeated must be known at compile time")
            .help("give `total_repeat_length`, the length of the result"));
    };
    let counts = c.tensor("repeats")?;
    let counts = c.t().broadcast_to(&counts, &[n])?;
    // The end of each run of repetitions: an element's place is how many runs have ended.
    let ends = c.t().cumsum(&counts, 0)?;
    let places = c.t().iota(ends.dtype(), &[total], 0)?;
    let (ends, places) = (c.t().expand_dims(&ends, &[0])?, c.t().expand_dims(&places, &[1])?);
    let past = c.t().le(&ends, &places)?;
    let from = c.t().sum(&past, &[1], false)?;
    let whole = |d: usize| crate::ops::Part::Range { start: 0, step: 1, count: x.shape()[d] };
    let parts: Vec<_> = (0..axis).map(whole).chain([crate::ops::Part::Array(from)]).collect();
    c.t().index(&x, &parts, keramos_ir::ops::OutOfBounds::Clip)
}

/// Elements of an axis by places known at compile time.
pub(super) fn chosen(c: &mut Call<'_>, x: &Tensor, axis: usize, places: &[f64]) -> Result<Tensor> {
    let places = c.t().tabulated(&[places.len()], places.iter().copied(), DType::I32)?;
    let whole = |d: usize| crate::ops::Part::Range { start: 0, step: 1, count: x.shape()[d] };
    let parts: Vec<_> = (0..axis).map(whole).chain([crate::ops::Part::Array(places)]).collect();
    c.t().index(x, &parts, keramos_ir::ops::OutOfBounds::Promised)
}

/// `diagonal` of either library.
pub(crate) fn diagonal(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let (x, offset) = (c.tensor(name)?, c.int("offset")?);
    let (axis1, axis2) = (c.axis("axis1", x.rank())?, c.axis("axis2", x.rank())?);
    c.t().diagonal(&x, offset, axis1, axis2)
}

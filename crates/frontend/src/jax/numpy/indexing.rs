//! Indexing: `x[…]`, `x.at[…]`, and functions that look elements up.

use std::rc::Rc;

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{Array, Buffer, as_tuple};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::tensor::element;
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, integer, known, tensor_functions, to_tensor};
use crate::library::{Args, FunctionDecl};
use crate::ops::Part;
use crate::trace::Tensor;
use crate::value::{Object, Value};

/// Functions behind the syntax, and what only the methods of `x.at[…]` call.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "get_item": [(x) (key)] "Elements by NumPy's indexing." => |c| {
        let x = c.tensor("x")?;
        let parts = parts(c.interp, &x, &c.value("key")?, true)?;
        // Reading clamps, but the gradient of what was read outside is dropped, as in JAX.
        c.t().index(&x, &parts, OutOfBounds::Promised)
    };
    "at_get": [(x) (key) (mode = NONE) (fill_value = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "Elements by NumPy's indexing, out of bounds as `mode` says." => at_get;
    "at_set": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements replaced." => |c| update(c, ScatterKind::Replace);
    "at_add": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements added to." => |c| update(c, ScatterKind::Add);
    "at_subtract": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements subtracted from." => |c| {
            let (x, values) = (c.tensor("x")?, c.tensor("values")?);
            let values = c.t().neg(&values)?;
            scatter(c, &x, &values, ScatterKind::Add)
        };
    "at_multiply": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements multiplied." => |c| update(c, ScatterKind::Mul);
    "at_divide": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements divided." => |c| through_ones(c, crate::trace::Tracer::div);
    "at_power": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements raised to a power." => |c| through_ones(c, crate::trace::Tracer::power_of);
    "at_min": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements no larger." => |c| update(c, ScatterKind::Min);
    "at_max": [(x) (key) (values) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With elements no smaller." => |c| update(c, ScatterKind::Max);
    "at_apply": [(x) (key) (func) (mode = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (wrap_negative_indices = TRUE)]
        "With a function applied to elements." => |c| {
            let x = c.tensor("x")?;
            let parts = places(c, &x, OutOfBounds::Fill)?;
            let old = c.t().index(&x, &parts, OutOfBounds::Clip)?;
            let new = c.invoke(&c.value("func")?, vec![Value::Tensor(old)])?;
            let new = to_tensor(c.interp, &new)?;
            scatter(c, &x, &new, ScatterKind::Replace)
        };
};

/// The methods of `x.at[…]` and the functions behind them.
const AT_METHODS: &[(&str, &str)] = &[
    ("get", "at_get"),
    ("set", "at_set"),
    ("add", "at_add"),
    ("subtract", "at_subtract"),
    ("mul", "at_multiply"),
    ("multiply", "at_multiply"),
    ("div", "at_divide"),
    ("divide", "at_divide"),
    ("power", "at_power"),
    ("min", "at_min"),
    ("max", "at_max"),
    ("apply", "at_apply"),
];

/// `x.at`, and `x.at[key]`.
#[derive(Debug)]
pub(crate) struct At {
    /// The tensor.
    pub(crate) x: Value,
    /// The index, once there is one.
    pub(crate) key: Option<Value>,
}

/// A method of `x.at[key]`, or the indexing of `x.at`.
#[derive(Debug)]
struct AtMethod {
    x: Value,
    key: Option<Value>,
    function: Option<&'static FunctionDecl>,
}

impl Object for At {
    fn class_name(&self) -> Rc<str> {
        if self.key.is_some() { "_IndexUpdateRef".into() } else { "_IndexUpdateHelper".into() }
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        let function = match (&self.key, name) {
            (None, "__getitem__") => None,
            (Some(_), name) => {
                let Some((_, function)) = AT_METHODS.iter().find(|(method, _)| *method == name) else {
                    return Ok(None);
                };
                FUNCTIONS.iter().copied().find(|f| f.name == *function)
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::User(Rc::new(AtMethod { x: self.x.clone(), key: self.key.clone(), function }))))
    }

    fn attributes(&self) -> Vec<String> {
        AT_METHODS.iter().map(|(method, _)| (*method).to_owned()).collect()
    }
}

impl Object for AtMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        match (&self.key, self.function) {
            (Some(key), Some(function)) => {
                args.positional.splice(0..0, [self.x.clone(), key.clone()]);
                interp.call(&Value::Function(function), args)
            }
            _ => {
                let key = args.positional.into_iter().next();
                Ok(Value::User(Rc::new(At { x: self.x.clone(), key })))
            }
        }
    }
}

/// What `mode` says about places out of bounds; `default` if it is `None`.
pub(crate) fn mode(c: &Call<'_>, default: OutOfBounds) -> Result<OutOfBounds> {
    if c.some("mode")?.is_none() {
        return Ok(default);
    }
    Ok(match c.args.one_of("mode", &["clip", "fill", "drop", "promise_in_bounds"])? {
        "clip" => OutOfBounds::Clip,
        "promise_in_bounds" => OutOfBounds::Promised,
        _ => OutOfBounds::Fill,
    })
}

fn at_get(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("x")?;
    let parts = places(c, &x, OutOfBounds::Clip)?;
    let mode = mode(c, OutOfBounds::Clip)?;
    let Some(fill) = c.optional("fill_value")?.filter(|_| mode == OutOfBounds::Fill) else {
        return c.t().index(&x, &parts, mode);
    };
    // Where the index finds nothing, so does it in a tensor of ones.
    let ones = c.t().full(&x.ty().with_dtype(keramos_ir::DType::I32), 1.0)?;
    let found = c.t().index(&ones, &parts, OutOfBounds::Zero)?;
    let values = c.t().index(&x, &parts, OutOfBounds::Clip)?;
    let fill = c.t().convert(&fill, x.dtype())?;
    let found = c.t().to_bool(&found)?;
    c.t().select(&found, &values, &fill)
}

fn update(c: &mut Call<'_>, kind: ScatterKind) -> Result<Tensor> {
    let (x, values) = (c.tensor("x")?, c.tensor("values")?);
    scatter(c, &x, &values, kind)
}

fn scatter(c: &mut Call<'_>, x: &Tensor, values: &Tensor, kind: ScatterKind) -> Result<Tensor> {
    let parts = places(c, x, OutOfBounds::Fill)?;
    let mode = mode(c, OutOfBounds::Fill)?;
    if kind == ScatterKind::Mul && c.flag("unique_indices")? {
        return c
            .t()
            .multiplied_at_unique(x, values, |t, x, factors, kind| t.index_update(x, &parts, factors, kind, mode));
    }
    c.t().index_update(x, &parts, values, kind, mode)
}

/// The places that a method of `x.at[…]` is about; `default` is its mode if it is told none.
fn places(c: &mut Call<'_>, x: &Tensor, default: OutOfBounds) -> Result<Vec<Part>> {
    let mut parts = parts(c.interp, x, &c.value("key")?, false)?;
    if c.flag("wrap_negative_indices")? {
        return Ok(parts);
    }
    if mode(c, default)? != OutOfBounds::Fill {
        return Err(Error::unsupported("`wrap_negative_indices=False` with a mode other than \"drop\" or \"fill\"")
            .help("choose where the index is negative with jnp.where"));
    }
    // What is below all places is above all of them: it is dropped, too.
    let outside = i64::from(i32::MAX);
    for part in &mut parts {
        match part {
            Part::At(i) if *i < 0 => *i = outside,
            Part::Array(indices) => *indices = c.t().compute([&*indices], |[i]| i.lt(0).select(i32::MAX, i))?,
            _ => {}
        }
    }
    Ok(parts)
}

/// Updates that have no scatter of their own: their effect on ones is applied to the tensor.
fn through_ones(
    c: &mut Call<'_>,
    apply: fn(&mut crate::trace::Tracer, &Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (x, values) = (c.tensor("x")?, c.tensor("values")?);
    let ones = c.t().full(x.ty(), 1.0)?;
    let factors = scatter(c, &ones, &values, ScatterKind::Mul)?;
    let y = apply(c.t(), &x, &factors)?;
    c.t().convert(&y, x.dtype())
}

/// The parts of an index of `x`. An integer of the program that is out of bounds is an error if `strict`.
pub(crate) fn parts(interp: &mut Interp, x: &Tensor, key: &Value, strict: bool) -> Result<Vec<Part>> {
    let keys = match key {
        Value::Tuple(keys) => keys.to_vec(),
        other => vec![other.clone()],
    };
    let keys = keys.iter().map(|key| decided(interp, key)).collect::<Result<Vec<_>>>()?;
    let used: usize = keys.iter().map(dims_used).sum();
    let mut parts = Vec::new();
    let mut dim = 0;
    for key in &keys {
        let length = x.shape().get(dim).copied().unwrap_or(0);
        match key {
            Value::None => parts.push(Part::New),
            Value::Ellipsis => {
                parts.push(Part::Rest);
                dim += x.rank().saturating_sub(used);
            }
            Value::Int(i) => {
                if strict && dim < x.rank() && !(-(length as i64)..length as i64).contains(i) {
                    let message = format!("index {i} is out of bounds for axis {dim} with size {length}");
                    return Err(raise("IndexError", message));
                }
                parts.push(Part::At(*i));
                dim += 1;
            }
            Value::Slice(slice) => {
                let bounds = [bound(&slice[0])?, bound(&slice[1])?, bound(&slice[2])?];
                let (start, step, count) = interp.selection(&bounds, length)?.parts();
                parts.push(Part::Range { start, step, count });
                dim += 1;
            }
            Value::Host(host) => return Err(crate::interp::host::reaches(host, "an index of a tensor")),
            other => {
                if let Some(mask) = known(other).filter(|a| matches!(a.data(), Buffer::Bool(_))) {
                    let shape = x.shape().get(dim..dim + mask.ty().rank()).unwrap_or_default();
                    for places in mask_places(&mask, shape)? {
                        parts.push(Part::Array(interp.tracer.constant(places)?));
                    }
                    dim += mask.ty().rank();
                    continue;
                }
                let indices = match other {
                    Value::Float(_) | Value::Str(_) => None,
                    other => Some(to_tensor(interp, other)?),
                };
                match indices {
                    Some(t) if t.dtype() == keramos_ir::DType::Bool => {
                        return Err(Error::ty("a tensor of truth values that is only known at run time is no index")
                            .note("how many elements it selects would decide the shape of the result")
                            .help("use jnp.where(mask, x, y), or jnp.nonzero(mask, size=n)"));
                    }
                    Some(t) if t.dtype().is_int() => parts.push(Part::Array(t)),
                    Some(t) if t.ty().size() == 0 => parts.push(Part::Array({
                        let int = interp.tracer.default_int();
                        interp.tracer.convert(&t, int)?
                    })),
                    _ => {
                        return Err(Error::ty(format!("indexing a tensor with {}", other.type_name())).help(
                            "an index is made of integers, slices, None, ..., and arrays of integers or truth values",
                        ));
                    }
                }
                dim += 1;
            }
        }
    }
    Ok(parts)
}

/// The part of an index, with what decides the shape of the result as it is known at compile time: truth
/// values and the bounds of slices.
fn decided(interp: &mut Interp, key: &Value) -> Result<Value> {
    match key {
        Value::Tensor(mask) if mask.dtype() == keramos_ir::DType::Bool => interp.concrete(key),
        Value::Slice(slice) if slice.iter().any(|bound| matches!(bound, Value::Tensor(_))) => {
            let [start, stop, step] = &**slice;
            let bounds = [interp.concrete(start)?, interp.concrete(stop)?, interp.concrete(step)?];
            Ok(Value::Slice(Rc::new(bounds)))
        }
        other => Ok(other.clone()),
    }
}

/// How many dimensions a part of an index takes.
fn dims_used(key: &Value) -> usize {
    match key {
        Value::None | Value::Ellipsis => 0,
        Value::Int(_) | Value::Slice(_) => 1,
        other => match known(other) {
            Some(mask) if matches!(mask.data(), Buffer::Bool(_)) => mask.ty().rank(),
            _ => 1,
        },
    }
}

/// A bound of a slice as an integer of the program.
fn bound(value: &Value) -> Result<Value> {
    match value {
        Value::Array(_) => Ok(integer(value).map_or_else(|| value.clone(), Value::Int)),
        Value::Tensor(t) => {
            Err(Error::ty(format!("a slice needs bounds known at compile time, found tensor {}", t.ty()))
                .help("use jax.lax.dynamic_slice (keras.ops.slice) for a window whose place is computed"))
        }
        other => Ok(other.clone()),
    }
}

/// The places where a mask holds, dimension by dimension.
pub(crate) fn mask_places(mask: &Array, shape: &[usize]) -> Result<Vec<Array>> {
    if mask.ty().shape != shape {
        let message = format!(
            "boolean index of shape {} does not match the indexed shape {}",
            as_tuple(&mask.ty().shape),
            as_tuple(&shape)
        );
        return Err(raise("IndexError", message));
    }
    if mask.ty().rank() == 0 {
        return Err(Error::unsupported("indexing a tensor with a single truth value"));
    }
    let holds = |at: usize| matches!(element(mask, at), Some(Value::Bool(true)));
    let chosen: Vec<usize> = (0..mask.ty().size()).filter(|&at| holds(at)).collect();
    let mut stride = mask.ty().size();
    let mut found = Vec::new();
    for &n in shape {
        stride /= n.max(1);
        let places = chosen.iter().map(|at| ((at / stride.max(1)) % n.max(1)) as i32).collect();
        found.push(Array::new([chosen.len()], Buffer::I32(places))?);
    }
    Ok(found)
}

/// Functions of `jax.numpy` that look elements up.
pub(crate) static LOOKUP: &[&FunctionDecl] = tensor_functions! {
    "take": [(a) (indices) (axis = NONE) (out = NONE) (mode = NONE) (unique_indices = FALSE) (indices_are_sorted = FALSE) (fill_value = NONE)]
        "Elements along an axis by index." => |c| take(c, "a");
    "take_along_axis": [(arr) (indices) (axis = int(-1)) (mode = NONE) (fill_value = NONE)]
        "Elements along an axis, chosen separately at every place of the others." => |c| take_along(c, "arr");
    "put_along_axis": [(arr) (indices) (values) (axis) (inplace = FALSE) (mode = NONE)]
        "With elements along an axis replaced." => put_along;
};

/// `take` of either library.
pub(crate) fn take(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let (x, indices) = (c.tensor(name)?, c.tensor("indices")?);
    let (x, axis) = c.along(&x)?;
    let (indices, mode) = taken(c, whole(&indices)?, x.shape()[axis])?;
    let whole = |dim: usize| Part::Range { start: 0, step: 1, count: x.shape()[dim] };
    let parts: Vec<Part> = (0..axis).map(whole).chain([Part::Array(indices.clone())]).collect();
    let found = c.t().index(&x, &parts, mode)?;
    match c.args.has("fill_value").then(|| c.optional("fill_value")).transpose()?.flatten() {
        Some(fill) if mode == OutOfBounds::Fill => {
            let length = x.shape().get(axis).copied().unwrap_or(0) as i64;
            let mut shape = vec![1; axis];
            shape.extend(indices.shape());
            shape.extend(vec![1; x.rank() - axis - 1]);
            let indices = c.t().reshape(&indices, &shape)?;
            let fill = c.t().convert(&fill, x.dtype())?;
            c.t().compute([&indices, &found, &fill], |[i, found, fill]| {
                i.ge(-length).and(i.lt(length)).select(found, fill)
            })
        }
        _ => Ok(found),
    }
}

/// The indices of `take` along an axis of `length` elements, as its own modes change them, and what then happens
/// outside. Unlike `x.at[…]`, `"clip"` does not count from the end, and `"wrap"` is the remainder, never negative.
fn taken(c: &mut Call<'_>, indices: Tensor, length: usize) -> Result<(Tensor, OutOfBounds)> {
    if length == 0 && indices.ty().size() != 0 {
        return Err(raise("IndexError", "Cannot do a non-empty jnp.take() from an empty axis."));
    }
    if !c.args.has("mode") || c.some("mode")?.is_none() {
        return Ok((indices, OutOfBounds::Fill));
    }
    match c.args.one_of("mode", &["fill", "wrap", "clip"])? {
        "wrap" if length > 0 => {
            // Wide enough for the length.
            let int = c.t().default_int();
            let indices = match indices.dtype().bits() < int.bits() {
                true => c.t().convert(&indices, int)?,
                false => indices,
            };
            let places = c.t().compute([&indices], |[i]| i.with(length as i64, |t, x, y| t.remainder(x, y)))?;
            Ok((places, OutOfBounds::Promised))
        }
        "clip" => Ok((c.t().compute([&indices], |[i]| i.max(0))?, OutOfBounds::Clip)),
        _ => Ok((indices, OutOfBounds::Fill)),
    }
}

fn whole(indices: &Tensor) -> Result<Tensor> {
    match indices.dtype().is_int() {
        true => Ok(indices.clone()),
        false => Err(Error::ty(format!("indices must be integers, found {}", indices.ty()))),
    }
}

/// `take_along_axis` of either library.
pub(crate) fn take_along(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let (x, indices) = (c.tensor(name)?, c.tensor("indices")?);
    let indices = whole(&indices)?;
    let (x, axis) = c.along(&x)?;
    let mode = if c.args.has("mode") { mode(c, OutOfBounds::Fill)? } else { OutOfBounds::Fill };
    c.t().take_along(&x, &indices, axis, mode)
}

fn put_along(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, indices, values) = (c.tensor("arr")?, c.tensor("indices")?, c.tensor("values")?);
    let indices = whole(&indices)?;
    let shape = x.shape().to_vec();
    let (flat, axis) = c.along(&x)?;
    let mode = mode(c, OutOfBounds::Fill)?;
    let places = c.t().along_axis(&flat, &indices, axis)?;
    let y = c.t().index_update(&flat, &places, &values, ScatterKind::Replace, mode)?;
    c.t().reshape(&y, &shape)
}

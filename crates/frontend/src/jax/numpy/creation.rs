//! New tensors.

use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::interp::operators::number::Number;
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, dtype_of, int, tensor_functions, to_tensor};
use crate::library::{Default, FunctionDecl};
use crate::ops::{canonical, is_inexact};
use crate::trace::Tensor;
use crate::value::Value;

/// Constructors that `jax.numpy` and `keras.ops` have in common, but for the names of arguments.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "zeros": [(shape) (dtype = NONE) (device = NONE)] "All zeros." => |c| filled(c, 0.0);
    "ones": [(shape) (dtype = NONE) (device = NONE)] "All ones." => |c| filled(c, 1.0);
    "empty": [(shape) (dtype = NONE) (device = NONE)] "All zeros: nothing here is without a value." => |c| filled(c, 0.0);
    "full": [(shape) (fill_value) (dtype = NONE) (device = NONE)] "All of one value." => full;
    "arange": [(start = NONE) (stop = NONE) (step = NONE) (dtype = NONE) (device = NONE)] "Numbers from start to before stop." => arange;
    "linspace": [(start) (stop) (num = int(50)) (endpoint = TRUE) (retstep = FALSE) (dtype = NONE) (axis = int(0))]
        "Numbers evenly spread over an interval." => linspace;
    "logspace": [(start) (stop) (num = int(50)) (endpoint = TRUE) (base = Default::Float(10.0)) (dtype = NONE) (axis = int(0))]
        "Powers with evenly spread exponents." => logspace;
    "geomspace": [(start) (stop) (num = int(50)) (endpoint = TRUE) (dtype = NONE) (axis = int(0))]
        "Numbers with equal ratios over an interval." => geomspace;
    "eye": [(N) (M = NONE) (k = int(0)) (dtype = NONE)] "Ones on a diagonal." => |c| {
        let (n, m, k) = (c.size("N")?, c.optional_size("M")?, c.int("k")?);
        diagonal_ones(c, n, m.unwrap_or(n), k)
    };
    "identity": [(n) (dtype = NONE)] "The identity matrix." => |c| {
        let n = c.size("n")?;
        diagonal_ones(c, n, n, 0)
    };
    "tri": [(N) (M = NONE) (k = int(0)) (dtype = NONE)] "Ones at and below a diagonal." => |c| {
        let (n, m, k) = (c.size("N")?, c.optional_size("M")?, c.int("k")?);
        let dtype = c.dtype("dtype")?;
        let t = c.t();
        let below = t.below(n, m.unwrap_or(n), k)?;
        let dtype = dtype.unwrap_or(t.default_float());
        t.convert(&below, dtype)
    };
    "meshgrid": [(*xi) (indexing = Default::Str("xy")) (sparse = FALSE) (copy = TRUE)] "Coordinates of a grid." => meshgrid;
    "diag": [(v) (k = int(0))] "A matrix with that diagonal, or the diagonal of a matrix." => |c| diag(c, "v");
    "diagflat": [(v) (k = int(0))] "A matrix with the elements on a diagonal." => |c| {
        let (v, k) = (c.tensor("v")?, c.int("k")?);
        let flat = c.t().reshape_infer(&v, &[-1])?;
        c.t().diagonal_matrix(&flat, k)
    };
    "vander": [(x) (N = NONE) (increasing = FALSE)] "The powers of each element." => vander;
    "tril": [(m) (k = int(0))] "With zeros above a diagonal." => |c| triangle(c, "m", true);
    "triu": [(m) (k = int(0))] "With zeros below a diagonal." => |c| triangle(c, "m", false);
    "bartlett": [(M)] "The triangular window." => |c| window(c, "M", Window::Bartlett);
    "blackman": [(M)] "The Blackman window." => |c| window(c, "M", Window::Blackman);
    "hamming": [(M)] "The Hamming window." => |c| window(c, "M", Window::Hamming);
    "hanning": [(M)] "The Hann window." => |c| window(c, "M", Window::Hanning);
};

/// Constructors of `jax.numpy` alone.
pub(crate) static NUMPY: &[&FunctionDecl] = tensor_functions! {
    "array": [(object) (dtype = NONE) (copy = TRUE) (order = NONE) (ndmin = int(0)) (device = NONE)]
        "A tensor from a tensor, a number or a nested list." => |c| {
            let x = convert(c, "object")?;
            let missing = c.size("ndmin")?.saturating_sub(x.rank());
            c.t().fuel.spend(missing)?;
            c.t().expand_dims(&x, &(0..missing).collect::<Vec<_>>())
        };
    "asarray": [(a) (dtype = NONE) (order = NONE) (copy = NONE) (device = NONE)]
        "A tensor from a tensor, a number or a nested list." => |c| convert(c, "a");
    "copy": [(a) (order = NONE)] "The tensor itself." => |c| c.tensor("a");
    "astype": [(x) (dtype) (copy = FALSE) (device = NONE)] "With another element type." => |c| convert(c, "x");
    "zeros_like": [(a) (dtype = NONE) (shape = NONE) (device = NONE)] "All zeros, in the shape of another." => |c| filled_like(c, "a", 0.0);
    "ones_like": [(a) (dtype = NONE) (shape = NONE) (device = NONE)] "All ones, in the shape of another." => |c| filled_like(c, "a", 1.0);
    "empty_like": [(prototype) (dtype = NONE) (shape = NONE) (device = NONE)] "All zeros, in the shape of another." => |c| filled_like(c, "prototype", 0.0);
    "full_like": [(a) (fill_value) (dtype = NONE) (shape = NONE) (device = NONE)] "All of one value, in the shape of another." => |c| full_like(c, "a");
    "indices": [(dimensions) (dtype = NONE) (sparse = FALSE)] "The places of a grid." => indices;
    "diag_indices": [(n) (ndim = int(2))] "The places of a diagonal." => |c| {
        let (n, ndim) = (c.size("n")?, c.size("ndim")?);
        c.t().fuel.spend(ndim)?;
        let int = c.t().default_int();
        let row = c.t().iota(int, &[n], 0)?;
        Ok(Value::tuple(vec![Value::Tensor(row); ndim]))
    };
    "diag_indices_from": [(arr)] "The places of a tensor's diagonal." => |c| {
        let x = c.tensor("arr")?;
        let int = c.t().default_int();
        let row = c.t().iota(int, &[x.shape().first().copied().unwrap_or(0)], 0)?;
        Ok(Value::tuple(vec![Value::Tensor(row); x.rank()]))
    };
    "tril_indices": [(n) (k = int(0)) (m = NONE)] "The places at and below a diagonal." => |c| triangle_places(c, true);
    "triu_indices": [(n) (k = int(0)) (m = NONE)] "The places at and above a diagonal." => |c| triangle_places(c, false);
    "tril_indices_from": [(arr) (k = int(0))] "The places at and below a tensor's diagonal." => |c| triangle_places_of(c, true);
    "triu_indices_from": [(arr) (k = int(0))] "The places at and above a tensor's diagonal." => |c| triangle_places_of(c, false);
    "fromfunction": [(function) (shape) (dtype = NONE) (**kwargs)] "A function of the places of a grid." => |c| {
        let shape = c.shape("shape")?;
        let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_float());
        let grid = (0..shape.len()).map(|dim| c.t().iota(dtype, &shape, dim)).collect::<Result<Vec<_>>>()?;
        let function = c.value("function")?;
        c.invoke(&function, grid.into_iter().map(Value::Tensor).collect())
    };
    "kaiser": [(M) (beta)] "The Kaiser window." => |c| {
        let beta = c.tensor("beta")?;
        kaiser(c, "M", &beta)
    };
};

/// All of one number, in the shape and element type that the arguments name.
fn filled(c: &mut Call<'_>, value: f64) -> Result<Tensor> {
    let (shape, dtype) = (c.shape("shape")?, c.dtype("dtype")?);
    let dtype = dtype.unwrap_or(c.t().default_float());
    c.t().full(&TensorType::new(dtype, shape), value)
}

fn full(c: &mut Call<'_>) -> Result<Tensor> {
    let (shape, value, dtype) = (c.shape("shape")?, c.tensor("fill_value")?, c.dtype("dtype")?);
    let value = match dtype {
        Some(dtype) => c.t().convert(&value, dtype)?,
        None => value,
    };
    c.t().broadcast_to(&value, &shape)
}

/// All of one number, in the shape of argument `name`.
pub(crate) fn filled_like(c: &mut Call<'_>, name: &str, value: f64) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let dtype = c.dtype("dtype")?;
    let shape = like_shape(c, &x)?;
    let y = c.t().full(&TensorType::new(dtype.unwrap_or(x.dtype()), shape), value)?;
    Ok(y.weak_if(dtype.is_none() && x.is_weak()))
}

fn like_shape(c: &Call<'_>, x: &Tensor) -> Result<Vec<usize>> {
    if c.args.has("shape") && c.some("shape")?.is_some() { c.shape("shape") } else { Ok(x.shape().to_vec()) }
}

/// `full_like` of either library.
pub(crate) fn full_like(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let (x, value, dtype) = (c.tensor(name)?, c.tensor("fill_value")?, c.dtype("dtype")?);
    let shape = like_shape(c, &x)?;
    let value = c.t().convert(&value, dtype.unwrap_or(x.dtype()))?;
    let y = c.t().broadcast_to(&value, &shape)?;
    Ok(y.weak_if(dtype.is_none() && x.is_weak()))
}

/// Argument `name` in the element type that argument `dtype` names.
pub(crate) fn convert(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let x = match c.value(name)? {
        // Of what is no sequence of its own, JAX takes the numbers of ranges.
        range if crate::interp::attribute::user::<crate::interp::iterate::Range>(&range).is_some() => {
            let numbers = c.interp.collect(&range)?;
            to_tensor(c.interp, &Value::list(numbers))?
        }
        _ => c.tensor(name)?,
    };
    match c.dtype("dtype")? {
        Some(DType::Bool) => c.t().to_bool(&x),
        Some(dtype) => c.t().convert(&x, dtype),
        None => Ok(x),
    }
}

/// `arange` of either library: the numbers are computed here and are a constant.
fn arange(c: &mut Call<'_>) -> Result<Tensor> {
    let number = |name: &str| -> Result<Option<Number>> {
        let Some(value) = c.some(name)? else { return Ok(None) };
        let value = match &value {
            Value::Array(array) if array.ty().size() == 1 => crate::interp::tensor::element(array, 0).unwrap_or(value),
            _ => value,
        };
        let found = Number::of(&value).ok_or_else(|| c.invalid(name, "a number known at compile time"))?;
        Ok(Some(found))
    };
    let (start, stop, step) = (number("start")?, number("stop")?, number("step")?);
    let (start, stop) = match (start, stop) {
        (Some(start), Some(stop)) => (start, stop),
        (Some(stop), None) | (None, Some(stop)) => (Number::Int(0), stop),
        (None, None) => return Err(Error::argument("arange() needs `stop`")),
    };
    let step = step.unwrap_or(Number::Int(1));
    let whole = [&start, &stop, &step].iter().all(|n| matches!(n, Number::Int(_)));
    let (first, step_size) = (start.to_f64()?, step.to_f64()?);
    if step_size == 0.0 {
        return Err(c.invalid("step", "a number other than 0"));
    }
    let count = ((stop.to_f64()? - first) / step_size).ceil().max(0.0) as usize;
    crate::fuel::check_length(count)?;
    let dtype = c.dtype("dtype")?;
    let t = c.t();
    let natural = if whole { t.default_int() } else { t.default_float() };
    let dtype = dtype.unwrap_or(natural);
    if let (Number::Int(0), true, true) = (&start, step_size == 1.0, whole) {
        return t.iota(dtype, &[count], 0);
    }
    t.tabulated(&[count], (0..count).map(|i| first + i as f64 * step_size), dtype)
}

/// Points of [0, 1]: `num` of them, the last one at the end if `endpoint` is set.
fn steps(c: &Call<'_>) -> Result<(usize, f64)> {
    let (num, endpoint) = (c.size("num")?, c.flag("endpoint")?);
    let parts = if endpoint { num.saturating_sub(1) } else { num };
    Ok((num, parts as f64))
}

/// Evenly spread numbers from `start` to `stop` along a new axis 0.
fn spread(c: &mut Call<'_>, start: &Tensor, stop: &Tensor) -> Result<Tensor> {
    let (num, parts) = steps(c)?;
    let endpoint = c.flag("endpoint")?;
    let t = c.t();
    let [start, stop] = t.common(crate::ops::Domain::Float, [start, stop])?;
    let (start, stop, _) = t.operands(&start, &stop)?;
    let dtype = start.dtype();
    let mut shape = vec![num];
    shape.extend(vec![1; start.rank()]);
    let kept = if endpoint { num.saturating_sub(1) } else { num };
    // As JAX: a sum weighted by the places, and the end itself.
    let places = t.tabulated(&[kept], (0..kept).map(|i| i as f64 / parts.max(1.0)), dtype)?;
    shape[0] = kept;
    let places = t.reshape(&places, &shape)?;
    let (first, last) = (t.expand_dims(&start, &[0])?, t.expand_dims(&stop, &[0])?);
    let inner = t.compute([&first, &last, &places], |[a, b, s]| a * (1.0 - s) + b * s)?;
    match (endpoint, num) {
        (_, 0) => {
            let ty = TensorType::new(dtype, [&[0], start.shape()].concat());
            t.full(&ty, 0.0)
        }
        (true, 1) => Ok(first.into_strong()),
        (true, _) => t.concatenate(&[inner, last], 0),
        (false, _) => Ok(inner),
    }
}

/// In the element type asked for, the new axis where it was asked for.
fn finished(c: &mut Call<'_>, y: &Tensor) -> Result<Tensor> {
    let axis = c.axis("axis", y.rank())?;
    let dtype = c.dtype("dtype")?;
    let y = c.t().move_axis(y, 0, axis)?.into_strong();
    match dtype {
        None => Ok(y),
        Some(dtype) if is_inexact(dtype) => c.t().convert(&y, dtype),
        Some(dtype) => {
            let y = c.t().floor(&y)?;
            c.t().convert(&y, dtype)
        }
    }
}

fn linspace(c: &mut Call<'_>) -> Result<Value> {
    let (start, stop) = (c.tensor("start")?, c.tensor("stop")?);
    let y = spread(c, &start, &stop)?;
    let y = finished(c, &y)?;
    if !c.flag("retstep")? {
        return Ok(Value::Tensor(y));
    }
    let (_, parts) = steps(c)?;
    let step = c.t().compute([&start, &stop], |[a, b]| (b - a) / parts)?;
    Ok(Value::tuple(vec![Value::Tensor(y), Value::Tensor(step.into_strong())]))
}

fn logspace(c: &mut Call<'_>) -> Result<Tensor> {
    let (start, stop, base) = (c.tensor("start")?, c.tensor("stop")?, c.tensor("base")?);
    let exponents = spread(c, &start, &stop)?;
    let y = c.t().power(&base, &exponents)?;
    finished(c, &y)
}

fn geomspace(c: &mut Call<'_>) -> Result<Tensor> {
    let (start, stop) = (c.tensor("start")?, c.tensor("stop")?);
    let [start, stop] = c.t().common(crate::ops::Domain::Float, [&start, &stop])?;
    let [low, high] = c.t().compute_all([&start, &stop], |[a, b]| {
        let sign = a.sign();
        [(a * sign).log() / std::f64::consts::LN_10, (b * sign).log() / std::f64::consts::LN_10]
    })?;
    let exponents = spread(c, &low, &high)?;
    let y = c.t().compute([&exponents, &start], |[e, a]| {
        let ten = e.number(10.0);
        ten.pow(e) * a.sign()
    })?;
    // The ends are exact.
    let n = y.shape()[0];
    let mut parts = Vec::new();
    if n > 0 {
        parts.push(c.t().expand_dims(&start, &[0])?);
    }
    let endpoint = c.flag("endpoint")? && n > 1;
    let end = if endpoint { n - 1 } else { n };
    if end > 1 {
        parts.push(c.t().slice_axis(&y, 0, 1, end)?);
    }
    if endpoint {
        parts.push(c.t().expand_dims(&stop, &[0])?);
    }
    let y = if parts.is_empty() { y } else { c.t().concatenate(&parts, 0)? };
    finished(c, &y)
}

fn diagonal_ones(c: &mut Call<'_>, n: usize, m: usize, k: i64) -> Result<Tensor> {
    let dtype = c.dtype("dtype")?;
    let t = c.t();
    let dtype = dtype.unwrap_or(t.default_float());
    let hit = t.on_diagonal(n, m, k)?;
    t.convert(&hit, dtype)
}

/// `meshgrid` of either library.
pub(crate) fn meshgrid(c: &mut Call<'_>) -> Result<Vec<Tensor>> {
    let rows = c.tensors(if c.args.has("xi") { "xi" } else { "x" })?;
    let indexing = c.args.one_of("indexing", &["xy", "ij"])?;
    let sparse = c.args.has("sparse") && c.flag("sparse")?;
    if let Some(odd) = rows.iter().find(|row| row.rank() > 1) {
        return Err(Error::shape(format!("meshgrid takes rows, found shape {}", as_tuple(odd.shape()))));
    }
    let swap = |at: usize| if indexing == "xy" && rows.len() > 1 && at < 2 { 1 - at } else { at };
    let mut shape = vec![1; rows.len()];
    rows.iter().enumerate().for_each(|(at, row)| shape[swap(at)] = row.ty().size());
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut lifted = vec![1; rows.len()];
        lifted[swap(at)] = row.ty().size();
        let row = c.t().reshape(row, &lifted)?;
        found.push(if sparse { row } else { c.t().broadcast_to(&row, &shape)? });
    }
    Ok(found)
}

/// `diag` of either library.
pub(crate) fn diag(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let (v, k) = (c.tensor(name)?, c.int("k")?);
    match v.rank() {
        1 => c.t().diagonal_matrix(&v, k),
        2 => c.t().diagonal(&v, k, 0, 1),
        _ => Err(Error::shape(format!("diag takes one or two dimensions, found shape {}", as_tuple(v.shape())))),
    }
}

/// `tril` and `triu` of either library.
pub(crate) fn triangle(c: &mut Call<'_>, name: &str, lower: bool) -> Result<Tensor> {
    let (x, k) = (c.tensor(name)?, c.int("k")?);
    let [.., n, m] = *x.shape() else {
        return Err(Error::shape(format!("a triangle needs a matrix, found shape {}", as_tuple(x.shape()))));
    };
    let t = c.t();
    let zero = t.scalar(x.dtype(), 0.0)?;
    let weak = x.is_weak();
    let y = match lower {
        true => {
            let below = t.below(n, m, k)?;
            t.select(&below, &x, &zero)?
        }
        false => {
            let below = t.below(n, m, k - 1)?;
            t.select(&below, &zero, &x)?
        }
    };
    Ok(y.weak_if(weak))
}

/// `vander` of either library.
pub(crate) fn vander(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, n, increasing) = (c.tensor("x")?, c.optional_size("N")?, c.flag("increasing")?);
    if x.rank() != 1 {
        return Err(Error::shape(format!("vander takes one dimension, found shape {}", as_tuple(x.shape()))));
    }
    let n = n.unwrap_or(x.shape()[0]);
    let t = c.t();
    t.fuel.spend_on_equations(n)?;
    let columns = (0..n)
        .map(|i| {
            let power = t.literal(if increasing { i } else { n - 1 - i } as i64)?;
            let column = t.power_of(&x, &power)?;
            t.expand_dims(&column, &[1])
        })
        .collect::<Result<Vec<_>>>()?;
    match columns.is_empty() {
        true => t.full(&TensorType::new(x.dtype(), [x.shape()[0], 0]), 0.0),
        false => t.concatenate(&columns, 1),
    }
}

fn indices(c: &mut Call<'_>) -> Result<Value> {
    let (shape, sparse) = (c.shape("dimensions")?, c.flag("sparse")?);
    let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_int());
    let mut grids = Vec::new();
    for (dim, &n) in shape.iter().enumerate() {
        let mut own = vec![1; shape.len()];
        own[dim] = n;
        grids.push(c.t().iota(dtype, if sparse { &own } else { &shape }, dim)?);
    }
    if sparse {
        return Ok(Value::tuple(grids.into_iter().map(Value::Tensor).collect::<Vec<_>>()));
    }
    match grids.is_empty() {
        true => c.t().full(&TensorType::new(dtype, [0]), 0.0).map(Value::Tensor),
        false => c.t().stack(&grids, 0).map(Value::Tensor),
    }
}

fn triangle_places(c: &mut Call<'_>, lower: bool) -> Result<[Tensor; 2]> {
    let (n, m, k) = (c.size("n")?, c.optional_size("m")?, c.int("k")?);
    places(c, n, m.unwrap_or(n), k, lower)
}

fn triangle_places_of(c: &mut Call<'_>, lower: bool) -> Result<[Tensor; 2]> {
    let (x, k) = (c.tensor("arr")?, c.int("k")?);
    match *x.shape() {
        [n, m] => places(c, n, m, k, lower),
        _ => Err(Error::shape(format!("the places of a triangle need a matrix, found shape {}", as_tuple(x.shape())))),
    }
}

fn places(c: &mut Call<'_>, n: usize, m: usize, k: i64, lower: bool) -> Result<[Tensor; 2]> {
    let inside = |row: usize, column: usize| {
        let offset = column as i64 - row as i64;
        if lower { offset <= k } else { offset >= k }
    };
    c.t().fuel.spend_table(&[n, m])?;
    let cells = (0..n).flat_map(|row| (0..m).map(move |column| (row, column)));
    let (rows, columns): (Vec<f64>, Vec<f64>) =
        cells.filter(|&(row, column)| inside(row, column)).map(|(row, column)| (row as f64, column as f64)).unzip();
    let int = c.t().default_int();
    let mut row = |values: Vec<f64>| c.t().tabulated(&[values.len()], values, int);
    Ok([row(rows)?, row(columns)?])
}

/// Windows of signal processing.
#[derive(Clone, Copy)]
pub(crate) enum Window {
    Bartlett,
    Blackman,
    Hamming,
    Hanning,
}

/// A window of the length that argument `name` names.
pub(crate) fn window(c: &mut Call<'_>, name: &str, kind: Window) -> Result<Tensor> {
    let n = c.size(name)?;
    let last = (n.max(2) - 1) as f64;
    let value = |i: usize| {
        let angle = std::f64::consts::TAU * i as f64 / last;
        match kind {
            _ if n == 1 => 1.0,
            Window::Bartlett => 1.0 - (2.0 * i as f64 - last).abs() / last,
            Window::Blackman => 0.42 - 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos(),
            Window::Hamming => 0.54 - 0.46 * angle.cos(),
            Window::Hanning => 0.5 - 0.5 * angle.cos(),
        }
    };
    let float = c.t().default_float();
    c.t().tabulated(&[n], (0..n).map(value), float)
}

/// The Kaiser window.
pub(crate) fn kaiser(c: &mut Call<'_>, name: &str, beta: &Tensor) -> Result<Tensor> {
    let n = c.size(name)?;
    let t = c.t();
    let float = t.default_float();
    if n == 1 {
        return t.full(&TensorType::new(float, [1]), 1.0);
    }
    let half = (n as f64 - 1.0) / 2.0;
    let places = (0..n).map(|i| (1.0 - ((i as f64 - half) / half).powi(2)).max(0.0).sqrt());
    let places = t.tabulated(&[n], places, float)?;
    let argument = t.mul(&places, beta)?;
    let (above, below) = (t.bessel_i0(&argument)?, t.bessel_i0(beta)?);
    t.div(&above, &below)
}

/// `jnp.float32(x)` and its like.
pub(crate) static CAST: &[&FunctionDecl] = tensor_functions! {
    "cast_to": [(x) (dtype)] "A tensor of an element type." => |c| {
        let x = c.tensor("x")?;
        let value = c.value("dtype")?;
        let dtype = dtype_of(c.interp, &value)?.unwrap_or(x.dtype());
        let dtype = canonical(dtype, c.t().x64);
        c.t().convert(&x, dtype)
    };
};

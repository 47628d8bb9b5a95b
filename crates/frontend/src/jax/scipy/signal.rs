//! `jax.scipy.signal`, `jax.scipy.ndimage` and `jax.scipy.integrate`.

use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{BEYOND, Beyond, Reading};
use crate::trace::Tensor;

/// Convolutions and trends.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "convolve": [(in1) (in2) (mode = Default::Str("full")) (method = Default::Str("auto")) (precision = NONE)] "The convolution over all dimensions." => |c| convolve(c, false, None);
    "correlate": [(in1) (in2) (mode = Default::Str("full")) (method = Default::Str("auto")) (precision = NONE)] "The correlation over all dimensions." => |c| convolve(c, true, None);
    "fftconvolve": [(in1) (in2) (mode = Default::Str("full")) (axes = NONE)] "The convolution over all dimensions." => |c| {
        c.refuse("axes")?;
        convolve(c, false, None)
    };
    "convolve2d": [(in1) (in2) (mode = Default::Str("full")) (boundary = Default::Str("fill")) (fillvalue = int(0)) (precision = NONE)] "The convolution of matrices." => |c| convolve(c, false, Some(2));
    "correlate2d": [(in1) (in2) (mode = Default::Str("full")) (boundary = Default::Str("fill")) (fillvalue = int(0)) (precision = NONE)] "The correlation of matrices." => |c| convolve(c, true, Some(2));
    "detrend": [(data) (axis = int(-1)) (type = Default::Str("linear")) (bp = int(0)) (overwrite_data = NONE)] "Without its mean or its linear trend." => detrend;
};

/// Images.
pub(super) static IMAGES: &[&FunctionDecl] = tensor_functions! {
    "map_coordinates": [(input) (coordinates) (order) (mode = Default::Str("constant")) (cval = Default::Float(0.0))]
        "A tensor read at places between its elements." => |c| {
            let (x, places) = (c.tensor("input")?, c.tensors("coordinates")?);
            let linear = match c.int("order")? {
                0 => false,
                1 => true,
                _ => return Err(Error::unsupported("`order` of map_coordinates() above 1").note("JAX has no others")),
            };
            let beyond = Beyond::named(c.args.one_of("mode", BEYOND)?);
            let fill = c.tensor("cval")?;
            c.t().map_coordinates(&x, &places, 0, Reading { linear, beyond }, &fill)
        };
};

/// Integrals.
pub(super) static INTEGRALS: &[&FunctionDecl] = tensor_functions! {
    "trapezoid": [(y) (x = NONE) (dx = Default::Float(1.0)) (axis = int(-1))] "The integral by the trapezoidal rule." => crate::jax::numpy::reductions::trapezoid;
};

fn convolve(c: &mut Call<'_>, correlation: bool, rank: Option<usize>) -> Result<Tensor> {
    let (x, y) = (c.tensor("in1")?, c.tensor("in2")?);
    let mode = c.args.one_of("mode", &["full", "same", "valid"])?;
    if rank.is_some_and(|rank| x.rank() != rank || y.rank() != rank) {
        return Err(Error::shape(format!(
            "{}() takes matrices, found shapes {} and {}",
            c.args.function(),
            as_tuple(x.shape()),
            as_tuple(y.shape())
        )));
    }
    if c.args.has("boundary")
        && (c.args.one_of("boundary", &["fill", "wrap", "symm"])? != "fill" || c.args.f64("fillvalue")? != 0.0)
    {
        return Err(Error::unsupported(format!("borders of {}() other than zeros", c.args.function()))
            .note("JAX has no others")
            .help("pad with jnp.pad() first and use mode=\"valid\""));
    }
    if x.dtype().is_complex() || y.dtype().is_complex() {
        return Err(Error::unsupported(format!("complex operands of {}()", c.args.function()))
            .help("use jnp.fft, or convolve real and imaginary parts"));
    }
    if !correlation {
        return c.t().convolve_all(&x, &y, mode);
    }
    let dims: Vec<usize> = (0..y.rank()).collect();
    if mode == "same" && rank.is_some() {
        // The middle is that of the correlation taken backwards.
        let x = c.t().reverse(&x, &dims)?;
        let found = c.t().convolve_all(&x, &y, mode)?;
        return c.t().reverse(&found, &dims);
    }
    let y = c.t().reverse(&y, &dims)?;
    c.t().convolve_all(&x, &y, mode)
}

fn detrend(c: &mut Call<'_>) -> Result<Tensor> {
    if c.args.i64("bp").ok() != Some(0) {
        return Err(Error::unsupported("`bp` of detrend()").help("detrend the pieces one by one"));
    }
    let x = c.tensor("data")?;
    let axis = c.axis("axis", x.rank())?;
    let constant = c.args.one_of("type", &["linear", "constant"])? == "constant";
    let t = c.t();
    let x = t.to_float(&x)?;
    let n = x.shape()[axis];
    let mean = t.mean(&x, &[axis], true)?;
    let flat = t.sub(&x, &mean)?;
    if constant || n < 2 {
        return Ok(flat);
    }
    // The least squares line through places that are centred.
    let mut shape = vec![1; x.rank()];
    shape[axis] = n;
    let middle = (n as f64 - 1.0) / 2.0;
    t.fuel.spend_table(&[n])?;
    let places = (0..n).map(|i| i as f64 - middle);
    let squares: f64 = places.clone().map(|p| p * p).sum();
    let dtype = if x.dtype() == DType::F64 { DType::F64 } else { DType::F32 };
    let places = t.tabulated(&shape, places, dtype)?;
    let products = t.mul(&flat, &places)?;
    let sum = t.sum(&products, &[axis], true)?;
    let y = t.compute([&flat, &sum, &places], |[x, sum, place]| x - sum / squares * place)?;
    t.convert(&y, x.dtype())
}

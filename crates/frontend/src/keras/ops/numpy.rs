//! The functions of `keras.ops` that NumPy has, with Keras's arguments.

use keramos_ir::DType;
use keramos_ir::ops::Monoid;

use crate::error::Result;
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, tensor_functions};
use crate::jax::numpy::{creation, elementwise, indexing, reductions, searching, sets, shapes};
use crate::library::{Default, FunctionDecl};
use crate::ops::{Reduce, Reduction, is_inexact};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "floor": [(x)] "Rounded down." => |c| c.unary(Tracer::floor);
    "ceil": [(x)] "Rounded up." => |c| c.unary(Tracer::ceil);
    "round": [(x) (decimals = int(0))] "The nearest multiple of a power of ten." => elementwise::round;
    "clip": [(x) (x_min) (x_max)] "Limited to a range." => |c| {
        let y = elementwise::clip(c, "x", "x_min", "x_max")?;
        if y.dtype() == DType::Bool { c.t().convert(&y, DType::I32) } else { Ok(y) }
    };
    "where": [(condition) (x1 = NONE) (x2 = NONE)] "Elements of the first where the condition holds, of the second elsewhere."
        => |c| elementwise::choose(c, "x1", "x2");
    "nan_to_num": [(x) (nan = Default::Float(0.0)) (posinf = NONE) (neginf = NONE)] "With NaN and infinities replaced." => elementwise::nan_to_num;
    "isclose": [(x1) (x2) (rtol = Default::Float(1e-5)) (atol = Default::Float(1e-8)) (equal_nan = FALSE)]
        "Whether each pair is equal within a tolerance." => |c| elementwise::close(c, "x1", "x2");
    "allclose": [(x1) (x2) (rtol = Default::Float(1e-5)) (atol = Default::Float(1e-8)) (equal_nan = FALSE)]
        "Whether all pairs are equal within a tolerance." => |c| elementwise::all_close(c, "x1", "x2");
    "select": [(condlist) (choicelist) (default = int(0))] "Elements of the first choice whose condition holds." => elementwise::select;
    "divide_no_nan": [(x1) (x2)] "The quotient, 0 where the divisor is 0." => |c| c.binary(Tracer::div_no_nan);
    "rsqrt": [(x)] "One over the square root." => |c| c.unary(Tracer::rsqrt);
    "erf": [(x)] "The error function." => |c| c.unary(Tracer::erf);
    "erfc": [(x)] "One less the error function." => |c| c.unary(Tracer::erfc);
    "erfinv": [(x)] "The inverse of the error function." => |c| c.unary(Tracer::erf_inv);
    "cast": [(x) (dtype)] "With another element type." => |c| creation::convert(c, "x");
    "convert_to_tensor": [(x) (dtype = NONE) (sparse = NONE) (ragged = NONE)] "A tensor from a tensor, a number or a nested list."
        => |c| creation::convert(c, "x");
    "array": [(x) (dtype = NONE)] "A tensor from a tensor, a number or a nested list." => |c| creation::convert(c, "x");
    "asarray": [(x) (dtype = NONE)] "A tensor from a tensor, a number or a nested list." => |c| creation::convert(c, "x");
    "copy": [(x)] "The tensor itself." => |c| c.tensor("x");
    "saturate_cast": [(x) (dtype)] "With another element type, limited to its range." => saturate;
    "stop_gradient": [(variable)] "The value, taken as a constant by derivatives." => |c| c.unary(Tracer::stop_gradient);
    "zeros_like": [(x) (dtype = NONE)] "All zeros, in the shape of another." => |c| creation::filled_like(c, "x", 0.0);
    "ones_like": [(x) (dtype = NONE)] "All ones, in the shape of another." => |c| creation::filled_like(c, "x", 1.0);
    "empty_like": [(x) (dtype = NONE)] "All zeros, in the shape of another." => |c| creation::filled_like(c, "x", 0.0);
    "full_like": [(x) (fill_value) (dtype = NONE)] "All of one value, in the shape of another." => |c| creation::full_like(c, "x");
    "meshgrid": [(*x) (indexing = Default::Str("xy"))] "Coordinates of a grid." => creation::meshgrid;
    "diag": [(x) (k = int(0))] "A matrix with that diagonal, or the diagonal of a matrix." => |c| creation::diag(c, "x");
    "diagflat": [(x) (k = int(0))] "A matrix with the elements on a diagonal." => |c| {
        let (x, k) = (c.tensor("x")?, c.int("k")?);
        let flat = c.t().reshape_infer(&x, &[-1])?;
        c.t().diagonal_matrix(&flat, k)
    };
    "tril": [(x) (k = int(0))] "With zeros above a diagonal." => |c| creation::triangle(c, "x", true);
    "triu": [(x) (k = int(0))] "With zeros below a diagonal." => |c| creation::triangle(c, "x", false);
    "diagonal": [(x) (offset = int(0)) (axis1 = int(0)) (axis2 = int(1))] "The diagonals of matrices." => |c| shapes::diagonal(c, "x");
    "bartlett": [(x)] "The triangular window." => |c| creation::window(c, "x", creation::Window::Bartlett);
    "blackman": [(x)] "The Blackman window." => |c| creation::window(c, "x", creation::Window::Blackman);
    "hamming": [(x)] "The Hamming window." => |c| creation::window(c, "x", creation::Window::Hamming);
    "hanning": [(x)] "The Hann window." => |c| creation::window(c, "x", creation::Window::Hanning);
    "kaiser": [(x) (beta)] "The Kaiser window." => |c| {
        let beta = c.tensor("beta")?;
        creation::kaiser(c, "x", &beta)
    };
    "vander": [(x) (N = NONE) (increasing = FALSE)] "The powers of each element." => creation::vander;
    "sum": [(x) (axis = NONE) (keepdims = FALSE)] "The sum." => |c| reductions::reduce(c, "x", Reduction::Sum);
    "prod": [(x) (axis = NONE) (keepdims = FALSE) (dtype = NONE)] "The product." => |c| reductions::reduce(c, "x", Reduction::Prod);
    "max": [(x) (axis = NONE) (keepdims = FALSE) (initial = NONE)] "The largest element." => |c| reductions::reduce(c, "x", Reduction::Max);
    "min": [(x) (axis = NONE) (keepdims = FALSE) (initial = NONE)] "The smallest element." => |c| reductions::reduce(c, "x", Reduction::Min);
    "amax": [(x) (axis = NONE) (keepdims = FALSE)] "The largest element." => |c| reductions::reduce(c, "x", Reduction::Max);
    "amin": [(x) (axis = NONE) (keepdims = FALSE)] "The smallest element." => |c| reductions::reduce(c, "x", Reduction::Min);
    "all": [(x) (axis = NONE) (keepdims = FALSE)] "Whether all are true." => |c| reductions::reduce(c, "x", Reduction::All);
    "any": [(x) (axis = NONE) (keepdims = FALSE)] "Whether any is true." => |c| reductions::reduce(c, "x", Reduction::Any);
    "mean": [(x) (axis = NONE) (keepdims = FALSE)] "The mean." => |c| reductions::with(c, "x", |t, x, how| t.mean_of(x, how));
    "var": [(x) (axis = NONE) (keepdims = FALSE)] "The variance." => |c| spread(c, false);
    "std": [(x) (axis = NONE) (keepdims = FALSE)] "The standard deviation." => |c| spread(c, true);
    "ptp": [(x) (axis = NONE) (keepdims = FALSE)] "The largest less the smallest element." => |c| reductions::peak_to_peak(c, "x");
    "average": [(x) (axis = NONE) (weights = NONE)] "The mean, weighted if weights are given." => |c| {
        let [mean, _] = reductions::weighted(c, "x")?;
        Ok(mean)
    };
    "count_nonzero": [(x) (axis = NONE)] "How many are not zero." => |c| reductions::count_nonzero(c, "x");
    "argmax": [(x) (axis = NONE) (keepdims = FALSE)] "Where the largest is." => |c| reductions::arg(c, "x", false);
    "argmin": [(x) (axis = NONE) (keepdims = FALSE)] "Where the smallest is." => |c| reductions::arg(c, "x", true);
    "nanargmax": [(x) (axis = NONE) (keepdims = FALSE)] "Where the largest number is." => |c| reductions::nan_arg(c, "x", false);
    "nanargmin": [(x) (axis = NONE) (keepdims = FALSE)] "Where the smallest number is." => |c| reductions::nan_arg(c, "x", true);
    "nansum": [(x) (axis = NONE) (keepdims = FALSE)] "The sum of the numbers." => |c| reductions::nan_reduce(c, "x", Reduction::Sum);
    "nanprod": [(x) (axis = NONE) (keepdims = FALSE)] "The product of the numbers." => |c| reductions::nan_reduce(c, "x", Reduction::Prod);
    "nanmax": [(x) (axis = NONE) (keepdims = FALSE)] "The largest number." => |c| reductions::nan_reduce(c, "x", Reduction::Max);
    "nanmin": [(x) (axis = NONE) (keepdims = FALSE)] "The smallest number." => |c| reductions::nan_reduce(c, "x", Reduction::Min);
    "nanmean": [(x) (axis = NONE) (keepdims = FALSE)] "The mean of the numbers." => |c| reductions::nan_mean(c, "x");
    "nanvar": [(x) (axis = NONE) (keepdims = FALSE)] "The variance of the numbers." => |c| reductions::nan_spread(c, "x", false);
    "nanstd": [(x) (axis = NONE) (keepdims = FALSE)] "The standard deviation of the numbers." => |c| reductions::nan_spread(c, "x", true);
    "median": [(x) (axis = NONE) (keepdims = FALSE)] "The middle element." => |c| reductions::median(c, "x", false);
    "nanmedian": [(x) (axis = NONE) (keepdims = FALSE)] "The middle number." => |c| reductions::median(c, "x", true);
    "quantile": [(x) (q) (axis = NONE) (method = Default::Str("linear")) (keepdims = FALSE)] "Quantiles." => |c| reductions::quantile(c, "x", 1.0, false);
    "nanquantile": [(x) (q) (axis = NONE) (method = Default::Str("linear")) (keepdims = FALSE)] "Quantiles of the numbers." => |c| reductions::quantile(c, "x", 1.0, true);
    "percentile": [(x) (q) (axis = NONE) (method = Default::Str("linear")) (keepdims = FALSE)] "Quantiles in hundredths." => |c| reductions::quantile(c, "x", 100.0, false);
    "nanpercentile": [(x) (q) (axis = NONE) (method = Default::Str("linear")) (keepdims = FALSE)] "Quantiles of the numbers in hundredths." => |c| reductions::quantile(c, "x", 100.0, true);
    "cumsum": [(x) (axis = NONE) (dtype = NONE)] "Running sums." => |c| reductions::cumulative(c, "x", Monoid::Sum, false);
    "cumprod": [(x) (axis = NONE) (dtype = NONE)] "Running products." => |c| reductions::cumulative(c, "x", Monoid::Prod, false);
    "nancumsum": [(x) (axis = NONE) (dtype = NONE)] "Running sums of the numbers." => |c| reductions::cumulative(c, "x", Monoid::Sum, true);
    "nancumprod": [(x) (axis = NONE) (dtype = NONE)] "Running products of the numbers." => |c| reductions::cumulative(c, "x", Monoid::Prod, true);
    "trapezoid": [(y) (x = NONE) (dx = Default::Float(1.0)) (axis = int(-1))] "The integral by the trapezoidal rule." => reductions::trapezoid;
    "diff": [(a) (n = int(1)) (axis = int(-1))] "Differences of neighbours." => |c| reductions::diff(c, "a");
    "reshape": [(x) (newshape)] "The same elements in another shape; one size may be -1." => |c| {
        let (x, sizes) = (c.tensor("x")?, c.ints("newshape")?);
        c.t().reshape_infer(&x, &sizes)
    };
    "transpose": [(x) (axes = NONE)] "Axes in another order; reversed unless told otherwise." => shapes::transpose;
    "concatenate": [(xs) (axis = int(0))] "Tensors joined along an axis." => |c| shapes::concatenate(c, "xs");
    "stack": [(x) (axis = int(0))] "Tensors joined along a new axis." => |c| shapes::stack(c, "x");
    "unstack": [(x) (num = NONE) (axis = int(0))] "The slices along an axis, as a list." => |c| {
        let slices = shapes::unstack(c)?;
        Ok(Value::list(slices.elements().unwrap_or_default()))
    };
    "pad": [(x) (pad_width) (mode = Default::Str("constant")) (constant_values = NONE)] "With elements added around." => |c| {
        let constants = c.some("constant_values")?;
        shapes::pad(c, constants, None, None, None)
    };
    "sort": [(x) (axis = int(-1))] "In ascending order along an axis." => |c| {
        let x = c.tensor("x")?;
        let (x, axis) = c.along(&x)?;
        c.t().sorted(&x, axis, false)
    };
    "argsort": [(x) (axis = int(-1))] "The places that put a tensor in order." => |c| {
        let x = c.tensor("x")?;
        let (x, axis) = c.along(&x)?;
        c.t().argsort(&x, axis, false)
    };
    "argpartition": [(x) (kth) (axis = int(-1))] "The places that put the k-th element where sorting would." => |c| searching::argpartition(c, "x");
    "searchsorted": [(sorted_sequence) (values) (side = Default::Str("left"))] "Where values belong in a sorted row."
        => |c| searching::search(c, "sorted_sequence", "values");
    "digitize": [(x) (bins)] "The bin of each value." => |c| searching::digitize(c, false);
    "nonzero": [(x)] "The places that are not zero." => |c| searching::nonzero(c, "x");
    "unique": [(x) (sorted = TRUE) (return_index = FALSE) (return_inverse = FALSE) (return_counts = FALSE) (axis = NONE) (size = NONE) (fill_value = NONE)]
        "The different elements, in order." => |c| sets::unique(c, "x");
    "isin": [(x1) (x2) (assume_unique = FALSE) (invert = FALSE)] "Whether each element is in a set." => |c| searching::is_in(c, "x1", "x2");
    "bincount": [(x) (weights = NONE) (minlength = int(0)) (sparse = FALSE)] "How often each non-negative integer occurs." => searching::bincount;
    "histogram": [(x) (bins = int(10)) (range = NONE)] "How many elements each of a row of bins holds." => searching::histogram;
    "logsumexp": [(x) (axis = NONE) (keepdims = FALSE)] "The logarithm of the sum of exponentials." => |c| reductions::with(c, "x", |t, x, how| t.logsumexp(x, how));
    "top_k": [(x) (k) (sorted = TRUE)] "The largest elements along the last axis, and their places." => |c| {
        let (x, k) = (c.tensor("x")?, c.size("k")?);
        c.t().top_k(&x, k)
    };
    "take": [(x) (indices) (axis = NONE)] "Elements along an axis by index." => |c| indexing::take(c, "x");
    "take_along_axis": [(x) (indices) (axis = NONE)] "Elements along an axis, chosen separately at every place of the others."
        => |c| indexing::take_along(c, "x");
};

fn spread(c: &mut Call<'_>, root: bool) -> Result<Tensor> {
    let correction = c.t().literal(0)?;
    reductions::with(c, "x", |t, x, how| {
        let variance = t.variance(x, &Reduce { ..*how }, None, &correction)?;
        if root { t.sqrt(&variance) } else { Ok(variance) }
    })
}

fn saturate(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("x")?;
    let Some(dtype) = c.dtype("dtype")? else { return Ok(x) };
    let bits = dtype.size() as i32 * 8;
    let (low, high) = match dtype {
        DType::Bool => (0.0, 1.0),
        d if d.is_signed_int() => (-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0),
        d if d.is_unsigned_int() => (0.0, 2f64.powi(bits) - 1.0),
        d => (-crate::ops::largest(d), crate::ops::largest(d)),
    };
    let t = c.t();
    // The bounds as the source type has them.
    let (own_low, own_high) = match x.dtype() {
        DType::Bool => (0.0, 1.0),
        d if is_inexact(d) => (-crate::ops::largest(d), crate::ops::largest(d)),
        d if d.is_signed_int() => (-(2f64.powi(d.size() as i32 * 8 - 1)), 2f64.powi(d.size() as i32 * 8 - 1) - 1.0),
        d => (0.0, 2f64.powi(d.size() as i32 * 8) - 1.0),
    };
    let x = if x.dtype() == DType::Bool { t.convert(&x, DType::I32)? } else { x };
    let (low, high) = (t.scalar(x.dtype(), low.max(own_low))?, t.scalar(x.dtype(), high.min(own_high))?);
    let x = t.compute([&x, &low, &high], |[x, low, high]| x.max(low).min(high))?;
    t.convert(&x, dtype)
}

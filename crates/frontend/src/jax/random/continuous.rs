//! Continuous distributions.

use keramos_ir::{DType, TensorType, as_tuple};

use super::arguments::{float_type, parameters, sample_type, shape, shape_if_given, shape_of};
use super::keys::key;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, tensor};
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::Tails;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// A sampler without parameters.
fn plain(
    interp: &mut Interp,
    args: &Bound,
    sampler: fn(&mut Tracer, &Tensor, &TensorType) -> Result<Tensor>,
) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    sampler(&mut interp.tracer, &key, &ty).map(Value::Tensor)
}

/// Normal; of complex numbers, whose parts come from a key each, the expected square of the size is 1.
fn normal(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(complex) = dtype(interp, args, "dtype")?.filter(|dtype| dtype.is_complex()) else {
        return plain(interp, args, Tracer::random_standard_normal);
    };
    let (key, ty) = (key(interp, args)?, TensorType::new(complex.real(), shape(args)?));
    let t = &mut interp.tracer;
    let parts = t.split_into::<2>(&key)?.map(|key| {
        let part = t.random_standard_normal(&key, &ty)?;
        t.div_scalar(&part, std::f64::consts::SQRT_2)
    });
    let [re, im] = parts;
    t.build1(&[&re?, &im?], |b, v| b.complex(v[0], v[1])).map(Value::Tensor)
}

fn bits(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::U32);
    if !dtype.is_unsigned_int() {
        let message = format!("dtype argument to `bits` must be an unsigned int dtype, got {}", dtype.numpy_name());
        return Err(raise("ValueError", message));
    }
    let words = interp.tracer.random_words(&key, &shape(args)?)?;
    interp.tracer.bits_of_words(&words, dtype).map(Value::Tensor)
}

fn uniform(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    if [("minval", 0.0), ("maxval", 1.0)].iter().all(|(name, value)| args.f64(name).ok() == Some(*value)) {
        return interp.tracer.random_unit(&key, &ty).map(Value::Tensor);
    }
    let [low, high] = bounds(interp, args, ["minval", "maxval"], &ty)?;
    let words = interp.tracer.random_words(&key, &ty.shape)?;
    interp.tracer.uniform_of_words(&words, ty.dtype, &low, &high).map(Value::Tensor)
}

/// Two arguments in the sample's type, which must broadcast to its shape.
fn bounds(interp: &mut Interp, args: &Bound, names: [&str; 2], ty: &TensorType) -> Result<[Tensor; 2]> {
    let [low, high] = names.map(|name| {
        let bound = tensor(interp, args, name)?;
        match crate::ops::broadcast_shapes(bound.shape(), &ty.shape) {
            Ok(shape) if shape == ty.shape => interp.tracer.convert(&bound, ty.dtype),
            _ => {
                let (found, shape) = (bound.shape(), &ty.shape);
                Err(Error::shape(format!(
                    "`{name}` of shape {} does not broadcast to the sample's shape {}",
                    as_tuple(&found),
                    as_tuple(&shape)
                )))
            }
        }
    });
    Ok([low?, high?])
}

fn truncated_normal(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let (low, high) = (tensor(interp, args, "lower")?, tensor(interp, args, "upper")?);
    let shape = shape_of(args, &[low.shape(), high.shape()])?;
    let ty = TensorType::new(float_type(interp, args)?, shape);
    let (low, high) = (interp.tracer.convert(&low, ty.dtype)?, interp.tracer.convert(&high, ty.dtype)?);
    interp.tracer.random_cut_normal(&key, &ty, &low, &high).map(Value::Tensor)
}

fn bernoulli(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let fine = args.one_of("mode", &["low", "high"])? == "high";
    let p = tensor(interp, args, "p")?;
    if !p.dtype().is_float() {
        let message = format!("bernoulli probability `p` must have a floating dtype, got {}.", p.dtype().numpy_name());
        return Err(Error::ty(message));
    }
    let shape = shape_of(args, &[p.shape()])?;
    interp.tracer.random_bernoulli_of(&key, &shape, &p, fine).map(Value::Tensor)
}

/// How far into the tails a Gumbel sampler reaches.
pub(super) fn tails(args: &Bound) -> Result<Tails> {
    if args.some("mode")?.is_none() {
        return Ok(Tails::Low);
    }
    Ok(match args.one_of("mode", &["low", "high"])? {
        "high" => Tails::High,
        _ => Tails::Low,
    })
}

fn gumbel(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    let tails = tails(args)?;
    interp.tracer.random_gumbel(&key, &ty, tails).map(Value::Tensor)
}

fn gamma(interp: &mut Interp, args: &mut Bound, logarithm: bool) -> Result<Value> {
    let key = key(interp, args)?;
    let (_, [a]) = parameters(interp, args, ["a"])?;
    interp.tracer.random_gamma(&key, &a, logarithm).map(Value::Tensor)
}

fn dirichlet(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = float_type(interp, args)?;
    let alpha = tensor(interp, args, "alpha")?;
    let Some((&classes, batch)) = alpha.shape().split_last() else {
        return Err(raise("ValueError", "dirichlet requires alpha.ndim >= 1, got alpha.ndim == 0"));
    };
    let mut shape = shape_of(args, &[batch])?;
    shape.push(classes);
    let t = &mut interp.tracer;
    let alpha = t.convert(&alpha, dtype)?;
    let alpha = t.broadcast_to(&alpha, &shape)?;
    let logs = t.random_gamma(&key, &alpha, true)?;
    t.softmax(&logs, shape.len() - 1).map(Value::Tensor)
}

fn double_sided_maxwell(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let dtype = float_type(interp, args)?;
    let (loc, scale) = (tensor(interp, args, "loc")?, tensor(interp, args, "scale")?);
    let params = crate::ops::broadcast_shapes(loc.shape(), scale.shape())?;
    let mut full = shape_if_given(args)?.filter(|shape| !shape.is_empty()).unwrap_or_else(|| params.clone());
    full.extend(&params);
    let t = &mut interp.tracer;
    let [length_key, sign_key] = t.split_into(&key)?;
    let length = t.random_maxwell(&length_key, &TensorType::new(dtype, full.clone()))?;
    let sign = t.random_sign(&sign_key, &full, dtype)?;
    t.formula(|f| f.of(&sign) * f.of(&length) * f.of(&scale) + f.of(&loc)).map(Value::Tensor)
}

fn weibull_min(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, sample_type(interp, args)?);
    let (scale, power) = (tensor(interp, args, "scale")?, tensor(interp, args, "concentration")?);
    let t = &mut interp.tracer;
    let exponential = t.random_exponential(&key, &ty)?;
    t.formula(|f| f.of(&exponential).pow(1.0 / f.of(&power).float()) * f.of(&scale)).map(Value::Tensor)
}

fn wald(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let (ty, [mean]) = parameters(interp, args, ["mean"])?;
    let t = &mut interp.tracer;
    let [normal_key, uniform_key] = t.split_into(&key)?;
    let (normal, uniform) = (t.random_standard_normal(&normal_key, &ty)?, t.random_unit(&uniform_key, &ty)?);
    t.formula(|f| {
        let (mean, v, z) = (f.of(&mean), f.of(&normal), f.of(&uniform));
        let y = v * v;
        let (y_square, mean_square) = (y * y, mean * mean);
        let root = (mean * 4.0 * y + mean_square * y_square).sqrt();
        let x = mean + mean_square * y / 2.0 - mean / 2.0 * root;
        z.le(mean / (mean + x)).select(x, mean_square / x)
    })
    .map(Value::Tensor)
}

fn triangular(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let (ty, [left, mode, right]) = parameters(interp, args, ["left", "mode", "right"])?;
    let t = &mut interp.tracer;
    let uniform = t.random_unit(&key, &ty)?;
    t.formula(|f| {
        let (left, mode, right, u) = (f.of(&left), f.of(&mode), f.of(&right), f.of(&uniform));
        let share = (mode - left) / (right - left);
        let rising = left + (u * (right - left) * (mode - left)).sqrt();
        let falling = right - ((1.0 - u) * (right - left) * (right - mode)).sqrt();
        u.lt(share).select(rising, falling)
    })
    .map(Value::Tensor)
}

/// Samplers of one parameter, which it shares the type and shape with.
fn with_parameter(
    interp: &mut Interp,
    args: &Bound,
    name: &str,
    sampler: fn(&mut Tracer, &Tensor, &TensorType, &Tensor) -> Result<Tensor>,
) -> Result<Value> {
    let key = key(interp, args)?;
    let (ty, [x]) = parameters(interp, args, [name])?;
    sampler(&mut interp.tracer, &key, &ty, &x).map(Value::Tensor)
}

const NONE: Default = Default::None;
const SCALAR: Default = Default::Ints(&[]);

/// Continuous distributions.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "bits" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Random bits as unsigned integers." => bits;
    "uniform" [(key) (shape = SCALAR) (dtype = NONE) (minval = Default::Float(0.0)) (maxval = Default::Float(1.0)) (out_sharding = NONE)]
        "Uniform in [minval, maxval)." => uniform;
    "normal" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Normal with mean 0 and deviation 1." =>
        normal;
    "truncated_normal" [(key) (lower) (upper) (shape = NONE) (dtype = NONE) (out_sharding = NONE)]
        "Normal, cut to (lower, upper)." => truncated_normal;
    "bernoulli" [(key) (p = Default::Float(0.5)) (shape = NONE) (mode = Default::Str("low")) (out_sharding = NONE)]
        "True with probability p." => bernoulli;
    "gumbel" [(key) (shape = SCALAR) (dtype = NONE) (mode = NONE) (out_sharding = NONE)] "Gumbel." => gumbel;
    "exponential" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Exponential with mean 1." =>
        |i, args| plain(i, args, Tracer::random_exponential);
    "laplace" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Laplace." =>
        |i, args| plain(i, args, Tracer::random_laplace);
    "logistic" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Logistic." =>
        |i, args| plain(i, args, Tracer::random_logistic);
    "cauchy" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Cauchy." =>
        |i, args| plain(i, args, Tracer::random_cauchy);
    "maxwell" [(key) (shape = SCALAR) (dtype = NONE) (out_sharding = NONE)] "Maxwell." =>
        |i, args| plain(i, args, Tracer::random_maxwell);
    "double_sided_maxwell" [(key) (loc) (scale) (shape = SCALAR) (dtype = NONE)] "Maxwell with a random sign." => double_sided_maxwell;
    "weibull_min" [(key) (scale) (concentration) (shape = SCALAR) (dtype = NONE)] "Weibull." => weibull_min;
    "gamma" [(key) (a) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Gamma with scale 1." => |i, args| gamma(i, args, false);
    "loggamma" [(key) (a) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "The logarithm of a gamma variable." =>
        |i, args| gamma(i, args, true);
    "beta" [(key) (a) (b) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Beta." => |interp, args| {
        let key = key(interp, args)?;
        let (_, [a, b]) = parameters(interp, args, ["a", "b"])?;
        interp.tracer.random_beta(&key, &a, &b).map(Value::Tensor)
    };
    "dirichlet" [(key) (alpha) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Dirichlet." => dirichlet;
    "t" [(key) (df) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Student's t." =>
        |i, args| with_parameter(i, args, "df", |t, key, _, df| t.random_t(key, df));
    "chisquare" [(key) (df) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Chi-square." =>
        |i, args| with_parameter(i, args, "df", |t, key, _, df| t.random_chi_square(key, df));
    "f" [(key) (dfnum) (dfden) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Fisher's F." => |interp, args| {
        let key = key(interp, args)?;
        let (_, [above, below]) = parameters(interp, args, ["dfnum", "dfden"])?;
        interp.tracer.random_f(&key, &above, &below).map(Value::Tensor)
    };
    "pareto" [(key) (b) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Pareto." =>
        |i, args| with_parameter(i, args, "b", |t, key, ty, b| {
            let exponential = t.random_exponential(key, ty)?;
            t.formula(|f| (f.of(&exponential) / f.of(b)).exp())
        });
    "rayleigh" [(key) (scale) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Rayleigh." =>
        |i, args| with_parameter(i, args, "scale", |t, key, ty, scale| {
            let uniform = t.random_unit(key, ty)?;
            t.formula(|f| f.of(scale) * (f.of(&uniform).log() * -2.0).sqrt())
        });
    "lognormal" [(key) (sigma = Default::Float(1.0)) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Log-normal." =>
        |i, args| with_parameter(i, args, "sigma", |t, key, ty, sigma| {
            let normal = t.random_standard_normal(key, ty)?;
            t.formula(|f| (f.of(&normal) * f.of(sigma)).exp())
        });
    "wald" [(key) (mean) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Wald (inverse Gaussian)." => wald;
    "triangular" [(key) (left) (mode) (right) (shape = NONE) (dtype = NONE) (out_sharding = NONE)] "Triangular." => triangular;
};

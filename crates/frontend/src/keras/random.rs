//! `keras.random`: samplers whose seed is an integer.

use keramos_ir::{Array, Buffer, DType, TensorType};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{dtype, integers, tensor};
use crate::keras::seed_generator::{self, SeedGenerator, next_key};
use crate::library::{Bound, Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::ops::Tails;
use crate::trace::Tensor;
use crate::value::{Value, downcast};

modules! {
    /// `keras.random`.
    RANDOM = Contents { classes: &[seed_generator::CLASSES], tensor_tables: &[FUNCTIONS], ..Contents::new("keras.random") };
}

/// The key of argument `seed`; without one, that of the generator which all such calls share.
fn key(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    let seed = match args.get("seed")? {
        Value::None => {
            let key = interp.seeds.draw_shared();
            return interp.tracer.constant(Array::new([2], Buffer::U32(key.to_vec()))?);
        }
        Value::Int(seed) => {
            u32::try_from(*seed).map_err(|_| args.invalid("seed", "an integer from 0 up to 4294967295, or None"))?
        }
        Value::Tensor(_) | Value::Array(_) => return tensor(interp, args, "seed"),
        Value::Object(object) => match downcast::<SeedGenerator>(object) {
            Some(generator) => return next_key(interp, generator.state),
            None => return Err(args.invalid("seed", "an integer, a SeedGenerator, or None")),
        },
        other => {
            let message = format!("a {} as `seed` is not supported yet", other.type_name());
            return Err(Error::unsupported(message).help("pass an integer"));
        }
    };
    interp.tracer.seed_key(seed)
}

/// Arguments `shape` and `dtype`.
fn ty(interp: &mut Interp, args: &Bound, default: DType) -> Result<TensorType> {
    let shape = integers(args.get("shape")?)
        .and_then(|s| s.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>());
    let shape = shape.ok_or_else(|| args.invalid("shape", "a sequence of sizes"))?;
    Ok(TensorType::new(dtype(interp, args, "dtype")?.unwrap_or(default), shape))
}

/// A parameter in the type and shape of the sample.
fn parameter(interp: &mut Interp, args: &Bound, name: &str, ty: &TensorType) -> Result<Tensor> {
    let x = tensor(interp, args, name)?;
    let x = interp.tracer.convert(&x, ty.dtype)?;
    interp.tracer.broadcast_to(&x, &ty.shape)
}

fn normal(interp: &mut Interp, args: &mut Bound, cut: bool) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, ty(interp, args, DType::F32)?);
    let (mean, deviation) = (tensor(interp, args, "mean")?, tensor(interp, args, "stddev")?);
    let t = &mut interp.tracer;
    let sample = if cut {
        let (low, high) = (t.scalar(ty.dtype, -2.0)?, t.scalar(ty.dtype, 2.0)?);
        t.random_cut_normal(&key, &ty, &low, &high)?
    } else {
        t.random_standard_normal(&key, &ty)?
    };
    t.formula(|f| f.of(&sample) * f.of(&deviation) + f.of(&mean)).map(Value::Tensor)
}

fn uniform(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, ty(interp, args, DType::F32)?);
    if !ty.dtype.is_float() {
        return Err(args.invalid("dtype", "a floating point type"));
    }
    let (low, high) = (tensor(interp, args, "minval")?, tensor(interp, args, "maxval")?);
    let t = &mut interp.tracer;
    let (low, high) = (t.convert(&low, ty.dtype)?, t.convert(&high, ty.dtype)?);
    let words = t.random_words(&key, &ty.shape)?;
    t.uniform_of_words(&words, ty.dtype, &low, &high).map(Value::Tensor)
}

fn randint(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, ty) = (key(interp, args)?, ty(interp, args, DType::I32)?);
    if !ty.dtype.is_int() {
        return Err(args.invalid("dtype", "an integer type"));
    }
    let (low, high) = (tensor(interp, args, "minval")?, tensor(interp, args, "maxval")?);
    interp.tracer.random_integers(&key, &ty.shape, &low, &high, ty.dtype).map(Value::Tensor)
}

fn categorical(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let logits = tensor(interp, args, "logits")?;
    let &[rows, classes] = logits.shape() else {
        return Err(args.invalid("logits", "a tensor of two dimensions"));
    };
    let (count, dtype) = (args.usize("num_samples")?, dtype(interp, args, "dtype")?.unwrap_or(DType::I32));
    let t = &mut interp.tracer;
    let logits = t.to_float(&logits)?;
    let logits = t.expand_dims(&logits, &[2])?;
    let gumbel = t.random_gumbel(&key, &TensorType::new(logits.dtype(), [rows, classes, count]), Tails::Low)?;
    let scores = t.add(&gumbel, &logits)?;
    let found = t.argmax(&scores, 1)?;
    t.convert(&found, dtype).map(Value::Tensor)
}

fn dropout(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "inputs")?;
    let rate = args.f64("rate")?;
    if !(0.0..=1.0).contains(&rate) {
        return Err(args.invalid("rate", "a number from 0 to 1"));
    }
    if rate == 0.0 {
        return Ok(Value::Tensor(x));
    }
    let shape = match args.some("noise_shape")?.and_then(Value::elements) {
        None => x.shape().to_vec(),
        Some(sizes) => {
            let sizes = sizes.iter().enumerate().map(|(axis, size)| match size {
                Value::None => x.shape().get(axis).copied(),
                Value::Int(n) => usize::try_from(*n).ok(),
                _ => None,
            });
            sizes.collect::<Option<Vec<_>>>().ok_or_else(|| args.invalid("noise_shape", "sizes or None"))?
        }
    };
    let key = key(interp, args)?;
    let t = &mut interp.tracer;
    if rate == 1.0 {
        return t.full(&x.ty().clone(), 0.0).map(Value::Tensor);
    }
    let kept = t.random_bernoulli(&key, &shape, 1.0 - rate)?;
    t.formula(|f| f.of(&kept).select(f.of(&x) / (1.0 - rate), 0.0)).map(Value::Tensor)
}

const NONE: Default = Default::None;
const ZERO: Default = Default::Float(0.0);
const ONE: Default = Default::Float(1.0);

static FUNCTIONS: &[FunctionDecl] = functions! {
    "normal" [(shape) (mean = ZERO) (stddev = ONE) (dtype = NONE) (seed = NONE)] "Normal." => |i, args| normal(i, args, false);
    "truncated_normal" [(shape) (mean = ZERO) (stddev = ONE) (dtype = NONE) (seed = NONE)] "Normal, cut at two deviations." => |i, args| normal(i, args, true);
    "uniform" [(shape) (minval = ZERO) (maxval = ONE) (dtype = NONE) (seed = NONE)] "Uniform in [minval, maxval)." => uniform;
    "randint" [(shape) (minval) (maxval) (dtype = Default::Str("int32")) (seed = NONE)] "Integers in [minval, maxval)." => randint;
    "categorical" [(logits) (num_samples) (dtype = Default::Str("int32")) (seed = NONE)] "Classes with probabilities given by logits." => categorical;
    "dropout" [(inputs) (rate) (noise_shape = NONE) (seed = NONE)] "Some elements set to zero, the others enlarged." => dropout;
    "shuffle" [(x) (axis = Default::Int(0)) (seed = NONE)] "A random order along an axis." => |interp, args| {
        let (key, x) = (key(interp, args)?, tensor(interp, args, "x")?);
        let axis = crate::ops::axis_index(args.i64("axis")?, x.rank())?;
        interp.tracer.random_shuffle(&key, &x, axis).map(Value::Tensor)
    };
    "gamma" [(shape) (alpha) (dtype = NONE) (seed = NONE)] "Gamma with scale 1." => |interp, args| {
        let (key, ty) = (key(interp, args)?, ty(interp, args, DType::F32)?);
        let alpha = parameter(interp, args, "alpha", &ty)?;
        interp.tracer.random_gamma(&key, &alpha, false).map(Value::Tensor)
    };
    "beta" [(shape) (alpha) (beta) (dtype = NONE) (seed = NONE)] "Beta." => |interp, args| {
        let (key, ty) = (key(interp, args)?, ty(interp, args, DType::F32)?);
        let (a, b) = (parameter(interp, args, "alpha", &ty)?, parameter(interp, args, "beta", &ty)?);
        interp.tracer.random_beta(&key, &a, &b).map(Value::Tensor)
    };
    "binomial" [(shape) (counts) (probabilities) (dtype = NONE) (seed = NONE)] "Binomial." => |interp, args| {
        let (key, ty) = (key(interp, args)?, ty(interp, args, DType::F32)?);
        let wide = ty.with_dtype(DType::F32);
        let (n, p) = (parameter(interp, args, "counts", &wide)?, parameter(interp, args, "probabilities", &wide)?);
        interp.tracer.random_binomial(&key, &n, &p, ty.dtype).map(Value::Tensor)
    };
};

//! `jax.nn.initializers`.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers, to_tensor};
use crate::jax::random::sampler_key;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::{Tensor, Tracer};
use crate::value::{Object, Value, downcast};

/// The standard deviation of a standard normal variable cut at ±2.
const CUT_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// How the elements of a weight are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distribution {
    Normal,
    CutNormal,
    Uniform,
}

/// Which sizes of a weight determine the spread.
#[derive(Clone, Debug)]
struct Fans {
    mode: &'static str,
    inputs: Vec<i64>,
    outputs: Vec<i64>,
    batch: Vec<i64>,
    /// Whether the inputs are the default ones.
    plain: bool,
}

/// What an initializer makes.
#[derive(Clone, Debug)]
enum Kind {
    Constant(Value),
    Scaled { distribution: Distribution, scale: f64, low: f64, high: f64 },
    VarianceScaling { scale: f64, distribution: Distribution, fans: Fans },
    Orthogonal { scale: f64, column: i64, delta: bool },
}

/// A function of key, shape and element type that gives a weight.
#[derive(Debug)]
struct Initializer {
    name: &'static str,
    kind: Kind,
    dtype: Value,
}

impl Object for Initializer {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let initialize = (super::INITIALIZERS.get)(APPLY);
        let initialize = initialize.ok_or_else(|| Error::internal("initializers cannot be applied"))?;
        let mut args = args;
        args.positional.insert(0, Value::User(self));
        interp.call(&initialize, args)
    }

    fn repr(&self) -> String {
        format!("<function {}>", self.name)
    }
}

/// The declared function that initializers call.
const APPLY: &str = "initialize";

fn initialize(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let initializer = match args.get("initializer")? {
        Value::User(object) => downcast::<Initializer>(object),
        _ => None,
    };
    let initializer = initializer.ok_or_else(|| args.invalid("initializer", "an initializer"))?;
    let ty = weight_type(interp, args, &initializer.dtype)?;
    let key = match initializer.kind {
        Kind::Constant(_) => None,
        _ => Some(sampler_key(interp, args)?),
    };
    initializer.kind.weight(interp, key.as_ref(), &ty).map(Value::Tensor)
}

/// The type of a weight, from arguments `shape` and `dtype`.
fn weight_type(interp: &mut Interp, args: &Bound, default: &Value) -> Result<TensorType> {
    let given = args.get("shape")?;
    let sizes = match (integers(given), given.elements()) {
        // Sizes may be arrays that are computed, such as a product of others.
        (None, Some(parts)) => parts.iter().map(|part| interp.index(part).ok()).collect(),
        (sizes, _) => sizes,
    };
    let shape = sizes.and_then(|s| s.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>());
    let shape = shape.ok_or_else(|| args.invalid("shape", "a sequence of sizes"))?;
    let dtype = match dtype(interp, args, "dtype")? {
        Some(dtype) => dtype,
        None => match default {
            Value::DType(dtype) => *dtype,
            Value::Str(name) => DType::from_numpy_name(name).ok_or_else(|| args.invalid("dtype", "an element type"))?,
            _ => DType::F32,
        },
    };
    Ok(TensorType::new(dtype, shape))
}

impl Kind {
    fn weight(&self, interp: &mut Interp, key: Option<&Tensor>, ty: &TensorType) -> Result<Tensor> {
        if let Kind::Constant(value) = self {
            let value = to_tensor(interp, value)?;
            let value = interp.tracer.convert(&value, ty.dtype)?;
            return interp.tracer.broadcast_to(&value, &ty.shape);
        }
        let t = &mut interp.tracer;
        let key = key.ok_or_else(|| Error::internal("an initializer has no key"))?;
        match self {
            Kind::Constant(_) => Err(Error::internal("a constant needs no key")),
            &Kind::Scaled { distribution, scale, low, high } => {
                let sample = sample(t, key, ty, distribution, low, high)?;
                t.formula(|f| f.of(&sample) * scale)
            }
            Kind::VarianceScaling { scale, distribution, fans } => {
                let variance = scale / fans.denominator(&ty.shape)?;
                let variance = t.scalar(ty.dtype, variance)?;
                let low = if *distribution == Distribution::Uniform { -1.0 } else { -2.0 };
                let high = if *distribution == Distribution::Uniform { 1.0 } else { 2.0 };
                let sample = sample(t, key, ty, *distribution, low, high)?;
                t.formula(|f| {
                    let variance = f.of(&variance);
                    let deviation = match distribution {
                        Distribution::Normal => variance.sqrt(),
                        Distribution::CutNormal => variance.sqrt() / CUT_DEVIATION,
                        Distribution::Uniform => (variance * 3.0).sqrt(),
                    };
                    f.of(&sample) * deviation
                })
            }
            &Kind::Orthogonal { scale, column, delta } => orthogonal(t, key, ty, scale, column, delta),
        }
    }
}

fn sample(
    t: &mut Tracer,
    key: &Tensor,
    ty: &TensorType,
    distribution: Distribution,
    low: f64,
    high: f64,
) -> Result<Tensor> {
    match distribution {
        Distribution::Normal => t.random_standard_normal(key, ty),
        Distribution::Uniform => {
            let words = t.random_words(key, &ty.shape)?;
            t.uniform_between(&words, ty.dtype, low, high)
        }
        Distribution::CutNormal => {
            let (low, high) = (t.scalar(ty.dtype, low)?, t.scalar(ty.dtype, high)?);
            t.random_cut_normal(key, ty, &low, &high)
        }
    }
}

impl Fans {
    /// What the scale is divided by.
    fn denominator(&self, shape: &[usize]) -> Result<f64> {
        if self.plain && shape.len() <= 1 {
            let message = format!(
                "Can't compute input and output sizes of a {}-dimensional weights tensor with default in_axis. \
                 Must be at least 2D or specify in_axis explicitly.",
                shape.len()
            );
            return Err(raise("ValueError", message));
        }
        let size = |axes: &[i64]| -> Result<f64> {
            let sizes = axes.iter().map(|&axis| Ok(shape[crate::ops::axis_index(axis, shape.len())?] as f64));
            sizes.product()
        };
        let (inputs, outputs, batch) = (size(&self.inputs)?, size(&self.outputs)?, size(&self.batch)?);
        let field = shape.iter().map(|&n| n as f64).product::<f64>() / inputs / outputs / batch;
        let (fan_in, fan_out) = (inputs * field, outputs * field);
        Ok(match self.mode {
            "fan_in" => fan_in,
            "fan_out" => fan_out,
            "fan_avg" => (fan_in + fan_out) / 2.0,
            _ => (fan_in * fan_out).sqrt(),
        })
    }
}

fn orthogonal(t: &mut Tracer, key: &Tensor, ty: &TensorType, scale: f64, column: i64, delta: bool) -> Result<Tensor> {
    let shape = &ty.shape;
    if delta {
        let (3..=5, [space @ .., inputs, outputs]) = (shape.len(), shape.as_slice()) else {
            return Err(raise("ValueError", "Delta orthogonal initializer requires a 3D, 4D or 5D shape."));
        };
        if outputs < inputs {
            return Err(raise("ValueError", "`fan_in` must be less or equal than `fan_out`. "));
        }
        let matrix = orthogonal(t, key, &TensorType::new(ty.dtype, [*inputs, *outputs]), scale, column, false)?;
        // The matrix in the middle of the window, zeros elsewhere.
        let new: Vec<usize> = (0..space.len()).collect();
        let matrix = t.expand_dims(&matrix, &new)?;
        let edges = space.iter().map(|&k| (k.saturating_sub(1) / 2, k.saturating_sub(1) - k.saturating_sub(1) / 2));
        let edges: Vec<(usize, usize)> = edges.chain([(0, 0), (0, 0)]).collect();
        return t.pad(&matrix, &edges, 0.0);
    }
    if shape.len() < 2 {
        return Err(raise("ValueError", "orthogonal initializer requires at least a 2D shape"));
    }
    if shape.contains(&0) {
        return t.full(ty, 0.0);
    }
    let axis = crate::ops::axis_index(column, shape.len())?;
    let columns = shape[axis];
    let matrix = t.random_orthogonal(key, ty.dtype, ty.size() / columns, columns)?;
    let mut moved: Vec<usize> = shape.clone();
    moved.remove(axis);
    moved.push(columns);
    let matrix = t.reshape(&matrix, &moved)?;
    let matrix = t.move_axis(&matrix, shape.len() - 1, axis)?;
    t.formula(|f| f.of(&matrix) * scale)
}

/// An initializer as a value.
fn made(args: &Bound, kind: Kind) -> Result<Value> {
    Ok(Value::User(Rc::new(Initializer { name: args.function(), kind, dtype: args.get("dtype")?.clone() })))
}

fn scaled(args: &Bound, distribution: Distribution, parameter: &str) -> Result<Value> {
    let (low, high) = match distribution {
        Distribution::CutNormal => (args.f64("lower")?, args.f64("upper")?),
        _ => (0.0, 1.0),
    };
    made(args, Kind::Scaled { distribution, scale: args.f64(parameter)?, low, high })
}

fn fans(args: &Bound, mode: &'static str) -> Result<Fans> {
    let axes = |name: &str| -> Result<Vec<i64>> {
        integers(args.get(name)?).ok_or_else(|| args.invalid(name, "an axis or a sequence of axes"))
    };
    let plain = matches!(args.get("in_axis")?, Value::Int(-2));
    Ok(Fans { mode, inputs: axes("in_axis")?, outputs: axes("out_axis")?, batch: axes("batch_axis")?, plain })
}

fn family(args: &Bound, scale: f64, mode: &'static str, distribution: Distribution) -> Result<Value> {
    made(args, Kind::VarianceScaling { scale, distribution, fans: fans(args, mode)? })
}

fn variance_scaling(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mode = args.one_of("mode", &["fan_in", "fan_out", "fan_avg", "fan_geo_avg"])?;
    let distribution = match args.one_of("distribution", &["truncated_normal", "normal", "uniform"])? {
        "normal" => Distribution::Normal,
        "uniform" => Distribution::Uniform,
        _ => Distribution::CutNormal,
    };
    family(args, args.f64("scale")?, mode, distribution)
}

const NONE: Default = Default::None;
const SMALL: Default = Default::Float(1e-2);

/// Functions that are initializers themselves, and the one that the others call.
pub(super) static DIRECT: &[FunctionDecl] = functions! {
    "zeros" [(key) (shape) (dtype = NONE) (out_sharding = NONE)] "All zeros." => |interp, args| {
        let ty = weight_type(interp, args, &Value::None)?;
        interp.tracer.full(&ty, 0.0).map(Value::Tensor)
    };
    "ones" [(key) (shape) (dtype = NONE) (out_sharding = NONE)] "All ones." => |interp, args| {
        let ty = weight_type(interp, args, &Value::None)?;
        interp.tracer.full(&ty, 1.0).map(Value::Tensor)
    };
    "initialize" [(initializer) (key = NONE) (shape = Default::Ints(&[])) (dtype = NONE) (out_sharding = NONE)] "Applies an initializer." => initialize;
};

macro_rules! makers {
    ($($name:literal, $doc:literal, $scale:literal, $mode:literal, $distribution:ident;)*) => {
        functions! {
            $($name [(in_axis = Default::Int(-2)) (out_axis = Default::Int(-1)) (batch_axis = Default::Ints(&[])) (dtype = NONE)]
                $doc => |_, args| family(args, $scale, $mode, Distribution::$distribution);)*
            "constant" [(value) (dtype = NONE)] "All of one value." => |_, args| made(args, Kind::Constant(args.get("value")?.clone()));
            "uniform" [(scale = SMALL) (dtype = NONE)] "Uniform in [0, scale)." => |_, args| scaled(args, Distribution::Uniform, "scale");
            "normal" [(stddev = SMALL) (dtype = NONE)] "Normal." => |_, args| scaled(args, Distribution::Normal, "stddev");
            "truncated_normal" [(stddev = SMALL) (dtype = NONE) (lower = Default::Float(-2.0)) (upper = Default::Float(2.0))]
                "Normal, cut at bounds given in deviations." => |_, args| scaled(args, Distribution::CutNormal, "stddev");
            "variance_scaling" [(scale) (mode) (distribution) (in_axis = Default::Int(-2)) (out_axis = Default::Int(-1)) (batch_axis = Default::Ints(&[])) (dtype = NONE)]
                "Spread by the weight's numbers of inputs and outputs." => variance_scaling;
            "orthogonal" [(scale = Default::Float(1.0)) (column_axis = Default::Int(-1)) (dtype = NONE)] "Orthonormal rows or columns." => |_, args| {
                made(args, Kind::Orthogonal { scale: args.f64("scale")?, column: args.i64("column_axis")?, delta: false })
            };
            "delta_orthogonal" [(scale = Default::Float(1.0)) (column_axis = Default::Int(-1)) (dtype = NONE)]
                "An orthogonal matrix in the middle of a convolution's window." => |_, args| {
                made(args, Kind::Orthogonal { scale: args.f64("scale")?, column: args.i64("column_axis")?, delta: true })
            };
        }
    };
}

/// Functions that make initializers.
pub(super) static MAKERS: &[FunctionDecl] = makers! {
    "glorot_uniform", "Uniform, by the mean of inputs and outputs.", 1.0, "fan_avg", Uniform;
    "xavier_uniform", "Uniform, by the mean of inputs and outputs.", 1.0, "fan_avg", Uniform;
    "glorot_normal", "Normal, by the mean of inputs and outputs.", 1.0, "fan_avg", CutNormal;
    "xavier_normal", "Normal, by the mean of inputs and outputs.", 1.0, "fan_avg", CutNormal;
    "lecun_uniform", "Uniform, by the inputs.", 1.0, "fan_in", Uniform;
    "lecun_normal", "Normal, by the inputs.", 1.0, "fan_in", CutNormal;
    "he_uniform", "Uniform with twice the variance, by the inputs.", 2.0, "fan_in", Uniform;
    "kaiming_uniform", "Uniform with twice the variance, by the inputs.", 2.0, "fan_in", Uniform;
    "he_normal", "Normal with twice the variance, by the inputs.", 2.0, "fan_in", CutNormal;
    "kaiming_normal", "Normal with twice the variance, by the inputs.", 2.0, "fan_in", CutNormal;
};

//! Initializers whose spread follows from the weight's shape.

use keramos_ir::{DType, elements};

use super::random::{Normal, Uniform};
use super::{Initialize, Initializer, Seed, fans};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The standard deviation of a standard normal variable cut at two deviations.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

pub(super) static VARIANCE_SCALING: ClassDecl = ClassDecl {
    name: "VarianceScaling",
    aliases: &["variance_scaling"],
    bases: &["Initializer"],
    signature: Signature::new(&[
        Param::new("scale", Default::Float(1.0)),
        Param::new("mode", Default::Str("fan_in")),
        Param::new("distribution", Default::Str("truncated_normal")),
        Param::new("seed", Default::None),
        Param::new("input_axes", Default::None),
        Param::new("output_axes", Default::None),
    ]),
    doc: "Random values of variance scale/n, n the number of inputs, of outputs, or the mean of both.",
    new: |interp, args| {
        let scale = args.f64("scale")?;
        if scale <= 0.0 {
            return Err(Error::argument(format!("`scale` of VarianceScaling() must be positive, found {scale}")));
        }
        let mode = match args.one_of("mode", &["fan_in", "fan_out", "fan_avg"])? {
            "fan_in" => Mode::In,
            "fan_out" => Mode::Out,
            _ => Mode::Average,
        };
        const DISTRIBUTIONS: &[&str] = &["truncated_normal", "normal", "untruncated_normal", "uniform"];
        let distribution = match args.one_of("distribution", DISTRIBUTIONS)? {
            "uniform" => Distribution::Uniform,
            "untruncated_normal" => Distribution::Normal,
            _ => Distribution::Truncated,
        };
        new(interp, args, &VARIANCE_SCALING, scale, mode, distribution)
    },
    methods: &[],
};

macro_rules! named {
    ($($constant:ident $class:literal $name:literal $scale:literal $mode:ident $distribution:ident $doc:literal;)*) => {
        $(pub(super) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$name],
            bases: &["VarianceScaling", "Initializer"],
            signature: Signature::new(&[
                Param::new("seed", Default::None),
                Param::new("input_axes", Default::None),
                Param::new("output_axes", Default::None),
            ]),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $scale, Mode::$mode, Distribution::$distribution),
            methods: &[],
        };)*
    };
}

named! {
    GLOROT_UNIFORM "GlorotUniform" "glorot_uniform" 1.0 Average Uniform "Uniform within ±√(6/(inputs + outputs)).";
    GLOROT_NORMAL "GlorotNormal" "glorot_normal" 1.0 Average Truncated
        "Cut normal values of variance 2/(inputs + outputs).";
    HE_UNIFORM "HeUniform" "he_uniform" 2.0 In Uniform "Uniform within ±√(6/inputs).";
    HE_NORMAL "HeNormal" "he_normal" 2.0 In Truncated "Cut normal values of variance 2/inputs.";
    LECUN_UNIFORM "LecunUniform" "lecun_uniform" 1.0 In Uniform "Uniform within ±√(3/inputs).";
    LECUN_NORMAL "LecunNormal" "lecun_normal" 1.0 In Truncated "Cut normal values of variance 1/inputs.";
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    In,
    Out,
    Average,
}

#[derive(Clone, Copy, Debug)]
enum Distribution {
    Truncated,
    Normal,
    Uniform,
}

#[derive(Clone, Debug)]
struct VarianceScaling {
    scale: f64,
    mode: Mode,
    distribution: Distribution,
    /// The axes that count as inputs and as outputs, if given.
    axes: Option<[Vec<i64>; 2]>,
    seed: Seed,
}

fn new(
    interp: &mut Interp,
    args: &Bound,
    class: &'static ClassDecl,
    scale: f64,
    mode: Mode,
    distribution: Distribution,
) -> Result<Value> {
    let axes = match (axes(args, "input_axes")?, axes(args, "output_axes")?) {
        (Some(inputs), Some(outputs)) => Some([inputs, outputs]),
        _ => None,
    };
    let seed = Seed::from_args(interp, args)?;
    Initializer::value(class, args, VarianceScaling { scale, mode, distribution, axes, seed })
}

fn axes(args: &Bound, name: &str) -> Result<Option<Vec<i64>>> {
    let Some(value) = args.some(name)? else { return Ok(None) };
    let int = |v: &Value| match v {
        Value::Int(i) => Some(*i),
        _ => None,
    };
    let axes = value.elements().and_then(|v| v.iter().map(int).collect());
    axes.map(Some).ok_or_else(|| args.invalid(name, "a tuple of axes"))
}

impl Initialize for VarianceScaling {
    fn drawn(&self, interp: &mut Interp) -> Option<Box<dyn Initialize>> {
        Some(Box::new(VarianceScaling { seed: self.seed.drawn(interp)?, ..self.clone() }))
    }

    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let size = |axes: &[i64]| {
            let sizes = axes.iter().map(|&a| Ok(shape[axis_index(a, shape.len())?])).collect::<Result<Vec<_>>>()?;
            Ok::<_, Error>(elements(&sizes))
        };
        let (inputs, outputs) = match &self.axes {
            Some([inputs, outputs]) => (size(inputs)?, size(outputs)?),
            None => fans(shape),
        };
        let n = match self.mode {
            Mode::In => inputs as f64,
            Mode::Out => outputs as f64,
            Mode::Average => inputs.saturating_add(outputs) as f64 / 2.0,
        };
        let (variance, seed) = (self.scale / n.max(1.0), self.seed.clone());
        match self.distribution {
            Distribution::Uniform => {
                let limit = (3.0 * variance).sqrt();
                Uniform { low: -limit, high: limit, seed }.values(tracer, shape, dtype)
            }
            Distribution::Normal => {
                Normal { mean: 0.0, deviation: variance.sqrt(), truncated: false, seed }.values(tracer, shape, dtype)
            }
            Distribution::Truncated => {
                let deviation = variance.sqrt() / TRUNCATED_DEVIATION;
                Normal { mean: 0.0, deviation, truncated: true, seed }.values(tracer, shape, dtype)
            }
        }
    }

    fn along(&self, inputs: Vec<i64>, outputs: Vec<i64>) -> Option<Box<dyn Initialize>> {
        let told = VarianceScaling { axes: Some([inputs, outputs]), ..self.clone() };
        self.axes.is_none().then(|| Box::new(told) as Box<dyn Initialize>)
    }
}

//! `ReLU`, `LeakyReLU`, `ELU`.

use crate::error::{Error, Result};
use crate::keras::activations;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, none};
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static RELU: ClassDecl = ClassDecl {
    name: "ReLU",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        none("max_value"),
        Param::new("negative_slope", Default::Float(0.0)),
        Param::new("threshold", Default::Float(0.0)),
    ])
    .with(COMMON),
    doc: "max(x, 0), with an upper limit, a slope below and a threshold if given.",
    new: |interp, args| {
        let max = match args.some("max_value")? {
            None => None,
            Some(_) => Some(not_negative(args, "max_value")?),
        };
        let (slope, threshold) = (not_negative(args, "negative_slope")?, not_negative(args, "threshold")?);
        LayerObject::value(interp, &RELU, args, Rectifier::Relu { max, slope, threshold })
    },
    methods: &[],
};

pub(in crate::keras::layers) static LEAKY_RELU: ClassDecl = ClassDecl {
    name: "LeakyReLU",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("negative_slope", Default::Float(0.3)),
        Param::keyword("alpha", Default::None),
    ])
    .with(COMMON),
    doc: "x where x ≥ 0, negative_slope·x elsewhere; `alpha` is the slope's old name.",
    new: |interp, args| {
        if let Some(slope) = args.some("alpha")?.cloned() {
            args.set("negative_slope", slope);
        }
        let slope = not_negative(args, "negative_slope")?;
        LayerObject::value(interp, &LEAKY_RELU, args, Rectifier::Leaky { slope })
    },
    methods: &[],
};

pub(in crate::keras::layers) static ELU: ClassDecl = ClassDecl {
    name: "ELU",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("alpha", Default::Float(1.0))]).with(COMMON),
    doc: "x where x > 0, alpha·(eˣ − 1) elsewhere.",
    new: |interp, args| {
        let alpha = args.f64("alpha")?;
        LayerObject::value(interp, &ELU, args, Rectifier::Elu { alpha })
    },
    methods: &[],
};

fn not_negative(args: &Bound, name: &str) -> Result<f64> {
    let value = args.f64(name)?;
    if value >= 0.0 {
        return Ok(value);
    }
    Err(Error::argument(format!("`{name}` of {}() must not be negative, found {value}", args.function())))
}

#[derive(Debug)]
enum Rectifier {
    Relu { max: Option<f64>, slope: f64, threshold: f64 },
    Leaky { slope: f64 },
    Elu { alpha: f64 },
}

impl Layer for Rectifier {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let t = &mut cx.interp.tracer;
        Ok(Value::Tensor(match *self {
            Rectifier::Relu { max, slope, threshold } => activations::relu(t, &x, slope, max, threshold)?,
            Rectifier::Leaky { slope } => activations::leaky_relu(t, &x, slope)?,
            Rectifier::Elu { alpha } => activations::elu(t, &x, alpha)?,
        }))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

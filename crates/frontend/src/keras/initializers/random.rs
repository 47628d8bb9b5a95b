//! Initializers of given spread.

use keramos_ir::DType;

use super::{Initialize, Initializer, Seed};
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

const MOMENTS: Signature = Signature::new(&[
    Param::new("mean", Default::Float(0.0)),
    Param::new("stddev", Default::Float(0.05)),
    Param::new("seed", Default::None),
]);

pub(super) static NORMAL: ClassDecl = ClassDecl {
    name: "RandomNormal",
    aliases: &["random_normal", "normal"],
    bases: &["Initializer"],
    signature: MOMENTS,
    doc: "Normally distributed.",
    new: |interp, args| new_normal(interp, args, &NORMAL, false),
    methods: &[],
};

pub(super) static TRUNCATED_NORMAL: ClassDecl = ClassDecl {
    name: "TruncatedNormal",
    aliases: &["truncated_normal"],
    bases: &["Initializer"],
    signature: MOMENTS,
    doc: "Normally distributed, cut at two standard deviations.",
    new: |interp, args| new_normal(interp, args, &TRUNCATED_NORMAL, true),
    methods: &[],
};

pub(super) static UNIFORM: ClassDecl = ClassDecl {
    name: "RandomUniform",
    aliases: &["random_uniform", "uniform"],
    bases: &["Initializer"],
    signature: Signature::new(&[
        Param::new("minval", Default::Float(-0.05)),
        Param::new("maxval", Default::Float(0.05)),
        Param::new("seed", Default::None),
    ]),
    doc: "Uniformly distributed.",
    new: |interp, args| {
        let (low, high) = (args.f64("minval")?, args.f64("maxval")?);
        let seed = Seed::from_args(interp, args)?;
        Initializer::value(&UNIFORM, args, Uniform { low, high, seed })
    },
    methods: &[],
};

fn new_normal(interp: &mut Interp, args: &Bound, class: &'static ClassDecl, truncated: bool) -> Result<Value> {
    let (mean, deviation) = (args.f64("mean")?, args.f64("stddev")?);
    let seed = Seed::from_args(interp, args)?;
    Initializer::value(class, args, Normal { mean, deviation, truncated, seed })
}

/// Normally distributed values, cut at two deviations if `truncated`.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    pub mean: f64,
    pub deviation: f64,
    pub truncated: bool,
    pub seed: Seed,
}

impl Initialize for Normal {
    fn drawn(&self, interp: &mut Interp) -> Option<Box<dyn Initialize>> {
        Some(Box::new(Normal { seed: self.seed.drawn(interp)?, ..self.clone() }))
    }

    fn values(&self, tracer: &mut Tracer, shape: &[usize], _: DType) -> Result<Tensor> {
        let key = self.seed.key(tracer)?;
        let sample = if self.truncated {
            tracer.random_truncated_normal(&key, shape)?
        } else {
            tracer.random_normal(&key, shape)?
        };
        tracer.scale_sample(&sample, self.deviation, self.mean)
    }
}

/// Values uniform in [`low`, `high`).
#[derive(Clone, Debug)]
pub(super) struct Uniform {
    pub low: f64,
    pub high: f64,
    pub seed: Seed,
}

impl Initialize for Uniform {
    fn drawn(&self, interp: &mut Interp) -> Option<Box<dyn Initialize>> {
        Some(Box::new(Uniform { seed: self.seed.drawn(interp)?, ..self.clone() }))
    }

    fn values(&self, tracer: &mut Tracer, shape: &[usize], _: DType) -> Result<Tensor> {
        let key = self.seed.key(tracer)?;
        tracer.random_uniform(&key, shape, self.low as f32, self.high as f32)
    }
}

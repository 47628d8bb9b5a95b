//! Cosine decay, with warm-up or with restarts.

use std::f64::consts::PI;

use keramos_ir::DType;

use super::{Schedule, ScheduleObject};
use crate::error::Result;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// A linear warm-up to the target, then lr·((1−α)·½(1 + cos(π·s/steps)) + α) (Loshchilov and Hutter, 2016).
#[derive(Debug)]
struct Cosine {
    initial: f64,
    steps: f64,
    alpha: f64,
    warmup: Option<(f64, f64)>,
}

/// Cosine decay over periods that grow by `t_mul` and start at rates that shrink by `m_mul`.
#[derive(Debug)]
struct CosineRestarts {
    initial: f64,
    first: f64,
    t_mul: f64,
    m_mul: f64,
    alpha: f64,
}

/// `keras.optimizers.schedules.CosineDecay`.
pub static COSINE: ClassDecl = ClassDecl {
    name: "CosineDecay",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[
        Param::required("initial_learning_rate"),
        Param::required("decay_steps"),
        Param::new("alpha", Default::Float(0.0)),
        Param::new("name", Default::Str("CosineDecay")),
        Param::new("warmup_target", Default::None),
        Param::new("warmup_steps", Default::Int(0)),
    ]),
    doc: "Half a cosine from the initial rate to a fraction of it, optionally after a linear warm-up.",
    new: |_, args| {
        let warmup = match args.some("warmup_target")? {
            Some(_) => Some((args.f64("warmup_target")?, args.f64("warmup_steps")?)),
            None => None,
        };
        let schedule = Cosine {
            initial: args.f64("initial_learning_rate")?,
            steps: args.f64("decay_steps")?,
            alpha: args.f64("alpha")?,
            warmup,
        };
        ScheduleObject::value(&COSINE, args, schedule)
    },
    methods: &[],
};

/// `keras.optimizers.schedules.CosineDecayRestarts`.
pub static COSINE_RESTARTS: ClassDecl = ClassDecl {
    name: "CosineDecayRestarts",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[
        Param::required("initial_learning_rate"),
        Param::required("first_decay_steps"),
        Param::new("t_mul", Default::Float(2.0)),
        Param::new("m_mul", Default::Float(1.0)),
        Param::new("alpha", Default::Float(0.0)),
        Param::new("name", Default::Str("SGDRDecay")),
    ]),
    doc: "Cosine decay that starts again after periods of growing length.",
    new: |_, args| {
        let schedule = CosineRestarts {
            initial: args.f64("initial_learning_rate")?,
            first: args.f64("first_decay_steps")?,
            t_mul: args.f64("t_mul")?,
            m_mul: args.f64("m_mul")?,
            alpha: args.f64("alpha")?,
        };
        ScheduleObject::value(&COSINE_RESTARTS, args, schedule)
    },
    methods: &[],
};

/// (1−α)·scale·½(1 + cos(π·fraction)) + α.
fn wave(t: &mut Tracer, fraction: &Tensor, scale: Option<&Tensor>, alpha: f64) -> Result<Tensor> {
    let angle = t.mul_scalar(fraction, PI)?;
    let cosine = t.cos(&angle)?;
    let raised = t.add_scalar(&cosine, 1.0)?;
    let mut wave = t.mul_scalar(&raised, 0.5)?;
    if let Some(scale) = scale {
        wave = t.mul(&wave, scale)?;
    }
    let scaled = t.mul_scalar(&wave, 1.0 - alpha)?;
    t.add_scalar(&scaled, alpha)
}

impl Schedule for Cosine {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let step = t.convert(step, DType::F32)?;
        let decay = |t: &mut Tracer, step: &Tensor, from: f64| {
            let fraction = t.div_scalar(step, self.steps)?;
            let wave = wave(t, &fraction, None, self.alpha)?;
            t.mul_scalar(&wave, from)
        };
        let Some((target, warmup)) = self.warmup else {
            let step = t.min_scalar(&step, self.steps)?;
            return decay(t, &step, self.initial);
        };
        let step = t.min_scalar(&step, self.steps + warmup)?;
        let fraction = t.div_scalar(&step, warmup)?;
        let risen = t.mul_scalar(&fraction, target - self.initial)?;
        let rising = t.add_scalar(&risen, self.initial)?;
        let after = t.add_scalar(&step, -warmup)?;
        let falling = decay(t, &after, target)?;
        let warm = t.weak(warmup)?;
        let early = t.lt(&step, &warm)?;
        t.select(&early, &rising, &falling)
    }
}

impl Schedule for CosineRestarts {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let step = t.convert(step, DType::F32)?;
        let completed = t.div_scalar(&step, self.first)?;
        let (restarts, fraction) = if self.t_mul == 1.0 {
            let restarts = t.floor(&completed)?;
            let fraction = t.sub(&completed, &restarts)?;
            (restarts, fraction)
        } else {
            // Period i starts at (1 − t_mulⁱ)/(1 − t_mul) first periods and lasts t_mulⁱ of them.
            let scaled = t.mul_scalar(&completed, 1.0 - self.t_mul)?;
            let inside = t.scalar_sub(1.0, &scaled)?;
            let log = t.log(&inside)?;
            let base = t.scalar(DType::F32, self.t_mul)?;
            let log_base = t.log(&base)?;
            let ratio = t.div(&log, &log_base)?;
            let restarts = t.floor(&ratio)?;
            let length = t.power(&base, &restarts)?;
            let past = t.scalar_sub(1.0, &length)?;
            let start = t.div_scalar(&past, 1.0 - self.t_mul)?;
            let since = t.sub(&completed, &start)?;
            let fraction = t.div(&since, &length)?;
            (restarts, fraction)
        };
        let m_mul = t.scalar(DType::F32, self.m_mul)?;
        let scale = t.power(&m_mul, &restarts)?;
        let wave = wave(t, &fraction, Some(&scale), self.alpha)?;
        t.mul_scalar(&wave, self.initial)
    }
}

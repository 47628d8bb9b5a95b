//! Exponential, inverse-time and polynomial decay.

use keramos_ir::DType;

use super::{Schedule, ScheduleObject};
use crate::error::Result;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// lr₀·rate^{s/steps}.
#[derive(Debug)]
struct Exponential(Decay);

/// lr₀/(1 + rate·s/steps).
#[derive(Debug)]
struct InverseTime(Decay);

#[derive(Debug)]
struct Decay {
    initial: f64,
    steps: f64,
    rate: f64,
    staircase: bool,
}

/// (lr₀ − end)(1 − min(s, steps)/steps)^p + end; with `cycle` the steps stretch to the next multiple.
#[derive(Debug)]
struct Polynomial {
    initial: f64,
    steps: f64,
    end: f64,
    power: f64,
    cycle: bool,
}

const INITIAL: Param = Param::required("initial_learning_rate");
const STEPS: Param = Param::required("decay_steps");
const RATE: Param = Param::required("decay_rate");
const STAIRCASE: Param = Param::new("staircase", Default::Bool(false));
const fn named(name: &'static str) -> Param {
    Param::new("name", Default::Str(name))
}

fn decay(args: &Bound) -> Result<Decay> {
    Ok(Decay {
        initial: args.f64("initial_learning_rate")?,
        steps: args.f64("decay_steps")?,
        rate: args.f64("decay_rate")?,
        staircase: args.bool("staircase")?,
    })
}

/// `keras.optimizers.schedules.ExponentialDecay`.
pub static EXPONENTIAL: ClassDecl = ClassDecl {
    name: "ExponentialDecay",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[INITIAL, STEPS, RATE, STAIRCASE, named("ExponentialDecay")]),
    doc: "The rate shrinks by a factor every so many steps.",
    new: |_, args| ScheduleObject::value(&EXPONENTIAL, args, Exponential(decay(args)?)),
    methods: &[],
};

/// `keras.optimizers.schedules.InverseTimeDecay`.
pub static INVERSE_TIME: ClassDecl = ClassDecl {
    name: "InverseTimeDecay",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[INITIAL, STEPS, RATE, STAIRCASE, named("InverseTimeDecay")]),
    doc: "The rate is divided by a linear function of the step.",
    new: |_, args| ScheduleObject::value(&INVERSE_TIME, args, InverseTime(decay(args)?)),
    methods: &[],
};

/// `keras.optimizers.schedules.PolynomialDecay`.
pub static POLYNOMIAL: ClassDecl = ClassDecl {
    name: "PolynomialDecay",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[
        INITIAL,
        STEPS,
        Param::new("end_learning_rate", Default::Float(0.0001)),
        Param::new("power", Default::Float(1.0)),
        Param::new("cycle", Default::Bool(false)),
        named("PolynomialDecay"),
    ]),
    doc: "The rate falls to an end value as a power of the remaining steps.",
    new: |_, args| {
        let schedule = Polynomial {
            initial: args.f64("initial_learning_rate")?,
            steps: args.f64("decay_steps")?,
            end: args.f64("end_learning_rate")?,
            power: args.f64("power")?,
            cycle: args.bool("cycle")?,
        };
        ScheduleObject::value(&POLYNOMIAL, args, schedule)
    },
    methods: &[],
};

impl Decay {
    fn progress(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let step = t.convert(step, DType::F32)?;
        let progress = t.div_scalar(&step, self.steps)?;
        if self.staircase { t.floor(&progress) } else { Ok(progress) }
    }
}

impl Schedule for Exponential {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let progress = self.0.progress(t, step)?;
        let rate = t.scalar(DType::F32, self.0.rate)?;
        let factor = t.power(&rate, &progress)?;
        t.mul_scalar(&factor, self.0.initial)
    }
}

impl Schedule for InverseTime {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let progress = self.0.progress(t, step)?;
        let scaled = t.mul_scalar(&progress, self.0.rate)?;
        let divisor = t.add_scalar(&scaled, 1.0)?;
        let initial = t.scalar(DType::F32, self.0.initial)?;
        t.div(&initial, &divisor)
    }
}

impl Schedule for Polynomial {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let step = t.convert(step, DType::F32)?;
        let steps = t.scalar(DType::F32, self.steps)?;
        let (step, steps) = if self.cycle {
            let zero = t.scalar(DType::F32, 0.0)?;
            let one = t.scalar(DType::F32, 1.0)?;
            let first = t.eq(&step, &zero)?;
            let turns = t.div(&step, &steps)?;
            let turns = t.ceil(&turns)?;
            let turns = t.select(&first, &one, &turns)?;
            (step, t.mul(&steps, &turns)?)
        } else {
            (t.minimum(&step, &steps)?, steps)
        };
        let progress = t.div(&step, &steps)?;
        let left = t.scalar_sub(1.0, &progress)?;
        let power = t.scalar(DType::F32, self.power)?;
        let left = t.power(&left, &power)?;
        let scaled = t.mul_scalar(&left, self.initial - self.end)?;
        t.add_scalar(&scaled, self.end)
    }
}

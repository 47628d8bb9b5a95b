//! Lion.

use super::apply::descend;
use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::error::Result;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// w −= lr·sign(β₁m + (1−β₁)g), m = β₂m + (1−β₂)g (Chen et al., 2023).
#[derive(Debug)]
struct Lion {
    beta_1: f64,
    beta_2: f64,
}

/// `keras.optimizers.Lion`.
pub static LION: ClassDecl = ClassDecl {
    name: "Lion",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[
        Param::new("learning_rate", Default::Float(0.001)),
        Param::new("beta_1", Default::Float(0.9)),
        Param::new("beta_2", Default::Float(0.99)),
    ])
    .with(COMMON),
    doc: "Steps of one size in the direction of the sign of an interpolated momentum.",
    new: |interp, args| {
        let rule = Lion { beta_1: args.f64("beta_1")?, beta_2: args.f64("beta_2")? };
        if rule.beta_1 <= 0.0 || rule.beta_1 > 1.0 {
            return Err(args.invalid("beta_1", "a number above 0 and at most 1"));
        }
        OptimizerObject::value(interp, &LION, args, rule)
    },
    methods: &[METHODS],
};

impl Optimizer for Lion {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![Slot::zero("momentum")]]
    }

    fn step(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let t = &mut *step.t;
        let mix = |t: &mut Tracer, beta: f64| -> Result<Tensor> {
            let (m, g) = (t.mul_scalar(&step.slots[0], beta)?, t.mul_scalar(&step.gradient, 1.0 - beta)?);
            t.add(&m, &g)
        };
        let direction = mix(t, self.beta_1)?;
        let next = mix(t, self.beta_2)?;
        let sign = t.sign(&direction)?;
        let amount = t.mul(&step.lr, &sign)?;
        step.slots[0] = next;
        descend(step, &amount)
    }
}

//! Gradient descent with momentum.

use super::apply::descend;
use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::error::Result;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// w −= lr·g; with momentum μ: v = μv − lr·g, w += v, or (Nesterov) w += μv − lr·g.
#[derive(Debug)]
struct Sgd {
    momentum: f64,
    nesterov: bool,
}

/// `keras.optimizers.SGD`.
pub static SGD: ClassDecl = ClassDecl {
    name: "SGD",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[
        Param::new("learning_rate", Default::Float(0.01)),
        Param::new("momentum", Default::Float(0.0)),
        Param::new("nesterov", Default::Bool(false)),
    ])
    .with(COMMON),
    doc: "Gradient descent, optionally with momentum.",
    new: |interp, args| {
        let momentum = args.f64("momentum")?;
        if !(0.0..=1.0).contains(&momentum) {
            return Err(args.invalid("momentum", "a number from 0 to 1"));
        }
        let rule = Sgd { momentum, nesterov: args.bool("nesterov")? };
        OptimizerObject::value(interp, &SGD, args, rule)
    },
    methods: &[METHODS],
};

impl Optimizer for Sgd {
    fn slots(&self) -> Vec<Vec<Slot>> {
        if self.momentum == 0.0 { Vec::new() } else { vec![vec![Slot::zero("momentum")]] }
    }

    fn step(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let amount = step.t.mul(&step.gradient, &step.lr)?;
        let [momentum] = step.slots.as_mut_slice() else { return descend(step, &amount) };
        let kept = step.t.mul_scalar(momentum, self.momentum)?;
        *momentum = step.t.sub(&kept, &amount)?;
        if !self.nesterov {
            return step.t.add(&step.weight, momentum);
        }
        let ahead = step.t.mul_scalar(momentum, self.momentum)?;
        let ahead = step.t.sub(&ahead, &amount)?;
        step.t.add(&step.weight, &ahead)
    }
}

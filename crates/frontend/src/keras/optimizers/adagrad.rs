//! Adagrad.

use super::apply::descend;
use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::error::Result;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// a += g², w −= lr·g/√(a + ε) (Duchi, Hazan and Singer, 2011).
#[derive(Debug)]
struct Adagrad {
    initial: f64,
    epsilon: f64,
}

/// `keras.optimizers.Adagrad`.
pub static ADAGRAD: ClassDecl = ClassDecl {
    name: "Adagrad",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[
        Param::new("learning_rate", Default::Float(0.001)),
        Param::new("initial_accumulator_value", Default::Float(0.1)),
        Param::new("epsilon", Default::Float(1e-7)),
    ])
    .with(COMMON),
    doc: "Gradient descent scaled by the sum of squared gradients.",
    new: |interp, args| {
        let rule = Adagrad { initial: args.f64("initial_accumulator_value")?, epsilon: args.f64("epsilon")? };
        OptimizerObject::value(interp, &ADAGRAD, args, rule)
    },
    methods: &[METHODS],
};

impl Optimizer for Adagrad {
    fn slots(&self) -> Vec<Vec<Slot>> {
        vec![vec![Slot { name: "accumulator", initial: self.initial }]]
    }

    fn step(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let t = &mut *step.t;
        let square = t.square(&step.gradient)?;
        step.slots[0] = t.add(&step.slots[0], &square)?;
        let sum = t.add_scalar(&step.slots[0], self.epsilon)?;
        let root = t.sqrt(&sum)?;
        let scaled = t.mul(&step.lr, &step.gradient)?;
        let amount = t.div(&scaled, &root)?;
        descend(step, &amount)
    }
}

//! RMSprop.

use super::apply::descend;
use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::error::Result;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// v = ρv + (1−ρ)g², Δ = lr·g/√(v + ε); centred: v less the square of the mean gradient; with
/// momentum μ: m = μm + Δ (Tieleman and Hinton, 2012).
#[derive(Debug)]
struct RmsProp {
    rho: f64,
    momentum: f64,
    epsilon: f64,
    centered: bool,
}

/// `keras.optimizers.RMSprop`.
pub static RMSPROP: ClassDecl = ClassDecl {
    name: "RMSprop",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[
        Param::new("learning_rate", Default::Float(0.001)),
        Param::new("rho", Default::Float(0.9)),
        Param::new("momentum", Default::Float(0.0)),
        Param::new("epsilon", Default::Float(1e-7)),
        Param::new("centered", Default::Bool(false)),
    ])
    .with(COMMON),
    doc: "Gradient descent scaled by a moving average of the squared gradient.",
    new: |interp, args| {
        let rule = RmsProp {
            rho: args.f64("rho")?,
            momentum: args.f64("momentum")?,
            epsilon: args.f64("epsilon")?,
            centered: args.bool("centered")?,
        };
        OptimizerObject::value(interp, &RMSPROP, args, rule)
    },
    methods: &[METHODS],
};

impl Optimizer for RmsProp {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let mut slots = vec![vec![Slot::zero("velocity")]];
        if self.momentum > 0.0 {
            slots.push(vec![Slot::zero("momentum")]);
        }
        if self.centered {
            slots.push(vec![Slot::zero("average_gradient")]);
        }
        slots
    }

    fn step(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let t = &mut *step.t;
        let mut average = |t: &mut crate::trace::Tracer, slot: usize, x: &Tensor| -> Result<Tensor> {
            let kept = t.mul_scalar(&step.slots[slot], self.rho)?;
            let added = t.mul_scalar(x, 1.0 - self.rho)?;
            step.slots[slot] = t.add(&kept, &added)?;
            Ok(step.slots[slot].clone())
        };
        let square = t.square(&step.gradient)?;
        let mut v = average(t, 0, &square)?;
        if self.centered {
            let last = usize::from(self.momentum > 0.0) + 1;
            let mean = average(t, last, &step.gradient)?;
            let mean = t.square(&mean)?;
            v = t.sub(&v, &mean)?;
        }
        let v = t.add_scalar(&v, self.epsilon)?;
        let root = t.sqrt(&v)?;
        let scaled = t.mul(&step.lr, &step.gradient)?;
        let mut amount = t.div(&scaled, &root)?;
        if self.momentum > 0.0 {
            let kept = t.mul_scalar(&step.slots[1], self.momentum)?;
            amount = t.add(&kept, &amount)?;
            step.slots[1] = amount.clone();
        }
        descend(step, &amount)
    }
}

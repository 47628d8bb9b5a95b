//! Adam and its variants.

use super::apply::descend;
use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::error::Result;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// Adam (Kingma and Ba, 2014) in Keras's form: ε is added to the uncorrected √v.
#[derive(Debug)]
struct Adam {
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    amsgrad: bool,
}

const RATE: Param = Param::new("learning_rate", Default::Float(0.001));
const BETA_1: Param = Param::new("beta_1", Default::Float(0.9));
const BETA_2: Param = Param::new("beta_2", Default::Float(0.999));
const EPSILON: Param = Param::new("epsilon", Default::Float(1e-7));
const AMSGRAD: Param = Param::new("amsgrad", Default::Bool(false));

fn rule(args: &Bound) -> Result<Adam> {
    Ok(Adam {
        beta_1: args.f64("beta_1")?,
        beta_2: args.f64("beta_2")?,
        epsilon: args.f64("epsilon")?,
        amsgrad: args.bool("amsgrad")?,
    })
}

/// `keras.optimizers.Adam`.
pub static ADAM: ClassDecl = ClassDecl {
    name: "Adam",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[RATE, BETA_1, BETA_2, EPSILON, AMSGRAD]).with(COMMON),
    doc: "Gradient descent scaled by moving averages of the gradient and of its square.",
    new: |interp, args| {
        let rule = rule(args)?;
        OptimizerObject::value(interp, &ADAM, args, rule)
    },
    methods: &[METHODS],
};

/// `keras.optimizers.AdamW`.
pub static ADAMW: ClassDecl = ClassDecl {
    name: "AdamW",
    aliases: &[],
    bases: &["Adam", "Optimizer"],
    signature: Signature::new(&[
        RATE,
        Param::new("weight_decay", Default::Float(0.004)),
        BETA_1,
        BETA_2,
        EPSILON,
        AMSGRAD,
    ])
    .with(COMMON.split_at(1).1),
    doc: "Adam with decoupled weight decay.",
    new: |interp, args| {
        let rule = rule(args)?;
        OptimizerObject::value(interp, &ADAMW, args, rule)
    },
    methods: &[METHODS],
};

impl Optimizer for Adam {
    fn slots(&self) -> Vec<Vec<Slot>> {
        let mut slots = vec![vec![Slot::zero("momentum"), Slot::zero("velocity")]];
        if self.amsgrad {
            slots.push(vec![Slot::zero("velocity_hat")]);
        }
        slots
    }

    fn step(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let t = &mut *step.t;
        let beta = |t: &mut crate::trace::Tracer, beta: f64| {
            let base = t.scalar(step.weight.dtype(), beta)?;
            let power = t.power(&base, &step.number)?;
            t.scalar_sub(1.0, &power)
        };
        let (correction_1, correction_2) = (beta(t, self.beta_1)?, beta(t, self.beta_2)?);
        let root = t.sqrt(&correction_2)?;
        let alpha = t.mul(&step.lr, &root)?;
        let alpha = t.div(&alpha, &correction_1)?;
        let g = &step.gradient;
        let change = t.sub(g, &step.slots[0])?;
        let change = t.mul_scalar(&change, 1.0 - self.beta_1)?;
        step.slots[0] = t.add(&step.slots[0], &change)?;
        let square = t.square(g)?;
        let change = t.sub(&square, &step.slots[1])?;
        let change = t.mul_scalar(&change, 1.0 - self.beta_2)?;
        step.slots[1] = t.add(&step.slots[1], &change)?;
        let mut v = step.slots[1].clone();
        if self.amsgrad {
            v = t.maximum(&step.slots[2], &v)?;
            step.slots[2] = v.clone();
        }
        let root = t.sqrt(&v)?;
        let divisor = t.add_scalar(&root, self.epsilon)?;
        let scaled = t.mul(&step.slots[0], &alpha)?;
        let amount = t.div(&scaled, &divisor)?;
        descend(step, &amount)
    }
}

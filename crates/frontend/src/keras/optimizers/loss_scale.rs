//! `LossScaleOptimizer`: the loss is multiplied before it is differentiated, so that small gradients do not vanish
//! in `float16`; by how much is found out while training.

use std::cell::OnceCell;
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::Step;
use super::object::OptimizerObject;
use super::{Optimizer, Slot, derived};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable::{Role, VariableId};
use crate::library::{Args, ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;
use crate::value::Value;

/// What a step multiplies the loss by at first.
const INITIAL: f64 = 32768.0;
/// After how many steps without overflow the scale is doubled.
const GROWTH: i64 = 2000;

/// `keras.optimizers.LossScaleOptimizer`.
pub static LOSS_SCALE: ClassDecl = ClassDecl {
    name: "LossScaleOptimizer",
    aliases: &[],
    bases: &["Optimizer"],
    signature: Signature::new(&[
        Param::required("inner_optimizer"),
        Param::new("initial_scale", Default::Float(INITIAL)),
        Param::new("dynamic_growth_steps", Default::Int(GROWTH)),
        Param::new("name", Default::None),
        Param::new("dynamic", Default::Bool(true)),
    ]),
    doc: "Runs another optimizer on gradients of the scaled loss: a step whose gradients are not finite is left out and halves the scale.",
    new: |interp, args| {
        if !args.bool("dynamic")? {
            let message = "`dynamic=False` of LossScaleOptimizer() is no longer Keras";
            return Err(Error::argument(message).help("set loss_scale_factor= of the inner optimizer"));
        }
        let inner = super::get(interp, args.get("inner_optimizer")?)?;
        let wrapped = Wrapped {
            inner,
            initial: args.f64("initial_scale")?,
            growth: args.i64("dynamic_growth_steps")?,
            variables: OnceCell::new(),
        };
        let keywords = vec![("learning_rate".into(), Value::Float(0.0)), ("name".into(), args.get("name")?.clone())];
        let bound = derived::OPTIMIZER.signature.bind(LOSS_SCALE.name, Args { positional: Vec::new(), keywords })?;
        OptimizerObject::around(interp, &LOSS_SCALE, &bound, Inner, Some(wrapped))
    },
    methods: &[super::object::METHODS],
};

/// The optimizer that does the steps, and what scales its loss.
#[derive(Debug)]
pub(super) struct Wrapped {
    pub inner: Rc<OptimizerObject>,
    initial: f64,
    growth: i64,
    /// The number of steps since the scale changed, and the scale.
    variables: OnceCell<(VariableId, VariableId)>,
}

/// The rule of an optimizer that leaves its steps to another one.
#[derive(Debug)]
struct Inner;

impl Optimizer for Inner {
    fn slots(&self) -> Vec<Vec<Slot>> {
        Vec::new()
    }

    fn step(&self, _: &mut Step<'_>) -> Result<Tensor> {
        Err(Error::internal("LossScaleOptimizer updates nothing itself"))
    }
}

/// The optimizer with its loss scaled, as `compile` of a model in `mixed_float16` has it.
///
/// # Errors
/// `identifier` names no optimizer.
pub fn scaled(interp: &mut Interp, identifier: &Value) -> Result<Value> {
    let inner = super::get(interp, identifier)?;
    if inner.wrapped.is_some() {
        return Ok(identifier.clone());
    }
    let keywords = vec![("name".into(), Value::str("loss_scale_optimizer"))];
    interp.call(&Value::Class(&LOSS_SCALE), Args { positional: vec![inner.as_value()], keywords })
}

impl Wrapped {
    /// Creates the variables, those of the inner optimizer last.
    pub fn build(
        &self,
        interp: &mut Interp,
        name: &str,
        trained: &[VariableId],
        variables: &mut Vec<VariableId>,
    ) -> Result<()> {
        let mut make = |part: &str, dtype, initial| {
            let id = interp.add_variable(part, TensorType::scalar(dtype), initial, Role::Optimizer);
            interp.variables.get_mut(id).path = format!("{name}/{part}");
            variables.push(id);
            id
        };
        let counter = make("step_counter", DType::I32, Value::Int(0));
        let scale = make("dynamic_scale", DType::F32, Value::Float(self.initial));
        let _ = self.variables.set((counter, scale));
        self.inner.prepare(interp, trained)
    }

    /// The attribute `name` of the wrapping optimizer.
    pub fn attribute(&self, interp: &mut Interp, name: &str) -> Option<Value> {
        Some(match name {
            "inner_optimizer" => self.inner.as_value(),
            "initial_scale" => Value::Float(self.initial),
            "dynamic_growth_steps" => Value::Int(self.growth),
            "step_counter" => interp.variable(self.variables.get()?.0),
            "dynamic_scale" => interp.variable(self.variables.get()?.1),
            _ => return None,
        })
    }

    /// The loss times the scale.
    pub fn scale(&self, interp: &mut Interp, loss: &Tensor) -> Result<Tensor> {
        match self.variables.get() {
            None => interp.tracer.mul_scalar(loss, self.initial),
            Some(&(_, scale)) => {
                let scale = interp.read_variable(scale)?;
                let loss = interp.tracer.convert(loss, scale.dtype())?;
                interp.tracer.mul(&loss, &scale)
            }
        }
    }

    /// One step of the inner optimizer on the gradients of the loss itself, if all are finite.
    pub fn apply(&self, interp: &mut Interp, gradients: &[Tensor]) -> Result<()> {
        let unbuilt = || Error::internal("an optimizer is applied before it is built");
        let &(counter_id, scale_id) = self.variables.get().ok_or_else(unbuilt)?;
        let trained = self.inner.trained().ok_or_else(unbuilt)?;
        let (counter, scale) = (interp.read_variable(counter_id)?, interp.read_variable(scale_id)?);
        let t = &mut interp.tracer;
        let mut finite = t.scalar(DType::Bool, 1.0)?;
        let mut unscaled = Vec::with_capacity(gradients.len());
        for gradient in gradients {
            let axes: Vec<usize> = (0..gradient.rank()).collect();
            let each = t.is_finite(gradient)?;
            let all = t.all(&each, &axes, false)?;
            finite = t.and(&finite, &all)?;
            let divisor = t.convert(&scale, gradient.dtype())?;
            unscaled.push(t.div(gradient, &divisor)?);
        }
        let kept: Vec<VariableId> = trained.into_iter().chain(self.inner.variables()).collect();
        let before = kept.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        self.inner.take_step(interp, &unscaled)?;
        for (id, old) in kept.into_iter().zip(before) {
            let new = interp.read_variable(id)?;
            let chosen = interp.tracer.select(&finite, &new, &old)?;
            interp.state.assign(id, chosen);
        }
        let t = &mut interp.tracer;
        let last = t.scalar(DType::I32, (self.growth - 1) as f64)?;
        let grows = t.eq(&counter, &last)?;
        let (zero, one) = (t.scalar(DType::I32, 0.0)?, t.scalar(DType::I32, 1.0)?);
        let next = t.add(&counter, &one)?;
        let next = t.select(&grows, &zero, &next)?;
        let next = t.select(&finite, &next, &zero)?;
        let (doubled, halved) = (t.mul_scalar(&scale, 2.0)?, t.mul_scalar(&scale, 0.5)?);
        let rest = t.select(&grows, &doubled, &scale)?;
        let rest = t.select(&finite, &rest, &halved)?;
        interp.state.assign(counter_id, next);
        interp.state.assign(scale_id, rest);
        Ok(())
    }
}

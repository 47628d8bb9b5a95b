//! One optimizer step over all trained variables.

use keramos_ir::DType;

use super::Step;
use super::object::{Built, OptimizerObject};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::keras::variable::VariableId;
use crate::library::Args;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

impl OptimizerObject {
    /// Updates the trained variables, the slots and the iteration count in the open state scope.
    /// `gradients` are those of the variables that the optimizer was built for, in order.
    ///
    /// The order within a step is Keras's: loss scale, accumulation, clipping, weight decay, rule,
    /// moving average, constraints, iteration count.
    ///
    /// # Errors
    /// The optimizer is not built, or nothing is being traced.
    pub fn apply(&self, interp: &mut Interp, gradients: &[Tensor]) -> Result<()> {
        if let Some(wrapped) = &self.wrapped {
            return wrapped.apply(interp, gradients);
        }
        let built =
            self.built.borrow().clone().ok_or_else(|| Error::internal("an optimizer is applied before it is built"))?;
        let iteration = interp.read_variable(self.iteration)?;
        let mut gradients = gradients.to_vec();
        if let Some(scale) = self.settings.loss_scale {
            gradients = gradients.iter().map(|g| interp.tracer.div_scalar(g, scale)).collect::<Result<_>>()?;
        }
        // With accumulation, everything is computed in each step, but takes effect in every k-th only.
        let (mut effective, mut counted) = (None, iteration.clone());
        if let Some(k) = self.settings.accumulate {
            let t = &mut interp.tracer;
            let steps = t.scalar(DType::I32, k as f64)?;
            let next = t.add_scalar_int(&iteration, 1)?;
            let rest = t.rem(&next, &steps)?;
            let zero = t.scalar(DType::I32, 0.0)?;
            effective = Some(t.eq(&rest, &zero)?);
            counted = self.counted(t, &iteration)?;
            for (g, &accumulator) in gradients.iter_mut().zip(&built.accumulators) {
                let sum = interp.read_variable(accumulator)?;
                let t = &mut interp.tracer;
                let sum = t.add(g, &sum)?;
                *g = t.div_scalar(&sum, k as f64)?;
                let zero = t.full(sum.ty(), 0.0)?;
                let kept = match &effective {
                    Some(now) => t.select(now, &zero, &sum)?,
                    None => sum,
                };
                interp.state.assign(accumulator, kept);
            }
        }
        let gradients = self.clip(&mut interp.tracer, gradients)?;
        let rate = self.rate(interp)?;
        let number = interp.tracer.add_scalar_int(&counted, 1)?;
        let own = self.own(interp, "update_step")?;
        // Of what the program's rule changes, the values before it count until the accumulated step.
        let before = match (&own, &effective) {
            (Some(_), Some(_)) => self.state_of_rule(interp, &built)?,
            _ => Vec::new(),
        };
        for (&id, gradient) in built.trained.iter().zip(gradients) {
            let old = interp.read_variable(id)?;
            let name = interp.variables.get(id).name.clone();
            let decay = self
                .settings
                .weight_decay
                .filter(|_| !self.excluded.borrow().iter().any(|word| name.contains(&**word)));
            if let Some(decay) = decay {
                let t = &mut interp.tracer;
                let lr = t.convert(&rate, old.dtype())?;
                let scaled = t.mul_scalar(&old, decay)?;
                let step = t.mul(&scaled, &lr)?;
                let decayed = t.sub(&old, &step)?;
                interp.state.assign(id, decayed);
            }
            match &own {
                None => self.update(
                    interp,
                    &built,
                    id,
                    gradient,
                    &rate,
                    &number,
                    effective.as_ref().map(|now| (now, &old)),
                )?,
                Some(update_step) => {
                    let variable = interp.variable(id);
                    let args = vec![Value::Tensor(gradient), variable, Value::Tensor(rate.clone())];
                    interp.call(update_step, Args::positional(args))?;
                }
            }
        }
        if let Some(now) = &effective {
            for (id, old) in before {
                let new = interp.read_variable(id)?;
                let kept = interp.tracer.select(now, &new, &old)?;
                interp.state.assign(id, kept);
            }
        }
        self.average(interp, &built, &counted)?;
        for &id in &built.trained {
            let Some(constraint) = interp.variables.get(id).weight.constraint.clone() else { continue };
            let weight = interp.read_variable(id)?;
            let dtype = weight.dtype();
            let moved = interp.call(&constraint, Args::positional(vec![Value::Tensor(weight)]))?;
            let moved = interp.to_tensor(&moved)?;
            let moved = interp.tracer.convert(&moved, dtype)?;
            interp.state.assign(id, moved);
        }
        let next = interp.tracer.add_scalar_int(&iteration, 1)?;
        interp.state.assign(self.iteration, next);
        Ok(())
    }

    /// Whether the loss is multiplied before it is differentiated.
    pub fn scales(&self) -> bool {
        self.wrapped.is_some() || self.settings.loss_scale.is_some()
    }

    /// The loss that is differentiated.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn scale_loss(&self, interp: &mut Interp, loss: &Tensor) -> Result<Tensor> {
        match (&self.wrapped, self.settings.loss_scale) {
            (Some(wrapped), _) => wrapped.scale(interp, loss),
            (None, Some(scale)) => interp.tracer.mul_scalar(loss, scale),
            (None, None) => Ok(loss.clone()),
        }
    }

    /// The values of all that a rule may change: the trained variables and the optimizer's own, but for what is
    /// accumulated and counted.
    fn state_of_rule(&self, interp: &mut Interp, built: &Built) -> Result<Vec<(VariableId, Tensor)>> {
        let kept = |id: &VariableId| *id != self.iteration && !built.accumulators.contains(id);
        let ids: Vec<VariableId> = built.trained.iter().copied().chain(self.variables()).filter(kept).collect();
        ids.into_iter().map(|id| Ok((id, interp.read_variable(id)?))).collect()
    }

    /// One variable's update by the native rule, as the program's `update_step` calls it.
    pub(super) fn update_natively(
        &self,
        interp: &mut Interp,
        id: VariableId,
        gradient: Tensor,
        rate: &Tensor,
    ) -> Result<()> {
        let built = self.built.borrow().clone().ok_or_else(|| {
            raise("ValueError", format!("`{}` is applied before it is built", self.name))
                .help("call optimizer.build(model.trainable_variables) first")
        })?;
        let iteration = interp.read_variable(self.iteration)?;
        let counted = self.counted(&mut interp.tracer, &iteration)?;
        let number = interp.tracer.add_scalar_int(&counted, 1)?;
        self.update(interp, &built, id, gradient, rate, &number, None)
    }

    /// Updates one variable by the native rule; with a condition and the variable's value before its decay, only
    /// where that holds.
    #[expect(clippy::too_many_arguments, reason = "what a step consists of, each used once")]
    fn update(
        &self,
        interp: &mut Interp,
        built: &Built,
        id: VariableId,
        gradient: Tensor,
        rate: &Tensor,
        number: &Tensor,
        effective: Option<(&Tensor, &Tensor)>,
    ) -> Result<()> {
        let place = built.trained.iter().position(|&known| known == id);
        let place =
            place.ok_or_else(|| Error::argument("an optimizer updates a variable that it was not built for"))?;
        let ids = built.slots.get(place).map(Vec::as_slice).unwrap_or_default();
        let slots = ids.iter().map(|&s| interp.read_variable(s)).collect::<Result<Vec<_>>>()?;
        let weight = interp.read_variable(id)?;
        let t = &mut interp.tracer;
        let lr = t.convert(rate, weight.dtype())?;
        let number = t.convert(number, weight.dtype())?;
        let gradient = t.convert(&gradient, weight.dtype())?;
        let mut step = Step { t, gradient, weight, lr, number, slots: slots.clone() };
        let mut new = self.rule.step(&mut step)?;
        let mut new_slots = step.slots;
        if let Some((now, old)) = effective {
            let t = &mut interp.tracer;
            new = t.select(now, &new, old)?;
            for (slot, old) in new_slots.iter_mut().zip(&slots) {
                *slot = t.select(now, slot, old)?;
            }
        }
        interp.state.assign(id, new);
        for (&slot, value) in ids.iter().zip(new_slots) {
            interp.state.assign(slot, value);
        }
        Ok(())
    }

    /// How many steps took effect before step number `iteration`.
    pub(super) fn counted(&self, t: &mut Tracer, iteration: &Tensor) -> Result<Tensor> {
        let Some(k) = self.settings.accumulate else { return Ok(iteration.clone()) };
        let steps = t.scalar(DType::I32, k as f64)?;
        t.div_int(iteration, &steps)
    }

    fn clip(&self, t: &mut Tracer, gradients: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let s = &self.settings;
        if let Some(limit) = s.clipnorm {
            return gradients.iter().map(|g| clip_by_norm(t, g, limit)).collect();
        }
        if let Some(limit) = s.clipvalue {
            return gradients.iter().map(|g| t.clip(g, -limit, limit)).collect();
        }
        let Some(limit) = s.global_clipnorm else { return Ok(gradients) };
        let mut total: Option<Tensor> = None;
        for g in &gradients {
            let square = sum_of_squares(t, g)?;
            total = Some(match total {
                Some(total) => t.add(&total, &square)?,
                None => square,
            });
        }
        let Some(total) = total else { return Ok(gradients) };
        // Keras: g · c · min(1/norm, 1/c), NaN where the norm is not finite.
        let norm = t.sqrt(&total)?;
        let one = t.scalar(norm.dtype(), 1.0)?;
        let inverse = t.div(&one, &norm)?;
        let least = t.min_scalar(&inverse, 1.0 / limit)?;
        let scale = t.mul_scalar(&least, limit)?;
        let zero = t.sub(&norm, &norm)?;
        let scale = t.add(&scale, &zero)?;
        gradients.iter().map(|g| t.mul(g, &scale)).collect()
    }

    /// The moving average of the weights.
    fn average(&self, interp: &mut Interp, built: &Built, counted: &Tensor) -> Result<()> {
        let Some(ema) = self.settings.ema else { return Ok(()) };
        for (&id, &average) in built.trained.iter().zip(&built.averages) {
            let (weight, old) = (interp.read_variable(id)?, interp.read_variable(average)?);
            let t = &mut interp.tracer;
            let zero = t.scalar(DType::I32, 0.0)?;
            let later = t.ne(counted, &zero)?;
            let later = t.convert(&later, weight.dtype())?;
            let momentum = t.mul_scalar(&later, ema.momentum)?;
            let rest = t.scalar_sub(1.0, &momentum)?;
            let (kept, added) = (t.mul(&momentum, &old)?, t.mul(&rest, &weight)?);
            let new = t.add(&kept, &added)?;
            if let Some(every) = ema.overwrite {
                let next = t.add_scalar_int(counted, 1)?;
                let every = t.scalar(DType::I32, every as f64)?;
                let rest = t.rem(&next, &every)?;
                let now = t.eq(&rest, &zero)?;
                let overwritten = t.select(&now, &new, &weight)?;
                interp.state.assign(id, overwritten);
            }
            interp.state.assign(average, new);
        }
        Ok(())
    }
}

fn sum_of_squares(t: &mut Tracer, g: &Tensor) -> Result<Tensor> {
    let square = t.square(g)?;
    let axes: Vec<usize> = (0..g.rank()).collect();
    t.sum(&square, &axes, false)
}

/// g·c / max(‖g‖, c), as Keras's `clip_by_norm`.
fn clip_by_norm(t: &mut Tracer, g: &Tensor, limit: f64) -> Result<Tensor> {
    let square = sum_of_squares(t, g)?;
    let zero = t.scalar(square.dtype(), 0.0)?;
    let positive = t.gt(&square, &zero)?;
    let one = t.scalar(square.dtype(), 1.0)?;
    let safe = t.select(&positive, &square, &one)?;
    let root = t.sqrt(&safe)?;
    let norm = t.select(&positive, &root, &square)?;
    let scaled = t.mul_scalar(g, limit)?;
    let divisor = t.max_scalar(&norm, limit)?;
    t.div(&scaled, &divisor)
}

impl Tracer {
    /// i + c for an integer scalar.
    fn add_scalar_int(&mut self, i: &Tensor, c: i64) -> Result<Tensor> {
        let c = self.scalar(i.dtype(), c as f64)?;
        self.add(i, &c)
    }

    /// Integer division of non-negative numbers.
    fn div_int(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.build1(&[a, b], |builder, v| builder.div(v[0], v[1]))
    }
}

/// A rule whose new weight is the old one less a step.
pub(super) fn descend(step: &mut Step<'_>, amount: &Tensor) -> Result<Tensor> {
    step.t.sub(&step.weight, amount)
}

//! One step of a recurrent layer, as the body of a scan.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::{Object, Value};

/// Calls the cell: from (states, input or (input, mask)) to (states, output).
#[derive(Debug)]
pub(super) struct Step {
    pub cell: Rc<LayerObject>,
    /// Whether each step has a mask.
    pub masked: bool,
    /// Whether the output of a step that does not count is 0, rather than the one before.
    pub zero_output: bool,
    /// Whether the states are those of several cells.
    pub stacked: bool,
}

impl Step {
    /// Output and new states, the latter in the structure of `states`.
    pub fn of_cell(&self, interp: &mut Interp, states: &Value, x: Value) -> Result<(Tensor, Value)> {
        let called = LayerObject::call(&self.cell, interp, Args::positional(vec![x, states.clone()]))?;
        let [output, new] = <[Value; 2]>::try_from(called.elements().unwrap_or_default()).map_err(|_| {
            Error::ty(format!("the cell {} must return its output and its states", self.cell.class_name))
        })?;
        let (_, def) = interp.flatten(states)?;
        let leaves = new.leaves();
        Ok((interp.to_tensor(&output)?, interp.unflatten(&def, leaves)?))
    }

    /// New values where the step counts, old ones elsewhere.
    pub fn choose(interp: &mut Interp, skipped: &Tensor, old: &Value, new: &Value) -> Result<Value> {
        let (old_leaves, def) = interp.flatten(old)?;
        let mut chosen = Vec::with_capacity(old_leaves.len());
        for (old, new) in old_leaves.iter().zip(new.leaves()) {
            let (old, new) = (interp.to_tensor(old)?, interp.to_tensor(&new)?);
            chosen.push(Value::Tensor(interp.tracer.select(skipped, &old, &new)?));
        }
        interp.unflatten(&def, chosen)
    }
}

impl Object for Step {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let [states, x] =
            <[Value; 2]>::try_from(args.positional).map_err(|_| Error::internal("a step has states and an input"))?;
        if !self.masked {
            let (output, states) = self.of_cell(interp, &states, x)?;
            return Ok(Value::tuple(vec![states, Value::Tensor(output)]));
        }
        let [x, mask] = <[Value; 2]>::try_from(x.elements().unwrap_or_default())
            .map_err(|_| Error::internal("a masked step has an input and a mask"))?;
        let mask = interp.to_tensor(&mask)?;
        let skipped = interp.tracer.not(&mask)?;
        let (output, new) = self.of_cell(interp, &states, x)?;
        let otherwise = if self.zero_output {
            interp.tracer.full(output.ty(), 0.0)?
        } else {
            // The first state, of the last cell, is taken for the output before.
            let of_cell = if self.stacked { states.elements().and_then(|s| s.last().cloned()) } else { None };
            let before = of_cell.unwrap_or_else(|| states.clone()).leaves().into_iter().next();
            interp.to_tensor(&before.unwrap_or(Value::None))?
        };
        let output = interp.tracer.select(&skipped, &otherwise, &output)?;
        let states = Step::choose(interp, &skipped, &states, &new)?;
        Ok(Value::tuple(vec![states, Value::Tensor(output)]))
    }
}

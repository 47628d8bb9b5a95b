//! How a layer is called: inputs in its type, the mode, masks, and what its outputs cost.

use std::rc::Rc;

use keramos_ir::as_tuple;

use super::context::batched;
use super::{Call, LayerObject, Masks};
use crate::diagnostics::Span;
use crate::diagnostics::words::and_list;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::symbolic::SymbolicShape;
use crate::keras::{derived, graph, models};
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

impl LayerObject {
    /// Calls the layer on symbolic tensors (which records a node) or on tensors (which traces it).
    ///
    /// # Errors
    /// The inputs do not fit.
    pub fn call(self: &Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        derived::record(self, &args);
        let place = interp.span;
        let symbolic = graph::symbolic_leaves(&args);
        if !symbolic.is_empty() {
            let shapes: Vec<SymbolicShape> = symbolic.iter().map(|s| s.0.shape.clone()).collect();
            self.fit(interp, &shapes, &args).map_err(|e| self.located(e, &shapes, place, interp))?;
            let outputs = graph::call(interp, &Value::Object(self.clone()), args, &self.name())?;
            let first_call = self.called.borrow().upgrade().is_none();
            if let (Some(Value::Symbolic(first)), true) = (outputs.leaves().first(), first_call) {
                *self.called.borrow_mut() = Rc::downgrade(&first.0.node);
            }
            return Ok(outputs);
        }
        if let Some(calls) = &mut *self.recorded.calls.borrow_mut() {
            calls.push(first_tensor(&args));
        }
        self.learn(interp, &args)?;
        let shapes = tensor_shapes(&args);
        let result = self.fit(interp, &shapes, &args).and_then(|()| self.apply(interp, args));
        result.map_err(|e| self.located(e, &shapes, place, interp))
    }

    /// Checks the inputs' shapes and builds the layer for them, where that was not done before.
    fn fit(self: &Rc<Self>, interp: &mut Interp, inputs: &[SymbolicShape], args: &Args) -> Result<()> {
        self.layer.check(self, inputs)?;
        self.build_for(interp, inputs, args)
    }

    /// Runs the code of a layer that is built.
    fn apply(self: &Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        let function = derived::overridden(interp, self.instance.get(), "call")?;
        let mask = first_mask(&args);
        let explicit = take_training(&mut args);
        let training = explicit.unwrap_or(interp.training);
        // In a step, Keras runs the code of a subclassed model without calling the model: layers that it calls learn
        // whether they are trained only if the code tells them.
        let unannounced = explicit.is_none() && interp.calls == 0 && self.kind::<models::Subclassed>().is_some();
        if let (true, Some(function)) = (unannounced, &function) {
            return self.run_code(interp, function, args, Some(training));
        }
        // A model's graph gives its inputs their types.
        let cast = self.autocast.get() && (!models::is_model(self) || self.kind::<models::Subclassed>().is_some());
        let args = derived::converted(interp, args, cast.then(|| self.compute_dtype()))?;
        let given = explicit.is_some() || interp.training_given;
        let outer = (interp.training, interp.training_given);
        (interp.training, interp.training_given) = (training, given);
        if interp.calls == 0 {
            // What an earlier call from outside added does not count any more. In a step of training that goes for
            // each of the model's own layers, as Keras on JAX runs the model's code without calling the model.
            interp.state.clear_losses(&self.flattened());
        }
        interp.calls += 1;
        let entered = self.open_scope(interp);
        let autocast = interp.autocast;
        interp.autocast = self.autocast_scope(autocast);
        let result = match &function {
            Some(function) => derived::run(interp, self, function, args, given.then_some(training)),
            None => self.layer.call(&mut Call { interp, object: self, args, training }),
        };
        interp.autocast = autocast;
        let result = result.and_then(|outputs| {
            self.penalise(interp, &outputs)?;
            Ok(outputs)
        });
        self.close_scope(interp, entered);
        interp.calls -= 1;
        (interp.training, interp.training_given) = outer;
        if function.is_some() {
            if result.is_ok() && !self.built.replace(true) {
                self.lock();
            }
            return result;
        }
        match (result?, self.layer.masks()) {
            (Value::Tensor(t), Masks::Drop) => Ok(Value::Tensor(t.with_mask(None))),
            (Value::Tensor(t), Masks::Pass) => Ok(Value::Tensor(t.with_mask(mask))),
            (value, _) => Ok(value),
        }
    }

    /// Runs the layer's code as Keras's `stateless_call` does, which is no call of the layer itself where the
    /// program defines `call`: layers that it calls learn whether they are trained only if the code tells them.
    ///
    /// # Errors
    /// As [`LayerObject::call`].
    pub(in crate::keras) fn call_code(self: &Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        match derived::overridden(interp, self.instance.get(), "call")? {
            Some(function) if self.built.get() => {
                let training = take_training(&mut args);
                self.run_code(interp, &function, args, training)
            }
            _ => self.call(interp, args),
        }
    }

    fn run_code(
        self: &Rc<Self>,
        interp: &mut Interp,
        function: &Value,
        args: Args,
        training: Option<bool>,
    ) -> Result<Value> {
        let (shapes, place) = (tensor_shapes(&args), interp.span);
        let outer = (interp.training, interp.training_given);
        (interp.training, interp.training_given) = (false, false);
        let entered = self.open_scope(interp);
        let result = derived::converted(interp, args, None)
            .and_then(|args| derived::run(interp, self, function, args, training));
        self.close_scope(interp, entered);
        (interp.training, interp.training_given) = outer;
        if result.is_ok() && !self.built.replace(true) {
            self.lock();
        }
        result.map_err(|e| self.located(e, &shapes, place, interp))
    }

    /// The error with the step that led here: the layer and what it was called on. A package's places say nothing
    /// to the user.
    pub(super) fn located(&self, error: Error, inputs: &[SymbolicShape], place: Span, interp: &Interp) -> Error {
        let shapes: Vec<String> = inputs.iter().map(|shape| as_tuple(shape).to_string()).collect();
        let on = if shapes.is_empty() { String::new() } else { format!(" on {}", and_list(&shapes)) };
        let what = format!("in layer `{}` ({}){on}", self.name(), self.class_name);
        if interp.in_package { error.note(what) } else { error.through(what, place) }
    }
}

/// Takes `training=` out of the arguments; `None` if it is not given or is `None`.
pub(in crate::keras) fn take_training(args: &mut Args) -> Option<bool> {
    let index = args.keywords.iter().position(|(name, _)| &**name == "training")?;
    match args.keywords.remove(index).1 {
        Value::Bool(training) => Some(training),
        Value::Int(training) => Some(training != 0),
        _ => None,
    }
}

/// The implicit mask of the first tensor in a call's arguments.
fn first_mask(args: &Args) -> Option<Tensor> {
    first_tensor(args)?.mask().cloned()
}

/// The first tensor in a call's arguments, if its first leaf is one.
fn first_tensor(args: &Args) -> Option<Tensor> {
    let first = args.positional.first().or_else(|| args.keywords.first().map(|(_, v)| v))?;
    match first.leaves().into_iter().next()? {
        Value::Tensor(tensor) => Some(tensor),
        _ => None,
    }
}

/// The shapes of the tensors in a call's arguments; the first dimension counts as the batch.
fn tensor_shapes(args: &Args) -> Vec<SymbolicShape> {
    let mut shapes = Vec::new();
    let mut visit = |value: &Value| {
        if let Value::Tensor(t) = value {
            shapes.push(batched(t));
        }
    };
    args.positional.iter().for_each(|v| v.for_each_leaf(&mut visit));
    args.keywords.iter().for_each(|(_, v)| v.for_each_leaf(&mut visit));
    shapes
}

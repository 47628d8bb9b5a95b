//! Layers whose statistics are those of data that only exist at run time.

use std::rc::Rc;

use super::Adaptation;
use super::assemble::State;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::Symbolic;
use crate::keras::graph;
use crate::keras::layer::LayerObject;
use crate::keras::layers::adapted_at_run_time;
use crate::keras::models::{self, Functional};
use crate::keras::variable::VariableId;
use crate::ops::axes_indices;
use crate::value::{Value, downcast};

/// What the runtime has to set before it trains `model`.
///
/// # Errors
/// K0601: a layer is adapted to data that only exist at run time, and is not called on inputs of the model itself,
/// or on several of them, so that the training data do not tell its statistics.
pub(super) fn adaptations(
    interp: &mut Interp,
    model: &Rc<LayerObject>,
    graph: &Functional,
    state: &State,
) -> Result<Vec<Adaptation>> {
    let mut found = Vec::new();
    for layer in model.flattened() {
        let Some((host, axes)) = adapted_at_run_time(&layer) else { continue };
        let inputs = inputs_of(interp, &layer, graph)?;
        let [input] = inputs.as_slice() else {
            let message = format!(
                "layer `{}` is adapted to `{}`, which only exists at run time, and is {}",
                layer.name(),
                host.what(),
                if inputs.is_empty() { "not called on an input of the model" } else { "called on several inputs" }
            );
            let mut error = Error::new(codes::HOST_VALUE, message)
                .note("training can adapt a layer to the model input that it is called on, and to nothing else")
                .help("call the layer on the keras.Input itself, or pass the numbers: Normalization(mean=[...], variance=[...])");
            if let Some(span) = host.span() {
                error = error.label(span, "the data come from here");
            }
            return Err(error);
        };
        let weights = layer.weights.borrow();
        let [mean, variance, ..] = weights.as_slice() else {
            return Err(Error::internal("an adapted layer has no statistics"));
        };
        let (mean, variance) = (state.index(*mean)?, state.index(*variance)?);
        let rank = graph.inputs.get(*input).map_or(0, |input| input.0.shape.len());
        found.push(Adaptation { input: *input, axes: axes_indices(Some(&axes), rank)?, mean, variance });
    }
    Ok(found)
}

/// The model inputs that a layer is called on, each once; none if it is called on anything else, too.
fn inputs_of(interp: &mut Interp, layer: &Rc<LayerObject>, graph: &Functional) -> Result<Vec<usize>> {
    let mut inputs = Vec::new();
    for node in &graph.nodes {
        let called = match &node.callee {
            Some(Value::Object(object)) => downcast::<LayerObject>(object),
            _ => None,
        };
        let Some(called) = called else { continue };
        // A model inside may pass one of its own inputs on to the layer.
        let argument = if Rc::ptr_eq(&called, layer) {
            0
        } else {
            match models::graph_of(interp, &called)? {
                Some(inner) => match inputs_of(interp, layer, &inner)?.as_slice() {
                    [] => continue,
                    [inner] => *inner,
                    _ => return Ok(Vec::new()),
                },
                // A stack that was built by its call passes its input to its first layer.
                None if models::layers(&called).first().is_some_and(|first| Rc::ptr_eq(first, layer)) => 0,
                None => continue,
            }
        };
        let same = |a: &Symbolic, b: &Symbolic| a.0.node.id == b.0.node.id && a.0.index == b.0.index;
        let argument = graph::symbolic_leaves(&node.args).into_iter().nth(argument);
        let at = argument.and_then(|leaf| graph.inputs.iter().position(|input| same(input, &leaf)));
        match at {
            None => return Ok(Vec::new()),
            Some(at) if !inputs.contains(&at) => inputs.push(at),
            Some(_) => {}
        }
    }
    Ok(inputs)
}

/// Checks that no layer whose statistics are among `variables` is adapted to data that only exist at run time:
/// steps that the file writes itself train without setting them.
///
/// # Errors
/// K0601: there is such a layer.
pub(super) fn refuse_in_steps(interp: &Interp, variables: &[VariableId]) -> Result<()> {
    for layer in &interp.adapted {
        let uses = layer.weights.borrow().iter().any(|id| variables.contains(id));
        let Some((host, _)) = adapted_at_run_time(layer).filter(|_| uses) else { continue };
        let message = format!(
            "layer `{}` is adapted to `{}`, which only exists at run time, and the file trains with a step of its own",
            layer.name(),
            host.what()
        );
        let error = Error::new(codes::HOST_VALUE, message)
            .note("its mean would stay 0 and its variance 1: only `fit` computes them from the training data")
            .help("pass the numbers, Normalization(mean=[...], variance=[...]), or train with model.fit");
        return Err(match host.span() {
            Some(span) => error.label(span, "the data come from here"),
            None => error,
        });
    }
    Ok(())
}

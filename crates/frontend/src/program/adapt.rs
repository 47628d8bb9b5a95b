//! Layers whose statistics are those of data that only exist at run time.

use std::rc::Rc;

use super::Adaptation;
use super::assemble::State;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::keras::Symbolic;
use crate::keras::graph;
use crate::keras::layer::LayerObject;
use crate::keras::layers::adapted_at_run_time;
use crate::keras::models::Functional;
use crate::ops::axes_indices;
use crate::value::{Value, downcast};

/// What the runtime has to set before it trains `model`.
///
/// # Errors
/// K0601: a layer is adapted to data that only exist at run time, and is not called on inputs of the model itself,
/// or on several of them, so that the training data do not tell its statistics.
pub(super) fn adaptations(model: &Rc<LayerObject>, graph: &Functional, state: &State) -> Result<Vec<Adaptation>> {
    let mut found = Vec::new();
    for layer in model.flattened() {
        let Some((host, axes)) = adapted_at_run_time(&layer) else { continue };
        let inputs = inputs_of(&layer, graph);
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
fn inputs_of(layer: &Rc<LayerObject>, graph: &Functional) -> Vec<usize> {
    let mut inputs = Vec::new();
    for node in &graph.nodes {
        let called = match &node.callee {
            Some(Value::Object(object)) => downcast::<LayerObject>(object),
            _ => None,
        };
        if !called.is_some_and(|called| Rc::ptr_eq(&called, layer)) {
            continue;
        }
        let same = |a: &Symbolic, b: &Symbolic| a.0.node.id == b.0.node.id && a.0.index == b.0.index;
        let argument = graph::symbolic_leaves(&node.args).into_iter().next();
        let at = argument.and_then(|leaf| graph.inputs.iter().position(|input| same(input, &leaf)));
        match at {
            None => return Vec::new(),
            Some(at) if !inputs.contains(&at) => inputs.push(at),
            Some(_) => {}
        }
    }
    inputs
}

//! Layers whose statistics are those of data that only exist at run time.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Adaptation;
use super::assemble::{State, input_types, traced_with_state};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::layers::adapted_at_run_time;
use crate::keras::models::Functional;
use crate::keras::variable::VariableId;
use crate::ops::axes_indices;
use crate::trace::Tensor;

/// What the runtime has to set before it trains `model` on batches of `batch` rows.
///
/// # Errors
/// K0601: a layer is adapted to data that only exist at run time, and is not called on inputs of the model itself,
/// or on several of them, so that the training data do not tell its statistics.
pub(super) fn adaptations(
    interp: &mut Interp,
    model: &Rc<LayerObject>,
    graph: &Functional,
    (state, batch): (&State, usize),
) -> Result<Vec<Adaptation>> {
    let mut found = Vec::new();
    for layer in model.flattened() {
        let Some((host, axes)) = adapted_at_run_time(&layer) else { continue };
        let inputs = inputs_of(interp, &layer, graph, batch)?;
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
fn inputs_of(interp: &mut Interp, layer: &LayerObject, graph: &Functional, batch: usize) -> Result<Vec<usize>> {
    let types = input_types(&graph.inputs, batch)?;
    *layer.recorded.calls.borrow_mut() = Some(Vec::new());
    let mut inputs = Vec::new();
    let traced = traced_with_state(interp, "adapted", &types, |interp, params| {
        inputs = params.to_vec();
        graph.replay(interp, params).map(|_| Vec::new())
    });
    let calls = layer.recorded.calls.take().unwrap_or_default();
    traced?;
    let input = |called_on: Option<Tensor>| {
        let called_on = called_on?;
        inputs.iter().position(|input| input.is_same(&called_on))
    };
    let found: Option<BTreeSet<usize>> = calls.into_iter().map(input).collect();
    Ok(found.unwrap_or_default().into_iter().collect())
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

//! What a model's layers and what `compile` says of their outputs do not fit together, though it can be computed: told as warnings.

use std::rc::Rc;

use crate::diagnostics::{Diagnostic, codes};
use crate::interp::Interp;
use crate::keras::graph::Node;
use crate::keras::layer::{LayerObject, layer_of};
use crate::keras::losses::{LossObject, Predictions};
use crate::keras::metrics::MetricObject;
use crate::keras::models::Functional;
use crate::value::Value;

/// Activations whose results are no probabilities, and no numbers that a crossentropy could make some of.
const UNBOUNDED: &[&str] = &[
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "tanh",
    "softsign",
    "mish",
    "log_softmax",
    "log_sigmoid",
    "hard_tanh",
    "tanh_shrink",
    "soft_shrink",
    "hard_shrink",
    "squareplus",
];

/// What an output ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Activation(&'static str),
    None,
}

/// The layer that gives an output of the model, what it ends with, and its call; none if a layer or function of the program decides.
fn end(graph: &Functional, output: usize) -> Option<(Rc<LayerObject>, End, Rc<Node>)> {
    let leaves = graph.outputs.leaves();
    let Some(Value::Symbolic(symbolic)) = leaves.get(output) else { return None };
    let node = symbolic.0.node.clone();
    let layer = node.callee.as_ref().and_then(layer_of)?;
    Some((layer.clone(), activation(&layer)?, node))
}

fn activation(layer: &LayerObject) -> Option<End> {
    let set = layer.activation.borrow().clone();
    match set.or_else(|| layer.layer.attribute("activation")) {
        _ if &*layer.class_name == "Softmax" => Some(End::Activation("softmax")),
        Some(Value::Function(function)) => Some(End::Activation(function.name)),
        // What a layer of the program makes of its output is not known.
        Some(Value::None) if layer.instance.get().is_none() => Some(End::None),
        _ => None,
    }
}

/// Warns if an output that a loss takes for logits has gone through softmax or sigmoid, if one that it takes for probabilities
/// has gone through neither, and if it chooses between classes and the output has one number.
pub(super) fn of_loss(interp: &mut Interp, graph: &Functional, output: usize, loss: &LossObject) {
    let Some((layer, end, node)) = end(graph, output) else { return };
    let name = layer.name();
    let (message, help) = match (loss.predictions(), end) {
        (Predictions::Logits, End::Activation(of @ ("softmax" | "sigmoid"))) => (
            format!("the loss expects logits, and layer `{name}` ends with {of}"),
            "leave the activation out of the last layer, or from_logits=True out of the loss",
        ),
        (Predictions::Probabilities, End::None | End::Activation("linear")) => (
            format!("the loss expects probabilities, and layer `{name}` ends without softmax or sigmoid"),
            "pass from_logits=True to the loss (keras.losses.…(from_logits=True)), or give the last layer the activation",
        ),
        (Predictions::Probabilities, End::Activation(of)) if UNBOUNDED.contains(&of) => (
            format!("the loss expects probabilities, and layer `{name}` ends with {of}"),
            "give the last layer softmax, or sigmoid where each number is a yes or no",
        ),
        _ => ("".to_owned(), ""),
    };
    if !message.is_empty() {
        interp.warn(Diagnostic::warning(codes::LOGITS, node.span, message).help(help));
    }
    let one = node.outputs.iter().all(|(shape, _)| shape.last() == Some(&Some(1)));
    if one && loss.chooses_classes() {
        let message = format!("the loss `{}` chooses between classes, and layer `{name}` gives one number", loss.name);
        interp.warn(Diagnostic::warning(codes::TRAINING_CONFIG, node.span, message).help(
            "give the last layer as many units as there are classes; one unit with sigmoid goes with binary_crossentropy",
        ));
    }
}

/// Warns if `accuracy` measures how near numbers without bounds are to others.
pub(super) fn of_metric(
    interp: &mut Interp,
    graph: &Functional,
    output: usize,
    loss: &LossObject,
    metric: &MetricObject,
) {
    let Some((layer, end, node)) = end(graph, output) else { return };
    let one = node.outputs.iter().all(|(shape, _)| shape.last() == Some(&Some(1)));
    let linear = matches!(end, End::None | End::Activation("linear"));
    if !linear || !loss.compares_numbers() || !(metric.is_exact() || one && metric.is_accuracy()) {
        return;
    }
    let counts = match metric.is_exact() {
        true => "equals the target exactly",
        false => "and the target are on the same side of 0.5",
    };
    let message = format!(
        "`{}` counts how often the output of layer `{}` {counts}, and the loss `{}` compares numbers",
        metric.name,
        layer.name(),
        loss.name
    );
    interp.warn(
        Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message)
            .help("numbers are measured with metrics=[\"mae\"]; classes take a sigmoid or softmax and a crossentropy"),
    );
}

/// Warns of softmax over one number, which is always 1.
pub(super) fn of_layers(interp: &mut Interp, graph: &Functional) {
    for node in &graph.nodes {
        let Some(layer) = node.callee.as_ref().and_then(layer_of) else { continue };
        let softmax = activation(&layer) == Some(End::Activation("softmax"));
        // Along another axis than the last, a layer chooses between places.
        let last = match layer.layer.attribute("axis") {
            Some(axis) => matches!(axis, Value::Int(-1)),
            None => &*layer.class_name != "Softmax",
        };
        let one = node.outputs.iter().all(|(shape, _)| shape.last() == Some(&Some(1)));
        if softmax && last && one {
            let message =
                format!("layer `{}` takes softmax over one number, which gives 1 whatever it is", layer.name());
            interp.warn(
                Diagnostic::warning(codes::INVALID_ARGUMENT, node.span, message)
                    .help("use activation=\"sigmoid\" for one unit, or as many units as there are classes"),
            );
        }
    }
}

//! Models: layers made of layers, which can be compiled and fitted.

mod clone;
mod functional;
mod given;
mod input;
mod methods;
pub(crate) mod on_data;
mod sequential;
mod subclass;
mod trainer;

use std::rc::Rc;

pub(crate) use clone::{again, resized};
pub use functional::{Functional, MODEL};
pub(in crate::keras) use input::InputLayer;
pub use input::{INPUT, INPUT_LAYER};
pub use methods::METHODS;
pub use sequential::{SEQUENTIAL, Sequential};
pub use subclass::{Rows, SUBCLASSED, Subclassed, for_any_rows};
pub use trainer::Trainer;
pub(crate) use trainer::listed_metrics;
pub(super) use trainer::takes_training;

use super::layer::LayerObject;
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Args, ClassDecl, FunctionDecl};
use crate::value::Value;

/// The model classes.
pub const CLASSES: &[&ClassDecl] = &[&MODEL, &SEQUENTIAL];

/// The functions beside them.
pub const FUNCTIONS: &[&FunctionDecl] = &[&INPUT];

/// The functions of `keras.models` alone.
pub const MAKERS: &[&FunctionDecl] = &[&clone::CLONE_MODEL];

/// Attributes that layers and models have beside those of every layer.
pub(super) const ATTRIBUTES: &[&str] =
    &["layers", "input", "output", "inputs", "outputs", "input_shape", "output_shape"];

/// Attributes of models; `None` for other names and for layers that are no models.
pub(super) fn attribute(interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    if !is_model(layer) {
        return Ok(call_attribute(layer, name));
    }
    if let Some(found) = trainer::attribute(layer, name)? {
        return Ok(Some(found));
    }
    if !ATTRIBUTES.contains(&name) {
        return Ok(None);
    }
    if name == "layers" {
        return Ok(Some(Value::list(listed(interp, layer)?)));
    }
    // The inputs of a subclassed model are what it is called on.
    if layer.kind::<Subclassed>().is_some() {
        return Ok(None);
    }
    let Some(model) = graph_of(interp, layer)? else { return Ok(None) };
    let one_or_list = |values: Vec<Value>| match <[Value; 1]>::try_from(values) {
        Ok([value]) => value,
        Err(values) => Value::list(values),
    };
    let symbolic = |list: &[super::Symbolic]| list.iter().cloned().map(Value::Symbolic).collect::<Vec<_>>();
    let outputs = model.outputs.leaves();
    let shape = |value: &Value| match value {
        Value::Symbolic(s) => s.shape_value(),
        _ => Value::None,
    };
    Ok(Some(match name {
        "inputs" => Value::list(symbolic(&model.inputs)),
        "outputs" => Value::list(outputs),
        "input" => one_or_list(symbolic(&model.inputs)),
        "output" => one_or_list(outputs),
        "input_shape" => one_or_list(symbolic(&model.inputs).iter().map(shape).collect()),
        "output_shape" => one_or_list(outputs.iter().map(shape).collect()),
        _ => return Ok(None),
    }))
}

/// `input` and `output` of a layer that was called on symbolic tensors: those of its first call.
fn call_attribute(layer: &LayerObject, name: &str) -> Option<Value> {
    if let Some(input) = layer.kind::<InputLayer>() {
        return matches!(name, "input" | "output").then(|| Value::Symbolic(input.0.clone()));
    }
    let node = layer.called.borrow().upgrade()?;
    let tensors: Vec<Value> = match name {
        "input" => super::graph::symbolic_leaves(&node.args).into_iter().map(Value::Symbolic).collect(),
        "output" => super::graph::outputs(&node).into_iter().map(Value::Symbolic).collect(),
        _ => return None,
    };
    Some(match <[Value; 1]>::try_from(tensors) {
        Ok([one]) => one,
        Err(several) => Value::list(several),
    })
}

/// The layers as Keras lists them: those of a functional model begin with its inputs.
pub(super) fn listed(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    if is_functional(model)
        && let Some(graph) = graph_of(interp, model)?
    {
        for input in &graph.inputs {
            all.push(input::layer(interp, input)?);
        }
    }
    all.extend(layers(model).iter().map(LayerObject::as_value));
    Ok(all)
}

/// Whether a layer is a model.
pub fn is_model(layer: &LayerObject) -> bool {
    has_graph(layer) || layer.kind::<Subclassed>().is_some()
}

/// Whether a model computes something itself, beside what a class of the program may add: it is made of layers in order,
/// or of a graph.
pub fn has_graph(layer: &LayerObject) -> bool {
    is_functional(layer) || layer.kind::<Sequential>().is_some()
}

/// Whether a layer is a functional model.
pub fn is_functional(layer: &LayerObject) -> bool {
    layer.kind::<functional::FunctionalLayer>().is_some()
}

/// Whether the arguments of `keras.Model` are the inputs and outputs of a functional model.
pub(super) fn is_functional_call(args: &Args) -> bool {
    let given = |name: &str| args.keywords.iter().any(|(n, _)| &**n == name);
    match args.positional.len() {
        2 => true,
        1 => given("outputs"),
        _ => given("inputs") && given("outputs"),
    }
}

/// The layers of a model, in the order of Keras's `model.layers`, without input layers.
pub fn layers(model: &LayerObject) -> Vec<Rc<LayerObject>> {
    model.sublayers.borrow().iter().map(|(_, layer)| layer.clone()).collect()
}

/// The layer graph of a functional model, or of a sequential one whose input shape is known.
///
/// # Errors
/// The graph cannot be put together.
pub fn graph_of(interp: &mut Interp, layer: &Rc<LayerObject>) -> Result<Option<Rc<Functional>>> {
    if let Some((sized, graph)) = &interp.sized
        && Rc::ptr_eq(sized, layer)
    {
        return Ok(Some(graph.clone()));
    }
    if let Some(functional) = layer.kind::<functional::FunctionalLayer>() {
        return Ok(Some(functional.0.clone()));
    }
    if let Some(subclassed) = layer.kind::<Subclassed>() {
        return subclassed.graph(interp, layer);
    }
    match layer.kind::<Sequential>() {
        Some(sequential) => sequential.graph(interp),
        None => Ok(None),
    }
}

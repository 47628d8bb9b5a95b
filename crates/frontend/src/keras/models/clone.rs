//! New layers and models with the configuration of others.

use std::collections::HashMap;
use std::rc::Rc;

use super::functional::{Functional, MODEL};
use super::sequential::{SEQUENTIAL, Sequential};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{LayerObject, layer_of};
use crate::keras::{Symbolic, graph, initializers};
use crate::library::{Args, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

/// `keras.models.clone_model`.
pub static CLONE_MODEL: FunctionDecl = FunctionDecl {
    name: "clone_model",
    signature: Signature::new(&[
        Param::required("model"),
        Param::new("input_tensors", Default::None),
        Param::new("clone_function", Default::None),
        Param::new("call_function", Default::None),
        Param::new("recursive", Default::Bool(false)),
        Param::keywords("options"),
    ]),
    doc: "A model of new layers with the configuration of the model's; weights start anew.",
    call: |interp, args| {
        for name in ["input_tensors", "clone_function", "call_function"] {
            if args.some(name)?.is_some() {
                return Err(Error::unsupported(format!("`{name}` of clone_model() is not supported yet"))
                    .help("leave the argument out"));
            }
        }
        let model = layer_of(args.get("model")?).filter(|layer| super::is_model(layer));
        let model = model.ok_or_else(|| args.invalid("model", "a model"))?;
        again(interp, &model)
    },
};

/// A new layer with the configuration and the name of `layer`, and weights of its own.
///
/// # Errors
/// The class of the program that makes the layer does not tell its configuration.
pub fn again(interp: &mut Interp, layer: &Rc<LayerObject>) -> Result<Value> {
    if let Some(instance) = layer.instance.get() {
        let object = layer.as_value();
        let get_config = interp.attribute(&object, "get_config")?;
        let config = interp.call(&get_config, Args::default())?;
        let class = Value::User(instance.class.clone());
        let from_config = interp.attribute(&class, "from_config")?;
        return interp.call(&from_config, Args::positional(vec![config]));
    }
    if let Some(sequential) = layer.kind::<Sequential>() {
        let mut layers: Vec<Value> =
            sequential.input().map(|input| Value::Symbolic(copy(interp, &input))).into_iter().collect();
        for inner in super::layers(layer) {
            layers.push(again(interp, &inner)?);
        }
        return named(interp, &Value::Class(&SEQUENTIAL), vec![Value::list(layers)], layer);
    }
    if super::is_functional(layer) {
        let graph = super::graph_of(interp, layer)?;
        let graph = graph.ok_or_else(|| Error::internal("a functional model without a graph"))?;
        let inputs: Vec<Symbolic> = graph.inputs.iter().map(|input| copy(interp, input)).collect();
        let mut layers: HashMap<usize, Value> = HashMap::new();
        let mut anew = |interp: &mut Interp, layer: &Rc<LayerObject>| {
            let address = Rc::as_ptr(layer) as usize;
            let new = match layers.get(&address) {
                Some(new) => new.clone(),
                None => again(interp, layer)?,
            };
            layers.insert(address, new.clone());
            Ok(new)
        };
        let (inputs, outputs) = functional(interp, &graph, &inputs, &mut anew)?;
        return named(interp, &Value::Class(&MODEL), vec![inputs, outputs], layer);
    }
    let class = layer.class.ok_or_else(|| Error::internal("a layer without a class"))?;
    let mut args = layer.args.clone();
    args.set("name", Value::Str(layer.name()));
    args.set("trainable", Value::Bool(layer.trainable.get()));
    args.try_map(&mut |value| {
        value.map_leaves(&mut |leaf| match layer_of(leaf) {
            Some(inner) => again(interp, &inner),
            None => Ok(initializers::again(leaf)),
        })
    })?;
    // A policy is no initializer, which would be made anew.
    args.set("dtype", layer.policy.borrow().value());
    (class.new)(interp, &mut args)
}

fn named(interp: &mut Interp, class: &Value, positional: Vec<Value>, layer: &LayerObject) -> Result<Value> {
    interp.call(class, Args { positional, keywords: vec![("name".into(), Value::Str(layer.name()))] })
}

/// The graph with inputs of other sizes and the same layers.
///
/// # Errors
/// A layer cannot take inputs of these sizes.
pub fn resized(interp: &mut Interp, graph: &Functional, inputs: &[Symbolic]) -> Result<Functional> {
    let (inputs, outputs) = functional(interp, graph, inputs, &mut |_, layer| Ok(layer.as_value()))?;
    Functional::new(inputs, outputs)
}

fn copy(interp: &mut Interp, input: &Symbolic) -> Symbolic {
    graph::input(interp, input.0.node.name.clone(), input.0.shape.clone(), input.0.dtype)
}

/// The inputs and outputs of a graph like `graph` with other inputs and layers in it.
fn functional(
    interp: &mut Interp,
    graph: &Functional,
    inputs: &[Symbolic],
    instead: &mut dyn FnMut(&mut Interp, &Rc<LayerObject>) -> Result<Value>,
) -> Result<(Value, Value)> {
    let mut values: HashMap<(u32, usize), Value> = HashMap::new();
    for (input, new) in graph.inputs.iter().zip(inputs) {
        values.insert((input.0.node.id, input.0.index), Value::Symbolic(new.clone()));
    }
    for node in &graph.nodes {
        let Some(callee) = &node.callee else { continue };
        let mut leaf = |leaf: &Value| Ok(found(&values, leaf));
        let positional = node.args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
        let keywords = node.args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
        let args = Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? };
        let outputs = match layer_of(callee) {
            Some(layer) => {
                let new = instead(interp, &layer)?;
                interp.call(&new, args)?
            }
            None => graph::call(interp, callee, args, &node.name)?,
        };
        for (index, leaf) in outputs.leaves().into_iter().enumerate() {
            values.insert((node.id, index), leaf);
        }
    }
    let mut leaf = |leaf: &Value| Ok(found(&values, leaf));
    Ok((graph.input_structure.map_leaves(&mut leaf)?, graph.outputs.map_leaves(&mut leaf)?))
}

/// What stands for a leaf of the old graph in the new one.
fn found(values: &HashMap<(u32, usize), Value>, leaf: &Value) -> Value {
    let new = match leaf {
        Value::Symbolic(s) => values.get(&(s.0.node.id, s.0.index)),
        _ => None,
    };
    new.unwrap_or(leaf).clone()
}

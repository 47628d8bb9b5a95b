//! Where variables stand in Keras's weight files, and the layer table of `summary()`.

use std::collections::HashMap;
use std::rc::Rc;

use super::LayerRow;
use crate::interp::Interp;
use crate::keras::graph::{self, Node};
use crate::keras::layer::{LayerObject, layer_of};
use crate::keras::models::{self, Functional};
use crate::keras::snake_case;
use crate::keras::variable::VariableId;
use crate::value::Value;

/// The dataset of each weight in the `.weights.h5` files that Keras writes for this model: layers of a
/// model are named after their class and numbered per container, sublayers after their attribute.
pub(super) fn h5_paths(interp: &Interp, model: &LayerObject) -> HashMap<VariableId, String> {
    let mut paths = HashMap::new();
    visit(interp, model, String::new(), &mut paths);
    paths
}

fn visit(interp: &Interp, layer: &LayerObject, prefix: String, paths: &mut HashMap<VariableId, String>) {
    for (i, id) in layer.own_weights(interp).into_iter().enumerate() {
        paths.entry(id).or_insert_with(|| format!("{prefix}vars/{i}"));
    }
    if !layer.is_bare() {
        visit_sublayers(interp, layer, &prefix, paths);
    }
    if let Some(mut attributes) = layer.program_attributes() {
        if models::is_model(layer) {
            attributes.push((
                "layers".into(),
                Value::list(models::layers(layer).iter().map(LayerObject::as_value).collect()),
            ));
        }
        // Keras visits the attributes in the order of their names, private ones last.
        attributes.sort_by_key(|(name, _)| (name.starts_with('_'), name.clone()));
        for (name, value) in attributes {
            visit_attribute(interp, &value, &format!("{prefix}{name}"), paths);
        }
    }
}

/// The layers inside a layer of Keras's own classes.
fn visit_sublayers(interp: &Interp, layer: &LayerObject, prefix: &str, paths: &mut HashMap<VariableId, String>) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (attribute, inner) in layer.sublayers.borrow().iter() {
        let group = match &**attribute {
            "layers" => {
                let class = snake_case(&inner.class_name);
                let count = counts.entry(class.clone()).or_insert(0);
                *count += 1;
                if *count == 1 { format!("layers/{class}") } else { format!("layers/{class}_{}", *count - 1) }
            }
            attribute => attribute.to_owned(),
        };
        visit(interp, inner, format!("{prefix}{group}/"), paths);
    }
}

/// A layer in an attribute, or the layers in a list or dict: these are numbered by class.
fn visit_attribute(interp: &Interp, value: &Value, path: &str, paths: &mut HashMap<VariableId, String>) {
    if let Some(layer) = layer_of(value) {
        return visit(interp, &layer, format!("{path}/"), paths);
    }
    let elements = match value {
        Value::Dict(entries) => entries.borrow().values().cloned().collect(),
        other => other.elements().unwrap_or_default(),
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut numbered = |name: String| {
        let count = counts.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name}_{}", *count - 1) }
    };
    for element in elements {
        if let Some(layer) = layer_of(&element) {
            let name = numbered(snake_case(&layer.class_name));
            visit(interp, &layer, format!("{path}/{name}/"), paths);
        } else if matches!(element, Value::List(_) | Value::Tuple(_) | Value::Dict(_)) {
            let name = numbered("container".to_owned());
            visit_attribute(interp, &element, &format!("{path}/{name}"), paths);
        }
    }
}

/// One row per model input, layer and operation, in the order of calls.
pub(super) fn rows(interp: &Interp, model: &Rc<LayerObject>, graph: &Functional) -> Vec<LayerRow> {
    let mut rows: Vec<LayerRow> = graph.inputs.iter().map(|s| row(interp, &s.0.node)).collect();
    let mut seen: Vec<*const LayerObject> = Vec::new();
    for node in &graph.nodes {
        // Of a subclassed model the layers are listed, not the one call of it.
        if callee(node).is_some_and(|layer| Rc::ptr_eq(&layer, model)) {
            continue;
        }
        if let Some(layer) = callee(node) {
            if seen.contains(&Rc::as_ptr(&layer)) {
                continue;
            }
            seen.push(Rc::as_ptr(&layer));
        }
        rows.push(row(interp, node));
    }
    // Layers of the model that no call leads to (an unused branch) are listed last.
    for layer in models::layers(model) {
        if !seen.contains(&Rc::as_ptr(&layer)) {
            let (params, trainable_params) = count(interp, &layer);
            let (name, class) = (layer.name().to_string(), layer.class_name.to_string());
            rows.push(LayerRow {
                name,
                class,
                outputs: Vec::new(),
                params,
                trainable_params,
                connected_to: Vec::new(),
                line: 0,
            });
        }
    }
    rows
}

fn row(interp: &Interp, node: &Node) -> LayerRow {
    let layer = callee(node);
    let (params, trainable_params) = layer.as_ref().map_or((0, 0), |layer| count(interp, layer));
    let class = match (&layer, &node.callee) {
        (Some(layer), _) => layer.class_name.to_string(),
        (None, None) => "InputLayer".to_owned(),
        (None, Some(_)) => operation_class(&node.name),
    };
    LayerRow {
        name: node.name.to_string(),
        class,
        outputs: node.outputs.clone(),
        params,
        trainable_params,
        connected_to: graph::symbolic_leaves(&node.args).iter().map(|s| s.0.node.name.to_string()).collect(),
        line: interp.files.place(node.span.start).1.line as u32,
    }
}

/// What Keras calls the class of an operation: `true_divide_1` is a `TrueDivide`.
fn operation_class(name: &str) -> String {
    let numbered = name.rsplit_once('_').filter(|(_, number)| number.parse::<u32>().is_ok());
    let words = numbered.map_or(name, |(base, _)| base).split('_');
    words
        .map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>())
        .collect()
}

/// Elements of the layer's weights: all, and those that are trained.
fn count(interp: &Interp, layer: &LayerObject) -> (usize, usize) {
    let size = |id: &VariableId| interp.variables.get(*id).ty.size();
    let all = layer.all_weights(interp);
    let trainable = all.iter().filter(|id| layer.trainable.get() && interp.variables.get(**id).is_trained());
    (all.iter().map(size).sum(), trainable.map(size).sum())
}

fn callee(node: &Node) -> Option<Rc<LayerObject>> {
    node.callee.as_ref().and_then(layer_of)
}

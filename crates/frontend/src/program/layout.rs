//! Where variables stand in Keras's weight files, and the layer table of `summary()`.

use std::collections::HashMap;
use std::rc::Rc;

use super::LayerRow;
use crate::interp::Interp;
use crate::keras::graph::{self, Node};
use crate::keras::layer::LayerObject;
use crate::keras::models::{self, Functional};
use crate::keras::snake_case;
use crate::keras::variable::VariableId;
use crate::value::{Value, downcast};

/// The dataset of each weight in the `.weights.h5` files that Keras writes for this model: layers of a
/// model are named after their class and numbered per container, sublayers after their attribute.
pub(super) fn h5_paths(model: &LayerObject) -> HashMap<VariableId, String> {
    let mut paths = HashMap::new();
    visit(model, String::new(), &mut paths);
    paths
}

fn visit(layer: &LayerObject, prefix: String, paths: &mut HashMap<VariableId, String>) {
    for (i, &id) in layer.weights.borrow().iter().enumerate() {
        paths.entry(id).or_insert_with(|| format!("{prefix}vars/{i}"));
    }
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
        visit(inner, format!("{prefix}{group}/"), paths);
    }
}

/// One row per model input, layer and operation, in the order of calls.
pub(super) fn rows(interp: &Interp, model: &Rc<LayerObject>, graph: &Functional) -> Vec<LayerRow> {
    let mut rows: Vec<LayerRow> = graph.inputs.iter().map(|s| row(interp, &s.0.node)).collect();
    let mut seen: Vec<*const LayerObject> = Vec::new();
    for node in &graph.nodes {
        if let Some(layer) = layer_of(node) {
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
    let layer = layer_of(node);
    let (params, trainable_params) = layer.as_ref().map_or((0, 0), |layer| count(interp, layer));
    let class = match (&layer, &node.callee) {
        (Some(layer), _) => layer.class_name.to_string(),
        (None, None) => "InputLayer".to_owned(),
        (None, Some(_)) => "Operation".to_owned(),
    };
    LayerRow {
        name: node.name.to_string(),
        class,
        outputs: node.outputs.clone(),
        params,
        trainable_params,
        connected_to: graph::symbolic_leaves(&node.args).iter().map(|s| s.0.node.name.to_string()).collect(),
        line: interp.source.location(node.span.start).line as u32,
    }
}

/// Elements of the layer's weights: all, and those that are trained.
fn count(interp: &Interp, layer: &LayerObject) -> (usize, usize) {
    let size = |id: &VariableId| interp.variables.get(*id).ty.size();
    let all = layer.all_weights(interp);
    let trainable = all.iter().filter(|id| layer.trainable.get() && interp.variables.get(**id).trainable);
    (all.iter().map(size).sum(), trainable.map(size).sum())
}

fn layer_of(node: &Node) -> Option<Rc<LayerObject>> {
    match &node.callee {
        Some(Value::Object(object)) => downcast::<LayerObject>(object),
        _ => None,
    }
}

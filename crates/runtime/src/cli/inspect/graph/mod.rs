//! Pictures of a model: its layers as boxes, what feeds what, and the operations inside.

mod draw;
mod layout;
mod page;

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use keramos_artifact::{LayerSummary, Manifest, Step};
use keramos_runtime::Error;
use keramos_runtime::artifact::atomic;

use super::{layers, shape_text, thousands};

/// Draws the model in the format that the extension stands for, with the operations of some layers (or of `all`).
pub(super) fn write(manifest: &Manifest, path: &Path, unfold: &[String]) -> Result<(), Error> {
    let refuse = |option: &'static str, value: String, reason: String| Error::Option { option, value, reason };
    let file = || path.display().to_string();
    if manifest.layers.is_empty() {
        let reason = "there are no layers to draw: the artifact holds functions, not a model";
        return Err(refuse("--graph", file(), reason.to_owned()));
    }
    let mut graph = Graph::of(manifest);
    for name in unfold {
        let mut found = false;
        for node in &mut graph.nodes {
            if name == "all" || node.layer.name == *name {
                (node.open, found) = (!node.steps.is_empty(), true);
            }
        }
        if !found {
            let names: Vec<&str> = manifest.layers.iter().map(|layer| layer.name.as_str()).collect();
            return Err(refuse(
                "--unfold",
                name.clone(),
                format!("there is no such layer; there are {}", names.join(", ")),
            ));
        }
    }
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("dot") => graph.dot(),
        Some("svg") => draw::svg(&graph),
        Some("html") => page::html(&graph, manifest),
        _ => {
            let reason = "the format is told by the extension, which may be .html, .svg or .dot";
            return Err(refuse("--graph", file(), reason.to_owned()));
        }
    };
    atomic::write_without_sync(path, [text.as_bytes()])?;
    Ok(())
}

/// A layer.
struct Node<'a> {
    layer: &'a LayerSummary,
    /// Indices of the layers that feed it.
    from: Vec<usize>,
    /// Output shapes.
    shapes: String,
    /// Parameters and operations.
    facts: String,
    /// What it does; `from` counts from the first of these.
    steps: Vec<Step>,
    /// Whether the operations are shown.
    open: bool,
}

struct Graph<'a> {
    name: &'a str,
    nodes: Vec<Node<'a>>,
}

impl<'a> Graph<'a> {
    fn of(manifest: &'a Manifest) -> Graph<'a> {
        let index: HashMap<&str, usize> =
            manifest.layers.iter().enumerate().map(|(index, layer)| (layer.name.as_str(), index)).collect();
        // A sequential model has no lists of what feeds what: each layer feeds the next.
        let listed = manifest.layers.iter().any(|layer| !layer.connected_to.is_empty());
        let node = |(number, layer): (usize, &'a LayerSummary)| {
            // What a layer is fed by stands before it; a name that is not there is an input that has no line of its own.
            let fed = layer.connected_to.iter().filter_map(|name| index.get(name.as_str()).copied());
            let from: Vec<usize> = match listed {
                true => fed.filter(|&from| from < number).collect(),
                false => number.checked_sub(1).into_iter().collect(),
            };
            let shapes: Vec<String> = layer.output_shapes.iter().map(|shape| shape_text(shape)).collect();
            let mut facts = Vec::new();
            if layer.params > 0 {
                facts.push(format!("{} params", thousands(layer.params)));
            }
            if let Some(work) = layers::predict(manifest).and_then(|work| work.layer(&layer.name))
                && work.flops > 0
            {
                facts.push(format!("{} FLOPs", layers::count(work.flops)));
            }
            let steps = steps(manifest, &layer.name);
            Node { layer, from, shapes: shapes.join(", "), facts: facts.join(" · "), steps, open: false }
        };
        Graph { name: &manifest.name, nodes: manifest.layers.iter().enumerate().map(node).collect() }
    }

    fn dot(&self) -> String {
        let mut text = format!(
            "digraph \"{}\" {{\n  compound=true;\n  node [shape=box, fontname=\"sans-serif\"];\n  graph [fontname=\"sans-serif\"];\n",
            quote(self.name)
        );
        // What an edge to or from a layer is joined to: its box, or one of its operations.
        let end = |index: usize, last: bool| match self.nodes.get(index) {
            Some(node) if node.open => format!("n{index}s{}", if last { node.steps.len() - 1 } else { 0 }),
            _ => format!("n{index}"),
        };
        for (index, node) in self.nodes.iter().enumerate() {
            let facts = [node.shapes.as_str(), node.facts.as_str()].join("\\n");
            let label = format!(
                "{} ({})\\n{}",
                quote(&node.layer.name),
                quote(&node.layer.class),
                facts.trim_end_matches("\\n")
            );
            if node.open {
                let _ = writeln!(text, "  subgraph cluster{index} {{\n    label=\"{label}\";");
                for (number, step) in node.steps.iter().enumerate() {
                    let label = format!("{}\\n{}", quote(&step.op), quote(&step.result));
                    let _ = writeln!(text, "    n{index}s{number} [label=\"{label}\"];");
                    step.from.iter().for_each(|from| _ = writeln!(text, "    n{index}s{from} -> n{index}s{number};"));
                }
                text.push_str("  }\n");
            } else {
                let _ = writeln!(text, "  n{index} [label=\"{label}\"];");
            }
            for &from in &node.from {
                let _ = writeln!(text, "  {} -> {};", end(from, true), end(index, false));
            }
        }
        text + "}\n"
    }
}

/// The operations of a layer, with `from` counted among themselves.
fn steps(manifest: &Manifest, layer: &str) -> Vec<Step> {
    let Some(work) = manifest.work.iter().find(|work| !work.steps.is_empty()) else { return Vec::new() };
    let own = |step: &Step| work.layers.get(step.layer).is_some_and(|of| of.layer == layer);
    let chosen: Vec<usize> =
        work.steps.iter().enumerate().filter(|(_, step)| own(step)).map(|(index, _)| index).collect();
    let local = |from: &usize| chosen.binary_search(from).ok();
    let steps = chosen.iter().enumerate().filter_map(|(number, &index)| {
        let step = work.steps.get(index)?;
        // What a step takes stands before it.
        let from = step.from.iter().filter_map(local).filter(|&from| from < number).collect();
        Some(Step { from, ..step.clone() })
    });
    steps.collect()
}

fn quote(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

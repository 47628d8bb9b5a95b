//! Pictures of a model: its layers as boxes, and what feeds what.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use keramos_artifact::{LayerSummary, Manifest, Variable};
use keramos_runtime::Error;
use keramos_runtime::artifact::atomic;

use super::{shape_text, thousands};

/// Draws the model in the format that the extension stands for.
pub(super) fn write(manifest: &Manifest, path: &Path) -> Result<(), Error> {
    let refuse = |reason: &str| Error::Option {
        option: "--graph",
        value: path.display().to_string(),
        reason: reason.to_owned(),
    };
    if manifest.layers.is_empty() {
        return Err(refuse("there are no layers to draw: the artifact holds functions, not a model"));
    }
    let graph = Graph::of(manifest);
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("dot") => graph.dot(),
        Some("svg") => graph.svg(),
        Some("html") => graph.html(manifest),
        _ => return Err(refuse("the format is told by the extension, which may be .html, .svg or .dot")),
    };
    atomic::write_without_sync(path, [text.as_bytes()])?;
    Ok(())
}

const WIDTH: usize = 240;
const HEIGHT: usize = 52;
const GAP_X: usize = 28;
const GAP_Y: usize = 36;

/// A layer in its place.
struct Node<'a> {
    layer: &'a LayerSummary,
    /// Indices of the layers that feed it.
    from: Vec<usize>,
    column: usize,
    row: usize,
}

struct Graph<'a> {
    name: &'a str,
    nodes: Vec<Node<'a>>,
}

impl<'a> Graph<'a> {
    /// Places each layer in the row below the last of those that feed it, beside the others of that row.
    fn of(manifest: &'a Manifest) -> Graph<'a> {
        let index: HashMap<&str, usize> =
            manifest.layers.iter().enumerate().map(|(index, layer)| (layer.name.as_str(), index)).collect();
        // A sequential model has no lists of what feeds what: each layer feeds the next.
        let listed = manifest.layers.iter().any(|layer| !layer.connected_to.is_empty());
        let mut nodes: Vec<Node<'_>> = Vec::new();
        let mut widths: Vec<usize> = Vec::new();
        for (number, layer) in manifest.layers.iter().enumerate() {
            // What a layer is fed by stands before it; a name that is not there is an input that has no line of its own.
            let from: Vec<usize> = if listed {
                layer
                    .connected_to
                    .iter()
                    .filter_map(|name| index.get(name.as_str()).copied())
                    .filter(|&i| i < number)
                    .collect()
            } else {
                number.checked_sub(1).into_iter().collect()
            };
            let above = from.iter().filter_map(|&i| nodes.get(i)).map(|node| node.row + 1).max();
            let row = above.unwrap_or(0);
            if widths.len() <= row {
                widths.resize(row + 1, 0);
            }
            let column = widths.get(row).copied().unwrap_or(0);
            if let Some(width) = widths.get_mut(row) {
                *width += 1;
            }
            nodes.push(Node { layer, from, column, row });
        }
        Graph { name: &manifest.name, nodes }
    }

    fn dot(&self) -> String {
        let mut text = format!("digraph \"{}\" {{\n  node [shape=box, fontname=\"sans-serif\"];\n", quote(self.name));
        for (index, node) in self.nodes.iter().enumerate() {
            let label =
                format!("{} ({})\\n{}", quote(&node.layer.name), quote(&node.layer.class), quote(&facts(node.layer)));
            let _ = writeln!(text, "  n{index} [label=\"{label}\"];");
            node.from.iter().for_each(|from| _ = writeln!(text, "  n{from} -> n{index};"));
        }
        text + "}\n"
    }

    fn svg(&self) -> String {
        let columns = self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(1);
        let rows = self.nodes.iter().map(|node| node.row + 1).max().unwrap_or(1);
        let (width, height) = (columns * (WIDTH + GAP_X) + GAP_X, rows * (HEIGHT + GAP_Y) + GAP_Y);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\" font-size=\"13\">\n<title>{}</title>\n\
             <defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
             <path d=\"M0 0L8 4L0 8z\" fill=\"#667\"/></marker></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
            escape(self.name)
        );
        for node in &self.nodes {
            let (x, y) = place(node);
            for from in node.from.iter().filter_map(|&from| self.nodes.get(from)) {
                let (from_x, from_y) = place(from);
                let (x1, y1, x2) = (from_x + WIDTH / 2, from_y + HEIGHT, x + WIDTH / 2);
                let bend = GAP_Y * (1 + 2 * node.row.saturating_sub(from.row + 1));
                let _ = writeln!(
                    text,
                    "<path d=\"M{x1} {y1}C{x1} {} {x2} {} {x2} {y}\" fill=\"none\" stroke=\"#667\" marker-end=\"url(#end)\"/>",
                    y1 + bend / 2,
                    y.saturating_sub(bend / 2),
                );
            }
        }
        for node in &self.nodes {
            let (x, y) = place(node);
            let fill = if node.layer.params > 0 { "#e3ecfa" } else { "#f4f4f4" };
            let middle = x + WIDTH / 2;
            let title = shorten(&format!("{} ({})", node.layer.name, node.layer.class));
            let _ = writeln!(
                text,
                "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\" fill=\"{fill}\" stroke=\"#557\"/>\
                 <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-weight=\"bold\">{}</text>\
                 <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" fill=\"#445\">{}</text></g>",
                escape(&node.layer.name),
                y + 21,
                escape(&title),
                y + 40,
                escape(&shorten(&facts(node.layer))),
            );
        }
        text + "</svg>\n"
    }

    /// The picture, and below it each layer with its variables, folded.
    fn html(&self, manifest: &Manifest) -> String {
        let mut layers = String::new();
        for node in &self.nodes {
            let layer = node.layer;
            let last = layer.name.rsplit('/').next().unwrap_or(&layer.name);
            let own = |variable: &&Variable| {
                variable.layer.as_deref().is_some_and(|of| of == layer.name || of.rsplit('/').next() == Some(last))
            };
            let rows: String = manifest
                .variables
                .iter()
                .filter(own)
                .map(|v| format!("<tr><td>{}</td><td>{}{:?}</td></tr>", escape(&v.path), v.dtype, v.shape))
                .collect();
            let fed = if layer.connected_to.is_empty() {
                String::new()
            } else {
                format!("<p>fed by {}</p>", escape(&layer.connected_to.join(", ")))
            };
            let _ = writeln!(
                layers,
                "<details><summary><b>{}</b> ({}) {}</summary>{fed}<table>{rows}</table></details>",
                escape(&layer.name),
                escape(&layer.class),
                escape(&facts(layer))
            );
        }
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\n<style>body{{font-family:sans-serif;margin:2em}}\
             details{{margin:.3em 0}}td{{padding:0 1em}}svg{{max-width:100%;height:auto}}</style></head>\n<body><h1>{name}</h1>\n{}{layers}</body></html>\n",
            self.svg(),
            name = escape(self.name)
        )
    }
}

/// The upper left corner of a layer's box.
fn place(node: &Node<'_>) -> (usize, usize) {
    (GAP_X + node.column * (WIDTH + GAP_X), GAP_Y + node.row * (HEIGHT + GAP_Y))
}

/// Output shapes and parameters.
fn facts(layer: &LayerSummary) -> String {
    let shapes: Vec<String> = layer.output_shapes.iter().map(|shape| shape_text(shape)).collect();
    let params = if layer.params > 0 { format!(" · {} params", thousands(layer.params)) } else { String::new() };
    format!("{}{params}", shapes.join(", "))
}

/// As much of a text as fits a box.
fn shorten(text: &str) -> String {
    const FITS: usize = 34;
    if text.chars().count() <= FITS {
        return text.to_owned();
    }
    text.chars().take(FITS - 1).chain(['…']).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn quote(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

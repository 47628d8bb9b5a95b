//! The picture as a page in which layers unfold to their operations.

use std::fmt::Write;

use keramos_artifact::Manifest;
use serde_json::json;

use super::draw::{self, Drawn, escape};
use super::{Graph, layers};

/// What moves boxes and edges when a layer is unfolded.
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = "body{font-family:sans-serif;margin:1.5em;color:#223}\
    .has>rect,.has>text{cursor:pointer}.has:hover>rect{stroke-width:2}\
    details{margin:.3em 0}td{padding:0 1em}button{font:inherit;margin-right:.6em}\
    .picture{overflow-x:auto;border:1px solid #dde;margin:1em 0}.picture svg{display:block;margin:0 auto}";

/// The picture, and below it each layer with its variables, folded.
pub(super) fn html(graph: &Graph<'_>, manifest: &Manifest) -> String {
    let drawn: Vec<Drawn> = graph.nodes.iter().map(Drawn::of).collect();
    let layout = draw::place(graph, &drawn);
    let cells = layout.cells.iter().map(|cell| match cell.item.and_then(|item| drawn.get(item)) {
        Some(drawn) => json!({"row": cell.row, "x": cell.x, "weight": cell.weight, "folded": drawn.folded, "unfolded": drawn.unfolded}),
        None => json!({"row": cell.row, "x": cell.x, "weight": cell.weight, "width": cell.width}),
    });
    let open: Vec<bool> = graph.nodes.iter().map(|node| node.open).collect();
    let data = json!({
        "cells": cells.collect::<Vec<_>>(),
        "rows": layout.rows,
        "edges": layout.edges,
        "open": open,
        "gaps": [draw::LAYERS.x, draw::LAYERS.y, draw::LAYERS.margin],
    });
    let unfolds = drawn.iter().any(|drawn| drawn.folded != drawn.unfolded);
    let buttons = match unfolds {
        true => {
            "<p><button id=\"unfold\">Unfold all</button><button id=\"fold\">Fold all</button>\
                 A click on a layer shows its operations, or hides them.</p>\n"
        }
        false => "",
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\n<style>{STYLE}</style></head>\n\
         <body><h1>{name}</h1>\n{buttons}<div class=\"picture\">\n{}</div>\n{}<script>\nconst graph = {data};\n{SCRIPT}</script></body></html>\n",
        draw::picture(graph, &drawn, &layout, true),
        list(graph, manifest),
        name = escape(graph.name)
    )
}

/// Each layer with its variables.
fn list(graph: &Graph<'_>, manifest: &Manifest) -> String {
    let mut text = String::new();
    for node in &graph.nodes {
        let layer = node.layer;
        let own = manifest.variables.iter().filter(|variable| layers::owns(manifest, &layer.name, variable));
        let rows: String =
            own.map(|v| format!("<tr><td>{}</td><td>{}{:?}</td></tr>", escape(&v.path), v.dtype, v.shape)).collect();
        let fed = match layer.connected_to.as_slice() {
            [] => String::new(),
            from => format!("<p>fed by {}</p>", escape(&from.join(", "))),
        };
        let facts = [node.shapes.as_str(), node.facts.as_str()].join(" · ");
        let _ = writeln!(
            text,
            "<details><summary><b>{}</b> ({}) {}</summary>{fed}<table>{rows}</table></details>",
            escape(&layer.name),
            escape(&layer.class),
            escape(facts.trim_end_matches(" · "))
        );
    }
    text
}

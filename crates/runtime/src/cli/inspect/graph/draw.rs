//! Boxes and edges as SVG.

use std::fmt::Write;

use super::layout::{Gaps, Item, Layout};
use super::{Graph, Node, layers};

pub(super) const LAYERS: Gaps = Gaps { x: 26.0, y: 34.0, margin: 24.0, lane: 14.0 };
const STEPS: Gaps = Gaps { x: 14.0, y: 20.0, margin: 12.0, lane: 10.0 };
/// Height of a line of text in a layer's box, and in an operation's.
const LINE: f64 = 18.0;
const STEP_HEIGHT: f64 = 38.0;
/// Widths of a bold letter of a title, of a letter of the lines below, and of an operation's, on average and rounded up.
const TITLE_LETTER: f64 = 8.0;
const LETTER: f64 = 7.0;
const STEP_LETTER: f64 = 6.6;
/// Letters of a line; what is longer is cut, and whole in the tooltip.
const LONGEST: usize = 52;

/// A layer's box, folded and unfolded.
pub(super) struct Drawn {
    /// Width and height without operations.
    pub(super) folded: (f64, f64),
    /// The same with them; as folded where there are none.
    pub(super) unfolded: (f64, f64),
    /// The box's text, around the middle of its upper edge.
    lines: String,
    /// The operations, likewise.
    steps: String,
}

impl Drawn {
    pub(super) fn of(node: &Node<'_>) -> Drawn {
        let title = shorten(&format!("{} ({})", node.layer.name, node.layer.class));
        let below: Vec<String> =
            [&node.shapes, &node.facts].into_iter().filter(|line| !line.is_empty()).map(|line| shorten(line)).collect();
        let widest = below.iter().map(|line| letters(line) * LETTER).fold(letters(&title) * TITLE_LETTER, f64::max);
        let folded = ((widest + 56.0).max(150.0).round(), 16.0 + LINE * (1 + below.len()) as f64);
        let mut lines = format!("<text y=\"22\" font-weight=\"bold\">{}</text>", escape(&title));
        for (index, line) in below.iter().enumerate() {
            let y = 22.0 + LINE * (index + 1) as f64;
            let _ = write!(lines, "<text y=\"{y}\" fill=\"#445\" font-size=\"12\">{}</text>", escape(line));
        }
        if node.steps.is_empty() {
            return Drawn { folded, unfolded: folded, lines, steps: String::new() };
        }
        let width = |text: &str| letters(text) * STEP_LETTER;
        let item = |step: &keramos_artifact::Step| Item {
            width: (width(&step.op).max(width(&step.result)) + 18.0).max(64.0).round(),
            height: STEP_HEIGHT,
            from: step.from.clone(),
        };
        let items: Vec<Item> = node.steps.iter().map(item).collect();
        let layout = Layout::of(&items, STEPS);
        let mut steps = format!("<g transform=\"translate({} {})\">", -layout.width / 2.0, folded.1 - 8.0);
        for edge in &layout.edges {
            let _ = write!(steps, "<path d=\"{}\"/>", path(&layout, edge));
        }
        for ((step, item), cell) in node.steps.iter().zip(&items).zip(&layout.cells) {
            let top = layout.tops.get(cell.row).copied().unwrap_or_default();
            let flops = layers::count(step.flops);
            let _ = write!(
                steps,
                "<g transform=\"translate({} {top})\"><title>{} gives {}, {flops} FLOPs</title>\
                 <rect x=\"{}\" width=\"{}\" height=\"{STEP_HEIGHT}\" rx=\"4\" fill=\"#fff\" stroke=\"#99a\"/>\
                 <text y=\"16\" font-size=\"12\">{}</text><text y=\"31\" font-size=\"11\" fill=\"#556\">{}</text></g>",
                cell.x,
                escape(&step.op),
                escape(&step.result),
                -item.width / 2.0,
                item.width,
                escape(&step.op),
                escape(&step.result),
            );
        }
        steps.push_str("</g>");
        let unfolded = (folded.0.max(layout.width), folded.1 - 8.0 + layout.height);
        Drawn { folded, unfolded, lines, steps }
    }

    pub(super) fn size(&self, open: bool) -> (f64, f64) {
        if open { self.unfolded } else { self.folded }
    }
}

/// The layers placed as they are folded.
pub(super) fn place(graph: &Graph<'_>, drawn: &[Drawn]) -> Layout {
    let item = |(node, drawn): (&Node<'_>, &Drawn)| {
        let (width, height) = drawn.size(node.open);
        Item { width, height, from: node.from.clone() }
    };
    Layout::of(&graph.nodes.iter().zip(drawn).map(item).collect::<Vec<_>>(), LAYERS)
}

/// The picture alone.
pub(super) fn svg(graph: &Graph<'_>) -> String {
    let drawn: Vec<Drawn> = graph.nodes.iter().map(Drawn::of).collect();
    picture(graph, &drawn, &place(graph, &drawn), false)
}

/// The picture; with `foldable` it holds the operations of all layers, those of folded ones hidden.
pub(super) fn picture(graph: &Graph<'_>, drawn: &[Drawn], layout: &Layout, foldable: bool) -> String {
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\" text-anchor=\"middle\">\n<title>{}</title>\n\
         <style>path{{fill:none;stroke:#667;stroke-width:1.2;marker-end:url(#end)}}</style>\n\
         <defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" style=\"fill:#667;stroke:none;marker-end:none\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        escape(graph.name)
    );
    for edge in &layout.edges {
        let _ = writeln!(text, "<path class=\"edge\" d=\"{}\"/>", path(layout, edge));
    }
    for ((node, drawn), cell) in graph.nodes.iter().zip(drawn).zip(&layout.cells) {
        let (width, height) = drawn.size(node.open);
        let top = layout.tops.get(cell.row).copied().unwrap_or_default();
        let fill = if node.layer.params > 0 { "#e3ecfa" } else { "#f4f4f4" };
        let class = if drawn.steps.is_empty() { "layer" } else { "layer has" };
        let _ = write!(
            text,
            "<g class=\"{class}\" transform=\"translate({} {top})\"><title>{} ({})</title>\
             <rect x=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" stroke=\"#557\"/>{}",
            cell.x,
            escape(&node.layer.name),
            escape(&node.layer.class),
            -width / 2.0,
            drawn.lines,
        );
        if foldable && !drawn.steps.is_empty() {
            let (x, sign) = (width / 2.0 - 12.0, if node.open { "−" } else { "+" });
            let _ =
                write!(text, "<text class=\"sign\" x=\"{x}\" y=\"18\" fill=\"#557\" font-size=\"15\">{sign}</text>");
        }
        match node.open {
            true => _ = write!(text, "<g class=\"steps\">{}</g>", drawn.steps),
            false if foldable && !drawn.steps.is_empty() => {
                _ = write!(text, "<g class=\"steps\" display=\"none\">{}</g>", drawn.steps);
            }
            false => {}
        }
        text.push_str("</g>\n");
    }
    text + "</svg>\n"
}

/// An edge from the lower side of its first cell through its lanes to the upper side of its last.
fn path(layout: &Layout, edge: &[usize]) -> String {
    let mut text = String::new();
    let mut from: Option<(f64, f64)> = None;
    for cell in edge.iter().filter_map(|&cell| layout.cells.get(cell)) {
        let top = layout.tops.get(cell.row).copied().unwrap_or_default();
        let bottom = top + layout.heights.get(cell.row).copied().unwrap_or_default();
        match from {
            None => _ = write!(text, "M{} {}V{bottom}", cell.x, top + cell.height),
            Some((x, y)) => {
                let bend = (top - y) / 2.0;
                let _ = write!(text, "C{x} {} {} {} {} {top}", y + bend, cell.x, top - bend, cell.x);
                if cell.item.is_none() {
                    let _ = write!(text, "V{bottom}");
                }
            }
        }
        from = Some((cell.x, bottom));
    }
    text
}

fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

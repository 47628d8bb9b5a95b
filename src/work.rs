//! What the programs do, layer by layer, for the manifest.

use std::collections::HashMap;

use keramos_artifact::manifest::{LayerWork, Step, Work};
use keramos_frontend::program::{EntryKind, LayerRow, Program};
use keramos_ir::Function;
use keramos_ir::explain;

/// The work of every program but `init`; the first `predict` comes with its operations.
pub(crate) fn of(program: &Program, functions: &[Function]) -> Vec<Work> {
    let mut drawn = false;
    let entries = program.entries.iter().zip(functions).enumerate();
    let shown = entries.filter(|(_, (entry, _))| !matches!(entry.kind, EntryKind::Init));
    let work = shown.map(|(index, (entry, function))| {
        let draw = !drawn && matches!(entry.kind, EntryKind::Predict);
        drawn |= draw;
        let mut rows = Rows::new(&program.model, &program.layers);
        for scope in explain::by_scope(function) {
            let row = rows.of(&scope.scope);
            let Some(layer) = rows.layers.get_mut(row) else { continue };
            layer.flops = layer.flops.saturating_add(scope.flops);
            layer.backward_flops = layer.backward_flops.saturating_add(scope.backward_flops);
            layer.kept = layer.kept.saturating_add(scope.kept);
        }
        let steps = if draw { explain::steps(function) } else { Vec::new() };
        let step = |step: explain::Step| Step {
            layer: rows.of(&step.scope),
            op: step.op.to_owned(),
            result: step.result,
            flops: step.flops,
            from: step.from,
        };
        let steps = steps.into_iter().map(step).collect();
        Work { program: index, layers: rows.layers, steps }
    });
    work.collect()
}

/// One row for each layer that something was found of.
struct Rows<'a> {
    model: &'a str,
    names: &'a [LayerRow],
    layers: Vec<LayerWork>,
    index: HashMap<String, usize>,
}

impl<'a> Rows<'a> {
    fn new(model: &'a str, names: &'a [LayerRow]) -> Rows<'a> {
        Rows { model, names, layers: Vec::new(), index: HashMap::new() }
    }

    /// The row of a scope: that of the innermost layer around it that the table of layers has, else of its outermost part.
    fn of(&mut self, scope: &str) -> usize {
        let name = self.layer(scope);
        if let Some(&row) = self.index.get(name) {
            return row;
        }
        let row = self.layers.len();
        self.index.insert(name.to_owned(), row);
        self.layers.push(LayerWork { layer: name.to_owned(), ..LayerWork::default() });
        row
    }

    fn layer<'s>(&self, scope: &'s str) -> &'s str {
        let within = scope.strip_prefix(self.model).and_then(|rest| rest.strip_prefix('/')).unwrap_or(scope);
        let is_layer = |name: &str| self.names.iter().any(|layer| layer.name == name);
        let ends = within.match_indices('/').map(|(at, _)| at).chain([within.len()]);
        let prefixes = ends.filter_map(|end| within.get(..end));
        let mut known: Vec<&str> = prefixes.filter(|prefix| is_layer(prefix)).collect();
        known.pop().unwrap_or_else(|| within.split('/').next().unwrap_or(within))
    }
}

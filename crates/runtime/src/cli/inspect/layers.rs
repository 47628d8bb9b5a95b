//! The layers: shapes and parameters, and what each does and keeps in a run.

use keramos_artifact::{Entry, LayerSummary, LayerWork, Manifest, Program, Variable, Work};
use serde_json::{Map, Value, json};

use super::super::table;
use super::{shape_text, size, thousands};

/// The table of layers, with the operations of the smallest `predict`.
pub(super) fn table(manifest: &Manifest) -> String {
    if manifest.layers.is_empty() {
        return String::new();
    }
    let work = predict(manifest);
    let mut head = vec!["Layer (class)".to_owned(), "Output shape".to_owned(), "Params".to_owned()];
    head.extend(work.map(|_| "FLOPs".to_owned()));
    head.push("Connected to".to_owned());
    let row = |layer: &LayerSummary| {
        let shapes: Vec<String> = layer.output_shapes.iter().map(|shape| shape_text(shape)).collect();
        let mut cells = vec![format!("{} ({})", layer.name, layer.class), shapes.join(", "), thousands(layer.params)];
        cells.extend(work.map(|work| count(work.layer(&layer.name).map_or(0, |layer| layer.flops))));
        cells.push(layer.connected_to.join(", "));
        cells
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(manifest.layers.iter().map(row)).collect();
    let note = work.and_then(|work| manifest.programs.get(work.program)).map(|program| {
        format!(
            "  FLOPs are those of {}, counted from shapes; a multiplication and an addition are two.\n",
            program.label()
        )
    });
    format!("\nLayers\n{}{}", table::render(&rows), note.unwrap_or_default())
}

/// Memory and work by layer of the program that takes most of both: the first training step, else the largest `predict`.
pub(super) fn plan(manifest: &Manifest) -> String {
    let trains = manifest.work.iter().find(|work| work.layers.iter().any(|layer| layer.backward_flops > 0));
    let Some(work) = trains.or_else(|| manifest.work.iter().max_by_key(|work| work.flops())) else {
        return String::new();
    };
    let Some(program) = manifest.programs.get(work.program) else { return String::new() };
    let head = ["Layer", "Weights", "Kept for backward", "FLOPs forward", "FLOPs backward"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let row = |name: &str, weights: u64, layer: &LayerWork| {
        let bytes = |bytes: u64| if bytes == 0 { "-".to_owned() } else { size(bytes) };
        let name = if name.is_empty() { "(outside of layers)" } else { name };
        let counts = [count(layer.flops), count(layer.backward_flops)];
        [vec![name.to_owned(), bytes(weights), bytes(layer.kept)], counts.to_vec()].concat()
    };
    let mut all = (0_u64, LayerWork::default());
    for layer in &work.layers {
        let weights = weights(manifest, &layer.layer);
        if (weights, layer.kept, layer.flops, layer.backward_flops) == (0, 0, 0, 0) {
            continue;
        }
        all.0 = all.0.saturating_add(weights);
        all.1.kept = all.1.kept.saturating_add(layer.kept);
        all.1.flops = all.1.flops.saturating_add(layer.flops);
        all.1.backward_flops = all.1.backward_flops.saturating_add(layer.backward_flops);
        rows.push(row(&layer.layer, weights, layer));
    }
    rows.push(row("all", all.0, &all.1));
    format!(
        "\nMemory and work of {} by layer, counted from shapes\n{}{}",
        program.label(),
        table::render(&rows),
        compared(manifest, work)
    )
}

/// What the compilers of executables plan for the same program, for comparison.
fn compared(manifest: &Manifest, work: &Work) -> String {
    let executables = manifest.executables.iter().filter(|executable| executable.program == work.program);
    let lines = executables.filter_map(|executable| {
        let (plan, target) = (executable.plan?, manifest.targets.get(executable.target)?);
        let flops = match plan.flops {
            0 => String::new(),
            flops => {
                let share = flops as f64 / work.flops().max(1) as f64;
                format!(", and counts {} FLOPs, {share:.2} of these", count(flops))
            }
        };
        let (name, temporaries) = (&target.name, size(plan.temporaries));
        Some(format!("  The compiler for {name} plans {temporaries} of working memory{flops}.\n"))
    });
    lines.collect()
}

/// The layers as JSON, each with its work in every program.
pub(super) fn as_json(manifest: &Manifest) -> Value {
    let label = |work: &Work| manifest.programs.get(work.program).map(Program::label).unwrap_or_default();
    let layer = |layer: &LayerSummary| {
        let found = manifest.work.iter().filter_map(|work| Some((label(work), work.layer(&layer.name)?)));
        let work: Map<String, Value> = found
            .map(|(label, work)| {
                (label, json!({"flops": work.flops, "backward_flops": work.backward_flops, "kept_bytes": work.kept}))
            })
            .collect();
        json!({
            "name": layer.name,
            "class": layer.class,
            "output_shapes": layer.output_shapes,
            "parameters": layer.params,
            "weight_bytes": weights(manifest, &layer.name),
            "connected_to": layer.connected_to,
            "work": work,
        })
    };
    manifest.layers.iter().map(layer).collect()
}

/// The work of the `predict` program that does least.
pub(super) fn predict(manifest: &Manifest) -> Option<&Work> {
    let is_predict = |work: &&Work| manifest.programs.get(work.program).is_some_and(|p| p.entry == Entry::Predict);
    manifest.work.iter().filter(is_predict).min_by_key(|work| work.flops())
}

/// Whether a variable belongs to a layer or to one inside it.
pub(super) fn owns(manifest: &Manifest, layer: &str, variable: &Variable) -> bool {
    let Some(owner) = variable.layer.as_deref() else { return false };
    let within = owner.strip_prefix(manifest.name.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(owner);
    let inside = |path: &str| path.strip_prefix(layer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !layer.is_empty() && (inside(within) || inside(owner))
}

/// Bytes of a layer's weights.
fn weights(manifest: &Manifest, layer: &str) -> u64 {
    let own = manifest.variables.iter().filter(|variable| owns(manifest, layer, variable));
    own.map(|variable| variable.byte_len().unwrap_or(0) as u64).sum()
}

/// A count in the largest unit that leaves a whole number before the point: `8.18 G`.
pub(super) fn count(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["", " k", " M", " G"] {
        if value < 1000.0 {
            return if unit.is_empty() { count.to_string() } else { format!("{value:.2}{unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.2} T")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_readable() {
        assert_eq!(
            [0, 999, 1234, 8_178_892_800, 2_000_000_000_000_000].map(count),
            ["0", "999", "1.23 k", "8.18 G", "2000.00 T"]
        );
    }
}

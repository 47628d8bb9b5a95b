//! What the memory of a program's run goes to, for the message that there is not enough of it.

use std::fmt::Write;

use keramos_artifact::{LayerSummary, Manifest, Port, Program};

/// How many of the largest arrays and layers are named.
const NAMED: usize = 5;

/// The memory of one run as the manifest tells it: arguments, outputs and the compiler's plan, the largest arrays, the layers
/// with the largest outputs, and what would help. Lines that start with two spaces.
pub(crate) fn account(manifest: &Manifest, index: usize) -> String {
    let Some(program) = manifest.programs.get(index) else { return String::new() };
    let total = |ports: &[Port]| ports.iter().map(bytes).fold(0, u64::saturating_add);
    let mut text =
        format!("  arguments take {}, outputs {}", size(total(&program.inputs)), size(total(&program.outputs)));
    let plan = manifest.executables.iter().find(|executable| executable.program == index).and_then(|e| e.plan);
    if let Some(plan) = plan {
        let _ = write!(text, ", working memory {} as the compiler planned it", size(plan.temporaries));
    }
    let mut arrays: Vec<(u64, &str)> =
        program.inputs.iter().chain(&program.outputs).map(|port| (bytes(port), port.name.as_str())).collect();
    arrays.sort_by_key(|&(bytes, _)| std::cmp::Reverse(bytes));
    let _ = write!(text, "\n  the largest arrays are {}", named(&arrays));
    if let Some(batch) = program.batch {
        let mut layers: Vec<(u64, &str)> =
            manifest.layers.iter().map(|layer| (output(layer, batch), layer.name.as_str())).collect();
        layers.sort_by_key(|&(bytes, _)| std::cmp::Reverse(bytes));
        if !layers.is_empty() {
            let _ = write!(text, "\n  the layers with the largest outputs, in float32, are {}", named(&layers));
        }
    }
    let _ = write!(text, "\n  what helps: {}", advice(program));
    text
}

fn advice(program: &Program) -> &'static str {
    let trains = program.inputs.iter().any(|port| port.donated && port.kind.is_state());
    match (program.batch, trains) {
        (Some(_), true) => {
            "a smaller batch (keramos compile --train-batch), recomputing activations (jax.checkpoint), an optimizer with \
             less state (SGD), or a device with more memory"
        }
        (Some(_), false) => "a smaller batch (keramos compile --batch), or a device with more memory",
        (None, _) => "smaller arrays, or a device with more memory",
    }
}

fn bytes(port: &Port) -> u64 {
    port.dtype.byte_len(&port.shape).unwrap_or(usize::MAX) as u64
}

/// Bytes of a layer's outputs for a batch.
fn output(layer: &LayerSummary, batch: usize) -> u64 {
    let elements =
        |shape: &Vec<Option<usize>>| shape.iter().map(|dim| dim.unwrap_or(batch) as u64).fold(1, u64::saturating_mul);
    layer.output_shapes.iter().map(elements).fold(0, u64::saturating_add).saturating_mul(4)
}

fn named(largest: &[(u64, &str)]) -> String {
    let named = largest.iter().take(NAMED).map(|(bytes, name)| format!("`{name}` ({})", size(*bytes)));
    named.collect::<Vec<_>>().join(", ")
}

/// Bytes in the largest decimal unit that leaves a whole number before the point: `25.6 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use keramos_artifact::{CodeFormat, DType, Entry, ExecutableInfo, Plan, PortKind};

    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_500), "1.5 KB");
        assert_eq!(size(25_600_000), "25.6 MB");
        assert_eq!(size(7_000_000_000_000_000), "7000.0 TB");
    }

    #[test]
    fn the_account_names_arrays_layers_and_what_helps() {
        let port = |name: &str, shape: &[usize], kind: PortKind, donated: bool| Port {
            name: name.to_owned(),
            dtype: DType::F32,
            shape: shape.to_vec(),
            kind,
            donated,
            below: None,
        };
        let layer = |name: &str, width: usize| LayerSummary {
            name: name.to_owned(),
            class: "Dense".to_owned(),
            output_shapes: vec![vec![None, Some(width)]],
            params: 0,
            connected_to: Vec::new(),
        };
        let program = Program {
            entry: Entry::TrainStep,
            batch: Some(8),
            inputs: vec![
                port("kernel", &[1000, 1000], PortKind::State(0), true),
                port("x", &[8, 2], PortKind::Data, false),
            ],
            outputs: vec![port("loss", &[], PortKind::Log, false)],
            format: CodeFormat::StablehloText,
            counts_padding: Vec::new(),
        };
        let plan = Plan { temporaries: 5_000_000_000, ..Plan::default() };
        let manifest = Manifest {
            programs: vec![program],
            layers: vec![layer("small", 2), layer("wide", 500)],
            executables: vec![ExecutableInfo { program: 0, target: 0, plan: Some(plan) }],
            ..Manifest::default()
        };
        let text = account(&manifest, 0);
        for part in [
            "arguments take 4.0 MB, outputs 4 B, working memory 5.0 GB as the compiler planned it",
            "the largest arrays are `kernel` (4.0 MB), `x` (64 B), `loss` (4 B)",
            "float32, are `wide` (16.0 KB), `small` (64 B)",
            "what helps: a smaller batch (keramos compile --train-batch)",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert_eq!(account(&manifest, 7), "");
    }
}

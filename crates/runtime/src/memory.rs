//! What the memory of a program's run goes to, for the message that there is not enough of it.

use std::cmp::Reverse;
use std::fmt::Write;

use keramos_artifact::{LayerSummary, Manifest, Plan, Port, Program, Role, Work};

/// How many of the largest arrays and layers are named.
const NAMED: usize = 8;

/// The memory of one run as the manifest tells it: arguments, outputs and the compiler's plan, what each layer takes, and
/// what would help. Lines that start with two spaces.
pub(crate) fn account(manifest: &Manifest, index: usize) -> String {
    let Some(program) = manifest.programs.get(index) else { return String::new() };
    let mut text =
        format!("  arguments take {}, outputs {}", size(total(&program.inputs)), size(total(&program.outputs)));
    if let Some(plan) = plan(manifest, index) {
        let _ = write!(text, ", working memory {} as the compiler planned it", size(plan.temporaries));
    }
    let kept = manifest.work.iter().find(|work| work.program == index && work.kept() > 0);
    let layers = layers(manifest, program, kept);
    if layers.is_empty() {
        let mut arrays: Vec<(u64, &str)> =
            program.inputs.iter().chain(&program.outputs).map(|port| (bytes(port), port.name.as_str())).collect();
        arrays.sort_by_key(|&(bytes, _)| Reverse(bytes));
        let named = arrays.iter().take(NAMED).map(|(bytes, name)| format!("`{name}` ({})", size(*bytes)));
        let _ = write!(text, "\n  the largest arrays are {}", named.collect::<Vec<_>>().join(", "));
    } else {
        let _ = write!(text, "\n  by layer, the largest first:\n{}", layer_table(&layers, program, kept.is_some()));
    }
    let _ = write!(text, "\n  what helps: {}", advice(program));
    text
}

/// What the compiler planned for a program, for any of its targets.
fn plan(manifest: &Manifest, program: usize) -> Option<Plan> {
    manifest.executables.iter().filter(|executable| executable.program == program).find_map(|found| found.plan)
}

/// Bytes that a run needs at least: arguments, outputs other than those that are written over arguments, and working
/// memory if it is known.
pub(crate) fn needed(manifest: &Manifest, index: usize) -> u64 {
    let Some(program) = manifest.programs.get(index) else { return 0 };
    let donated = program.inputs.iter().filter(|port| port.donated).map(bytes).fold(0, u64::saturating_add);
    let outputs = total(&program.outputs).saturating_sub(donated);
    let working = plan(manifest, index).map_or(0, |plan| plan.temporaries);
    total(&program.inputs).saturating_add(outputs).saturating_add(working)
}

/// Bytes of memory and swap space that the machine has, free or not; `None` where the system does not tell.
#[must_use]
pub fn of_machine() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    Some(meminfo(&told, "MemTotal:")? + meminfo(&told, "SwapTotal:").unwrap_or(0))
}

/// A value of Linux's `/proc/meminfo`, in bytes.
#[must_use]
pub fn meminfo(told: &str, key: &str) -> Option<u64> {
    let kilobytes: u64 =
        told.lines().find_map(|line| line.strip_prefix(key)?.split_whitespace().next()?.parse().ok())?;
    Some(kilobytes << 10)
}

/// What a layer takes in a run, in bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct LayerMemory<'a> {
    name: &'a str,
    weights: u64,
    /// State of the optimizer for the layer's weights, and their gradients.
    training: u64,
    /// What the gradient needs of the forward pass where that is known, else the outputs for a batch in float32.
    outputs: u64,
}

impl LayerMemory<'_> {
    fn sum(&self) -> u64 {
        self.weights.saturating_add(self.training).saturating_add(self.outputs)
    }
}

/// What the layers take, the largest first.
fn layers<'a>(manifest: &'a Manifest, program: &Program, kept: Option<&'a Work>) -> Vec<LayerMemory<'a>> {
    let mut layers: Vec<LayerMemory<'a>> = Vec::new();
    let batch = program.batch.unwrap_or(1);
    match kept {
        Some(work) => layers.extend(work.layers.iter().map(|layer| {
            let name = if layer.layer.is_empty() { "(outside of layers)" } else { &layer.layer };
            LayerMemory { name, outputs: layer.kept, ..LayerMemory::default() }
        })),
        None => layers.extend(manifest.layers.iter().map(|layer| LayerMemory {
            name: &layer.name,
            outputs: output(layer, batch),
            ..LayerMemory::default()
        })),
    }
    let mut add = |name: &'a str, weights: u64, training: u64| match layers.iter_mut().find(|layer| layer.name == name)
    {
        Some(layer) => {
            layer.weights = layer.weights.saturating_add(weights);
            layer.training = layer.training.saturating_add(training);
        }
        None => layers.push(LayerMemory { name, weights, training, outputs: 0 }),
    };
    let trains = trains(program);
    let within =
        |layer: &'a str| layer.strip_prefix(&manifest.name).and_then(|rest| rest.strip_prefix('/')).unwrap_or(layer);
    let owned =
        || manifest.variables.iter().filter_map(|variable| Some((variable, within(variable.layer.as_deref()?))));
    for (variable, layer) in owned() {
        let size = variable.byte_len().unwrap_or(usize::MAX) as u64;
        let gradient = if trains && variable.role == Role::Trainable { size } else { 0 };
        add(layer, size, gradient);
    }
    for state in manifest.variables.iter().filter(|variable| trains && variable.role == Role::Optimizer) {
        // The state for `m/dense/kernel` is called `adam/m_dense_kernel_momentum`.
        let of = |path: &str| state.path.contains(&path.replace('/', "_"));
        let owner = owned().filter(|(variable, _)| of(&variable.path)).max_by_key(|(variable, _)| variable.path.len());
        if let Some((_, layer)) = owner {
            add(layer, 0, state.byte_len().unwrap_or(usize::MAX) as u64);
        }
    }
    layers.retain(|layer| layer.sum() > 0);
    layers.sort_by_key(|layer| Reverse(layer.sum()));
    layers
}

fn layer_table(layers: &[LayerMemory<'_>], program: &Program, kept: bool) -> String {
    let outputs = match program.batch {
        Some(_) if kept => "Kept for the gradient".to_owned(),
        Some(batch) => format!("Outputs of {batch} rows in float32"),
        None => "Outputs of a row in float32".to_owned(),
    };
    let mut rows = vec![vec!["Layer".to_owned(), "Weights".to_owned(), "Gradient, optimizer".to_owned(), outputs]];
    let cells = |name: String, layer: &LayerMemory<'_>| {
        vec![name, size(layer.weights), size(layer.training), size(layer.outputs)]
    };
    rows.extend(layers.iter().take(NAMED).map(|layer| cells(layer.name.to_owned(), layer)));
    if let Some(rest) = layers.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let sum = rest.iter().fold(LayerMemory::default(), |sum, layer| LayerMemory {
            name: "",
            weights: sum.weights.saturating_add(layer.weights),
            training: sum.training.saturating_add(layer.training),
            outputs: sum.outputs.saturating_add(layer.outputs),
        });
        rows.push(cells(format!("{} others", rest.len()), &sum));
    }
    let table = crate::table::render(&rows);
    table.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn trains(program: &Program) -> bool {
    program.inputs.iter().any(|port| port.donated && port.kind.is_state())
}

fn advice(program: &Program) -> String {
    let smaller = |option: &str, batch: usize| match batch / 2 {
        0 => String::new(),
        half => format!("a smaller batch, for instance keramos compile {option} {half} (activations take half then), "),
    };
    match (program.batch, trains(program)) {
        (Some(batch), true) => format!(
            "{}recomputing activations (jax.checkpoint), an optimizer with less state (SGD), or a device with more memory",
            smaller("--train-batch", batch)
        ),
        (Some(batch), false) => format!("{}or a device with more memory", smaller("--batch", batch)),
        (None, _) => "smaller arrays, bfloat16 instead of float32, or a device with more memory".to_owned(),
    }
}

fn total(ports: &[Port]) -> u64 {
    ports.iter().map(bytes).fold(0, u64::saturating_add)
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
    use keramos_artifact::{CodeFormat, DType, Entry, ExecutableInfo, PortKind, Variable};

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
        let variable = |path: &str, role: Role, layer: Option<&str>| Variable {
            path: path.to_owned(),
            dtype: DType::F32,
            shape: vec![1000, 1000],
            role,
            layer: layer.map(str::to_owned),
            h5_path: None,
        };
        let manifest = Manifest {
            programs: vec![program],
            variables: vec![
                variable("m/wide/kernel", Role::Trainable, Some("wide")),
                variable("adam/m_wide_kernel_momentum", Role::Optimizer, None),
            ],
            layers: vec![layer("small", 2), layer("wide", 500)],
            executables: vec![ExecutableInfo { program: 0, target: 0, plan: Some(plan) }],
            ..Manifest::default()
        };
        let expected = "  arguments take 4.0 MB, outputs 4 B, working memory 5.0 GB as the compiler planned it
  by layer, the largest first:
    Layer  Weights  Gradient, optimizer  Outputs of 8 rows in float32
    ─────  ───────  ───────────────────  ────────────────────────────
    wide   4.0 MB   8.0 MB               16.0 KB
    small  0 B      0 B                  64 B
  what helps: a smaller batch, for instance keramos compile --train-batch 4 (activations take half then), recomputing \
                        activations (jax.checkpoint), an optimizer with less state (SGD), or a device with more memory";
        assert_eq!(account(&manifest, 0), expected);
        // What is donated is written over.
        assert_eq!(needed(&manifest, 0), 4_000_064 + 5_000_000_000);
        assert_eq!(account(&manifest, 7), "");
    }
}

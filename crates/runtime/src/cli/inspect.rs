//! `keramos-run inspect`.

mod graph;
mod layers;
mod plan;

use std::path::{Path, PathBuf};

use clap::Args;
use keramos_artifact::atomic;
use keramos_artifact::{Artifact, CodeFormat, Entry, Manifest, Port, PortKind, Program, Role, SectionKind};
use keramos_runtime::Error;
pub(super) use keramos_runtime::memory::size;
use serde_json::{Value, json};

use super::{Failure, print, table};

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to look into
    artifact: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Draw the layers into a .html, .svg or .dot file
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    graph: Option<PathBuf>,
    /// With --graph, show the operations of this layer, or of all; several times for several layers. In the page that .html
    /// gives, a click on a layer does so
    #[arg(long, value_name = "LAYER", requires = "graph")]
    unfold: Vec<String>,
    /// Write the StableHLO code of each program into this folder, as modules that `keramos-run call` takes
    #[arg(long, value_name = "DIR", conflicts_with = "json")]
    stablehlo: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let artifact = keramos_runtime::open(&options.artifact)?;
    if options.json {
        return print(&format!("{:#}\n", as_json(&artifact)));
    }
    let manifest = artifact.manifest();
    if options.graph.is_some() || options.stablehlo.is_some() {
        if let Some(path) = &options.graph {
            graph::write(manifest, path, &options.unfold)?;
        }
        return options.stablehlo.as_ref().map_or(Ok(()), |folder| stablehlo(&artifact, folder));
    }
    let mut text = head(&artifact);
    text.push_str(&layers::table(manifest));
    if !manifest.variables.is_empty() {
        text.push_str(&format!("\n{}", parameters(manifest)));
    }
    text.push_str(&format!("\nEntry points\n{}", programs(manifest)));
    text.push_str(&format!("\nSections\n{}", sections(&artifact)));
    text.push_str(&plan::render(manifest));
    text.push_str(&layers::plan(manifest));
    text.push_str(&targets(manifest));
    print(&text)
}

/// Writes each program's code to a file of its own, and lists the files.
fn stablehlo(artifact: &Artifact, folder: &Path) -> Result<(), Failure> {
    let failed = |source| Error::File { path: folder.to_owned(), action: "make the folder", source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (index, program) in artifact.manifest().programs.iter().enumerate() {
        let name: String =
            program.label().chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        let extension = match program.format {
            CodeFormat::StablehloText => "mlir",
            CodeFormat::StablehloBytecode => "mlirbc",
        };
        let path = folder.join(format!("{index:02}-{}.{extension}", name.trim_matches('-')));
        let code = artifact.program_code(index)?.unwrap_or_default();
        atomic::write_without_sync(&path, [&*code])?;
        print(&format!("{}: {}\n", path.display(), program.label()))?;
    }
    Ok(())
}

fn head(artifact: &Artifact) -> String {
    let manifest = artifact.manifest();
    let info = artifact.info();
    let source = manifest.source.as_deref().map(|source| format!(" (from {source})")).unwrap_or_default();
    let what = if manifest.has_model() { "Model" } else { "Functions of" };
    let mut text = format!(
        "{what} `{}`{source}\n  compiled by keramos {}, StableHLO {}\n",
        manifest.name, info.compiler_version, info.stablehlo_version
    );
    if let Some(training) = &manifest.training {
        let optimizer = training.optimizer.as_deref().unwrap_or("no optimizer");
        text.push_str(&format!(
            "  trains with {optimizer}, loss {}, {} epochs of batch {}\n",
            training.losses.join(", "),
            training.epochs,
            training.batch_size
        ));
    }
    let weights = match (manifest.has_all_weights(), &manifest.history) {
        (true, Some(history)) => format!("trained for {} epochs", history.epoch.len()),
        (true, None) => "inside".to_owned(),
        (false, _) => "none inside; `init` makes the initial ones".to_owned(),
    };
    if !manifest.variables.is_empty() {
        text.push_str(&format!("  weights: {weights}\n"));
    }
    text
}

fn shape_text(shape: &[Option<usize>]) -> String {
    let dims: Vec<String> =
        shape.iter().map(|dim| dim.map_or_else(|| "None".to_owned(), |dim| dim.to_string())).collect();
    format!("({})", dims.join(", "))
}

/// Number of elements of the variables of some roles, and the bytes that they take.
fn count(manifest: &Manifest, has_role: impl Fn(Role) -> bool) -> (u64, u64) {
    let of_role = manifest.variables.iter().filter(|variable| has_role(variable.role));
    of_role.fold((0, 0), |(elements, bytes), variable| {
        (elements + variable.elements().unwrap_or(0) as u64, bytes + variable.byte_len().unwrap_or(0) as u64)
    })
}

fn parameters(manifest: &Manifest) -> String {
    let line =
        |name: &str, (elements, bytes): (u64, u64)| format!("{name}: {} ({})\n", thousands(elements), size(bytes));
    let mut text = line("Parameters", count(manifest, Role::is_model_weight));
    text.push_str(&line("  trainable", count(manifest, |role| role == Role::Trainable)));
    text.push_str(&line("  not trainable", count(manifest, |role| role == Role::NonTrainable)));
    text.push_str(&line("Optimizer state", count(manifest, |role| role == Role::Optimizer)));
    text
}

fn programs(manifest: &Manifest) -> String {
    let mut text = String::new();
    for program in &manifest.programs {
        text.push_str(&format!("  {}\n", program.label()));
        let function = matches!(program.entry, Entry::Function(_));
        text.push_str(&ports("takes", &program.inputs, function, manifest));
        text.push_str(&ports("gives", &program.outputs, function, manifest));
    }
    text
}

/// One line for the state, one for each other port; those of a function with their positions.
fn ports(verb: &str, ports: &[Port], function: bool, manifest: &Manifest) -> String {
    let mut text = String::new();
    let is_state = |port: &&Port| port.kind.is_state();
    let variables = |port: &Port| match port.kind {
        PortKind::Stack(number) => manifest.stacks.get(number).map_or(0, Vec::len),
        _ => usize::from(port.kind.is_state()),
    };
    let states: usize = ports.iter().map(variables).sum();
    let arrays = ports.iter().filter(is_state).count();
    let donated = ports.iter().filter(|port| port.donated).count();
    if states > 0 {
        let stacked = if arrays < states { format!(" in {arrays} arrays") } else { String::new() };
        let note = if donated > 0 { format!("{stacked}, {donated} donated") } else { stacked };
        text.push_str(&format!("    {verb} state: {states} variables{note}\n"));
    }
    for (index, port) in ports.iter().filter(|port| !is_state(port)).enumerate() {
        if function {
            let what = if port.kind == PortKind::Output { "result" } else { "argument" };
            let donated = if port.donated { ", donated" } else { "" };
            let (name, dtype, shape) = (&port.name, port.dtype, &port.shape);
            text.push_str(&format!("    {verb} {what} {index} `{name}`: {dtype}{shape:?}{donated}\n"));
            continue;
        }
        let limit = port.below.map(|limit| format!(", values below {limit}")).unwrap_or_default();
        let kind = kind_name(port.kind);
        text.push_str(&format!("    {verb} {kind} `{}`: {}{:?}{limit}\n", port.name, port.dtype, port.shape));
    }
    text
}

fn kind_name(kind: PortKind) -> &'static str {
    match kind {
        PortKind::State(_) | PortKind::Stack(_) => "state",
        PortKind::Data => "input",
        PortKind::Target => "target",
        PortKind::SampleWeight => "sample weights",
        PortKind::Valid => "number of real rows",
        PortKind::Log => "log",
        PortKind::Output => "output",
    }
}

/// What a section is for, and its size.
fn section_rows(artifact: &Artifact) -> Vec<(String, u64)> {
    let manifest = artifact.manifest();
    let (mut programs, mut executables) = (0, 0);
    let mut rows = Vec::new();
    let label = |program: Option<&Program>| program.map(Program::label).unwrap_or_default();
    for section in artifact.sections() {
        let name = match section.kind {
            SectionKind::Program => {
                programs += 1;
                format!("StableHLO of {}", label(manifest.programs.get(programs - 1)))
            }
            SectionKind::Executable => {
                executables += 1;
                let info = manifest.executables.get(executables - 1);
                let target = info.and_then(|info| manifest.targets.get(info.target));
                let target = target.map(|target| target.name.as_str()).unwrap_or_default();
                let program = info.and_then(|info| manifest.programs.get(info.program));
                format!("executable of {} for {target}", label(program))
            }
            kind => kind.name().to_owned(),
        };
        rows.push((name, section.length));
    }
    rows
}

fn sections(artifact: &Artifact) -> String {
    let rows = section_rows(artifact);
    let total: u64 = rows.iter().map(|(_, length)| length).sum();
    let head = vec!["Section".to_owned(), "Size".to_owned()];
    let cells = rows.into_iter().map(|(name, length)| vec![name, size(length)]);
    let last = vec!["all".to_owned(), size(total)];
    table::render(&std::iter::once(head).chain(cells).chain([last]).collect::<Vec<_>>())
}

fn targets(manifest: &Manifest) -> String {
    if manifest.targets.is_empty() {
        return "\nTargets: none; programs are compiled when they are first used\n".to_owned();
    }
    let mut text = "\nTargets\n".to_owned();
    for target in &manifest.targets {
        text.push_str(&format!("  {} ({}): {}\n", target.name, target.platform, target.details.join("; ")));
    }
    text
}

fn as_json(artifact: &Artifact) -> Value {
    let manifest = artifact.manifest();
    let sections: Vec<Value> =
        section_rows(artifact).into_iter().map(|(name, length)| json!({"name": name, "bytes": length})).collect();
    let (parameters, _) = count(manifest, Role::is_model_weight);
    let (trainable, _) = count(manifest, |role| role == Role::Trainable);
    json!({
        "format_version": keramos_artifact::FORMAT_VERSION,
        "compiler_version": artifact.info().compiler_version,
        "stablehlo_version": artifact.info().stablehlo_version,
        "features": artifact.info().features,
        "parameters": parameters,
        "trainable_parameters": trainable,
        "has_weights": manifest.has_all_weights(),
        "layers": layers::as_json(manifest),
        "sections": sections,
        "manifest": manifest,
    })
}

/// Digits in groups of three.
fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    let (head, tail) = digits.split_at(first);
    if !head.is_empty() {
        groups.push(head);
    }
    let mut rest = tail;
    while let Some((group, others)) = rest.split_at_checked(3) {
        groups.push(group);
        rest = others;
    }
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(123_456), "123,456");
    }
}

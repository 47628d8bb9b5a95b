//! `keramos-run diff`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use keramos_artifact::{Artifact, Manifest, Program, SectionKind};
use serde_json::Value;

use super::{Failure, print};

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// An artifact
    left: PathBuf,
    /// Another one
    right: PathBuf,
}

/// What is compared: a kind of thing, and what tells one of it from another, with what it is.
type Facts = BTreeMap<(&'static str, String), String>;

/// Tells what differs; the exit code is 1 if anything does.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let (left, right) = (facts(&keramos_runtime::open(&options.left)?), facts(&keramos_runtime::open(&options.right)?));
    let mut text = String::new();
    for ((kind, name), was) in &left {
        match right.get(&(*kind, name.clone())) {
            None => text.push_str(&format!("- {kind} {name}: {was}\n")),
            Some(is) if is != was => text.push_str(&format!("~ {kind} {name}: {was} → {is}\n")),
            Some(_) => {}
        }
    }
    for ((kind, name), is) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        text.push_str(&format!("+ {kind} {name}: {is}\n"));
    }
    if text.is_empty() {
        return print("no differences\n");
    }
    print(&text)?;
    Err(Failure::Found)
}

fn facts(artifact: &Artifact) -> Facts {
    let manifest = artifact.manifest();
    let mut facts = Facts::new();
    let mut add = |kind: &'static str, name: &str, value: String| {
        // Two things of one name are told apart by their order.
        let mut key = (kind, format!("`{name}`"));
        while facts.contains_key(&key) {
            key.1.push('\'');
        }
        facts.insert(key, value);
    };
    add("header", "compiler", artifact.info().compiler_version.clone());
    add("header", "StableHLO", artifact.info().stablehlo_version.clone());
    add("header", "features", artifact.info().features.join(", "));
    add("manifest", "name", manifest.name.clone());
    add("manifest", "source", manifest.source.clone().unwrap_or_default());
    let stored = |index: usize| manifest.weights.iter().find(|stored| stored.variable == index);
    for (index, variable) in manifest.variables.iter().enumerate() {
        add("variable", &variable.path, format!("{}{:?}, {:?}", variable.dtype, variable.shape, variable.role));
        if let Some(stored) = stored(index) {
            add("value of", &variable.path, format!("checksum {:08x}", stored.checksum));
        }
    }
    for layer in &manifest.layers {
        add("layer", &layer.name, format!("{} {:?}, {} params", layer.class, layer.output_shapes, layer.params));
    }
    let checksums = |kind: SectionKind| {
        let sections = artifact.sections().iter().filter(move |section| section.kind == kind);
        sections
            .map(|section| format!("{} bytes, checksum {:08x}", section.length, section.checksum))
            .collect::<Vec<_>>()
    };
    for (program, code) in manifest.programs.iter().zip(checksums(SectionKind::Program)) {
        let ports = |ports: &[keramos_artifact::Port]| {
            ports.iter().map(|p| format!("{} {}{:?}", p.name, p.dtype, p.shape)).collect::<Vec<_>>().join(", ")
        };
        let signature = format!("({}) → ({})", ports(&program.inputs), ports(&program.outputs));
        add("signature of", &program.label(), signature);
        add("StableHLO of", &program.label(), code);
    }
    for target in &manifest.targets {
        add("target", &target.name, target.fingerprint.clone());
    }
    for (executable, code) in manifest.executables.iter().zip(checksums(SectionKind::Executable)) {
        let name = format!("{} for {}", label(manifest, executable.program), target(manifest, executable.target));
        add("executable of", &name, code);
    }
    for (kind, value) in
        [("training", serde_json::to_value(&manifest.training)), ("history", serde_json::to_value(&manifest.history))]
    {
        if let Ok(Value::Object(fields)) = value {
            fields.iter().for_each(|(name, value)| add(kind, name, value.to_string()));
        }
    }
    facts
}

fn label(manifest: &Manifest, program: usize) -> String {
    manifest.programs.get(program).map(Program::label).unwrap_or_default()
}

fn target(manifest: &Manifest, target: usize) -> String {
    manifest.targets.get(target).map(|target| target.name.clone()).unwrap_or_default()
}

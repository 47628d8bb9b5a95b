//! The stages of compilation, on the example models.
//!
//! `cargo bench --bench compile`; `RESULTS.md` beside this file holds figures and how they were taken.

#![allow(clippy::panic, reason = "a benchmark cannot go on without its model")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use keramos::Compiler;
use keramos::frontend::diagnostics::Source;
use keramos::frontend::{self, program::Program, syntax};
use keramos::ir::passes::{self, Roll, simplify};
use keramos::lowering::{self, Format, lower};

const TRANSFORMER: &str = include_str!("../examples/transformer_encoder.py");

const MODELS: &[(&str, &str)] = &[
    ("mnist_convnet", include_str!("../examples/mnist_convnet.py")),
    ("transformer_encoder", TRANSFORMER),
    ("resnet50", include_str!("../examples/resnet50.py")),
];

fn program(name: &str, text: &str) -> Program {
    let compilation = frontend::compile(Source::new(name, text), &frontend::Options::default());
    compilation.program.unwrap_or_else(|| panic!("{name} does not compile: {:?}", compilation.diagnostics))
}

fn stages(c: &mut Criterion) {
    for &(name, text) in MODELS {
        let source = Source::new(name, text);
        let traced = program(name, text);
        let options = passes::Options { target: passes::Target::Cpu, ..passes::Options::default() };
        let optimized: Vec<_> =
            traced.entries.iter().map(|e| simplify(&e.function, &options).unwrap_or_else(|e| panic!("{e}"))).collect();
        let mut group = c.benchmark_group(name);
        group.sample_size(20);
        group.bench_function("parse", |b| b.iter(|| syntax::parse(black_box(&source))));
        group.bench_function("trace_and_differentiate", |b| {
            b.iter(|| frontend::compile(black_box(source.clone()), &frontend::Options::default()))
        });
        group.bench_function("optimize", |b| {
            b.iter(|| {
                for entry in &traced.entries {
                    black_box(simplify(&entry.function, &options).ok());
                }
            })
        });
        group.bench_function("lower", |b| {
            b.iter(|| {
                for (entry, function) in traced.entries.iter().zip(&optimized) {
                    let program = lowering::Program {
                        name: entry.name(),
                        function,
                        arguments: &[],
                        results: &[],
                        partitions: 1,
                        replicas: 1,
                    };
                    let options = lowering::Options { format: Format::Bytecode, locations: true };
                    black_box(lower(&program, &options).ok());
                }
            })
        });
        group.bench_function("source_to_artifact", |b| b.iter(|| Compiler::new().build(name, black_box(text)).ok()));
        group.finish();
    }
}

/// A transformer of many equal layers, traced, differentiated, simplified and lowered to StableHLO, its training steps and all: with the
/// layers rolled into a scan and without.
fn depth(c: &mut Criterion) {
    let mut group = c.benchmark_group("transformer_layers");
    group.sample_size(10);
    for depth in [12, 24, 48] {
        let text = TRANSFORMER.replace("DEPTH = 4", &format!("DEPTH = {depth}"));
        for (when, roll) in [("rolled", Roll::Auto), ("as_written", Roll::Never)] {
            let compiler = Compiler::new().roll(roll);
            let size = compiler.build("transformer", &text).and_then(|(artifact, _)| Ok(artifact.finish()?.len()));
            println!("{depth} layers, {when}: {} bytes", size.unwrap_or_else(|e| panic!("{e}")));
            group.bench_function(format!("{depth}_{when}"), |b| {
                b.iter(|| compiler.build("transformer", black_box(&text)).ok())
            });
        }
    }
    group.finish();
}

criterion_group!(benches, stages, depth);
criterion_main!(benches);

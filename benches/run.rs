//! What a user of an artifact waits for: XLA's compilation, loading, predicting, training steps.
//!
//! Needs the CPU plugin (`make setup`). `cargo bench --bench run`.

#![allow(clippy::panic, reason = "a benchmark cannot go on without its model")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use keramos::artifact::manifest::Entry;
use keramos::runtime::train::{FitOptions, Silent};
use keramos::{Artifact, Compiler, HostTensor, Platform, Session};

const MLP: &str = include_str!("../examples/mlp_mnist.py");
const CNN: &str = include_str!("../examples/cnn_mnist.py");

fn must<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn artifact(name: &str, text: &str) -> Artifact {
    let (builder, _) = must(Compiler::new().ahead_of_time(None).build(name, text));
    must(Artifact::from_bytes(must(builder.finish())))
}

fn run(c: &mut Criterion) {
    let session = must(Session::new(Platform::Cpu));
    for (name, text, shape) in [("mlp_mnist", MLP, vec![784]), ("cnn_mnist", CNN, vec![28, 28, 1])] {
        let bytes = must(must(Compiler::new().ahead_of_time(None).build(name, text)).0.finish());
        let portable = must(must(Compiler::new().build(name, text)).0.finish());
        let size: usize = shape.iter().product();
        let rows = 1024;
        let values: Vec<f32> = (0..rows * size).map(|i| ((i * 37 % 255) as f32) / 255.0).collect();
        let labels: Vec<i32> = (0..rows as i32).map(|i| i % 10).collect();
        let with_rows = |n: usize| [vec![n], shape.clone()].concat();
        let x = must(HostTensor::from_values(with_rows(rows), &values));
        let one = must(HostTensor::from_values(with_rows(1), &values[..size]));
        let y = must(HostTensor::from_values(vec![rows], &labels));
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        group.bench_function("xla_compile_all", |b| {
            b.iter(|| must(session.compile_ahead("cpu", &must(Artifact::from_bytes(portable.clone())))))
        });
        group.bench_function("load", |b| {
            b.iter(|| {
                let mut model = session.load(must(Artifact::from_bytes(bytes.clone())));
                let program = must(model.find_program(&Entry::Predict, Some(1)));
                must(model.prepare(program));
            })
        });
        let mut model = session.load(artifact(name, text));
        group.bench_function("predict_b1", |b| b.iter(|| black_box(must(model.predict(std::slice::from_ref(&one))))));
        let dataset = must(model.dataset(&[x], &[y]));
        let options = FitOptions { batch_size: 128, ..FitOptions::default() };
        group.bench_function("train_8_steps", |b| b.iter(|| must(model.fit(&dataset, &options, &mut Silent))));
        group.finish();
    }
}

criterion_group!(benches, run);
criterion_main!(benches);

//! Lowering of a synthetic training step: 8000 equations with locations in 400 layers.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use keramos_ir::{Builder, DType, Function, Location, TensorType};
use keramos_lowering::{Format, Options, Program, lower};

fn step(layers: usize) -> keramos_ir::Result<Function> {
    let mut b = Builder::new("train_step");
    let ty = TensorType::new(DType::F32, [32, 56, 56, 64]);
    let mut x = b.param(ty.clone());
    let weight = b.param(TensorType::new(DType::F32, [64]));
    for layer in 0..layers {
        for line in 0..4 {
            b.set_location(Location::new("model.py", layer as u32 + 1, line + 1, format!("resnet/block{layer}/bn")));
            let constant = b.full(&ty, f64::from(line + 1) + layer as f64)?;
            let scale = b.broadcast(weight, &ty.shape)?;
            x = b.mul(x, scale)?;
            x = b.add(x, constant)?;
            x = b.exp(x)?;
        }
    }
    Ok(b.finish(vec![x]))
}

fn lowering(c: &mut Criterion) {
    let function = step(400).unwrap();
    let program =
        Program { name: "train_step", function: &function, arguments: &[], results: &[], partitions: 1, replicas: 1 };
    for (name, format, locations) in [
        ("text", Format::Text, true),
        ("text without locations", Format::Text, false),
        ("bytecode", Format::Bytecode, true),
    ] {
        let options = Options { format, locations };
        c.bench_function(name, |b| b.iter(|| lower(black_box(&program), &options).unwrap()));
    }
}

criterion_group!(benches, lowering);
criterion_main!(benches);

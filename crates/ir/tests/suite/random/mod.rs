//! Laws over random programs: whatever the program, printing, passes and transforms keep its meaning.
//!
//! `KERAMOS_RANDOM_PROGRAMS` multiplies the number of programs, `KERAMOS_RANDOM_SEED` changes them.

mod agreement;
mod generate;
mod laws;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use keramos_ir::{Attr, DType, Function, Primitive};

use generate::{Choices, Domain, essence, program, shrink, steps};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Checks `law` on programs of at most `most` steps; a program that breaks it is shrunk and shown. The law
/// gets choices for arguments, the same whenever it is asked about a program.
#[track_caller]
fn holds(count: u64, most: usize, domain: Domain, law: impl Fn(&Function, Choices) -> Result<(), String>) {
    let base = setting("KERAMOS_RANDOM_SEED", 0) << 32;
    for seed in base..base + count * setting("KERAMOS_RANDOM_PROGRAMS", 1) {
        let broken = |steps: &[u64]| {
            let f = catch_unwind(|| program(steps, domain));
            let told = match &f {
                Ok(f) => catch_unwind(AssertUnwindSafe(|| law(f, Choices(seed)))).unwrap_or(Err("panicked".to_owned())),
                Err(_) => Err("the program cannot be made".to_owned()),
            };
            told.err()
        };
        let all = steps(seed, most);
        if broken(&all).is_none() {
            continue;
        }
        let least = shrink(&all, |steps| broken(steps).is_some());
        let why = broken(&least).unwrap_or_default();
        panic!("seed {seed}, steps {least:?}: {why}\n{}", essence(&program(&least, domain)));
    }
}

/// The primitives of a function and of those inside it.
fn primitives(f: &Function, names: &mut BTreeSet<&'static str>, families: &mut BTreeSet<&'static str>) {
    for eqn in &f.equations {
        names.insert(eqn.op.name());
        families.insert(eqn.op.family());
        for (_, attr) in eqn.op.attrs() {
            let inside: &[_] = match &attr {
                Attr::Function(f) => std::slice::from_ref(f),
                Attr::Functions(all) => all,
                _ => &[],
            };
            inside.iter().for_each(|f| primitives(f, names, families));
        }
    }
}

#[test]
fn programs_are_of_all_families() {
    let (mut names, mut families) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..400 {
        primitives(&program(&steps(seed, 20), Domain::all(DType::F32)), &mut names, &mut families);
    }
    // The others (special functions, representations of floats, complex numbers) have tables of values.
    let wanted = "Constant Unary Binary Compare Select Clamp BroadcastInDim Reshape Transpose Convert BitcastConvert \
                  Iota Rev Concatenate Pad Slice DynamicSlice DynamicUpdateSlice Reduce ArgExtremum ReduceWindow \
                  Cumulative Gather Scatter Sort TopK DotGeneral Conv IntegerPow Call CustomJvp CustomVjp Checkpoint \
                  CheckpointName While Scan Cond StopGradient OptimizationBarrier CustomReduce \
                  CustomReduceWindow Threefry2x32 RngBitGenerator";
    let missing: Vec<_> = wanted.split_whitespace().filter(|family| !families.contains(family)).collect();
    assert!(missing.is_empty(), "no programs with {missing:?}");
    assert!(names.len() > 90, "{} primitives: {names:?}", names.len());
}

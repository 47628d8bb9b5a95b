//! Laws over random programs: whatever the program, printing, passes and transforms keep its meaning.
//!
//! `KERAMOS_RANDOM_PROGRAMS` multiplies the number of programs, `KERAMOS_RANDOM_SEED` changes them.

mod agreement;
mod generate;
mod laws;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use keramos_ir::ops::samples;
use keramos_ir::transform::linearize;
use keramos_ir::{Attr, Builder, DType, Function, Op, Primitive};

use generate::{Choices, Domain, essence, program, shrink, steps, with_mapped};

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

/// Primitives that programs for derivatives are not made of, and why.
const NOT_DIFFERENTIATED: &[(&str, &str)] = &[("reduce_precision", "its tangents are rounded, too, as in JAX")];

/// The primitives of `count` programs of a domain, and of the functions that were mapped to make them.
fn found(count: u64, domain: Domain) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let (mut names, mut families) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..count {
        let (program, mapped) = with_mapped(&steps(seed, 14), domain);
        mapped.iter().chain([&program]).for_each(|f| primitives(f, &mut names, &mut families));
    }
    (names, families)
}

fn missing<'a>(all: impl IntoIterator<Item = &'a str>, found: &BTreeSet<&'static str>) -> BTreeSet<&'a str> {
    all.into_iter().filter(|name| !found.contains(name)).collect()
}

#[test]
fn programs_are_of_all_primitives() {
    let (names, families) = found(2000, Domain::all(DType::F32));
    let none = BTreeSet::new();
    assert_eq!(missing(Op::FAMILIES.iter().copied(), &families), none, "families without programs");
    let rows = samples::all(DType::F32).unwrap();
    assert_eq!(missing(rows.iter().map(|row| row.op.name()), &names), none, "primitives without programs");
    let collectives = "all_gather all_to_all axis_index pmax pmin ppermute psum psum_scatter";
    assert_eq!(missing(collectives.split(' '), &names), none, "collectives without programs");
}

#[test]
fn programs_for_derivatives_are_of_all_primitives_that_have_one() {
    let mut names = found(1500, laws::SMOOTH).0;
    names.extend(found(1500, laws::REVERSIBLE).0);
    names.extend(NOT_DIFFERENTIATED.iter().map(|(name, _)| name));
    let mut wanted = BTreeSet::new();
    for sample in samples::all(DType::F64).unwrap() {
        let mut b = Builder::new("sample");
        let params: Vec<_> = sample.operands.iter().map(|x| b.param(x.ty().clone())).collect();
        let results = b.emit(sample.op.clone(), &params).unwrap();
        let f = b.finish(results);
        let active: Vec<bool> = f.param_types().iter().map(|ty| ty.dtype.is_inexact()).collect();
        let every = vec![true; f.results.len()];
        let nonzero = linearize(&f, &active, &every).is_ok() && active.contains(&true);
        if nonzero && f.result_types().iter().any(|ty| ty.dtype.is_inexact()) {
            wanted.insert(sample.op.name());
        }
    }
    assert!(wanted.len() > 80, "{wanted:?}");
    assert_eq!(missing(wanted, &names), BTreeSet::new(), "primitives without programs");
}

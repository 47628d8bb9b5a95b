//! Real JAX on one side, Keramos on the other: every case of `data/` is traced, run by the reference
//! evaluator and by the CPU plugin, and compared with what JAX computed. `README.md` tells how.
//!
//! `DIFFERENTIAL=word` runs the cases whose data file or name contains the word; with
//! `DIFFERENTIAL_REFERENCE=1` nothing is compiled, so that the reference evaluator tells in seconds what is wrong.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod audit;
mod compare;
mod execute;
mod packages;
mod store;
mod trace;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use keramos::{Platform, Session};
use store::{Case, Store};

/// Cases that are traced from one evaluation of their module and run as one program.
const GROUP: usize = 80;

/// Groups that take longer are named.
const SLOW: std::time::Duration = std::time::Duration::from_secs(60);

/// Why a case fails: its name and what was found.
type Failure = (String, String);

#[test]
fn every_case_agrees_with_jax() {
    let word = std::env::var("DIFFERENTIAL").unwrap_or_default();
    let compiles = std::env::var_os("DIFFERENTIAL_REFERENCE").is_none();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential");
    let stores = store::read_all(&root).unwrap_or_else(|error| panic!("{error}"));
    let mut groups: Vec<(&Store, usize, Vec<&Case>)> = Vec::new();
    for store in &stores {
        let of_file = store.name.contains(&word);
        let mut by_module: BTreeMap<usize, Vec<&Case>> = BTreeMap::new();
        for case in store.cases.iter().filter(|case| of_file || case.name.contains(&word)) {
            by_module.entry(case.module).or_default().push(case);
        }
        for (module, cases) in by_module {
            groups.extend(cases.chunks(GROUP).map(|chunk| (store, module, chunk.to_vec())));
        }
    }
    let session = Session::new(Platform::Cpu).unwrap_or_else(|error| panic!("{error}"));
    let failures: Mutex<Vec<Failure>> = Mutex::default();
    let coverage: Mutex<audit::Coverage> = Mutex::default();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((store, module, cases)) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = std::time::Instant::now();
                    let found = group(compiles.then_some(&session), store, *module, cases, &coverage);
                    if start.elapsed() > SLOW {
                        println!("slow: {} took {:.0?}", store.modules[*module].name, start.elapsed());
                    }
                    failures.lock().expect("no thread panics while it holds the list").extend(found);
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no thread panics while it holds the list");
    failures.sort();
    // One line for a case; where both are wrong, what the reference evaluator found says more.
    failures.reverse();
    failures.dedup_by(|a, b| a.0 == b.0);
    failures.reverse();
    let count: usize = groups.iter().map(|(.., cases)| cases.len()).sum();
    for (name, found) in &failures {
        println!("FAILED {name}: {found}");
    }
    println!("differential: {count} cases, {} failed", failures.len());
    if word.is_empty() && compiles {
        // For `scripts/test.sh`, whose test runner may hide what tests print.
        let summary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential.txt");
        let text = format!("{count} cases, {} failed\n", failures.len());
        std::fs::write(&summary, text).unwrap_or_else(|error| panic!("{}: {error}", summary.display()));
    }
    let mut gaps = Vec::new();
    if word.is_empty() || word == "primitives" {
        gaps = coverage.into_inner().expect("no thread panics while it holds the record").gaps();
        gaps.iter().for_each(|gap| println!("NOT COVERED {gap}"));
        println!("audit: {} primitives lack cases", gaps.len());
    }
    assert!(count > 0, "no case matches `{word}`");
    assert!(failures.is_empty(), "{} of {count} cases do not agree with JAX", failures.len());
    assert!(
        gaps.is_empty(),
        "{} primitives lack cases; give them rows, or say in audit.rs why there are none",
        gaps.len()
    );
}

/// Traces, runs and compares the cases of one module.
fn group(
    session: Option<&Session>,
    store: &Store,
    module: usize,
    cases: &[&Case],
    coverage: &Mutex<audit::Coverage>,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut fail = |case: &Case, message: String| failures.push((case.name.clone(), message));
    let mut traced = Vec::new();
    let functions = match trace::functions(&store.modules[module], cases) {
        Ok(functions) => functions,
        Err(message) => {
            cases.iter().for_each(|case| fail(case, message.clone()));
            return failures;
        }
    };
    for (case, function) in cases.iter().zip(functions) {
        match function.and_then(|function| execute::reference(store, case, &function).map(|got| (function, got))) {
            Ok((function, got)) => {
                coverage.lock().expect("no thread panics while it holds the record").add(store, case, &function);
                if let Err(message) = compare::results(store, case, &got) {
                    fail(case, format!("reference evaluator: {message}"));
                }
                traced.push((*case, function));
            }
            Err(message) => fail(case, message),
        }
    }
    let Some(session) = session else { return failures };
    for (case, result) in execute::compiled(session, store, &traced) {
        if let Err(message) = result.and_then(|got| compare::results(store, case, &got)) {
            fail(case, format!("compiled: {message}"));
        }
    }
    failures
}

//! Programs that CPython ran too: what they print must be the same, character by character.
//!
//! `tests/python/regenerate.py` writes the expected outputs.

use std::fs;
use std::path::PathBuf;

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::{Options, run};

#[test]
fn programs_print_what_cpython_prints() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "py") && path.with_extension("out").exists())
        .collect();
    programs.sort();
    assert!(programs.len() >= 25, "only {} programs found in {}", programs.len(), folder.display());
    let mut failures = Vec::new();
    for path in &programs {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = fs::read_to_string(path.with_extension("out")).unwrap();
        let evaluated = run(&Source::new(name.as_str(), fs::read_to_string(path).unwrap()), Options::default());
        let problems: Vec<String> = evaluated
            .diagnostics()
            .iter()
            .filter(|d| d.is_error())
            .map(|d| {
                format!("{d} (line {})", evaluated.interp.source.location(d.span().unwrap_or_default().start).line)
            })
            .collect();
        if !problems.is_empty() || evaluated.output() != expected {
            let lines = expected.lines().zip(evaluated.output().lines()).filter(|(a, b)| a != b).take(10);
            let lines: Vec<String> = lines.map(|(a, b)| format!("  expected {a}\n  found    {b}")).collect();
            failures.push(format!("{name}: {problems:?}\n{}", lines.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), programs.len(), failures.join("\n"));
}

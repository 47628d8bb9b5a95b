//! Real programs, and the small pieces that they consist of.

use std::path::Path;

/// Real programs to damage and to mutate.
pub struct Corpus {
    /// Whole programs.
    pub whole: Vec<String>,
    /// What stands before a piece, and the piece: some statements, or an expression with what it needs.
    pub pieces: Vec<(String, String)>,
}

/// The programs of a file of `fuzz/corpus`: where lines `# ---` divide it, each part after the first stands behind that.
pub fn programs(text: &str) -> Vec<String> {
    let mut parts = text.split("# ---\n");
    let head = parts.next().unwrap_or_default();
    let programs: Vec<String> = parts.map(|part| format!("{head}{part}")).collect();
    if programs.is_empty() { vec![text.to_owned()] } else { programs }
}

/// Where programs are, from the repository's root.
const FOLDERS: &[&str] = &[
    "crates/frontend/tests",
    "crates/frontend/src/packages/python",
    "examples",
    "fuzz/corpus",
    "tests/cli",
    "tests/differential/programs",
    "tests/golden/cases",
];

impl Corpus {
    /// Reads the programs of the repository.
    pub fn read(root: &Path) -> Corpus {
        let mut paths = Vec::new();
        for folder in FOLDERS {
            find(&root.join(folder), &mut paths);
        }
        paths.sort();
        let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
        let whole: Vec<String> = paths.iter().map(read).filter(|text| !text.is_empty()).collect();
        let pieces = whole.iter().flat_map(|text| pieces(text)).collect();
        Corpus { whole, pieces }
    }
}

fn find(folder: &Path, paths: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            paths.push(path);
        }
    }
}

/// The pieces of a program: each statement at the margin with the imports and the short definitions before it.
fn pieces(text: &str) -> Vec<(String, String)> {
    const HEAD: usize = 1500;
    let mut found = Vec::new();
    let mut head = String::new();
    for statement in outermost(text) {
        if let Some(cases) = statement.strip_prefix("cases = {") {
            for line in cases.lines() {
                if let Some((_, value)) = line.trim().trim_end_matches(',').split_once("\": lambda: ") {
                    found.push((head.clone(), format!("r = {value}\n")));
                }
            }
            continue;
        }
        let is_import = statement.starts_with("import ") || statement.starts_with("from ");
        if !is_import {
            found.push((head.clone(), statement.to_owned()));
        }
        if head.len() + statement.len() < HEAD {
            head += statement;
        }
    }
    found
}

/// The statements at the margin, with what is indented below them.
fn outermost(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut decorated = false;
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '\n', ')', '}', ']', '#', '\t']) && !line.starts_with("el") {
            if !decorated {
                starts.push(at);
            }
            decorated = line.starts_with('@');
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|bounds| &text[bounds[0]..bounds[1]]).collect()
}

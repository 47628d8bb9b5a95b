//! Real programs, and the small pieces that they consist of.

use std::path::Path;
use std::sync::OnceLock;

use super::near::{self, Uses};
use super::scan;

/// Real programs to damage and to mutate.
pub struct Corpus {
    /// Whole programs.
    pub whole: Vec<String>,
    /// What stands before a piece, and the piece: some statements, or an expression with what it needs.
    pub pieces: Vec<(String, String)>,
    uses: OnceLock<Uses>,
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
    "tests/differential/primitives",
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
        Corpus { whole, pieces, uses: OnceLock::new() }
    }

    /// What the pieces call.
    pub fn uses(&self) -> &Uses {
        self.uses.get_or_init(|| near::uses(&self.pieces))
    }
}

/// Python for what the rows of `tests/differential/primitives` call their operands by.
const OPERANDS: &str = "import jax, jax.numpy as jnp, numpy as np\nfrom jax import lax\nimport keras, functools, math
from keras import ops\nfrom functools import partial\nINF, NAN = float('inf'), float('nan')
def of(a, dtype): return jnp.asarray(a).astype({'f32': 'float32', 'bf16': 'bfloat16', 'f16': 'float16', 'i32': 'int32', 'u32': 'uint32', 'c64': 'complex64'}.get(dtype, 'int8'))
def normal(*shape, dtype='f32', scale=1.0, mean=0.0): return of((np.arange(math.prod(shape)).reshape(shape) % 5 - 1.7) * scale + mean, dtype)
def uniform(low, high, *shape, dtype='f32'): return of(np.linspace(low, high, math.prod(shape)).reshape(shape), dtype)
def positive(*shape, dtype='f32'): return uniform(0.5, 2.0, *shape, dtype=dtype)
def unit(*shape, dtype='f32'): return uniform(-0.9, 0.9, *shape, dtype=dtype)
def ints(low, high, *shape, dtype='i32'): return of(low + np.arange(math.prod(shape)).reshape(shape) % max(high - low, 1), dtype)
def bools(*shape): return np.arange(math.prod(shape)).reshape(shape) % 2 > 0
def values(content, dtype='f32'): return of(content, dtype)
def zeros(*shape, dtype='f32'): return of(np.zeros(shape), dtype)
def ones(*shape, dtype='f32'): return of(np.ones(shape), dtype)
def spd(n, *batch, dtype='f32'): return of(np.broadcast_to(np.eye(n) * 2 + 1, (*batch, n, n)), dtype)
def key(seed): return jax.random.PRNGKey(seed)
";

/// The rows of a table of the differential suite: operands, and what is made of them.
fn rows(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for call in scan::calls(text).into_iter().filter(|call| &text[call.callee.clone()] == "row") {
        let args: Vec<&str> = call.args.iter().map(|arg| &text[arg.clone()]).collect();
        let [_, names, body, first, ..] = args.as_slice() else { continue };
        let content = |literal: &str| Some(literal.strip_prefix('"')?.strip_suffix('"')?.to_owned());
        let (Some(names), Some(body)) = (content(names), content(body)) else { continue };
        let count = names.split(' ').count();
        let operands = match first.chars().next() {
            Some('(') => (*first).to_owned(),
            Some('*') => format!("[normal(2, 3)] * {count}"),
            _ => format!("[{first}] * {count}"),
        };
        let body = body.replace("\\n", "\n");
        let lines: String = match body.contains("return ") {
            true => format!(
                "def row_of({}):\n{}r = row_of({})\n",
                names.replace(' ', ", "),
                super::statements::indent(&body),
                names.replace(' ', ", ")
            ),
            false => format!("r = {body}\n"),
        };
        found.push((format!("{OPERANDS}({},) = {operands}\n", names.replace(' ', ", ")), lines));
    }
    found
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
    let mut found = rows(text);
    found.extend(text.split("\n#: ").skip(1).flat_map(|section| told(text, section)));
    if let Some((head, parts)) = text.split_once("# ---\n") {
        found.extend(parts.split("# ---\n").map(|part| (head.to_owned(), part.to_owned())));
    }
    if !found.is_empty() {
        return found;
    }
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

/// The statements of a section of the programs of diagnostics, each with the definitions before it.
fn told(text: &str, section: &str) -> Vec<(String, String)> {
    let mut head = text.split("\n#: ").next().unwrap_or_default().to_owned() + "\n";
    let mut found = Vec::new();
    for statement in outermost(section.split_once('\n').map_or("", |(_, statements)| statements)) {
        let is_definition = ["import ", "from ", "def ", "class ", "@"].iter().any(|word| statement.starts_with(word))
            || statement.split_once(" = ").is_some_and(|(name, _)| name.chars().all(char::is_alphanumeric));
        if is_definition {
            head += statement;
        } else {
            found.push((head.clone(), statement.to_owned()));
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

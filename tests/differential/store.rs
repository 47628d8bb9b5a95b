//! Reads the data files.

use std::path::Path;

use keramos::ir::{Array, TensorType};
use keramos::runtime::data;
use serde_json::Value;

/// One data file.
pub struct Store {
    /// Its name, such as `primitives/elementwise`.
    pub name: String,
    /// Texts of the modules.
    pub modules: Vec<Module>,
    pub cases: Vec<Case>,
    tensors: Vec<Result<Array, String>>,
}

/// A Python file.
pub struct Module {
    pub name: String,
    pub text: String,
}

/// One call of a function of a module.
pub struct Case {
    pub name: String,
    pub module: usize,
    /// What is asked for, as in `keramos compile --entry`.
    pub entry: String,
    args: Vec<usize>,
    results: Vec<usize>,
    /// How far results may be off, if that is more than the default of the element type.
    pub tolerance: Option<f64>,
    /// What the case shows of a row of the tables, if it comes from one.
    pub subject: Option<Subject>,
}

/// What a case shows of a row of the tables of primitives.
pub struct Subject {
    /// The row's name.
    pub row: String,
    /// How the row's function is used, such as `vmap_grad`; `forward` if as it is.
    pub kind: String,
    /// The number of the operands among the row's.
    pub variant: usize,
    /// Whether `jit` is inside and around everything.
    pub jit: bool,
}

impl Store {
    /// The arguments' places in the file: equal ones are stored once.
    pub fn argument_places<'a>(&'a self, case: &'a Case) -> &'a [usize] {
        &case.args
    }

    pub fn arguments(&self, case: &Case) -> Result<Vec<Array>, String> {
        case.args.iter().map(|&index| self.tensors[index].clone()).collect()
    }

    pub fn expected(&self, case: &Case) -> Result<Vec<Array>, String> {
        case.results.iter().map(|&index| self.tensors[index].clone()).collect()
    }
}

/// All data files under `root/data`. A file whose programs differ from those that the data was made
/// with is an error.
pub fn read_all(root: &Path) -> Result<Vec<Store>, String> {
    let mut stores = Vec::new();
    for folder in ["primitives", "programs"] {
        let listing = std::fs::read_dir(root.join("data").join(folder)).map_err(|e| format!("data/{folder}: {e}"))?;
        let paths = listing.filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "npz")).collect();
        files.sort();
        for file in files {
            let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            stores.push(read(root, &file, format!("{folder}/{stem}"))?);
        }
    }
    Ok(stores)
}

fn read(root: &Path, file: &Path, name: String) -> Result<Store, String> {
    let arrays = data::read(file).map_err(|e| e.to_string())?;
    let bytes = |key: &str| arrays.get(key).map(|a| a.bytes()).ok_or_else(|| format!("{name}: no `{key}`"));
    let meta: Value = serde_json::from_slice(bytes("meta")?).map_err(|e| format!("{name}: {e}"))?;
    let block = bytes("data")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let numbers = |value: &Value| list(value).iter().filter_map(Value::as_u64).map(|n| n as usize).collect::<Vec<_>>();

    let modules =
        list(&meta["modules"]).iter().map(|m| Module { name: text(&m["name"]), text: text(&m["text"]) }).collect();
    let cases = list(&meta["cases"]).into_iter().map(|case| Case {
        name: format!("{name}:{}", text(&case["name"])),
        module: case["module"].as_u64().unwrap_or(0) as usize,
        entry: text(&case["entry"]),
        args: numbers(&case["args"]),
        results: numbers(&case["results"]),
        tolerance: case["tolerance"].as_f64(),
        subject: subject(&case["subject"]),
    });
    let tensors = list(&meta["tensors"]).iter().map(|tensor| array(tensor, block)).collect();
    let store = Store { cases: cases.collect(), modules, tensors, name };
    for module in &store.modules {
        let path = root.join(&module.name);
        // The generator adds functions at the end.
        let same = |text: String| module.text.starts_with(&text);
        if module.name.starts_with("programs/") && !std::fs::read_to_string(&path).is_ok_and(same) {
            return Err(format!(
                "{} has changed: run python tests/differential/generate.py {}",
                module.name, store.name
            ));
        }
    }
    Ok(store)
}

/// `[row, kind, variant, jit]`.
fn subject(value: &Value) -> Option<Subject> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Subject {
        row: text(&value[0])?,
        kind: text(&value[1])?,
        variant: value[2].as_u64()? as usize,
        jit: value[3].as_bool()?,
    })
}

/// The array at an entry `[element type, shape, offset]` of the table; an element type that the IR does
/// not have fails the cases that use it.
fn array(entry: &Value, block: &[u8]) -> Result<Array, String> {
    let name = entry[0].as_str().unwrap_or_default();
    let dtype = name.parse().map_err(|_| format!("there is no element type {name}"))?;
    let shape: Vec<usize> =
        entry[1].as_array().into_iter().flatten().filter_map(Value::as_u64).map(|n| n as usize).collect();
    let ty = TensorType::new(dtype, shape);
    let start = entry[2].as_u64().unwrap_or(0) as usize;
    let bytes = block.get(start..start + ty.bytes()).ok_or_else(|| format!("no bytes for {ty}"))?;
    Array::from_le_bytes(&ty, bytes).map_err(|e| e.to_string())
}

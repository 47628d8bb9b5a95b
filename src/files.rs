//! The files beside a model file that it imports.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use keramos_frontend::diagnostics::Source;
use keramos_frontend::{File, imports};

/// So many files are read for one program.
const MOST: usize = 64;

/// Files larger than this hold data rather than code.
const LARGEST: u64 = 4 << 20;

/// The files that the model file at `path`, with the text `source`, imports from its folder, and those that they
/// import. As Python does, modules are looked for in the model file's folder. A name that starts with that of one of the
/// folders around it (`from examples.mnist import model` in `examples/mnist/train.py`) is looked for from there.
///
/// What cannot be read is not among them; the import is then one of a package of the run.
pub fn files_beside(path: &Path, source: &str) -> Vec<File> {
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut found: Vec<File> = Vec::new();
    let mut open = VecDeque::from(imports(&Source::new("", source), ""));
    let mut seen = std::collections::HashSet::new();
    while let Some(module) = open.pop_front() {
        if found.len() >= MOST || !seen.insert(module.clone()) {
            continue;
        }
        let Some((file, text)) = read(&folder, &module) else { continue };
        if same(&file, path) {
            continue;
        }
        let package = match file.ends_with("__init__.py") {
            true => module.as_str(),
            false => module.rsplit_once('.').map_or("", |(package, _)| package),
        };
        let source = Source::new(file.display().to_string(), text);
        open.extend(imports(&source, package));
        found.push(File { module, source });
    }
    found
}

fn same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

/// The file of a module and its text.
fn read(folder: &Path, module: &str) -> Option<(PathBuf, String)> {
    roots(folder, module).into_iter().find_map(|root| {
        let base = module.split('.').fold(root, |path, part| path.join(part));
        let mut file = base.clone();
        file.as_mut_os_string().push(".py");
        [file, base.join("__init__.py")].into_iter().find_map(|file| {
            let about = std::fs::metadata(&file).ok().filter(|about| about.is_file() && about.len() <= LARGEST);
            let text = about.and_then(|_| std::fs::read_to_string(&file).ok())?;
            Some((file, text))
        })
    })
}

/// The folders in which a module is looked for.
fn roots(folder: &Path, module: &str) -> Vec<PathBuf> {
    let top = module.split('.').next().unwrap_or(module);
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let around = whole.ancestors().filter(|outer| outer.file_name().is_some_and(|name| name == top));
    let around = around.filter_map(Path::parent).map(Path::to_path_buf);
    std::iter::once(folder.to_path_buf()).chain(around).collect()
}

//! The table of modules that a program may import.
//!
//! Each module of a supported package is one `Contents`: the declarations that its areas export, a
//! few constants, and the names of its submodules. Packages that are not in the table (data loading,
//! plotting, the operating system, …) are *host* modules: whatever is taken from them only exists at
//! run time.

pub(crate) mod abc;
mod bases;
pub(crate) mod collections;
mod copy;
mod dataclasses;
mod functools;
pub(crate) mod itertools;
pub(crate) mod keras;
pub(crate) mod math;
pub(crate) mod numpy;
pub(crate) mod partial;
pub(crate) mod private;
pub(crate) mod standard;
pub(crate) mod typing;
pub(crate) mod written;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use keramos_ir::DType;

use crate::diagnostics::{codes, suggest};
use crate::error::Error;
use crate::interp::builtins::Builtin;
use crate::library::{ClassDecl, FunctionDecl, ModuleDecl, Refused};
use crate::value::Value;

/// What a module holds.
pub(crate) struct Contents {
    /// The dotted name.
    pub(crate) name: &'static str,
    /// Native classes.
    pub(crate) classes: &'static [&'static [&'static ClassDecl]],
    /// Native functions that build or configure.
    pub(crate) functions: &'static [&'static [&'static FunctionDecl]],
    /// Native functions that compute on tensors: on host values they give host values.
    pub(crate) tensor_functions: &'static [&'static [&'static FunctionDecl]],
    /// The same, as whole tables.
    pub(crate) tensor_tables: &'static [&'static [FunctionDecl]],
    /// Functions of Python's own library.
    pub(crate) python: &'static [&'static [FunctionDecl]],
    /// Other values, and the names of those that `import *` brings in.
    pub(crate) values: fn(&str) -> Option<Value>,
    /// The names that `values` knows.
    pub(crate) value_names: &'static [&'static str],
    /// Names that the package has and Keramos does not compile, with the reason.
    pub(crate) refused: &'static [Refused],
    /// Texts in the model language that define further functions (`packages/`).
    pub(crate) written: &'static [&'static str],
    /// Whether it also has what only the run has: names that are not here are host values, and so is what its functions
    /// make of host values.
    pub(crate) open: bool,
}

impl Contents {
    /// An empty module.
    pub(crate) const fn new(name: &'static str) -> Self {
        Contents {
            name,
            classes: &[],
            functions: &[],
            tensor_functions: &[],
            tensor_tables: &[],
            python: &[],
            values: |_| None,
            value_names: &[],
            refused: &[],
            written: &[],
            open: false,
        }
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let classes = self.classes.iter().flat_map(|list| list.iter());
        let functions = self.functions.iter().chain(self.tensor_functions).flat_map(|list| list.iter()).copied();
        let functions = functions.chain(self.tensor_tables.iter().flat_map(|list| list.iter()));
        let python = self.python.iter().flat_map(|list| list.iter());
        classes
            .copied()
            .find(|class| class.name == name || class.aliases.contains(&name))
            .map(Value::Class)
            .or_else(|| functions.into_iter().find(|function| function.name == name).map(Value::Function))
            .or_else(|| python.into_iter().find(|function| function.name == name).map(Builtin::value))
            .or_else(|| (self.values)(name))
    }

    /// The functions on tensors.
    pub(crate) fn tensor_functions(&self) -> Vec<&'static FunctionDecl> {
        let functions = self.tensor_functions.iter().flat_map(|list| list.iter()).copied();
        functions.chain(self.tensor_tables.iter().flat_map(|list| list.iter())).collect()
    }

    /// The names of all members, sorted.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let classes = self.classes.iter().flat_map(|list| list.iter());
        let functions = self.functions.iter().chain(self.tensor_functions).flat_map(|list| list.iter()).copied();
        let functions = functions.chain(self.tensor_tables.iter().flat_map(|list| list.iter()));
        let python = self.python.iter().flat_map(|list| list.iter());
        let mut names: Vec<&'static str> = classes
            .flat_map(|class| std::iter::once(class.name).chain(class.aliases.iter().copied()))
            .chain(functions.map(|function| function.name))
            .chain(python.map(|function| function.name))
            .chain(self.value_names.iter().copied())
            .chain(written::names(self.written))
            .filter(|name| !name.starts_with('_') || name.starts_with("__"))
            .collect();
        names.sort_unstable();
        names
    }
}

/// Declares modules: a static `Contents` and the [`ModuleDecl`] over it for each.
macro_rules! modules {
    ($($(#[$doc:meta])* $name:ident = $contents:expr;)*) => {
        $($(#[$doc])*
        pub(crate) static $name: $crate::library::ModuleDecl = {
            static CONTENTS: $crate::modules::Contents = $contents;
            $crate::library::ModuleDecl {
                name: CONTENTS.name,
                get: |name| $crate::modules::Contents::get(&CONTENTS, name),
                names: || $crate::modules::Contents::names(&CONTENTS),
                tensor_functions: || $crate::modules::Contents::tensor_functions(&CONTENTS),
                refused: CONTENTS.refused,
                written: CONTENTS.written,
                open: CONTENTS.open,
            }
        };)*

        /// The modules declared here.
        pub(crate) static TABLE: $crate::modules::Table = &[$(&$name),*];
    };
}

pub(crate) use modules;

/// The modules of one file.
pub(crate) type Table = &'static [&'static ModuleDecl];

/// Every module of the table.
fn tables() -> Vec<Table> {
    vec![
        keras::TABLE,
        math::TABLE,
        functools::TABLE,
        collections::TABLE,
        itertools::TABLE,
        typing::TABLE,
        dataclasses::TABLE,
        abc::TABLE,
        copy::TABLE,
        standard::TABLE,
        numpy::TABLE,
        crate::keras::datasets::TABLE,
        crate::keras::ops::TABLE,
        crate::keras::ops::image::TABLE,
        crate::keras::random::TABLE,
        crate::jax::TABLE,
        crate::jax::experimental::TABLE,
        crate::jax::tree::TABLE,
        crate::jax::transform::checkpoint::TABLE,
        crate::jax::transform::misc::TABLE,
        crate::jax::numpy::TABLE,
        crate::jax::numpy::linalg::TABLE,
        crate::jax::numpy::fft::TABLE,
        crate::jax::lax::TABLE,
        crate::jax::image::TABLE,
        crate::jax::nn::TABLE,
        crate::jax::ops::TABLE,
        crate::jax::random::TABLE,
        crate::jax::scipy::TABLE,
    ]
}

/// All modules of supported packages, for the language reference.
pub fn all() -> impl Iterator<Item = &'static ModuleDecl> {
    tables().into_iter().flatten().copied()
}

/// What a dotted name refers to.
#[derive(Debug)]
pub(crate) enum Found {
    /// A module of the table.
    Module(&'static ModuleDecl),
    /// A package that only exists at run time.
    Host,
    /// A supported package has no such module.
    Unknown(Error),
}

/// Packages whose modules are all in the table: another name inside them is a mistake.
const COMPLETE: &[&str] = &["keras", "jax", "optax", "flax", "haiku"];

/// Modules inside those that deal with data, files and plots only.
const HOST_MODULES: &[&str] = &[
    "keras.export",
    "keras.legacy",
    "keras.preprocessing",
    "keras.visualization",
    "keras.wrappers",
    "flax.config",
    "flax.metrics",
    "flax.testing",
    "flax.typing",
    "jax.distributed",
    "jax.dlpack",
    "jax.experimental.compilation_cache",
    "jax.experimental.jax2tf",
    "jax.experimental.multihost_utils",
    "jax.experimental.profiler",
    "jax.monitoring",
    "jax.profiler",
    "jax.test_util",
    "flax.serialization",
    "flax.training.checkpoints",
    "flax.training.early_stopping",
    "flax.training.orbax_utils",
    "flax.training.prefetch_iterator",
];

/// The name under which Keras's modules are known: `keras.layers` for `tensorflow.keras.layers`, for `keras.src.layers` and for the files
/// that the latter is made of.
pub(crate) fn own_name(name: &str) -> Cow<'_, str> {
    let inside = |package: &str| {
        name.strip_prefix(package)
            .filter(|rest| rest.is_empty() || rest.starts_with('.'))
            .map(|rest| rest.trim_start_matches('.'))
    };
    let rest = match (inside("tensorflow.keras"), inside("keras.src")) {
        (Some(rest), _) => rest,
        (None, Some(rest)) => {
            let area = rest.split('.').next().unwrap_or(rest);
            let known = all().any(|module| module.name.strip_prefix("keras.") == Some(area));
            if known && area != "backend" { area } else { rest }
        }
        (None, None) => return Cow::Borrowed(name),
    };
    Cow::Owned(if rest.is_empty() { "keras".to_owned() } else { format!("keras.{rest}") })
}

/// The module of a dotted name.
pub(crate) fn find(name: &str) -> Found {
    let name = own_name(name).into_owned();
    if let Some(module) = all().find(|module| module.name == name) {
        return Found::Module(module);
    }
    let inside =
        |package: &str| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if HOST_MODULES.iter().any(|module| inside(module)) || !COMPLETE.iter().any(|package| inside(package)) {
        return Found::Host;
    }
    if let Some(error) = name.match_indices('.').find_map(|(dot, _)| refused_inside(&name[..dot], &name[dot + 1..])) {
        return Found::Unknown(error);
    }
    let error = Error::new(codes::UNKNOWN_MODULE, format!("Keramos knows no module `{name}`"));
    Found::Unknown(match suggest::did_you_mean(&name, all().map(|module| module.name)) {
        Some(help) => error.help(help),
        None => error.help("what Keramos compiles is listed in the language reference"),
    })
}

/// The error of a dotted name inside a module, if its first part is refused there.
fn refused_inside(module: &str, rest: &str) -> Option<Error> {
    let module = all().find(|m| m.name == module)?;
    refusal(module, rest.split('.').next().unwrap_or(rest))
}

/// Functions of `jax.tree` that were in `jax` once, with `tree_` before their names.
const TREES: &[&str] = &["all", "flatten", "leaves", "map", "reduce", "structure", "transpose", "unflatten"];

/// The error of a name that a module refuses.
fn refusal(module: &ModuleDecl, name: &str) -> Option<Error> {
    let refused = module.refused.iter().find(|refused| refused.is(name))?;
    Some(Error::unsupported(format!("`{}.{name}` is not compiled: {}", module.name, refused.why)))
}

/// `module.name` where `name` is a submodule.
pub(crate) fn submodule(module: &ModuleDecl, name: &str) -> Option<Value> {
    let full = format!("{}.{name}", module.name);
    match find(&full) {
        Found::Module(module) => Some(Value::Module(module)),
        Found::Host => {
            HOST_MODULES.iter().any(|host| *host == full).then(|| Value::Host(crate::value::Host::new(full, None)))
        }
        Found::Unknown(_) => None,
    }
}

/// A host attribute that is known after all: a supported module (`tf.keras`) or a type of elements (`tf.float32`), which
/// Keras takes from TensorFlow with all backends.
pub(crate) fn host_alias(full: &str) -> Option<Value> {
    match full.strip_prefix("tensorflow.") {
        Some("string") => return Some(Value::str("string")),
        Some(name) if name != "bool_" => {
            if let Some(dtype) = DType::from_numpy_name(name) {
                return Some(Value::DType(dtype));
            }
        }
        _ => {}
    }
    match (full.starts_with("tensorflow.keras"), find(full)) {
        (true, Found::Module(module)) => Some(Value::Module(module)),
        _ => None,
    }
}

/// Whether the function computes on tensors, so that on host values it gives a host value.
pub(crate) fn is_tensor_function(decl: &'static FunctionDecl) -> bool {
    static KNOWN: OnceLock<HashSet<usize>> = OnceLock::new();
    let address = |decl: &FunctionDecl| std::ptr::from_ref(decl) as usize;
    let known = KNOWN.get_or_init(|| {
        let functions = all().flat_map(|module| (module.tensor_functions)());
        let methods = crate::jax::numpy::METHOD_ONLY.iter().flat_map(|list| list.iter());
        functions.chain(methods.copied()).map(address).collect()
    });
    known.contains(&address(decl))
}

/// An attribute of a native class, such as `Model.from_config`.
pub(crate) fn class_attribute(class: &'static ClassDecl, name: &str) -> Option<Value> {
    let configured = name == "from_config" && crate::keras::config::is_configured(class);
    configured.then(|| crate::keras::config::from_config(class))
}

/// The error of a name that a module lacks, with the nearest that it has.
pub(crate) fn unknown_attribute(module: &ModuleDecl, name: &str) -> Error {
    if let Some(error) = refusal(module, name) {
        return error;
    }
    let names = (module.names)();
    let near = suggest::did_you_mean(name, names.iter().copied());
    if module.name == "keras.layers" {
        return Error::new(codes::UNKNOWN_LAYER, format!("Keramos has no layer `{name}`"))
            .help(near.unwrap_or_else(|| "the layers are listed in the language reference".to_owned()));
    }
    let error = Error::new(codes::UNKNOWN_ATTRIBUTE, format!("module `{}` has no attribute `{name}`", module.name));
    if let ("jax", Some(function)) = (module.name, name.strip_prefix("tree_").filter(|name| TREES.contains(name))) {
        return error.help(format!("it is no longer in JAX: write jax.tree.{function}"));
    }
    match near {
        Some(help) => error.help(help),
        None => error,
    }
}

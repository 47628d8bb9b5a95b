//! Packages that are written in the model language themselves.
//!
//! A package's text is evaluated when it is first imported, and that of a module of the table when a name is first
//! looked up that no native declaration has. What it computes and what goes wrong in it stands
//! where the program called it: places in a package are nobody's business.

mod refused;
mod texts;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use refused::REFUSED;
use texts::PACKAGES;

use super::attribute::user;
use super::builtins::{Builtin, functions};
use super::known_or_run::KnownOrRun;
use super::module::{EvaluatedModule, Origin};
use super::scope::Env;
use super::{Interp, UserFunction};
use crate::diagnostics::{Diagnostic, Source, codes};
use crate::error::{Error, Result};
use crate::keras::graph;
use crate::library::{Default, FunctionDecl, ModuleDecl};
use crate::modules::written;
use crate::syntax::ast::Block;
use crate::syntax::parse;
use crate::value::{Host, Value};

/// A package's text.
struct Text {
    /// The dotted names by which it is imported, the first being its own.
    names: &'static [&'static str],
    /// The parts, one after the other.
    parts: &'static [&'static str],
    modules: Modules,
}

/// The modules inside a package, all of which hold the package's names. Of a module with a prefix, the names
/// may be written without it.
type Modules = &'static [(&'static str, &'static str)];

/// The package that holds the steps of Keras's trainer; no program can import a name with a blank.
pub(crate) const TRAINER: &str = "keras trainer";

/// The package that holds what Python's own modules have and is written in Python.
const STANDARD: &str = "standard library";

fn refused_of(package: &str) -> &'static [(&'static str, &'static str)] {
    REFUSED.iter().find(|(name, _)| *name == package).map_or(&[], |(_, refused)| refused)
}

/// A package as the language reference shows it.
pub(crate) struct Importable {
    pub(crate) name: &'static str,
    pub(crate) parts: &'static [&'static str],
    /// Names that are not compiled, and why.
    pub(crate) refused: &'static [(&'static str, &'static str)],
}

/// The packages that are in no table of modules, each with what of it is not compiled.
pub(crate) fn importable() -> impl Iterator<Item = Importable> {
    let shown = |text: &&Text| text.name() != TRAINER && !text.name().contains("__") && !text.parts.is_empty();
    let packages = PACKAGES.iter().filter(shown);
    packages.map(|text| Importable { name: text.name(), parts: text.parts, refused: refused_of(text.name()) })
}

/// The package that holds a module, and the prefix of the module's names in it.
pub(crate) fn holding(module: &str) -> Option<(Importable, &'static str)> {
    let (text, prefix) = text(module)?;
    let refused = refused_of(module);
    Some((Importable { name: text.name(), parts: text.parts, refused }, prefix.unwrap_or("")))
}

impl Text {
    /// Its own name.
    fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// What packages can say that programs cannot.
static OWN_FUNCTIONS: &[FunctionDecl] = functions! {
    "_warn" [(message) (note) (help)] "Warns about the call of the package." => |interp, args| {
        let (message, note, help) = (args.str("message")?, args.str("note")?, args.str("help")?);
        let warning = Diagnostic::warning(codes::HOST_VALUE, interp.span, message.to_string());
        interp.warn(warning.note(note.to_string()).help(help.to_string()));
        Ok(Value::None)
    };
    "_told" [(name) (value)] "What the user told of a name when compiling, or the value." => |interp, args| {
        let (name, value) = (args.str("name")?, args.get("value")?.clone());
        let told = interp.told.iter().find(|(known, _)| **known == *name);
        interp.told_by.borrow_mut().extend(told.map(|(name, _)| name.clone()));
        Ok(told.map_or(value, |(_, told)| told.clone()))
    };
    "_sibling_config" [(path)] "The function that makes the configuration of a file of the program." => |interp, args| {
        let module = config_module(&args.str("path")?).unwrap_or_else(|| "configs.default".to_owned());
        let outer = std::mem::replace(&mut interp.in_package, false);
        let found = interp.file_module(&module);
        interp.in_package = outer;
        match found? {
            Some(module) => interp.attribute(&module, "get_config"),
            None => Ok(Value::None),
        }
    };
    "_host" [(what) (told_as = Default::None)] "What only exists at run time, unless it is told under a name." => |_, args| {
        let host = Host::new(args.str("what")?.to_string(), None);
        Ok(Value::Host(match args.some("told_as")? {
            Some(_) => host.with_name(&args.str("told_as")?),
            None => host,
        }))
    };
    "_sources" [(tensor)] "The model inputs that a symbolic tensor comes from: one, or a list." => |_, args| {
        let Value::Symbolic(tensor) = args.get("tensor")? else {
            let found = args.get("tensor")?.type_name();
            return Err(crate::error::Error::argument(format!("`input_tensor` must be a symbolic tensor, found {found}"))
                .help("give it what keras.Input, or layers called on that, made"));
        };
        let sources: Vec<Value> = graph::sources(tensor).into_iter().map(Value::Symbolic).collect();
        Ok(match sources.as_slice() {
            [only] => only.clone(),
            _ => Value::list(sources),
        })
    };
};

/// The release of a package whose behaviour is that of Keramos's.
pub(crate) fn version(package: &str) -> Option<&'static str> {
    const VERSIONS: [(&str, &str); 5] =
        [("jax", "0.10.2"), ("optax", "0.2.8"), ("flax", "0.12.8"), ("haiku", "0.0.17"), ("clu", "0.0.12")];
    VERSIONS.iter().find(|(name, _)| *name == package).map(|(_, version)| *version)
}

/// Whether there is a package of that name that is written in the model language.
pub(crate) fn is_package(name: &str) -> bool {
    text(name).is_some()
}

/// The module of a configuration's file: `configs.default` of `configs/default.py`, `./configs/default.py` and
/// `configs/default.py:argument`.
pub(crate) fn config_module(path: &str) -> Option<String> {
    let (file, _) = path.split_once(".py")?;
    Some(file.trim_start_matches("./").replace('/', "."))
}

/// The text of a dotted name, and the prefix of its names if it is a module inside a text.
fn text(name: &str) -> Option<(&'static Text, Option<&'static str>)> {
    let named = |name: &str| PACKAGES.iter().find(|text| text.names.contains(&name));
    if let Some(text) = named(name) {
        return Some((text, None));
    }
    let (package, module) = name.rsplit_once('.')?;
    let text = named(package)?;
    text.modules.iter().find(|(known, _)| *known == module).map(|(_, prefix)| (text, Some(*prefix)))
}

impl Interp {
    /// The package or module of that name, if it is written in the model language.
    ///
    /// # Errors
    /// The package's own text fails.
    pub(super) fn package(&mut self, name: &str) -> Result<Option<Value>> {
        let Some((text, prefix)) = text(name) else { return Ok(None) };
        let env = self.package_names(text.name(), text.parts)?;
        Ok(Some(EvaluatedModule::value(name, env, Origin::Package { prefix: prefix.unwrap_or("") })))
    }

    /// The function `name` of a package.
    ///
    /// # Errors
    /// There is no such package or function.
    pub(crate) fn package_function(&mut self, package: &str, name: &str) -> Result<Value> {
        let text = PACKAGES.iter().find(|text| text.names.contains(&package));
        let text = text.ok_or_else(|| Error::internal(format!("there is no package `{package}`")))?;
        let found = self.package_names(text.name(), text.parts)?.own(name);
        found.ok_or_else(|| Error::internal(format!("the package `{package}` has no `{name}`")))
    }

    /// What Python's own modules have under that name and is written in Python.
    ///
    /// # Errors
    /// There is no such function.
    pub(crate) fn standard_function(&mut self, name: &str) -> Result<Value> {
        self.package_function(STANDARD, name)
    }

    /// The member of that name which the module's text in the model language defines, if it does.
    ///
    /// # Errors
    /// The text is wrong, which is a mistake in Keramos.
    pub(crate) fn written_member(&mut self, module: &'static ModuleDecl, name: &str) -> Result<Option<Value>> {
        if !written::names(module.written).any(|known| known == name) {
            return Ok(None);
        }
        let found = self.package_names(module.name, module.written)?.own(name);
        Ok(match found {
            Some(function) if module.open && user::<UserFunction>(&function).is_some() => {
                Some(KnownOrRun::value(format!("{}.{name}", module.name), function))
            }
            found => found,
        })
    }

    /// The member `name` of a package, or of a module in one whose names have the prefix there.
    ///
    /// # Errors
    /// It is not compiled.
    pub(super) fn package_member(
        &mut self,
        package: &str,
        prefix: &str,
        env: &Env,
        name: &str,
    ) -> Result<Option<Value>> {
        match name {
            "__name__" => return Ok(Some(Value::str(package))),
            "__version__" => return Ok(version(package).map(Value::str)),
            _ if name.starts_with('_') => return Ok(None),
            _ => {}
        }
        if let Some(inner) = self.package(&format!("{package}.{name}"))? {
            return Ok(Some(inner));
        }
        let found = env.own(&format!("{prefix}{name}")).or_else(|| env.own(name));
        match refused_of(package).iter().find(|(refused, _)| found.is_none() && *refused == name) {
            Some((_, why)) => Err(Error::unsupported(format!("`{package}.{name}` is not compiled")).note(*why)),
            None => Ok(found),
        }
    }

    fn package_names(&mut self, name: &'static str, parts: &[&str]) -> Result<Rc<Env>> {
        if let Some((_, env)) = self.eval.packages.iter().find(|(known, _)| *known == name) {
            return Ok(env.clone());
        }
        let body = parsed(name, parts)?;
        let env = Env::package();
        OWN_FUNCTIONS.iter().for_each(|function| env.bind(&function.name.into(), Builtin::value(function)));
        // As in Python, a package that is imported while it is read is there, as far as it got.
        self.eval.packages.push((name, env.clone()));
        let outer = std::mem::replace(&mut self.in_package, true);
        let run = body.iter().try_for_each(|stmt| self.stmt(&env, stmt).map(drop));
        self.in_package = outer;
        let Err(error) = run else { return Ok(env) };
        let told = error.diagnostic();
        if told.code != codes::LIMIT {
            return Err(Error::internal(format!("the package `{name}`: {}", told.message)));
        }
        // The program had too few steps or calls left; what half a package defines is of no use.
        self.eval.packages.retain(|(known, _)| *known != name);
        let limit = Error::new(codes::LIMIT, told.message.clone());
        let limit = told.notes.iter().fold(limit, |error, note| error.note(note.clone()));
        Err(told.help.iter().fold(limit, |error, help| error.help(help.clone())))
    }
}

/// The statements of a package. The texts never change, so that each is parsed once by a thread, however many files
/// it compiles.
fn parsed(name: &'static str, parts: &[&str]) -> Result<Block> {
    thread_local! {
        static PARSED: RefCell<HashMap<&'static str, Block>> = RefCell::default();
    }
    if let Some(body) = PARSED.with_borrow(|parsed| parsed.get(name).cloned()) {
        return Ok(body);
    }
    let (module, diagnostics) = parse(&Source::new(name, parts.join("\n")));
    if let Some(problem) = diagnostics.first() {
        return Err(Error::internal(format!("the package `{name}`: {}", problem.message)));
    }
    PARSED.with_borrow_mut(|parsed| parsed.insert(name, module.body.clone()));
    Ok(module.body)
}

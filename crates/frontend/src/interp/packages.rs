//! Packages that are written in the model language themselves.
//!
//! A package's text is evaluated when it is first imported, and that of a module of the table when a name is first
//! looked up that no native declaration has. What it computes and what goes wrong in it stands
//! where the program called it: places in a package are nobody's business.

use std::rc::Rc;

use super::Interp;
use super::scope::Env;
use crate::diagnostics::Source;
use crate::error::{Error, Result};
use crate::library::{Args, ModuleDecl};
use crate::modules::written;
use crate::syntax::parse;
use crate::value::{Object, Value};

/// A package's text.
struct Text {
    name: &'static str,
    /// The parts, one after the other.
    parts: &'static [&'static str],
    modules: Modules,
}

/// The modules inside a package, all of which hold the package's names. Of a module with a prefix, the names
/// may be written without it.
type Modules = &'static [(&'static str, &'static str)];

/// The package that holds the steps of Keras's trainer; no program can import a name with a blank.
pub(crate) const TRAINER: &str = "keras trainer";

const PACKAGES: &[Text] = &[
    Text { name: TRAINER, parts: &[include_str!("../packages/trainer.py")], modules: &[] },
    Text {
        name: "optax",
        parts: &[
            include_str!("../packages/optax/shared.py"),
            include_str!("../packages/optax/transformations.py"),
            include_str!("../packages/optax/wrappers.py"),
            include_str!("../packages/optax/optimizers.py"),
            include_str!("../packages/optax/updates.py"),
            include_str!("../packages/optax/schedules.py"),
            include_str!("../packages/optax/losses.py"),
        ],
        modules: &[("losses", ""), ("schedules", ""), ("transforms", ""), ("tree", "tree_"), ("tree_utils", "")],
    },
];

/// A package, or a module in it, as a value.
#[derive(Debug)]
struct Package {
    name: String,
    prefix: &'static str,
    modules: Modules,
    env: Rc<Env>,
}

impl Interp {
    /// The package or module of that name, if it is written in the model language.
    ///
    /// # Errors
    /// The package has no such module.
    pub(super) fn package(&mut self, name: &str) -> Result<Option<Value>> {
        let (top, module) = name.split_once('.').unwrap_or((name, ""));
        let Some(text) = PACKAGES.iter().find(|text| text.name == top) else { return Ok(None) };
        let prefix = match text.modules.iter().find(|(known, _)| *known == module) {
            Some((_, prefix)) => prefix,
            None if module.is_empty() => "",
            None => return Ok(None),
        };
        let env = self.package_names(text.name, text.parts)?;
        let modules: Modules = if module.is_empty() { text.modules } else { &[] };
        Ok(Some(Value::User(Rc::new(Package { name: name.to_owned(), prefix, modules, env }))))
    }

    /// The function `name` of a package.
    ///
    /// # Errors
    /// There is no such package or function.
    pub(crate) fn package_function(&mut self, package: &str, name: &str) -> Result<Value> {
        let text = PACKAGES.iter().find(|text| text.name == package);
        let text = text.ok_or_else(|| Error::internal(format!("there is no package `{package}`")))?;
        let found = self.package_names(text.name, text.parts)?.own(name);
        found.ok_or_else(|| Error::internal(format!("the package `{package}` has no `{name}`")))
    }

    /// The member of that name which the module's text in the model language defines, if it does.
    ///
    /// # Errors
    /// The text is wrong, which is a mistake in Keramos.
    pub(super) fn written_member(&mut self, module: &'static ModuleDecl, name: &str) -> Result<Option<Value>> {
        if !written::names(module.written).any(|known| known == name) {
            return Ok(None);
        }
        Ok(self.package_names(module.name, module.written)?.own(name))
    }

    fn package_names(&mut self, name: &'static str, parts: &[&str]) -> Result<Rc<Env>> {
        if let Some((_, env)) = self.eval.packages.iter().find(|(known, _)| *known == name) {
            return Ok(env.clone());
        }
        let (module, diagnostics) = parse(&Source::new(name, parts.join("\n")));
        if let Some(problem) = diagnostics.first() {
            return Err(Error::internal(format!("the package `{name}`: {}", problem.message)));
        }
        let env = Env::package();
        let outer = std::mem::replace(&mut self.in_package, true);
        let run = module.body.iter().try_for_each(|stmt| self.stmt(&env, stmt).map(drop));
        self.in_package = outer;
        run.map_err(|error| Error::internal(format!("the package `{name}`: {}", error.diagnostic().message)))?;
        self.eval.packages.push((name, env.clone()));
        Ok(env)
    }
}

impl Object for Package {
    fn class_name(&self) -> Rc<str> {
        "module".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if name.starts_with('_') {
            return Ok((name == "__name__").then(|| Value::str(self.name.as_str())));
        }
        if self.modules.iter().any(|(module, _)| *module == name) {
            return interp.package(&format!("{}.{name}", self.name));
        }
        Ok(self.env.own(&format!("{}{name}", self.prefix)).or_else(|| self.env.own(name)))
    }

    fn attributes(&self) -> Vec<String> {
        let names = self.env.entries().into_iter().map(|(name, _)| name.to_string());
        names.filter(|name| !name.starts_with('_')).collect()
    }

    fn call(self: Rc<Self>, _: &mut Interp, _: Args) -> Result<Value> {
        Err(Error::ty("'module' object is not callable"))
    }

    fn repr(&self) -> String {
        format!("<module '{}'>", self.name)
    }
}

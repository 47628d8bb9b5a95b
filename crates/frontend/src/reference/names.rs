//! What the tables know of a single name.

use super::{definitions, named, parameters};
use crate::interp::builtins;
use crate::interp::packages::{self, Importable};
use crate::library::{ModuleDecl, ParamKind, Signature, other_names, undeclared};
use crate::modules::{self, Found, written};
use crate::value::Value;

/// What becomes of a name of a package.
#[derive(Debug)]
pub enum Known {
    /// It is compiled.
    Compiled(Parameters),
    /// It is left to the run.
    Host,
    /// It is not compiled, for this reason.
    Refused(&'static str),
}

/// What the tables tell of the parameters of something that is called.
#[derive(Debug, Default)]
pub struct Parameters {
    function: String,
    /// Those that may be given by name; `None` if that is not told, as of functions that gather others.
    named: Option<Vec<String>>,
}

impl Parameters {
    fn of(function: &str, signature: &Signature) -> Self {
        let gathers = signature.iter().any(|p| matches!(p.kind, ParamKind::Keywords | ParamKind::Variadic));
        Parameters { function: function.to_owned(), named: (!gathers).then(|| named(signature)) }
    }

    /// Those of something in the model language, if its own text tells them all.
    fn told(definition: &written::Function) -> Self {
        let is_told = definition.call.contains('(') && !definition.call.contains('*');
        Parameters { function: definition.name.to_owned(), named: is_told.then(|| parameters(definition)) }
    }

    /// Whether a parameter of that name is taken, or refused with a reason, as far as the tables tell.
    pub fn know(&self, parameter: &str) -> bool {
        let Some(named) = &self.named else { return true };
        let is_it =
            |known: &String| known == parameter || other_names(&self.function, known).any(|other| other == parameter);
        named.iter().any(is_it) || undeclared(&self.function, parameter).is_some()
    }
}

/// What the tables know of the name `name` of the module `module`; `None` if nothing.
pub fn known(module: &str, name: &str) -> Option<Known> {
    if let Some((package, prefix)) = packages::holding(module) {
        return in_package(&package, prefix, module, name);
    }
    match modules::find(module) {
        Found::Module(found) => in_module(found, name),
        Found::Host => Some(Known::Host),
        Found::Unknown(_) => None,
    }
}

fn in_package(package: &Importable, prefix: &str, module: &str, name: &str) -> Option<Known> {
    let prefixed = format!("{prefix}{name}");
    for known in [prefixed.as_str(), name] {
        if let Some(definition) = definitions(package.parts).find(|f| f.name == known) {
            return Some(Known::Compiled(Parameters::told(&definition)));
        }
        if written::names(package.parts).any(|defined| defined == known) {
            return Some(Known::Compiled(Parameters::default()));
        }
    }
    if let Some((_, why)) = package.refused.iter().find(|(refused, _)| *refused == name) {
        return Some(Known::Refused(why));
    }
    packages::holding(&format!("{module}.{name}")).map(|_| Known::Compiled(Parameters::default()))
}

fn in_module(module: &'static ModuleDecl, name: &str) -> Option<Known> {
    let refused = module.refused.iter().find(|refused| refused.is(name) && (module.get)(name).is_none());
    if let Some(refused) = refused {
        return Some(Known::Refused(refused.why));
    }
    if let Some(definition) = definitions(module.written).find(|f| f.name == name) {
        return Some(Known::Compiled(Parameters::told(&definition)));
    }
    if written::names(module.written).any(|defined| defined == name) {
        return Some(Known::Compiled(Parameters::default()));
    }
    match (module.get)(name) {
        Some(Value::Host(_)) => Some(Known::Host),
        Some(Value::Class(decl)) => Some(Known::Compiled(Parameters::of(decl.name, &decl.signature))),
        Some(Value::Function(decl)) => Some(Known::Compiled(Parameters::of(decl.name, &decl.signature))),
        Some(found) => {
            let declared = builtins::declaration(&found).map(|decl| Parameters::of(decl.name, &decl.signature));
            Some(Known::Compiled(declared.unwrap_or_default()))
        }
        None => match modules::submodule(module, name) {
            Some(Value::Host(_)) => Some(Known::Host),
            Some(_) => Some(Known::Compiled(Parameters::default())),
            None if module.open => Some(Known::Host),
            None => {
                packages::holding(&format!("{}.{name}", module.name)).map(|_| Known::Compiled(Parameters::default()))
            }
        },
    }
}

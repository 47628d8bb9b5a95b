//! Imports.

use std::rc::Rc;

use super::Interp;
use super::scope::Env;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::modules::{self, Found};
use crate::syntax::ast::{DottedName, ImportedModule, ImportedNames};
use crate::value::{Host, Value};

impl Interp {
    /// `import a.b` or `import a.b as c`.
    pub(super) fn import(&mut self, env: &Rc<Env>, import: &ImportedModule) -> Result<()> {
        let name = dotted(&import.module);
        let whole = self.module(&name)?;
        let Some(first) = import.module.parts.first() else { return Ok(()) };
        match &import.alias {
            Some(alias) => env.bind(&alias.name, whole),
            None => {
                let top = self.module(&first.name)?;
                env.bind(&first.name, top);
            }
        }
        Ok(())
    }

    /// `from a.b import c as d`.
    pub(super) fn import_names(
        &mut self,
        env: &Rc<Env>,
        level: u32,
        module: Option<&DottedName>,
        names: &ImportedNames,
    ) -> Result<()> {
        let name = module.map(dotted).unwrap_or_default();
        if level > 0 {
            return Err(Error::new(
                codes::UNSUPPORTED_SYNTAX,
                "a model is one file: relative imports are not compiled",
            )
            .help("put the code into the model file itself"));
        }
        if name == "__future__" {
            return Ok(());
        }
        let module = self.module(&name)?;
        match names {
            ImportedNames::All(_) => {
                if let Value::Module(decl) = &module {
                    for name in (decl.names)() {
                        if let Some(value) = self.find_attribute(&module, name)? {
                            env.bind(&name.into(), value);
                        }
                    }
                }
                if let Value::User(package) = &module {
                    for name in package.attributes() {
                        if let Some(value) = package.clone().get_attr(self, &name)? {
                            env.bind(&name.into(), value);
                        }
                    }
                }
            }
            ImportedNames::Names(names) => {
                for imported in names {
                    let bound = imported.alias.as_ref().unwrap_or(&imported.name);
                    let value = match self.find_attribute(&module, &imported.name.name)? {
                        Some(value) => value,
                        None => match self.submodule(&name, &imported.name.name) {
                            Some(value) => value,
                            None => {
                                return self
                                    .attribute(&module, &imported.name.name)
                                    .map(drop)
                                    .map_err(|error| error.at(imported.name.span));
                            }
                        },
                    };
                    env.bind(&bound.name, value);
                }
            }
        }
        Ok(())
    }

    /// The module `package.name`, if Keramos knows it.
    fn submodule(&mut self, package: &str, name: &str) -> Option<Value> {
        match modules::find(&format!("{package}.{name}")) {
            Found::Module(module) => Some(Value::Module(module)),
            Found::Host => Some(Value::Host(Host::new(format!("{package}.{name}"), None))),
            Found::Unknown(_) => None,
        }
    }

    /// The module of a dotted name. Packages that Keramos does not implement are host modules.
    fn module(&mut self, name: &str) -> Result<Value> {
        if let Some(package) = self.package(name)? {
            return Ok(package);
        }
        if name == modules::private::PRIVATE.name && self.in_package {
            return Ok(Value::Module(&modules::private::PRIVATE));
        }
        Ok(match modules::find(name) {
            Found::Module(module) => Value::Module(module),
            Found::Host => Value::Host(Host::new(name, None)),
            Found::Unknown(error) => return Err(error),
        })
    }
}

fn dotted(name: &DottedName) -> String {
    name.parts.iter().map(|part| &*part.name).collect::<Vec<_>>().join(".")
}

//! Imports.

use std::rc::Rc;

use super::Interp;
use super::module::{EvaluatedModule, Origin};
use super::scope::Env;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::files::relative;
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
        let name = relative(&self.package_here(), level, &module.map(dotted).unwrap_or_default());
        if name == "__future__" {
            return Ok(());
        }
        // `from . import model` in the model file's folder names nothing that modules lie in.
        if level > 0 && name.is_empty() {
            return self.import_beside(env, names);
        }
        if level > 0 && self.files.module(&name).is_none() {
            return Err(not_beside(&name));
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

    /// `from . import a, b` in the model file's folder.
    fn import_beside(&mut self, env: &Rc<Env>, names: &ImportedNames) -> Result<()> {
        let ImportedNames::Names(names) = names else {
            return Err(Error::new(codes::UNSUPPORTED_SYNTAX, "`from . import *` names nothing"));
        };
        for imported in names {
            let name = &imported.name.name;
            let module = self.file_module(name)?.ok_or_else(|| not_beside(name).at(imported.name.span))?;
            env.bind(&imported.alias.as_ref().unwrap_or(&imported.name).name, module);
        }
        Ok(())
    }

    /// The folder that relative imports start from in the file that is evaluated.
    fn package_here(&self) -> String {
        match self.files.module_at(self.span.start) {
            Some(module) if self.files.is_folder(module) => module.to_owned(),
            Some(module) => module.rsplit_once('.').map_or("", |(folder, _)| folder).to_owned(),
            None => String::new(),
        }
    }

    /// The module of the program's own file of that name, evaluated when it is first imported.
    ///
    /// # Errors
    /// A statement of it fails.
    pub(crate) fn file_module(&mut self, name: &str) -> Result<Option<Value>> {
        if self.in_package {
            return Ok(None);
        }
        let Some((name, body)) = self.files.module(name) else { return Ok(None) };
        let known = self.eval.modules.iter().find(|(known, _)| *known == name).map(|(_, env)| env.clone());
        let env = match known {
            Some(env) => env,
            None => {
                let env = Env::module();
                env.bind(&"__name__".into(), Value::Str(name.clone()));
                // As in Python, a module that is imported while it is read is there, as far as it got.
                self.eval.modules.push((name.clone(), env.clone()));
                let span = self.span;
                let run = body.iter().try_for_each(|stmt| self.stmt(&env, stmt).map(drop));
                self.span = span;
                run?;
                env
            }
        };
        Ok(Some(EvaluatedModule::value(&*name, env, Origin::File)))
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
        let known = modules::own_name(name);
        let name = &*known;
        if let Some(package) = self.package(name)? {
            return Ok(package);
        }
        if let Some(module) = self.file_module(name)? {
            return Ok(module);
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

/// The error of a relative import of a file that is not there.
fn not_beside(name: &str) -> Error {
    Error::new(codes::UNKNOWN_MODULE, format!("there is no file of the module `{name}` beside the model file"))
        .help("relative imports start at the folder of the file that has them")
}

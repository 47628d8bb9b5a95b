//! The `class` statement.

use std::cell::OnceCell;
use std::rc::Rc;

use super::UserClass;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::BuiltinType;
use crate::interp::scope::Env;
use crate::library::{Args, ClassDecl};
use crate::syntax::ast::{Argument, Class};
use crate::value::{Host, Value, downcast};

/// What a class statement's bases come to.
enum Bases {
    /// Classes of the program.
    Classes(Vec<Rc<UserClass>>, Option<&'static ClassDecl>),
    /// A base only exists at run time: so does the class.
    Host(Value),
}

impl Interp {
    /// The value of a class statement, before decorators.
    pub(in crate::interp) fn class(&mut self, env: &Rc<Env>, class: &Rc<Class>) -> Result<Value> {
        let (bases, native, named_tuple) = match self.bases(env, class)? {
            (Bases::Host(host), _) => return Ok(host),
            (Bases::Classes(bases, native), named_tuple) => (bases, native, named_tuple),
        };
        let cell = Rc::new(OnceCell::new());
        let body = Env::of_class(env, class.clone(), cell.clone());
        body.bind_here(&"__qualname__".into(), Value::Str(class.name.name.clone()));
        if let Some(docstring) = &class.docstring {
            body.bind_here(&"__doc__".into(), Value::Str(docstring.clone()));
        }
        self.block(&body, &class.body)?;
        let mut members = body.entries();
        members.shift_remove("__qualname__");
        let annotated: Vec<Value> = body.annotated().into_iter().map(Value::Str).collect();
        if !annotated.is_empty() {
            members.insert("__annotations__".into(), Value::tuple(annotated.clone()));
        }
        if named_tuple {
            return crate::modules::collections::named_tuple_class(&class.name.name, &annotated, members);
        }
        let mut user = UserClass::new(class.name.name.clone(), &bases, members)?;
        user.native = user.native.or(native);
        let user = Rc::new(user);
        if cell.set(user.clone()).is_err() {
            return Err(Error::internal("a class body ran twice"));
        }
        self.set_names(&user)?;
        Ok(Value::User(user))
    }

    /// Calls `__set_name__` of descriptors and `__init_subclass__` of the bases.
    fn set_names(&mut self, class: &Rc<UserClass>) -> Result<()> {
        let hook = class.ancestors.iter().find_map(|c| c.members.borrow().get("__init_subclass__").cloned());
        if let Some(hook) = hook {
            let function = match &hook {
                Value::User(object) => downcast::<super::ClassMethod>(object).map(|m| m.0.clone()),
                _ => None,
            };
            let args = Args::positional(vec![Value::User(class.clone())]);
            self.call(&function.unwrap_or(hook), args)?;
        }
        Ok(())
    }

    fn bases(&mut self, env: &Rc<Env>, class: &Class) -> Result<(Bases, bool)> {
        let mut bases = Vec::new();
        let mut named_tuple = false;
        let mut native = None;
        for argument in &class.arguments {
            let expr = argument.value();
            let value = self.eval(env, expr)?;
            match argument {
                Argument::Positional(_) => {}
                Argument::Keyword(name, _) if &*name.name == "metaclass" => {
                    if matches!(&value, Value::User(o) if o.class_name().as_ref() == "ABCMeta") {
                        continue;
                    }
                    return Err(unsupported("metaclasses are not compiled").at(expr.span));
                }
                _ => return Err(unsupported("only plain base classes are compiled here").at(expr.span)),
            }
            match &value {
                Value::Host(_) => return Ok((Bases::Host(value), false)),
                // What a class does between the steps of a run, only the run can do.
                Value::Class(decl) if decl.bases.contains(&"Callback") => {
                    let what = format!("{}, a class that derives from {}", class.name.name, decl.name);
                    return Ok((Bases::Host(Value::Host(Host::new(what, Some(expr.span)))), false));
                }
                Value::Class(decl) if crate::keras::derived::derivable(decl) => native = native.or(Some(*decl)),
                Value::Class(decl) => {
                    let message = format!("subclassing {} is not supported yet", decl.name);
                    return Err(Error::unsupported(message)
                        .help("compose existing layers with the functional API instead")
                        .at(expr.span));
                }
                Value::User(object) => {
                    if let Some(base) = downcast::<UserClass>(object) {
                        bases.push(base);
                    } else if object.class_name().as_ref() == "typing" {
                        named_tuple |= object.repr() == "NamedTuple";
                    } else if downcast::<BuiltinType>(object).is_none_or(|t| t.name() != "object") {
                        let message = format!("subclassing {} is not compiled", object.repr());
                        return Err(unsupported(&message).at(expr.span));
                    }
                }
                other => {
                    let message = format!("a class cannot inherit from a {} object", other.type_name());
                    return Err(Error::ty(message).at(expr.span));
                }
            }
        }
        Ok((Bases::Classes(bases, native), named_tuple))
    }
}

fn unsupported(message: &str) -> Error {
    Error::new(codes::UNSUPPORTED_SYNTAX, message)
}

/// The order in which a class with these bases looks attributes up after itself (C3).
pub(super) fn linearize(name: &str, bases: &[Rc<UserClass>]) -> Result<Vec<Rc<UserClass>>> {
    let mut sequences: Vec<Vec<Rc<UserClass>>> = bases.iter().map(|b| b.lineage().cloned().collect()).collect();
    sequences.push(bases.to_vec());
    let mut order: Vec<Rc<UserClass>> = Vec::new();
    loop {
        sequences.retain(|s| !s.is_empty());
        if sequences.is_empty() {
            return Ok(order);
        }
        let in_a_tail =
            |class: &Rc<UserClass>| sequences.iter().any(|s| s.iter().skip(1).any(|other| Rc::ptr_eq(other, class)));
        let next = sequences.iter().filter_map(|s| s.first()).find(|class| !in_a_tail(class)).cloned();
        let Some(next) = next else {
            let message = format!("the bases of class {name} have no consistent method resolution order");
            return Err(Error::ty(message));
        };
        for sequence in &mut sequences {
            if sequence.first().is_some_and(|first| Rc::ptr_eq(first, &next)) {
                sequence.remove(0);
            }
        }
        order.push(next);
    }
}

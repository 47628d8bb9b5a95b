//! The `class` statement.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Instance, UserClass};
use crate::diagnostics::{Span, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::BuiltinType;
use crate::interp::scope::Env;
use crate::library::{Args, ClassDecl};
use crate::syntax::ast::{Argument, Class, Symbol};
use crate::value::{Host, Key, Value, downcast};

/// What a class statement's bases come to.
enum Bases {
    /// Classes of the program, a class of a package, a type of Python's own, and whether `NamedTuple` is among them.
    Classes {
        classes: Vec<Rc<UserClass>>,
        native: Option<&'static ClassDecl>,
        builtin: Option<&'static str>,
        named_tuple: bool,
        generic: bool,
    },
    /// A base only exists at run time: so does the class.
    Host(Value),
}

impl Interp {
    /// The value of a class statement, before decorators.
    pub(in crate::interp) fn class(&mut self, env: &Rc<Env>, class: &Rc<Class>) -> Result<Value> {
        let (given, keywords, meta) = self.class_arguments(env, class)?;
        let (bases, native, builtin, named_tuple, generic) = match resolve(&class.name.name, &given)? {
            Bases::Host(base) => {
                if let Value::Host(host) = &base {
                    self.lose_by_methods(env, class, host);
                }
                return Ok(base);
            }
            Bases::Classes { classes, native, builtin, named_tuple, generic } => {
                (classes, native, builtin, named_tuple, generic)
            }
        };
        let cell = Rc::new(OnceCell::new());
        let body = Env::of_class(env, class.clone(), cell.clone());
        let around = match env.own("__qualname__") {
            Some(Value::Str(outer)) => Some(format!("{outer}.{}", class.name.name)),
            _ => None,
        };
        let qualified = around.clone().map_or_else(|| class.name.name.clone(), Into::into);
        body.bind_here(&"__qualname__".into(), Value::Str(qualified));
        if let Some(docstring) = &class.docstring {
            body.bind_here(&"__doc__".into(), Value::Str(docstring.clone()));
        }
        self.block(&body, &class.body)?;
        let mut members = body.entries();
        if around.is_none() {
            members.shift_remove("__qualname__");
        }
        let annotated: Vec<Value> = body.annotated().into_iter().map(Value::Str).collect();
        if !annotated.is_empty() {
            members.insert("__annotations__".into(), Value::tuple(annotated.clone()));
        }
        if named_tuple {
            return crate::modules::collections::named_tuple_class(&class.name.name, &annotated, members);
        }
        let mut user = UserClass::new(class.name.name.clone(), &bases, members)?;
        user.native = user.native.or(native);
        user.builtin = user.builtin.or(builtin);
        user.meta = meta.or(user.meta);
        user.generic |= generic;
        user.definition = Some((class.clone(), env.clone()));
        let user = Rc::new(user);
        if cell.set(user.clone()).is_err() {
            return Err(Error::internal("a class body ran twice"));
        }
        // The keywords of a `TypedDict` concern type checkers alone.
        let is_typed = |(base, _): &(Value, Span)| matches!(base, Value::User(o) if o.repr() == "TypedDict");
        let keywords = if given.iter().any(is_typed) { Vec::new() } else { keywords };
        self.announce(&user, keywords)?;
        Ok(Value::User(user))
    }

    /// `type(name, bases, members)`.
    pub(in crate::interp) fn make_class(&mut self, name: &str, bases: &Value, members: &Value) -> Result<Value> {
        let (Some(bases), Value::Dict(members)) = (bases.elements(), members) else {
            return Err(Error::ty("type() takes a name, a tuple of base classes and a dict of members"));
        };
        let given: Vec<(Value, Span)> = bases.into_iter().map(|base| (base, self.span)).collect();
        let Bases::Classes { classes, native, builtin, .. } = resolve(name, &given)? else {
            return Err(Error::unsupported("classes made by calling type() with a base of a host package"));
        };
        let named = |(key, value): (&Key, &Value)| match key.value() {
            Value::Str(name) => Some((name.clone(), value.clone())),
            _ => None,
        };
        let members = members.borrow().iter().filter_map(named).collect();
        let mut user = UserClass::new(name.into(), &classes, members)?;
        user.native = user.native.or(native);
        user.builtin = user.builtin.or(builtin);
        let user = Rc::new(user);
        self.announce(&user, Vec::new())?;
        Ok(Value::User(user))
    }

    /// Calls `__set_name__` of descriptors and `__init_subclass__` of the bases.
    fn announce(&mut self, class: &Rc<UserClass>, keywords: Vec<(Symbol, Value)>) -> Result<()> {
        let members: Vec<(Symbol, Value)> =
            class.members.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in members {
            if let Value::User(object) = &value
                && let Some(instance) = downcast::<Instance>(object)
                && let Some(hook) = instance.special(self, "__set_name__")?
            {
                self.call(&hook, Args::positional(vec![Value::User(class.clone()), Value::Str(name)]))?;
            }
        }
        let hook = class.ancestors.iter().find_map(|c| c.members.borrow().get("__init_subclass__").cloned());
        if hook.is_none() && !keywords.is_empty() {
            return Err(Error::ty(format!("{}.__init_subclass__() takes no keyword arguments", class.name)));
        }
        if let Some(hook) = hook {
            let function = match &hook {
                Value::User(object) => downcast::<super::ClassMethod>(object).map(|m| m.0.clone()),
                _ => None,
            };
            let args = Args { positional: vec![Value::User(class.clone())], keywords };
            self.call(&function.unwrap_or(hook), args)?;
        }
        Ok(())
    }

    /// The base classes, with their places, and the keywords of a class statement.
    fn class_arguments(&mut self, env: &Rc<Env>, class: &Class) -> Result<ClassArguments> {
        let (mut bases, mut keywords, mut meta) = (Vec::new(), Vec::new(), None);
        for argument in &class.arguments {
            let expr = argument.value();
            let value = self.eval(env, expr)?;
            match argument {
                Argument::Positional(_) => bases.push((value, expr.span)),
                Argument::Keyword(name, _) if &*name.name == "metaclass" => {
                    let class_of_package = if self.in_package { user::<UserClass>(&value) } else { None };
                    let means_nothing = matches!(&value, Value::User(o) if o.class_name().as_ref() == "ABCMeta")
                        || user::<BuiltinType>(&value).is_some_and(|t| t.name() == "type");
                    if class_of_package.is_none() && !means_nothing {
                        let name = &class.name.name;
                        return Err(unsupported(&format!("the metaclass of `{name}` is not compiled"))
                            .help("do what it does in `__init_subclass__` of a base class, or in a class decorator")
                            .at(expr.span));
                    }
                    meta = class_of_package;
                }
                Argument::Keyword(name, _) => keywords.push((name.name.clone(), value)),
                _ => return Err(unsupported("only plain base classes are compiled here").at(expr.span)),
            }
        }
        Ok((bases, keywords, meta))
    }
}

/// Base classes with their places, keywords, and the metaclass.
type ClassArguments = (Vec<(Value, Span)>, Vec<(Symbol, Value)>, Option<Rc<UserClass>>);

fn resolve(name: &str, given: &[(Value, Span)]) -> Result<Bases> {
    let mut classes = Vec::new();
    let mut named_tuple = false;
    let mut native = None;
    let mut builtin = None;
    let mut generic = false;
    for (value, span) in given {
        match value {
            Value::Host(_) => return Ok(Bases::Host(value.clone())),
            // What a class does between the steps of a run, only the run can do.
            Value::Class(decl) if decl.bases.contains(&"Callback") => {
                let what = format!("{name}, a class that derives from {}", decl.name);
                return Ok(Bases::Host(Value::Host(Host::new(what, Some(*span)))));
            }
            Value::Class(decl) if crate::keras::derived::derivable(decl) => native = native.or(Some(*decl)),
            Value::Class(decl) => {
                let message = format!("subclassing {} is not supported yet", decl.name);
                return Err(Error::unsupported(message)
                    .help("compose existing layers with the functional API instead")
                    .at(*span));
            }
            Value::User(object) => {
                if let Some(base) = downcast::<UserClass>(object) {
                    classes.push(base);
                } else if object.class_name().as_ref() == "typing" {
                    named_tuple |= object.repr() == "NamedTuple";
                    builtin = builtin.or((object.repr() == "TypedDict").then_some("dict"));
                    generic |= matches!(object.repr().as_str(), "Generic" | "Protocol");
                } else {
                    match downcast::<BuiltinType>(object).map(|t| t.name()) {
                        Some("object") => {}
                        Some(name) if DERIVABLE.contains(&name) => builtin = builtin.or(Some(name)),
                        Some("type") => {
                            return Err(unsupported("metaclasses are not compiled")
                                .help("do what it does in `__init_subclass__` of a base class, or in a class decorator")
                                .at(*span));
                        }
                        _ => {
                            let message = format!("subclassing {} is not compiled", object.repr());
                            return Err(unsupported(&message).at(*span));
                        }
                    }
                }
            }
            other => {
                let message = format!("a class cannot inherit from a {} object", other.type_name());
                return Err(Error::ty(message).at(*span));
            }
        }
    }
    Ok(Bases::Classes { classes, native, builtin, named_tuple, generic })
}

/// The types of Python's own that classes of the program may derive from.
const DERIVABLE: &[&str] = &["dict", "float", "int", "list", "set", "str", "tuple"];

fn unsupported(message: &str) -> Error {
    Error::new(codes::UNSUPPORTED_SYNTAX, message)
}

/// The order in which a class with these bases looks attributes up after itself (C3).
pub(super) fn linearize(name: &str, bases: &[Rc<UserClass>]) -> Result<Vec<Rc<UserClass>>> {
    if let [base] = bases {
        return Ok(base.lineage().cloned().collect());
    }
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

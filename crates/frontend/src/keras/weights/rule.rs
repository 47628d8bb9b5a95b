//! Objects that are functions of one tensor: what regularizers and constraints have in common.

use std::fmt;
use std::rc::Rc;

use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::{config, snake_case};
use crate::library::{Args, Bound, ClassDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, Value};

/// What one class of rule computes.
pub(super) trait Rule: fmt::Debug {
    /// The function's value at `x`.
    fn apply(&self, interp: &mut Interp, x: &Tensor) -> Result<Tensor>;
}

/// A rule of the program.
#[derive(Debug)]
pub(super) struct RuleObject {
    class: &'static ClassDecl,
    args: Bound,
    rule: Box<dyn Rule>,
}

impl RuleObject {
    pub fn value(class: &'static ClassDecl, args: &Bound, rule: impl Rule + 'static) -> Result<Value> {
        Ok(Value::Object(Rc::new(RuleObject { class, args: args.clone(), rule: Box::new(rule) })))
    }
}

impl Object for RuleObject {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }

    fn arguments(&self) -> Option<&Bound> {
        Some(&self.args)
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(if self.args.has(name) { Some(self.args.get(name)?.clone()) } else { None })
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        const PARAMS: Signature = Signature::new(&[Param::required("x")]);
        let args = PARAMS.bind(self.class.name, args)?;
        let x = args.get("x")?.clone();
        interp.eagerly(self.class.name, |interp| {
            let x = interp.to_tensor(&x)?;
            Ok(Value::Tensor(self.rule.apply(interp, &x)?))
        })
    }
}

/// What an argument that takes a rule means: nothing, the name of one of `classes` (as it is or in small
/// letters with underscores), a class, or anything that can be called.
pub(super) fn get(
    interp: &mut Interp,
    identifier: &Value,
    what: &str,
    classes: &[&'static ClassDecl],
) -> Result<Option<Value>> {
    match identifier {
        Value::None => Ok(None),
        Value::Str(name) => {
            let names: Vec<(String, &'static ClassDecl)> =
                classes.iter().flat_map(|&c| [(c.name.to_owned(), c), (snake_case(c.name), c)]).collect();
            let Some((_, class)) = names.iter().find(|(known, _)| **known == **name) else {
                let error = Error::argument(format!("there is no {what} \"{name}\""));
                let near = suggest::closest(name, names.iter().map(|(known, _)| known.as_str()));
                return Err(match near {
                    Some(near) => error.help(format!("did you mean \"{near}\"?")),
                    None => error.help(format!("keras.{what}s lists the names")),
                });
            };
            interp.call(&Value::Class(class), Args::default()).map(Some)
        }
        Value::Class(_) => interp.call(identifier, Args::default()).map(Some),
        Value::User(class) if &*class.class_name() == "type" => interp.call(identifier, Args::default()).map(Some),
        Value::Function(_) | Value::Method(..) | Value::Object(_) | Value::User(_) => Ok(Some(identifier.clone())),
        entry if config::is_serialized(entry) => config::deserialized(interp, entry).map(Some),
        other => Err(Error::argument(format!(
            "a {what} must be a name, an object or a function, found {}",
            other.type_name()
        ))),
    }
}

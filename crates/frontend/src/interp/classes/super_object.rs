//! `super()`.

use std::rc::Rc;

use super::{DataClass, Instance, UserClass, bind_member, construct, instance, of_object};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::Args;
use crate::value::{Object, Value, downcast};

/// Reads attributes from the classes after `after` in the order of the receiver's class.
#[derive(Debug)]
pub(crate) struct Super {
    /// The class whose method is running.
    pub(crate) after: Rc<UserClass>,
    /// The method's receiver: an instance or, in a class method, a class.
    pub(crate) receiver: Value,
}

impl Super {
    fn class(&self) -> Option<Rc<UserClass>> {
        let Value::User(object) = &self.receiver else { return None };
        downcast::<Instance>(object).map(|i| i.class.clone()).or_else(|| downcast::<UserClass>(object))
    }

    /// The attribute `name` of a class after the current one, bound to the receiver.
    pub(crate) fn find(&self, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let Some(class) = self.class() else { return Ok(None) };
        let position = class.lineage().position(|c| Rc::ptr_eq(c, &self.after));
        let rest = class.lineage().skip(position.map_or(0, |p| p + 1));
        let mut rest = rest.into_iter();
        let mut found = None;
        let written = rest.find(|c| {
            found = c.members.borrow().get(name).cloned();
            found.is_some() || name == "__init__" && c.own_data().is_some()
        });
        // The `__init__` that `dataclass` makes goes before those of the bases.
        if let (None, Some(data), Value::User(object)) = (&found, written.and_then(|c| c.own_data()), &self.receiver)
            && let Some(instance) = downcast::<Instance>(object)
        {
            return Ok(Some(Value::User(Rc::new(GeneratedInit { instance, data }))));
        }
        match found {
            Some(value) if name == "__new__" => Ok(Some(value)),
            Some(value) => bind_member(interp, value, &self.receiver, &class).map(Some),
            None => {
                if let Value::User(object) = &self.receiver
                    && let Some(instance) = downcast::<Instance>(object)
                    && let Some(found) = crate::keras::derived::inherited(interp, name, &instance)?
                {
                    return Ok(Some(found));
                }
                if name == "__getitem__"
                    && let Some(missing) = class.lookup("__missing__")
                    && let Some(plain @ Value::Dict(_)) = instance::plain_of(&self.receiver)
                {
                    let receiver = self.receiver.clone();
                    return Ok(Some(Value::User(Rc::new(OrMissing { plain, missing, receiver }))));
                }
                if name != "__init__"
                    && let Some(plain) = instance::plain_of(&self.receiver)
                    && let Some(found) = crate::interp::methods::find(&plain, name)
                {
                    return Ok(Some(found));
                }
                Ok(of_object::inherited(name, &self.receiver))
            }
        }
    }
}

/// The `__init__` that `dataclass` makes, bound.
#[derive(Debug)]
struct GeneratedInit {
    instance: Rc<Instance>,
    data: Rc<DataClass>,
}

impl Object for GeneratedInit {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        construct::init_data(interp, &self.instance, &self.data, args).map(|()| Value::None)
    }
}

/// `dict.__getitem__` of an instance whose class says what a missing key gives.
#[derive(Debug)]
struct OrMissing {
    plain: Value,
    missing: Value,
    receiver: Value,
}

impl Object for OrMissing {
    fn class_name(&self) -> Rc<str> {
        "method-wrapper".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let [key] = args.positional.as_slice() else {
            return Err(Error::ty("__getitem__() takes exactly one argument"));
        };
        match interp.contains(&self.plain, key)? {
            true => interp.get_item(&self.plain, key),
            false => interp.call(&self.missing, Args::positional(vec![self.receiver.clone(), key.clone()])),
        }
    }
}

impl Object for Super {
    fn class_name(&self) -> Rc<str> {
        "super".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        self.find(interp, name)
    }

    fn attributes(&self) -> Vec<String> {
        self.class().map(|class| class.attributes()).unwrap_or_default()
    }
}

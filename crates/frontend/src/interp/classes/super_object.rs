//! `super()`.

use std::rc::Rc;

use super::{Instance, UserClass, bind_member, instance};
use crate::error::Result;
use crate::interp::Interp;
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
        let found = rest.into_iter().find_map(|c| c.members.borrow().get(name).cloned());
        match found {
            Some(value) => bind_member(interp, value, &self.receiver, &class).map(Some),
            None => {
                if let Value::User(object) = &self.receiver
                    && let Some(instance) = downcast::<Instance>(object)
                    && let Some(found) = crate::keras::derived::inherited(interp, name, &instance)?
                {
                    return Ok(Some(found));
                }
                Ok(instance::inherited(name, &self.receiver))
            }
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

//! `abc`, `contextlib`, `enum`, `re` and `string`.

use std::rc::Rc;

use super::{Contents, modules};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::classes::{Property, UserClass};
use crate::library::{Args, Bound, FunctionDecl, Refused};
use crate::value::{Object, Value};

modules! {
    /// `abc`.
    ABSTRACT = Contents { python: &[FUNCTIONS], values: value, value_names: &["ABC", "ABCMeta"], ..Contents::new("abc") };
    /// `contextlib`.
    CONTEXTLIB = Contents {
        written: &[include_str!("../packages/python/contextlib.py")],
        refused: WAITING,
        ..Contents::new("contextlib")
    };
    /// `enum`.
    ENUM = Contents {
        written: &[include_str!("../packages/python/enum.py")],
        refused: METACLASSES,
        ..Contents::new("enum")
    };
    /// `re`.
    RE = Contents {
        written: &[include_str!("../packages/python/re.py")],
        refused: &[Refused { name: "Scanner", why: "it is not documented; use `finditer`" }],
        ..Contents::new("re")
    };
    /// `string`.
    STRING = Contents { written: &[include_str!("../packages/python/string.py")], ..Contents::new("string") };
}

const WAITING: &[Refused] = &[
    Refused { name: "asynccontextmanager", why: "nothing waits while compiling" },
    Refused { name: "AsyncExitStack", why: "nothing waits while compiling" },
];

const METACLASSES: &[Refused] = &[
    Refused { name: "EnumMeta", why: "metaclasses are not compiled" },
    Refused { name: "EnumType", why: "metaclasses are not compiled" },
];

static FUNCTIONS: &[FunctionDecl] = functions! {
    "abstractmethod" [(funcobj)] "A method that subclasses must define." => abstract_method;
};

/// A method that subclasses must define.
#[derive(Debug)]
pub(crate) struct Abstract(pub(crate) Value);

impl Object for Abstract {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        interp.call(&self.0, args)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        interp.find_attribute(&self.0, name)
    }
}

/// The metaclass, which only serves to be named.
#[derive(Debug)]
struct AbcMeta;

impl Object for AbcMeta {
    fn class_name(&self) -> Rc<str> {
        "ABCMeta".into()
    }
}

fn value(name: &str) -> Option<Value> {
    match name {
        "ABCMeta" => Some(Value::User(Rc::new(AbcMeta))),
        "ABC" => {
            let class = UserClass::new("ABC".into(), &[], indexmap::IndexMap::new()).ok()?;
            Some(Value::User(Rc::new(class)))
        }
        _ => None,
    }
}

fn abstract_method(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("funcobj")?.clone();
    // A property stays one; that it must be defined again is not checked.
    if user::<Property>(&function).is_some() {
        return Ok(function);
    }
    Ok(Value::User(Rc::new(Abstract(function))))
}

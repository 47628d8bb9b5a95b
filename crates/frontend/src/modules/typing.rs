//! `typing`: annotations mean nothing to a compiled program.

use std::rc::Rc;

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::library::{Args, Default, FunctionDecl};
use crate::value::{Object, Value};

modules! {
    /// `typing`.
    TYPING = Contents { python: &[FUNCTIONS], values: form, value_names: FORMS, ..Contents::new("typing") };
    /// `typing_extensions`.
    TYPING_EXTENSIONS = Contents { python: &[FUNCTIONS], values: form, value_names: FORMS, ..Contents::new("typing_extensions") };
}

/// The names of `typing` and `collections.abc` that stand for types.
pub(super) const FORMS: &[&str] = &[
    "Any",
    "Callable",
    "ClassVar",
    "Collection",
    "Container",
    "Dict",
    "Final",
    "FrozenSet",
    "Generator",
    "Generic",
    "Hashable",
    "Iterable",
    "Iterator",
    "List",
    "Literal",
    "Mapping",
    "MutableMapping",
    "NamedTuple",
    "NoReturn",
    "Optional",
    "Protocol",
    "Self",
    "Sequence",
    "Set",
    "Sized",
    "SupportsFloat",
    "Text",
    "Tuple",
    "Type",
    "TypeAlias",
    "TypedDict",
    "Union",
];

static FUNCTIONS: &[FunctionDecl] = functions! {
    "TypeVar" [(name) (*constraints) (bound = Default::None) (covariant = Default::Bool(false)) (contravariant = Default::Bool(false))]
        "A type variable." => |_, _| Ok(any());
    "NewType" [(name) (tp)] "The type itself." => |_, args| Ok(args.get("tp")?.clone());
    "cast" [(typ) (val)] "The value itself." => |_, args| Ok(args.get("val")?.clone());
    "overload" [(func)] "The function itself." => |_, args| Ok(args.get("func")?.clone());
    "final" [(f)] "The function itself." => |_, args| Ok(args.get("f")?.clone());
    "override" [(f)] "The function itself." => |_, args| Ok(args.get("f")?.clone());
    "runtime_checkable" [(cls)] "The class itself." => |_, args| Ok(args.get("cls")?.clone());
};

/// A form such as `Optional`; subscripting one gives itself.
#[derive(Debug)]
struct Form(&'static str);

impl Object for Form {
    fn class_name(&self) -> Rc<str> {
        "typing".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "__getitem__" => Some(Value::User(Rc::new(Subscript(self)))),
            "__name__" => Some(Value::str(self.0)),
            _ => None,
        })
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        Err(Error::ty(format!("Type {} cannot be instantiated", self.0)))
    }

    fn repr(&self) -> String {
        self.0.into()
    }
}

/// `Form[…]`.
#[derive(Debug)]
struct Subscript(Rc<Form>);

impl Object for Subscript {
    fn class_name(&self) -> Rc<str> {
        "method-wrapper".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        Ok(Value::User(self.0.clone()))
    }
}

/// The form that stands for every type.
pub(crate) fn any() -> Value {
    Value::User(Rc::new(Form("Any")))
}

/// The form called `name`.
pub(super) fn form(name: &str) -> Option<Value> {
    if name == "TYPE_CHECKING" {
        return Some(Value::Bool(false));
    }
    FORMS.iter().find(|form| **form == name).map(|form| Value::User(Rc::new(Form(form))))
}

/// `isinstance(value, form)` for the abstract collections; `None` for other classes.
pub(crate) fn is_instance(value: &Value, form: &Value) -> Option<bool> {
    let form = user::<Form>(form)?;
    let sequence = matches!(value, Value::Str(_) | Value::Tuple(_) | Value::List(_));
    let mapping = matches!(value, Value::Dict(_));
    let set = matches!(value, Value::Set(_));
    Some(match form.0 {
        "Sequence" => sequence,
        "Mapping" | "MutableMapping" | "Dict" => mapping,
        "List" => matches!(value, Value::List(_)),
        "Tuple" => matches!(value, Value::Tuple(_)),
        "Set" | "FrozenSet" => set,
        "Iterable" | "Sized" | "Container" | "Collection" => sequence || mapping || set,
        "Callable" => {
            matches!(value, Value::Function(_) | Value::Method(..) | Value::Class(_) | Value::Object(_))
                || matches!(value, Value::User(o) if matches!(&*o.class_name(), "function" | "method" | "type"))
        }
        "Any" => true,
        _ => return None,
    })
}

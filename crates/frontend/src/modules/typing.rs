//! `typing`: annotations mean nothing to a compiled program.

use std::rc::Rc;

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::compare::same;
use crate::library::{Args, Default, FunctionDecl};
use crate::value::{Object, ObjectRef, Value, downcast};

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

/// The form that stands for arrays of JAX.
pub(crate) fn array() -> Value {
    Value::User(Rc::new(Form("Array")))
}

/// The form called `name`.
pub(super) fn form(name: &str) -> Option<Value> {
    if name == "TYPE_CHECKING" {
        return Some(Value::Bool(false));
    }
    FORMS.iter().find(|form| **form == name).map(|form| Value::User(Rc::new(Form(form))))
}

/// `int | str`, and what `isinstance` takes for it.
#[derive(Debug)]
pub(crate) struct Union {
    /// The types, none of which is a union.
    pub(crate) types: Rc<[Value]>,
}

impl Object for Union {
    fn class_name(&self) -> Rc<str> {
        "UnionType".into()
    }

    fn equals(&self, other: &ObjectRef) -> bool {
        let within = |a: &Union, b: &Union| a.types.iter().all(|x| b.types.iter().any(|y| same(x, y)));
        downcast::<Union>(other).is_some_and(|other| within(self, &other) && within(&other, self))
    }

    fn repr(&self) -> String {
        let name = |value: &Value| match value {
            Value::None => "None".to_owned(),
            Value::Class(class) => class.name.to_owned(),
            Value::User(object) => {
                let shown = object.repr();
                let inner = shown.strip_prefix("<class '").and_then(|rest| rest.strip_suffix("'>"));
                inner.map_or(shown.clone(), str::to_owned)
            }
            other => other.type_name(),
        };
        self.types.iter().map(name).collect::<Vec<_>>().join(" | ")
    }
}

/// `left | right` of types; `None` if one of the two is no type.
pub(crate) fn union(left: &Value, right: &Value) -> Option<Value> {
    let is_type = |value: &Value| match value {
        Value::Class(_) => true,
        Value::User(object) => matches!(&*object.class_name(), "type" | "typing" | "UnionType"),
        _ => false,
    };
    if !is_type(left) && !is_type(right) {
        return None;
    }
    let mut types: Vec<Value> = Vec::new();
    for side in [left, right] {
        let parts: Vec<Value> = match side {
            Value::None => vec![Value::None],
            side if is_type(side) => {
                user::<Union>(side).map_or_else(|| vec![side.clone()], |union| union.types.to_vec())
            }
            _ => return None,
        };
        for part in parts {
            if !types.iter().any(|known| same(known, &part)) {
                types.push(part);
            }
        }
    }
    match types.as_slice() {
        [only] => Some(only.clone()),
        _ => Some(Value::User(Rc::new(Union { types: types.into() }))),
    }
}

/// `isinstance(value, form)` for the abstract collections; `None` for other classes.
pub(crate) fn is_instance(value: &Value, form: &Value) -> Option<bool> {
    let form = user::<Form>(form)?;
    let sequence = matches!(value, Value::Str(_) | Value::Tuple(_) | Value::List(_));
    let mapping = matches!(value, Value::Dict(_));
    let set = matches!(value, Value::Set(_) | Value::FrozenSet(_));
    Some(match form.0 {
        "Sequence" => sequence,
        "Mapping" | "MutableMapping" | "Dict" => mapping,
        "List" => matches!(value, Value::List(_)),
        "Tuple" => matches!(value, Value::Tuple(_)),
        "Set" => set,
        "FrozenSet" => matches!(value, Value::FrozenSet(_)),
        "Iterable" | "Sized" | "Container" | "Collection" => sequence || mapping || set,
        "Callable" => {
            matches!(value, Value::Function(_) | Value::Method(..) | Value::Class(_) | Value::Object(_))
                || matches!(value, Value::User(o) if matches!(&*o.class_name(), "function" | "method" | "type"))
        }
        "Any" => true,
        "Array" => crate::interp::tensor::is_tensor(value) && !matches!(value, Value::Symbolic(_)),
        _ => return None,
    })
}

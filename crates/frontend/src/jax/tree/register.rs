//! Classes of the program as nodes of trees.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::classes::{Layout, UserClass};
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::tree::Unpacking;
use crate::value::{Object, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "register_pytree_node" [(nodetype) (flatten_func) (unflatten_func) (flatten_with_keys_func = Default::None)]
        "Makes the instances of a class nodes of trees." => |interp, args| {
            let unpacking = Unpacking::Functions {
                flatten: args.get("flatten_func")?.clone(),
                unflatten: args.get("unflatten_func")?.clone(),
                with_keys: args.some("flatten_with_keys_func")?.cloned(),
            };
            register(interp, args.get("nodetype")?, unpacking)?;
            Ok(Value::None)
        };
    "register_pytree_with_keys" [(nodetype) (flatten_with_keys) (unflatten_func) (flatten_func = Default::None)]
        "Makes the instances of a class nodes of trees, with names of the children." => |interp, args| {
            let with_keys = args.get("flatten_with_keys")?.clone();
            let unflatten = args.get("unflatten_func")?.clone();
            let unpacking = Unpacking::Functions { flatten: Value::None, unflatten, with_keys: Some(with_keys) };
            register(interp, args.get("nodetype")?, unpacking)?;
            Ok(Value::None)
        };
    "register_pytree_node_class" [(cls)] "Makes a class with `tree_flatten` and `tree_unflatten` a node of trees." => |interp, args| {
        register(interp, args.get("cls")?, Unpacking::Methods { with_keys: false })
    };
    "register_pytree_with_keys_class" [(cls)] "Makes a class with `tree_flatten_with_keys` and `tree_unflatten` a node of trees." => |interp, args| {
        register(interp, args.get("cls")?, Unpacking::Methods { with_keys: true })
    };
    "register_dataclass" [(nodetype = Default::None) (data_fields = Default::None) (meta_fields = Default::None) (drop_fields = Default::Ints(&[]))]
        "Makes a dataclass a node of trees." => register_dataclass;
    "register_static" [(cls)] "Makes the instances of a class part of the structure." => |interp, args| {
        register(interp, args.get("cls")?, Unpacking::Static)
    };
};

/// Registers a class and gives it back.
pub(crate) fn register(interp: &mut Interp, class: &Value, unpacking: Unpacking) -> Result<Value> {
    let Some(user_class) = user::<UserClass>(class) else {
        return Err(Error::ty(format!(
            "only classes of the program can be registered as nodes of trees, found {}",
            class.type_name()
        )));
    };
    let name = user_class.name.clone();
    if interp.trees.add(user_class, unpacking) {
        return Ok(class.clone());
    }
    Err(raise("ValueError", format!("`{name}` is registered as a node of trees already")))
}

/// `register_dataclass` without a class: a decorator.
#[derive(Debug)]
struct Decorator {
    data: Option<Vec<Rc<str>>>,
    meta: Vec<Rc<str>>,
}

impl Object for Decorator {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        match args.positional.as_slice() {
            [class] => dataclass(interp, class, self.data.clone(), self.meta.clone()),
            _ => Err(Error::ty("register_dataclass(…) decorates a class")),
        }
    }
}

fn register_dataclass(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut names = |name: &str| -> Result<Option<Vec<Rc<str>>>> {
        let Some(value) = args.some(name)?.cloned() else { return Ok(None) };
        let text = |value: Value| match value {
            Value::Str(text) => Ok(text),
            _ => Err(args.invalid(name, "a sequence of strings")),
        };
        interp.collect(&value)?.into_iter().map(text).collect::<Result<Vec<_>>>().map(Some)
    };
    let (data, meta) = (names("data_fields")?, names("meta_fields")?.unwrap_or_default());
    match args.some("nodetype")?.cloned() {
        Some(class) => dataclass(interp, &class, data, meta),
        None => Ok(Value::User(Rc::new(Decorator { data, meta }))),
    }
}

fn dataclass(interp: &mut Interp, class: &Value, data: Option<Vec<Rc<str>>>, meta: Vec<Rc<str>>) -> Result<Value> {
    let fields: Option<Vec<(Rc<str>, bool)>> = user::<UserClass>(class).and_then(|c| match &*c.layout.borrow() {
        Layout::Data(layout) => Some(layout.fields.iter().map(|f| (f.name.clone(), f.is_static)).collect()),
        _ => None,
    });
    let (data, meta) = match (data, fields) {
        (Some(data), _) => (data, meta),
        (None, Some(fields)) => {
            let (statics, others): (Vec<_>, Vec<_>) =
                fields.into_iter().partition(|(name, s)| *s || meta.contains(name));
            let names = |fields: Vec<(Rc<str>, bool)>| fields.into_iter().map(|(name, _)| name).collect();
            (names(others), names(statics))
        }
        (None, None) => {
            return Err(Error::ty("register_dataclass needs a dataclass, or the names of its fields in `data_fields`"));
        }
    };
    register(interp, class, Unpacking::Fields { data, meta })
}

//! The shape of a tree as a value.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::library::Args;
use crate::value::tree::{Names, TreeDef};
use crate::value::{Object, ObjectRef, Value, downcast};

/// A `PyTreeDef`.
#[derive(Debug)]
pub(super) struct Structure(pub(super) TreeDef);

/// The shape as a value.
pub(super) fn value(def: TreeDef) -> Value {
    Value::User(Rc::new(Structure(def)))
}

/// The shape that a value is.
///
/// # Errors
/// It is something else.
pub(super) fn of(value: &Value, function: &str) -> Result<TreeDef> {
    match user::<Structure>(value) {
        Some(structure) => Ok(structure.0.clone()),
        None => Err(Error::ty(format!("jax.tree.{function} needs a tree structure, found {}", value.type_name()))
            .help("jax.tree.structure(tree) gives one")),
    }
}

/// A method of a tree structure.
#[derive(Debug)]
struct Method {
    def: TreeDef,
    name: &'static str,
}

const METHODS: &[&str] = &["unflatten", "children", "flatten_up_to", "compose"];

impl Object for Structure {
    fn class_name(&self) -> Rc<str> {
        "PyTreeDef".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "num_leaves" => Some(Value::Int(self.0.num_leaves() as i64)),
            "num_nodes" => Some(Value::Int(nodes(&self.0))),
            _ => METHODS.iter().find(|method| **method == name).map(|name| {
                let method = Method { def: self.0.clone(), name };
                Value::User(Rc::new(method))
            }),
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["num_leaves", "num_nodes", "unflatten", "children", "flatten_up_to", "compose"].map(String::from).to_vec()
    }

    fn equals(&self, other: &ObjectRef) -> bool {
        downcast::<Structure>(other).is_some_and(|other| other.0 == self.0)
    }

    fn repr(&self) -> String {
        self.0.to_string()
    }
}

fn nodes(def: &TreeDef) -> i64 {
    1 + def.children().iter().map(nodes).sum::<i64>()
}

impl Object for Method {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        match (self.name, args.positional.as_slice()) {
            ("unflatten", [leaves]) => {
                let leaves = interp.collect(leaves)?;
                interp.unflatten(&self.def, leaves)
            }
            ("children", []) => Ok(Value::list(self.def.children().iter().cloned().map(value).collect())),
            ("flatten_up_to", [tree]) => {
                let names = Names { given: "the tree", wanted: "the structure" };
                interp.flatten_up_to(&self.def, tree, names).map(Value::list)
            }
            ("compose", [inner]) => Ok(value(self.def.compose(&of(inner, "structure")?))),
            (name, _) => Err(Error::ty(format!("PyTreeDef.{name}() takes other arguments"))),
        }
    }
}

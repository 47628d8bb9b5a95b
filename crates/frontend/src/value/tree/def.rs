//! The shape of a tree.

use std::fmt;
use std::rc::Rc;

use super::path::key_text;
use super::{Path, PathKey, Registration};
use crate::interp::classes::UserClass;
use crate::value::{Key, ObjectRef, Value};

/// A tree without its leaves. Equal definitions belong to trees whose leaves correspond.
#[derive(Clone, Debug)]
pub(crate) struct TreeDef(Rc<Node>);

#[derive(Debug)]
struct Node {
    kind: Kind,
    children: Vec<TreeDef>,
    leaves: usize,
}

/// What a node is, beside its children.
#[derive(Clone)]
pub(crate) enum Kind {
    /// No node: a leaf.
    Leaf,
    /// `None`.
    None,
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict with these keys, sorted.
    Dict(Rc<[Key]>),
    /// A named tuple.
    Named(Rc<UserClass>),
    /// An instance of a registered class: its metadata, and the names of its children if it has any.
    Registered { how: Rc<Registration>, metadata: Value, keys: Option<Rc<[PathKey]>> },
    /// A native object.
    Object(Rc<ObjectNode>),
}

/// Takes a native object's place in a tree apart.
pub struct ObjectNode {
    /// The class, for messages.
    pub(crate) class: Rc<str>,
    /// Names of the children.
    pub(crate) keys: Vec<PathKey>,
    /// The children.
    pub(crate) children: Vec<Value>,
    /// What must be equal for two objects to have the same structure.
    pub(crate) metadata: Vec<Value>,
    /// Makes such an object from other children.
    pub(crate) rebuild: Box<dyn Fn(Vec<Value>) -> Value>,
}

impl fmt::Debug for ObjectNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectNode").field("class", &self.class).finish_non_exhaustive()
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(0))
    }
}

impl TreeDef {
    /// A single leaf.
    pub(crate) fn leaf() -> TreeDef {
        TreeDef(Rc::new(Node { kind: Kind::Leaf, children: Vec::new(), leaves: 1 }))
    }

    /// A node with children.
    pub(crate) fn node(kind: Kind, children: Vec<TreeDef>) -> TreeDef {
        let leaves = children.iter().map(TreeDef::num_leaves).sum();
        TreeDef(Rc::new(Node { kind, children, leaves }))
    }

    /// A tuple of trees.
    pub(crate) fn tuple(children: Vec<TreeDef>) -> TreeDef {
        TreeDef::node(Kind::Tuple, children)
    }

    /// What the root is.
    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// The root's children.
    pub(crate) fn children(&self) -> &[TreeDef] {
        &self.0.children
    }

    /// How many leaves there are.
    pub(crate) fn num_leaves(&self) -> usize {
        self.0.leaves
    }

    /// Whether this is a single leaf.
    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.0.kind, Kind::Leaf)
    }

    /// The path of every leaf, in order.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::with_capacity(self.num_leaves());
        self.collect_paths(&mut Path::default(), &mut paths);
        paths
    }

    fn collect_paths(&self, here: &mut Path, paths: &mut Vec<Path>) {
        if self.is_leaf() {
            return paths.push(here.clone());
        }
        for (index, child) in self.children().iter().enumerate() {
            here.0.push(self.kind().key(index));
            child.collect_paths(here, paths);
            here.0.pop();
        }
    }

    /// This tree with `inner` in place of every leaf.
    pub(crate) fn compose(&self, inner: &TreeDef) -> TreeDef {
        if self.is_leaf() {
            return inner.clone();
        }
        TreeDef::node(self.kind().clone(), self.children().iter().map(|child| child.compose(inner)).collect())
    }
}

impl Kind {
    /// The name of child number `index`.
    pub(crate) fn key(&self, index: usize) -> PathKey {
        match self {
            Kind::Dict(keys) => keys.get(index).map_or(PathKey::Flat(index), |key| PathKey::Dict(key.value().clone())),
            Kind::Named(class) => match class.fields().get(index) {
                Some(name) => PathKey::Attribute(name.clone()),
                None => PathKey::Index(index),
            },
            Kind::Registered { keys: Some(keys), .. } => keys.get(index).cloned().unwrap_or(PathKey::Flat(index)),
            Kind::Registered { .. } => PathKey::Flat(index),
            Kind::Object(node) => node.keys.get(index).cloned().unwrap_or(PathKey::Flat(index)),
            _ => PathKey::Index(index),
        }
    }

    /// What it is, in words.
    pub(crate) fn describe(&self, children: usize) -> String {
        match self {
            Kind::Leaf => "a leaf".into(),
            Kind::None => "None".into(),
            Kind::Tuple => format!("a tuple of {children}"),
            Kind::List => format!("a list of {children}"),
            Kind::Dict(keys) => {
                let keys: Vec<String> = keys.iter().map(|key| key_text(key.value())).collect();
                format!("a dict with keys [{}]", keys.join(", "))
            }
            Kind::Named(class) => format!("a named tuple `{}`", class.name),
            Kind::Registered { how, .. } => format!("a `{}`", how.class.name),
            Kind::Object(node) => format!("a `{}`", node.class),
        }
    }
}

impl PartialEq for TreeDef {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.kind() == other.kind() && self.children() == other.children()
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Kind::Leaf, Kind::Leaf) | (Kind::None, Kind::None) => true,
            (Kind::Tuple, Kind::Tuple) | (Kind::List, Kind::List) => true,
            (Kind::Dict(a), Kind::Dict(b)) => a == b,
            (Kind::Named(a), Kind::Named(b)) => Rc::ptr_eq(a, b),
            (Kind::Registered { how: a, metadata: x, .. }, Kind::Registered { how: b, metadata: y, .. }) => {
                Rc::ptr_eq(a, b) && same(x, y)
            }
            (Kind::Object(a), Kind::Object(b)) => {
                a.class == b.class
                    && a.metadata.len() == b.metadata.len()
                    && a.metadata.iter().zip(&b.metadata).all(|(x, y)| same(x, y))
            }
            _ => false,
        }
    }
}

/// Whether two pieces of metadata are equal, as far as that is told without running the program's code.
fn same(a: &Value, b: &Value) -> bool {
    let address = |object: &ObjectRef| Rc::as_ptr(object).cast::<()>();
    match (a, b) {
        (Value::Tuple(a), Value::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| same(x, y)),
        (Value::List(a), Value::List(b)) => {
            let (a, b) = (a.borrow(), b.borrow());
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| same(x, y))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            let (a, b) = (a.borrow(), b.borrow());
            a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| same(x, y)))
        }
        (Value::Array(a), Value::Array(b)) => a == b,
        (Value::User(a), Value::User(b)) | (Value::Object(a), Value::Object(b)) => {
            address(a) == address(b) || a.equals(b)
        }
        _ => match (Key::new(a.clone()), Key::new(b.clone())) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        },
    }
}

impl fmt::Display for TreeDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PyTreeDef({})", Inner(self))
    }
}

struct Inner<'a>(&'a TreeDef);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = || self.0.children().iter().map(|c| Inner(c).to_string()).collect::<Vec<_>>();
        match self.0.kind() {
            Kind::Leaf => f.write_str("*"),
            Kind::None => f.write_str("None"),
            Kind::Tuple if self.0.children().len() == 1 => write!(f, "({},)", list().join("")),
            Kind::Tuple => write!(f, "({})", list().join(", ")),
            Kind::List => write!(f, "[{}]", list().join(", ")),
            Kind::Dict(keys) => {
                let entries = keys.iter().zip(list()).map(|(key, child)| format!("{}: {child}", key_text(key.value())));
                write!(f, "{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            Kind::Named(class) => write!(f, "CustomNode(namedtuple[{}], [{}])", class.name, list().join(", ")),
            Kind::Registered { how, metadata, .. } => {
                let metadata = match metadata {
                    Value::None => "None".to_owned(),
                    other => key_text(other),
                };
                write!(f, "CustomNode({}[{metadata}], [{}])", how.class.name, list().join(", "))
            }
            Kind::Object(node) => write!(f, "CustomNode({}, [{}])", node.class, list().join(", ")),
        }
    }
}

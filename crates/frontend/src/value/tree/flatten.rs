//! Taking trees apart and putting them together.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::{Kind, ObjectNode, PathKey, Registration, TreeDef, Unpacking};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::Instance;
use crate::interp::exceptions::raise;
use crate::library::Args;
use crate::value::{Key, Value};

impl Interp {
    /// The leaves of a tree in order, and its shape.
    ///
    /// # Errors
    /// A dict's keys cannot be sorted, or the program's own code for a registered class fails.
    pub(crate) fn flatten(&mut self, tree: &Value) -> Result<(Vec<Value>, TreeDef)> {
        self.flatten_until(tree, &mut |_, _| Ok(false))
    }

    /// As [`Interp::flatten`]; nodes for which `is_leaf` holds are leaves too.
    ///
    /// # Errors
    /// As [`Interp::flatten`], and those of `is_leaf`.
    pub(crate) fn flatten_until(
        &mut self,
        tree: &Value,
        is_leaf: &mut dyn FnMut(&mut Interp, &Value) -> Result<bool>,
    ) -> Result<(Vec<Value>, TreeDef)> {
        let mut leaves = Vec::new();
        let def = self.flatten_into(tree, is_leaf, &mut leaves)?;
        Ok((leaves, def))
    }

    fn flatten_into(
        &mut self,
        tree: &Value,
        is_leaf: &mut dyn FnMut(&mut Interp, &Value) -> Result<bool>,
        leaves: &mut Vec<Value>,
    ) -> Result<TreeDef> {
        self.spend(1)?;
        if is_leaf(self, tree)? {
            leaves.push(tree.clone());
            return Ok(TreeDef::leaf());
        }
        let (kind, children) = self.expand(tree)?;
        if matches!(kind, Kind::Leaf) {
            leaves.push(tree.clone());
            return Ok(TreeDef::leaf());
        }
        let children = self.nested(|interp| {
            crate::interp::limits::deeper(|| {
                children.iter().map(|child| interp.flatten_into(child, is_leaf, leaves)).collect::<Result<Vec<_>>>()
            })
        })?;
        Ok(TreeDef::node(kind, children))
    }

    /// What the root of a tree is, and its children.
    pub(super) fn expand(&mut self, tree: &Value) -> Result<(Kind, Vec<Value>)> {
        Ok(match tree {
            Value::None => (Kind::None, Vec::new()),
            Value::Tuple(values) => (Kind::Tuple, values.to_vec()),
            Value::List(values) => (Kind::List, values.borrow().clone()),
            Value::Dict(entries) => {
                let mut entries: Vec<(Key, Value)> =
                    entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                sort(&mut entries)?;
                let (keys, values): (Vec<Key>, Vec<Value>) = entries.into_iter().unzip();
                (Kind::Dict(keys.into()), values)
            }
            Value::User(object) => match user::<Instance>(tree) {
                Some(instance) => match (&instance.tuple, self.trees.find(&instance.class)) {
                    (_, Some(registration)) => self.expand_registered(tree, &instance, registration)?,
                    (Some(elements), None) => (Kind::Named(instance.class.clone()), elements.to_vec()),
                    (None, None) => native(instance.dict_node()),
                },
                None => native(object.clone().node()),
            },
            Value::Object(object) => native(object.clone().node()),
            _ => (Kind::Leaf, Vec::new()),
        })
    }

    fn expand_registered(
        &mut self,
        tree: &Value,
        instance: &Rc<Instance>,
        how: Rc<Registration>,
    ) -> Result<(Kind, Vec<Value>)> {
        let one = || Args::positional(vec![tree.clone()]);
        let (parts, with_keys) = match &how.unpacking {
            Unpacking::Functions { with_keys: Some(function), .. } => (self.call(function, one())?, true),
            Unpacking::Functions { flatten, .. } => (self.call(flatten, one())?, false),
            Unpacking::Methods { with_keys } => {
                let name = if *with_keys { "tree_flatten_with_keys" } else { "tree_flatten" };
                let method = self.attribute(tree, name)?;
                (self.call(&method, Args::default())?, *with_keys)
            }
            Unpacking::Static => {
                let metadata = tree.clone();
                return Ok((Kind::Registered { how, metadata, keys: None }, Vec::new()));
            }
            Unpacking::Fields { data, meta } => {
                let mut read = |names: &[Rc<str>]| -> Result<Vec<Value>> {
                    names.iter().map(|name| self.attribute(tree, name)).collect()
                };
                let (children, metadata) = (read(data)?, Value::tuple(read(meta)?));
                let keys = data.iter().map(|name| PathKey::Attribute(name.clone())).collect();
                return Ok((Kind::Registered { how, metadata, keys: Some(keys) }, children));
            }
        };
        let class = &instance.class.name;
        let Some([children, metadata]) = parts.elements().and_then(|parts| <[Value; 2]>::try_from(parts).ok()) else {
            return Err(Error::ty(format!(
                "flattening a `{class}` gave {}, not a pair of children and metadata",
                parts.type_name()
            )));
        };
        let children = self.collect(&children)?;
        if !with_keys {
            return Ok((Kind::Registered { how, metadata, keys: None }, children));
        }
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for child in children {
            let Some([key, value]) = child.elements().and_then(|pair| <[Value; 2]>::try_from(pair).ok()) else {
                return Err(Error::ty(format!("a child of `{class}` is not a pair of key and value")));
            };
            keys.push(crate::jax::tree::path_key(&key));
            values.push(value);
        }
        Ok((Kind::Registered { how, metadata, keys: Some(keys.into()) }, values))
    }

    /// The tree of shape `def` with the given leaves.
    ///
    /// # Errors
    /// There are too few or too many leaves, or the program's own code for a registered class fails.
    pub(crate) fn unflatten(&mut self, def: &TreeDef, leaves: impl IntoIterator<Item = Value>) -> Result<Value> {
        let mut leaves = leaves.into_iter();
        let mut given = 0;
        let tree = self.unflatten_from(def, &mut || {
            let leaf = leaves.next();
            given += usize::from(leaf.is_some());
            leaf
        })?;
        let surplus = leaves.count();
        match tree {
            Some(tree) if surplus == 0 => Ok(tree),
            tree => {
                let (word, expected) = (if tree.is_some() { "many" } else { "few" }, def.num_leaves());
                let message = format!("Too {word} leaves for {def}; expected {expected}, got {}", given + surplus);
                Err(raise("ValueError", message))
            }
        }
    }

    fn unflatten_from(&mut self, def: &TreeDef, next: &mut dyn FnMut() -> Option<Value>) -> Result<Option<Value>> {
        self.spend(1)?;
        if def.is_leaf() {
            return Ok(next());
        }
        let mut children = Vec::with_capacity(def.children().len());
        for child in def.children() {
            match crate::interp::limits::deeper(|| self.unflatten_from(child, next))? {
                Some(child) => children.push(child),
                None => return Ok(None),
            }
        }
        self.rebuild(def.kind(), children).map(Some)
    }

    /// A node with the given children.
    pub(crate) fn rebuild(&mut self, kind: &Kind, children: Vec<Value>) -> Result<Value> {
        Ok(match kind {
            Kind::Leaf => return Err(Error::internal("a leaf has no children")),
            Kind::None => Value::None,
            Kind::Tuple => Value::tuple(children),
            Kind::List => Value::list(children),
            Kind::Dict(keys) => {
                let entries = keys.iter().cloned().zip(children).collect();
                Value::Dict(Rc::new(RefCell::new(entries)))
            }
            Kind::Named(class) => Value::User(Rc::new(Instance::with_elements(class.clone(), children))),
            Kind::Object(node) => (node.rebuild)(children),
            Kind::Registered { how, metadata, .. } => {
                let class = Value::User(how.class.clone());
                match &how.unpacking {
                    Unpacking::Functions { unflatten, .. } => {
                        let args = vec![metadata.clone(), Value::tuple(children)];
                        self.call(unflatten, Args::positional(args))?
                    }
                    Unpacking::Static => metadata.clone(),
                    Unpacking::Methods { .. } => {
                        let method = self.attribute(&class, "tree_unflatten")?;
                        self.call(&method, Args::positional(vec![metadata.clone(), Value::tuple(children)]))?
                    }
                    Unpacking::Fields { data, meta } => {
                        let metadata = metadata.elements().unwrap_or_default();
                        let fields = data.iter().cloned().zip(children);
                        let keywords = fields.chain(meta.iter().cloned().zip(metadata)).collect();
                        self.call(&class, Args { positional: Vec::new(), keywords })?
                    }
                }
            }
        })
    }
}

fn native(node: Option<ObjectNode>) -> (Kind, Vec<Value>) {
    match node {
        Some(mut node) => {
            let children = std::mem::take(&mut node.children);
            (Kind::Object(Rc::new(node)), children)
        }
        None => (Kind::Leaf, Vec::new()),
    }
}

/// Sorts a dict's entries by their keys.
fn sort(entries: &mut [(Key, Value)]) -> Result<()> {
    let mut mixed = false;
    entries.sort_by(|(a, _), (b, _)| {
        compare(a.value(), b.value()).unwrap_or_else(|| {
            mixed = true;
            Ordering::Equal
        })
    });
    match mixed {
        false => Ok(()),
        true => Err(raise("ValueError", "the keys of a dict in a tree cannot be sorted")
            .note("the leaves of a dict are in the order of its keys")
            .help("use keys of one type: all strings, or all integers")),
    }
}

fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    let number = |value: &Value| match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Int(i) => Some(*i as f64),
        Value::Float(x) => Some(*x),
        _ => None,
    };
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Tuple(a), Value::Tuple(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match compare(a, b)? {
                    Ordering::Equal => {}
                    decided => return Some(decided),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

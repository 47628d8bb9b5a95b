//! Nested tuples, lists and dicts of values, as `jax.tree` sees them.

use std::collections::HashMap;
use std::rc::Rc;

use super::ObjectNode;
use crate::error::Result;
use crate::value::Value;

impl Value {
    /// The parts of an object of the library that is a node of trees.
    fn as_node(&self) -> Option<ObjectNode> {
        match self {
            Value::User(object) | Value::Object(object) => object.clone().node(),
            _ => None,
        }
    }

    /// Replaces every leaf (whatever is not a tuple, list, dict or native node), keeping the structure.
    /// Dicts keep their order.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn map_leaves(&self, f: &mut dyn FnMut(&Value) -> Result<Value>) -> Result<Value> {
        match self {
            Value::Tuple(values) => {
                Ok(Value::tuple(values.iter().map(|v| v.map_leaves(f)).collect::<Result<Vec<_>>>()?))
            }
            Value::List(values) => {
                let values = values.borrow().clone();
                Ok(Value::list(values.iter().map(|v| v.map_leaves(f)).collect::<Result<Vec<_>>>()?))
            }
            Value::Dict(entries) => {
                let entries = entries.borrow().clone();
                let mapped = entries.into_iter().map(|(k, v)| Ok((k, v.map_leaves(f)?)));
                Ok(Value::Dict(Rc::new(mapped.collect::<Result<indexmap::IndexMap<_, _>>>()?.into())))
            }
            other => match other.as_node() {
                Some(node) => {
                    let children = node.children.iter().map(|v| v.map_leaves(f)).collect::<Result<Vec<_>>>()?;
                    Ok((node.rebuild)(children))
                }
                None => f(other),
            },
        }
    }

    /// Visits every leaf in order.
    pub fn for_each_leaf(&self, f: &mut dyn FnMut(&Value)) {
        match self {
            Value::Tuple(values) => values.iter().for_each(|v| v.for_each_leaf(f)),
            Value::List(values) => values.borrow().iter().for_each(|v| v.for_each_leaf(f)),
            Value::Dict(entries) => entries.borrow().values().for_each(|v| v.for_each_leaf(f)),
            other => match other.as_node() {
                Some(node) => node.children.iter().for_each(|v| v.for_each_leaf(f)),
                None => f(other),
            },
        }
    }

    /// The first leaf in order of which `f` gives something. What contains itself is no obstacle: containers that were
    /// `seen` before are passed over. They are kept, so that nothing else takes their addresses.
    pub(crate) fn find_leaf<T>(
        &self,
        seen: &mut HashMap<*const (), Value>,
        f: &dyn Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let address: *const () = match self {
            Value::Tuple(values) => Rc::as_ptr(values).cast(),
            Value::List(values) => Rc::as_ptr(values).cast(),
            Value::Dict(entries) => Rc::as_ptr(entries).cast(),
            other => {
                return match other.as_node() {
                    Some(node) => node.children.iter().find_map(|value| value.find_leaf(seen, f)),
                    None => f(other),
                };
            }
        };
        if seen.insert(address, self.clone()).is_some() {
            return None;
        }
        match self {
            Value::Tuple(values) => values.iter().find_map(|value| value.find_leaf(seen, f)),
            Value::List(values) => values.borrow().iter().find_map(|value| value.find_leaf(seen, f)),
            Value::Dict(entries) => entries.borrow().values().find_map(|value| value.find_leaf(seen, f)),
            _ => None,
        }
    }

    /// The leaves in order.
    pub fn leaves(&self) -> Vec<Value> {
        let mut leaves = Vec::new();
        self.for_each_leaf(&mut |leaf| leaves.push(leaf.clone()));
        leaves
    }
}

//! Nested tuples, lists and dicts of values, as `jax.tree` sees them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::ObjectNode;
use crate::error::Result;
use crate::interp::limits::nests_too_deeply;
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
    /// The first error of `f`; or a list or dict contains itself.
    pub fn map_leaves(&self, f: &mut dyn FnMut(&Value) -> Result<Value>) -> Result<Value> {
        self.map_inside(&mut HashSet::new(), f)
    }

    fn map_inside(&self, around: &mut HashSet<*const ()>, f: &mut dyn FnMut(&Value) -> Result<Value>) -> Result<Value> {
        let own = self.address();
        if own.is_some_and(|own| !around.insert(own)) {
            return Err(nests_too_deeply());
        }
        let mut inside = |value: &Value| value.map_inside(around, f);
        let mapped = match self {
            Value::Tuple(values) => Value::tuple(values.iter().map(inside).collect::<Result<Vec<_>>>()?),
            Value::List(values) => {
                let values = values.borrow().clone();
                Value::list(values.iter().map(inside).collect::<Result<Vec<_>>>()?)
            }
            Value::Dict(entries) => {
                let entries = entries.borrow().clone();
                let mapped = entries.into_iter().map(|(key, value)| Ok((key, inside(&value)?)));
                Value::Dict(Rc::new(mapped.collect::<Result<indexmap::IndexMap<_, _>>>()?.into()))
            }
            other => match other.as_node() {
                Some(node) => (node.rebuild)(node.children.iter().map(inside).collect::<Result<Vec<_>>>()?),
                None => f(other)?,
            },
        };
        if let Some(own) = own {
            around.remove(&own);
        }
        Ok(mapped)
    }

    /// Visits every leaf in order. Of what contains itself, the inner one is passed over.
    pub fn for_each_leaf(&self, f: &mut dyn FnMut(&Value)) {
        self.visit_inside(&mut HashSet::new(), f);
    }

    fn visit_inside(&self, around: &mut HashSet<*const ()>, f: &mut dyn FnMut(&Value)) {
        let own = self.address();
        if own.is_some_and(|own| !around.insert(own)) {
            return;
        }
        let mut inside = |value: &Value| value.visit_inside(around, f);
        match self {
            Value::Tuple(values) => values.iter().for_each(inside),
            Value::List(values) => values.borrow().iter().for_each(inside),
            Value::Dict(entries) => entries.borrow().values().for_each(inside),
            other => match other.as_node() {
                Some(node) => node.children.iter().for_each(&mut inside),
                None => f(other),
            },
        }
        if let Some(own) = own {
            around.remove(&own);
        }
    }

    /// Where a list or dict lies: what contains itself does so through one of these.
    fn address(&self) -> Option<*const ()> {
        match self {
            Value::List(values) => Some(Rc::as_ptr(values).cast()),
            Value::Dict(entries) => Some(Rc::as_ptr(entries).cast()),
            _ => None,
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

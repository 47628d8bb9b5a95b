//! Functions with some arguments given already: `functools.partial` and `jax.tree_util.Partial`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::jax::transform::keywords;
use crate::library::{Args, Bound};
use crate::value::tree::{ObjectNode, PathKey};
use crate::value::{Key, Object, Value};

/// A function with some arguments given.
#[derive(Debug)]
pub(crate) struct Partial {
    function: Value,
    args: Args,
    /// Whether it is a node of trees, whose leaves are those of the given arguments.
    is_node: bool,
}

impl Partial {
    /// From the arguments `func`, `args` and `keywords` of a call.
    ///
    /// # Errors
    /// The call has no such arguments.
    pub(crate) fn made(args: &Bound, is_node: bool) -> Result<Value> {
        let positional = args.get("args")?.elements().unwrap_or_default();
        let args_given = Args { positional, keywords: keywords(args.get("keywords")?) };
        let function = args.get("func")?.clone();
        Ok(Value::User(Rc::new(Partial { function, args: args_given, is_node })))
    }

    /// A function with some keyword arguments given.
    pub(crate) fn with_keywords(function: Value, keywords: Vec<(Rc<str>, Value)>) -> Value {
        let args = Args { positional: Vec::new(), keywords };
        Value::User(Rc::new(Partial { function, args, is_node: false }))
    }
}

impl Object for Partial {
    fn class_name(&self) -> Rc<str> {
        if self.is_node { "Partial" } else { "functools.partial" }.into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let mut all = self.args.clone();
        all.positional.extend(args.positional);
        for (name, value) in args.keywords {
            match all.keywords.iter_mut().find(|(n, _)| *n == name) {
                Some((_, slot)) => *slot = value,
                None => all.keywords.push((name, value)),
            }
        }
        interp.call(&self.function, all)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "func" => Some(self.function.clone()),
            "args" => Some(Value::tuple(self.args.positional.clone())),
            "keywords" => {
                let entries = self.args.keywords.iter().map(|(n, v)| (Key::name(n.clone()), v.clone()));
                Some(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
            }
            _ => None,
        })
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), self.args.positional.len()))
    }

    fn attributes(&self) -> Vec<String> {
        ["func", "args", "keywords"].map(String::from).to_vec()
    }

    fn node(self: Rc<Self>) -> Option<ObjectNode> {
        if !self.is_node {
            return None;
        }
        let names: Vec<Rc<str>> = self.args.keywords.iter().map(|(name, _)| name.clone()).collect();
        let count = self.args.positional.len();
        let keys = (0..count).map(PathKey::Index).chain(names.iter().cloned().map(PathKey::Attribute)).collect();
        let children = self.args.positional.iter().chain(self.args.keywords.iter().map(|(_, v)| v)).cloned().collect();
        let metadata = std::iter::once(self.function.clone())
            .chain([Value::Int(count as i64)])
            .chain(names.iter().cloned().map(Value::Str))
            .collect();
        let function = self.function.clone();
        Some(ObjectNode {
            class: "Partial".into(),
            keys,
            children,
            metadata,
            rebuild: Box::new(move |mut children| {
                let keywords = names.iter().cloned().zip(children.split_off(count.min(children.len()))).collect();
                let args = Args { positional: children, keywords };
                Value::User(Rc::new(Partial { function: function.clone(), args, is_node: true }))
            }),
        })
    }
}

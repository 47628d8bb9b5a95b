//! `jax.tree_util.Partial`.

use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, FunctionDecl};
use crate::value::tree::{ObjectNode, PathKey};
use crate::value::{Object, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "Partial" [(func) (*args) (**kwargs)] "A function with some arguments given already, whose arguments are leaves of trees." => partial;
};

/// A function with some arguments given.
#[derive(Debug)]
struct Partial {
    function: Value,
    args: Args,
}

fn partial(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let positional = args.get("args")?.elements().unwrap_or_default();
    let keywords = crate::jax::transform::keywords(args.get("kwargs")?);
    let function = args.get("func")?.clone();
    Ok(Value::User(Rc::new(Partial { function, args: Args { positional, keywords } })))
}

impl Object for Partial {
    fn class_name(&self) -> Rc<str> {
        "Partial".into()
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
            _ => None,
        })
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), self.args.positional.len()))
    }

    fn node(self: Rc<Self>) -> Option<ObjectNode> {
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
                Value::User(Rc::new(Partial { function: function.clone(), args }))
            }),
        })
    }
}

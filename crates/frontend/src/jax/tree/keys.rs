//! The keys of paths as values.

use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::tree::{Path, PathKey};
use crate::value::{Object, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "DictKey" [(key)] "The key of a dict's entry in a path." => |_, args| Ok(key(PathKey::Dict(args.get("key")?.clone())));
    "SequenceKey" [(idx)] "The index of a sequence's element in a path." => |_, args| Ok(key(PathKey::Index(args.usize("idx")?)));
    "GetAttrKey" [(name)] "The name of an attribute in a path." => |_, args| Ok(key(PathKey::Attribute(args.str("name")?)));
    "FlattenedIndexKey" [(key)] "The index of a child without a name in a path." => |_, args| Ok(key(PathKey::Flat(args.usize("key")?)));
    "keystr" [(keys) (simple = Default::Bool(false)) (separator = Default::Str(""))] "A path as text." => keystr;
};

/// One key of a path.
#[derive(Debug)]
struct KeyObject(PathKey);

fn key(key: PathKey) -> Value {
    Value::User(Rc::new(KeyObject(key)))
}

/// A path as a tuple of keys.
pub(super) fn path_value(path: &Path) -> Value {
    Value::tuple(path.0.iter().map(|k| key(k.clone())).collect::<Vec<_>>())
}

/// A key that the program gave for a child of a registered node.
pub(crate) fn path_key(key: &Value) -> PathKey {
    match user::<KeyObject>(key) {
        Some(object) => object.0.clone(),
        None => PathKey::Own(key.clone()),
    }
}

fn keystr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let keys = interp.collect(&args.get("keys")?.clone())?;
    let simple = args.bool("simple")?;
    let separator = args.str("separator")?;
    let mut parts = Vec::with_capacity(keys.len());
    for key in &keys {
        let key = path_key(key);
        parts.push(match (&key, simple) {
            (PathKey::Dict(inner) | PathKey::Own(inner), true) => interp.str_of(inner)?,
            (PathKey::Index(index) | PathKey::Flat(index), true) => index.to_string(),
            (PathKey::Attribute(name), true) => name.to_string(),
            (key, false) => key.to_string(),
        });
    }
    Ok(Value::str(parts.join(&*separator)))
}

impl Object for KeyObject {
    fn class_name(&self) -> Rc<str> {
        match &self.0 {
            PathKey::Dict(_) => "DictKey",
            PathKey::Index(_) => "SequenceKey",
            PathKey::Attribute(_) => "GetAttrKey",
            PathKey::Flat(_) | PathKey::Own(_) => "FlattenedIndexKey",
        }
        .into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match (&self.0, name) {
            (PathKey::Dict(key) | PathKey::Own(key), "key") => Some(key.clone()),
            (PathKey::Index(index), "idx") | (PathKey::Flat(index), "key") => Some(Value::Int(*index as i64)),
            (PathKey::Attribute(attribute), "name") => Some(Value::Str(attribute.clone())),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        vec![match &self.0 {
            PathKey::Index(_) => "idx".into(),
            PathKey::Attribute(_) => "name".into(),
            _ => "key".into(),
        }]
    }

    fn repr(&self) -> String {
        let inner = self.0.to_string();
        match &self.0 {
            PathKey::Dict(_) | PathKey::Own(_) => {
                format!("DictKey(key={})", inner.trim_start_matches('[').trim_end_matches(']'))
            }
            PathKey::Index(index) => format!("SequenceKey(idx={index})"),
            PathKey::Attribute(name) => format!("GetAttrKey(name='{name}')"),
            PathKey::Flat(index) => format!("FlattenedIndexKey(key={index})"),
        }
    }
}

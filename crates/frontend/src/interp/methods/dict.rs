//! Methods of dicts.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::dict_view::{DictView, Part};
use crate::interp::exceptions::raise_with;
use crate::library::{Bound, Default};
use crate::value::{Key, Value};

pub(super) static METHODS: &[ValueMethod] = methods! {
    "keys" [] "The keys." => |_, this, _| Ok(DictView::value(dict(this)?, Part::Keys));
    "values" [] "The values." => |_, this, _| Ok(DictView::value(dict(this)?, Part::Values));
    "items" [] "The keys with their values." => |_, this, _| Ok(DictView::value(dict(this)?, Part::Items));
    "get" [(key) (default = Default::None)] "The value of the key, or the default." => get;
    "pop" [(key) (default = Default::None)] "Removes the key and returns its value, or the default." => pop;
    "popitem" [] "Removes and returns the last entry." => popitem;
    "setdefault" [(key) (default = Default::None)] "The value of the key, set to the default first if there is none." => setdefault;
    "update" [(iterable = Default::None) (**entries)] "Adds the entries of another mapping." => update;
    "clear" [] "Removes all entries." => clear;
    "copy" [] "A shallow copy." => copy;
    "move_to_end" [(key) (last = Default::Bool(true))] "Moves the key to the end or the start." => move_to_end;
    "fromkeys" [(iterable) (value = Default::None)] "A dict with these keys and one value." => fromkeys;
};

type Entries = Rc<RefCell<IndexMap<Key, Value>>>;

fn dict(value: &Value) -> Result<&Entries> {
    match value {
        Value::Dict(entries) => Ok(entries),
        other => Err(Error::ty(format!("descriptor requires a 'dict' object but received a '{}'", other.type_name()))),
    }
}

fn key(interp: &mut Interp, args: &Bound) -> Result<Key> {
    interp.key(args.get("key")?.clone())
}

fn get(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let found = dict(this)?.borrow().get(&key).cloned();
    Ok(match found {
        Some(value) => value,
        None => args.get("default")?.clone(),
    })
}

fn pop(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    interp.spend_moving(dict(this)?.borrow().len())?;
    let found = dict(this)?.borrow_mut().shift_remove(&key);
    match found {
        Some(value) => Ok(value),
        None if args.is_given("default") => Ok(args.get("default")?.clone()),
        None => Err(interp.missing_key(&args.get("key")?.clone())?),
    }
}

fn popitem(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    match dict(this)?.borrow_mut().pop() {
        Some((key, value)) => Ok(Value::tuple(vec![key.value().clone(), value])),
        None => {
            let message = "popitem(): dictionary is empty";
            Err(raise_with("KeyError", vec![Value::str(message)], format!("'{message}'")))
        }
    }
}

fn setdefault(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let default = args.get("default")?.clone();
    let key = key(interp, args)?;
    Ok(dict(this)?.borrow_mut().entry(key).or_insert(default).clone())
}

fn update(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let mut more = IndexMap::new();
    if let Some(source) = args.some("iterable")?.cloned() {
        if let Value::Host(host) = &source {
            return Err(crate::interp::host::reaches(host, "a dict that is known at compile time"));
        }
        more = interp.entries(&source)?;
    }
    if let Value::Dict(entries) = args.get("entries")? {
        more.extend(entries.borrow().clone());
    }
    dict(this)?.borrow_mut().extend(more);
    Ok(Value::None)
}

fn clear(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    dict(this)?.borrow_mut().clear();
    Ok(Value::None)
}

fn copy(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    let entries = dict(this)?.borrow().clone();
    Ok(Value::Dict(Rc::new(RefCell::new(entries))))
}

fn move_to_end(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    interp.spend_moving(dict(this)?.borrow().len())?;
    let last = args.bool("last")?;
    let moved = {
        let mut entries = dict(this)?.borrow_mut();
        match entries.get_index_of(&key) {
            Some(from) => {
                let to = if last { entries.len() - 1 } else { 0 };
                entries.move_index(from, to);
                true
            }
            None => false,
        }
    };
    if moved { Ok(Value::None) } else { Err(interp.missing_key(key.value())?) }
}

fn fromkeys(interp: &mut Interp, _this: &Value, args: &mut Bound) -> Result<Value> {
    let value = args.get("value")?.clone();
    let keys = interp.collect_keys(&args.get("iterable")?.clone())?;
    let entries = keys.into_keys().map(|key| (key, value.clone()));
    Ok(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
}

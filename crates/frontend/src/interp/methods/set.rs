//! Methods of sets, and of the views of dicts that are like sets.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise_with;
use crate::interp::set_order::in_order;
use crate::library::Bound;
use crate::value::{Key, Value};

/// What sets of both kinds have.
pub(super) static READING: &[ValueMethod] = methods! {
    "copy" [] "A copy." => |interp, this, _| Ok(like(this, elements(interp, this)?));
    "union" [(*others)] "The elements of this set and the others." => union;
    "intersection" [(*others)] "The elements that are in all." => intersection;
    "difference" [(*others)] "The elements that are in none of the others." => difference;
    "symmetric_difference" [(other)] "The elements that are in one of the two." => symmetric_difference;
    "issubset" [(other)] "Whether all elements are in the other." => issubset;
    "issuperset" [(other)] "Whether all elements of the other are in this set." => issuperset;
    "isdisjoint" [(other)] "Whether no element is in both." => isdisjoint;
};

/// What sets that change have.
pub(super) static CHANGING: &[ValueMethod] = methods! {
    "add" [(elem)] "Adds an element." => add;
    "discard" [(elem)] "Removes an element if it is there." => discard;
    "remove" [(elem)] "Removes an element." => remove;
    "pop" [] "Removes and returns an element." => pop;
    "clear" [] "Removes all elements." => clear;
    "update" [(*others)] "Adds the elements of the others." => update;
    "intersection_update" [(*others)] "Keeps the elements that are in all." => |interp, this, args| {
        replace(this, intersection(interp, this, args)?)
    };
    "difference_update" [(*others)] "Removes the elements of the others." => |interp, this, args| {
        replace(this, difference(interp, this, args)?)
    };
    "symmetric_difference_update" [(other)] "Keeps the elements that are in one of the two." => |interp, this, args| {
        replace(this, symmetric_difference(interp, this, args)?)
    };
};

/// What views of keys and of items have.
pub(super) static VIEW: &[ValueMethod] = methods! {
    "isdisjoint" [(other)] "Whether no element is in both." => isdisjoint;
};

type Keys = IndexMap<Key, ()>;

fn set(value: &Value) -> Result<&Rc<RefCell<Keys>>> {
    match value {
        Value::Set(keys) => Ok(keys),
        other => Err(Error::ty(format!("descriptor requires a 'set' object but received a '{}'", other.type_name()))),
    }
}

/// The elements of a set or of what is like one.
fn elements(interp: &mut Interp, this: &Value) -> Result<Keys> {
    match this.set_elements() {
        Some(keys) => Ok(Rc::unwrap_or_clone(keys)),
        None => interp.collect_keys(this),
    }
}

/// A set of the kind that `this` is.
fn like(this: &Value, keys: Keys) -> Value {
    match this {
        Value::FrozenSet(_) => Value::FrozenSet(Rc::new(keys)),
        _ => Value::Set(Rc::new(RefCell::new(keys))),
    }
}

/// Gives a set the elements of another one.
fn replace(this: &Value, other: Value) -> Result<Value> {
    if let Value::Set(other) = other {
        let keys = other.borrow().clone();
        *set(this)?.borrow_mut() = keys;
    }
    Ok(Value::None)
}

fn element(interp: &mut Interp, args: &Bound) -> Result<Key> {
    interp.key(args.get("elem")?.clone())
}

fn add(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    interp.spend(1)?;
    let key = element(interp, args)?;
    set(this)?.borrow_mut().insert(key, ());
    Ok(Value::None)
}

/// Removes an element; false if it is not there.
fn removed(interp: &mut Interp, this: &Value, args: &Bound) -> Result<bool> {
    let key = element(interp, args)?;
    interp.spend_moving(set(this)?.borrow().len())?;
    Ok(set(this)?.borrow_mut().shift_remove(&key).is_some())
}

fn discard(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    removed(interp, this, args)?;
    Ok(Value::None)
}

fn remove(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    if removed(interp, this, args)? { Ok(Value::None) } else { Err(interp.missing_key(&args.get("elem")?.clone())?) }
}

fn pop(interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    interp.spend_moving(set(this)?.borrow().len())?;
    let first = in_order(&set(this)?.borrow()).into_iter().next();
    match first {
        Some(value) => {
            let key = interp.key(value.clone())?;
            set(this)?.borrow_mut().shift_remove(&key);
            Ok(value)
        }
        None => {
            let message = "pop from an empty set";
            Err(raise_with("KeyError", vec![Value::str(message)], format!("'{message}'")))
        }
    }
}

fn clear(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    set(this)?.borrow_mut().clear();
    Ok(Value::None)
}

fn others(interp: &mut Interp, args: &Bound) -> Result<Vec<Keys>> {
    let values = args.get("others")?.elements().unwrap_or_default();
    values.iter().map(|other| interp.collect_keys(other)).collect()
}

fn update(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    for other in others(interp, args)? {
        set(this)?.borrow_mut().extend(other);
    }
    Ok(Value::None)
}

fn union(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let mut keys = elements(interp, this)?;
    others(interp, args)?.into_iter().for_each(|other| keys.extend(other));
    Ok(like(this, keys))
}

fn intersection(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let others = others(interp, args)?;
    let mut keys = elements(interp, this)?;
    keys.retain(|key, ()| others.iter().all(|other| other.contains_key(key)));
    Ok(like(this, keys))
}

fn difference(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let others = others(interp, args)?;
    let mut keys = elements(interp, this)?;
    keys.retain(|key, ()| !others.iter().any(|other| other.contains_key(key)));
    Ok(like(this, keys))
}

fn other(interp: &mut Interp, args: &Bound) -> Result<Keys> {
    interp.collect_keys(&args.get("other")?.clone())
}

fn symmetric_difference(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (own, other) = (elements(interp, this)?, other(interp, args)?);
    let only_own = own.keys().filter(|key| !other.contains_key(*key)).cloned();
    let only_other = other.keys().filter(|key| !own.contains_key(*key)).cloned();
    Ok(like(this, only_own.chain(only_other).map(|key| (key, ())).collect()))
}

fn issubset(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (own, other) = (elements(interp, this)?, other(interp, args)?);
    Ok(Value::Bool(own.keys().all(|key| other.contains_key(key))))
}

fn issuperset(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (own, other) = (elements(interp, this)?, other(interp, args)?);
    Ok(Value::Bool(other.keys().all(|key| own.contains_key(key))))
}

fn isdisjoint(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (own, other) = (elements(interp, this)?, other(interp, args)?);
    Ok(Value::Bool(!own.keys().any(|key| other.contains_key(key))))
}

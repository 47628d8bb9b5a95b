//! `copy`.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::{address, functions};
use crate::interp::classes::Instance;
use crate::interp::iterate::IterObject;
use crate::interp::limits::deeper;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::{Host, Key, Value};

modules! {
    /// `copy`.
    COPY = Contents { python: &[FUNCTIONS], written: &[ERROR], ..Contents::new("copy") };
}

const ERROR: &str =
    "class Error(Exception):\n    \"\"\"What objects that cannot be copied raise.\"\"\"\n\n\nerror = Error\n";

static FUNCTIONS: &[FunctionDecl] = functions! {
    "copy" [(x)] "A copy of the object, which holds what the object holds." => |interp, args| {
        let value = args.get("x")?.clone();
        shallow(interp, &value)
    };
    "deepcopy" [(x) (memo = Default::None)] "A copy of the object and of all that it holds; what was copied before is in `memo`." => deep_copy;
};

fn deep_copy(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("x")?.clone();
    let memo = match args.get("memo")? {
        memo @ Value::Dict(_) => memo.clone(),
        _ => Value::Dict(Rc::default()),
    };
    deep(interp, &value, &memo)
}

/// What only the run can copy: layers, models and whatever else native code made.
fn by_the_run(interp: &Interp) -> Value {
    Value::Host(Host::new(interp.describe(interp.span), Some(interp.span)))
}

/// The error of what has a state that nobody can read.
fn refused(value: &Value) -> Option<Error> {
    user::<IterObject>(value).map(|_| Error::ty(format!("cannot pickle '{}' object", value.type_name())))
}

fn shallow(interp: &mut Interp, value: &Value) -> Result<Value> {
    interp.spend_on_arguments(&Args::positional(vec![value.clone()]))?;
    Ok(match value {
        Value::List(values) => Value::list(values.borrow().clone()),
        Value::Dict(entries) => Value::Dict(Rc::new(RefCell::new(entries.borrow().clone()))),
        Value::Set(keys) => Value::Set(Rc::new(RefCell::new(keys.borrow().clone()))),
        Value::Object(_) => by_the_run(interp),
        Value::User(_) => {
            if let Some(error) = refused(value) {
                return Err(error);
            }
            let Some(instance) = user::<Instance>(value) else { return array_or_itself(interp, value) };
            if let Some(copy) = instance.special(interp, "__copy__")? {
                return interp.call(&copy, Args::default());
            }
            if instance.native.get().is_some() {
                return Ok(by_the_run(interp));
            }
            let mut made = Instance::new(instance.class.clone());
            made.tuple = instance.tuple.clone();
            if let Some(plain) = instance.plain.get() {
                let plain = shallow(interp, plain)?;
                // It was made just now: nothing is there yet.
                let _ = made.plain.set(plain);
            }
            let made = Rc::new(made);
            if !restore(interp, &instance, &made, &mut |_, state| Ok(state))? {
                instance.entries().into_iter().for_each(|(name, value)| made.set(&name, value));
            }
            Value::User(made)
        }
        _ => return array_or_itself(interp, value),
    })
}

/// Gives a copy the state that the class's `__getstate__` tells, through its `__setstate__`; false if it has neither.
fn restore(
    interp: &mut Interp,
    instance: &Rc<Instance>,
    made: &Rc<Instance>,
    copied: &mut dyn FnMut(&mut Interp, Value) -> Result<Value>,
) -> Result<bool> {
    let (get, set) = (instance.special(interp, "__getstate__")?, made.special(interp, "__setstate__")?);
    if get.is_none() && set.is_none() {
        return Ok(false);
    }
    let state = match get {
        Some(get) => interp.call(&get, Args::default())?,
        None => interp.attribute(&Value::User(instance.clone()), "__dict__")?,
    };
    let state = copied(interp, state)?;
    match (set, &state) {
        (Some(set), _) => drop(interp.call(&set, Args::positional(vec![state]))?),
        (None, Value::Dict(entries)) => {
            for (key, value) in entries.borrow().iter() {
                if let Value::Str(name) = key.value() {
                    made.set(name, value.clone());
                }
            }
        }
        _ => {}
    }
    Ok(true)
}

/// A copy of an array that may change, and everything else as it is.
fn array_or_itself(interp: &mut Interp, value: &Value) -> Result<Value> {
    match value {
        Value::Array(array) if interp.eval.arrays.is_made(array) => Ok(interp.fresh_array((**array).clone())),
        _ if interp.has_written(value) => {
            let copy = interp.attribute(value, "copy")?;
            interp.call(&copy, Args::default())
        }
        _ => Ok(value.clone()),
    }
}

/// The copy, which the memo knows from now on. It keeps the originals too, so that no other object gets their number.
fn remember(memo: &Value, value: &Value, copy: &Value) -> Result<()> {
    let Value::Dict(entries) = memo else { return Ok(()) };
    let key = |value: &Value| Key::new(Value::Int(address(value) as i64));
    let kept = entries.borrow().get(&key(memo)?).cloned();
    match kept {
        Some(Value::List(kept)) => kept.borrow_mut().push(value.clone()),
        _ => drop(entries.borrow_mut().insert(key(memo)?, Value::list(vec![value.clone()]))),
    }
    entries.borrow_mut().insert(key(value)?, copy.clone());
    Ok(())
}

fn deep(interp: &mut Interp, value: &Value, memo: &Value) -> Result<Value> {
    interp.spend(1)?;
    if let (Value::Dict(known), true) = (memo, address(value) != 0)
        && let Some(copy) = known.borrow().get(&Key::new(Value::Int(address(value) as i64))?)
    {
        return Ok(copy.clone());
    }
    interp.nested(|interp| deeper(|| deep_inner(interp, value, memo)))
}

fn deep_inner(interp: &mut Interp, value: &Value, memo: &Value) -> Result<Value> {
    match value {
        Value::List(values) => {
            let made = Rc::new(RefCell::new(Vec::new()));
            remember(memo, value, &Value::List(made.clone()))?;
            let values = values.borrow().clone();
            for value in values {
                let copy = deep(interp, &value, memo)?;
                made.borrow_mut().push(copy);
            }
            Ok(Value::List(made))
        }
        Value::Dict(entries) => {
            let made = Rc::new(RefCell::new(IndexMap::new()));
            remember(memo, value, &Value::Dict(made.clone()))?;
            let entries = entries.borrow().clone();
            for (key, value) in entries {
                let key = match key.value() {
                    held @ (Value::User(_) | Value::Tuple(_)) => {
                        let copy = deep(interp, held, memo)?;
                        interp.key(copy)?
                    }
                    _ => key,
                };
                let copy = deep(interp, &value, memo)?;
                made.borrow_mut().insert(key, copy);
            }
            Ok(Value::Dict(made))
        }
        Value::Set(keys) => {
            let made = Rc::new(RefCell::new(IndexMap::new()));
            remember(memo, value, &Value::Set(made.clone()))?;
            let keys = keys.borrow().clone();
            for key in keys.into_keys() {
                let copy = deep(interp, key.value(), memo)?;
                let key = interp.key(copy)?;
                made.borrow_mut().insert(key, ());
            }
            Ok(Value::Set(made))
        }
        Value::Tuple(values) => {
            let copies = values.iter().map(|v| deep(interp, v, memo)).collect::<Result<Vec<_>>>()?;
            let unchanged = copies.iter().zip(values.iter()).all(|(a, b)| crate::interp::compare::same(a, b));
            Ok(if unchanged { value.clone() } else { Value::tuple(copies) })
        }
        Value::Object(_) => Ok(by_the_run(interp)),
        Value::User(_) => match user::<Instance>(value) {
            Some(instance) => deep_instance(interp, value, &instance, memo),
            None => match refused(value) {
                Some(error) => Err(error),
                None => array_or_itself(interp, value),
            },
        },
        _ => array_or_itself(interp, value),
    }
}

fn deep_instance(interp: &mut Interp, value: &Value, instance: &Rc<Instance>, memo: &Value) -> Result<Value> {
    if let Some(copy) = instance.special(interp, "__deepcopy__")? {
        let made = interp.call(&copy, Args::positional(vec![memo.clone()]))?;
        remember(memo, value, &made)?;
        return Ok(made);
    }
    if instance.native.get().is_some() {
        return Ok(by_the_run(interp));
    }
    let mut made = Instance::new(instance.class.clone());
    if let Some(elements) = &instance.tuple {
        let elements = elements.iter().map(|v| deep(interp, v, memo)).collect::<Result<Vec<_>>>()?;
        made.tuple = Some(elements.into());
    }
    if let Some(plain) = instance.plain.get() {
        let plain = deep(interp, plain, memo)?;
        // It was made just now: nothing is there yet.
        let _ = made.plain.set(plain);
    }
    let made = Rc::new(made);
    remember(memo, value, &Value::User(made.clone()))?;
    if !restore(interp, instance, &made, &mut |interp, state| deep(interp, &state, memo))? {
        for (name, value) in instance.entries() {
            let copy = deep(interp, &value, memo)?;
            made.set(&name, copy);
        }
    }
    Ok(Value::User(made))
}

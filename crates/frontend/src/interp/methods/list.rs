//! Methods of lists, tuples, ranges and iterators.

use std::cell::RefCell;
use std::rc::Rc;

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::sort_values;
use crate::interp::classes::Instance;
use crate::interp::compare::same;
use crate::interp::exceptions::{raise, stop_iteration};
use crate::interp::generator::Input;
use crate::interp::iterate::IterObject;
use crate::library::{Args, Bound, Default};
use crate::value::Value;

pub(super) static LIST: &[ValueMethod] = methods! {
    "append" [(object)] "Adds an element at the end." => append;
    "extend" [(iterable)] "Adds the elements at the end." => extend;
    "insert" [(index) (object)] "Adds an element before the one at `index`." => insert;
    "pop" [(index = Default::Int(-1))] "Removes and returns an element." => pop;
    "remove" [(value)] "Removes the first element equal to the value." => remove;
    "clear" [] "Removes all elements." => clear;
    "copy" [] "A shallow copy." => |_, this, _| Ok(Value::list(list(this)?.borrow().clone()));
    "reverse" [] "Reverses the order." => reverse;
    "sort" [(key = Default::None) (reverse = Default::Bool(false))] "Sorts, keeping the order of equal elements." => sort;
    "index" [(value) (start = Default::Int(0)) (stop = Default::None)] "Where the value first occurs." => index;
    "count" [(value)] "How often the value occurs." => count;
};

pub(super) static TUPLE: &[ValueMethod] = methods! {
    "index" [(value) (start = Default::Int(0)) (stop = Default::None)] "Where the value first occurs." => index;
    "count" [(value)] "How often the value occurs." => count;
};

pub(super) static ITERATOR: &[ValueMethod] = methods! {
    "__next__" [] "The next element." => next;
    "__iter__" [] "The iterator itself." => |_, this, _| Ok(this.clone());
    "send" [(value)] "Resumes a generator with the value of its `yield`." => send;
    "throw" [(kind) (value = Default::None) (traceback = Default::None)] "Raises an exception where a generator waits." => throw;
    "close" [] "Ends a generator." => close;
};

fn list(value: &Value) -> Result<&Rc<RefCell<Vec<Value>>>> {
    match value {
        Value::List(list) => Ok(list),
        other => Err(Error::ty(format!("descriptor requires a 'list' object but received a '{}'", other.type_name()))),
    }
}

fn append(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    interp.spend(1)?;
    list(this)?.borrow_mut().push(args.get("object")?.clone());
    Ok(Value::None)
}

fn extend(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let source = args.get("iterable")?.clone();
    let more = match &source {
        // How many elements come is not known: one host value stands for them.
        Value::Host(_) => vec![source],
        _ => interp.collect(&source)?,
    };
    list(this)?.borrow_mut().extend(more);
    Ok(Value::None)
}

fn insert(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let index = interp.index(&args.get("index")?.clone())?;
    interp.spend_moving(list(this)?.borrow().len())?;
    let mut values = list(this)?.borrow_mut();
    let length = values.len() as i64;
    let at = if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) };
    values.insert(at as usize, args.get("object")?.clone());
    Ok(Value::None)
}

fn pop(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let index = interp.index(&args.get("index")?.clone())?;
    if index != -1 {
        interp.spend_moving(list(this)?.borrow().len())?;
    }
    let mut values = list(this)?.borrow_mut();
    if values.is_empty() {
        return Err(raise("IndexError", "pop from empty list"));
    }
    let at = if index < 0 { index.saturating_add(values.len() as i64) } else { index };
    match usize::try_from(at).ok().filter(|at| *at < values.len()) {
        Some(at) => Ok(values.remove(at)),
        None => Err(raise("IndexError", "pop index out of range")),
    }
}

fn position(interp: &mut Interp, values: &[Value], wanted: &Value) -> Result<Option<usize>> {
    for (at, value) in values.iter().enumerate() {
        if same(value, wanted) || interp.equal(value, wanted)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn remove(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let values = list(this)?.borrow().clone();
    match position(interp, &values, &args.get("value")?.clone())? {
        Some(at) => {
            let mut values = list(this)?.borrow_mut();
            if at < values.len() {
                values.remove(at);
            }
            Ok(Value::None)
        }
        None => Err(raise("ValueError", "list.remove(x): x not in list")),
    }
}

fn clear(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    list(this)?.borrow_mut().clear();
    Ok(Value::None)
}

fn reverse(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    list(this)?.borrow_mut().reverse();
    Ok(Value::None)
}

fn sort(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let values = list(this)?.borrow().clone();
    let key = args.some("key")?.cloned();
    let reverse = interp.is_true(&args.get("reverse")?.clone())?;
    let sorted = sort_values(interp, values, key.as_ref(), reverse)?;
    *list(this)?.borrow_mut() = sorted;
    Ok(Value::None)
}

fn index(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let values = interp.collect(this)?;
    let wanted = args.get("value")?.clone();
    let bounds = [args.get("start")?.clone(), args.get("stop")?.clone(), Value::None];
    let positions: Vec<usize> = interp.selection(&bounds, values.len())?.positions().collect();
    for at in positions {
        let Some(value) = values.get(at) else { break };
        if same(value, &wanted) || interp.equal(value, &wanted)? {
            return Ok(Value::Int(at as i64));
        }
    }
    let message = match this {
        Value::List(_) => format!("{} is not in list", interp.repr_of(&wanted)?),
        Value::Tuple(_) => "tuple.index(x): x not in tuple".to_owned(),
        _ => format!("{} is not in range", interp.repr_of(&wanted)?),
    };
    Err(raise("ValueError", message))
}

fn count(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let wanted = args.get("value")?.clone();
    let mut count = 0;
    for value in interp.collect(this)? {
        if same(&value, &wanted) || interp.equal(&value, &wanted)? {
            count += 1;
        }
    }
    Ok(Value::Int(count))
}

fn iterator(value: &Value) -> Result<Rc<IterObject>> {
    user::<IterObject>(value).ok_or_else(|| Error::internal("a method of iterators is bound to something else"))
}

fn resumed(interp: &mut Interp, this: &Value, input: Input) -> Result<Value> {
    let iterator = iterator(this)?;
    iterator.resume(interp, input)?.ok_or_else(|| stop_iteration(iterator.returned()))
}

fn next(interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    resumed(interp, this, Input::Send(Value::None))
}

fn send(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    resumed(interp, this, Input::Send(args.get("value")?.clone()))
}

fn throw(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (kind, value) = (args.get("kind")?.clone(), args.get("value")?.clone());
    let exception = match &value {
        Value::None => kind,
        Value::User(_) if user::<Instance>(&value).is_some() => value,
        _ => interp.call(&kind, Args::positional(vec![value]))?,
    };
    let error = interp.raise_value(&exception)?;
    resumed(interp, this, Input::Throw(error))
}

fn close(interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    iterator(this)?.close(interp)?;
    Ok(Value::None)
}

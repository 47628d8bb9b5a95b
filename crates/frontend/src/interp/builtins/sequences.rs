//! Built-in functions about sequences and iterators.

use super::{convert::sort_values, functions};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{Instance, plain_of};
use crate::interp::dict_view::DictView;
use crate::interp::exceptions::{raise, stop_iteration};
use crate::interp::iterate::{Iter, IterObject, Lazy, Range};
use crate::interp::operators::number;
use crate::library::{Args, Bound, Default, FunctionDecl, Param, Signature};
use crate::syntax::ast::{BinaryOp, CompareOp};
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "len" [(obj)] "The number of elements." => len;
    "sum" [(iterable) (start = Default::Int(0))] "The sum of the elements." => sum;
    "min" [(*args) (key = Default::None) (default = Default::Str(NO_DEFAULT))] "The smallest element or argument." => min;
    "max" [(*args) (key = Default::None) (default = Default::Str(NO_DEFAULT))] "The largest element or argument." => max;
    "any" [(iterable)] "Whether an element is true." => any;
    "all" [(iterable)] "Whether all elements are true." => all;
    "sorted" [(iterable) (key = Default::None) (reverse = Default::Bool(false))] "The elements as a sorted list." => sorted;
    "iter" [(object) (sentinel = Default::Str(NO_DEFAULT))] "An iterator over the elements." => iter;
    "next" [(iterator) (default = Default::Str(NO_DEFAULT))] "The next element of an iterator." => next;
};

/// Stands for an absent optional argument; `is_given` tells.
const NO_DEFAULT: &str = "";

fn len(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let obj = args.get("obj")?.clone();
    let length = match &obj {
        Value::Str(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Tuple(values) => values.len(),
        Value::List(values) => values.borrow().len(),
        Value::Dict(entries) => entries.borrow().len(),
        Value::Set(keys) => keys.borrow().len(),
        Value::FrozenSet(keys) => keys.len(),
        Value::Tensor(tensor) if tensor.rank() > 0 => tensor.shape().first().copied().unwrap_or(0),
        Value::Array(array) if array.ty().rank() > 0 => array.ty().shape.first().copied().unwrap_or(0),
        Value::Symbolic(tensor) => match tensor.0.shape.first() {
            Some(Some(length)) => *length,
            _ => return Err(Error::ty(format!("len() of {tensor}: its first dimension is not known"))),
        },
        _ => return len_of_object(interp, &obj),
    };
    Ok(Value::Int(length as i64))
}

const LEN: Signature = Signature::new(&[Param::required("obj")]);

fn len_of_object(interp: &mut Interp, obj: &Value) -> Result<Value> {
    if let Some(range) = user::<Range>(obj) {
        return Ok(Value::Int(range.len() as i64));
    }
    if let Some(view) = user::<DictView>(obj) {
        return Ok(Value::Int(view.len() as i64));
    }
    if let Some(elements) = user::<Instance>(obj).and_then(|i| i.tuple.clone()) {
        return Ok(Value::Int(elements.len() as i64));
    }
    match interp.special(obj, "__len__")? {
        Some(method) => {
            let length = interp.call(&method, Args::default())?;
            match number::index(&length) {
                Some(length) if length < 0 => Err(raise("ValueError", "__len__() should return >= 0")),
                Some(length) => Ok(Value::Int(length)),
                None if matches!(length, Value::Host(_)) => Ok(length),
                None => Err(Error::ty(format!("'{}' object cannot be interpreted as an integer", length.type_name()))),
            }
        }
        None => match plain_of(obj) {
            Some(plain) => {
                let mut args = LEN.bind("len", Args::positional(vec![plain]))?;
                len(interp, &mut args)
            }
            None => Err(Error::ty(format!("object of type '{}' has no len()", obj.type_name()))),
        },
    }
}

fn sum(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut total = args.get("start")?.clone();
    if let Value::Str(_) = total {
        return Err(Error::ty("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    let mut iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    while let Some(value) = iter.next(interp)? {
        total = interp.binary(BinaryOp::Add, &total, &value)?;
    }
    Ok(total)
}

fn extreme(interp: &mut Interp, args: &mut Bound, largest: bool) -> Result<Value> {
    let name = args.function();
    let given = args.get("args")?.elements().unwrap_or_default();
    let values = match given.as_slice() {
        [] => return Err(Error::ty(format!("{name} expected at least 1 argument, got 0"))),
        [only] => interp.collect(only)?,
        _ => given,
    };
    let key = args.some("key")?.cloned();
    let mut best: Option<(Value, Value)> = None;
    for value in values {
        if let Value::Host(_) = value {
            return Ok(value);
        }
        let by = match &key {
            Some(key) => interp.call(key, Args::positional(vec![value.clone()]))?,
            None => value.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, other)) if largest => {
                let result = interp.compare(CompareOp::Greater, &by, other)?;
                interp.is_true(&result)?
            }
            Some((_, other)) => interp.less(&by, other)?,
        };
        if better {
            best = Some((value, by));
        }
    }
    match best {
        Some((value, _)) => Ok(value),
        None if args.is_given("default") => Ok(args.get("default")?.clone()),
        None => Err(raise("ValueError", format!("{name}() arg is an empty sequence"))),
    }
}

fn min(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    extreme(interp, args, false)
}

fn max(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    extreme(interp, args, true)
}

fn search(interp: &mut Interp, args: &mut Bound, wanted: bool) -> Result<Value> {
    let mut iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    while let Some(value) = iter.next(interp)? {
        if let Value::Host(_) = value {
            return Ok(value);
        }
        if interp.is_true(&value)? == wanted {
            return Ok(Value::Bool(wanted));
        }
    }
    Ok(Value::Bool(!wanted))
}

fn any(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    search(interp, args, true)
}

fn all(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    search(interp, args, false)
}

fn sorted(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let values = interp.collect(&args.get("iterable")?.clone())?;
    if let Some(host) = values.iter().find(|v| matches!(v, Value::Host(_))) {
        return Ok(host.clone());
    }
    let key = args.some("key")?.cloned();
    let reverse = interp.is_true(&args.get("reverse")?.clone())?;
    Ok(Value::list(sort_values(interp, values, key.as_ref(), reverse)?))
}

fn iter(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("object")?.clone();
    if args.is_given("sentinel") {
        let lazy = Lazy::Until(object, args.get("sentinel")?.clone());
        return Ok(IterObject::value(Iter::Lazy(Box::new(lazy)), "callable_iterator"));
    }
    if user::<IterObject>(&object).is_some() {
        return Ok(object);
    }
    if let Some(method) = user::<Instance>(&object).and_then(|i| i.class.lookup("__iter__")) {
        return interp.call(&method, Args::positional(vec![object]));
    }
    let kind = match &object {
        Value::List(_) => "list_iterator",
        Value::Tuple(_) => "tuple_iterator",
        Value::Str(_) => "str_ascii_iterator",
        Value::Bytes(_) => "bytes_iterator",
        Value::Dict(_) => "dict_keyiterator",
        Value::Set(_) | Value::FrozenSet(_) => "set_iterator",
        _ => "iterator",
    };
    Ok(IterObject::value(interp.iterate_static(&object)?, kind))
}

fn next(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("iterator")?.clone();
    let mut returned = Value::None;
    let next = match user::<IterObject>(&object) {
        Some(iterator) => {
            interp.note_counter(&iterator);
            let next = interp.asked_for_one(&iterator)?;
            if next.is_none() {
                returned = iterator.returned();
            }
            next
        }
        None => match interp.special(&object, "__next__")? {
            Some(method) => match interp.call(&method, Args::default()) {
                Ok(value) => Some(value),
                Err(error)
                    if args.is_given("default") && crate::interp::exceptions::is_raised(&error, "StopIteration") =>
                {
                    None
                }
                Err(error) => return Err(error),
            },
            None => return Err(Error::ty(format!("'{}' object is not an iterator", object.type_name()))),
        },
    };
    match next {
        Some(value) => Ok(value),
        None if args.is_given("default") => Ok(args.get("default")?.clone()),
        None => Err(stop_iteration(returned)),
    }
}

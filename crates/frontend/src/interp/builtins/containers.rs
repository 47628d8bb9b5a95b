//! The types of containers, and those that go through others, called to make one.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{Instance, plain_of};
use crate::interp::compare::tuple_of;
use crate::interp::dict_view::DictView;
use crate::interp::exceptions::raise;
use crate::interp::iterate::{Iter, IterObject, Lazy, Range};
use crate::library::{Args, Bound};
use crate::value::{Host, Key, Value};

pub(super) fn list_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.collect(&args.get("iterable")?.clone()).map(Value::list)
}

pub(super) fn tuple_from(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    match args.get("iterable")?.clone() {
        value @ Value::Tuple(_) => Ok(value),
        value => interp.collect(&value).map(Value::tuple),
    }
}

pub(super) fn dict_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut entries: IndexMap<Key, Value> = IndexMap::new();
    if let Some(source) = args.some("iterable")?.cloned() {
        if let Value::Host(_) = source {
            return Ok(source);
        }
        entries = interp.entries(&source)?;
    }
    if let Value::Dict(more) = args.get("entries")? {
        entries.extend(more.borrow().clone());
    }
    Ok(Value::Dict(Rc::new(RefCell::new(entries))))
}

impl Interp {
    /// The entries of a mapping or of an iterable of pairs.
    pub(crate) fn entries(&mut self, source: &Value) -> Result<IndexMap<Key, Value>> {
        if matches!(source, Value::Dict(_))
            || matches!(plain_of(source), Some(Value::Dict(_)))
            || self.special(source, "keys")?.is_some()
        {
            return self.mapping(source);
        }
        let mut entries = IndexMap::new();
        for (index, pair) in self.collect(source)?.into_iter().enumerate() {
            let elements = match self.iterate(&pair) {
                Ok(crate::interp::iterate::Iterable::Static(mut iter)) => iter.collect(self)?,
                _ => {
                    let message = format!("cannot convert dictionary update sequence element #{index} to a sequence");
                    return Err(Error::ty(message));
                }
            };
            let length = elements.len();
            let Ok([key, value]) = <[Value; 2]>::try_from(elements) else {
                let message = format!("dictionary update sequence element #{index} has length {length}; 2 is required");
                return Err(raise("ValueError", message));
            };
            entries.insert(self.key(key)?, value);
        }
        Ok(entries)
    }
}

pub(super) fn set_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let keys = interp.collect_keys(&args.get("iterable")?.clone())?;
    Ok(Value::Set(Rc::new(RefCell::new(keys))))
}

pub(super) fn frozen_set_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    match args.get("iterable")?.clone() {
        value @ Value::FrozenSet(_) => Ok(value),
        value => Ok(Value::FrozenSet(Rc::new(interp.collect_keys(&value)?))),
    }
}

pub(super) fn slice_of(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (start, step) = (args.get("start")?.clone(), args.get("step")?.clone());
    Ok(Value::Slice(Rc::new(match args.is_given("stop") {
        true => [start, args.get("stop")?.clone(), step],
        false => [Value::None, start, Value::None],
    })))
}

pub(super) fn range_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    // The steps in which a program goes through data are its batches: `range(0, len(x), 32)`.
    let host = args.iter().find_map(|(_, value)| if let Value::Host(host) = value { Some(host) } else { None });
    if let Some(host) = host {
        let batch = match args.get("step")? {
            Value::Int(step) => usize::try_from(*step).ok().filter(|&step| step > 1),
            _ => None,
        };
        return Ok(Value::Host(batch.map_or_else(|| host.derived(), |batch| host.with_batch(batch))));
    }
    if args.iter().any(|(_, value)| matches!(value, Value::BigInt(_))) {
        return Err(Error::unsupported("a range with integers of more than 64 bits is not evaluated")
            .help("count from zero, and add the large number to each"));
    }
    let first = interp.index(&args.get("start")?.clone())?;
    let range = match args.is_given("stop") {
        false => Range { start: 0, stop: first, step: 1 },
        true => {
            let stop = interp.index(&args.get("stop")?.clone())?;
            let step = interp.index(&args.get("step")?.clone())?;
            Range { start: first, stop, step }
        }
    };
    if range.step == 0 {
        return Err(raise("ValueError", "range() arg 3 must not be zero"));
    }
    Ok(Value::User(Rc::new(range)))
}

fn lazy(lazy: Lazy, kind: &'static str) -> Value {
    IterObject::value(Iter::Lazy(Box::new(lazy)), kind)
}

/// What `enumerate` makes of data of the run; `None` if the first number is not known.
pub(super) fn enumerated(host: &Host, args: &Args) -> Option<Host> {
    let named = args.keywords.iter().find(|(name, _)| &**name == "start").map(|(_, value)| value);
    match (args.positional.as_slice(), named) {
        ([_], None) => Some(host.enumerated(0)),
        ([_, Value::Int(start)], None) | ([_], Some(Value::Int(start))) => Some(host.enumerated(*start)),
        _ => None,
    }
}

pub(super) fn enumerate_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    let start = match args.get("start")?.clone() {
        whole @ Value::BigInt(_) => whole,
        other => Value::Int(interp.index(&other)?),
    };
    Ok(lazy(Lazy::Enumerate(iter, start), "enumerate"))
}

fn iters(interp: &mut Interp, args: &Bound) -> Result<std::result::Result<Vec<Iter>, Value>> {
    let values = args.get("iterables")?.elements().unwrap_or_default();
    if let Some(host) = values.iter().find(|v| matches!(v, Value::Host(_))) {
        return Ok(Err(host.clone()));
    }
    values.iter().map(|value| interp.iterate_static(value)).collect::<Result<_>>().map(Ok)
}

pub(super) fn zip_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let strict = args.bool("strict")?;
    Ok(match iters(interp, args)? {
        Ok(iters) => lazy(Lazy::Zip(iters, strict), "zip"),
        Err(host) => host,
    })
}

pub(super) fn map_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("function")?.clone();
    Ok(match iters(interp, args)? {
        Ok(iters) if iters.is_empty() => return Err(Error::ty("map() must have at least two arguments.")),
        Ok(iters) => lazy(Lazy::Map(function, iters), "map"),
        Err(host) => host,
    })
}

pub(super) fn filter_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    Ok(lazy(Lazy::Filter(args.get("function")?.clone(), iter), "filter"))
}

pub(super) fn reversed_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let sequence = args.get("sequence")?.clone();
    if let Some(method) = user::<Instance>(&sequence).and_then(|i| i.class.lookup("__reversed__")) {
        return interp.call(&method, Args::positional(vec![sequence]));
    }
    let sequence = plain_of(&sequence).unwrap_or(sequence);
    let iter = match &sequence {
        Value::List(list) => Iter::Reversed(list.clone(), list.borrow().len()),
        Value::Dict(entries) => reversed_values(DictView::keys(entries).elements()),
        Value::Str(text) => reversed_values(text.chars().map(|c| Value::str(c.to_string())).collect()),
        _ => {
            if let Some(values) = tuple_of(&sequence) {
                reversed_values(values.to_vec())
            } else if let Some(range) = user::<Range>(&sequence) {
                range.reversed().iter()
            } else if let Some(view) = user::<DictView>(&sequence) {
                reversed_values(view.elements())
            } else if let Some(method) = interp.special(&sequence, "__reversed__")? {
                return interp.call(&method, Args::default());
            } else if interp.special(&sequence, "__getitem__")?.is_some() {
                if interp.special(&sequence, "__len__")?.is_none() {
                    return Err(Error::ty(format!("object of type '{}' has no len()", sequence.type_name())));
                }
                reversed_values(interp.collect(&sequence)?)
            } else {
                return Err(Error::ty(format!("'{}' object is not reversible", sequence.type_name())));
            }
        }
    };
    Ok(IterObject::value(iter, "reversed"))
}

fn reversed_values(mut values: Vec<Value>) -> Iter {
    values.reverse();
    Iter::Values(values.into(), 0)
}

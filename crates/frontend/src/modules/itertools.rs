//! `itertools`.

use super::{Contents, modules};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::iterate::{Iter, IterObject, Lazy};
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

modules! {
    /// `itertools`.
    ITERTOOLS = Contents {
        python: &[FUNCTIONS],
        written: &[include_str!("../packages/python/itertools.py")],
        ..Contents::new("itertools")
    };
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "chain" [(*iterables)] "The elements of one iterable after the other." => chain;
    "islice" [(iterable) (start) (stop = Default::Str("")) (step = Default::Int(1))] "A slice of an iterator." => islice;
    "count" [(start = Default::Int(0)) (step = Default::Int(1))] "Numbers without end." => count;
    "cycle" [(iterable)] "The elements again and again." => cycle;
    "repeat" [(object) (times = Default::None)] "One value again and again." => repeat;
    "takewhile" [(predicate) (iterable)] "The elements up to the first that fails." => takewhile;
    "starmap" [(function) (iterable)] "The function applied to each tuple of arguments." => starmap;
    "product" [(*iterables) (repeat = Default::Int(1))] "All combinations of one element of each." => product;
    "permutations" [(iterable) (r = Default::None)] "All arrangements." => |i, args| selection(i, args, false);
    "combinations" [(iterable) (r)] "All selections in order." => |i, args| selection(i, args, true);
    "zip_longest" [(*iterables) (fillvalue = Default::None)] "As zip, filled up to the longest." => zip_longest;
    "pairwise" [(iterable)] "Neighbouring elements." => pairwise;
};

static FLATTEN: &[FunctionDecl] = functions! {
    "from_iterable" [(iterable)] "The elements of the elements." => flatten;
};

/// `chain.from_iterable`.
pub(crate) fn from_iterable() -> Option<&'static FunctionDecl> {
    FLATTEN.first()
}

fn lazy(lazy: Lazy, kind: &'static str) -> Value {
    IterObject::value(Iter::Lazy(Box::new(lazy)), kind)
}

fn iters(interp: &mut Interp, args: &Bound) -> Result<Vec<Iter>> {
    let values = args.get("iterables")?.elements().unwrap_or_default();
    values.iter().map(|value| interp.iterate_static(value)).collect()
}

fn pools(interp: &mut Interp, args: &Bound) -> Result<Vec<Vec<Value>>> {
    let values = args.get("iterables")?.elements().unwrap_or_default();
    values.iter().map(|value| interp.collect(value)).collect()
}

fn iter(interp: &mut Interp, args: &Bound) -> Result<Iter> {
    interp.iterate_static(&args.get("iterable")?.clone())
}

fn listed(values: Vec<Value>, kind: &'static str) -> Value {
    IterObject::value(Iter::Values(values.into(), 0), kind)
}

fn chain(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(lazy(Lazy::Chain(iters(interp, args)?.into()), "itertools.chain"))
}

fn flatten(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(lazy(Lazy::Flatten(iter(interp, args)?, None), "itertools.chain"))
}

fn islice(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let number = |interp: &mut Interp, value: &Value| -> Result<Option<usize>> {
        match value {
            Value::None => Ok(None),
            value => match usize::try_from(interp.index(value)?) {
                Ok(n) => Ok(Some(n)),
                Err(_) => Err(raise("ValueError", "Indices for islice() must be None or an integer: 0 <= x")),
            },
        }
    };
    let first = number(interp, &args.get("start")?.clone())?;
    let (start, stop) = match args.is_given("stop") {
        true => (first.unwrap_or(0), number(interp, &args.get("stop")?.clone())?),
        false => (0, first),
    };
    let step = number(interp, &args.get("step")?.clone())?.unwrap_or(1).max(1);
    let left = stop.map(|stop| stop.saturating_sub(start).div_ceil(step));
    Ok(lazy(Lazy::Slice(iter(interp, args)?, start, left, step), "itertools.islice"))
}

fn count(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(lazy(Lazy::Count(args.get("start")?.clone(), args.get("step")?.clone()), "itertools.count"))
}

fn cycle(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(lazy(Lazy::Cycle(Some(iter(interp, args)?), Vec::new(), 0), "itertools.cycle"))
}

fn repeat(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let times = match args.some("times")?.cloned() {
        Some(times) => Some(usize::try_from(interp.index(&times)?).unwrap_or(0)),
        None => None,
    };
    Ok(lazy(Lazy::Repeat(args.get("object")?.clone(), times), "itertools.repeat"))
}

fn takewhile(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = iter(interp, args)?;
    Ok(lazy(Lazy::TakeWhile(args.get("predicate")?.clone(), Some(iter)), "itertools.takewhile"))
}

fn starmap(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = iter(interp, args)?;
    Ok(lazy(Lazy::StarMap(args.get("function")?.clone(), iter), "itertools.starmap"))
}

fn product(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let pools = pools(interp, args)?;
    let repeat = args.usize("repeat")?;
    interp.spend_length(pools.len().saturating_mul(repeat))?;
    let pools: Vec<Vec<Value>> = std::iter::repeat_n(&pools, repeat).flatten().cloned().collect();
    Ok(lazy(Lazy::Product(pools, None), "itertools.product"))
}

fn selection(interp: &mut Interp, args: &mut Bound, ordered: bool) -> Result<Value> {
    let values = interp.collect(&args.get("iterable")?.clone())?;
    let r = if args.get("r")?.is_none() { values.len() } else { args.usize("r")? };
    let kind = if ordered { "itertools.combinations" } else { "itertools.permutations" };
    Ok(lazy(Lazy::Selection { values, r, ordered, taken: None }, kind))
}

fn zip_longest(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let pools = pools(interp, args)?;
    let fill = args.get("fillvalue")?.clone();
    let length = pools.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| -> Vec<Value> {
        pools.iter().map(|pool| pool.get(at).cloned().unwrap_or_else(|| fill.clone())).collect()
    };
    Ok(listed((0..length).map(|at| Value::tuple(row(at))).collect(), "itertools.zip_longest"))
}

fn pairwise(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let values = interp.collect(&args.get("iterable")?.clone())?;
    let pairs = values.windows(2).map(|pair| Value::tuple(pair.to_vec()));
    Ok(listed(pairs.collect(), "itertools.pairwise"))
}

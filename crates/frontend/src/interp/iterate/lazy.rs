//! Iterators made from iterators.

use std::collections::VecDeque;

use super::Iter;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::library::Args;
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

/// An iterator that computes its elements when they are asked for.
#[derive(Debug)]
pub(crate) enum Lazy {
    /// `enumerate`: the iterator and the next number.
    Enumerate(Iter, Value),
    /// `zip`: the iterators, and whether they must be equally long.
    Zip(Vec<Iter>, bool),
    /// `map`.
    Map(Value, Vec<Iter>),
    /// `filter`; `None` keeps what is true.
    Filter(Value, Iter),
    /// `iter(function, sentinel)`.
    Until(Value, Value),
    /// `itertools.chain`.
    Chain(VecDeque<Iter>),
    /// `itertools.chain.from_iterable`: the outer iterator and the current inner one.
    Flatten(Iter, Option<Iter>),
    /// `itertools.islice`: the iterator, elements to drop first, elements left, and the step.
    Slice(Iter, usize, Option<usize>, usize),
    /// `itertools.count`: the next number and the step.
    Count(Value, Value),
    /// `itertools.cycle`: the iterator while it lasts, the elements seen, and the place in them.
    Cycle(Option<Iter>, Vec<Value>, usize),
    /// `itertools.repeat`; without a count for ever.
    Repeat(Value, Option<usize>),
    /// `itertools.takewhile`; ends at the first failure.
    TakeWhile(Value, Option<Iter>),
    /// `itertools.starmap`.
    StarMap(Value, Iter),
    /// `itertools.product`: the pools, and the places in them that came last.
    Product(Vec<Vec<Value>>, Option<Vec<usize>>),
    /// `itertools.combinations` (ordered) and `itertools.permutations`: the places that came last, in the order of
    /// their sequences.
    Selection { values: Vec<Value>, r: usize, ordered: bool, taken: Option<Vec<usize>> },
}

impl Lazy {
    /// The next element.
    pub(super) fn next(&mut self, interp: &mut Interp) -> Result<Option<Value>> {
        match self {
            Lazy::Enumerate(iter, number) => {
                let Some(value) = iter.next(interp)? else { return Ok(None) };
                let next = interp.binary(BinaryOp::Add, number, &Value::Int(1))?;
                Ok(Some(Value::tuple(vec![std::mem::replace(number, next), value])))
            }
            Lazy::Zip(iters, strict) => zip(interp, iters, *strict).map(|v| v.map(Value::tuple)),
            Lazy::Map(function, iters) => match zip(interp, iters, false)? {
                Some(values) => interp.call(function, Args::positional(values)).map(Some),
                None => Ok(None),
            },
            Lazy::Filter(function, iter) => {
                while let Some(value) = iter.next(interp)? {
                    if keeps(interp, function, &value)? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            Lazy::Until(function, sentinel) => {
                let value = interp.call(function, Args::default())?;
                Ok((!interp.equal(&value, sentinel)?).then_some(value))
            }
            Lazy::Chain(iters) => {
                while let Some(iter) = iters.front_mut() {
                    match iter.next(interp)? {
                        Some(value) => return Ok(Some(value)),
                        None => iters.pop_front(),
                    };
                }
                Ok(None)
            }
            Lazy::Flatten(outer, inner) => loop {
                if let Some(iter) = inner
                    && let Some(value) = iter.next(interp)?
                {
                    return Ok(Some(value));
                }
                let Some(value) = outer.next(interp)? else { return Ok(None) };
                *inner = Some(interp.iterate_static(&value)?);
            },
            Lazy::Slice(iter, drop, left, step) => {
                if *left == Some(0) {
                    return Ok(None);
                }
                for _ in 0..std::mem::replace(drop, step.saturating_sub(1)) {
                    if iter.next(interp)?.is_none() {
                        return Ok(None);
                    }
                }
                *left = left.map(|n| n - 1);
                iter.next(interp)
            }
            Lazy::Count(next, step) => {
                let value = next.clone();
                *next = interp.binary(BinaryOp::Add, next, step)?;
                Ok(Some(value))
            }
            Lazy::Cycle(iter, seen, at) => {
                if let Some(first) = iter {
                    if let Some(value) = first.next(interp)? {
                        seen.push(value.clone());
                        return Ok(Some(value));
                    }
                    *iter = None;
                }
                let value = seen.get(*at).cloned();
                *at = if *at + 1 >= seen.len() { 0 } else { *at + 1 };
                Ok(value)
            }
            Lazy::Repeat(value, left) => {
                if *left == Some(0) {
                    return Ok(None);
                }
                *left = left.map(|n| n - 1);
                Ok(Some(value.clone()))
            }
            Lazy::TakeWhile(function, iter) => {
                let Some(source) = iter else { return Ok(None) };
                if let Some(value) = source.next(interp)?
                    && keeps(interp, function, &value)?
                {
                    return Ok(Some(value));
                }
                *iter = None;
                Ok(None)
            }
            Lazy::Product(pools, places) => {
                interp.spend(1 + pools.len() / 4)?;
                let next = match places.take() {
                    None => pools.iter().all(|pool| !pool.is_empty()).then(|| vec![0; pools.len()]),
                    Some(last) => turned(pools, last),
                };
                let Some(next) = next else {
                    pools.iter_mut().for_each(Vec::clear);
                    // Of no pools there is one empty combination, which was given.
                    pools.push(Vec::new());
                    return Ok(None);
                };
                let row = pools.iter().zip(&next).filter_map(|(pool, &at)| pool.get(at).cloned());
                let row = Value::tuple(row.collect::<Vec<_>>());
                *places = Some(next);
                Ok(Some(row))
            }
            Lazy::Selection { values, r, ordered, taken } => {
                interp.spend(1 + *r)?;
                let next = match taken.take() {
                    None => (*r <= values.len()).then(|| (0..*r).collect()),
                    Some(last) => advanced(last, values.len(), *r, *ordered),
                };
                let Some(next) = next else {
                    values.clear();
                    *r = 1;
                    return Ok(None);
                };
                let row = next.iter().filter_map(|&at| values.get(at).cloned()).collect::<Vec<_>>();
                *taken = Some(next);
                Ok(Some(Value::tuple(row)))
            }
            Lazy::StarMap(function, iter) => {
                let Some(values) = iter.next(interp)? else { return Ok(None) };
                let values = interp.collect(&values)?;
                interp.call(function, Args::positional(values)).map(Some)
            }
        }
    }
}

/// The next element of each; `None` when one has ended.
fn zip(interp: &mut Interp, iters: &mut [Iter], strict: bool) -> Result<Option<Vec<Value>>> {
    let mut values = Vec::with_capacity(iters.len());
    for index in 0..iters.len() {
        let Some(iter) = iters.get_mut(index) else { break };
        match iter.next(interp)? {
            Some(value) => values.push(value),
            None if strict => match uneven(interp, iters, index)? {
                Some(error) => return Err(error),
                None => return Ok(None),
            },
            None => return Ok(None),
        }
    }
    if values.is_empty() { Ok(None) } else { Ok(Some(values)) }
}

/// How a strict `zip` fails when iterator number `ended` (from 0) has no more elements; `None` if all
/// have ended.
fn uneven(interp: &mut Interp, iters: &mut [Iter], ended: usize) -> Result<Option<Error>> {
    let earlier = |n: usize| if n == 1 { "argument 1".to_owned() } else { format!("arguments 1-{n}") };
    if ended > 0 {
        let message = format!("zip() argument {} is shorter than {}", ended + 1, earlier(ended));
        return Ok(Some(raise("ValueError", message)));
    }
    for (index, iter) in iters.iter_mut().enumerate().skip(1) {
        if iter.next(interp)?.is_some() {
            let message = format!("zip() argument {} is longer than {}", index + 1, earlier(index));
            return Ok(Some(raise("ValueError", message)));
        }
    }
    Ok(None)
}

fn keeps(interp: &mut Interp, function: &Value, value: &Value) -> Result<bool> {
    let tested = match function {
        Value::None => value.clone(),
        function => interp.call(function, Args::positional(vec![value.clone()]))?,
    };
    interp.is_true(&tested)
}

/// The places after `last`, the last pool turning fastest.
fn turned(pools: &[Vec<Value>], mut last: Vec<usize>) -> Option<Vec<usize>> {
    for (place, pool) in last.iter_mut().zip(pools).rev() {
        *place += 1;
        if *place < pool.len() {
            return Some(last);
        }
        *place = 0;
    }
    None
}

/// The selection of `r` of `n` places after `taken`, by the order of the sequences.
fn advanced(mut taken: Vec<usize>, n: usize, r: usize, ordered: bool) -> Option<Vec<usize>> {
    while let Some(last) = taken.pop() {
        let free = |taken: &[usize], at: usize| ordered || !taken.contains(&at);
        let Some(at) = (last + 1..n).find(|&at| free(&taken, at)) else { continue };
        if ordered && n - at < r - taken.len() {
            continue;
        }
        taken.push(at);
        while taken.len() < r {
            let start = if ordered { taken.last().map_or(0, |last| last + 1) } else { 0 };
            let next = (start..n).find(|&at| free(&taken, at))?;
            taken.push(next);
        }
        return Some(taken);
    }
    None
}

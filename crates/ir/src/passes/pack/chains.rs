//! Sums over the rows of arrays, one after the other, as loops.

use std::sync::Arc;

use super::rows::definitions;
use crate::ops::{Binary, BinaryKind, Steps};
use crate::{Builder, Function, Op, Result, Value};

/// Equations that each combine what the one before gives with one more value.
struct Chain {
    kind: BinaryKind,
    /// What the first one starts with.
    start: Value,
    /// The equations.
    links: Vec<usize>,
    /// What each adds.
    terms: Vec<Value>,
}

/// A chain, or part of one, over all rows of some arrays: row 0 of each, row 1 of each, and so on.
struct Loop {
    first: usize,
    arrays: Vec<Value>,
    rows: usize,
}

/// `function` with chains over the rows of arrays of at least `min_rows` rows as scans over rows.
pub(super) fn rolled(function: &Function, min_rows: usize) -> Result<Function> {
    let definition = definitions(function);
    let row = |value: Value| row_of(function, &definition, value);
    let mut loops: Vec<Option<(Loop, Chain)>> = (0..function.equations.len()).map(|_| None).collect();
    let mut replaced = vec![false; function.equations.len()];
    for chain in chains(function, &definition, min_rows) {
        let Some(found) = best(&chain, min_rows, row) else { continue };
        let links = &chain.links[found.first..found.first + found.arrays.len() * found.rows];
        links.iter().for_each(|&link| replaced[link] = true);
        if let Some(&last) = links.last() {
            loops[last] = Some((found, chain));
        }
    }
    if !replaced.contains(&true) {
        return Ok(function.clone());
    }
    let mut b = Builder::new(function.name.clone());
    let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
    for &param in &function.params {
        env[param.index()] = Some(b.param(function.ty(param).clone()));
    }
    for (index, eqn) in function.equations.iter().enumerate() {
        if let Some((found, chain)) = &loops[index] {
            b.set_location(eqn.location.clone());
            let start = match found.first.checked_sub(1) {
                None => chain.start,
                Some(before) => function.equations[chain.links[before]].outputs[0],
            };
            let start = function.look_up(&env, start)?;
            let arrays = function.look_up_all(&env, &found.arrays)?;
            env[eqn.outputs[0].index()] = Some(emit(&mut b, chain.kind, start, &arrays, found.rows)?);
        } else if !replaced[index] {
            let inputs = function.look_up_all(&env, &eqn.inputs)?;
            let outputs = b.copy(function, eqn, &inputs, eqn.location.clone());
            for (output, &value) in eqn.outputs.iter().zip(outputs) {
                env[output.index()] = Some(value);
            }
        }
    }
    let results = function.look_up_all(&env, &function.results)?;
    Ok(b.finish(results))
}

/// A scan that combines `start` with row 0 of all arrays in order, then with row 1, and so on.
fn emit(b: &mut Builder, kind: BinaryKind, start: Value, arrays: &[Value], rows: usize) -> Result<Value> {
    let mut body = Builder::new("rows");
    let ty = b.ty(start).clone();
    let mut total = body.param(ty.clone());
    let terms: Vec<Value> = arrays.iter().map(|_| body.param(ty.clone())).collect();
    for term in terms {
        total = body.emit1(Binary(kind), &[total, term])?;
    }
    let body = Arc::new(body.finish(vec![total]));
    let arrays = arrays.iter().map(|&array| b.slice_in_dim(array, 0, rows, 0)).collect::<Result<Vec<_>>>()?;
    let (ends, _) = b.scan(&body, &[], &[start], &arrays, Steps::new(rows))?;
    Ok(ends.first().copied().unwrap_or(start))
}

/// The array and the row that a value is, without the array's dimension 0.
fn row_of(function: &Function, definition: &[Option<usize>], value: Value) -> Option<(Value, usize)> {
    let reshape = &function.equations[definition[value.index()]?];
    let (Op::Reshape(_), &[slice]) = (&reshape.op, &reshape.inputs[..]) else { return None };
    let eqn = &function.equations[definition[slice.index()]?];
    let (Op::Slice(op), &[array]) = (&eqn.op, &eqn.inputs[..]) else { return None };
    let shape = &function.ty(array).shape;
    let row = super::rows::row_of_slice(op, shape)?;
    (shape.get(1..) == Some(&function.ty(value).shape[..])).then_some((array, row))
}

/// The longest chains of commutative equations whose partial results nothing else uses.
fn chains(function: &Function, definition: &[Option<usize>], min_links: usize) -> Vec<Chain> {
    let mut uses = vec![0_usize; function.num_values()];
    let inputs = function.equations.iter().flat_map(|eqn| &eqn.inputs);
    inputs.chain(&function.results).for_each(|v| uses[v.index()] += 1);
    let kind = |index: usize| match &function.equations[index].op {
        Op::Binary(Binary(kind @ (BinaryKind::Add | BinaryKind::Mul | BinaryKind::Max | BinaryKind::Min))) => {
            Some(*kind)
        }
        _ => None,
    };
    let mut taken = vec![false; function.equations.len()];
    let mut all = Vec::new();
    for last in (0..function.equations.len()).rev() {
        let Some(this) = kind(last).filter(|_| !taken[last]) else { continue };
        let (mut links, mut terms, mut at) = (Vec::new(), Vec::new(), last);
        let start = loop {
            taken[at] = true;
            links.push(at);
            let &[x, y] = &function.equations[at].inputs[..] else { break None };
            let before = |v: Value| definition[v.index()].filter(|&d| kind(d) == Some(this) && uses[v.index()] == 1);
            // The sum so far is the operand that is itself a sum of rows; a term may be one too.
            let is_row = |v: Value| row_of(function, definition, v).is_some();
            let (sum, term) = if is_row(y) || !is_row(x) { (x, y) } else { (y, x) };
            terms.push(term);
            match before(sum) {
                Some(link) if is_row(term) && !taken[link] => at = link,
                _ => break Some(sum),
            }
        };
        if let (Some(start), true) = (start, links.len() >= min_links) {
            links.reverse();
            terms.reverse();
            all.push(Chain { kind: this, start, links, terms });
        }
    }
    all
}

/// The longest part of a chain that is a loop over rows.
fn best(chain: &Chain, min_rows: usize, row: impl Fn(Value) -> Option<(Value, usize)>) -> Option<Loop> {
    let places: Vec<Option<(Value, usize)>> = chain.terms.iter().map(|&term| row(term)).collect();
    let mut best: Option<Loop> = None;
    let mut first = 0;
    while first < places.len() {
        let next = match places[first] {
            Some((array, 0)) => {
                let period = (first + 1..places.len()).find(|&i| places[i] == Some((array, 1))).map(|i| i - first);
                period.and_then(|period| rows_from(&places, first, period))
            }
            _ => None,
        };
        match next.filter(|found| found.rows >= min_rows) {
            Some(found) => {
                let length = found.rows * found.arrays.len();
                if best.as_ref().is_none_or(|best| length > best.rows * best.arrays.len()) {
                    best = Some(found);
                }
                first += length;
            }
            None => first += 1,
        }
    }
    best
}

/// The loop that begins with `places[first]` and has `period` terms in each turn.
fn rows_from(places: &[Option<(Value, usize)>], first: usize, period: usize) -> Option<Loop> {
    let turn =
        places[first..first + period].iter().map(|place| place.filter(|&(_, row)| row == 0).map(|(array, _)| array));
    let arrays: Vec<Value> = turn.collect::<Option<_>>()?;
    let fits = |turn: &usize| {
        let begin = first + turn * period;
        places
            .get(begin..begin + period)
            .is_some_and(|places| places.iter().zip(&arrays).all(|(&place, &array)| place == Some((array, *turn))))
    };
    let rows = (0..).take_while(fits).count();
    Some(Loop { first, arrays, rows })
}

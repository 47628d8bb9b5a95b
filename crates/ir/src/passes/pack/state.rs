//! Variables as rows of one array.

use std::collections::{HashMap, HashSet};

use super::rows::{Rows, Source};
use crate::verify::checked;
use crate::{Builder, Function, Op, Result, Value};

/// A function of variables.
#[derive(Clone, Copy, Debug)]
pub struct Stateful<'a> {
    /// A simplified function.
    pub function: &'a Function,
    /// For each parameter the variable that it is, if it may become a row.
    pub params: &'a [Option<usize>],
    /// For each result the variable whose new value it is.
    pub results: &'a [Option<usize>],
}

/// What a parameter or result of a function of arrays of variables is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one with this index in the original function.
    Kept(usize),
    /// The stack with this index.
    Stack(usize),
}

/// Lists of at least `min_rows` variables each that better were the rows of one array: the functions join them, as rolled
/// layers do, or treat them in the same way beside such. No variable is in two, and each function returns all of a list or none.
/// Earlier functions have precedence.
pub fn find_stacks(functions: &[Stateful<'_>], min_rows: usize) -> Vec<Vec<usize>> {
    let mut stacks: Vec<Vec<usize>> = Vec::new();
    let mut taken: HashSet<usize> = HashSet::new();
    for function in functions {
        for stack in stacks_of(function, min_rows.max(2)) {
            if stack.iter().all(|variable| !taken.contains(variable)) {
                taken.extend(&stack);
                stacks.push(stack);
            }
        }
    }
    let returned: Vec<HashSet<usize>> =
        functions.iter().map(|function| function.results.iter().copied().flatten().collect()).collect();
    stacks.retain(|stack| {
        returned.iter().all(|returned| {
            let count = stack.iter().filter(|variable| returned.contains(variable)).count();
            count == 0 || count == stack.len()
        })
    });
    stacks
}

/// The stacks that one function shows.
fn stacks_of(stateful: &Stateful<'_>, min_rows: usize) -> Vec<Vec<usize>> {
    let function = stateful.function;
    let variable: HashMap<Value, usize> = function
        .params
        .iter()
        .zip(stateful.params)
        .filter_map(|(&param, variable)| Some((param, (*variable)?)))
        .collect();
    let mut known = joined(function, min_rows, &variable);
    // Each round finds more rows or is the last one.
    loop {
        let rows = Rows::find(function, min_rows, known.clone(), |value| variable.contains_key(&value));
        let found = rows.arrays.into_iter().filter_map(|array| match array.source {
            Source::Params(params) => Some(params),
            _ => None,
        });
        let found: Vec<Vec<Value>> = found.collect();
        if found.len() == known.len() {
            let variables =
                |params: &Vec<Value>| params.iter().filter_map(|param| variable.get(param).copied()).collect();
            return known.iter().map(variables).collect();
        }
        known = found;
    }
}

/// Lists of parameters of one type that the function joins along a new dimension 0.
fn joined(function: &Function, min_rows: usize, variable: &HashMap<Value, usize>) -> Vec<Vec<Value>> {
    let mut reshaped = HashMap::new();
    let mut taken = HashSet::new();
    let mut all = Vec::new();
    for eqn in &function.equations {
        match (&eqn.op, &eqn.inputs[..]) {
            (Op::Reshape(op), &[x])
                if variable.contains_key(&x) && op.shape.split_first() == Some((&1, &function.ty(x).shape[..])) =>
            {
                reshaped.insert(eqn.outputs[0], x);
            }
            (Op::Concatenate(op), inputs) if op.dim == 0 && inputs.len() >= min_rows => {
                let Some(params) = inputs.iter().map(|x| reshaped.get(x).copied()).collect::<Option<Vec<Value>>>()
                else {
                    continue;
                };
                let own: HashSet<Value> = params.iter().copied().collect();
                let one_type = params.iter().all(|&param| function.ty(param) == function.ty(params[0]));
                if one_type && own.len() == params.len() && own.is_disjoint(&taken) {
                    taken.extend(own);
                    all.push(params);
                }
            }
            _ => {}
        }
    }
    all
}

/// The function with one parameter and one result for each of `stacks` in the place of those of its variables, at the first
/// one's place, and what its parameters and results are.
///
/// # Errors
/// None for a valid function and stacks from [`find_stacks`].
pub fn stack_state(stateful: &Stateful<'_>, stacks: &[Vec<usize>]) -> Result<(Function, Vec<Place>, Vec<Place>)> {
    let function = stateful.function;
    let stack_of: HashMap<usize, (usize, usize)> = stacks
        .iter()
        .enumerate()
        .flat_map(|(stack, variables)| variables.iter().enumerate().map(move |(row, &v)| (v, (stack, row))))
        .collect();
    let place = |variable: &Option<usize>| variable.and_then(|variable| stack_of.get(&variable).copied());

    let mut b = Builder::new(function.name.clone());
    let mut whole: Vec<Option<Value>> = vec![None; stacks.len()];
    let mut inputs = Vec::new();
    let mut args: Vec<(Value, Option<usize>)> = Vec::with_capacity(function.params.len());
    for (index, (&param, variable)) in function.params.iter().zip(stateful.params).enumerate() {
        let ty = function.ty(param);
        args.push(match place(variable) {
            None => {
                inputs.push(Place::Kept(index));
                (b.param(ty.clone()), None)
            }
            Some((stack, row)) => match whole[stack] {
                Some(all) => (all, Some(row)),
                None => {
                    inputs.push(Place::Stack(stack));
                    let all = b.param(ty.with_shape([&[stacks[stack].len()], &ty.shape[..]].concat()));
                    whole[stack] = Some(all);
                    (all, Some(row))
                }
            },
        });
    }
    let mut values = Vec::with_capacity(args.len());
    for (&param, (arg, row)) in function.params.iter().zip(args) {
        values.push(match row {
            None => arg,
            Some(row) => {
                let slice = b.slice_in_dim(arg, row, row + 1, 0)?;
                b.reshape(slice, &function.ty(param).shape)?
            }
        });
    }
    let found = b.inline(function, &values)?;

    let mut rows: Vec<Vec<Option<Value>>> = stacks.iter().map(|variables| vec![None; variables.len()]).collect();
    for (&value, variable) in found.iter().zip(stateful.results) {
        if let Some((stack, row)) = place(variable) {
            rows[stack][row] = Some(value);
        }
    }
    let (mut results, mut outputs) = (Vec::new(), Vec::new());
    for (index, (&value, variable)) in found.iter().zip(stateful.results).enumerate() {
        let Some((stack, _)) = place(variable) else {
            outputs.push(Place::Kept(index));
            results.push(value);
            continue;
        };
        if outputs.contains(&Place::Stack(stack)) {
            continue;
        }
        let mut parts = Vec::new();
        for value in rows[stack].iter().copied().flatten() {
            let shape = [&[1], &b.ty(value).shape[..]].concat();
            parts.push(b.reshape(value, &shape)?);
        }
        outputs.push(Place::Stack(stack));
        results.push(b.concatenate(&parts, 0)?);
    }
    Ok((checked(b.finish(results))?, inputs, outputs))
}

//! Saving some of what an equation with functions inside computes, as policies of checkpoints ask.
//!
//! A loop or a choice that is computed again need not compute everything again: what a policy saves inside is stacked
//! or returned by the equation that runs first, and handed to a second one that computes the rest from it. Both
//! compute the same results; dead code elimination takes from the second what nobody needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ops::{Cond, Scan};
use crate::verify::checked;
use crate::{Builder, Equation, Function, Op, Result, TensorType, Value};

/// Which equations' outputs are saved.
type Saves<'a> = &'a dyn Fn(&Equation) -> bool;

/// An equation in two.
struct Reached {
    /// The original's results, then further ones.
    first: Op,
    /// The further results' types.
    further: Vec<TensorType>,
    /// Which of the first's results are saved.
    saved: Vec<usize>,
    /// The original's operands, then what is saved, to the original's results.
    again: Op,
}

/// A function of which some equations that are computed again have been split. Values have the same numbers in both.
pub(super) struct Reach {
    /// What runs first, with what is saved among its values.
    pub(super) first: Function,
    /// The same, and then each split equation again, whose results stand for the first's.
    pub(super) again: Function,
    /// Of results of the first ones in `again`, the number in `first`.
    first_results: BTreeMap<Value, Value>,
}

impl Reach {
    /// Whether the equation of `again` runs first, however it is asked for.
    pub(super) fn is_first(&self, eqn: &Equation) -> bool {
        eqn.outputs.first().is_some_and(|output| self.first_results.contains_key(output))
    }

    /// The value of `first` that is the value of `again`.
    pub(super) fn in_first(&self, value: Value) -> Value {
        self.first_results.get(&value).copied().unwrap_or(value)
    }
}

/// Splits those equations that `again` picks and that have something inside that `saves` picks, if there are any.
///
/// # Errors
/// A part that was made is not valid, which is a mistake here.
pub(super) fn reach(function: &Function, again: impl Fn(&Equation) -> bool, saves: Saves<'_>) -> Result<Option<Reach>> {
    let empty = Function { equations: Vec::new(), ..function.clone() };
    let mut made = Reach { first: empty.clone(), again: empty, first_results: BTreeMap::new() };
    // Results that are saved as they are: in `again` the first equation's stand for them.
    let mut direct: BTreeMap<Value, Value> = BTreeMap::new();
    for eqn in &function.equations {
        let renamed: Vec<Value> = eqn.inputs.iter().map(|v| direct.get(v).copied().unwrap_or(*v)).collect();
        let reached = if again(eqn) && !eqn.outputs.is_empty() { split(&eqn.op, saves)? } else { None };
        let Some(reached) = reached else {
            made.first.equations.push(eqn.clone());
            made.again.equations.push(Equation { inputs: renamed, ..eqn.clone() });
            continue;
        };
        let outputs = made.fresh(eqn.outputs.iter().map(|&o| function.ty(o).clone()).collect());
        let further = made.fresh(reached.further);
        made.first_results.extend(outputs.iter().copied().zip(eqn.outputs.iter().copied()));
        let all = [&outputs[..], &further].concat();
        let saved = reached.saved.iter().filter_map(|&i| all.get(i).copied());
        let inputs: Vec<Value> = renamed.iter().copied().chain(saved).collect();
        direct.extend(reached.saved.iter().filter_map(|&i| Some((*eqn.outputs.get(i)?, *outputs.get(i)?))));
        let first = |inputs: Vec<Value>, outputs: &[Value]| Equation {
            op: reached.first.clone(),
            inputs,
            outputs: [outputs, &further].concat(),
            location: eqn.location.clone(),
        };
        made.first.equations.push(first(eqn.inputs.clone(), &eqn.outputs));
        made.again.equations.push(first(renamed, &outputs));
        made.again.equations.push(Equation { op: reached.again, inputs, ..eqn.clone() });
    }
    Ok((!made.first_results.is_empty()).then_some(made))
}

impl Reach {
    /// New values of these types.
    fn fresh(&mut self, types: Vec<TensorType>) -> Vec<Value> {
        let start = self.first.types.len();
        self.first.types.extend(types.iter().cloned());
        self.again.types.extend(types);
        (start..self.first.types.len()).map(Value::new).collect()
    }
}

/// The equation in two, if something inside is saved.
fn split(op: &Op, saves: Saves<'_>) -> Result<Option<Reached>> {
    match op {
        Op::Scan(scan) => split_scan(scan, saves),
        Op::Cond(cond) => split_cond(cond, saves),
        _ => Ok(None),
    }
}

fn split_scan(scan: &Scan, saves: Saves<'_>) -> Result<Option<Reached>> {
    let Some(halves) = Halves::of(&scan.body, saves)? else { return Ok(None) };
    let mut body = halves.first;
    let (mut saved, mut further) = (Vec::new(), Vec::new());
    for value in halves.saved {
        let outputs = body.results.iter().enumerate().skip(scan.num_carry);
        let place = outputs.filter(|(_, result)| **result == value).map(|(i, _)| i).next();
        saved.push(place.unwrap_or(body.results.len()));
        if place.is_none() {
            let ty = body.ty(value);
            let shape = std::iter::once(scan.steps.length).chain(ty.shape.iter().copied()).collect::<Vec<_>>();
            further.push(TensorType::new(ty.dtype, shape));
            body.results.push(value);
        }
    }
    let first = Scan { body: Arc::new(checked(body)?), ..scan.clone() };
    let again = Scan { body: Arc::new(halves.again), ..scan.clone() };
    Ok(Some(Reached { first: first.into(), further, saved, again: again.into() }))
}

fn split_cond(cond: &Cond, saves: Saves<'_>) -> Result<Option<Reached>> {
    let halves = cond.branches.iter().map(|branch| Halves::of(branch, saves)).collect::<Result<Vec<_>>>()?;
    let types = |half: &Halves| half.saved.iter().map(|&v| half.first.ty(v).clone()).collect::<Vec<_>>();
    let further: Vec<TensorType> = halves.iter().flatten().flat_map(types).collect();
    let Some(results) = cond.branches.first().map(|branch| branch.results.len()).filter(|_| !further.is_empty()) else {
        return Ok(None);
    };
    let (mut firsts, mut agains) = (Vec::new(), Vec::new());
    let mut place = 0;
    for (branch, half) in cond.branches.iter().zip(halves) {
        let own = half.as_ref().map_or(0, |half| half.saved.len());
        let (before, after) = (&further[..place], &further[place + own..]);
        place += own;
        // What other branches save is zero here.
        let mut b = Builder::new(branch.name.clone());
        let params: Vec<Value> = branch.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let mut made = match &half {
            Some(half) => {
                let mut whole = half.first.clone();
                whole.results.extend(&half.saved);
                b.inline(&whole, &params)?
            }
            None => b.inline(branch, &params)?,
        };
        let own_values = made.split_off(results);
        let zeros =
            |b: &mut Builder, types: &[TensorType]| types.iter().map(|ty| b.full(ty, 0.0)).collect::<Result<Vec<_>>>();
        made.extend(zeros(&mut b, before)?);
        made.extend(own_values);
        made.extend(zeros(&mut b, after)?);
        firsts.push(Arc::new(checked(b.finish(made))?));

        let mut b = Builder::new(branch.name.clone());
        let params: Vec<Value> = branch.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let given: Vec<Value> = further.iter().map(|ty| b.param(ty.clone())).collect();
        let start = before.len();
        let made = match &half {
            Some(half) => b.inline(&half.again, &[&params[..], &given[start..start + own]].concat())?,
            None => b.inline(branch, &params)?,
        };
        agains.push(Arc::new(checked(b.finish(made))?));
    }
    let saved = (results..results + further.len()).collect();
    let (first, again) = (Cond { branches: firsts }, Cond { branches: agains });
    Ok(Some(Reached { first: first.into(), further, saved, again: again.into() }))
}

/// A function inside an equation in two.
struct Halves {
    /// The function, as it is.
    first: Function,
    /// What is saved: values of `first`.
    saved: Vec<Value>,
    /// From the parameters, then what is saved, to the results.
    again: Function,
}

impl Halves {
    fn of(function: &Function, saves: Saves<'_>) -> Result<Option<Halves>> {
        let inner = function.equations.iter().map(|eqn| if saves(eqn) { Ok(None) } else { split(&eqn.op, saves) });
        let inner = inner.collect::<Result<Vec<_>>>()?;
        let none = |(eqn, inner): (&Equation, &Option<Reached>)| inner.is_none() && !saves(eqn);
        if function.equations.iter().zip(&inner).all(none) {
            return Ok(None);
        }
        let (mut first, mut saved) = (Builder::new(function.name.clone()), Vec::new());
        let mut env = vec![None; function.num_values()];
        for &param in &function.params {
            env[param.index()] = Some(first.param(function.ty(param).clone()));
        }
        for (eqn, inner) in function.equations.iter().zip(&inner) {
            let inputs = function.look_up_all(&env, &eqn.inputs)?;
            first.set_location(eqn.location.clone());
            let outputs = match inner {
                Some(inner) => {
                    let outputs = first.emit(inner.first.clone(), &inputs)?;
                    saved.extend(inner.saved.iter().filter_map(|&i| outputs.get(i)));
                    outputs
                }
                None => {
                    let outputs = first.copy(function, eqn, &inputs, eqn.location.clone()).to_vec();
                    if saves(eqn) {
                        saved.extend(&outputs);
                    }
                    outputs
                }
            };
            eqn.outputs.iter().zip(outputs).for_each(|(output, value)| env[output.index()] = Some(value));
        }
        let results = function.look_up_all(&env, &function.results)?;
        let first = checked(first.finish(results))?;

        let mut again = Builder::new(function.name.clone());
        let mut env = vec![None; function.num_values()];
        for &param in &function.params {
            env[param.index()] = Some(again.param(function.ty(param).clone()));
        }
        let given: Vec<Value> = saved.iter().map(|&v| again.param(first.ty(v).clone())).collect();
        let mut given = given.into_iter();
        for (eqn, inner) in function.equations.iter().zip(&inner) {
            let outputs = match inner {
                None if saves(eqn) => given.by_ref().take(eqn.outputs.len()).collect(),
                None => {
                    let inputs = function.look_up_all(&env, &eqn.inputs)?;
                    again.copy(function, eqn, &inputs, eqn.location.clone()).to_vec()
                }
                Some(inner) => {
                    let mut inputs = function.look_up_all(&env, &eqn.inputs)?;
                    inputs.extend(given.by_ref().take(inner.saved.len()));
                    again.set_location(eqn.location.clone());
                    again.emit(inner.again.clone(), &inputs)?
                }
            };
            eqn.outputs.iter().zip(outputs).for_each(|(output, value)| env[output.index()] = Some(value));
        }
        let results = function.look_up_all(&env, &function.results)?;
        Ok(Some(Halves { first, saved, again: checked(again.finish(results))? }))
    }
}

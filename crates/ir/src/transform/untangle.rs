//! Equations that compute both known and unknown values, taken apart.

use std::borrow::Cow;

use crate::passes::prune;
use crate::verify::checked;
use crate::{Equation, Function, Op, Primitive, Result, Value};

/// `function` in which each result of a loop, branch or checkpoint that does not depend on the parameters
/// flagged as unknown is computed by an equation that does not depend on them either. The others are
/// computed as before, together with what they need of the known ones.
pub(crate) fn untangle<'f>(
    function: &'f Function,
    unknown_params: impl IntoIterator<Item = bool>,
) -> Result<Cow<'f, Function>> {
    let mut unknown = vec![false; function.num_values()];
    for (param, flag) in function.params.iter().zip(unknown_params) {
        unknown[param.index()] = flag;
    }
    let mut types = function.types.clone();
    let mut taken_apart: Option<Vec<Equation>> = None;
    for (index, eqn) in function.equations.iter().enumerate() {
        let mut parts = Vec::new();
        if eqn.inputs.iter().any(|i| unknown[i.index()]) {
            let known: Vec<bool> = (0..eqn.outputs.len()).map(|i| is_known(eqn, i, &unknown)).collect();
            eqn.outputs.iter().zip(&known).for_each(|(o, known)| unknown[o.index()] = !known);
            if known.contains(&true) {
                parts.push(with_outputs(eqn, |i| known[i], &unknown));
                let mut other = with_outputs(eqn, |i| !known[i], &unknown);
                // Known values that the unknown ones need are computed again, under other names.
                for output in other.outputs.iter_mut().filter(|o| !unknown[o.index()]) {
                    types.push(function.ty(*output).clone());
                    *output = Value::new(types.len() - 1);
                }
                parts.push(other);
                parts.retain(|part| !part.outputs.is_empty());
            }
        }
        match (&mut taken_apart, parts.is_empty()) {
            (None, true) => {}
            (Some(all), true) => all.push(eqn.clone()),
            (all, false) => all.get_or_insert_with(|| function.equations[..index].to_vec()).extend(parts),
        }
    }
    match taken_apart {
        None => Ok(Cow::Borrowed(function)),
        Some(equations) => {
            let mut function = Function { equations, types, ..function.clone() };
            // Outputs that neither part has are gone.
            function.renumber();
            checked(function).map(Cow::Owned)
        }
    }
}

/// Whether an output does not depend on unknown inputs, as far as functions inside tell.
fn is_known(eqn: &Equation, output: usize, unknown: &[bool]) -> bool {
    matches!(eqn.op, Op::Scan(_) | Op::While(_) | Op::Cond(_) | Op::Checkpoint(_))
        && with_outputs(eqn, |i| i == output, unknown).inputs.iter().all(|i| !unknown[i.index()])
}

/// An equation with some of its outputs, and the inputs and further outputs that they need.
fn with_outputs(eqn: &Equation, keep: impl Fn(usize) -> bool, unknown: &[bool]) -> Equation {
    let mut live = vec![false; unknown.len()];
    eqn.outputs.iter().enumerate().for_each(|(i, o)| live[o.index()] = keep(i));
    let mut part = eqn.clone();
    if !eqn.outputs.iter().any(|o| live[o.index()]) {
        part.outputs.clear();
        return part;
    }
    prune(&mut part, &live);
    debug_assert_eq!(part.op.name(), eqn.op.name());
    part
}

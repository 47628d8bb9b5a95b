//! Functions split by what is known: one half that can run at once, and one that waits for the rest.

use super::inseparable;
use crate::{Builder, Equation, Function, Op, Result, Value};

/// A function whose values are marked as known or unknown, from some parameters being unknown.
pub(crate) struct Split<'a> {
    function: &'a Function,
    unknown: Vec<bool>,
    params: (Vec<Value>, Vec<Value>),
}

impl<'a> Split<'a> {
    /// Marks the flagged parameters of `function` as unknown, and all that depends on them.
    pub(crate) fn new(function: &'a Function, unknown_params: impl IntoIterator<Item = bool>) -> Self {
        let mut unknown = vec![false; function.num_values()];
        for (param, flag) in function.params.iter().zip(unknown_params) {
            unknown[param.index()] = flag;
        }
        for eqn in &function.equations {
            if eqn.inputs.iter().any(|i| unknown[i.index()]) {
                eqn.outputs.iter().for_each(|o| unknown[o.index()] = true);
            }
        }
        let params = function.params.iter().copied().partition(|p| !unknown[p.index()]);
        Split { function, unknown, params }
    }

    /// Whether `value` depends on an unknown parameter.
    pub(crate) fn is_unknown(&self, value: Value) -> bool {
        self.unknown[value.index()]
    }

    /// Rejects values that depend on an unknown.
    pub(crate) fn check_known(&self, values: &[Value]) -> Result<()> {
        let Some(&value) = values.iter().find(|&&v| self.is_unknown(v)) else { return Ok(()) };
        inseparable(self.function, self.function.equations.iter().find(|eqn| eqn.outputs.contains(&value)))
    }

    /// The unknown half as a function of residuals and unknown parameters, and the residuals: known
    /// values that it uses, each once. Known equations that `recompute` picks are in it, so that what
    /// they compute is no residual.
    pub(crate) fn unknown_half(
        &self,
        name: String,
        results: &[Value],
        recompute: impl Fn(&Equation) -> bool,
    ) -> Result<(Function, Vec<Value>)> {
        let function = self.function;
        let is_unknown = |eqn: &Equation| eqn.outputs.iter().any(|&o| self.is_unknown(o));
        let (needed, live) = needed(function, results, |eqn| is_unknown(eqn) || recompute(eqn));
        // Residuals are the live values that no equation of this half defines, in their order.
        let mut residual = live;
        for (eqn, &needed) in function.equations.iter().zip(&needed) {
            if needed {
                eqn.outputs.iter().for_each(|o| residual[o.index()] = false);
            }
        }
        let (known_params, unknown_params) = &self.params;
        unknown_params.iter().for_each(|p| residual[p.index()] = false);
        let defined = known_params.iter().chain(function.equations.iter().flat_map(|eqn| &eqn.outputs));
        let residuals: Vec<Value> = defined.copied().filter(|v| residual[v.index()]).collect();
        let params = residuals.iter().chain(unknown_params);
        let half = extract(function, name, params.copied(), &needed, results)?;
        Ok((half, residuals))
    }

    /// The known half as a function of the known parameters.
    pub(crate) fn known_half(&self, name: String, results: &[Value]) -> Result<Function> {
        let (needed, _) = needed(self.function, results, |_| true);
        extract(self.function, name, self.params.0.iter().copied(), &needed, results)
    }
}

/// The equations that `keep` allows and on which `results` depend through such equations, and the
/// values on which they depend, both as flags.
fn needed(function: &Function, results: &[Value], keep: impl Fn(&Equation) -> bool) -> (Vec<bool>, Vec<bool>) {
    let mut live = vec![false; function.num_values()];
    results.iter().for_each(|r| live[r.index()] = true);
    let mut needed = vec![false; function.equations.len()];
    for (eqn, needed) in function.equations.iter().zip(&mut needed).rev() {
        *needed = eqn.outputs.iter().any(|o| live[o.index()]) && keep(eqn);
        if *needed {
            eqn.inputs.iter().for_each(|i| live[i.index()] = true);
        }
    }
    (needed, live)
}

/// The function from `params` to `results`, both values of `function`; `params` must determine the
/// results.
pub(crate) fn part(function: &Function, name: String, params: &[Value], results: &[Value]) -> Result<Function> {
    let (needed, _) = needed(function, results, |_| true);
    extract(function, name, params.iter().copied(), &needed, results)
}

/// A function of the chosen equations.
fn extract(
    function: &Function,
    name: String,
    params: impl Iterator<Item = Value>,
    chosen: &[bool],
    results: &[Value],
) -> Result<Function> {
    let mut b = Builder::new(name);
    let mut env = vec![None; function.num_values()];
    for param in params {
        env[param.index()] = Some(b.param(function.ty(param).clone()));
    }
    for (eqn, _) in function.equations.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
        let inputs = function.look_up_all(&env, &eqn.inputs)?;
        let outputs = b.copy(function, eqn, &inputs, eqn.location.clone());
        for (output, &value) in eqn.outputs.iter().zip(outputs) {
            env[output.index()] = Some(value);
        }
    }
    let results = function.look_up_all(&env, results)?;
    Ok(b.finish(results))
}

/// Whether recomputing the result beats storing it: no arithmetic, and no larger operand.
pub(crate) fn is_cheap(eqn: &Equation) -> bool {
    matches!(eqn.op, Op::Constant(_) | Op::Iota(_) | Op::BroadcastInDim(_) | Op::Reshape(_))
}

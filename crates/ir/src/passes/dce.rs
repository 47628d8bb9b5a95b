//! Dead code elimination.

use crate::{Builder, Equation, Function, Value};

/// `function` without the equations that no result needs. Parameters stay.
pub fn dce(function: &Function) -> Function {
    let needed = needed(function);
    let mut b = Builder::new(function.name.clone());
    let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
    for &param in &function.params {
        env[param.index()] = Some(b.param(function.ty(param).clone()));
    }
    // A value without a counterpart would be used before its definition; `verify` reports it.
    let map =
        |env: &[Option<Value>], values: &[Value]| values.iter().filter_map(|v| env[v.index()]).collect::<Vec<_>>();
    for (eqn, _) in function.equations.iter().zip(&needed).filter(|(_, needed)| **needed) {
        let Equation { inputs, outputs, location, .. } = eqn;
        let made = b.copy(function, eqn, &map(&env, inputs), location.clone());
        for (output, &value) in outputs.iter().zip(made) {
            env[output.index()] = Some(value);
        }
    }
    let results = map(&env, &function.results);
    b.finish(results)
}

/// For each equation, whether some result depends on it.
pub(super) fn needed(function: &Function) -> Vec<bool> {
    let mut live = vec![false; function.num_values()];
    function.results.iter().for_each(|r| live[r.index()] = true);
    let mut needed = vec![false; function.equations.len()];
    for (eqn, needed) in function.equations.iter().zip(&mut needed).rev() {
        *needed = eqn.outputs.iter().any(|o| live[o.index()]);
        if *needed {
            eqn.inputs.iter().for_each(|i| live[i.index()] = true);
        }
    }
    needed
}

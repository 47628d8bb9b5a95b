//! Dead code elimination.

use crate::Function;

/// `function` without the equations that no result needs. Parameters stay.
pub fn dce(mut function: Function) -> Function {
    let needed = needed(&function);
    let mut flags = needed.iter();
    function.equations.retain(|_| flags.next() == Some(&true));
    function.renumber();
    function
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

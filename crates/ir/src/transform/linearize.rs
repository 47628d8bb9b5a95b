//! A function split into its value and the linear map that is its derivative there.

use super::{error, inseparable, jvp};
use crate::verify::checked;
use crate::{Builder, Equation, Function, Op, Result, Value};

/// What [`linearize`] makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Linearized {
    /// The original's parameters to the original's results, then the residuals.
    pub primal: Function,
    /// The residuals, then a tangent for each active parameter, to a tangent for each result that
    /// [`Linearized::nonzero`] marks. Linear in the tangents.
    pub linear: Function,
    /// For each result of the original, whether its tangent is returned; others are zero.
    pub nonzero: Vec<bool>,
    /// How many residuals there are.
    pub num_residuals: usize,
}

/// Splits the derivative of `function` along the parameters that `active` marks into a primal part,
/// which runs once, and a linear part, which can be run forward or transposed.
///
/// Residuals are the primal values that the linear part uses, each once. Constants, iotas and what
/// broadcasts or reshapes them or a residual are recomputed in the linear part rather than handed over.
///
/// # Errors
/// As [`jvp`](super::jvp()); or [`crate::IrError::NoRule`] where a primitive computes values and tangents
/// inseparably, as a loop of unknown length does.
pub fn linearize(function: &Function, active: &[bool], instantiate: &[bool]) -> Result<Linearized> {
    let dual = jvp(function, active, instantiate)?;
    let split = Split::new(&dual.function, function.params.len());
    let num_results = function.results.len();
    let Some((values, tangents)) = dual.function.results.split_at_checked(num_results) else {
        return error("linearize", function, "the derivative lacks results");
    };
    split.check_known(values)?;

    let (linear, residuals) = split.linear(format!("{}_linear", function.name), tangents)?;
    let results: Vec<Value> = values.iter().chain(&residuals).copied().collect();
    let primal = split.primal(function.name.clone(), &results)?;
    Ok(Linearized {
        primal: checked(primal)?,
        linear: checked(linear)?,
        nonzero: dual.nonzero,
        num_residuals: residuals.len(),
    })
}

/// Which values of a function depend on the parameters from some index on.
struct Split<'a> {
    function: &'a Function,
    num_known: usize,
    unknown: Vec<bool>,
}

impl<'a> Split<'a> {
    /// Parameters from `num_known` on are unknown, and so is what depends on them.
    fn new(function: &'a Function, num_known: usize) -> Self {
        let mut unknown = vec![false; function.num_values()];
        for &param in function.params.iter().skip(num_known) {
            unknown[param.index()] = true;
        }
        for eqn in &function.equations {
            if eqn.inputs.iter().any(|i| unknown[i.index()]) {
                eqn.outputs.iter().for_each(|o| unknown[o.index()] = true);
            }
        }
        Split { function, num_known, unknown }
    }

    /// Rejects values that depend on an unknown.
    fn check_known(&self, values: &[Value]) -> Result<()> {
        let Some(&value) = values.iter().find(|v| self.unknown[v.index()]) else { return Ok(()) };
        inseparable(self.function, self.function.equations.iter().find(|eqn| eqn.outputs.contains(&value)))
    }

    /// The equations on which `results` depend, as flags.
    fn needed(&self, results: &[Value], keep: impl Fn(&Equation) -> bool) -> (Vec<bool>, Vec<bool>) {
        let mut live = vec![false; self.function.num_values()];
        results.iter().for_each(|r| live[r.index()] = true);
        let mut needed = vec![false; self.function.equations.len()];
        for (eqn, needed) in self.function.equations.iter().zip(&mut needed).rev() {
            *needed = eqn.outputs.iter().any(|o| live[o.index()]) && keep(eqn);
            if *needed {
                eqn.inputs.iter().for_each(|i| live[i.index()] = true);
            }
        }
        (needed, live)
    }

    /// The unknown half as a function of residuals and unknown parameters, and the residuals.
    fn linear(&self, name: String, results: &[Value]) -> Result<(Function, Vec<Value>)> {
        let function = self.function;
        let is_unknown = |eqn: &Equation| eqn.outputs.iter().any(|o| self.unknown[o.index()]);
        let (needed, live) = self.needed(results, |eqn| is_unknown(eqn) || is_cheap(&eqn.op));
        // Residuals are the live values that no equation of the linear part defines, in their order.
        let mut residual = live;
        for (eqn, &needed) in function.equations.iter().zip(&needed) {
            if needed {
                eqn.outputs.iter().for_each(|o| residual[o.index()] = false);
            }
        }
        function.params.iter().skip(self.num_known).for_each(|p| residual[p.index()] = false);
        let known_params = function.params.iter().take(self.num_known);
        let defined = known_params.chain(function.equations.iter().flat_map(|eqn| &eqn.outputs));
        let residuals: Vec<Value> = defined.copied().filter(|v| residual[v.index()]).collect();

        let params = residuals.iter().chain(function.params.iter().skip(self.num_known));
        let part = self.extract(name, params.copied(), &needed, results)?;
        Ok((part, residuals))
    }

    /// The known half as a function of the known parameters.
    fn primal(&self, name: String, results: &[Value]) -> Result<Function> {
        let (needed, _) = self.needed(results, |_| true);
        self.extract(name, self.function.params.iter().take(self.num_known).copied(), &needed, results)
    }

    /// A function of the chosen equations.
    fn extract(
        &self,
        name: String,
        params: impl Iterator<Item = Value>,
        chosen: &[bool],
        results: &[Value],
    ) -> Result<Function> {
        let mut b = Builder::new(name);
        let mut env = vec![None; self.function.num_values()];
        for param in params {
            env[param.index()] = Some(b.param(self.function.ty(param).clone()));
        }
        for (eqn, _) in self.function.equations.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
            let inputs = self.function.look_up_all(&env, &eqn.inputs)?;
            let outputs = b.copy(self.function, eqn, &inputs, eqn.location.clone());
            for (output, &value) in eqn.outputs.iter().zip(outputs) {
                env[output.index()] = Some(value);
            }
        }
        let results = self.function.look_up_all(&env, results)?;
        Ok(b.finish(results))
    }
}

/// Whether recomputing the result beats storing it: no arithmetic, and no larger operand.
fn is_cheap(op: &Op) -> bool {
    matches!(op, Op::Constant(_) | Op::Iota(_) | Op::BroadcastInDim(_) | Op::Reshape(_))
}

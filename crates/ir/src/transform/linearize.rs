//! A function split into its value and the linear map that is its derivative there.

use super::error;
use super::jvp::dual;
use super::reach::reach;
use super::split::{Split, is_cheap};
use crate::passes::dce;
use crate::verify::checked;
use crate::{Builder, Equation, Function, Result, Value};

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
/// As [`jvp`](super::jvp()).
pub fn linearize(function: &Function, active: &[bool], instantiate: &[bool]) -> Result<Linearized> {
    linearize_saving(function, active, instantiate, |_| true)
}

/// As [`linearize`]; but of what equations compute, only what `save` allows is handed over as a
/// residual. The rest is computed again in the linear part.
pub(crate) fn linearize_saving(
    function: &Function,
    active: &[bool],
    instantiate: &[bool],
    save: impl Fn(&Equation) -> bool,
) -> Result<Linearized> {
    let dual = dual(function, active, instantiate, Builder::separable)?;
    let num_results = function.results.len();
    let Some((values, tangents)) = dual.function.results.split_at_checked(num_results) else {
        return error("linearize", function, "the derivative lacks results");
    };
    let is_tangent = (0..dual.function.params.len()).map(|i| i >= function.params.len());
    let split = Split::new(&dual.function, is_tangent.clone());
    split.check_known(values)?;

    let name = format!("{}_linear", function.name);
    let is_again = |eqn: &Equation| !save(eqn) && !eqn.outputs.iter().any(|&o| split.is_unknown(o));
    let (linear, residuals, primal) = match reach(&dual.function, is_again, &save)? {
        None => {
            let (linear, residuals) = split.unknown_half(name, tangents, |eqn| is_cheap(eqn) || !save(eqn))?;
            let results: Vec<Value> = values.iter().chain(&residuals).copied().collect();
            (linear, residuals, split.known_half(function.name.clone(), &results)?)
        }
        Some(parts) => {
            let again = Split::new(&parts.again, is_tangent.clone());
            let recompute = |eqn: &Equation| is_cheap(eqn) || !(save(eqn) || parts.is_first(eqn));
            let (linear, residuals) = again.unknown_half(name, tangents, recompute)?;
            let (linear, residuals) = without_unused(linear, residuals);
            let residuals: Vec<Value> = residuals.into_iter().map(|value| parts.in_first(value)).collect();
            let results: Vec<Value> = values.iter().chain(&residuals).copied().collect();
            let first = Split::new(&parts.first, is_tangent);
            (linear, residuals, first.known_half(function.name.clone(), &results)?)
        }
    };
    Ok(Linearized {
        primal: checked(primal)?,
        linear: checked(linear)?,
        nonzero: dual.nonzero,
        num_residuals: residuals.len(),
    })
}

/// The function without the equations that nothing needs and without the first parameters, which stand for
/// `residuals`, that nothing uses.
fn without_unused(function: Function, residuals: Vec<Value>) -> (Function, Vec<Value>) {
    let mut function = dce(function);
    let mut used = vec![false; function.num_values()];
    let inputs = function.equations.iter().flat_map(|eqn| &eqn.inputs);
    inputs.chain(&function.results).for_each(|v| used[v.index()] = true);
    let count = residuals.len();
    let kept: Vec<bool> = function.params.iter().take(count).map(|p| used[p.index()]).collect();
    let mut flags = kept.iter().copied().chain(std::iter::repeat(true));
    function.params.retain(|_| flags.next().unwrap_or(true));
    function.renumber();
    let residuals = residuals.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(value, _)| value).collect();
    (function, residuals)
}

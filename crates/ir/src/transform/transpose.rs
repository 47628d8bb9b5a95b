//! Backward evaluation of linear functions.

use std::collections::HashMap;

use super::jvp::{check_args, check_made};
use super::{error, zeros};
use crate::verify::checked;
use crate::{Builder, Equation, Function, Location, Operand, Primitive, Result, Value};

/// The transpose of `function`, which must be linear in the parameters that `linear` marks.
///
/// Parameters: the known ones, then a cotangent for each result. Results: a cotangent for each
/// linear parameter, explicit zeros where nothing flows back.
///
/// # Errors
/// [`crate::IrError::Transform`]: the flags do not fit. [`crate::IrError::NoRule`]: a primitive is
/// not linear in an operand that depends on a linear parameter.
pub fn transpose(function: &Function, linear: &[bool]) -> Result<Function> {
    if linear.len() != function.params.len() {
        return error("transpose", function, "one flag per parameter is needed");
    }
    let mut b = Builder::new(format!("{}_transpose", function.name));
    let operands: Vec<Operand> = function
        .params
        .iter()
        .zip(linear)
        .map(|(&p, &linear)| match (linear, function.ty(p).clone()) {
            (true, ty) => Operand::Linear(ty),
            (false, ty) => Operand::Known(b.param(ty)),
        })
        .collect();
    let cotangents: Vec<Option<Value>> =
        function.results.iter().map(|&r| Some(b.param(function.ty(r).clone()))).collect();
    let transposed = transpose_into(&mut b, function, &operands, &cotangents)?;
    let mut results = Vec::new();
    for (operand, cotangent) in operands.iter().zip(transposed) {
        if let Operand::Linear(ty) = operand {
            results.push(cotangent.map_or_else(|| zeros(&mut b, ty), Ok)?);
        }
    }
    checked(b.finish(results))
}

/// Emits the transpose of `function` into `b`: the cotangents of the linear operands (`None` for
/// zeros and for known operands), given those of the results. This is also the rule of a call.
///
/// # Errors
/// As [`transpose`].
pub fn transpose_into(
    b: &mut Builder,
    function: &Function,
    operands: &[Operand],
    cotangents: &[Option<Value>],
) -> Result<Vec<Option<Value>>> {
    let given = operands.iter().map(|operand| match operand {
        Operand::Linear(ty) => ty,
        Operand::Known(value) => b.ty(*value),
    });
    check_args(function, given)?;
    let function = &*super::untangle(function, operands.iter().map(Operand::is_linear))?;
    let since = b.function().equations.len();
    let args: Vec<Value> = operands
        .iter()
        .map(|operand| match operand {
            Operand::Linear(ty) => b.placeholder(ty.clone()),
            Operand::Known(value) => *value,
        })
        .collect();
    let linear: Vec<Value> =
        args.iter().zip(operands).filter(|(_, operand)| operand.is_linear()).map(|(&arg, _)| arg).collect();
    let results = b.inline(function, &args)?;
    let tape = Tape::take(b, since, &linear);
    let mut found = tape.run(b, &linear, results.into_iter().zip(cotangents.iter().copied()))?.into_iter();
    Ok(operands.iter().map(|operand| if operand.is_linear() { found.next().flatten() } else { None }).collect())
}

/// The transpose of `function` at particular operands and cotangents, as ops with functions inside need
/// it: from values for the known operands and for the cotangents that there are to cotangents of the
/// linear operands. The flags tell which of the operands have one; `instantiate` asks for zeros.
///
/// # Errors
/// As [`transpose`].
pub(crate) fn transposed(
    function: &Function,
    cotangents: &[Option<Value>],
    operands: &[Operand],
    instantiate: &[bool],
) -> Result<(Function, Vec<bool>)> {
    let mut b = Builder::new(format!("{}_transpose", function.name));
    let operands: Vec<Operand> = operands
        .iter()
        .zip(function.param_types())
        .map(|(operand, ty)| if operand.is_linear() { Operand::Linear(ty) } else { Operand::Known(b.param(ty)) })
        .collect();
    let cotangents: Vec<Option<Value>> =
        cotangents.iter().zip(function.result_types()).map(|(ct, ty)| ct.map(|_| b.param(ty))).collect();
    let mut made = transpose_into(&mut b, function, &operands, &cotangents)?;
    for (i, (made, operand)) in made.iter_mut().zip(&operands).enumerate() {
        if let (None, Operand::Linear(ty), Some(true)) = (&made, operand, instantiate.get(i)) {
            *made = Some(zeros(&mut b, ty)?);
        }
    }
    let nonzero = made.iter().map(Option::is_some).collect();
    let results = made.into_iter().flatten().collect();
    Ok((checked(b.finish(results))?, nonzero))
}

/// Linear equations taken out of a builder, to be run backwards into it.
pub(super) struct Tape {
    equations: Vec<Equation>,
    /// For each value of the builder, whether it depends on a linear one.
    linear: Vec<bool>,
}

impl Tape {
    /// Takes the equations from index `since` on that depend on the placeholders `linear`. What stays
    /// in the builder does not.
    pub(super) fn take(b: &mut Builder, since: usize, linear: &[Value]) -> Tape {
        let mut flags = vec![false; b.function().num_values()];
        linear.iter().for_each(|value| flags[value.index()] = true);
        let equations = b.take_equations(since, |eqn| {
            let depends = eqn.inputs.iter().any(|input| flags[input.index()]);
            if depends {
                eqn.outputs.iter().for_each(|output| flags[output.index()] = true);
            }
            depends
        });
        Tape { equations, linear: flags }
    }

    /// Whether a value depends on a linear one.
    pub(super) fn is_linear(&self, value: Value) -> bool {
        self.linear[value.index()]
    }

    /// The equation on the tape that defines `value`.
    pub(super) fn definition(&self, value: Value) -> Option<&Equation> {
        self.equations.iter().find(|eqn| eqn.outputs.contains(&value))
    }

    /// Runs the tape backwards from values with their cotangents to the cotangents of `linear`, the
    /// placeholders that the tape was taken for; `None` is zero.
    pub(super) fn run(
        &self,
        b: &mut Builder,
        linear: &[Value],
        seeds: impl Iterator<Item = (Value, Option<Value>)>,
    ) -> Result<Vec<Option<Value>>> {
        let outer_location = b.location().clone();
        let mut scopes = BackwardScopes::default();
        let mut ct_of: Vec<Option<Value>> = vec![None; self.linear.len()];
        for (value, ct) in seeds {
            if self.is_linear(value) {
                accumulate(b, &mut ct_of[value.index()], ct)?;
            }
        }
        let (mut cts, mut operands) = (Vec::new(), Vec::new());
        for eqn in self.equations.iter().rev() {
            if eqn.outputs.iter().all(|o| ct_of[o.index()].is_none()) {
                continue;
            }
            cts.clear();
            cts.extend(eqn.outputs.iter().map(|o| ct_of[o.index()].take()));
            operands.clear();
            operands.extend(eqn.inputs.iter().map(|&input| match self.is_linear(input) {
                true => Operand::Linear(b.ty(input).clone()),
                false => Operand::Known(input),
            }));
            b.set_location(scopes.of(&eqn.location));
            let made = eqn.op.transpose(b, &cts, &operands)?;
            for ((&input, operand), ct) in eqn.inputs.iter().zip(&operands).zip(made) {
                if let (Operand::Linear(ty), Some(ct)) = (operand, ct) {
                    check_made(b, "transpose", eqn.op.name(), &eqn.location, ct, ty)?;
                    accumulate(b, &mut ct_of[input.index()], Some(ct))?;
                }
            }
        }
        b.set_location(outer_location);
        Ok(linear.iter().map(|value| ct_of[value.index()]).collect())
    }
}

fn accumulate(b: &mut Builder, sum: &mut Option<Value>, ct: Option<Value>) -> Result<()> {
    *sum = match (*sum, ct) {
        (Some(sum), Some(ct)) => Some(b.add(sum, ct)?),
        (one, None) | (None, one) => one,
    };
    Ok(())
}

/// Locations with their scope in `backward(…)`, each made once.
#[derive(Default)]
struct BackwardScopes(HashMap<Location, Location>);

impl BackwardScopes {
    fn of(&mut self, location: &Location) -> Location {
        let (Some(file), Some((line, column))) = (location.file(), location.line_column()) else {
            return Location::UNKNOWN;
        };
        let make = || Location::new(file, line, column, format!("backward({})", location.scope()));
        self.0.entry(location.clone()).or_insert_with(make).clone()
    }
}

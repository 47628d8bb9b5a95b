//! Backward evaluation of linear functions.

use std::collections::HashMap;

use super::jvp::{check_args, check_made};
use super::{error, zeros};
use crate::verify::checked;
use crate::{Builder, Function, Location, Operand, Primitive, Result, Value};

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
    let mut backward = Backward::new(b, function, operands)?;
    backward.forward(b)?;
    backward.run(b, cotangents)
}

/// What a value is to the backward pass.
#[derive(Clone, Copy)]
enum Kind {
    /// Not defined (yet).
    Undefined,
    /// Computed from known operands; the value in the builder.
    Known(Value),
    /// Depends on a linear operand.
    Linear,
}

/// One transposition in progress.
pub(super) struct Backward<'a> {
    function: &'a Function,
    kinds: Vec<Kind>,
}

impl<'a> Backward<'a> {
    pub(super) fn new(b: &Builder, function: &'a Function, operands: &[Operand]) -> Result<Self> {
        let given = operands.iter().map(|operand| match operand {
            Operand::Linear(ty) => ty,
            Operand::Known(value) => b.ty(*value),
        });
        check_args(function, given)?;
        let mut kinds = vec![Kind::Undefined; function.num_values()];
        for (param, operand) in function.params.iter().zip(operands) {
            kinds[param.index()] = operand.known().map_or(Kind::Linear, Kind::Known);
        }
        Ok(Backward { function, kinds })
    }

    /// Emits the equations that depend on known operands only.
    pub(super) fn forward(&mut self, b: &mut Builder) -> Result<()> {
        let mut inputs = Vec::new();
        for eqn in &self.function.equations {
            inputs.clear();
            let mut linear = false;
            for input in &eqn.inputs {
                match self.kinds[input.index()] {
                    Kind::Known(value) => inputs.push(value),
                    Kind::Linear => linear = true,
                    Kind::Undefined => return error("transpose", self.function, format!("{input} is not defined")),
                }
            }
            if linear {
                eqn.outputs.iter().for_each(|o| self.kinds[o.index()] = Kind::Linear);
            } else {
                let outputs = b.copy(self.function, eqn, &inputs, eqn.location.clone());
                for (output, &value) in eqn.outputs.iter().zip(outputs) {
                    self.kinds[output.index()] = Kind::Known(value);
                }
            }
        }
        Ok(())
    }

    /// The value in the builder of a value that does not depend on linear operands.
    pub(super) fn known(&self, value: Value) -> Option<Value> {
        match self.kinds[value.index()] {
            Kind::Known(known) => Some(known),
            Kind::Linear | Kind::Undefined => None,
        }
    }

    /// Walks the linear equations backwards; returns the parameters' cotangents.
    pub(super) fn run(&self, b: &mut Builder, cotangents: &[Option<Value>]) -> Result<Vec<Option<Value>>> {
        let outer_location = b.location().clone();
        let function = self.function;
        let mut scopes = BackwardScopes::default();
        let mut ct_of: Vec<Option<Value>> = vec![None; function.num_values()];
        for (&result, &ct) in function.results.iter().zip(cotangents) {
            if let Kind::Linear = self.kinds[result.index()] {
                accumulate(b, &mut ct_of[result.index()], ct)?;
            }
        }
        let (mut cts, mut operands) = (Vec::new(), Vec::new());
        for eqn in function.equations.iter().rev() {
            if eqn.outputs.iter().all(|o| ct_of[o.index()].is_none()) {
                continue;
            }
            cts.clear();
            cts.extend(eqn.outputs.iter().map(|o| ct_of[o.index()].take()));
            operands.clear();
            operands.extend(eqn.inputs.iter().map(|&input| match self.kinds[input.index()] {
                Kind::Known(value) => Operand::Known(value),
                Kind::Linear | Kind::Undefined => Operand::Linear(function.ty(input).clone()),
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
        Ok(function.params.iter().map(|p| ct_of[p.index()]).collect())
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

//! The verifier.
//!
//! It checks, for a function and for every function nested in its equations:
//!
//! 1. every value is defined exactly once, as a parameter or as an output of an equation,
//! 2. operands are defined before they are used,
//! 3. results are defined,
//! 4. the primitive accepts its operands, and the stored types of an equation's outputs are those
//!    that the primitive infers,
//! 5. values lie inside the function's type table.
//!
//! Transforms and passes run it on what they return in debug builds ([`checked`]).

use crate::{Function, IrError, Primitive, Result, TensorType, Value};

/// Checks the invariants of `function`; the module documentation lists them.
///
/// # Errors
/// [`IrError::Invalid`] with the function, the equation and the broken invariant.
pub fn verify(function: &Function) -> Result<()> {
    let mut defined = vec![false; function.num_values()];
    for &param in &function.params {
        define(function, &mut defined, param, "a parameter")?;
    }
    for (index, eqn) in function.equations.iter().enumerate() {
        let place = || format!("equation {index} ({}, {})", eqn.op.name(), eqn.location);
        for &input in &eqn.inputs {
            if !defined.get(input.index()).copied().unwrap_or(false) {
                return invalid(function, format!("{} uses {input} before it is defined", place()));
            }
        }
        let operands: Vec<&TensorType> = eqn.inputs.iter().map(|&v| function.ty(v)).collect();
        let inferred = eqn.op.infer(&operands).or_else(|e| invalid(function, format!("{}: {e}", place())))?;
        for &output in &eqn.outputs {
            define(function, &mut defined, output, &place())?;
        }
        let stored: Vec<&TensorType> = eqn.outputs.iter().map(|&v| function.ty(v)).collect();
        if !inferred.iter().eq(stored.iter().copied()) {
            let message = format!("{} has results {}, inferred {}", place(), list(stored), list(&inferred));
            return invalid(function, message);
        }
        for (_, attr) in eqn.op.attrs() {
            attr.functions().iter().try_for_each(|nested| verify(nested))?;
        }
    }
    match function.results.iter().find(|r| !defined.get(r.index()).copied().unwrap_or(false)) {
        Some(result) => invalid(function, format!("result {result} is not defined")),
        None => Ok(()),
    }
}

/// Verifies what a transform or pass made, in debug builds only.
pub(crate) fn checked(function: Function) -> Result<Function> {
    if cfg!(debug_assertions) {
        verify(&function)?;
    }
    Ok(function)
}

fn define(function: &Function, defined: &mut [bool], value: Value, place: &str) -> Result<()> {
    match defined.get_mut(value.index()) {
        None => invalid(function, format!("{place} defines {value}, which has no type")),
        Some(true) => invalid(function, format!("{place} defines {value} again")),
        Some(slot) => {
            *slot = true;
            Ok(())
        }
    }
}

fn invalid<T>(function: &Function, message: String) -> Result<T> {
    Err(IrError::Invalid { function: function.name.clone(), message })
}

fn list<'a>(types: impl IntoIterator<Item = &'a TensorType>) -> String {
    let types: Vec<String> = types.into_iter().map(TensorType::to_string).collect();
    format!("({})", types.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, DType};

    fn product() -> Function {
        let mut b = Builder::new("product");
        let x = b.param(TensorType::new(DType::F32, [2]));
        let y = b.param(TensorType::new(DType::F32, [2]));
        let z = b.mul(x, y).unwrap();
        b.finish(vec![z])
    }

    fn message(function: &Function) -> String {
        verify(function).unwrap_err().to_string()
    }

    #[test]
    fn accepts_what_the_builder_makes() {
        assert_eq!(verify(&product()), Ok(()));
    }

    #[test]
    fn rejects_a_second_definition() {
        let mut f = product();
        f.equations[0].outputs = vec![f.params[0]];
        assert!(message(&f).contains("defines %0 again"), "{}", message(&f));
    }

    #[test]
    fn rejects_a_use_before_the_definition() {
        let mut f = product();
        f.equations[0].inputs[0] = f.equations[0].outputs[0];
        assert!(message(&f).contains("uses %2 before it is defined"), "{}", message(&f));
    }

    #[test]
    fn rejects_a_stored_type_that_is_not_inferred() {
        let mut f = product();
        f.types[2] = TensorType::new(DType::F32, [3]);
        assert!(message(&f).contains("has results (f32[3]), inferred (f32[2])"), "{}", message(&f));
    }

    #[test]
    fn rejects_operands_that_the_primitive_rejects() {
        let mut f = product();
        f.types[1] = TensorType::new(DType::F32, [3]);
        assert!(message(&f).contains("operands must have one type"), "{}", message(&f));
    }

    #[test]
    fn rejects_an_undefined_result() {
        let mut f = product();
        f.equations.clear();
        assert!(message(&f).contains("result %2 is not defined"), "{}", message(&f));
    }
}

//! `call` and `custom_jvp`.

use std::sync::Arc;

use crate::op::Dual;
use crate::{
    Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Primitive, Result, TensorType, Value, transform,
};

use super::function_rules::rules_of_function;
use super::{batching, rules};

/// Applies a function. Differentiation and transposition go through its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function, emitted once however often it is called.
    pub function: Arc<Function>,
}

const CALL: &str = "call";
const CUSTOM_JVP: &str = "custom_jvp";

/// The result types of `function`, if the operands are its parameters.
fn infer(op: &'static str, function: &Function, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
    if !function.param_types().iter().eq(operands.iter().copied()) {
        return Err(IrError::ty(op, format!("{} takes other parameters", function.name), operands));
    }
    Ok(function.result_types())
}

impl Primitive for Call {
    fn name(&self) -> &'static str {
        CALL
    }

    fn attrs(&self) -> Attrs {
        vec![("function", Attr::Function(self.function.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == CALL).then(|| Ok(Call { function: attrs.function("function")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        infer(CALL, &self.function, operands)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        transform::jvp_into(b, &self.function, primals, tangents)
    }

    rules_of_function!(call);

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let (function, mapped) = transform::vmap(&self.function, &batching::flags(operands), batch, &[])?;
        let results = b.call_shared(function, &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }
}

/// Applies a function whose derivative is given.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomJvp {
    /// What is computed where nothing is differentiated.
    pub function: Arc<Function>,
    /// Results and their tangents from operands and their tangents: parameters are the function's
    /// parameters, then a tangent for each that is floating point, real or complex; results likewise. The tangents
    /// must depend on tangents linearly.
    pub rule: Arc<Function>,
}

impl CustomJvp {
    /// The rule's results where no equation may compute values and tangents together, as a loop of the rule
    /// may: the tangents are linear in the operands' tangents, so they are the rule's own derivative along those.
    fn separate(&self, b: &mut Builder, primals: &[Value], given: &[Value]) -> Result<Vec<Value>> {
        let mut args = primals.to_vec();
        let mut along = vec![None; primals.len()];
        for &tangent in given {
            args.push(b.full_like(tangent, 0.0)?);
            along.push(Some(tangent));
        }
        let (mut results, tangents) = transform::jvp_into(b, &self.rule, &args, &along)?;
        for (i, result) in results.iter_mut().enumerate().skip(self.function.results.len()) {
            *result = rules::instantiate(b, tangents.get(i).copied().flatten(), *result)?;
        }
        Ok(results)
    }
}

impl Primitive for CustomJvp {
    fn name(&self) -> &'static str {
        CUSTOM_JVP
    }

    fn attrs(&self) -> Attrs {
        vec![("function", Attr::Function(self.function.clone())), ("rule", Attr::Function(self.rule.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == CUSTOM_JVP)
            .then(|| Ok(CustomJvp { function: attrs.function("function")?, rule: attrs.function("rule")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let results = infer(CUSTOM_JVP, &self.function, operands)?;
        let with_tangents = |types: Vec<TensorType>| {
            let tangents: Vec<TensorType> = types.iter().filter(|ty| ty.dtype.is_inexact()).cloned().collect();
            [types, tangents].concat()
        };
        if self.rule.param_types() != with_tangents(self.function.param_types())
            || self.rule.result_types() != with_tangents(results.clone())
        {
            let message = format!("{} does not have the types of a rule for {}", self.rule.name, self.function.name);
            return Err(IrError::ty(CUSTOM_JVP, message, operands));
        }
        Ok(results)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let mut given = Vec::new();
        for (&primal, &tangent) in primals.iter().zip(tangents) {
            if b.ty(primal).dtype.is_inexact() {
                given.push(rules::instantiate(b, tangent, primal)?);
            }
        }
        let holds_functions =
            |eqn: &crate::Equation| eqn.op.attrs().iter().any(|(_, attr)| !attr.functions().is_empty());
        let mut results = if b.is_separable() && self.rule.equations.iter().any(holds_functions) {
            self.separate(b, primals, &given)?
        } else {
            b.inline(&self.rule, &[primals, &given].concat())?
        };
        let mut found = results.split_off(self.function.results.len()).into_iter();
        let tangents = results.iter().map(|&r| if b.ty(r).dtype.is_inexact() { found.next() } else { None }).collect();
        Ok((results, tangents))
    }

    rules_of_function!(inline);

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let flags: Vec<bool> = batching::flags(operands);
        let is_float =
            |f: &Function, values: &[Value]| values.iter().map(|&v| f.ty(v).dtype.is_inexact()).collect::<Vec<_>>();
        let with_tangents = |flags: &[bool], float: &[bool]| {
            let tangents = flags.iter().zip(float).filter(|(_, float)| **float).map(|(flag, _)| *flag);
            flags.iter().copied().chain(tangents).collect::<Vec<bool>>()
        };
        let params = is_float(&self.function, &self.function.params);
        let results = is_float(&self.function, &self.function.results);
        let rule_flags = with_tangents(&flags, &params);
        // Function and rule must agree on the results that are mapped, and a tangent is mapped with its value.
        let (function, mut mapped) = transform::vmap(&self.function, &flags, batch, &[])?;
        let (rule, of_rule) = transform::vmap(&self.rule, &rule_flags, batch, &[])?;
        let mut tangents = of_rule.iter().skip(mapped.len());
        for ((mapped, &of_value), &float) in mapped.iter_mut().zip(&of_rule).zip(&results) {
            *mapped |= of_value || (float && tangents.next() == Some(&true));
        }
        let function = batching::instantiate(function, batch, &self.function.result_types(), &mapped)?;
        let rule = batching::instantiate(rule, batch, &self.rule.result_types(), &with_tangents(&mapped, &results))?;
        let results = b.custom_jvp(&Arc::new(function), &Arc::new(rule), &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }
}

impl Builder {
    /// Calls `function`.
    ///
    /// # Errors
    /// The arguments are not its parameters.
    pub fn call(&mut self, function: &Arc<Function>, args: &[Value]) -> Result<Vec<Value>> {
        self.emit(Call { function: function.clone() }, args)
    }

    /// Calls `function` as a function that this builder calls already, if there is an equal one, so that
    /// it is emitted once.
    ///
    /// # Errors
    /// The arguments are not its parameters.
    pub fn call_shared(&mut self, function: Function, args: &[Value]) -> Result<Vec<Value>> {
        let known = self.function().equations.iter().find_map(|eqn| match &eqn.op {
            crate::Op::Call(call) if *call.function == function => Some(call.function.clone()),
            _ => None,
        });
        self.call(&known.unwrap_or_else(|| Arc::new(function)), args)
    }

    /// Computes `function`, whose derivative is `rule` (see [`CustomJvp::rule`]).
    ///
    /// # Errors
    /// The arguments are not the function's parameters, or the rule's types do not fit.
    pub fn custom_jvp(&mut self, function: &Arc<Function>, rule: &Arc<Function>, args: &[Value]) -> Result<Vec<Value>> {
        self.emit(CustomJvp { function: function.clone(), rule: rule.clone() }, args)
    }
}

//! `custom_jvp`.

use std::sync::Arc;

use crate::op::Dual;
use crate::{
    Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Primitive, Result, TensorType, Value, transform,
};

use super::function_rules::rules_of_function;
use super::{batching, call, rules};

/// Applies a function whose derivative is given.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomJvp {
    /// What is computed where nothing is differentiated.
    pub function: Arc<Function>,
    /// Results and their tangents from operands, results and tangents of the operands. Only operands and
    /// results that are floating point, real or complex, have tangents. The tangents must depend on
    /// tangents linearly.
    ///
    /// The results among the parameters are what `function` computes, and are differentiated by this rule
    /// again: a rule that hands them on as they are holds for derivatives of every order. One that computes
    /// the results itself has them differentiated as it computes them.
    pub rule: Arc<Function>,
}

const NAME: &str = "custom_jvp";

/// The values among `types` that have tangents.
fn inexact(types: &[TensorType]) -> impl Iterator<Item = bool> + '_ {
    types.iter().map(|ty| ty.dtype.is_inexact())
}

/// One entry of `all` for each tangent: those whose types are inexact.
fn of_tangents<T: Clone>(all: &[T], types: &[TensorType]) -> Vec<T> {
    all.iter().zip(inexact(types)).filter(|(_, inexact)| *inexact).map(|(entry, _)| entry.clone()).collect()
}

impl CustomJvp {
    /// The results that the rule gets: computed where it uses them, so that no derivative computes what
    /// nothing needs.
    fn results(&self, b: &mut Builder, primals: &[Value]) -> Result<Vec<Value>> {
        let params = self.rule.params.iter().skip(self.function.params.len()).take(self.function.results.len());
        let used = |param: &Value| {
            self.rule.results.contains(param) || self.rule.equations.iter().any(|eqn| eqn.inputs.contains(param))
        };
        if params.clone().any(used) {
            return b.emit(self.clone(), primals);
        }
        params.map(|&param| b.full(self.rule.ty(param), 0.0)).collect()
    }

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
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("function", Attr::Function(self.function.clone())), ("rule", Attr::Function(self.rule.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(CustomJvp { function: attrs.function("function")?, rule: attrs.function("rule")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let results = call::infer(NAME, &self.function, operands)?;
        let params = self.function.param_types();
        let tangents = of_tangents(&params, &params);
        if self.rule.param_types() != [params, results.clone(), tangents].concat()
            || self.rule.result_types() != [results.clone(), of_tangents(&results, &results)].concat()
        {
            let message = format!("{} does not have the types of a rule for {}", self.rule.name, self.function.name);
            return Err(IrError::ty(NAME, message, operands));
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
        let known = [primals, &self.results(b, primals)?].concat();
        let holds_functions =
            |eqn: &crate::Equation| eqn.op.attrs().iter().any(|(_, attr)| !attr.functions().is_empty());
        let mut results = if b.is_separable() && self.rule.equations.iter().any(holds_functions) {
            self.separate(b, &known, &given)?
        } else {
            b.inline(&self.rule, &[known, given].concat())?
        };
        let mut found = results.split_off(self.function.results.len()).into_iter();
        let tangents = results.iter().map(|&r| if b.ty(r).dtype.is_inexact() { found.next() } else { None }).collect();
        Ok((results, tangents))
    }

    rules_of_function!(inline);

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let flags: Vec<bool> = batching::flags(operands);
        let (params, results) = (self.function.param_types(), self.function.result_types());
        let (function, mut mapped) = transform::vmap(&self.function, &flags, batch, &[])?;
        let of_params = of_tangents(&flags, &params);
        // Function and rule must agree on the results that are mapped, and a tangent is mapped with its value.
        let rule = loop {
            let given = [&*flags, &mapped, &of_params].concat();
            let (rule, of_rule) = transform::vmap(&self.rule, &given, batch, &[])?;
            let before = mapped.clone();
            let mut tangents = of_rule.iter().skip(mapped.len());
            for ((mapped, &of_value), inexact) in mapped.iter_mut().zip(&of_rule).zip(inexact(&results)) {
                *mapped |= of_value || (inexact && tangents.next() == Some(&true));
            }
            if mapped == before {
                break rule;
            }
        };
        let function = batching::instantiate(function, batch, &results, &mapped)?;
        let of_results = [&*mapped, &of_tangents(&mapped, &results)].concat();
        let rule = batching::instantiate(rule, batch, &self.rule.result_types(), &of_results)?;
        let results = b.custom_jvp(&Arc::new(function), &Arc::new(rule), &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }
}

impl Builder {
    /// Computes `function`, whose derivative is `rule` (see [`CustomJvp::rule`]).
    ///
    /// # Errors
    /// The arguments are not the function's parameters, or the rule's types do not fit.
    pub fn custom_jvp(&mut self, function: &Arc<Function>, rule: &Arc<Function>, args: &[Value]) -> Result<Vec<Value>> {
        self.emit(CustomJvp { function: function.clone(), rule: rule.clone() }, args)
    }
}

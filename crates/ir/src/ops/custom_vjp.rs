//! `custom_vjp` and the linear function that stands for its derivative.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, eval, transform,
};

use super::function_rules::rules_of_function;
use super::{batching, rules};

/// Applies a function whose derivative in reverse mode is given.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomVjp {
    /// What is computed where nothing is differentiated.
    pub function: Arc<Function>,
    /// What is computed instead where something is: the function's results, then residuals.
    pub fwd: Arc<Function>,
    /// From the residuals and a cotangent for each floating-point result to a cotangent for each
    /// floating-point operand.
    pub bwd: Arc<Function>,
}

/// The linear function whose transpose is given: the derivative of a [`CustomVjp`]. Operands are
/// residuals and tangents, results tangents.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomLinear {
    /// The transpose; see [`CustomVjp::bwd`].
    pub bwd: Arc<Function>,
    /// How many operands are residuals.
    pub num_residuals: usize,
}

const VJP: &str = "custom_vjp";
const LINEAR: &str = "custom_linear";

fn floats(types: Vec<TensorType>) -> Vec<TensorType> {
    types.into_iter().filter(|ty| ty.dtype.is_inexact()).collect()
}

fn list(types: &[TensorType]) -> String {
    let types: Vec<String> = types.iter().map(TensorType::to_string).collect();
    format!("({})", types.join(", "))
}

impl Primitive for CustomVjp {
    fn name(&self) -> &'static str {
        VJP
    }

    fn attrs(&self) -> Attrs {
        vec![
            ("function", Attr::Function(self.function.clone())),
            ("fwd", Attr::Function(self.fwd.clone())),
            ("bwd", Attr::Function(self.bwd.clone())),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read = || {
            let (function, fwd, bwd) = (attrs.function("function")?, attrs.function("fwd")?, attrs.function("bwd")?);
            Ok(CustomVjp { function, fwd, bwd })
        };
        (name == VJP).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let error = |message: String| Err(IrError::ty(VJP, message, operands));
        let (function, params) = (&self.function, self.function.param_types());
        if !params.iter().eq(operands.iter().copied()) {
            return error(format!("{} takes {}", function.name, list(&params)));
        }
        let results = function.result_types();
        if self.fwd.param_types() != params {
            let found = list(&self.fwd.param_types());
            return error(format!("the forward rule of {} must take its operands, it takes {found}", function.name));
        }
        let forward = self.fwd.result_types();
        let Some((values, residuals)) =
            forward.split_at_checked(results.len()).filter(|(values, _)| *values == results)
        else {
            let (expected, found) = (list(&results), list(&forward));
            return error(format!(
                "the forward rule of {} must return its results {expected} and residuals, it returns {found}",
                function.name
            ));
        };
        let cotangents = [residuals, &floats(values.to_vec())].concat();
        if self.bwd.param_types() != cotangents {
            let (expected, found) = (list(&cotangents), list(&self.bwd.param_types()));
            let name = &function.name;
            return error(format!(
                "the backward rule of {name} must take residuals and cotangents {expected}, it takes {found}"
            ));
        }
        let expected = floats(params);
        if self.bwd.result_types() != expected {
            let (expected, found) = (list(&expected), list(&self.bwd.result_types()));
            let name = &function.name;
            return error(format!("the backward rule of {name} must return cotangents {expected}, it returns {found}"));
        }
        Ok(results)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        if !b.is_separable() {
            let name = &self.function.name;
            let message =
                format!("{name} has a derivative of its own in reverse mode only (grad, vjp); use custom_jvp");
            return rules::no_rule(VJP, "forward-mode differentiation (jvp)", &message, b.location());
        }
        let mut results = b.inline(&self.fwd, primals)?;
        let mut inputs = results.split_off(self.function.results.len());
        let num_residuals = inputs.len();
        for (&primal, &tangent) in primals.iter().zip(tangents) {
            if b.ty(primal).dtype.is_inexact() {
                inputs.push(rules::instantiate(b, tangent, primal)?);
            }
        }
        let tangents = b.emit(CustomLinear { bwd: self.bwd.clone(), num_residuals }, &inputs)?;
        let is_float: Vec<bool> = results.iter().map(|&r| b.ty(r).dtype.is_inexact()).collect();
        Ok((results, rules::spread(&is_float, tangents)))
    }

    rules_of_function!(inline);

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let flags: Vec<bool> = batching::flags(operands);
        // Function and forward rule must agree on the results that are mapped.
        let (function, mut mapped) = transform::vmap(&self.function, &flags, batch, &[])?;
        let (fwd, of_fwd) = transform::vmap(&self.fwd, &flags, batch, &mapped)?;
        let (of_values, of_residuals) = of_fwd.split_at(mapped.len());
        mapped.copy_from_slice(of_values);
        let results = self.function.result_types();
        let function = batching::instantiate(function, batch, &results, &mapped)?;

        let of_cotangents = results.iter().zip(&mapped).filter(|(ty, _)| ty.dtype.is_inexact()).map(|(_, flag)| *flag);
        let given: Vec<bool> = of_residuals.iter().copied().chain(of_cotangents).collect();
        let params = self.function.params.iter().zip(&flags);
        let asked: Vec<bool> =
            params.filter(|(p, _)| self.function.ty(**p).dtype.is_inexact()).map(|(_, flag)| *flag).collect();
        let bwd = batched_transpose(&self.bwd, batch, &given, &asked)?;
        let results = b.custom_vjp(&Arc::new(function), &Arc::new(fwd), &Arc::new(bwd), &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }
}

/// A backward rule for all examples at once. `given` flags the parameters and `asked` the results that are
/// mapped: an operand that the examples share gets the sum of their cotangents.
fn batched_transpose(bwd: &Function, batch: &Batch, given: &[bool], asked: &[bool]) -> Result<Function> {
    let (batched, mapped) = transform::vmap(bwd, given, batch, asked)?;
    let mut b = Builder::new(batched.name.clone());
    let params: Vec<Value> = batched.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let mut results = b.inline(&batched, &params)?;
    for ((ct, mapped), asked) in results.iter_mut().zip(mapped).zip(asked) {
        if mapped && !asked {
            *ct = b.reduce_sum(*ct, &[0])?;
        }
    }
    Ok(b.finish(results))
}

impl CustomLinear {
    /// The function itself: the transpose of its transpose, if that is linear.
    fn forward(&self) -> Result<Function> {
        let linear: Vec<bool> = (0..self.bwd.params.len()).map(|i| i >= self.num_residuals).collect();
        transform::transpose(&self.bwd, &linear)
    }
}

impl Primitive for CustomLinear {
    fn name(&self) -> &'static str {
        LINEAR
    }

    fn attrs(&self) -> Attrs {
        vec![("bwd", Attr::Function(self.bwd.clone())), ("num_residuals", Attr::from(self.num_residuals))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read = || Ok(CustomLinear { bwd: attrs.function("bwd")?, num_residuals: attrs.size("num_residuals")? });
        (name == LINEAR).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let params = self.bwd.param_types();
        let Some((residuals, results)) = params.split_at_checked(self.num_residuals) else {
            return Err(IrError::ty(LINEAR, "there are fewer residuals than promised", operands));
        };
        if !residuals.iter().chain(&self.bwd.result_types()).eq(operands.iter().copied()) {
            return Err(IrError::ty(LINEAR, format!("{} takes other residuals or tangents", self.bwd.name), operands));
        }
        Ok(results.to_vec())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        transform::jvp_into(b, &self.forward()?, primals, tangents)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (residuals, tangents) = operands.split_at_checked(self.num_residuals).unwrap_or((operands, &[]));
        let mut args = rules::known(LINEAR, b, residuals)?;
        for (&ct, ty) in cotangents.iter().zip(self.bwd.param_types().split_off(self.num_residuals)) {
            args.push(ct.map_or_else(|| b.full(&ty, 0.0), Ok)?);
        }
        let made = b.inline(&self.bwd, &args)?;
        let cts = made.into_iter().zip(tangents).map(|(ct, operand)| operand.is_linear().then_some(ct));
        Ok(residuals.iter().map(|_| None).chain(cts).collect())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let flags: Vec<bool> = batching::flags(operands);
        let (residuals, tangents) = flags.split_at(self.num_residuals);
        let given: Vec<bool> = (0..self.bwd.params.len()).map(|i| residuals.get(i).copied().unwrap_or(true)).collect();
        let bwd = Arc::new(batched_transpose(&self.bwd, batch, &given, tangents)?);
        let op = CustomLinear { bwd, num_residuals: self.num_residuals };
        Ok(b.emit(op, &batching::values(operands))?.into_iter().map(Mapped::yes).collect())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        e.inline(&self.forward()?, operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        eval(&self.forward()?, operands)
    }
}

impl Builder {
    /// Computes `function`, whose reverse-mode derivative is given by two others (see [`CustomVjp`]).
    ///
    /// # Errors
    /// The arguments are not the function's parameters, or the other functions' types do not fit.
    pub fn custom_vjp(
        &mut self,
        function: &Arc<Function>,
        fwd: &Arc<Function>,
        bwd: &Arc<Function>,
        args: &[Value],
    ) -> Result<Vec<Value>> {
        self.emit(CustomVjp { function: function.clone(), fwd: fwd.clone(), bwd: bwd.clone() }, args)
    }
}

//! Tensor computations outside any function being traced.

mod steps;

use std::rc::Rc;

use keramos_ir::passes::dce;
use keramos_ir::{Array, Function, Value as IrValue};
use steps::{Steps, depends_on_params};

use super::Interp;
use super::limits::MAX_WORK;
use crate::error::Result;
use crate::keras::layer::layer_of;
use crate::keras::variable::{InitialValue, VariableId, behind};
use crate::library::{Args, FunctionDecl};
use crate::trace::Tensor;
use crate::value::{Host, ObjectRef, Value};

impl Interp {
    /// Computes a tensor function on constants: the result is constant too.
    ///
    /// # Errors
    /// The call fails.
    pub(super) fn constant(&mut self, function: &'static FunctionDecl, args: Args) -> Result<Value> {
        self.eagerly(function.name, |interp| {
            let args = interp.with_values(args)?;
            let mut bound = function.signature.bind(function.name, args)?;
            (function.call)(interp, &mut bound)
        })
    }

    /// Runs `code`, which traces. Outside any function being traced, its tensors are computed at once and
    /// come back as constants; a result that depends on a variable, whose value only exists at run
    /// time, is an [`InitialValue`].
    ///
    /// # Errors
    /// Those of `code`; or the computation is too large.
    pub(crate) fn eagerly(&mut self, name: &str, code: impl FnOnce(&mut Interp) -> Result<Value>) -> Result<Value> {
        if self.tracer.depth() > 0 { code(self) } else { self.computed(name, code) }
    }

    /// As [`Interp::eagerly`], also inside of functions being traced: for code that takes constants only.
    fn computed(&mut self, name: &str, code: impl FnOnce(&mut Interp) -> Result<Value>) -> Result<Value> {
        let mark = self.mark();
        self.tracer.enter(name, &[]);
        self.tracer.at_point(&[], &[], false);
        self.state.open([]);
        let computed = code(self).and_then(|result| self.compute(&result));
        self.reset(mark);
        computed
    }

    /// Ends the function being traced, which has no parameters, and evaluates it for the tensors in `result`.
    fn compute(&mut self, result: &Value) -> Result<Value> {
        let (leaves, def) = self.flatten(result)?;
        let tensors: Vec<Tensor> = leaves
            .iter()
            .filter_map(|leaf| match leaf {
                Value::Tensor(tensor) => Some(tensor.clone()),
                _ => None,
            })
            .collect();
        let closed = self.state.close();
        let traced = self.tracer.leave(&tensors)?;
        if tensors.is_empty() {
            return Ok(result.clone());
        }
        let reads: Vec<VariableId> = closed.params.into_iter().map(|(id, _)| id).collect();
        let values = self.evaluate(traced.function, &tensors, reads)?;
        let Some(values) = values else { return Ok(Value::Host(Host::new(self.describe(self.span), Some(self.span)))) };
        let mut values = values.into_iter();
        let leaves = leaves.into_iter().map(|leaf| match leaf {
            Value::Tensor(_) => values.next().unwrap_or(Value::None),
            other => other,
        });
        self.unflatten(&def, leaves.collect::<Vec<_>>())
    }

    /// The results of a function whose parameters are variables: constants, or where a variable takes part or
    /// the computation is long, values of the run. `None` if those are made of too many steps.
    fn evaluate(
        &mut self,
        function: Function,
        tensors: &[Tensor],
        reads: Vec<VariableId>,
    ) -> Result<Option<Vec<Value>>> {
        let late = depends_on_params(&function);
        let mut early = function.clone();
        early.results = function.results.iter().filter(|v| !late[v.index()]).copied().collect();
        let mut early = dce(early);
        early.params.clear();
        let mut known = None;
        // Longer computations are left to the artifact's `init`; those that are known to be are not begun.
        if keramos_ir::work(&early) <= MAX_WORK {
            self.spend_length(early.results.iter().map(|&v| early.ty(v).size()).sum())?;
            let no_arguments: &[Array] = &[];
            known = self.tracer.computed(|| keramos_ir::eval(&early, no_arguments))?;
        }
        let long = known.is_none();
        if long && self.eval.arrays.computes {
            return Ok(None);
        }
        let mut arrays = known.unwrap_or_default().into_iter();
        let run = |v: &IrValue| long || late[v.index()];
        let mut rest = function.clone();
        rest.results.retain(|v| run(v) && !function.params.contains(v));
        let Some(steps) = Steps::new(self, dce(rest), reads.clone()) else { return Ok(None) };
        let mut results = Vec::with_capacity(tensors.len());
        let mut index = 0;
        for (tensor, value) in tensors.iter().zip(&function.results) {
            let weak = tensor.is_weak();
            let variable = match function.params.iter().position(|p| p == value) {
                Some(param) => reads.get(param).copied(),
                None if run(value) => {
                    index += 1;
                    Some(steps.variable(self, index - 1, tensor.ty().clone()))
                }
                None => None,
            };
            results.push(match variable {
                Some(id) => Value::Object(Rc::new(InitialValue { id, weak })),
                None => arrays.next().map_or(Value::None, |array| self.computed_array(array, weak)),
            });
        }
        Ok(Some(results))
    }

    /// Computes a function of NumPy, which is that of `jax.numpy` in double precision. What is too large, or not for
    /// arrays of numbers, is a value of the run.
    ///
    /// # Errors
    /// The evaluation takes too many steps; or the call fails on tensors.
    pub(crate) fn call_numpy(&mut self, function: &'static FunctionDecl, args: Args) -> Result<Value> {
        let args = self.plain_args(args)?;
        let unknown = || Host::new(self.describe(self.span), Some(self.span)).given_by(function.name);
        let unknown = unknown();
        if super::host::host_in(&args).is_some() {
            return Ok(self.numpy_call(function.name, args, unknown));
        }
        if super::host::has_tensor(&args) || super::host::has_variable(&args) {
            return self.call(&Value::Function(function), args);
        }
        let (outer, inner) = (self.tracer.x64, self.eval.arrays.computes);
        (self.tracer.x64, self.eval.arrays.computes) = (true, true);
        let told = self.diagnostics.len();
        let made = self.computed(function.name, |interp| {
            let mut bound = function.signature.bind(function.name, args)?;
            (function.call)(interp, &mut bound)
        });
        (self.tracer.x64, self.eval.arrays.computes) = (outer, inner);
        self.diagnostics.truncate(told);
        match made {
            Ok(made) => {
                self.note_fresh(&made);
                Ok(made)
            }
            Err(error) if error.diagnostic().code == crate::diagnostics::codes::LIMIT => Err(error),
            Err(_) => Ok(Value::Host(unknown)),
        }
    }

    /// The arguments with the present values of variables in their place.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub(super) fn with_values(&mut self, args: Args) -> Result<Args> {
        if !super::host::has_variable(&args) {
            return Ok(args);
        }
        let mut leaf = |value: &Value| match behind(value) {
            Some(id) => self.variable_value(id).map(Value::Tensor),
            None => Ok(value.clone()),
        };
        let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
        let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
        Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
    }

    /// The arguments with constant arrays as tensors of the function being traced.
    fn with_tensors(&mut self, args: Args) -> Result<Args> {
        let mut leaf = |value: &Value| match value {
            Value::Array(_) => self.to_tensor(value).map(Value::Tensor),
            other if behind(other).is_some() => self.to_tensor(value).map(Value::Tensor),
            other => Ok(other.clone()),
        };
        let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
        let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
        Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
    }

    /// Calls a layer or model on constants. It is built by that, as in Keras; what it computes is only
    /// known at run time, because weights are.
    ///
    /// # Errors
    /// The call fails.
    pub(super) fn build_by_call(&mut self, object: &ObjectRef, args: Args) -> Result<Value> {
        let mark = self.mark();
        self.tracer.enter("build", &[]);
        self.tracer.at_point(&[], &[], false);
        self.state.open([]);
        let result = self.with_tensors(args).and_then(|args| object.clone().call(self, args));
        let adders = self.state.adders();
        self.reset(mark);
        let result = result?;
        if let Some(layer) = layer_of(&Value::Object(object.clone())) {
            layer.flattened().iter().for_each(|inner| inner.recorded.losses.borrow_mut().clear());
        }
        for layer in adders {
            let loss = Host::new(self.describe(self.span), Some(self.span));
            layer.recorded.losses.borrow_mut().push(loss);
        }
        let mut traced = false;
        result.for_each_leaf(&mut |leaf| traced |= matches!(leaf, Value::Tensor(_)));
        Ok(if traced { Value::Host(Host::new(self.describe(self.span), Some(self.span))) } else { result })
    }
}

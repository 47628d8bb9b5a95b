//! `checkpoint`, which trades memory for computing again, and `name`.

mod policy;

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::transform;
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, eval,
};

use super::{batching, rules};

pub use policy::Policy;

/// Applies a function of which the backward pass keeps only what a policy allows: the rest is computed
/// again there.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What is computed.
    pub function: Arc<Function>,
    /// What is saved.
    pub policy: Policy,
    /// Whether the backend must be kept from merging what is computed again with what was computed
    /// before. In the body of a scan that is not needed, and costs.
    pub prevent_cse: bool,
    /// Whether this is the part that computes again.
    pub again: bool,
}

/// The operand, under a name that policies know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CheckpointName {
    /// The name.
    pub name: Arc<str>,
}

const CHECKPOINT: &str = "checkpoint";
const NAME: &str = "name";

impl Checkpoint {
    /// A checkpoint of the same kind.
    fn of(&self, function: Function, again: bool) -> Self {
        Checkpoint { function: Arc::new(function), again, ..self.clone() }
    }

    /// Whether the function's operands must pass a barrier.
    pub(crate) fn has_barrier(&self) -> bool {
        self.again && self.prevent_cse
    }
}

impl Primitive for Checkpoint {
    fn name(&self) -> &'static str {
        CHECKPOINT
    }

    fn attrs(&self) -> Attrs {
        let mut attrs = vec![("function", Attr::Function(self.function.clone()))];
        attrs.extend(self.policy.attrs());
        attrs.extend([("prevent_cse", Attr::Bool(self.prevent_cse)), ("again", Attr::Bool(self.again))]);
        attrs
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read = || {
            Ok(Checkpoint {
                function: attrs.function("function")?,
                policy: Policy::parse(attrs)?,
                prevent_cse: attrs.bool("prevent_cse")?,
                again: attrs.bool("again")?,
            })
        };
        (name == CHECKPOINT).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        if !self.function.param_types().iter().eq(operands.iter().copied()) {
            let message = format!("{} takes other parameters", self.function.name);
            return Err(IrError::ty(CHECKPOINT, message, operands));
        }
        Ok(self.function.result_types())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let active: Vec<bool> = tangents.iter().map(Option::is_some).collect();
        let given: Vec<Value> = tangents.iter().flatten().copied().collect();
        if !b.is_separable() {
            let dual = transform::jvp(&self.function, &active, &[])?;
            let mut results = b.emit(self.of(dual.function, self.again), &[primals, &given].concat())?;
            let tangents = results.split_off(dual.nonzero.len());
            return Ok((results, rules::spread(&dual.nonzero, tangents)));
        }
        let split = transform::linearize_saving(&self.function, &active, &[], |eqn| self.policy.saves(eqn))?;
        let mut results = b.inline(&split.primal, primals)?;
        let mut inputs = results.split_off(split.nonzero.len());
        inputs.extend(given);
        let tangents = b.emit(self.of(split.linear, true), &inputs)?;
        Ok((results, rules::spread(&split.nonzero, tangents)))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (function, nonzero) = transform::transposed(&self.function, cotangents, operands, &[])?;
        let known = operands.iter().filter_map(Operand::known);
        let inputs: Vec<Value> = known.chain(cotangents.iter().flatten().copied()).collect();
        let made = b.emit(self.of(function, true), &inputs)?;
        Ok(rules::spread(&nonzero, made))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let flags: Vec<bool> = batching::flags(operands);
        let (function, mapped) = transform::vmap(&self.function, &flags, batch, &[])?;
        let results = b.emit(self.of(function, self.again), &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        if !self.has_barrier() || operands.is_empty() {
            return e.inline(&self.function, operands);
        }
        let types: Vec<TensorType> = operands.iter().map(|&x| e.ty(x).clone()).collect();
        let guarded = rules::plain(e, "stablehlo.optimization_barrier", operands, &types)?;
        e.inline(&self.function, &guarded)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        eval(&self.function, operands)
    }
}

impl Primitive for CheckpointName {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("name", Attr::Name((*self.name).to_owned()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(CheckpointName { name: attrs.name("name")?.into() }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        // The name is the value's, not its tangent's.
        Ok((b.emit(self.clone(), primals)?, tangents.to_vec()))
    }

    fn transpose(&self, _: &mut Builder, cotangents: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        Ok(cotangents.to_vec())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, self.clone(), operands)
    }

    fn lower(&self, _: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        Ok(operands.to_vec())
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        Ok(operands.iter().map(|&x| x.clone()).collect())
    }
}

impl Builder {
    /// Computes `function` so that the backward pass keeps only what `policy` allows and computes the rest
    /// again; see [`Checkpoint::prevent_cse`].
    ///
    /// # Errors
    /// The arguments are not the function's parameters.
    pub fn checkpoint(
        &mut self,
        function: &Arc<Function>,
        policy: Policy,
        prevent_cse: bool,
        args: &[Value],
    ) -> Result<Vec<Value>> {
        self.emit(Checkpoint { function: function.clone(), policy, prevent_cse, again: false }, args)
    }

    /// `x` under a name that policies of checkpoints know.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn checkpoint_name(&mut self, x: Value, name: impl Into<Arc<str>>) -> Result<Value> {
        self.emit1(CheckpointName { name: name.into() }, &[x])
    }
}

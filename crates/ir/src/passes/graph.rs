//! The function under construction, as rules see it.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::{Options, Target, constants, cpu, has_nested, rules};
use crate::ops::{Binary, BinaryKind, BroadcastInDim, Constant, Reshape, Transpose};
use crate::{Array, Builder, Equation, Function, Location, Op, Primitive, Result, TensorType, Value};

/// How deep rules may emit equations to which rules apply again. The laws lead to smaller terms, so
/// this is a guard against a mistake in them, not a limit that programs meet.
const MAX_DEPTH: usize = 64;

/// No equation.
const NONE: u32 = u32::MAX;

/// A function under construction that simplifies what is emitted into it.
pub(super) struct Graph<'o> {
    options: &'o Options,
    b: Builder,
    /// For each value of the new function the equation that defines it.
    definition: Vec<u32>,
    /// The last equation with a given hash, and for each equation the one before with the same hash.
    latest: FxHashMap<u64, u32>,
    previous: Vec<u32>,
    depth: usize,
    /// The laws that were applied, in order.
    #[cfg(test)]
    pub(super) fired: Vec<&'static str>,
}

impl<'o> Graph<'o> {
    /// An empty function with the parameters of `function`.
    pub(super) fn new(function: &Function, options: &'o Options) -> Self {
        let mut b = Builder::new(function.name.clone());
        for &param in &function.params {
            b.param(function.ty(param).clone());
        }
        let definition = vec![NONE; function.params.len()];
        let latest = FxHashMap::with_capacity_and_hasher(function.equations.len(), Default::default());
        Graph {
            options,
            b,
            definition,
            latest,
            previous: Vec::new(),
            depth: 0,
            #[cfg(test)]
            fired: Vec::new(),
        }
    }

    /// The parameters.
    pub(super) fn params(&self) -> &[Value] {
        &self.b.function().params
    }

    /// The location of equations to come.
    pub(super) fn set_location(&mut self, location: &Location) {
        self.b.set_location(location.clone());
    }

    /// The function, with dead equations still in it.
    pub(super) fn finish(self, results: Vec<Value>) -> Function {
        self.b.finish(results)
    }

    /// The type of a value.
    pub(super) fn ty(&self, value: Value) -> &TensorType {
        self.b.ty(value)
    }

    /// The equation that defines `value`; `None` for parameters.
    pub(super) fn def(&self, value: Value) -> Option<&Equation> {
        let index = *self.definition.get(value.index())?;
        self.b.function().equations.get(index as usize)
    }

    /// The constant that `value` is.
    pub(super) fn constant_of(&self, value: Value) -> Option<&Arc<Array>> {
        match self.def(value)? {
            Equation { op: Op::Constant(Constant(array)), .. } => Some(array),
            _ => None,
        }
    }

    /// The rank-0 value that `value` repeats: itself if it is a scalar, or the operand of its broadcast.
    pub(super) fn scalar_of(&self, value: Value) -> Option<Value> {
        if self.ty(value).rank() == 0 {
            return Some(value);
        }
        match self.def(value)? {
            Equation { op: Op::BroadcastInDim(op), inputs, .. } if op.dims.is_empty() => inputs.first().copied(),
            _ => None,
        }
    }

    /// The number that every element of `value` is, if it is a constant that `f64` holds exactly.
    pub(super) fn number(&self, value: Value) -> Option<f64> {
        constants::scalar_value(self.constant_of(self.scalar_of(value)?)?)
    }

    /// Emits a primitive, simplified.
    pub(super) fn emit(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Vec<Value>> {
        let op = op.into();
        let operands: Vec<&TensorType> = inputs.iter().map(|&v| self.b.ty(v)).collect();
        let types = op.infer(&operands)?;
        self.emit_typed(op, inputs, types)
    }

    /// Emits a primitive with one result, simplified.
    pub(super) fn emit1(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Value> {
        let op = op.into();
        let name = op.name();
        match self.emit(op, inputs)?[..] {
            [value] => Ok(value),
            _ => Err(crate::IrError::Type {
                op: name,
                message: "one result was expected".to_owned(),
                operands: Vec::new(),
            }),
        }
    }

    /// As [`Graph::emit`], for result types that are known already.
    pub(super) fn emit_typed(&mut self, op: Op, inputs: &[Value], types: Vec<TensorType>) -> Result<Vec<Value>> {
        let swapped = match inputs {
            &[x, y] if is_commutative(&op) && self.order(x) > self.order(y) => Some([y, x]),
            _ => None,
        };
        let inputs = swapped.as_ref().map_or(inputs, |swapped| &swapped[..]);
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            let replaced = self.replace(&op, inputs);
            self.depth -= 1;
            if let Some(value) = replaced? {
                debug_assert!(
                    types == std::slice::from_ref(self.ty(value)),
                    "a law for {} changed the type",
                    op.name()
                );
                return Ok(vec![value]);
            }
        }
        if let Some(values) = self.fold(&op, inputs, &types)? {
            return Ok(values);
        }
        self.append(op, inputs, types)
    }

    /// Emits a primitive with one result to which no law is to apply.
    pub(super) fn emit_as_it_is(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Value> {
        let depth = std::mem::replace(&mut self.depth, MAX_DEPTH);
        let value = self.emit1(op, inputs);
        self.depth = depth;
        value
    }

    /// The value that some law puts in the place of an equation's result.
    fn replace(&mut self, op: &Op, inputs: &[Value]) -> Result<Option<Value>> {
        match rules::apply(self, op, inputs)? {
            None if self.options.target == Target::Cpu && !self.options.differentiable => cpu::apply(self, op, inputs),
            answer => Ok(answer),
        }
    }

    /// Constants come last; otherwise values in the order of definition.
    fn order(&self, value: Value) -> (bool, Value) {
        let is_constant = self.scalar_of(value).is_some_and(|s| self.constant_of(s).is_some());
        (is_constant || self.constant_of(value).is_some(), value)
    }

    /// Computes an equation on constants.
    fn fold(&mut self, op: &Op, inputs: &[Value], types: &[TensorType]) -> Result<Option<Vec<Value>>> {
        // A repeated scalar is in its shortest form already.
        let is_repeat = matches!(op, Op::BroadcastInDim(op) if op.dims.is_empty());
        if inputs.is_empty()
            || is_repeat
            || matches!(op, Op::OptimizationBarrier(_))
            || has_nested(op)
            || types.iter().any(|ty| ty.size() > self.options.fold_limit)
        {
            return Ok(None);
        }
        let Some(operands) = inputs.iter().map(|&v| self.constant_of(v).cloned()).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        // What the evaluator cannot compute stays to be computed at run time.
        let operands: Vec<&Array> = operands.iter().map(|array| &**array).collect();
        let Ok(arrays) = op.eval(&operands) else { return Ok(None) };
        arrays.into_iter().map(|array| self.constant(array)).collect::<Result<Vec<_>>>().map(Some)
    }

    /// Reuses an equal equation, or appends one.
    fn append(&mut self, op: Op, inputs: &[Value], types: Vec<TensorType>) -> Result<Vec<Value>> {
        let mut hasher = FxHasher::default();
        discriminant(&op).hash(&mut hasher);
        inputs.hash(&mut hasher);
        match &op {
            Op::Constant(Constant(array)) => constants::hash_prefix(array, &mut hasher),
            _ if inputs.is_empty() => types.hash(&mut hasher),
            _ => {}
        }
        let hash = hasher.finish();
        let mut candidate = self.latest.get(&hash).copied().unwrap_or(NONE);
        while let Some(eqn) = self.b.function().equations.get(candidate as usize) {
            if eqn.inputs == inputs && same_op(&eqn.op, &op) {
                return Ok(eqn.outputs.clone());
            }
            candidate = self.previous[candidate as usize];
        }
        let values = self.push(op, inputs, types);
        let index = self.previous.len() - 1;
        if let Some(before) = self.latest.insert(hash, index as u32) {
            self.previous[index] = before;
        }
        Ok(values)
    }

    fn push(&mut self, op: Op, inputs: &[Value], types: Vec<TensorType>) -> Vec<Value> {
        let index = self.b.function().equations.len() as u32;
        let values = self.b.emit_typed(op, inputs, types).to_vec();
        self.definition.resize(self.definition.len() + values.len(), index);
        self.previous.push(NONE);
        values
    }
}

/// Short ways to emit, simplified like all else.
impl Graph<'_> {
    /// A constant.
    pub(super) fn constant(&mut self, array: Array) -> Result<Value> {
        self.emit1(Constant(Arc::new(array)), &[])
    }

    /// `number` in every element, like `value`.
    pub(super) fn full_like(&mut self, value: Value, number: f64) -> Result<Value> {
        let ty = self.ty(value).clone();
        let scalar = self.constant(Array::scalar(ty.dtype, number))?;
        self.repeat(scalar, &ty.shape)
    }

    /// A scalar repeated in every element of `shape`.
    pub(super) fn repeat(&mut self, scalar: Value, shape: &[usize]) -> Result<Value> {
        self.emit1(BroadcastInDim { shape: shape.to_vec(), dims: Vec::new() }, &[scalar])
    }

    /// `x` in another shape.
    pub(super) fn reshape(&mut self, x: Value, shape: &[usize]) -> Result<Value> {
        self.emit1(Reshape { shape: shape.to_vec() }, &[x])
    }

    /// `x` with its dimensions permuted.
    pub(super) fn transpose(&mut self, x: Value, permutation: Vec<usize>) -> Result<Value> {
        self.emit1(Transpose { permutation }, &[x])
    }

    /// An element-wise function of two operands.
    pub(super) fn binary(&mut self, kind: BinaryKind, x: Value, y: Value) -> Result<Value> {
        self.emit1(Binary(kind), &[x, y])
    }
}

pub(super) fn is_commutative(op: &Op) -> bool {
    use BinaryKind::{Add, And, Max, Min, Mul, Or, Xor};
    matches!(op, Op::Binary(Binary(Add | Mul | Max | Min | And | Or | Xor)))
}

fn same_op(a: &Op, b: &Op) -> bool {
    match (a, b) {
        (Op::Constant(Constant(a)), Op::Constant(Constant(b))) => constants::same_bits(a, b),
        _ => a == b,
    }
}

//! Simplification: functions into smaller functions that mean the same.
//!
//! There is one rewriting mechanism, a graph under construction. [`simplify()`] walks the equations in order and
//! emits each into it; on the way in, an equation is
//!
//! 1. brought to normal form (operands of commutative primitives in a fixed order),
//! 2. offered to the rules of its family ([`rules()`]), each one law with a name,
//! 3. computed now, if its operands are small constants,
//! 4. replaced by an equal equation that is already there,
//! 5. or else appended.
//!
//! Whatever a rule emits goes through the same steps, and operands were simplified before their
//! users, so one walk suffices. Equations that no result needs are dropped before and after.
//!
//! Loops and branches lose what nothing needs and what is the same in every step (`control`, `dce`).
//!
//! All laws hold for NaN, infinities and the signs of zeros, and keep every rounding, so results are the same numbers; the one
//! liberty is that the sum of a single `-0` is `-0`, as XLA has it, and not `0 + (-0)`.

mod constants;
mod control;
mod cpu;
mod dce;
mod donated;
mod graph;
mod pack;
mod roll;
mod rules;

pub use dce::dce;
pub(crate) use dce::prune;
pub use donated::order_donated;
pub use pack::{Place, Stateful, find_stacks, pack, stack_state};
pub use roll::{MIN_REPEATS, Roll, roll};
pub use rules::{Rule, rules};

use std::collections::HashMap;
use std::sync::Arc;

use crate::ops::OptimizationBarrier;
use crate::verify::checked;
use crate::{Attr, AttrReader, Function, IrError, Op, Primitive, Result, Value};
use graph::Graph;

/// What [`simplify()`] may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Equations on constants are computed at compile time if no result has more elements than
    /// this. Random numbers, masks and tables stay computed at run time.
    pub fold_limit: usize,
    /// What the function will run on.
    pub target: Target,
    /// Whether the function may still be differentiated. If not, what only differentiation looks at
    /// goes: functions with a given derivative become their bodies, stopped gradients their operands.
    pub differentiable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { fold_limit: 64, target: Target::Any, differentiable: true }
    }
}

/// What kind of device a function is simplified for; passes for one kind look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Target {
    /// Nothing is known.
    #[default]
    Any,
    /// XLA's CPU backend.
    Cpu,
    /// An accelerator.
    Accelerator,
}

/// Simplifies `function` and the functions nested in it.
///
/// # Errors
/// None for a valid function.
pub fn simplify(function: &Function, options: &Options) -> Result<Function> {
    Simplifier { options, nested: HashMap::new() }.function(function)
}

struct Simplifier<'o> {
    options: &'o Options,
    /// Nested functions by identity (the original is kept alive beside the result), so that shared ones stay shared.
    nested: HashMap<*const Function, (Arc<Function>, Arc<Function>)>,
}

impl Simplifier<'_> {
    fn function(&mut self, function: &Function) -> Result<Function> {
        let pruned;
        let function = match function.equations.iter().any(|eqn| has_nested(&eqn.op)) {
            true => {
                pruned = dce(function.clone());
                &pruned
            }
            false => function,
        };
        let mut graph = Graph::new(function, self.options);
        let params: Vec<Value> = graph.params().to_vec();
        let results = self.emit(&mut graph, function, &params)?;
        checked(dce(graph.finish(results)))
    }

    /// Emits the equations of `function` that its results need; returns what stands for the results.
    fn emit(&mut self, graph: &mut Graph<'_>, function: &Function, args: &[Value]) -> Result<Vec<Value>> {
        let needed = dce::needed(function);
        let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
        for (param, &arg) in function.params.iter().zip(args) {
            env[param.index()] = Some(arg);
        }
        let mut inputs = Vec::new();
        for (eqn, _) in function.equations.iter().zip(&needed).filter(|(_, needed)| **needed) {
            inputs.clear();
            for &input in &eqn.inputs {
                inputs.push(function.look_up(&env, input)?);
            }
            graph.set_location(&eqn.location);
            let values = match &eqn.op {
                Op::CustomJvp(op) if !self.options.differentiable => self.emit(graph, &op.function, &inputs)?,
                Op::CustomVjp(op) if !self.options.differentiable => self.emit(graph, &op.function, &inputs)?,
                Op::LinearSolve(op) if !self.options.differentiable => match op.functions.get(1) {
                    Some(solve) => self.emit(graph, solve, &inputs)?,
                    None => inputs.clone(),
                },
                Op::Checkpoint(op) if !self.options.differentiable => {
                    let inputs = match op.has_barrier() && !inputs.is_empty() {
                        true => graph.emit(OptimizationBarrier, &inputs)?,
                        false => inputs.clone(),
                    };
                    self.emit(graph, &op.function, &inputs)?
                }
                Op::StopGradient(_) | Op::CheckpointName(_) if !self.options.differentiable => inputs.clone(),
                op if has_nested(op) => {
                    let op = self.op(op)?;
                    self.control(graph, op, &inputs)?
                }
                op => {
                    let types = eqn.outputs.iter().map(|&o| function.ty(o).clone()).collect();
                    graph.emit_typed(op.clone(), &inputs, types)?
                }
            };
            for (output, value) in eqn.outputs.iter().zip(values) {
                env[output.index()] = Some(value);
            }
        }
        function.look_up_all(&env, &function.results)
    }

    /// The primitive with its nested functions simplified.
    fn op(&mut self, op: &Op) -> Result<Op> {
        let mut attrs = Vec::new();
        for (key, attr) in op.attrs() {
            let attr = match attr {
                Attr::Function(inner) => Attr::Function(self.nested(inner)?),
                Attr::Functions(all) => {
                    Attr::Functions(all.into_iter().map(|inner| self.nested(inner)).collect::<Result<_>>()?)
                }
                other => other,
            };
            attrs.push((key.to_owned(), attr));
        }
        match Op::parse(op.name(), &mut AttrReader::new(attrs)) {
            Some(Ok(op)) => Ok(op),
            Some(Err(message)) => Err(IrError::Type { op: op.name(), message, operands: Vec::new() }),
            None => Ok(op.clone()),
        }
    }

    fn nested(&mut self, inner: Arc<Function>) -> Result<Arc<Function>> {
        if let Some((_, simple)) = self.nested.get(&Arc::as_ptr(&inner)) {
            return Ok(simple.clone());
        }
        let simple = Arc::new(self.function(&inner)?);
        self.nested.insert(Arc::as_ptr(&inner), (inner, simple.clone()));
        Ok(simple)
    }
}

/// Whether a primitive carries functions.
fn has_nested(op: &Op) -> bool {
    use Op::{
        Call, Checkpoint, Cond, CustomJvp, CustomLinear, CustomReduce, CustomReduceWindow, CustomVjp, LinearSolve,
        Scan, While,
    };
    matches!(
        op,
        Call(_)
            | CustomJvp(_)
            | CustomVjp(_)
            | CustomLinear(_)
            | LinearSolve(_)
            | CustomReduce(_)
            | CustomReduceWindow(_)
            | Checkpoint(_)
            | While(_)
            | Scan(_)
            | Cond(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    fn simplified(text: &str) -> String {
        simplify(&parse(text).unwrap(), &Options::default()).unwrap().to_string()
    }

    #[test]
    fn equal_equations_are_computed_once_whatever_the_order_of_operands() {
        insta::assert_snapshot!(simplified("func @f(%x: f32[2], %y: f32[2]) {
            %a = mul(%x, %y)
            %b = mul(%y, %x)
            %c = exp(%a)
            %d = exp(%b)
            %e = add(%c, %d)
            return %e
        }"), @r"
        func @f(%0: f32[2], %1: f32[2]) -> (f32[2]) {
          %2: f32[2] = mul(%0, %1)
          %3: f32[2] = exp(%2)
          %4: f32[2] = add(%3, %3)
          return %4
        }
        ");
    }

    #[test]
    fn constants_are_shared_by_bits() {
        insta::assert_snapshot!(simplified("func @f() {
            %a = constant {value=f32[] 0.0}
            %b = constant {value=f32[] -0.0}
            %c = constant {value=f32[] nan}
            %d = constant {value=f32[] nan}
            %e = constant {value=i32[] 0}
            return %a, %b, %c, %d, %e
        }"), @r"
        func @f() -> (f32[], f32[], f32[], f32[], i32[]) {
          %0: f32[] = constant {value=f32[] 0.0}
          %1: f32[] = constant {value=f32[] -0.0}
          %2: f32[] = constant {value=f32[] nan}
          %3: i32[] = constant {value=i32[] 0}
          return %0, %1, %2, %2, %3
        }
        ");
    }

    #[test]
    fn small_constants_are_computed_and_large_ones_are_not() {
        insta::assert_snapshot!(simplified("func @f() {
            %a = constant {value=f32[2] [1.0, 2.0]}
            %b = exp(%a)
            %i = iota {dtype=f32, shape=[100], dim=0}
            %j = exp(%i)
            return %b, %j
        }"), @r"
        func @f() -> (f32[2], f32[100]) {
          %0: f32[2] = constant {value=f32[2] [2.7182817, 7.389056]}
          %1: f32[100] = iota {dtype=f32, shape=[100], dim=0}
          %2: f32[100] = exp(%1)
          return %0, %2
        }
        ");
    }

    #[test]
    fn dead_equations_go_and_parameters_stay() {
        insta::assert_snapshot!(simplified("func @f(%x: f32[2], %y: f32[2]) {
            %a = exp(%x)
            %b = exp(%y)
            return %b
        }"), @r"
        func @f(%0: f32[2], %1: f32[2]) -> (f32[2]) {
          %2: f32[2] = exp(%1)
          return %2
        }
        ");
    }

    const RELU: &str = "
        func @f(%x: f32[3]) {
            %a = custom_jvp(%x) {function=@relu, rule=@relu_jvp}
            %b = stop_gradient(%a)
            %c = call(%b) {function=@double}
            %d = call(%c) {function=@double}
            return %d
        }
        func @relu(%x: f32[3]) {
            %z = constant {value=f32[3] splat 0.0}
            %y = max(%x, %z)
            return %y
        }
        func @relu_jvp(%x: f32[3], %y: f32[3], %dx: f32[3]) {
            %z = constant {value=f32[3] splat 0.0}
            %p = gt(%x, %z)
            %dy = select(%p, %dx, %z)
            return %y, %dy
        }
        func @double(%x: f32[3]) {
            %z = constant {value=f32[3] splat 0.0}
            %a = sub(%x, %z)
            %y = add(%a, %a)
            return %y
        }";

    #[test]
    fn nested_functions_are_simplified_once_and_stay_shared() {
        insta::assert_snapshot!(simplified(RELU), @r"
        func @f(%0: f32[3]) -> (f32[3]) {
          %1: f32[3] = custom_jvp(%0) {function=@relu, rule=@relu_jvp}
          %2: f32[3] = stop_gradient(%1)
          %3: f32[3] = call(%2) {function=@double}
          %4: f32[3] = call(%3) {function=@double}
          return %4
        }

        func @relu(%0: f32[3]) -> (f32[3]) {
          %1: f32[] = constant {value=f32[] 0.0}
          %2: f32[3] = broadcast_in_dim(%1) {shape=[3], dims=[]}
          %3: f32[3] = max(%0, %2)
          return %3
        }

        func @relu_jvp(%0: f32[3], %1: f32[3], %2: f32[3]) -> (f32[3], f32[3]) {
          %3: f32[] = constant {value=f32[] 0.0}
          %4: f32[3] = broadcast_in_dim(%3) {shape=[3], dims=[]}
          %5: bool[3] = gt(%0, %4)
          %6: f32[3] = select(%5, %2, %4)
          return %1, %6
        }

        func @double(%0: f32[3]) -> (f32[3]) {
          %1: f32[3] = add(%0, %0)
          return %1
        }
        ");
    }

    #[test]
    fn what_only_differentiation_looks_at_goes_at_the_end() {
        let options = Options { differentiable: false, ..Options::default() };
        insta::assert_snapshot!(simplify(&parse(RELU).unwrap(), &options).unwrap(), @r"
        func @f(%0: f32[3]) -> (f32[3]) {
          %1: f32[] = constant {value=f32[] 0.0}
          %2: f32[3] = broadcast_in_dim(%1) {shape=[3], dims=[]}
          %3: f32[3] = max(%0, %2)
          %4: f32[3] = call(%3) {function=@double}
          %5: f32[3] = call(%4) {function=@double}
          return %5
        }

        func @double(%0: f32[3]) -> (f32[3]) {
          %1: f32[3] = add(%0, %0)
          return %1
        }
        ");
    }

    #[test]
    fn laws_apply_to_what_other_laws_make() {
        // (−x)·(−1) + (−0) → x, repeated constants included.
        insta::assert_snapshot!(simplified("func @f(%x: f32[2,3]) {
            %a = neg(%x)
            %m = constant {value=f32[2,3] splat -1.0}
            %b = mul(%m, %a)
            %z = constant {value=f32[3] splat -0.0}
            %zz = broadcast_in_dim(%z) {shape=[2,3], dims=[1]}
            %c = add(%b, %zz)
            %t = transpose(%c) {permutation=[1,0]}
            %u = transpose(%t) {permutation=[1,0]}
            return %u
        }"), @r"
        func @f(%0: f32[2,3]) -> (f32[2,3]) {
          return %0
        }
        ");
    }
}

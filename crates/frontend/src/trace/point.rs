//! Values of tensors while functions are traced.
//!
//! JAX runs a function under `grad` with the values of its arguments at hand, so that the function may
//! decide by them; under `jit` it does not. A function traced *at a point* knows which tensors its
//! parameters stand for, and what it has computed can be evaluated as soon as someone asks.

use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::{Array, Primitive, Value as IrValue};

use super::tracer::leaked;
use super::{Tensor, Tracer};
use crate::error::Result;
use crate::interp::limits::MAX_WORK;

/// A value known while the program is traced.
#[derive(Clone, Debug)]
pub struct Known {
    /// The elements.
    pub array: Rc<Array>,
    /// Whether it changes with something that a derivative is taken of: as a Python number it would lose
    /// its derivative.
    pub differentiated: bool,
}

/// The point at which a function is traced.
#[derive(Debug, Default)]
pub(super) struct Point {
    /// What parameters stand for.
    outer: Vec<(IrValue, Tensor)>,
    /// Whether derivatives with respect to the parameters are taken.
    differentiated: bool,
    /// The values asked for so far and what they depend on; `None` if only run time knows.
    values: HashMap<IrValue, Option<Known>>,
}

impl Tracer {
    /// Says that the innermost function, just entered, runs at a point: its first parameters stand for
    /// `outer`; others are unknown. `differentiated` tells whether derivatives are taken there.
    pub(crate) fn at_point(&mut self, params: &[Tensor], outer: &[Tensor], differentiated: bool) {
        if let Some(frame) = self.frames.last_mut() {
            let outer = params.iter().map(|param| param.value).zip(outer.iter().cloned()).collect();
            frame.point = Some(Point { outer, differentiated, values: HashMap::new() });
        }
    }

    /// What `evaluate` computes, unless that is long; its work is taken from the steps of the compilation.
    ///
    /// # Errors
    /// Those of `evaluate`; or there are not so many steps left.
    pub(crate) fn computed<T>(&mut self, evaluate: impl FnOnce() -> keramos_ir::Result<T>) -> Result<Option<T>> {
        let mut left = MAX_WORK;
        let made = keramos_ir::within(&mut left, evaluate);
        self.fuel.spend((MAX_WORK - left) as usize / 8)?;
        Ok(made?)
    }

    /// The elements of a tensor, as far as they are known now.
    ///
    /// # Errors
    /// The tensor's function has ended; or too much work is to be done.
    pub(crate) fn known(&mut self, tensor: &Tensor) -> Result<Option<Known>> {
        let level = self.frames.iter().rposition(|f| f.id == tensor.frame).ok_or_else(leaked)?;
        self.known_at(level, tensor.value)
    }

    /// As [`Tracer::known`], also where the function's parameters are unknown: the elements of what depends on
    /// constants alone.
    ///
    /// # Errors
    /// The tensor's function has ended.
    pub(crate) fn folded(&mut self, tensor: &Tensor) -> Result<Option<Known>> {
        let level = self.frames.iter().rposition(|f| f.id == tensor.frame).ok_or_else(leaked)?;
        let pointless = self.frames.get(level).is_some_and(|frame| frame.point.is_none());
        let Some(frame) = self.frames.get_mut(level).filter(|_| pointless) else { return self.known(tensor) };
        frame.point = Some(Point::default());
        let found = self.known_at(level, tensor.value);
        if let Some(frame) = self.frames.get_mut(level) {
            frame.point = None;
        }
        found
    }

    fn known_at(&mut self, level: usize, wanted: IrValue) -> Result<Option<Known>> {
        let Some(frame) = self.frames.get(level) else { return Err(leaked()) };
        let Some(point) = &frame.point else { return Ok(None) };
        if let Some(known) = point.values.get(&wanted) {
            return Ok(known.clone());
        }
        // The equations that lead to the value, and the parameters that they start from.
        let function = frame.builder.function();
        let mut needed = vec![false; function.num_values()];
        needed[wanted.index()] = true;
        let mut equations = Vec::new();
        for (index, equation) in function.equations.iter().enumerate().rev() {
            let open = |output: &IrValue| needed[output.index()] && !point.values.contains_key(output);
            if equation.outputs.iter().any(open) {
                equations.push(index);
                equation.inputs.iter().for_each(|input| needed[input.index()] = true);
            }
        }
        let stands = |param: IrValue| {
            let captured = frame.captures.iter().find(|(_, value)| *value == param).map(|(outer, _)| (outer, false));
            let own = || Some((&point.outer.iter().find(|(value, _)| *value == param)?.1, point.differentiated));
            captured.map(|(outer, _)| (outer.clone(), None)).or_else(|| own().map(|(o, d)| (o.clone(), Some(d))))
        };
        let params: Vec<_> = (function.params.iter())
            .filter(|param| needed[param.index()] && !point.values.contains_key(param))
            .map(|&param| (param, stands(param)))
            .collect();
        for (param, outer) in params {
            let known = match outer {
                Some((outer, differentiated)) => self
                    .known(&outer)?
                    .map(|known| Known { differentiated: differentiated.unwrap_or(known.differentiated), ..known }),
                None => None,
            };
            self.remember(level, param, known);
        }
        for index in equations.into_iter().rev() {
            self.evaluate(level, index)?;
        }
        Ok(self.frames.get(level).and_then(|f| f.point.as_ref()?.values.get(&wanted)?.clone()))
    }

    fn remember(&mut self, level: usize, value: IrValue, known: Option<Known>) {
        if let Some(point) = self.frames.get_mut(level).and_then(|frame| frame.point.as_mut()) {
            point.values.insert(value, known);
        }
    }

    /// Evaluates one equation whose operands were evaluated before.
    fn evaluate(&mut self, level: usize, index: usize) -> Result<()> {
        let Some(frame) = self.frames.get(level) else { return Ok(()) };
        let function = frame.builder.function();
        let (Some(point), Some(equation)) = (&frame.point, function.equations.get(index)) else { return Ok(()) };
        let operands: Option<Vec<&Known>> =
            equation.inputs.iter().map(|input| point.values.get(input).and_then(Option::as_ref)).collect();
        let mut left = MAX_WORK;
        let made = operands.and_then(|operands| {
            let arrays: Vec<&Array> = operands.iter().map(|known| &*known.array).collect();
            let made =
                keramos_ir::within(&mut left, || keramos_ir::eval_equation(function, equation, &arrays)).ok()??;
            let differentiated = operands.iter().any(|known| known.differentiated) && !is_constant(equation.op.name());
            let known = |array: Array| Known {
                differentiated: differentiated && array.ty().dtype.is_inexact(),
                array: Rc::new(array),
            };
            Some(made.into_iter().map(known).collect::<Vec<_>>())
        });
        let outputs = equation.outputs.clone();
        self.fuel.spend((MAX_WORK - left) as usize / 8)?;
        let mut made = made.map(Vec::into_iter);
        for output in outputs {
            let known = made.as_mut().and_then(Iterator::next);
            self.remember(level, output, known);
        }
        Ok(())
    }
}

/// Whether a primitive's result has no derivative wherever it has one.
fn is_constant(primitive: &str) -> bool {
    matches!(primitive, "stop_gradient" | "floor" | "ceil" | "round" | "round_even" | "sign")
}

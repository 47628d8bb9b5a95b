//! `scan`.

mod batch;
mod derivative;
mod expand;

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, eval,
};

use super::index;

/// Runs `body` a fixed number of times, handing a carry from one step to the next.
///
/// Operands are the constants, the carry's start, and tensors whose slices along dimension 0 are the
/// steps' inputs. Results are the carry's end, and tensors whose slices are the steps' outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// From constants, carry and a step's inputs to the next carry and the step's outputs.
    pub body: Arc<Function>,
    /// How many operands are constants.
    pub num_consts: usize,
    /// How many operands, after the constants, and how many results are the carry.
    pub num_carry: usize,
    /// The steps.
    pub steps: Steps,
}

/// How often the body of a [`Scan`] runs, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Steps {
    /// The number of steps, which is the size of dimension 0 of what is sliced.
    pub length: usize,
    /// Whether the last slice comes first.
    pub reverse: bool,
    /// How many steps one round of the compiled loop takes, at least 1.
    pub unroll: usize,
}

impl Steps {
    /// `length` steps, the first slice first.
    pub fn new(length: usize) -> Self {
        Steps { length, reverse: false, unroll: 1 }
    }

    /// The same number of steps in the opposite order.
    pub fn reversed(self) -> Self {
        Steps { reverse: !self.reverse, ..self }
    }

    /// The slices in the order of the steps.
    fn order(self) -> impl Iterator<Item = usize> {
        (0..self.length).map(move |step| if self.reverse { self.length - 1 - step } else { step })
    }
}

const NAME: &str = "scan";

/// What belongs to the constants, the carry and the slices of a scan.
#[derive(Clone, Copy)]
struct Parts<T> {
    consts: T,
    carry: T,
    xs: T,
}

impl Scan {
    /// Groups what there is one of for each operand.
    fn parts<'a, T>(&self, all: &'a [T]) -> Parts<&'a [T]> {
        // `infer` has checked that there are enough operands.
        let (consts, rest) = all.split_at_checked(self.num_consts).unwrap_or((all, &[]));
        let (carry, xs) = rest.split_at_checked(self.num_carry).unwrap_or((rest, &[]));
        Parts { consts, carry, xs }
    }

    /// Groups what there is one of for each result.
    fn result_parts<'a, T>(&self, all: &'a [T]) -> (&'a [T], &'a [T]) {
        all.split_at_checked(self.num_carry).unwrap_or((all, &[]))
    }
}

impl Scan {
    /// The function that computes the same without a scan.
    pub(crate) fn expanded(&self) -> Result<Function> {
        expand::expand(self)
    }
}

/// The type of all steps' slices of type `ty` together.
fn stacked(length: usize, ty: &TensorType) -> TensorType {
    ty.with_shape([&[length], &ty.shape[..]].concat())
}

impl Primitive for Scan {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![
            ("body", Attr::Function(self.body.clone())),
            ("num_consts", Attr::from(self.num_consts)),
            ("num_carry", Attr::from(self.num_carry)),
            ("length", Attr::from(self.steps.length)),
            ("reverse", Attr::Bool(self.steps.reverse)),
            ("unroll", Attr::from(self.steps.unroll)),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read = || {
            Ok(Scan {
                body: attrs.function("body")?,
                num_consts: attrs.size("num_consts")?,
                num_carry: attrs.size("num_carry")?,
                steps: Steps {
                    length: attrs.size("length")?,
                    reverse: attrs.bool("reverse")?,
                    unroll: attrs.size("unroll")?,
                },
            })
        };
        (name == NAME).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let error = |message: String| Err(IrError::ty(NAME, message, operands));
        let (body, length) = (&self.body, self.steps.length);
        if self.steps.unroll == 0 {
            return error("unroll must be at least 1".to_owned());
        }
        if operands.len() < self.num_consts + self.num_carry || operands.len() != body.params.len() {
            let (consts, carry, params) = (self.num_consts, self.num_carry, body.params.len());
            return error(format!(
                "{consts} constants and {carry} carried values with inputs for a body of {params} parameters were \
                 promised, {} operands given",
                operands.len()
            ));
        }
        let (given, params) = (self.parts(operands), self.parts(&body.params));
        for (i, (&ty, &param)) in given.consts.iter().zip(params.consts).enumerate() {
            if ty != body.ty(param) {
                return error(format!("constant {i} is {ty}, the body takes {}", body.ty(param)));
            }
        }
        for (i, (&ty, &param)) in given.carry.iter().zip(params.carry).enumerate() {
            if ty != body.ty(param) {
                return error(format!("carry {i} starts as {ty}, the body takes {}", body.ty(param)));
            }
        }
        for (i, (&ty, &param)) in given.xs.iter().zip(params.xs).enumerate() {
            match ty.shape.first() {
                Some(&size) if size == length => {}
                Some(size) => return error(format!("input {i} has {size} slices, the scan {length} steps")),
                None => return error(format!("input {i} is a scalar, which has no slices")),
            }
            if *ty != stacked(length, body.ty(param)) {
                return error(format!(
                    "the slices of input {i}, {ty}, are not what the body takes, {}",
                    body.ty(param)
                ));
            }
        }
        if body.results.len() < self.num_carry {
            let found = body.results.len();
            return error(format!("the body must return {} carried values, it returns {found}", self.num_carry));
        }
        let (carry, ys) = self.result_parts(&body.results);
        for (i, (&ty, &result)) in given.carry.iter().zip(carry).enumerate() {
            if ty != body.ty(result) {
                let to = body.ty(result);
                return error(format!("carry {i} changes its type: it starts as {ty}, and the body returns {to}"));
            }
        }
        let ys = ys.iter().map(|&y| stacked(length, body.ty(y)));
        Ok(given.carry.iter().map(|&ty| ty.clone()).chain(ys).collect())
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        if b.is_separable() {
            derivative::separate(self, b, primals, tangents)
        } else {
            derivative::joint(self, b, primals, tangents)
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        derivative::transpose(self, b, cotangents, operands)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batch::batch(self, b, batch, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        e.inline(&expand::expand(self)?, operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let parts = self.parts(operands);
        let mut carry: Vec<Array> = parts.carry.iter().map(|&x| x.clone()).collect();
        let (_, outputs) = self.result_parts(&self.body.results);
        let mut steps: Vec<Vec<Array>> = vec![Vec::new(); outputs.len()];
        for i in self.steps.order() {
            let consts = parts.consts.iter().map(|&x| x.clone());
            let slices = parts.xs.iter().map(|x| slice(x, i)).collect::<Result<Vec<_>>>()?;
            let args: Vec<Array> = consts.chain(carry).chain(slices).collect();
            carry = eval(&self.body, &args)?;
            let ys = carry.split_off(self.num_carry.min(carry.len()));
            steps.iter_mut().zip(ys).for_each(|(steps, y)| steps.push(y));
        }
        for (mut steps, &output) in steps.into_iter().zip(outputs) {
            if self.steps.reverse {
                steps.reverse();
            }
            let ty = stacked(self.steps.length, self.body.ty(output));
            carry.push(match steps.is_empty() {
                true => Array::full(&ty, 0.0),
                false => index::concatenate(&steps.iter().collect::<Vec<_>>())?.reshaped(ty.shape)?,
            });
        }
        Ok(carry)
    }
}

/// One slice along dimension 0.
fn slice(x: &Array, i: usize) -> Result<Array> {
    let shape = x.ty().shape.get(1..).unwrap_or_default();
    let size: usize = shape.iter().product();
    let positions: Vec<usize> = (i * size..(i + 1) * size).collect();
    index::take(x, shape, &positions)
}

impl Builder {
    /// Runs `body` once for every slice of `xs` along dimension 0, starting with the carry `init`;
    /// returns the last carry and the stacked outputs. See [`Scan`] for the body's parameters.
    ///
    /// # Errors
    /// The body does not fit the operands, or changes a carried value's type.
    pub fn scan(
        &mut self,
        body: &Arc<Function>,
        consts: &[Value],
        init: &[Value],
        xs: &[Value],
        steps: Steps,
    ) -> Result<(Vec<Value>, Vec<Value>)> {
        let scan = Scan { body: body.clone(), num_consts: consts.len(), num_carry: init.len(), steps };
        let mut carry = self.emit(scan, &[consts, init, xs].concat())?;
        let ys = carry.split_off(init.len());
        Ok((carry, ys))
    }
}

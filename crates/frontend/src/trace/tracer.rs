//! The stack of functions being traced.

use std::rc::Rc;

use keramos_ir::ops::Precision;
use keramos_ir::{Array, Builder, DType, Function, Location, Op, TensorType, Value as IrValue};

use super::Tensor;
use super::point::Point;
use crate::error::{Error, Result};
use crate::fuel::Fuel;

/// Elements of the largest constant that its tensor still knows: index arrays and masks of programs.
const MAX_KNOWN: usize = 4096;

/// Dimensions that cost no steps of their own.
const USUAL_RANK: usize = 8;

/// Identifies one function being traced; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameId(u32);

/// Traces operations into the innermost of a stack of functions.
///
/// A tensor of an outer function that is used in an inner one becomes an additional parameter of
/// the inner one; [`Tracer::leave`] tells which outer tensors those parameters stand for.
#[derive(Debug, Default)]
pub struct Tracer {
    /// JAX's 64-bit mode: whether Python numbers are 64 bits wide, and wider types exist at all.
    pub x64: bool,
    /// How exactly products are computed that do not say it themselves.
    pub precision: Precision,
    /// The element type of products that do not say it themselves; `None` for what the factors give.
    pub preferred: Option<DType>,
    /// What stands for the sizes that are not known, while shapes alone are worked out.
    pub(crate) filled: Option<usize>,
    pub(super) frames: Vec<Frame>,
    next: u32,
    place: Option<(Rc<str>, u32, u32)>,
    scopes: Vec<Rc<str>>,
    /// The builder's location is not that of `place` and `scopes` yet.
    stale: bool,
    /// The steps of the compilation, of which equations are some.
    pub(crate) fuel: Fuel,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) id: FrameId,
    pub(super) builder: Builder,
    pub(super) captures: Vec<(Tensor, IrValue)>,
    /// The point that the function is traced at; `None` if it is traced for all values.
    pub(super) point: Option<Point>,
}

/// A function just traced, and the outer tensors that its last parameters stand for.
#[derive(Debug)]
pub struct Traced {
    /// The function; its parameters are those asked for, then one per capture.
    pub function: Function,
    /// The outer tensors to pass for the trailing parameters.
    pub captures: Vec<Tensor>,
}

impl Tracer {
    /// Starts a nested function with parameters of the given types.
    pub fn enter(&mut self, name: &str, params: &[TensorType]) -> Vec<Tensor> {
        let id = FrameId(self.next);
        self.next += 1;
        self.frames.push(Frame { id, builder: Builder::new(name), captures: Vec::new(), point: None });
        self.stale = true;
        params.iter().filter_map(|ty| self.param(ty.clone()).ok()).collect()
    }

    /// Appends a parameter to the innermost function. Only outermost functions may grow parameters
    /// after something was captured.
    ///
    /// # Errors
    /// No function is being traced.
    pub fn param(&mut self, ty: TensorType) -> Result<Tensor> {
        let frame = self.top()?;
        let value = frame.builder.param(ty.clone());
        Ok(Tensor::new(frame.id, value, ty))
    }

    /// Appends a parameter to the outermost function, which captures nothing.
    ///
    /// # Errors
    /// No function is being traced.
    pub fn outermost_param(&mut self, ty: TensorType) -> Result<Tensor> {
        let frame = self.frames.first_mut().ok_or_else(no_frame)?;
        let value = frame.builder.param(ty.clone());
        Ok(Tensor::new(frame.id, value, ty))
    }

    /// Ends the innermost function with the given results.
    ///
    /// # Errors
    /// A result belongs to a function that has ended.
    pub fn leave(&mut self, results: &[Tensor]) -> Result<Traced> {
        let results = results.iter().map(|t| self.resolve(t)).collect::<Result<Vec<_>>>()?;
        let frame = self.frames.pop().ok_or_else(no_frame)?;
        self.stale = true;
        let captures = frame.captures.into_iter().map(|(outer, _)| outer).collect();
        Ok(Traced { function: frame.builder.finish(results), captures })
    }

    /// Drops the innermost function (after an error, or when only types were wanted).
    pub fn abandon(&mut self) {
        self.frames.pop();
        self.stale = true;
    }

    /// How many functions are being traced; pass it to [`Tracer::unwind`] after an error.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Drops functions until `depth` are left.
    pub fn unwind(&mut self, depth: usize) {
        self.frames.truncate(depth);
        self.stale = true;
    }

    /// Applies a primitive.
    ///
    /// # Errors
    /// The operands do not fit, or no function is being traced.
    pub fn emit(&mut self, op: impl Into<Op>, operands: &[&Tensor]) -> Result<Vec<Tensor>> {
        let op = op.into();
        self.build(operands, |b, values| b.emit(op, values))
    }

    /// Applies a primitive with one result.
    ///
    /// # Errors
    /// As [`Tracer::emit`].
    pub fn emit1(&mut self, op: impl Into<Op>, operands: &[&Tensor]) -> Result<Tensor> {
        let op = op.into();
        self.build1(operands, |b, values| b.emit1(op, values))
    }

    /// Runs builder code on operands and wraps its results. They are weak if all operands are.
    ///
    /// # Errors
    /// As [`Tracer::emit`].
    pub fn build(
        &mut self,
        operands: &[&Tensor],
        code: impl FnOnce(&mut Builder, &[IrValue]) -> keramos_ir::Result<Vec<IrValue>>,
    ) -> Result<Vec<Tensor>> {
        let values = operands.iter().map(|t| self.resolve(t)).collect::<Result<Vec<_>>>()?;
        let outputs = self.counted(|b| code(b, &values))?;
        outputs.iter().try_for_each(|output| self.spend_on_rank(output))?;
        let frame = self.top()?;
        let weak = all_weak(operands);
        let wrap = |v| Tensor::new(frame.id, v, frame.builder.ty(v).clone()).weak_if(weak);
        Ok(outputs.into_iter().map(wrap).collect())
    }

    /// As [`Tracer::build`] for code with one result.
    ///
    /// # Errors
    /// As [`Tracer::emit`].
    pub fn build1(
        &mut self,
        operands: &[&Tensor],
        code: impl FnOnce(&mut Builder, &[IrValue]) -> keramos_ir::Result<IrValue>,
    ) -> Result<Tensor> {
        let values = operands.iter().map(|t| self.resolve(t)).collect::<Result<Vec<_>>>()?;
        let value = self.counted(|b| code(b, &values))?;
        self.spend_on_rank(&value)?;
        let frame = self.top()?;
        Ok(Tensor::new(frame.id, value, frame.builder.ty(value).clone()).weak_if(all_weak(operands)))
    }

    /// Runs builder code and takes the steps of the equations that it appends.
    fn counted<T>(&mut self, code: impl FnOnce(&mut Builder) -> keramos_ir::Result<T>) -> Result<T> {
        let builder = &mut self.top()?.builder;
        let before = builder.function().equations.len();
        let made = code(builder)?;
        let appended = builder.function().equations.len() - before;
        self.fuel.spend_on_equations(appended)?;
        Ok(made)
    }

    /// Takes the steps of keeping a shape of more dimensions than programs usually have.
    fn spend_on_rank(&mut self, value: &IrValue) -> Result<()> {
        let rank = self.top()?.builder.ty(*value).rank();
        self.fuel.spend(rank.saturating_sub(USUAL_RANK))
    }

    /// Applies a traced or transformed function by inlining it: `args`, then its captures.
    ///
    /// # Errors
    /// The arguments do not fit the parameters.
    pub fn inline(&mut self, function: &Function, args: &[&Tensor]) -> Result<Vec<Tensor>> {
        self.build(args, |b, values| b.inline(function, values))
    }

    /// A constant.
    ///
    /// # Errors
    /// No function is being traced.
    pub fn constant(&mut self, array: Array) -> Result<Tensor> {
        let known = (array.ty().size() <= MAX_KNOWN).then(|| Rc::new(array.clone()));
        let tensor = self.build1(&[], |b, _| b.constant(array))?;
        Ok(match known {
            Some(array) => tensor.with_constant(array),
            None => tensor,
        })
    }

    /// Sets the source place of operations to come.
    pub fn set_place(&mut self, file: Rc<str>, line: u32, column: u32) {
        self.place = Some((file, line, column));
        self.stale = true;
    }

    /// Enters a named scope (a layer); operations inside carry the path of scopes.
    pub fn push_scope(&mut self, name: impl Into<Rc<str>>) {
        self.scopes.push(name.into());
        self.stale = true;
    }

    /// Leaves the innermost scope.
    pub fn pop_scope(&mut self) {
        self.scopes.pop();
        self.stale = true;
    }

    /// How many scopes are entered; pass it to [`Tracer::unwind_scopes`] after an error.
    pub fn scope_depth(&self) -> usize {
        self.scopes.len()
    }

    /// Leaves scopes until `depth` are left.
    pub fn unwind_scopes(&mut self, depth: usize) {
        self.scopes.truncate(depth);
        self.stale = true;
    }

    /// The path of the current scopes, such as `model/conv2d`.
    pub fn scope_path(&self) -> String {
        self.scopes.join("/")
    }

    fn top(&mut self) -> Result<&mut Frame> {
        let frame = self.frames.last_mut().ok_or_else(no_frame)?;
        if self.stale {
            self.stale = false;
            if let Some((file, line, column)) = &self.place {
                frame.builder.set_location(Location::new(&**file, *line, *column, self.scopes.join("/")));
            }
        }
        Ok(frame)
    }

    /// The value of `tensor` in the innermost function, capturing it level by level if need be.
    fn resolve(&mut self, tensor: &Tensor) -> Result<IrValue> {
        let level = self.frames.iter().rposition(|f| f.id == tensor.frame).ok_or_else(leaked)?;
        let mut here = tensor.clone();
        for frame in &mut self.frames[level + 1..] {
            let known = frame.captures.iter().find(|(outer, _)| outer.frame == here.frame && outer.value == here.value);
            let value = match known {
                Some(&(_, value)) => value,
                None => {
                    let value = frame.builder.param(here.ty().clone());
                    frame.captures.push((here.clone(), value));
                    value
                }
            };
            here = Tensor::new(frame.id, value, here.ty().clone());
        }
        Ok(here.value)
    }
}

/// Whether there are operands and all are weak.
fn all_weak(operands: &[&Tensor]) -> bool {
    !operands.is_empty() && operands.iter().all(|t| t.is_weak())
}

/// The error of a tensor whose function has ended.
pub(crate) fn leaked() -> Error {
    Error::ty("a tensor is used outside the function that it was computed in")
        .help("return it from that function instead of storing it elsewhere")
}

fn no_frame() -> Error {
    Error::internal("a tensor operation was traced outside any function")
}

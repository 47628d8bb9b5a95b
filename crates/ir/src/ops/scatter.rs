//! `scatter`, `scatter_add` and their relatives.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{Binary, BinaryKind, Gather, GatherDims, OutOfBounds, batching, index, rules};

/// Combines updates into windows of a tensor; operands are the tensor, integer indices and updates.
/// The updates have the shape of what a gather with the same dimension numbers yields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scatter {
    /// How an update is combined with what is there.
    pub kind: ScatterKind,
    /// How indices address windows.
    pub dims: GatherDims,
    /// What happens to windows that do not lie inside.
    pub mode: OutOfBounds,
}

/// How an update is combined with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScatterKind {
    /// The last update wins.
    Replace,
    /// Sum.
    Add,
    /// Product.
    Mul,
    /// Maximum.
    Max,
    /// Minimum.
    Min,
}

impl ScatterKind {
    /// All of them.
    pub const ALL: &[ScatterKind] =
        &[ScatterKind::Replace, ScatterKind::Add, ScatterKind::Mul, ScatterKind::Max, ScatterKind::Min];

    fn name(self) -> &'static str {
        match self {
            ScatterKind::Replace => "scatter",
            ScatterKind::Add => "scatter_add",
            ScatterKind::Mul => "scatter_mul",
            ScatterKind::Max => "scatter_max",
            ScatterKind::Min => "scatter_min",
        }
    }

    fn combine(self) -> Option<Binary> {
        match self {
            ScatterKind::Replace => None,
            ScatterKind::Add => Some(Binary(BinaryKind::Add)),
            ScatterKind::Mul => Some(Binary(BinaryKind::Mul)),
            ScatterKind::Max => Some(Binary(BinaryKind::Max)),
            ScatterKind::Min => Some(Binary(BinaryKind::Min)),
        }
    }
}

impl Scatter {
    /// The window's size in each dimension of the operand, from the updates' shape.
    fn slice_sizes(&self, operand: &TensorType, updates: &TensorType) -> Vec<usize> {
        let mut sizes = vec![1; operand.rank()];
        for (d, &o) in self.dims.window_dims(operand.rank()).into_iter().zip(&self.dims.offset_dims) {
            sizes[d] = updates.shape.get(o).copied().unwrap_or(0);
        }
        sizes
    }

    fn gather(&self, operand: &TensorType, updates: &TensorType) -> Gather {
        let slice_sizes = self.slice_sizes(operand, updates);
        Gather { dims: self.dims.clone(), slice_sizes, mode: self.mode.linear() }
    }

    /// Where several updates meet, only the one that won counts, and where one arrived the operand does
    /// not. Each index vector's updates carry a number; scattering the numbers tells who won.
    fn replace_jvp(&self, b: &mut Builder, primals: [Value; 3], tangents: [Option<Value>; 3]) -> Result<Dual> {
        let [x, indices, updates] = primals;
        let y = b.emit1(self.clone(), &primals)?;
        let (x_ty, updates_ty) = (b.ty(x).clone(), b.ty(updates).clone());
        let mut batch = b.ty(indices).shape.clone();
        batch.pop();
        let count = batch.iter().product::<usize>();
        let numbers = b.iota(&TensorType::new(DType::I32, [count]), 0)?;
        let numbers = b.add_scalar(numbers, 1.0)?;
        let numbers = b.reshape(numbers, &batch)?;
        let batch_dims = rules::other_dims(updates_ty.rank(), &self.dims.offset_dims);
        let numbers = b.broadcast_in_dim(numbers, &updates_ty.shape, &batch_dims)?;
        let nobody = b.full(&x_ty.with_dtype(DType::I32), 0.0)?;
        let winners = b.emit1(self.clone(), &[nobody, indices, numbers])?;

        let untouched = b.eq(winners, nobody)?;
        let dx = rules::instantiate(b, tangents[0], x)?;
        let zeros = b.full_like(x, 0.0)?;
        let dx = b.select(untouched, dx, zeros)?;
        let Some(d_updates) = tangents[2] else { return Ok((vec![y], vec![Some(dx)])) };
        let arrived = b.emit1(self.gather(&x_ty, &updates_ty), &[winners, indices])?;
        let won = b.eq(arrived, numbers)?;
        let zeros = b.full_like(updates, 0.0)?;
        let d_updates = b.select(won, d_updates, zeros)?;
        let add = Scatter { kind: ScatterKind::Add, ..self.clone() };
        Ok((vec![y], vec![Some(b.emit1(add, &[dx, indices, d_updates])?)]))
    }
}

impl Scatter {
    /// Where several elements share the extremum, those that were there and those that arrived, they share the
    /// derivative equally. A NaN equals nothing, so that where one arrives the derivative is zero; elements at which
    /// no update arrives keep theirs.
    fn extremum_jvp(
        &self,
        b: &mut Builder,
        [x, indices, updates]: [Value; 3],
        [dx, d_updates]: [Option<Value>; 2],
    ) -> Result<Dual> {
        let y = b.emit1(self.clone(), &[x, indices, updates])?;
        if dx.is_none() && d_updates.is_none() {
            return Ok((vec![y], vec![None]));
        }
        let (ty, updates_ty) = (b.ty(x).clone(), b.ty(updates).clone());
        let gather = self.gather(&ty, &updates_ty);
        let add = Scatter { kind: ScatterKind::Add, ..self.clone() };
        let extremes = b.emit1(gather.clone(), &[y, indices])?;
        let hit = b.eq(updates, extremes)?;
        let hit = b.convert(hit, ty.dtype)?;
        let stayed = b.eq(x, y)?;
        let stayed = b.convert(stayed, ty.dtype)?;
        let count = b.emit1(add.clone(), &[stayed, indices, hit])?;
        let mut tangent = b.full_like(x, 0.0)?;
        if let Some(dx) = dx {
            let (none, one) = (b.full_like(count, 0.0)?, b.full_like(count, 1.0)?);
            let ones = b.full_like(updates, 1.0)?;
            let arrived = b.emit1(add.clone(), &[none, indices, ones])?;
            let untouched = b.eq(arrived, none)?;
            let at_least_one = b.max(count, one)?;
            let share = b.div(stayed, at_least_one)?;
            let share = b.select(untouched, one, share)?;
            tangent = b.mul(dx, share)?;
        }
        if let Some(d_updates) = d_updates {
            // Updates out of bounds see a count of zero, and go nowhere.
            let counts = b.emit1(gather, &[count, indices])?;
            let (none, one) = (b.full_like(counts, 0.0)?, b.full_like(counts, 1.0)?);
            let outside = b.eq(counts, none)?;
            let counts = b.select(outside, one, counts)?;
            let share = b.div(hit, counts)?;
            let arriving = b.mul(d_updates, share)?;
            tangent = b.emit1(add, &[tangent, indices, arriving])?;
        }
        Ok((vec![y], vec![Some(tangent)]))
    }
}

impl Primitive for Scatter {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn attrs(&self) -> Attrs {
        let mut attrs = self.dims.attrs();
        attrs.push(("mode", self.mode.attr()));
        attrs
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let &kind = ScatterKind::ALL.iter().find(|kind| kind.name() == name)?;
        let mut read = || Ok(Scatter { kind, dims: GatherDims::parse(attrs)?, mode: OutOfBounds::parse(attrs)? });
        Some(read())
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, indices, updates] = rules::operands(self.name(), operands)?;
        let fail = |message: String| IrError::ty(self.name(), message, operands);
        let shape = self.dims.result_shape(x, indices, &self.slice_sizes(x, updates)).map_err(fail)?;
        if *updates != x.with_shape(shape.clone()) {
            return Err(fail(format!("the updates must be {}", x.with_shape(shape))));
        }
        if self.kind.combine().is_some() && x.dtype == DType::Bool {
            return Err(fail("is not defined for bool".to_owned()));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        match (self.kind, primals, tangents) {
            (ScatterKind::Add, ..) => rules::jointly_linear_jvp(b, self, primals, tangents, |i| i != 1),
            (ScatterKind::Replace, &[x, indices, updates], &[dx, d_indices, d_updates]) => {
                self.replace_jvp(b, [x, indices, updates], [dx, d_indices, d_updates])
            }
            (ScatterKind::Mul, &[_, indices, updates], &[Some(dx), _, None]) => {
                let y = b.emit1(self.clone(), primals)?;
                Ok((vec![y], vec![Some(b.emit1(self.clone(), &[dx, indices, updates])?)]))
            }
            (ScatterKind::Max | ScatterKind::Min, &[x, indices, updates], &[dx, _, d_updates]) => {
                self.extremum_jvp(b, [x, indices, updates], [dx, d_updates])
            }
            _ => {
                let message = "products have no derivative in the updates, several of which may meet";
                rules::no_rule(self.name(), "jvp", message, b.location())
            }
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        if let (ScatterKind::Mul, &[Some(ct)], [Operand::Linear(_), Operand::Known(indices), Operand::Known(updates)]) =
            (self.kind, cotangents, operands)
        {
            return Ok(vec![Some(b.emit1(self.clone(), &[ct, *indices, *updates])?), None, None]);
        }
        let (ScatterKind::Add, &[Some(ct)], [x, Operand::Known(indices), updates]) = (self.kind, cotangents, operands)
        else {
            return rules::not_linear(self.name(), b);
        };
        let update_ct = if updates.is_linear() {
            let gather = self.gather(rules::operand_type(b, x), rules::operand_type(b, updates));
            Some(b.emit1(gather, &[ct, *indices])?)
        } else {
            None
        };
        Ok(vec![x.is_linear().then_some(ct), None, update_ct])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [x, indices, updates] = batching::operands(self.name(), operands)?;
        let (x, updates) = (batching::front(b, batch, x)?, batching::front(b, batch, updates)?);
        let scatter = Scatter { dims: self.dims.batched(true, indices.mapped), ..*self };
        Ok(vec![Mapped::yes(b.emit1(scatter, &[x, indices.value, updates])?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[x, mut indices, updates], [result]) = (operands, results) else {
            return rules::not_lowered(self.name());
        };
        // StableHLO's own treatment of windows outside is to ignore the update.
        if self.mode == OutOfBounds::Clip {
            let mut b = Builder::new(self.name());
            let param = b.param(e.ty(indices).clone());
            let last = self.dims.last_starts(&mut b, result, param, &self.slice_sizes(result, e.ty(updates)))?;
            let zero = b.full_like(param, 0.0)?;
            let clipped = b.clamp(zero, param, last)?;
            for clipped in e.inline(&b.finish(vec![clipped]), &[indices])? {
                indices = clipped;
            }
        }
        let mut b = Builder::new(self.name());
        let [old, new] = [(); 2].map(|()| b.param(TensorType::scalar(result.dtype)));
        let combined = match self.kind.combine() {
            Some(combine) => b.emit1(combine, &[old, new])?,
            None => new,
        };
        let vector_dim = e.ty(indices).rank().saturating_sub(1);
        e.op(HloOp {
            name: "stablehlo.scatter",
            operands: &[x, indices, updates],
            attributes: vec![
                ("scatter_dimension_numbers", self.dims.scatter_attribute(vector_dim)),
                ("indices_are_sorted", "false".to_owned()),
                ("unique_indices", "false".to_owned()),
            ],
            regions: vec![Arc::new(b.finish(vec![combined]))],
            results,
        })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, indices, updates] = rules::arrays(self.name(), operands)?;
        let sizes = self.slice_sizes(x.ty(), updates.ty());
        // Whatever was promised, updates outside are ignored, as StableHLO does; only `clip` moves them.
        let mode = if self.mode == OutOfBounds::Clip { OutOfBounds::Clip } else { OutOfBounds::Fill };
        let positions = self.dims.positions(self.name(), x.ty(), indices, &sizes, mode)?;
        let arrivals = positions.into_iter().enumerate().filter_map(|(from, to)| Some((from, to?)));
        match self.kind.combine() {
            Some(Binary(combine)) => {
                Ok(vec![combine.kernel().fold(self.name(), x, updates, arrivals.collect::<Vec<_>>().as_slice())?])
            }
            None => {
                let mut sources: Vec<usize> = (0..x.ty().size()).collect();
                for (from, to) in arrivals {
                    sources[to] = x.ty().size() + from;
                }
                Ok(vec![index::take(&index::concatenate(&[x, updates])?, &x.ty().shape, &sources)?])
            }
        }
    }
}

impl Builder {
    /// Combines `updates` into windows of `x`; the last dimension of the integer `indices` holds index
    /// vectors, and the updates have the shape of what a gather with the same dimension numbers yields.
    ///
    /// # Errors
    /// Dimension numbers and operands do not fit each other.
    pub fn scatter(
        &mut self,
        kind: ScatterKind,
        x: Value,
        indices: Value,
        updates: Value,
        dims: GatherDims,
        mode: OutOfBounds,
    ) -> Result<Value> {
        self.emit1(Scatter { kind, dims, mode }, &[x, indices, updates])
    }
}

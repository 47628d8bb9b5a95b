//! `slice`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{Padding, batching, index, rules};

/// Takes indices `start`, `start + stride`, … below `limit` of each dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The first index of each dimension.
    pub start: Vec<usize>,
    /// The first index of each dimension that is not taken any more.
    pub limit: Vec<usize>,
    /// The step of each dimension, at least 1.
    pub strides: Vec<usize>,
}

const NAME: &str = "slice";

impl Slice {
    fn shape(&self) -> Vec<usize> {
        let bounds = self.start.iter().zip(&self.limit).zip(&self.strides);
        bounds.map(|((&start, &limit), &stride)| (limit - start).div_ceil(stride)).collect()
    }
}

impl Primitive for Slice {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![
            ("start", Attr::from(&self.start)),
            ("limit", Attr::from(&self.limit)),
            ("strides", Attr::from(&self.strides)),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            Ok(Slice { start: attrs.sizes("start")?, limit: attrs.sizes("limit")?, strides: attrs.sizes("strides")? })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        let lengths = [self.start.len(), self.limit.len(), self.strides.len()];
        let fits = lengths == [x.rank(); 3]
            && (0..x.rank())
                .all(|d| self.start[d] <= self.limit[d] && self.limit[d] <= x.shape[d] && self.strides[d] >= 1);
        if !fits {
            let message = format!("cannot take {:?} to {:?} in steps of {:?}", self.start, self.limit, self.strides);
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x.with_shape(self.shape())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::linear_jvp(b, self, primals, tangents)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        rules::linear_transpose(cotangents, operands, |ct, x| {
            let padding: Vec<Padding> = (0..x.rank())
                .map(|d| {
                    let taken = b.ty(ct).shape[d];
                    let interior = self.strides[d] - 1;
                    let covered = taken + taken.saturating_sub(1) * interior;
                    let high = x.shape[d] as i64 - self.start[d] as i64 - covered as i64;
                    Padding { low: self.start[d] as i64, high, interior }
                })
                .collect();
            b.pad_zero(ct, &padding)
        })
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let slice = Slice {
            start: batching::with_first(0, &self.start),
            limit: batching::with_first(batch.size, &self.limit),
            strides: batching::with_first(1, &self.strides),
        };
        batching::apply(b, batch, slice, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![
            ("start_indices", i64_array(&self.start)),
            ("limit_indices", i64_array(&self.limit)),
            ("strides", i64_array(&self.strides)),
        ];
        e.op(HloOp { name: "stablehlo.slice", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let from = index::strides(&x.ty().shape);
        let base = index::flat(&self.start, &from);
        let steps: Vec<usize> = from.iter().zip(&self.strides).map(|(a, b)| a * b).collect();
        Ok(vec![index::rearrange(x, &self.shape(), |at| base + index::flat(at, &steps))?])
    }
}

impl Builder {
    /// Indices `start`, `start + stride`, … below `limit` of each dimension. Emits nothing if that is
    /// everything.
    ///
    /// # Errors
    /// The bounds do not lie in `x`, or a stride is 0.
    pub fn slice(&mut self, x: Value, start: &[usize], limit: &[usize], strides: &[usize]) -> Result<Value> {
        let whole = start.iter().all(|&s| s == 0) && limit == self.ty(x).shape && strides.iter().all(|&s| s == 1);
        if whole && start.len() == limit.len() && strides.len() == limit.len() {
            return Ok(x);
        }
        self.emit1(Slice { start: start.to_vec(), limit: limit.to_vec(), strides: strides.to_vec() }, &[x])
    }

    /// Indices `start..limit` of dimension `dim`, all of the others.
    ///
    /// # Errors
    /// The bounds do not lie in `x`.
    pub fn slice_in_dim(&mut self, x: Value, start: usize, limit: usize, dim: usize) -> Result<Value> {
        let mut limits = self.ty(x).shape.clone();
        let (mut starts, strides) = (vec![0; limits.len()], vec![1; limits.len()]);
        if dim >= limits.len() {
            return Err(IrError::ty(NAME, format!("there is no dimension {dim}"), &[self.ty(x)]));
        }
        (starts[dim], limits[dim]) = (start, limit);
        self.slice(x, &starts, &limits, &strides)
    }
}

//! Communication between the examples of a batch: `psum`, `all_gather` and their relatives.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, Shape,
    TensorType, Value,
};

use super::{Extremum, Monoid, batching, rules};

/// A function of the operands of all examples along a named axis, told by each example.
///
/// It has a meaning only under [`crate::transform::vmap()`] over the axis, whose `batch` rule replaces it
/// by ordinary primitives: evaluated or lowered before that, it is an [`IrError::UnboundAxis`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Collective {
    /// What is computed.
    pub kind: CollectiveKind,
    /// The name of the axis.
    pub axis_name: Arc<str>,
    /// The size of the axis.
    pub axis_size: usize,
}

/// What a [`Collective`] computes. Dimensions are the operand's for one example; n is the axis's size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CollectiveKind {
    /// The sum over the examples.
    Sum,
    /// The largest or smallest over the examples.
    Extremum(Extremum),
    /// Which example this is, as `i32`. Has no operand.
    Index,
    /// All examples: along a new dimension `dim` or, if tiled, one after the other along dimension `dim`.
    Gather {
        /// The dimension of the result.
        dim: usize,
        /// Whether the dimension exists already.
        tiled: bool,
    },
    /// The operand of another example: for each pair (from, to), that of `from` for `to`. Others get zeros.
    Permute {
        /// Pairs of different examples on either side.
        pairs: Vec<(usize, usize)>,
    },
    /// Of each example's operand, the piece for this one: the operand is cut into n pieces along `split`,
    /// which is dropped unless tiled, and the pieces lie along `concat` (of the result), new unless tiled.
    Exchange {
        /// The dimension that is cut.
        split: usize,
        /// The dimension of the pieces.
        concat: usize,
        /// Whether pieces keep the dimension that is cut, and are joined along one that exists.
        tiled: bool,
    },
    /// This example's piece of the sum over the examples, cut into n pieces along `dim`, which is dropped
    /// unless tiled.
    SumScatter {
        /// The dimension that is cut.
        dim: usize,
        /// Whether the piece keeps the dimension.
        tiled: bool,
    },
}

impl Collective {
    fn shape(&self, x: &[usize]) -> Option<Shape> {
        let n = self.axis_size;
        let mut shape = x.to_vec();
        let cut = |shape: &mut Shape, dim: usize, tiled: bool| {
            let &size = shape.get(dim)?;
            if tiled && n > 0 && size % n == 0 {
                shape[dim] = size / n;
            } else if !tiled && size == n {
                shape.remove(dim);
            } else {
                return None;
            }
            Some(())
        };
        let join = |shape: &mut Shape, dim: usize, tiled: bool| {
            if tiled {
                *shape.get_mut(dim)? *= n;
            } else if dim <= shape.len() {
                shape.insert(dim, n);
            } else {
                return None;
            }
            Some(())
        };
        match self.kind {
            CollectiveKind::Gather { dim, tiled } => join(&mut shape, dim, tiled)?,
            CollectiveKind::SumScatter { dim, tiled } => cut(&mut shape, dim, tiled)?,
            CollectiveKind::Exchange { split, concat, tiled } => {
                cut(&mut shape, split, tiled)?;
                join(&mut shape, concat, tiled)?;
            }
            _ => {}
        }
        Some(shape)
    }

    /// Whether the pairs name examples, each at most once on either side.
    fn pairs_fit(&self) -> bool {
        let CollectiveKind::Permute { pairs } = &self.kind else { return true };
        let (from, to): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
        rules::are_dims(&from, self.axis_size) && rules::are_dims(&to, self.axis_size)
    }

    fn with_kind(&self, kind: CollectiveKind) -> Collective {
        Collective { kind, ..self.clone() }
    }

    /// The same for a batch over another axis: its examples come first.
    fn shifted(&self) -> Collective {
        let mut kind = self.kind.clone();
        match &mut kind {
            CollectiveKind::Gather { dim, .. } | CollectiveKind::SumScatter { dim, .. } => *dim += 1,
            CollectiveKind::Exchange { split, concat, .. } => {
                *split += 1;
                *concat += 1;
            }
            _ => {}
        }
        self.with_kind(kind)
    }

    fn unbound<T>(&self) -> Result<T> {
        Err(IrError::UnboundAxis { op: self.name(), axis: self.axis_name.to_string() })
    }

    /// The collective over the batch's own axis.
    fn over_batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Mapped> {
        let n = batch.size;
        if self.kind == CollectiveKind::Index {
            let ty = TensorType::new(DType::I32, [n]);
            return Ok(Mapped::yes(b.iota(&ty, 0)?));
        }
        let [x] = batching::operands(self.name(), operands)?;
        match &self.kind {
            CollectiveKind::Sum if x.mapped => Ok(Mapped::no(b.reduce_sum(x.value, &[0])?)),
            CollectiveKind::Sum => Ok(Mapped::no(b.mul_scalar(x.value, n as f64)?)),
            CollectiveKind::Extremum(extremum) if x.mapped => {
                Ok(Mapped::no(b.reduce(extremum.monoid(), x.value, &[0])?))
            }
            CollectiveKind::Extremum(_) | CollectiveKind::Index => Ok(x),
            &CollectiveKind::Gather { dim, tiled } => {
                let front = batching::front(b, batch, x)?;
                let gathered = b.move_axis(front, 0, dim)?;
                Ok(Mapped::no(if tiled { merge(b, gathered, dim)? } else { gathered }))
            }
            CollectiveKind::Permute { pairs } => {
                let front = batching::front(b, batch, x)?;
                permute(b, front, pairs).map(Mapped::yes)
            }
            &CollectiveKind::Exchange { split: dim, concat, tiled } => {
                let front = batching::front(b, batch, x)?;
                let front = if tiled { split(b, front, dim + 1, n)? } else { front };
                // The pieces' receivers come first, their senders second.
                let receivers = b.move_axis(front, dim + 1, 0)?;
                let placed = b.move_axis(receivers, 1, concat + 1)?;
                Ok(Mapped::yes(if tiled { merge(b, placed, concat + 1)? } else { placed }))
            }
            &CollectiveKind::SumScatter { dim, tiled } => {
                let sum = self.with_kind(CollectiveKind::Sum).over_batch(b, batch, operands)?;
                let pieces = if tiled { split(b, sum.value, dim, n)? } else { sum.value };
                Ok(Mapped::yes(b.move_axis(pieces, dim, 0)?))
            }
        }
    }
}

/// Makes dimensions `dim` and `dim + 1` one.
fn merge(b: &mut Builder, x: Value, dim: usize) -> Result<Value> {
    let mut shape = b.ty(x).shape.clone();
    let major = shape.remove(dim);
    shape[dim] *= major;
    b.reshape(x, &shape)
}

/// Splits dimension `dim` into `n` pieces, along a new dimension `dim`.
fn split(b: &mut Builder, x: Value, dim: usize, n: usize) -> Result<Value> {
    let mut shape = b.ty(x).shape.clone();
    shape[dim] /= n;
    shape.insert(dim, n);
    b.reshape(x, &shape)
}

/// The rows of `x` sent along the pairs, zeros in rows that nothing is sent to.
fn permute(b: &mut Builder, x: Value, pairs: &[(usize, usize)]) -> Result<Value> {
    let n = b.ty(x).shape.first().copied().unwrap_or(0);
    let zero_row = b.ty(x).with_shape(batching::with_first(1, b.ty(x).shape.get(1..).unwrap_or(&[])));
    let mut rows = Vec::with_capacity(n);
    for to in 0..n {
        rows.push(match pairs.iter().find(|pair| pair.1 == to) {
            Some(&(from, _)) => b.slice_in_dim(x, from, from + 1, 0)?,
            None => b.full(&zero_row, 0.0)?,
        });
    }
    if rows.is_empty() { Ok(x) } else { b.concatenate(&rows, 0) }
}

impl Primitive for Collective {
    fn name(&self) -> &'static str {
        match &self.kind {
            CollectiveKind::Sum => "psum",
            CollectiveKind::Extremum(Extremum::Max) => "pmax",
            CollectiveKind::Extremum(Extremum::Min) => "pmin",
            CollectiveKind::Index => "axis_index",
            CollectiveKind::Gather { .. } => "all_gather",
            CollectiveKind::Permute { .. } => "ppermute",
            CollectiveKind::Exchange { .. } => "all_to_all",
            CollectiveKind::SumScatter { .. } => "psum_scatter",
        }
    }

    fn attrs(&self) -> Attrs {
        let mut attrs =
            vec![("axis_name", Attr::Name(self.axis_name.to_string())), ("axis_size", Attr::from(self.axis_size))];
        match &self.kind {
            CollectiveKind::Gather { dim, tiled } | CollectiveKind::SumScatter { dim, tiled } => {
                attrs.extend([("dim", Attr::from(*dim)), ("tiled", Attr::Bool(*tiled))]);
            }
            CollectiveKind::Exchange { split, concat, tiled } => attrs.extend([
                ("split", Attr::from(*split)),
                ("concat", Attr::from(*concat)),
                ("tiled", Attr::Bool(*tiled)),
            ]),
            CollectiveKind::Permute { pairs } => {
                let pairs = pairs.iter().map(|&(from, to)| vec![from as i64, to as i64]);
                attrs.push(("pairs", Attr::IntLists(pairs.collect())));
            }
            CollectiveKind::Sum | CollectiveKind::Extremum(_) | CollectiveKind::Index => {}
        }
        attrs
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let kind = match name {
            "psum" => Ok(CollectiveKind::Sum),
            "pmax" => Ok(CollectiveKind::Extremum(Extremum::Max)),
            "pmin" => Ok(CollectiveKind::Extremum(Extremum::Min)),
            "axis_index" => Ok(CollectiveKind::Index),
            "all_gather" => {
                attrs.size("dim").and_then(|dim| Ok(CollectiveKind::Gather { dim, tiled: attrs.bool("tiled")? }))
            }
            "psum_scatter" => {
                attrs.size("dim").and_then(|dim| Ok(CollectiveKind::SumScatter { dim, tiled: attrs.bool("tiled")? }))
            }
            "all_to_all" => attrs.size("split").and_then(|split| {
                Ok(CollectiveKind::Exchange { split, concat: attrs.size("concat")?, tiled: attrs.bool("tiled")? })
            }),
            "ppermute" => attrs.size_lists("pairs").and_then(|pairs| {
                let pair = |pair: Vec<usize>| match *pair.as_slice() {
                    [from, to] => Ok((from, to)),
                    _ => Err("attribute pairs must be a list of pairs".to_owned()),
                };
                Ok(CollectiveKind::Permute { pairs: pairs.into_iter().map(pair).collect::<Result<_, _>>()? })
            }),
            _ => return None,
        };
        Some(kind.and_then(|kind| {
            Ok(Collective { kind, axis_name: attrs.name("axis_name")?.into(), axis_size: attrs.size("axis_size")? })
        }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        if self.kind == CollectiveKind::Index {
            let [] = rules::operands(self.name(), operands)?;
            return Ok(vec![TensorType::scalar(DType::I32)]);
        }
        let [x] = rules::operands(self.name(), operands)?;
        let sums = matches!(self.kind, CollectiveKind::Sum | CollectiveKind::SumScatter { .. });
        if sums && !Monoid::Sum.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        let n = self.axis_size;
        if !self.pairs_fit() {
            let message = format!("the pairs must name each of {n} examples at most once on either side");
            return Err(IrError::ty(self.name(), message, operands));
        }
        match self.shape(&x.shape) {
            Some(shape) => Ok(vec![x.with_shape(shape)]),
            None => {
                let message = format!("the dimensions do not fit an axis {} of size {n}", self.axis_name);
                Err(IrError::ty(self.name(), message, operands))
            }
        }
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        match self.kind {
            CollectiveKind::Extremum(_) => {
                let message = "gather the examples with all_gather and reduce them instead";
                rules::no_rule(self.name(), "jvp", message, b.location())
            }
            _ => rules::linear_jvp(b, self, primals, tangents),
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let kind = match &self.kind {
            // What one example gives to the others comes back from all of them.
            CollectiveKind::Sum => CollectiveKind::Sum,
            &CollectiveKind::Gather { dim, tiled } => CollectiveKind::SumScatter { dim, tiled },
            &CollectiveKind::SumScatter { dim, tiled } => CollectiveKind::Gather { dim, tiled },
            &CollectiveKind::Exchange { split, concat, tiled } => {
                CollectiveKind::Exchange { split: concat, concat: split, tiled }
            }
            CollectiveKind::Permute { pairs } => {
                CollectiveKind::Permute { pairs: pairs.iter().map(|&(from, to)| (to, from)).collect() }
            }
            CollectiveKind::Extremum(_) | CollectiveKind::Index => return rules::not_linear(self.name(), b),
        };
        let back = self.with_kind(kind);
        rules::linear_transpose(cotangents, operands, |ct, _| b.emit1(back, &[ct]))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        if batch.axis_name.as_ref() != Some(&self.axis_name) {
            return batching::apply(b, batch, self.shifted(), operands);
        }
        if self.axis_size != batch.size {
            let message = format!("axis {} has size {}, not {}", self.axis_name, batch.size, self.axis_size);
            return Err(IrError::ty(self.name(), message, &[]));
        }
        Ok(vec![self.over_batch(b, batch, operands)?])
    }

    fn lower(&self, _: &mut dyn Emitter, _: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        self.unbound()
    }

    fn eval(&self, _: &[&Array]) -> Result<Vec<Array>> {
        self.unbound()
    }
}

impl Builder {
    /// A collective over the axis called `axis_name`, of size `axis_size`; `x` is its operand if it has one.
    ///
    /// # Errors
    /// The dimensions do not fit the operand or the axis.
    pub fn collective(
        &mut self,
        kind: CollectiveKind,
        axis_name: &Arc<str>,
        axis_size: usize,
        x: Option<Value>,
    ) -> Result<Value> {
        let operands: Vec<Value> = x.into_iter().collect();
        self.emit1(Collective { kind, axis_name: axis_name.clone(), axis_size }, &operands)
    }

    /// The sum of `x` over the examples along the axis called `axis_name`.
    ///
    /// # Errors
    /// The elements are `bool`.
    pub fn psum(&mut self, x: Value, axis_name: &Arc<str>, axis_size: usize) -> Result<Value> {
        self.collective(CollectiveKind::Sum, axis_name, axis_size, Some(x))
    }

    /// Which example along the axis called `axis_name` this is, as `i32`.
    ///
    /// # Errors
    /// None.
    pub fn axis_index(&mut self, axis_name: &Arc<str>, axis_size: usize) -> Result<Value> {
        self.collective(CollectiveKind::Index, axis_name, axis_size, None)
    }
}

//! `pad`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::{batching, index, rules};

/// What [`Pad`] adds to one dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Padding {
    /// Elements before the first; negative removes elements.
    pub low: i64,
    /// Elements after the last; negative removes elements.
    pub high: i64,
    /// Elements between neighbours.
    pub interior: usize,
}

impl Padding {
    /// Padding at the edges only.
    pub fn edges(low: i64, high: i64) -> Self {
        Padding { low, high, interior: 0 }
    }

    /// The padded size of a dimension, `None` if more is removed than there is.
    pub fn size(self, n: usize) -> Option<usize> {
        let dilated = n.saturating_add(n.saturating_sub(1).saturating_mul(self.interior));
        let dilated = i64::try_from(dilated).unwrap_or(i64::MAX);
        usize::try_from(dilated.saturating_add(self.low).saturating_add(self.high)).ok()
    }
}

/// Surrounds and interleaves a tensor with a scalar; operands are tensor and scalar.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pad {
    /// The padding of each dimension.
    pub padding: Vec<Padding>,
}

const NAME: &str = "pad";

impl Primitive for Pad {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        let rows = self.padding.iter().map(|p| vec![p.low, p.high, p.interior as i64]).collect();
        vec![("padding", Attr::IntLists(rows))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let row = |row: Vec<i64>| match *row.as_slice() {
            [low, high, interior] if interior >= 0 => Ok(Padding { low, high, interior: interior as usize }),
            _ => Err("padding must be [low, high, interior] for each dimension".to_owned()),
        };
        (name == NAME).then(|| {
            let padding = attrs.int_lists("padding")?.into_iter().map(row).collect::<Result<_, _>>()?;
            Ok(Pad { padding })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, value] = rules::operands(NAME, operands)?;
        if value.rank() != 0 || value.dtype != x.dtype {
            return Err(IrError::ty(NAME, "the padding value must be a scalar of the operand's type", operands));
        }
        let sizes: Option<Vec<usize>> = x.shape.iter().zip(&self.padding).map(|(&n, p)| p.size(n)).collect();
        match sizes {
            Some(shape) if self.padding.len() == x.rank() => Ok(vec![x.with_shape(shape)]),
            _ => {
                let pads: Vec<String> =
                    self.padding.iter().map(|p| format!("({}, {}, {})", p.low, p.high, p.interior)).collect();
                let message = format!("cannot pad by [{}], each (low, high, interior)", pads.join(", "));
                Err(IrError::ty(NAME, message, operands))
            }
        }
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::jointly_linear_jvp(b, self, primals, tangents, |_| true)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let (&[Some(ct)], [x, value]) = (cotangents, operands) else { return Ok(vec![None, None]) };
        // Undo the edges by negative padding, then the interior by a strided slice.
        let edges: Vec<Padding> = self.padding.iter().map(|p| Padding::edges(-p.low, -p.high)).collect();
        let dilated = b.pad_zero(ct, &edges)?;
        let strides: Vec<usize> = self.padding.iter().map(|p| p.interior + 1).collect();
        let limit = b.ty(dilated).shape.clone();
        let own = b.slice(dilated, &vec![0; limit.len()], &limit, &strides)?;
        let value_ct = if value.is_linear() {
            let all = (0..limit.len()).collect::<Vec<_>>();
            let (total, inside) = (b.reduce_sum(ct, &all)?, b.reduce_sum(own, &all)?);
            Some(b.sub(total, inside)?)
        } else {
            None
        };
        Ok(vec![x.is_linear().then_some(own), value_ct])
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [x, value] = batching::operands(NAME, operands)?;
        let pad = Pad { padding: batching::with_first(Padding::default(), &self.padding) };
        if !value.mapped {
            let x = batching::front(b, batch, x)?;
            return Ok(vec![Mapped::yes(b.emit1(pad, &[x, value.value])?)]);
        }
        // Pad with anything, and choose each example's own value where there is padding.
        let own = b.full(&TensorType::new(DType::Bool, batching::example_type(b, x).shape), 1.0)?;
        let own = b.pad_zero(own, &self.padding)?;
        let own = batching::front(b, batch, Mapped::no(own))?;
        let shape = b.ty(own).shape.clone();
        let x = batching::front(b, batch, x)?;
        let x = b.pad_zero(x, &pad.padding)?;
        let value = b.broadcast_in_dim(value.value, &shape, &[0])?;
        Ok(vec![Mapped::yes(b.select(own, x, value)?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let column = |f: fn(&Padding) -> i64| i64_array(&self.padding.iter().map(f).collect::<Vec<_>>());
        let attributes = vec![
            ("edge_padding_low", column(|p| p.low)),
            ("edge_padding_high", column(|p| p.high)),
            ("interior_padding", column(|p| p.interior as i64)),
        ];
        e.op(HloOp { name: "stablehlo.pad", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, value] = rules::arrays(NAME, operands)?;
        let result = self.infer(&[x.ty(), value.ty()])?.remove(0);
        let strides = index::strides(&x.ty().shape);
        let with_value = index::concatenate(&[x, value])?;
        Ok(vec![index::rearrange(&with_value, &result.shape, |at| {
            let inside = at.iter().enumerate().map(|(d, &i)| {
                let p = self.padding[d];
                let step = p.interior as i64 + 1;
                let from = i as i64 - p.low;
                let n = x.ty().shape[d] as i64;
                (from >= 0 && from % step == 0 && from / step < n).then(|| (from / step) as usize * strides[d])
            });
            inside.sum::<Option<usize>>().unwrap_or(x.ty().size())
        })?])
    }
}

impl Builder {
    /// Surrounds and interleaves `x` with the scalar `value`. Emits nothing if there is no padding.
    ///
    /// # Errors
    /// The padding does not fit `x`, or `value` is no scalar of its element type.
    pub fn pad(&mut self, x: Value, value: Value, padding: &[Padding]) -> Result<Value> {
        if padding.len() == self.ty(x).rank() && padding.iter().all(|p| *p == Padding::default()) {
            return Ok(x);
        }
        self.emit1(Pad { padding: padding.to_vec() }, &[x, value])
    }

    /// Pads with zeros.
    ///
    /// # Errors
    /// The padding does not fit `x`.
    pub fn pad_zero(&mut self, x: Value, padding: &[Padding]) -> Result<Value> {
        if padding.len() == self.ty(x).rank() && padding.iter().all(|p| *p == Padding::default()) {
            return Ok(x);
        }
        let zero = self.constant(Array::scalar(self.ty(x).dtype, 0.0))?;
        self.pad(x, zero, padding)
    }
}

//! `dot_general`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::wide::{self, Wide};
use super::{batching, index, rules};

/// Which dimensions [`DotGeneral`] contracts and which it batches. The lists of both sides pair up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DotDims {
    /// Dimensions of the left operand that are summed over.
    pub lhs_contracting: Vec<usize>,
    /// Dimensions of the right operand that are summed over.
    pub rhs_contracting: Vec<usize>,
    /// Dimensions of the left operand that are kept once for both.
    pub lhs_batch: Vec<usize>,
    /// Dimensions of the right operand that are kept once for both.
    pub rhs_batch: Vec<usize>,
}

impl DotDims {
    /// No batch dimensions.
    pub fn contracting(lhs: impl Into<Vec<usize>>, rhs: impl Into<Vec<usize>>) -> Self {
        DotDims { lhs_contracting: lhs.into(), rhs_contracting: rhs.into(), ..DotDims::default() }
    }

    /// The same with these batch dimensions.
    pub fn batch(self, lhs: impl Into<Vec<usize>>, rhs: impl Into<Vec<usize>>) -> Self {
        DotDims { lhs_batch: lhs.into(), rhs_batch: rhs.into(), ..self }
    }

    fn swapped(&self) -> Self {
        DotDims {
            lhs_contracting: self.rhs_contracting.clone(),
            rhs_contracting: self.lhs_contracting.clone(),
            lhs_batch: self.rhs_batch.clone(),
            rhs_batch: self.lhs_batch.clone(),
        }
    }

    fn lhs_free(&self, rank: usize) -> Vec<usize> {
        rules::other_dims(rank, &[self.lhs_batch.as_slice(), &self.lhs_contracting].concat())
    }

    fn rhs_free(&self, rank: usize) -> Vec<usize> {
        rules::other_dims(rank, &[self.rhs_batch.as_slice(), &self.rhs_contracting].concat())
    }
}

/// How exactly an accelerator computes products of floats. CPUs always compute in full precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// The fastest.
    #[default]
    Default,
    /// In between.
    High,
    /// The most exact.
    Highest,
}

impl Precision {
    const NAMES: [(Precision, &str, &str); 3] = [
        (Precision::Default, "default", "DEFAULT"),
        (Precision::High, "high", "HIGH"),
        (Precision::Highest, "highest", "HIGHEST"),
    ];

    pub(crate) fn attr(self) -> Attr {
        Attr::Name(Self::NAMES[self as usize].1.to_owned())
    }

    pub(crate) fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        let name = attrs.name("precision")?;
        let known = Self::NAMES.iter().find(|row| row.1 == name);
        known.map(|row| row.0).ok_or_else(|| format!("{name} is not default, high or highest"))
    }

    /// The StableHLO attribute for both operands.
    pub(crate) fn config(self) -> String {
        let one = format!("#stablehlo<precision {}>", Self::NAMES[self as usize].2);
        format!("[{one}, {one}]")
    }
}

/// Sums products over the contracting dimensions of two operands of one element type. The result's
/// dimensions are the batch dimensions, the left operand's others, the right operand's others, each in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DotGeneral {
    /// The roles of the dimensions.
    pub dims: DotDims,
    /// How exactly to compute.
    pub precision: Precision,
    /// The result's element type, in which sums are accumulated.
    pub dtype: DType,
}

const NAME: &str = "dot_general";

impl DotGeneral {
    /// The cotangent of the left operand, of type `lhs`, given the right one.
    fn lhs_cotangent(&self, b: &mut Builder, ct: Value, lhs: &TensorType, rhs: Value) -> Result<Value> {
        let rhs_ty = b.ty(rhs).clone();
        let (batch, lhs_free, rhs_free) =
            (self.dims.lhs_batch.len(), self.dims.lhs_free(lhs.rank()), self.dims.rhs_free(rhs_ty.rank()));
        let first_rhs_free = batch + lhs_free.len();
        let dims = DotDims {
            lhs_contracting: (first_rhs_free..first_rhs_free + rhs_free.len()).collect(),
            rhs_contracting: rhs_free,
            lhs_batch: (0..batch).collect(),
            rhs_batch: self.dims.rhs_batch.clone(),
        };
        let rhs = b.convert(rhs, self.dtype)?;
        let product = b.emit1(DotGeneral { dims, ..self.clone() }, &[ct, rhs])?;
        // The product's dimensions, as the left operand's: batch, free, and the contracted ones in
        // the order in which the right operand has its partners.
        let mut pairs: Vec<(usize, usize)> =
            self.dims.rhs_contracting.iter().copied().zip(self.dims.lhs_contracting.iter().copied()).collect();
        pairs.sort_unstable();
        let contracted: Vec<usize> = pairs.into_iter().map(|(_, lhs)| lhs).collect();
        let order = [self.dims.lhs_batch.as_slice(), &lhs_free, &contracted].concat();
        let product = b.transpose(product, &rules::inverse(&order))?;
        b.convert(product, lhs.dtype)
    }

    /// The same with the operands exchanged: the result's free dimensions change places.
    fn rhs_cotangent(&self, b: &mut Builder, ct: Value, lhs: Value, rhs: &TensorType) -> Result<Value> {
        let batch = self.dims.lhs_batch.len();
        let lhs_free = self.dims.lhs_free(b.ty(lhs).rank()).len();
        let rank = b.ty(ct).rank();
        let swapped = DotGeneral { dims: self.dims.swapped(), ..self.clone() };
        let order = (0..batch).chain(batch + lhs_free..rank).chain(batch..batch + lhs_free);
        let ct = b.transpose(ct, &order.collect::<Vec<_>>())?;
        swapped.lhs_cotangent(b, ct, rhs, lhs)
    }
}

impl Primitive for DotGeneral {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        let d = &self.dims;
        let lists = |lhs: &[usize], rhs: &[usize]| {
            Attr::IntLists([lhs, rhs].map(|dims| dims.iter().map(|&d| d as i64).collect()).to_vec())
        };
        vec![
            ("contracting", lists(&d.lhs_contracting, &d.rhs_contracting)),
            ("batch", lists(&d.lhs_batch, &d.rhs_batch)),
            ("precision", self.precision.attr()),
            ("dtype", Attr::DType(self.dtype)),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        fn pair(attrs: &mut AttrReader, key: &str) -> Result<[Vec<usize>; 2], String> {
            <[Vec<usize>; 2]>::try_from(attrs.size_lists(key)?)
                .map_err(|_| format!("attribute {key} must be two lists of dimensions"))
        }
        (name == NAME).then(|| {
            let [lhs_contracting, rhs_contracting] = pair(attrs, "contracting")?;
            let [lhs_batch, rhs_batch] = pair(attrs, "batch")?;
            let dims = DotDims { lhs_contracting, rhs_contracting, lhs_batch, rhs_batch };
            Ok(DotGeneral { dims, precision: Precision::parse(attrs)?, dtype: attrs.dtype("dtype")? })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, y] = rules::operands(NAME, operands)?;
        let d = &self.dims;
        let class = |dtype: DType| (dtype.is_float(), dtype.is_complex());
        if x.dtype != y.dtype || x.dtype == DType::Bool || class(self.dtype) != class(x.dtype) {
            let message = format!("operands must have one number type, of the class of the result's {}", self.dtype);
            return Err(IrError::ty(NAME, message, operands));
        }
        let lhs = [d.lhs_batch.as_slice(), &d.lhs_contracting].concat();
        let rhs = [d.rhs_batch.as_slice(), &d.rhs_contracting].concat();
        if !rules::are_dims(&lhs, x.rank())
            || !rules::are_dims(&rhs, y.rank())
            || d.lhs_batch.len() != d.rhs_batch.len()
            || lhs.len() != rhs.len()
        {
            let message = format!("dimensions {lhs:?} and {rhs:?} do not pair up");
            return Err(IrError::ty(NAME, message, operands));
        }
        if let Some((&i, &j)) = lhs.iter().zip(&rhs).find(|&(&i, &j)| x.shape[i] != y.shape[j]) {
            let message = format!("dimension {i} of the left and {j} of the right operand differ in size");
            return Err(IrError::ty(NAME, message, operands));
        }
        let batch = d.lhs_batch.iter().map(|&i| x.shape[i]);
        let lhs_free = d.lhs_free(x.rank()).into_iter().map(|i| x.shape[i]);
        let rhs_free = d.rhs_free(y.rank()).into_iter().map(|i| y.shape[i]);
        Ok(vec![TensorType::new(self.dtype, batch.chain(lhs_free).chain(rhs_free).collect::<Vec<_>>())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::bilinear_jvp(b, self, primals, tangents)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        match (cotangents, operands) {
            (&[Some(ct)], [Operand::Linear(lhs), Operand::Known(rhs)]) => {
                Ok(vec![Some(self.lhs_cotangent(b, ct, lhs, *rhs)?), None])
            }
            (&[Some(ct)], [Operand::Known(lhs), Operand::Linear(rhs)]) => {
                Ok(vec![None, Some(self.rhs_cotangent(b, ct, *lhs, rhs)?)])
            }
            _ => rules::not_linear(NAME, b),
        }
    }

    fn batch(&self, b: &mut Builder, _: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [x, y] = batching::operands(NAME, operands)?;
        let d = &self.dims;
        let shift = |dims: &[usize], by: bool| if by { batching::shifted(dims) } else { dims.to_vec() };
        let mut dims = DotDims {
            lhs_contracting: shift(&d.lhs_contracting, x.mapped),
            rhs_contracting: shift(&d.rhs_contracting, y.mapped),
            lhs_batch: shift(&d.lhs_batch, x.mapped),
            rhs_batch: shift(&d.rhs_batch, y.mapped),
        };
        if x.mapped && y.mapped {
            dims.lhs_batch.insert(0, 0);
            dims.rhs_batch.insert(0, 0);
        }
        // Of one mapped operand, the examples are the first of its free dimensions.
        let place = match (x.mapped, y.mapped) {
            (true, true) => 0,
            (true, false) => d.lhs_batch.len(),
            _ => d.lhs_batch.len() + d.lhs_free(b.ty(x.value).rank()).len(),
        };
        let product = b.emit1(DotGeneral { dims, ..*self }, &[x.value, y.value])?;
        Ok(vec![Mapped::yes(b.move_axis(product, place, 0)?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let d = &self.dims;
        let lists = [
            ("lhs_batching_dimensions", &d.lhs_batch),
            ("rhs_batching_dimensions", &d.rhs_batch),
            ("lhs_contracting_dimensions", &d.lhs_contracting),
            ("rhs_contracting_dimensions", &d.rhs_contracting),
        ];
        let lists: Vec<String> =
            lists.iter().filter(|(_, dims)| !dims.is_empty()).map(|(key, dims)| format!("{key} = {dims:?}")).collect();
        let attributes = vec![
            ("dot_dimension_numbers", format!("#stablehlo.dot<{}>", lists.join(", "))),
            ("precision_config", self.precision.config()),
        ];
        e.op(HloOp { name: "stablehlo.dot_general", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, y] = rules::arrays(NAME, operands)?;
        let result = self.infer(&[x.ty(), y.ty()])?.remove(0);
        let (xs, ys) = (&x.ty().shape, &y.ty().shape);
        let d = &self.dims;
        let places = Places {
            batch: pairs(index::offsets(xs, &d.lhs_batch), index::offsets(ys, &d.rhs_batch)),
            lhs: index::offsets(xs, &d.lhs_free(xs.len())),
            rhs: index::offsets(ys, &d.rhs_free(ys.len())),
            contracted: pairs(index::offsets(xs, &d.lhs_contracting), index::offsets(ys, &d.rhs_contracting)),
        };
        let sums = match (Wide::of(x), Wide::of(y)) {
            (Wide::Float(x), Wide::Float(y)) => Wide::Float(places.sums(&x, &y, 0.0, |sum, x, y| sum + x * y)),
            (Wide::Int(x), Wide::Int(y)) => {
                Wide::Int(places.sums(&x, &y, 0, |sum, x, y| sum.wrapping_add(x.wrapping_mul(y))))
            }
            (Wide::Complex(x), Wide::Complex(y)) => {
                Wide::Complex(places.sums(&x, &y, Complex64::ZERO, |sum, x, y| sum + x * y))
            }
            _ => return Err(wide::no_kernel(NAME, x.ty().dtype)),
        };
        Ok(vec![sums.narrow(NAME, &result)?])
    }
}

/// Row-major positions in both operands.
struct Places {
    batch: Vec<(usize, usize)>,
    lhs: Vec<usize>,
    rhs: Vec<usize>,
    contracted: Vec<(usize, usize)>,
}

fn pairs(x: Vec<usize>, y: Vec<usize>) -> Vec<(usize, usize)> {
    x.into_iter().zip(y).collect()
}

impl Places {
    fn sums<T: Copy>(&self, x: &[T], y: &[T], zero: T, multiply_add: impl Fn(T, T, T) -> T) -> Vec<T> {
        let mut sums = Vec::with_capacity(self.batch.len() * self.lhs.len() * self.rhs.len());
        for &(xb, yb) in &self.batch {
            for &xf in &self.lhs {
                for &yf in &self.rhs {
                    let products = self.contracted.iter();
                    sums.push(
                        products.fold(zero, |sum, &(xc, yc)| multiply_add(sum, x[xb + xf + xc], y[yb + yf + yc])),
                    );
                }
            }
        }
        sums
    }
}

impl Builder {
    /// Sums products over the contracting dimensions; the result's dimensions are batch, left others,
    /// right others. For `f32[2,3]`, `f32[3,4]` and `DotDims::contracting([1], [0])`: `f32[2,4]`.
    ///
    /// # Errors
    /// The element types differ, or dimensions do not pair up.
    pub fn dot_general(&mut self, lhs: Value, rhs: Value, dims: DotDims) -> Result<Value> {
        let dtype = self.ty(lhs).dtype;
        self.emit1(DotGeneral { dims, precision: Precision::Default, dtype }, &[lhs, rhs])
    }
}

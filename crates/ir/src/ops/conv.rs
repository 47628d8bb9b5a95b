//! `conv_general_dilated`.

use num_complex::Complex64;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array, padding_matrix};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, elements,
};

use super::wide::{self, Wide};
use super::window::{Misfit, Row, dilate};
use super::{Precision, batching, index, rules};

/// Where operands and result of [`Conv`] have their dimensions. Each list has the positions of two
/// special dimensions, then those of the spatial dimensions, the same count and order in all three.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConvDims {
    /// Batch, feature, spatial dimensions of the input.
    pub lhs: Vec<usize>,
    /// Output feature, input feature, spatial dimensions of the kernel.
    pub rhs: Vec<usize>,
    /// Batch, feature, spatial dimensions of the result.
    pub out: Vec<usize>,
}

impl ConvDims {
    /// Input and result `[batch, spatial…, feature]`, kernel `[spatial…, input feature, output feature]`:
    /// Keras's layout `channels_last`.
    pub fn channels_last(spatial: usize) -> Self {
        let lhs: Vec<usize> = [0, spatial + 1].into_iter().chain(1..=spatial).collect();
        let rhs = [spatial + 1, spatial].into_iter().chain(0..spatial).collect();
        ConvDims { out: lhs.clone(), lhs, rhs }
    }

    /// Input and result `[batch, feature, spatial…]`, kernel `[spatial…, input feature, output feature]`.
    pub fn channels_first(spatial: usize) -> Self {
        let lhs: Vec<usize> = (0..spatial + 2).collect();
        ConvDims { out: lhs.clone(), lhs, ..ConvDims::channels_last(spatial) }
    }
}

/// Convolution in the sense of neural networks: the kernel is not flipped.
///
/// With `dilate(n, d) = (n − 1)·d + 1` (0 for n = 0), a spatial size of the result is
/// `⌊(dilate(n, lhs_dilation) + low + high − dilate(k, rhs_dilation)) / stride⌋ + 1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Conv {
    /// The step of the window in each spatial dimension.
    pub strides: Vec<usize>,
    /// Zeros before and after each spatial dimension, added after dilating; negative removes elements.
    pub padding: Vec<(i64, i64)>,
    /// One more than the zeros between neighbours of the input.
    pub lhs_dilation: Vec<usize>,
    /// One more than the zeros between neighbours of the kernel.
    pub rhs_dilation: Vec<usize>,
    /// The roles of the dimensions.
    pub dims: ConvDims,
    /// Input features and output features are split into so many groups that do not mix.
    pub feature_groups: usize,
    /// The batch and the output features are split into so many groups that do not mix.
    pub batch_groups: usize,
    /// How exactly to compute.
    pub precision: Precision,
}

const NAME: &str = "conv_general_dilated";

/// Moves the major part of dimension `from`, of size `groups`, to be the major part of dimension `to`.
fn move_groups(b: &mut Builder, x: Value, groups: usize, from: usize, to: usize) -> Result<Value> {
    let shape = b.ty(x).shape.clone();
    let mut split = shape.clone();
    split.splice(from..=from, [groups, shape[from] / groups]);
    let split = b.reshape(x, &split)?;
    // Without the group dimension the others have their old numbers.
    let mut order: Vec<usize> = (0..=shape.len()).filter(|&d| d != from).collect();
    order.insert(to, from);
    let moved = b.transpose(split, &order)?;
    let mut merged = shape;
    merged[from] /= groups;
    merged[to] *= groups;
    b.reshape(moved, &merged)
}

/// Makes dimension 0 of `x` a part of dimension `dim` of the rest, inside each of its `groups`.
fn fold_examples(b: &mut Builder, x: Value, dim: usize, groups: usize) -> Result<Value> {
    let mut merged = b.ty(x).shape.clone();
    let examples = merged.remove(0);
    let mut split = b.ty(x).shape.clone();
    split.splice(dim + 1..=dim + 1, [groups, merged[dim] / groups]);
    let split = b.reshape(x, &split)?;
    let moved = b.move_axis(split, 0, dim + 1)?;
    merged[dim] *= examples;
    b.reshape(moved, &merged)
}

/// Undoes [`fold_examples`].
fn unfold_examples(b: &mut Builder, x: Value, examples: usize, dim: usize, groups: usize) -> Result<Value> {
    let mut example = b.ty(x).shape.clone();
    let mut split = example.clone();
    split.splice(dim..=dim, [groups, examples, example[dim] / groups / examples]);
    let split = b.reshape(x, &split)?;
    let moved = b.move_axis(split, dim + 1, 0)?;
    example[dim] /= examples;
    b.reshape(moved, &batching::with_first(examples, &example))
}

impl Conv {
    /// A convolution without padding, dilation or groups.
    pub fn new(dims: ConvDims) -> Self {
        let spatial = dims.lhs.len().saturating_sub(2);
        Conv {
            strides: vec![1; spatial],
            padding: vec![(0, 0); spatial],
            lhs_dilation: vec![1; spatial],
            rhs_dilation: vec![1; spatial],
            dims,
            feature_groups: 1,
            batch_groups: 1,
            precision: Precision::Default,
        }
    }

    fn spatial(&self) -> usize {
        self.strides.len()
    }

    /// The spatial size of the result in dimension `d`.
    fn out_size(&self, d: usize, n: usize, size: usize) -> Result<usize, Misfit> {
        let row = Row {
            n,
            base_dilation: self.lhs_dilation[d],
            padding: self.padding[d],
            size,
            window_dilation: self.rhs_dilation[d],
            stride: self.strides[d],
        };
        row.windows()
    }

    fn lhs_cotangent(&self, b: &mut Builder, ct: Value, lhs: &TensorType, rhs: Value) -> Result<Value> {
        let dims = &self.dims;
        let groups = self.feature_groups.max(self.batch_groups);
        let rhs_shape = b.ty(rhs).shape.clone();
        let rhs = if groups > 1 { move_groups(b, rhs, groups, dims.rhs[0], dims.rhs[1])? } else { rhs };
        let rhs = b.rev(rhs, &dims.rhs[2..])?;
        let padding = (0..self.spatial())
            .map(|d| {
                let n = dilate(lhs.shape[dims.lhs[d + 2]], self.lhs_dilation[d]) as i64;
                let k = dilate(rhs_shape[dims.rhs[d + 2]], self.rhs_dilation[d]) as i64;
                let out = dilate(b.ty(ct).shape[dims.out[d + 2]], self.strides[d]) as i64;
                let low = k - self.padding[d].0 - 1;
                (low, n + k - 1 - out - low)
            })
            .collect();
        let mut kernel = dims.rhs.clone();
        kernel.swap(0, 1);
        let conv = Conv {
            strides: self.lhs_dilation.clone(),
            padding,
            lhs_dilation: self.strides.clone(),
            rhs_dilation: self.rhs_dilation.clone(),
            dims: ConvDims { lhs: dims.out.clone(), rhs: kernel, out: dims.lhs.clone() },
            feature_groups: groups,
            batch_groups: 1,
            precision: self.precision,
        };
        let out = b.emit1(conv, &[ct, rhs])?;
        if self.batch_groups > 1 { move_groups(b, out, groups, dims.lhs[1], dims.lhs[0]) } else { Ok(out) }
    }

    fn rhs_cotangent(&self, b: &mut Builder, ct: Value, lhs: Value, rhs: &TensorType) -> Result<Value> {
        let dims = &self.dims;
        let padding = (0..self.spatial())
            .map(|d| {
                let n = dilate(b.ty(lhs).shape[dims.lhs[d + 2]], self.lhs_dilation[d]) as i64;
                let k = dilate(rhs.shape[dims.rhs[d + 2]], self.rhs_dilation[d]) as i64;
                let out = dilate(b.ty(ct).shape[dims.out[d + 2]], self.strides[d]) as i64;
                let low = self.padding[d].0;
                (low, out - n + k - low - 1)
            })
            .collect();
        let swapped = |dims: &[usize]| {
            let mut dims = dims.to_vec();
            dims.swap(0, 1);
            dims
        };
        let conv = Conv {
            strides: self.rhs_dilation.clone(),
            padding,
            lhs_dilation: self.lhs_dilation.clone(),
            rhs_dilation: self.strides.clone(),
            dims: ConvDims { lhs: swapped(&dims.lhs), rhs: swapped(&dims.out), out: swapped(&dims.rhs) },
            feature_groups: self.batch_groups,
            batch_groups: self.feature_groups,
            precision: self.precision,
        };
        b.emit1(conv, &[lhs, ct])
    }
}

impl Primitive for Conv {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![
            ("strides", Attr::from(&self.strides)),
            ("padding", Attr::from(self.padding.as_slice())),
            ("lhs_dilation", Attr::from(&self.lhs_dilation)),
            ("rhs_dilation", Attr::from(&self.rhs_dilation)),
            ("lhs_spec", Attr::from(&self.dims.lhs)),
            ("rhs_spec", Attr::from(&self.dims.rhs)),
            ("out_spec", Attr::from(&self.dims.out)),
            ("feature_groups", Attr::from(self.feature_groups)),
            ("batch_groups", Attr::from(self.batch_groups)),
            ("precision", self.precision.attr()),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            Ok(Conv {
                strides: attrs.sizes("strides")?,
                padding: attrs.pairs("padding")?,
                lhs_dilation: attrs.sizes("lhs_dilation")?,
                rhs_dilation: attrs.sizes("rhs_dilation")?,
                dims: ConvDims {
                    lhs: attrs.sizes("lhs_spec")?,
                    rhs: attrs.sizes("rhs_spec")?,
                    out: attrs.sizes("out_spec")?,
                },
                feature_groups: attrs.size("feature_groups")?,
                batch_groups: attrs.size("batch_groups")?,
                precision: Precision::parse(attrs)?,
            })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, k] = rules::operands(NAME, operands)?;
        let fail = |message: String| Err(IrError::ty(NAME, message, operands));
        let n = self.spatial();
        let lists = [self.padding.len(), self.lhs_dilation.len(), self.rhs_dilation.len()];
        let specs = [&self.dims.lhs, &self.dims.rhs, &self.dims.out];
        if x.dtype != k.dtype || x.dtype == DType::Bool {
            return fail("operands must have one number type".to_owned());
        }
        if lists != [n; 3]
            || x.rank() != n + 2
            || k.rank() != n + 2
            || specs.iter().any(|spec| !rules::is_permutation(spec, n + 2))
        {
            return fail(format!("attributes do not fit {n} spatial dimensions"));
        }
        if [&self.strides, &self.lhs_dilation, &self.rhs_dilation].iter().any(|list| list.contains(&0)) {
            return fail("strides and dilations must be at least 1".to_owned());
        }
        let (fg, bg) = (self.feature_groups, self.batch_groups);
        let (batch, features) = (x.shape[self.dims.lhs[0]], x.shape[self.dims.lhs[1]]);
        let (out_features, in_features) = (k.shape[self.dims.rhs[0]], k.shape[self.dims.rhs[1]]);
        if fg == 0 || bg == 0 || (fg > 1 && bg > 1) || out_features % (fg * bg) != 0 || batch % bg != 0 {
            return fail(format!("{fg} feature groups and {bg} batch groups do not divide the operands"));
        }
        if features != in_features * fg {
            return fail(format!(
                "the kernel takes {in_features} input features in {fg} groups, the input has {features}"
            ));
        }
        let mut shape = vec![0; n + 2];
        (shape[self.dims.out[0]], shape[self.dims.out[1]]) = (batch / bg, out_features);
        for d in 0..n {
            let (size, window) = (x.shape[self.dims.lhs[d + 2]], k.shape[self.dims.rhs[d + 2]]);
            shape[self.dims.out[d + 2]] = match self.out_size(d, size, window) {
                Ok(out) => out,
                Err(Misfit::Large) => {
                    return fail(format!("the window is larger than the padded input in spatial dimension {d}"));
                }
                Err(Misfit::Endless) => {
                    return fail(format!("the padded input is too large for any machine in spatial dimension {d}"));
                }
            };
        }
        Ok(vec![x.with_shape(shape)])
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

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [x, k] = batching::operands(NAME, operands)?;
        let (fg, bg) = (self.feature_groups, self.batch_groups);
        let dims = &self.dims;
        let mut conv = self.clone();
        let (x, k, place, groups) = match (x.mapped, k.mapped) {
            // The examples are more of the input's batch, or of the kernel's output features.
            (true, false) => (fold_examples(b, x.value, dims.lhs[0], bg)?, k.value, dims.out[0], 1),
            (false, _) => (x.value, fold_examples(b, k.value, dims.rhs[0], fg * bg)?, dims.out[1], fg * bg),
            // The examples are more groups.
            (true, true) => {
                let (of_lhs, count) = if bg > 1 { (0, &mut conv.batch_groups) } else { (1, &mut conv.feature_groups) };
                *count *= batch.size;
                let x = fold_examples(b, x.value, dims.lhs[of_lhs], 1)?;
                (x, fold_examples(b, k.value, dims.rhs[0], 1)?, dims.out[1], 1)
            }
        };
        let out = b.emit1(conv, &[x, k])?;
        Ok(vec![Mapped::yes(unfold_examples(b, out, batch.size, place, groups)?)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        if results.iter().any(|ty| ty.dtype.is_complex()) {
            let mut b = Builder::new(NAME);
            let params: Vec<Value> = operands.iter().map(|&x| b.param(e.ty(x).clone())).collect();
            let result = self.by_parts(&mut b, &params)?;
            return e.inline(&b.finish(vec![result]), operands);
        }
        let spec = |dims: &[usize], first: &str, second: &str| {
            let mut names = vec![String::new(); dims.len()];
            for (i, &d) in dims.iter().enumerate() {
                names[d] = match i {
                    0 => first.to_owned(),
                    1 => second.to_owned(),
                    _ => (i - 2).to_string(),
                };
            }
            format!("[{}]", names.join(", "))
        };
        let numbers = format!(
            "#stablehlo.conv<{}x{}->{}>",
            spec(&self.dims.lhs, "b", "f"),
            spec(&self.dims.rhs, "o", "i"),
            spec(&self.dims.out, "b", "f")
        );
        let attributes = vec![
            ("window_strides", i64_array(&self.strides)),
            ("padding", padding_matrix(&self.padding)),
            ("lhs_dilation", i64_array(&self.lhs_dilation)),
            ("rhs_dilation", i64_array(&self.rhs_dilation)),
            ("dimension_numbers", numbers),
            ("feature_group_count", format!("{} : i64", self.feature_groups)),
            ("batch_group_count", format!("{} : i64", self.batch_groups)),
            ("precision_config", self.precision.config()),
        ];
        e.op(HloOp { name: "stablehlo.convolution", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, k] = rules::arrays(NAME, operands)?;
        let result = self.infer(&[x.ty(), k.ty()])?.remove(0);
        let pairs = self.pairs(&x.ty().shape, &k.ty().shape, &result.shape);
        fn sums<T: Copy>(pairs: &[Vec<(usize, usize)>], zero: T, term: impl Fn(T, usize, usize) -> T) -> Vec<T> {
            pairs.iter().map(|pairs| pairs.iter().fold(zero, |sum, &(x, k)| term(sum, x, k))).collect()
        }
        let sums = match (Wide::of(x), Wide::of(k)) {
            (Wide::Float(x), Wide::Float(k)) => Wide::Float(sums(&pairs, 0.0, |sum, i, j| sum + x[i] * k[j])),
            (Wide::Int(x), Wide::Int(k)) => {
                Wide::Int(sums(&pairs, 0, |sum: i128, i, j| sum.wrapping_add(x[i].wrapping_mul(k[j]))))
            }
            (Wide::Complex(x), Wide::Complex(k)) => {
                Wide::Complex(sums(&pairs, Complex64::ZERO, |sum, i, j| sum + x[i] * k[j]))
            }
            _ => return Err(wide::no_kernel(NAME, x.ty().dtype)),
        };
        Ok(vec![sums.narrow(NAME, &result)?])
    }
}

impl Conv {
    /// A complex convolution by three real ones.
    fn by_parts(&self, b: &mut Builder, operands: &[Value]) -> Result<Value> {
        let &[x, k] = operands else { return rules::not_lowered(NAME) };
        let (x_re, x_im, k_re, k_im) = (b.real(x)?, b.imag(x)?, b.real(k)?, b.imag(k)?);
        let (x_sum, k_sum, k_difference) = (b.add(x_re, x_im)?, b.add(k_re, k_im)?, b.sub(k_im, k_re)?);
        let mut conv = |x, k| b.emit1(self.clone(), &[x, k]);
        let (first, second, third) = (conv(x_sum, k_re)?, conv(x_re, k_difference)?, conv(x_im, k_sum)?);
        let (re, im) = (b.sub(first, third)?, b.add(first, second)?);
        b.complex(re, im)
    }

    /// For each element of the result, the positions of input and kernel whose products it sums.
    fn pairs(&self, xs: &[usize], ks: &[usize], result: &[usize]) -> Vec<Vec<(usize, usize)>> {
        let dims = &self.dims;
        let (x_strides, k_strides) = (index::strides(xs), index::strides(ks));
        let window: Vec<usize> = dims.rhs[2..].iter().map(|&d| ks[d]).collect();
        let (in_features, out_features) = (ks[dims.rhs[1]], ks[dims.rhs[0]]);
        let out_per_group = out_features / (self.feature_groups * self.batch_groups);
        let mut all = Vec::with_capacity(elements(result));
        index::for_each(result, |at| {
            let out_feature = at[dims.out[1]];
            let group = out_feature / out_per_group;
            // One of the two counts is 1.
            let batch = at[dims.out[0]] + if self.batch_groups > 1 { group * result[dims.out[0]] } else { 0 };
            let first_feature = if self.feature_groups > 1 { group * in_features } else { 0 };
            let mut pairs = Vec::with_capacity(elements(&window) * in_features);
            index::for_each(&window, |tap| {
                let mut x_at = batch * x_strides[dims.lhs[0]] + first_feature * x_strides[dims.lhs[1]];
                let mut k_at = out_feature * k_strides[dims.rhs[0]];
                for (d, &tap) in tap.iter().enumerate() {
                    let place = (at[dims.out[d + 2]] * self.strides[d] + tap * self.rhs_dilation[d]) as i64;
                    let (place, step) = (place - self.padding[d].0, self.lhs_dilation[d] as i64);
                    if place < 0 || place % step != 0 || place / step >= xs[dims.lhs[d + 2]] as i64 {
                        return;
                    }
                    x_at += (place / step) as usize * x_strides[dims.lhs[d + 2]];
                    k_at += tap * k_strides[dims.rhs[d + 2]];
                }
                pairs.extend(
                    (0..in_features).map(|f| (x_at + f * x_strides[dims.lhs[1]], k_at + f * k_strides[dims.rhs[1]])),
                );
            });
            all.push(pairs);
        });
        all
    }
}

impl Builder {
    /// Convolution of an input with a kernel, which is not flipped.
    ///
    /// # Errors
    /// The operands' shapes do not fit the attributes or each other.
    pub fn conv_general_dilated(&mut self, lhs: Value, rhs: Value, conv: Conv) -> Result<Value> {
        self.emit1(conv, &[lhs, rhs])
    }
}

//! Sample applications of every primitive, from which tests of evaluation, differentiation,
//! lowering and execution are made. A new family without samples fails a test.

mod complex;
mod control;
mod linalg;

use std::sync::Arc;

use crate::{Array, Buffer, Builder, DType, Function, Op, Primitive, Result, TensorType};

use super::wide::Wide;
use super::*;

/// A primitive with operands that it is defined on.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The primitive.
    pub op: Op,
    /// Its operands. Floats keep away from kinks, so that derivatives can be compared with differences.
    pub operands: Vec<Array>,
}

/// Samples of every family; floating-point operands have type `float`.
///
/// # Errors
/// A sample cannot be built, which a test would tell.
pub fn all(float: DType) -> Result<Vec<Sample>> {
    let mut samples = Samples { float, samples: Vec::new() };
    samples.elementwise()?;
    samples.shapes()?;
    samples.reductions()?;
    samples.contractions()?;
    samples.indexing()?;
    samples.structure()?;
    samples.complex()?;
    samples.linear_algebra()?;
    Ok(samples.samples)
}

/// Numbers in the given range that differ from each other, from whole numbers and from zero: the
/// golden ratio's multiples modulo 1.
fn numbers(n: usize, (low, high): (f64, f64)) -> Vec<f64> {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    (0..n).map(|i| low + (high - low) * ((i as f64 + 1.37) * golden).fract()).collect()
}

struct Samples {
    float: DType,
    samples: Vec<Sample>,
}

impl Samples {
    fn add(&mut self, op: impl Into<Op>, operands: impl Into<Vec<Array>>) {
        self.samples.push(Sample { op: op.into(), operands: operands.into() });
    }

    fn floats(&self, shape: &[usize], range: (f64, f64)) -> Result<Array> {
        let ty = TensorType::new(self.float, shape);
        Wide::Float(numbers(ty.size(), range)).narrow("sample", &ty)
    }

    fn x(&self, shape: &[usize]) -> Result<Array> {
        self.floats(shape, (-1.9, 1.9))
    }

    fn y(&self, shape: &[usize]) -> Result<Array> {
        self.floats(shape, (-1.1, 2.3))
    }

    fn ints(&self, dtype: DType, shape: &[usize], values: &[i128]) -> Result<Array> {
        let ty = TensorType::new(dtype, shape);
        Wide::Int(values.iter().copied().cycle().take(ty.size()).collect()).narrow("sample", &ty)
    }

    fn bools(&self, shape: &[usize]) -> Result<Array> {
        let size = shape.iter().product();
        Array::new(shape, Buffer::Bool((0..size).map(|i| i % 3 != 1).collect()))
    }

    fn elementwise(&mut self) -> Result<()> {
        for &kind in UnaryKind::ALL {
            let range = match kind {
                UnaryKind::Log | UnaryKind::Log1p | UnaryKind::Sqrt | UnaryKind::Rsqrt => (0.1, 3.7),
                UnaryKind::Cbrt | UnaryKind::Lgamma | UnaryKind::Digamma => (0.2, 3.6),
                UnaryKind::Asin | UnaryKind::Acos | UnaryKind::Atanh | UnaryKind::ErfInv => (-0.9, 0.9),
                UnaryKind::Acosh => (1.2, 3.9),
                UnaryKind::Tan => (-1.2, 1.2),
                _ => (-1.9, 1.9),
            };
            let x = self.floats(&[7], range)?;
            let i = self.ints(DType::I32, &[7], &[0, 1, -1, 77, i128::from(i32::MIN), i128::from(i32::MAX)])?;
            let u = self.ints(DType::U8, &[5], &[0, 1, 127, 128, 255])?;
            let b = self.bools(&[4])?;
            self.if_defined(Unary(kind), [[x].as_slice(), &[i], &[u], &[b]]);
        }
        for &kind in BinaryKind::ALL {
            let (x, y) = match kind {
                BinaryKind::Pow | BinaryKind::Div | BinaryKind::Rem => ((0.2, 3.3), (0.6, 1.9)),
                BinaryKind::Zeta => ((1.3, 4.2), (0.4, 3.6)),
                BinaryKind::Igamma | BinaryKind::Igammac | BinaryKind::IgammaGradA | BinaryKind::RandomGammaGrad => {
                    ((0.3, 4.2), (0.4, 7.6))
                }
                _ => ((-1.9, 1.9), (-1.1, 2.3)),
            };
            let (mut x, mut y) = (self.floats(&[7], x)?, self.floats(&[7], y)?);
            if kind == BinaryKind::Polygamma {
                let orders = self.ints(DType::I32, &[7], &[0, 1, 2, 3])?;
                x = Convert { dtype: self.float }.eval(&[&orders])?.remove(0);
                y = self.floats(&[7], (0.4, 3.6))?;
            }
            let i = self.ints(DType::I32, &[7], &[-7, 7, 2, -9, i128::from(i32::MAX)])?;
            let j = self.ints(DType::I32, &[7], &[2, -2, 0, 4, 40, 1])?;
            let u = self.ints(DType::U8, &[5], &[0, 1, 127, 128, 255])?;
            let v = self.ints(DType::U8, &[5], &[3, 7, 2, 9, 1])?;
            let (a, b) = (self.bools(&[4])?, Array::full(&TensorType::new(DType::Bool, [4]), 1.0));
            self.if_defined(Binary(kind), [[x, y].as_slice(), &[i, j], &[u, v], &[a, b]]);
        }
        let (p, q) = (self.floats(&[7], (0.3, 4.2))?, self.floats(&[7], (0.4, 7.6))?);
        self.add(RegularizedIncompleteBeta, [p, q, self.floats(&[7], (0.1, 0.9))?]);
        for shape in [&[][..], &[2, 3]] {
            let words = |shape: &[usize], from| self.ints(DType::U32, shape, &[from, 0, 7, i128::from(u32::MAX)]);
            let operands = [words(shape, 3)?, words(shape, 9)?, words(&[2, 3], 1)?, words(&[2, 3], 40)?];
            self.add(Threefry2x32, operands);
        }
        let key = |dtype, words: usize| self.ints(dtype, &[words], &[1, 2, 3, 4]);
        for (algorithm, dtype, shape, key) in [
            (RngAlgorithm::Threefry, DType::U32, vec![5, 3], key(DType::U32, 4)?),
            (RngAlgorithm::Threefry, DType::U64, vec![3], key(DType::U64, 2)?),
            (RngAlgorithm::Threefry, DType::U16, vec![3, 2, 2], key(DType::U32, 4)?),
            (RngAlgorithm::Philox, DType::U32, vec![7], key(DType::U32, 4)?),
            (RngAlgorithm::Philox, DType::U64, vec![3], key(DType::U32, 4)?),
            (RngAlgorithm::Default, DType::U8, vec![2, 2], key(DType::U64, 2)?),
        ] {
            self.add(RngBitGenerator { algorithm, shape, dtype }, [key]);
        }
        self.add(NextAfter, [self.x(&[7])?, self.y(&[7])?]);
        self.add(ReducePrecision { exponent_bits: 5, mantissa_bits: 7 }, [self.x(&[7])?]);
        for &comparison in Comparison::ALL {
            let (x, i) = (self.x(&[5])?, self.ints(DType::U8, &[3], &[0, 200, 3])?);
            let (y, j) = (self.y(&[5])?, self.ints(DType::U8, &[3], &[200, 0, 3])?);
            let b = self.bools(&[4])?;
            self.if_defined(Compare(comparison), [[x, y].as_slice(), &[i, j], &[b.clone(), b]]);
        }
        for exponent in [-2, 0, 2, 3, 5] {
            let (x, i) = (self.floats(&[6], (0.4, 2.1))?, self.ints(DType::I32, &[4], &[-3, 2, 0, 1000])?);
            self.if_defined(IntegerPow { exponent }, [[x].as_slice(), &[i]]);
        }
        let (x, y) = (self.x(&[2, 3])?, self.y(&[2, 3])?);
        let scalar = Array::scalar(DType::Bool, 1.0);
        self.add(Select, [self.bools(&[2, 3])?, x.clone(), y.clone()]);
        self.add(Select, [scalar, x.clone(), y]);
        let (low, high) = (Array::scalar(self.float, -0.8), Array::scalar(self.float, 0.9));
        self.add(Clamp, [low, x.clone(), high]);
        let (low, high) = (self.floats(&[2, 3], (-1.0, -0.5))?, self.floats(&[2, 3], (0.5, 1.0))?);
        self.add(Clamp, [low, x.clone(), high]);
        for dtype in
            [DType::F8E4M3FN, DType::F8E5M2, DType::F32, DType::BF16, DType::F64, DType::I32, DType::U8, DType::Bool]
        {
            self.add(Convert { dtype }, [x.clone()]);
            self.add(Convert { dtype }, [self.ints(DType::I16, &[4], &[-3, 0, 300, 77])?]);
            self.add(Convert { dtype }, [self.bools(&[4])?]);
        }
        self.add(BitcastConvert { dtype: DType::F32 }, [self.ints(DType::U32, &[3], &[0, 0x3f80_0000, 1])?]);
        self.add(BitcastConvert { dtype: DType::I8 }, [self.ints(DType::U8, &[3], &[0, 127, 255])?]);
        self.add(StopGradient, [x.clone()]);
        self.add(OptimizationBarrier, [x, self.bools(&[2])?]);
        Ok(())
    }

    /// Adds the operands that the primitive is defined on.
    fn if_defined(&mut self, op: impl Into<Op>, candidates: impl IntoIterator<Item = impl AsRef<[Array]>>) {
        let op = op.into();
        for operands in candidates {
            let operands = operands.as_ref();
            let types: Vec<&TensorType> = operands.iter().map(Array::ty).collect();
            if op.infer(&types).is_ok() {
                self.add(op.clone(), operands);
            }
        }
    }

    fn shapes(&mut self) -> Result<()> {
        let x = self.x(&[2, 3, 4])?;
        self.add(Constant(Arc::new(x.clone())), []);
        self.add(Iota { dtype: self.float, shape: vec![3, 2], dim: 0 }, []);
        self.add(Iota { dtype: DType::U8, shape: vec![3, 2], dim: 1 }, []);
        self.add(BroadcastInDim { shape: vec![2, 3, 4], dims: vec![0, 2] }, [self.x(&[2, 1])?]);
        self.add(BroadcastInDim { shape: vec![2, 3], dims: vec![] }, [self.x(&[])?]);
        self.add(Reshape { shape: vec![6, 4] }, [x.clone()]);
        self.add(Transpose { permutation: vec![2, 0, 1] }, [x.clone()]);
        self.add(Rev { dims: vec![0, 2] }, [x.clone()]);
        self.add(Concatenate { dim: 1 }, [x.clone(), self.y(&[2, 1, 4])?, self.x(&[2, 0, 4])?]);
        let padding = [(1, 2, 1), (-1, 0, 0), (0, -3, 2)].map(|(low, high, interior)| Padding { low, high, interior });
        self.add(Pad { padding: padding.to_vec() }, [x.clone(), Array::scalar(self.float, 0.7)]);
        let slice = Slice { start: vec![0, 1, 0], limit: vec![2, 3, 4], strides: vec![1, 1, 3] };
        self.add(slice, [x.clone()]);
        for starts in [[0, 1, 2], [1, -5, 9]] {
            let starts = starts.map(|start| Array::scalar(DType::I32, f64::from(start)));
            let [i, j, k] = starts;
            self.add(DynamicSlice { sizes: vec![1, 2, 3] }, [x.clone(), i.clone(), j.clone(), k.clone()]);
            self.add(DynamicUpdateSlice, [x.clone(), self.y(&[1, 2, 3])?, i, j, k]);
        }
        Ok(())
    }

    fn reductions(&mut self) -> Result<()> {
        let x = self.x(&[3, 4, 5])?;
        let i = self.ints(DType::I32, &[3, 4], &[5, -2, 7, 1, -9])?;
        let b = self.bools(&[2, 3])?;
        let window = Window {
            size: vec![1, 2, 3],
            strides: vec![1, 2, 1],
            padding: vec![(0, 0), (1, 0), (1, 2)],
            base_dilation: vec![1, 2, 1],
            window_dilation: vec![1, 1, 2],
        };
        let pool = Window::new([1, 2, 2], [1, 2, 3]).padded([(0, 0), (0, 1), (1, 0)]);
        for &monoid in Monoid::ALL {
            self.if_defined(Reduce { monoid, axes: vec![2, 0] }, [[x.clone()]]);
            self.if_defined(Reduce { monoid, axes: vec![1] }, [[i.clone()], [b.clone()]]);
            self.if_defined(Reduce { monoid, axes: vec![] }, [[x.clone()]]);
            self.if_defined(ReduceWindow { monoid, window: pool.clone() }, [[x.clone()]]);
            self.if_defined(ReduceWindow { monoid, window: window.clone() }, [[x.clone()]]);
            for reverse in [false, true] {
                self.if_defined(Cumulative { monoid, axis: 1, reverse }, [[x.clone()], [i.clone()], [b.clone()]]);
            }
        }
        for extremum in [Extremum::Max, Extremum::Min] {
            let counts = pool.counts("sample", x.ty())?;
            self.add(SelectAndGatherAdd { extremum, window: pool.clone() }, [self.y(&[3, 4, 5])?, x.clone()]);
            self.add(SelectAndScatterAdd { extremum, window: pool.clone() }, [self.y(&counts)?, x.clone()]);
            self.add(ArgExtremum { extremum, axis: 1, dtype: DType::I32 }, [x.clone()]);
            self.add(ArgExtremum { extremum, axis: 0, dtype: DType::I32 }, [i.clone()]);
        }
        let (keys, ties) = (self.x(&[2, 6])?, self.ints(DType::I32, &[2, 6], &[1, 0, 1])?);
        self.add(Sort { dim: 1, num_keys: 1 }, [keys.clone()]);
        self.add(Sort { dim: 1, num_keys: 2 }, [ties, keys.clone(), self.y(&[2, 6])?]);
        self.add(TopK { k: 3 }, [keys]);
        Ok(())
    }

    fn contractions(&mut self) -> Result<()> {
        let dot = |dims| DotGeneral { dims, precision: Precision::Default, dtype: self.float };
        let dots = [
            (dot(DotDims::contracting([1], [0])), self.x(&[3, 4])?, self.y(&[4, 2])?),
            (dot(DotDims::contracting([3, 1], [0, 2]).batch([0], [1])), self.x(&[2, 3, 2, 4])?, self.y(&[4, 2, 3])?),
            (dot(DotDims::default()), self.x(&[2])?, self.y(&[3])?),
        ];
        for (dot, x, y) in dots {
            self.add(dot, [x, y]);
        }
        let i = self.ints(DType::I32, &[2, 2], &[1, -2, 3, 4])?;
        let whole = DotGeneral { dims: DotDims::contracting([1], [0]), precision: Precision::High, dtype: DType::I32 };
        self.add(whole, [i.clone(), i]);

        let same = Conv { padding: vec![(1, 1), (0, 1)], ..Conv::new(ConvDims::channels_last(2)) };
        self.add(same.clone(), [self.x(&[2, 5, 4, 3])?, self.y(&[3, 2, 3, 4])?]);
        let strided = Conv {
            strides: vec![2, 3],
            padding: vec![(1, 0), (-1, 2)],
            lhs_dilation: vec![1, 2],
            rhs_dilation: vec![2, 1],
            ..same.clone()
        };
        self.add(strided, [self.x(&[2, 6, 4, 3])?, self.y(&[2, 2, 3, 2])?]);
        let grouped = Conv { feature_groups: 3, ..same.clone() };
        self.add(grouped, [self.x(&[2, 4, 3, 6])?, self.y(&[3, 2, 2, 3])?]);
        let batched = Conv { batch_groups: 2, ..same };
        self.add(batched, [self.x(&[4, 4, 3, 2])?, self.y(&[3, 2, 2, 6])?]);
        let ints = self.ints(DType::I32, &[2, 3, 5], &[1, -2, 3, 4, -5, 7])?;
        self.add(Conv::new(ConvDims::channels_first(1)), [ints, self.ints(DType::I32, &[2, 3, 4], &[2, -1, 3])?]);
        self.add(Conv::new(ConvDims::channels_first(1)), [self.x(&[2, 3, 5])?, self.y(&[2, 3, 4])?]);
        Ok(())
    }

    fn indexing(&mut self) -> Result<()> {
        let rows = GatherDims {
            offset_dims: vec![2],
            collapsed_slice_dims: vec![0],
            start_index_map: vec![0],
            ..GatherDims::default()
        };
        let windows = GatherDims { offset_dims: vec![1, 2], start_index_map: vec![1, 0], ..GatherDims::default() };
        let along = GatherDims {
            offset_dims: vec![],
            collapsed_slice_dims: vec![1],
            start_index_map: vec![1],
            operand_batching_dims: vec![0],
            start_indices_batching_dims: vec![0],
        };
        let index = |values: &[i128], shape: &[usize]| self.ints(DType::I32, shape, values);
        let cases = [
            (rows, index(&[4, 0, 2, 2, -1, 9], &[2, 3, 1])?, vec![1, 3], vec![5, 3], vec![2, 3, 3]),
            (windows, index(&[1, 0, 5, 2, 0, 3], &[3, 2])?, vec![2, 2], vec![4, 3], vec![3, 2, 2]),
            (along, index(&[0, 3, 1, 1, 2, 7], &[2, 3, 1])?, vec![1, 1], vec![2, 4], vec![2, 3]),
        ];
        for (dims, indices, slice_sizes, shape, updates) in cases {
            let (x, updates) = (self.x(&shape)?, self.y(&updates)?);
            for mode in [OutOfBounds::Clip, OutOfBounds::Zero, OutOfBounds::Fill] {
                let gather = Gather { dims: dims.clone(), slice_sizes: slice_sizes.clone(), mode };
                // Filled elements are NaN, of which no difference can be taken.
                if mode != OutOfBounds::Fill {
                    self.add(gather, [x.clone(), indices.clone()]);
                }
                for &kind in ScatterKind::ALL {
                    let scatter = Scatter { kind, dims: dims.clone(), mode };
                    self.add(scatter, [x.clone(), indices.clone(), updates.clone()]);
                }
            }
        }
        Ok(())
    }

    fn structure(&mut self) -> Result<()> {
        let scalar = TensorType::scalar(self.float);
        let x = Array::scalar(self.float, 0.3);
        let mut b = Builder::new("sin_mul");
        let (p, q) = (b.param(scalar.clone()), b.param(scalar.clone()));
        let sin = b.sin(p)?;
        let product = b.mul(sin, q)?;
        let function = Arc::new(b.finish(vec![product, sin]));
        self.add(Call { function }, [x.clone(), Array::scalar(self.float, 1.7)]);

        let (function, rule) = self.square_with_rule()?;
        self.add(CustomJvp { function, rule }, [self.x(&[3])?]);

        self.loops()?;
        self.scans()?;
        self.branches()?;
        self.custom_reductions()?;
        self.derivatives_given()
    }

    /// x² with its derivative given as x·ẋ + ẋ·x.
    fn square_with_rule(&self) -> Result<(Arc<Function>, Arc<Function>)> {
        let ty = TensorType::new(self.float, [3]);
        let mut b = Builder::new("square");
        let x = b.param(ty.clone());
        let y = b.mul(x, x)?;
        let function = Arc::new(b.finish(vec![y]));
        let mut b = Builder::new("square_rule");
        let (x, y, dx) = (b.param(ty.clone()), b.param(ty.clone()), b.param(ty));
        let (left, right) = (b.mul(x, dx)?, b.mul(dx, x)?);
        let dy = b.add(left, right)?;
        Ok((function, Arc::new(b.finish(vec![y, dy]))))
    }
}

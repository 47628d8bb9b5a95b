//! Samples over complex numbers.

use num_complex::Complex;

use crate::{Array, DType, Primitive, Result, TensorType};

use super::super::wide::Wide;
use super::super::*;
use super::{Samples, numbers};

impl Samples {
    /// Complex numbers whose parts lie in the given range.
    fn numbers(&self, shape: &[usize], range: (f64, f64), seed: usize) -> Result<Array> {
        let dtype = if self.float == DType::F64 { DType::C128 } else { DType::C64 };
        let ty = TensorType::new(dtype, shape);
        let parts = numbers(2 * ty.size() + seed, range);
        let elements = parts[seed..].chunks(2).map(|part| Complex::new(part[0], part[1])).collect();
        Wide::Complex(elements).narrow("sample", &ty)
    }

    pub(super) fn complex(&mut self) -> Result<()> {
        let (x, y) = (self.numbers(&[5], (-1.4, 1.3), 0)?, self.numbers(&[5], (-0.9, 1.7), 3)?);
        for &kind in UnaryKind::ALL {
            self.if_defined(Unary(kind), [[x.clone()]]);
        }
        for &kind in BinaryKind::ALL {
            self.if_defined(Binary(kind), [[x.clone(), y.clone()]]);
        }
        for &part in ComplexPart::ALL {
            self.add(part, [x.clone()]);
        }
        let parts = if self.float == DType::F64 { DType::F64 } else { DType::F32 };
        let real = |x: &Array| Convert { dtype: parts }.eval(&[x]).map(|mut parts| parts.remove(0));
        self.add(MakeComplex, [real(&x)?, real(&y)?]);
        for comparison in [Comparison::Eq, Comparison::Ne] {
            self.add(Compare(comparison), [x.clone(), y.clone()]);
        }
        for exponent in [-2, 0, 3] {
            self.add(IntegerPow { exponent }, [x.clone()]);
        }
        for dtype in [x.ty().dtype, DType::F32, DType::I32, DType::Bool] {
            self.add(Convert { dtype }, [y.clone()]);
        }
        self.add(Convert { dtype: x.ty().dtype }, [real(&x)?]);
        let truths = self.bools(&[5])?;
        self.add(Select, [truths, x.clone(), y.clone()]);
        self.add(Iota { dtype: x.ty().dtype, shape: vec![3], dim: 0 }, []);
        self.add(Reshape { shape: vec![5, 1] }, [x.clone()]);
        self.add(Concatenate { dim: 0 }, [x.clone(), y.clone()]);
        self.add(Sort { dim: 0, num_keys: 1 }, [x.clone(), y.clone()]);

        let (x, y) = (self.numbers(&[2, 3, 4], (-1.4, 1.3), 0)?, self.numbers(&[2, 4, 3], (-0.9, 1.7), 3)?);
        for monoid in [Monoid::Sum, Monoid::Prod] {
            self.add(Reduce { monoid, axes: vec![2, 0] }, [x.clone()]);
            self.add(Cumulative { monoid, axis: 1, reverse: true }, [x.clone()]);
        }
        for monoid in [Monoid::Max, Monoid::Min] {
            self.add(Reduce { monoid, axes: vec![2, 0] }, [x.clone()]);
        }
        let kernel = self.numbers(&[2, 3, 2], (-0.8, 1.2), 5)?;
        self.add(Conv { padding: vec![(1, 0)], ..Conv::new(ConvDims::channels_last(1)) }, [y.clone(), kernel]);
        let dims = DotDims::contracting([2], [1]).batch([0], [0]);
        let dot = DotGeneral { dims, precision: Precision::Highest, dtype: x.ty().dtype };
        self.add(dot, [x.clone(), y]);
        let zero = Array::scalar(x.ty().dtype, 0.0);
        self.add(Pad { padding: vec![Padding::edges(1, 0), Padding::edges(0, -1), Padding::edges(0, 0)] }, [x, zero]);
        Ok(())
    }
}

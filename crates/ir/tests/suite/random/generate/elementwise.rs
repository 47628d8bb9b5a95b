//! Element-wise steps.

use keramos_ir::ops::{Binary, BinaryKind, Compare, Comparison, Convert, Unary, UnaryKind};
use keramos_ir::{Array, DType, Primitive, TensorType};

use super::{Made, Maker};

/// Smooth everywhere, and computed well by everyone.
const SMOOTH: &[UnaryKind] = &[
    UnaryKind::Neg,
    UnaryKind::Exp,
    UnaryKind::Expm1,
    UnaryKind::Sin,
    UnaryKind::Cos,
    UnaryKind::Tanh,
    UnaryKind::Logistic,
    UnaryKind::Atan,
    UnaryKind::Sinh,
    UnaryKind::Cosh,
    UnaryKind::Asinh,
    UnaryKind::Erf,
    UnaryKind::Erfc,
];

/// Smooth where the operand is positive.
const POSITIVE: &[UnaryKind] =
    &[UnaryKind::Log, UnaryKind::Log1p, UnaryKind::Sqrt, UnaryKind::Rsqrt, UnaryKind::Cbrt, UnaryKind::Lgamma];

/// Functions of two operands that are defined on part of the numbers only; [`Maker::tabled`] applies them.
const NARROW: &[BinaryKind] = &[
    BinaryKind::Polygamma,
    BinaryKind::Zeta,
    BinaryKind::Igamma,
    BinaryKind::Igammac,
    BinaryKind::IgammaGradA,
    BinaryKind::RandomGammaGrad,
];

/// Those that do not look at the signs of zeros, with which simplification is free.
const COMPARISONS: &[Comparison] =
    &[Comparison::Eq, Comparison::Ne, Comparison::Lt, Comparison::Le, Comparison::Gt, Comparison::Ge];

/// With kinks or jumps, or on other numbers.
const KINKED: &[UnaryKind] = &[
    UnaryKind::Abs,
    UnaryKind::Sign,
    UnaryKind::Floor,
    UnaryKind::Ceil,
    UnaryKind::RoundEven,
    UnaryKind::Round,
    UnaryKind::Not,
    UnaryKind::PopulationCount,
    UnaryKind::Clz,
    UnaryKind::Neg,
];

impl Maker {
    pub(super) fn unary(&mut self) -> Made {
        if self.domain.kinks && self.c.once_in(3) {
            let (kind, x) = (self.c.of(KINKED), self.any());
            return match Unary(kind).infer(&[self.b.ty(x)]) {
                Ok(_) => Ok(vec![self.b.emit1(Unary(kind), &[x])?]),
                Err(_) => Ok(Vec::new()),
            };
        }
        let Some(x) = self.float() else { return Ok(Vec::new()) };
        let made = match self.c.below(8) {
            0 => {
                let square = self.b.square(x)?;
                let positive = self.b.add_scalar(square, 0.5)?;
                self.b.emit1(Unary(self.c.of(POSITIVE)), &[positive])?
            }
            1 => self.b.integer_pow(x, self.c.of(&[0, 1, 2, 3, 4]))?,
            2 => {
                let c = self.c.of(&[0.0, 1.0, -1.0, 2.0, 0.3]);
                if self.c.once_in(2) { self.b.add_scalar(x, c)? } else { self.b.mul_scalar(x, c)? }
            }
            // A law's favourite: the double of what cancels.
            3 => {
                let kind = self.c.of(SMOOTH);
                let once = self.b.emit1(Unary(kind), &[x])?;
                let once = self.calm(once)?;
                return Ok(vec![self.b.neg(once)?, once]);
            }
            _ => self.b.emit1(Unary(self.c.of(SMOOTH)), &[x])?,
        };
        Ok(vec![self.calm(made)?])
    }

    pub(super) fn binary(&mut self) -> Made {
        let smooth: &[BinaryKind] =
            &[BinaryKind::Add, BinaryKind::Sub, BinaryKind::Mul, BinaryKind::Div, BinaryKind::Pow];
        let x = if self.domain.kinks { Some(self.any()) } else { self.float() };
        let Some(x) = x else { return Ok(Vec::new()) };
        let kind = self.c.of(if self.domain.kinks { BinaryKind::ALL } else { smooth });
        if NARROW.contains(&kind) {
            return Ok(Vec::new());
        }
        let is_float = self.is_float(x);
        let (mut x, mut y) = (x, self.like(x));
        // A scalar operand is broadcast, as people write it.
        if self.c.once_in(3) {
            let ty = self.b.ty(x).clone();
            if let Some(scalar) = self.find(|s| *s == TensorType::scalar(ty.dtype)) {
                y = self.b.broadcast(scalar, &ty.shape)?;
            }
        }
        if is_float && matches!(kind, BinaryKind::Div | BinaryKind::Rem | BinaryKind::Pow | BinaryKind::Atan2) {
            let square = self.b.square(y)?;
            y = self.b.add_scalar(square, 0.5)?;
            if kind == BinaryKind::Pow {
                let square = self.b.square(x)?;
                x = self.b.add_scalar(square, 0.5)?;
            }
        }
        if self.b.ty(y).dtype.is_int() && matches!(kind, BinaryKind::Div | BinaryKind::Rem) {
            // Compilers disagree about x / 0 where they see that it is x / x, or the 0.
            let one = self.b.full_like(y, 1.0)?;
            y = self.b.or(y, one)?;
        }
        match Binary(kind).infer(&[self.b.ty(x), self.b.ty(y)]) {
            Ok(_) => {
                let z = self.b.emit1(Binary(kind), &[x, y])?;
                Ok(vec![self.calm(z)?])
            }
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Comparisons, and what goes by them.
    pub(super) fn choice(&mut self) -> Made {
        if !self.domain.kinks {
            // A blend is a smooth choice.
            let Some(x) = self.float() else { return Ok(Vec::new()) };
            let (y, z) = (self.like(x), self.like(x));
            let weight = self.b.logistic(z)?;
            let rest = self.b.one_minus(weight)?;
            let (x, y) = (self.b.mul(weight, x)?, self.b.mul(rest, y)?);
            return Ok(vec![self.b.add(x, y)?]);
        }
        let x = self.any();
        let y = self.like(x);
        let comparison = Compare(self.c.of(COMPARISONS));
        if comparison.infer(&[self.b.ty(x), self.b.ty(y)]).is_err() {
            return Ok(Vec::new());
        }
        let mut predicate = self.b.emit1(comparison, &[x, y])?;
        match self.c.below(4) {
            0 => Ok(vec![predicate]),
            1 => {
                let (dtype, one) = (self.b.ty(x).dtype, self.c.below(3) as f64);
                if dtype == DType::Bool {
                    return Ok(vec![predicate]);
                }
                let low = self.b.constant(Array::scalar(dtype, one * 0.3 - 0.5))?;
                let high = self.b.full_like(x, one)?;
                Ok(vec![self.b.clamp(low, x, high)?])
            }
            _ => {
                if self.c.once_in(3) {
                    let scalar = self.find(|ty| *ty == TensorType::scalar(DType::Bool));
                    predicate = scalar.unwrap_or(predicate);
                }
                let (shape, scalar) = (self.b.ty(predicate).shape.clone(), self.b.ty(predicate).rank() == 0);
                let Some(z) = self.find(|ty| scalar || ty.shape == shape) else { return Ok(vec![predicate]) };
                let w = self.like(z);
                Ok(vec![self.b.select(predicate, z, w)?, predicate])
            }
        }
    }

    pub(super) fn conversion(&mut self) -> Made {
        if !self.domain.kinks {
            let Some(x) = self.float() else { return Ok(Vec::new()) };
            return Ok(vec![match self.c.below(3) {
                0 => self.b.mul(x, x)?,
                1 => self.b.optimization_barrier(&[x])?[0],
                _ => self.b.checkpoint_name(x, "kept")?,
            }]);
        }
        let x = self.any();
        let dtype = self.c.of(&[self.domain.float, self.domain.float, DType::I32, DType::U8, DType::Bool]);
        Ok(match self.c.below(7) {
            0 => self.b.optimization_barrier(&[x])?,
            3 => vec![self.b.checkpoint_name(x, "kept")?],
            1 if self.b.ty(x).dtype == DType::F32 => vec![self.b.bitcast_convert(x, DType::I32)?],
            2 if self.is_float(x) => vec![self.b.stop_gradient(x)?],
            _ => {
                let made = self.b.emit1(Convert { dtype }, &[x])?;
                vec![self.calm(made)?]
            }
        })
    }
}

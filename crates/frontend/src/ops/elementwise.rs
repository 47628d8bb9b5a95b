//! Element-wise arithmetic, comparison and selection.

use keramos_ir::{Array, DType, TensorType, Value as IrValue, as_tuple};

use crate::error::{Error, Result};
use crate::trace::{Literal, Tensor, Tracer};

/// The shape that NumPy broadcasts `a` and `b` to.
///
/// # Errors
/// Two aligned dimensions differ and neither is 1.
pub fn broadcast_shapes(a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let rank = a.len().max(b.len());
    let dim = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |k| shape[k]);
    (0..rank)
        .map(|i| match (dim(a, i), dim(b, i)) {
            (m, n) if m == n || n == 1 => Ok(m),
            (1, n) => Ok(n),
            _ => Err(Error::shape(format!("shapes {} and {} do not broadcast together", as_tuple(a), as_tuple(b)))
                .note("dimensions are aligned from the last one; each pair must be equal or one of them 1")),
        })
        .collect()
}

impl Tracer {
    /// `x` with element type `dtype`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn convert(&mut self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        if x.dtype() == dtype {
            return Ok(x.clone().into_strong());
        }
        match x.literal() {
            Some(number) => self.constant(number.array(dtype)),
            None => Ok(self.build1(&[x], |b, v| b.convert(v[0], dtype))?.into_strong()),
        }
    }

    /// The bits of `x` as elements of another type, lowest first: narrower ones along a new last dimension,
    /// wider ones of those that the last dimension holds.
    ///
    /// # Errors
    /// The last dimension does not hold the bits of one element.
    pub fn bitcast(&mut self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        let (from, to) = (x.dtype().bits(), dtype.bits());
        if from == to {
            return self.build1(&[x], |b, v| b.bitcast_convert(v[0], dtype));
        }
        let unsigned =
            |bits: u32| [DType::U8, DType::U16, DType::U32, DType::U64].into_iter().find(|d| d.bits() == bits);
        let (Some(source), Some(target)) = (unsigned(from), unsigned(to)) else {
            return Err(Error::ty(format!("the bits of {} cannot be read as {dtype}", x.ty())));
        };
        let words = self.build1(&[x], |b, v| b.bitcast_convert(v[0], source))?;
        let last = x.rank();
        let joined = if to < from {
            let parts = (0..from / to).map(|part| {
                let part = self.build1(&[&words], |b, v| {
                    let distance = b.full_like(v[0], f64::from(part * to))?;
                    let shifted = b.shift_right_logical(v[0], distance)?;
                    let mask = b.full_like(shifted, 2f64.powi(to as i32) - 1.0)?;
                    let low = b.and(shifted, mask)?;
                    b.convert(low, target)
                })?;
                self.expand_dims(&part, &[last])
            });
            let parts = parts.collect::<Result<Vec<_>>>()?;
            self.concatenate(&parts, last)?
        } else {
            let count = (to / from) as usize;
            if x.shape().last() != Some(&count) {
                return Err(Error::shape(format!(
                    "the last dimension of {} must be {count} to be read as {dtype}",
                    x.ty()
                )));
            }
            let wide = self.convert(&words, target)?;
            let mut sum: Option<Tensor> = None;
            for part in 0..count {
                let piece = self.slice_axis(&wide, last - 1, part, part + 1)?;
                let piece = self.squeeze(&piece, &[last - 1])?;
                let piece = self.build1(&[&piece], |b, v| {
                    let distance = b.full_like(v[0], part as f64 * f64::from(from))?;
                    b.shift_left(v[0], distance)
                })?;
                sum = Some(match sum {
                    None => piece,
                    Some(sum) => self.or(&sum, &piece)?,
                });
            }
            sum.ok_or_else(|| Error::internal("no bits are left"))?
        };
        self.build1(&[&joined], |b, v| b.bitcast_convert(v[0], dtype))
    }

    /// `x` broadcast to `shape`.
    ///
    /// # Errors
    /// The shapes are not compatible.
    pub fn broadcast_to(&mut self, x: &Tensor, shape: &[usize]) -> Result<Tensor> {
        if x.shape() == shape {
            return Ok(x.clone());
        }
        self.build1(&[x], |b, v| b.broadcast(v[0], shape))
    }

    /// A tensor of type `ty` filled with `value`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn full(&mut self, ty: &TensorType, value: f64) -> Result<Tensor> {
        self.build1(&[], |b, _| b.full(ty, value))
    }

    /// A scalar constant of type `dtype`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn scalar(&mut self, dtype: DType, value: f64) -> Result<Tensor> {
        self.constant(Array::scalar(dtype, value))
    }

    /// A weakly typed float, as a Python float would be.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn weak(&mut self, value: f64) -> Result<Tensor> {
        self.literal(value)
    }

    /// A number of the program: a weak scalar.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn literal(&mut self, value: impl Into<Literal>) -> Result<Tensor> {
        let value = value.into();
        let dtype = match value {
            Literal::Int(_) => self.default_int(),
            Literal::Float(_) => self.default_float(),
        };
        Ok(self.constant(value.array(dtype))?.with_literal(value))
    }

    /// Both operands in the promoted element type and the broadcast shape, and whether the result is weak.
    pub(crate) fn operands(&mut self, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor, bool)> {
        let (dtype, weak) = self.promoted([a, b]);
        let shape = broadcast_shapes(a.shape(), b.shape())?;
        let mut prepare = |t: &Tensor| {
            let t = self.convert(t, dtype)?;
            self.broadcast_to(&t, &shape)
        };
        Ok((prepare(a)?, prepare(b)?, weak))
    }

    fn binary(
        &mut self,
        a: &Tensor,
        b: &Tensor,
        op: fn(&mut keramos_ir::Builder, IrValue, IrValue) -> keramos_ir::Result<IrValue>,
    ) -> Result<Tensor> {
        let (a, b, weak) = self.operands(a, b)?;
        let z = self.build1(&[&a, &b], |builder, v| op(builder, v[0], v[1]))?;
        Ok(z.weak_if(weak))
    }

    /// The operand as a float: integers and truth values become `float32`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn to_float(&mut self, x: &Tensor) -> Result<Tensor> {
        if x.dtype().is_inexact() {
            return Ok(x.clone());
        }
        let float = self.default_float();
        Ok(self.convert(x, float)?.weak_if(x.is_weak()))
    }

    fn unary(
        &mut self,
        x: &Tensor,
        op: fn(&mut keramos_ir::Builder, IrValue) -> keramos_ir::Result<IrValue>,
    ) -> Result<Tensor> {
        self.build1(&[x], |builder, v| op(builder, v[0]))
    }

    /// a / b in floating point.
    ///
    /// # Errors
    /// The shapes do not broadcast.
    pub fn div(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (a, b) = match self.promoted([a, b]).0.is_float() {
            true => (a.clone(), b.clone()),
            false => (self.to_float(a)?, self.to_float(b)?),
        };
        self.binary(&a, &b, |builder, x, y| builder.div(x, y))
    }

    /// `condition ? a : b`, element by element.
    ///
    /// # Errors
    /// The shapes do not broadcast.
    pub fn select(&mut self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (a, b, weak) = self.operands(a, b)?;
        let shape = broadcast_shapes(condition.shape(), a.shape())?;
        let condition = self.to_bool(condition)?;
        let condition = self.broadcast_to(&condition, &shape)?;
        let (a, b) = (self.broadcast_to(&a, &shape)?, self.broadcast_to(&b, &shape)?);
        let z = self.build1(&[&condition, &a, &b], |builder, v| builder.select(v[0], v[1], v[2]))?;
        Ok(z.weak_if(weak))
    }

    /// x ≠ 0.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn to_bool(&mut self, x: &Tensor) -> Result<Tensor> {
        self.convert(x, DType::Bool)
    }

    /// x + c for a constant, in `x`'s element type.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn add_scalar(&mut self, x: &Tensor, c: f64) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.add(x, &c)
    }

    /// x · c for a constant, in `x`'s element type.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn mul_scalar(&mut self, x: &Tensor, c: f64) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.mul(x, &c)
    }

    /// x / c for a constant, in `x`'s element type.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn div_scalar(&mut self, x: &Tensor, c: f64) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.div(x, &c)
    }

    /// c − x for a constant, in `x`'s element type.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn scalar_sub(&mut self, c: f64, x: &Tensor) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.sub(&c, x)
    }

    /// max(x, c) for a constant.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn max_scalar(&mut self, x: &Tensor, c: f64) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.maximum(x, &c)
    }

    /// min(x, c) for a constant.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn min_scalar(&mut self, x: &Tensor, c: f64) -> Result<Tensor> {
        let c = self.weak(c)?;
        self.minimum(x, &c)
    }

    /// min(max(x, low), high), as `jnp.clip`: half of the derivative passes at a bound.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn clip(&mut self, x: &Tensor, low: f64, high: f64) -> Result<Tensor> {
        let x = self.max_scalar(x, low)?;
        self.min_scalar(&x, high)
    }

    /// x².
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn square(&mut self, x: &Tensor) -> Result<Tensor> {
        self.mul(x, x)
    }
}

macro_rules! binary_methods {
    ($($(#[$doc:meta])* $name:ident => $op:ident;)*) => {
        impl Tracer {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The shapes do not broadcast, or the element types are not accepted.
            pub fn $name(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
                self.binary(a, b, |builder, x, y| builder.$op(x, y))
            })*
        }
    };
}

binary_methods! {
    /// a + b.
    add => add;
    /// a − b.
    sub => sub;
    /// a · b.
    mul => mul;
    /// max(a, b); NaN propagates.
    maximum => max;
    /// min(a, b); NaN propagates.
    minimum => min;
    /// aᵇ for floats.
    power => pow;
    /// The remainder with the dividend's sign (`lax.rem`).
    rem => rem;
    /// The angle of the point with ordinate `a` and abscissa `b`.
    atan2 => atan2;
    /// Logical or bitwise and.
    and => and;
    /// Logical or bitwise or.
    or => or;
    /// Logical or bitwise exclusive or.
    xor => xor;
    /// a = b.
    eq => eq;
    /// a ≠ b.
    ne => ne;
    /// a < b.
    lt => lt;
    /// a ≤ b.
    le => le;
    /// a > b.
    gt => gt;
    /// a ≥ b.
    ge => ge;
}

macro_rules! unary_methods {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Tracer {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The element type is not accepted.
            pub fn $name(&mut self, x: &Tensor) -> Result<Tensor> {
                self.unary(x, |builder, v| builder.$name(v))
            })*
        }
    };
}

unary_methods! {
    /// −x.
    neg;
    /// |x|.
    abs;
    /// −1, 0 or 1.
    sign;
    /// Logical or bitwise not.
    not;
}

macro_rules! float_methods {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Tracer {
            $($(#[$doc])*
            /// Integers are converted to `float32` first.
            ///
            /// # Errors
            /// Nothing is being traced.
            pub fn $name(&mut self, x: &Tensor) -> Result<Tensor> {
                let x = self.to_float(x)?;
                self.unary(&x, |builder, v| builder.$name(v))
            })*
        }
    };
}

float_methods! {
    /// eˣ.
    exp;
    /// eˣ − 1.
    expm1;
    /// ln x.
    log;
    /// ln(1 + x).
    log1p;
    /// √x.
    sqrt;
    /// 1/√x.
    rsqrt;
    /// sin x.
    sin;
    /// cos x.
    cos;
    /// tanh x.
    tanh;
    /// 1/(1 + e⁻ˣ).
    logistic;
    /// ∛x.
    cbrt;
    /// 2ˣ.
    exp2;
    /// tan x.
    tan;
    /// arcsin x.
    asin;
    /// arccos x.
    acos;
    /// arctan x.
    atan;
    /// sinh x.
    sinh;
    /// cosh x.
    cosh;
    /// arsinh x.
    asinh;
    /// arcosh x.
    acosh;
    /// artanh x.
    atanh;
    /// The nearest whole number, halves to even.
    round_even;
    /// The largest integer not above x.
    floor;
    /// The smallest integer not below x.
    ceil;
}

//! Reductions over axes.

use keramos_ir::{DType, Value as IrValue, as_tuple};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// `axis` counted from the front; negative axes count from the back.
///
/// # Errors
/// The tensor has no such axis.
pub fn axis_index(axis: i64, rank: usize) -> Result<usize> {
    let index = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(index).ok().filter(|&i| i < rank).ok_or_else(|| {
        let error = Error::shape(format!("axis {axis} is out of range for a tensor of rank {rank}"));
        match rank {
            0 => error.help("a scalar has no axes"),
            1 => error.help("its only axis is 0, or -1 from the last"),
            _ => error.help(format!("axes are 0 to {}, or -{rank} to -1 from the last", rank - 1)),
        }
    })
}

/// The axes counted from the front, sorted; no axes given means all.
///
/// # Errors
/// The tensor has no such axis, or one is named twice.
pub fn axes_indices(axes: Option<&[i64]>, rank: usize) -> Result<Vec<usize>> {
    let Some(axes) = axes else { return Ok((0..rank).collect()) };
    let mut indices = axes.iter().map(|&a| axis_index(a, rank)).collect::<Result<Vec<_>>>()?;
    indices.sort_unstable();
    if indices.windows(2).any(|w| w[0] == w[1]) {
        return Err(Error::shape(format!("an axis is named twice in {axes:?}")));
    }
    Ok(indices)
}

impl Tracer {
    /// A reduction with all that NumPy lets one say about it.
    ///
    /// # Errors
    /// A reduction without a neutral element has nothing to reduce, or a mask and no `initial`.
    pub(crate) fn reduction(&mut self, kind: Reduction, x: &Tensor, how: &Reduce<'_>) -> Result<Tensor> {
        use Reduction::{All, Any, Max, Min, Prod, Sum};
        let result = match kind {
            All | Any => DType::Bool,
            Max | Min => x.dtype(),
            Sum | Prod => how.dtype.unwrap_or_else(|| self.summed(x.dtype())),
        };
        if matches!(kind, Max | Min) && how.initial.is_none() {
            if how.mask.is_some() {
                return Err(Error::argument("a maximum or minimum with `where` needs `initial`")
                    .note("where the mask holds nowhere, there would be no result"));
            }
            if how.axes.iter().any(|&d| x.shape()[d] == 0) {
                return Err(Error::shape(format!(
                    "there is no maximum or minimum of nothing: the shape is {}",
                    as_tuple(x.shape())
                )));
            }
        }
        let half = result.is_float() && result.size() == 2;
        let wide = matches!(kind, Sum | Prod) && half && how.dtype.is_none();
        let x = self.convert(x, if wide { DType::F32 } else { result })?;
        let x = match how.mask {
            None => x,
            Some(mask) => {
                let neutral = match kind {
                    Sum | Any => 0.0,
                    Prod | All => 1.0,
                    Max => f64::NEG_INFINITY,
                    Min => f64::INFINITY,
                };
                let neutral = self.scalar(x.dtype(), neutral)?;
                self.select(mask, &x, &neutral)?
            }
        };
        let y = self.reduce(
            &x,
            how.axes,
            false,
            match kind {
                Sum => |b, v, axes| b.reduce_sum(v, axes),
                Prod => |b, v, axes| b.reduce_prod(v, axes),
                Max => |b, v, axes| b.reduce_max(v, axes),
                Min => |b, v, axes| b.reduce_min(v, axes),
                All => |b, v, axes| b.reduce_and(v, axes),
                Any => |b, v, axes| b.reduce_or(v, axes),
            },
        )?;
        let y = match how.initial {
            None => y,
            Some(initial) => {
                let initial = self.convert(initial, y.dtype())?;
                match kind {
                    Sum => self.add(&initial, &y)?,
                    Prod => self.mul(&initial, &y)?,
                    Max => self.maximum(&initial, &y)?,
                    Min => self.minimum(&initial, &y)?,
                    All => self.and(&initial, &y)?,
                    Any => self.or(&initial, &y)?,
                }
            }
        };
        let y = self.convert(&y, result)?;
        if how.keepdims { self.expand_dims(&y, how.axes) } else { Ok(y) }
    }

    /// The element type of sums of `dtype`.
    pub(crate) fn summed(&self, dtype: DType) -> DType {
        let default = self.default_int();
        match dtype {
            DType::Bool => default,
            d if d.is_signed_int() && d.size() < default.size() => default,
            d if d.is_unsigned_int() && d.size() < default.size() => super::canonical(DType::U64, self.x64),
            other => other,
        }
    }

    fn reduce(
        &mut self,
        x: &Tensor,
        axes: &[usize],
        keepdims: bool,
        op: fn(&mut keramos_ir::Builder, IrValue, &[usize]) -> keramos_ir::Result<IrValue>,
    ) -> Result<Tensor> {
        let y = self.build1(&[x], |b, v| op(b, v[0], axes))?.into_strong();
        if keepdims { self.expand_dims(&y, axes) } else { Ok(y) }
    }

    /// The sum over `axes`; truth values and integers narrower than the default are counted in that,
    /// `f16` and `bf16` are summed in `f32`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn sum(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
        self.reduction(Reduction::Sum, x, &Reduce { axes, keepdims, ..Reduce::default() })
    }

    /// The mean over `axes`; integers give `f32`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn mean(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
        self.mean_of(x, &Reduce { axes, keepdims, ..Reduce::default() })
    }

    /// Mean and biased variance over `axes`, as `mean((x − mean(x))²)`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn moments(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<(Tensor, Tensor)> {
        let mean = self.mean(x, axes, true)?;
        let centred = self.sub(x, &mean)?;
        let square = self.square(&centred)?;
        let variance = self.mean(&square, axes, keepdims)?;
        let mean = if keepdims { mean } else { self.squeeze(&mean, axes)? };
        Ok((mean, variance))
    }

    /// The index of the largest element along `axis` as `int32`; the first among equals, NaN above all.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn argmax(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        self.build1(&[&x.clone().into_strong()], |b, v| b.argmax(v[0], axis)).and_then(|i| self.as_index(&i))
    }

    /// The index of the smallest element along `axis`; the first among equals, NaN below all.
    pub(crate) fn argmin(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        self.build1(&[&x.clone().into_strong()], |b, v| b.argmin(v[0], axis)).and_then(|i| self.as_index(&i))
    }

    /// Indices in the default integer type.
    pub(crate) fn as_index(&mut self, x: &Tensor) -> Result<Tensor> {
        let int = self.default_int();
        self.convert(x, int)
    }
}

/// What is computed over the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reduction {
    /// The sum.
    Sum,
    /// The product.
    Prod,
    /// The largest element.
    Max,
    /// The smallest element.
    Min,
    /// Whether all are true.
    All,
    /// Whether any is true.
    Any,
}

/// How a reduction is done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reduce<'a> {
    /// Ascending.
    pub(crate) axes: &'a [usize],
    /// Whether the axes stay, with size 1.
    pub(crate) keepdims: bool,
    /// The element type of the result, if it is not the natural one.
    pub(crate) dtype: Option<DType>,
    /// Which elements count.
    pub(crate) mask: Option<&'a Tensor>,
    /// What the result starts from.
    pub(crate) initial: Option<&'a Tensor>,
}

macro_rules! reduce_methods {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {
        impl Tracer {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The element type is not accepted.
            pub fn $name(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
                self.reduction(Reduction::$kind, x, &Reduce { axes, keepdims, ..Reduce::default() })
            })*
        }
    };
}

reduce_methods! {
    /// The largest element over `axes`; the derivative is shared among ties.
    max => Max;
    /// The smallest element over `axes`; the derivative is shared among ties.
    min => Min;
    /// The product over `axes`.
    prod => Prod;
    /// Whether all are true over `axes`.
    all => All;
    /// Whether any is true over `axes`.
    any => Any;
}

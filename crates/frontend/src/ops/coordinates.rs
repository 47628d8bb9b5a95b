//! Tensors read at places between their elements.

use keramos_ir::ops::OutOfBounds;
use keramos_ir::{DType, TensorType, as_tuple};

use super::{Part, is_inexact};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// What is read beyond the first and the last element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// A given value.
    Constant,
    /// The nearest element.
    Nearest,
    /// The elements from the other end on.
    Wrap,
    /// The elements backwards, without the one at the end.
    Mirror,
    /// The elements backwards.
    Reflect,
}

/// The names of the modes.
pub(crate) const BEYOND: &[&str] = &["constant", "nearest", "wrap", "mirror", "reflect"];

impl Beyond {
    /// The mode of that name, `Constant` for any other.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "nearest" => Beyond::Nearest,
            "wrap" => Beyond::Wrap,
            "mirror" => Beyond::Mirror,
            "reflect" => Beyond::Reflect,
            _ => Beyond::Constant,
        }
    }
}

/// How a tensor is read between its elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// On straight lines between elements; otherwise the nearest element.
    pub(crate) linear: bool,
    /// What is beyond the ends.
    pub(crate) beyond: Beyond,
}

/// One of the elements that a place is read from, along one dimension.
struct Corner {
    index: Tensor,
    /// Whether there is such an element; `None` if always.
    valid: Option<Tensor>,
    /// `None` for 1.
    weight: Option<Tensor>,
}

impl Tracer {
    /// `jax.scipy.ndimage.map_coordinates`: `x` read at `places`, one tensor of coordinates per dimension of `x` after
    /// the first `batch`, which `x` and the places share. `fill` is what is read beyond the ends by
    /// [`Beyond::Constant`].
    pub(crate) fn map_coordinates(
        &mut self,
        x: &Tensor,
        places: &[Tensor],
        batch: usize,
        how: Reading,
        fill: &Tensor,
    ) -> Result<Tensor> {
        if places.len() + batch != x.rank() {
            return Err(Error::shape(format!(
                "{} coordinates are given for a tensor of shape {}",
                places.len(),
                as_tuple(x.shape())
            ))
            .help("give one row of coordinates per dimension"));
        }
        let shape = places.iter().try_fold(Vec::new(), |shape, p| super::broadcast_shapes(&shape, p.shape()))?;
        let fill = self.convert(fill, x.dtype())?;
        let mut leading = Vec::new();
        for dim in 0..batch {
            leading.push(Part::Array(self.iota(DType::I32, &shape, dim)?));
        }
        let mut corners = Vec::new();
        for (place, &size) in places.iter().zip(x.shape().iter().skip(batch)) {
            corners.push(self.corners(place, size, how)?);
        }
        let mut total: Option<Tensor> = None;
        let count: usize = corners.iter().map(Vec::len).product();
        for number in 0..count {
            // The last dimension's corner changes fastest.
            let mut rest = number;
            let mut chosen = Vec::new();
            for options in corners.iter().rev() {
                chosen.push(&options[rest % options.len()]);
                rest /= options.len();
            }
            chosen.reverse();
            let indices = chosen.iter().map(|corner| Part::Array(corner.index.clone()));
            let parts: Vec<Part> = leading.iter().cloned().chain(indices).collect();
            let mut value = self.index(x, &parts, OutOfBounds::Clip)?;
            let mut valid: Option<Tensor> = None;
            for own in chosen.iter().filter_map(|corner| corner.valid.as_ref()) {
                valid = Some(match valid {
                    None => own.clone(),
                    Some(all) => self.and(&all, own)?,
                });
            }
            if let Some(valid) = valid {
                value = self.select(&valid, &value, &fill)?;
            }
            let mut weight: Option<Tensor> = None;
            for own in chosen.iter().filter_map(|corner| corner.weight.as_ref()) {
                weight = Some(match weight {
                    None => own.clone(),
                    Some(product) => self.mul(&product, own)?,
                });
            }
            if let Some(weight) = weight {
                value = self.mul(&weight, &value)?;
            }
            total = Some(match total {
                None => value,
                Some(total) => self.add(&total, &value)?,
            });
        }
        let total = match total {
            Some(total) => total,
            // No element is read.
            None => self.full(&TensorType::new(x.dtype(), shape), 0.0)?,
        };
        let total = if is_inexact(x.dtype()) || !is_inexact(total.dtype()) { total } else { self.round_away(&total)? };
        self.convert(&total, x.dtype())
    }

    /// The elements of a dimension of `size` that a place is read from.
    fn corners(&mut self, place: &Tensor, size: usize, how: Reading) -> Result<Vec<Corner>> {
        let float = is_inexact(place.dtype());
        let nodes: Vec<(Tensor, Option<Tensor>)> = if !how.linear {
            let index = if float { self.round_away(place)? } else { place.clone() };
            vec![(self.convert(&index, DType::I32)?, None)]
        } else if float {
            let lower = self.floor(place)?;
            let [low, high] = self.compute_all([place, &lower], |[x, l]| [1.0 - (x - l), x - l])?;
            let index = self.convert(&lower, DType::I32)?;
            let next = self.compute([&index], |[i]| i + 1)?;
            vec![(index, Some(low)), (next, Some(high))]
        } else {
            // An integer is an element itself.
            vec![(self.convert(place, DType::I32)?, None)]
        };
        let mut corners = Vec::new();
        for (index, weight) in nodes {
            let n = size as i64;
            let mirrored = |t: &mut Tracer, index: &Tensor, n: i64| {
                let s = (n - 1).max(0);
                t.compute([index], |[i]| ((i + s).with((2 * s).max(1), |t, x, y| t.remainder(x, y)) - s).abs())
            };
            let (fixed, valid) = match how.beyond {
                Beyond::Constant => {
                    let inside = self.compute([&index], |[i]| i.ge(0).and(i.lt(n)))?;
                    (index, Some(inside))
                }
                Beyond::Nearest => (self.compute([&index], |[i]| i.max(0).min((n - 1).max(0)))?, None),
                Beyond::Wrap => (self.compute([&index], |[i]| i.with(n.max(1), |t, x, y| t.remainder(x, y)))?, None),
                Beyond::Mirror => (mirrored(self, &index, n)?, None),
                Beyond::Reflect => {
                    let double = self.compute([&index], |[i]| i * 2 + 1)?;
                    let mirrored = mirrored(self, &double, 2 * n + 1)?;
                    let half = self.compute([&mirrored], |[i]| (i - 1).with(2, |t, x, y| t.floor_divide(x, y)))?;
                    (half, None)
                }
            };
            corners.push(Corner { index: fixed, valid, weight });
        }
        Ok(corners)
    }
}

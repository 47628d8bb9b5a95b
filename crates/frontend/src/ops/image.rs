//! Resampling: the matrices of weights with which images are resized.

use keramos_ir::ops::DotDims;
use keramos_ir::{Array, Buffer};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// How pixels between pixels are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// The nearest pixel.
    Nearest,
    /// A triangle of radius 1.
    Linear,
    /// Keys's cubic of radius 2.
    Cubic,
    /// The cubic of radius 2 that other libraries take, with the edge repeated.
    CubicRepeated,
    /// A windowed sine of that radius.
    Lanczos(u8),
    /// The mean of the pixels that a new pixel covers.
    Area,
}

impl Resampling {
    /// The method of that name in `jax.image`.
    pub fn from_name(name: &str) -> Option<Resampling> {
        Some(match name {
            "nearest" => Resampling::Nearest,
            "linear" | "bilinear" | "trilinear" | "triangle" => Resampling::Linear,
            "cubic" | "bicubic" | "tricubic" => Resampling::Cubic,
            "cubic-pytorch" | "bicubic-pytorch" => Resampling::CubicRepeated,
            "lanczos3" => Resampling::Lanczos(3),
            "lanczos5" => Resampling::Lanczos(5),
            "area" => Resampling::Area,
            _ => return None,
        })
    }

    /// The names, for messages.
    pub const NAMES: &[&'static str] =
        &["nearest", "linear", "bilinear", "cubic", "bicubic", "cubic-pytorch", "lanczos3", "lanczos5", "area"];

    /// The weight of a pixel at distance `x` ≥ 0.
    fn kernel(self, x: f32) -> f32 {
        match self {
            Resampling::Nearest | Resampling::Area => 0.0,
            Resampling::Linear => (1.0 - x.abs()).max(0.0),
            Resampling::Cubic => match x {
                x if x >= 2.0 => 0.0,
                x if x >= 1.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
                x => ((1.5 * x - 2.5) * x) * x + 1.0,
            },
            Resampling::CubicRepeated => {
                let a = -0.75;
                match x {
                    x if x >= 2.0 => 0.0,
                    x if x >= 1.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
                    x => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
                }
            }
            Resampling::Lanczos(radius) => {
                let radius = f32::from(radius);
                if x > radius {
                    return 0.0;
                }
                if x <= 1e-3 {
                    return 1.0;
                }
                let pi = std::f32::consts::PI;
                let y = radius * (pi * x).sin() * (pi * x / radius).sin();
                y / ((std::f64::consts::PI * std::f64::consts::PI) as f32 * x * x)
            }
        }
    }
}

/// What becomes of the proportions of an image.
#[derive(Clone, Copy, Debug)]
pub enum Aspect {
    /// They change.
    Stretch,
    /// The middle with the new proportions is taken.
    Crop,
    /// That value fills up what is missing.
    Pad(f64),
}

/// How one dimension is resampled: old place = (new place − translation)/scale, with pixels' centres at
/// half-integers.
#[derive(Clone, Copy, Debug)]
pub struct Scaling {
    /// New sizes over old ones.
    pub scale: f64,
    /// How far the image moves, in new pixels.
    pub translation: f64,
}

/// How much each of `from` pixels counts in each of `to` new ones, `f32[from, to]`, in the arithmetic and
/// order of `jax.image`'s `compute_weight_mat`. With `antialias`, kernels grow where images shrink.
fn weights(method: Resampling, (from, to): (usize, usize), how: Scaling, antialias: bool) -> Result<Array> {
    let inverse = (1.0 / how.scale) as f32;
    let grown = if antialias { inverse.max(1.0) } else { 1.0 };
    let translation = how.translation as f32;
    let places: Vec<f32> = (0..to).map(|i| (i as f32 + 0.5) * inverse - translation * inverse - 0.5).collect();
    let mut weights = vec![0f32; from * to];
    let edge = match method {
        Resampling::CubicRepeated => 2i64,
        _ => 0,
    };
    let last = from as i64 - 1;
    for j in -edge..from as i64 + edge {
        let row = j.clamp(0, last.max(0)) as usize;
        for (i, &place) in places.iter().enumerate() {
            let weight = if method == Resampling::Area {
                let left = i as f32 * inverse - translation * inverse;
                ((left + inverse).min(j as f32 + 1.0) - left.max(j as f32)).max(0.0)
            } else {
                method.kernel((place - j as f32).abs() / grown)
            };
            weights[row * to + i] += weight;
        }
    }
    for (i, &place) in places.iter().enumerate() {
        let total: f32 = (0..from).map(|j| weights[j * to + i]).sum();
        let inside = edge > 0 || (-0.5..=from as f32 - 0.5).contains(&place);
        for j in 0..from {
            let weight = &mut weights[j * to + i];
            *weight = if inside && total.abs() > 1000.0 * f32::EPSILON { *weight / total } else { 0.0 };
        }
    }
    Ok(Array::new([from, to], Buffer::F32(weights))?)
}

impl Tracer {
    /// `x` with the sizes of `shape`, of the same rank, as `jax.image.resize`. Integers become floats unless the
    /// method is the nearest pixel.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn resize(&mut self, x: &Tensor, shape: &[usize], method: Resampling, antialias: bool) -> Result<Tensor> {
        let changed: Vec<usize> = (0..x.rank()).filter(|&d| shape.get(d).is_some_and(|&n| n != x.shape()[d])).collect();
        if method == Resampling::Nearest {
            return changed.into_iter().try_fold(x.clone(), |x, d| self.nearest(&x, d, shape[d]));
        }
        let scale = |d: usize| if shape[d] == 0 { 1.0 } else { shape[d] as f64 / x.shape()[d] as f64 };
        let how: Vec<(usize, Scaling)> =
            changed.into_iter().map(|d| (d, Scaling { scale: scale(d), translation: 0.0 })).collect();
        self.scale_and_translate(x, shape, &how, method, antialias)
    }

    /// Resamples the dimensions named in `how`, as `jax.image.scale_and_translate`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn scale_and_translate(
        &mut self,
        x: &Tensor,
        shape: &[usize],
        how: &[(usize, Scaling)],
        method: Resampling,
        antialias: bool,
    ) -> Result<Tensor> {
        let method = if antialias && method == Resampling::CubicRepeated { Resampling::Cubic } else { method };
        let mut y = self.to_float(x)?.into_strong();
        for &(d, scaling) in how {
            self.fuel.spend_table(&[y.shape()[d], shape[d]])?;
            let weights = weights(method, (y.shape()[d], shape[d]), scaling, antialias)?;
            let weights = self.constant(weights)?;
            let weights = self.convert(&weights, y.dtype())?;
            let product = self.dot_general(&y, &weights, DotDims::contracting([d], [0]))?;
            y = self.move_axis(&product, x.rank() - 1, d)?;
        }
        Ok(y)
    }

    /// Images (…, height, width, features) or (…, features, height, width) in another size, as Keras's
    /// `ops.image.resize`.
    ///
    /// # Errors
    /// `x` is neither an image nor a batch of images.
    pub fn resize_images(
        &mut self,
        x: &Tensor,
        (height, width): (usize, usize),
        channels_last: bool,
        method: Resampling,
        antialias: bool,
        aspect: Aspect,
    ) -> Result<Tensor> {
        let rank = x.rank();
        if !(3..=4).contains(&rank) {
            let message = format!("images have rank 3 or, in batches, rank 4, found {}", x.ty());
            return Err(Error::shape(message).help("give the images a dimension for their channels"));
        }
        let first = if channels_last { rank - 3 } else { rank - 2 };
        let (h, w) = (x.shape()[first], x.shape()[first + 1]);
        // The size that has the new proportions, whole as Python's int(float(a)/b).
        let fitting = |side: usize, a: usize, b: usize| ((side * a) as f64 / b.max(1) as f64) as usize;
        let (fit_h, fit_w) = (fitting(w, height, width), fitting(h, width, height));
        let mut x = x.clone();
        match aspect {
            Aspect::Stretch => {}
            Aspect::Crop => {
                for (axis, size, fit) in [(first, h, fit_h), (first + 1, w, fit_w)] {
                    let kept = size.min(fit).max(1).min(size);
                    let start = (size - kept) / 2;
                    x = self.slice_axis(&x, axis, start, start + kept)?;
                }
            }
            Aspect::Pad(value) => {
                let [above, beside] = [(h, fit_h), (w, fit_w)].map(|(size, fit)| (fit.max(size) - size) / 2);
                let mut edges = vec![(0, 0); rank];
                if above > 0 {
                    edges[first] = (above, above);
                } else {
                    edges[first + 1] = (beside, beside);
                }
                x = self.pad(&x, &edges, value)?;
            }
        }
        let mut shape = x.shape().to_vec();
        (shape[first], shape[first + 1]) = (height, width);
        self.resize(&x, &shape, method, antialias)
    }

    /// The nearest pixels along dimension `d`.
    fn nearest(&mut self, x: &Tensor, d: usize, n: usize) -> Result<Tensor> {
        let m = x.shape()[d];
        // Whole factors are repetitions.
        if m > 0 && n.is_multiple_of(m) {
            return self.repeat(x, n / m, d);
        }
        let place = |i: usize| ((i as f32 + 0.5) * m as f32 / n as f32).floor() as i32;
        self.fuel.spend_table(&[n])?;
        let indices: Vec<i32> = (0..n).map(|i| place(i).clamp(0, m as i32 - 1)).collect();
        let indices = self.constant(Array::new([n], Buffer::I32(indices))?)?;
        let front = self.move_axis(x, d, 0)?;
        let taken = self.take_rows(&front, &indices)?;
        self.move_axis(&taken, 0, d)
    }
}

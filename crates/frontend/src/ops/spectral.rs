//! Signals as overlapping frames, and their spectra.

use std::f64::consts::PI;
use std::num::NonZeroUsize;

use keramos_ir::ops::{FftKind, OutOfBounds};
use keramos_ir::{DType, as_tuple};

use super::Part;
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// The names of the windows that [`periodic_window`] knows.
pub(crate) const WINDOWS: &[&str] = &["hann", "hamming"];

/// A window of `n` elements whose period is `n`, as `scipy.signal.get_window` gives it.
pub(crate) fn periodic_window(name: &str, n: usize) -> impl Iterator<Item = f64> + use<> {
    let level = if name == "hamming" { 0.54 } else { 0.5 };
    let wave = move |i: usize| level - (1.0 - level) * (2.0 * PI * i as f64 / n as f64).cos();
    (0..n).map(move |i| if n == 1 { 1.0 } else { wave(i) })
}

impl Tracer {
    /// Frames of `length` elements of the last dimension, every `step`: `[…, frames, length]`.
    pub(crate) fn frames(&mut self, x: &Tensor, length: usize, step: usize) -> Result<Tensor> {
        let n = x.shape().last().copied().unwrap_or(0);
        if length == 0 || step == 0 || n < length {
            return Err(Error::shape(format!(
                "frames of {length} elements every {step} do not fit a dimension of {n}"
            )));
        }
        let count = (n - length) / step + 1;
        let places = (0..count).flat_map(|i| (0..length).map(move |j| (i * step + j) as f64));
        let places = self.tabulated(&[count, length], places, DType::I32)?;
        self.index(x, &[Part::Rest, Part::Array(places)], OutOfBounds::Promised)
    }

    /// The sums of frames `[…, count, length]` laid over each other, each `step` elements after the one before. `batch`
    /// are the dimensions before.
    fn overlap_add(
        &mut self,
        frames: &Tensor,
        batch: &[usize],
        [count, length]: [usize; 2],
        step: NonZeroUsize,
    ) -> Result<Tensor> {
        let (rank, step) = (batch.len() + 2, step.get());
        let parts = length.div_ceil(step);
        let mut edges = vec![(0, 0); rank];
        edges[rank - 1] = (0, parts * step - length);
        let padded = self.pad(frames, &edges, 0.0)?;
        let padded = self.reshape(&padded, &[batch, &[count, parts, step]].concat())?;
        // Part k of a frame belongs k steps later.
        let late = |t: &mut Tracer, part: usize| -> Result<Tensor> {
            let own = t.slice_axis(&padded, rank - 1, part, part + 1)?;
            let own = t.squeeze(&own, &[rank - 1])?;
            let mut edges = vec![(0, 0); rank];
            edges[rank - 2] = (part, parts - 1 - part);
            t.pad(&own, &edges, 0.0)
        };
        let mut sum = late(self, 0)?;
        for part in 1..parts {
            let own = late(self, part)?;
            sum = self.add(&sum, &own)?;
        }
        let total = (count + parts - 1) * step;
        let flat = self.reshape(&sum, &[batch, &[total]].concat())?;
        self.slice_axis(&flat, rank - 2, 0, step * count.saturating_sub(1) + length)
    }

    /// The spectra of windowed frames of real numbers, `[…, frames, n/2 + 1]`.
    pub(crate) fn short_time_fourier(&mut self, x: &Tensor, window: &Tensor, step: usize) -> Result<Tensor> {
        let n = window.ty().size();
        let frames = self.frames(x, n, step)?;
        let frames = self.mul(&frames, window)?;
        self.fourier(&frames, FftKind::Rfft, frames.rank() - 1, n, 1.0)
    }

    /// The signal whose spectra of windowed frames are `[…, frames, n/2 + 1]`, as long as the frames reach.
    ///
    /// # Errors
    /// There are fewer than two dimensions.
    pub(crate) fn inverse_short_time_fourier(
        &mut self,
        x: &Tensor,
        window: &Tensor,
        step: NonZeroUsize,
    ) -> Result<Tensor> {
        let n = window.ty().size();
        let Some((batch, &[count, _])) = x.shape().split_last_chunk::<2>() else {
            return Err(Error::shape(format!(
                "spectra need at least two dimensions, found shape {}",
                as_tuple(x.shape())
            )));
        };
        let frames = self.fourier(x, FftKind::Irfft, batch.len() + 1, n, 1.0)?;
        let weighted = self.mul(&frames, window)?;
        let sum = self.overlap_add(&weighted, batch, [count, n], step)?;
        let squares = self.square(window)?;
        let squares = self.broadcast_to(&squares, &[count, n])?;
        let norm = self.overlap_add(&squares, &[], [count, n], step)?;
        self.compute([&sum, &norm], |[sum, norm]| sum / norm.gt(1e-10).select(norm, 1.0))
    }
}

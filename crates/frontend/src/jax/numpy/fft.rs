//! `jax.numpy.fft`.

use keramos_ir::DType;
use keramos_ir::ops::FftKind;

use super::contractions::conjugate;
use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};

modules! {
    /// `jax.numpy.fft`.
    FFT = Contents { tensor_functions: &[FUNCTIONS], ..Contents::new("jax.numpy.fft") };
}

/// See the module.
static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "fft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The Fourier transform along an axis." => |c| along(c, FftKind::Fft);
    "ifft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The inverse transform along an axis." => |c| along(c, FftKind::Ifft);
    "rfft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The transform of real numbers along an axis." => |c| along(c, FftKind::Rfft);
    "irfft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The inverse transform to real numbers along an axis." => |c| along(c, FftKind::Irfft);
    "hfft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The real transform of what is symmetric about 0." => |c| {
        let x = conjugated(c)?;
        hermitian(c, &x, FftKind::Irfft)
    };
    "ihfft": [(a) (n = NONE) (axis = int(-1)) (norm = NONE)] "The inverse of hfft." => |c| {
        let x = c.tensor("a")?;
        let y = hermitian(c, &x, FftKind::Rfft)?;
        c.t().build1(&[&y], |b, v| b.conj(v[0]))
    };
    "fft2": [(a) (s = NONE) (axes = Default::Ints(&[-2, -1])) (norm = NONE)] "The transform over two axes." => |c| over(c, FftKind::Fft);
    "ifft2": [(a) (s = NONE) (axes = Default::Ints(&[-2, -1])) (norm = NONE)] "The inverse transform over two axes." => |c| over(c, FftKind::Ifft);
    "rfft2": [(a) (s = NONE) (axes = Default::Ints(&[-2, -1])) (norm = NONE)] "The transform of real numbers over two axes." => |c| over(c, FftKind::Rfft);
    "irfft2": [(a) (s = NONE) (axes = Default::Ints(&[-2, -1])) (norm = NONE)] "The inverse transform to real numbers over two axes." => |c| over(c, FftKind::Irfft);
    "fftn": [(a) (s = NONE) (axes = NONE) (norm = NONE)] "The transform over several axes." => |c| over(c, FftKind::Fft);
    "ifftn": [(a) (s = NONE) (axes = NONE) (norm = NONE)] "The inverse transform over several axes." => |c| over(c, FftKind::Ifft);
    "rfftn": [(a) (s = NONE) (axes = NONE) (norm = NONE)] "The transform of real numbers over several axes." => |c| over(c, FftKind::Rfft);
    "irfftn": [(a) (s = NONE) (axes = NONE) (norm = NONE)] "The inverse transform to real numbers over several axes." => |c| over(c, FftKind::Irfft);
    "fftfreq": [(n) (d = Default::Float(1.0)) (dtype = NONE) (device = NONE)] "The frequencies of a transform." => |c| {
        let n = c.size("n")?;
        frequencies(c, n, n, |i| if i < n.div_ceil(2) { i as f64 } else { i as f64 - n as f64 })
    };
    "rfftfreq": [(n) (d = Default::Float(1.0)) (dtype = NONE) (device = NONE)] "The frequencies of a transform of real numbers." => |c| {
        let n = c.size("n")?;
        frequencies(c, n, n / 2 + 1, |i| i as f64)
    };
    "fftshift": [(x) (axes = NONE)] "With the zero frequency in the middle." => |c| shift(c, false);
    "ifftshift": [(x) (axes = NONE)] "With the zero frequency in front." => |c| shift(c, true);
};

/// The first `count` frequencies of a transform of `n` elements, each by its place among those of a whole turn.
fn frequencies(c: &mut Call<'_>, n: usize, count: usize, place: impl Fn(usize) -> f64) -> Result<Tensor> {
    let step = c.args.f64("d")? * n as f64;
    let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_float());
    c.t().tabulated(&[count], (0..count).map(|i| place(i) / step), dtype)
}

fn shift(c: &mut Call<'_>, back: bool) -> Result<Tensor> {
    let mut x = c.tensor("x")?;
    let axes = match c.some("axes")? {
        None => (0..x.rank()).collect(),
        Some(_) => c.ints("axes")?.iter().map(|&a| axis_index(a, x.rank())).collect::<Result<Vec<_>>>()?,
    };
    for axis in axes {
        let half = (x.shape()[axis] / 2) as i64;
        x = c.t().rolled(&x, if back { -half } else { half }, axis)?;
    }
    Ok(x)
}

/// What a transform of `n` elements is multiplied by beyond its definition.
fn scale(c: &Call<'_>, kind: FftKind, n: usize) -> Result<f64> {
    let forward = matches!(kind, FftKind::Fft | FftKind::Rfft);
    let norm = if c.some("norm")?.is_none() {
        "backward"
    } else {
        c.args.one_of("norm", &["backward", "ortho", "forward"])?
    };
    let n = n as f64;
    Ok(match (norm, forward) {
        ("ortho", true) => 1.0 / n.sqrt(),
        ("ortho", false) => n.sqrt(),
        ("forward", true) => 1.0 / n,
        ("forward", false) => n,
        _ => 1.0,
    })
}

/// The first argument with its imaginary part negated.
fn conjugated(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("a")?;
    conjugate(c.t(), x)
}

/// A transform whose norm is that of the other direction.
fn hermitian(c: &mut Call<'_>, x: &Tensor, kind: FftKind) -> Result<Tensor> {
    let axis = c.axis("axis", x.rank())?;
    let have = x.shape()[axis];
    let n = c.optional_size("n")?.unwrap_or(if kind == FftKind::Irfft { 2 * have.saturating_sub(1) } else { have });
    if n == 0 {
        return Err(Error::shape("a Fourier transform needs at least one element"));
    }
    let other = if kind == FftKind::Irfft { FftKind::Fft } else { FftKind::Ifft };
    // The inverse transforms divide by n of their own accord, the others do not.
    let own = if kind == FftKind::Irfft { n as f64 } else { 1.0 / n as f64 };
    let factor = scale(c, other, n)? * own;
    c.t().fourier(x, kind, axis, n, factor)
}

fn along(c: &mut Call<'_>, kind: FftKind) -> Result<Tensor> {
    let x = c.tensor("a")?;
    let axis = c.axis("axis", x.rank())?;
    let n = c.optional_size("n")?;
    one(c, &x, kind, axis, n)
}

/// Over several axes: real ends are the last.
fn over(c: &mut Call<'_>, kind: FftKind) -> Result<Tensor> {
    let mut x = c.tensor("a")?;
    let sizes = match c.some("s")? {
        None => None,
        Some(_) => Some(c.shape("s")?),
    };
    let axes = match c.some("axes")? {
        Some(_) => c.ints("axes")?.iter().map(|&a| axis_index(a, x.rank())).collect::<Result<Vec<_>>>()?,
        None => {
            let count = sizes.as_ref().map_or(x.rank(), Vec::len);
            (x.rank().saturating_sub(count)..x.rank()).collect()
        }
    };
    let size = |at: usize| sizes.as_ref().and_then(|sizes| sizes.get(at).copied());
    let inner = match kind {
        FftKind::Rfft => FftKind::Fft,
        FftKind::Irfft => FftKind::Ifft,
        other => other,
    };
    let places: Vec<usize> = (0..axes.len()).collect();
    let Some((&last, rest)) = places.split_last() else { return Ok(x) };
    if kind == FftKind::Rfft {
        x = one(c, &x, kind, axes[last], size(last))?;
    }
    for &at in rest {
        x = one(c, &x, inner, axes[at], size(at))?;
    }
    if kind != FftKind::Rfft {
        x = one(c, &x, kind, axes[last], size(last))?;
    }
    Ok(x)
}

fn one(c: &mut Call<'_>, x: &Tensor, kind: FftKind, axis: usize, n: Option<usize>) -> Result<Tensor> {
    let have = x.shape()[axis];
    let n = n.unwrap_or(if kind == FftKind::Irfft { 2 * have.saturating_sub(1) } else { have });
    if n == 0 {
        return Err(Error::shape("a Fourier transform needs at least one element"));
    }
    let factor = scale(c, kind, n)?;
    c.t().fourier(x, kind, axis, n, factor)
}

impl Tracer {
    /// The Fourier transform of `n` elements along one axis (cut or filled with zeros to that), times `factor`.
    pub(crate) fn fourier(&mut self, x: &Tensor, kind: FftKind, axis: usize, n: usize, factor: f64) -> Result<Tensor> {
        if kind == FftKind::Rfft && x.dtype().is_complex() {
            return Err(Error::ty(format!("a transform of real numbers is needed here, found {}", x.ty())));
        }
        let x = self.to_float(x)?;
        let x = if x.dtype().is_float() && x.dtype().size() < 4 { self.convert(&x, DType::F32)? } else { x };
        let x = match (kind, x.dtype().complex()) {
            (FftKind::Rfft, _) | (_, None) => x,
            (_, Some(complex)) => self.convert(&x, complex)?,
        };
        let rows = self.move_axis(&x, axis, x.rank() - 1)?;
        let last = rows.rank() - 1;
        let wanted = if kind == FftKind::Irfft { n / 2 + 1 } else { n };
        let rows = match rows.shape()[last] {
            have if have > wanted => self.slice_axis(&rows, last, 0, wanted)?,
            have => {
                let mut edges = vec![(0, 0); rows.rank()];
                edges[last] = (0, wanted - have);
                self.pad(&rows, &edges, 0.0)?
            }
        };
        let y = self.build1(&[&rows], |b, v| b.fft(v[0], kind, &[n]))?;
        let y = if factor == 1.0 { y } else { self.mul_scalar(&y, factor)? };
        self.move_axis(&y, last, axis)
    }
}

//! Fourier transforms and complex numbers of `keras.ops`, where a complex tensor is a pair of real ones.

use std::num::NonZeroUsize;

use keramos_ir::ops::FftKind;
use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, TRUE, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{PadMode, WINDOWS, periodic_window};
use crate::trace::Tensor;
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "fft": [(x)] "The Fourier transform over the last dimension of a pair of real and imaginary parts." => |c| {
        let x = pair(c, "x")?;
        let y = over(c, x, FftKind::Fft, 1)?;
        parts(c, &y)
    };
    "fft2": [(x)] "The Fourier transform over the last two dimensions of a pair of real and imaginary parts." => |c| {
        let x = pair(c, "x")?;
        let y = over(c, x, FftKind::Fft, 2)?;
        parts(c, &y)
    };
    "ifft2": [(x)] "The inverse Fourier transform over the last two dimensions of a pair of real and imaginary parts." => |c| {
        let x = pair(c, "x")?;
        let y = over(c, x, FftKind::Ifft, 2)?;
        parts(c, &y)
    };
    "rfft": [(x) (fft_length = NONE)] "The Fourier transform of real numbers: real and imaginary parts." => |c| {
        let (x, length) = (c.tensor("x")?, c.optional_size("fft_length")?);
        let last = last(&x)?;
        let y = c.t().fourier(&x, FftKind::Rfft, last, length.unwrap_or(x.shape()[last]), 1.0)?;
        parts(c, &y)
    };
    "irfft": [(x) (fft_length = NONE)] "The real numbers whose Fourier transform is a pair of real and imaginary parts." => |c| {
        let (x, length) = (pair(c, "x")?, c.optional_size("fft_length")?);
        let last = last(&x)?;
        let length = length.unwrap_or(2 * x.shape()[last].saturating_sub(1));
        c.t().fourier(&x, FftKind::Irfft, last, length, 1.0)
    };
    "stft": [(x) (sequence_length) (sequence_stride) (fft_length) (window = Default::Str("hann")) (center = TRUE)]
        "The Fourier transforms of windows of a signal: real and imaginary parts." => stft;
    "istft": [(x) (sequence_length) (sequence_stride) (fft_length) (length = NONE) (window = Default::Str("hann")) (center = TRUE)]
        "The signal of a short-time Fourier transform." => istft;
    "polar": [(abs_) (angle)] "Complex numbers by magnitude and angle." => |c| {
        let (length, angle) = (c.tensor("abs_")?, c.tensor("angle")?);
        let [re, im] = c.t().compute_all([&length, &angle], |[r, a]| [r * a.cos(), r * a.sin()])?;
        c.t().build1(&[&re, &im], |b, v| b.complex(v[0], v[1]))
    };
    "view_as_complex": [(x)] "Complex numbers from pairs of real and imaginary parts along the last dimension." => |c| {
        let x = c.tensor("x")?;
        match x.shape().last() {
            Some(2) => {}
            _ => return Err(Error::shape(format!("the last dimension must hold real and imaginary part, found shape {}", as_tuple(x.shape())))),
        }
        let last = x.rank() - 1;
        let mut part = |at: usize| {
            let part = c.t().slice_axis(&x, last, at, at + 1)?;
            c.t().squeeze(&part, &[last])
        };
        let (re, im) = (part(0)?, part(1)?);
        complex(c, &re, &im)
    };
    "view_as_real": [(x)] "Real and imaginary parts of complex numbers along a new last dimension." => |c| {
        let x = c.tensor("x")?;
        let [re, im] = parts(c, &x)?;
        c.t().stack(&[re, im], x.rank())
    };
    "view": [(x) (dtype = NONE)] "The same bits as elements of another type." => |c| {
        let x = c.tensor("x")?;
        match c.dtype("dtype")? {
            None => Ok(x),
            Some(dtype) => view(c, &x, dtype),
        }
    };
};

fn last(x: &Tensor) -> Result<usize> {
    x.rank().checked_sub(1).ok_or_else(|| Error::shape("a scalar has no Fourier transform"))
}

fn complex(c: &mut Call<'_>, re: &Tensor, im: &Tensor) -> Result<Tensor> {
    let float = |x: &Tensor| matches!(x.dtype(), DType::F32 | DType::F64);
    if re.shape() != im.shape() || re.dtype() != im.dtype() || !float(re) {
        return Err(Error::ty(format!(
            "real and imaginary parts must be tensors of 32 or 64 bit floats with one shape, found {} and {}",
            re.ty(),
            im.ty()
        )));
    }
    c.t().build1(&[re, im], |b, v| b.complex(v[0], v[1]))
}

/// The complex tensor of an argument that is a pair of real ones.
fn pair(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let two = c.value(name)?.elements().is_some_and(|parts| parts.len() == 2);
    if !two {
        return Err(c.invalid(name, "a tuple of two tensors, real and imaginary parts"));
    }
    match c.tensors(name)?.as_slice() {
        [re, im] => complex(c, re, im),
        _ => Err(Error::internal("a pair has two parts")),
    }
}

fn parts(c: &mut Call<'_>, x: &Tensor) -> Result<[Tensor; 2]> {
    let re = c.t().build1(&[x], |b, v| b.real(v[0]))?;
    let im = c.t().build1(&[x], |b, v| b.imag(v[0]))?;
    Ok([re, im])
}

fn over(c: &mut Call<'_>, mut x: Tensor, kind: FftKind, count: usize) -> Result<Tensor> {
    let rank = x.rank();
    if rank < count {
        return Err(Error::shape(format!(
            "a transform over {count} dimensions does not fit shape {}",
            as_tuple(x.shape())
        )));
    }
    for axis in (rank - count..rank).rev() {
        let n = x.shape()[axis];
        x = c.t().fourier(&x, kind, axis, n, 1.0)?;
    }
    Ok(x)
}

/// The arguments that say how a signal is cut into frames.
struct Frames {
    stride: usize,
    /// Elements of a frame with what is added around it.
    length: usize,
    window: Tensor,
    /// Whether there is a window function.
    windowed: bool,
    center: bool,
}

fn frames(c: &mut Call<'_>, dtype: DType) -> Result<Frames> {
    let (sequence, stride, length) = (c.size("sequence_length")?, c.size("sequence_stride")?, c.size("fft_length")?);
    if length < sequence || sequence == 0 || stride == 0 {
        return Err(Error::argument(format!(
            "`fft_length` must be at least `sequence_length`, and that and `sequence_stride` positive; found {length}, {sequence} and {stride}"
        )));
    }
    let window = match c.some("window")? {
        None => None,
        Some(Value::Str(_)) => {
            let name = c.args.one_of("window", WINDOWS)?;
            Some(c.t().tabulated(&[sequence], periodic_window(name, sequence), dtype)?)
        }
        Some(_) => {
            let window = c.tensor("window")?;
            Some(c.t().convert(&window, dtype)?)
        }
    };
    let windowed = window.is_some();
    let before = (length - sequence) / 2;
    let window = match window {
        Some(window) if window.shape() != [sequence] => {
            return Err(Error::shape(format!(
                "the window must have {sequence} elements, found shape {}",
                as_tuple(window.shape())
            )));
        }
        Some(window) => c.t().pad(&window, &[(before, length - sequence - before)], 0.0)?,
        None => c.t().full(&keramos_ir::TensorType::new(dtype, [length]), 1.0)?,
    };
    Ok(Frames { stride, length, window, windowed, center: c.flag("center")? })
}

fn stft(c: &mut Call<'_>) -> Result<[Tensor; 2]> {
    let mut x = c.tensor("x")?;
    if !matches!(x.dtype(), DType::F32 | DType::F64) {
        return Err(Error::ty(format!("a short-time transform needs 32 or 64 bit floats, found {}", x.ty())));
    }
    let last = last(&x)?;
    let how = frames(c, x.dtype())?;
    if how.center {
        let mut widths = vec![(0, 0); x.rank()];
        widths[last] = (how.length / 2, how.length / 2);
        x = c.t().pad_with(&x, &widths, &PadMode::Reflect { odd: false })?;
    }
    let spectra = c.t().short_time_fourier(&x, &how.window, how.stride)?;
    parts(c, &spectra)
}

fn istft(c: &mut Call<'_>) -> Result<Tensor> {
    let x = pair(c, "x")?;
    let dtype = if x.dtype() == DType::C128 { DType::F64 } else { DType::F32 };
    let how = frames(c, dtype)?;
    // Frames that do not overlap count as overlapping by half, as in SciPy.
    let overlap = match how.length.saturating_sub(how.stride) {
        0 => how.length / 2,
        overlap => overlap,
    };
    // Frames have an element at least, and overlap by fewer than they have.
    let step = NonZeroUsize::new(how.length - overlap).unwrap_or(NonZeroUsize::MIN);
    let t = c.t();
    let mut y = t.inverse_short_time_fourier(&x, &how.window, step)?;
    let count = x.shape()[x.rank() - 2];
    if !how.windowed {
        y = t.mul_scalar(&y, how.length as f64 / how.stride as f64)?;
    }
    let reached = y.shape()[y.rank() - 1];
    let start = if how.center { how.length / 2 } else { 0 };
    let end = match c.optional_size("length")? {
        Some(length) => start + length,
        None if how.center => reached.saturating_sub(how.length / 2),
        None => how.length + how.stride * count.saturating_sub(1),
    };
    let last = y.rank() - 1;
    let (start, end) = (start.min(reached), end.min(reached));
    c.t().slice_axis(&y, last, start, end.max(start))
}

/// The same bits as elements of another type: narrower ones side by side, wider ones of several.
fn view(c: &mut Call<'_>, x: &Tensor, dtype: DType) -> Result<Tensor> {
    let (from, to) = (x.dtype().bits(), dtype.bits());
    let last = last(x)?;
    let n = x.shape()[last];
    let mut shape = x.shape().to_vec();
    if to <= from {
        let y = c.t().bitcast(x, dtype)?;
        shape[last] = n * (from / to) as usize;
        return c.t().reshape(&y, &shape);
    }
    let parts = (to / from) as usize;
    if !n.is_multiple_of(parts) {
        return Err(Error::shape(format!("the last dimension of {} is no multiple of {parts}", x.ty())));
    }
    shape[last] = n / parts;
    let split = [shape.as_slice(), &[parts]].concat();
    let y = c.t().reshape(x, &split)?;
    c.t().bitcast(&y, dtype)
}

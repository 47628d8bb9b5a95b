//! Kernels of the short-time Fourier transform.

use std::f64::consts::PI;

use keramos_ir::{Array, Buffer, DType, as_tuple};

use super::{Initialize, Initializer};
use crate::error::{Error, Result};
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

const WINDOWS: &[&str] = &["hann", "hamming", "blackman", "boxcar"];

pub(super) static STFT: ClassDecl = ClassDecl {
    name: "STFT",
    aliases: &["stft", "STFTInitializer"],
    bases: &["Initializer"],
    signature: Signature::new(&[
        Param::new("side", Default::Str("real")),
        Param::new("window", Default::Str("hann")),
        Param::new("scaling", Default::Str("density")),
        Param::new("periodic", Default::Bool(false)),
    ]),
    doc: "The real or imaginary parts of a windowed Fourier transform, for kernels (frame, 1, frequencies).",
    new: |_, args| {
        let window = if args.some("window")?.is_some() { args.one_of("window", WINDOWS)? } else { "" };
        let scaling =
            if args.some("scaling")?.is_some() { args.one_of("scaling", &["density", "spectrum"])? } else { "" };
        let real = args.one_of("side", &["real", "imag"])? == "real";
        let kind = Stft { real, window, scaling, periodic: args.bool("periodic")? };
        Initializer::value(&STFT, args, kind)
    },
    methods: &[],
};

#[derive(Debug)]
struct Stft {
    real: bool,
    window: &'static str,
    scaling: &'static str,
    periodic: bool,
}

impl Stft {
    /// The window's value at each of `n` places.
    fn window(&self, n: usize) -> Vec<f64> {
        let steps = if self.periodic { n } else { n.saturating_sub(1) }.max(1) as f64;
        let cosines: &[f64] = match self.window {
            "hann" => &[0.5, -0.5],
            "hamming" => &[0.54, -0.46],
            "blackman" => &[0.42, -0.5, 0.08],
            _ => &[1.0],
        };
        let harmonic = |k: usize| move |(i, c): (usize, &f64)| c * (2.0 * PI * i as f64 * k as f64 / steps).cos();
        (0..n).map(|k| if n == 1 { 1.0 } else { cosines.iter().enumerate().map(harmonic(k)).sum() }).collect()
    }
}

impl Initialize for Stft {
    fn values(&self, tracer: &mut Tracer, shape: &[usize], _: DType) -> Result<Tensor> {
        let &[frame, 1, frequencies] = shape else {
            let message =
                format!("the STFT initializer makes kernels (frame, 1, frequencies); found {}", as_tuple(&shape));
            return Err(Error::shape(message));
        };
        tracer.fuel.spend_table(shape)?;
        let window = self.window(frame);
        let scale = match self.scaling {
            "density" if !self.window.is_empty() => window.iter().map(|w| w * w).sum::<f64>().sqrt(),
            "spectrum" if !self.window.is_empty() => window.iter().map(|w| w.abs()).sum::<f64>(),
            _ => 1.0,
        };
        let turns = (frequencies.saturating_sub(1) * 2).max(1) as f64;
        let element = |time: usize, frequency: usize| {
            let angle = -2.0 * PI * time as f64 * frequency as f64 / turns;
            let wave = if self.real { angle.cos() } else { angle.sin() };
            (wave * window[time] / scale) as f32
        };
        let values = (0..frame).flat_map(|t| (0..frequencies).map(move |f| (t, f))).map(|(t, f)| element(t, f));
        tracer.constant(Array::new(shape, Buffer::F32(values.collect()))?)
    }
}

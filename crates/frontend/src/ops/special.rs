//! The error function and its relatives, as polynomials that are good to the last places of `f32`.

use keramos_ir::{Builder, Result as IrResult, Value as IrValue};

use crate::error::Result;
use crate::trace::{Tensor, Tracer};

/// erf(x)/x in powers of x² for |x| ≤ 1, highest first (Cephes, `ndtrf.c`).
const ERF: [f64; 7] = [
    7.853861353153693e-5,
    -8.010193625184903e-4,
    5.188327685732524e-3,
    -2.685381193529856e-2,
    1.128358514861418e-1,
    -3.7612625824233e-1,
    1.12837916572671,
];

/// x·exp(x²)·erfc(x) in powers of 1/x² for 1 ≤ x < 2, highest first (Cephes).
const ERFC_NEAR: [f64; 9] = [
    2.326819970068386e-2,
    -1.387039388740657e-1,
    3.687424674597105e-1,
    -5.824733027278666e-1,
    6.210004621745983e-1,
    -4.944515323274145e-1,
    3.404879937665872e-1,
    -2.741127028184656e-1,
    5.638259427386472e-1,
];

/// The same for x ≥ 2.
const ERFC_FAR: [f64; 8] = [
    -1.047766399936249e1,
    1.297719955372516e1,
    -7.495518717768503,
    2.921019019210786,
    -1.0152652792027,
    4.218463358204948e-1,
    -2.820767439740514e-1,
    5.641895067754075e-1,
];

/// erf⁻¹(x)/x in powers of w − 5/2 for w = −ln(1 − x²) < 5, highest first (Giles, 2010).
const ERF_INV_CENTRE: [f64; 9] = [
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
];

/// The same in powers of √w − 3 for w ≥ 5.
const ERF_INV_TAIL: [f64; 9] = [
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682,
];

/// ln of the largest `f32`: exp(−x²) is zero beyond its negative.
const MAX_LOG: f64 = 88.722_839_052_068_35;

impl Tracer {
    /// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn erf(&mut self, x: &Tensor) -> Result<Tensor> {
        self.smooth(x, "erf", erf, |b, x, _| gaussian(b, x, std::f64::consts::FRAC_2_SQRT_PI))
    }

    /// 1 − erf(x), accurate where that is small.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn erfc(&mut self, x: &Tensor) -> Result<Tensor> {
        self.smooth(x, "erfc", erfc, |b, x, _| gaussian(b, x, -std::f64::consts::FRAC_2_SQRT_PI))
    }

    /// The inverse of the error function; ±∞ at ±1.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn erf_inv(&mut self, x: &Tensor) -> Result<Tensor> {
        self.smooth(x, "erf_inv", erf_inv, |b, _, y| {
            let square = b.square(y)?;
            let exp = b.exp(square)?;
            b.mul_scalar(exp, 1.0 / std::f64::consts::FRAC_2_SQRT_PI)
        })
    }

    /// Applies an element-wise function whose derivative is `slope(x, f(x))`, in `f32` or wider.
    fn smooth(
        &mut self,
        x: &Tensor,
        name: &str,
        f: fn(&mut Builder, IrValue) -> IrResult<IrValue>,
        slope: fn(&mut Builder, IrValue, IrValue) -> IrResult<IrValue>,
    ) -> Result<Tensor> {
        let wide = if x.dtype().is_float() && x.dtype().size() >= 4 {
            x.clone()
        } else {
            self.convert(x, keramos_ir::DType::F32)?
        };
        let y = self.differentiated_by(
            name,
            [&wide],
            |t, [x]| t.build1(&[x], |b, v| f(b, v[0])),
            |t, [x], y, [dx]| {
                t.build1(&[x, y, dx], |b, v| {
                    let slope = slope(b, v[0], v[1])?;
                    b.mul(slope, v[2])
                })
            },
        )?;
        if x.dtype().is_float() { self.convert(&y, x.dtype()) } else { Ok(y) }
    }
}

/// c·exp(−x²).
fn gaussian(b: &mut Builder, x: IrValue, c: f64) -> IrResult<IrValue> {
    let square = b.square(x)?;
    let negative = b.neg(square)?;
    let exp = b.exp(negative)?;
    b.mul_scalar(exp, c)
}

/// Horner's rule; coefficients highest power first.
fn polynomial(b: &mut Builder, x: IrValue, coefficients: &[f64]) -> IrResult<IrValue> {
    let mut sum = b.full_like(x, 0.0)?;
    for &c in coefficients {
        let product = b.mul(sum, x)?;
        sum = b.add_scalar(product, c)?;
    }
    Ok(sum)
}

fn erf_small(b: &mut Builder, x: IrValue) -> IrResult<IrValue> {
    let square = b.square(x)?;
    let ratio = polynomial(b, square, &ERF)?;
    b.mul(x, ratio)
}

fn erfc_large(b: &mut Builder, x: IrValue) -> IrResult<IrValue> {
    let (abs, square) = (b.abs(x)?, b.square(x)?);
    let exponent = b.neg(square)?;
    let exp = b.exp(exponent)?;
    let one = b.full_like(x, 1.0)?;
    let inverse = b.div(one, abs)?;
    let y = b.square(inverse)?;
    let (near, far) = (polynomial(b, y, &ERFC_NEAR)?, polynomial(b, y, &ERFC_FAR)?);
    let two = b.full_like(x, 2.0)?;
    let is_near = b.lt(abs, two)?;
    let ratio = b.select(is_near, near, far)?;
    let scaled = b.mul(exp, inverse)?;
    let value = b.mul(scaled, ratio)?;
    let (zero, limit) = (b.full_like(x, 0.0)?, b.full_like(x, -MAX_LOG)?);
    let vanished = b.lt(exponent, limit)?;
    let value = b.select(vanished, zero, value)?;
    let mirrored = b.sub(two, value)?;
    let negative = b.lt(x, zero)?;
    b.select(negative, mirrored, value)
}

/// The first where |x| ≤ 1, the second elsewhere.
fn by_size(b: &mut Builder, x: IrValue, small: IrValue, large: IrValue) -> IrResult<IrValue> {
    let abs = b.abs(x)?;
    let one = b.full_like(x, 1.0)?;
    let is_large = b.gt(abs, one)?;
    b.select(is_large, large, small)
}

fn erf(b: &mut Builder, x: IrValue) -> IrResult<IrValue> {
    let (small, complement) = (erf_small(b, x)?, erfc_large(b, x)?);
    let large = b.one_minus(complement)?;
    by_size(b, x, small, large)
}

fn erfc(b: &mut Builder, x: IrValue) -> IrResult<IrValue> {
    let (erf, large) = (erf_small(b, x)?, erfc_large(b, x)?);
    let small = b.one_minus(erf)?;
    by_size(b, x, small, large)
}

fn erf_inv(b: &mut Builder, x: IrValue) -> IrResult<IrValue> {
    let negative = b.neg(x)?;
    let square = b.mul(negative, x)?;
    let log = b.log1p(square)?;
    let w = b.neg(log)?;
    let five = b.full_like(x, 5.0)?;
    let centre = b.lt(w, five)?;
    let (shifted, root) = (b.add_scalar(w, -2.5)?, b.sqrt(w)?);
    let root = b.add_scalar(root, -3.0)?;
    let w = b.select(centre, shifted, root)?;
    let mut sum: Option<IrValue> = None;
    for (near, far) in ERF_INV_CENTRE.into_iter().zip(ERF_INV_TAIL) {
        let (near, far) = (b.full_like(x, near)?, b.full_like(x, far)?);
        let c = b.select(centre, near, far)?;
        sum = Some(match sum {
            None => c,
            Some(sum) => {
                let product = b.mul(sum, w)?;
                b.add(c, product)?
            }
        });
    }
    let product = b.mul(sum.unwrap_or(x), x)?;
    let (abs, one) = (b.abs(x)?, b.full_like(x, 1.0)?);
    let infinity = b.full_like(x, f64::INFINITY)?;
    let infinite = b.mul(x, infinity)?;
    let at_end = b.eq(abs, one)?;
    b.select(at_end, infinite, product)
}

//! The Hurwitz zeta function, whose derivatives are those of its Euler-Maclaurin expansion.

use keramos_ir::{Builder, DType};

use crate::ops::largest;
use crate::trace::Term;

/// (2k)! / B₂ₖ for k = 1, 2, …: what the terms of the expansion are divided by (Johansson, 2015, "Rigorous
/// high-precision computation of the Hurwitz zeta function and its derivatives", formula 5).
const DIVISORS: [f64; 16] = [
    12.0,
    -720.0,
    30_240.0,
    -1_209_600.0,
    47_900_160.0,
    -1_307_674_368_000.0 / 691.0,
    74_724_249_600.0,
    -10_670_622_842_880_000.0 / 3617.0,
    5_109_094_217_170_944_000.0 / 43_867.0,
    -802_857_662_698_291_200_000.0 / 174_611.0,
    14_101_100_039_391_805_440_000.0 / 77_683.0,
    -1_693_824_136_731_743_669_452_800_000.0 / 236_364_091.0,
    186_134_520_519_971_831_808_000_000.0 / 657_931.0,
    -37_893_265_687_455_865_519_472_640_000_000.0 / 3_392_780_147.0,
    759_790_291_646_040_068_357_842_010_112_000_000.0 / 1_723_168_255_201.0,
    -134_196_726_836_183_700_385_281_186_201_600_000_000.0 / 7_709_321_041_217.0,
];

impl<'f> Term<'f> {
    /// Σ (q + n)⁻ˢ over n = 0, 1, … with this term as s.
    pub(super) fn zeta(self, q: Term<'f>) -> Term<'f> {
        self.with(q, |t, s, q| {
            t.differentiated_as(
                "zeta",
                [s, q],
                |t, [s, q]| t.build1(&[s, q], |b, v| Builder::zeta(b, v[0], v[1])),
                |t, operands| t.compute(operands, |[s, q]| expansion(s, q)),
            )
        })
    }
}

/// The first terms of the sum, and the expansion of the rest.
fn expansion<'f>(s: Term<'f>, q: Term<'f>) -> Term<'f> {
    let terms = if s.dtype() == DType::F64 { 16 } else { 8 };
    let start = q + terms as f64;
    let sum = (1..terms).fold(q.pow(-s), |sum, k| sum + (q + k as f64).pow(-s));
    let integral = start.pow(1.0 - s) / (s - 1.0);
    let mut product = s / start;
    let mut series = s.filled(0.0);
    for (k, divisor) in DIVISORS.iter().take(terms).enumerate() {
        series = series + product.min(largest(s.dtype())) / *divisor;
        for m in [2 * k + 1, 2 * k + 2] {
            product = product * ((s + m as f64) / start);
        }
    }
    sum + integral + start.pow(-s) * (series + 0.5)
}

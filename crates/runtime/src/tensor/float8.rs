//! The two 8-bit floats that machine learning uses.

use keramos_artifact::DType;

use super::Scalar;

/// Declares an 8-bit float: name, element type, bits of the mantissa, bias of the exponent, and the code
/// of the first magnitude that is no number any more, with what stands in its place.
macro_rules! float8 {
    ($name:ident, $dtype:ident, $mantissa:literal, $bias:literal, $first_special:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub u8);

        impl $name {
            /// What the magnitude bits would be worth if none of them were special.
            fn magnitude(code: u8) -> f64 {
                let (exponent, fraction) = (code >> $mantissa, f64::from(code & ((1 << $mantissa) - 1)));
                let unit = 2f64.powi(-$mantissa);
                match exponent {
                    0 => fraction * unit * 2f64.powi(1 - $bias),
                    _ => (1.0 + fraction * unit) * 2f64.powi(i32::from(exponent) - $bias),
                }
            }
        }

        impl Scalar for $name {
            const DTYPE: DType = DType::$dtype;

            fn get(bytes: &[u8]) -> Self {
                $name(bytes.first().copied().unwrap_or(0))
            }

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.push(self.0);
            }

            fn to_f64(self) -> f64 {
                let code = self.0 & 0x7f;
                let magnitude = if code < $first_special {
                    $name::magnitude(code)
                } else if code == $first_special && code != 0x7f {
                    f64::INFINITY
                } else {
                    f64::NAN
                };
                if self.0 & 0x80 == 0 { magnitude } else { -magnitude }
            }

            fn to_i128(self) -> Option<i128> {
                let value = self.to_f64();
                (value.fract() == 0.0).then_some(value as i128)
            }

            /// The nearest value, of two the one with the even code; beyond the largest what is special.
            fn from_f64(value: f64) -> Self {
                let sign = if value.is_sign_negative() { 0x80 } else { 0 };
                if value.is_nan() {
                    return $name(sign | 0x7f);
                }
                let size = value.abs();
                // Magnitudes grow with their codes: the last one that is not above, by bisection.
                let (mut low, mut high) = (0u8, $first_special);
                if size >= $name::magnitude(high) {
                    return $name(sign | high);
                }
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    if $name::magnitude(middle) <= size { low = middle } else { high = middle }
                }
                let (down, up) = (size - $name::magnitude(low), $name::magnitude(high) - size);
                $name(sign | if down < up || (down == up && low % 2 == 0) { low } else { high })
            }

            fn from_i128(value: i128) -> Option<Self> {
                Some($name::from_f64(value as f64))
            }
        }
    };
}

float8!(F8E4M3FN, F8E4M3FN, 3, 7, 0x7f, "4 bits of exponent, 3 of mantissa, no infinities: up to 448, NaN beyond.");
float8!(F8E5M2, F8E5M2, 2, 15, 0x7c, "5 bits of exponent, 2 of mantissa, as IEEE 754 would have it: up to 57344.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_and_halves_go_to_even() {
        for code in 0..=255u8 {
            for (value, back) in [
                (F8E4M3FN(code).to_f64(), F8E4M3FN::from_f64(F8E4M3FN(code).to_f64()).0),
                (F8E5M2(code).to_f64(), F8E5M2::from_f64(F8E5M2(code).to_f64()).0),
            ] {
                assert!(back == code || value.is_nan(), "{code:#x} is {value} and comes back as {back:#x}");
            }
        }
        // Values of ml_dtypes.
        let e4m3 = |value: f64| F8E4M3FN::from_f64(value).to_f64();
        assert_eq!(
            [0.1, 448.0, 464.0, -0.001, 17.0, 19.0].map(e4m3),
            [0.101_562_5, 448.0, 448.0, -0.001_953_125, 16.0, 20.0]
        );
        assert!(e4m3(465.0).is_nan() && e4m3(f64::INFINITY).is_nan() && e4m3(f64::NAN).is_nan());
        let e5m2 = |value: f64| F8E5M2::from_f64(value).to_f64();
        assert_eq!([0.1, 57344.0, 61439.0, 61440.0, 9.0].map(e5m2), [0.093_75, 57344.0, 57344.0, f64::INFINITY, 8.0]);
    }
}

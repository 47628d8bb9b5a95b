//! The 8-bit floats of machine learning.

/// Declares an 8-bit float: its name, bits of the mantissa, bias of the exponent, code of the largest finite
/// magnitude, code of the magnitude that is too large, and code of NaN.
macro_rules! float8 {
    ($(#[$doc:meta])* $name:ident $mantissa:literal $bias:literal $largest:literal $overflow:literal $nan:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(u8);

        impl $name {
            /// Not a number.
            pub const NAN: Self = $name($nan);

            /// The distance from 1 to the next number.
            pub const EPSILON: f64 = 1.0 / (1 << $mantissa) as f64;

            /// The number with these bits.
            pub const fn from_bits(bits: u8) -> Self {
                $name(bits)
            }

            /// The bits.
            pub const fn to_bits(self) -> u8 {
                self.0
            }

            /// The nearest number, ties to even.
            pub fn from_f64(x: f64) -> Self {
                let sign = if x.is_sign_negative() { 0x80 } else { 0 };
                let magnitude = x.abs();
                if magnitude.is_nan() {
                    return $name($nan | sign);
                }
                // The spacing of the numbers around x, which does not shrink below the normal ones.
                let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(1 - $bias);
                let steps = (magnitude * 2.0_f64.powi($mantissa - exponent)).round_ties_even();
                let code = f64::from((exponent + $bias - 1) << $mantissa) + steps;
                $name(sign | if code <= f64::from($largest) { code as u8 } else { $overflow })
            }

            /// The nearest number, ties to even.
            pub fn from_f32(x: f32) -> Self {
                Self::from_f64(x.into())
            }

            /// The number; exact.
            pub fn to_f64(self) -> f64 {
                let code = self.0 & 0x7f;
                let sign = if self.0 & 0x80 == 0 { 1.0 } else { -1.0 };
                if code > $largest {
                    return sign * if code == $overflow && $overflow != $nan { f64::INFINITY } else { f64::NAN };
                }
                let (exponent, fraction) = (i32::from(code >> $mantissa), f64::from(code & ((1 << $mantissa) - 1)));
                let unit = 2.0_f64.powi(exponent.max(1) - $bias - $mantissa);
                let hidden = if exponent > 0 { f64::from(1 << $mantissa) } else { 0.0 };
                sign * (fraction + hidden) * unit
            }

            /// The number; exact.
            pub fn to_f32(self) -> f32 {
                self.to_f64() as f32
            }

            /// Whether this is not a number.
            pub fn is_nan(self) -> bool {
                self.to_f64().is_nan()
            }

            /// The byte.
            pub const fn to_le_bytes(self) -> [u8; 1] {
                [self.0]
            }

            /// The number of a byte.
            pub const fn from_le_bytes(bytes: [u8; 1]) -> Self {
                $name(bytes[0])
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.to_f64() == other.to_f64()
            }
        }
    };
}

float8! {
    /// 4 bits of exponent, 3 of mantissa; no infinities, so that 448 is the largest number and what is larger is NaN.
    F8E4M3FN 3 7 0x7e 0x7f 0x7f
}

float8! {
    /// 5 bits of exponent, 2 of mantissa, in the manner of IEEE 754.
    F8E5M2 2 15 0x7b 0x7c 0x7e
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_survives_and_neighbours_share_the_gap() {
        for bits in 0..0x7f {
            let (x, y) = (F8E4M3FN::from_bits(bits).to_f64(), F8E4M3FN::from_bits(bits + 1).to_f64());
            assert_eq!(F8E4M3FN::from_f64(x).to_bits(), bits);
            assert_eq!(F8E4M3FN::from_f64(-x).to_bits(), bits | 0x80);
            if y.is_finite() {
                let even = bits + (bits & 1);
                assert_eq!(F8E4M3FN::from_f64((x + y) / 2.0).to_bits(), even);
            }
        }
        for bits in 0..=0x7c {
            assert_eq!(F8E5M2::from_f64(F8E5M2::from_bits(bits).to_f64()).to_bits(), bits);
        }
    }

    #[test]
    fn the_ends_of_the_ranges() {
        assert_eq!(F8E4M3FN::from_f64(464.0).to_f64(), 448.0);
        assert!(F8E4M3FN::from_f64(464.1).is_nan());
        assert!(F8E4M3FN::from_f64(f64::NEG_INFINITY).is_nan());
        assert_eq!(F8E5M2::from_f64(61_439.0).to_f64(), 57_344.0);
        assert_eq!(F8E5M2::from_f64(61_440.0).to_f64(), f64::INFINITY);
        assert!(F8E5M2::from_f64(f64::NAN).is_nan());
        assert_eq!(F8E4M3FN::from_f64(2.0_f64.powi(-10)).to_f64(), 0.0);
        assert_eq!(F8E4M3FN::from_f64(1.1 * 2.0_f64.powi(-10)).to_f64(), 2.0_f64.powi(-9));
    }
}

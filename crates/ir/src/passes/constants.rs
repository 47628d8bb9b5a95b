//! Looking at constants: equal bits, equal elements, particular values.

use std::hash::{Hash, Hasher};

use crate::{Array, Buffer};

/// Whether two arrays have the same type and bits; `-0.0` differs from `0.0`, a NaN equals itself.
pub(super) fn same_bits(a: &Array, b: &Array) -> bool {
    macro_rules! compare {
        (same: $($same:ident)*; bits: $($bits:ident)*; parts: $($parts:ident)*) => {
            match (a.data(), b.data()) {
                $((Buffer::$same(v), Buffer::$same(w)) => v == w,)*
                $((Buffer::$bits(v), Buffer::$bits(w)) => v.iter().map(|x| x.to_bits()).eq(w.iter().map(|x| x.to_bits())),)*
                $((Buffer::$parts(v), Buffer::$parts(w)) => {
                    v.len() == w.len()
                        && v.iter().zip(w).all(|(x, y)| {
                            x.re.to_bits() == y.re.to_bits() && x.im.to_bits() == y.im.to_bits()
                        })
                })*
                _ => false,
            }
        };
    }
    std::ptr::eq(a, b)
        || (a.ty() == b.ty()
            && compare!(same: Bool I8 I16 I32 I64 U8 U16 U32 U64; bits: F8E4M3FN F8E5M2 F16 BF16 F32 F64; parts: C64 C128))
}

/// Hashes type and the first elements' bits, enough to tell most constants apart.
pub(super) fn hash_prefix(array: &Array, hasher: &mut impl Hasher) {
    const PREFIX: usize = 16;
    macro_rules! prefix {
        (same: $($same:ident)*; bits: $($bits:ident)*; parts: $($parts:ident)*) => {
            match array.data() {
                $(Buffer::$same(v) => v.iter().take(PREFIX).for_each(|x| x.hash(hasher)),)*
                $(Buffer::$bits(v) => v.iter().take(PREFIX).for_each(|x| x.to_bits().hash(hasher)),)*
                $(Buffer::$parts(v) => v.iter().take(PREFIX).for_each(|x| [x.re.to_bits(), x.im.to_bits()].hash(hasher)),)*
            }
        };
    }
    array.ty().hash(hasher);
    prefix!(same: Bool I8 I16 I32 I64 U8 U16 U32 U64; bits: F8E4M3FN F8E5M2 F16 BF16 F32 F64; parts: C64 C128);
}

/// The scalar that every element equals, bit for bit. `None` for an empty array.
pub(super) fn splat(array: &Array) -> Option<Array> {
    macro_rules! all_equal {
        (same: $($same:ident)*; bits: $($bits:ident)*; parts: $($parts:ident)*) => {
            match array.data() {
                $(Buffer::$same(v) => {
                    let first = *v.first()?;
                    v.iter().all(|&x| x == first).then(|| Buffer::$same(vec![first]))
                })*
                $(Buffer::$bits(v) => {
                    let first = *v.first()?;
                    v.iter().all(|x| x.to_bits() == first.to_bits()).then(|| Buffer::$bits(vec![first]))
                })*
                $(Buffer::$parts(v) => {
                    let first = *v.first()?;
                    let mut rest = v.iter();
                    rest.all(|x| x.re.to_bits() == first.re.to_bits() && x.im.to_bits() == first.im.to_bits())
                        .then(|| Buffer::$parts(vec![first]))
                })*
            }
        };
    }
    let scalar =
        all_equal!(same: Bool I8 I16 I32 I64 U8 U16 U32 U64; bits: F8E4M3FN F8E5M2 F16 BF16 F32 F64; parts: C64 C128)?;
    Array::new([], scalar).ok()
}

/// One element as a scalar array.
pub(super) fn element(array: &Array, position: usize) -> Array {
    Array::new([], array.data().take(&[position])).unwrap_or_else(|_| array.clone())
}

/// The value of a one-element array as `f64` if it is one exactly (some wide integers are not; complex numbers are not looked at).
pub(super) fn scalar_value(array: &Array) -> Option<f64> {
    macro_rules! widen {
        ($($variant:ident $to:expr;)*) => {
            match array.data() {
                $(Buffer::$variant(v) => match v[..] { [x] => $to(x), _ => None },)*
            }
        };
    }
    widen! {
        Bool |x: bool| Some(f64::from(u8::from(x)));
        I8 |x: i8| Some(f64::from(x));
        I16 |x: i16| Some(f64::from(x));
        I32 |x: i32| Some(f64::from(x));
        I64 |x: i64| i32::try_from(x).ok().map(f64::from);
        U8 |x: u8| Some(f64::from(x));
        U16 |x: u16| Some(f64::from(x));
        U32 |x: u32| Some(f64::from(x));
        U64 |x: u64| u32::try_from(x).ok().map(f64::from);
        F8E4M3FN |x: crate::F8E4M3FN| Some(x.to_f64());
        F8E5M2 |x: crate::F8E5M2| Some(x.to_f64());
        F16 |x: half::f16| Some(x.to_f64());
        BF16 |x: half::bf16| Some(x.to_f64());
        F32 |x: f32| Some(f64::from(x));
        F64 |x: f64| Some(x);
        C64 |_| None;
        C128 |_| None;
    }
}

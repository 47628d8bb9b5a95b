//! The error of an array, as `tests/golden/README.md` defines it.

use keramos_ir::{Array, DType};

/// Checks `got` against `expected`. `scale` is what errors are relative to, at least; 0 for the largest
/// magnitude expected alone.
pub fn check(what: &str, got: &Array, expected: &Array, tolerance: f64, scale: f64) -> Result<(), String> {
    // What NumPy's files have no type for is stored as `float32`.
    let stored = matches!(got.ty().dtype, DType::BF16 | DType::F16) && expected.ty().dtype == DType::F32;
    if got.ty().shape != expected.ty().shape || got.ty().dtype != expected.ty().dtype && !stored {
        return Err(format!("{what}: {}, expected {}", got.ty(), expected.ty()));
    }
    if tolerance == 0.0 || !expected.ty().dtype.is_float() {
        let (got, expected) = (got.to_le_bytes(), expected.to_le_bytes());
        let different = got.iter().zip(&expected).filter(|(a, b)| a != b).count();
        return if different == 0 { Ok(()) } else { Err(format!("{what}: {different} bytes of {} differ", got.len())) };
    }
    let (got, expected) = (numbers(got), numbers(expected));
    let (mut worst, mut largest) = ((0.0, 0), 0f64);
    for (i, (&a, &b)) in got.iter().zip(&expected).enumerate() {
        if !b.is_finite() {
            if !(a == b || a.is_nan() && b.is_nan()) {
                return Err(format!("{what}[{i}]: {a}, expected {b}"));
            }
            continue;
        }
        largest = largest.max(b.abs());
        let error = (a - b).abs();
        if error.is_nan() || error > worst.0 {
            worst = (error, i);
        }
    }
    let scale = if largest == 0.0 { 1.0 } else { largest.max(scale) };
    if worst.0 <= tolerance * scale {
        return Ok(());
    }
    let i = worst.1;
    Err(format!("{what}[{i}]: {}, expected {}; relative error {:.1e}", got[i], expected[i], worst.0 / scale))
}

/// The elements as `f64`.
pub fn numbers(array: &Array) -> Vec<f64> {
    array.numbers()
}

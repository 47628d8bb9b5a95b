//! When results agree, as `README.md` defines it.

use keramos::ir::{Array, DType};
use keramos::runtime::HostTensor;

use crate::store::{Case, Store};

/// Kinds of cases that differentiate twice.
const SECOND: &[&str] = &["grad_grad", "jvp_grad"];

/// The tolerance of second derivatives of `bfloat16`: they round many times, and XLA rounds only some of the
/// intermediate results.
const SHORT_SECOND: f64 = 0.03;

/// Checks the results of a case.
pub fn results(store: &Store, case: &Case, got: &[Array]) -> Result<(), String> {
    let expected = store.expected(case)?;
    if got.len() != expected.len() {
        return Err(format!("{} results, JAX has {}", got.len(), expected.len()));
    }
    let mut tolerance = case.tolerance.unwrap_or(0.0);
    let second = case.subject.as_ref().is_some_and(|subject| SECOND.contains(&&*subject.kind));
    if second && store.arguments(case)?.iter().any(|array| array.ty().dtype == DType::BF16) {
        tolerance = tolerance.max(SHORT_SECOND);
    }
    got.iter().zip(&expected).enumerate().try_for_each(|(index, (got, expected))| {
        array(got, expected, tolerance).map_err(|message| {
            let arguments: Vec<String> =
                store.arguments(case).unwrap_or_default().iter().map(|a| shown(&numbers(a))).collect();
            format!("result {index} {message}; called with {}", arguments.join(", "))
        })
    })
}

/// How far an element may be off, relative to the greater of 1 and its size.
fn default_tolerance(dtype: DType) -> f64 {
    match dtype.numpy_name() {
        "float64" | "complex128" => 1e-12,
        "float32" | "complex64" => 1e-5,
        "float16" => 4e-3,
        "bfloat16" => 2e-2,
        "float8_e4m3fn" => 0.13,
        "float8_e5m2" => 0.26,
        _ => 0.0,
    }
}

fn array(got: &Array, expected: &Array, tolerance: f64) -> Result<(), String> {
    if got.ty() != expected.ty() {
        return Err(format!("is {}, in JAX {}", got.ty(), expected.ty()));
    }
    let exact = default_tolerance(expected.ty().dtype) == 0.0;
    if exact {
        if got.to_le_bytes() == expected.to_le_bytes() {
            return Ok(());
        }
        return Err(format!("is {}, in JAX {}", shown(&numbers(got)), shown(&numbers(expected))));
    }
    let tolerance = tolerance.max(default_tolerance(expected.ty().dtype));
    let (a, b) = (numbers(got), numbers(expected));
    let agrees = |(a, b): (&f64, &f64)| {
        if b.is_nan() || b.is_infinite() {
            a == b || a.is_nan() && b.is_nan()
        } else {
            (a - b).abs() <= tolerance * b.abs().max(1.0)
        }
    };
    match a.iter().zip(&b).position(|pair| !agrees(pair)) {
        None => Ok(()),
        Some(at) => Err(format!(
            "element {at} is {:e}, in JAX {:e} (tolerance {tolerance:e}): {}, in JAX {}",
            a[at],
            b[at],
            shown(&a),
            shown(&b)
        )),
    }
}

/// The elements as numbers; complex ones as real and imaginary part.
pub fn numbers(array: &Array) -> Vec<f64> {
    use keramos::artifact::DType;
    let (name, bytes) = (array.ty().dtype.numpy_name(), array.to_le_bytes());
    let (name, per) = match name {
        "complex64" => ("float32", 2),
        "complex128" => ("float64", 2),
        name => (name, 1),
    };
    let dtype = DType::from_name(name).unwrap_or(DType::U8);
    let tensor = HostTensor::new(dtype, vec![array.ty().size() * per], bytes);
    let wide = tensor.ok().and_then(|t| t.cast(DType::F64).ok());
    wide.and_then(|t| t.values::<f64>()).unwrap_or_default()
}

/// The first few numbers.
fn shown(values: &[f64]) -> String {
    const SHOWN: usize = 16;
    let text: Vec<String> = values.iter().take(SHOWN).map(|v| format!("{v}")).collect();
    let more = if values.len() > SHOWN { ", …" } else { "" };
    format!("[{}{more}]", text.join(", "))
}

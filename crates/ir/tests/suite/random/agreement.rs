//! Whether two ways to compute a program agree.

use keramos_ir::{Array, Buffer, Function, eval};

use super::generate::Choices;

/// The elements as numbers; 64-bit integers are not told apart beyond 2⁵³.
pub fn numbers(array: &Array) -> Vec<f64> {
    match array.data() {
        Buffer::Bool(v) => v.iter().map(|&x| f64::from(u8::from(x))).collect(),
        Buffer::I32(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::U8(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::F32(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::F64(v) => v.clone(),
        other => panic!("programs compute no {}", other.dtype()),
    }
}

/// The first element that is further off than `tolerance`, relative to the greater of it and 1, plus
/// what `spread` allows there.
pub fn difference(found: &[Array], expected: &[Array], tolerance: f64, spread: Option<&[Vec<f64>]>) -> Option<String> {
    if found.len() != expected.len() {
        return Some(format!("{} results, expected {}", found.len(), expected.len()));
    }
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        if found.ty() != expected.ty() {
            return Some(format!("result {i} is {}, expected {}", found.ty(), expected.ty()));
        }
        for (at, (f, e)) in numbers(found).into_iter().zip(numbers(expected)).enumerate() {
            let allowed = tolerance * e.abs().max(1.0) + spread.map_or(0.0, |spread| 100.0 * spread[i][at]);
            let same = f == e || (f.is_nan() && e.is_nan()) || (f - e).abs() <= allowed;
            if !same && !allowed.is_nan() {
                return Some(format!("element {at} of result {i} is {f:?}, expected {e:?}"));
            }
        }
    }
    None
}

/// How far each element of the results moves when the floats among the arguments move by `by`, relatively;
/// infinitely far where an integer, a truth value or a NaN comes and goes. Where rounding decides, two
/// ways to compute may disagree.
pub fn spread(f: &Function, args: &[Array], results: &[Array], by: f64) -> Vec<Vec<f64>> {
    let mut spread: Vec<Vec<f64>> = results.iter().map(|x| vec![0.0; x.ty().size()]).collect();
    let mut choices = Choices(7);
    for _ in 0..3 {
        let moved: Vec<Array> = args.iter().map(|x| moved(x, by, &mut choices)).collect();
        let Ok(found) = eval(f, &moved) else { continue };
        for ((spread, found), result) in spread.iter_mut().zip(&found).zip(results) {
            let exact = !result.ty().dtype.is_float();
            for ((spread, f), r) in spread.iter_mut().zip(numbers(found)).zip(numbers(result)) {
                if f != r && !(f.is_nan() && r.is_nan()) {
                    let by = if exact || f.is_nan() || r.is_nan() { f64::INFINITY } else { (f - r).abs() };
                    *spread = spread.max(by);
                }
            }
        }
    }
    spread
}

fn moved(x: &Array, by: f64, choices: &mut Choices) -> Array {
    let mut factor = || 1.0 + choices.uniform(-by, by);
    let data = match x.data() {
        Buffer::F64(v) => Buffer::F64(v.iter().map(|x| x * factor()).collect()),
        Buffer::F32(v) => Buffer::F32(v.iter().map(|&x| (f64::from(x) * factor()) as f32).collect()),
        other => other.clone(),
    };
    Array::new(x.ty().shape.clone(), data).unwrap()
}

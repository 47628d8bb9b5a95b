//! Numbers for tests: arrays from a seed, comparisons, numeric derivatives.

use keramos_ir::{Array, Buffer, Complex32, Complex64, DType, F8E4M3FN, F8E5M2, Function, TensorType, eval};

/// Pseudo-random numbers (splitmix64), the same everywhere.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An array of moderate numbers.
    pub fn array(&mut self, ty: &TensorType) -> Array {
        let parts = if ty.dtype.is_complex() { 2 } else { 1 };
        let numbers: Vec<f64> = (0..parts * ty.size()).map(|_| self.uniform(-1.5, 1.5)).collect();
        from_f64(ty, &numbers)
    }

    /// Arguments for all parameters.
    pub fn args(&mut self, function: &Function) -> Vec<Array> {
        function.param_types().iter().map(|ty| self.array(ty)).collect()
    }
}

/// An array with the given numbers, rounded to its element type; integers are scaled up by 4 first; complex
/// numbers take two, their parts.
pub fn from_f64(ty: &TensorType, numbers: &[f64]) -> Array {
    let data = match ty.dtype {
        DType::F64 => Buffer::F64(numbers.to_vec()),
        DType::F32 => Buffer::F32(numbers.iter().map(|&x| x as f32).collect()),
        DType::F8E4M3FN => Buffer::F8E4M3FN(numbers.iter().map(|&x| F8E4M3FN::from_f64(x)).collect()),
        DType::F8E5M2 => Buffer::F8E5M2(numbers.iter().map(|&x| F8E5M2::from_f64(x)).collect()),
        DType::C64 => Buffer::C64(numbers.chunks(2).map(|x| Complex32::new(x[0] as f32, x[1] as f32)).collect()),
        DType::C128 => Buffer::C128(numbers.chunks(2).map(|x| Complex64::new(x[0], x[1])).collect()),
        DType::I32 => Buffer::I32(numbers.iter().map(|&x| (4.0 * x) as i32).collect()),
        DType::U32 => Buffer::U32(numbers.iter().map(|&x| (4.0 * x.abs()) as u32).collect()),
        DType::Bool => Buffer::Bool(numbers.iter().map(|&x| x > 0.0).collect()),
        other => panic!("no test arrays of {other}"),
    };
    Array::new(ty.shape.clone(), data).unwrap()
}

/// The elements of a float array, or the parts of those of a complex one.
pub fn floats(array: &Array) -> Vec<f64> {
    match array.data() {
        Buffer::F64(v) => v.clone(),
        Buffer::F32(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::BF16(v) => v.iter().map(|x| x.to_f64()).collect(),
        Buffer::F16(v) => v.iter().map(|x| x.to_f64()).collect(),
        Buffer::F8E4M3FN(v) => v.iter().map(|x| x.to_f64()).collect(),
        Buffer::F8E5M2(v) => v.iter().map(|x| x.to_f64()).collect(),
        Buffer::C64(v) => v.iter().flat_map(|x| [x.re.into(), x.im.into()]).collect(),
        Buffer::C128(v) => v.iter().flat_map(|x| [x.re, x.im]).collect(),
        other => panic!("{} is no float of the tests", other.dtype()),
    }
}

/// Sum of the products of corresponding elements; of complex ones, the real part.
pub fn dot(xs: &[Array], ys: &[Array]) -> f64 {
    assert_eq!(xs.len(), ys.len());
    xs.iter()
        .zip(ys)
        .map(|(x, y)| {
            let signs = if x.ty().dtype.is_complex() { [1.0, -1.0] } else { [1.0, 1.0] };
            let products = floats(x).into_iter().zip(floats(y)).zip(signs.into_iter().cycle());
            products.map(|((x, y), sign)| sign * x * y).sum::<f64>()
        })
        .sum()
}

/// Whether two numbers agree to `tolerance`, relative to the larger of them and 1.
pub fn close(x: f64, y: f64, tolerance: f64) -> bool {
    x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= tolerance * x.abs().max(y.abs()).max(1.0)
}

/// Fails unless all elements agree.
#[track_caller]
pub fn assert_close(found: &[Array], expected: &[Array], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        assert_eq!(x.ty(), y.ty(), "result {i}");
        if !x.ty().dtype.is_inexact() {
            assert_eq!(x, y, "result {i}");
            continue;
        }
        for (x, y) in floats(x).into_iter().zip(floats(y)) {
            assert!(close(x, y, tolerance), "result {i}: {x} and {y} differ");
        }
    }
}

/// Central difference of `function` at `args` along `tangents` (one per parameter; `None` is zero).
pub fn directional(function: &Function, args: &[Array], tangents: &[Option<Array>], step: f64) -> Vec<Array> {
    let moved = |by: f64| {
        let at: Vec<Array> = args
            .iter()
            .zip(tangents)
            .map(|(x, t)| match t {
                None => x.clone(),
                Some(t) => {
                    let sum: Vec<f64> = floats(x).iter().zip(floats(t)).map(|(x, t)| x + by * t).collect();
                    from_f64(x.ty(), &sum)
                }
            })
            .collect();
        eval(function, &at).unwrap()
    };
    let (above, below) = (moved(step), moved(-step));
    above
        .iter()
        .zip(&below)
        .map(|(a, b)| {
            if !a.ty().dtype.is_inexact() {
                return a.clone();
            }
            let slope: Vec<f64> = floats(a).iter().zip(floats(b)).map(|(a, b)| (a - b) / (2.0 * step)).collect();
            from_f64(a.ty(), &slope)
        })
        .collect()
}

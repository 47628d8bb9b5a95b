//! Every primitive, lowered and run by the CPU plugin, against the IR's reference evaluation.
//!
//! All cases of a test go into one program, which is compiled once.

mod control;
mod dtypes;
mod elementwise;
mod indexed;
mod products;
mod random;
mod samples;
mod structure;
mod windows;

use std::sync::OnceLock;

use half::{bf16, f16};
use keramos_ir::transform::vjp;
use keramos_ir::{
    Array, Buffer, Builder, Complex32, Complex64, DType, F8E4M3FN, F8E5M2, Function, Op, Primitive, Value, eval,
};
use keramos_pjrt::{Client, ClientOptions, CompileOptions, ElementType, Environment, Platform, Plugin};

use crate::{Format, Options, lower};

use super::program;

/// A function applied to values.
pub(super) struct Case {
    name: String,
    function: Function,
    arguments: Vec<Array>,
}

impl Case {
    /// What `body` builds, applied to values.
    pub(super) fn of(
        name: &str,
        arguments: impl Into<Vec<Array>>,
        body: impl FnOnce(&mut Builder, &[Value]) -> keramos_ir::Result<Vec<Value>>,
    ) -> Self {
        Self::build(name, arguments.into(), body).unwrap_or_else(|e| panic!("{e}"))
    }

    /// A primitive applied to values.
    pub(super) fn new(op: impl Into<Op>, operands: impl Into<Vec<Array>>) -> Self {
        let op = op.into();
        Self::of(op.name(), operands, |b, v| b.emit(op, v))
    }

    /// The case, unless the primitive is not defined on these types.
    pub(super) fn if_defined(op: impl Into<Op>, operands: impl Into<Vec<Array>>) -> Option<Self> {
        let op = op.into();
        Self::build(op.name(), operands.into(), |b, v| b.emit(op, v)).ok()
    }

    fn build(
        name: &str,
        arguments: Vec<Array>,
        body: impl FnOnce(&mut Builder, &[Value]) -> keramos_ir::Result<Vec<Value>>,
    ) -> keramos_ir::Result<Self> {
        let mut b = Builder::new(name);
        let params: Vec<_> = arguments.iter().map(|a| b.param(a.ty().clone())).collect();
        let results = body(&mut b, &params)?;
        Ok(Case { name: name.to_owned(), function: b.finish(results), arguments })
    }

    fn is_float(&self) -> Vec<bool> {
        self.arguments.iter().map(|a| a.ty().dtype.is_inexact()).collect()
    }

    /// The function together with its reverse-mode derivative in all floating-point arguments.
    fn vjp(&self) -> Self {
        let function = vjp(&self.function, &self.is_float()).unwrap_or_else(|e| panic!("{e}"));
        let results = self.function.result_types();
        let cotangents = results.iter().filter(|ty| ty.dtype.is_inexact()).map(|ty| some(ty.dtype, &ty.shape));
        let arguments = self.arguments.iter().cloned().chain(cotangents);
        Case { name: format!("vjp of {}", self.name), function, arguments: arguments.collect() }
    }

    /// The shape of the first result.
    pub(super) fn result_shape(&self) -> Vec<usize> {
        self.function.result_types().first().unwrap().shape.clone()
    }

    fn describe(&self) -> String {
        let arguments: Vec<String> = self.arguments.iter().map(|a| a.ty().to_string()).collect();
        format!("{}({})", self.name, arguments.join(", "))
    }
}

/// How far results may be from the evaluator's: relative to the greater of 1 and the expected value.
#[derive(Clone, Copy)]
pub(super) struct Tolerance(pub(super) fn(DType) -> f64);

/// A few units in the last place: XLA's polynomials are not correctly rounded, nor does it always
/// round half-precision results of intermediate steps.
pub(super) const ROUNDING: Tolerance = Tolerance(|dtype| match dtype {
    DType::F64 | DType::C128 => 1e-12,
    DType::F32 | DType::C64 => 2e-6,
    DType::F16 => 2e-3,
    DType::BF16 => 1.6e-2,
    _ => 0.0,
});

/// Sums of tens of numbers in another order than the evaluator's, which rounds once.
pub(super) const SUMS: Tolerance = Tolerance(|dtype| match dtype {
    DType::F64 | DType::C128 => 1e-12,
    DType::F32 | DType::C64 => 1e-5,
    DType::F16 => 4e-3,
    DType::BF16 => 4e-2,
    _ => 0.0,
});

/// The cases and the derivatives of those that have floating-point arguments.
pub(super) fn with_derivatives(cases: Vec<Case>) -> Vec<Case> {
    let differentiable = cases.iter().filter(|case| case.is_float().contains(&true));
    let derivatives: Vec<Case> = differentiable.map(Case::vjp).collect();
    cases.into_iter().chain(derivatives).collect()
}

/// Runs all cases and compares; panics with all differences at once.
pub(super) fn check(cases: &[Case], tolerance: Tolerance) {
    check_with(cases, tolerance, Effort::Full);
}

/// [`check`] with the plugin's effort.
pub(super) fn check_with(cases: &[Case], tolerance: Tolerance, effort: Effort) {
    let mut differences = Vec::new();
    for (case, found) in cases.iter().zip(run_cases(cases, effort)) {
        let expected = eval(&case.function, &case.arguments).unwrap_or_else(|e| panic!("{}: {e}", case.describe()));
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(found.len(), expected.ty().bytes(), "{}", case.describe());
            differences.extend(difference(case, expected, found, (tolerance.0)(expected.ty().dtype)));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} cases differ:\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}

/// How much the plugin optimizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// As for users.
    Full,
    /// Hardly, which compiles several times as fast.
    Little,
}

/// The results of each case, as bytes, from one program that computes all of them.
pub(super) fn run_cases(cases: &[Case], effort: Effort) -> Vec<Vec<Vec<u8>>> {
    let mut b = Builder::new("cases");
    let mut results = Vec::new();
    for case in cases {
        let arguments: Vec<_> = case.arguments.iter().map(|a| b.param(a.ty().clone())).collect();
        results.extend(b.inline(&case.function, &arguments).unwrap());
    }
    let function = b.finish(results);
    let lowered = lower(&program(&function), &Options { format: Format::Bytecode, ..Options::default() });
    let lowered = lowered.unwrap_or_else(|e| panic!("{e}"));
    let inputs: Vec<&Array> = cases.iter().flat_map(|case| &case.arguments).collect();
    let mut found = compile_and_run(&lowered.code, &inputs, effort).into_iter();
    cases.iter().map(|case| found.by_ref().take(case.function.results.len()).collect()).collect()
}

/// The results of a program, as bytes.
pub(super) fn run(code: &[u8], inputs: &[&Array]) -> Vec<Vec<u8>> {
    compile_and_run(code, inputs, Effort::Full)
}

fn compile_and_run(code: &[u8], inputs: &[&Array], effort: Effort) -> Vec<Vec<u8>> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        let plugin = Plugin::find(Platform::Cpu, &Environment::current()).unwrap();
        Client::new(&plugin, &ClientOptions::new()).unwrap()
    });
    // XLA's CPU backend drops NaN in `maximum`, `minimum` and `clamp` unless told otherwise.
    let options = CompileOptions::new().xla("xla_cpu_enable_fast_min_max", false);
    let options = match effort {
        Effort::Full => options,
        Effort::Little => {
            options.xla("xla_backend_optimization_level", 0).xla("xla_llvm_disable_expensive_passes", true)
        }
    };
    let executable = client.compile(code, &options).unwrap_or_else(|e| panic!("{e}"));
    let device = client.device(0).unwrap();
    let buffers: Vec<_> = inputs
        .iter()
        .map(|array| {
            let element: ElementType = array.ty().dtype.numpy_name().parse().unwrap();
            let dims: Vec<i64> = array.ty().shape.iter().map(|&d| d as i64).collect();
            client.buffer_from_bytes(element, &dims, &array.to_le_bytes(), device).unwrap()
        })
        .collect();
    let outputs = executable.execute(&buffers).unwrap().wait().unwrap();
    outputs.iter().map(|buffer| buffer.to_bytes().unwrap()).collect()
}

/// The first element that is too far off, told with the arguments' elements at its place.
fn difference(case: &Case, expected: &Array, found: &[u8], tolerance: f64) -> Option<String> {
    let wanted = numbers(expected.ty().dtype, &expected.to_le_bytes());
    let found = numbers(expected.ty().dtype, found);
    let close = |w: f64, f: f64| w == f || (w.is_nan() && f.is_nan()) || (w - f).abs() <= tolerance * w.abs().max(1.0);
    let index = wanted.iter().zip(&found).position(|(&w, &f)| !close(w, f))?;
    let at = |a: &Array| numbers(a.ty().dtype, &a.to_le_bytes()).get(index).copied();
    let arguments: Vec<Option<f64>> = case.arguments.iter().map(at).collect();
    Some(format!(
        "{}: element {index} is {:?}, expected {:?}; arguments there {arguments:?}",
        case.describe(),
        found[index],
        wanted[index]
    ))
}

/// Elements as numbers, exact but for 64-bit integers, which are compared by their bits; complex ones as their parts.
fn numbers(dtype: DType, bytes: &[u8]) -> Vec<f64> {
    let dtype = dtype.real();
    bytes
        .chunks_exact(dtype.size())
        .map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word);
            match dtype {
                DType::Bool | DType::U8 | DType::U16 | DType::U32 => word as f64,
                DType::I8 => f64::from(word as i8),
                DType::I16 => f64::from(word as i16),
                DType::I32 => f64::from(word as i32),
                DType::F8E4M3FN => F8E4M3FN::from_bits(word as u8).to_f64(),
                DType::F8E5M2 => F8E5M2::from_bits(word as u8).to_f64(),
                DType::F16 => f16::from_bits(word as u16).to_f64(),
                DType::BF16 => bf16::from_bits(word as u16).to_f64(),
                DType::F32 => f32::from_bits(word as u32).into(),
                DType::I64 | DType::U64 | DType::F64 | DType::C64 | DType::C128 => f64::from_bits(word),
            }
        })
        .collect()
}

/// An array of `dtype`; values are rounded, and saturate in integers; complex numbers' parts sum to ½.
pub(super) fn array(dtype: DType, shape: &[usize], values: &[f64]) -> Array {
    let data = match dtype {
        DType::Bool => Buffer::Bool(values.iter().map(|&v| v != 0.0).collect()),
        DType::I8 => Buffer::I8(values.iter().map(|&v| v as i8).collect()),
        DType::I16 => Buffer::I16(values.iter().map(|&v| v as i16).collect()),
        DType::I32 => Buffer::I32(values.iter().map(|&v| v as i32).collect()),
        DType::I64 => Buffer::I64(values.iter().map(|&v| v as i64).collect()),
        DType::U8 => Buffer::U8(values.iter().map(|&v| v as u8).collect()),
        DType::U16 => Buffer::U16(values.iter().map(|&v| v as u16).collect()),
        DType::U32 => Buffer::U32(values.iter().map(|&v| v as u32).collect()),
        DType::U64 => Buffer::U64(values.iter().map(|&v| v as u64).collect()),
        DType::F8E4M3FN => Buffer::F8E4M3FN(values.iter().map(|&v| F8E4M3FN::from_f64(v)).collect()),
        DType::F8E5M2 => Buffer::F8E5M2(values.iter().map(|&v| F8E5M2::from_f64(v)).collect()),
        DType::F16 => Buffer::F16(values.iter().map(|&v| f16::from_f64(v)).collect()),
        DType::BF16 => Buffer::BF16(values.iter().map(|&v| bf16::from_f64(v)).collect()),
        DType::F32 => Buffer::F32(values.iter().map(|&v| v as f32).collect()),
        DType::F64 => Buffer::F64(values.to_vec()),
        DType::C64 => Buffer::C64(values.iter().map(|&v| Complex32::new(v as f32, 0.5 - v as f32)).collect()),
        DType::C128 => Buffer::C128(values.iter().map(|&v| Complex64::new(v, 0.5 - v)).collect()),
    };
    Array::new(shape, data).unwrap()
}

/// Different numbers between -3 and 3, or whole numbers between 0 and 96 for integers, in no order.
pub(super) fn some(dtype: DType, shape: &[usize]) -> Array {
    let size = shape.iter().product::<usize>();
    let step = |i: usize| (i * 37 + 11) % 97;
    let values: Vec<f64> =
        (0..size).map(|i| if dtype.is_inexact() { step(i) as f64 / 16.0 - 3.0 } else { step(i) as f64 }).collect();
    array(dtype, shape, &values)
}

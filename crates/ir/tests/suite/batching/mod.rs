//! Batching: a batched function computes what the function computes for each example.

mod collectives;
mod compositions;
mod edges;
mod table;

use keramos_ir::transform::vmap;
use keramos_ir::{Array, Batch, Buffer, Function, TensorType, eval};

use crate::numeric::{assert_close, floats, from_f64};

/// Arrays of one type, one after the other along a new dimension 0.
pub fn stack(examples: &[Array]) -> Array {
    let first = examples.first().unwrap().ty();
    let bytes: Vec<u8> = examples.iter().flat_map(Array::to_le_bytes).collect();
    Array::from_le_bytes(&first.with_shape([&[examples.len()], &first.shape[..]].concat()), &bytes).unwrap()
}

/// The examples that [`stack`] put together.
pub fn unstack(array: &Array) -> Vec<Array> {
    let ty = array.ty().with_shape(&array.ty().shape[1..]);
    let bytes = array.to_le_bytes();
    (0..array.ty().shape[0])
        .map(|i| Array::from_le_bytes(&ty, &bytes[i * ty.bytes()..(i + 1) * ty.bytes()]).unwrap())
        .collect()
}

/// `x` made different: elements rotated, or a scalar moved a little, so that it stays in the domain
/// that it was made for.
pub fn varied(x: &Array, example: usize) -> Array {
    let ty = x.ty();
    if ty.size() != 1 {
        let (bytes, width) = (x.to_le_bytes(), ty.dtype.size());
        let by = if bytes.is_empty() { 0 } else { (example * width) % bytes.len() };
        return Array::from_le_bytes(ty, &[&bytes[by..], &bytes[..by]].concat()).unwrap();
    }
    match x.data() {
        Buffer::Bool(v) => Array::full(ty, f64::from(u8::from(v[0] != (example % 2 == 1)))),
        Buffer::I32(v) => Array::full(ty, f64::from(v[0] + example as i32)),
        Buffer::U32(v) => Array::full(ty, f64::from(v[0] + example as u32)),
        Buffer::F64(_) | Buffer::F32(_) => from_f64(ty, &[floats(x)[0] * (1.0 - 0.07 * example as f64)]),
        Buffer::C64(_) | Buffer::C128(_) => {
            let parts: Vec<f64> = floats(x).iter().map(|part| part * (1.0 - 0.07 * example as f64)).collect();
            from_f64(ty, &parts)
        }
        other => panic!("no variation of {}", other.dtype()),
    }
}

/// Checks that batching `function` over the operands that `mapped` marks, for which each example has its
/// own, gives what the function gives for each example. Returns the batched function.
#[track_caller]
pub fn check(function: &Function, operands: &[Vec<Array>], mapped: &[bool], tolerance: f64) -> Function {
    let size = operands.iter().map(Vec::len).max().unwrap();
    let (batched, flags) = vmap(function, mapped, &Batch::new(size), &[]).unwrap_or_else(|e| panic!("{function}{e}"));
    let given: Vec<Array> =
        operands.iter().zip(mapped).map(|(x, &mapped)| if mapped { stack(x) } else { x[0].clone() }).collect();
    let found = eval(&batched, &given).unwrap_or_else(|e| panic!("{function}{batched}{e}"));
    let found: Vec<Vec<Array>> =
        found.iter().zip(&flags).map(|(x, &mapped)| if mapped { unstack(x) } else { vec![x.clone(); size] }).collect();
    for example in 0..size {
        let own: Vec<Array> =
            operands.iter().zip(mapped).map(|(x, &mapped)| x[if mapped { example } else { 0 }].clone()).collect();
        let expected = eval(function, &own).unwrap();
        let found: Vec<Array> = found.iter().map(|x| x[example].clone()).collect();
        println!("{mapped:?}, example {example} of {function}{batched}");
        assert_close(&found, &expected, tolerance);
    }
    batched
}

/// As many examples of each operand.
pub fn examples(operands: &[Array], count: usize) -> Vec<Vec<Array>> {
    operands.iter().map(|x| (0..count).map(|example| varied(x, example)).collect()).collect()
}

/// Every choice of `n` flags with at least one set.
pub fn choices(n: usize) -> impl Iterator<Item = Vec<bool>> {
    (1..1_usize << n).map(move |bits| (0..n).map(|i| bits >> i & 1 == 1).collect())
}

/// A type in the tests' short form.
pub fn ty(text: &str) -> TensorType {
    let function = keramos_ir::text::parse(&format!("func @f(%x: {text}) {{ return %x }}")).unwrap();
    function.param_types().remove(0)
}

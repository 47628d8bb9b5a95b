//! What the crate says of functions that are none: each text with what brings it about, as text of the IR where that can be written.

use std::slice::from_ref;
use std::sync::Arc;

use keramos_ir::ops::{Compare, Comparison, OutOfBounds};
use keramos_ir::random::{random_bits, random_bits_of};
use keramos_ir::text::parse;
use keramos_ir::transform::{value_and_grad, vmap};
use keramos_ir::{Array, Batch, Builder, DType, Function, Result, TensorType, Value, eval, verify};

use super::control::inner;

/// Equations that no operands of these types have, with functions that they name behind `|`.
const EQUATIONS: &str = "
%2: f32[2] = regularized_incomplete_beta(%0, %0, %1) : f32[2], f64[2]
%2: f32[2] = nextafter(%0, %1) : f32[2], f32[3]
%2: f32[2] = select(%0, %1, %1) : i32[], f32[2]
%2: f32[2] = select(%0, %1, %0) : bool[], f32[2]
%1: f32[2] = select(%0, %0, %0) : f32[2]
%2: f32[2] = clamp(%1, %0, %1) : f32[2], f32[3]
%2: f32[2] = add(%0) : f32[2], f32[2]
%0: f32[2] = concatenate {dim=0} :
%2: f32[2,2] = dot_general(%0, %1) {contracting=[[1],[0]], batch=[[],[]], precision=default, dtype=f32} : i32[2,3], i32[3,2]
%2: f32[2,2] = dot_general(%0, %1) {contracting=[[1,0],[0]], batch=[[],[]], precision=default, dtype=f32} : f32[2,3], f32[3,2]
%1: f32[3,2] = transpose(%0) {permutation=[1,1]} : f32[2,3]
%2: f32[4] = pad(%0, %1) {padding=[[1,1,0]]} : f32[2], f32[1]
%2: f32[1] = dynamic_slice(%0, %1) {sizes=[1]} : f32[3], f32[]
%3: f32[3] = dynamic_update_slice(%0, %1, %2) : f32[3], f64[1], i32[]
%2: f32[2] = sort(%0, %1) {dim=0, num_keys=1} : f32[2], f32[3]
%1: f32[5], %2: i32[5] = top_k(%0) {k=5} : f32[3]
%2: u32[4], %3: f32[2] = rng_bit_generator(%0) {algorithm=default, shape=[2], dtype=f32} : u32[4], f32[]
%2: u32[2], %3: u32[2] = threefry2x32(%0, %0, %1, %1) : u32[], i32[2]
%1: f32[2] = reduce_window_max(%0) {window=[2,2], strides=[1], padding=[[0,0]], base_dilation=[1], window_dilation=[1]} : f32[3]
%2: f32[2] = select_and_gather_add(%0, %1) {select=max, window=[2], strides=[1], padding=[[0,0]], base_dilation=[1], window_dilation=[1]} : f32[3], f64[3]
%2: f32[3] = select_and_scatter_add(%0, %1) {select=max, window=[2], strides=[1], padding=[[0,0]], base_dilation=[1], window_dilation=[1]} : f32[3], f32[3]
%2: f32[2] = cond(%0, %1) {branches=[@same]} : f32[], f32[2]
%2: f32[2] = cond(%0, %1) {branches=[@same]} : i32[], f32[3]
%2: f32[2] = cond(%0, %1) {branches=[@same,@first]} : i32[], f32[2]
%0: f32[2] = sort {dim=0, num_keys=1} :
%1: f32[2] = while(%0) {cond=@same, body=@same} : f32[2]
%1: f32[2] = while(%0) {cond=@less, body=@first} : f32[2]
%1: f32[2] = custom_jvp(%0) {function=@same, rule=@first} : f32[2]
%1: f32[2] = custom_linear(%0) {bwd=@same, num_residuals=3} : f32[2]
%1: f32[2] = custom_linear(%0) {bwd=@same, num_residuals=0} : f32[3]
%1: f32[2] = linear_solve(%0) {functions=[@same]} : f32[2]
%1: f32[2] = linear_solve(%0) {functions=[@same,@first]} : f32[2]
%2: f32[] = reduce(%0, %1) {computation=@plus, axes=[0,0]} : f32[2], f32[]
";

/// Functions that equations name.
const FUNCTIONS: [(&str, &str); 4] = [
    ("@same", "func @same(%0: f32[2]) -> (f32[2]) {\n  return %0\n}"),
    (
        "@first",
        "func @first(%0: f32[2]) -> (f32[1]) {\n  %1: f32[1] = slice(%0) {start=[0], limit=[1], strides=[1]}\n  return %1\n}",
    ),
    ("@less", "func @less(%0: f32[2]) -> (bool[]) {\n  %1: bool[] = constant {value=bool[] true}\n  return %1\n}"),
    ("@plus", "func @plus(%0: f32[], %1: f32[]) -> (f32[]) {\n  %2: f32[] = add(%0, %1)\n  return %2\n}"),
];

fn said<T>(result: Result<T>) -> String {
    result.err().map_or_else(|| "nothing is refused".to_owned(), |error| error.to_string())
}

/// The function of one equation, which follows parameters of the types behind ` : `.
fn function_of(line: &str) -> String {
    let (equation, types) = line.rsplit_once(" :").unwrap();
    let params = types.split(", ").map(str::trim).filter(|ty| !ty.is_empty()).enumerate();
    let params: Vec<String> = params.map(|(i, ty)| format!("%{i}: {ty}")).collect();
    let (outputs, _) = equation.split_once(" = ").unwrap();
    let (names, types): (Vec<&str>, Vec<&str>) =
        outputs.split(", ").map(|output| output.split_once(": ").unwrap()).unzip();
    let (params, types, names) = (params.join(", "), types.join(", "), names.join(", "));
    let mut text = format!("func @f({params}) -> ({types}) {{\n  {equation}\n  return {names}\n}}");
    for (name, function) in FUNCTIONS {
        if equation.contains(name) {
            text.push_str(&format!("\n\n{function}"));
        }
    }
    text
}

#[test]
fn equations_that_do_not_fit_their_operands() {
    let told = EQUATIONS.lines().filter(|line| !line.is_empty()).map(|line| {
        let error = said(parse(&function_of(line)));
        format!("---- {line}\nerror: {error}\n")
    });
    let functions: String = FUNCTIONS.iter().map(|(_, text)| format!("{text}\n")).collect();
    insta::assert_snapshot!(functions + &told.collect::<String>());
}

/// What `code` makes of a function of `x: f32[2,3]` and `key: u32[2]`.
fn built<T>(code: impl FnOnce(&mut Builder, [Value; 2]) -> Result<T>) -> String {
    let mut b = Builder::new("f");
    let values = [b.param(TensorType::new(DType::F32, [2, 3])), b.param(TensorType::new(DType::U32, [2]))];
    said(code(&mut b, values))
}

fn mapped_sum(size: usize) -> Function {
    let axis: Arc<str> = "i".into();
    let sum = inner("sum", &[TensorType::scalar(DType::F32)], |b, v| Ok(vec![b.psum(v[0], &axis, size)?]));
    Arc::unwrap_or_clone(sum)
}

#[test]
fn what_cannot_be_built_mapped_differentiated_or_evaluated() {
    let two = TensorType::new(DType::F32, [2]);
    let far = vmap(&mapped_sum(3), &[true], &Batch { size: 2, axis_name: Some("i".into()) }, &[true]);
    let none = eval(&mapped_sum(3), &[Array::scalar(DType::F32, 1.0)]);
    let less = inner("less", from_ref(&two), |b, v| {
        let sum = b.reduce_sum(v[0], &[0])?;
        Ok(vec![b.lt(sum, sum)?])
    });
    let twice = inner("twice", from_ref(&two), |b, v| Ok(vec![b.add(v[0], v[0])?]));
    let mut b = Builder::new("f");
    let x = b.param(two);
    let found = b.while_loop(&less, &twice, &[x]).unwrap();
    let sum = b.reduce_sum(found[0], &[0]).unwrap();
    let looped = b.finish(vec![sum]);
    let unbranched = built(|b, [x, _]| {
        let i = b.full(&TensorType::scalar(DType::I32), 0.0)?;
        b.cond(i, &[], &[x])
    });
    let mut cases = vec![
        ("b.move_axis(x, 2, 0)", built(|b, [x, _]| b.move_axis(x, 2, 0))),
        ("b.expand_dims(x, &[1, 1])", built(|b, [x, _]| b.expand_dims(x, &[1, 1]))),
        ("b.squeeze(x, &[0])", built(|b, [x, _]| b.squeeze(x, &[0]))),
        ("b.take(x, key, 2)", built(|b, [x, key]| b.take(x, key, 2, OutOfBounds::Clip))),
        ("b.take_along_axis(x, key, 0)", built(|b, [x, key]| b.take_along_axis(x, key, 0, OutOfBounds::Clip))),
        ("random_bits(b, key, &[1 << 33])", built(|b, [_, key]| random_bits(b, key, &[1 << 33]))),
        ("random_bits_of(b, key, F32, &[2])", built(|b, [_, key]| random_bits_of(b, key, DType::F32, &[2]))),
        ("b.cond(i, &[], &[x])", unbranched),
        ("eval of a function of one parameter, without arguments", said(eval::<Array>(&mapped_sum(3), &[]))),
        ("vmap of psum over an axis `i` of size 3, over 2 examples", said(far)),
        ("eval of psum over an axis `i`", said(none)),
        ("value_and_grad of a while loop", said(value_and_grad(&looped, &[0], 0))),
    ];
    let product = || {
        let mut b = Builder::new("product");
        let (x, y) = (b.param(TensorType::scalar(DType::F32)), b.param(TensorType::scalar(DType::F32)));
        let z = b.mul(x, y).unwrap();
        b.finish(vec![z])
    };
    let mut broken = |what: &'static str, change: fn(&mut Function)| {
        let mut f = product();
        change(&mut f);
        cases.push((what, said(verify(&f))));
    };
    broken("z = x * y defines x", |f| f.equations[0].outputs = vec![f.params[0]]);
    broken("z = x * y compares", |f| f.equations[0].op = Compare(Comparison::Lt).into());
    broken("z = x * y defines a value of another function", |f| {
        let other = inner("other", &vec![TensorType::scalar(DType::F32); 9], |_, v| Ok(v.to_vec()));
        f.equations[0].outputs = vec![other.params[8]];
    });
    broken("z = z * y", |f| f.equations[0].inputs[0] = f.equations[0].outputs[0]);
    broken("z = x * y without the equation", |f| f.equations.clear());
    let told = cases.into_iter().map(|(what, error)| format!("---- {what}\nerror: {error}\n"));
    insta::assert_snapshot!(told.collect::<String>());
}

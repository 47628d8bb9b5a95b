//! Reading expected values, calling constructors, comparing.

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::Interp;
use keramos_frontend::library::{Args, ClassDecl};
use keramos_frontend::value::{ObjectRef, Value};
use keramos_ir::{Array, Buffer};
use serde_json::Value as Json;

/// The cases of one kind.
pub fn cases(kind: &str) -> Vec<Json> {
    let all: Json = serde_json::from_str(include_str!("expected.json")).expect("expected.json is JSON");
    all[kind].as_array().expect("a list of cases").clone()
}

/// What a case is called in messages.
pub fn title(case: &Json) -> String {
    format!("{}{}", case["class"].as_str().unwrap_or_default(), case["arguments"])
}

pub fn interp() -> Interp {
    Interp::new(Source::new("model.py", ""))
}

/// The object that the case's class makes of its arguments.
pub fn construct(interp: &mut Interp, classes: &[&'static ClassDecl], case: &Json) -> ObjectRef {
    let name = case["class"].as_str().expect("a class name");
    let class = classes.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("there is no class {name}"));
    let arguments = case["arguments"].as_object().expect("arguments");
    let keywords = arguments.iter().map(|(name, value)| (name.as_str().into(), argument(value))).collect();
    let args = Args { positional: Vec::new(), keywords };
    match interp.call(&Value::Class(class), args) {
        Ok(Value::Object(object)) => object,
        other => panic!("{} made {other:?}", title(case)),
    }
}

fn argument(json: &Json) -> Value {
    match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) if n.is_i64() => Value::Int(n.as_i64().expect("an integer")),
        Json::Number(n) => Value::Float(n.as_f64().expect("a number")),
        Json::String(s) => Value::str(s.as_str()),
        Json::Array(values) => Value::list(values.iter().map(argument).collect()),
        other => panic!("no argument is {other}"),
    }
}

/// The array that `generate.py` wrote.
pub fn array(json: &Json) -> Array {
    let shape: Vec<usize> = serde_json::from_value(json["shape"].clone()).expect("a shape");
    let data: Vec<f64> = serde_json::from_value(json["data"].clone()).expect("numbers");
    let buffer = match json["dtype"].as_str() {
        Some("int32") => Buffer::I32(data.iter().map(|&x| x as i32).collect()),
        _ => Buffer::F32(data.iter().map(|&x| x as f32).collect()),
    };
    Array::new(shape, buffer).expect("elements fill the shape")
}

/// What padded rows hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// NaN, or the largest integer.
    Garbage,
    /// The first row again.
    First,
}

impl Fill {
    /// The worst that the loss or metric has to stand: what labels mean to a hinge depends on the whole batch,
    /// so its padding must look like a row.
    pub fn worst(case: &Json) -> Fill {
        match case["class"].as_str() {
            Some("Hinge" | "SquaredHinge") => Fill::First,
            _ => Fill::Garbage,
        }
    }
}

/// Rows `start..end` of an array, and `padding` more.
pub fn rows(x: &Array, start: usize, end: usize, padding: usize, fill: Fill) -> Array {
    let mut shape = x.ty().shape.clone();
    let row: usize = shape[1..].iter().product();
    shape[0] = end - start + padding;
    let cut = start * row..end * row;
    let buffer = match x.data() {
        Buffer::I32(data) => Buffer::I32(padded(&data[cut], i32::MAX, row, padding, fill)),
        Buffer::F32(data) => Buffer::F32(padded(&data[cut], f32::NAN, row, padding, fill)),
        other => panic!("no test has {other:?}"),
    };
    Array::new(shape, buffer).expect("elements fill the shape")
}

fn padded<T: Copy>(rows: &[T], garbage: T, row: usize, padding: usize, fill: Fill) -> Vec<T> {
    let one = if fill == Fill::First { rows[..row].to_vec() } else { vec![garbage; row] };
    [rows, &one.repeat(padding)].concat()
}

/// The first `n` of `n + padding` elements are `values` or 1, the others 0.
pub fn weights(values: Option<&Array>, n: usize, padding: usize) -> Array {
    let mut data = values.map_or_else(|| vec![1.0; n], floats);
    data.resize(n + padding, 0.0);
    Array::new([n + padding], Buffer::F32(data)).expect("elements fill the shape")
}

pub fn floats(x: &Array) -> Vec<f32> {
    match x.data() {
        Buffer::F32(data) => data.clone(),
        other => panic!("floats expected, found {other:?}"),
    }
}

/// max |got − expected| / max |expected| must not exceed 1e-5.
pub fn assert_close(got: &Array, expected: &Array, what: &str) {
    assert_eq!(got.ty(), expected.ty(), "{what}");
    let (got, expected) = (floats(got), floats(expected));
    let scale = expected.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    let scale = if scale == 0.0 { 1.0 } else { scale };
    for (i, (g, e)) in got.iter().zip(&expected).enumerate() {
        assert!((g - e).abs() <= 1e-5 * scale, "{what}: element {i} is {g}, Keras has {e}");
    }
}

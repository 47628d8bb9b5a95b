//! What a user reads who makes a mistake.

use keramos_ir::ops::Steps;
use keramos_ir::text::parse;
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Builder, DType, IrError, Location, TensorType};

use super::{f64s, inner};

fn scan_error(types: [TensorType; 2], xs: TensorType, length: usize, change: bool) -> String {
    let step = inner("step", &types, |b, v| {
        let next = if change { b.convert(v[0], DType::F32)? } else { v[0] };
        Ok(vec![next, v[1]])
    });
    let mut b = Builder::new("f");
    let (init, xs) = (b.param(f64s(&[2])), b.param(xs));
    b.scan(&step, &[], &[init], &[xs], Steps::new(length)).unwrap_err().to_string()
}

#[test]
fn a_scan_says_what_does_not_fit() {
    let types = || [f64s(&[2]), f64s(&[])];
    let cases = [
        (
            scan_error(types(), f64s(&[3]), 3, true),
            "carry 0 changes its type: it starts as f64[2], and the body returns f32[2]",
        ),
        (scan_error(types(), f64s(&[3]), 4, false), "input 0 has 3 slices, the scan 4 steps"),
        (scan_error(types(), f64s(&[]), 4, false), "input 0 is a scalar, which has no slices"),
        (
            scan_error(types(), f64s(&[4, 2]), 4, false),
            "the slices of input 0, f64[4,2], are not what the body takes, f64[]",
        ),
        (scan_error([f64s(&[3]), f64s(&[])], f64s(&[4]), 4, false), "carry 0 starts as f64[2], the body takes f64[3]"),
    ];
    for (message, expected) in cases {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn branches_must_return_equal_types() {
    let one = inner("one", &[f64s(&[2])], |_, v| Ok(vec![v[0]]));
    let two = inner("two", &[f64s(&[2])], |b, v| Ok(vec![b.reduce_sum(v[0], &[0])?]));
    let mut b = Builder::new("f");
    let (i, x) = (b.param(TensorType::scalar(DType::I32)), b.param(f64s(&[2])));
    let message = b.cond(i, &[one.clone(), two], &[x]).unwrap_err().to_string();
    assert!(message.contains("branch 0 returns (f64[2]), branch 1 (f64[])"), "{message}");
    assert!(b.cond(x, &[one], &[x]).unwrap_err().to_string().contains("must be an i32 scalar"));
    assert!(b.cond(i, &[], &[x]).unwrap_err().to_string().contains("there must be a branch"));
}

#[test]
fn loops_of_unknown_length_say_so_where_they_stand() {
    let ty = [f64s(&[])];
    let more = inner("more", &ty, |b, v| b.full(&f64s(&[]), 9.0).and_then(|limit| Ok(vec![b.lt(v[0], limit)?])));
    let square = inner("square", &ty, |b, v| Ok(vec![b.mul(v[0], v[0])?]));
    let mut b = Builder::new("f");
    let x = b.param(f64s(&[]));
    b.set_location(Location::new("m.py", 12, 5, "solve"));
    let found = b.while_loop(&more, &square, &[x]).unwrap();
    let f = b.finish(found);
    let error = value_and_grad(&f, &[0], 0).unwrap_err();
    let IrError::NoRule { op, transform, message, location } = &error else { panic!("{error}") };
    assert_eq!((*op, *transform), ("while", "reverse-mode differentiation"));
    assert_eq!((location.file(), location.line_column()), (Some("m.py"), Some((12, 5))));
    assert!(message.contains("fori_loop with bounds known at compile time"), "{message}");
}

#[test]
fn text_of_lists_is_read_back() {
    let text = "func @f(%0: i32[], %1: f32[2]) -> (f32[2]) {
  %2: f32[2] = cond(%0, %1) {branches=[@a,@b,@a]}
  %3: f32[2] = checkpoint(%2) {function=@a, saves=dots, names=[\"x y\",\"z\"], all_but_names=true, prevent_cse=true, again=false}
  return %3
}

func @b(%0: f32[2]) -> (f32[2]) {
  %1: f32[2] = name(%0) {name=\"z\"}
  return %1
}

func @a(%0: f32[2]) -> (f32[2]) {
  return %0
}";
    assert_eq!(parse(text).unwrap().to_string(), text.replace("name=\"z\"}", "name=z}"));
    for broken in ["[@a,@c]", "[@a,1]", "@a", "[1]"] {
        let message = parse(&text.replace("[@a,@b,@a]", broken)).unwrap_err().to_string();
        assert!(message.starts_with("line 2: "), "{message}");
    }
}

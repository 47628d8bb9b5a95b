use super::*;
use crate::{Attr, Buffer, Builder, DType, Location, Primitive, TensorType};
use half::{bf16, f16};

/// Prints, reads back, and expects the same function and text.
fn round_trip(function: &Function) -> String {
    let text = format!("{function:#}");
    let again = parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(format!("{again:#}"), text);
    text
}

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_function_prints_and_reads_back() {
    let mut b = Builder::new("f");
    let x = b.param(TensorType::new(DType::F32, [2, 3]));
    b.set_location(Location::new("my \"model\".py", 3, 5, "mlp/dense"));
    let y = b.exp(x).unwrap();
    b.set_location(Location::new("m.py", 4, 1, ""));
    let z = b.mul(x, y).unwrap();
    let f = b.finish(vec![z, x]);
    let text = round_trip(&f);
    insta::assert_snapshot!(text, @r#"
    func @f(%0: f32[2,3]) -> (f32[2,3], f32[2,3]) {
      %1: f32[2,3] = exp(%0) @ "my \"model\".py":3:5 "mlp/dense"
      %2: f32[2,3] = mul(%0, %1) @ "m.py":4:1
      return %2, %0
    }
    "#);
    assert_eq!(parse(&text), Ok(f));
}

/// Bits of every element, to compare NaN and signed zeros.
fn constant_round_trip(array: Array) -> String {
    let mut b = Builder::new("c");
    let c = b.constant(array.clone()).unwrap();
    let text = round_trip(&b.finish(vec![c]));
    let again = parse(&text).unwrap();
    match again.equations[0].op.attrs().remove(0) {
        (_, Attr::Array(read)) => {
            assert_eq!(read.ty(), array.ty());
            assert_eq!(read.to_le_bytes(), array.to_le_bytes());
        }
        other => panic!("{other:?}"),
    }
    array.to_string()
}

#[test]
fn constants_keep_their_bits() {
    let f32s = vec![
        0.0,
        -0.0,
        0.1,
        1e30,
        -1e-40,
        f32::MAX,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::from_bits(0xffc0_0001),
    ];
    let text = constant_round_trip(Array::new([10], Buffer::F32(f32s)).unwrap());
    assert_eq!(text, "f32[10] [0.0, -0.0, 0.1, 1e30, -1e-40, 3.4028235e38, inf, -inf, nan, 0xffc00001]");
    constant_round_trip(Array::new([2], Buffer::F64(vec![std::f64::consts::PI, 5e-324])).unwrap());
    let halves = (0..=u16::MAX).map(f16::from_bits).collect::<Vec<_>>();
    constant_round_trip(Array::new([65536], Buffer::F16(halves)).unwrap());
    let brains = (0..=u16::MAX).map(bf16::from_bits).collect::<Vec<_>>();
    constant_round_trip(Array::new([256, 256], Buffer::BF16(brains)).unwrap());
    constant_round_trip(Array::new([2], Buffer::U64(vec![u64::MAX, 0])).unwrap());
    constant_round_trip(Array::new([2], Buffer::I64(vec![i64::MIN, i64::MAX])).unwrap());
}

#[test]
fn constants_are_short_where_they_can_be() {
    assert_eq!(constant_round_trip(Array::scalar(DType::I32, -7.0)), "i32[] -7");
    assert_eq!(constant_round_trip(Array::full(&TensorType::new(DType::F32, [4, 4]), 0.5)), "f32[4,4] splat 0.5");
    assert_eq!(constant_round_trip(Array::new([2], Buffer::Bool(vec![true, false])).unwrap()), "bool[2] [true, false]");
    assert_eq!(constant_round_trip(Array::new([0], Buffer::F32(vec![])).unwrap()), "f32[0] []");
    let zeros = Array::new([2], Buffer::F32(vec![0.0, -0.0])).unwrap();
    assert_eq!(constant_round_trip(zeros), "f32[2] [0.0, -0.0]");
}

#[test]
fn types_may_be_left_out_and_comments_are_skipped() {
    let text = "// a comment\nfunc @f(%x: f32[2]) {\n  %y = exp(%x) // another\n  %z = mul(%x, %y)\n  return %z\n}";
    let f = parse(text).unwrap();
    assert_eq!(f.result_types(), [TensorType::new(DType::F32, [2])]);
}

#[test]
fn errors_name_the_line_and_what_is_wrong() {
    let body = |body: &str| format!("func @f(%0: f32[2], %1: f32[3]) {{\n{body}\n}}");
    for (text, expected) in [
        (body("%2 = frobnicate(%0)\nreturn %2"), "line 2: no primitive is called frobnicate"),
        (body("%2 = exp(%9)\nreturn %2"), "line 2: %9 is not defined"),
        (body("%2 = exp(%0)\n%2 = exp(%0)\nreturn %2"), "line 3: %2 is defined twice"),
        (body("%2: f32[3] = exp(%0)\nreturn %2"), "line 2: %2 has type f32[2], not f32[3]"),
        (body("%2 = add(%0, %1)\nreturn %2"), "line 2: add: operands must have one type (operands f32[2], f32[3])"),
        (body("%2 = exp(%0) {depth=1}\nreturn %2"), "line 2: exp: unknown attribute depth"),
        (body("%2 = constant\nreturn %2"), "line 2: constant: attribute value is missing"),
        (body("%2 = constant {value=i8[] 300}\nreturn %2"), "line 2: 300 is no i8"),
        (body("%2 = constant {value=f32[3] [1.0]}\nreturn %2"), "line 2: constant: 1 elements do not fill f32[3]"),
        (body("%2, %3 = exp(%0)\nreturn %2"), "line 2: exp has 1 results"),
        (body("%2 = exp(%0) @ \"unclosed\nreturn %2"), "line 2: the string is not closed on its line"),
        (body("return %0 %1"), "line 2: expected }, found %1"),
        (body("return %0 ?"), "line 2: unexpected character '?'"),
        ("func @f() -> (f32[]) {\nreturn\n}".to_owned(), "line 2: the results have other types than the function says"),
        (String::new(), "line 1: no function"),
        ("func @f() {\nreturn\n}\nfunc @g() {\nreturn\n}".to_owned(), "line 4: @g is never used"),
    ] {
        assert_eq!(message(&text), expected, "{text}");
    }
}

#[test]
fn names_that_are_no_words_are_quoted() {
    let f = Builder::new("a model/β\n").finish(vec![]);
    assert_eq!(parse(&round_trip(&f)), Ok(f));
}

#[test]
fn an_empty_list_of_lists_is_read_back() {
    let mut b = Builder::new("f");
    let x = b.param(TensorType::scalar(DType::F32));
    let padded = b.emit1(crate::ops::Pad { padding: Vec::new() }, &[x, x]).unwrap();
    let f = b.finish(vec![padded]);
    assert_eq!(parse(&round_trip(&f)), Ok(f));
}

//! Constants keep their bits.

use half::{bf16, f16};
use keramos_ir::{Array, Buffer, Function};

use super::{function, text};

fn constant(shape: &[usize], data: Buffer) -> Function {
    let array = Array::new(shape, data).unwrap();
    function(&[], |b, _| Ok(vec![b.constant(array)?]))
}

/// What follows `dense<` in the text of a constant, up to the type.
fn dense(shape: &[usize], data: Buffer) -> String {
    let text = text(&constant(shape, data));
    let (_, rest) = text.split_once("dense<").unwrap();
    rest.split_once('}').unwrap().0.to_owned()
}

#[test]
fn special_floats_keep_their_bits() {
    let values = vec![f32::INFINITY, f32::NEG_INFINITY, -0.0, f32::from_bits(0x7fc0_0123), 1e-45, 0.1];
    assert_eq!(
        dense(&[6], Buffer::F32(values)),
        "[0x7F800000, 0xFF800000, -0.000000e+00, 0x7FC00123, 1.401300e-45, 1.000000e-01]> : tensor<6xf32>"
    );
    assert_eq!(dense(&[2], Buffer::F64(vec![f64::NAN, 0.1])), "[0x7FF8000000000000, 1.000000e-01]> : tensor<2xf64>");
    assert_eq!(dense(&[2], Buffer::BF16(vec![bf16::INFINITY, bf16::ONE])), "[0x7F80, 1.000000e+00]> : tensor<2xbf16>");
    assert_eq!(
        dense(&[2], Buffer::F16(vec![f16::MAX, f16::NEG_ONE])),
        "[6.550400e+04, -1.000000e+00]> : tensor<2xf16>"
    );
}

#[test]
fn integers_of_every_width() {
    assert_eq!(dense(&[2], Buffer::I8(vec![i8::MIN, 3])), "[-128, 3]> : tensor<2xi8>");
    assert_eq!(dense(&[2], Buffer::U8(vec![255, 0])), "[255, 0]> : tensor<2xui8>");
    assert_eq!(dense(&[2], Buffer::I16(vec![i16::MIN, 1])), "[-32768, 1]> : tensor<2xi16>");
    assert_eq!(dense(&[2], Buffer::U16(vec![u16::MAX, 1])), "[65535, 1]> : tensor<2xui16>");
    assert_eq!(dense(&[2], Buffer::I32(vec![i32::MIN, 1])), "[-2147483648, 1]> : tensor<2xi32>");
    assert_eq!(dense(&[2], Buffer::U32(vec![u32::MAX, 1])), "[4294967295, 1]> : tensor<2xui32>");
    assert_eq!(dense(&[2], Buffer::I64(vec![i64::MIN, 1])), "[-9223372036854775808, 1]> : tensor<2xi64>");
    assert_eq!(dense(&[2], Buffer::U64(vec![u64::MAX, 1])), "[18446744073709551615, 1]> : tensor<2xui64>");
}

#[test]
fn truth_values() {
    assert_eq!(dense(&[3], Buffer::Bool(vec![true, false, true])), "[true, false, true]> : tensor<3xi1>");
    assert_eq!(dense(&[3], Buffer::Bool(vec![false; 3])), "false> : tensor<3xi1>");
    assert_eq!(dense(&[], Buffer::Bool(vec![true])), "true> : tensor<i1>");
}

#[test]
fn equal_elements_become_a_splat() {
    assert_eq!(dense(&[2, 2], Buffer::F32(vec![1.5; 4])), "1.500000e+00> : tensor<2x2xf32>");
    assert_eq!(dense(&[2], Buffer::F32(vec![0.0, -0.0])), "[0.000000e+00, -0.000000e+00]> : tensor<2xf32>");
    assert_eq!(dense(&[], Buffer::I32(vec![7])), "7> : tensor<i32>");
}

#[test]
fn no_elements() {
    assert_eq!(dense(&[0, 3], Buffer::F32(vec![])), "> : tensor<0x3xf32>");
    assert_eq!(dense(&[0], Buffer::Bool(vec![])), "> : tensor<0xi1>");
}

#[test]
fn many_elements_are_written_as_bytes() {
    let values: Vec<f32> = (0..1000).map(|i| i as f32).collect();
    let text = dense(&[10, 100], Buffer::F32(values));
    assert!(text.starts_with("\"0x000000000000803F00000040"), "{}", &text[..60]);
    assert_eq!(text.len(), "\"0x\"> : tensor<10x100xf32>".len() + 8 * 1000);
}

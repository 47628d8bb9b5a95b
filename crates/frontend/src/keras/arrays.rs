//! Arrays given as Python values.

use keramos_ir::{Array, Buffer};

use crate::value::Value;

/// The `f32` array that a number or a nested list of numbers stands for; an array stays as it is. `None`
/// if the value is neither, or ragged.
pub fn array(value: &Value) -> Option<Array> {
    if let Value::Array(array) = value {
        return Some((**array).clone());
    }
    let (mut shape, mut elements) = (Vec::new(), Vec::new());
    collect(value, 0, &mut shape, &mut elements)?;
    Array::new(shape, Buffer::F32(elements)).ok()
}

fn collect(value: &Value, depth: usize, shape: &mut Vec<usize>, elements: &mut Vec<f32>) -> Option<()> {
    let leaf = match value {
        Value::Int(i) => Some(*i as f32),
        Value::Float(x) => Some(*x as f32),
        Value::Bool(b) => Some(f32::from(u8::from(*b))),
        _ => None,
    };
    if let Some(x) = leaf {
        elements.push(x);
        return (depth == shape.len()).then_some(());
    }
    let rows = value.elements()?;
    // The first element at each depth settles the size there.
    if depth == shape.len() && elements.is_empty() {
        shape.push(rows.len());
    }
    if shape.get(depth) != Some(&rows.len()) {
        return None;
    }
    rows.iter().try_for_each(|row| collect(row, depth + 1, shape, elements))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(values: &[Value]) -> Value {
        Value::list(values.to_vec())
    }

    #[test]
    fn nested_lists_become_arrays_and_ragged_ones_do_not() {
        let row = |a, b| list(&[Value::Int(a), Value::Float(b)]);
        let array = array(&list(&[row(1, 2.5), row(3, 4.5)]));
        assert_eq!(array, Array::new([2, 2], Buffer::F32(vec![1.0, 2.5, 3.0, 4.5])).ok());
        assert_eq!(super::array(&Value::Int(3)), Some(Array::scalar(keramos_ir::DType::F32, 3.0)));
        assert_eq!(super::array(&list(&[row(1, 2.0), Value::Int(1)])), None);
        assert_eq!(super::array(&list(&[Value::Int(1), row(1, 2.0)])), None);
        assert_eq!(super::array(&Value::str("x")), None);
    }
}

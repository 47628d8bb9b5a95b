//! How messages write shapes.

/// Sizes as Python shows a tuple, which is how messages write shapes: `(2, 3)`, `(3,)`, `()`.
pub fn as_tuple(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("({}{})", sizes.join(", "), if sizes.len() == 1 { "," } else { "" })
}

//! Automatic names.

use std::collections::HashMap;
use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::value::{ObjectRef, Value};

/// Counts automatic names as Keras does: `dense`, `dense_1`, `dense_2`, …
#[derive(Debug, Default)]
pub struct Names {
    counts: HashMap<String, u32>,
}

impl Names {
    /// The next name for an object of class `class`.
    pub fn unique(&mut self, class: &str) -> Rc<str> {
        let base = snake_case(class);
        let count = self.counts.entry(base.clone()).or_insert(0);
        let name = if *count == 0 { base } else { format!("{base}_{count}") };
        *count += 1;
        name.into()
    }
}

/// What Keras calls an object in logs: its `name`, or `__name__` or class in small letters with underscores.
///
/// # Errors
/// An attribute cannot be read.
pub fn object_name(interp: &mut Interp, object: &ObjectRef) -> Result<Rc<str>> {
    if let Some(Value::Str(name)) = object.clone().get_attr(interp, "name")? {
        return Ok(name);
    }
    Ok(match object.clone().get_attr(interp, "__name__")? {
        Some(Value::Str(name)) => snake_case(&name).into(),
        _ => snake_case(&object.class_name()).into(),
    })
}

/// Keras's `to_snake_case`: `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(i + 1);
        // A capital starts a word after a small letter and before one.
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b| b.is_ascii_lowercase() || after.is_some_and(char::is_ascii_lowercase));
        if starts {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_become_keras_names() {
        let cases = [
            ("Dense", "dense"),
            ("Conv2D", "conv2d"),
            ("MaxPooling2D", "max_pooling2d"),
            ("ReLU", "re_lu"),
            ("LeakyReLU", "leaky_re_lu"),
            ("PReLU", "p_re_lu"),
            ("ELU", "elu"),
            ("BatchNormalization", "batch_normalization"),
            ("DepthwiseConv2D", "depthwise_conv2d"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("UpSampling2D", "up_sampling2d"),
            ("ZeroPadding2D", "zero_padding2d"),
            ("GlobalAveragePooling1D", "global_average_pooling1d"),
            ("MultiHeadAttention", "multi_head_attention"),
            ("LSTM", "lstm"),
            ("AdamW", "adam_w"),
            ("RMSprop", "rm_sprop"),
        ];
        for (class, name) in cases {
            assert_eq!(snake_case(class), name, "{class}");
        }
    }
}

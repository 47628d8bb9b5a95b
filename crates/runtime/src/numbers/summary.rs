//! What numbers an array holds, in short.

use std::fmt;

use keramos_artifact::DType;

use super::Bad;
use crate::tensor::HostTensor;

/// What numbers an array holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Type and shape, such as `float32[2, 3]`.
    pub array: String,
    /// Number of elements.
    pub elements: usize,
    /// How many of them are NaN.
    pub nans: usize,
    /// How many of them are an infinity, of either sign.
    pub infinities: usize,
    /// The least and the greatest finite element, if there is any.
    pub range: Option<(f64, f64)>,
    /// Where the first element lies that is not finite.
    pub first: Option<Vec<usize>>,
}

/// Whether elements of a type can be NaN or infinite, and are looked at.
pub(super) fn can_be_bad(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
}

impl Summary {
    pub(super) fn of(tensor: &HostTensor) -> Summary {
        let mut summary = Summary {
            array: tensor.describe(),
            elements: tensor.shape().iter().product(),
            nans: 0,
            infinities: 0,
            range: None,
            first: None,
        };
        let wide = tensor.cast(DType::F64).ok().and_then(|tensor| tensor.values::<f64>()).unwrap_or_default();
        for (index, value) in wide.into_iter().enumerate() {
            if value.is_finite() {
                let (low, high) = summary.range.unwrap_or((value, value));
                summary.range = Some((low.min(value), high.max(value)));
                continue;
            }
            if value.is_nan() {
                summary.nans += 1;
            } else {
                summary.infinities += 1;
            }
            if summary.first.is_none() {
                summary.first = Some(position(index, tensor.shape()));
            }
        }
        summary
    }

    /// The worst kind of element that is there.
    pub(super) fn worst(&self) -> Option<Bad> {
        match (self.nans, self.infinities) {
            (0, 0) => None,
            (0, _) => Some(Bad::Infinity),
            _ => Some(Bad::NaN),
        }
    }
}

/// The indices of an element that is so many elements from the first.
fn position(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut position: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&dim| {
            let part = index % dim.max(1);
            index /= dim.max(1);
            part
        })
        .collect();
    position.reverse();
    position
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.array)?;
        if self.elements == 1 {
            return match (self.nans, self.range) {
                (1, _) => write!(f, ": NaN"),
                (_, Some((value, _))) => write!(f, ": {}", number(value)),
                _ => write!(f, ": an infinity"),
            };
        }
        let mut parts = Vec::new();
        for (count, what) in [(self.nans, "NaN"), (self.infinities, "infinite")] {
            if count > 0 {
                parts.push(format!("{count} of {} {what}", self.elements));
            }
        }
        if let Some((low, high)) = self.range {
            let rest = if parts.is_empty() { "" } else { "the rest " };
            parts.push(format!("{rest}from {} to {}", number(low), number(high)));
        }
        if let Some(first) = &self.first {
            parts.push(format!("the first at {first:?}"));
        }
        write!(f, ": {}", parts.join(", "))
    }
}

/// A number in few digits: `0`, `0.125`, `3.4e38`.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) {
        let text = format!("{value:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{value:.3e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_ranges_and_positions() {
        let values = [0.0, f32::NAN, -2.5, f32::INFINITY, 3.0, f32::NEG_INFINITY];
        let summary = Summary::of(&HostTensor::from_values(vec![2, 3], &values).expect("six values"));
        let expected = "float32[2, 3]: 1 of 6 NaN, 2 of 6 infinite, the rest from -2.5 to 3, the first at [0, 1]";
        assert_eq!(summary.to_string(), expected);
        assert_eq!(summary.worst(), Some(Bad::NaN));
        let one = |value: f32| Summary::of(&HostTensor::from_values(vec![], &[value]).expect("a scalar")).to_string();
        assert_eq!(one(f32::NAN), "float32[]: NaN");
        assert_eq!(one(1e20), "float32[]: 1.000e20");
        assert_eq!(one(f32::NEG_INFINITY), "float32[]: an infinity");
    }
}

//! Cross-entropies and other measures of `keras.ops`.

use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, TRUE, int, tensor_functions};
use crate::keras::losses::crossentropy;
use crate::library::{Default, FunctionDecl};
use crate::ops::Sequences;
use crate::trace::Tensor;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "binary_crossentropy": [(target) (output) (from_logits = FALSE)] "The cross-entropy of truth values, element by element." => |c| {
        let (target, output) = (c.tensor("target")?, c.tensor("output")?);
        let logits = c.flag("from_logits")?;
        crossentropy::same_shape(&target, &output)?;
        crossentropy::binary_terms(c.t(), &target, &output, logits)
    };
    "categorical_crossentropy": [(target) (output) (from_logits = FALSE) (axis = int(-1))] "The cross-entropy of distributions over classes." => |c| {
        let (target, output) = (c.tensor("target")?, c.tensor("output")?);
        crossentropy::same_shape(&target, &output)?;
        entropy(c, &target, &output)
    };
    "sparse_categorical_crossentropy": [(target) (output) (from_logits = FALSE) (axis = int(-1))] "The cross-entropy of class numbers." => |c| {
        let (target, output) = (c.tensor("target")?, c.tensor("output")?);
        let axis = c.axis("axis", output.rank())?;
        let t = c.t();
        let mut target = t.convert(&target, DType::I32)?;
        if target.rank() == output.rank() && target.shape().last() == Some(&1) {
            target = t.squeeze(&target, &[target.rank() - 1])?;
        }
        let expected = output.shape().split_last().map_or(&[][..], |(_, rest)| rest);
        if target.shape() != expected {
            return Err(Error::shape(format!(
                "class numbers of shape {} do not fit scores of shape {}", as_tuple(target.shape()), as_tuple(output.shape())))
            .note("all dimensions but the last must be equal"));
        }
        let hot = t.one_hot(&target, output.shape()[axis], axis, DType::F32)?;
        entropy(c, &hot, &output)
    };
    "ctc_loss": [(target) (output) (target_length) (output_length) (mask_index = int(0))]
        "The negative log-likelihood of label sequences by connectionist temporal classification." => |c| {
            let target = Sequences { values: c.tensor("target")?, lengths: c.tensor("target_length")? };
            let output = Sequences { values: c.tensor("output")?, lengths: c.tensor("output_length")? };
            let blank = c.size("mask_index")?;
            c.t().ctc_loss(&target, &output, blank)
        };
    "ctc_decode": [(inputs) (sequence_lengths) (strategy = Default::Str("greedy")) (beam_width = int(100)) (top_paths = int(1)) (merge_repeated = TRUE) (mask_index = int(0))]
        "The most likely label sequences of connectionist temporal classification." => |c| {
            let output = Sequences { values: c.tensor("inputs")?, lengths: c.tensor("sequence_lengths")? };
            let values = c.t().to_float(&output.values)?;
            let output = Sequences { values, ..output };
            let (blank, merge) = (c.size("mask_index")?, c.flag("merge_repeated")?);
            match c.args.one_of("strategy", &["greedy", "beam_search"])? {
                "greedy" => c.t().ctc_greedy(&output, blank, merge),
                _ => {
                    let (width, paths) = (c.size("beam_width")?, c.size("top_paths")?);
                    c.t().ctc_beam_search(&output, blank, width, paths)
                }
            }
        };
    "psnr": [(x1) (x2) (max_val)] "The peak signal-to-noise ratio in decibels." => |c| {
        let (x, y, peak) = (c.tensor("x1")?, c.tensor("x2")?, c.tensor("max_val")?);
        if x.shape() != y.shape() {
            return Err(Error::shape(format!("images of shapes {} and {} cannot be compared", as_tuple(x.shape()), as_tuple(y.shape()))));
        }
        let t = c.t();
        let peak = t.convert(&peak, y.dtype())?;
        let squares = t.compute([&x, &y], |[x, y]| (x - y).square())?;
        let all: Vec<usize> = (0..x.rank()).collect();
        let mean = t.mean(&squares, &all, false)?;
        let (peak, mean) = (t.log10(&peak)?, t.log10(&mean)?);
        t.compute([&peak, &mean], |[peak, mean]| peak * 20.0 - mean * 10.0)
    };
};

/// −Σ target·ln p over the classes.
fn entropy(c: &mut Call<'_>, target: &Tensor, output: &Tensor) -> Result<Tensor> {
    let axis = c.axis("axis", output.rank())?;
    let logits = c.flag("from_logits")?;
    let logs = crossentropy::log_probabilities(c.t(), output, logits, axis)?;
    let terms = c.t().mul(target, &logs)?;
    let sum = c.t().sum(&terms, &[axis], false)?;
    c.t().neg(&sum)
}

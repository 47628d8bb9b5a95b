//! Connectionist temporal classification: its loss, and what the most likely labels are.

use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// What stands for ln 0.
const LOG_EPSILON: f64 = -1e5;

/// Sequences and their lengths.
pub(crate) struct Sequences {
    /// `[batch, length]` labels, or `[batch, length, classes]` logits.
    pub(crate) values: Tensor,
    /// How many of each row count, `[batch]`.
    pub(crate) lengths: Tensor,
}

impl Tracer {
    /// The negative logarithm of the probability that the logits `output` give the labels `target`, one per row of the
    /// batch. Class `blank` stands for no label.
    pub(crate) fn ctc_loss(&mut self, target: &Sequences, output: &Sequences, blank: usize) -> Result<Tensor> {
        let (&[batch, labels], &[out_batch, steps, classes]) = (target.values.shape(), output.values.shape()) else {
            return Err(Error::shape(format!(
                "labels must be (batch, length) and logits (batch, length, classes), found {} and {}",
                as_tuple(target.values.shape()),
                as_tuple(output.values.shape())
            )));
        };
        if batch != out_batch {
            return Err(Error::shape(format!("{batch} rows of labels and {out_batch} rows of logits are given")));
        }
        if blank >= classes {
            return Err(Error::argument(format!("the blank class {blank} is none of the {classes} classes")));
        }
        let dtype = self.promoted([&output.values]).0;
        let dtype = if dtype == DType::F64 { dtype } else { DType::F32 };
        let logits = self.convert(&output.values, dtype)?;
        let target_values = self.convert(&target.values, DType::I32)?;
        let padding = self.beyond(&output.lengths, steps, dtype)?;
        let padding = self.transpose(&padding, &[1, 0])?;
        let log_probs = self.log_softmax(&logits, 2)?;
        // Where a label is followed by the same one.
        let repeats = {
            let here = self.slice_axis(&target_values, 1, 0, labels.saturating_sub(1))?;
            let next = self.slice_axis(&target_values, 1, labels.min(1), labels)?;
            let same = self.eq(&here, &next)?;
            let same = self.convert(&same, dtype)?;
            self.pad(&same, &[(0, 0), (0, labels.min(1))], 0.0)?
        };
        let blanks = self.slice_axis(&log_probs, 2, blank, blank + 1)?;
        let blanks = self.transpose(&blanks, &[1, 0, 2])?;
        let hot = self.one_hot(&target_values, classes, 2, dtype)?;
        let emitted = self.einsum("btk,bnk->btn", &log_probs, &hot)?;
        let emitted = self.transpose(&emitted, &[1, 0, 2])?;
        let start_blank = {
            let first = self.full(&TensorType::new(dtype, [batch, 1]), 0.0)?;
            let rest = self.full(&TensorType::new(dtype, [batch, labels]), LOG_EPSILON)?;
            self.concatenate(&[first, rest], 1)?
        };
        let start_emit = self.full(&TensorType::new(dtype, [batch, labels]), LOG_EPSILON)?;
        let (ends, _) = self.scan(&[start_blank, start_emit], &[emitted, blanks, padding], |t, carry, slices| {
            let ([blank, emit], [emitted, blanks, pad]) = (carry, slices) else {
                return Err(Error::internal("a step of the loss lost an operand"));
            };
            let passed = t.compute([emit, &repeats], |[e, r]| e + r * LOG_EPSILON)?;
            let before = t.label_passed(blank, &passed)?;
            let before_labels = t.slice_axis(&before, 1, 0, labels)?;
            let entered = t.add(&before_labels, emitted)?;
            let stayed = t.add(emit, emitted)?;
            let next_emit = t.logaddexp(&entered, &stayed)?;
            let next_blank = t.add(&before, blanks)?;
            let added = t.compute([emit, blanks, &repeats], |[e, b, r]| e + b + (1.0 - r) * LOG_EPSILON)?;
            let next_blank = t.label_passed(&next_blank, &added)?;
            let pad = t.reshape(pad, &[batch, 1])?;
            let kept = |t: &mut Tracer, old: &Tensor, new: &Tensor| {
                t.compute([&pad, old, new], |[pad, old, new]| pad * old + (1.0 - pad) * new)
            };
            Ok((vec![kept(t, blank, &next_blank)?, kept(t, emit, &next_emit)?], Vec::new()))
        })?;
        let [blank, emit] = ends.as_slice() else { return Err(Error::internal("the loss lost its end")) };
        let last = self.label_passed(blank, emit)?;
        // As JAX counts them: those that are not padding.
        let counts = self.compute([&target.lengths], |[n]| n.max(0).min(labels as i64))?;
        let hot = self.one_hot(&counts, labels + 1, 1, dtype)?;
        let found = self.mul(&last, &hot)?;
        let sum = self.sum(&found, &[1], false)?;
        self.neg(&sum)
    }

    /// The scores of having passed labels with `added` ways to have done so; the first is of having passed none.
    fn label_passed(&mut self, scores: &Tensor, added: &Tensor) -> Result<Tensor> {
        let n = scores.shape()[1];
        let (first, rest) = (self.slice_axis(scores, 1, 0, 1)?, self.slice_axis(scores, 1, 1, n)?);
        let rest = self.logaddexp(&rest, added)?;
        self.concatenate(&[first, rest], 1)
    }

    /// 1 for the elements of rows beyond `lengths`, 0 for the others.
    fn beyond(&mut self, lengths: &Tensor, size: usize, dtype: DType) -> Result<Tensor> {
        let place = self.iota(DType::I32, &[1, size], 1)?;
        let lengths = self.expand_dims(lengths, &[1])?;
        let beyond = self.compute([&place, &lengths], |[i, n]| i.ge(n))?;
        self.convert(&beyond, dtype)
    }

    /// The most likely class of every step without blanks (and, with `merge`, without repeats): labels `[1, batch,
    /// length]` filled with −1, and the negative sums of the scores `[batch, 1]`.
    pub(crate) fn ctc_greedy(&mut self, output: &Sequences, blank: usize, merge: bool) -> Result<[Tensor; 2]> {
        let &[batch, steps, _] = output.values.shape() else {
            return Err(Error::shape(format!(
                "logits must be (batch, length, classes), found shape {}",
                as_tuple(output.values.shape())
            )));
        };
        let best = self.argmax(&output.values, 2)?;
        let best = self.convert(&best, DType::I32)?;
        let scores = self.max(&output.values, &[2], false)?;
        let beyond = self.beyond(&output.lengths, steps, DType::Bool)?;
        let mut best = self.compute([&beyond, &best], |[beyond, i]| beyond.select(blank as f64, i))?;
        let scores = self.compute([&beyond, &scores], |[beyond, x]| beyond.select(0.0, x))?;
        if merge && steps > 0 {
            let (before, after) = (self.slice_axis(&best, 1, 0, steps - 1)?, self.slice_axis(&best, 1, 1, steps)?);
            let repeat = self.eq(&before, &after)?;
            let first = self.full(&TensorType::new(DType::Bool, [batch, 1]), 0.0)?;
            let repeat = self.concatenate(&[first, repeat], 1)?;
            best = self.compute([&repeat, &best], |[repeat, i]| repeat.select(blank as f64, i))?;
        }
        let places = self.iota(DType::I32, &[batch, steps], 1)?;
        let [labels, order] = self.compute_all([&best, &places], |[i, place]| {
            let none = i.eq(blank as i64);
            [none.select(-1.0, i), none.select(steps as f64, place)]
        })?;
        // Labels first, in their order.
        let sorted = self.sort_together(&[&order, &labels], 1, 1)?;
        let labels = sorted.last().cloned().ok_or_else(|| Error::internal("sorting lost an operand"))?;
        let sum = self.sum(&scores, &[1], true)?;
        Ok([self.expand_dims(&labels, &[0])?, self.neg(&sum)?])
    }
}

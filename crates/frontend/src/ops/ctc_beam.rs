//! Beam search over the labels of connectionist temporal classification.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType, as_tuple};

use super::{Part, Sequences};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// What is no label: the end of a path, and the blank class.
const PAD: f64 = -1.0;

/// The sizes of a search.
#[derive(Clone, Copy)]
struct Search {
    /// How many paths are kept.
    width: usize,
    steps: usize,
    classes: usize,
    /// The blank class among the classes in reverse order.
    blank: usize,
}

/// Paths `[n, steps]`, the logarithms of their probabilities, and whether they end in a blank.
type Beam = [Tensor; 3];

impl Tracer {
    /// The `top` most likely label sequences: labels `[top, batch, length]` filled with −1, and the logarithms of their
    /// probabilities `[batch, top]`.
    pub(crate) fn ctc_beam_search(
        &mut self,
        output: &Sequences,
        blank: usize,
        width: usize,
        top: usize,
    ) -> Result<[Tensor; 2]> {
        let &[_, steps, classes] = output.values.shape() else {
            return Err(Error::shape(format!(
                "logits must be (batch, length, classes), found shape {}",
                as_tuple(output.values.shape())
            )));
        };
        if blank >= classes || width == 0 || steps == 0 {
            return Err(Error::argument(format!(
                "a search with {width} paths over {steps} steps of {classes} classes, of which {blank} is blank"
            )));
        }
        // Ties are broken as if the classes were in reverse order.
        let search = Search { width, steps, classes, blank: classes - blank - 1 };
        let logs = self.log_softmax(&output.values, 2)?;
        let logs = self.reverse(&logs, &[2])?;
        let lengths = self.convert(&output.lengths, DType::I32)?;
        let results = self.each(&[logs, lengths], |t, example| {
            let [logs, length] = example else { return Err(Error::internal("an example has two parts")) };
            t.decoded(&search, logs, length, top)
        })?;
        let [paths, scores] = <[Tensor; 2]>::try_from(results).map_err(|_| Error::internal("two results expected"))?;
        let last = classes as i64 - 1;
        let paths = self.compute([&paths], |[p]| p.eq(PAD as i64).select(p, p.number(last) - p))?;
        Ok([self.move_axis(&paths, 1, 0)?, scores])
    }

    /// `code` for every slice of `xs` along dimension 0; what it makes gets such a dimension.
    fn each(
        &mut self,
        xs: &[Tensor],
        code: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Vec<Tensor>>,
    ) -> Result<Vec<Tensor>> {
        let count = xs.first().and_then(|x| x.shape().first().copied()).unwrap_or(0);
        let slice = |x: &Tensor| TensorType::new(x.dtype(), x.shape().get(1..).unwrap_or_default());
        let types: Vec<TensorType> = xs.iter().map(slice).collect();
        let traced = self.traced("each", &types, code)?;
        let mapped: Vec<bool> = (0..traced.function.params.len()).map(|at| at < xs.len()).collect();
        let all = vec![true; traced.function.result_types().len()];
        let (function, _) =
            keramos_ir::transform::vmap(&traced.function, &mapped, &keramos_ir::Batch::new(count), &all)?;
        let operands: Vec<&Tensor> = xs.iter().chain(&traced.captures).collect();
        self.inline(&function, &operands)
    }

    fn decoded(&mut self, search: &Search, logs: &Tensor, length: &Tensor, top: usize) -> Result<Vec<Tensor>> {
        let start = self.first_paths(search, logs)?;
        let rest = self.slice_axis(logs, 0, 1, search.steps)?;
        let place = self.iota(DType::I32, &[search.steps - 1], 0)?;
        let beyond = self.compute([&place, length], |[i, n]| (i + 1).ge(n))?;
        let [paths, scores, _] = match search.steps {
            1 => start,
            _ => {
                let (ends, _) = self.scan(&start, &[rest, beyond], |t, carry, slices| {
                    let ([paths, scores, masked], [x, beyond]) = (carry, slices) else {
                        return Err(Error::internal("a step of the search lost an operand"));
                    };
                    let next = t.extended(search, [paths, scores, masked], x)?;
                    let next = t.pruned(search, next)?;
                    let mut kept = Vec::new();
                    for (old, new) in carry.iter().zip(&next) {
                        kept.push(t.select(beyond, old, new)?);
                    }
                    Ok((kept, Vec::new()))
                })?;
                Beam::try_from(ends).map_err(|_| Error::internal("a search carries three tensors"))?
            }
        };
        let fill = self.scalar(DType::I32, PAD)?;
        let found = self.distinct(&paths, true)?;
        let size = 2 * search.classes * search.width;
        let (values, inverse) = (self.distinct_values(&found, size, Some(&fill))?, self.distinct_inverse(&found)?);
        let scores = self.merged(&scores, &inverse)?;
        let order = self.argsort(&scores, 0, false)?;
        let n = scores.ty().size();
        let best = self.slice_axis(&order, 0, n.saturating_sub(top), n)?;
        let best = self.reverse(&best, &[0])?;
        let parts = [Part::Array(best)];
        Ok(vec![self.index(&values, &parts, OutOfBounds::Clip)?, self.index(&scores, &parts, OutOfBounds::Clip)?])
    }

    /// The most likely classes of the first step as paths.
    fn first_paths(&mut self, search: &Search, logs: &Tensor) -> Result<Beam> {
        let (paths, classes, steps) = (2 * search.width, search.classes, search.steps);
        let first = self.slice_axis(logs, 0, 0, 1)?;
        let first = self.squeeze(&first, &[0])?;
        let count = classes.min(search.width);
        let order = self.argsort(&first, 0, false)?;
        let best = self.slice_axis(&order, 0, classes - count, classes)?;
        let best = self.convert(&best, DType::I32)?;
        let scores = self.index(&first, &[Part::Array(best.clone())], OutOfBounds::Promised)?;
        let scores = self.pad(&scores, &[(0, paths - count)], f64::NEG_INFINITY)?;
        let labels = self.compute([&best], |[i]| i.eq(search.blank as i64).select(PAD, i))?;
        let labels = self.pad(&labels, &[(0, paths - count)], PAD)?;
        let masked = self.compute([&labels], |[i]| i.eq(PAD as i64))?;
        let labels = self.expand_dims(&labels, &[1])?;
        let labels = self.pad(&labels, &[(0, 0), (0, steps - 1)], PAD)?;
        Ok([labels, scores, masked])
    }

    /// Every path with every class behind it.
    fn extended(&mut self, search: &Search, [paths, scores, masked]: [&Tensor; 3], x: &Tensor) -> Result<Beam> {
        let (classes, count) = (search.classes, 2 * search.width * search.classes);
        let paths = self.repeat(paths, classes, 0)?;
        let (scores, before) = (self.repeat(scores, classes, 0)?, self.repeat(masked, classes, 0)?);
        let free = self.compute([&paths], |[p]| p.eq(PAD as i64))?;
        let tail = self.argmax(&free, 1)?;
        let tail = self.convert(&tail, DType::I32)?;
        let row = self.iota(DType::I32, &[count], 0)?;
        let previous = self.compute([&tail], |[i]| i - 1)?;
        let parts = [Part::Array(row.clone()), Part::Array(previous)];
        let ends = self.index(&paths, &parts, OutOfBounds::Clip)?;
        let labels = (0..count).map(|i| match i % classes {
            class if class == search.blank => PAD,
            class => class as f64,
        });
        let labels = self.tabulated(&[count], labels, DType::I32)?;
        let [own, blank] = self.compute_all([&labels, &ends, &tail, &before], |[label, end, tail, before]| {
            let end = tail.eq(0).select(PAD, end);
            let repeat = (!before).and(end.eq(label));
            [repeat.select(PAD, label), label.eq(PAD as i64)]
        })?;
        let parts = [Part::Array(row), Part::Array(tail)];
        let paths = self.index_update(&paths, &parts, &own, ScatterKind::Replace, OutOfBounds::Fill)?;
        let x = self.tile(x, &[2 * search.width])?;
        Ok([paths, self.add(&scores, &x)?, blank])
    }

    /// The most likely different paths, each with and without a blank behind it.
    fn pruned(&mut self, search: &Search, [paths, scores, masked]: Beam) -> Result<Beam> {
        let fill = self.scalar(DType::I32, PAD)?;
        let found = self.distinct(&paths, true)?;
        let size = 2 * search.classes * search.width;
        let (paths, inverse) = (self.distinct_values(&found, size, Some(&fill))?, self.distinct_inverse(&found)?);
        let [emitted, blank] = self.compute_all([&masked, &scores], |[masked, s]| {
            [masked.select(f64::NEG_INFINITY, s), masked.select(s, f64::NEG_INFINITY)]
        })?;
        let (emitted, blank) = (self.merged(&emitted, &inverse)?, self.merged(&blank, &inverse)?);
        let total = self.logaddexp(&emitted, &blank)?;
        let order = self.argsort(&total, 0, false)?;
        let n = order.ty().size();
        let best = [Part::Array(self.slice_axis(&order, 0, n - search.width, n)?)];
        let mut chosen = |x: &Tensor| self.index(x, &best, OutOfBounds::Clip);
        let (paths, emitted, blank) = (chosen(&paths)?, chosen(&emitted)?, chosen(&blank)?);
        let masked = (0..2 * search.width).map(|i| f64::from(u8::from(i >= search.width)));
        let masked = self.tabulated(&[2 * search.width], masked, DType::Bool)?;
        Ok([self.concatenate(&[paths.clone(), paths], 0)?, self.concatenate(&[emitted, blank], 0)?, masked])
    }

    /// The logarithms of the sums of the probabilities of equal paths.
    fn merged(&mut self, scores: &Tensor, inverse: &Tensor) -> Result<Tensor> {
        let top = self.max(scores, &[0], false)?;
        let shares = self.compute([scores, &top], |[s, top]| (s - top).exp())?;
        let zeros = self.full(&scores.ty().clone(), 0.0)?;
        let parts = [Part::Array(inverse.clone())];
        let sums = self.index_update(&zeros, &parts, &shares, ScatterKind::Add, OutOfBounds::Fill)?;
        self.compute([&sums, &top], |[sum, top]| sum.log() + top)
    }
}

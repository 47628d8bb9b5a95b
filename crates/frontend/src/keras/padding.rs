//! The rows that fill up a batch: they are no examples, so nothing may count them.

use keramos_ir::DType;

use crate::error::Result;
use crate::interp::Interp;
use crate::trace::{Tensor, Tracer};

/// What is known of the rows of a padded batch while a step over it is traced.
#[derive(Clone, Debug)]
pub struct Padding {
    /// Which rows are there (`bool[batch]`).
    pub there: Tensor,
    /// 1 for rows that are there and 0 for the others (`f32[batch]`).
    pub rows: Tensor,
    /// What counts the other rows all the same, in words.
    pub counted: Vec<String>,
}

impl Padding {
    /// A batch of which the rows `there` (`bool[batch]`) are examples.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn new(t: &mut Tracer, there: Tensor) -> Result<Self> {
        let rows = t.convert(&there, DType::F32)?;
        Ok(Padding { there, rows, counted: Vec::new() })
    }
}

impl Interp {
    /// 1 for rows that are there and 0 for padding (`f32[batch]`), if the step being traced is over a padded batch:
    /// statistics and losses are over the real rows only.
    pub fn rows(&self) -> Option<Tensor> {
        self.padding.as_ref().map(|padding| padding.rows.clone())
    }

    /// Notes that `what` counts padding if `value`, which is reduced to something else than one number per row, was
    /// computed from rows of a padded batch.
    pub(crate) fn reduced(&mut self, value: &Tensor, what: impl FnOnce() -> String) {
        let Some(padding) = &self.padding else { return };
        let by_row = value.shape().first() == padding.rows.shape().first();
        if !by_row && self.tracer.depends(value, &padding.there) {
            self.counts_padding(what());
        }
    }

    /// Notes what counts the padding of the batch, if there is any.
    pub(crate) fn counts_padding(&mut self, what: String) {
        if let Some(padding) = &mut self.padding
            && !padding.counted.contains(&what)
        {
            padding.counted.push(what);
        }
    }
}

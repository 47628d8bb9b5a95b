//! The losses that layers add beside those that `compile` names: of activities, of weights, and those that a
//! layer's code adds itself.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use keramos_ir::DType;

use super::layer::LayerObject;
use crate::error::Result;
use crate::interp::Interp;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

impl LayerObject {
    /// Adds a loss of this layer to the trace (Keras's `Layer.add_loss`). It counts for the models that
    /// contain the layer, until the next call from outside.
    pub fn add_loss(self: &Rc<Self>, interp: &mut Interp, loss: Tensor) {
        interp.state.add_loss(self, loss);
    }

    /// Keras's `layer.losses` at this point of the trace: what the layer and those inside it added, then the
    /// penalties of its trainable weights.
    ///
    /// # Errors
    /// A regularizer cannot take its weight.
    pub fn losses(self: &Rc<Self>, interp: &mut Interp) -> Result<Vec<Tensor>> {
        let mut losses = Vec::new();
        for layer in self.flattened() {
            losses.extend(interp.state.losses_of(&layer));
        }
        for id in self.trainable_weights(interp) {
            let Some(regularizer) = interp.variables.get(id).weight.regularizer.clone() else { continue };
            let weight = interp.read_variable(id)?;
            losses.push(penalty(interp, &regularizer, weight)?);
        }
        Ok(losses)
    }

    /// The layer and all layers inside it, each once, in the order of Keras's `_flatten_layers`.
    pub fn flattened(self: &Rc<Self>) -> Vec<Rc<LayerObject>> {
        let (mut found, mut seen) = (vec![self.clone()], HashSet::new());
        let inside = |layer: &LayerObject| layer.sublayers.borrow().iter().map(|(_, l)| l.clone()).collect::<Vec<_>>();
        let mut queue: VecDeque<Rc<LayerObject>> = inside(self).into();
        while let Some(layer) = queue.pop_front() {
            if seen.insert(Rc::as_ptr(&layer) as usize) {
                inside(&layer).into_iter().for_each(|inner| queue.push_front(inner));
                found.push(layer);
            }
        }
        found
    }

    /// Adds the penalty of the layer's outputs: the regularizer's value over the number of rows.
    ///
    /// # Errors
    /// The regularizer cannot take an output.
    pub(super) fn penalise(self: &Rc<Self>, interp: &mut Interp, outputs: &Value) -> Result<()> {
        let Some(regularizer) = self.activity_regularizer.borrow().clone() else { return Ok(()) };
        for output in outputs.leaves() {
            let Value::Tensor(output) = output else { continue };
            let (output, rows) = counted(interp, &output)?;
            let loss = penalty(interp, &regularizer, output)?;
            let loss = match rows {
                Some(rows) => {
                    let rows = interp.tracer.convert(&rows, loss.dtype())?;
                    interp.tracer.div_no_nan(&loss, &rows)?
                }
                None => loss,
            };
            self.add_loss(interp, loss);
        }
        Ok(())
    }
}

/// `output` with zeros in the rows that pad the batch, and the number of the others; none for a scalar.
fn counted(interp: &mut Interp, output: &Tensor) -> Result<(Tensor, Option<Tensor>)> {
    let Some(&size) = output.shape().first() else { return Ok((output.clone(), None)) };
    match interp.rows().filter(|rows| rows.shape() == [size]) {
        None => Ok((output.clone(), Some(interp.tracer.scalar(DType::F32, size as f64)?))),
        Some(rows) => {
            let valid = interp.tracer.sum(&rows, &[0], false)?;
            Ok((only_rows(interp, output, &rows)?, Some(valid)))
        }
    }
}

/// `x` with zeros in the rows that do not count.
fn only_rows(interp: &mut Interp, x: &Tensor, rows: &Tensor) -> Result<Tensor> {
    let t = &mut interp.tracer;
    let behind: Vec<usize> = (1..x.rank()).collect();
    let there = t.to_bool(rows)?;
    let there = t.expand_dims(&there, &behind)?;
    let zero = t.scalar(x.dtype(), 0.0)?;
    t.select(&there, x, &zero)
}

fn penalty(interp: &mut Interp, regularizer: &Value, x: Tensor) -> Result<Tensor> {
    let value = interp.call(regularizer, Args::positional(vec![Value::Tensor(x)]))?;
    interp.to_tensor(&value)
}

/// The losses that `model` adds to those of `compile`, each summed to a scalar: rows that pad the batch do not
/// count in losses of one number per row.
///
/// # Errors
/// As [`LayerObject::losses`].
pub fn additional(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<Tensor>> {
    let losses = model.losses(interp)?;
    let sum = |interp: &mut Interp, mut loss: Tensor| {
        if let Some(rows) = interp.rows().filter(|rows| loss.shape().first() == rows.shape().first()) {
            loss = only_rows(interp, &loss, &rows)?;
        }
        if !loss.dtype().is_float() {
            loss = interp.tracer.convert(&loss, DType::F32)?;
        }
        let axes: Vec<usize> = (0..loss.rank()).collect();
        interp.tracer.sum(&loss, &axes, false)
    };
    losses.into_iter().map(|loss| sum(interp, loss)).collect()
}

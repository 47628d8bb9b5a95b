//! From an evaluated model file to its program.

use std::rc::Rc;

use super::assemble::{self, State};
use super::training::Compiled;
use super::{Program, layout, steps};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::models;

/// What to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// Batch sizes of `predict`; empty means 1 and 32, or what `fit` says.
    pub batches: Vec<usize>,
    /// The batch size of training and evaluation; none means what `fit` says, or 32.
    pub train_batch: Option<usize>,
    /// Whether a compiled model gets training entry points.
    pub training: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { batches: Vec::new(), train_batch: None, training: true }
    }
}

/// Traces the entry points of `model`.
///
/// # Errors
/// The model's input shape is unknown, a layer cannot take what it gets, or what `compile` says does
/// not fit the model.
pub fn build(interp: &mut Interp, model: &Rc<LayerObject>, options: &Options) -> Result<Program> {
    let graph = models::graph_of(interp, model)?.ok_or_else(|| {
        Error::new(codes::SHAPE_MISMATCH, format!("the input shape of model `{}` is not known", model.name()))
            .help("begin the model with keras.Input(shape=...)")
    })?;
    let compile = model.recorded.compile.borrow().clone().filter(|_| options.training);
    let compiled = match compile {
        Some(args) => Compiled::new(interp, model, &graph, &args)?,
        None => None,
    };
    let mut ids = assemble::weights(interp, model);
    ids.extend(assemble::seeds(interp, model));
    if let Some(compiled) = &compiled {
        ids.extend(compiled.optimizer.variables());
        ids.extend(compiled.metric_variables(interp)?);
    }
    let state = State::new(ids);
    let fit = model.recorded.fit.borrow().clone();
    let training = compiled.as_ref().map(|c| c.describe(fit.as_ref(), &state)).transpose()?;
    let train_batch = options.train_batch.or_else(|| Some(training.as_ref()?.fit.as_ref()?.batch_size)).unwrap_or(32);
    let mut batches = options.batches.clone();
    if batches.is_empty() {
        batches = vec![1, train_batch];
    }
    batches.sort_unstable();
    batches.dedup();
    let mut entries = vec![assemble::init(interp, &state)?];
    for &batch in &batches {
        entries.push(assemble::predict(interp, &state, &graph, batch)?);
    }
    if let Some(compiled) = &compiled {
        entries.push(steps::train(interp, &state, &graph, compiled, train_batch, false)?);
        entries.push(steps::train(interp, &state, &graph, compiled, train_batch, true)?);
        entries.push(steps::evaluate(interp, &state, &graph, compiled, train_batch)?);
    }
    let trained = compiled.as_ref().map_or_else(Vec::new, |c| c.trained.clone());
    let h5 = layout::h5_paths(model);
    Ok(Program {
        model: model.name().to_string(),
        variables: assemble::specs(interp, &state, &trained, &h5),
        entries,
        layers: layout::rows(interp, model, &graph),
        training,
    })
}

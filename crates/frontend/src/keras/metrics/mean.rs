//! Weighted means.

use std::rc::Rc;

use super::{COMMON, Metric, MetricObject, StateVariable};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::losses::match_ranks;
use crate::library::{Args, ClassDecl, FunctionDecl, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// Σ weights·values / Σ weights of values that the program hands in (`keras.metrics.Mean`).
#[derive(Debug)]
pub struct Mean;

/// The mean of a function of targets and predictions.
#[derive(Debug)]
pub struct MeanOf {
    function: Value,
    keywords: Vec<(Rc<str>, Value)>,
}

impl MeanOf {
    /// The mean of `function(y_true, y_pred)`, which gives one value per row.
    pub fn function(function: Value) -> Self {
        MeanOf { function, keywords: Vec::new() }
    }

    /// The mean of a package's function with further arguments.
    pub fn with(function: &'static FunctionDecl, keywords: Vec<(&str, Value)>) -> Self {
        let keywords = keywords.into_iter().map(|(name, value)| (name.into(), value)).collect();
        MeanOf { function: Value::Function(function), keywords }
    }
}

/// `keras.metrics.Mean`.
pub static MEAN_CLASS: ClassDecl = ClassDecl {
    name: "Mean",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(COMMON),
    doc: "The weighted mean of values.",
    new: |_, args| MetricObject::value(&MEAN_CLASS, args, "mean", Mean),
    methods: &[],
};

/// One value and one weight per row: trailing dimensions are averaged, as Keras does before it sums
/// over the rows. Without weights the second result is `None`.
///
/// # Errors
/// The shapes do not fit.
pub fn samplewise(t: &mut Tracer, values: &Tensor, weight: Option<&Tensor>) -> Result<(Tensor, Option<Tensor>)> {
    let trailing = |x: &Tensor, from: usize| (from..x.rank()).collect::<Vec<_>>();
    let Some(weight) = weight else {
        let axes = trailing(values, 1);
        return Ok((if axes.is_empty() { values.clone() } else { t.mean(values, &axes, false)? }, None));
    };
    let weight = t.convert(weight, values.dtype())?;
    let (mut values, mut weight) = match_ranks(t, values, &weight)?;
    let axes = trailing(&values, weight.rank());
    if !axes.is_empty() {
        values = t.mean(&values, &axes, false)?;
    }
    weight = t.broadcast_to(&weight, values.shape())?;
    // What has no weight must not spoil the sum, whatever its value is.
    let counts = t.to_bool(&weight)?;
    let zero = t.full(values.ty(), 0.0)?;
    let weighted = t.mul(&values, &weight)?;
    values = t.select(&counts, &weighted, &zero)?;
    let axes = trailing(&values, 1);
    if !axes.is_empty() {
        values = t.mean(&values, &axes, false)?;
        weight = t.mean(&weight, &axes, false)?;
    }
    Ok((values, Some(weight)))
}

/// Adds values to a total and their weights to a count.
pub(super) fn accumulate(
    t: &mut Tracer,
    state: &[Tensor],
    values: &Tensor,
    weight: Option<&Tensor>,
) -> Result<Vec<Tensor>> {
    let (values, weight) = samplewise(t, values, weight)?;
    let axes: Vec<usize> = (0..values.rank()).collect();
    let sum = t.sum(&values, &axes, false)?;
    let total = t.add(&state[0], &sum)?;
    let count = match weight {
        Some(weight) => {
            let sum = t.sum(&weight, &axes, false)?;
            t.add(&state[1], &sum)?
        }
        None => t.add_scalar(&state[1], values.ty().size() as f64)?,
    };
    Ok(vec![total, count])
}

pub(super) fn total_and_count() -> Vec<StateVariable> {
    vec![StateVariable::scalar("total"), StateVariable::scalar("count")]
}

impl Metric for Mean {
    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(total_and_count())
    }

    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        values: &Tensor,
        _: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        accumulate(&mut interp.tracer, &state, values, weight)
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        interp.tracer.div_no_nan(&state[0], &state[1])
    }
}

impl Metric for MeanOf {
    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(total_and_count())
    }

    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let positional = vec![Value::Tensor(y_true.clone()), Value::Tensor(y_pred.clone())];
        let args = Args { positional, keywords: self.keywords.clone() };
        let values = interp.call(&self.function, args)?;
        let values = interp.to_tensor(&values)?;
        accumulate(&mut interp.tracer, &state, &values, weight)
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        interp.tracer.div_no_nan(&state[0], &state[1])
    }
}

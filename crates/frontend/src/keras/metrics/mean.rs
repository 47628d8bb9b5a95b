//! Weighted means.

use std::rc::Rc;

use keramos_ir::DType;

use super::{COMMON, DTYPE, Metric, MetricObject, NAME, StateVariable};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::losses::{LossObject, Weights, match_ranks};
use crate::library::{Args, ClassDecl, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::{Key, Value, downcast};

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

/// Σ weights·values of values that the program hands in (`keras.metrics.Sum`).
#[derive(Debug)]
pub struct Sum;

/// `keras.metrics.Sum`.
pub static SUM_CLASS: ClassDecl = ClassDecl {
    name: "Sum",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(COMMON),
    doc: "The weighted sum of values.",
    new: |_, args| MetricObject::value(&SUM_CLASS, args, "sum", Sum),
    methods: &[],
};

/// `keras.metrics.MeanMetricWrapper`.
pub static WRAPPER_CLASS: ClassDecl = ClassDecl {
    name: "MeanMetricWrapper",
    aliases: &[],
    bases: &["Mean", "Metric"],
    signature: Signature::new(&[Param::required("fn"), NAME, DTYPE, Param::keywords("kwargs")]),
    doc: "The weighted mean of a function of targets and predictions.",
    new: |interp, args| {
        let Value::Dict(entries) = args.get("kwargs")? else {
            return Err(Error::internal("keyword arguments are no dict"));
        };
        let keyword = |(key, value): (&Key, &Value)| match key.value() {
            Value::Str(name) => Ok((name.clone(), value.clone())),
            other => Err(Error::ty(format!("a keyword must be a string, found {}", other.type_name()))),
        };
        let keywords = entries.borrow().iter().map(keyword).collect::<Result<Vec<_>>>()?;
        let mean = MeanOf { function: args.get("fn")?.clone(), keywords };
        MetricObject::numbered(interp, &WRAPPER_CLASS, args, mean)
    },
    methods: &[],
};

/// Σ weight·values over `axes`. Weights belong to the leading dimensions; what has weight 0 does not
/// count, whatever its value is.
pub(super) fn weighted_sum(t: &mut Tracer, values: &Tensor, weight: Option<&Tensor>, axes: &[usize]) -> Result<Tensor> {
    let Some(weight) = weight else { return t.sum(values, axes, false) };
    let behind: Vec<usize> = (weight.rank()..values.rank()).collect();
    let weight = t.convert(weight, values.dtype())?;
    let weight = t.expand_dims(&weight, &behind)?;
    let counts = t.to_bool(&weight)?;
    let weighted = t.mul(values, &weight)?;
    let zero = t.weak(0.0)?;
    let weighted = t.select(&counts, &weighted, &zero)?;
    t.sum(&weighted, axes, false)
}

/// One value and one weight per row: trailing dimensions are averaged, as Keras does before it sums
/// over the rows. Without weights the second result is `None`.
fn samplewise(t: &mut Tracer, values: &Tensor, weight: Option<&Tensor>) -> Result<(Tensor, Option<Tensor>)> {
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

/// Adds values to a total and their weights to a count. One value for a whole batch counts once, if
/// any row counts.
pub(super) fn accumulate(
    t: &mut Tracer,
    state: &[Tensor],
    values: &Tensor,
    weight: Option<&Tensor>,
) -> Result<Vec<Tensor>> {
    let (values, weight) = match weight {
        Some(weight) if values.rank() == 0 && weight.rank() > 0 => {
            let rows = t.to_bool(weight)?;
            let axes: Vec<usize> = (0..rows.rank()).collect();
            let any = t.any(&rows, &axes, false)?;
            let once = t.convert(&any, values.dtype())?;
            samplewise(t, values, Some(&once))?
        }
        _ => samplewise(t, values, weight)?,
    };
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
    fn takes_values(&self) -> bool {
        true
    }

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

impl Metric for Sum {
    fn takes_values(&self) -> bool {
        true
    }

    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(vec![StateVariable::scalar("total")])
    }

    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        values: &Tensor,
        _: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let t = &mut interp.tracer;
        let values = t.convert(values, DType::F32)?;
        let axes: Vec<usize> = (0..values.rank()).collect();
        let sum = weighted_sum(t, &values, weight, &axes)?;
        Ok(vec![t.add(&state[0], &sum)?])
    }

    fn result(&self, _: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        Ok(state[0].clone())
    }
}

impl Metric for MeanOf {
    fn takes_any_type(&self) -> bool {
        true
    }

    fn rises(&self) -> Option<bool> {
        // Of the functions, accuracies and similarities rise; the others are losses.
        match &self.function {
            Value::Function(decl) => Some(decl.name.ends_with("accuracy") || decl.name == "cosine_similarity"),
            Value::Object(_) => Some(false),
            _ => None,
        }
    }

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
        let loss = match &self.function {
            Value::Object(object) => downcast::<LossObject>(object),
            _ => None,
        };
        let values = match loss {
            // A loss reduces the batch by itself, so it has to know which rows count.
            Some(loss) => {
                let t = &mut interp.tracer;
                let rows = weight.map(|w| t.to_bool(w)).transpose()?;
                let rows = rows.map(|rows| t.convert(&rows, DType::F32)).transpose()?;
                loss.compute(interp, y_true, y_pred, &Weights { sample: None, rows })?
            }
            None => {
                let positional = vec![Value::Tensor(y_true.clone()), Value::Tensor(y_pred.clone())];
                let args = Args { positional, keywords: self.keywords.clone() };
                let values = interp.call(&self.function, args)?;
                let values = interp.to_tensor(&values)?;
                interp.reduced(&values, || "a metric of one number for the whole batch".to_owned());
                values
            }
        };
        let t = &mut interp.tracer;
        let values = t.convert(&values, DType::F32)?;
        let weight = match y_pred.mask() {
            Some(mask) => Some(masked(t, mask, weight)?),
            None => weight.cloned(),
        };
        accumulate(t, &state, &values, weight.as_ref())
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        interp.tracer.div_no_nan(&state[0], &state[1])
    }
}

/// The weights where the mask is true, and 0 elsewhere.
fn masked(t: &mut Tracer, mask: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
    let mask = t.convert(mask, DType::F32)?;
    let Some(weight) = weight else { return Ok(mask) };
    let behind: Vec<usize> = (weight.rank()..mask.rank()).collect();
    let weight = t.expand_dims(weight, &behind)?;
    t.mul(&weight, &mask)
}

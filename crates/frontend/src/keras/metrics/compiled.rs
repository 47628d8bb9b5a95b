//! The metrics that `compile` was given, as the one metric that Keras makes of them: `compile_metrics` in
//! `model.metrics`.

use std::rc::Rc;

use super::{Metric, MetricObject, StateVariable};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable::VariableId;
use crate::trace::Tensor;
use crate::value::{Key, Value};

/// A metric of one output, as `compile` was given it.
#[derive(Clone, Debug)]
pub struct CompiledMetric {
    /// The output.
    pub output: usize,
    /// Its name in logs.
    pub name: String,
    /// The metric.
    pub metric: Rc<MetricObject>,
    /// Whether sample weights count.
    pub weighted: bool,
}

/// All of them.
#[derive(Debug)]
struct All(Vec<CompiledMetric>);

impl MetricObject {
    /// The metrics of `compile` in one, whose variables exist.
    pub fn of_compile(metrics: Vec<CompiledMetric>, variables: Vec<VariableId>) -> Rc<MetricObject> {
        let all = MetricObject::new(None, "compile_metrics".into(), All(metrics));
        *all.state.borrow_mut() = Some(variables);
        Rc::new(all)
    }

    /// Takes one more batch into account, for the metrics of `compile`: targets and predictions of all outputs.
    ///
    /// # Errors
    /// An output that has a metric has no target, or the shapes do not fit.
    pub(crate) fn update_compiled(
        &self,
        interp: &mut Interp,
        y_true: &[Tensor],
        y_pred: &[Tensor],
        weight: Option<&Tensor>,
    ) -> Result<()> {
        for CompiledMetric { output, metric, weighted, .. } in self.metric.compiled().unwrap_or_default() {
            let (Some(y_true), Some(y_pred)) = (y_true.get(*output), y_pred.get(*output)) else {
                let message =
                    format!("the metric `{}` has no targets or no predictions for output {output}", metric.name);
                return Err(Error::argument(message));
            };
            metric.update(interp, y_true, y_pred, weight.filter(|_| *weighted))?;
        }
        Ok(())
    }
}

impl Metric for All {
    fn takes_any_type(&self) -> bool {
        true
    }

    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(Vec::new())
    }

    fn update(
        &self,
        _: &mut Interp,
        _: Vec<Tensor>,
        _: &Tensor,
        _: &Tensor,
        _: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        Err(Error::internal("the metrics of `compile` are updated one by one"))
    }

    fn result(&self, _: &mut Interp, _: &[Tensor]) -> Result<Tensor> {
        Err(Error::internal("the metrics of `compile` have a value each"))
    }

    fn value(&self, interp: &mut Interp, _: &[Tensor]) -> Result<Value> {
        let mut values = indexmap::IndexMap::new();
        for CompiledMetric { name, metric, .. } in &self.0 {
            values.insert(Key::name(name.as_str()), metric.value_now(interp)?);
        }
        Ok(Value::Dict(Rc::new(values.into())))
    }

    fn compiled(&self) -> Option<&[CompiledMetric]> {
        Some(&self.0)
    }
}

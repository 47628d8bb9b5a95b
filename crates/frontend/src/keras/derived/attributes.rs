//! Attributes that all layers have, and what belongs to no native class in particular.

use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::metrics::MetricObject;
use crate::keras::models;
use crate::value::Value;

/// The attribute `name` of any layer; `None` for names that only some layers have.
///
/// # Errors
/// `metrics` of the program's class fails or holds something else.
pub(in crate::keras) fn attribute(interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    if let Some(method) = super::METHODS.iter().find(|method| method.name == name) {
        return Ok(Some(Value::Method(layer.clone(), method)));
    }
    Ok(match name {
        "metrics" => Some(Value::list(metrics(layer).iter().map(|metric| metric.as_value()).collect())),
        "metrics_names" => {
            let metrics = interp.attribute(&layer.as_value(), "metrics")?;
            let metrics = interp.collect(&metrics)?;
            let names = metrics.iter().map(|metric| interp.attribute(metric, "name"));
            let mut names = names.collect::<Result<Vec<_>>>()?;
            // What `compile` was given is made into metrics only when steps are traced.
            if let (Some(compiled), None) = (&*layer.recorded.compile.borrow(), &*layer.recorded.trainer.borrow()) {
                let given = compiled.some("metrics")?.or(compiled.some("weighted_metrics")?);
                let own = [Some("loss"), given.map(|_| "compile_metrics")];
                names.splice(0..0, own.into_iter().flatten().map(Value::str));
            }
            Some(Value::list(names))
        }
        "metrics_variables" => {
            let mut ids = Vec::new();
            for metric in models::listed_metrics(interp, layer)? {
                ids.extend(metric.known_variables(interp));
            }
            Some(interp.variable_list(&ids))
        }
        _ => None,
    })
}

/// What `compile` was given first, then what layers hold.
fn metrics(layer: &LayerObject) -> Vec<Rc<MetricObject>> {
    let compiled = layer.recorded.trainer.borrow().as_ref().map(|trainer| trainer.all_metrics());
    compiled.into_iter().flatten().chain(layer.all_metrics()).collect()
}

impl LayerObject {
    /// The metrics that the layer and its sublayers hold, in order.
    pub fn all_metrics(&self) -> Vec<Rc<MetricObject>> {
        let mut all = self.metrics.borrow().clone();
        self.sublayers.borrow().iter().for_each(|(_, layer)| all.extend(layer.all_metrics()));
        all
    }
}

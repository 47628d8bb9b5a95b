//! Attributes that all layers have.

use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::variable::VariableId;
use crate::value::Value;

/// The attribute `name` of any layer; `None` for names that only some layers have.
///
/// # Errors
/// None today.
pub(in crate::keras) fn attribute(interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    if let Some(method) = super::METHODS.iter().find(|method| method.name == name) {
        return Ok(Some(Value::Method(layer.clone(), method)));
    }
    let weights = |interp: &Interp| unique(layer.all_weights(interp));
    let variables = |interp: &Interp| unique(layer.all_variables(interp));
    let ids = match name {
        "weights" => weights(interp),
        "variables" => variables(interp),
        "trainable_weights" | "trainable_variables" => layer.trained(interp),
        "non_trainable_weights" | "non_trainable_variables" => {
            let trained = layer.trained(interp);
            let all = if name == "non_trainable_weights" { weights(interp) } else { variables(interp) };
            all.into_iter().filter(|id| !trained.contains(id)).collect()
        }
        "metrics" => {
            let metrics = layer.all_metrics().into_iter().map(|metric| Value::Object(metric));
            return Ok(Some(Value::list(metrics.collect())));
        }
        _ => {
            // Weights of Keras's own layers are attributes: `dense.kernel`.
            let own = layer.weights.borrow();
            let found = own.iter().copied().find(|&id| &*interp.variables.get(id).name == name);
            drop(own);
            return Ok(match found {
                Some(id) if layer.instance.get().is_none() || !layer.is_bare() => Some(interp.variable(id)),
                _ => None,
            });
        }
    };
    let list = ids.into_iter().map(|id| interp.variable(id)).collect();
    Ok(Some(Value::list(list)))
}

/// Each variable once, where it comes first.
fn unique(ids: Vec<VariableId>) -> Vec<VariableId> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}

impl LayerObject {
    /// All state in Keras's order of `layer.variables`: own weights, trainable first, own seeds, then sublayers'.
    pub fn all_variables(&self, interp: &Interp) -> Vec<VariableId> {
        let mut all = self.own_weights(interp);
        all.extend(self.seeds.borrow().iter());
        for (_, layer) in self.sublayers.borrow().iter() {
            all.extend(layer.all_variables(interp));
        }
        all
    }

    /// The metrics that the layer and its sublayers hold, in order.
    pub fn all_metrics(&self) -> Vec<Rc<crate::keras::metrics::MetricObject>> {
        let mut all = self.metrics.borrow().clone();
        self.sublayers.borrow().iter().for_each(|(_, layer)| all.extend(layer.all_metrics()));
        all
    }

    /// The weights that training changes: trainable ones of layers that are not frozen.
    fn trained(&self, interp: &Interp) -> Vec<VariableId> {
        fn collect(interp: &Interp, layer: &LayerObject, all: &mut Vec<VariableId>) {
            if !layer.trainable.get() {
                return;
            }
            for id in layer.own_weights(interp) {
                if interp.variables.get(id).trainable && !all.contains(&id) {
                    all.push(id);
                }
            }
            layer.sublayers.borrow().iter().for_each(|(_, inner)| collect(interp, inner, all));
        }
        let mut all = Vec::new();
        collect(interp, self, &mut all);
        all
    }
}

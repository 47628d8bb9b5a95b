//! Attributes of layers of the program: layers, variables, metrics and seed generators assigned to `self` belong
//! to the layer, in the order of assignment, also those in lists and dicts and those added to them later.

use std::collections::HashMap;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::keras::layer::LayerObject;
use crate::keras::metrics::MetricObject;
use crate::keras::seed_generator::SeedGenerator;
use crate::keras::variable_object::variable_of;
use crate::value::{Value, downcast};

/// Lists and dicts that belong to layers, by address. They are kept, so that no address is used twice.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    containers: HashMap<usize, (Rc<LayerObject>, Value)>,
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::List(list) => Some(Rc::as_ptr(list) as usize),
        Value::Dict(entries) => Some(Rc::as_ptr(entries) as usize),
        _ => None,
    }
}

/// Tracks what was assigned before the native half was there.
///
/// # Errors
/// As [`track`].
pub(super) fn adopt(interp: &mut Interp, layer: &Rc<LayerObject>, instance: &Rc<Instance>) -> Result<()> {
    for (name, value) in instance.entries() {
        if !layer.has_settable(&name) {
            let value = track(interp, layer, &value)?;
            instance.set(&name, value);
        }
    }
    Ok(())
}

/// Notes what `value` holds as state of `layer`. Returns what is to be stored: lists and dicts become ones that
/// are watched.
///
/// # Errors
/// The layer is built already and takes no more state.
pub(super) fn track(interp: &mut Interp, layer: &Rc<LayerObject>, value: &Value) -> Result<Value> {
    match value {
        Value::Tuple(elements) => {
            let tracked = elements.iter().map(|e| track(interp, layer, e)).collect::<Result<Vec<_>>>()?;
            Ok(Value::tuple(tracked))
        }
        Value::List(_) | Value::Dict(_)
            if address(value).is_some_and(|a| interp.tracked.containers.contains_key(&a)) =>
        {
            Ok(value.clone())
        }
        Value::List(list) => {
            let elements = list.borrow().clone();
            let tracked = elements.iter().map(|e| track(interp, layer, e)).collect::<Result<Vec<_>>>()?;
            Ok(watch(interp, layer, Value::list(tracked)))
        }
        Value::Dict(entries) => {
            let entries = entries.borrow().clone();
            let tracked = entries.into_iter().map(|(key, e)| Ok((key, track(interp, layer, &e)?)));
            let tracked = tracked.collect::<Result<indexmap::IndexMap<_, _>>>()?;
            Ok(watch(interp, layer, Value::Dict(Rc::new(tracked.into()))))
        }
        Value::Set(_) | Value::FrozenSet(_) => {
            let elements = value.set_elements().unwrap_or_default();
            let elements: Vec<Value> = elements.keys().map(|key| key.value().clone()).collect();
            elements.iter().try_for_each(|e| track(interp, layer, e).map(drop))?;
            Ok(value.clone())
        }
        _ => {
            leaf(interp, layer, value)?;
            Ok(value.clone())
        }
    }
}

fn watch(interp: &mut Interp, layer: &Rc<LayerObject>, container: Value) -> Value {
    if let Some(address) = address(&container) {
        interp.tracked.containers.insert(address, (layer.clone(), container.clone()));
    }
    container
}

fn leaf(interp: &mut Interp, layer: &Rc<LayerObject>, value: &Value) -> Result<()> {
    if let Some(id) = variable_of(value) {
        if !layer.weights.borrow().contains(&id) && !layer.seeds.borrow().contains(&id) {
            let name = interp.variables.get(id).name.clone();
            layer.check_unlocked(&name)?;
            layer.weights.borrow_mut().push(id);
        }
        return Ok(());
    }
    let Some(native) = super::native_of(value) else { return Ok(()) };
    if let Some(inner) = downcast::<LayerObject>(&native) {
        let known = layer.sublayers.borrow().iter().any(|(_, known)| Rc::ptr_eq(known, &inner));
        if !known {
            layer.check_unlocked(&inner.name())?;
            layer.sublayers.borrow_mut().push(("layers".into(), inner));
        }
    } else if let Some(generator) = downcast::<SeedGenerator>(&native) {
        if !layer.seeds.borrow().contains(&generator.state) {
            layer.check_unlocked("seed_generator")?;
            layer.seeds.borrow_mut().push(generator.state);
        }
    } else if let Some(metric) = downcast::<MetricObject>(&native) {
        let known = layer.metrics.borrow().iter().any(|known| Rc::ptr_eq(known, &metric));
        if !known {
            layer.check_unlocked(&metric.name)?;
            layer.metrics.borrow_mut().push(metric);
        }
    }
    Ok(())
}

impl Interp {
    /// To be called when a list or dict has changed: if it belongs to a layer, so does what is new in it.
    ///
    /// # Errors
    /// The layer is built already and takes no more state.
    pub(crate) fn container_changed(&mut self, container: &Value) -> Result<()> {
        if self.tracked.containers.is_empty() {
            return Ok(());
        }
        let found = address(container).and_then(|address| self.tracked.containers.get(&address));
        let Some((layer, _)) = found.cloned() else { return Ok(()) };
        match container {
            Value::List(list) => {
                let elements = list.borrow().clone();
                let tracked = elements.iter().map(|e| track(self, &layer, e)).collect::<Result<Vec<_>>>()?;
                *list.borrow_mut() = tracked;
            }
            Value::Dict(entries) => {
                let elements = entries.borrow().clone();
                let tracked = elements.into_iter().map(|(key, e)| Ok((key, track(self, &layer, &e)?)));
                let tracked = tracked.collect::<Result<indexmap::IndexMap<_, _>>>()?;
                *entries.borrow_mut() = tracked;
            }
            _ => {}
        }
        Ok(())
    }
}

impl LayerObject {
    /// Refuses more state once the layer is built.
    pub(super) fn check_unlocked(&self, what: &str) -> Result<()> {
        if !self.locked.get() {
            return Ok(());
        }
        let message =
            format!("`{what}` is added to layer `{}` ({}), which is already built", self.name(), self.class_name);
        Err(Error::argument(message)
            .help("create all weights and sublayers in `__init__` or in `build`, not in `call`"))
    }

    /// Enters the layer's scope, unless that is the innermost one already; pass the result to
    /// [`LayerObject::close_scope`].
    pub(in crate::keras) fn open_scope(&self, interp: &mut Interp) -> Option<usize> {
        if self.scope.get() == interp.tracer.scope_depth() && self.scope.get() > 0 {
            return None;
        }
        interp.tracer.push_scope(self.name());
        Some(self.scope.replace(interp.tracer.scope_depth()))
    }

    /// Leaves the scope that [`LayerObject::open_scope`] entered.
    pub(in crate::keras) fn close_scope(&self, interp: &mut Interp, entered: Option<usize>) {
        if let Some(outer) = entered {
            interp.tracer.pop_scope();
            self.scope.set(outer);
        }
    }

    /// The layer as the program holds it.
    pub fn as_value(self: &Rc<Self>) -> Value {
        match self.instance.get() {
            Some(instance) => Value::User(instance.clone()),
            None => Value::Object(self.clone()),
        }
    }

    /// The attributes that the program set; `None` for layers of Keras's own classes.
    pub fn program_attributes(&self) -> Option<Vec<(Rc<str>, Value)>> {
        Some(self.instance.get()?.entries().into_iter().collect())
    }

    /// Whether an attribute of that name is set on the layer itself.
    pub(super) fn has_settable(&self, name: &str) -> bool {
        crate::keras::layer::SETTABLE.contains(&name)
    }
}

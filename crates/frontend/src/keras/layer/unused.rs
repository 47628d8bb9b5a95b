//! Layers that a class makes and never calls.

use std::rc::Rc;

use super::LayerObject;
use crate::diagnostics::{Diagnostic, Severity, codes};

/// A warning for each layer that a class of the program made in a layer that was called, and that nothing called.
pub(crate) fn unused(model: &Rc<LayerObject>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(model, &mut found);
    found
}

fn walk(layer: &LayerObject, found: &mut Vec<Diagnostic>) {
    for (attribute, inner) in layer.sublayers.borrow().iter() {
        if inner.built.get() {
            walk(inner, found);
        } else if layer.built.get() && layer.instance.get().is_some() {
            let message = format!("layer `{}` ({}) is never called", inner.name(), inner.class_name);
            let of = format!("it is `{attribute}` of `{}` ({})", layer.name(), layer.class_name);
            let warning = Diagnostic::nowhere(Severity::Warning, codes::UNUSED_LAYER, message).note(of);
            found.push(warning.help("call it in `call`, or do not make it"));
        }
    }
}

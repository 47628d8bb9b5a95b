//! Layers that a class makes and never calls.

use std::rc::Rc;

use super::LayerObject;
use crate::diagnostics::{Diagnostic, codes};
use crate::keras::derived::native_of;
use crate::value::downcast;

/// A warning for each layer that a class of the program made in a layer that was called, and that nothing called.
pub(crate) fn unused(model: &Rc<LayerObject>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(model, &mut found);
    found
}

fn walk(layer: &LayerObject, found: &mut Vec<Diagnostic>) {
    for (_, inner) in layer.sublayers.borrow().iter() {
        if inner.built.get() {
            walk(inner, found);
        } else if layer.built.get() && layer.instance.get().is_some() {
            let message = format!("layer `{}` ({}) is never called", inner.name(), inner.class_name);
            let of = match attribute_of(layer, inner) {
                Some(attribute) => format!("it is `self.{attribute}` of `{}` ({})", layer.name(), layer.class_name),
                None => format!("it belongs to `{}` ({})", layer.name(), layer.class_name),
            };
            let warning = Diagnostic::warning(codes::UNUSED_LAYER, inner.made_at, message).note(of);
            found.push(warning.help("call it in `call`, or do not make it"));
        }
    }
}

/// The attribute of the program's object that holds the layer.
fn attribute_of(layer: &LayerObject, inner: &Rc<LayerObject>) -> Option<Rc<str>> {
    let holds = |value: &crate::value::Value| {
        let native = native_of(value).and_then(|native| downcast::<LayerObject>(&native));
        native.is_some_and(|native| Rc::ptr_eq(&native, inner))
    };
    layer.instance.get()?.entries().into_iter().find(|(_, value)| holds(value)).map(|(name, _)| name)
}

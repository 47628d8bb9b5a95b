//! Models whose `call` the program defines: `class Mine(keras.Model)`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::{Functional, METHODS};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::{derived, graph};
use crate::library::{Args, ClassDecl, Signature};
use crate::value::{Key, Value};

/// `keras.Model` as the base of a class that is not given by inputs and outputs.
pub static SUBCLASSED: ClassDecl = ClassDecl {
    name: "Model",
    aliases: &[],
    bases: &["Functional", "Model", "Layer"],
    signature: Signature::new(&[]).with(COMMON),
    doc: "The base class of models: derive from it and define `call`.",
    new: |interp, args| LayerObject::value(interp, &SUBCLASSED, args, Subclassed::default()),
    methods: &[METHODS],
};

/// What is known of the inputs of a subclassed model.
#[derive(Debug, Default)]
pub struct Subclassed {
    /// What the model was first called on: the types of the tensors count.
    called_on: RefCell<Option<Value>>,
    graph: RefCell<Option<Rc<Functional>>>,
    /// Whether the graph is being made.
    making: Cell<bool>,
}

impl Subclassed {
    /// Whether the graph is there.
    pub fn is_ready(&self) -> bool {
        self.graph.borrow().is_some()
    }

    /// Notes what the model is called on, unless that is known.
    pub fn record(&self, first: Option<&Value>) {
        let Some(first) = first else { return };
        let mut tensors = 0;
        first.for_each_leaf(&mut |leaf| tensors += usize::from(leaf_type(leaf).is_some()));
        if tensors > 0 && self.called_on.borrow().is_none() {
            *self.called_on.borrow_mut() = Some(first.clone());
        }
    }

    /// The graph of one call of the model; `None` if it was not called yet.
    ///
    /// # Errors
    /// The call fails.
    pub(super) fn graph(&self, interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Option<Rc<Functional>>> {
        if let Some(graph) = &*self.graph.borrow() {
            return Ok(Some(graph.clone()));
        }
        let Some(called_on) = self.called_on.borrow().clone() else { return Ok(None) };
        let first = derived::first_parameter(interp, model)?;
        // The call itself may ask what the model's inputs are.
        if self.making.replace(true) {
            return Ok(None);
        }
        let called = for_any_rows(interp, model, |interp, rows| {
            let inputs = inputs(interp, &called_on, &first, rows)?;
            Ok((inputs.clone(), model.call(interp, Args::positional(vec![inputs]))?))
        });
        self.making.set(false);
        let (inputs, outputs) = called?;
        let functional = Rc::new(Functional::new(inputs, outputs)?);
        *self.graph.borrow_mut() = Some(functional.clone());
        Ok(Some(functional))
    }
}

/// How many rows the inputs have that a model is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Any number: programs for batches of all sizes are made of it.
    Any,
    /// As many as the data had: programs for such batches only are.
    OfData,
}

impl Rows {
    /// The shape of an input that stands for data of the shape `found`.
    #[must_use]
    pub fn shape(self, found: &[Option<usize>]) -> SymbolicShape {
        let mut shape = found.to_vec();
        if let (Self::Any, Some(rows)) = (self, shape.first_mut()) {
            *rows = None;
        }
        shape
    }
}

/// What `call`, a first call of a model, gives for any number of rows; if its shapes do not fit together then, for that of the
/// data, which is what Keras builds such models on.
///
/// # Errors
/// Those of `call` for any number of rows.
pub fn for_any_rows<T>(
    interp: &mut Interp,
    model: &LayerObject,
    mut call: impl FnMut(&mut Interp, Rows) -> Result<T>,
) -> Result<T> {
    let (mark, told) = (interp.mark(), interp.diagnostics.len());
    let called_on = model.kind::<Subclassed>().and_then(|subclassed| subclassed.called_on.borrow().clone());
    let error = match call(interp, Rows::Any) {
        Err(error) if error.diagnostic().code == codes::SHAPE_MISMATCH => error,
        result => return result,
    };
    let since = interp.diagnostics.split_off(told);
    interp.reset(mark);
    if let Some(subclassed) = model.kind::<Subclassed>() {
        *subclassed.called_on.borrow_mut() = called_on;
    }
    call(interp, Rows::OfData).map_err(|_| {
        interp.diagnostics.truncate(told);
        interp.diagnostics.extend(since);
        error
    })
}

fn leaf_type(leaf: &Value) -> Option<(SymbolicShape, keramos_ir::DType)> {
    let known = |shape: &[usize]| shape.iter().map(|&n| Some(n)).collect();
    match leaf {
        Value::Symbolic(symbolic) => Some((symbolic.0.shape.clone(), symbolic.0.dtype)),
        Value::Tensor(tensor) => Some((known(tensor.shape()), tensor.dtype())),
        Value::Array(array) => Some((known(&array.ty().shape), array.ty().dtype)),
        _ => None,
    }
}

/// Symbolic inputs in the place of the tensors in `called_on`: named by the keys of a dict, or after the first
/// parameter of `call`.
fn inputs(interp: &mut Interp, called_on: &Value, first: &str, rows: Rows) -> Result<Value> {
    let count = called_on.leaves().len();
    let mut index = 0;
    let mut input = |interp: &mut Interp, leaf: &Value, key: Option<&str>| match leaf_type(leaf) {
        Some((shape, dtype)) => {
            let name = match key {
                Some(key) => key.to_owned(),
                None if count == 1 => first.to_owned(),
                None => format!("{first}_{index}"),
            };
            index += 1;
            Ok(Value::Symbolic(graph::input(interp, name.into(), rows.shape(&shape), dtype)))
        }
        None => Err(Error::ty(format!("a model's input must be a tensor, found {}", leaf.type_name()))
            .note("the model was first called on it, and its inputs are what it is called on")
            .help("give `call` everything else as arguments with names: model(inputs, option=value)")),
    };
    if let Value::Dict(entries) = called_on {
        let entries = entries.borrow().clone();
        let named = entries.into_iter().map(|(key, value)| {
            let name = match key.value() {
                Value::Str(name) => name.to_string(),
                other => other.type_name(),
            };
            Ok((key, input(interp, &value, Some(&name))?))
        });
        let named: indexmap::IndexMap<Key, Value> = named.collect::<Result<_>>()?;
        return Ok(Value::Dict(Rc::new(named.into())));
    }
    called_on.map_leaves(&mut |leaf| input(interp, leaf, None))
}

impl Layer for Subclassed {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let help =
            "define `def call(self, inputs):` in the class, or pass `inputs` and `outputs` to `super().__init__()`";
        Err(derived::without_call(cx, "model", help))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

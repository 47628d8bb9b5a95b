//! `StackedRNNCells`.

use std::rc::Rc;

use super::recurrent::{build_cell, output_size};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Args, Bound, ClassDecl, Param, Signature};
use crate::value::{Value, downcast};

pub(in crate::keras::layers) static STACKED_RNN_CELLS: ClassDecl = ClassDecl {
    name: "StackedRNNCells",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("cells")]).with(COMMON),
    doc: "Cells one after the other as one cell.",
    new,
    methods: &[],
};

/// Cells in order, which are the object's sublayers too.
#[derive(Debug)]
pub(super) struct Stacked {
    pub cells: Vec<Rc<LayerObject>>,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let cells = args.get("cells")?.elements().ok_or_else(|| args.invalid("cells", "a list of cells"))?;
    let cells = cells.iter().map(super::recurrent::cell).collect::<Result<Vec<_>>>()?;
    let object = LayerObject::create(interp, &STACKED_RNN_CELLS, args, Stacked { cells: cells.clone() })?;
    object.sublayers.borrow_mut().extend(cells.into_iter().map(|cell| (Rc::from("cells"), cell)));
    Ok(Value::Object(object))
}

impl Layer for Stacked {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let mut shape = inputs.first().cloned().unwrap_or_default();
        for cell in &self.cells {
            build_cell(build.interp, cell, shape.clone())?;
            let size = output_size(build.interp, cell)?;
            shape = vec![shape.first().copied().flatten(), size];
        }
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let mut x = Value::Tensor(cx.input()?);
        let states = cx.optional(1, "states").and_then(|s| s.elements()).unwrap_or_default();
        if states.len() != self.cells.len() {
            let message = format!("{} cells take as many states, {} were given", self.cells.len(), states.len());
            return Err(Error::shape(message));
        }
        let mut after = Vec::with_capacity(states.len());
        for (cell, states) in self.cells.iter().zip(states) {
            let called = LayerObject::call(cell, cx.interp, Args::positional(vec![x, states]))?;
            let [output, new] = <[Value; 2]>::try_from(called.elements().unwrap_or_default())
                .map_err(|_| Error::ty("a cell must return its output and its states"))?;
            x = output;
            after.push(new);
        }
        Ok(Value::tuple(vec![x, Value::list(after)]))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "state_size" => {
                let sizes = self.cells.iter().map(|cell| cell.layer.attribute("state_size"));
                sizes.collect::<Option<Vec<_>>>().map(Value::list)
            }
            "output_size" => self.cells.last()?.layer.attribute("output_size"),
            "cells" => Some(Value::list(self.cells.iter().map(|cell| Value::Object(cell.clone())).collect())),
            _ => None,
        }
    }
}

/// Whether a value is one of these objects.
pub(super) fn stacked(value: &Value) -> bool {
    matches!(value, Value::Object(object) if downcast::<LayerObject>(object).is_some_and(|l| l.kind::<Stacked>().is_some()))
}

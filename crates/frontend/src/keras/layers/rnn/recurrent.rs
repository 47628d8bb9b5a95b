//! `RNN`: a cell run over a sequence.

use std::cell::Cell as StdCell;
use std::rc::Rc;

use keramos_ir::TensorType;

use super::cell::Cell;
use super::stacked::{STACKED_RNN_CELLS, Stacked, stacked};
use super::step::Step;
use super::{SEQUENCES, joined};
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::jax::control::scan::Plan;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Args, Bound, ClassDecl, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Value, downcast};

pub(in crate::keras::layers) static RNN: ClassDecl = ClassDecl {
    name: "RNN",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const { joined::<7>(&[&[Param::required("cell")], SEQUENCES, &[flag("zero_output_for_mask", false)]]) },
    )
    .with(COMMON),
    doc: "Runs a cell over the steps of a sequence.",
    new: |interp, args| {
        let given = args.get("cell")?.clone();
        let given = match given.elements() {
            Some(cells) => {
                interp.call(&Value::Class(&STACKED_RNN_CELLS), Args::positional(vec![Value::list(cells)]))?
            }
            None => given,
        };
        let cell = cell(&given)?;
        new(interp, &RNN, args, cell)
    },
    methods: &[RESET],
};

/// What ends a sequence of batches, of all layers that run cells.
pub(super) const RESET: &[MethodDecl] = &[
    MethodDecl {
        name: "reset_state",
        signature: Signature::EMPTY,
        doc: "Forgets the state of a stateful layer, which a batch starts without anyway.",
        call: |_, _, _| Ok(Value::None),
    },
    MethodDecl {
        name: "reset_states",
        signature: Signature::EMPTY,
        doc: "Another name of `reset_state`.",
        call: |_, _, _| Ok(Value::None),
    },
];

/// A layer that runs a cell.
#[derive(Debug)]
pub(super) struct Recurrent {
    pub cell: Rc<LayerObject>,
    /// What the layer was made with, to make others like it.
    pub args: Bound,
    pub return_sequences: bool,
    pub return_state: bool,
    pub go_backwards: bool,
    pub zero_output: StdCell<bool>,
    unroll: bool,
    stateful: bool,
    class: &'static ClassDecl,
}

/// A value as a cell.
pub(super) fn cell(value: &Value) -> Result<Rc<LayerObject>> {
    let found = match value {
        Value::Object(object) => downcast::<LayerObject>(object),
        _ => None,
    };
    let is_cell = |layer: &Rc<LayerObject>| {
        layer.kind::<Cell>().is_some() || layer.kind::<Stacked>().is_some() || layer.instance.get().is_some()
    };
    found.filter(is_cell).ok_or_else(|| {
        Error::ty(format!("a {} is no cell of a recurrent layer", value.type_name()))
            .help("use SimpleRNNCell, LSTMCell, GRUCell, a list of them, or a layer of your own with `state_size` and `call(self, inputs, states)`")
    })
}

/// An attribute of a cell, such as `state_size`; `None` if it has none.
///
/// # Errors
/// The program's cell fails to tell it.
pub(super) fn of_class(interp: &mut Interp, cell: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    match cell.instance.get() {
        Some(_) => interp.find_attribute(&cell.as_value(), name),
        None => match (name, cell.kind::<Stacked>()) {
            ("state_size", Some(stacked)) => {
                let sizes = stacked.cells.iter().map(|cell| of_class(interp, cell, name));
                Ok(sizes.collect::<Result<Option<Vec<_>>>>()?.map(Value::list))
            }
            _ => Ok(cell.layer.attribute(name)),
        },
    }
}

/// How long a cell's output is: its `output_size`, or without that as long as its first state.
///
/// # Errors
/// The program's cell fails to tell it.
pub(super) fn output_size(interp: &mut Interp, cell: &Rc<LayerObject>) -> Result<Option<usize>> {
    let size = match of_class(interp, cell, "output_size")?.filter(|size| !size.is_none()) {
        Some(size) => Some(size),
        None => of_class(interp, cell, "state_size")?,
    };
    let size = size.and_then(|size| match size.elements() {
        Some(sizes) => sizes.first().cloned(),
        None => Some(size),
    });
    Ok(size.and_then(|size| number::index(&size)).and_then(|n| usize::try_from(n).ok()))
}

/// Builds a cell for steps of the given shape.
///
/// # Errors
/// The cell cannot take such steps.
pub(super) fn build_cell(interp: &mut Interp, cell: &Rc<LayerObject>, step: SymbolicShape) -> Result<()> {
    // A cell that defines no `build` is built by its first call.
    let builds = crate::keras::derived::overridden(interp, cell.instance.get(), "build")?.is_some();
    match cell.instance.get() {
        Some(_) if builds && !cell.built.get() => {
            let dim = |dim: &Option<usize>| dim.map_or(Value::None, |n| Value::Int(n as i64));
            let shape = Value::tuple(step.iter().map(dim).collect::<Vec<_>>());
            cell.build_by_shapes(interp, Args::positional(vec![shape]))
        }
        _ => cell.build(interp, &[step]),
    }
}

/// A layer of class `class` that runs a cell of class `cell`, which takes the arguments that it knows.
pub(super) fn of_cell(
    interp: &mut Interp,
    class: &'static ClassDecl,
    args: &Bound,
    cell: &'static ClassDecl,
    name: &'static str,
) -> Result<Value> {
    let mut keywords = vec![("name", Value::str(name))];
    for param in cell.signature.params.iter().map(|param| param.name).chain(["trainable", "dtype"]) {
        keywords.push((param, args.get(param)?.clone()));
    }
    let cell = common::make(interp, cell, keywords)?;
    new(interp, class, args, cell)
}

fn new(interp: &mut Interp, class: &'static ClassDecl, args: &Bound, cell: Rc<LayerObject>) -> Result<Value> {
    let stateful = args.bool("stateful")?;
    if stateful {
        let message = format!("the state of {}(stateful=True) is not kept from batch to batch", args.function());
        let warning = Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message);
        interp.warn(
            warning
                .note("Keras on JAX keeps it between calls outside of fit(), evaluate() and predict() only")
                .help("return the state with return_state=True and pass it on with initial_state=..."),
        );
    }
    let cudnn = if args.has("use_cudnn") { args.get("use_cudnn")?.clone() } else { Value::None };
    if matches!(cudnn, Value::Bool(true)) {
        let message = format!("`use_cudnn=True` of {}(): Keramos compiles the layer through XLA", args.function());
        return Err(Error::unsupported(message).help("leave the argument out"));
    }
    let layer = Recurrent {
        cell: cell.clone(),
        args: args.clone(),
        return_sequences: args.bool("return_sequences")?,
        return_state: args.bool("return_state")?,
        go_backwards: args.bool("go_backwards")?,
        zero_output: StdCell::new(args.bool("zero_output_for_mask")?),
        unroll: args.bool("unroll")?,
        stateful,
        class,
    };
    let object = LayerObject::create(interp, class, args, layer)?;
    object.sublayers.borrow_mut().push(("cell".into(), cell));
    Ok(Value::Object(object))
}

impl Layer for Recurrent {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let sequence = inputs.first().cloned().unwrap_or_default();
        let symbolic = matches!(build.args.positional.first(), Some(Value::Symbolic(_)));
        if self.stateful && symbolic && sequence.first() == Some(&None) {
            let message = format!("layer `{}` has stateful=True and must know its batch size", build.object.name());
            return Err(Error::shape(message).help("write it into the input: keras.Input(batch_shape=(32, 10, 8))"));
        }
        let step: SymbolicShape = sequence.first().into_iter().chain(sequence.iter().skip(2)).copied().collect();
        build_cell(build.interp, &self.cell, step)
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let mask = match cx.optional(2, "mask") {
            Some(mask) => Some(cx.interp.to_tensor(&mask)?),
            None => x.mask().cloned(),
        };
        let batch = x.shape()[0];
        let states = match cx.optional(1, "initial_state") {
            Some(given) if given.elements().is_some() => {
                let (leaves, def) = cx.interp.flatten(&given)?;
                let mut converted = Vec::with_capacity(leaves.len());
                for leaf in &leaves {
                    let state = cx.interp.to_tensor(leaf)?;
                    converted.push(Value::Tensor(cx.interp.tracer.convert(&state, cx.object.compute_dtype())?));
                }
                let given = cx.interp.unflatten(&def, converted)?;
                Value::list(given.elements().unwrap_or_default())
            }
            Some(given) => {
                let state = cx.interp.to_tensor(&given)?;
                Value::list(vec![Value::Tensor(cx.interp.tracer.convert(&state, cx.object.compute_dtype())?)])
            }
            None => {
                let own = match self.cell.instance.get() {
                    Some(_) => of_class(cx.interp, &self.cell, "get_initial_state")?,
                    None => None,
                };
                let start = match own {
                    Some(make) => {
                        let batch = ("batch_size".into(), Value::Int(batch as i64));
                        cx.interp.call(&make, Args { positional: Vec::new(), keywords: vec![batch] })?
                    }
                    None => {
                        let sizes = of_class(cx.interp, &self.cell, "state_size")?.unwrap_or(Value::None);
                        zeros(cx, &sizes, batch)?
                    }
                };
                if start.elements().is_some() { start } else { Value::list(vec![start]) }
            }
        };
        let mut order: Vec<usize> = (0..x.rank()).collect();
        order.swap(0, 1);
        let sequence = cx.interp.tracer.transpose(&x, &order)?;
        let first = cx.interp.tracer.slice_axis(&sequence, 0, 0, 1)?;
        let first = cx.interp.tracer.squeeze(&first, &[0])?;
        draw_masks(cx, &self.cell, first, &states)?;
        let ran = self.run(cx, sequence, mask.as_ref(), states);
        drop_masks(&self.cell);
        let (outputs, states) = ran?;
        let t = &mut cx.interp.tracer;
        let mut output = if self.return_sequences {
            let order: Vec<usize> = [1, 0].into_iter().chain(2..outputs.rank()).collect();
            t.transpose(&outputs, &order)?.with_mask(mask)
        } else {
            let n = outputs.shape()[0];
            let last = t.slice_axis(&outputs, 0, n - 1, n)?;
            t.squeeze(&last, &[0])?.with_mask(None)
        };
        output = output.into_strong();
        if !self.return_state {
            return Ok(Value::Tensor(output));
        }
        let states = states.elements().unwrap_or_default();
        Ok(Value::tuple(std::iter::once(Value::Tensor(output)).chain(states).collect::<Vec<_>>()))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        common::expect_rank(layer, inputs.get(..1).unwrap_or_default(), 3, "(batch, steps, features)")?;
        match inputs.first().and_then(|shape| shape.get(1)) {
            Some(Some(0)) => {
                Err(Error::shape(format!("layer `{}` is called on sequences without steps", layer.name())))
            }
            _ => Ok(()),
        }
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "cell" => Some(Value::Object(self.cell.clone())),
            "return_sequences" => Some(Value::Bool(self.return_sequences)),
            "return_state" => Some(Value::Bool(self.return_state)),
            "go_backwards" => Some(Value::Bool(self.go_backwards)),
            "stateful" => Some(Value::Bool(self.stateful)),
            "units" => self.cell.layer.attribute(name),
            _ => None,
        }
    }
}

impl Recurrent {
    /// The class's name, as the scan's messages tell it.
    fn what(&self) -> &'static str {
        self.class.name
    }

    /// Outputs of all steps in the order in which they were made, steps first, and the last states.
    fn run(
        &self,
        cx: &mut Call<'_>,
        sequence: Tensor,
        mask: Option<&Tensor>,
        states: Value,
    ) -> Result<(Tensor, Value)> {
        let interp = &mut *cx.interp;
        let mask = match mask {
            None => None,
            // (batch, steps) → (steps, batch, 1)
            Some(mask) => {
                let mask = interp.tracer.to_bool(mask)?;
                let mask = interp.tracer.transpose(&mask, &[1, 0])?;
                Some(interp.tracer.expand_dims(&mask, &[2])?)
            }
        };
        let step = Step {
            cell: self.cell.clone(),
            masked: mask.is_some(),
            zero_output: self.zero_output.get(),
            stacked: stacked(&Value::Object(self.cell.clone())),
        };
        if self.unroll {
            return self.unrolled(interp, &step, &sequence, mask.as_ref(), states);
        }
        let xs = match mask {
            None => Value::Tensor(sequence),
            Some(mask) => Value::tuple(vec![Value::Tensor(sequence), Value::Tensor(mask)]),
        };
        let plan = Plan { what: self.what(), length: None, reverse: self.go_backwards, unroll: Some(1) };
        let ran = plan.run(interp, &Value::User(Rc::new(step)), &states, &xs)?;
        let [states, outputs] = <[Value; 2]>::try_from(ran.elements().unwrap_or_default())
            .map_err(|_| Error::internal("a scan has a carry and outputs"))?;
        let outputs = interp.to_tensor(&outputs)?;
        let outputs = if self.go_backwards { interp.tracer.reverse(&outputs, &[0])? } else { outputs };
        Ok((outputs, states))
    }

    /// The steps one after the other in the program. A step that does not count repeats the output before, the
    /// first one gives 0; `zero_output_for_mask` has no say, as in Keras.
    fn unrolled(
        &self,
        interp: &mut Interp,
        step: &Step,
        sequence: &Tensor,
        mask: Option<&Tensor>,
        mut states: Value,
    ) -> Result<(Tensor, Value)> {
        let n = sequence.shape()[0];
        let mut outputs: Vec<Tensor> = Vec::new();
        let at = |interp: &mut Interp, x: &Tensor, i: usize| {
            let slice = interp.tracer.slice_axis(x, 0, i, i + 1)?;
            interp.tracer.squeeze(&slice, &[0])
        };
        for i in 0..n {
            let i = if self.go_backwards { n - 1 - i } else { i };
            let x = at(interp, sequence, i)?;
            let (mut output, mut new) = step.of_cell(interp, &states, Value::Tensor(x))?;
            if let Some(mask) = mask {
                let there = at(interp, mask, i)?;
                let skipped = interp.tracer.not(&there)?;
                let before = match outputs.last() {
                    Some(before) => before.clone(),
                    None => interp.tracer.full(output.ty(), 0.0)?,
                };
                output = interp.tracer.select(&skipped, &before, &output)?;
                new = Step::choose(interp, &skipped, &states, &new)?;
            }
            states = new;
            outputs.push(output);
        }
        Ok((interp.tracer.stack(&outputs, 0)?, states))
    }
}

/// Zeros for states of the given sizes.
fn zeros(cx: &mut Call<'_>, sizes: &Value, batch: usize) -> Result<Value> {
    if let Some(parts) = sizes.elements() {
        return Ok(Value::list(parts.iter().map(|size| zeros(cx, size, batch)).collect::<Result<_>>()?));
    }
    let Value::Int(n) = sizes else {
        return Err(Error::ty(
            "the cell of a recurrent layer has no `state_size`, or one that is not made of integers",
        )
        .help("set `self.state_size` in the cell's `__init__`: an integer, or a list of integers"));
    };
    let ty = TensorType::new(cx.object.compute_dtype(), [batch, usize::try_from(*n).unwrap_or(0)]);
    Ok(Value::Tensor(cx.interp.tracer.full(&ty, 0.0)?))
}

/// Draws the dropout masks of a cell, or of each of several cells: those behind the first see steps like the
/// output of the cell before.
fn draw_masks(cx: &mut Call<'_>, cell: &Rc<LayerObject>, x: Tensor, states: &Value) -> Result<Value> {
    let interp = &mut *cx.interp;
    let training = cx.training;
    if let Some(kind) = cell.kind::<Cell>() {
        let state = interp.to_tensor(&states.leaves().into_iter().next().unwrap_or(Value::None))?;
        let mut inner = Call { interp, object: cell, args: Args::default(), training };
        kind.draw_masks(&mut inner, &x, &state)?;
    }
    let Some(kind) = cell.kind::<Stacked>() else { return Ok(Value::None) };
    let mut x = Value::Tensor(x);
    for (inner, states) in kind.cells.iter().zip(states.elements().unwrap_or_default()) {
        let step = cx.interp.to_tensor(&x)?;
        draw_masks(cx, inner, step, &states)?;
        let called = LayerObject::call(inner, cx.interp, Args::positional(vec![x, states]))?;
        x = called.elements().unwrap_or_default().into_iter().next().unwrap_or(Value::None);
    }
    Ok(Value::None)
}

fn drop_masks(cell: &Rc<LayerObject>) {
    if let Some(kind) = cell.kind::<Cell>() {
        kind.drop_masks();
    }
    if let Some(kind) = cell.kind::<Stacked>() {
        kind.cells.iter().for_each(drop_masks);
    }
}

//! `SimpleRNN` and its cell.

use super::cell::{self, Gates, Recurrence};
use super::{
    ACTIVATION, ACTIVITY, CONSTRAINTS, DROPOUTS, INITIALIZERS, REGULARIZERS, SEED, SEQUENCES, UNITS, USE_BIAS,
    ZERO_OUTPUT, joined, recurrent,
};
use crate::error::Result;
use crate::keras::layer::{COMMON, Call};
use crate::library::{ClassDecl, Signature};
use crate::trace::Tensor;

pub(in crate::keras::layers) static SIMPLE_RNN_CELL: ClassDecl = ClassDecl {
    name: "SimpleRNNCell",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<15>(&[&[UNITS, ACTIVATION, USE_BIAS], INITIALIZERS, REGULARIZERS, CONSTRAINTS, DROPOUTS, &[SEED]])
        },
    )
    .with(COMMON),
    doc: "One step of SimpleRNN: activation(x·kernel + bias + h·recurrent_kernel).",
    new: |interp, args| cell::new(interp, &SIMPLE_RNN_CELL, args, Simple),
    methods: &[],
};

pub(in crate::keras::layers) static SIMPLE_RNN: ClassDecl = ClassDecl {
    name: "SimpleRNN",
    aliases: &[],
    bases: &["RNN", "Layer"],
    signature: Signature::new(
        &const {
            joined::<22>(&[
                &[UNITS, ACTIVATION, USE_BIAS],
                INITIALIZERS,
                REGULARIZERS,
                ACTIVITY,
                CONSTRAINTS,
                DROPOUTS,
                SEQUENCES,
                &[SEED, ZERO_OUTPUT],
            ])
        },
    )
    .with(COMMON),
    doc: "A recurrent layer whose state is its output.",
    new: |interp, args| recurrent::of_cell(interp, &SIMPLE_RNN, args, &SIMPLE_RNN_CELL, "simple_rnn_cell"),
    methods: &[super::recurrent::RESET],
};

#[derive(Debug)]
struct Simple;

impl Recurrence for Simple {
    fn gates(&self) -> usize {
        1
    }

    fn step(&self, cx: &mut Call<'_>, gates: &Gates, x: &Tensor, states: &[Tensor]) -> Result<Vec<Tensor>> {
        let (kernel, recurrent, bias) = (cx.weight("kernel")?, cx.weight("recurrent_kernel")?, cell::bias(cx)?);
        let t = &mut cx.interp.tracer;
        let x = gates.masked(t, 0, 0, x)?;
        let mut total = t.matmul(&x, &kernel)?;
        if let Some(bias) = &bias {
            total = t.add(&total, bias)?;
        }
        for state in states {
            let state = gates.masked(t, 1, 0, state)?;
            let product = t.matmul(&state, &recurrent)?;
            total = t.add(&total, &product)?;
        }
        Ok(vec![gates.activate(cx, total)?])
    }
}

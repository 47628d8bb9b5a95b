//! `SimpleRNN` and its cell.

use super::cell::{self, Gates, Recurrence};
use super::{
    ACTIVATION, BIAS, DROPOUT, GO_BACKWARDS, KERNEL, RECURRENT, RECURRENT_DROPOUT, RETURN_SEQUENCES, RETURN_STATE,
    SEED, STATEFUL, UNROLL, USE_BIAS, ZERO_OUTPUT, recurrent,
};
use crate::error::Result;
use crate::keras::layer::{COMMON, Call};
use crate::keras::layers::common::none;
use crate::library::{ClassDecl, Param, Signature};
use crate::trace::Tensor;

pub(in crate::keras::layers) static SIMPLE_RNN_CELL: ClassDecl = ClassDecl {
    name: "SimpleRNNCell",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::required("units"),
        ACTIVATION,
        USE_BIAS,
        KERNEL[0],
        RECURRENT[0],
        BIAS[0],
        KERNEL[1],
        RECURRENT[1],
        BIAS[1],
        KERNEL[2],
        RECURRENT[2],
        BIAS[2],
        DROPOUT,
        RECURRENT_DROPOUT,
        SEED,
    ])
    .with(COMMON),
    doc: "One step of SimpleRNN: activation(x·kernel + bias + h·recurrent_kernel).",
    new: |interp, args| cell::new(interp, &SIMPLE_RNN_CELL, args, Simple),
    methods: &[],
};

pub(in crate::keras::layers) static SIMPLE_RNN: ClassDecl = ClassDecl {
    name: "SimpleRNN",
    aliases: &[],
    bases: &["RNN", "Layer"],
    signature: Signature::new(&[
        Param::required("units"),
        ACTIVATION,
        USE_BIAS,
        KERNEL[0],
        RECURRENT[0],
        BIAS[0],
        KERNEL[1],
        RECURRENT[1],
        BIAS[1],
        none("activity_regularizer"),
        KERNEL[2],
        RECURRENT[2],
        BIAS[2],
        DROPOUT,
        RECURRENT_DROPOUT,
        RETURN_SEQUENCES,
        RETURN_STATE,
        GO_BACKWARDS,
        STATEFUL,
        UNROLL,
        SEED,
        ZERO_OUTPUT,
    ])
    .with(COMMON),
    doc: "A recurrent layer whose state is its output.",
    new: |interp, args| recurrent::of_cell(interp, &SIMPLE_RNN, args, &SIMPLE_RNN_CELL, "simple_rnn_cell"),
    methods: &[],
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

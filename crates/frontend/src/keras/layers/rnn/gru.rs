//! `GRU` and its cell.

use super::cell::{self, Gates, Recurrence};
use super::{
    ACTIVITY, CONSTRAINTS, DROPOUTS, GATED, IMPLEMENTATION, INITIALIZERS, REGULARIZERS, SEED, SEQUENCES, USE_CUDNN,
    ZERO_OUTPUT, joined, recurrent,
};
use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call};
use crate::keras::layers::common::flag;
use crate::keras::weights::Weight;
use crate::library::{ClassDecl, Param, Signature};
use crate::trace::Tensor;

const RESET_AFTER: Param = flag("reset_after", true);

pub(in crate::keras::layers) static GRU_CELL: ClassDecl = ClassDecl {
    name: "GRUCell",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<18>(&[
                GATED,
                INITIALIZERS,
                REGULARIZERS,
                CONSTRAINTS,
                DROPOUTS,
                &[RESET_AFTER, SEED, IMPLEMENTATION],
            ])
        },
    )
    .with(COMMON),
    doc: "One step of GRU.",
    new: |interp, args| {
        let reset_after = args.bool("reset_after")?;
        cell::new(interp, &GRU_CELL, args, Gru { reset_after })
    },
    methods: &[],
};

pub(in crate::keras::layers) static GRU: ClassDecl = ClassDecl {
    name: "GRU",
    aliases: &[],
    bases: &["RNN", "Layer"],
    signature: Signature::new(
        &const {
            joined::<26>(&[
                GATED,
                INITIALIZERS,
                REGULARIZERS,
                ACTIVITY,
                CONSTRAINTS,
                DROPOUTS,
                &[SEED],
                SEQUENCES,
                &[RESET_AFTER, USE_CUDNN, ZERO_OUTPUT, IMPLEMENTATION],
            ])
        },
    )
    .with(COMMON),
    doc: "Gated recurrent unit: a recurrent layer with update and reset gates.",
    new: |interp, args| recurrent::of_cell(interp, &GRU, args, &GRU_CELL, "gru_cell"),
    methods: &[super::recurrent::RESET],
};

#[derive(Debug)]
struct Gru {
    /// Whether the reset gate multiplies the product with the state, rather than the state.
    reset_after: bool,
}

impl Recurrence for Gru {
    fn gates(&self) -> usize {
        3
    }

    fn bias(&self, units: usize, weight: &Weight) -> (Vec<usize>, Weight) {
        (if self.reset_after { vec![2, 3 * units] } else { vec![3 * units] }, weight.clone())
    }

    fn step(&self, cx: &mut Call<'_>, gates: &Gates, x: &Tensor, states: &[Tensor]) -> Result<Vec<Tensor>> {
        let wrong = || Error::internal("a GRU has one state and three gates");
        let [h] = states else { return Err(wrong()) };
        let (kernel, recurrent, bias) = (cx.weight("kernel")?, cx.weight("recurrent_kernel")?, cell::bias(cx)?);
        let t = &mut cx.interp.tracer;
        let (input_bias, recurrent_bias) = match bias {
            Some(bias) if self.reset_after => {
                let mut row = |i: usize| {
                    let row = t.slice_axis(&bias, 0, i, i + 1)?;
                    t.squeeze(&row, &[0])
                };
                (Some(row(0)?), Some(row(1)?))
            }
            other => (other, None),
        };
        let x = gates.inputs(t, x, &kernel, input_bias.as_ref())?;
        let [x_z, x_r, x_h] = <[Tensor; 3]>::try_from(x).map_err(|_| wrong())?;
        // Without `reset_after` the third gate's product waits for the reset gate.
        let ready = if self.reset_after { 3 } else { 2 };
        let early = t.slice_axis(&recurrent, 1, 0, ready * gates.units)?;
        let projected = gates.recurrent(t, h, &early, recurrent_bias.as_ref())?;
        let [h_z, h_r, rest @ ..] = projected.as_slice() else { return Err(wrong()) };
        let (z, r) = (t.add(&x_z, h_z)?, t.add(&x_r, h_r)?);
        let (z, r) = (gates.open(cx, z)?, gates.open(cx, r)?);
        let t = &mut cx.interp.tracer;
        let h_h = match rest {
            [h_h] => t.mul(&r, h_h)?,
            _ => {
                let masked = if gates.split { gates.masked(t, 1, 2, h)? } else { h.clone() };
                let reset = t.mul(&r, &masked)?;
                let columns = gates.columns(t, &recurrent, 2)?;
                t.matmul(&reset, &columns)?
            }
        };
        let candidate = t.add(&x_h, &h_h)?;
        let candidate = gates.activate(cx, candidate)?;
        let new = cx.interp.tracer.compute([&z, h, &candidate], |[z, h, new]| z * h + (-z + 1.0) * new)?;
        Ok(vec![new])
    }
}

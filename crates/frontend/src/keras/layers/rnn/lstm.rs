//! `LSTM` and its cell.

use std::rc::Rc;

use super::cell::{self, Gates, Recurrence};
use super::{
    ACTIVITY, CONSTRAINTS, DROPOUTS, GATED, IMPLEMENTATION, INITIALIZERS, REGULARIZERS, SEED, SEQUENCES, USE_CUDNN,
    ZERO_OUTPUT, joined, recurrent,
};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{COMMON, Call};
use crate::keras::layers::common::flag;
use crate::keras::weights::Weight;
use crate::library::{Args, ClassDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, Value};

const UNIT_FORGET_BIAS: Param = flag("unit_forget_bias", true);

pub(in crate::keras::layers) static LSTM_CELL: ClassDecl = ClassDecl {
    name: "LSTMCell",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<18>(&[
                GATED,
                INITIALIZERS,
                &[UNIT_FORGET_BIAS],
                REGULARIZERS,
                CONSTRAINTS,
                DROPOUTS,
                &[SEED, IMPLEMENTATION],
            ])
        },
    )
    .with(COMMON),
    doc: "One step of LSTM.",
    new: |interp, args| {
        let forget = args.bool("unit_forget_bias")?;
        cell::new(interp, &LSTM_CELL, args, Lstm { forget })
    },
    methods: &[],
};

pub(in crate::keras::layers) static LSTM: ClassDecl = ClassDecl {
    name: "LSTM",
    aliases: &[],
    bases: &["RNN", "Layer"],
    signature: Signature::new(
        &const {
            joined::<26>(&[
                GATED,
                INITIALIZERS,
                &[UNIT_FORGET_BIAS],
                REGULARIZERS,
                ACTIVITY,
                CONSTRAINTS,
                DROPOUTS,
                &[SEED],
                SEQUENCES,
                &[USE_CUDNN, ZERO_OUTPUT, IMPLEMENTATION],
            ])
        },
    )
    .with(COMMON),
    doc: "Long short-term memory: a recurrent layer with input, forget and output gates.",
    new: |interp, args| recurrent::of_cell(interp, &LSTM, args, &LSTM_CELL, "lstm_cell"),
    methods: &[super::recurrent::RESET],
};

#[derive(Debug)]
struct Lstm {
    /// Whether the forget gate's bias starts at 1.
    forget: bool,
}

impl Recurrence for Lstm {
    fn gates(&self) -> usize {
        4
    }

    fn states(&self) -> usize {
        2
    }

    fn bias(&self, units: usize, weight: &Weight) -> (Vec<usize>, Weight) {
        let shape = vec![4 * units];
        if !self.forget {
            return (shape, weight.clone());
        }
        let start = ForgetBias { units, others: weight.initializer.clone() };
        (shape, weight.starting_from(Value::Object(Rc::new(start))))
    }

    fn step(&self, cx: &mut Call<'_>, gates: &Gates, x: &Tensor, states: &[Tensor]) -> Result<Vec<Tensor>> {
        let [h, c] = states else { return Err(Error::internal("an LSTM has two states")) };
        let (kernel, recurrent, bias) = (cx.weight("kernel")?, cx.weight("recurrent_kernel")?, cell::bias(cx)?);
        let t = &mut cx.interp.tracer;
        let z: Vec<Tensor> = if gates.split {
            let x = gates.inputs(t, x, &kernel, bias.as_ref())?;
            let h = gates.recurrent(t, h, &recurrent, None)?;
            x.iter().zip(&h).map(|(x, h)| t.add(x, h)).collect::<Result<_>>()?
        } else {
            let x = gates.masked(t, 0, 0, x)?;
            let (x, h) = (t.matmul(&x, &kernel)?, t.matmul(h, &recurrent)?);
            let mut z = t.add(&x, &h)?;
            if let Some(bias) = &bias {
                z = t.add(&z, bias)?;
            }
            (0..4).map(|gate| gates.columns(t, &z, gate)).collect::<Result<_>>()?
        };
        let [i, f, value, o] = <[Tensor; 4]>::try_from(z).map_err(|_| Error::internal("an LSTM has four gates"))?;
        let (i, f) = (gates.open(cx, i)?, gates.open(cx, f)?);
        let value = gates.activate(cx, value)?;
        let t = &mut cx.interp.tracer;
        let (kept, added) = (t.mul(&f, c)?, t.mul(&i, &value)?);
        let c = t.add(&kept, &added)?;
        let o = gates.open(cx, o)?;
        let shown = gates.activate(cx, c.clone())?;
        let h = cx.interp.tracer.mul(&o, &shown)?;
        Ok(vec![h, c])
    }
}

/// The initializer of a bias whose second quarter, the forget gate's, is 1.
#[derive(Debug)]
struct ForgetBias {
    units: usize,
    others: Value,
}

impl Object for ForgetBias {
    fn class_name(&self) -> Rc<str> {
        "bias_initializer".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let ones = initializers::get(interp, &Value::str("ones"))?;
        let mut parts = Vec::with_capacity(3);
        for (initializer, times) in [(&self.others, 1), (&ones, 1), (&self.others, 2)] {
            let shape = Value::tuple(vec![Value::Int((times * self.units) as i64)]);
            let part = interp.call(initializer, Args { positional: vec![shape], keywords: args.keywords.clone() })?;
            parts.push(interp.to_tensor(&part)?);
        }
        Ok(Value::Tensor(interp.tracer.concatenate(&parts, 0)?))
    }
}

//! What the cells have in common: gates that are projections of the step's input and of the state, and
//! dropout with the same mask for all steps.

use std::cell::RefCell;
use std::fmt;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::activations;
use crate::keras::layer::{Build, Call, Layer, LayerObject};
use crate::keras::layers::common;
use crate::keras::layers::regularization;
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The arithmetic of one kind of cell.
pub(super) trait Recurrence: fmt::Debug + 'static {
    /// How many gates there are: kernels are so many times as wide as the state.
    fn gates(&self) -> usize;

    /// How many states of `units` numbers there are.
    fn states(&self) -> usize {
        1
    }

    /// The bias's shape and how it starts.
    fn bias(&self, units: usize, weight: &Weight) -> (Vec<usize>, Weight) {
        (vec![self.gates() * units], weight.clone())
    }

    /// The new states of one step; the first is the output.
    fn step(&self, cx: &mut Call<'_>, gates: &Gates, x: &Tensor, states: &[Tensor]) -> Result<Vec<Tensor>>;
}

/// A cell's configuration.
#[derive(Debug)]
pub(super) struct Gates {
    pub units: usize,
    pub activation: Option<Value>,
    pub recurrent_activation: Option<Value>,
    pub dropout: f64,
    pub recurrent_dropout: f64,
    /// Keras's `implementation=1`: each gate has a product and a dropout mask of its own.
    pub split: bool,
    use_bias: bool,
    kernel: Weight,
    recurrent: Weight,
    bias: Weight,
    /// The masks of the call that runs: of inputs and of states, one or one per gate.
    masks: RefCell<[Option<Vec<Tensor>>; 2]>,
}

/// One kind of cell with its configuration.
#[derive(Debug)]
pub(super) struct Cell {
    pub gates: Gates,
    pub rule: Box<dyn Recurrence>,
}

/// A cell of class `class` with the arguments that all cells take.
pub(super) fn new(
    interp: &mut Interp,
    class: &'static ClassDecl,
    args: &Bound,
    rule: impl Recurrence,
) -> Result<Value> {
    let units = common::positive(args, "units")?;
    let activation = common::activation(args)?;
    let gated = args.has("recurrent_activation");
    let recurrent_activation = if gated { activations::get(args.get("recurrent_activation")?)? } else { None };
    // Where seeds are drawn, the order counts: Keras makes the generator of SimpleRNNCell first.
    let early = if gated { None } else { Some(regularization::seed_state(interp, args)?) };
    let kernel = Weight::from_args(interp, args, "kernel")?;
    let recurrent = Weight::from_args(interp, args, "recurrent")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    let [dropout, recurrent_dropout] =
        [args.f64("dropout")?.clamp(0.0, 1.0), args.f64("recurrent_dropout")?.clamp(0.0, 1.0)];
    let seeds = match early {
        Some(state) => state,
        None => regularization::seed_state(interp, args)?,
    };
    let split = gated && (recurrent_dropout != 0.0 || args.i64("implementation")? == 1);
    let gates = Gates {
        units,
        activation,
        recurrent_activation,
        dropout,
        recurrent_dropout,
        split,
        use_bias: args.bool("use_bias")?,
        kernel,
        recurrent,
        bias,
        masks: RefCell::default(),
    };
    let layer = LayerObject::create(interp, class, args, Cell { gates, rule: Box::new(rule) })?;
    layer.seeds.borrow_mut().push(seeds);
    Ok(Value::Object(layer))
}

impl Layer for Cell {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = common::known(build.object, inputs, -1)?;
        let Gates { units, kernel, recurrent, bias, .. } = &self.gates;
        let wide = units * self.rule.gates();
        build.add_weight("kernel", &[features, wide], kernel, true);
        build.add_weight("recurrent_kernel", &[*units, wide], recurrent, true);
        if self.gates.use_bias {
            let (shape, bias) = self.rule.bias(*units, bias);
            build.add_weight("bias", &shape, &bias, true);
        }
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        common::expect_size(cx, &x, -1, cx.interp.variables.get(cx.object.weights.borrow()[0]).ty.shape[0])?;
        let given = cx.optional(1, "states").ok_or_else(|| Error::ty("a cell is called without `states`"))?;
        let states = given.leaves().iter().map(|s| cx.interp.to_tensor(s)).collect::<Result<Vec<_>>>()?;
        if states.len() != self.rule.states() {
            let message =
                format!("{} takes {} states, {} were given", cx.object.class_name, self.rule.states(), states.len());
            return Err(Error::shape(message));
        }
        let states = self.rule.step(cx, &self.gates, &x, &states)?;
        let output = states.first().cloned().map_or(Value::None, Value::Tensor);
        let states = states.into_iter().map(Value::Tensor).collect();
        Ok(Value::tuple(vec![output, Value::list(states)]))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let units = Value::Int(self.gates.units as i64);
        match (name, self.rule.states()) {
            ("units" | "output_size", _) | ("state_size", 1) => Some(units),
            ("state_size", n) => Some(Value::list(vec![units; n])),
            _ => None,
        }
    }
}

impl Cell {
    /// Draws the masks for a sequence with steps like `x` and states like `state`, if the call is a training
    /// pass.
    pub fn draw_masks(&self, cx: &mut Call<'_>, x: &Tensor, state: &Tensor) -> Result<()> {
        let count = if self.gates.split { self.rule.gates() } else { 1 };
        let mut masks = [None, None];
        let kinds = [(self.gates.dropout, x), (self.gates.recurrent_dropout, state)];
        for (mask, (rate, like)) in masks.iter_mut().zip(kinds) {
            if rate == 0.0 || !cx.training {
                continue;
            }
            let ones = cx.interp.tracer.full(like.ty(), 1.0)?;
            let drawn = (0..count).map(|_| regularization::drop_out(cx, &ones, rate, like.shape()));
            *mask = Some(drawn.collect::<Result<Vec<_>>>()?);
        }
        *self.gates.masks.borrow_mut() = masks;
        Ok(())
    }

    /// Forgets the masks.
    pub fn drop_masks(&self) {
        self.gates.masks.take();
    }
}

impl Gates {
    /// σ, the activation of gates.
    pub fn open(&self, cx: &mut Call<'_>, x: Tensor) -> Result<Tensor> {
        activations::apply(cx.interp, self.recurrent_activation.as_ref(), x)
    }

    /// The activation of values.
    pub fn activate(&self, cx: &mut Call<'_>, x: Tensor) -> Result<Tensor> {
        activations::apply(cx.interp, self.activation.as_ref(), x)
    }

    /// The mask of inputs (0) or states (1) for gate number `gate`. A gated cell masks between 0 and 1 only.
    fn mask(&self, which: usize, gate: usize) -> Option<Tensor> {
        let rate = if which == 0 { self.dropout } else { self.recurrent_dropout };
        if self.recurrent_activation.is_some() && rate >= 1.0 {
            return None;
        }
        let masks = self.masks.borrow();
        let masks = masks.get(which)?.as_ref()?;
        masks.get(gate).or_else(|| masks.first()).cloned()
    }

    /// `x`, an input (0) or state (1), as gate number `gate` sees it.
    pub fn masked(&self, t: &mut Tracer, which: usize, gate: usize, x: &Tensor) -> Result<Tensor> {
        match self.mask(which, gate) {
            Some(mask) => t.mul(x, &mask),
            None => Ok(x.clone()),
        }
    }

    /// Columns of gate number `gate` of a kernel or bias.
    pub fn columns(&self, t: &mut Tracer, kernel: &Tensor, gate: usize) -> Result<Tensor> {
        t.slice_axis(kernel, kernel.rank() - 1, gate * self.units, (gate + 1) * self.units)
    }

    /// What each gate gets from the step's input: x·kernel + bias.
    pub fn inputs(&self, t: &mut Tracer, x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>) -> Result<Vec<Tensor>> {
        self.projected(t, 0, x, kernel, bias)
    }

    /// What each gate gets from the state: h·kernel + bias.
    pub fn recurrent(&self, t: &mut Tracer, h: &Tensor, kernel: &Tensor, bias: Option<&Tensor>) -> Result<Vec<Tensor>> {
        self.projected(t, 1, h, kernel, bias)
    }

    fn projected(
        &self,
        t: &mut Tracer,
        which: usize,
        x: &Tensor,
        kernel: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let count = kernel.shape().last().map_or(0, |wide| wide / self.units.max(1));
        let mut gates = Vec::with_capacity(count);
        if self.split {
            for gate in 0..count {
                let x = self.masked(t, which, gate, x)?;
                let columns = self.columns(t, kernel, gate)?;
                let product = t.matmul(&x, &columns)?;
                gates.push(match bias {
                    Some(bias) => {
                        let bias = self.columns(t, bias, gate)?;
                        t.add(&product, &bias)?
                    }
                    None => product,
                });
            }
            return Ok(gates);
        }
        let x = if which == 0 { self.masked(t, which, 0, x)? } else { x.clone() };
        let mut all = t.matmul(&x, kernel)?;
        if let Some(bias) = bias {
            all = t.add(&all, bias)?;
        }
        (0..count).map(|gate| self.columns(t, &all, gate)).collect()
    }
}

/// The weight `bias`, if the cell has one.
pub(super) fn bias(cx: &mut Call<'_>) -> Result<Option<Tensor>> {
    if cx.has_weight("bias") { cx.weight("bias").map(Some) } else { Ok(None) }
}

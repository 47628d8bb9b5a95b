//! `TimeDistributed`.

use std::rc::Rc;

use keramos_ir::{Size, as_tuple};

use crate::error::{Error, Result};
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Args, ClassDecl, Param, Signature};
use crate::value::{Value, downcast};

pub(in crate::keras::layers) static TIME_DISTRIBUTED: ClassDecl = ClassDecl {
    name: "TimeDistributed",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("layer")]).with(COMMON),
    doc: "A layer applied to each step of a sequence on its own.",
    new: |interp, args| {
        let layer = match args.get("layer")? {
            Value::Object(object) => downcast::<LayerObject>(object),
            _ => None,
        };
        let layer = layer.ok_or_else(|| args.invalid("layer", "a layer"))?;
        let object = LayerObject::create(interp, &TIME_DISTRIBUTED, args, TimeDistributed { layer: layer.clone() })?;
        object.sublayers.borrow_mut().push(("layer".into(), layer));
        Ok(Value::Object(object))
    },
    methods: &[],
};

#[derive(Debug)]
struct TimeDistributed {
    layer: Rc<LayerObject>,
}

/// The shape of one step.
fn step_shape(inputs: &[SymbolicShape]) -> SymbolicShape {
    let sequence = inputs.first().cloned().unwrap_or_default();
    sequence.first().into_iter().chain(sequence.iter().skip(2)).copied().collect()
}

/// Refuses inputs without steps.
fn has_steps<N: Size>(layer: &LayerObject, shape: &[N]) -> Result<()> {
    if shape.len() < 3 {
        let message = format!(
            "layer `{}` expects an input (batch, steps, ...) of at least rank 3, found {}",
            layer.name(),
            as_tuple(shape)
        );
        return Err(Error::shape(message).help("call the inner layer itself"));
    }
    Ok(())
}

impl Layer for TimeDistributed {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        self.layer.build(build.interp, &[step_shape(inputs)])
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        has_steps(cx.object, x.shape())?;
        let mask = match cx.optional(1, "mask") {
            Some(mask) => Some(cx.interp.to_tensor(&mask)?),
            None => x.mask().cloned(),
        };
        let mut outputs = Vec::new();
        for i in 0..x.shape()[1] {
            let t = &mut cx.interp.tracer;
            let step = t.slice_axis(&x, 1, i, i + 1)?;
            let mut step = t.squeeze(&step, &[1])?;
            if let Some(mask) = &mask {
                let there = t.slice_axis(mask, 1, i, i + 1)?;
                let there = t.squeeze(&there, &[1])?;
                step = step.with_mask((there.rank() > 0).then_some(there));
            }
            // Keras runs the layer's code without calling the layer.
            let args = Args::positional(vec![Value::Tensor(step)]);
            let (interp, training) = (&mut *cx.interp, cx.training);
            interp.tracer.push_scope(self.layer.name());
            let called = self.layer.layer.call(&mut Call { interp, object: &self.layer, args, training });
            interp.tracer.pop_scope();
            outputs.push(cx.interp.to_tensor(&called?)?);
        }
        let stacked = cx.interp.tracer.stack(&outputs, 1)?;
        Ok(Value::Tensor(stacked.with_mask(mask)))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let Some(shape) = inputs.first() else { return Ok(()) };
        has_steps(layer, shape)?;
        self.layer.layer.check(&self.layer, &[step_shape(inputs)])
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}

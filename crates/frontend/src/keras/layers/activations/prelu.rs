//! `PReLU`.

use crate::error::{Error, Result};
use crate::keras::activations;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{ClassDecl, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static PRELU: ClassDecl = ClassDecl {
    name: "PReLU",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        string("alpha_initializer", "Zeros"),
        none("alpha_regularizer"),
        none("alpha_constraint"),
        none("shared_axes"),
    ])
    .with(COMMON),
    doc: "x where x ≥ 0, alpha·x elsewhere, with a trained alpha per element that is shared along `shared_axes`.",
    new: |interp, args| {
        let alpha = Weight::from_args(interp, args, "alpha")?;
        let shared = match args.some("shared_axes")? {
            None => Vec::new(),
            Some(_) => common::integers(args, "shared_axes")?,
        };
        LayerObject::value(interp, &PRELU, args, PRelu { alpha, shared })
    },
    methods: &[],
};

#[derive(Debug)]
struct PRelu {
    alpha: Weight,
    /// Axes of the input, the batch being 0.
    shared: Vec<i64>,
}

impl Layer for PRelu {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let rank = inputs.first().map_or(1, Vec::len) as i64;
        if let Some(axis) = self.shared.iter().find(|&&a| a < 1 || a >= rank) {
            let message = format!("layer `{}` has no axis {axis} to share its slopes along", build.object.name());
            return Err(Error::shape(message).note(format!("the input has rank {rank}; axis 0 is the batch")));
        }
        let size = |axis: i64| match self.shared.contains(&axis) {
            true => Ok(1),
            false => common::known(build.object, inputs, axis),
        };
        let shape = (1..rank).map(size).collect::<Result<Vec<_>>>()?;
        build.add_weight("alpha", &shape, &self.alpha, true);
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let alpha = cx.weight("alpha")?;
        let t = &mut cx.interp.tracer;
        let above = activations::relu(t, &x, 0.0, None, 0.0)?;
        let negative = t.neg(&x)?;
        let below = activations::relu(t, &negative, 0.0, None, 0.0)?;
        let slope = t.neg(&alpha)?;
        let scaled = t.mul(&slope, &below)?;
        Ok(Value::Tensor(t.add(&above, &scaled)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

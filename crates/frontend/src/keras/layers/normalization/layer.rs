//! `LayerNormalization`.

use super::{Affine, EPSILON};
use crate::error::Result;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::value::Value;

pub(in crate::keras::layers) static LAYER_NORMALIZATION: ClassDecl = ClassDecl {
    name: "LayerNormalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("axis", Default::Int(-1)),
        EPSILON,
        flag("center", true),
        flag("scale", true),
        string("beta_initializer", "zeros"),
        string("gamma_initializer", "ones"),
        none("beta_regularizer"),
        none("gamma_regularizer"),
        none("beta_constraint"),
        none("gamma_constraint"),
    ])
    .with(COMMON),
    doc: "Normalises each row over the given axes.",
    new: |interp, args| {
        let (axes, epsilon) = (common::integers(args, "axis")?, args.f64("epsilon")?);
        let affine = Affine::new(interp, args)?;
        LayerObject::value(interp, &LAYER_NORMALIZATION, args, LayerNormalization { axes, epsilon, affine })
    },
    methods: &[],
};

#[derive(Debug)]
struct LayerNormalization {
    axes: Vec<i64>,
    epsilon: f64,
    affine: Affine,
}

impl Layer for LayerNormalization {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let shape = super::weight_shape(build, inputs, &self.axes)?;
        self.affine.build(build, &shape);
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let input = cx.input()?;
        let t = &mut cx.interp.tracer;
        let x = super::widen(t, &input)?;
        let axes = axes_indices(Some(&self.axes), x.rank())?;
        let (mean, variance) = t.moments(&x, &axes, true)?;
        let shape: Vec<usize> =
            x.shape().iter().enumerate().map(|(d, &n)| if axes.contains(&d) { n } else { 1 }).collect();
        let y = super::normalise(cx, &x, (&mean, &variance), self.epsilon, &shape)?;
        Ok(Value::Tensor(cx.interp.tracer.convert(&y, cx.object.compute_dtype())?))
    }

    fn autocasts(&self) -> bool {
        false
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

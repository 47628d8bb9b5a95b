//! `RMSNormalization`.

use crate::error::Result;
use crate::keras::initializers;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common;
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::value::Value;

pub(in crate::keras::layers) static RMS_NORMALIZATION: ClassDecl = ClassDecl {
    name: "RMSNormalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("axis", Default::Int(-1)), Param::new("epsilon", Default::Float(1e-6))])
        .with(COMMON),
    doc: "Divides each row by its root mean square over the given axes; no mean is taken away.",
    new: |interp, args| {
        let (axes, epsilon) = (common::integers(args, "axis")?, args.f64("epsilon")?);
        LayerObject::value(interp, &RMS_NORMALIZATION, args, RmsNormalization { axes, epsilon })
    },
    methods: &[],
};

#[derive(Debug)]
struct RmsNormalization {
    axes: Vec<i64>,
    epsilon: f64,
}

impl Layer for RmsNormalization {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let shape = super::weight_shape(build, inputs, &self.axes)?;
        let ones = initializers::get(build.interp, &Value::str("ones"))?.into();
        build.add_weight("scale", &shape, &ones, true);
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let input = cx.input()?;
        let scale = cx.weight("scale")?;
        let t = &mut cx.interp.tracer;
        let x = super::widen(t, &input)?;
        let axes = axes_indices(Some(&self.axes), x.rank())?;
        let square = t.square(&x)?;
        let mean = t.mean(&square, &axes, true)?;
        let shifted = t.add_scalar(&mean, self.epsilon)?;
        let inverse = t.rsqrt(&shifted)?;
        let shape: Vec<usize> =
            x.shape().iter().enumerate().map(|(d, &n)| if axes.contains(&d) { n } else { 1 }).collect();
        let scale = t.reshape(&scale, &shape)?;
        let y = t.mul(&x, &inverse)?;
        let y = t.mul(&y, &scale)?;
        Ok(Value::Tensor(t.convert(&y, cx.object.compute_dtype())?))
    }
}

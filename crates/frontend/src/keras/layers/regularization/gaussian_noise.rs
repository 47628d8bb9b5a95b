//! `GaussianNoise`.

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::none;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static GAUSSIAN_NOISE: ClassDecl = ClassDecl {
    name: "GaussianNoise",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("stddev"), none("seed")]).with(COMMON),
    doc: "In training, adds normal noise of the given deviation.",
    new,
    methods: &[],
};

#[derive(Debug)]
struct GaussianNoise {
    deviation: f64,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let deviation = super::rate(args, "stddev")?;
    let layer = LayerObject::create(interp, &GAUSSIAN_NOISE, args, GaussianNoise { deviation })?;
    if deviation > 0.0 {
        super::add_seed_generator(interp, args, &layer)?;
    }
    Ok(Value::Object(layer))
}

impl Layer for GaussianNoise {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        if !cx.training || self.deviation == 0.0 {
            return Ok(Value::Tensor(x));
        }
        let key = super::next_key(cx)?;
        let t = &mut cx.interp.tracer;
        let sample = t.random_normal(&key, x.shape())?;
        let noise = t.mul_scalar(&sample, self.deviation)?;
        let noise = t.convert(&noise, x.dtype())?;
        Ok(Value::Tensor(t.add(&x, &noise)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

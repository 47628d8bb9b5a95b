//! `Dropout`.

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::none;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static DROPOUT: ClassDecl = ClassDecl {
    name: "Dropout",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("rate"), none("noise_shape"), none("seed")]).with(COMMON),
    doc: "In training, sets a random part `rate` of the elements to 0 and scales up the others.",
    new,
    methods: &[],
};

#[derive(Debug)]
struct Dropout {
    rate: f64,
    /// The mask's shape; `None` stands for the input's size.
    noise_shape: Option<Vec<Option<usize>>>,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let rate = super::rate(args, "rate")?;
    let size = |v: &Value| match v {
        Value::None => Some(None),
        Value::Int(n) => usize::try_from(*n).ok().filter(|&n| n > 0).map(Some),
        _ => None,
    };
    let noise_shape = match args.some("noise_shape")? {
        None => None,
        Some(shape) => {
            let shape: Option<Vec<_>> = shape.elements().and_then(|v| v.iter().map(size).collect());
            Some(shape.ok_or_else(|| args.invalid("noise_shape", "a tuple of positive sizes and None"))?)
        }
    };
    let layer = LayerObject::create(interp, &DROPOUT, args, Dropout { rate, noise_shape })?;
    if rate > 0.0 {
        super::add_seed_generator(interp, args, &layer)?;
    }
    Ok(Value::Object(layer))
}

impl Layer for Dropout {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        if !cx.training || self.rate == 0.0 {
            return Ok(Value::Tensor(x));
        }
        let noise_shape: Vec<usize> = match &self.noise_shape {
            None => x.shape().to_vec(),
            Some(shape) if shape.len() == x.rank() => {
                shape.iter().zip(x.shape()).map(|(given, &n)| given.unwrap_or(n)).collect()
            }
            Some(shape) => {
                return Err(Error::shape(format!(
                    "layer `{}` has a noise_shape of rank {}, its input has rank {}",
                    cx.object.name(),
                    shape.len(),
                    x.rank()
                )));
            }
        };
        Ok(Value::Tensor(super::drop_out(cx, &x, self.rate, &noise_shape)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

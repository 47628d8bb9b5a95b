//! `BatchNormalization`.

use super::renorm::Renorm;
use super::{Affine, EPSILON};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::axis_index;
use crate::trace::Tensor;
use crate::value::Value;

pub(in crate::keras::layers) static BATCH_NORMALIZATION: ClassDecl = ClassDecl {
    name: "BatchNormalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("axis", Default::Int(-1)),
        Param::new("momentum", Default::Float(0.99)),
        EPSILON,
        flag("center", true),
        flag("scale", true),
        string("beta_initializer", "zeros"),
        string("gamma_initializer", "ones"),
        string("moving_mean_initializer", "zeros"),
        string("moving_variance_initializer", "ones"),
        none("beta_regularizer"),
        none("gamma_regularizer"),
        none("beta_constraint"),
        none("gamma_constraint"),
        flag("renorm", false),
        none("renorm_clipping"),
        Param::new("renorm_momentum", Default::Float(0.99)),
        flag("synchronized", false),
    ])
    .with(COMMON),
    doc: "Normalises with the batch's mean and variance in training, with their running means otherwise.",
    new,
    methods: &[],
};

#[derive(Debug)]
struct BatchNormalization {
    axis: i64,
    momentum: f64,
    epsilon: f64,
    renorm: Option<Renorm>,
    affine: Affine,
    mean: Weight,
    variance: Weight,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if args.bool("synchronized")? {
        let message = "`synchronized=True` of BatchNormalization() is not supported by Keras on JAX";
        return Err(Error::unsupported(message).help("leave the argument out"));
    }
    let affine = Affine::new(interp, args)?;
    let layer = BatchNormalization {
        axis: args.i64("axis")?,
        momentum: args.f64("momentum")?,
        epsilon: args.f64("epsilon")?,
        renorm: Renorm::new(args)?,
        affine,
        mean: Weight::from_args(interp, args, "moving_mean")?,
        variance: Weight::from_args(interp, args, "moving_variance")?,
    };
    LayerObject::value(interp, &BATCH_NORMALIZATION, args, layer)
}

impl Layer for BatchNormalization {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let shape = [common::known(build.object, inputs, self.axis)?];
        self.affine.build(build, &shape);
        build.add_exact_weight("moving_mean", &shape, &self.mean, false);
        build.add_exact_weight("moving_variance", &shape, &self.variance, false);
        if let Some(renorm) = &self.renorm {
            renorm.build(build, &shape, &self.mean, &self.variance)?;
        }
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let input = cx.input()?;
        let mask = match cx.optional(1, "mask") {
            Some(mask) => Some(cx.interp.to_tensor(&mask)?),
            None => input.mask().cloned(),
        };
        let x = super::widen(&mut cx.interp.tracer, &input)?;
        let axis = axis_index(self.axis, x.rank())?;
        let (moving_mean, moving_variance) = (cx.weight("moving_mean")?, cx.weight("moving_variance")?);
        common::expect_size(cx, &x, self.axis, moving_mean.shape()[0])?;
        let mut shape = vec![1; x.rank()];
        shape[axis] = x.shape()[axis];
        let mut corrected = None;
        let (mean, variance) = if cx.training && cx.object.trainable.get() {
            let (mean, variance) = statistics(cx, &x, axis, mask.as_ref())?;
            if let Some(renorm) = &self.renorm {
                corrected = Some(renorm.correction(cx, &mean, &variance, self.epsilon)?);
                renorm.update(cx, &mean, &variance, self.epsilon, self.momentum)?;
                (mean, variance)
            } else {
                let updated = self.update(cx, &moving_mean, &mean)?;
                cx.assign("moving_mean", updated)?;
                let updated = self.update(cx, &moving_variance, &variance)?;
                cx.assign("moving_variance", updated)?;
                (mean, variance)
            }
        } else {
            (moving_mean, moving_variance)
        };
        let t = &mut cx.interp.tracer;
        let (mean, variance) = (super::widen(t, &mean)?, super::widen(t, &variance)?);
        let (mean, variance) = (t.reshape(&mean, &shape)?, t.reshape(&variance, &shape)?);
        let y = match corrected {
            None => super::normalise(cx, &x, (&mean, &variance), self.epsilon, &shape)?,
            // (x̂·r + d)·gamma + beta = x̂·(r·gamma) + (d·gamma + beta)
            Some((r, d)) => {
                let (r, d) = (t.reshape(&r, &shape)?, t.reshape(&d, &shape)?);
                let gamma = super::weight(cx, "gamma", &x, &shape)?;
                let beta = super::weight(cx, "beta", &x, &shape)?;
                let t = &mut cx.interp.tracer;
                let (scale, mut offset) = match &gamma {
                    Some(gamma) => (t.mul(&r, gamma)?, t.mul(&d, gamma)?),
                    None => (r, d),
                };
                if let Some(beta) = &beta {
                    offset = t.add(&offset, beta)?;
                }
                super::normalise_with(t, &x, (&mean, &variance), self.epsilon, (Some(scale), Some(offset)))?
            }
        };
        Ok(Value::Tensor(cx.interp.tracer.convert(&y, cx.object.compute_dtype())?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

impl BatchNormalization {
    /// moving·momentum + new·(1 − momentum).
    fn update(&self, cx: &mut Call<'_>, moving: &Tensor, new: &Tensor) -> Result<Tensor> {
        let t = &mut cx.interp.tracer;
        let new = t.convert(new, moving.dtype())?;
        let (old, new) = (t.mul_scalar(moving, self.momentum)?, t.mul_scalar(&new, 1.0 - self.momentum)?);
        t.add(&old, &new)
    }
}

/// Mean and biased variance over all dimensions but `axis`. Masked steps do not count, nor do the rows
/// that pad the batch.
fn statistics(cx: &mut Call<'_>, x: &Tensor, axis: usize, mask: Option<&Tensor>) -> Result<(Tensor, Tensor)> {
    let axes: Vec<usize> = (0..x.rank()).filter(|&d| d != axis).collect();
    let rows = cx.interp.rows();
    let t = &mut cx.interp.tracer;
    let weights = match (rows, mask) {
        (None, None) => return t.moments(x, &axes, false),
        // Keras adds its epsilon to the number of steps that a mask leaves.
        (rows, Some(mask)) => {
            let steps = t.expand_dims(mask, &[mask.rank()])?;
            let steps = t.broadcast_to(&steps, x.shape())?;
            let steps = t.convert(&steps, x.dtype())?;
            match rows {
                None => steps,
                Some(rows) => {
                    let rows = spread(t, &rows, x)?;
                    t.mul(&steps, &rows)?
                }
            }
        }
        (Some(rows), None) => spread(t, &rows, x)?,
    };
    let count = t.sum(&weights, &axes, true)?;
    let count = if mask.is_some() { t.add_scalar(&count, crate::keras::EPSILON)? } else { count };
    let zero = t.weak(0.0)?;
    let counts = t.ne(&weights, &zero)?;
    let kept = t.select(&counts, x, &zero)?;
    let sum = t.sum(&kept, &axes, true)?;
    let mean = t.div(&sum, &count)?;
    let centred = t.sub(x, &mean)?;
    let centred = t.select(&counts, &centred, &zero)?;
    let square = t.square(&centred)?;
    let sum = t.sum(&square, &axes, true)?;
    let variance = t.div(&sum, &count)?;
    Ok((t.squeeze(&mean, &axes)?, t.squeeze(&variance, &axes)?))
}

/// One number per row, repeated for all elements of `x`.
fn spread(t: &mut crate::trace::Tracer, rows: &Tensor, x: &Tensor) -> Result<Tensor> {
    let mut shape = vec![1; x.rank()];
    shape[0] = rows.shape().first().copied().unwrap_or(1);
    let rows = t.reshape(rows, &shape)?;
    let rows = t.broadcast_to(&rows, x.shape())?;
    t.convert(&rows, x.dtype())
}

//! Batch renormalisation: what `BatchNormalization(renorm=True)` has beside batch normalisation.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{Build, Call};
use crate::keras::weights::Weight;
use crate::library::{Args, Bound};
use crate::trace::Tensor;
use crate::value::{Key, Object, Value};

/// How a batch's statistics are corrected towards the running ones.
#[derive(Debug)]
pub(super) struct Renorm {
    momentum: f64,
    rmin: Option<f64>,
    rmax: Option<f64>,
    dmax: Option<f64>,
}

impl Renorm {
    /// From the arguments `renorm`, `renorm_clipping` and `renorm_momentum`; none if it is not asked for.
    pub fn new(args: &Bound) -> Result<Option<Renorm>> {
        if !args.bool("renorm")? {
            return Ok(None);
        }
        let mut limits = [None; 3];
        const NAMES: [&str; 3] = ["rmin", "rmax", "dmax"];
        if let Some(clipping) = args.some("renorm_clipping")? {
            let wrong = || args.invalid("renorm_clipping", "a dict of numbers with the keys rmin, rmax and dmax");
            let Value::Dict(entries) = clipping else { return Err(wrong()) };
            let known = NAMES.iter().filter(|name| entries.borrow().contains_key(&Key::name(**name))).count();
            if known != entries.borrow().len() {
                return Err(wrong());
            }
            for (limit, name) in limits.iter_mut().zip(NAMES) {
                *limit = match entries.borrow().get(&Key::name(name)) {
                    None | Some(Value::None) => None,
                    Some(Value::Float(x)) => Some(*x),
                    Some(Value::Int(i)) => Some(*i as f64),
                    Some(_) => return Err(wrong()),
                };
            }
        }
        let [rmin, rmax, dmax] = limits;
        if rmin.zip(rmax).is_some_and(|(low, high)| high < low) || dmax.is_some_and(|d| d < 0.0) {
            return Err(Error::argument("`renorm_clipping` needs rmin <= rmax and dmax >= 0"));
        }
        Ok(Some(Renorm { momentum: args.f64("renorm_momentum")?, rmin, rmax, dmax }))
    }

    /// Adds the running statistics that correct batches; they start as those of the layer do.
    pub fn build(&self, build: &mut Build<'_>, shape: &[usize], mean: &Weight, variance: &Weight) -> Result<()> {
        let root = |interp: &mut Interp| -> Result<Weight> {
            let inner = initializers::fresh(interp, &variance.initializer)?;
            Ok(Weight::from(Value::Object(Rc::new(Root(inner)))))
        };
        let deviation = root(build.interp)?;
        build.add_exact_weight("moving_stddev", shape, &deviation, false);
        let mean = Weight::from(initializers::fresh(build.interp, &mean.initializer)?);
        build.add_exact_weight("renorm_mean", shape, &mean, false);
        let deviation = root(build.interp)?;
        build.add_exact_weight("renorm_stddev", shape, &deviation, false);
        Ok(())
    }

    /// The corrections r and d, without derivative, of a batch with the given statistics.
    pub fn correction(
        &self,
        cx: &mut Call<'_>,
        mean: &Tensor,
        variance: &Tensor,
        epsilon: f64,
    ) -> Result<(Tensor, Tensor)> {
        let (running_mean, running) = (cx.weight("renorm_mean")?, cx.weight("renorm_stddev")?);
        let t = &mut cx.interp.tracer;
        let shifted = t.add_scalar(variance, epsilon)?;
        let deviation = t.sqrt(&shifted)?;
        let running = t.max_scalar(&running, f64::from((epsilon as f32).sqrt()))?;
        let mut r = t.div(&deviation, &running)?;
        let distance = t.sub(mean, &running_mean)?;
        let mut d = t.div(&distance, &running)?;
        if let Some(low) = self.rmin {
            r = t.max_scalar(&r, low)?;
        }
        if let Some(high) = self.rmax {
            r = t.min_scalar(&r, high)?;
        }
        if let Some(limit) = self.dmax {
            d = t.clip(&d, -limit, limit)?;
        }
        Ok((t.stop_gradient(&r)?, t.stop_gradient(&d)?))
    }

    /// Moves the running statistics towards the batch's.
    pub fn update(
        &self,
        cx: &mut Call<'_>,
        mean: &Tensor,
        variance: &Tensor,
        epsilon: f64,
        momentum: f64,
    ) -> Result<()> {
        let t = &mut cx.interp.tracer;
        let shifted = t.add_scalar(variance, epsilon)?;
        let deviation = t.sqrt(&shifted)?;
        for (name, new, momentum) in [
            ("renorm_mean", mean, self.momentum),
            ("renorm_stddev", &deviation, self.momentum),
            ("moving_mean", mean, momentum),
            ("moving_stddev", &deviation, momentum),
        ] {
            let old = cx.weight(name)?;
            let t = &mut cx.interp.tracer;
            let (kept, added) = (t.mul_scalar(&old, momentum)?, t.mul_scalar(new, 1.0 - momentum)?);
            let updated = t.add(&kept, &added)?;
            cx.assign(name, updated)?;
        }
        let deviation = cx.weight("moving_stddev")?;
        let t = &mut cx.interp.tracer;
        let square = t.square(&deviation)?;
        let variance = t.add_scalar(&square, -epsilon)?;
        let variance = t.max_scalar(&variance, 0.0)?;
        cx.assign("moving_variance", variance)
    }
}

/// The square root of what another initializer gives.
#[derive(Debug)]
struct Root(Value);

impl Object for Root {
    fn class_name(&self) -> Rc<str> {
        "moving_stddev_initializer".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let values = interp.call(&self.0, args)?;
        let values = interp.to_tensor(&values)?;
        Ok(Value::Tensor(interp.tracer.sqrt(&values)?))
    }
}

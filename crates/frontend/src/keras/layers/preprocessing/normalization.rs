//! `Normalization`.

use keramos_ir::Array;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::{EPSILON, arrays};
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(in crate::keras::layers) static NORMALIZATION: ClassDecl = ClassDecl {
    name: "Normalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("axis", Default::Int(-1)),
        none("mean"),
        none("variance"),
        flag("invert", false),
    ])
    .with(COMMON),
    doc: "(x − mean)/√variance with a given mean and variance along `axis`; `invert` goes back.",
    new,
    methods: &[],
};

#[derive(Debug)]
struct Normalization {
    /// The axes that mean and variance run along.
    axes: Vec<i64>,
    mean: Array,
    variance: Array,
    invert: bool,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let axes = if args.some("axis")?.is_some() { common::integers(args, "axis")? } else { Vec::new() };
    let (mean, variance) = match (args.some("mean")?, args.some("variance")?) {
        (Some(Value::Host(_)), _) | (_, Some(Value::Host(_))) | (None, None) => {
            return Err(Error::unsupported("a Normalization layer that is adapted to data is not supported yet")
                .help("pass the numbers: Normalization(mean=[...], variance=[...])"));
        }
        (Some(mean), Some(variance)) => (mean.clone(), variance.clone()),
        _ => return Err(Error::argument("Normalization() takes `mean` and `variance` together")),
    };
    let array = |name: &str, value: &Value| {
        arrays::array(value).ok_or_else(|| args.invalid(name, "a number or a list of numbers"))
    };
    let (mean, variance) = (array("mean", &mean)?, array("variance", &variance)?);
    if mean.ty() != variance.ty() {
        let message =
            format!("`mean` and `variance` of Normalization() differ in shape: {} and {}", mean.ty(), variance.ty());
        return Err(Error::argument(message));
    }
    let invert = args.bool("invert")?;
    LayerObject::value(interp, &NORMALIZATION, args, Normalization { axes, mean, variance, invert })
}

impl Normalization {
    /// `values` with its dimensions at the kept axes, aligned from the last one, and 1 elsewhere.
    fn aligned(&self, t: &mut Tracer, values: &Array, rank: usize) -> Result<Tensor> {
        let axes = if self.axes.is_empty() { Vec::new() } else { axes_indices(Some(&self.axes), rank)? };
        let mut shape = vec![1; rank];
        for (&axis, &n) in axes.iter().rev().zip(values.ty().shape.iter().rev()) {
            shape[axis] = n;
        }
        let values = t.constant(values.clone())?;
        t.reshape(&values, &shape)
    }
}

impl Layer for Normalization {
    fn build(&self, _: &mut Build<'_>, _: &[SymbolicShape]) -> Result<()> {
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let t = &mut cx.interp.tracer;
        let mean = self.aligned(t, &self.mean, x.rank())?;
        let variance = self.aligned(t, &self.variance, x.rank())?;
        let (mean, variance) = (t.convert(&mean, x.dtype())?, t.convert(&variance, x.dtype())?);
        let deviation = t.sqrt(&variance)?;
        let deviation = t.max_scalar(&deviation, EPSILON)?;
        let y = if self.invert {
            let scaled = t.mul(&x, &deviation)?;
            t.add(&mean, &scaled)?
        } else {
            let centred = t.sub(&x, &mean)?;
            t.div(&centred, &deviation)?
        };
        Ok(Value::Tensor(y))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

//! Functions along axes.

use keramos_ir::DType;

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{axes, tensor};
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// An argument that may be `None`, as a tensor.
pub(crate) fn optional(interp: &mut Interp, args: &Bound, name: &str) -> Result<Option<Tensor>> {
    match args.some(name)? {
        None => Ok(None),
        Some(_) => tensor(interp, args, name).map(Some),
    }
}

impl Tracer {
    /// `x` where `mask` holds, `value` elsewhere.
    ///
    /// # Errors
    /// The shapes do not broadcast.
    pub fn masked(&mut self, x: &Tensor, mask: Option<&Tensor>, value: f64) -> Result<Tensor> {
        match mask {
            None => Ok(x.clone()),
            Some(mask) => self.formula(|f| f.of(mask).select(f.of(x), value)),
        }
    }

    /// [`Tracer::softmax_over`] of the elements for which `mask` holds; the others become 0.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn masked_softmax(&mut self, x: &Tensor, axes: &[usize], mask: Option<&Tensor>) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let x = self.masked(&x, mask, f64::NEG_INFINITY)?;
        let y = self.softmax_over(&x, axes)?.into_strong();
        self.masked(&y, mask, 0.0)
    }

    /// ln softmax(x) over `axes` of the elements for which `mask` holds; the others become −∞.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn masked_log_softmax(&mut self, x: &Tensor, axes: &[usize], mask: Option<&Tensor>) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let x = self.masked(&x, mask, f64::NEG_INFINITY)?;
        let most = self.max(&x, axes, true)?;
        let shifted = self.formula(|f| f.of(&x) - f.of(&most).stop_gradient())?;
        let exp = self.exp(&shifted)?;
        let exp = self.masked(&exp, mask, 0.0)?;
        let sum = self.sum(&exp, axes, true)?;
        let y = self.formula(|f| f.of(&shifted) - f.of(&sum).log())?;
        self.masked(&y, mask, f64::NEG_INFINITY)
    }

    /// ln |Σ factors·exp(x)| over `axes` without overflow, and the sum's sign. Elements for which `mask` does
    /// not hold are left out.
    ///
    /// # Errors
    /// There is no such axis, or the shapes do not broadcast.
    pub fn signed_logsumexp(
        &mut self,
        x: &Tensor,
        axes: &[usize],
        keepdims: bool,
        factors: Option<&Tensor>,
        mask: Option<&Tensor>,
    ) -> Result<(Tensor, Tensor)> {
        let x = self.to_float(x)?;
        let mut x = self.masked(&x, mask, 0.0)?;
        let mut factor = None;
        if let Some(given) = factors {
            let given = self.to_float(given)?;
            x = self.formula(|f| f.of(&given).ne(0.0).select(f.of(&x), f64::NEG_INFINITY))?;
            factor = Some(self.convert(&given, x.dtype())?);
        }
        let considered = self.masked(&x, mask, f64::NEG_INFINITY)?;
        let most = self.max(&considered, axes, true)?;
        let most = self.formula(|f| {
            let most = f.of(&most);
            most.abs().lt(f64::INFINITY).select(most, 0.0).stop_gradient()
        })?;
        let mut exp = self.formula(|f| (f.of(&x) - f.of(&most)).exp())?;
        if let Some(factor) = &factor {
            exp = self.mul(&exp, factor)?;
        }
        let exp = self.masked(&exp, mask, 0.0)?;
        let sum = self.sum(&exp, axes, true)?;
        let sign = self.sign(&sum)?;
        let log = self.formula(|f| f.of(&sum).abs().log() + f.of(&most))?;
        if keepdims { Ok((log, sign)) } else { Ok((self.squeeze(&log, axes)?, self.squeeze(&sign, axes)?)) }
    }

    /// The mean over `axes` of the elements for which `mask` holds.
    ///
    /// # Errors
    /// There is no such axis, or the shapes do not broadcast.
    pub fn masked_mean(&mut self, x: &Tensor, axes: &[usize], mask: Option<&Tensor>) -> Result<Tensor> {
        let Some(mask) = mask else { return self.mean(x, axes, true) };
        let kept = self.masked(x, Some(mask), 0.0)?;
        let count = self.broadcast_to(mask, kept.shape())?;
        let count = self.convert(&count, kept.dtype())?;
        let (sum, count) = (self.sum(&kept, axes, true)?, self.sum(&count, axes, true)?);
        self.div(&sum, &count)
    }
}

/// The argument `where`, as truth values of the operand's shape.
fn mask(interp: &mut Interp, args: &Bound, x: &Tensor) -> Result<Option<Tensor>> {
    let Some(mask) = optional(interp, args, "where")? else { return Ok(None) };
    let mask = interp.tracer.to_bool(&mask)?;
    interp.tracer.broadcast_to(&mask, x.shape()).map(Some)
}

fn along(
    interp: &mut Interp,
    args: &Bound,
    function: fn(&mut Tracer, &Tensor, &[usize], Option<&Tensor>) -> Result<Tensor>,
) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let axes = axes(args, x.rank())?;
    let mask = mask(interp, args, &x)?;
    function(&mut interp.tracer, &x, &axes, mask.as_ref()).map(Value::Tensor)
}

/// `logsumexp`, which `jax.scipy.special` has too.
pub(crate) fn logsumexp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "a")?;
    let factors = optional(interp, args, "b")?;
    let x = match &factors {
        None => x,
        Some(b) => {
            let shape = crate::ops::broadcast_shapes(x.shape(), b.shape())?;
            interp.tracer.broadcast_to(&x, &shape)?
        }
    };
    let axes = axes(args, x.rank())?;
    let mask = mask(interp, args, &x)?;
    let keepdims = args.bool("keepdims")?;
    let (log, sign) = interp.tracer.signed_logsumexp(&x, &axes, keepdims, factors.as_ref(), mask.as_ref())?;
    if args.bool("return_sign")? {
        return Ok(Value::tuple(vec![Value::Tensor(log), Value::Tensor(sign)]));
    }
    if factors.is_none() {
        return Ok(Value::Tensor(log));
    }
    // A negative sum has no logarithm.
    interp.tracer.formula(|f| f.of(&sign).lt(0.0).select(f64::NAN, f.of(&log))).map(Value::Tensor)
}

fn logmeanexp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let axes = axes(args, x.rank())?;
    let mask = mask(interp, args, &x)?;
    let keepdims = args.bool("keepdims")?;
    let t = &mut interp.tracer;
    let (log, _) = t.signed_logsumexp(&x, &axes, keepdims, None, mask.as_ref())?;
    let count = match &mask {
        None => {
            let count: usize = axes.iter().map(|&d| x.shape()[d]).product();
            t.scalar(log.dtype(), count as f64)?
        }
        Some(mask) => {
            let ones = t.convert(mask, log.dtype())?;
            t.sum(&ones, &axes, keepdims)?
        }
    };
    t.formula(|f| f.of(&log) - f.of(&count).log()).map(Value::Tensor)
}

fn standardize(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let axes = axes(args, x.rank())?;
    let mask = mask(interp, args, &x)?;
    let (mean, variance) = (optional(interp, args, "mean")?, optional(interp, args, "variance")?);
    let epsilon = tensor(interp, args, "epsilon")?;
    let fast = args.one_of("algorithm", &["fast", "stable"])? == "fast";
    let t = &mut interp.tracer;
    let mean = match mean {
        Some(mean) => mean,
        None => t.masked_mean(&x, &axes, mask.as_ref())?,
    };
    let variance = match variance {
        Some(variance) => variance,
        None if fast => {
            let square = t.square(&x)?;
            let square = t.masked_mean(&square, &axes, mask.as_ref())?;
            t.formula(|f| (f.of(&square) - f.of(&mean).square()).max(0.0))?
        }
        None => {
            let square = t.formula(|f| (f.of(&x) - f.of(&mean)).square())?;
            t.masked_mean(&square, &axes, mask.as_ref())?
        }
    };
    t.formula(|f| (f.of(&x) - f.of(&mean)) * (f.of(&variance) + f.of(&epsilon)).rsqrt()).map(Value::Tensor)
}

fn scaled_dot_general(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if args.some("configs")?.is_some() {
        return Err(crate::error::Error::unsupported("scaled_dot_general with block-scaled operands")
            .help("leave `configs` out: the product is computed by lax.dot_general then"));
    }
    let dot = (crate::jax::lax::LAX.get)("dot_general").unwrap_or(Value::None);
    let preferred = match args.some("preferred_element_type")? {
        Some(dtype) => dtype.clone(),
        None => Value::DType(DType::F32),
    };
    let given = ["lhs", "rhs", "dimension_numbers"].map(|name| args.get(name).cloned());
    let positional = given.into_iter().collect::<Result<Vec<_>>>()?;
    interp.call(&dot, crate::library::Args { positional, keywords: vec![("preferred_element_type".into(), preferred)] })
}

const NONE: Default = Default::None;
const FALSE: Default = Default::Bool(false);
const LAST: Default = Default::Int(-1);

/// Functions along axes.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "softmax" [(x) (axis = LAST) (where = NONE)] "Exponentials divided by their sum." => |i, args| along(i, args, Tracer::masked_softmax);
    "log_softmax" [(x) (axis = LAST) (where = NONE)] "The logarithm of softmax." => |i, args| along(i, args, Tracer::masked_log_softmax);
    "logsumexp" [(a) (axis = NONE) (b = NONE) (keepdims = FALSE) (return_sign = FALSE) (where = NONE)]
        "The logarithm of a sum of exponentials." => logsumexp;
    "logmeanexp" [(x) (axis = NONE) (where = NONE) (keepdims = FALSE)] "The logarithm of a mean of exponentials." => logmeanexp;
    "standardize" [(x) (axis = LAST) (mean = NONE) (variance = NONE) (epsilon = Default::Float(1e-5)) (where = NONE) (algorithm = Default::Str("fast"))]
        "Shifted and scaled to mean 0 and variance 1." => standardize;
    "scaled_dot_general" [(lhs) (rhs) (dimension_numbers) (preferred_element_type = NONE) (configs = NONE) (implementation = NONE)]
        "A product, as lax.dot_general." => scaled_dot_general;
};

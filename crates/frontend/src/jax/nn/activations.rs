//! Activations whose arguments or defaults are not Keras's.

use keramos_ir::DType;

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{dtype, tensor};
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

fn leaky_relu(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, slope) = (tensor(interp, args, "x")?, tensor(interp, args, "negative_slope")?);
    interp.tracer.formula(|f| f.of(&x).ge(0.0).select(f.of(&x), f.of(&slope) * f.of(&x))).map(Value::Tensor)
}

fn gelu(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let x = interp.tracer.to_float(&x)?;
    let approximate = args.bool("approximate")?;
    interp
        .tracer
        .formula(|f| {
            let x = f.of(&x);
            if approximate {
                let inner = (x + x.integer_pow(3) * 0.044_715) * (2.0 / std::f64::consts::PI).sqrt();
                x * ((inner.tanh() + 1.0) * 0.5)
            } else {
                x * 0.5 * (x * -std::f64::consts::FRAC_1_SQRT_2).erfc()
            }
        })
        .map(|y| Value::Tensor(y.into_strong()))
}

fn one_hot(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let axis = axis_index(args.i64("axis")?, x.rank() + 1)?;
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::F32);
    let classes = args.usize("num_classes")?;
    let t = &mut interp.tracer;
    if x.dtype().is_int() {
        return t.one_hot(&x, classes, axis, dtype).map(Value::Tensor);
    }
    // JAX compares labels of other types, too.
    let labels = t.expand_dims(&x, &[axis])?;
    let mut shape = vec![1; labels.rank()];
    shape[axis] = classes;
    let index = t.iota(DType::I32, &shape, axis)?;
    let index = t.convert(&index, labels.dtype())?;
    let hit = t.eq(&labels, &index)?;
    t.convert(&hit, dtype).map(Value::Tensor)
}

/// ln(1 − e⁻ˣ), by whichever of two formulas is exact; the derivative is 1/(eˣ − 1).
fn log1mexp(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    let x = t.to_float(x)?;
    t.differentiated_by(
        "log1mexp",
        [&x],
        |t, operands| {
            t.compute(operands, |[x]| {
                let (near, far) = ((-(-x).expm1()).log(), (-(-x).exp()).log1p());
                x.lt(std::f64::consts::LN_2).select(near, far)
            })
        },
        |t, [x], _, [dx]| t.compute([x, dx], |[x, dx]| dx / x.expm1()),
    )
}

/// Activations.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "identity" [(x)] "x." => |interp, args| tensor(interp, args, "x").map(Value::Tensor);
    "leaky_relu" [(x) (negative_slope = Default::Float(0.01))] "x where it is not negative, a fraction of it elsewhere." => leaky_relu;
    "soft_sign" [(x)] "x / (|x| + 1)." => |interp, args| {
        let x = tensor(interp, args, "x")?;
        interp.tracer.formula(|f| f.of(&x) / (f.of(&x).abs() + 1.0)).map(Value::Tensor)
    };
    "gelu" [(x) (approximate = Default::Bool(true))] "The Gaussian error linear unit, by its tanh approximation unless told otherwise." => gelu;
    "one_hot" [(x) (num_classes) (dtype = Default::None) (axis = Default::Int(-1))] "One at the place that each integer names, zero elsewhere." => one_hot;
    "log1mexp" [(x)] "log(1 - exp(-x))." => |interp, args| {
        let x = tensor(interp, args, "x")?;
        log1mexp(&mut interp.tracer, &x).map(Value::Tensor)
    };
};

//! `jax.scipy.special`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use keramos_ir::{Builder, Result as IrResult, Value as IrValue};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{axes, tensor};
use crate::jax::nn::logsumexp;
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::broadcast_shapes;
use crate::trace::{Formula, Tensor, Term, Tracer};
use crate::value::Value;

/// A function of terms.
pub(super) type Law = for<'f> fn(&'f Formula, &[Term<'f>]) -> Term<'f>;

/// Arguments as floats of one type and shape, and a formula of them.
pub(super) fn law(interp: &mut Interp, args: &Bound, names: &[&str], law: Law) -> Result<Value> {
    let mut xs = Vec::with_capacity(names.len());
    let mut shape = Vec::new();
    for name in names {
        let x = tensor(interp, args, name)?;
        let x = if x.is_weak() { interp.tracer.to_float(&x)?.into_weak() } else { interp.tracer.to_float(&x)? };
        shape = broadcast_shapes(&shape, x.shape())?;
        xs.push(x);
    }
    let dtype = interp.tracer.promoted(&xs).0;
    let xs = xs.iter().map(|x| {
        let x = interp.tracer.convert(x, dtype)?;
        interp.tracer.broadcast_to(&x, &shape)
    });
    let xs = xs.collect::<Result<Vec<_>>>()?;
    interp
        .tracer
        .formula(|f| {
            let terms: Vec<Term<'_>> = xs.iter().map(|x| f.of(x)).collect();
            law(f, &terms)
        })
        .map(Value::Tensor)
}

impl<'f> Term<'f> {
    /// A primitive of this term and another of the same type.
    pub(crate) fn primitive(
        self,
        other: Term<'f>,
        code: fn(&mut Builder, IrValue, IrValue) -> IrResult<IrValue>,
    ) -> Term<'f> {
        self.with(other, |t, x, y| t.build1(&[x, y], |b, v| code(b, v[0], v[1])))
    }

    /// The regularized lower incomplete gamma function with this parameter.
    pub(crate) fn igamma(self, x: Term<'f>) -> Term<'f> {
        self.primitive(x, Builder::igamma)
    }

    /// The regularized upper incomplete gamma function with this parameter.
    pub(crate) fn igammac(self, x: Term<'f>) -> Term<'f> {
        self.primitive(x, Builder::igammac)
    }

    /// The distribution function of the standard normal distribution.
    pub(crate) fn ndtr(self) -> Term<'f> {
        let w = self * FRAC_1_SQRT_2;
        let z = w.abs();
        let tail = z.erfc();
        let outer = w.gt(0.0).select(2.0 - tail, tail);
        z.lt(FRAC_1_SQRT_2).select(w.erf() + 1.0, outer) * 0.5
    }

    /// The quantile function of the standard normal distribution.
    pub(crate) fn ndtri(self) -> Term<'f> {
        let cut = (-2f64).exp();
        let rest = self.gt(1.0 - cut).select(1.0 - self, self);
        let p = rest.eq(0.0).select(rest.filled(0.5), rest);
        let w = p - 0.5;
        let ww = w.square();
        let central = (w + w * ww * (ww.polynomial(CENTRE[0]) / ww.polynomial(CENTRE[1]))) * -(2.0 * PI).sqrt();
        let z = (p.log() * -2.0).sqrt();
        let inverse = 1.0 / z;
        let first = z - z.log() / z;
        let near = first - inverse.polynomial(NEAR[0]) / inverse.polynomial(NEAR[1]) / z;
        let far = first - inverse.polynomial(FAR[0]) / inverse.polynomial(FAR[1]) / z;
        let x = p.gt(cut).select(central, z.ge(8.0).select(far, near));
        let x = self.gt(1.0 - cut).select(x, -x);
        let x = self.eq(1.0).select(x.filled(f64::INFINITY), x);
        self.eq(0.0).select(x.filled(f64::NEG_INFINITY), x)
    }

    /// A polynomial, coefficients highest power first.
    fn polynomial(self, coefficients: &[f64]) -> Term<'f> {
        coefficients.iter().fold(self.filled(0.0), |sum, &c| sum * self + c)
    }

    /// ln B(x, y).
    pub(crate) fn betaln(self, y: Term<'f>) -> Term<'f> {
        self.lgamma() + y.lgamma() - (self + y).lgamma()
    }

    /// The sign of Γ(x); NaN at the poles.
    fn gamma_sign(self) -> Term<'f> {
        let floor = self.floor();
        let negative = self.lt(0.0);
        let pole = negative.and(self.eq(floor)).or(self.is_nan());
        let below = negative.and((floor % 2.0).ne(0.0)).or((1.0 / self).eq(f64::NEG_INFINITY));
        pole.select(self.filled(f64::NAN), below.select(self.filled(-1.0), self.filled(1.0)))
    }
}

/// Rational approximations of the normal quantile, numerators and denominators, highest power first
/// (Cephes, `ndtri.c`): in the centre, in the tails, far out.
const CENTRE: [&[f64]; 2] = [
    &[-59.96335010141079, 98.00107541859997, -56.67628574690703, 13.931260938727966, -1.2391658386738127],
    &[
        1.0,
        1.9544885833814176,
        4.676279128988815,
        86.36024213908905,
        -225.46268785411937,
        200.26021238006066,
        -82.03722561683334,
        15.90562251262117,
        -1.1833162112133,
    ],
];
const NEAR: [&[f64]; 2] = [
    &[
        4.0554489230596245,
        31.525109459989388,
        57.16281922464213,
        44.08050738932008,
        14.684956192885803,
        2.1866330685079025,
        -0.1402560791713545,
        -0.03504246268278482,
        -0.0008574567851546854,
    ],
    &[
        1.0,
        15.779988325646675,
        45.39076351288792,
        41.3172038254672,
        15.04253856929075,
        2.504649462083094,
        -0.14218292285478779,
        -0.03808064076915783,
        -0.0009332594808954574,
    ],
];
const FAR: [&[f64]; 2] = [
    &[
        3.2377489177694603,
        6.915228890689842,
        3.9388102529247444,
        1.3330346081580755,
        0.20148538954917908,
        0.012371663481782003,
        0.00030158155350823543,
        2.6580697468673755e-6,
        6.239745391849833e-9,
    ],
    &[
        1.0,
        6.02427039364742,
        3.6798356385616087,
        1.3770209948908132,
        0.21623699359449663,
        0.013420400608854318,
        0.00032801446468212774,
        2.8924786474538068e-6,
        6.790194080099813e-9,
    ],
];

fn along(
    interp: &mut Interp,
    args: &Bound,
    code: fn(&mut Tracer, &Tensor, &[usize], Option<&Tensor>) -> Result<Tensor>,
) -> Result<Value> {
    let x = tensor(interp, args, "x")?;
    let axes = axes(args, x.rank())?;
    code(&mut interp.tracer, &x, &axes, None).map(Value::Tensor)
}

fn log_ndtr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let order = args.usize("series_order")?;
    let Some(order) = u32::try_from(order).ok().filter(|&order| order <= 30) else {
        return Err(args.invalid("series_order", "an integer from 0 to 30"));
    };
    let x = tensor(interp, args, "x")?;
    let x = interp.tracer.to_float(&x)?;
    interp.tracer.formula(|f| f.of(&x).log_ndtr(order)).map(Value::Tensor)
}

fn multigammaln(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let d = args.usize("d")?;
    interp.tracer.fuel.spend_on_equations(d)?;
    let a = tensor(interp, args, "a")?;
    let a = interp.tracer.to_float(&a)?;
    let dimensions = d as f64;
    interp
        .tracer
        .formula(|f| {
            let a = f.of(&a);
            (0..d).fold(a.filled(0.25 * dimensions * (dimensions - 1.0) * PI.ln()), |sum, i| {
                sum + (a - i as f64 / 2.0).lgamma()
            })
        })
        .map(Value::Tensor)
}

macro_rules! laws {
    ($($name:literal $params:tt $names:tt $doc:literal => $law:expr;)*) => {
        functions! {
            $($name $params $doc => |interp, args| law(interp, args, &$names, $law);)*
            "logsumexp" [(a) (axis = Default::None) (b = Default::None) (keepdims = Default::Bool(false)) (return_sign = Default::Bool(false)) (where = Default::None)]
                "The logarithm of a sum of exponentials." => logsumexp;
            "softmax" [(x) (axis = Default::None)] "Exponentials divided by their sum." => |i, args| along(i, args, Tracer::masked_softmax);
            "log_softmax" [(x) (axis = Default::None)] "The logarithm of softmax." => |i, args| along(i, args, Tracer::masked_log_softmax);
            "log_ndtr" [(x) (series_order = Default::Int(3))] "The logarithm of the normal distribution function." => log_ndtr;
            "multigammaln" [(a) (d)] "The logarithm of the multivariate gamma function." => multigammaln;
        }
    };
}

/// The functions.
pub(super) static FUNCTIONS: &[FunctionDecl] = laws! {
    "bessel_i0e" [(x)] ["x"] "exp(-|x|)·I0(x)." => |_, p| p[0].map(|t, x| t.build1(&[x], |b, v| b.bessel_i0e(v[0])));
    "i0e" [(x)] ["x"] "exp(-|x|)·I0(x)." => |_, p| p[0].map(|t, x| t.build1(&[x], |b, v| b.bessel_i0e(v[0])));
    "i0" [(x)] ["x"] "The modified Bessel function of order 0." => |_, p| p[0].abs().exp() * p[0].map(|t, x| t.build1(&[x], |b, v| b.bessel_i0e(v[0])));
    "i1e" [(x)] ["x"] "exp(-|x|)·I1(x)." => |_, p| p[0].map(|t, x| t.build1(&[x], |b, v| b.bessel_i1e(v[0])));
    "i1" [(x)] ["x"] "The modified Bessel function of order 1." => |_, p| p[0].abs().exp() * p[0].map(|t, x| t.build1(&[x], |b, v| b.bessel_i1e(v[0])));
    "expit" [(x)] ["x"] "1 / (1 + exp(-x))." => |_, p| p[0].logistic();
    "logit" [(x)] ["x"] "log(x / (1 - x))." => |_, p| p[0].logit();
    "erf" [(x)] ["x"] "The error function." => |_, p| p[0].erf();
    "erfc" [(x)] ["x"] "1 - erf(x)." => |_, p| p[0].erfc();
    "erfinv" [(x)] ["x"] "The inverse of the error function." => |_, p| p[0].erf_inv();
    "gammaln" [(x)] ["x"] "The logarithm of the gamma function's absolute value." => |_, p| p[0].lgamma();
    "gammasgn" [(x)] ["x"] "The sign of the gamma function." => |_, p| p[0].gamma_sign();
    "gamma" [(x)] ["x"] "The gamma function." => |_, p| p[0].gamma_sign() * p[0].lgamma().exp();
    "digamma" [(x)] ["x"] "The derivative of gammaln." => |_, p| p[0].digamma();
    "polygamma" [(n) (x)] ["n", "x"] "A derivative of digamma." => |_, p| p[0].primitive(p[1], Builder::polygamma);
    "zeta" [(x) (q)] ["x", "q"] "The Hurwitz zeta function." => |_, p| p[0].zeta(p[1]);
    "betaln" [(a) (b)] ["a", "b"] "The logarithm of the beta function." => |_, p| p[0].betaln(p[1]);
    "beta" [(a) (b)] ["a", "b"] "The beta function." =>
        |_, p| p[0].gamma_sign() * p[1].gamma_sign() * (p[0] + p[1]).gamma_sign() * p[0].betaln(p[1]).exp();
    "betainc" [(a) (b) (x)] ["a", "b", "x"] "The regularized incomplete beta function." => |f, p| beta_integral(f, p[0], p[1], p[2]);
    "gammainc" [(a) (x)] ["a", "x"] "The regularized lower incomplete gamma function." => |_, p| p[0].igamma(p[1]);
    "gammaincc" [(a) (x)] ["a", "x"] "The regularized upper incomplete gamma function." => |_, p| p[0].igammac(p[1]);
    "factorial" [(n)] ["n"] "n!." => |_, p| p[0].lt(0.0).select(p[0].filled(0.0), (p[0] + 1.0).lgamma().exp());
    "poch" [(z) (m)] ["z", "m"] "The rising factorial." => |_, p| {
        let (above, below) = (p[0] + p[1], p[0]);
        let ratio = above.gamma_sign() * above.lgamma().exp() / (below.gamma_sign() * below.lgamma().exp());
        p[1].eq(0.0).select(below.filled(1.0), ratio)
    };
    "entr" [(x)] ["x"] "-x·log(x)." => |_, p| p[0].entropy();
    "rel_entr" [(p) (q)] ["p", "q"] "p·log(p/q)." => |_, p| p[0].relative_entropy(p[1]);
    "kl_div" [(p) (q)] ["p", "q"] "p·log(p/q) - p + q." => |_, p| p[0].relative_entropy(p[1]) - p[0] + p[1];
    "xlogy" [(x) (y)] ["x", "y"] "x·log(y), 0 where x is 0." => |_, p| p[0].xlogy(p[1]);
    "xlog1py" [(x) (y)] ["x", "y"] "x·log(1 + y), 0 where x is 0." => |_, p| p[0].xlog1py(p[1]);
    "ndtr" [(x)] ["x"] "The normal distribution function." => |_, p| p[0].ndtr();
    "ndtri" [(p)] ["p"] "The normal quantile function." => |_, p| p[0].ndtri();
};

/// The regularized incomplete beta function.
pub(super) fn beta_integral<'f>(f: &'f Formula, a: Term<'f>, b: Term<'f>, x: Term<'f>) -> Term<'f> {
    let (a, b, x) = (a.value(), b.value(), x.value());
    f.trace(|t| match (&a, &b, &x) {
        (Some(a), Some(b), Some(x)) => t.build1(&[a, b, x], |builder, v| builder.betainc(v[0], v[1], v[2])),
        _ => Err(Error::internal("an operand is missing")),
    })
}

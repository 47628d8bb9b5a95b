//! `jax.custom_jvp`.

use std::sync::Arc;

use keramos_ir::{Builder, Function};

use super::super::selection::float0;
use super::super::stage::{Aval, Others, Staged, Staging};
use super::super::transformed::check_callable;
use super::{Rules, Site, custom};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Default, FunctionDecl};
use crate::trace::{Captures, Tensor, params};
use crate::value::Value;
use crate::value::tree::difference;

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_jvp" [(fun) (nondiff_argnums = Default::Ints(&[])) (nondiff_argnames = Default::None)]
        "A function whose derivative is given by a rule: `f.defjvp(rule)`." => |_, args| custom::<Forward>(args);
};

/// The rule of a function in forward mode.
#[derive(Debug)]
enum Forward {
    /// `rule(*others, primals, tangents) -> (value, tangent)`.
    Whole(Value),
    /// For each argument, `rule(tangent, value, *primals)`, or `None` for zero.
    Each(Vec<Value>),
}

impl Rules for Forward {
    const WHAT: &'static str = "custom_jvp";
    const USE: &'static str = "defjvp(rule)";
    const METHODS: &'static [&'static str] = &["defjvp", "defjvps"];

    fn define(method: &'static str, args: Args) -> Result<(Self, Value)> {
        let rules = args.positional;
        let result = rules.first().cloned().unwrap_or(Value::None);
        match (method, rules.as_slice()) {
            ("defjvps", _) => Ok((Forward::Each(rules), Value::None)),
            (_, [rule]) => {
                check_callable("jax.custom_jvp.defjvp", rule)?;
                Ok((Forward::Whole(rule.clone()), result))
            }
            _ => Err(Error::ty("defjvp takes one function")),
        }
    }

    fn stage(&self, interp: &mut Interp, site: &Site<'_>) -> Result<Vec<Staged>> {
        Ok(vec![self.derivative(interp, site)?])
    }

    fn emit(
        interp: &mut Interp,
        site: &Site<'_>,
        captures: &Captures,
        function: &Arc<Function>,
        rules: &[Staged],
    ) -> Result<Vec<Tensor>> {
        let [derivative] = rules else { return Err(Error::internal("one rule was expected")) };
        let leaves = &site.call.leaves;
        let inexact = |tensor: &&Tensor| tensor.dtype().is_inexact();
        let mut b = Builder::new(format!("{}_jvp", site.name));
        let captured = captures.params(&mut b);
        let mut own = params(&mut b, leaves.iter().map(Tensor::ty));
        // The rule says nothing about what it captures: that is constant.
        // It computes the values itself; where it calls its function, that has its rule in turn.
        params(&mut b, function.result_types().iter());
        captures.tangents(&mut b);
        own.extend(params(&mut b, leaves.iter().filter(inexact).map(Tensor::ty)));
        let results = captures.inline(&mut b, &derivative.function, &derivative.captures, &own, &captured)?;
        let rule = Arc::new(b.finish(results));
        interp.tracer.build(&captures.operands(leaves), |b, values| b.custom_jvp(function, &rule, values))
    }
}

impl Forward {
    /// The rule as a function of primals and tangents: values, then tangents of those that have some.
    fn derivative(&self, interp: &mut Interp, site: &Site<'_>) -> Result<Staged> {
        let &Site { name, call, staged, .. } = site;
        let tangents = call.avals().into_iter().filter(|aval| aval.ty.dtype.is_inexact());
        let avals: Vec<Aval> = call.avals().into_iter().chain(tangents).collect();
        let label = format!("{name}_jvp");
        let staging = Staging {
            what: "jax.custom_jvp",
            name: &label,
            differentiated: false,
            others: Others::Convert,
            point: Some(&call.leaves),
        };
        interp.stage(staging, &avals, |interp, params| {
            let (primals, tangents) = params.split_at(call.leaves.len());
            let mut tangents = tangents.iter().cloned();
            let mut all = Vec::with_capacity(primals.len());
            for primal in primals {
                all.push(Value::Tensor(match primal.dtype().is_inexact() {
                    true => tangents.next().ok_or_else(|| Error::internal("a tangent is missing"))?,
                    false => float0(interp, primal.shape())?,
                }));
            }
            let tangents = call.trees(interp, all)?;
            let (value, tangent) = match self {
                Forward::Whole(rule) => {
                    let primals = call.trees(interp, primals.iter().cloned().map(Value::Tensor))?;
                    let mut args = call.others();
                    args.extend([Value::tuple(primals), Value::tuple(tangents)]);
                    let result = interp.call(rule, Args::positional(args))?;
                    match result.elements().map(<[Value; 2]>::try_from) {
                        Some(Ok([value, tangent])) => (value, tangent),
                        _ => {
                            return Err(Error::ty(format!(
                                "the rule of `{name}` must return a pair (value, tangent), found {}",
                                result.type_name()
                            )));
                        }
                    }
                }
                Forward::Each(rules) => each(interp, site, rules, primals, &tangents)?,
            };
            let (values, value_def) = interp.flatten(&value)?;
            let (found, tangent_def) = interp.flatten(&tangent)?;
            for def in [&value_def, &tangent_def] {
                if let Some((path, found, wanted)) = difference(def, &staged.out.def) {
                    return Err(Error::ty(format!(
                        "the rule of `{name}` must return a value and a tangent with the tree of the function's result"
                    ))
                    .note(format!("at `{path}` the function returns {wanted}, the rule {found}")));
                }
            }
            let (mut outputs, mut directions) = (Vec::new(), Vec::new());
            for ((value, tangent), aval) in values.iter().zip(&found).zip(staged.out.avals()) {
                let value = interp.leaf_tensor(value)?;
                if value.ty() != &aval.ty {
                    let message = format!(
                        "the rule of `{name}` returns {} as the value, the function returns {}",
                        value.ty(),
                        aval.ty
                    );
                    return Err(Error::ty(message));
                }
                outputs.push(Value::Tensor(value));
                if aval.ty.dtype.is_inexact() {
                    let tangent = interp.leaf_tensor(tangent)?;
                    if tangent.ty().shape != aval.ty.shape || tangent.dtype() != aval.ty.dtype && !tangent.is_weak() {
                        let message =
                            format!("the rule of `{name}` returns the tangent {} of a value {}", tangent.ty(), aval.ty);
                        return Err(Error::ty(message).help("a tangent has the type of its value"));
                    }
                    directions.push(Value::Tensor(interp.tracer.convert(&tangent, aval.ty.dtype)?));
                }
            }
            outputs.extend(directions);
            Ok(Value::tuple(outputs))
        })
    }
}

/// The rules of `defjvps`: the sum of what each argument's rule gives.
fn each(
    interp: &mut Interp,
    site: &Site<'_>,
    rules: &[Value],
    primals: &[Tensor],
    tangents: &[Value],
) -> Result<(Value, Value)> {
    let args = site.call.with(interp, primals.iter().cloned())?;
    let value = interp.call(site.function, args.clone())?;
    let mut sum: Option<Tensor> = None;
    for (rule, tangent) in rules.iter().zip(tangents).filter(|(rule, _)| !rule.is_none()) {
        let mut given = vec![tangent.clone(), value.clone()];
        given.extend(args.positional.iter().cloned());
        let part = interp.call(rule, Args::positional(given))?;
        let part = interp.leaf_tensor(&part)?;
        sum = Some(match sum {
            Some(sum) => interp.tracer.add(&sum, &part)?,
            None => part,
        });
    }
    let out = interp.leaf_tensor(&value)?;
    let tangent = match sum {
        Some(sum) => sum,
        None => interp.tracer.full(out.ty(), 0.0)?,
    };
    Ok((value, Value::Tensor(tangent)))
}

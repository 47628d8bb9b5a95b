//! `jax.custom_jvp`.

use std::rc::Rc;
use std::sync::Arc;

use keramos_ir::Builder;

use super::super::callee::name_of;
use super::super::selection::float0;
use super::super::stage::{Aval, Others, Staged, Staging};
use super::super::transformed::{call_traced, check_callable};
use super::{Call, Slot, check_pure, inline, nondiff, once_less, params, union};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::tree::difference;
use crate::value::{Object, Value};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_jvp" [(fun) (nondiff_argnums = Default::Ints(&[])) (nondiff_argnames = Default::None)]
        "A function whose derivative is given by a rule: `f.defjvp(rule)`." => |_, args| {
            check_callable("custom_jvp", args.get("fun")?)?;
            let function = CustomJvp {
                function: args.get("fun")?.clone(),
                nondiff: nondiff(args)?,
                rule: Slot::default(),
            };
            Ok(Value::User(Rc::new(function)))
        };
};

/// A function and its rule.
#[derive(Debug)]
struct CustomJvp {
    function: Value,
    nondiff: Vec<usize>,
    rule: Slot<Rule>,
}

#[derive(Debug)]
enum Rule {
    /// `rule(*others, primals, tangents) -> (value, tangent)`.
    Whole(Value),
    /// For each argument, `rule(tangent, value, *primals)`, or `None` for zero.
    Each(Vec<Value>),
}

/// `f.defjvp` or `f.defjvps`.
#[derive(Debug)]
struct Define {
    target: Rc<CustomJvp>,
    each: bool,
}

impl Object for Define {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        let rule = match (self.each, args.positional.as_slice()) {
            (true, rules) => Rule::Each(rules.to_vec()),
            (false, [rule]) => {
                check_callable("custom_jvp.defjvp", rule)?;
                Rule::Whole(rule.clone())
            }
            (false, _) => return Err(Error::ty("defjvp takes one function")),
        };
        self.target.rule.replace(Some(Rc::new(rule)));
        Ok(args.positional.into_iter().next().unwrap_or(Value::None))
    }
}

impl Object for CustomJvp {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let this = self.clone();
        call_traced(interp, &Value::User(self), "custom_jvp", args, |interp, args| this.run(interp, args))
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match name {
            "defjvp" | "defjvps" => {
                let each = name == "defjvps";
                Ok(Some(Value::User(Rc::new(Define { target: self, each }))))
            }
            "__wrapped__" | "fun" => Ok(Some(self.function.clone())),
            _ => interp.find_attribute(&self.function, name),
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }

    fn binds(&self) -> bool {
        true
    }
}

impl CustomJvp {
    fn run(self: &Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let name = name_of(&self.function);
        let Some(rule) = self.rule.borrow().clone() else {
            return Err(Error::ty(format!("`{name}` under jax.custom_jvp has no rule"))
                .help(format!("define one: {name}.defjvp(rule)")));
        };
        if interp.derivatives == 0 {
            return interp.call(&self.function, args);
        }
        let call = Call::new(interp, "custom_jvp", &self.function, args, &self.nondiff)?;
        let staging = Staging {
            what: "jax.custom_jvp",
            name: &name,
            differentiated: false,
            others: Others::Convert,
            point: Some(&call.leaves),
        };
        let staged = interp.stage(staging, &call.avals(), |interp, leaves| {
            let args = call.with(interp, leaves)?;
            interp.call(&self.function, args)
        })?;
        let derivative = once_less(interp, |interp| self.stage_rule(interp, &name, &rule, &call, &staged))?;

        check_pure(interp, &name, &staged)?;
        check_pure(interp, &name, &derivative)?;
        let all = union([staged.captures.as_slice(), derivative.captures.as_slice()]);
        let inexact = |tensor: &&Tensor| tensor.dtype().is_inexact();
        let mut b = Builder::new(name.clone());
        let captured = params(&mut b, all.iter().map(Tensor::ty));
        let own = params(&mut b, call.leaves.iter().map(Tensor::ty));
        let results = inline(&mut b, &staged.function, &own, &staged.captures, &all, &captured)?;
        let function = b.finish(results);
        let mut b = Builder::new(format!("{name}_jvp"));
        let captured = params(&mut b, all.iter().map(Tensor::ty));
        let mut own = params(&mut b, call.leaves.iter().map(Tensor::ty));
        // The rule says nothing about what it captures: that is constant.
        params(&mut b, all.iter().filter(inexact).map(Tensor::ty));
        own.extend(params(&mut b, call.leaves.iter().filter(inexact).map(Tensor::ty)));
        let results = inline(&mut b, &derivative.function, &own, &derivative.captures, &all, &captured)?;
        let rule = b.finish(results);
        let operands: Vec<&Tensor> = all.iter().chain(&call.leaves).collect();
        let results =
            interp.tracer.build(&operands, |b, values| b.custom_jvp(&Arc::new(function), &Arc::new(rule), values))?;
        let mut results = results.into_iter();
        staged.out.tree(interp, &mut results)
    }

    /// The rule as a function of primals and tangents: values, then tangents of those that have some.
    fn stage_rule(&self, interp: &mut Interp, name: &str, rule: &Rule, call: &Call, staged: &Staged) -> Result<Staged> {
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
            let (value, tangent) = match rule {
                Rule::Whole(rule) => {
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
                Rule::Each(rules) => self.each(interp, rules, call, primals, &tangents)?,
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

    /// The rules of `defjvps`: the sum of what each argument's rule gives.
    fn each(
        &self,
        interp: &mut Interp,
        rules: &[Value],
        call: &Call,
        primals: &[Tensor],
        tangents: &[Value],
    ) -> Result<(Value, Value)> {
        let args = call.with(interp, primals.iter().cloned())?;
        let value = interp.call(&self.function, args.clone())?;
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
}

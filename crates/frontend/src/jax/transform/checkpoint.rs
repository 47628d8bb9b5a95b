//! `jax.checkpoint` (`jax.remat`), its policies, and `checkpoint_name`.

use std::rc::Rc;
use std::sync::Arc;

use keramos_ir::ops::Policy;

use super::jit::Marks;
use super::stage::article;
use super::transformed::{Transform, applied};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::trace::Tensor;
use crate::value::{Object, Value};

modules! {
    /// `jax.checkpoint_policies`.
    POLICIES = Contents {
        python: &[POLICY_FUNCTIONS],
        values: policy_value,
        value_names: POLICY_NAMES,
        ..Contents::new("jax.checkpoint_policies")
    };
    /// `jax.ad_checkpoint`.
    AD_CHECKPOINT = Contents {
        python: &[FUNCTIONS, NAMES],
        written: &["def print_saved_residuals(f, *args, **kwargs):\n    \"\"\"Left out: it prints.\"\"\"\n"],
        ..Contents::new("jax.ad_checkpoint")
    };
}

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "checkpoint" [(fun = Default::None) (prevent_cse = Default::Bool(true)) (policy = Default::None) (static_argnums = Default::None) (concrete = Default::Bool(false))]
        "A function whose intermediate values are computed again for the backward pass, but for those that the policy saves." => checkpoint;
    "remat" [(fun = Default::None) (prevent_cse = Default::Bool(true)) (policy = Default::None) (static_argnums = Default::None) (concrete = Default::Bool(false))]
        "A function whose intermediate values are computed again for the backward pass, but for those that the policy saves." => checkpoint;
};

static NAMES: &[FunctionDecl] = functions! {
    "checkpoint_name" [(x) (name)] "The value under a name that policies know." => |interp, args| {
        let name = args.str("name")?;
        let (leaves, def) = interp.flatten(&args.get("x")?.clone())?;
        let mut named = Vec::with_capacity(leaves.len());
        for leaf in &leaves {
            named.push(match leaf {
                Value::Tensor(tensor) => {
                    Value::Tensor(interp.tracer.build1(&[tensor], |b, v| b.checkpoint_name(v[0], &*name))?)
                }
                other => other.clone(),
            });
        }
        interp.unflatten(&def, named)
    };
};

const POLICY_NAMES: &[&str] = &[
    "everything_saveable",
    "nothing_saveable",
    "dots_saveable",
    "checkpoint_dots",
    "dots_with_no_batch_dims_saveable",
    "checkpoint_dots_with_no_batch_dims",
];

/// A policy as a value.
#[derive(Debug)]
struct PolicyObject(Policy);

impl Object for PolicyObject {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }
}

fn value(policy: Policy) -> Value {
    Value::User(Rc::new(PolicyObject(policy)))
}

fn policy_value(name: &str) -> Option<Value> {
    Some(value(match name {
        "everything_saveable" => Policy::everything(),
        "nothing_saveable" => Policy::nothing(),
        "dots_saveable" | "checkpoint_dots" => Policy::dots(),
        "dots_with_no_batch_dims_saveable" | "checkpoint_dots_with_no_batch_dims" => Policy::dots_with_no_batch_dims(),
        _ => return None,
    }))
}

static POLICY_FUNCTIONS: &[FunctionDecl] = functions! {
    "save_only_these_names" [(*names)] "Saves what has one of these names." => |_, args| Ok(value(Policy::only_names(names(args)?)));
    "save_any_names_but_these" [(*names)] "Saves what has a name other than these." => |_, args| Ok(value(Policy::any_names_but(names(args)?)));
    "save_anything_except_these_names" [(*names)] "Saves everything but what has one of these names." => |_, args| {
        names(args)?;
        Ok(value(Policy::everything()))
    };
    "save_and_offload_only_these_names" [(names_which_can_be_saved) (names_which_can_be_offloaded) (offload_src) (offload_dst)]
        "Saves what has one of these names; all of it stays on the device." => |_, args| {
            let kept = [list_of_names(args, "names_which_can_be_saved")?, list_of_names(args, "names_which_can_be_offloaded")?];
            Ok(value(Policy::only_names(kept.concat())))
        };
    "offload_dot_with_no_batch_dims" [(offload_src) (offload_dst)]
        "Saves matrix products without batch dimensions; they stay on the device." => |_, _| Ok(value(Policy::dots_with_no_batch_dims()));
    "save_from_both_policies" [(policy_1) (policy_2)] "Saves what either policy saves." => |_, args| {
        let (a, b) = (policy(args.get("policy_1")?)?, policy(args.get("policy_2")?)?);
        Ok(value(a.or(b)))
    };
};

fn names(args: &Bound) -> Result<Vec<String>> {
    list_of_names(args, "names")
}

fn list_of_names(args: &Bound, name: &str) -> Result<Vec<String>> {
    let text = |value: &Value| match value {
        Value::Str(name) => Some(name.to_string()),
        _ => None,
    };
    let all = args.get(name)?.elements().and_then(|v| v.iter().map(text).collect());
    all.ok_or_else(|| args.invalid(name, "strings"))
}

fn policy(value: &Value) -> Result<Policy> {
    match user::<PolicyObject>(value) {
        Some(object) => Ok(object.0.clone()),
        None => Err(Error::unsupported(format!(
            "a checkpoint policy that is {} {}",
            article(&value.type_name()),
            value.type_name()
        ))
        .help("use one of jax.checkpoint_policies")),
    }
}

/// `jax.checkpoint(…)`.
#[derive(Clone, Debug)]
struct Checkpoint {
    policy: Policy,
    prevent_cse: bool,
    statics: Marks,
}

fn checkpoint(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let checkpoint = Checkpoint {
        policy: args.some("policy")?.map(policy).transpose()?.unwrap_or_default(),
        prevent_cse: args.bool("prevent_cse")?,
        statics: Marks::only_static(args)?,
    };
    applied(args.some("fun")?, checkpoint)
}

impl Transform for Checkpoint {
    fn name(&self) -> &'static str {
        "checkpoint"
    }

    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value> {
        self.statics.in_call("checkpoint", &args)?;
        let call = self.statics.split(interp, function, args)?;
        let staged = call.stage(interp, function)?;
        let args: Vec<&Tensor> = call.leaves.iter().chain(&staged.captures).collect();
        let body = Arc::new(staged.function.clone());
        let policy = self.policy.clone();
        let results = interp.tracer.build(&args, |b, values| b.checkpoint(&body, policy, self.prevent_cse, values))?;
        let mut results = results.into_iter();
        let tree = staged.out.tree(interp, &mut results)?;
        staged.assign(interp, &mut results);
        Ok(tree)
    }
}

//! Functions of `jax` that compile to nothing, or nearly so.

use std::cell::RefCell;
use std::rc::Rc;

use keramos_ir::DType;
use keramos_ir::ops::Precision;

use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::{Builtin, functions};
use crate::interp::exceptions::raise;
use crate::jax::numpy::types;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::value::{Host, Object, Value};

modules! {
    /// `jax.debug`.
    DEBUG = Contents { python: &[DEBUG_FUNCTIONS], ..Contents::new("jax.debug") };
    /// `jax.dtypes`.
    DTYPES = Contents {
        python: &[types::OF_DTYPES],
        values: dtype,
        value_names: &["float0", "bfloat16", "extended", "prng_key"],
        ..Contents::new("jax.dtypes")
    };
    /// `jax.custom_batching`.
    CUSTOM_BATCHING = Contents { python: &[BATCHING_FUNCTIONS], ..Contents::new("jax.custom_batching") };
    /// `jax.typing`.
    TYPING = Contents { values: array_type, value_names: &["ArrayLike"], ..Contents::new("jax.typing") };
}

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "named_call" [(fun) (name = Default::None)] "The function itself." => |_, args| Ok(args.get("fun")?.clone());
    "named_scope" [(name)] "A context whose operations carry a name." => |_, args| Ok(context(Effect::Name(args.str("name")?)));
    "disable_jit" [(disable = Default::Bool(true))] "A context in which functions under jit run as they are, so that they may decide by values."
        => |_, args| Ok(context(Effect::Jit { disabled: args.bool("disable")? }));
    "enable_x64" [(new_val = Default::Bool(true))] "A context with 64-bit types, or without."
        => |_, args| Ok(context(Effect::Wide(args.bool("new_val")?)));
    "default_matmul_precision" [(precision)] "A context whose products are as exact as it says." => |interp, args| {
        Ok(context(Effect::Precision(crate::jax::lax::contractions::precision(interp, args)?)))
    };
    "block_until_ready" [(x)] "The value itself." => |_, args| Ok(args.get("x")?.clone());
    "device_put" [(x) (device = Default::None) (src = Default::None) (donate = Default::Bool(false)) (may_alias = Default::None)]
        "The value itself: the runtime places it." => |_, args| Ok(args.get("x")?.clone());
    "device_get" [(x)] "The value itself." => |_, args| Ok(args.get("x")?.clone());
    "ensure_compile_time_eval" [] "A context without effect." => |_, _| Ok(context(Effect::None));
    "effects_barrier" [] "Nothing: a compiled program has no side effects." => |_, _| Ok(Value::None);
    "clear_caches" [] "Nothing: there are no caches while a program is compiled." => |_, _| Ok(Value::None);
};

static CONFIG_FUNCTIONS: &[FunctionDecl] = functions! {
    "update" [(name) (value)] "Sets an option: `jax_enable_x64` counts, others concern running." => |interp, args| {
        let name = args.str("name")?;
        match &*name {
            "jax_enable_x64" => interp.tracer.x64 = args.bool("value")?,
            "jax_disable_jit" => interp.jit_disabled = usize::from(args.bool("value")?),
            name if CHANGES_RESULTS.contains(&name) => {
                let message = format!("the option {name} is not honoured: the program computes as JAX does by default");
                let warning = Diagnostic::warning(codes::UNSUPPORTED_FEATURE, interp.span, message);
                interp.warn(warning);
            }
            name if name.starts_with("jax_") => {}
            name => return Err(raise("AttributeError", format!("Unrecognized config option: {name}"))),
        }
        Ok(Value::None)
    };
    "read" [(name)] "The value of an option." => |interp, args| {
        let name = args.str("name")?;
        option(interp, &name).ok_or_else(|| raise("AttributeError", format!("Unrecognized config option: {name}")))
    };
};

/// Options with which JAX would compute something else.
const CHANGES_RESULTS: &[&str] = &[
    "jax_default_prng_impl",
    "jax_threefry_partitionable",
    "jax_numpy_dtype_promotion",
    "jax_default_dtype_bits",
    "jax_default_matmul_precision",
];

/// `jax.config`.
#[derive(Debug)]
struct Config;

fn option(interp: &Interp, name: &str) -> Option<Value> {
    match name {
        "jax_enable_x64" | "x64_enabled" => Some(Value::Bool(interp.tracer.x64)),
        "jax_disable_jit" => Some(Value::Bool(interp.jit_disabled > 0)),
        _ => None,
    }
}

impl Object for Config {
    fn class_name(&self) -> Rc<str> {
        "Config".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        // Options of the command line for JAX itself.
        if matches!(name, "config_with_absl" | "parse_flags_with_absl") {
            return Ok(Some(Value::Host(Host::new(format!("jax.config.{name}"), None))));
        }
        let method = CONFIG_FUNCTIONS.iter().find(|function| function.name == name);
        Ok(method.map(Builtin::value).or_else(|| option(interp, name)))
    }

    fn attributes(&self) -> Vec<String> {
        ["update", "read", "jax_enable_x64", "jax_disable_jit"].map(String::from).to_vec()
    }
}

/// The values of `jax` itself: types for annotations, and the options.
pub(crate) fn value(name: &str) -> Option<Value> {
    match name {
        "config" => Some(Value::User(Rc::new(Config))),
        "float0" => dtype("float0"),
        "__version__" => Some(Value::str(crate::interp::packages::version("jax").unwrap_or_default())),
        // What runs the artifact is known where it runs.
        "devices" | "local_devices" => Some(Value::Host(Host::new(format!("jax.{name}"), None))),
        other => array_type(other),
    }
}

/// Element types of `jax.dtypes`; `float0` is that of truth values, all of them false.
fn dtype(name: &str) -> Option<Value> {
    match name {
        "float0" => Some(Value::DType(DType::Bool)),
        "bfloat16" => Some(Value::DType(DType::BF16)),
        _ => types::own_kind(name),
    }
}

static BATCHING_FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_vmap" [(fun)] "Not compiled: a function with its own rule for vmap." => no_custom_batching;
    "sequential_vmap" [(f)] "Not compiled: a function that vmap runs one example after the other." => no_custom_batching;
};

fn no_custom_batching(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Err(Error::unsupported(format!("jax.custom_batching.{} is not compiled", args.function()))
        .help("use the function as it is: jax.vmap has a rule for every operation; jax.lax.map runs one example after the other"))
}

/// The types of arrays: `ArrayLike` is one for annotations, which numbers are of, too.
pub(crate) fn array_type(name: &str) -> Option<Value> {
    match name {
        "Array" => Some(crate::modules::typing::array()),
        "ArrayLike" => Some(crate::modules::typing::any()),
        _ => None,
    }
}

static DEBUG_FUNCTIONS: &[FunctionDecl] = functions! {
    "print" [(fmt) (*args) (ordered = Default::Bool(false)) (**kwargs)] "Left out: a compiled program prints nothing." => skipped;
    "callback" [(callback) (*args) (ordered = Default::Bool(false)) (**kwargs)] "Left out: a compiled program calls nothing back." => skipped;
    "breakpoint" [(**kwargs)] "Left out." => skipped;
    "visualize_array_sharding" [(arr) (**options)] "Left out: an array lies on one device." => skipped;
    "inspect_array_sharding" [(value) (callback = Default::None)] "Left out: an array lies on one device." => skipped;
};

fn skipped(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let message = format!("jax.debug.{} is left out of the compiled program", args.function());
    let warning = Diagnostic::warning(codes::UNSUPPORTED_FEATURE, interp.span, message);
    interp.warn(warning);
    Ok(Value::None)
}

/// What a context changes while it is entered.
#[derive(Clone, Debug)]
enum Effect {
    None,
    /// Operations carry a name.
    Name(Rc<str>),
    /// Functions under jit run as they are.
    Jit {
        disabled: bool,
    },
    /// 64-bit types exist, or not.
    Wide(bool),
    /// How exact products are.
    Precision(Precision),
}

/// A context, or a decorator that changes nothing.
#[derive(Debug)]
struct Context {
    effect: Effect,
    /// What was so before, for each time that the context is entered.
    before: RefCell<Vec<(bool, Precision)>>,
}

/// Entering or leaving a context.
#[derive(Debug)]
struct Step {
    context: Rc<Context>,
    enter: bool,
}

fn context(effect: Effect) -> Value {
    Value::User(Rc::new(Context { effect, before: RefCell::default() }))
}

impl Object for Context {
    fn class_name(&self) -> Rc<str> {
        "context".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "__enter__" | "__exit__" => Some(Value::User(Rc::new(Step { context: self, enter: name == "__enter__" }))),
            _ => None,
        })
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        Ok(args.positional.into_iter().next().unwrap_or(Value::None))
    }
}

impl Object for Step {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, _args: Args) -> Result<Value> {
        match (&self.context.effect, self.enter) {
            (Effect::None, _) => {}
            (Effect::Name(name), true) => interp.tracer.push_scope(name.clone()),
            (Effect::Name(_), false) => interp.tracer.pop_scope(),
            (Effect::Jit { disabled }, true) => interp.jit_disabled += usize::from(*disabled),
            (Effect::Jit { disabled }, false) => {
                interp.jit_disabled = interp.jit_disabled.saturating_sub(usize::from(*disabled));
            }
            (Effect::Wide(wide), true) => {
                self.context.before.borrow_mut().push((interp.tracer.x64, interp.tracer.precision));
                interp.tracer.x64 = *wide;
            }
            (Effect::Precision(precision), true) => {
                self.context.before.borrow_mut().push((interp.tracer.x64, interp.tracer.precision));
                interp.tracer.precision = *precision;
            }
            (Effect::Wide(_), false) => {
                if let Some((before, _)) = self.context.before.borrow_mut().pop() {
                    interp.tracer.x64 = before;
                }
            }
            (Effect::Precision(_), false) => {
                if let Some((_, before)) = self.context.before.borrow_mut().pop() {
                    interp.tracer.precision = before;
                }
            }
        }
        Ok(Value::None)
    }
}

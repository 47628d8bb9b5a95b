//! Functions of `jax` that compile to nothing, or nearly so.

use std::rc::Rc;

use crate::diagnostics::{Diagnostic, codes};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::modules::{Contents, modules};
use crate::value::{Object, Value};

modules! {
    /// `jax.debug`.
    DEBUG = Contents { python: &[DEBUG_FUNCTIONS], ..Contents::new("jax.debug") };
    /// `jax.config`.
    CONFIG = Contents { python: &[CONFIG_FUNCTIONS], ..Contents::new("jax.config") };
    /// `jax.typing`.
    TYPING = Contents { values: array_type, value_names: &["ArrayLike"], ..Contents::new("jax.typing") };
}

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "named_call" [(fun) (name = Default::None)] "The function itself." => |_, args| Ok(args.get("fun")?.clone());
    "named_scope" [(name)] "A context whose operations carry a name." => |_, args| Ok(Value::User(Rc::new(Scope(args.str("name")?))));
    "block_until_ready" [(x)] "The value itself." => |_, args| Ok(args.get("x")?.clone());
    "device_put" [(x) (device = Default::None) (src = Default::None) (donate = Default::Bool(false)) (may_alias = Default::None)]
        "The value itself: the runtime places it." => |_, args| Ok(args.get("x")?.clone());
    "device_get" [(x)] "The value itself." => |_, args| Ok(args.get("x")?.clone());
    "ensure_compile_time_eval" [] "A context without effect." => |_, _| Ok(Value::User(Rc::new(Scope("".into()))));
};

static CONFIG_FUNCTIONS: &[FunctionDecl] = functions! {
    "update" [(name) (value)] "Sets an option: `jax_enable_x64` counts, others concern running." => |interp, args| {
        if &*args.str("name")? == "jax_enable_x64" {
            interp.tracer.x64 = args.bool("value")?;
        }
        Ok(Value::None)
    };
};

/// The types of arrays for annotations.
pub(crate) fn array_type(name: &str) -> Option<Value> {
    matches!(name, "Array" | "ArrayLike").then(crate::modules::typing::any)
}

static DEBUG_FUNCTIONS: &[FunctionDecl] = functions! {
    "print" [(fmt) (*args) (ordered = Default::Bool(false)) (**kwargs)] "Left out: a compiled program prints nothing." => skipped;
    "callback" [(callback) (*args) (ordered = Default::Bool(false)) (**kwargs)] "Left out: a compiled program calls nothing back." => skipped;
    "breakpoint" [(**kwargs)] "Left out." => skipped;
};

fn skipped(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let message = format!("jax.debug.{} is left out of the compiled program", args.function());
    let warning = Diagnostic::warning(codes::UNSUPPORTED_FEATURE, interp.span, message);
    interp.warn(warning);
    Ok(Value::None)
}

/// `jax.named_scope(name)`: a context, or a decorator that changes nothing.
#[derive(Debug)]
struct Scope(Rc<str>);

/// Entering or leaving a scope.
#[derive(Debug)]
struct Step {
    name: Rc<str>,
    enter: bool,
}

impl Object for Scope {
    fn class_name(&self) -> Rc<str> {
        "named_scope".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "__enter__" | "__exit__" => {
                Some(Value::User(Rc::new(Step { name: self.0.clone(), enter: name == "__enter__" })))
            }
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
        match (self.enter, self.name.is_empty()) {
            (_, true) => {}
            (true, false) => interp.tracer.push_scope(self.name.clone()),
            (false, false) => interp.tracer.pop_scope(),
        }
        Ok(Value::None)
    }
}

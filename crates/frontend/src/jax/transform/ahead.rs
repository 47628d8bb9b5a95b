//! Compilation ahead of time: what `jitted.trace`, `.lower` and `.compile` give.
//!
//! All of an artifact is compiled ahead of time. What the last stage gives is therefore the jitted function itself,
//! for arguments of the types that the first stage was given; what a stage tells about the machine is the run's.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::callee::{argument_name, name_of};
use super::jit::{Jit, Role};
use super::shapes;
use super::transformed::transformed;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::host::host_in;
use crate::library::Args;
use crate::program::canonical;
use crate::value::{Host, Object, Value};

/// How far a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Traced,
    Lowered,
    Compiled,
}

/// A method that makes the first stage of a jitted function: `jitted.lower`.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) jitted: Value,
    pub(super) stage: Stage,
}

/// A jitted function at a stage.
#[derive(Clone, Debug)]
struct Ahead {
    jitted: Value,
    stage: Stage,
    /// The arguments of the first stage.
    args: Rc<Args>,
}

/// A method that goes on to the next stage.
#[derive(Debug)]
struct Next(Ahead);

impl Object for Begin {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        // Of data of the run no types are known.
        if host_in(&args).is_none() {
            shapes::outputs(interp, &self.jitted, args.clone())?;
        }
        let (jitted, stage) = (self.jitted.clone(), self.stage);
        Ok(Value::Object(Rc::new(Ahead { jitted, stage, args: Rc::new(args) })))
    }
}

impl Object for Next {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        Ok(Value::Object(Rc::new(self.0.clone())))
    }
}

impl Ahead {
    fn next(&self, stage: Stage) -> Option<Value> {
        Some(Value::Object(Rc::new(Next(Ahead { stage, ..self.clone() }))))
    }

    /// A call of the jitted function: without its static arguments, which are those of the first stage.
    fn with_static(&self, given: Args) -> Args {
        let Some(jit) = transformed::<Jit>(&self.jitted) else { return given };
        let (positional, keywords) = jit.transform.roles(&jit.function, &self.args);
        let mut next = given.positional.into_iter();
        let mut all = Args::default();
        for (value, role) in self.args.positional.iter().zip(positional) {
            match role {
                Role::Static => all.positional.push(value.clone()),
                _ => all.positional.extend(next.next()),
            }
        }
        all.positional.extend(next);
        all.keywords = given.keywords;
        let fixed = self.args.keywords.iter().zip(keywords).filter(|(_, role)| *role == Role::Static);
        all.keywords.extend(fixed.map(|(keyword, _)| keyword.clone()));
        all
    }

    /// Checks the types of a call against those of the first stage, as far as they are known.
    ///
    /// # Errors
    /// There are others.
    fn check(&self, interp: &mut Interp, args: &Args) -> Result<()> {
        let (wanted, found) = (self.args.positional.len(), args.positional.len());
        if wanted != found {
            let message = format!("{} is for {wanted} arguments by position, and is called with {found}", self.repr());
            return Err(raise("TypeError", message));
        }
        for (index, (then, now)) in self.args.positional.iter().zip(&args.positional).enumerate() {
            let ((then, _), (now, _)) = (interp.flatten(then)?, interp.flatten(now)?);
            for (then, now) in then.iter().zip(&now) {
                let (Some(then), Some(now)) = (known_type(interp, then), known_type(interp, now)) else { continue };
                if then != now {
                    let name = argument_name(&self.jitted, index);
                    let message = format!("{} is for `{name}` of type {then}, and is called with {now}", self.repr());
                    return Err(raise("TypeError", message));
                }
            }
        }
        Ok(())
    }
}

/// The type that JAX gives to an array or a description of one.
fn known_type(interp: &Interp, value: &Value) -> Option<TensorType> {
    match (shapes::described(value), value) {
        (Some(described), _) => Some(described.ty().clone()),
        (None, Value::Array(array)) => Some(canonical(array.ty(), interp.tracer.x64)),
        (None, Value::Tensor(tensor)) => Some(tensor.ty().clone()),
        _ => None,
    }
}

impl Object for Ahead {
    fn class_name(&self) -> Rc<str> {
        match self.stage {
            Stage::Traced => "Traced".into(),
            Stage::Lowered => "Lowered".into(),
            Stage::Compiled => "Compiled".into(),
        }
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match (self.stage, name) {
            (Stage::Traced, "lower") => self.next(Stage::Lowered),
            (Stage::Lowered, "compile") => self.next(Stage::Compiled),
            (_, "out_info") => Some(shapes::outputs(interp, &self.jitted, (*self.args).clone())?),
            (Stage::Traced, "jaxpr" | "fun_name")
            | (Stage::Lowered | Stage::Compiled, "as_text" | "cost_analysis" | "in_tree" | "out_tree" | "in_avals")
            | (Stage::Lowered, "compiler_ir" | "donate_argnums")
            | (
                Stage::Compiled,
                "memory_analysis" | "runtime_executable" | "input_shardings" | "output_shardings" | "input_formats"
                | "output_formats",
            ) => Some(Value::Host(Host::new(format!("{}.{name}", self.repr()), Some(interp.span)))),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        let names: &[&str] = match self.stage {
            Stage::Traced => &["lower", "out_info", "jaxpr"],
            Stage::Lowered => &["compile", "out_info", "as_text", "cost_analysis"],
            Stage::Compiled => &["out_info", "as_text", "cost_analysis", "memory_analysis"],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        if self.stage != Stage::Compiled {
            return Err(Error::ty(format!("'{}' object is not callable", self.class_name())));
        }
        let args = self.with_static(args);
        self.check(interp, &args)?;
        interp.call(&self.jitted, args)
    }

    fn repr(&self) -> String {
        format!("{}({})", self.class_name(), name_of(&self.jitted))
    }
}

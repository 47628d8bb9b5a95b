//! Functions of the file as entry points.

mod argument;
mod called;
pub(crate) mod request;
mod trace;

pub use called::called;
pub(crate) use called::canonical;
pub(crate) use called::uncalled;
pub(crate) use request::Request;
pub(super) use trace::{Traced, check_pure, name_apart, same, trace};

use std::rc::Rc;

use crate::diagnostics::{codes, suggest};
use crate::error::{Error, Result};
use crate::interp::Meanings;
use crate::jax::transform::{Jit, Role, transformed};
use crate::keras::layer::layer_of;
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::Value;

/// The type of the tensor that an argument stands for.
pub(super) fn placeholder_of(value: &Value) -> Option<keramos_ir::TensorType> {
    argument::of(value).map(|argument| argument.ty.clone())
}

/// A function together with the arguments that it is traced with.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The entry point's name: the function's in the file.
    pub(crate) name: String,
    /// The function.
    pub(crate) function: Value,
    /// Trees of placeholders and static values.
    pub(crate) args: Args,
    /// Whether the file's own call asks for it, rather than the user.
    pub(crate) called: bool,
    /// What the names that it sees meant when the file called it first: as `jax.jit` keeps what it traced then.
    pub(crate) meanings: Rc<Meanings>,
}

impl Wanted {
    /// Whether every argument, by position and by name, gives its memory to the results.
    fn donated(&self) -> (Vec<bool>, Vec<bool>) {
        let roles = match transformed::<Jit>(&self.function) {
            Some(jitted) => jitted.transform.roles(&jitted.function, &self.args),
            None => return (vec![false; self.args.positional.len()], vec![false; self.args.keywords.len()]),
        };
        let donated = |roles: Vec<Role>| roles.into_iter().map(|role| role == Role::Donated).collect();
        (donated(roles.0), donated(roles.1))
    }
}

/// The functions that are asked for by name and types, in the form of `--entry`.
///
/// # Errors
/// K0303 for a request that cannot be read, K0201 if the file has no such function.
pub fn requested(globals: &[(Symbol, Value)], requests: &[String]) -> Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for text in requests {
        let request = Request::parse(text)?;
        let function = find(globals, &request.name)?;
        let args = Args { positional: request.positional.unwrap_or_default(), keywords: request.keywords };
        wanted.push(Wanted { name: request.name, function, args, called: false, meanings: Rc::default() });
    }
    Ok(wanted)
}

fn find(globals: &[(Symbol, Value)], name: &str) -> Result<Value> {
    let callable = |value: &Value| matches!(value, Value::User(_) | Value::Object(_) | Value::Function(_));
    match globals.iter().find(|(n, _)| &**n == name) {
        Some((_, value)) if callable(value) => Ok(value.clone()),
        Some((_, value)) => {
            Err(Error::ty(format!("the entry point `{name}` is no function but {}", value.type_name())))
        }
        None => {
            let named = globals.iter().filter(|(_, value)| callable(value));
            let (layers, functions): (Vec<_>, Vec<_>) = named.partition(|(_, value)| layer_of(value).is_some());
            let functions: Vec<&str> = functions.iter().map(|(name, _)| &**name).collect();
            let error = Error::new(codes::UNDEFINED_NAME, format!("the file has no function `{name}`"));
            Err(match suggest::did_you_mean(name, functions.iter().copied()) {
                Some(help) => error.help(help),
                None if !functions.is_empty() => error.help(format!("its functions are {}", functions.join(", "))),
                None if layers.is_empty() => error.help("define it at the top level of the file"),
                None => error.help(
                    "it defines no functions; a model's entry points, such as `predict`, are made without being asked for",
                ),
            })
        }
    }
}

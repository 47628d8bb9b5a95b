//! Jitted functions that the file calls itself: the call tells what they take.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::trace::user_function;
use super::{Wanted, argument};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::jax::transform::{Jit, Role, callee, transformed};
use crate::keras::variable::behind;
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::Value;

/// Calls beyond these are not entry points any more: a loop that calls with ever new shapes.
const MOST: usize = 64;

impl Interp {
    /// Takes note of a call of a jitted function, if the types of its arguments are known.
    pub(crate) fn note_call(&mut self, function: &Value, jit: &Jit, args: &Args) {
        let (positional, keywords) = jit.roles(function, args);
        let Ok(args) = self.placeholders(args, &positional, &keywords) else { return };
        let (function, meanings) = (function.clone(), Rc::default());
        let mut wanted = Wanted { name: String::new(), function, args, called: true, meanings };
        if self.jit_calls.len() < MOST && !self.jit_calls.iter().any(|known| same(known, &wanted)) {
            let own = user_function(&wanted.function);
            wanted.meanings = own.map_or_else(Rc::default, |function| Rc::new(function.meanings()));
            self.jit_calls.push(wanted);
        }
    }

    fn placeholders(&mut self, args: &Args, positional: &[Role], keywords: &[Role]) -> Result<Args> {
        let x64 = self.tracer.x64;
        let leaf = |interp: &mut Interp, value: &Value| match value {
            Value::Array(array) => Ok(argument::placeholder(canonical(array.ty(), x64), false)),
            Value::Bool(_) => Ok(argument::placeholder(TensorType::scalar(DType::Bool), false)),
            Value::Int(_) => Ok(argument::placeholder(canonical(&TensorType::scalar(DType::I64), x64), true)),
            Value::Float(_) => Ok(argument::placeholder(canonical(&TensorType::scalar(DType::F64), x64), true)),
            Value::None => Ok(Value::None),
            other if behind(other).is_some() => match interp.type_of_array(other) {
                Some(ty) => Ok(argument::placeholder(ty, false)),
                None => Ok(Value::None),
            },
            other => Err(Error::ty(format!("{} is no array", other.type_name()))),
        };
        let tree = |interp: &mut Interp, value: &Value, role: &Role| match role {
            Role::Static => Ok(value.clone()),
            _ => {
                let (leaves, def) = interp.flatten(value)?;
                let leaves = leaves.iter().map(|value| leaf(interp, value)).collect::<Result<Vec<_>>>()?;
                interp.unflatten(&def, leaves)
            }
        };
        let by_position =
            args.positional.iter().zip(positional).map(|(v, role)| tree(self, v, role)).collect::<Result<_>>()?;
        let by_name = args.keywords.iter().zip(keywords).map(|((n, v), role)| Ok((n.clone(), tree(self, v, role)?)));
        Ok(Args { positional: by_position, keywords: by_name.collect::<Result<_>>()? })
    }
}

/// The type that JAX gives to an array of this type.
pub(crate) fn canonical(ty: &TensorType, x64: bool) -> TensorType {
    ty.with_dtype(match ty.dtype {
        DType::F64 if !x64 => DType::F32,
        DType::I64 if !x64 => DType::I32,
        DType::U64 if !x64 => DType::U32,
        dtype => dtype,
    })
}

/// Whether two calls are of one function with equal arguments.
fn same(a: &Wanted, b: &Wanted) -> bool {
    let one = match (&a.function, &b.function) {
        (Value::User(a), Value::User(b)) => Rc::ptr_eq(a, b),
        _ => false,
    };
    let names = |w: &Wanted| w.args.keywords.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    let values = |w: &Wanted| {
        w.args.positional.iter().chain(w.args.keywords.iter().map(|(_, v)| v)).map(shape).collect::<Vec<_>>()
    };
    one && names(a) == names(b) && values(a) == values(b)
}

/// A text that is equal for arguments that a function cannot tell apart.
fn shape(value: &Value) -> String {
    let list = |values: Vec<Value>| values.iter().map(shape).collect::<Vec<_>>().join(",");
    match (argument::of(value), value) {
        (Some(argument), _) => format!("{}{}", argument.ty, if argument.weak { "*" } else { "" }),
        (None, Value::Tuple(_)) => format!("({})", list(value.elements().unwrap_or_default())),
        (None, Value::List(_)) => format!("[{}]", list(value.elements().unwrap_or_default())),
        (None, Value::Dict(entries)) => {
            let entries = entries.borrow();
            let text: Vec<String> = entries.iter().map(|(k, v)| format!("{:?}:{}", k.value(), shape(v))).collect();
            format!("{{{}}}", text.join(","))
        }
        (None, other) => format!("{other:?}"),
    }
}

/// The jitted functions among the file's names that the file calls itself, once for each list of types.
pub fn called(interp: &Interp, globals: &[(Symbol, Value)]) -> Vec<Wanted> {
    let name_of = |wanted: &Wanted| {
        let is_it = |value: &Value| match (value, &wanted.function) {
            (Value::User(a), Value::User(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        globals.iter().find(|(_, value)| is_it(value)).map(|(name, _)| name.to_string())
    };
    let own = |w: &Wanted| Some(Wanted { name: name_of(w)?, ..w.clone() });
    let named: Vec<Wanted> = interp.jit_calls.iter().filter_map(own).collect();
    let models = !interp.models.is_empty() || interp.has_steps();
    if !named.is_empty() || models {
        return named;
    }
    // Functions inside of others, such as those of a program whose `main` holds everything, by the names they have there.
    let inner = |w: &Wanted| {
        let name = callee::name_of(&transformed::<Jit>(&w.function)?.function);
        Some(Wanted { name, ..w.clone() })
    };
    interp.jit_calls.iter().filter_map(inner).collect()
}

/// The error of a file that has nothing to compile: what to do about its jitted functions, if it has some.
pub(crate) fn uncalled(globals: &[(Symbol, Value)]) -> Option<Error> {
    let jitted = |(name, value): &(Symbol, Value)| {
        let parameters = callee::parameter_names(&transformed::<Jit>(value)?.function).unwrap_or_default();
        Some((name.to_string(), parameters.len()))
    };
    let found: Vec<(String, usize)> = globals.iter().filter_map(jitted).collect();
    let (name, parameters) = found.first()?;
    let names: Vec<String> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("the types that {} would be called with are not known", names.join(", "));
    let types = vec!["f32[8,3]"; (*parameters).max(1)].join(",");
    Some(
        Error::new(codes::TRAINING_CONFIG, message)
            .help(format!(
                "say them when compiling: --entry \"{name}:{types}\" (element type and shape of each argument)"
            ))
            .help("or call the function at the top level of the file, with arrays of the shapes that matter"),
    )
}

//! What only packages written in the model language see: `__keramos__`.

mod patterns;
mod sha1;

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::attribute::user;
use crate::interp::builtins::{Builtin, functions};
use crate::interp::classes::{Instance, UserClass};
use crate::interp::function::{arguments_of, parameter_names};
use crate::interp::{Interp, UserFunction};
use crate::jax::transform::keywords;
use crate::library::{Args, Bound, FunctionDecl, ModuleDecl};
use crate::value::{Host, Key, Value, downcast};

/// `__keramos__`. It is in no table: only packages can import it.
pub(crate) static PRIVATE: ModuleDecl = ModuleDecl {
    name: "__keramos__",
    get: |name| all().find(|function| function.name == name).map(Builtin::value),
    names: || all().map(|function| function.name).collect(),
    tensor_functions: Vec::new,
    refused: &[],
    written: &[],
    open: false,
};

fn all() -> impl Iterator<Item = &'static FunctionDecl> {
    FUNCTIONS.iter().chain(patterns::FUNCTIONS)
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "together" [(function)] "Calls the function; outside of traced functions, all that it computes is one computation." => together;
    "default_seed" [] "A seed where the program gives none." => |interp, _| Ok(Value::Int(i64::from(interp.seeds.draw())));
    "bare" [(cls)] "An instance of a class without a call of its `__init__`." => |_, args| match user::<UserClass>(args.get("cls")?) {
        Some(class) => Ok(Value::User(Rc::new(Instance::new(class)))),
        None => Err(Error::ty("`bare` takes a class of the program")),
    };
    "keep" [(object) (name) (value)] "Sets an attribute of the object itself, whatever its class says." => |_, args| {
        if let Some(instance) = user::<Instance>(args.get("object")?) {
            instance.set(&args.str("name")?, args.get("value")?.clone());
        } else if let Some(class) = user::<UserClass>(args.get("object")?) {
            class.set(&args.str("name")?, args.get("value")?.clone());
        }
        Ok(Value::None)
    };
    "stand_for" [(object) (value)] "Makes the object also a number or text." => |_, args| {
        if let Some(instance) = user::<Instance>(args.get("object")?) {
            // An object gets its value once, when it is made.
            let _ = instance.plain.set(args.get("value")?.clone());
        }
        Ok(Value::None)
    };
    "is_data" [(value)] "Whether a member of a class is a value, not a function, descriptor or class." => |_, args| {
        let value = args.get("value")?;
        Ok(Value::Bool(match value {
            Value::User(object) => {
                user::<Instance>(value).is_some_and(|i| i.class.lookup("__get__").is_none())
                    || matches!(&*object.class_name(), "range" | "functools.partial")
            }
            Value::Function(_) | Value::Method(..) | Value::Class(_) | Value::Module(_) => false,
            _ => true,
        }))
    };
    "first_annotation" [(function)] "The value of the annotation of a function's first parameter." => |interp, args| {
        match user::<UserFunction>(args.get("function")?) {
            Some(function) => function.first_annotation(interp),
            None => Ok(Value::None),
        }
    };
    "path_word" [(parts)] "The first four bytes of the SHA-1 digest of texts and numbers, as a number." => path_word;
    "likeness" [(value)] "Zeros in the place of data of the run whose types are known." => |interp, args| {
        let value = args.get("value")?.clone();
        interp.likeness(&value)
    };
    "is_host" [(value)] "Whether only the run has the value." => |_, args| {
        Ok(Value::Bool(matches!(args.get("value")?, Value::Host(_))))
    };
    "is_function" [(value)] "Whether it is a function of the program or a package, not a class or another callable." => |_, args| {
        Ok(Value::Bool(matches!(args.get("value")?, Value::User(object) if downcast::<UserFunction>(object).is_some())))
    };
    "parameter_names" [(function)] "The names of a function's parameters." => |_, args| {
        let names = parameter_names(args.get("function")?).unwrap_or_default();
        Ok(Value::list(names.all().into_iter().map(Value::str).collect()))
    };
    "arguments_of" [(function) (args) (kwargs)] "What a call gives a function's parameters, by name, with defaults." => |_, args| {
        let given = Args {
            positional: args.get("args")?.elements().unwrap_or_default(),
            keywords: keywords(args.get("kwargs")?),
        };
        let bound = arguments_of(args.get("function")?, given)?;
        let entries = bound.into_iter().map(|(name, value)| (Key::name(name), value));
        Ok(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
    };
    "remember_inputs" [(owners) (inputs)] "Takes note of what modules are called with." => |interp, args| {
        let inputs = Args::positional(vec![args.get("inputs")?.clone()]);
        let owners = args.get("owners")?.elements().unwrap_or_default();
        interp.remember_inputs(&owners, &inputs);
        Ok(Value::None)
    };
    "expect_inputs" [(owners) (inputs)] "Tells data of the run what they are by what modules were called with before." => |interp, args| {
        let inputs = Args::positional(vec![args.get("inputs")?.clone()]);
        let owners = args.get("owners")?.elements().unwrap_or_default();
        interp.expect_inputs(&owners, &inputs)?;
        Ok(Value::None)
    };
    "expect_rows" [(x) (columns)] "Tells data of the run that they are rows of so many numbers." => |interp, args| {
        let columns = args.usize("columns")?;
        interp.expect_rows(&args.get("x")?.clone(), columns)?;
        Ok(Value::None)
    };
    "keras_member" [(module) (name)] "What one of Keras's modules has under a name; `None` if nothing." => |interp, args| {
        let (module, name) = (args.str("module")?, args.str("name")?);
        let Some(module) = keras_module(&module) else { return Ok(Value::None) };
        Ok(match (module.get)(&name) {
            Some(found) => found,
            None => interp.written_member(module, &name)?.unwrap_or(Value::None),
        })
    };
    "keras_names" [(module)] "The names of classes and functions in one of Keras's modules." => |_, args| {
        let names = keras_module(&args.str("module")?).map_or_else(Vec::new, |module| (module.names)());
        Ok(Value::list(names.into_iter().filter(|name| !HELPERS.contains(name)).map(Value::str).collect()))
    };
    "keras_module" [(cls)] "The first of Keras's modules that shows a class; `None` for classes of the program." => |interp, args| {
        let class = args.get("cls")?.clone();
        let name = interp.attribute(&class, "__name__")?;
        let Value::Str(name) = name else { return Ok(Value::None) };
        for module in super::keras::TABLE {
            let found = match (module.get)(&name) {
                Some(found) => Some(found),
                None => interp.written_member(module, &name)?,
            };
            if found.is_some_and(|found| crate::interp::compare::same(&found, &class)) {
                return Ok(Value::str(module.name));
            }
        }
        Ok(Value::None)
    };
    "is_numpy_array" [(value)] "Whether NumPy made an array." => |interp, args| {
        Ok(Value::Bool(matches!(args.get("value")?, Value::Array(array) if interp.eval.arrays.is_made(array))))
    };
    "closest" [(name) (names)] "The text of a question whether the most similar of some names is meant; empty if none is." => |interp, args| {
        let names = interp.collect(&args.get("names")?.clone())?;
        let names = names.iter().filter_map(|name| if let Value::Str(name) = name { Some(&**name) } else { None });
        let near = crate::diagnostics::suggest::closest(&args.str("name")?, names);
        Ok(Value::str(near.map_or(String::new(), |near| format!(": did you mean \"{near}\"?"))))
    };
    "snake_case" [(name)] "The name of a class as Keras names its objects." => |_, args| {
        Ok(Value::str(crate::keras::snake_case(&args.str("name")?)))
    };
    "only_printed" [(what)] "A text that only the run could make." => |interp, args| {
        Ok(Value::Host(Host::new(args.str("what")?.to_string(), Some(interp.span))))
    };
};

/// Functions of Keras's modules that are no losses, metrics and the like.
const HELPERS: &[&str] = &["deserialize", "get", "serialize"];

fn keras_module(name: &str) -> Option<&'static ModuleDecl> {
    super::keras::TABLE.iter().copied().find(|module| module.name == name)
}

fn together(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("function")?.clone();
    let mut traced = None;
    let result = interp.eagerly("together", |interp| {
        let result = interp.call(&function, Args::default())?;
        traced = Some(result.clone());
        Ok(result)
    })?;
    Ok(traced.map_or(result.clone(), |traced| in_order_of(&result, &traced)))
}

/// The tree with the entries of its dicts in the order that those of another tree have: taking a tree apart and
/// putting it together sorts them.
fn in_order_of(tree: &Value, other: &Value) -> Value {
    match (tree, other) {
        (Value::Dict(entries), Value::Dict(order)) => {
            let (entries, order) = (entries.borrow(), order.borrow());
            let entry = |(key, like): (&Key, &Value)| Some((key.clone(), in_order_of(entries.get(key)?, like)));
            Value::Dict(Rc::new(RefCell::new(order.iter().filter_map(entry).collect())))
        }
        (Value::Tuple(parts), Value::Tuple(like)) => {
            Value::tuple(parts.iter().zip(like.iter()).map(|(part, like)| in_order_of(part, like)).collect::<Vec<_>>())
        }
        (Value::List(parts), Value::List(like)) => {
            let (parts, like) = (parts.borrow(), like.borrow());
            Value::list(parts.iter().zip(like.iter()).map(|(part, like)| in_order_of(part, like)).collect())
        }
        _ => tree.clone(),
    }
}

/// Numbers go in as their big-endian bytes without leading zeros, texts as UTF-8: as Flax derives keys.
fn path_word(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut bytes = Vec::new();
    for part in args.get("parts")?.elements().unwrap_or_default() {
        match part {
            Value::Str(text) => bytes.extend_from_slice(text.as_bytes()),
            Value::Int(number) if number >= 0 => {
                bytes.extend(number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0));
            }
            other => return Err(Error::ty(format!("a path has no {}", other.type_name()))),
        }
    }
    let [a, b, c, d, ..] = sha1::digest(&bytes);
    Ok(Value::Int(i64::from(u32::from_be_bytes([a, b, c, d]))))
}

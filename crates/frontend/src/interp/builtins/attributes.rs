//! Built-in functions about attributes, types and callables.

use std::rc::Rc;

use super::functions;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{Instance, Super, UserClass};
use crate::interp::exceptions::raise_with;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::{Host, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "getattr" [(object) (name) (default = Default::Int(NO_DEFAULT))] "The attribute called `name`, or the default." => getattr;
    "setattr" [(object) (name) (value)] "Sets the attribute called `name`." => setattr;
    "hasattr" [(object) (name)] "Whether there is an attribute called `name`." => hasattr;
    "delattr" [(object) (name)] "Removes the attribute called `name`." => delattr;
    "callable" [(object)] "Whether the object can be called." => callable;
    "isinstance" [(object) (classinfo)] "Whether the object is an instance of a class or of one of several." => isinstance;
    "issubclass" [(cls) (classinfo)] "Whether a class derives from another or from one of several." => issubclass;
    "id" [(object)] "A number that identifies the object." => id;
    "hash" [(object)] "A number that equal values share." => hash;
    "dir" [(object)] "The names of the object's attributes, sorted." => dir;
    "vars" [(object)] "The object's own attributes as a dict." => vars;
    "locals" [] "The names of the current scope as a dict." => nowhere;
    "globals" [] "The names of the file as a dict." => nowhere;
    "super" [(cls) (object)] "The attributes of the classes after `cls`, bound to the object." => super_of;
    "print" [(*values) (sep = Default::Str(" ")) (end = Default::Str("\n")) (file = Default::None) (flush = Default::Bool(false))]
        "Prints values. At compile time the text is collected; values that only exist at run time print nothing." => print;
    "input" [(prompt = Default::Str(""))] "A line from the user: a host value." => host;
    "open" [(file) (mode = Default::Str("r")) (*rest) (**options)] "A file: a host value." => host;
    "exit" [(code = Default::None)] "Ends the program." => exit;
    "quit" [(code = Default::None)] "Ends the program." => exit;
};

/// Methods of `object`, which no class of the program can get in the way of.
pub(super) static OF_OBJECT: &[FunctionDecl] = functions! {
    "__setattr__" [(object) (name) (value)] "Sets the object's own attribute." => |interp, args| {
        let (object, name, value) = (args.get("object")?.clone(), args.str("name")?, args.get("value")?.clone());
        match user::<Instance>(&object) {
            Some(instance) => instance.set_as_object(interp, &name, value)?,
            None => interp.set_attribute(&object, &name, value)?,
        }
        Ok(Value::None)
    };
    "__getattribute__" [(object) (name)] "The object's attribute." => |interp, args| {
        interp.attribute(&args.get("object")?.clone(), &args.str("name")?)
    };
    "__delattr__" [(object) (name)] "Removes the object's own attribute." => |interp, args| {
        let (object, name) = (args.get("object")?.clone(), args.str("name")?);
        match user::<Instance>(&object) {
            Some(instance) => instance.delete_as_object(interp, &name)?,
            None => interp.delete_attribute(&object, &name)?,
        }
        Ok(Value::None)
    };
    "__init__" [(object) (*args) (**kwargs)] "Does nothing." => |_, _| Ok(Value::None);
    "__repr__" [(object)] "The object's class, as text." => |_, args| {
        Ok(Value::Str(format!("<{} object>", args.get("object")?.type_name()).into()))
    };
};

/// Stands for an absent default of `getattr`; no program passes it.
const NO_DEFAULT: i64 = i64::MIN + 7;

fn getattr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (object, name) = (args.get("object")?.clone(), args.str("name")?);
    match interp.find_attribute(&object, &name) {
        Ok(Some(value)) => Ok(value),
        Ok(None) if args.is_given("default") => Ok(args.get("default")?.clone()),
        Ok(None) => interp.attribute(&object, &name),
        Err(error) if args.is_given("default") && crate::interp::exceptions::is_raised(&error, "AttributeError") => {
            Ok(args.get("default")?.clone())
        }
        Err(error) => Err(error),
    }
}

fn setattr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (object, name) = (args.get("object")?.clone(), args.str("name")?);
    interp.set_attribute(&object, &name, args.get("value")?.clone())?;
    Ok(Value::None)
}

fn hasattr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (object, name) = (args.get("object")?.clone(), args.str("name")?);
    match interp.find_attribute(&object, &name) {
        Ok(found) => Ok(Value::Bool(found.is_some())),
        Err(error) if crate::interp::exceptions::is_raised(&error, "AttributeError") => Ok(Value::Bool(false)),
        Err(error) => Err(error),
    }
}

fn delattr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (object, name) = (args.get("object")?.clone(), args.str("name")?);
    interp.delete_attribute(&object, &name)?;
    Ok(Value::None)
}

fn callable(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("object")?.clone();
    Ok(Value::Bool(match &object {
        Value::Function(_) | Value::Method(..) | Value::Class(_) | Value::Object(_) => true,
        Value::User(inner) => match user::<Instance>(&object) {
            Some(instance) => instance.special(interp, "__call__")?.is_some(),
            None => matches!(
                &*inner.class_name(),
                "function"
                    | "method"
                    | "builtin_function_or_method"
                    | "type"
                    | "functools.partial"
                    | "staticmethod"
                    | "method-wrapper"
            ),
        },
        _ => false,
    }))
}

fn isinstance(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (object, classes) = (args.get("object")?.clone(), args.get("classinfo")?.clone());
    match interp.is_instance(&object, &classes)? {
        Some(known) => Ok(Value::Bool(known)),
        None => Ok(match object {
            Value::Host(host) => Value::Host(host),
            _ => Value::Host(Host::new("isinstance(…)", Some(interp.span))),
        }),
    }
}

fn issubclass(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (class, classes) = (args.get("cls")?.clone(), args.get("classinfo")?.clone());
    interp.is_subclass(&class, &classes).map(Value::Bool)
}

fn id(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::Int(address(args.get("object")?) as i64))
}

/// Where a value lies: one number for each object that may change; 0 for numbers and the like.
pub(crate) fn address(value: &Value) -> usize {
    match value {
        Value::User(o) | Value::Object(o) => Rc::as_ptr(o).cast::<()>() as usize,
        Value::List(o) => Rc::as_ptr(o) as usize,
        Value::Dict(o) => Rc::as_ptr(o) as usize,
        Value::Set(o) => Rc::as_ptr(o) as usize,
        Value::Tuple(o) => Rc::as_ptr(o).cast::<()>() as usize,
        Value::Str(o) => Rc::as_ptr(o).cast::<()>() as usize,
        Value::Array(o) => Rc::as_ptr(o) as usize,
        _ => 0,
    }
}

fn hash(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.hash_of(&args.get("object")?.clone()).map(Value::Int)
}

fn dir(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if let Some(method) = interp.special(&args.get("object")?.clone(), "__dir__")? {
        let names = interp.call(&method, Args::default())?;
        let sorted = interp.eval.builtins.get("sorted").unwrap_or(Value::None);
        return interp.call(&sorted, Args::positional(vec![names]));
    }
    let mut names = interp.attribute_names(args.get("object")?);
    names.sort();
    names.dedup();
    Ok(Value::list(names.into_iter().map(Value::str).collect()))
}

fn vars(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("object")?.clone();
    match interp.find_attribute(&object, "__dict__")? {
        Some(entries) => Ok(entries),
        None => Err(Error::ty("vars() argument must have __dict__ attribute")),
    }
}

fn nowhere(_interp: &mut Interp, _args: &mut Bound) -> Result<Value> {
    Err(Error::unsupported("this function must be called by its name"))
}

fn super_of(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(after) = user::<UserClass>(args.get("cls")?) else {
        return Err(Error::ty("super() argument 1 must be a type"));
    };
    Ok(Value::User(Rc::new(Super { after, receiver: args.get("object")?.clone() })))
}

fn print(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let values = args.get("values")?.elements().unwrap_or_default();
    if values.iter().any(|v| matches!(v, Value::Host(_))) || !args.get("file")?.is_none() {
        return Ok(Value::None);
    }
    let text_of = |name: &str, default: &str| -> Result<String> {
        match args.get(name)? {
            Value::Str(text) => Ok(text.to_string()),
            _ => Ok(default.to_owned()),
        }
    };
    let (separator, end) = (text_of("sep", " ")?, text_of("end", "\n")?);
    let write = |interp: &mut Interp, text: &str| -> Result<()> {
        interp.spend_length(text.len())?;
        interp.eval.output.push_str(text);
        Ok(())
    };
    // What comes before a value that has no text is printed.
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            write(interp, &separator)?;
        }
        let text = interp.str_of(value)?;
        write(interp, &text)?;
    }
    write(interp, &end)?;
    Ok(Value::None)
}

fn host(interp: &mut Interp, _args: &mut Bound) -> Result<Value> {
    Ok(Value::Host(Host::new(interp.describe(interp.span), Some(interp.span))))
}

fn exit(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let code = args.get("code")?.clone();
    let shown = match &code {
        Value::None => String::new(),
        code => interp.str_of(code)?.to_string(),
    };
    Err(raise_with("SystemExit", vec![code], shown))
}

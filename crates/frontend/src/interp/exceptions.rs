//! Python exceptions: raising them from native code, and what an error looks like to `except`.

use std::rc::Rc;

use super::Interp;
use super::classes::{Instance, UserClass};
use super::function::bind_method;
use crate::diagnostics::{Code, codes};
use crate::error::{Error, Result};
use crate::value::{Object, Value, downcast};

/// The built-in exception classes, each with its base.
pub(super) const CLASSES: &[(&str, &str)] = &[
    ("BaseException", "object"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("Exception", "BaseException"),
    ("StopIteration", "Exception"),
    ("ArithmeticError", "Exception"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("FloatingPointError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("FrozenInstanceError", "AttributeError"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("InterruptedError", "OSError"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("BufferError", "Exception"),
    ("ReferenceError", "Exception"),
    ("SystemError", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("TabError", "IndentationError"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("UnicodeTranslateError", "UnicodeError"),
    ("Warning", "Exception"),
    ("DeprecationWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("PendingDeprecationWarning", "Warning"),
    ("ImportWarning", "Warning"),
    ("ResourceWarning", "Warning"),
    ("SyntaxWarning", "Warning"),
    ("UnicodeWarning", "Warning"),
    ("BytesWarning", "Warning"),
    ("EncodingWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("UserWarning", "Warning"),
];

/// An exception raised by native code, which has no access to the class objects: turned into an
/// instance when it is caught.
#[derive(Debug)]
struct Pending {
    class: &'static str,
    args: Vec<Value>,
}

impl Object for Pending {
    fn class_name(&self) -> Rc<str> {
        self.class.into()
    }
}

/// Travels up from the use of a name whose own definition has failed: never shown, never caught.
#[derive(Debug)]
pub(super) struct Poison;

impl Object for Poison {
    fn class_name(&self) -> Rc<str> {
        "poison".into()
    }
}

/// A built-in exception with a message, such as `raise("IndexError", "list index out of range")`.
pub(crate) fn raise(class: &'static str, message: impl Into<String>) -> Error {
    let message = message.into();
    let pending = Pending { class, args: vec![Value::str(message.as_str())] };
    let shown = if message.is_empty() { class.to_owned() } else { format!("{class}: {message}") };
    Error::raised(Value::User(Rc::new(pending)), shown)
}

/// A built-in exception whose argument is a value (`KeyError`, `StopIteration`).
pub(crate) fn raise_with(class: &'static str, args: Vec<Value>, shown: impl Into<String>) -> Error {
    let shown = shown.into();
    let shown = if shown.is_empty() { class.to_owned() } else { format!("{class}: {shown}") };
    Error::raised(Value::User(Rc::new(Pending { class, args })), shown)
}

/// The end of an iterator.
pub(crate) fn stop_iteration(value: Value) -> Error {
    let args = if value.is_none() { Vec::new() } else { vec![value] };
    raise_with("StopIteration", args, "")
}

/// Whether the error is the built-in exception `class`, raised by native or by user code.
pub(crate) fn is_raised(error: &Error, class: &str) -> bool {
    let Some(Value::User(object)) = error.exception() else {
        return error.exception().is_none() && class_of(error.diagnostic().code) == Some(class);
    };
    if let Some(pending) = downcast::<Pending>(object) {
        return pending.class == class;
    }
    downcast::<Instance>(object).is_some_and(|i| i.class.lineage().any(|c| &*c.name == class))
}

/// For an error that ends the program, as `exit` does: whether it ended well, with status 0.
pub(super) fn ends_well(error: &Error) -> Option<bool> {
    if !is_raised(error, "SystemExit") {
        return None;
    }
    let Some(Value::User(object)) = error.exception() else { return Some(true) };
    let args = match (downcast::<Pending>(object), downcast::<Instance>(object)) {
        (Some(pending), _) => pending.args.clone(),
        (None, instance) => instance.and_then(|i| i.get("args")).and_then(|args| args.elements()).unwrap_or_default(),
    };
    Some(matches!(args.first(), None | Some(Value::None | Value::Int(0) | Value::Bool(false))))
}

/// The silent error of using a name whose definition has failed.
pub(super) fn poisoned() -> Error {
    Error::raised(Value::User(Rc::new(Poison)), "depends on a statement that failed")
}

/// Whether the error is a mere consequence of one that was reported.
pub(crate) fn is_poison(error: &Error) -> bool {
    matches!(error.exception(), Some(Value::User(object)) if downcast::<Poison>(object).is_some())
}

/// The exception class that stands for a kind of diagnostic; `None` for those that no `try` catches.
fn class_of(code: Code) -> Option<&'static str> {
    const CLASSES: [(Code, &str); 9] = [
        (codes::TYPE, "TypeError"),
        (codes::ARGUMENTS, "TypeError"),
        (codes::INVALID_ARGUMENT, "ValueError"),
        (codes::SHAPE_MISMATCH, "ValueError"),
        (codes::DTYPE_MISMATCH, "ValueError"),
        (codes::UNKNOWN_ATTRIBUTE, "AttributeError"),
        (codes::UNKNOWN_LAYER, "AttributeError"),
        (codes::UNDEFINED_NAME, "NameError"),
        (codes::UNKNOWN_MODULE, "ModuleNotFoundError"),
    ];
    CLASSES.iter().find(|(c, _)| *c == code).map(|(_, class)| *class)
}

impl Interp {
    /// The exception object that `except` sees; `None` if the error cannot be caught.
    pub(super) fn exception_of(&mut self, error: &Error) -> Option<Rc<Instance>> {
        match error.exception() {
            Some(Value::User(object)) => {
                if let Some(pending) = downcast::<Pending>(object) {
                    let class = self.eval.builtins.exception(pending.class)?;
                    return Some(new_exception(class, pending.args.clone()));
                }
                downcast::<Instance>(object)
            }
            Some(_) => None,
            None => {
                let diagnostic = error.diagnostic();
                let mismatch = [codes::SHAPE_MISMATCH, codes::DTYPE_MISMATCH].contains(&diagnostic.code);
                let class = match mismatch {
                    true => self.eval.builtins.mismatch()?,
                    false => self.eval.builtins.exception(class_of(diagnostic.code)?)?,
                };
                Some(new_exception(class, vec![Value::str(diagnostic.message.as_str())]))
            }
        }
    }

    /// The error, met while another exception is handled, which it remembers.
    pub(super) fn in_context(&mut self, error: Error, handled: &Rc<Instance>) -> Error {
        let Some(exception) = self.exception_of(&error) else { return error };
        if Rc::ptr_eq(&exception, handled) || exception.get("__context__").is_some() {
            return error;
        }
        exception.set("__context__", Value::User(handled.clone()));
        error.carrying(Value::User(exception))
    }

    /// The error of `raise value`.
    pub(crate) fn raise_value(&mut self, value: &Value) -> Result<Error> {
        let Value::User(object) = value else {
            return Ok(Error::ty("exceptions must derive from BaseException"));
        };
        let instance = if let Some(class) = downcast::<UserClass>(object) {
            match self.call(&Value::User(class), crate::library::Args::default())? {
                Value::User(object) => downcast::<Instance>(&object),
                _ => None,
            }
        } else {
            downcast::<Instance>(object)
        };
        let Some(instance) = instance.filter(|i| is_exception(&i.class)) else {
            return Ok(Error::ty("exceptions must derive from BaseException"));
        };
        let text = self.str_of(&Value::User(instance.clone()))?;
        let name = &instance.class.name;
        let shown = if text.is_empty() { name.to_string() } else { format!("{name}: {text}") };
        Ok(Error::raised(Value::User(instance), shown))
    }
}

/// An exception object with the given arguments.
fn new_exception(class: Rc<UserClass>, args: Vec<Value>) -> Rc<Instance> {
    let instance = Instance::new(class);
    instance.set("args", Value::tuple(args));
    Rc::new(instance)
}

/// Whether the class derives from `BaseException`.
pub(super) fn is_exception(class: &Rc<UserClass>) -> bool {
    class.lineage().any(|c| &*c.name == "BaseException")
}

/// Whether there is a built-in exception class of that name.
pub(super) fn is_builtin(name: &str) -> bool {
    CLASSES.iter().any(|(class, _)| *class == name)
}

/// Attributes that exceptions have besides their own.
pub(super) fn attribute(interp: &mut Interp, exception: &Rc<Instance>, name: &str) -> Result<Option<Value>> {
    let argument = |at: usize| {
        let args = exception.get("args").and_then(|args| args.elements()).unwrap_or_default();
        args.get(at).cloned().unwrap_or(Value::None)
    };
    let is = |class: &str| exception.class.lineage().any(|c| &*c.name == class);
    Ok(Some(match name {
        "__traceback__" | "__cause__" | "__context__" => Value::None,
        "__suppress_context__" => Value::Bool(exception.get("__cause__").is_some()),
        "with_traceback" | "add_note" => {
            let method = if name == "add_note" { "add_note" } else { "with_traceback" };
            bind_method(interp.standard_function(method)?, Value::User(exception.clone()))
        }
        "value" if is("StopIteration") => argument(0),
        "code" if is("SystemExit") => argument(0),
        "errno" if is("OSError") => argument(0),
        "strerror" if is("OSError") => argument(1),
        "filename" if is("OSError") => argument(2),
        _ => return Ok(None),
    }))
}

/// `str(exception)`: nothing, the only argument, or the tuple of arguments; `repr` for a `KeyError`.
pub(super) fn message(interp: &mut Interp, instance: &Instance) -> Result<String> {
    let args = instance.get("args").and_then(|v| v.elements()).unwrap_or_default();
    match args.as_slice() {
        [] => Ok(String::new()),
        [key] if instance.class.lineage().any(|c| &*c.name == "KeyError") => interp.repr_of(key),
        [only] => interp.str_of(only),
        [number, text, rest @ ..] if instance.class.lineage().any(|c| &*c.name == "OSError") && rest.len() < 2 => {
            let (number, text) = (interp.str_of(number)?, interp.str_of(text)?);
            match rest {
                [file] => Ok(format!("[Errno {number}] {text}: {}", interp.repr_of(file)?)),
                _ => Ok(format!("[Errno {number}] {text}")),
            }
        }
        _ => interp.repr_of(&Value::tuple(args)),
    }
}

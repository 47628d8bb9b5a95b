//! Callbacks: what happens between the epochs of `fit`.
//!
//! The compiler runs none of them: their arguments are recorded in the artifact, and the runtime does what they
//! say. A callback that depends on values of the run, or of a class that the runtime does not know, is a host value.

mod classes;
mod resolve;

use std::rc::Rc;

use crate::error::Result;
use crate::library::{Bound, ClassDecl};
use crate::program::{Callback, Monitor};
use crate::value::host::Known;
use crate::value::{Object, Value};

pub use classes::CLASSES;
pub use resolve::{Surroundings, record};

/// A callback of the program.
#[derive(Debug)]
pub struct CallbackObject {
    class: &'static ClassDecl,
    kind: Kind,
}

/// What there is to record.
#[derive(Debug)]
enum Kind {
    /// All of it; whether larger is better may still be open.
    Recorded(Callback),
    /// The rates that a function of epoch and rate gives.
    Schedule(Value),
    /// Nothing: the runtime does so anyway.
    Anyway,
}

impl Object for CallbackObject {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }
}

/// The object of a constructor call, or a host value if some argument is one.
fn value(class: &'static ClassDecl, args: &Bound, kind: impl FnOnce(&Bound) -> Result<Kind>) -> Result<Value> {
    let host = args.iter().find_map(|(param, value)| match value {
        // What is printed is the runtime's affair.
        Value::Host(host) if param.name != "verbose" => Some((param.name, host)),
        _ => None,
    });
    Ok(match host {
        Some((argument, host)) => Value::Host(host.know(Known::Callback { class: class.name, argument })),
        None => Value::Object(Rc::new(CallbackObject { class, kind: kind(args)? })),
    })
}

/// `monitor`, `mode` and `min_delta`, where the class has it.
fn monitor(args: &Bound, min_delta: f64) -> Result<Monitor> {
    let rises = match args.one_of("mode", &["auto", "min", "max"])? {
        "min" => Some(false),
        "max" => Some(true),
        _ => None,
    };
    Ok(Monitor { name: args.str("monitor")?.to_string(), rises, min_delta: min_delta.abs() })
}

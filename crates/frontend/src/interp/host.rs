//! Values that only exist at run time, and the statements that depend on them.

use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::DType;

use super::Interp;
use super::changes::Changes;
use super::counterparts::{self, Foreign};
use super::iterate::{Iter, IterObject};
use super::names::bound_names;
use super::scope::Env;
use super::stmt::Flow;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::error::{Error, Result};
use crate::keras::variable::behind;
use crate::library::Args;
use crate::syntax::ast::{Stmt, StmtKind};
use crate::value::host::{Known, Taken};
use crate::value::{Host, Value, downcast};

/// The longest piece of the program that describes where a host value came from.
const MAX_DESCRIPTION: usize = 60;

/// A truth value, as far as it is known.
#[derive(Debug)]
pub(crate) enum Truth {
    /// At compile time.
    Known(bool),
    /// Only at run time.
    Host(Host),
}

/// A statement that was not evaluated because only real data decides what it does.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The statement.
    pub span: Span,
    /// What it depends on, or what went wrong.
    pub because: String,
    /// Whether something went wrong in it, in the body of a loop that was looked through.
    pub failed: bool,
}

/// Functions that change their first argument.
const SHUFFLES: &[&str] = &[
    "random.shuffle",
    "numpy.random.shuffle",
    "numpy.copyto",
    "numpy.fill_diagonal",
    "numpy.place",
    "numpy.put",
    "numpy.put_along_axis",
    "numpy.putmask",
];

/// The error of a host value reaching `what`, naming where it came from (K0601).
pub(crate) fn reaches(host: &Host, what: &str) -> Error {
    let foreign = host.function().and_then(counterparts::foreign);
    let message = match (&foreign, host.span()) {
        (Some(Foreign { name, of, .. }), None) => format!("`{name}` is {of}'s, and reaches {what}"),
        (Some(Foreign { name, of, .. }), _) => {
            format!("`{name}` is {of}'s, and what it gives reaches {what}: `{}`", host.what())
        }
        (None, _) => format!("a value that only exists at run time reaches {what}: `{}`", host.what()),
    };
    let error = Error::new(codes::HOST_VALUE, message);
    let error = match host.span() {
        Some(span) => error.label(span, "it comes from here"),
        None => error,
    };
    // A number that the layer knows, such as the size of its vocabulary, can be told; what it makes of data cannot.
    let layer = host.function().and_then(|name| name.strip_prefix("keras.layers."));
    if let Some(layer) = layer.filter(|_| of_tensors(what)) {
        return error.help(format!(
            "{layer} runs on TensorFlow's strings and tables, in front of the model: apply it to the data, and give the model its integers: keras.Input(shape=..., dtype=\"int32\")"
        ));
    }
    if let Some(help) = host.function().filter(|_| of_tensors(what)).and_then(saved_model) {
        return error.help(help);
    }
    match foreign {
        Some(Foreign { name, counterpart: Some(ours), .. }) => error.help(format!("on JAX, {ours} takes the place of {name}")),
        Some(Foreign { of, .. }) => error.help(format!("on JAX, compute with keras.ops or jax.numpy in the place of {of}")),
        None => match host.named() {
            Some((name, Taken::Itself)) if of_tensors(what) => error.help(format!(
                "pass it through a model input, or write it into the file; a number can be told when compiling: --value \"{name}=10\""
            )),
            Some((name, taken)) => error.help(telling(name, taken, what)),
            None => error.help("write the number itself into the file, tell it when compiling (--value NAME=...), or pass data through a model input"),
        },
    }
}

/// What to do where a function gives a model that is not in the file.
fn saved_model(function: &str) -> Option<&'static str> {
    match function {
        "keras.models.load_model" => Some(
            "the compiler does not read saved models: build the model in this file, as it was built when it was saved, and give its weights when compiling (--weights FILE)",
        ),
        _ if function.ends_with(".from_preset") => Some(
            "the compiler does not fetch presets: build the model in this file, of keras.layers or keras.applications, and give its weights when compiling (--weights FILE)",
        ),
        _ => None,
    }
}

/// Whether a number alone would seldom do at `what`.
fn of_tensors(what: &str) -> bool {
    ["tensor", "the output of", "`Functional`", "`Sequential`", "`Model`"].iter().any(|part| what.contains(part))
}

/// How to tell what only the run has of what the program calls `name`.
fn telling(name: &str, taken: Taken, what: &str) -> String {
    let list = ["loop", "sequence", "dict", "exception"].iter().any(|word| what.contains(word));
    let (tell, example) = match taken {
        Taken::Shape => ("its type", "f32[1000,28,28]"),
        Taken::Vocabulary => ("the vocabulary", "[\"a\",\"b\"]"),
        Taken::Length => ("a list or a type of that length", "i32[10]"),
        Taken::Itself if list => ("it", "[\"a\",\"b\"]"),
        Taken::Itself => ("it", "10"),
    };
    let quote = if example.contains('"') { '\'' } else { '"' };
    format!(
        "tell {tell} when compiling, such as --value {quote}{name}={example}{quote}; write it into the file; or pass data through a model input"
    )
}

/// The first host value anywhere in a value.
pub(crate) fn within(value: &Value) -> Option<Host> {
    value.find_leaf(&mut HashMap::new(), &as_host)
}

/// The first host value anywhere in the arguments.
pub(crate) fn host_in(args: &Args) -> Option<Host> {
    find_leaf(args, &as_host)
}

fn as_host(leaf: &Value) -> Option<Host> {
    match leaf {
        Value::Host(host) => Some(host.clone()),
        _ => None,
    }
}

/// The number that is known of a host value, or the value.
pub(super) fn number_or(value: &Value) -> &Value {
    match value {
        Value::Host(host) => host.number().unwrap_or(value),
        other => other,
    }
}

/// The arguments with numbers in the place of host values of which these are known.
///
/// # Errors
/// There are some, and the arguments hold too much.
pub(super) fn with_numbers(interp: &mut Interp, args: Args) -> Result<Args> {
    let is_number = |leaf: &Value| matches!(leaf, Value::Host(host) if host.number().is_some()).then_some(());
    if find_leaf(&args, &is_number).is_none() {
        return Ok(args);
    }
    interp.spend_on_arguments(&args)?;
    let mut leaf = |leaf: &Value| Ok(number_or(leaf).clone());
    let positional = args.positional.iter().map(|value| value.map_leaves(&mut leaf)).collect::<Result<_>>()?;
    let keywords = args.keywords.into_iter().map(|(name, value)| Ok((name, value.map_leaves(&mut leaf)?)));
    Ok(Args { positional, keywords: keywords.collect::<Result<_>>()? })
}

/// Puts element types of TensorFlow and PyTorch (`tf.float32`), which Keras takes on every backend, into words of our
/// own.
pub(super) fn name_element_types(args: &mut Args) {
    for value in args.positional.iter_mut().chain(args.keywords.iter_mut().map(|(_, value)| value)) {
        let Value::Host(host) = value else { continue };
        let Some(("tensorflow" | "torch", name)) = host.what().split_once('.').filter(|_| host.span().is_none()) else {
            continue;
        };
        let name = name.strip_prefix("dtypes.").unwrap_or(name);
        if let Some(dtype) = DType::from_numpy_name(name) {
            *value = Value::DType(dtype);
        } else if name == "string" {
            *value = Value::str("string");
        }
    }
}

/// Whether a tensor, being traced or symbolic, is anywhere in the arguments.
pub(super) fn has_tensor(args: &Args) -> bool {
    find_leaf(args, &|leaf| matches!(leaf, Value::Tensor(_) | Value::Symbolic(_)).then_some(())).is_some()
}

/// Whether a tensor being traced is anywhere in the arguments.
pub(super) fn has_traced(args: &Args) -> bool {
    find_leaf(args, &|leaf| matches!(leaf, Value::Tensor(_)).then_some(())).is_some()
}

/// Whether a variable or its value is anywhere in the arguments.
pub(super) fn has_variable(args: &Args) -> bool {
    find_leaf(args, &|leaf| behind(leaf).map(drop)).is_some()
}

/// Whether a constant array or a variable is anywhere in the arguments.
pub(crate) fn has_array(args: &Args) -> bool {
    let constant = |leaf: &Value| matches!(leaf, Value::Array(_)) || behind(leaf).is_some();
    find_leaf(args, &|leaf| constant(leaf).then_some(())).is_some()
}

fn find_leaf<T>(args: &Args, f: &dyn Fn(&Value) -> Option<T>) -> Option<T> {
    let mut seen = HashMap::new();
    let mut values = args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v));
    values.find_map(|value| value.find_leaf(&mut seen, f))
}

/// An error of native code that got a host value where it wanted something else, told as such.
pub(super) fn explain(error: Error, host: Option<&Host>, what: &str) -> Error {
    let code = error.diagnostic().code;
    match host {
        Some(host) if code == codes::TYPE || code == codes::INVALID_ARGUMENT => reaches(host, what),
        _ => error,
    }
}

/// What `__file__` is: where the file lies does not matter to the model.
pub(super) fn file_name() -> Value {
    Value::Host(Host::new("__file__", None))
}

impl Interp {
    /// Calls a host value: the result is one too. What a host package returns is described by the
    /// call; what other host values return keeps their origin.
    pub(super) fn host_call(&mut self, callee: &Host, args: Args) -> Value {
        self.eval.hosts += 1;
        let result = match callee.span() {
            Some(_) => callee.derived(),
            None => Host::new(self.describe(self.span), Some(self.span)).given_by(callee.what()),
        };
        let size = |value: &Value| match value {
            Value::Int(n) => usize::try_from(*n).ok().filter(|&n| n > 0),
            _ => None,
        };
        // `dataset.batch(32)`, `DataLoader(data, batch_size=32)`.
        let named = args.keywords.iter().find(|(name, _)| &**name == "batch_size").and_then(|(_, value)| size(value));
        let first = args.positional.first().and_then(size).filter(|_| callee.member() == Some("batch"));
        let known = self.known_result(callee, &args, &result);
        // `tqdm(dataset)` comes in the batches of the data set.
        let passed = match callee.batch() {
            Some(_) => None,
            None => find_leaf(&args, &|leaf| match leaf {
                Value::Host(host) => host.batch(),
                _ => None,
            }),
        };
        // Progress bars go through what they are given.
        let through = args.positional.first().filter(|_| callee.what().split('.').next() == Some("tqdm"));
        if let Some(elements @ (Value::List(_) | Value::Tuple(_))) = through {
            return Value::Host(result.know(Known::Through(elements.clone())));
        }
        if let Some(set) = self.data_set(callee, &args, &result) {
            return Value::Host(set);
        }
        match named.or(first) {
            Some(batch) => Value::Host(result.with_batch(batch)),
            None if known.is_some() => known.unwrap_or(Value::None),
            None => match (self.numpy_of_host(callee, args, result), passed) {
                (Value::Host(host), Some(batch)) if host.array().is_none() => Value::Host(host.with_batch(batch)),
                (value, _) => value,
            },
        }
    }

    /// What functions of host packages change in place holds something that only the run has.
    pub(super) fn changed_by(&mut self, callee: &Host, args: &Args) {
        let known = callee.span().is_none() && SHUFFLES.contains(&callee.what());
        let Some(first) = args.positional.first().filter(|_| known) else { return };
        if let ("numpy.fill_diagonal", [array, value]) = (callee.what(), args.positional.as_slice())
            && self.fill_diagonal(array, value)
        {
            return;
        }
        let unknown = Value::Host(Host::new(self.describe(self.span), Some(self.span)));
        match first {
            Value::List(list) => list.borrow_mut().iter_mut().for_each(|element| *element = unknown.clone()),
            other => drop(super::numpy_arrays::forget(other, &unknown)),
        }
    }

    /// The text under `span`, on one line and not too long.
    pub(crate) fn describe(&self, span: Span) -> String {
        let text = self.source.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(MAX_DESCRIPTION) {
            Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
            None => text,
        }
    }

    /// The next element of an iterator, and the data of the run that a generator behind it goes through: then
    /// the element stands for all.
    pub(super) fn ask(&mut self, iter: &mut Iter) -> (Result<Option<Value>>, Option<Host>) {
        let outer = std::mem::replace(&mut self.steps.asking, self.tracer.depth() == 0);
        self.steps.met = None;
        let next = iter.next(self);
        self.steps.asking = outer;
        (next, self.steps.met.take())
    }

    /// What a generator function gives, as a list, or a value of the run if it goes through data of the run; `None` for whatever
    /// else.
    ///
    /// # Errors
    /// The generator fails.
    pub(super) fn collected(&mut self, value: &Value) -> Result<Option<Value>> {
        let Value::User(object) = value else { return Ok(None) };
        let Some(iterator) = downcast::<IterObject>(object).filter(|iterator| iterator.is_generator()) else {
            return Ok(None);
        };
        let mut iter = Iter::Shared(iterator);
        let mut elements = Vec::new();
        loop {
            self.spend(1)?;
            let (next, met) = self.ask(&mut iter);
            match (next?, met) {
                (_, Some(host)) => return Ok(Some(Value::Host(host.derived()))),
                (Some(element), None) => elements.push(element),
                (None, None) => return Ok(Some(Value::list(elements))),
            }
        }
    }

    /// What `next()` gives of an iterator: a generator that goes through data of the run gives what stands for all
    /// as often as it is asked.
    pub(super) fn asked_for_one(&mut self, iterator: &IterObject) -> Result<Option<Value>> {
        let asks = self.tracer.depth() == 0;
        let asking = std::mem::replace(&mut self.steps.asking, asks);
        self.steps.endless = asks;
        let next = iterator.next(self);
        (self.steps.asking, self.steps.endless) = (asking, false);
        next
    }

    /// Leaves out a statement that depends on `host`; the names that it would assign become host
    /// values.
    ///
    /// # Errors
    /// It decides what a function of a package gives: what follows in it would be nonsense.
    pub(super) fn skip(&mut self, env: &Rc<Env>, stmt: &Stmt, host: &Host) -> Result<Flow> {
        let bound = bound_names(stmt);
        if self.in_package && bound.returns {
            return Err(reaches(host, "a condition that is decided at compile time"));
        }
        let because = host.what().to_owned();
        // Places in a package are nobody's business.
        let span = if self.in_package { self.span } else { stmt.span };
        self.eval.skipped.push(Skipped { span, because: because.clone(), failed: false });
        let changes = Changes::of(stmt);
        // What the body of a loop around training steps does is known from running it once.
        if !matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. }) || self.steps.found.is_empty() {
            self.lose(env, &changes, host);
        }
        self.eval.hosts += 1;
        if changes.leaves && self.eval.left.is_none() {
            self.eval.left = Some(host.clone());
        }
        for name in &bound.names {
            // What a training step gave has a known type, whatever its value.
            let steps = !self.steps.found.is_empty();
            let known = env.own(name).filter(|value| steps && self.is_state(value));
            let value = known.unwrap_or_else(|| Value::Host(host.derived()));
            let value = self.told(name, value);
            env.bind(name, value);
        }
        if bound.returns {
            let span = Span { start: span.start, end: self.source.clamp(self.line_end(span)).end };
            let message = format!("this depends on `{because}`, which only exists at run time");
            let warning = Diagnostic::warning(codes::HOST_VALUE, span, message)
                .note("it contains `return`; evaluation goes on as if that were not reached");
            self.warn(warning);
        }
        Ok(Flow::Normal)
    }

    /// Whether a value is a tree of state of the run.
    fn is_state(&mut self, value: &Value) -> bool {
        let Ok((leaves, _)) = self.flatten(value) else { return false };
        !leaves.is_empty() && leaves.iter().all(|leaf| behind(leaf).is_some())
    }

    /// The value that a name gets: what the user told when compiling (`--value`), in the place of one that only
    /// exists at run time.
    pub(super) fn told(&self, name: &str, value: Value) -> Value {
        let told = self.told.iter().find(|(known, _)| &**known == name);
        if let (Value::Host(_) | Value::List(_) | Value::Dict(_) | Value::Tuple(_), Some((name, _))) = (&value, told) {
            self.told_by.borrow_mut().push(name.clone());
        }
        match (&value, told) {
            (Value::Host(host), Some((_, Value::Host(told)))) => {
                let ty = told.array().cloned();
                Value::Host(ty.map_or_else(|| host.clone(), |ty| host.with_type(ty)).with_name(name))
            }
            (Value::Host(_), Some((_, told))) => told.clone(),
            // A list or dict of values of the run.
            (Value::List(_) | Value::Dict(_) | Value::Tuple(_), Some((_, told))) => {
                let mut unknown = false;
                value.for_each_leaf(&mut |leaf| unknown |= matches!(leaf, Value::Host(_)));
                if unknown { told.clone() } else { value }
            }
            // What a package calls it is nobody's business.
            (Value::Host(host), None) if host.span().is_some() && !self.in_package => Value::Host(host.with_name(name)),
            _ => value,
        }
    }

    /// The first line of `span`.
    fn line_end(&self, span: Span) -> Span {
        let line = self.source.location(span.start).line;
        self.source.line_span(line)
    }

    /// Adds a diagnostic, unless the same one was given before (a function evaluated twice).
    pub(crate) fn warn(&mut self, diagnostic: Diagnostic) {
        let same = |d: &Diagnostic| {
            d.code == diagnostic.code && d.span() == diagnostic.span() && d.message == diagnostic.message
        };
        if !self.diagnostics.iter().any(same) {
            self.diagnostics.push(diagnostic);
        }
    }
}

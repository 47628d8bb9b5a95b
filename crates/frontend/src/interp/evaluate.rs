//! Running a whole file.

use std::rc::Rc;

use super::Interp;
use super::builtins::Builtins;
use super::changes::{self, Changes};
use super::classes::Instance;
use super::exceptions::{self, Poison};
use super::host::Skipped;
use super::limits::deepest;
use super::names::bound_names;
use super::scope::Env;
use crate::diagnostics::{Diagnostic, Source};
use crate::error::Error;
use crate::files::Files;
use crate::fuel::Fuel;
use crate::program::{self, Hints};
use crate::syntax::ast::{Block, Stmt, Symbol};
use crate::syntax::docstring;
use crate::value::Value;

/// What evaluation keeps beside the values themselves.
#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    /// The functions that the program and packages made.
    pub(crate) functions: super::cycles::Functions,
    /// The classes of the named tuples that functions return, by name.
    pub(crate) named_tuples: std::collections::HashMap<&'static str, crate::value::Value>,
    /// The names that every program sees.
    pub(crate) builtins: Builtins,
    /// Whether the program has made a complex number.
    pub(crate) complex: bool,
    /// The instances that are hashed by a method of the program, each of those that are equal to one another once, by
    /// their hash.
    pub(crate) hashed: std::collections::HashMap<crate::value::Key, Vec<Value>>,
    /// Calls of the program's functions that are under way.
    pub(crate) calls: u32,
    /// Statements that depend on values which only exist at run time.
    pub(crate) skipped: Vec<Skipped>,
    /// The program's own modules imported so far.
    pub(crate) modules: Vec<(Rc<str>, Rc<Env>)>,
    /// The packages imported so far that are written in the model language, with their names.
    pub(crate) packages: Vec<(&'static str, Rc<Env>)>,
    /// How many values of the run were made and statements left out because of them.
    pub(crate) hosts: u64,
    /// What decides at run time whether the loop under way is left.
    pub(crate) left: Option<crate::value::Host>,
    /// How many loops are under way.
    pub(crate) loops: usize,
    /// NumPy's arrays that the program may change in place.
    pub(crate) arrays: super::numpy_arrays::Written,
    /// What the program printed.
    pub(crate) output: String,
    /// The exceptions being handled, innermost last, with the errors that they came as.
    pub(crate) handling: Vec<(Option<Error>, Rc<Instance>)>,
}

/// A model file that has been run.
#[derive(Debug)]
pub struct Evaluated {
    /// The compilation with everything that the file created.
    pub interp: Interp,
    globals: Rc<Env>,
}

/// How much a file may do while it is evaluated.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The number of steps; `None` for the usual limit.
    pub max_steps: Option<u64>,
    /// The files that it may import.
    pub files: Vec<crate::File>,
}

/// Parses and runs a model file. Mistakes are among [`Evaluated::diagnostics`]; after one in a
/// statement of the file's own level, the next statement is tried, and what depends on the names
/// that the failed one would have bound is passed over in silence.
pub fn run(source: &Source, options: Options) -> Evaluated {
    run_with(source, options, Hints::default())
}

/// As [`run`], with what the user says about data that only the run has.
pub fn run_with(source: &Source, options: Options, hints: Hints) -> Evaluated {
    let (files, body, diagnostics) = Files::new(source, &options.files);
    let mut interp = Interp::of_files(files);
    interp.diagnostics = diagnostics;
    match program::told(&hints.values) {
        Ok(told) => interp.told = told,
        Err(error) => interp.diagnostics.push(error.into_diagnostic()),
    }
    let blocks: Vec<Block> = std::iter::once(&body).chain(interp.files.others()).cloned().collect();
    interp.diagnostics.extend(blocks.iter().flat_map(|block| crate::syntax::unreachable(block)));
    interp.steps.hints = hints;
    interp.eval.arrays = super::numpy_arrays::Written::by(&blocks.concat());
    if let Some(steps) = options.max_steps {
        interp.tracer.fuel = Fuel::new(steps);
    }
    let globals = Env::module();
    let mut evaluated = Evaluated { interp, globals };
    if !evaluated.interp.diagnostics.iter().any(Diagnostic::is_error) {
        deepest(|| evaluated.statements(&body));
    }
    evaluated
}

impl Evaluated {
    fn statements(&mut self, body: &[Stmt]) {
        if let Some(docstring) = docstring(body) {
            self.globals.bind(&"__doc__".into(), Value::Str(docstring));
        }
        for stmt in body {
            let mark = self.interp.mark();
            let result = self.interp.stmt(&self.globals, stmt);
            let Err(error) = result else { continue };
            self.interp.reset(mark);
            self.interp.eval.handling.clear();
            let ended = exceptions::ends_well(&error);
            if ended == Some(true) || self.fail(stmt, error) || ended.is_some() {
                break;
            }
        }
    }

    /// Reports an error and poisons what the statement would have bound; true if evaluation must end.
    fn fail(&mut self, stmt: &Stmt, error: Error) -> bool {
        let poison = Value::User(Rc::new(Poison));
        let changes = Changes::of(stmt);
        // A statement without a body that failed has changed nothing.
        let begun = stmt.kind.blocks().next().is_some();
        let changed =
            changes.names().filter(|name| begun && self.globals.own(name).is_some_and(|value| changes::holds(&value)));
        for name in bound_names(stmt).names.into_iter().chain(changed.cloned()) {
            self.globals.bind(&name, poison.clone());
        }
        if exceptions::is_poison(&error) {
            return false;
        }
        let diagnostic = error.at(stmt.span).into_diagnostic();
        let fatal = diagnostic.code == crate::diagnostics::codes::LIMIT;
        self.interp.warn(diagnostic);
        fatal
    }

    /// The values of the file's own names, in order of their first binding.
    pub fn globals(&self) -> Vec<(Symbol, Value)> {
        self.globals.entries().into_iter().collect()
    }

    /// The value of one of the file's own names.
    pub fn global(&self, name: &str) -> Option<Value> {
        self.globals.own(name)
    }

    /// Errors, warnings and notes so far.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.interp.diagnostics
    }

    /// Statements that were left out because only real data decides what they do.
    pub fn skipped(&self) -> &[Skipped] {
        &self.interp.eval.skipped
    }

    /// What the program printed, as far as it is known at compile time.
    pub fn output(&self) -> &str {
        &self.interp.eval.output
    }
}

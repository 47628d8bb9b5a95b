//! The evaluator: runs a model file at compile time.

mod assign;
pub(crate) mod attribute;
pub(crate) mod builtins;
mod call;
mod changes;
pub(crate) mod classes;
mod codecs;
pub(crate) mod compare;
mod comprehension;
mod counterparts;
mod cycles;
mod dict_view;
mod eager;
mod evaluate;
pub(crate) mod exceptions;
mod expr;
pub(crate) mod function;
pub(crate) mod generator;
mod hashing;
pub(crate) mod host;
mod host_arrays;
mod host_results;
mod host_rows;
pub(crate) mod host_sets;
mod import;
pub(crate) mod iterate;
mod known_or_run;
pub(crate) mod limits;
mod matching;
pub(crate) mod methods;
mod module;
mod names;
mod noted_arrays;
pub(crate) mod numpy_arrays;
pub(crate) mod operators;
pub(crate) mod packages;
mod passes;
pub(crate) mod regex;
mod scope;
pub(crate) mod set_order;
mod state;
pub(crate) mod stmt;
mod subscript;
pub(crate) mod tensor;
pub(crate) mod text;

pub use evaluate::{Evaluated, Options, run, run_with};
pub(crate) use function::UserFunction;
pub use host::Skipped;
pub(crate) use scope::Meanings;

use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostics::{Diagnostic, Source, Span};
use crate::keras::derived::{Deriving, Tracked};
use crate::keras::dtype_policy::{Autocast, Policy};
use crate::keras::layer::LayerObject;
use crate::keras::padding::Padding;
use crate::keras::variable::{StateScopes, VariableId, Variables};
use crate::keras::variable_object::VariableObject;
use crate::keras::{Names, Seeds};
use crate::trace::Tracer;
use crate::value::tree::Registry;

/// One compilation: everything that evaluating a model file changes.
#[derive(Debug)]
pub struct Interp {
    /// The model file, and after it the texts of those that it imports.
    pub source: Source,
    /// These files.
    pub(crate) files: crate::files::Files,
    /// Where tensor operations go.
    pub tracer: Tracer,
    /// All variables created so far.
    pub variables: Variables,
    /// The variables that the program holds as objects.
    pub(crate) variable_objects: HashMap<VariableId, Rc<VariableObject>>,
    /// The values of variables in the trace.
    pub state: StateScopes,
    /// Warnings and errors collected so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the current layer call is a training pass, unless the call says otherwise.
    pub training: bool,
    /// Whether [`Interp::training`] was given to a layer call that is under way: a `call` of the program gets it then,
    /// and its own default otherwise.
    pub training_given: bool,
    /// The policy of layers that are made without `dtype=`.
    pub(crate) policy: Policy,
    /// The type in which the layer being called reads variables; the outer one is missing outside of such layers.
    pub(crate) autocast: Option<Autocast>,
    /// How many calls of layers the current one is inside.
    pub(crate) calls: usize,
    /// The rows of the batch, while a step over padded batches is traced.
    pub padding: Option<Padding>,
    /// The names that objects got automatically.
    pub names: Names,
    /// Where default seeds come from.
    pub seeds: Seeds,
    /// The place of the call or expression being evaluated.
    pub span: Span,
    /// Models in the order in which the program last used them.
    pub models: Vec<Rc<LayerObject>>,
    /// What the user told of values that only exist at run time, by name.
    pub(crate) told: Vec<(Rc<str>, crate::value::Value)>,
    /// Those of these names by which something was told.
    pub(crate) told_by: std::cell::RefCell<Vec<Rc<str>>>,
    /// The models that the program saved whole, by file name.
    pub(crate) saved: Vec<(Rc<str>, Rc<LayerObject>)>,
    /// The model whose inputs have sizes that the user told, with its graph for these.
    pub(crate) sized: Option<(Rc<LayerObject>, Rc<crate::keras::models::Functional>)>,
    /// The types of the targets of training that `--input-shape` tells, for a batch.
    pub(crate) targets: Option<Vec<keramos_ir::TensorType>>,
    /// Layers that were adapted to data that only exist at run time.
    pub(crate) adapted: Vec<Rc<LayerObject>>,
    /// The instance that its native base's constructor is making the other half of.
    pub(crate) deriving: Option<Deriving>,
    /// The lists and dicts whose contents belong to layers.
    pub(crate) tracked: Tracked,
    /// Calls of jitted functions at the file's own level, each list of types once.
    pub(crate) jit_calls: Vec<crate::program::Wanted>,
    /// Whether code of a package that is written in the model language runs.
    pub(crate) in_package: bool,
    /// Training steps that the file writes itself.
    pub(crate) steps: crate::program::Steps,
    /// Models whose layer table the program asked for.
    pub summaries: Vec<Rc<LayerObject>>,
    /// The named axes that functions being traced are mapped over, with their sizes, innermost last.
    pub(crate) axes: Vec<(Rc<str>, usize)>,
    /// How many of the functions being traced will be differentiated.
    pub(crate) derivatives: usize,
    /// How many contexts are entered in which functions under `jax.jit` run as they are.
    pub(crate) jit_disabled: usize,
    /// The classes that are nodes of trees.
    pub(crate) trees: Registry,
    /// How many graph nodes there are.
    pub(crate) nodes: u32,
    /// What evaluation keeps beside the values themselves.
    pub(crate) eval: evaluate::Evaluation,
}

impl Interp {
    /// A compilation of `source` that has evaluated nothing yet.
    pub fn new(source: Source) -> Self {
        Interp::of_files(crate::files::Files::single(source))
    }

    /// The same for a program of several files.
    pub(crate) fn of_files(files: crate::files::Files) -> Self {
        Interp {
            source: files.whole.clone(),
            files,
            tracer: Tracer::default(),
            variables: Variables::default(),
            variable_objects: HashMap::new(),
            state: StateScopes::default(),
            diagnostics: Vec::new(),
            training: false,
            training_given: false,
            policy: Policy::default(),
            autocast: None,
            calls: 0,
            padding: None,
            names: Names::default(),
            seeds: Seeds::default(),
            span: Span::default(),
            models: Vec::new(),
            told: Vec::new(),
            told_by: std::cell::RefCell::default(),
            saved: Vec::new(),
            sized: None,
            targets: None,
            adapted: Vec::new(),
            deriving: None,
            tracked: Tracked::default(),
            jit_calls: Vec::new(),
            in_package: false,
            steps: crate::program::Steps::default(),
            summaries: Vec::new(),
            axes: Vec::new(),
            derivatives: 0,
            jit_disabled: 0,
            trees: Registry::default(),
            nodes: 0,
            eval: evaluate::Evaluation::default(),
        }
    }

    /// Sets the place that is being evaluated; traced operations carry it.
    pub fn at(&mut self, span: Span) {
        if self.in_package {
            return;
        }
        self.span = span;
        let (file, place) = self.files.place(span.start);
        self.tracer.set_place(file, place.line as u32, place.column as u32);
    }
}

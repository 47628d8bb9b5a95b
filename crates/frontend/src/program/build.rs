//! From an evaluated model file to its program.

use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::passes::Roll;

use super::assemble::{self, State};
use super::function::{self, Traced, Wanted};
use super::training::Compiled;
use super::{Entry, Program, custom, layout, predictions, stack, step, steps};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::models;
use crate::keras::variable::VariableId;
use crate::library::Bound;
use crate::value::{Host, Value};

/// What to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// Batch sizes of `predict`; empty means 1 and 32, or what `fit` says; of inputs that fix their rows, these alone.
    pub batches: Vec<usize>,
    /// The batch size of training and evaluation; none means what `fit` says, or 32.
    pub train_batch: Option<usize>,
    /// Whether a compiled model gets training entry points.
    pub training: bool,
    /// Functions of the file to make entry points of, with the types of their arguments, such as
    /// `f:f32[8,3],(f32[],i32[4]),n=3`: types are dtype and shape, trees are written as in Python, and
    /// numbers, strings, `True`, `False` and `None` are static.
    pub functions: Vec<String>,
    /// Whether equal layers one after the other are trained as one scan.
    pub roll: Roll,
}

impl Default for Options {
    fn default() -> Self {
        Options { batches: Vec::new(), train_batch: None, training: true, functions: Vec::new(), roll: Roll::Auto }
    }
}

/// Traces the entry points of a file: those of `model`, then `functions`. The state is the model's and
/// whatever else the functions read.
///
/// # Errors
/// The model's input shape is unknown, a layer cannot take what it gets, what `compile` says does
/// not fit the model, or a function cannot be traced.
pub fn build(
    interp: &mut Interp,
    model: Option<&Rc<LayerObject>>,
    functions: &[Wanted],
    options: &Options,
) -> Result<Program> {
    let mut traced = Vec::with_capacity(functions.len());
    let mut left_out = Vec::new();
    for wanted in functions {
        let mark = interp.mark();
        let function = match function::trace(interp, wanted) {
            Ok(function) => function,
            // What it reads beside its names may be something else than when the file called it.
            Err(error) if wanted.called => {
                interp.reset(mark);
                left_out.push((wanted.name.clone(), error));
                continue;
            }
            Err(error) => return Err(error),
        };
        function::check_pure(interp, wanted, &function)?;
        // Calls with the same types and static arguments make one entry point.
        if !traced.iter().any(|known| function::same(known, &function)) {
            traced.push(function);
        }
    }
    function::name_apart(&mut traced);
    if traced.is_empty() && model.is_none() && !interp.has_steps() && !left_out.is_empty() {
        return Err(left_out.remove(0).1);
    }
    for (name, error) in left_out {
        let warning = Diagnostic { severity: Severity::Warning, ..error.at(interp.span).into_diagnostic() };
        interp.warn(warning.note(format!("`{name}`, which the file calls, is left out: it cannot be traced with what is there when the file has ended")));
    }
    let chosen = step::choose(interp)?;
    let warnings = std::mem::take(&mut interp.steps.warnings);
    warnings.into_iter().for_each(|warning| interp.warn(warning));
    let compiles = model.is_some_and(|model| model.recorded.compile.borrow().is_some());
    if chosen.train.is_none() && !compiles && options.training {
        step::failure(interp)?;
    }
    let mut reads: Vec<VariableId> = traced.iter().flat_map(|f: &Traced| f.reads.iter().copied()).collect();
    let trains = options.training && !compiles && !chosen.is_empty();
    if trains {
        reads.extend(chosen.variables(interp)?);
    }
    let trained = if trains { chosen.trained(interp) } else { Vec::new() };
    let (mut program, state) = match model {
        Some(model) => of_model(interp, model, &reads, &trained, options)?,
        None => of_functions(interp, &reads, &trained)?,
    };
    if trains {
        program.entries.extend(chosen.entries(interp, &state)?);
        program.training = chosen.describe();
    }
    for function in traced {
        program.entries.push(function.into_entry(&state)?);
    }
    if options.roll == Roll::Auto {
        stack::apply(&mut program)?;
    }
    Ok(program)
}

/// The state of a file without a model, and how it starts.
fn of_functions(interp: &mut Interp, reads: &[VariableId], trained: &[VariableId]) -> Result<(Program, State)> {
    let state = State::new(interp, with_reads(Vec::new(), reads));
    let entries = if reads.is_empty() { Vec::new() } else { vec![assemble::init(interp, &state)?] };
    let file = interp.source.name().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let program = Program {
        model: file.strip_suffix(".py").unwrap_or(&file).to_owned(),
        variables: assemble::specs(interp, &state, trained, &HashMap::new()),
        stacks: Vec::new(),
        entries,
        layers: Vec::new(),
        training: None,
    };
    Ok((program, state))
}

/// The variables with those that functions read beside them.
fn with_reads(mut ids: Vec<VariableId>, reads: &[VariableId]) -> Vec<VariableId> {
    for id in reads {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids
}

/// The sizes and one more, each once.
fn with(sizes: &[usize], more: Option<usize>) -> Vec<usize> {
    let more = more.filter(|size| !sizes.contains(size));
    sizes.iter().copied().chain(more).collect()
}

/// The variables of the metrics that the model's steps update: those that it lists, and where Keras's own steps
/// are compiled, those of `compile`.
fn metric_variables(interp: &mut Interp, model: &Rc<LayerObject>, compiled: &Compiled) -> Result<Vec<VariableId>> {
    let listed = custom::metric_variables(interp, model)?;
    let evaluates = custom::evaluates(model, compiled);
    let own = custom::trains(model) && (custom::tests(model) || !evaluates);
    Ok(if own { listed } else { with_reads(compiled.metric_variables(interp)?, &listed) })
}

/// The evaluation step, if the model can be evaluated.
fn evaluation(
    interp: &mut Interp,
    state: &State,
    graph: &models::Functional,
    compiled: &Compiled,
    batch: usize,
) -> Result<Option<Entry>> {
    let model = &compiled.model;
    if !custom::evaluates(model, compiled) {
        return Ok(None);
    }
    if !custom::tests(model) {
        return steps::evaluate(interp, state, graph, compiled, batch).map(Some);
    }
    let mark = interp.mark();
    match custom::test(interp, state, graph, compiled, batch) {
        Ok(entry) => Ok(Some(entry)),
        // The program's methods may be meant for its own training step alone: that counts only if it evaluates.
        Err(_) if !custom::defines(model, &["test_step"]) && !custom::is_evaluated(model) => {
            interp.reset(mark);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether neither `fit` nor its data, which are the run's, say how many rows a batch has.
fn batches_as_needed(fit: &Bound) -> bool {
    let unknown = |data: &Host| data.batch().is_none() && data.type_in(0).is_none();
    !fit.is_given("batch_size") && matches!(fit.get("x"), Ok(Value::Host(data)) if unknown(data))
}

/// The entry points of a model.
fn of_model(
    interp: &mut Interp,
    model: &Rc<LayerObject>,
    reads: &[VariableId],
    stepped: &[VariableId],
    options: &Options,
) -> Result<(Program, State)> {
    let graph = models::graph_of(interp, model)?.ok_or_else(|| {
        Error::new(codes::SHAPE_MISMATCH, format!("the input shape of model `{}` is not known", model.name()))
            .help(match model.instance.get() {
                Some(_) => "call the model on keras.Input(shape=...) once, or model.build((None, 784)) with the sizes of its data",
                None => "begin the model with keras.Input(shape=...)",
            })
            .help("or tell the type of a batch when compiling: --input-shape \"f32[32,784]\"")
    })?;
    predictions::of_layers(interp, &graph);
    let compile = model.recorded.compile.borrow().clone().filter(|_| options.training);
    let compiled = match compile {
        Some(args) => Compiled::new(interp, model, &graph, &args, options.roll)?,
        None => None,
    };
    let mut ids = assemble::weights(interp, model);
    ids.extend(assemble::seeds(interp, model));
    if let Some(compiled) = &compiled {
        ids.extend(compiled.optimizer.variables());
        ids.extend(metric_variables(interp, model, compiled)?);
    }
    let state = State::new(interp, with_reads(ids, reads));
    let fit = model.recorded.fit.borrow().clone();
    let mut training = compiled.as_ref().map(|c| c.describe(interp, &graph, fit.as_ref(), &state)).transpose()?;
    let fixed = graph.inputs.first().and_then(|input| *input.0.shape.first()?);
    if let (None, Some(settings), Some(fit)) =
        (options.train_batch, training.as_mut().and_then(|training| training.fit.as_mut()), &fit)
    {
        // Data of which nothing is known come in batches as the model takes them; others have no more rows than there are.
        let rows = custom::trained_on(model)?.filter(|&rows| rows > 0).unwrap_or(usize::MAX);
        settings.batch_size = match fixed {
            Some(fixed) if batches_as_needed(fit) => fixed,
            _ => settings.batch_size.min(rows),
        };
    }
    let told = options.train_batch.or_else(|| Some(training.as_ref()?.fit.as_ref()?.batch_size));
    let train_batch = told.or(fixed).unwrap_or(32);
    if let Some(rows) = fixed.filter(|&rows| rows != train_batch && compiled.is_some() && !custom::trains(model)) {
        let message = format!(
            "model `{}` takes batches of {rows} rows, and is trained on batches of {train_batch}",
            model.name()
        );
        let help = format!("pass batch_size={rows} to fit(), or compile with --train-batch {rows}");
        let error = Error::shape(message).help(help);
        return Err(match model.recorded.fitted_at.get() {
            Some(span) => error.at(span),
            None => error,
        });
    }
    let mut batches = options.batches.clone();
    if batches.is_empty() {
        batches = fixed.map_or_else(|| vec![1, train_batch], |rows| vec![rows]);
    }
    batches.sort_unstable();
    batches.dedup();
    let mut entries = vec![assemble::init(interp, &state)?];
    for &batch in &batches {
        entries.push(assemble::predict(interp, &state, model, &graph, batch)?);
    }
    // Sizes that are asked for serve last batches that are not full: what is random or summed over a batch comes
    // out as in Keras only at its very size.
    let smaller: Vec<usize> = options.batches.iter().copied().filter(|&batch| batch < train_batch).collect();
    if let Some(compiled) = &compiled {
        // What a step of the program does with rows of padding is not known: there is one for each size.
        if custom::trains(model) {
            let (entry, logs) = custom::train(interp, &state, &graph, compiled, train_batch)?;
            entries.push(entry);
            if let Some(training) = &mut training {
                training.logs = logs;
            }
            for rows in with(&smaller, custom::left_of_fit(model, train_batch)?) {
                entries.push(custom::train(interp, &state, &graph, compiled, rows)?.0);
            }
        } else if !compiled.losses.is_empty() {
            entries.push(steps::train(interp, &state, &graph, compiled, train_batch, false)?);
            let padded = steps::train(interp, &state, &graph, compiled, train_batch, true)?;
            let counts = !padded.counts_padding.is_empty();
            entries.push(padded);
            for &batch in smaller.iter().filter(|_| counts) {
                entries.push(steps::train(interp, &state, &graph, compiled, batch, true)?);
            }
        }
        let left = if custom::tests(model) { custom::left_of_evaluate(model, train_batch)? } else { None };
        for batch in with(&with(&smaller, left), Some(train_batch)) {
            entries.extend(evaluation(interp, &state, &graph, compiled, batch)?);
        }
    }
    let trained = compiled.as_ref().map_or_else(|| stepped.to_vec(), |c| c.trained.clone());
    let h5 = layout::h5_paths(interp, model);
    let program = Program {
        model: model.name().to_string(),
        variables: assemble::specs(interp, &state, &trained, &h5),
        stacks: Vec::new(),
        entries,
        layers: layout::rows(interp, model, &graph),
        training,
    };
    Ok((program, state))
}

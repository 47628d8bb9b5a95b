//! From the text of a model file to its program.

use std::rc::Rc;

use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, Location, Severity, Source, SourceMap, codes};
use crate::interp::{self, Interp};
use crate::keras::layer::{LayerObject, layer_of, unused};
use crate::keras::models;
use crate::program::{self, Program};
use crate::syntax::ast::Symbol;
use crate::value::Value;

/// What to compile.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which entry points to trace.
    pub program: program::Options,
    /// The types of what a training step of the file gets from the run, such as `(f32[32,784],i32[32])`.
    pub data: Option<String>,
    /// Names of the file whose values only the run has, and what they are: `num_classes=10`, or
    /// `x_train=f32[60000,28,28]` for an array whose shape counts.
    pub values: Vec<String>,
    /// The variable that holds the model, or an attribute of a model in one (`gan.generator`); none means the model that
    /// the file used last.
    pub model: Option<String>,
    /// How many steps evaluation may take; none means the default, which is plenty.
    pub max_steps: Option<u64>,
    /// The files that the model file may import, and those that they import.
    pub files: Vec<crate::File>,
}

/// The outcome of a compilation. The program may be missing only if a diagnostic is an error.
#[derive(Debug)]
pub struct Compilation {
    /// The entry points and their description.
    pub program: Option<Program>,
    /// Errors, warnings and remarks, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// What they point into.
    pub sources: SourceMap,
    /// Statements that were skipped, as they only matter when real data is there, and what they depend on.
    pub skipped: Vec<(Location, String)>,
    /// What the file printed, as far as it is known at compile time.
    pub output: String,
    /// The layer tables that the file asked for by `model.summary()`.
    pub summaries: Vec<String>,
}

/// Parses, evaluates and traces a model file. Does no I/O.
pub fn compile(source: Source, options: &Options) -> Compilation {
    let hints = program::Hints {
        batch: options.program.train_batch,
        rests: options.program.batches.clone(),
        data: options.data.clone(),
        values: options.values.clone(),
    };
    let mut evaluated = interp::run_with(
        &source,
        interp::Options { max_steps: options.max_steps, files: options.files.clone() },
        hints,
    );
    let mut program = None;
    if !evaluated.diagnostics().iter().any(Diagnostic::is_error) {
        let globals = evaluated.globals();
        let interp = &mut evaluated.interp;
        match program::requested(&globals, &options.program.functions) {
            // The mistake is in what was asked for, not in the file.
            Err(error) => interp.diagnostics.push(error.into_diagnostic()),
            Ok(mut functions) => {
                functions.extend(program::called(interp, &globals));
                let others = !functions.is_empty() || interp.has_steps();
                let built = choose(interp, &globals, options.model.as_deref(), others).and_then(|model| {
                    if let Some(model) = &model {
                        let parts = parts(&globals, model);
                        if options.program.training {
                            program::expect_stateless(model, &parts)?;
                        }
                        program::expect_computation(model, &parts)?;
                    }
                    if let (Some(model), Some(types)) = (&model, &options.data) {
                        program::call_on(interp, model, types)?;
                    }
                    if let Some(model) = &model {
                        program::size_by_data(interp, model)?;
                    }
                    let built = program::build(interp, model.as_ref(), &functions, &options.program)?;
                    Ok((built, model))
                });
                match built {
                    Ok((built, model)) => {
                        interp.diagnostics.extend(model.iter().flat_map(unused));
                        program = Some(built);
                    }
                    Err(error) => {
                        let diagnostic = error.at(interp.span).into_diagnostic();
                        interp.diagnostics.push(diagnostic);
                    }
                }
            }
        }
    }
    untold(&mut evaluated);
    let files = evaluated.interp.files.clone();
    let place = |skipped: &interp::Skipped| {
        let (file, place) = files.place(skipped.span.start);
        let told = if files.in_main(skipped.span.start) { String::new() } else { format!(" ({file})") };
        (place, format!("{}{told}", skipped.because))
    };
    let skipped = evaluated.skipped().iter().map(place).collect();
    let output = evaluated.output().to_owned();
    let interp = &mut evaluated.interp;
    let summaries = interp.summaries.clone();
    let summaries = summaries.iter().filter_map(|model| program::summary(interp, model)).collect();
    std::mem::take(&mut interp.steps.warnings).into_iter().for_each(|warning| interp.warn(warning));
    let diagnostics = std::mem::take(&mut interp.diagnostics);
    let diagnostics = diagnostics.into_iter().map(|diagnostic| files.told(diagnostic)).collect();
    Compilation { program, diagnostics, sources: files.map(), skipped, output, summaries }
}

/// Warns about values that were told of names to which the file gives nothing that only the run has.
fn untold(evaluated: &mut interp::Evaluated) {
    let globals = evaluated.globals();
    let interp = &mut evaluated.interp;
    if interp.diagnostics.iter().any(Diagnostic::is_error) {
        return;
    }
    let taken = interp.told_by.take();
    let open = || globals.iter().filter(|(_, value)| matches!(value, Value::Host(_))).map(|(name, _)| &**name);
    for (name, _) in interp.told.iter().filter(|(name, _)| !taken.contains(name)) {
        let message = format!("--value {name}=… tells nothing: no `{name}` of the file depends on the run");
        let warning = Diagnostic::nowhere(Severity::Warning, codes::INVALID_ARGUMENT, message)
            .note("a value that the file gives itself is changed in the file");
        interp.diagnostics.push(match did_you_mean(name, open()) {
            Some(near) => warning.help(near),
            None => warning,
        });
    }
}

/// The models of a file and how they are called: those in variables, and those that a model in a variable has in an
/// attribute, as `gan.generator`, each once.
fn models(globals: &[(Symbol, Value)]) -> Vec<(String, Rc<LayerObject>)> {
    let model_in = |value: &Value| layer_of(value).filter(|layer| models::is_model(layer));
    let mut found: Vec<(String, Rc<LayerObject>)> =
        globals.iter().filter_map(|(name, value)| Some((name.to_string(), model_in(value)?))).collect();
    for at in 0..found.len() {
        let Some((name, whole)) = found.get(at).cloned() else { break };
        for (attribute, value) in whole.instance.get().map(|instance| instance.entries()).unwrap_or_default() {
            let part = model_in(&value).filter(|part| !found.iter().any(|(_, known)| Rc::ptr_eq(known, part)));
            found.extend(part.map(|part| (format!("{name}.{attribute}"), part)));
        }
    }
    found
}

/// How other models of the file are called, such as those that `model` is made of.
fn parts(globals: &[(Symbol, Value)], model: &Rc<LayerObject>) -> Vec<String> {
    models(globals).into_iter().filter(|(_, other)| !Rc::ptr_eq(other, model)).map(|(name, _)| name).collect()
}

/// The model to compile: the one in the variable asked for, else the one that was compiled, fitted or
/// summarised last, else the last model in a variable. There may be none if the file has something
/// else to compile.
fn choose(
    interp: &Interp,
    globals: &[(Symbol, Value)],
    name: Option<&str>,
    functions: bool,
) -> crate::Result<Option<Rc<LayerObject>>> {
    let models = models(globals);
    let names = || models.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if let Some(name) = name {
        let found = models.iter().find(|(known, _)| known == name).map(|(_, model)| model.clone());
        return found.map(Some).ok_or_else(|| {
            let error = crate::Error::new(codes::UNDEFINED_NAME, format!("no variable `{name}` holds a model"));
            if models.is_empty() { error } else { error.note(format!("models are in {}", names())) }
        });
    }
    let compiled = interp.models.last().filter(|model| model.recorded.compile.borrow().is_some()).cloned();
    let stepped = || program::stepped_model(interp);
    let used = || {
        interp
            .models
            .last()
            .cloned()
            .or_else(|| models.iter().rfind(|(name, _)| !name.contains('.')).map(|(_, model)| model.clone()))
    };
    match compiled.or_else(stepped).or_else(used) {
        None if !functions => Err(program::uncalled(globals).unwrap_or_else(|| {
            crate::Error::new(codes::TRAINING_CONFIG, "the file makes no model")
                .help("make one at the top level: model = keras.Sequential([...])")
                .help("or compile a function, naming the types of its arguments: --entry \"f:f32[8,3],f32[]\"")
        })),
        model => Ok(model),
    }
}

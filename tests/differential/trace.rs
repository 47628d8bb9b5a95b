//! From the text of a module to the IR functions of its cases.

use keramos::frontend::diagnostics::{Diagnostic, Source};
use keramos::frontend::interp;
use keramos::frontend::program::{self, Options};
use keramos::ir::Function;

use crate::store::{Case, Module};

/// The functions that the cases ask for, or why there is none.
///
/// # Errors
/// The module itself is refused.
pub fn functions(module: &Module, cases: &[&Case]) -> Result<Vec<Result<Function, String>>, String> {
    let source = Source::new(&*module.name, &*module.text);
    let mut evaluated =
        interp::run(&source, interp::Options { max_steps: Some(u64::MAX), ..interp::Options::default() });
    let told = |diagnostic: &Diagnostic| told(&source, diagnostic);
    let mistakes: Vec<String> = evaluated.diagnostics().iter().filter(|d| d.is_error()).map(told).collect();
    let globals = evaluated.globals();
    let trace = |case: &&Case| {
        let wanted = program::requested(&globals, std::slice::from_ref(&case.entry));
        let built = wanted.and_then(|wanted| program::build(&mut evaluated.interp, None, &wanted, &Options::default()));
        match built {
            Ok(mut program) => {
                program.entries.pop().map(|entry| entry.function).ok_or_else(|| "no entry point".to_owned())
            }
            Err(error) => Err(told(&error.into_diagnostic())),
        }
    };
    let functions: Vec<_> = cases.iter().map(trace).collect();
    match mistakes.first() {
        // What other statements do fails only the cases that need it.
        Some(first) if functions.iter().all(Result::is_err) => Err(first.clone()),
        _ => Ok(functions),
    }
}

/// The diagnostic with the line that it is about.
fn told(source: &Source, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span().map(|span| {
        let line = source.location(span.start).line;
        format!(" at `{}` (line {line})", source.slice(source.line_span(line)).trim())
    });
    let notes = diagnostic.notes.iter().map(|note| format!("; {note}")).collect::<String>();
    format!("{diagnostic}{}{notes}", place.unwrap_or_default())
}

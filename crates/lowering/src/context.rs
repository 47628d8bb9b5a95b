//! MLIR contexts and the diagnostics that they report.

use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::rc::Rc;
use std::sync::Once;

use melior::Context;
use melior::diagnostic::{Diagnostic, DiagnosticHandlerId, DiagnosticSeverity};
use melior::dialect::{DialectHandle, DialectRegistry};
use melior::ir::Module;
use melior::pass::{PassManager, transform};
use melior::utility::parse_pass_pipeline;

/// A context with the `builtin` and `func` dialects that accepts operations of others, which is how
/// StableHLO goes through it. One thread only: a program is one function, so there is nothing for
/// MLIR's thread pool to share out.
pub(crate) fn create() -> Context {
    let registry = DialectRegistry::new();
    DialectHandle::func().insert_dialect(&registry);
    let context = Context::new_with_registry(&registry, false);
    context.set_allow_unregistered_dialects(true);
    context.load_all_available_dialects();
    context
}

/// Runs MLIR's canonicaliser and CSE. Regions are left as they are: the canonicaliser would
/// drop block arguments that a reducer or comparator does not use, but StableHLO counts them.
pub(crate) fn clean_up<'c>(context: &'c Context, module: &mut Module<'c>) -> Result<(), melior::Error> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        transform::register_canonicalizer();
        transform::register_cse();
    });
    let passes = PassManager::new(context);
    let pipeline = "builtin.module(canonicalize{region-simplify=disabled},cse)";
    parse_pass_pipeline(passes.as_operation_pass_manager(), pipeline)?;
    passes.run(module)
}

/// Collects what MLIR reports while it lives, instead of letting it go to standard error.
pub(crate) struct DiagnosticLog<'c> {
    context: &'c Context,
    handler: Option<DiagnosticHandlerId>,
    errors: Rc<RefCell<Vec<Report>>>,
}

/// One error that MLIR reported.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The message with its notes.
    pub(crate) message: String,
    /// The location as MLIR prints it, such as `loc("model.py":3:5)`.
    pub(crate) location: String,
}

impl<'c> DiagnosticLog<'c> {
    pub(crate) fn attach(context: &'c Context) -> Self {
        let errors = Rc::<RefCell<Vec<Report>>>::default();
        let sink = Rc::clone(&errors);
        let handler = context.attach_diagnostic_handler(move |diagnostic| {
            if matches!(diagnostic.severity(), DiagnosticSeverity::Error) {
                sink.borrow_mut().push(report(&diagnostic));
            }
            true
        });
        DiagnosticLog { context, handler: Some(handler), errors }
    }

    /// Takes all errors reported since the last call.
    pub(crate) fn take(&self) -> Vec<Report> {
        self.errors.take()
    }

    /// Takes all errors as one line of text; `otherwise` if MLIR failed without a word.
    pub(crate) fn take_message(&self, otherwise: &str) -> String {
        let reports = self.take();
        if reports.is_empty() {
            return otherwise.to_owned();
        }
        reports.into_iter().map(|r| r.message).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for DiagnosticLog<'_> {
    fn drop(&mut self) {
        if let Some(handler) = self.handler.take() {
            self.context.detach_diagnostic_handler(handler);
        }
    }
}

fn report(diagnostic: &Diagnostic<'_>) -> Report {
    let mut message = show(diagnostic);
    for note in (0..diagnostic.note_count()).filter_map(|i| diagnostic.note(i).ok()) {
        message.push_str(&format!(" (note: {})", show(&note)));
    }
    Report { message, location: show(&diagnostic.location()) }
}

/// What MLIR prints, up to anything that is not UTF-8. (`to_string` would panic there, and a panic must
/// not pass through MLIR, which calls the handler.)
fn show(printable: &dyn Display) -> String {
    let mut text = String::new();
    if write!(text, "{printable}").is_err() {
        text.push_str(" (cut off)");
    }
    text
}

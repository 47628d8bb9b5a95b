//! The command line: arguments, files and messages around the library.

mod check;
mod compile;
mod explain;
mod reference;
mod targets;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

/// Compiles Keras-style model files ahead of time.
#[derive(Debug, Parser)]
#[command(name = "keramos", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile a model file to an artifact, or print a stage of its compilation
    Compile(compile::Compile),
    /// Report everything that is wrong with a model file, without writing anything
    Check(check::Check),
    /// Explain a diagnostic code such as K0401
    Explain(explain::Explain),
    /// Print what of Python, Keras and JAX is compiled
    Reference(reference::Reference),
    /// List what can be compiled for, and what is missing for it
    Targets(targets::Targets),
}

/// Runs the command. The exit status is 0 on success, 1 if the model file (or another input) is at
/// fault, 2 if the command line is.
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Compile(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Reference(command) => command.run(),
        Command::Targets(command) => command.run(),
    };
    match result {
        Ok(code) => code,
        Err(error) if error.is::<Printing>() && is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let text = account(&error);
            // Diagnostics carry their own heading.
            match error.downcast_ref::<keramos::CompileError>() {
                Some(keramos::CompileError::Source { text, errors, .. }) => {
                    tell(format_args!("{text}\n{errors} error{}", if *errors == 1 { "" } else { "s" }));
                }
                _ => tell(format_args!("error: {text}")),
            }
            ExitCode::FAILURE
        }
    }
}

/// Says of an error that it came of writing to standard output.
#[derive(Debug)]
struct Printing;

impl std::fmt::Display for Printing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot write to standard output")
    }
}

/// Writes to standard output.
///
/// # Errors
/// It cannot be written to. That its reader has closed it, as `head` does, ends the command quietly.
fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_ref()).and_then(|()| stdout.flush()).context(Printing)
}

/// Writes a line to standard error, if there is one that takes it.
pub fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn is_closed(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The error with its causes, without those that it has told already.
fn account(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

/// Reads a model file.
fn read_source(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the model file {}", path.display()))?;
    anyhow::ensure!(
        !bytes.starts_with(b"\x89KAR"),
        "{} is an artifact, which is compiled already: run it with keramos-run, or give the model file that it was made of",
        path.display()
    );
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        anyhow::anyhow!("{} is not UTF-8 text (byte {offset}): is it a Python file?", path.display())
    })
}

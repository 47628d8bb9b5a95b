//! The `keramos` compiler command.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What the other command does, `keramos-run`.
const RUNS: [&str; 12] = [
    "train", "evaluate", "predict", "call", "bench", "profile", "inspect", "diff", "weights", "plugins", "doctor",
    "cache",
];

fn main() -> ExitCode {
    let error = match cli::Cli::try_parse() {
        Ok(cli) => return cli::run(cli),
        Err(error) => error,
    };
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(name))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
        && RUNS.contains(&name.as_str())
    {
        cli::tell(format_args!(
            "error: `keramos` compiles model files; what runs them is another command: keramos-run {name} …"
        ));
        return ExitCode::from(2);
    }
    error.exit()
}

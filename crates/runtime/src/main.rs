//! `keramos-run`: trains, evaluates, predicts with and looks into Keramos artifacts.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}

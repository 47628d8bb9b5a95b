//! `keramos targets`.

use std::process::ExitCode;

use clap::Args;
use keramos::runtime::pjrt::Environment;
use keramos::runtime::targets::available;

/// The arguments of `keramos targets`.
#[derive(Debug, Args)]
pub struct Targets {}

/// Targets beside those that have names.
const OTHERS: &str = "\
cuda:FILE.txtpb  another GPU, described as a stream_executor.GpuTargetConfigProto in text form
tpu:NAME         another topology that libtpu knows by name
none             StableHLO only, compiled where it runs
";

impl Targets {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let lines = available(&Environment::current()).into_iter().map(|target| match target.missing {
            None => format!("{:<16} ready\n", target.name),
            Some(missing) => format!("{:<16} needs {missing}\n", target.name),
        });
        super::print(lines.collect::<String>() + OTHERS)?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `keramos targets`.

use std::process::ExitCode;

use clap::Args;
use keramos::runtime::pjrt::Environment;
use keramos::runtime::targets::available;

/// The arguments of `keramos targets`.
#[derive(Debug, Args)]
pub struct Targets {}

impl Targets {
    /// Runs the command.
    #[expect(clippy::unnecessary_wraps, reason = "as the other commands")]
    pub fn run(self) -> anyhow::Result<ExitCode> {
        for target in available(&Environment::current()) {
            match target.missing {
                None => println!("{:<16} ready", target.name),
                Some(missing) => println!("{:<16} needs {missing}", target.name),
            }
        }
        println!("cuda:FILE.txtpb  another GPU, described as a stream_executor.GpuTargetConfigProto in text form");
        println!("tpu:NAME         another topology that libtpu knows by name");
        println!("none             StableHLO only, compiled where it runs");
        Ok(ExitCode::SUCCESS)
    }
}

//! `keramos explain`.

use std::process::ExitCode;

use clap::Args;
use keramos::frontend::diagnostics::codes;

/// The arguments of `keramos explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A code such as K0401, or its name; without one all codes are listed
    code: Option<String>,
}

impl Explain {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let Some(code) = self.code else {
            for code in codes::ALL {
                println!("{code}  {}: {}", code.name, code.title);
            }
            return Ok(ExitCode::SUCCESS);
        };
        let found = codes::find(&code).ok_or_else(|| {
            anyhow::anyhow!("there is no diagnostic code {code}; `keramos explain` without a code lists them all")
        })?;
        println!("{found} ({}): {}\n\n{}", found.name, found.title, found.page.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}

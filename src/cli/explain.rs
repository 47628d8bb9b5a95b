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
            let lines = codes::ALL.iter().map(|code| format!("{code}  {}: {}\n", code.name, code.title));
            super::print(lines.collect::<String>())?;
            return Ok(ExitCode::SUCCESS);
        };
        let found = codes::find(&code).ok_or_else(|| {
            anyhow::anyhow!("there is no diagnostic code {code}; `keramos explain` without a code lists them all")
        })?;
        super::print(format!("{found} ({}): {}\n\n{}\n", found.name, found.title, found.page.trim_end()))?;
        Ok(ExitCode::SUCCESS)
    }
}

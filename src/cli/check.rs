//! `keramos check`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use keramos::frontend::diagnostics::{self, Diagnostic, Source, Style};

/// The arguments of `keramos check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The model file (Python); files beside it that it imports belong to it
    file: PathBuf,
    /// How to print what was found
    #[arg(long, default_value = "text")]
    format: Format,
    /// The types of a batch, where the file does not tell, as for `keramos compile`
    #[arg(long, value_name = "TYPES")]
    input_shape: Option<String>,
    /// What a name of the file is whose value only the data tell, as for `keramos compile`
    #[arg(long, value_name = "NAME=VALUE")]
    value: Vec<String>,
    /// The variable of the file that holds the model, as for `keramos compile`
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Leave out training and evaluation, as for `keramos compile`
    #[arg(long)]
    no_training: bool,
    /// List the statements that were skipped, since they only matter when real data is there
    #[arg(long)]
    show_skipped: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Check {
    /// Runs the command: exit status 1 if there are errors.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let text = super::read_source(&self.file)?;
        let files = keramos::files_beside(&self.file, &text);
        let source = Source::new(self.file.display().to_string(), text);
        let mut options = keramos::frontend::Options {
            files,
            data: self.input_shape.clone(),
            values: self.value.clone(),
            model: self.model.clone(),
            ..keramos::frontend::Options::default()
        };
        options.program.training = !self.no_training;
        let found = keramos::frontend::compile(source, &options);
        let errors = found.diagnostics.iter().filter(|d| d.is_error()).count();
        let mut told = match self.format {
            Format::Json => diagnostics::to_json(&found.diagnostics, &found.sources) + "\n",
            Format::Text => {
                let style = Style { colour: std::io::stdout().is_terminal(), ..Style::default() };
                let mut told = diagnostics::render_all(&found.diagnostics, &found.sources, style);
                if !told.is_empty() {
                    told.push('\n');
                }
                told + &format!("{}: {}\n", self.file.display(), verdict(errors, &found.diagnostics))
            }
        };
        if self.show_skipped {
            for (place, what) in &found.skipped {
                told += &format!("{}:{}: skipped: {what}\n", self.file.display(), place.line);
            }
        }
        super::print(told)?;
        Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn verdict(errors: usize, diagnostics: &[Diagnostic]) -> String {
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, diagnostics.len() - errors) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (errors, rest) => format!("{}, {}", plural(errors, "error"), plural(rest, "other remark")),
    }
}

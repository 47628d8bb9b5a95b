//! `keramos reference`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use keramos::frontend::reference;

/// The arguments of `keramos reference`.
#[derive(Debug, Args)]
pub struct Reference {
    /// A page (python, keras, jax, optax, flax, haiku), a module (keras.layers) or a name in one (keras.layers.Dense);
    /// without it everything is printed
    name: Option<String>,
    /// Write the pages as Markdown files into this folder instead
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    out_dir: Option<PathBuf>,
}

impl Reference {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(folder) = self.out_dir {
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            for page in reference::pages() {
                let path = folder.join(format!("{}.md", page.name));
                std::fs::write(&path, page.text).with_context(|| format!("cannot write {}", path.display()))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let text = match self.name {
            None => reference::pages().into_iter().map(|page| page.text).collect::<Vec<_>>().join("\n"),
            Some(name) => reference::entry(&name).ok_or_else(|| {
                let near = reference::near(&name);
                let hint = match near.is_empty() {
                    false => format!("did you mean {}?", near.join(", ")),
                    true => {
                        "entries have their full names, such as keras.layers.Dense, and `keramos reference` without a \
                             name prints everything"
                            .to_owned()
                    }
                };
                anyhow::anyhow!("the reference has no entry `{name}`; {hint}")
            })?,
        };
        super::print(text)?;
        Ok(ExitCode::SUCCESS)
    }
}

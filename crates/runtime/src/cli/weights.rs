//! `keramos-run weights`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use keramos_artifact::{Artifact, ArtifactBuilder};
use keramos_runtime::data::{self, Arrays, FileKind};
use keramos_runtime::{Error, HostTensor, weights};

use super::inspect::size;
use super::{Failure, print, table};

/// Arguments of `weights`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the variables, with what is stored of them
    List { artifact: PathBuf },
    /// Write the stored values to a .safetensors or .npz file, under the variables' paths
    Export {
        artifact: PathBuf,
        /// The file
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Leave out the state of the optimizer and of random number generators
        #[arg(long)]
        model_only: bool,
    },
    /// Put values from a .weights.h5, .keras, .safetensors or .npz file into the artifact
    Import {
        artifact: PathBuf,
        /// The file with the values
        weights: PathBuf,
        /// Where the artifact with the values goes; by default it takes the place of the first
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    match &options.command {
        Command::List { artifact } => list(&keramos_runtime::open(artifact)?),
        Command::Export { artifact, output, model_only } => {
            export(&keramos_runtime::open(artifact)?, output, *model_only)
        }
        Command::Import { artifact, weights, output } => {
            import(&keramos_runtime::open(artifact)?, weights, output.as_ref().unwrap_or(artifact))
        }
    }
}

fn list(artifact: &Artifact) -> Result<(), Failure> {
    let manifest = artifact.manifest();
    let mut rows = vec![["Variable", "Type", "Size", "Role", "Stored"].map(str::to_owned).to_vec()];
    for (index, variable) in manifest.variables.iter().enumerate() {
        let stored = manifest.weights.iter().any(|stored| stored.variable == index);
        rows.push(vec![
            variable.path.clone(),
            format!("{}{:?}", variable.dtype, variable.shape),
            size(variable.byte_len().unwrap_or(0) as u64),
            format!("{:?}", variable.role).to_lowercase(),
            if stored { "yes" } else { "no" }.to_owned(),
        ]);
    }
    print(&table::render(&rows))
}

fn export(artifact: &Artifact, output: &Path, model_only: bool) -> Result<(), Failure> {
    let refuse = |reason: &str| Error::Option {
        option: "weights export",
        value: output.display().to_string(),
        reason: reason.to_owned(),
    };
    if FileKind::of(output)? == FileKind::Npy {
        return Err(refuse("a .npy file holds one array; write .safetensors or .npz").into());
    }
    let variables = &artifact.manifest().variables;
    let mut arrays = Arrays::new();
    for (index, bytes) in artifact.weights()?.iter() {
        let Some(variable) = variables.get(index).filter(|v| !model_only || v.role.is_model_weight()) else { continue };
        let value = HostTensor::new(variable.dtype, variable.shape.clone(), bytes.to_vec()).map_err(Error::from)?;
        arrays.insert(variable.path.clone(), value);
    }
    if arrays.is_empty() {
        let reason = format!(
            "{} stores no values: its weights are what `init` gives; train it, or compile it with --weights",
            artifact.origin()
        );
        return Err(refuse(&reason).into());
    }
    data::write(output, &arrays)?;
    print(&format!("{}: {} arrays\n", output.display(), arrays.len()))
}

fn import(artifact: &Artifact, file: &Path, output: &Path) -> Result<(), Failure> {
    let given = weights::load(file, &artifact.manifest().variables)?;
    let stored = artifact.weights()?;
    let mut builder = ArtifactBuilder::from_artifact(artifact)?;
    // In the order of the variables, whichever file a value is from, so that equal values make equal artifacts.
    let values = (0..artifact.manifest().variables.len()).filter_map(|index| {
        let new = given.iter().find(|(variable, _)| *variable == index).map(|(_, value)| value.bytes());
        Some((index, new.or_else(|| stored.get(index))?))
    });
    builder.set_weights(values)?;
    builder.write_atomic(output)?;
    print(&format!("{}: {} values from {}\n", output.display(), given.len(), file.display()))
}

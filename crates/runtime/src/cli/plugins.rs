//! `keramos-run plugins`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use keramos_runtime::Error;
use keramos_runtime::pjrt::Environment;
use keramos_runtime::plugins::probe::{Probe, candidates};
use keramos_runtime::plugins::{Installed, Installer, Pin, pins};

use super::inspect::size;
use super::{Failure, print};

/// Arguments of `plugins`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the plugins that are found, and those that can be installed (the default)
    List,
    /// Fetch plugins from PyPI with pip, pinned by version and hash: cpu, cuda12, cuda13, rocm, tpu, oneapi
    Install {
        /// The plugins
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Look into one plugin and answer for the process that asks
    #[command(hide = true)]
    Probe { path: PathBuf },
}

/// How long a plugin may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    match &options.command {
        None | Some(Command::List) => list(),
        Some(Command::Install { names }) => install(names),
        Some(Command::Probe { path }) => {
            print(&Probe::here(path).answer())?;
            // Whatever the plugin does at the end of a process, the answer is out.
            keramos_runtime::pjrt::end_process(0)
        }
    }
}

/// Looks into a plugin in a process of its own.
pub(super) fn probe(path: &std::path::Path) -> Probe {
    match std::env::current_exe() {
        Ok(program) => Probe::in_child(&program, &["plugins", "probe"], path, PATIENCE),
        Err(error) => {
            Probe { fault: Some(format!("this program's own file is not found: {error}")), ..Probe::default() }
        }
    }
}

fn list() -> Result<(), Failure> {
    let environment = Environment::current();
    let found = candidates(&environment);
    let mut text = String::new();
    let mut taken = Vec::new();
    for (platform, path, origin) in &found {
        let first = !taken.contains(platform);
        taken.push(*platform);
        let which = if first { "" } else { ", not taken: the one above comes first" };
        text.push_str(&format!("{platform}: {}\n  found by: {origin}{which}\n", path.display()));
        text.push_str(&describe(&probe(path)));
    }
    if found.is_empty() {
        text.push_str("no plugins were found\n");
    }
    text.push_str("\nTo be installed with `keramos-run plugins install NAME`:\n");
    for pin in pins() {
        let wheels: Vec<&str> = pin.wheels.iter().map(|wheel| wheel.requirement.as_str()).collect();
        text.push_str(&format!("  {:<7} {}\n", pin.name, wheels.join(", ")));
    }
    print(&text)
}

fn describe(probe: &Probe) -> String {
    let version = |[major, minor, patch]: [i64; 3]| format!("{major}.{minor}.{patch}");
    let mut text = String::new();
    let mut line = |what: &str, value: String| text.push_str(&format!("  {what}: {value}\n"));
    if let Some((major, minor)) = probe.api {
        line("PJRT API", format!("{major}.{minor}"));
    }
    if let Some(xla) = probe.xla {
        line("XLA interface", xla.to_string());
    }
    if let Some((oldest, newest)) = probe.stablehlo {
        line("StableHLO", format!("{} to {}", version(oldest), version(newest)));
    }
    if let (Some(platform), Some(version)) = (&probe.platform, &probe.version) {
        line("platform", format!("{platform} {version}"));
    }
    for (number, device) in probe.devices.iter().enumerate() {
        let memory = device.memory.map(|bytes| format!(", {}", size(bytes.unsigned_abs()))).unwrap_or_default();
        line(&format!("device {number}"), format!("{}{memory}", device.kind));
    }
    if let Some(fault) = &probe.fault {
        line("not usable", fault.trim_end().replace('\n', "\n    "));
    }
    text
}

fn install(names: &[String]) -> Result<(), Failure> {
    let known = pins();
    let wanted: Vec<&Pin> = names.iter().map(|name| find(&known, name)).collect::<Result<_, Error>>()?;
    let Some(home) = Environment::current().keramos_home() else {
        return Err(option("--", "there is no home folder to install into; set KERAMOS_HOME to a folder").into());
    };
    let installer = Installer::new(home);
    for pin in wanted {
        let wheels: Vec<&str> = pin.wheels.iter().map(|wheel| wheel.requirement.as_str()).collect();
        log::info!("{}: {} from PyPI, pinned by SHA-256", pin.name, wheels.join(", "));
        match installer.install(pin).map_err(Error::from)? {
            Installed::Before(path) => print(&format!("{}: already there: {}\n", pin.name, path.display()))?,
            Installed::Now(path) => print(&format!("{}: installed: {}\n", pin.name, path.display()))?,
        }
    }
    Ok(())
}

fn find<'a>(known: &'a [Pin], name: &str) -> Result<&'a Pin, Error> {
    let names: Vec<&str> = known.iter().map(|pin| pin.name.as_str()).collect();
    let hint = format!("there is no such plugin to install; there are {}", names.join(", "));
    known.iter().find(|pin| pin.name == name).ok_or_else(|| option(name, &hint))
}

fn option(value: &str, reason: &str) -> Error {
    Error::Option { option: "plugins install", value: value.to_owned(), reason: reason.to_owned() }
}

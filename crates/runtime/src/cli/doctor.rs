//! `keramos-run doctor`: is everything there that running a model needs?

use std::path::{Path, PathBuf};

use clap::Args;
use keramos_runtime::Platform;
use keramos_runtime::cache::Cache;
use keramos_runtime::fingerprint::missing_features;
use keramos_runtime::pjrt::Environment;
use keramos_runtime::plugins::hardware_is_there;
use keramos_runtime::plugins::probe::{PROGRAM_WORKS, candidates};

use super::inspect::size;
use super::{Failure, print};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// An artifact that is to run here: its executables are compared with this machine
    artifact: Option<PathBuf>,
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Note,
    Bad,
}

/// Collects findings.
#[derive(Default)]
struct Report {
    text: String,
    faults: usize,
}

impl Report {
    /// One finding; what is not good says what to do.
    fn add(&mut self, verdict: Verdict, what: &str, found: &str, advice: &str) {
        let mark = match verdict {
            Verdict::Good => "ok   ",
            Verdict::Note => "note ",
            Verdict::Bad => "FAULT",
        };
        self.faults += usize::from(verdict == Verdict::Bad);
        self.text.push_str(&format!("{mark}  {what}: {}\n", found.trim_end().replace('\n', "\n         ")));
        if !advice.is_empty() {
            self.text.push_str(&format!("       → {advice}\n"));
        }
    }
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let mut report = Report::default();
    machine(&mut report);
    let environment = Environment::current();
    let found = candidates(&environment);
    for &platform in Platform::ALL {
        let plugins: Vec<&PathBuf> = found.iter().filter(|(p, ..)| *p == platform).map(|(_, path, _)| path).collect();
        plugin(&mut report, platform, plugins.first().map(|path| path.as_path()));
    }
    if hardware_is_there(Platform::Cuda) || found.iter().any(|(platform, ..)| *platform == Platform::Cuda) {
        let plugin = found.iter().find(|(platform, ..)| *platform == Platform::Cuda).map(|(_, path, _)| path.as_path());
        cuda(&mut report, plugin);
    }
    cache(&mut report);
    if let Some(path) = &options.artifact {
        artifact(&mut report, path);
    }
    let end = match report.faults {
        0 => "\nnothing is wrong\n".to_owned(),
        1 => "\n1 fault\n".to_owned(),
        faults => format!("\n{faults} faults\n"),
    };
    print(&(report.text + &end))?;
    if report.faults > 0 { Err(Failure::Found) } else { Ok(()) }
}

fn machine(report: &mut Report) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let features = keramos_runtime::fingerprint::host_features().join(" ");
    let found = format!("{} on {}, {cores} cores; {features}", std::env::consts::OS, std::env::consts::ARCH);
    report.add(Verdict::Good, "machine", &found, "");
    const LITTLE: u64 = 512 << 20;
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    if let Some(free) = keramos_runtime::memory::meminfo(&memory, "MemAvailable:") {
        let verdict = if free < LITTLE { Verdict::Note } else { Verdict::Good };
        let advice = if free < LITTLE { "end other programs, or use smaller batches" } else { "" };
        report.add(verdict, "memory", &format!("{} free", size(free)), advice);
    }
}

fn plugin(report: &mut Report, platform: Platform, path: Option<&Path>) {
    let what = format!("{platform} plugin");
    let hardware = hardware_is_there(platform);
    let name = if platform == Platform::Cuda { "cuda13" } else { platform.name() };
    let Some(path) = path else {
        match (platform, hardware) {
            (Platform::Cpu, _) => {
                report.add(Verdict::Bad, &what, "none was found", &format!("keramos-run plugins install {name}"));
            }
            (_, true) => {
                let found = "none was found, and the machine looks as if it had such a device";
                report.add(Verdict::Note, &what, found, &format!("keramos-run plugins install {name}"));
            }
            (_, false) => {}
        }
        return;
    };
    let probe = super::plugins::probe(path);
    let api = probe.api.map(|(major, minor)| format!(", PJRT API {major}.{minor}")).unwrap_or_default();
    let devices: Vec<&str> = probe.devices.iter().map(|device| device.kind.as_str()).collect();
    let about = format!("{}{api}", path.display());
    match (&probe.fault, hardware) {
        (None, _) => {
            report.add(Verdict::Good, &what, &format!("{about}; devices: {}", devices.join(", ")), "");
            let program = probe.program.unwrap_or_default();
            let verdict = if program == PROGRAM_WORKS { Verdict::Good } else { Verdict::Note };
            report.add(verdict, &format!("{platform} test program"), &program, "");
            for (number, device) in probe.devices.iter().enumerate() {
                if let (Some(limit), Some(used)) = (device.memory, device.in_use) {
                    let free = size((limit - used).unsigned_abs());
                    report.add(Verdict::Good, &format!("{platform}:{number} memory"), &format!("{free} free"), "");
                }
            }
        }
        (Some(fault), false) if probe.api.is_some() => {
            let found = format!("{about}; it loads, but there is no such device here: {fault}");
            report.add(Verdict::Note, &what, &found, "nothing, if it is for compiling for other machines");
        }
        (Some(fault), _) => {
            let advice = format!("keramos-run plugins install {name}, or name another in KERAMOS_PJRT_PLUGIN");
            report.add(Verdict::Bad, &what, &format!("{about}: {fault}"), &advice);
        }
    }
}

/// Folders that the system's loader searches, as far as they are the same everywhere.
const LIBRARY_FOLDERS: [&str; 6] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/cuda/lib64",
    "/usr/local/nvidia/lib64",
    "/usr/lib/wsl/lib",
];

fn cuda(report: &mut Report, plugin: Option<&Path>) {
    let driver = std::fs::read_to_string("/proc/driver/nvidia/version").ok();
    let version = driver.as_deref().and_then(|text| text.lines().next()).map(str::to_owned);
    match version {
        Some(version) => report.add(Verdict::Good, "NVIDIA driver", &version, ""),
        None => report.add(
            Verdict::Note,
            "NVIDIA driver",
            "not loaded",
            "install NVIDIA's driver to run on a GPU; compiling for one needs none",
        ),
    }
    let search_path = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    // NVIDIA's wheels lie beside the package that carries the plugin, which looks for them there.
    let wheels = plugin.and_then(|plugin| plugin.ancestors().nth(3)).map(|packages| packages.join("nvidia"));
    let wheels = wheels.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().filter_map(Result::ok);
    let wheels = wheels.map(|entry| entry.path().join("lib"));
    let folders: Vec<PathBuf> =
        std::env::split_paths(&search_path).chain(LIBRARY_FOLDERS.iter().map(PathBuf::from)).chain(wheels).collect();
    let starts = |prefix: &str| {
        folders.iter().any(|folder| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        })
    };
    let wanted = ["libcuda.so", "libcudart.so", "libcublas.so", "libcudnn.so", "libcusolver.so", "libcufft.so"];
    let missing: Vec<&str> = wanted.into_iter().filter(|name| !starts(name)).collect();
    if missing.is_empty() {
        report.add(Verdict::Good, "CUDA libraries", "all there", "");
    } else {
        report.add(
            Verdict::Note,
            "CUDA libraries",
            &format!("not beside the plugin, in LD_LIBRARY_PATH or the system's folders: {}", missing.join(", ")),
            "to run on a GPU install the plugin with them (keramos-run plugins install cuda13-full, or cuda12-full), or CUDA \
             and cuDNN on the system; compiling for one needs none",
        );
    }
}

fn cache(report: &mut Report) {
    let Some(cache) = Cache::of_user() else {
        report.add(Verdict::Note, "cache", "turned off, or there is no home folder", "");
        return;
    };
    let folder = cache.folder();
    let made = std::fs::create_dir_all(folder);
    let written = made.and_then(|()| {
        let probe = folder.join(format!(".probe-{}", std::process::id()));
        std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe))
    });
    match written {
        Ok(()) => report.add(Verdict::Good, "cache", &folder.display().to_string(), ""),
        Err(error) => report.add(
            Verdict::Bad,
            "cache",
            &format!("{} cannot be written to: {error}", folder.display()),
            "set KERAMOS_CACHE to a folder that can be, or to `off`",
        ),
    }
}

fn artifact(report: &mut Report, path: &Path) {
    let artifact = match keramos_runtime::open(path) {
        Ok(artifact) => artifact,
        Err(error) => {
            report.add(Verdict::Bad, "artifact", &error.to_string(), "");
            return;
        }
    };
    report.add(Verdict::Good, "artifact", &format!("{} is whole as far as its header", path.display()), "");
    let targets = &artifact.manifest().targets;
    if targets.is_empty() {
        report.add(Verdict::Note, "executables", "none: programs are compiled when they are first used", "");
    }
    for target in targets {
        let what = format!("executables for {}", target.name);
        let missing = missing_features(target);
        if missing.is_empty() {
            report.add(Verdict::Good, &what, "this processor has all that they need, as far as they tell", "");
        } else {
            report.add(
                Verdict::Note,
                &what,
                &format!("they need instructions that this processor does not have: {}", missing.join(" ")),
                "they are not used here, and programs are compiled instead; compile on this machine, or with --target cpu:portable",
            );
        }
    }
}

//! Plugins, the cache of compiled programs, and what is said about the machine.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/plugins.rs"]
mod plugins;
mod support;

use std::path::PathBuf;
use std::process::{Child, Stdio};

use keramos_artifact::Artifact;
use keramos_runtime::plugins::{Installed, Installer, Layout};
use keramos_runtime::{Platform, Session};
use plugins::{pin, python, wheel};
use support::process::{Place, Run};

impl Place {
    /// Predicts with `m.kar` and the cache in `cache`, or as the environment says.
    fn predict(&self, artifact: &str, environment: &[(&str, &str)], options: &[&str]) -> Run {
        let mut command = self.command();
        command.env("KERAMOS_CACHE", "cache").envs(environment.iter().copied());
        command.args(["-v", "predict", artifact, "--input", "x.npy"]).args(options);
        Run::of(command.output().unwrap())
    }

    fn cached(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path("cache")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

const COMPILED: &str = "compiled `predict";
const CACHED: &str = "took `predict (batch 16)` from the cache";

#[test]
fn what_had_to_be_compiled_is_kept() {
    let place = Place::new();
    let first = place.predict("m.kar", &[], &[]);
    assert!(first.stderr.contains(COMPILED) && first.stderr.contains("carries no executables"), "{}", first.stderr);
    let second = place.predict("m.kar", &[], &[]);
    assert!(second.stderr.contains(CACHED) && !second.stderr.contains(COMPILED), "{}", second.stderr);
    assert_eq!(first.ok(), second.ok());

    let mut list = place.command();
    list.env("KERAMOS_CACHE", "cache").args(["cache", "list"]);
    let listed = Run::of(list.output().unwrap()).ok();
    assert!(listed.contains("linear: predict (batch 16)") && listed.contains("s ago"), "{listed}");
    let mut clear = place.command();
    clear.env("KERAMOS_CACHE", "cache").args(["cache", "clear"]);
    let cleared = Run::of(clear.output().unwrap()).ok();
    assert!(cleared.contains("programs removed"), "{cleared}");
    assert!(place.cached().is_empty());
    assert!(place.predict("m.kar", &[], &[]).stderr.contains(COMPILED));
}

#[test]
fn a_damaged_entry_is_told_and_made_again() {
    let place = Place::new();
    place.predict("m.kar", &[], &[]).ok();
    for path in place.cached() {
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
    }
    let again = place.predict("m.kar", &[], &[]);
    assert!(again.stderr.contains("damaged and is not used") && again.stderr.contains(COMPILED), "{}", again.stderr);
    again.ok();
    assert!(place.predict("m.kar", &[], &[]).stderr.contains(CACHED));
}

#[test]
fn a_cache_that_cannot_be_written_costs_a_warning() {
    let place = Place::new();
    std::fs::write(place.path("file"), "").unwrap();
    // A folder that cannot be made stands for one that may not be written to, which a superuser does not have.
    for folder in ["file/cache", "/proc/nowhere"] {
        let run = place.predict("m.kar", &[("KERAMOS_CACHE", folder)], &[]);
        let warnings = run.stderr.matches("cannot be kept in the cache").count();
        assert_eq!(warnings, 1, "{}", run.stderr);
        assert!(run.stderr.contains("set KERAMOS_CACHE to a folder that can be written to"), "{}", run.stderr);
        run.ok();
    }
    // A file size limit of 4 KB is a disk that is full after 4 KB.
    let run = place.run_after("export KERAMOS_CACHE=full; trap '' XFSZ; ulimit -f 4", "predict m.kar --input x.npy");
    assert!(run.stderr.contains("no space left"), "{}", run.stderr);
    run.ok();
    assert!(place.predict("m.kar", &[("KERAMOS_CACHE", "full")], &[]).stderr.contains(COMPILED));
    // A cache that may hold nothing holds nothing.
    place.predict("m.kar", &[("KERAMOS_CACHE_MB", "0"), ("KERAMOS_CACHE", "none")], &[]).ok();
    assert!(!place.path("none").exists());
}

#[test]
fn processes_share_the_cache() {
    let place = Place::new();
    let start = |_| {
        let mut command = place.command();
        command.env("KERAMOS_CACHE", "cache").args(["-q", "predict", "m.kar", "--input", "x.npy"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..4).map(start).collect();
    let outputs: Vec<String> = children.into_iter().map(|c| Run::of(c.wait_with_output().unwrap()).ok()).collect();
    assert!(outputs.iter().all(|output| *output == outputs[0]));
    assert!(place.cached().iter().all(|path| Artifact::open(path).is_ok()), "half an entry is left");
    assert!(place.predict("m.kar", &[], &[]).stderr.contains(CACHED));
}

#[test]
fn an_executable_can_be_required() {
    let place = Place::new();
    place.predict("m.kar", &[], &["--require-aot"]).fails(
        1,
        &[
            "`predict (batch 16)` of `linear` would have to be compiled",
            "carries no executables",
            "leave out --require-aot",
        ],
    );
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let session = Session::new(Platform::Cpu).unwrap();
    session.compile_ahead("cpu", &artifact).unwrap().write_atomic(place.path("aot.kar")).unwrap();
    let run = place.predict("aot.kar", &[], &["--require-aot"]);
    assert!(run.stderr.contains("loaded the executable of"), "{}", run.stderr);
    run.ok();
    assert!(!place.path("cache").exists(), "nothing was compiled");
}

#[test]
fn devices_are_chosen_by_option_and_environment() {
    let place = Place::new();
    place.predict("m.kar", &[], &["--device", "cpu"]).ok();
    place.predict("m.kar", &[("KERAMOS_DEVICE", "cpu")], &[]).ok();
    place
        .predict("m.kar", &[("KERAMOS_DEVICE", "vax")], &[])
        .fails(2, &["KERAMOS_DEVICE vax", "name one as cpu, cuda"]);
    place.predict("m.kar", &[], &["--device", "cpu:7"]).fails(1, &["there is no device 7", "numbered from 0"]);
    let none = [("HOME", "/nowhere"), ("KERAMOS_HOME", "/nowhere")];
    place
        .predict("m.kar", &none, &["--device", "rocm"])
        .fails(1, &["no PJRT plugin for platform `rocm`", "plugins install rocm"]);
}

#[test]
fn plugins_are_listed_with_their_versions_and_faults() {
    let place = Place::new();
    let mut command = place.command();
    let found = Run::of(command.args(["plugins"]).output().unwrap()).ok();
    for part in ["cpu: ", "PJRT API: 0.", "device 0: ", "plugins install NAME", "jax-cuda13-pjrt=="] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
    std::fs::write(place.path("broken.so"), "text").unwrap();
    let mut command = place.command();
    let broken = Run::of(command.args(["plugins"]).env("KERAMOS_PJRT_PLUGIN", "broken.so").output().unwrap()).ok();
    assert!(broken.contains("not usable") && broken.contains("does not start as an ELF file"), "{broken}");
}

/// A plugin whose library ends the process that loads it.
#[test]
fn a_plugin_that_crashes_does_not_take_the_list_with_it() {
    let place = Place::new();
    std::fs::write(place.path("crash.c"), "#include <stdlib.h>\nvoid *GetPjrtApi(void) { abort(); }\n").unwrap();
    let library = place.path("crash.so");
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(place.path("crash.c"));
    assert!(compiler.status().unwrap().success());
    let mut command = place.command();
    let found = Run::of(command.args(["plugins"]).env("KERAMOS_PJRT_PLUGIN", &library).output().unwrap()).ok();
    assert!(found.contains("loading it ended the process"), "{found}");
    let mut command = place.command();
    let doctor = Run::of(command.args(["doctor"]).env("KERAMOS_PJRT_PLUGIN", &library).output().unwrap());
    assert_eq!(doctor.code, Some(1));
    assert!(
        doctor.stdout.contains("FAULT  cpu plugin") && doctor.stdout.contains("plugins install cpu"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn the_doctor_checks_the_machine_and_an_artifact() {
    let place = Place::new();
    let mut command = place.command();
    let run = Run::of(command.args(["doctor", "m.kar"]).output().unwrap());
    for part in
        ["ok     cpu plugin", "compiled, ran, was stored and loaded again", "artifact: m.kar", "executables: none"]
    {
        assert!(run.stdout.contains(part), "{part} is not in\n{}", run.stdout);
    }
    std::fs::write(place.path("bad.kar"), "text").unwrap();
    let mut command = place.command();
    let run = Run::of(command.args(["doctor", "bad.kar"]).output().unwrap());
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("FAULT  artifact") && run.stdout.contains("fault"), "{}", run.stdout);
}

#[test]
fn executables_for_another_processor_are_not_used_and_the_doctor_says_why() {
    let place = Place::new();
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let mut builder = keramos_artifact::ArtifactBuilder::from_artifact(&artifact).unwrap();
    let mut target = Session::new(Platform::Cpu).unwrap().target("cpu").unwrap();
    target.fingerprint.push_str(",sse99");
    target.details.push("features sse4.2 sse99".to_owned());
    let index = builder.add_target(target);
    for program in 0..artifact.manifest().programs.len() {
        builder.add_executable(program, index, b"never looked at".to_vec());
    }
    builder.write_atomic(place.path("other.kar")).unwrap();
    let run = place.predict("other.kar", &[], &[]);
    assert!(run.stderr.contains(COMPILED) && run.stderr.contains("sse99"), "{}", run.stderr);
    run.ok();
    place.predict("other.kar", &[], &["--require-aot"]).fails(1, &["sse99", "compile the model for this machine"]);
    let mut command = place.command();
    let doctor = Run::of(command.args(["doctor", "other.kar"]).output().unwrap()).ok();
    assert!(doctor.contains("does not have: sse99") && doctor.contains("cpu:portable"), "{doctor}");
}

#[test]
fn plugins_are_installed_once_whole_and_where_the_search_looks() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let installer = Installer::new(home.clone()).with_python(python(folder.path(), false));
    wheel(folder.path(), &[("pjrt_test/libpjrt_cpu.so", "one"), ("other/lib.so", "other")]);
    for layout in [Layout::File, Layout::Folder] {
        let Installed::Now(library) = installer.install(&pin(layout, "1")).unwrap() else { panic!("it was there") };
        assert_eq!(std::fs::read_to_string(&library).unwrap(), "one");
        assert_eq!(installer.install(&pin(layout, "1")).unwrap(), Installed::Before(library.clone()));
        let environment = keramos_pjrt::Environment::empty().with_variable("KERAMOS_HOME", &home);
        let found = keramos_pjrt::discover::candidates(Platform::Cpu, &environment);
        assert!(found.iter().any(|candidate| candidate.path == library), "{found:?}");
    }
    wheel(folder.path(), &[("pjrt_test/libpjrt_cpu.so", "two")]);
    for layout in [Layout::File, Layout::Folder] {
        let Installed::Now(library) = installer.install(&pin(layout, "2")).unwrap() else { panic!("it was there") };
        assert_eq!(std::fs::read_to_string(&library).unwrap(), "two");
    }
    let names = std::fs::read_dir(home.join("plugins/cpu")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "something is left over");
}

#[test]
fn an_installation_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let installer = Installer::new(folder.path().join("home")).with_python(python(folder.path(), false));
    wheel(folder.path(), &[("pjrt_test/libpjrt_cpu.so", "one")]);
    let Installed::Now(library) = installer.install(&pin(Layout::File, "1")).unwrap() else { panic!("it was there") };
    let refused = |installer: &Installer| {
        let message = installer.install(&pin(Layout::File, "2")).unwrap_err().to_string();
        assert_eq!(std::fs::read_to_string(&library).unwrap(), "one");
        message
    };
    wheel(folder.path(), &[("pjrt_other/lib.so", "")]);
    assert!(refused(&installer).contains("hold no pjrt_test/libpjrt_cpu.so"));
    wheel(folder.path(), &[("../outside", "")]);
    assert!(refused(&installer).contains("would lie outside"));
    std::fs::write(folder.path().join("wheel.whl"), "no zip").unwrap();
    assert!(refused(&installer).contains("cannot be unpacked"));
    python(folder.path(), true);
    let message = refused(&installer);
    assert!(message.contains("test==2") && message.contains("no matching hash"), "{message}");
    let message = refused(&installer.with_python("/no/python"));
    assert!(message.contains("needs Python 3 with pip"), "{message}");
}

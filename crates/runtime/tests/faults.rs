//! Plugins and artifacts that are at fault, seen through the real binary: a message that says what to do, and no panic.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/plugins.rs"]
mod plugins;
mod support;

use std::path::Path;
use std::process::Command;

use keramos_artifact::{Artifact, ArtifactBuilder, Target};
use plugins::{library, stub};
use support::process::{Place, Run};

/// What predicting with this plugin gives, and what `plugins` and `doctor` say of it.
fn with(place: &Place, plugin: &Path) -> [Run; 3] {
    let run = |arguments: &[&str]| {
        let mut command = place.command();
        Run::of(command.env("KERAMOS_PJRT_PLUGIN", plugin).args(arguments).output().unwrap())
    };
    [run(&["predict", "m.kar", "--input", "x.npy"]), run(&["plugins"]), run(&["doctor"])]
}

/// The plugin is refused with these words wherever it is met, and the last of them say what to do.
#[track_caller]
fn refused(place: &Place, plugin: &Path, parts: &[&str]) {
    let [predict, plugins, doctor] = with(place, plugin);
    predict.fails(1, parts);
    for (run, code) in [(&plugins, Some(0)), (&doctor, Some(1))] {
        assert_eq!(run.code, code, "{run:#?}");
        assert!(!run.stderr.contains("panicked"), "{run:#?}");
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains(parts[0]), "{:?} is not in\n{said}", parts[0]);
    }
    let advice = "keramos-run plugins install cpu";
    assert!(doctor.stdout.contains("FAULT") && doctor.stdout.contains(advice), "{}", doctor.stdout);
}

#[test]
fn a_plugin_that_is_not_there() {
    let place = Place::new();
    let missing = place.path("none.so");
    let [predict, plugins, doctor] = with(&place, &missing);
    predict.fails(1, &["none.so", "does not exist", "keramos-run plugins install cpu"]);
    assert!(plugins.ok().contains("plugins install NAME"));
    doctor.stdout.lines().find(|line| line.contains("FAULT") && line.contains("cpu plugin")).unwrap();
    place
        .run(&format!("predict m.kar --input x.npy --plugin {}", missing.display()))
        .fails(1, &["No such file or directory", "keramos-run plugins install"]);
}

#[test]
fn a_plugin_that_is_cut_short_or_of_another_architecture() {
    let place = Place::new();
    let whole = std::fs::read(stub(&place, "stub", ["0", "114"], 138, "&api")).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(place.path(name), bytes).unwrap();
        place.path(name)
    };
    refused(&place, &write("empty.so", b""), &["it is empty", "install the plugin again"]);
    let cut = write("cut.so", &whole[..whole.len() / 2]);
    refused(&place, &cut, &["is not a usable shared library", "install the plugin again"]);
    // The field that names the processor says AArch64.
    let mut other = whole;
    other[18..20].copy_from_slice(&183_u16.to_le_bytes());
    refused(&place, &write("arm.so", &other), &["is built for aarch64", "for this machine"]);
}

#[test]
fn a_plugin_that_is_too_old_or_exports_nothing() {
    let place = Place::new();
    let old = stub(&place, "old", ["0", "40"], 138, "&api");
    refused(&place, &old, &["speaks API 0.40, but 0.81 or a later", "install a newer plugin"]);
    let short = stub(&place, "short", ["0", "114"], 5, "&api");
    refused(&place, &short, &["does not have PJRT_Event_Destroy", "install a newer plugin"]);
    let unrelated = library(&place, "unrelated", "int unrelated(void) { return 0; }", &[]);
    refused(&place, &unrelated, &["does not export `GetPjrtApi`", "name a plugin's file"]);
}

#[test]
fn a_plugin_that_returns_errors() {
    let place = Place::new();
    let failing = stub(&place, "failing", ["0", "114"], 138, "&api");
    refused(&place, &failing, &["out of order", "failing.so", "keramos-run doctor"]);
}

#[test]
fn executables_for_a_target_that_is_not_known_are_not_used() {
    let place = Place::new();
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let mut builder = ArtifactBuilder::from_artifact(&artifact).unwrap();
    let target = builder.add_target(Target {
        name: "vax:780".to_owned(),
        platform: "vax".to_owned(),
        fingerprint: "vax build=1 780".to_owned(),
        details: Vec::new(),
    });
    for program in 0..artifact.manifest().programs.len() {
        builder.add_executable(program, target, b"never looked at".to_vec());
    }
    builder.write_atomic(place.path("vax.kar")).unwrap();
    let expected = place.run("predict m.kar --input x.npy").ok();
    let run = place.run("predict vax.kar --input x.npy");
    assert!(run.stderr.contains("the artifact's executables are for `vax build=1 780`"), "{}", run.stderr);
    assert_eq!(run.ok(), expected);
    place
        .run("predict vax.kar --input x.npy --require-aot")
        .fails(1, &["vax build=1 780", "compile the model for this machine"]);
    assert!(place.run("inspect vax.kar").ok().contains("vax:780 (vax)"));
}

/// A folder that may be read and not written to, for those who may do all: a mount that is read-only, where mounting is
/// allowed; else the permission is taken away.
#[test]
fn a_cache_that_may_only_be_read_still_serves() {
    let place = Place::new();
    let mut first = place.command();
    let first =
        Run::of(first.env("KERAMOS_CACHE", "cache").args(["predict", "m.kar", "--input", "x.npy"]).output().unwrap());
    let expected = first.ok();
    let set_up = "export KERAMOS_CACHE=$PWD/cache; chmod -R a-w cache; \
                  mount --bind cache cache 2>/dev/null && mount -o remount,ro,bind cache";
    let script = format!("{set_up}; exec \"$0\" -v predict m.kar --input x.npy");
    let mut shell = Command::new("unshare");
    shell.args(["--mount", "bash", "-c", &script, env!("CARGO_BIN_EXE_keramos-run")]).current_dir(place.path("."));
    let run = match shell.output() {
        Ok(output) if output.status.success() => Run::of(output),
        // No right to mount: then the permission is what keeps it from being written to.
        _ => place.run_after("export KERAMOS_CACHE=$PWD/cache; chmod -R a-w cache", "-v predict m.kar --input x.npy"),
    };
    assert!(run.stderr.contains("from the cache"), "{}", run.stderr);
    assert_eq!(run.ok(), expected);
    // So that the folder can be removed.
    Command::new("chmod").args(["-R", "u+w"]).arg(place.path("cache")).status().unwrap();
}

//! What is said of plugins, targets and tensors that cannot be used, each with what brings it about.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/plugins.rs"]
mod plugins;
mod support;

use std::path::Path;
use std::slice::from_ref;

use keramos_artifact::{Artifact, CodeFormat, DType, Entry, Port, PortKind, Program};
use keramos_runtime::dataset::{Dataset, Purpose};
use keramos_runtime::plugins::{Installer, Layout};
use keramos_runtime::targets::TargetSpec;
use keramos_runtime::{HostTensor, Platform, Session};
use plugins::{pin, python, stub, wheel};
use support::process::Place;
use support::{artifact, blobs, builder, write_npz};

fn said<T, E: std::fmt::Display>(result: Result<T, E>) -> String {
    result.err().map_or_else(|| "nothing is refused".to_owned(), |error| error.to_string())
}

/// The cases with what is said of each; folders of tests, which differ, are left out.
fn shown(cases: &[(&str, String)], folder: &Path) -> String {
    let shown: String = cases.iter().map(|(what, said)| format!("---- {what}\nerror: {said}\n")).collect();
    let processes = format!(".partial-{}", std::process::id());
    shown.replace(&folder.display().to_string(), "FOLDER").replace(&processes, ".partial-PID")
}

#[test]
fn installations_that_fail() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let installer = || Installer::new(home.clone()).with_python(python(folder.path(), false));
    let install = |installer: Installer| said(installer.install(&pin(Layout::File, "2")));
    let holding = |members: &[(&str, &str)]| {
        wheel(folder.path(), members);
        install(installer())
    };
    let elsewhere = install(installer().for_machine("macos", "aarch64"));
    let (other, outside) = (holding(&[("pjrt_other/lib.so", "")]), holding(&[("../outside", "")]));
    std::fs::write(folder.path().join("wheel.whl"), "no zip").unwrap();
    let damaged = install(installer());
    let failing = install(Installer::new(home.clone()).with_python(python(folder.path(), true)));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let nowhere = said(Installer::new(folder.path().join("file")).install(&pin(Layout::File, "2")));
    let cases = [
        ("a Mac", elsewhere),
        ("a wheel without the library", other),
        ("a wheel with ../outside", outside),
        ("a wheel that is no zip archive", damaged),
        ("pip fails", failing),
        ("no Python", install(installer().with_python("/no/python"))),
        ("a home folder that is a file", nowhere),
    ];
    insta::assert_snapshot!(shown(&cases, folder.path()));
}

#[test]
fn plugins_that_do_not_start_and_targets_that_they_do_not_have() {
    let place = Place::new();
    let failing = stub(&place, "failing", ["0", "114"], 138, "&api");
    let idle = stub(&place, "idle", ["0", "114"], 138, "(fails = 0, (void *)&api)");
    let start = |plugin: &Path| said(Session::with_plugin(plugin));
    let target = |name: &str| said(TargetSpec::parse(name).unwrap().compile(&artifact(&[4]), Some(&idle)));
    let unknown = |name: &str| said(TargetSpec::parse(name));
    let cases = [
        ("its functions fail", start(&failing)),
        ("its functions do nothing", start(&idle)),
        ("--target tpu:v5e:2x2", target("tpu:v5e:2x2")),
        ("--target cuda:h100", target("cuda:h100")),
        ("--target gpu", unknown("gpu")),
        ("--target cuda:h1000", unknown("cuda:h1000")),
        ("--target cuda:no/file.txtpb", unknown("cuda:no/file.txtpb")),
    ];
    insta::assert_snapshot!(shown(&cases, place.path("m.kar").parent().unwrap()));
}

#[test]
fn tensors_that_do_not_fit() {
    let model = artifact(&[4]);
    let (x, y) = blobs(8);
    let step = model.manifest().programs.iter().find(|program| program.label().starts_with("train_step")).unwrap();
    let data = |inputs: &[HostTensor], targets: &[HostTensor]| {
        said(Dataset::of_tensors("linear", step, Purpose::Train, inputs, targets))
    };
    let vector = |name: &str, kind| Port {
        name: name.to_owned(),
        dtype: DType::F32,
        shape: vec![2],
        kind,
        donated: false,
        below: None,
    };
    let mut functions = builder(&[4]);
    let twice = Program {
        entry: Entry::Function("twice".to_owned()),
        batch: None,
        inputs: vec![vector("x", PortKind::Data)],
        outputs: vec![vector("result", PortKind::Output)],
        format: CodeFormat::StablehloText,
        counts_padding: Vec::new(),
    };
    functions.add_program(twice, b"module @twice {}".to_vec());
    let functions = Artifact::from_bytes(functions.finish().unwrap()).unwrap();
    let mut functions = Session::new(Platform::Cpu).unwrap().load(functions);
    let two = HostTensor::from_values(vec![2], &[1.0_f32, 2.0]).unwrap();
    let mut call = |name: &str, arguments: &[HostTensor]| said(functions.call(name, arguments));
    let calls = [call("twice", &[]), call("twice", &[two.clone(), two.clone()]), call("thrice", &[two])];
    let [none, both, thrice] = calls;
    let cases = [
        ("twice()", none),
        ("twice(x, x)", both),
        ("thrice(x)", thrice),
        ("4 bytes for float32[2, 3]", said(HostTensor::new(DType::F32, vec![2, 3], vec![0; 4]))),
        ("fit(x, (y, y))", data(from_ref(&x), &[y.clone(), y])),
        ("fit(x, x)", data(from_ref(&x), from_ref(&x))),
    ];
    insta::assert_snapshot!(shown(&cases, Path::new("/no/folder")));
}

#[test]
fn labels_that_are_no_whole_numbers() {
    let place = Place::new();
    let (x, _) = blobs(4);
    write_npz(&place.path("halves.npz"), [("x", x), ("y", HostTensor::from_values(vec![4], &[0.5_f32; 4]).unwrap())]);
    let run = place.run("train m.kar --data halves.npz");
    assert_eq!(run.code, Some(1), "{run:#?}");
    insta::assert_snapshot!(run.stderr);
}

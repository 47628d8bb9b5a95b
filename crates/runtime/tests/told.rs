//! What is said of plugins, targets and tensors that cannot be used, each with what brings it about.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/plugins.rs"]
mod plugins;
mod support;

use std::path::Path;
use std::slice::from_ref;

use keramos_artifact::{Artifact, ArtifactBuilder, CodeFormat, DType, Entry, Manifest, Port, PortKind, Program};
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
    let calls = [call("twice", &[]), call("twice", &[two.clone(), two.clone()]), call("thrice", from_ref(&two))];
    let [none, both, thrice] = calls;
    let variable = said(functions.variable("linear/kernel"));
    let wrong = said(functions.set_variables(vec![(1, two.clone())]));
    let cases = [
        ("model.variable(linear/kernel)", variable),
        ("float32[2] for the bias, which has 3 elements", wrong),
        ("twice()", none),
        ("twice(x, x)", both),
        ("thrice(x)", thrice),
        ("4 bytes for float32[2, 3]", said(HostTensor::new(DType::F32, vec![2, 3], vec![0; 4]))),
        ("fit(x, (y, y))", data(from_ref(&x), &[y.clone(), y])),
        ("fit(x, x)", data(from_ref(&x), from_ref(&x))),
    ];
    insta::assert_snapshot!(shown(&cases, Path::new("/no/folder")));
}

const IDENTITY: &str = "(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }";

/// What the binary says to mistakes in its arguments, in data and in modules, one command after the other.
#[test]
fn commands_that_are_refused() {
    let place = Place::new();
    let write = |name: &str, text: &str| std::fs::write(place.path(name), text).unwrap();
    let (x, y) = blobs(4);
    let with = |name: &str, y: HostTensor| write_npz(&place.path(name), [("x", x.clone()), ("y", y)]);
    with("halves.npz", HostTensor::from_values(vec![4], &[0.5_f32; 4]).unwrap());
    with("seven.npz", HostTensor::from_values(vec![4], &[7_i32; 4]).unwrap());
    with("onehot.npz", HostTensor::zeros(DType::F32, vec![4, 3]).unwrap());
    with("complex.npz", HostTensor::zeros(DType::C64, vec![4]).unwrap());
    write_npz(&place.path("names.npz"), [("images", x.clone()), ("labels", y)]);
    write_npz(&place.path("complex.npy"), [("x", HostTensor::zeros(DType::C64, vec![4, 4]).unwrap())]);
    write("data.csv", "1,2\n");
    write("f.mlir", &format!("module {{ func.func @f{IDENTITY} }}"));
    write("hidden.mlir", &format!("module {{ func.func @main{IDENTITY} func.func private @f{IDENTITY} }}"));
    write(
        "any.mlir",
        "module { func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> { return %x : tensor<?x2xf32> } }",
    );
    write("int4.mlir", "module { func.func @main(%x: tensor<2xi4>) -> tensor<2xi4> { return %x : tensor<2xi4> } }");
    write(
        "token.mlir",
        "module { func.func @main(%x: !stablehlo.token) -> !stablehlo.token { return %x : !stablehlo.token } }",
    );
    std::fs::write(place.path("bytes.mlir"), [0xff; 9]).unwrap();
    let none = Artifact::open(place.path("m.kar")).unwrap();
    let mut predict =
        ArtifactBuilder::new(none.info().clone(), Manifest { programs: Vec::new(), ..none.manifest().clone() });
    for (index, program) in none.manifest().programs.iter().enumerate() {
        if matches!(program.entry, Entry::Init | Entry::Predict) {
            predict.add_program(program.clone(), none.program_code(index).unwrap().unwrap().into_owned());
        }
    }
    predict.write_atomic(place.path("predict.kar")).unwrap();
    let told = [
        "train predict.kar --data train.npz",
        "bench predict.kar --entry fit",
        "bench m.kar --entry predict --batch-size 5",
        "train m.kar --data names.npz",
        "train m.kar --data halves.npz",
        "train m.kar --data seven.npz",
        "train m.kar --data complex.npz",
        "train m.kar --data x.npy",
        "train m.kar --data onehot.npz",
        "predict m.kar --input complex.npy",
        "evaluate m.kar --data data.csv",
        "predict m.kar --input x.npy -o y.csv",
        "predict m.kar --input x.npy --device vax",
        "predict m.kar --input x.npy --require-aot",
        "call f.mlir main",
        "call hidden.mlir f",
        "call any.mlir main",
        "call int4.mlir main",
        "call token.mlir main --arg 0=x.npy",
        "call bytes.mlir main",
    ]
    .map(|line| {
        let run = place.run(line);
        assert_ne!(run.code, Some(0), "{line}: {}", run.stdout);
        format!("$ keramos-run {line}\n{}{}\n", run.stdout, run.stderr)
    });
    insta::assert_snapshot!(told.concat());
}

/// 240 GB are more than the machines have that run tests; how much those have is left out.
#[test]
fn a_module_that_needs_more_memory_than_there_is() {
    let place = Place::new();
    let many = "tensor<60000000000xf32>";
    let module = format!(
        "module {{ func.func @main() -> {many} {{ %0 = stablehlo.iota dim = 0 : {many} return %0 : {many} }} }}"
    );
    std::fs::write(place.path("large.mlir"), &module).unwrap();
    let run = place.run("call large.mlir main");
    assert_eq!(run.code, Some(1), "{run:#?}");
    let (before, rest) = run.stderr.split_once("the machine has ").unwrap();
    let (_, after) = rest.split_once(": it was not run").unwrap();
    insta::assert_snapshot!(format!("{module}\n{before}the machine has LESS: it was not run{after}"));
}

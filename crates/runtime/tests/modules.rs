//! StableHLO modules from JAX, TensorFlow and PyTorch, called as they are. `data/modules` has them, and where each is from.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use keramos_runtime::data::{self, Arrays};
use keramos_runtime::tensor::HostTensor;
use support::process::Run;
use tempfile::TempDir;

fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/modules")
}

/// A folder to run in.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keramos-run"));
        support::process::isolate(&mut command);
        Run::of(command.current_dir(self.0.path()).args(arguments).output().unwrap())
    }

    /// Writes the arguments that were stored with a module to `args.npz`; gives the results that were stored with it.
    fn stored(&self, name: &str) -> Vec<HostTensor> {
        let arrays = data::read(&modules().join(name)).unwrap();
        let (results, arguments): (Arrays, Arrays) = arrays.into_iter().partition(|(key, _)| key.starts_with("result"));
        data::write(&self.path("args.npz"), &arguments).unwrap();
        results.into_values().collect()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
}

/// The values of a tensor as doubles.
fn numbers(tensor: &HostTensor) -> Vec<f64> {
    tensor.cast(keramos_artifact::DType::F64).unwrap().values().unwrap()
}

#[track_caller]
fn assert_close(found: &HostTensor, expected: &HostTensor) {
    assert_eq!(found.shape(), expected.shape());
    for (found, expected) in numbers(found).into_iter().zip(numbers(expected)) {
        assert!((found - expected).abs() <= 1e-5 * expected.abs().max(1.0), "{found} instead of {expected}");
    }
}

#[test]
fn modules_of_other_frameworks_give_what_their_frameworks_give() {
    for (stored, files) in [
        ("jax.npz", ["jax.mlir", "jax.mlirbc"].as_slice()),
        ("tensorflow.npz", &["tensorflow.mlir", "tensorflow.mlirbc"]),
        ("torch.npz", &["torch.mlir", "torch.mlirbc"]),
    ] {
        for file in files {
            let place = Place::new();
            let expected = place.stored(stored);
            let module = modules().join(file);
            let arguments = ["call", module.to_str().unwrap(), "main", "--args", "args.npz", "--out-dir", "out"];
            place.run(&arguments).ok();
            for (index, expected) in expected.iter().enumerate() {
                let found = data::read(&place.path(&format!("out/{index}.npy"))).unwrap();
                assert_close(found.values().next().unwrap(), expected);
            }
            assert!(!place.path(&format!("out/{}.npy", expected.len())).exists(), "{file} has more results");
        }
    }
}

#[test]
fn narrow_floats_are_widened_or_raw() {
    let place = Place::new();
    place.stored("jax.npz");
    let module = modules().join("jax.mlir");
    let call = ["call", module.to_str().unwrap(), "main", "--args", "args.npz", "-o"];
    let said = place.run(&[&call[..], &["wide.npz"]].concat());
    assert!(said.stderr.contains("result 1 is bfloat16"), "{}", said.stderr);
    place.run(&[&call[..], &["raw.npz", "--raw"]].concat()).ok();
    let (wide, raw) = (data::read(&place.path("wide.npz")).unwrap(), data::read(&place.path("raw.npz")).unwrap());
    assert_eq!((wide["1"].dtype().name(), raw["1"].dtype().name()), ("float32", "bfloat16"));
    assert_eq!(numbers(&wide["1"]), numbers(&raw["1"]));
}

const IDENTITY: &str = "(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }";

#[test]
fn what_cannot_be_called_says_why_and_what_to_do() {
    let place = Place::new();
    place.write("public.mlir", &format!("module {{ func.func @f{IDENTITY} func.func public @g{IDENTITY} }}"));
    place.write("private.mlir", &format!("module {{ func.func @main{IDENTITY} func.func private @f{IDENTITY} }}"));
    place.write("hidden.mlir", &format!("module {{ func.func private @main{IDENTITY} }}"));
    let body = "{ %0 = stablehlo.sine %x : tensor<?x2xf32> return %0 : tensor<?x2xf32> }";
    place.write("any.mlir", &format!("module {{ func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {body} }}"));
    let call = "%0 = stablehlo.custom_call @callback(%x) : (tensor<2xf32>) -> tensor<2xf32>";
    place.write(
        "custom.mlir",
        &format!(
            "module {{ func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {{ {call} return %0 : tensor<2xf32> }} }}"
        ),
    );
    place.write(
        "int4.mlir",
        "module { func.func @main(%x: tensor<2xi4>) -> tensor<2xi4> { return %x : tensor<2xi4> } }",
    );
    place.write("wrong.mlir", "module { func.func @main() { oops } }");
    std::fs::write(place.path("bytes.mlir"), [0xff; 9]).unwrap();
    let whole = std::fs::read(modules().join("jax.mlirbc")).unwrap();
    std::fs::write(place.path("cut.mlirbc"), &whole[..whole.len() / 2]).unwrap();
    for (file, function, parts) in [
        ("public.mlir", "main", ["no public function `main`", "it has `f`, `g`: rename the one to call to `main`"]),
        ("public.mlir", "g", ["`g` is a public function", "call `main`"]),
        ("private.mlir", "f", ["`f` is a private function", "only the public function `main` can be called"]),
        ("private.mlir", "h", ["`h` is not in the module", "called by its function `main`"]),
        ("hidden.mlir", "main", ["no public function `main`", "make it public"]),
        ("any.mlir", "main", ["argument 0 is tensor<?x2xf32>", "fixed shapes: export it"]),
        ("custom.mlir", "main", ["callback", "export without it"]),
        ("int4.mlir", "main", ["argument 0 of the module is int4[2]", "convert it in the module"]),
        ("wrong.mlir", "main", ["cannot compile the module", "oops"]),
        ("bytes.mlir", "main", ["byte 0 is no UTF-8 text", "save the module as text"]),
        ("cut.mlirbc", "main", ["cannot compile the module", "export it again"]),
        ("none.mlir", "main", ["none.mlir: cannot open the file", "No such file"]),
    ] {
        place.run(&["call", file, function]).fails(1, &parts);
    }
}

#[test]
fn arguments_that_do_not_fit_a_module() {
    let place = Place::new();
    place.write("m.mlir", &format!("module {{ func.func @main{IDENTITY} }}"));
    place.run(&["call", "m.mlir", "main"]).fails(2, &["missing: --arg 0=FILE for `arg0` (float32[2])"]);
    let wrong = HostTensor::from_values(vec![3], &[1.0_f32; 3]).unwrap();
    data::write(&place.path("x.npy"), &Arrays::from([("x".to_owned(), wrong)])).unwrap();
    place.run(&["call", "m.mlir", "main", "--arg", "0=x.npy"]).fails(1, &["float32[2], found float32[3]", "export"]);
}

/// 240 GB are more than the machines have that run tests.
#[test]
fn too_little_memory_is_told_with_what_it_goes_to() {
    let place = Place::new();
    let many = "tensor<60000000000xf32>";
    let body = format!("%0 = stablehlo.iota dim = 0 : {many} return %0 : {many}");
    place.write("large.mlir", &format!("module {{ func.func @main() -> {many} {{ {body} }} }}"));
    let parts = [
        "`large` needs 240.0 GB at least, and the machine has",
        "outputs 240.0 GB",
        "`result` (240.0 GB)",
        "what helps: smaller arrays",
    ];
    place.run(&["call", "large.mlir", "main"]).fails(1, &parts);
}

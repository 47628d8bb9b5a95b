//! Artifacts explain themselves: inspect, diff, weights.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod support;

use keramos_artifact::{Artifact, ArtifactBuilder, Entry, LayerSummary, LayerWork, Manifest, Work};
use keramos_runtime::data::{self, Arrays};
use keramos_runtime::{HostTensor, Platform, Session};
use support::process::Place;

/// `aot.kar`: `m.kar` with executables for this machine.
fn compiled() -> Place {
    let place = Place::new();
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let session = Session::new(Platform::Cpu).unwrap();
    session.compile_ahead("cpu", &artifact).unwrap().write_atomic(place.path("aot.kar")).unwrap();
    place
}

#[test]
fn inspect_shows_what_a_run_takes() {
    let place = compiled();
    let text = place.run("inspect aot.kar").ok();
    let row = text.lines().rfind(|line| line.contains("predict (batch 4)")).unwrap();
    // Arguments: kernel 4×3, bias 3, x 4×4 floats; the output is 4×3 floats.
    for part in ["cpu", "124 B", "48 B"] {
        assert!(row.contains(part), "{part} is not in {row}");
    }
    assert!(!place.run("inspect m.kar").ok().contains("Memory and work"), "there are no executables to tell of");
    let json: serde_json::Value = serde_json::from_str(&place.run("inspect aot.kar --json").ok()).unwrap();
    assert_eq!(json["manifest"]["executables"][1]["plan"]["arguments"], 124);
}

#[test]
fn inspect_tells_what_each_layer_does_and_keeps() {
    let place = Place::new();
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let programs = &artifact.manifest().programs;
    let index = |entry: Entry| programs.iter().position(|program| program.entry == entry).unwrap();
    let row =
        |layer: &str, flops, backward_flops, kept| LayerWork { layer: layer.to_owned(), flops, backward_flops, kept };
    let work = |entry, layers| Work { program: index(entry), layers, steps: Vec::new() };
    let mut manifest = Manifest {
        layers: vec![LayerSummary {
            name: "dense".to_owned(),
            class: "Dense".to_owned(),
            output_shapes: vec![vec![None, Some(3)]],
            params: 15,
            connected_to: Vec::new(),
        }],
        work: vec![
            work(Entry::Predict, vec![row("dense", 108, 0, 0)]),
            work(Entry::TrainStep, vec![row("dense", 108, 2_000, 48), row("sgd", 30, 0, 0), row("", 0, 0, 0)]),
        ],
        ..artifact.manifest().clone()
    };
    for variable in &mut manifest.variables {
        variable.layer = variable.path.starts_with("linear/dense/").then(|| "linear/dense".to_owned());
    }
    let mut builder = ArtifactBuilder::new(artifact.info().clone(), manifest);
    programs.iter().for_each(|program| _ = builder.add_program(program.clone(), Vec::new()));
    builder.write_atomic(place.path("w.kar")).unwrap();
    let text = place.run("inspect w.kar").ok();
    let line = |start: &str| {
        let line = text.lines().rfind(|line| line.trim_start().starts_with(start)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert!(text.contains("dense (Dense)  (None, 3)     15      108"), "{text}");
    assert!(text.contains("Memory and work of train_step (batch 4) by layer"), "{text}");
    // Kernel 4×3 and bias 3, float32.
    assert_eq!(line("dense"), "dense 60 B 48 B 108 2.00 k");
    assert_eq!(line("sgd"), "sgd - - 30 0");
    assert_eq!(line("all"), "all 60 B 48 B 138 2.00 k");
    let json: serde_json::Value = serde_json::from_str(&place.run("inspect w.kar --json").ok()).unwrap();
    let layer = &json["layers"][0];
    assert_eq!((&layer["parameters"], &layer["weight_bytes"]), (&15.into(), &60.into()));
    assert_eq!(layer["work"]["train_step (batch 4)"]["kept_bytes"], 48);
}

#[test]
fn code_is_written_as_modules_that_can_be_called() {
    let place = Place::new();
    let listed = place.run("inspect m.kar --stablehlo modules").ok();
    assert!(listed.starts_with("modules/00-init.mlir: init\n"), "{listed}");
    let called = place.run("call modules/00-init.mlir main --out-dir out").ok();
    assert!(called.is_empty(), "{called}");
    let kernel = data::read(&place.path("out/0.npy")).unwrap();
    assert_eq!(kernel[data::UNNAMED].shape(), [4, 3]);
}

#[test]
fn models_are_drawn_in_three_formats() {
    let place = Place::new();
    let layer = |name: &str, from: &[&str]| LayerSummary {
        name: name.to_owned(),
        class: "Dense".to_owned(),
        output_shapes: vec![vec![None, Some(3)]],
        params: 1234,
        connected_to: from.iter().map(|&from| from.to_owned()).collect(),
    };
    let manifest = Manifest {
        name: "two <paths>".to_owned(),
        layers: vec![layer("in", &[]), layer("a", &["in"]), layer("b", &["in"]), layer("sum\"", &["a", "b", "gone"])],
        ..Manifest::default()
    };
    ArtifactBuilder::new(keramos_artifact::BuildInfo::default(), manifest).write_atomic(place.path("g.kar")).unwrap();
    for format in ["dot", "svg", "html"] {
        place.run(&format!("inspect g.kar --graph g.{format}")).ok();
    }
    let read = |name: &str| String::from_utf8(place.read(name)).unwrap();
    let dot = read("g.dot");
    for part in ["n0 -> n1;", "n0 -> n2;", "n1 -> n3;", "n2 -> n3;", "sum\\\" (Dense)\\n(None, 3)\\n1,234 params"] {
        assert!(dot.contains(part), "{part} is not in\n{dot}");
    }
    let svg = read("g.svg");
    assert_eq!((svg.matches("<rect x=").count(), svg.matches("class=\"edge\"").count()), (4, 4), "{svg}");
    assert!(svg.contains("two &lt;paths&gt;") && svg.contains("sum&quot; (Dense)"), "{svg}");
    // The two that one layer feeds stand beside each other.
    let placed = |name: &str| {
        let line = svg.lines().find(|line| line.contains(&format!("<title>{name} (Dense)"))).unwrap();
        let place = line.split_once("translate(").unwrap().1.split_once(')').unwrap().0;
        let (x, y) = place.split_once(' ').unwrap();
        (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
    };
    let (a, b) = (placed("a"), placed("b"));
    assert!(a.1 == b.1 && b.0 - a.0 >= 150.0, "{a:?} {b:?}");
    let html = read("g.html");
    assert_eq!(html.matches("<details>").count(), 4);
    assert!(html.contains("<svg") && html.contains("fed by a, b, gone"), "{html}");
    place.run("inspect g.kar --graph g.svg --unfold b").ok();
    place.run("inspect g.kar --graph g.svg --unfold c").fails(2, &["--unfold c", "there are in, a, b, sum"]);
    place.run("inspect g.kar --graph g.png").fails(2, &["--graph g.png", "may be .html, .svg or .dot"]);
}

#[test]
fn diff_names_what_is_other() {
    let place = compiled();
    assert_eq!(place.run("diff m.kar m.kar").ok(), "no differences\n");
    let run = place.run("diff m.kar aot.kar");
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("+ target `cpu`") && !run.stdout.contains('~'), "{}", run.stdout);

    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    let mut builder = ArtifactBuilder::from_artifact(&artifact).unwrap();
    builder.set_weights([(1, &[0; 12][..])]).unwrap();
    builder.write_atomic(place.path("one.kar")).unwrap();
    builder.set_weights([(1, &[1; 12][..])]).unwrap();
    builder.write_atomic(place.path("two.kar")).unwrap();
    let run = place.run("diff one.kar two.kar");
    assert!(run.stdout.starts_with("~ value of `linear/dense/bias`: checksum"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}

#[test]
fn weights_go_out_and_come_back() {
    let place = Place::new();
    place.run("weights export m.kar -o w.npz").fails(2, &["m.kar stores no values", "compile it with --weights"]);
    let kernel: Vec<f32> = (0..12_u8).map(f32::from).collect();
    let arrays = Arrays::from([
        ("linear/dense/kernel".to_owned(), HostTensor::from_values(vec![4, 3], &kernel).unwrap()),
        ("linear/dense/bias".to_owned(), HostTensor::from_values(vec![3], &[0.5_f32, 1.0, 2.0]).unwrap()),
    ]);
    data::write(&place.path("given.npz"), &arrays).unwrap();
    place.run("weights import m.kar given.npz -o full.kar").ok();
    for file in ["out.safetensors", "out.npz"] {
        place.run(&format!("weights export full.kar -o {file}")).ok();
        assert_eq!(data::read(&place.path(file)).unwrap(), arrays);
        place.run(&format!("weights import m.kar {file} -o again.kar")).ok();
        assert_eq!(place.read("again.kar"), place.read("full.kar"));
    }
    // What is stored is used where the file holds it, and training does not change it there.
    let before = place.read("full.kar");
    let first = place.run("predict full.kar --input x.npy").ok();
    place.run("train full.kar --data train.npz --epochs 1 -o trained.kar").ok();
    assert_eq!(place.read("full.kar"), before);
    assert_eq!(place.run("predict full.kar --input x.npy").ok(), first);
    assert_ne!(place.run("predict trained.kar --input x.npy").ok(), first);

    let listed = place.run("weights list full.kar").ok();
    let row = listed.lines().find(|line| line.contains("linear/dense/kernel")).unwrap();
    assert!(row.contains("float32[4, 3]") && row.contains("trainable") && row.ends_with("yes"), "{listed}");
    let row = listed.lines().find(|line| line.contains("sgd/iteration")).unwrap();
    assert!(row.contains("optimizer") && row.ends_with("no"), "{listed}");

    let wrong =
        Arrays::from([("linear/dense/kernel".to_owned(), HostTensor::from_values(vec![2], &[1.0_f32; 2]).unwrap())]);
    data::write(&place.path("wrong.npz"), &wrong).unwrap();
    let before = place.read("full.kar");
    place
        .run("weights import full.kar wrong.npz")
        .fails(1, &["do not fit the model", "linear/dense/bias", "float32[2] in the file"]);
    assert_eq!(place.read("full.kar"), before);
}

//! `keramos-run profile`: where the time goes, and the trace.

use serde_json::Value;

use crate::tool::Workplace;

const MODEL: &str = r#"import keras
from keras import layers

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu", name="first"),
    layers.Dense(4, activation="softmax", name="second"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
"#;

fn compiled() -> Workplace {
    let place = Workplace::new();
    place.write("model.py", MODEL);
    place
        .keramos(&["compile", "model.py", "--train-batch", "16", "--batch", "16", "--target", "none", "-o", "m.kar"])
        .ok();
    place
}

#[test]
fn tables_and_trace_name_layers_and_lines() {
    let place = compiled();
    let run = place.keramos_run(&["profile", "m.kar", "--runs", "3", "--top", "100", "-o", "trace.json"]).ok();
    for part in ["train_step (batch 16) of", "Layers by time", "first", "backward", "adam", "update", "model.py:6"] {
        assert!(run.stdout.contains(part), "`{part}` is not in\n{}", run.stdout);
    }
    let text = std::fs::read_to_string(place.path("trace.json")).expect("a trace");
    let trace: Value = serde_json::from_str(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    // What Perfetto's importer asks of an event: phase, process, thread; of a complete one also name, start and duration.
    for event in events {
        assert!(event["pid"].is_u64() && event["tid"].is_u64() && event["name"].is_string(), "{event}");
        match event["ph"].as_str() {
            Some("M") => assert!(event["args"].is_object(), "{event}"),
            Some("X") => assert!(event["ts"].as_f64() >= Some(0.0) && event["dur"].as_f64() >= Some(0.0), "{event}"),
            _ => panic!("{event}"),
        }
    }
    let complete = || events.iter().filter(|event| event["ph"] == "X");
    let kernels = || complete().filter(|event| event["args"]["kernel"].is_string());
    let named = |name: &str| kernels().any(|event| event["name"].as_str().is_some_and(|found| found.contains(name)));
    assert!(named("dot_general of first, model.py:6"), "{text}");
    assert!(named("in the gradient of second") && named("optimizer's update"), "{text}");
    assert!(kernels().any(|event| event["args"]["source"] == "model.py:7" && event["args"]["layer"] == "second"));

    // The kernels of a pass follow each other within the pass.
    let span = |event: &Value| (event["ts"].as_f64().expect("start"), event["dur"].as_f64().expect("duration"));
    let passes: Vec<_> = complete()
        .filter(|event| event["name"].as_str().is_some_and(|name| name.ends_with("kernel by kernel")))
        .collect();
    assert_eq!(passes.len(), 3);
    for pass in passes {
        let (start, length) = span(pass);
        let inside: Vec<(f64, f64)> =
            kernels().map(span).filter(|&(at, _)| start <= at && at <= start + length).collect();
        assert!(inside.len() > 5, "{}", inside.len());
        assert!(inside.iter().map(|(_, duration)| duration).sum::<f64>() <= length);
        assert!(inside.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0 + 0.01));
    }
}

#[test]
fn an_entry_point_and_a_batch_size_can_be_chosen() {
    let place = compiled();
    let run = place.keramos_run(&["profile", "m.kar", "predict", "--runs", "2", "--top", "1"]).ok();
    assert!(run.stdout.starts_with("predict (batch 16) of"), "{}", run.stdout);
    assert!(run.stdout.contains("more operations; --top"), "{}", run.stdout);
    place
        .keramos_run(&["profile", "m.kar", "predict", "--batch-size", "7"])
        .fails_with(&["batch size 7", "compiled for 16"]);
    place.keramos_run(&["profile", "m.kar", "fit"]).fails_with(&["no entry point `fit`"]);
    let run = place.keramos_run(&["profile", "m.kar", "--runs", "0"]);
    assert_eq!((run.code, run.stderr.contains("--runs 0")), (Some(2), true), "{}", run.stderr);
}

#[test]
fn the_help_says_what_can_be_asked() {
    insta::assert_snapshot!(Workplace::new().keramos_run(&["profile", "--help"]).ok().stdout);
}

//! Models in a session: prediction, training and state, on the CPU plugin.
#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

mod support;

use std::path::Path;

use keramos_artifact::{Artifact, ArtifactBuilder, DType, Entry};
use keramos_runtime::data::Arrays;
use keramos_runtime::dataset::{ArrayNames, Dataset, Purpose};
use keramos_runtime::train::{FitOptions, Observer, Silent};
use keramos_runtime::{Error, HostTensor, Model, Platform, Session};
use support::{CLASSES, FEATURES, artifact, blobs, builder};

fn session() -> Session {
    Session::new(Platform::Cpu).unwrap()
}

fn model(batches: &[usize]) -> Model {
    session().load(artifact(batches))
}

fn dataset(model: &Model, rows: usize) -> Dataset {
    let (x, y) = blobs(rows);
    bind(model, [("x", x), ("y", y)]).unwrap()
}

fn bind(model: &Model, arrays: impl IntoIterator<Item = (&'static str, HostTensor)>) -> Result<Dataset, Error> {
    let arrays: Arrays = arrays.into_iter().map(|(name, tensor)| (name.to_owned(), tensor)).collect();
    let program = model.any_program(&Entry::TrainStepMasked).unwrap();
    let program = model.program(program).unwrap();
    Dataset::bind(Path::new("d.npz"), arrays, program, Purpose::Train, &ArrayNames::default())
}

fn options(epochs: usize, batch_size: usize) -> FitOptions {
    FitOptions { epochs, batch_size, shuffle: false, ..FitOptions::default() }
}

fn kernel(model: &mut Model) -> Vec<f32> {
    model.variable("linear/dense/kernel").unwrap().values().unwrap()
}

/// The classifier in plain Rust: parameters after one epoch without shuffling, and the mean loss
/// and accuracy over the epoch as Keras logs them.
fn reference_epoch(kernel: &mut [f32], bias: &mut [f32], x: &[f32], y: &[usize], batch: usize) -> (f32, f32) {
    let (mut loss, mut hits) = (0.0, 0.0);
    for (xs, ys) in x.chunks(batch * FEATURES).zip(y.chunks(batch)) {
        let mut dkernel = vec![0.0; kernel.len()];
        let mut dbias = vec![0.0; bias.len()];
        for (row, &label) in xs.chunks(FEATURES).zip(ys) {
            let logit =
                |class: usize| (0..FEATURES).map(|f| row[f] * kernel[f * CLASSES + class]).sum::<f32>() + bias[class];
            let logits: Vec<f32> = (0..CLASSES).map(logit).collect();
            let max = logits.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = logits.iter().map(|l| (l - max).exp()).sum();
            loss -= logits[label] - max - sum.ln();
            hits += f32::from(logits[label] == max);
            for class in 0..CLASSES {
                let d = (logits[class] - max).exp() / sum - f32::from(class == label);
                dbias[class] += d;
                (0..FEATURES).for_each(|f| dkernel[f * CLASSES + class] += d * row[f]);
            }
        }
        let rate = support::LEARNING_RATE / ys.len() as f32;
        kernel.iter_mut().zip(dkernel).for_each(|(k, d)| *k -= rate * d);
        bias.iter_mut().zip(dbias).for_each(|(b, d)| *b -= rate * d);
    }
    (loss / y.len() as f32, hits / y.len() as f32)
}

fn assert_close(ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len());
    for (a, b) in ours.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "{ours:?} {expected:?}");
    }
}

#[test]
fn training_with_a_partial_last_batch_is_gradient_descent() {
    let mut model = model(&[4, 16]);
    let (x, y) = blobs(50);
    let data = dataset(&model, 50);
    let mut expected_kernel = kernel(&mut model);
    let mut expected_bias = vec![0.0; CLASSES];
    let outcome = model.fit(&data, &options(3, 16), &mut Silent).unwrap();
    assert_eq!(outcome.steps, 3 * 4);

    let xs = x.values::<f32>().unwrap();
    let ys: Vec<usize> = y.values::<i64>().unwrap().into_iter().map(|label| label as usize).collect();
    for epoch in 0..3 {
        let (loss, accuracy) = reference_epoch(&mut expected_kernel, &mut expected_bias, &xs, &ys, 16);
        let logged = |name: &str| outcome.history.history[name][epoch].unwrap() as f32;
        assert_close(&[logged("loss"), logged("accuracy")], &[loss, accuracy]);
    }
    assert_close(&kernel(&mut model), &expected_kernel);
    let steps: Vec<i32> = model.variable("sgd/iteration").unwrap().values().unwrap();
    assert_eq!(steps, [12]);
}

#[test]
fn a_batch_size_that_was_not_compiled_runs_padded() {
    let (mut exact, mut padded) = (model(&[4]), model(&[16]));
    let data = dataset(&exact, 18);
    exact.fit(&data, &options(1, 4), &mut Silent).unwrap();
    padded.fit(&data, &options(1, 4), &mut Silent).unwrap();
    assert_close(&kernel(&mut exact), &kernel(&mut padded));
    let error = exact.fit(&data, &options(1, 8), &mut Silent).unwrap_err();
    assert!(matches!(error, Error::BatchSize { asked: 8, .. }));
    assert!(error.to_string().contains("compile again with --train-batch 8"), "{error}");
}

#[test]
fn predictions_do_not_depend_on_how_rows_are_cut() {
    let (x, _) = blobs(37);
    let mut outputs = Vec::new();
    for batches in [&[1][..], &[4, 16], &[64]] {
        outputs.push(model(batches).predict(std::slice::from_ref(&x)).unwrap().remove(0));
    }
    assert_eq!(outputs[0].shape(), [37, CLASSES]);
    let first: Vec<f32> = outputs[0].values().unwrap();
    for other in &outputs[1..] {
        assert_close(&other.values::<f32>().unwrap(), &first);
    }
    assert!(first.chunks(CLASSES).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
}

#[test]
fn validation_uses_the_last_rows_and_leaves_the_weights_alone() {
    let mut model = model(&[4, 16]);
    let data = dataset(&model, 50);
    let split = FitOptions { validation_split: 0.3, ..options(2, 16) };
    let outcome = model.fit(&data, &split, &mut Silent).unwrap();
    assert_eq!(outcome.steps, 2 * 3);
    let after = model.evaluate(&data, 35..50, Some(4)).unwrap();
    let logged = outcome.history.history["val_loss"][1].unwrap();
    assert!((after[0].1 - logged).abs() < 1e-6, "{after:?} {logged}");
    assert_eq!(outcome.history.epoch, [0, 1]);
}

#[test]
fn shuffling_depends_on_the_seed_alone() {
    let run = |seed| {
        let mut model = model(&[4]);
        let data = dataset(&model, 48);
        let shuffled = FitOptions { shuffle: true, seed, ..options(2, 4) };
        model.fit(&data, &shuffled, &mut Silent).unwrap();
        kernel(&mut model)
    };
    let first = run(1);
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn weights_of_examples_and_classes_count() {
    let mut model = model(&[4]);
    let (x, y) = blobs(8);
    let weights = HostTensor::from_values(vec![8], &[1.0f32, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]).unwrap();
    let data = bind(&model, [("x", x), ("y", y), ("sample_weight", weights)]).unwrap();
    model.fit(&data, &options(1, 4), &mut Silent).unwrap();
    let weighted = kernel(&mut model);

    let mut plain = support_model_of_even_rows();
    assert_close(&weighted, &kernel(&mut plain));

    let mut by_class = dataset(&model, 8);
    by_class.weigh_classes(&[(0, 2.0), (1, 0.5)].into());
    let expected: Vec<f32> = (0..8).map(|row| [2.0, 0.5, 1.0][row * 7 % CLASSES]).collect();
    assert_eq!(by_class.sample_weight().unwrap(), expected);
}

/// Trained on rows 0, 2 and 4, 6 only, two in a step.
fn support_model_of_even_rows() -> Model {
    let mut model = model(&[2, 4]);
    let (x, y) = blobs(8);
    let even = |tensor: &HostTensor| {
        let rows: Vec<u8> = tensor.bytes().chunks(tensor.row_bytes()).step_by(2).flatten().copied().collect();
        let shape = [&[4], tensor.row_shape()].concat();
        HostTensor::new(tensor.dtype(), shape, rows).unwrap()
    };
    let data = bind(&model, [("x", even(&x)), ("y", even(&y))]).unwrap();
    model.fit(&data, &options(1, 2), &mut Silent).unwrap();
    model
}

#[test]
fn state_goes_into_an_artifact_and_comes_back() {
    let mut model = model(&[4]);
    let data = dataset(&model, 16);
    let outcome = model.fit(&data, &options(1, 4), &mut Silent).unwrap();
    let saved = model.to_artifact(Some(outcome.history.clone())).unwrap().finish().unwrap();
    let saved = Artifact::from_bytes(saved).unwrap();
    assert_eq!(saved.manifest().history, Some(outcome.history));
    assert!(saved.manifest().has_all_weights());
    let mut again = session().load(saved);
    assert_eq!(kernel(&mut again), kernel(&mut model));
    assert_eq!(again.variable("sgd/iteration").unwrap().values::<i32>().unwrap(), [4]);

    model.fit(&data, &options(1, 4), &mut Silent).unwrap();
    again.fit(&data, &options(1, 4), &mut Silent).unwrap();
    assert_eq!(kernel(&mut again), kernel(&mut model));
}

#[test]
fn executables_are_loaded_without_compiling_and_only_where_they_fit() {
    let session = session();
    let plain = artifact(&[4]);
    let bytes = session.compile_ahead("cpu", &plain).unwrap().finish().unwrap();
    let compiled = Artifact::from_bytes(bytes).unwrap();
    assert_eq!(compiled.manifest().targets[0].fingerprint, session.fingerprint());
    assert_eq!(compiled.manifest().executables.len(), compiled.manifest().programs.len());

    // Without StableHLO that could be compiled, only the executables can have run.
    let mut stripped = ArtifactBuilder::new(compiled.info().clone(), compiled.manifest().clone());
    let mut foreign = stripped.clone();
    foreign.add_target(keramos_artifact::Target {
        fingerprint: "other".to_owned(),
        ..compiled.manifest().targets[0].clone()
    });
    stripped.add_target(compiled.manifest().targets[0].clone());
    for builder in [&mut stripped, &mut foreign] {
        for (index, program) in compiled.manifest().programs.iter().enumerate() {
            builder.add_program(program.clone(), b"not a program".to_vec());
            let code = compiled.executable_code(index).unwrap().unwrap();
            builder.add_executable(index, 0, code.into_owned());
        }
    }
    let (x, _) = blobs(3);
    let load = |builder: ArtifactBuilder| session.load(Artifact::from_bytes(builder.finish().unwrap()).unwrap());
    let from_executable = load(stripped).predict(std::slice::from_ref(&x)).unwrap();
    let from_source = session.load(plain).predict(std::slice::from_ref(&x)).unwrap();
    assert_eq!(from_executable, from_source);
    let error = load(foreign).predict(&[x]).unwrap_err();
    assert!(error.to_string().starts_with("`predict (batch 4)` of `linear`: "), "{error}");
}

#[test]
fn training_runs_from_the_executable_with_donation() {
    let session = session();
    let bytes = session.compile_ahead("cpu", &artifact(&[4])).unwrap().finish().unwrap();
    let mut compiled = session.load(Artifact::from_bytes(bytes).unwrap());
    let mut plain = model(&[4]);
    let data = dataset(&plain, 18);
    for model in [&mut compiled, &mut plain] {
        model.fit(&data, &options(2, 4), &mut Silent).unwrap();
    }
    assert_eq!(kernel(&mut compiled), kernel(&mut plain));
}

/// Asks for the end after some steps, as Ctrl-C does.
struct StopAfter {
    after: usize,
    done: usize,
}

impl Observer for StopAfter {
    fn step_done(&mut self, steps: usize, _: Option<&keramos_runtime::Logs>) {
        self.done = steps;
    }

    fn should_stop(&mut self) -> bool {
        self.done >= self.after
    }
}

#[test]
fn a_stopped_training_keeps_its_steps() {
    let mut model = model(&[4]);
    let data = dataset(&model, 400);
    let outcome = model.fit(&data, &options(3, 4), &mut StopAfter { after: 5, done: 0 }).unwrap();
    assert!(outcome.interrupted);
    assert!((5..100).contains(&outcome.steps), "{outcome:?}");
    assert!(outcome.history.epoch.is_empty());
    let steps: Vec<i32> = model.variable("sgd/iteration").unwrap().values().unwrap();
    assert_eq!(steps, [outcome.steps as i32]);
}

#[test]
fn a_loss_that_is_no_number_stops_the_training() {
    let mut model = model(&[4]);
    let (x, y) = blobs(8);
    let huge: Vec<f32> = x.values::<f32>().unwrap().iter().map(|value| value * 1e38).collect();
    let x = HostTensor::from_values(vec![8, FEATURES], &huge).unwrap();
    let data = bind(&model, [("x", x), ("y", y)]).unwrap();
    let error = model.fit(&data, &options(3, 4), &mut Silent).unwrap_err();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

#[test]
fn bytes_and_missing_axes_are_taken_as_they_are_meant() {
    let model = model(&[4]);
    let x = HostTensor::from_values(vec![2, FEATURES, 1], &[1u8; 2 * FEATURES]).unwrap();
    let y = HostTensor::from_values(vec![2, 1], &[0.0f64, 2.0]).unwrap();
    let data = bind(&model, [("x", x), ("y", y)]).unwrap();
    assert_eq!(data.targets()[0].tensor().dtype(), DType::I32);
    let mut batch = [0; 8 * FEATURES];
    data.inputs()[0].gather(&[1], 2, &mut batch).unwrap();
    assert_eq!(batch.to_vec(), [1.0f32; 2 * FEATURES].map(f32::to_le_bytes).concat());
}

#[test]
fn data_that_do_not_fit_name_both_sides() {
    let model = model(&[4]);
    let (x, y) = blobs(6);
    let floats = |shape: &[usize]| HostTensor::zeros(DType::F32, shape.to_vec()).unwrap();
    let labels = |values: &[i64]| HostTensor::from_values(vec![values.len()], values).unwrap();
    let mut nan = x.values::<f32>().unwrap();
    nan[9] = f32::NAN;
    let nan = HostTensor::from_values(vec![6, FEATURES], &nan).unwrap();
    let cases = [
        (
            ("images", x.clone()),
            ("y", y.clone()),
            "d.npz: no array for the model's input `pixels`: looked for `pixels`, `x_train`, `x`, the file has `images`, `y`",
        ),
        (("x", x.clone()), ("labels", y.clone()), "give its name with --y NAME"),
        (
            ("x", floats(&[6, 5])),
            ("y", y.clone()),
            "d.npz[x]: each row is of shape (5,), but the model's input `pixels` takes (4,)",
        ),
        (("x", floats(&[6, 2, 2])), ("y", y.clone()), "the sizes agree, so reshape it: x.reshape([6, 4])"),
        (("x", floats(&[FEATURES])), ("y", y.clone()), "this is one example without a batch"),
        (("x", x.clone()), ("y", labels(&[0, 1, 2])), "d.npz[x] has 6 rows and d.npz[y] has 3"),
        (("x", nan), ("y", y.clone()), "d.npz[x]: row 2 holds NaN"),
        (
            ("x", x.clone()),
            ("y", labels(&[0, 1, 2, 3, 0, 0])),
            "d.npz[y]: row 3 holds 3, but the model has room for 0 to 2 here",
        ),
        (("x", x.clone()), ("y", labels(&[0, 1, -1, 1, 0, 0])), "row 2 holds -1"),
        (
            ("x", x),
            ("y", HostTensor::from_values(vec![6], &[0.5f32; 6]).unwrap()),
            "element 0 is 0.5, which is no int32",
        ),
    ];
    for (x, y, words) in cases {
        let message = bind(&model, [x, y]).unwrap_err().to_string();
        assert!(message.contains(words), "{words:?} is not in {message:?}");
    }
}

#[test]
fn prediction_takes_what_training_refuses() {
    let mut model = model(&[4]);
    let x = HostTensor::from_values(vec![1, FEATURES], &[f32::NAN; FEATURES]).unwrap();
    let y: Vec<f32> = model.predict(&[x]).unwrap()[0].values().unwrap();
    assert!(y.iter().all(|value| value.is_nan()), "{y:?}");
    let error = model.predict(&[]).unwrap_err();
    assert!(error.to_string().contains("`linear` takes 1 (`pixels`), 0 given"), "{error}");
}

#[test]
fn tensors_in_memory_are_enough() {
    let mut model = model(&[16]);
    let (x, y) = blobs(40);
    let data = model.dataset(&[x], &[y]).unwrap();
    let options = FitOptions { epochs: 30, batch_size: 16, ..FitOptions::default() };
    let history = model.fit(&data, &options, &mut Silent).unwrap().history;
    assert_eq!(history.history["accuracy"][29], Some(1.0));
    let logs = model.evaluate(&data, 0..data.rows(), None).unwrap();
    assert_eq!(logs[1], ("accuracy".to_owned(), 1.0));
}

#[test]
fn a_model_without_a_loss_says_how_to_get_one() {
    let mut manifest = builder(&[4]).manifest().clone();
    manifest.training = None;
    let mut only_predict = ArtifactBuilder::new(Default::default(), manifest.clone());
    only_predict.add_program(manifest.programs[1].clone(), Vec::new());
    let model = session().load(Artifact::from_bytes(only_predict.finish().unwrap()).unwrap());
    let error = keramos_runtime::train::check_trainable(&model).unwrap_err();
    assert!(error.to_string().contains("it has `predict`: the model file has to call model.compile(...)"), "{error}");
}

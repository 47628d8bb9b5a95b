//! A linear classifier with hand-written programs, so that the runtime is tested without the
//! compiler: softmax(x · kernel + bias), sparse crossentropy, accuracy, plain gradient descent.
#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

mod data;
pub mod process;

use keramos_artifact::{
    Artifact, ArtifactBuilder, BuildInfo, CodeFormat, DType, Entry, LayerSummary, Manifest, Port, PortKind, Program,
    Role, TrainingConfig, Variable,
};

pub use data::{blobs, write_npz};

pub const FEATURES: usize = 4;
pub const CLASSES: usize = 3;
pub const LEARNING_RATE: f32 = 0.5;

/// Path, type, shape and role of each variable.
const VARIABLES: [(&str, DType, &[usize], Role); 7] = [
    ("linear/dense/kernel", DType::F32, &[FEATURES, CLASSES], Role::Trainable),
    ("linear/dense/bias", DType::F32, &[CLASSES], Role::Trainable),
    ("sgd/iteration", DType::I32, &[], Role::Optimizer),
    ("loss/total", DType::F32, &[], Role::Metric),
    ("loss/count", DType::F32, &[], Role::Metric),
    ("accuracy/total", DType::F32, &[], Role::Metric),
    ("accuracy/count", DType::F32, &[], Role::Metric),
];

fn variables() -> Vec<Variable> {
    let variable = |(path, dtype, shape, role): &(&str, DType, &[usize], Role)| Variable {
        path: (*path).to_owned(),
        dtype: *dtype,
        shape: shape.to_vec(),
        role: *role,
        layer: None,
        h5_path: None,
    };
    VARIABLES.iter().map(variable).collect()
}

fn port(name: &str, dtype: DType, shape: &[usize], kind: PortKind) -> Port {
    Port { name: name.to_owned(), dtype, shape: shape.to_vec(), kind, donated: false, below: None }
}

fn state(index: usize, donated: bool) -> Port {
    let (path, dtype, shape, _) = VARIABLES[index];
    Port { donated, ..port(path, dtype, shape, PortKind::State(index)) }
}

fn x(batch: usize) -> Port {
    port("pixels", DType::F32, &[batch, FEATURES], PortKind::Data)
}

fn y(batch: usize) -> Port {
    Port { below: Some(CLASSES as u64), ..port("dense", DType::I32, &[batch], PortKind::Target) }
}

fn logs() -> [Port; 2] {
    ["loss", "accuracy"].map(|name| port(name, DType::F32, &[], PortKind::Log))
}

fn mask(batch: usize) -> [Port; 2] {
    [
        port("sample_weight", DType::F32, &[batch], PortKind::SampleWeight),
        port("valid", DType::I32, &[], PortKind::Valid),
    ]
}

fn program(entry: Entry, batch: Option<usize>, inputs: Vec<Port>, outputs: Vec<Port>) -> Program {
    Program { entry, batch, inputs, outputs, format: CodeFormat::StablehloText, counts_padding: Vec::new() }
}

/// The artifact without weights and executables, for these batch sizes.
pub fn builder(batches: &[usize]) -> ArtifactBuilder {
    let info =
        BuildInfo { compiler_version: "0.1.0".to_owned(), stablehlo_version: "1.0.0".to_owned(), features: Vec::new() };
    let manifest = Manifest {
        name: "linear".to_owned(),
        source: Some("linear.py".to_owned()),
        variables: variables(),
        layers: vec![LayerSummary {
            name: "dense".to_owned(),
            class: "Dense".to_owned(),
            output_shapes: vec![vec![None, Some(CLASSES)]],
            params: 15,
            connected_to: vec!["pixels".to_owned()],
        }],
        training: Some(TrainingConfig {
            epochs: 2,
            batch_size: batches.iter().copied().max().unwrap_or(1),
            shuffle: true,
            losses: vec!["sparse_categorical_crossentropy".to_owned()],
            metrics: vec!["accuracy".to_owned()],
            optimizer: Some("SGD(learning_rate=0.5)".to_owned()),
            ..TrainingConfig::default()
        }),
        ..Manifest::default()
    };
    let mut builder = ArtifactBuilder::new(info, manifest);
    let all = |donated: bool| (0..VARIABLES.len()).map(move |index| state(index, donated));
    let init = program(Entry::Init, None, Vec::new(), all(false).collect());
    builder.add_program(init, INIT.into());
    for &batch in batches {
        let inputs = vec![state(0, false), state(1, false), x(batch)];
        let outputs = vec![port("dense", DType::F32, &[batch, CLASSES], PortKind::Output)];
        builder.add_program(program(Entry::Predict, Some(batch), inputs, outputs), predict(batch).into());

        let outputs: Vec<Port> = all(false).chain(logs()).collect();
        let inputs: Vec<Port> = all(true).chain([x(batch), y(batch)]).collect();
        let step = program(Entry::TrainStep, Some(batch), inputs.clone(), outputs.clone());
        builder.add_program(step, train_step(batch, false).into());
        let inputs = inputs.into_iter().chain(mask(batch)).collect();
        let step = program(Entry::TrainStepMasked, Some(batch), inputs, outputs);
        builder.add_program(step, train_step(batch, true).into());

        let used = [0, 1, 3, 4, 5, 6].map(|index| state(index, false));
        let inputs = used.into_iter().chain([x(batch), y(batch)]).chain(mask(batch)).collect();
        let outputs = [3, 4, 5, 6].map(|index| state(index, false)).into_iter().chain(logs()).collect();
        let step = program(Entry::EvaluateStep, Some(batch), inputs, outputs);
        builder.add_program(step, evaluate_step(batch).into());
    }
    builder
}

/// The artifact of [`builder`].
pub fn artifact(batches: &[usize]) -> Artifact {
    Artifact::from_bytes(builder(batches).finish().unwrap()).unwrap()
}

const INIT: &str = "
module @init {
  func.func public @main() -> (tensor<4x3xf32>, tensor<3xf32>, tensor<i32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) {
    %kernel = stablehlo.constant dense<[[0.1, -0.2, 0.3], [0.0, 0.1, -0.1], [0.2, 0.2, -0.3], [-0.1, 0.0, 0.1]]> : tensor<4x3xf32>
    %bias = stablehlo.constant dense<0.0> : tensor<3xf32>
    %step = stablehlo.constant dense<0> : tensor<i32>
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    return %kernel, %bias, %step, %zero, %zero, %zero, %zero : tensor<4x3xf32>, tensor<3xf32>, tensor<i32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
  }
}
";

/// From %kernel, %bias and %x: %p (probabilities), %logp.
fn forward(b: usize) -> String {
    format!(
        "
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %dot = stablehlo.dot_general %x, %kernel, contracting_dims = [1] x [0] : (tensor<{b}x4xf32>, tensor<4x3xf32>) -> tensor<{b}x3xf32>
    %biases = stablehlo.broadcast_in_dim %bias, dims = [1] : (tensor<3xf32>) -> tensor<{b}x3xf32>
    %logits = stablehlo.add %dot, %biases : tensor<{b}x3xf32>
    %max = stablehlo.reduce(%logits init: %low) applies stablehlo.maximum across dimensions = [1] : (tensor<{b}x3xf32>, tensor<f32>) -> tensor<{b}xf32>
    %maxes = stablehlo.broadcast_in_dim %max, dims = [0] : (tensor<{b}xf32>) -> tensor<{b}x3xf32>
    %shifted = stablehlo.subtract %logits, %maxes : tensor<{b}x3xf32>
    %exp = stablehlo.exponential %shifted : tensor<{b}x3xf32>
    %sum = stablehlo.reduce(%exp init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<{b}x3xf32>, tensor<f32>) -> tensor<{b}xf32>
    %sums = stablehlo.broadcast_in_dim %sum, dims = [0] : (tensor<{b}xf32>) -> tensor<{b}x3xf32>
    %p = stablehlo.divide %exp, %sums : tensor<{b}x3xf32>
    %logsums = stablehlo.log %sums : tensor<{b}x3xf32>
    %logp = stablehlo.subtract %shifted, %logsums : tensor<{b}x3xf32>"
    )
}

/// From %y, %sample_weight, %valid, %p, %logp and the metric state: %w (weight of each row),
/// %onehot, the new metric state and the logs.
fn metrics(b: usize) -> String {
    format!(
        "
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %class = stablehlo.iota dim = 1 : tensor<{b}x3xi32>
    %labels = stablehlo.broadcast_in_dim %y, dims = [0] : (tensor<{b}xi32>) -> tensor<{b}x3xi32>
    %is = stablehlo.compare EQ, %class, %labels, SIGNED : (tensor<{b}x3xi32>, tensor<{b}x3xi32>) -> tensor<{b}x3xi1>
    %onehot = stablehlo.convert %is : (tensor<{b}x3xi1>) -> tensor<{b}x3xf32>
    %row = stablehlo.iota dim = 0 : tensor<{b}xi32>
    %valids = stablehlo.broadcast_in_dim %valid, dims = [] : (tensor<i32>) -> tensor<{b}xi32>
    %real = stablehlo.compare LT, %row, %valids, SIGNED : (tensor<{b}xi32>, tensor<{b}xi32>) -> tensor<{b}xi1>
    %zeros = stablehlo.broadcast_in_dim %zero, dims = [] : (tensor<f32>) -> tensor<{b}xf32>
    %w = stablehlo.select %real, %sample_weight, %zeros : tensor<{b}xi1>, tensor<{b}xf32>
    %picked = stablehlo.multiply %onehot, %logp : tensor<{b}x3xf32>
    %nll_ = stablehlo.reduce(%picked init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<{b}x3xf32>, tensor<f32>) -> tensor<{b}xf32>
    %nll = stablehlo.negate %nll_ : tensor<{b}xf32>
    %weighted = stablehlo.multiply %nll, %w : tensor<{b}xf32>
    %lsum = stablehlo.reduce(%weighted init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<{b}xf32>, tensor<f32>) -> tensor<f32>
    %n = stablehlo.reduce(%w init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<{b}xf32>, tensor<f32>) -> tensor<f32>
    %top = stablehlo.compare EQ, %logits, %maxes, FLOAT : (tensor<{b}x3xf32>, tensor<{b}x3xf32>) -> tensor<{b}x3xi1>
    %hit_ = stablehlo.and %top, %is : tensor<{b}x3xi1>
    %hit = stablehlo.convert %hit_ : (tensor<{b}x3xi1>) -> tensor<{b}x3xf32>
    %hits_ = stablehlo.reduce(%hit init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<{b}x3xf32>, tensor<f32>) -> tensor<{b}xf32>
    %hits = stablehlo.multiply %hits_, %w : tensor<{b}xf32>
    %asum = stablehlo.reduce(%hits init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<{b}xf32>, tensor<f32>) -> tensor<f32>
    %lt2 = stablehlo.add %lt, %lsum : tensor<f32>
    %lc2 = stablehlo.add %lc, %n : tensor<f32>
    %at2 = stablehlo.add %at, %asum : tensor<f32>
    %ac2 = stablehlo.add %ac, %n : tensor<f32>
    %loss = stablehlo.divide %lt2, %lc2 : tensor<f32>
    %accuracy = stablehlo.divide %at2, %ac2 : tensor<f32>"
    )
}

fn predict(b: usize) -> String {
    let forward = forward(b);
    format!(
        "
module @predict {{
  func.func public @main(%kernel: tensor<4x3xf32>, %bias: tensor<3xf32>, %x: tensor<{b}x4xf32>) -> tensor<{b}x3xf32> {{{forward}
    return %p : tensor<{b}x3xf32>
  }}
}}
"
    )
}

fn evaluate_step(b: usize) -> String {
    let (forward, metrics) = (forward(b), metrics(b));
    format!(
        "
module @evaluate_step {{
  func.func public @main(%kernel: tensor<4x3xf32>, %bias: tensor<3xf32>, %lt: tensor<f32>, %lc: tensor<f32>, %at: tensor<f32>, %ac: tensor<f32>, %x: tensor<{b}x4xf32>, %y: tensor<{b}xi32>, %sample_weight: tensor<{b}xf32>, %valid: tensor<i32>) -> (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) {{{forward}{metrics}
    return %lt2, %lc2, %at2, %ac2, %loss, %accuracy : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
  }}
}}
"
    )
}

fn train_step(b: usize, masked: bool) -> String {
    let (forward, metrics) = (forward(b), metrics(b));
    let (arguments, constants) = if masked {
        (format!(", %sample_weight: tensor<{b}xf32>, %valid: tensor<i32>"), String::new())
    } else {
        let constants = format!(
            "
    %sample_weight = stablehlo.constant dense<1.0> : tensor<{b}xf32>
    %valid = stablehlo.constant dense<{b}> : tensor<i32>"
        );
        (String::new(), constants)
    };
    let donated =
        |name: &str, ty: &str, index: usize| format!("%{name}: tensor<{ty}> {{tf.aliasing_output = {index} : i32}}");
    let state = [
        donated("kernel", "4x3xf32", 0),
        donated("bias", "3xf32", 1),
        donated("step", "i32", 2),
        donated("lt", "f32", 3),
        donated("lc", "f32", 4),
        donated("at", "f32", 5),
        donated("ac", "f32", 6),
    ]
    .join(", ");
    let results = "tensor<4x3xf32>, tensor<3xf32>, tensor<i32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>";
    format!(
        "
module @train_step {{
  func.func public @main({state}, %x: tensor<{b}x4xf32>, %y: tensor<{b}xi32>{arguments}) -> ({results}) {{{constants}{forward}{metrics}
    %rate = stablehlo.constant dense<{LEARNING_RATE:?}> : tensor<f32>
    %scale = stablehlo.divide %rate, %n : tensor<f32>
    %scaled = stablehlo.broadcast_in_dim %scale, dims = [] : (tensor<f32>) -> tensor<{b}xf32>
    %row_scale = stablehlo.multiply %scaled, %w : tensor<{b}xf32>
    %row_scales = stablehlo.broadcast_in_dim %row_scale, dims = [0] : (tensor<{b}xf32>) -> tensor<{b}x3xf32>
    %diff = stablehlo.subtract %p, %onehot : tensor<{b}x3xf32>
    %dlogits = stablehlo.multiply %diff, %row_scales : tensor<{b}x3xf32>
    %dkernel = stablehlo.dot_general %x, %dlogits, contracting_dims = [0] x [0] : (tensor<{b}x4xf32>, tensor<{b}x3xf32>) -> tensor<4x3xf32>
    %dbias = stablehlo.reduce(%dlogits init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<{b}x3xf32>, tensor<f32>) -> tensor<3xf32>
    %kernel2 = stablehlo.subtract %kernel, %dkernel : tensor<4x3xf32>
    %bias2 = stablehlo.subtract %bias, %dbias : tensor<3xf32>
    %next = stablehlo.constant dense<1> : tensor<i32>
    %step2 = stablehlo.add %step, %next : tensor<i32>
    return %kernel2, %bias2, %step2, %lt2, %lc2, %at2, %ac2, %loss, %accuracy : {results}
  }}
}}
"
    )
}

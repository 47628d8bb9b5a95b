//! What the frontend hands on: the entry points of a model, as IR functions, and their description.

mod adapt;
mod assemble;
mod build;
mod custom;
mod fitted;
mod function;
mod inputs;
mod layout;
mod predictions;
mod stack;
mod step;
mod steps;
mod summary;
mod targets;
mod training;

pub use build::{Options, build};
pub(crate) use custom::{expect_computation, expect_stateless};
pub use function::{Wanted, called, requested};
pub(crate) use function::{canonical, uncalled};
pub(crate) use inputs::told;
pub use inputs::{call_on, size_by_data};
pub use step::Hints;
pub(crate) use step::{Before, Body, Counter, Steps, Unknown, expected, repeated, stepped_model};
pub use summary::summary;

use std::collections::BTreeMap;

use keramos_ir::{DType, Function, TensorType};

/// A compiled model file.
#[derive(Debug)]
pub struct Program {
    /// The model's name; that of the file if it has functions only.
    pub model: String,
    /// The state, in the order in which entry points take and return it.
    pub variables: Vec<VariableSpec>,
    /// Variables of one type that are the rows of one array, as indices into [`Program::variables`].
    pub stacks: Vec<Vec<usize>>,
    /// The entry points, for each batch size asked for.
    pub entries: Vec<Entry>,
    /// One row per layer, as `model.summary()` shows them.
    pub layers: Vec<LayerRow>,
    /// What `compile` and `fit` said.
    pub training: Option<Training>,
}

/// One variable of the state.
#[derive(Clone, Debug)]
pub struct VariableSpec {
    /// Keras's path.
    pub path: String,
    /// Its place in Keras's `.weights.h5` files, such as `layers/conv2d/vars/0`; none for seeds and metrics.
    pub h5_path: Option<String>,
    /// Element type and shape.
    pub ty: TensorType,
    /// What it is for.
    pub role: StateRole,
}

/// What a variable is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateRole {
    /// A trained weight.
    Trainable,
    /// A weight that is not trained (moving statistics, frozen layers).
    NonTrainable,
    /// The state of a seed generator.
    Seed,
    /// A slot or counter of the optimizer.
    Optimizer,
    /// A running sum of a metric.
    Metric,
}

/// Which entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// `init() -> state`.
    Init,
    /// `predict(variables, inputs) -> outputs`.
    Predict,
    /// `train_step(state, inputs, targets) -> (state, logs)`.
    TrainStep,
    /// `train_step_masked(state, inputs, targets, sample_weight, valid) -> (state, logs)`.
    TrainStepMasked,
    /// `evaluate_step(variables, inputs, targets, sample_weight, valid) -> (metric state, logs)`.
    EvaluateStep,
    /// `f(variables, arguments) -> results`: a function of the file.
    Function,
}

/// One entry point at one batch size, or for one list of argument types.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which one.
    pub kind: EntryKind,
    /// The batch size; `None` for `init`.
    pub batch: Option<usize>,
    /// The program.
    pub function: Function,
    /// One description per parameter of `function`.
    pub inputs: Vec<Port>,
    /// One description per result of `function`.
    pub outputs: Vec<Port>,
    /// What counts rows that pad the batch, in words: where it is not empty, the result for a batch that is not full is
    /// not that of the rows alone.
    pub counts_padding: Vec<String>,
}

/// One input or output of an entry point.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The name: a variable's path, the model input's or output's name, the metric's name, the path of a
    /// function's argument or result (`params['w']`, `result[0]`).
    pub name: String,
    /// What it carries.
    pub kind: PortKind,
    /// For a state input or an argument: the output that takes over its memory (donation).
    pub donated_to: Option<usize>,
    /// For integers that are used as indices (class numbers): they must be at least 0 and below this.
    pub below: Option<u64>,
}

/// What an input or output carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// The variable with this index in [`Program::variables`].
    State(usize),
    /// The variables of the stack with this index in [`Program::stacks`], along a new dimension 0.
    Stack(usize),
    /// Input number i of the model, or leaf number i of a function's arguments.
    Data(usize),
    /// The target of output number i.
    Target(usize),
    /// Weights of the rows.
    SampleWeight,
    /// How many rows count.
    Valid,
    /// A running value of the loss or a metric.
    Log,
    /// Output number i of the model, or leaf number i of a function's result.
    Output(usize),
}

/// One row of the layer table.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRow {
    /// The layer's name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// Its output shapes; `None` is the batch dimension.
    pub outputs: Vec<(Vec<Option<usize>>, DType)>,
    /// Number of parameters, trained and not.
    pub params: usize,
    /// Of these, trained.
    pub trainable_params: usize,
    /// The layers whose outputs it takes.
    pub connected_to: Vec<String>,
    /// Line in the model file.
    pub line: u32,
}

/// The recorded training configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Training {
    /// The optimizer as written, such as `Adam(learning_rate=0.001)`.
    pub optimizer: String,
    /// Loss names.
    pub losses: Vec<String>,
    /// Names of the logged values, `loss` first.
    pub logs: Vec<String>,
    /// `fit`'s arguments, where they are known at compile time.
    pub fit: Option<Fit>,
    /// Pairs of a trained variable and its moving average, as indices into [`Program::variables`]: when
    /// `fit` ends, the variable takes the average's value. Empty unless the optimizer has `use_ema`.
    pub averages: Vec<(usize, usize)>,
    /// The variable of the learning rate, as an index into [`Program::variables`]; `None` if a schedule gives it.
    pub learning_rate: Option<usize>,
    /// What happens between epochs.
    pub callbacks: Vec<Callback>,
    /// Statistics of the training data that layers need before the first step.
    pub adaptations: Vec<Adaptation>,
}

/// Two variables that are to hold the mean and the variance of a model input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adaptation {
    /// The model input.
    pub input: usize,
    /// The axes of the input, its rows being axis 0, that have statistics of their own.
    pub axes: Vec<usize>,
    /// The variable for the means, as an index into [`Program::variables`].
    pub mean: usize,
    /// The variable for the variances.
    pub variance: usize,
}

/// The arguments of the last `fit` call.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Passes over the data.
    pub epochs: usize,
    /// Rows per step.
    pub batch_size: usize,
    /// The last fraction of the rows is held out.
    pub validation_split: f64,
    /// Whether rows are shuffled before each epoch.
    pub shuffle: bool,
    /// The epoch to begin with.
    pub initial_epoch: usize,
    /// Steps in an epoch, if it is not all the data.
    pub steps_per_epoch: Option<usize>,
    /// Whether an epoch of more steps than the data have goes through them again, as a loop of the program does.
    pub repeat: bool,
    /// Whether there are data to validate on.
    pub validation_data: bool,
    /// Steps of a validation, if it is not all its data.
    pub validation_steps: Option<usize>,
    /// Rows per step of a validation, if other than in training.
    pub validation_batch_size: Option<usize>,
    /// The epochs that a validation follows.
    pub validation_freq: ValidationFreq,
    /// The weights of classes in the loss; others weigh one.
    pub class_weight: BTreeMap<i64, f64>,
}

/// The epochs that a validation follows, counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValidationFreq {
    /// Those whose number is a multiple.
    Every(usize),
    /// These.
    At(Vec<usize>),
}

/// What happens between the epochs of `fit`, with the arguments of Keras's classes.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are the arguments of Keras's classes")]
pub enum Callback {
    /// `EarlyStopping`.
    EarlyStopping {
        monitor: Monitor,
        patience: usize,
        baseline: Option<f64>,
        restore_best_weights: bool,
        start_from_epoch: usize,
    },
    /// `ReduceLROnPlateau`.
    ReduceLrOnPlateau { monitor: Monitor, factor: f64, patience: usize, cooldown: usize, min_lr: f64 },
    /// `ModelCheckpoint`.
    ModelCheckpoint { filepath: String, monitor: Monitor, save_best_only: bool, initial_value_threshold: Option<f64> },
    /// `LearningRateScheduler`: the rates of the epochs from `first_epoch` on.
    LearningRateScheduler { rates: Vec<f64>, first_epoch: usize },
    /// `CSVLogger`.
    CsvLogger { filename: String, separator: String, append: bool },
}

/// A logged value that a callback watches.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    /// Its name in logs.
    pub name: String,
    /// Whether larger is better; `None` until the metrics are known.
    pub rises: Option<bool>,
    /// By how much a value must be better.
    pub min_delta: f64,
}

impl Callback {
    /// What it watches, if that decides what it does.
    pub fn monitor_mut(&mut self) -> Option<&mut Monitor> {
        match self {
            Callback::EarlyStopping { monitor, .. }
            | Callback::ReduceLrOnPlateau { monitor, .. }
            | Callback::ModelCheckpoint { monitor, save_best_only: true, .. } => Some(monitor),
            _ => None,
        }
    }
}

impl Default for Fit {
    /// Keras's defaults.
    fn default() -> Self {
        Fit {
            epochs: 1,
            batch_size: 32,
            validation_split: 0.0,
            shuffle: true,
            initial_epoch: 0,
            steps_per_epoch: None,
            repeat: false,
            validation_data: false,
            validation_steps: None,
            validation_batch_size: None,
            validation_freq: ValidationFreq::Every(1),
            class_weight: BTreeMap::new(),
        }
    }
}

impl Entry {
    /// The name in artifacts and in printed stages.
    pub fn name(&self) -> &str {
        match self.kind {
            EntryKind::Init => "init",
            EntryKind::Predict => "predict",
            EntryKind::TrainStep => "train_step",
            EntryKind::TrainStepMasked => "train_step_masked",
            EntryKind::EvaluateStep => "evaluate_step",
            EntryKind::Function => &self.function.name,
        }
    }
}

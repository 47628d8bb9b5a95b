//! The manifest: what a model is, and how its programs are called.
//!
//! It is stored as JSON with the fields in the order declared here, so equal manifests are equal
//! bytes. Readers ignore fields that they do not know; a field added later carries a default.

mod callback;
mod entry;
mod training;
mod validate;
mod work;

use serde::{Deserialize, Serialize};

pub use callback::{Callback, Monitor};
pub use entry::Entry;
pub use training::{Adaptation, History, TrainingConfig, ValidationFreq};
pub use work::{LayerWork, Step, Work};

use crate::DType;

/// Everything about an artifact except the bytes of programs, executables and weights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the model, such as `sequential` or what the source gave.
    pub name: String,
    /// File name (no folder) of the source that the model was compiled from.
    pub source: Option<String>,
    /// The state, in the order in which every program takes and returns it.
    pub variables: Vec<Variable>,
    /// Variables that programs take and return as the rows of one array: indices in [`Manifest::variables`], in the order of
    /// the rows. Such a variable is passed in no other way; stored, it lies alone like any other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stacks: Vec<Vec<usize>>,
    /// The programs; the i-th program section holds the code of the i-th.
    pub programs: Vec<Program>,
    /// The layers in the order of `model.summary()`.
    #[serde(default)]
    pub layers: Vec<LayerSummary>,
    /// What the programs do, layer by layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<Work>,
    /// What `fit` was called with; `None` if the source trains nothing.
    #[serde(default)]
    pub training: Option<TrainingConfig>,
    /// What the executables were compiled for.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// The executables; the i-th executable section holds the code of the i-th.
    #[serde(default)]
    pub executables: Vec<ExecutableInfo>,
    /// Where each stored variable lies in the weights section; a variable that is missing here
    /// takes the value that the `init` program gives.
    #[serde(default)]
    pub weights: Vec<StoredTensor>,
    /// Logs of the training that produced the weights.
    #[serde(default)]
    pub history: Option<History>,
}

/// One named tensor of the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Keras's variable path, unique in the model, such as `sequential/conv2d/kernel`.
    pub path: String,
    /// Element type.
    pub dtype: DType,
    /// Shape; a scalar has none.
    pub shape: Vec<usize>,
    /// What the variable is for.
    pub role: Role,
    /// Name of the layer that owns it; `None` for optimizer and metric state.
    #[serde(default)]
    pub layer: Option<String>,
    /// Path of its dataset in Keras's `.weights.h5` layout, such as `layers/conv2d/vars/0`;
    /// `None` if Keras does not save it there.
    #[serde(default)]
    pub h5_path: Option<String>,
}

/// What a variable is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Changed by the optimizer.
    Trainable,
    /// Part of the model, but not changed by gradients: moving statistics, frozen weights.
    NonTrainable,
    /// State of a random number generator.
    Seed,
    /// State of the optimizer, its step count included.
    Optimizer,
    /// Running sums of a metric or of the loss; zero again at the start of each epoch.
    Metric,
}

impl Role {
    /// Whether the variable belongs to the model itself, so that `model.weights` lists it.
    pub fn is_model_weight(self) -> bool {
        matches!(self, Role::Trainable | Role::NonTrainable)
    }
}

/// One compiled function of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Which function it is.
    pub entry: Entry,
    /// Number of rows in a batch; `None` if the program has no batch (`init`).
    pub batch: Option<usize>,
    /// Arguments, in the order of the function's parameters.
    pub inputs: Vec<Port>,
    /// Results, in the order of the function's results.
    pub outputs: Vec<Port>,
    /// How the program section is encoded.
    pub format: CodeFormat,
    /// What counts the rows that pad a batch, in words: where it is not empty, a batch that is not full gives another
    /// result than its rows alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts_padding: Vec<String>,
}

/// How the code of a program is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeFormat {
    /// StableHLO as MLIR text.
    StablehloText,
    /// StableHLO as MLIR bytecode.
    StablehloBytecode,
}

/// One argument or result of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// A name that is unique among the program's inputs, or among its outputs: the variable's
    /// path, the model input's or output's name, the metric's name; for functions the parameter's name or
    /// `result` and the path in it, such as `params['w']` or `result[0]`.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Shape, the batch dimension included.
    pub shape: Vec<usize>,
    /// What is passed here.
    pub kind: PortKind,
    /// Whether the call consumes the argument and reuses its memory for the output of the same
    /// variable, or for a function for an output of the same type. Always false for outputs.
    #[serde(default, skip_serializing_if = "is_false")]
    pub donated: bool,
    /// For integers that are used as indices (sparse labels, embedding ids): values must be at
    /// least zero and below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
}

/// What is passed through a [`Port`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortKind {
    /// The variable with this index in [`Manifest::variables`].
    State(usize),
    /// The variables of the stack with this index in [`Manifest::stacks`], one after the other along a new dimension 0.
    Stack(usize),
    /// A model input; several come in the order of the model's inputs. An argument of a function;
    /// trees come as their leaves in the order of `jax.tree.leaves`.
    Data,
    /// What an output is compared with in training; several come in the order of the outputs.
    Target,
    /// One weight per row, float32.
    SampleWeight,
    /// How many rows at the front of the batch count, an int32 scalar.
    Valid,
    /// A running metric value, a float32 scalar; `loss` comes first.
    Log,
    /// A model output; several come in the order of the model's outputs. A leaf of a function's result.
    Output,
}

/// One line of `model.summary()`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// Name of the layer; the names of nested models come first, with slashes.
    pub name: String,
    /// Class of the layer, such as `Conv2D`.
    pub class: String,
    /// Shape of each output; `None` is the batch dimension.
    pub output_shapes: Vec<Vec<Option<usize>>>,
    /// Number of parameters, counting those of layers inside.
    pub params: u64,
    /// Names of the layers that feed this one.
    #[serde(default)]
    pub connected_to: Vec<String>,
}

/// What executables were compiled for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The name that the user gave, such as `cpu` or `cuda:h100`.
    pub name: String,
    /// PJRT platform, such as `cpu`, `cuda`, `tpu`.
    pub platform: String,
    /// What a plugin must report for the executables to load: platform, plugin build, topology
    /// and features, as one string that is compared for equality.
    pub fingerprint: String,
    /// Readable details (plugin version, host features) for `inspect`.
    #[serde(default)]
    pub details: Vec<String>,
}

/// One program compiled for one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutableInfo {
    /// Index in [`Manifest::programs`].
    pub program: usize,
    /// Index in [`Manifest::targets`].
    pub target: usize,
    /// What the plugin that compiled it told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// Memory and work of one run of an executable, as its compiler planned them. What the compiler does not tell is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Bytes of machine code.
    pub code: u64,
    /// Bytes of all arguments.
    pub arguments: u64,
    /// Bytes of all outputs.
    pub outputs: u64,
    /// Bytes that arguments and outputs share.
    pub aliased: u64,
    /// Bytes of working memory.
    pub temporaries: u64,
    /// Floating-point operations, as the compiler counts them.
    pub flops: u64,
    /// Bytes read and written, as the compiler counts them.
    pub bytes_accessed: u64,
}

impl Plan {
    /// Bytes that a run takes on its device at most: arguments, outputs and working memory, what is shared counted once.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.arguments.saturating_add(self.outputs).saturating_add(self.temporaries).saturating_sub(self.aliased)
    }
}

/// Where the value of a variable lies in the weights section: raw, dense, row-major,
/// little-endian, at a multiple of [`crate::WEIGHT_ALIGNMENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTensor {
    /// Index in [`Manifest::variables`].
    pub variable: usize,
    /// Offset from the start of the section.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// CRC-32C of the value, so that it can be read without the others.
    pub checksum: u32,
}

impl PortKind {
    /// Whether the runtime keeps what is passed here: a variable, or several as one array.
    pub fn is_state(self) -> bool {
        matches!(self, PortKind::State(_) | PortKind::Stack(_))
    }
}

impl Variable {
    /// Bytes that the value takes, or `None` beyond `usize`.
    pub fn byte_len(&self) -> Option<usize> {
        self.dtype.byte_len(&self.shape)
    }

    /// Number of elements, or `None` beyond `usize`.
    pub fn elements(&self) -> Option<usize> {
        self.shape.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim))
    }
}

impl Program {
    /// How messages call the program: `predict (batch 32)`, `init`, or `f (float32[8, 3], int32[])`.
    pub fn label(&self) -> String {
        const SHOWN: usize = 4;
        match (self.batch, &self.entry) {
            (Some(batch), _) => format!("{} (batch {batch})", self.entry),
            (None, Entry::Function(name)) => {
                let types = self.arguments().map(|(_, port)| format!("{}{:?}", port.dtype, port.shape));
                let mut types: Vec<String> = types.collect();
                if types.len() > SHOWN {
                    types.truncate(SHOWN - 1);
                    types.push("…".to_owned());
                }
                format!("{name} ({})", types.join(", "))
            }
            (None, _) => self.entry.to_string(),
        }
    }

    /// The inputs that are given by the caller, each with its position among all inputs: all but state.
    pub fn arguments(&self) -> impl Iterator<Item = (usize, &Port)> {
        self.inputs.iter().enumerate().filter(|(_, port)| !port.kind.is_state())
    }

    /// The inputs of one kind, each with its position among all inputs.
    pub fn inputs_of(&self, kind: PortKind) -> impl Iterator<Item = (usize, &Port)> {
        let of_kind = move |(_, port): &(usize, &Port)| port.kind == kind;
        self.inputs.iter().enumerate().filter(of_kind)
    }

    /// The outputs of one kind, each with its position among all outputs.
    pub fn outputs_of(&self, kind: PortKind) -> impl Iterator<Item = (usize, &Port)> {
        let of_kind = move |(_, port): &(usize, &Port)| port.kind == kind;
        self.outputs.iter().enumerate().filter(of_kind)
    }
}

impl Manifest {
    /// The program of this entry point for exactly this batch size, with its index.
    pub fn program(&self, entry: &Entry, batch: Option<usize>) -> Option<(usize, &Program)> {
        self.programs_of(entry).find(|(_, program)| program.batch == batch)
    }

    /// What a program does, layer by layer, if the compiler told.
    pub fn work_of(&self, program: usize) -> Option<&Work> {
        self.work.iter().find(|work| work.program == program)
    }

    /// All programs of an entry point, each with its index, in file order.
    pub fn programs_of(&self, entry: &Entry) -> impl Iterator<Item = (usize, &Program)> {
        self.programs.iter().enumerate().filter(move |(_, program)| program.entry == *entry)
    }

    /// The batch sizes that an entry point was compiled for, ascending.
    pub fn batches(&self, entry: &Entry) -> Vec<usize> {
        let sizes = self.programs_of(entry).filter_map(|(_, p)| p.batch);
        let mut sizes: Vec<usize> = sizes.collect();
        sizes.sort_unstable();
        sizes
    }

    /// Whether the artifact holds a model, not only functions.
    pub fn has_model(&self) -> bool {
        self.programs.iter().any(|program| program.entry == Entry::Predict)
    }

    /// Whether the artifact carries a value for every weight of the model (optimizer and metric
    /// state aside), so that it predicts something meaningful as it is.
    pub fn has_all_weights(&self) -> bool {
        let is_stored = |index| self.weights.iter().any(|stored| stored.variable == index);
        let mut weights = self.variables.iter().enumerate();
        weights.all(|(index, variable)| !variable.role.is_model_weight() || is_stored(index))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

//! From the frontend's program to the artifact's manifest.

use keramos_artifact::manifest::{
    Adaptation, Callback, LayerSummary, Monitor, Port, PortKind, Role, TrainingConfig, ValidationFreq, Variable,
};
use keramos_artifact::{BuildInfo, DType, Manifest};
use keramos_frontend::program::{self, Entry, EntryKind, Program, StateRole};
use keramos_ir::{Function, TensorType};

/// The StableHLO version whose operations are emitted: the oldest that all supported plugins read.
const STABLEHLO_VERSION: &str = "1.13.3";

pub(crate) fn build_info() -> BuildInfo {
    BuildInfo {
        compiler_version: env!("CARGO_PKG_VERSION").to_owned(),
        stablehlo_version: STABLEHLO_VERSION.to_owned(),
        features: Vec::new(),
    }
}

/// All of the manifest that does not come with programs; `functions` are those of the entry points as they are lowered.
pub(crate) fn manifest(program: &Program, functions: &[Function], source: Option<String>) -> Manifest {
    Manifest {
        name: program.model.clone(),
        source,
        variables: program.variables.iter().map(variable).collect(),
        stacks: program.stacks.clone(),
        layers: program.layers.iter().map(layer).collect(),
        work: crate::work::of(program, functions),
        training: program.training.as_ref().map(training),
        ..Manifest::default()
    }
}

fn variable(spec: &program::VariableSpec) -> Variable {
    let is_weight = matches!(spec.role, StateRole::Trainable | StateRole::NonTrainable);
    let layer = spec.path.rsplit_once('/').map(|(layer, _)| layer.to_owned());
    Variable {
        path: spec.path.clone(),
        dtype: dtype(spec.ty.dtype),
        shape: spec.ty.shape.clone(),
        role: match spec.role {
            StateRole::Trainable => Role::Trainable,
            StateRole::NonTrainable => Role::NonTrainable,
            StateRole::Seed => Role::Seed,
            StateRole::Optimizer => Role::Optimizer,
            StateRole::Metric => Role::Metric,
        },
        layer: layer.filter(|_| is_weight),
        h5_path: spec.h5_path.clone(),
    }
}

fn layer(row: &program::LayerRow) -> LayerSummary {
    LayerSummary {
        name: row.name.clone(),
        class: row.class.clone(),
        output_shapes: row.outputs.iter().map(|(shape, _)| shape.clone()).collect(),
        params: row.params as u64,
        connected_to: row.connected_to.clone(),
    }
}

fn training(training: &program::Training) -> TrainingConfig {
    let fit = training.fit.clone().unwrap_or_default();
    TrainingConfig {
        epochs: fit.epochs,
        initial_epoch: fit.initial_epoch,
        batch_size: fit.batch_size,
        validation_split: fit.validation_split,
        validation_batch_size: fit.validation_batch_size,
        shuffle: fit.shuffle,
        steps_per_epoch: fit.steps_per_epoch,
        repeat: fit.repeat,
        validation_steps: fit.validation_steps,
        validation_freq: match fit.validation_freq {
            program::ValidationFreq::Every(epochs) => ValidationFreq::Every(epochs),
            program::ValidationFreq::At(epochs) => ValidationFreq::At(epochs),
        },
        validation_data: fit.validation_data,
        losses: training.losses.clone(),
        metrics: training.logs.iter().skip(1).cloned().collect(),
        optimizer: Some(training.optimizer.clone()),
        class_weight: fit.class_weight,
        averages: training.averages.clone(),
        learning_rate: training.learning_rate,
        callbacks: training.callbacks.iter().cloned().map(callback).collect(),
        adaptations: training.adaptations.iter().map(adaptation).collect(),
    }
}

fn adaptation(adaptation: &program::Adaptation) -> Adaptation {
    let program::Adaptation { input, axes, mean, variance } = adaptation.clone();
    Adaptation { input, axes, mean, variance }
}

fn callback(callback: program::Callback) -> Callback {
    let monitor = |monitor: program::Monitor| Monitor {
        name: monitor.name,
        // Open only where nothing is compared.
        rises: monitor.rises.unwrap_or(false),
        min_delta: monitor.min_delta,
    };
    match callback {
        program::Callback::EarlyStopping {
            monitor: watched,
            patience,
            baseline,
            restore_best_weights,
            start_from_epoch,
        } => Callback::EarlyStopping {
            monitor: monitor(watched),
            patience,
            baseline,
            restore_best_weights,
            start_from_epoch,
        },
        program::Callback::ReduceLrOnPlateau { monitor: watched, factor, patience, cooldown, min_lr } => {
            Callback::ReduceLrOnPlateau { monitor: monitor(watched), factor, patience, cooldown, min_lr }
        }
        program::Callback::ModelCheckpoint { filepath, monitor: watched, save_best_only, initial_value_threshold } => {
            Callback::ModelCheckpoint { filepath, monitor: monitor(watched), save_best_only, initial_value_threshold }
        }
        program::Callback::LearningRateScheduler { rates, first_epoch } => {
            Callback::LearningRateScheduler { rates, first_epoch }
        }
        program::Callback::CsvLogger { filename, separator, append } => {
            Callback::CsvLogger { filename, separator, append }
        }
    }
}

/// The description of one entry point.
pub(crate) fn program(entry: &Entry) -> keramos_artifact::manifest::Program {
    let function = &entry.function;
    let port = |(port, ty): (&program::Port, TensorType)| Port {
        name: port.name.clone(),
        dtype: dtype(ty.dtype),
        shape: ty.shape,
        kind: match port.kind {
            program::PortKind::State(index) => PortKind::State(index),
            program::PortKind::Stack(index) => PortKind::Stack(index),
            program::PortKind::Data(_) => PortKind::Data,
            program::PortKind::Target(_) => PortKind::Target,
            program::PortKind::SampleWeight => PortKind::SampleWeight,
            program::PortKind::Valid => PortKind::Valid,
            program::PortKind::Log => PortKind::Log,
            program::PortKind::Output(_) => PortKind::Output,
        },
        donated: port.donated_to.is_some(),
        below: port.below,
    };
    keramos_artifact::manifest::Program {
        entry: match entry.kind {
            EntryKind::Init => keramos_artifact::manifest::Entry::Init,
            EntryKind::Predict => keramos_artifact::manifest::Entry::Predict,
            EntryKind::TrainStep => keramos_artifact::manifest::Entry::TrainStep,
            EntryKind::TrainStepMasked => keramos_artifact::manifest::Entry::TrainStepMasked,
            EntryKind::EvaluateStep => keramos_artifact::manifest::Entry::EvaluateStep,
            EntryKind::Function => keramos_artifact::manifest::Entry::Function(entry.name().to_owned()),
        },
        batch: entry.batch,
        inputs: entry.inputs.iter().zip(function.param_types()).map(port).collect(),
        outputs: entry.outputs.iter().zip(function.result_types()).map(port).collect(),
        format: keramos_artifact::manifest::CodeFormat::StablehloBytecode,
        counts_padding: entry.counts_padding.clone(),
    }
}

/// The artifact's name of an IR element type.
fn dtype(dtype: keramos_ir::DType) -> DType {
    match dtype {
        keramos_ir::DType::Bool => DType::Bool,
        keramos_ir::DType::I8 => DType::I8,
        keramos_ir::DType::I16 => DType::I16,
        keramos_ir::DType::I32 => DType::I32,
        keramos_ir::DType::I64 => DType::I64,
        keramos_ir::DType::U8 => DType::U8,
        keramos_ir::DType::U16 => DType::U16,
        keramos_ir::DType::U32 => DType::U32,
        keramos_ir::DType::U64 => DType::U64,
        keramos_ir::DType::F8E4M3FN => DType::F8E4M3FN,
        keramos_ir::DType::F8E5M2 => DType::F8E5M2,
        keramos_ir::DType::F16 => DType::F16,
        keramos_ir::DType::BF16 => DType::BF16,
        keramos_ir::DType::F32 => DType::F32,
        keramos_ir::DType::F64 => DType::F64,
        keramos_ir::DType::C64 => DType::C64,
        keramos_ir::DType::C128 => DType::C128,
    }
}

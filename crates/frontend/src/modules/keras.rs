//! `keras` and its modules.

use super::{Contents, bases, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::keras::weights::{constraints, regularizers};
use crate::keras::{
    Names, Seeds, activations, callbacks, dtype_policy, initializers, layers, losses, metrics, models, optimizers,
    schedules, variable_object,
};
use crate::library::{Bound, Default, FunctionDecl, Param, Refused, Signature};
use crate::value::{Host, Value};

/// Values of `keras` itself.
fn keras_value(name: &str) -> Option<Value> {
    match name {
        "__version__" => Some(Value::str(VERSION)),
        _ => None,
    }
}

/// Callbacks that are not recorded: to the compiler they are host values.
fn callback(name: &str) -> Option<Value> {
    CALLBACKS.contains(&name).then(|| Value::Host(Host::new(format!("keras.callbacks.{name}"), None)))
}

const CALLBACKS: &[&str] = &[
    "BackupAndRestore",
    "Callback",
    "CallbackList",
    "History",
    "LambdaCallback",
    "OrbaxCheckpoint",
    "ProgbarLogger",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
];

/// Layers that Keras itself runs on TensorFlow's strings and tables only, outside the model: host values.
fn host_layer(name: &str) -> Option<Value> {
    HOST_LAYERS.contains(&name).then(|| Value::Host(Host::new(format!("keras.layers.{name}"), None)))
}

const HOST_LAYERS: &[&str] = &["HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"];

/// Functions that read models from files of the run: what they give is a host value.
fn loaded(name: &str) -> Option<Value> {
    LOADED.contains(&name).then(|| Value::Host(Host::new(format!("keras.models.{name}"), None)))
}

const LOADED: &[&str] = &["model_from_config", "model_from_json", "model_to_json", "save_model"];

/// The same of `keras.saving`.
fn saved(name: &str) -> Option<Value> {
    SAVED.contains(&name).then(|| Value::Host(Host::new(format!("keras.saving.{name}"), None)))
}

const SAVED: &[&str] = &["KerasFileEditor", "load_weights", "save_model", "save_weights"];

static LOAD_MODEL: FunctionDecl = FunctionDecl {
    name: "load_model",
    signature: Signature::new(&[
        Param::required("filepath"),
        Param::new("custom_objects", Default::None),
        Param::new("compile", Default::Bool(true)),
        Param::new("safe_mode", Default::Bool(true)),
    ]),
    doc: "The model that the program saved in the file; a host value for any other file.",
    call: |interp, args| {
        let saved = match args.get("filepath")? {
            Value::Str(path) => interp.saved.iter().rev().find(|(known, _)| known == path),
            _ => None,
        };
        Ok(match saved {
            Some((_, model)) => model.as_value(),
            None => {
                let file = Host::new(interp.describe(interp.span), Some(interp.span));
                Value::Host(file.given_by("keras.models.load_model"))
            }
        })
    },
};

/// What of `keras` is not compiled.
const REFUSED: &[Refused] = &[
    Refused { name: "distribution", why: "an artifact runs on one device" },
    Refused { name: "quantizers", why: "weights are stored as they are trained" },
    Refused { name: "Quantizer", why: "weights are stored as they are trained" },
    Refused {
        name: "distillation",
        why: "compute both models' losses in a train_step or compute_loss of your own model",
    },
    Refused { name: "Operation", why: "write a layer, whose `call` is the operation" },
    Refused {
        name: "RematScope",
        why: "give what is to be computed again to keras.remat, or a layer's call to jax.checkpoint",
    },
    Refused { name: "SymbolicScope", why: "what is traced is symbolic without it" },
];

/// Layers that are written in the model language.
const LAYER_TEXTS: &[&str] = &[
    include_str!("../packages/keras_layers/base.py"),
    include_str!("../packages/keras_layers/images.py"),
    include_str!("../packages/keras_layers/color.py"),
    include_str!("../packages/keras_layers/mixing.py"),
    include_str!("../packages/keras_layers/encoding.py"),
    include_str!("../packages/keras_layers/pooling.py"),
    include_str!("../packages/keras_layers/audio.py"),
    include_str!("../packages/keras_layers/wrappers.py"),
    include_str!("../packages/keras_layers/attention.py"),
    include_str!("../packages/keras_layers/conv_lstm.py"),
    include_str!("../packages/keras_layers/regularization.py"),
    include_str!("../packages/keras_utils/named/layers.py"),
];

/// Optimizers that are written in the model language.
const OPTIMIZER_TEXTS: &[&str] = &[
    include_str!("../packages/keras_optimizers/elementwise.py"),
    include_str!("../packages/keras_optimizers/matrices.py"),
    include_str!("../packages/keras_utils/named/optimizers.py"),
];

/// Losses and metrics that are written in the model language.
const LOSS_TEXTS: &[&str] =
    &[include_str!("../packages/keras_losses/losses.py"), include_str!("../packages/keras_utils/named/losses.py")];
const METRIC_TEXTS: &[&str] = &[
    include_str!("../packages/keras_metrics/iou.py"),
    include_str!("../packages/keras_metrics/metrics.py"),
    include_str!("../packages/keras_metrics/r2.py"),
    include_str!("../packages/keras_utils/named/metrics.py"),
];

const REFUSED_LOSSES: &[Refused] = &[Refused {
    name: "CTC",
    why: "how long labels are is known to the data only; call keras.losses.ctc in a training step of your own",
}];

const REFUSED_OPTIMIZERS: &[Refused] = &[
    Refused {
        name: "MultiOptimizer",
        why: "one optimizer updates what fit() trains; in a train_step of your own, several have their variables each",
    },
    Refused {
        name: "ScheduleFreeAdamW",
        why: "what it remembers starts from the weights that the run begins with; give AdamW a schedule",
    },
    Refused { name: "legacy", why: "Keras 3 has no such optimizers either: they raise when they are made" },
    Refused { name: "OptimizerMap", why: "it is for MultiOptimizer, which is not compiled" },
];

const REFUSED_LAYERS: &[Refused] = &[
    Refused { name: "TFSMLayer", why: "a TensorFlow SavedModel holds no Keras program" },
    Refused { name: "TorchModuleWrapper", why: "a PyTorch module is no Keras program" },
    Refused { name: "JaxLayer", why: "call the JAX function inside a Lambda layer or a layer of your own" },
    Refused { name: "FlaxLayer", why: "write the module as a Keras layer" },
    Refused {
        name: "AugMix",
        why: "Keras has Python draw the chains of changes when it traces the layer, other ones in each compilation; use RandAugment",
    },
    Refused { name: "RandomElasticTransform", why: "move the images with keras.ops.image.map_coordinates instead" },
    Refused {
        name: "ContrastLimitedAdaptiveHistogramEqualization",
        why: "spread the values with layers.Equalization or AutoContrast, or in the data",
    },
    Refused { name: "MaxNumBoundingBoxes", why: "boxes beside images are the data's; pad them there" },
];

const REFUSED_BACKEND: &[Refused] = &[Refused { name: "get_uid", why: "layers number their names themselves" }];

const REFUSED_SETTINGS: &[Refused] = &[
    Refused { name: "set_max_epochs", why: "say how many epochs in fit(), or to keramos-run" },
    Refused { name: "set_max_steps_per_epoch", why: "say how many steps in fit(), or to keramos-run" },
];

/// `keras`'s own names that are written in the model language.
const OWN_TEXTS: &[&str] = &[include_str!("../packages/keras_utils/keras.py")];

const TREE_TEXTS: &[&str] = &[include_str!("../packages/keras_utils/tree.py")];
const UTILITY_TEXTS: &[&str] =
    &[include_str!("../packages/keras_utils/utils.py"), include_str!("../packages/keras_utils/registered.py")];
const BACKEND_TEXTS: &[&str] =
    &[include_str!("../packages/keras_utils/utils.py"), include_str!("../packages/keras_utils/backend.py")];
const SAVING_TEXTS: &[&str] = &[include_str!("../packages/keras_utils/registered.py")];

const REFUSED_POLICIES: &[Refused] = &[
    Refused { name: "DTypePolicyMap", why: "give the layers their `dtype=` one by one" },
    Refused { name: "QuantizedDTypePolicy", why: "weights are stored as they are trained" },
    Refused { name: "AWQDTypePolicy", why: "weights are stored as they are trained" },
    Refused { name: "Int4DTypePolicy", why: "weights are stored as they are trained" },
    Refused { name: "QuantizedFloat8DTypePolicy", why: "weights are stored as they are trained" },
    Refused { name: "GPTQDTypePolicy", why: "weights are stored as they are trained" },
];

const REFUSED_UTILITIES: &[Refused] = &[
    Refused {
        name: "FeatureSpace",
        why: "it works on TensorFlow's strings and tables; encode the features in the data",
    },
    Refused { name: "Config", why: "keep settings in a dict, a dataclass or ml_collections.ConfigDict" },
    Refused { name: "legacy", why: "it writes what Keras 2 wrote: use keras.saving" },
    Refused { name: "bounding_boxes", why: "boxes beside images are the data's; convert them there" },
];

/// Functions of `keras.utils` that deal with data, files or plots.
fn utility(name: &str) -> Option<Value> {
    UTILITIES.contains(&name).then(|| Value::Host(Host::new(format!("keras.utils.{name}"), None)))
}

const UTILITIES: &[&str] = &[
    "PyDataset",
    "Progbar",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "get_file",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "model_to_dot",
    "normalize",
    "pad_sequences",
    "plot_model",
    "save_img",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
];

static OWN_FUNCTIONS: &[FunctionDecl] = functions! {
    "version" [] "The version of Keras whose programs Keramos compiles." => |_, _| Ok(Value::str(VERSION));
};

/// The version of Keras that programs see.
const VERSION: &str = "3.0.0";

fn clear_session(interp: &mut Interp, _: &mut Bound) -> Result<Value> {
    interp.policy = dtype_policy::Policy::default();
    interp.names = Names::default();
    interp.seeds.forget_shared();
    Ok(Value::None)
}

static BACKEND_FUNCTIONS: &[FunctionDecl] = functions! {
    "clear_session" [(free_memory = Default::Bool(true))] "Forgets the global dtype policy, the names given out, and the generator of unseeded random numbers." => clear_session;
    "backend" [] "The name of the backend whose numerics Keramos follows." => |_, _| Ok(Value::str("jax"));
    "epsilon" [] "What keeps divisions finite." => |_, _| Ok(Value::Float(crate::keras::EPSILON));
    "floatx" [] "The default element type." => |_, _| Ok(Value::str("float32"));
    "image_data_format" [] "The default order of image dimensions." => |_, _| Ok(Value::str("channels_last"));
};

/// What a setting can only be, because programs are compiled for it.
fn only(args: &Bound, name: &str, value: &str, help: &'static str) -> Result<Value> {
    match args.get(name)? {
        Value::Str(given) if **given == *value => Ok(Value::None),
        _ => {
            let message = format!("{}() of anything but \"{value}\"", args.function());
            Err(Error::unsupported(message).help(help))
        }
    }
}

static SYMBOLIC_FUNCTIONS: &[FunctionDecl] = functions! {
    "is_keras_tensor" [(x)] "Whether a value is a symbolic tensor." => |_, args| {
        Ok(Value::Bool(matches!(args.get("x")?, Value::Symbolic(_))))
    };
};

/// Settings of Keras's run time, which say nothing about a compiled program.
static SETTINGS: &[FunctionDecl] = functions! {
    "set_floatx" [(value)] "Accepts float32, the default element type."
        => |_, args| only(args, "value", "float32", "set a dtype policy: keras.config.set_dtype_policy(\"bfloat16\")");
    "set_image_data_format" [(data_format)] "Accepts channels_last, the default order of image dimensions."
        => |_, args| only(args, "data_format", "channels_last", "pass data_format=\"channels_first\" to the layers");
    "set_epsilon" [(value)] "Accepts 1e-7, which keeps divisions finite." => |_, args| {
        if args.f64("value")? == crate::keras::EPSILON {
            return Ok(Value::None);
        }
        Err(Error::unsupported("set_epsilon() of anything but 1e-7").help("pass epsilon= to the layers and optimizers"))
    };
};

static LOGGING_FUNCTIONS: &[FunctionDecl] = functions! {
    "is_interactive_logging_enabled" [] "Whether progress is shown: yes." => |_, _| Ok(Value::Bool(true));
    "enable_interactive_logging" [] "Is the run's." => |_, _| Ok(Value::None);
    "disable_interactive_logging" [] "Is the run's." => |_, _| Ok(Value::None);
};

static CONFIG_FUNCTIONS: &[FunctionDecl] = functions! {
    "set_backend" [(backend)] "Accepts jax, whose numerics Keramos follows."
        => |_, args| only(args, "backend", "jax", "the numerics are those of Keras on JAX");
    "is_nnx_enabled" [] "Whether layers are modules of Flax: no." => |_, _| Ok(Value::Bool(false));
    "max_epochs" [] "The limit of fit()'s epochs: none." => |_, _| Ok(Value::None);
    "max_steps_per_epoch" [] "The limit of an epoch's steps: none." => |_, _| Ok(Value::None);
    "enable_traceback_filtering" [] "Is Python's." => |_, _| Ok(Value::None);
    "disable_traceback_filtering" [] "Is Python's." => |_, _| Ok(Value::None);
    "is_traceback_filtering_enabled" [] "Whether tracebacks are cut: yes." => |_, _| Ok(Value::Bool(true));
    "enable_unsafe_deserialization" [] "Is the run's." => |_, _| Ok(Value::None);
    "enable_flash_attention" [] "Leaves the choice to the compiler." => |_, _| Ok(Value::None);
    "disable_flash_attention" [] "Leaves the choice to the compiler." => |_, _| Ok(Value::None);
    "is_flash_attention_enabled" [] "Whether flash attention is chosen: not known." => |_, _| Ok(Value::None);
};

static UTILITY_FUNCTIONS: &[FunctionDecl] = functions! {
    "set_random_seed" [(seed)] "Sets where default seeds come from." => set_random_seed;
    "clear_session" [(free_memory = Default::Bool(true))] "Forgets the global dtype policy, the names given out, and the generator of unseeded random numbers." => clear_session;
};

fn set_random_seed(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let seed = u64::try_from(args.i64("seed")?).map_err(|_| args.invalid("seed", "a non-negative integer"))?;
    interp.seeds = Seeds::new(seed);
    Ok(Value::None)
}

modules! {
    /// `keras`.
    KERAS = Contents {
        classes: &[models::CLASSES, variable_object::CLASSES, &[&dtype_policy::DTYPE_POLICY], bases::LAYER, bases::LOSS, bases::METRIC, bases::OPTIMIZER, bases::INITIALIZER, bases::REGULARIZER, bases::KERAS_TENSOR],
        functions: &[models::FUNCTIONS],
        python: &[OWN_FUNCTIONS],
        values: keras_value,
        value_names: &["__version__"],
        refused: REFUSED,
        written: OWN_TEXTS,
        ..Contents::new("keras")
    };
    /// `keras.models`.
    MODELS = Contents {
        classes: &[models::CLASSES],
        functions: &[models::MAKERS, &[&LOAD_MODEL]],
        values: loaded,
        value_names: LOADED,
        ..Contents::new("keras.models")
    };
    /// `keras.layers`.
    LAYERS = Contents { classes: &[layers::CLASSES, bases::LAYER, &[&models::INPUT_LAYER]], functions: &[layers::FUNCTIONS, models::FUNCTIONS], values: host_layer, value_names: HOST_LAYERS, refused: REFUSED_LAYERS, written: LAYER_TEXTS, ..Contents::new("keras.layers") };
    /// `keras.activations`.
    ACTIVATIONS = Contents { written: &[include_str!("../packages/keras_utils/named/activations.py")], tensor_functions: &[activations::FUNCTIONS], ..Contents::new("keras.activations") };
    /// `keras.initializers`.
    INITIALIZERS = Contents {
        classes: &[initializers::CLASSES, bases::INITIALIZER],
        functions: &[initializers::FUNCTIONS],
        written: &[include_str!("../packages/keras_utils/named/initializers.py")],
        ..Contents::new("keras.initializers")
    };
    /// `keras.regularizers`.
    REGULARIZERS = Contents {
        classes: &[regularizers::CLASSES, bases::REGULARIZER],
        functions: &[regularizers::FUNCTIONS],
        written: &[include_str!("../packages/keras_utils/named/regularizers.py")],
        ..Contents::new("keras.regularizers")
    };
    /// `keras.constraints`.
    CONSTRAINTS = Contents {
        classes: &[constraints::CLASSES, bases::CONSTRAINT],
        functions: &[constraints::FUNCTIONS],
        written: &[include_str!("../packages/keras_utils/named/constraints.py")],
        ..Contents::new("keras.constraints")
    };
    /// `keras.losses`.
    LOSSES = Contents {
        classes: &[losses::CLASSES, bases::LOSS],
        tensor_functions: &[losses::FUNCTIONS, losses::LOSS_ONLY],
        refused: REFUSED_LOSSES,
        written: LOSS_TEXTS,
        ..Contents::new("keras.losses")
    };
    /// `keras.metrics`.
    METRICS = Contents {
        classes: &[metrics::CLASSES, bases::METRIC],
        tensor_functions: &[metrics::FUNCTIONS, losses::FUNCTIONS],
        written: METRIC_TEXTS,
        ..Contents::new("keras.metrics")
    };
    /// `keras.optimizers`.
    OPTIMIZERS = Contents {
        classes: &[optimizers::CLASSES, bases::OPTIMIZER],
        refused: REFUSED_OPTIMIZERS,
        written: OPTIMIZER_TEXTS,
        ..Contents::new("keras.optimizers")
    };
    /// `keras.optimizers.schedules`.
    SCHEDULES = Contents { written: &[include_str!("../packages/keras_utils/named/schedules.py")], classes: &[schedules::CLASSES, bases::SCHEDULE], ..Contents::new("keras.optimizers.schedules") };
    /// `keras.callbacks`.
    CALLBACKS_MODULE = Contents {
        classes: &[callbacks::CLASSES],
        values: callback,
        value_names: CALLBACKS,
        ..Contents::new("keras.callbacks")
    };
    /// `keras.utils`.
    UTILS = Contents {
        python: &[UTILITY_FUNCTIONS, SYMBOLIC_FUNCTIONS, LOGGING_FUNCTIONS],
        values: utility,
        value_names: UTILITIES,
        refused: REFUSED_UTILITIES,
        written: UTILITY_TEXTS,
        ..Contents::new("keras.utils")
    };
    /// `keras.tree`.
    TREE = Contents { written: TREE_TEXTS, ..Contents::new("keras.tree") };
    /// `keras.saving`.
    SAVING = Contents {
        written: SAVING_TEXTS,
        functions: &[&[&LOAD_MODEL]],
        values: saved,
        value_names: SAVED,
        ..Contents::new("keras.saving")
    };
    /// `keras.backend`.
    BACKEND = Contents { python: &[BACKEND_FUNCTIONS, SETTINGS, SYMBOLIC_FUNCTIONS], written: BACKEND_TEXTS, refused: REFUSED_BACKEND, ..Contents::new("keras.backend") };
    /// `keras.config`.
    CONFIG = Contents { python: &[BACKEND_FUNCTIONS, SETTINGS, CONFIG_FUNCTIONS, LOGGING_FUNCTIONS, dtype_policy::FUNCTIONS], refused: REFUSED_SETTINGS, ..Contents::new("keras.config") };
    /// `keras.mixed_precision`.
    MIXED_PRECISION = Contents {
        classes: &[&[&dtype_policy::DTYPE_POLICY, &optimizers::LOSS_SCALE]],
        python: &[dtype_policy::FUNCTIONS, dtype_policy::OLDER],
        ..Contents::new("keras.mixed_precision")
    };
    /// `keras.dtype_policies`.
    DTYPE_POLICIES = Contents {
        classes: &[&[&dtype_policy::DTYPE_POLICY]],
        python: &[dtype_policy::CONVERSIONS],
        refused: REFUSED_POLICIES,
        ..Contents::new("keras.dtype_policies")
    };
}

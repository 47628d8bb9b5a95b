//! Functions of TensorFlow and PyTorch, and what computes the same on JAX.

use crate::modules::{self, Found};

/// Functions whose counterpart has another name, or another place, than `keras.ops.` and their own last name.
const RENAMED: &[(&str, &str)] = &[
    ("GradientTape", "jax.value_and_grad"),
    ("Variable", "keras.Variable"),
    ("autograd.grad", "jax.grad"),
    ("avg_pool2d", "keras.ops.average_pool"),
    ("band_part", "keras.ops.tril and keras.ops.triu"),
    ("boolean_mask", "keras.ops.where"),
    ("cat", "keras.ops.concatenate"),
    ("clamp", "keras.ops.clip"),
    ("clip_by_value", "keras.ops.clip"),
    ("concat", "keras.ops.concatenate"),
    ("constant", "keras.ops.convert_to_tensor"),
    ("conv1d", "keras.ops.conv"),
    ("conv2d", "keras.ops.conv"),
    ("conv3d", "keras.ops.conv"),
    ("depthwise_conv2d", "keras.ops.depthwise_conv"),
    ("dropout", "keras.random.dropout"),
    ("embedding_lookup", "keras.ops.take"),
    ("fill", "keras.ops.full"),
    ("function", "jax.jit"),
    ("gather", "keras.ops.take"),
    ("gather_nd", "an index, x[i, j]"),
    ("identity", "the value itself"),
    ("invert_permutation", "keras.ops.argsort"),
    ("l2_normalize", "keras.ops.normalize"),
    ("map_fn", "keras.ops.map"),
    ("max_pool2d", "keras.ops.max_pool"),
    ("mm", "keras.ops.matmul"),
    ("no_grad", "keras.ops.stop_gradient"),
    ("numpy", "keras.ops"),
    ("pow", "keras.ops.power"),
    ("rand", "keras.random.uniform"),
    ("randn", "keras.random.normal"),
    ("range", "keras.ops.arange"),
    ("rank", "keras.ops.ndim"),
    ("reduce_all", "keras.ops.all"),
    ("reduce_any", "keras.ops.any"),
    ("reduce_euclidean_norm", "keras.ops.norm"),
    ("reduce_logsumexp", "keras.ops.logsumexp"),
    ("reduce_max", "keras.ops.max"),
    ("reduce_mean", "keras.ops.mean"),
    ("reduce_min", "keras.ops.min"),
    ("reduce_prod", "keras.ops.prod"),
    ("reduce_std", "keras.ops.std"),
    ("reduce_sum", "keras.ops.sum"),
    ("reduce_variance", "keras.ops.var"),
    ("reverse", "keras.ops.flip"),
    ("scatter_nd", "keras.ops.scatter"),
    ("shape", "keras.ops.shape"),
    ("sigmoid_cross_entropy_with_logits", "keras.ops.binary_crossentropy"),
    ("softmax_cross_entropy_with_logits", "keras.ops.categorical_crossentropy"),
    ("sparse_softmax_cross_entropy_with_logits", "keras.ops.sparse_categorical_crossentropy"),
    ("squared_difference", "keras.ops.square of the difference"),
    ("tensor", "keras.ops.convert_to_tensor"),
    ("tensor_scatter_nd_add", "jax.numpy's x.at[i].add"),
    ("tensor_scatter_nd_update", "keras.ops.scatter_update"),
    ("unsorted_segment_sum", "keras.ops.segment_sum"),
];

/// Methods of PyTorch's modules, and what takes their place for Keras's models.
const OF_MODULES: &[(&str, &str)] = &[
    ("eval", "training=False where the model is called"),
    ("load_state_dict", "model.set_weights(...)"),
    ("named_parameters", "model.trainable_variables, each with a path"),
    ("parameters", "model.trainable_variables"),
    ("state_dict", "model.get_weights()"),
    ("train", "training=True where the model is called"),
    ("zero_grad", "jax.value_and_grad"),
];

/// What to write in the place of a method that Keras's models have on PyTorch only.
pub(super) fn of_module(method: &str) -> Option<String> {
    let (_, ours) = OF_MODULES.iter().find(|(theirs, _)| *theirs == method)?;
    Some(format!("that is a method of PyTorch's modules: on JAX, {ours} takes its place"))
}

/// Modules of TensorFlow and PyTorch that deal with data, files and devices, where nothing of Keras takes their place.
const OF_THE_RUN: &[&str] = &[
    "config",
    "cuda",
    "data",
    "debugging",
    "device",
    "distribute",
    "io",
    "keras",
    "lookup",
    "optim",
    "ragged",
    "saved_model",
    "string",
    "strings",
    "summary",
    "train",
    "utils",
];

/// A function of another framework that only runs with Keras's backend of the same name.
pub(super) struct Foreign {
    /// As programs write it: `tf.reduce_sum`.
    pub(super) name: String,
    /// The framework: `TensorFlow`.
    pub(super) of: &'static str,
    /// What computes the same on JAX, as far as that is known.
    pub(super) counterpart: Option<String>,
}

/// What a dotted name such as `tensorflow.reduce_sum` stands for, if it computes on tensors.
pub(super) fn foreign(name: &str) -> Option<Foreign> {
    let (prefix, of, name) = match name.split_once('.')? {
        ("tensorflow", name) => ("tf", "TensorFlow", name),
        ("torch", name) => ("torch", "PyTorch", name),
        _ => return None,
    };
    let first = name.split('.').next().unwrap_or(name);
    if OF_THE_RUN.contains(&first) {
        return None;
    }
    Some(Foreign { name: format!("{prefix}.{name}"), of, counterpart: counterpart(first, name) })
}

fn counterpart(first: &str, name: &str) -> Option<String> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let renamed = RENAMED.iter().find(|(theirs, _)| *theirs == name || *theirs == last);
    if let Some((_, ours)) = renamed.filter(|_| first != "random") {
        return Some((*ours).to_owned());
    }
    let module = match first {
        "random" => "keras.random",
        "image" => "keras.ops.image",
        _ => "keras.ops",
    };
    let Found::Module(found) = modules::find(module) else { return None };
    (found.get)(last).map(|_| format!("{module}.{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counterpart_of_keras_exists() {
        for (theirs, ours) in RENAMED {
            for word in ours.split_whitespace().filter(|word| word.starts_with("keras.")) {
                let found = match word.rsplit_once('.') {
                    Some((module, name)) => match modules::find(module) {
                        Found::Module(module) => (module.get)(name).is_some() || word == "keras.ops",
                        _ => false,
                    },
                    None => false,
                };
                assert!(found, "{theirs}: {word}");
            }
        }
    }

    #[test]
    fn what_deals_with_data_has_none() {
        assert!(foreign("tensorflow.data.Dataset.from_tensor_slices").is_none());
        assert!(foreign("numpy.sum").is_none());
        let found = foreign("tensorflow.math.reduce_sum").and_then(|found| found.counterpart);
        assert_eq!(found.as_deref(), Some("keras.ops.sum"));
        let found = foreign("torch.nn.functional.relu").and_then(|found| found.counterpart);
        assert_eq!(found.as_deref(), Some("keras.ops.relu"));
    }
}

//! `keras.layers`: one file per layer or small family, each with its declaration and its code.

mod activations;
mod attention;
mod common;
mod conv;
mod core;
mod merging;
mod normalization;
mod pooling;
mod preprocessing;
mod regularization;
mod reshaping;
mod rnn;

pub(super) use common::{aspect, interpolation};

use super::layer::LayerObject;
use crate::library::{ClassDecl, FunctionDecl};
use crate::value::Host;

/// The classes of `keras.layers`.
pub const CLASSES: &[&ClassDecl] = &[
    &core::ACTIVATION,
    &core::DENSE,
    &core::EINSUM_DENSE,
    &core::EMBEDDING,
    &core::IDENTITY,
    &core::LAMBDA,
    &conv::CONV1D,
    &conv::CONV1D_TRANSPOSE,
    &conv::CONV2D,
    &conv::CONV2D_TRANSPOSE,
    &conv::CONV3D,
    &conv::CONV3D_TRANSPOSE,
    &conv::DEPTHWISE_CONV1D,
    &conv::DEPTHWISE_CONV2D,
    &conv::SEPARABLE_CONV1D,
    &conv::SEPARABLE_CONV2D,
    &pooling::AVERAGE1D,
    &pooling::AVERAGE2D,
    &pooling::AVERAGE3D,
    &pooling::GLOBAL_AVERAGE1D,
    &pooling::GLOBAL_AVERAGE2D,
    &pooling::GLOBAL_AVERAGE3D,
    &pooling::GLOBAL_MAX1D,
    &pooling::GLOBAL_MAX2D,
    &pooling::GLOBAL_MAX3D,
    &pooling::MAX1D,
    &pooling::MAX2D,
    &pooling::MAX3D,
    &normalization::BATCH_NORMALIZATION,
    &normalization::GROUP_NORMALIZATION,
    &normalization::LAYER_NORMALIZATION,
    &normalization::RMS_NORMALIZATION,
    &normalization::UNIT_NORMALIZATION,
    &regularization::ACTIVITY_REGULARIZATION,
    &regularization::DROPOUT,
    &regularization::GAUSSIAN_NOISE,
    &regularization::SPATIAL_DROPOUT1D,
    &regularization::SPATIAL_DROPOUT2D,
    &regularization::SPATIAL_DROPOUT3D,
    &attention::MULTI_HEAD_ATTENTION,
    &reshaping::CROPPING1D,
    &reshaping::CROPPING2D,
    &reshaping::CROPPING3D,
    &reshaping::FLATTEN,
    &reshaping::PERMUTE,
    &reshaping::REPEAT_VECTOR,
    &reshaping::RESHAPE,
    &reshaping::UP_SAMPLING1D,
    &reshaping::UP_SAMPLING2D,
    &reshaping::UP_SAMPLING3D,
    &reshaping::ZERO_PADDING1D,
    &reshaping::ZERO_PADDING2D,
    &reshaping::ZERO_PADDING3D,
    &rnn::BIDIRECTIONAL,
    &rnn::GRU,
    &rnn::GRU_CELL,
    &rnn::LSTM,
    &rnn::LSTM_CELL,
    &rnn::RNN,
    &rnn::SIMPLE_RNN,
    &rnn::SIMPLE_RNN_CELL,
    &rnn::STACKED_RNN_CELLS,
    &rnn::TIME_DISTRIBUTED,
    &merging::ADD,
    &merging::AVERAGE,
    &merging::CONCATENATE,
    &merging::DOT,
    &merging::MAXIMUM,
    &merging::MINIMUM,
    &merging::MULTIPLY,
    &merging::SUBTRACT,
    &activations::ELU,
    &activations::LEAKY_RELU,
    &activations::PRELU,
    &activations::RELU,
    &activations::SOFTMAX,
    &preprocessing::NORMALIZATION,
    &preprocessing::RESCALING,
    &preprocessing::RESIZING,
];

/// The functions of `keras.layers`. They make layers, so that they are not operations of a functional
/// model's graph themselves.
pub const FUNCTIONS: &[&FunctionDecl] = merging::FUNCTIONS;

/// Whether `function` is one of [`FUNCTIONS`].
pub fn makes_layer(function: &FunctionDecl) -> bool {
    FUNCTIONS.iter().any(|&known| std::ptr::eq(known, function))
}

/// The data at run time that `layer` is adapted to, if it is, and the axes of its input that keep statistics of
/// their own.
pub fn adapted_at_run_time(layer: &LayerObject) -> Option<(Host, Vec<i64>)> {
    layer.kind::<preprocessing::Normalization>()?.adapted_at_run_time()
}

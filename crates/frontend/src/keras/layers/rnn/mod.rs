//! Recurrent layers: cells that make one step, the layer that runs a cell over a sequence, and wrappers.

mod bidirectional;
mod cell;
mod gru;
mod lstm;
mod recurrent;
mod simple;
mod stacked;
mod step;
mod time_distributed;

pub(super) use bidirectional::BIDIRECTIONAL;
pub(super) use gru::{GRU, GRU_CELL};
pub(super) use lstm::{LSTM, LSTM_CELL};
pub(super) use recurrent::RNN;
pub(super) use simple::{SIMPLE_RNN, SIMPLE_RNN_CELL};
pub(super) use stacked::STACKED_RNN_CELLS;
pub(super) use time_distributed::TIME_DISTRIBUTED;

use crate::library::{Default, Param};

use super::common::{flag, joined, none, string};

const UNITS: Param = Param::required("units");
/// `activation`, as cells have it.
const ACTIVATION: Param = string("activation", "tanh");
const RECURRENT_ACTIVATION: Param = string("recurrent_activation", "sigmoid");
const USE_BIAS: Param = flag("use_bias", true);
/// What a cell with gates takes first.
const GATED: &[Param] = &[UNITS, ACTIVATION, RECURRENT_ACTIVATION, USE_BIAS];
const INITIALIZERS: &[Param] = &[
    string("kernel_initializer", "glorot_uniform"),
    string("recurrent_initializer", "orthogonal"),
    string("bias_initializer", "zeros"),
];
const REGULARIZERS: &[Param] = &[none("kernel_regularizer"), none("recurrent_regularizer"), none("bias_regularizer")];
const ACTIVITY: &[Param] = &[none("activity_regularizer")];
const CONSTRAINTS: &[Param] = &[none("kernel_constraint"), none("recurrent_constraint"), none("bias_constraint")];
const DROPOUTS: &[Param] =
    &[Param::new("dropout", Default::Float(0.0)), Param::new("recurrent_dropout", Default::Float(0.0))];
const SEED: Param = none("seed");
/// How a recurrent layer goes through its sequence.
const SEQUENCES: &[Param] = &[
    flag("return_sequences", false),
    flag("return_state", false),
    flag("go_backwards", false),
    flag("stateful", false),
    flag("unroll", false),
];
const USE_CUDNN: Param = string("use_cudnn", "auto");
const ZERO_OUTPUT: Param = Param::keyword("zero_output_for_mask", Default::Bool(false));
const IMPLEMENTATION: Param = Param::keyword("implementation", Default::Int(2));

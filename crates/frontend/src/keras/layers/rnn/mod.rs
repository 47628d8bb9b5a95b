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

use super::common::{flag, none, string};

/// `activation`, as cells have it.
const ACTIVATION: Param = string("activation", "tanh");
const RECURRENT_ACTIVATION: Param = string("recurrent_activation", "sigmoid");
const USE_BIAS: Param = flag("use_bias", true);
const KERNEL: [Param; 3] =
    [string("kernel_initializer", "glorot_uniform"), none("kernel_regularizer"), none("kernel_constraint")];
const RECURRENT: [Param; 3] =
    [string("recurrent_initializer", "orthogonal"), none("recurrent_regularizer"), none("recurrent_constraint")];
const BIAS: [Param; 3] = [string("bias_initializer", "zeros"), none("bias_regularizer"), none("bias_constraint")];
const DROPOUT: Param = Param::new("dropout", Default::Float(0.0));
const RECURRENT_DROPOUT: Param = Param::new("recurrent_dropout", Default::Float(0.0));
const SEED: Param = none("seed");
const RETURN_SEQUENCES: Param = flag("return_sequences", false);
const RETURN_STATE: Param = flag("return_state", false);
const GO_BACKWARDS: Param = flag("go_backwards", false);
const STATEFUL: Param = flag("stateful", false);
const UNROLL: Param = flag("unroll", false);
const USE_CUDNN: Param = string("use_cudnn", "auto");
const ZERO_OUTPUT: Param = Param::keyword("zero_output_for_mask", Default::Bool(false));
const IMPLEMENTATION: Param = Param::keyword("implementation", Default::Int(2));

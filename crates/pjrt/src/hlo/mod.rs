//! Programs in XLA's own form, HLO, as plugins show them after compilation: read, and cut into smaller programs.
//!
//! Only what this crate's callers ask for is understood; everything else of an instruction is carried along as it is.
//! Numbers of fields are those of `xla/service/hlo.proto` and `xla/xla_data.proto`.

mod module;
mod parameters;
mod shape;
mod slice;

pub use module::{HloComputation, HloInstruction, HloModule};
pub(crate) use parameters::parameters;
pub use shape::Shape as HloShape;
pub use slice::SliceOutput;

use crate::executable::OptimizedProgram;
use crate::proto::Reader;

/// Numbers of the fields that are read or written here, by message.
pub(crate) mod field {
    /// `xla.HloModuleProtoWithConfig`.
    pub(crate) const WITH_CONFIG_MODULE: u64 = 1;

    /// `xla.HloModuleProto`.
    pub(crate) mod module {
        pub(crate) const NAME: u64 = 1;
        pub(crate) const ENTRY_COMPUTATION_NAME: u64 = 2;
        pub(crate) const COMPUTATIONS: u64 = 3;
        pub(crate) const HOST_PROGRAM_SHAPE: u64 = 4;
        pub(crate) const ID: u64 = 5;
        pub(crate) const ENTRY_COMPUTATION_ID: u64 = 6;
        pub(crate) const STACK_FRAMES: u64 = 17;
    }

    /// `xla.HloComputationProto`.
    pub(crate) mod computation {
        pub(crate) const NAME: u64 = 1;
        pub(crate) const INSTRUCTIONS: u64 = 2;
        pub(crate) const PROGRAM_SHAPE: u64 = 4;
        pub(crate) const ID: u64 = 5;
        pub(crate) const ROOT: u64 = 6;
    }

    /// `xla.HloInstructionProto`.
    pub(crate) mod instruction {
        pub(crate) const NAME: u64 = 1;
        pub(crate) const OPCODE: u64 = 2;
        pub(crate) const SHAPE: u64 = 3;
        pub(crate) const METADATA: u64 = 7;
        pub(crate) const LITERAL: u64 = 8;
        pub(crate) const PARAMETER_NUMBER: u64 = 9;
        pub(crate) const TUPLE_INDEX: u64 = 13;
        pub(crate) const DIMENSIONS: u64 = 14;
        pub(crate) const ID: u64 = 35;
        pub(crate) const OPERANDS: u64 = 36;
        pub(crate) const CONTROL_PREDECESSORS: u64 = 37;
        pub(crate) const CALLED: u64 = 38;
        pub(crate) const COMPARISON_DIRECTION: u64 = 63;
        pub(crate) const COMPARISON_TYPE: u64 = 72;
    }

    /// `xla.OpMetadata`.
    pub(crate) mod metadata {
        pub(crate) const OP_NAME: u64 = 2;
        pub(crate) const SOURCE_FILE: u64 = 3;
        pub(crate) const SOURCE_LINE: u64 = 4;
        pub(crate) const STACK_FRAME: u64 = 15;
    }

    /// `xla.StackFrameIndexProto` and the messages in it. Its lists are counted from 1.
    pub(crate) mod frames {
        pub(crate) const FILES: u64 = 1;
        pub(crate) const LOCATIONS: u64 = 3;
        pub(crate) const FRAMES: u64 = 4;
        pub(crate) const LOCATION_FILE: u64 = 1;
        pub(crate) const LOCATION_LINE: u64 = 3;
        pub(crate) const FRAME_LOCATION: u64 = 1;
    }

    /// `xla.ProgramShapeProto`.
    pub(crate) mod program_shape {
        pub(crate) const PARAMETERS: u64 = 1;
        pub(crate) const RESULT: u64 = 2;
        pub(crate) const NAMES: u64 = 3;
    }

    /// `xla.ShapeProto` and `xla.LayoutProto`.
    pub(crate) mod shape {
        pub(crate) const ELEMENT_TYPE: u64 = 2;
        pub(crate) const DIMENSIONS: u64 = 3;
        pub(crate) const TUPLE_SHAPES: u64 = 4;
        pub(crate) const LAYOUT: u64 = 5;
        pub(crate) const LAYOUT_MINOR_TO_MAJOR: u64 = 1;
    }

    /// `xla.LiteralProto`.
    pub(crate) mod literal {
        pub(crate) const SHAPE: u64 = 1;
        pub(crate) const PREDS: u64 = 2;
    }
}

/// The module in a program; `None` where the program is in another format.
fn module_bytes(program: &OptimizedProgram) -> Option<&[u8]> {
    match program.format.as_str() {
        "hlo" => Some(program.code.as_slice()),
        "hlo_with_config" => Reader::new(&program.code).find_bytes(field::WITH_CONFIG_MODULE),
        _ => None,
    }
}

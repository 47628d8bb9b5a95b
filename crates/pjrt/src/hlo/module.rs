//! Modules, computations and instructions.

use std::collections::BTreeMap;

use super::field;
use super::module_bytes;
use super::shape::Shape;
use crate::executable::OptimizedProgram;
use crate::proto::{Field, Reader};

/// A program in XLA's own form.
#[derive(Clone, Debug)]
pub struct HloModule {
    pub(super) name: String,
    entry: i64,
    computations: BTreeMap<i64, HloComputation>,
    /// Ids in the order of the module: what is called comes before its caller.
    pub(super) order: Vec<i64>,
    /// The table of places in source files, as it came.
    pub(super) frames: Vec<u8>,
}

/// A function of a module.
#[derive(Clone, Debug)]
pub struct HloComputation {
    /// Unique in the module.
    pub id: i64,
    /// Unique in the module.
    pub name: String,
    /// The instruction whose value is the result.
    pub root: i64,
    /// In an order in which operands come before their users.
    pub instructions: Vec<HloInstruction>,
    /// All of it, as it came.
    pub(super) raw: Vec<u8>,
}

/// An instruction of a computation.
#[derive(Clone, Debug)]
pub struct HloInstruction {
    /// Unique in the computation.
    pub id: i64,
    /// Unique in the module, such as `log_exponential_fusion`.
    pub name: String,
    /// Such as `log`, `fusion`, `while`.
    pub opcode: String,
    /// Shape of the value.
    pub shape: Shape,
    /// Instructions of the same computation.
    pub operands: Vec<i64>,
    /// Computations that it calls: the inside of a fusion, body and condition of a loop.
    pub called: Vec<i64>,
    /// Which parameter of the computation it is, for `parameter`; otherwise 0.
    pub parameter: usize,
    /// Which part of a tuple it takes, for `get-tuple-element`; otherwise 0.
    pub tuple_index: usize,
    /// The path that the module gave the operation, such as `model/dense/dot_general`; empty for none.
    pub op_name: String,
    /// The source file, and the line counted from 1.
    pub source: Option<(String, u32)>,
    pub(super) raw: Vec<u8>,
}

impl HloModule {
    /// Reads a compiled program; `None` where it is in another format, or damaged.
    #[must_use]
    pub fn of(program: &OptimizedProgram) -> Option<HloModule> {
        HloModule::decode(module_bytes(program)?)
    }

    /// Reads a serialised `xla.HloModuleProto`.
    fn decode(bytes: &[u8]) -> Option<HloModule> {
        let frames = Reader::new(bytes).find_bytes(field::module::STACK_FRAMES).unwrap_or_default();
        let places = places(frames);
        let mut module = HloModule {
            name: String::new(),
            entry: 0,
            computations: BTreeMap::new(),
            order: Vec::new(),
            frames: frames.to_vec(),
        };
        for (number, value) in Reader::new(bytes) {
            match (number, value) {
                (field::module::NAME, Field::Bytes(name)) => module.name = text(name),
                (field::module::ENTRY_COMPUTATION_ID, Field::Int(id)) => module.entry = id.cast_signed(),
                (field::module::COMPUTATIONS, Field::Bytes(bytes)) => {
                    let computation = HloComputation::decode(bytes, &places);
                    module.order.push(computation.id);
                    module.computations.insert(computation.id, computation);
                }
                _ => {}
            }
        }
        module.computations.contains_key(&module.entry).then_some(module)
    }

    /// The computation that a run of the module computes.
    #[must_use]
    pub fn entry(&self) -> Option<&HloComputation> {
        self.computation(self.entry)
    }

    /// All computations: what is called comes before its caller.
    pub fn computations(&self) -> impl Iterator<Item = &HloComputation> {
        self.order.iter().filter_map(|id| self.computations.get(id))
    }

    /// A computation by its id.
    #[must_use]
    pub fn computation(&self, id: i64) -> Option<&HloComputation> {
        self.computations.get(&id)
    }
}

impl HloComputation {
    fn decode(bytes: &[u8], places: &[(String, u32)]) -> HloComputation {
        let mut computation =
            HloComputation { id: 0, name: String::new(), root: 0, instructions: Vec::new(), raw: bytes.to_vec() };
        for (number, value) in Reader::new(bytes) {
            match (number, value) {
                (field::computation::NAME, Field::Bytes(name)) => computation.name = text(name),
                (field::computation::ID, Field::Int(id)) => computation.id = id.cast_signed(),
                (field::computation::ROOT, Field::Int(id)) => computation.root = id.cast_signed(),
                (field::computation::INSTRUCTIONS, Field::Bytes(bytes)) => {
                    computation.instructions.push(HloInstruction::decode(bytes, places));
                }
                _ => {}
            }
        }
        computation
    }

    /// An instruction by its id.
    #[must_use]
    pub fn instruction(&self, id: i64) -> Option<&HloInstruction> {
        self.instructions.iter().find(|instruction| instruction.id == id)
    }

    /// The parameters, in order.
    #[must_use]
    pub fn parameters(&self) -> Vec<&HloInstruction> {
        let parameters = self.instructions.iter().filter(|instruction| instruction.opcode == "parameter");
        let mut parameters: Vec<&HloInstruction> = parameters.collect();
        parameters.sort_by_key(|parameter| parameter.parameter);
        parameters
    }

    /// The instructions whose values are the results: the parts of the root if that is a tuple.
    #[must_use]
    pub fn results(&self) -> Vec<i64> {
        match self.instruction(self.root) {
            Some(root) if root.opcode == "tuple" => root.operands.clone(),
            _ => vec![self.root],
        }
    }
}

impl HloInstruction {
    fn decode(bytes: &[u8], places: &[(String, u32)]) -> HloInstruction {
        use field::instruction as number;
        let mut instruction = HloInstruction {
            id: 0,
            name: String::new(),
            opcode: String::new(),
            shape: Shape::Other,
            operands: Vec::new(),
            called: Vec::new(),
            parameter: 0,
            tuple_index: 0,
            op_name: String::new(),
            source: None,
            raw: bytes.to_vec(),
        };
        let position = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        for (number, value) in Reader::new(bytes) {
            match (number, value) {
                (number::NAME, Field::Bytes(name)) => instruction.name = text(name),
                (number::OPCODE, Field::Bytes(name)) => instruction.opcode = text(name),
                (number::SHAPE, Field::Bytes(shape)) => instruction.shape = Shape::decode(shape),
                (number::METADATA, Field::Bytes(metadata)) => instruction.read_metadata(metadata, places),
                (number::PARAMETER_NUMBER, Field::Int(value)) => instruction.parameter = position(value),
                (number::TUPLE_INDEX, Field::Int(value)) => instruction.tuple_index = position(value),
                (number::ID, Field::Int(id)) => instruction.id = id.cast_signed(),
                (number::OPERANDS, value) => instruction.operands.extend(value.numbers()),
                (number::CALLED, value) => instruction.called.extend(value.numbers()),
                _ => {}
            }
        }
        instruction
    }

    fn read_metadata(&mut self, metadata: &[u8], places: &[(String, u32)]) {
        use field::metadata as number;
        let (mut file, mut line) = (String::new(), 0);
        for (number, value) in Reader::new(metadata) {
            match (number, value) {
                (number::OP_NAME, Field::Bytes(name)) => self.op_name = text(name),
                (number::SOURCE_FILE, Field::Bytes(name)) => file = text(name),
                (number::SOURCE_LINE, Field::Int(value)) => line = u32::try_from(value).unwrap_or(0),
                (number::STACK_FRAME, Field::Int(frame)) => {
                    self.source = counted_from_1(places, frame).filter(|(file, _)| !file.is_empty()).cloned();
                }
                _ => {}
            }
        }
        if self.source.is_none() && !file.is_empty() {
            self.source = Some((file, line));
        }
    }
}

/// File and line of every stack frame of an `xla.StackFrameIndexProto`.
fn places(frames: &[u8]) -> Vec<(String, u32)> {
    use field::frames as number;
    let messages = |wanted: u64| {
        Reader::new(frames).filter_map(move |(found, value)| match value {
            Field::Bytes(bytes) if found == wanted => Some(bytes),
            _ => None,
        })
    };
    let int = |message: &[u8], wanted: u64| {
        let found = Reader::new(message).find_map(|(found, value)| match value {
            Field::Int(value) if found == wanted => Some(value),
            _ => None,
        });
        found.unwrap_or(0)
    };
    let files: Vec<String> = messages(number::FILES).map(text).collect();
    let location = |location: &[u8]| {
        let file = counted_from_1(&files, int(location, number::LOCATION_FILE)).cloned().unwrap_or_default();
        (file, u32::try_from(int(location, number::LOCATION_LINE)).unwrap_or(0))
    };
    let locations: Vec<(String, u32)> = messages(number::LOCATIONS).map(location).collect();
    let frame = |frame: &[u8]| counted_from_1(&locations, int(frame, number::FRAME_LOCATION)).cloned();
    messages(number::FRAMES).map(|bytes| frame(bytes).unwrap_or_default()).collect()
}

fn counted_from_1<T>(list: &[T], number: u64) -> Option<&T> {
    list.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

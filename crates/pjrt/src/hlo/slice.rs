//! Smaller programs out of a compiled one: some of its values from others.
//!
//! A slice holds instructions as the compiler left them, so it is to be compiled without passes
//! ([`Client::compile_hlo`](crate::Client::compile_hlo)). What the passes saw to and the cut undoes is seen to here: values cross
//! its border in row-major order, and loops get copies of what they start from, since they write over it.

use std::collections::{BTreeMap, BTreeSet};

use super::field;
use super::module::{HloComputation, HloInstruction, HloModule};
use super::shape::{self, Shape};
use crate::element::ElementType;
use crate::proto::{Message, Reader};

/// A result of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SliceOutput {
    /// The instruction's value; the arrays of a tuple follow each other.
    Value(i64),
    /// Two truth values: whether a NaN is in the instruction's value, and whether a NaN or an infinity is. For arrays that
    /// [`HloInstruction::is_float`] says yes to.
    Flags(i64),
}

impl HloInstruction {
    /// Whether the value is an array of floating-point numbers, other than complex ones and those of eight bits.
    #[must_use]
    pub fn is_float(&self) -> bool {
        use ElementType::{BF16, F16, F32, F64};
        self.shape.array().is_some_and(|ty| matches!(ty.element, F16 | BF16 | F32 | F64))
    }

    fn shape_bytes(&self) -> &[u8] {
        Reader::new(&self.raw).find_bytes(field::instruction::SHAPE).unwrap_or_default()
    }
}

impl HloModule {
    /// A program that takes the values of `inputs`, instructions of a computation, and gives `outputs` of the same
    /// computation; tuples among the inputs are given as their arrays, one after the other. Returned is a serialised
    /// module; `None` where an output needs more than the inputs, or something in it is neither array nor tuple.
    #[must_use]
    pub fn slice(&self, computation: &HloComputation, inputs: &[i64], outputs: &[SliceOutput]) -> Option<Vec<u8>> {
        let known: BTreeMap<i64, &HloInstruction> =
            computation.instructions.iter().map(|instruction| (instruction.id, instruction)).collect();
        let needed = needed(&known, inputs, outputs)?;
        let mut slice = Slice {
            next: known.keys().max()?.checked_add(1)?,
            instructions: Vec::new(),
            parameters: Vec::new(),
            initial: None,
            helper: self.order.iter().max()?.checked_add(1)?,
        };
        for input in inputs {
            let id = slice.input(known.get(input)?.shape_bytes())?;
            // The parameter takes the instruction's name for its users.
            slice.rename(id, *input);
        }
        let mut called = Vec::new();
        for instruction in computation.instructions.iter().filter(|i| needed.contains(&i.id) && !inputs.contains(&i.id))
        {
            slice.instruction(instruction, &known)?;
            called.extend(&instruction.called);
        }
        let mut results = Vec::new();
        for output in outputs {
            match output {
                SliceOutput::Value(id) => {
                    let instruction = known.get(id)?;
                    let copied = outputs.len() > 1 || !makes_its_arrays(instruction) || inputs.contains(id);
                    slice.leaves(*id, instruction.shape_bytes(), copied, &mut results)?;
                }
                SliceOutput::Flags(id) => slice.flags(known.get(id)?, &mut results)?,
            }
        }
        let shapes: Vec<Vec<u8>> = results.iter().map(|(_, shape)| shape.clone()).collect();
        let operands: Vec<i64> = results.iter().map(|(id, _)| *id).collect();
        let result = shape::tuple(&shapes);
        let root = slice.emit("tuple", &result, &operands, Message::new());
        Some(self.assemble(computation, slice, (root, &result), called))
    }

    /// The module around a slice and what it calls.
    fn assemble(
        &self,
        computation: &HloComputation,
        slice: Slice,
        (root, result): (i64, &[u8]),
        mut called: Vec<i64>,
    ) -> Vec<u8> {
        let mut reached = BTreeSet::new();
        while let Some(id) = called.pop() {
            if reached.insert(id)
                && let Some(computation) = self.computation(id)
            {
                called.extend(computation.instructions.iter().flat_map(|instruction| &instruction.called));
            }
        }
        let program_shape = program_shape(&slice.parameters, result);
        let entry = slice
            .instructions
            .iter()
            .fold(Message::new(), |message, (_, instruction)| {
                message.bytes(field::computation::INSTRUCTIONS, instruction)
            })
            .bytes(field::computation::NAME, computation.name.as_bytes())
            .message(field::computation::PROGRAM_SHAPE, &program_shape)
            .int(field::computation::ID, computation.id)
            .int(field::computation::ROOT, root);
        let mut module = Message::new()
            .bytes(field::module::NAME, self.name.as_bytes())
            .bytes(field::module::ENTRY_COMPUTATION_NAME, computation.name.as_bytes());
        for computation in self.order.iter().filter(|id| reached.contains(id)).filter_map(|&id| self.computation(id)) {
            module = module.bytes(field::module::COMPUTATIONS, &computation.raw);
        }
        if slice.initial.is_some() {
            module = module.message(field::module::COMPUTATIONS, &either(slice.helper));
        }
        module
            .message(field::module::COMPUTATIONS, &entry)
            .message(field::module::HOST_PROGRAM_SHAPE, &program_shape)
            .int(field::module::ID, 1)
            .int(field::module::ENTRY_COMPUTATION_ID, computation.id)
            .bytes(field::module::STACK_FRAMES, &self.frames)
            .into_bytes()
    }
}

/// Whether the arrays of an instruction's value are its own, rather than those of other instructions.
fn makes_its_arrays(instruction: &HloInstruction) -> bool {
    !matches!(
        instruction.opcode.as_str(),
        "parameter" | "constant" | "tuple" | "get-tuple-element" | "bitcast" | "call" | "conditional"
    )
}

/// The instructions that the outputs need, inputs included; `None` if they need a parameter that is no input.
fn needed(known: &BTreeMap<i64, &HloInstruction>, inputs: &[i64], outputs: &[SliceOutput]) -> Option<BTreeSet<i64>> {
    let mut open: Vec<i64> = outputs.iter().map(|(SliceOutput::Value(id) | SliceOutput::Flags(id))| *id).collect();
    let mut needed = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !needed.insert(id) || inputs.contains(&id) {
            continue;
        }
        let instruction = known.get(&id)?;
        if instruction.opcode == "parameter" {
            return None;
        }
        open.extend(&instruction.operands);
    }
    Some(needed)
}

/// A computation under construction.
struct Slice {
    /// The next free id.
    next: i64,
    /// Encoded instructions with their ids, operands first.
    instructions: Vec<(i64, Vec<u8>)>,
    /// Encoded shapes of the parameters.
    parameters: Vec<Vec<u8>>,
    /// The constant `false`, once it is needed.
    initial: Option<i64>,
    /// Id of the computation that gives whether either of two truth values is true.
    helper: i64,
}

impl Slice {
    /// Appends an instruction of our own.
    fn emit(&mut self, opcode: &str, shape: &[u8], operands: &[i64], more: Message) -> i64 {
        let id = self.next;
        self.next += 1;
        self.instructions.push((id, own(id, opcode, shape, operands, more).into_bytes()));
        id
    }

    /// Appends parameters for a value that is given; the id of the value.
    fn input(&mut self, shape: &[u8]) -> Option<i64> {
        if let Shape::Tuple(_) = Shape::decode(shape) {
            let parts: Option<Vec<i64>> = shape::parts(shape).into_iter().map(|part| self.input(part)).collect();
            return Some(self.emit("tuple", shape, &parts?, Message::new()));
        }
        Shape::decode(shape).array()?;
        let given = shape::row_major(shape);
        let number = i64::try_from(self.parameters.len()).ok()?;
        self.parameters.push(given.clone().unwrap_or_else(|| shape.to_vec()));
        let more = Message::new().int(field::instruction::PARAMETER_NUMBER, number);
        let Some(given) = given else { return Some(self.emit("parameter", shape, &[], more)) };
        let parameter = self.emit("parameter", &given, &[], more);
        Some(self.emit("copy", shape, &[parameter], Message::new()))
    }

    /// Gives the instruction that was appended last another id.
    fn rename(&mut self, from: i64, to: i64) {
        if let Some((id, bytes)) = self.instructions.last_mut().filter(|(id, _)| *id == from) {
            *id = to;
            let renamed = Message::new().raw(bytes).int(field::instruction::ID, to);
            *bytes = renamed.into_bytes();
        }
    }

    /// Appends an instruction of the program.
    fn instruction(&mut self, instruction: &HloInstruction, known: &BTreeMap<i64, &HloInstruction>) -> Option<()> {
        use field::instruction::{CONTROL_PREDECESSORS, OPERANDS};
        let mut operands = instruction.operands.clone();
        let kept = match instruction.opcode.as_str() {
            "while" => 0,
            // The first operand only chooses.
            "conditional" => 1,
            _ => operands.len(),
        };
        for operand in operands.iter_mut().skip(kept) {
            *operand = self.copy(*operand, known.get(operand)?.shape_bytes())?;
        }
        let fields = Reader::new(&instruction.raw).raw_fields();
        let fields = fields.filter(|(number, _, _)| !matches!(*number, OPERANDS | CONTROL_PREDECESSORS));
        let copied = fields.fold(Message::new(), |message, (_, _, raw)| message.raw(raw)).packed(OPERANDS, &operands);
        self.instructions.push((instruction.id, copied.into_bytes()));
        Some(())
    }

    /// A copy of a value, array for array.
    fn copy(&mut self, id: i64, shape: &[u8]) -> Option<i64> {
        match Shape::decode(shape) {
            Shape::Array(_) => Some(self.emit("copy", shape, &[id], Message::new())),
            Shape::Tuple(_) => {
                let mut parts = Vec::new();
                for (index, part) in shape::parts(shape).into_iter().enumerate() {
                    let taken = self.part(id, index, part)?;
                    parts.push(self.copy(taken, part)?);
                }
                Some(self.emit("tuple", shape, &parts, Message::new()))
            }
            Shape::Other => None,
        }
    }

    fn part(&mut self, tuple: i64, index: usize, shape: &[u8]) -> Option<i64> {
        let more = Message::new().int(field::instruction::TUPLE_INDEX, i64::try_from(index).ok()?);
        Some(self.emit("get-tuple-element", shape, &[tuple], more))
    }

    /// The arrays of a value with their shapes, in row-major order; as copies if they may be the same as others: plugins
    /// end the process over two results in one place.
    fn leaves(&mut self, id: i64, shape: &[u8], copied: bool, leaves: &mut Vec<(i64, Vec<u8>)>) -> Option<()> {
        match Shape::decode(shape) {
            Shape::Array(_) => {
                let plain = shape::row_major(shape);
                let copied = copied || plain.is_some();
                let shape = plain.unwrap_or_else(|| shape.to_vec());
                let id = if copied { self.emit("copy", &shape, &[id], Message::new()) } else { id };
                leaves.push((id, shape));
                Some(())
            }
            Shape::Tuple(_) => shape::parts(shape).into_iter().enumerate().try_for_each(|(index, part)| {
                let taken = self.part(id, index, part)?;
                self.leaves(taken, part, copied, leaves)
            }),
            Shape::Other => None,
        }
    }

    /// Whether a NaN is in an array, and whether a NaN or an infinity is.
    fn flags(&mut self, instruction: &HloInstruction, results: &mut Vec<(i64, Vec<u8>)>) -> Option<()> {
        use field::instruction::{COMPARISON_DIRECTION, COMPARISON_TYPE};
        if !instruction.is_float() {
            return None;
        }
        let (id, rank) = (instruction.id, instruction.shape.array()?.dims.len());
        let preds = shape::as_pred(instruction.shape_bytes());
        let unequal = Message::new().bytes(COMPARISON_DIRECTION, b"NE").bytes(COMPARISON_TYPE, b"FLOAT");
        let nan = self.emit("compare", &preds, &[id, id], unequal);
        let finite = self.emit("is-finite", &preds, &[id], Message::new());
        let infinite = self.emit("not", &preds, &[finite], Message::new());
        for flags in [nan, infinite] {
            let any = self.any(flags, rank)?;
            results.push((any, shape::pred()));
        }
        Some(())
    }

    /// Whether any of an array's truth values is true.
    fn any(&mut self, flags: i64, rank: usize) -> Option<i64> {
        if rank == 0 {
            return Some(flags);
        }
        let initial = self.initial.unwrap_or_else(|| {
            let literal =
                Message::new().bytes(field::literal::SHAPE, &shape::pred()).packed(field::literal::PREDS, &[0]);
            let more = Message::new().message(field::instruction::LITERAL, &literal);
            self.emit("constant", &shape::pred(), &[], more)
        });
        self.initial = Some(initial);
        let dimensions: Vec<i64> = (0..i64::try_from(rank).ok()?).collect();
        let more = Message::new()
            .packed(field::instruction::DIMENSIONS, &dimensions)
            .packed(field::instruction::CALLED, &[self.helper]);
        Some(self.emit("reduce", &shape::pred(), &[flags, initial], more))
    }
}

/// An encoded instruction that the compiled program does not have.
fn own(id: i64, opcode: &str, shape: &[u8], operands: &[i64], more: Message) -> Message {
    let head = Message::new()
        .bytes(field::instruction::NAME, format!("slice.{id}").as_bytes())
        .bytes(field::instruction::OPCODE, opcode.as_bytes())
        .bytes(field::instruction::SHAPE, shape);
    let head = if operands.is_empty() { head } else { head.packed(field::instruction::OPERANDS, operands) };
    head.raw(&more.into_bytes()).int(field::instruction::ID, id)
}

/// The type of a computation, of encoded shapes.
fn program_shape(parameters: &[Vec<u8>], result: &[u8]) -> Message {
    let named = parameters.iter().enumerate().fold(Message::new(), |message, (index, shape)| {
        let name = format!("p{index}");
        message.bytes(field::program_shape::PARAMETERS, shape).bytes(field::program_shape::NAMES, name.as_bytes())
    });
    named.bytes(field::program_shape::RESULT, result)
}

/// The computation `a or b`.
fn either(id: i64) -> Message {
    let pred = shape::pred();
    let first = id << 32;
    let parameter = |number: i64| {
        let more = Message::new().int(field::instruction::PARAMETER_NUMBER, number);
        own(first + number, "parameter", &pred, &[], more)
    };
    let program_shape = program_shape(&[pred.clone(), pred.clone()], &pred);
    Message::new()
        .bytes(field::computation::NAME, b"either")
        .message(field::computation::INSTRUCTIONS, &parameter(0))
        .message(field::computation::INSTRUCTIONS, &parameter(1))
        .message(field::computation::INSTRUCTIONS, &own(first + 2, "or", &pred, &[first, first + 1], Message::new()))
        .message(field::computation::PROGRAM_SHAPE, &program_shape)
        .int(field::computation::ID, id)
        .int(field::computation::ROOT, first + 2)
}

//! Running a compiled program piece by piece, to find the instruction that made a bad value.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use keramos_pjrt::{
    Argument, ArrayType, Buffer, HloComputation, HloInstruction, HloModule, LoadedExecutable, SliceOutput,
};

use super::{Bad, Place, Summary, summary};
use crate::error::Error;
use crate::session::Session;
use crate::stablehlo::dtype;
use crate::tensor::HostTensor;

/// How often a loop is stepped through, at most.
const MAX_STEPS: usize = 1_000_000;

/// An instruction that made a bad value.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) bad: Bad,
    /// The operation's path, such as `backward(dense)/log`; may be empty.
    pub(super) op_name: String,
    /// XLA's name for the operation, such as `log`.
    pub(super) opcode: String,
    pub(super) source: Option<(String, u32)>,
    /// The steps of the loops that it is in, outermost first, counted from 1.
    pub(super) steps: Vec<usize>,
    /// What went in, where it is floating-point numbers.
    pub(super) operands: Vec<Summary>,
    pub(super) result: Option<Summary>,
    /// For a NaN, where an infinity comes from that went in.
    pub(super) cause: Option<Box<Made>>,
    /// The parameter of the computation around it through which an infinity came in whose cause is to be found outside.
    outside: Option<usize>,
}

/// Where a bad value comes from.
#[derive(Debug)]
pub(super) enum Found {
    Made(Box<Made>),
    /// It came in through this parameter.
    Given(usize),
    /// It is a constant of the program.
    Constant,
    /// It is not there when the program is run in pieces.
    Nothing,
}

/// A computation, and what of it is computed.
type Piece = (i64, Vec<SliceOutput>);

/// A compiled program and what of it has been compiled in pieces.
pub(super) struct Search<'a> {
    session: &'a Session,
    module: &'a HloModule,
    compiled: RefCell<BTreeMap<Piece, Rc<LoadedExecutable>>>,
}

/// An instruction, or one of the results of an instruction that has several.
type Part = (i64, Option<usize>);

/// A computation with the values that it is run on and the flags of its instructions.
struct Level<'a> {
    computation: &'a HloComputation,
    known: BTreeMap<i64, &'a HloInstruction>,
    arguments: Vec<&'a Buffer>,
    /// What is in the arrays of floating-point numbers.
    flags: BTreeMap<i64, Option<Bad>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(session: &'a Session, module: &'a HloModule) -> Search<'a> {
        Search { session, module, compiled: RefCell::default() }
    }

    /// Where the bad values of these outputs of the program come from.
    pub(super) fn entry(&self, arguments: &[&Buffer], outputs: &[usize], bad: Bad) -> Result<Found, Error> {
        let Some(entry) = self.module.entry() else { return Ok(Found::Nothing) };
        let parts = outputs.iter().copied().collect();
        let found = self.explain(&self.level(entry, arguments.to_vec())?, &wanted(entry, &parts), bad)?;
        Ok(match found {
            // What came in from outside of the program has no cause in it.
            Found::Made(made) => Found::Made(Box::new(Made { outside: None, ..*made })),
            found => found,
        })
    }

    /// Runs a computation on arguments and sets the flags.
    fn level<'l>(&self, computation: &'l HloComputation, arguments: Vec<&'l Buffer>) -> Result<Level<'l>, Error> {
        let known = computation.instructions.iter().map(|i| (i.id, i)).collect();
        let floats = floats(computation);
        let outputs: Vec<SliceOutput> = floats.iter().map(|&id| SliceOutput::Flags(id)).collect();
        let flags = read_flags(&floats, &self.run(computation, &arguments, outputs)?)?;
        Ok(Level { computation, known, arguments, flags })
    }

    /// Runs a part of a computation on the values of its parameters.
    fn run(
        &self,
        computation: &HloComputation,
        arguments: &[&Buffer],
        outputs: Vec<SliceOutput>,
    ) -> Result<Vec<Buffer>, Error> {
        if outputs.is_empty() {
            return Ok(Vec::new());
        }
        let key = (computation.id, outputs);
        let compiled = self.compiled.borrow().get(&key).cloned();
        let executable = match compiled {
            Some(executable) => executable,
            None => {
                let parameters: Vec<i64> = computation.parameters().iter().map(|parameter| parameter.id).collect();
                let slice = self.module.slice(computation, &parameters, &key.1);
                let slice = slice.ok_or_else(|| Error::Program {
                    model: computation.name.clone(),
                    reason: "a part of the compiled program cannot be run alone".to_owned(),
                })?;
                let executable = Rc::new(self.session.compile_hlo(&slice)?);
                self.compiled.borrow_mut().insert(key, Rc::clone(&executable));
                executable
            }
        };
        Ok(executable.execute(arguments.iter().map(|buffer| Argument::Keep(buffer)))?.wait()?)
    }

    /// Where the bad values of some instructions come from.
    fn explain(&self, level: &Level<'_>, wanted: &[Part], bad: Bad) -> Result<Found, Error> {
        let ends = level.ends(wanted, bad);
        let mut constant = false;
        let mut given = None;
        for (id, parts) in ends {
            let Some(&instruction) = level.known.get(&id) else { continue };
            match instruction.opcode.as_str() {
                "parameter" => given = given.or(Some(instruction.parameter)),
                "constant" | "iota" if bad == Bad::Infinity => constant = true,
                _ => match self.inside(level, instruction, &parts, bad)? {
                    Found::Made(made) => return Ok(Found::Made(made)),
                    Found::Constant => constant = true,
                    // The whole makes it, and its pieces do not: this is as near as one comes.
                    Found::Given(_) | Found::Nothing => {
                        return Ok(Found::Made(Box::new(self.made(level, instruction, bad)?)));
                    }
                },
            }
        }
        Ok(match given {
            Some(parameter) => Found::Given(parameter),
            None if constant => Found::Constant,
            None => Found::Nothing,
        })
    }

    /// Where in an instruction that calls computations the bad values come from; for others, the instruction.
    fn inside(
        &self,
        level: &Level<'_>,
        instruction: &HloInstruction,
        parts: &BTreeSet<usize>,
        bad: Bad,
    ) -> Result<Found, Error> {
        let callee = |index: usize| instruction.called.get(index).and_then(|&id| self.module.computation(id));
        match (instruction.opcode.as_str(), callee(0)) {
            ("fusion" | "call", Some(callee)) => {
                let values = self.values(level, &instruction.operands)?;
                let found = self.called(callee, &values.iter().collect::<Vec<_>>(), parts, bad)?;
                self.with_operands(level, instruction, &instruction.operands, found)
            }
            ("conditional", Some(_)) => {
                let Some((choice, arguments)) = instruction.operands.split_first() else { return Ok(Found::Nothing) };
                let chosen = self.values(level, &[*choice])?;
                let last = instruction.called.len().saturating_sub(1);
                let branch = match chosen.first() {
                    Some(buffer) if buffer.element_type() == keramos_pjrt::ElementType::Pred => {
                        usize::from(!truth(buffer)?)
                    }
                    Some(buffer) => {
                        let index = buffer.to_vec::<i32>()?.first().copied().unwrap_or(0);
                        usize::try_from(index).unwrap_or(last).min(last)
                    }
                    None => 0,
                };
                let (Some(callee), Some(&argument)) = (callee(branch), arguments.get(branch)) else {
                    return Ok(Found::Nothing);
                };
                let values = self.values(level, &[argument])?;
                let found = self.called(callee, &values.iter().collect::<Vec<_>>(), parts, bad)?;
                self.with_operands(level, instruction, &[argument], found)
            }
            ("while", Some(_)) => self.stepped(level, instruction, parts, bad),
            _ => Ok(Found::Made(Box::new(self.made(level, instruction, bad)?))),
        }
    }

    fn called(
        &self,
        callee: &HloComputation,
        values: &[&Buffer],
        parts: &BTreeSet<usize>,
        bad: Bad,
    ) -> Result<Found, Error> {
        self.explain(&self.level(callee, values.to_vec())?, &wanted(callee, parts), bad)
    }

    /// Steps through a loop until the bad value is there, and finds where it comes from in that step.
    fn stepped(
        &self,
        level: &Level<'_>,
        instruction: &HloInstruction,
        parts: &BTreeSet<usize>,
        bad: Bad,
    ) -> Result<Found, Error> {
        let called: Vec<&HloComputation> =
            instruction.called.iter().filter_map(|&id| self.module.computation(id)).collect();
        // The condition gives a single truth value, the body what the loop carries.
        let is_condition = |computation: &&HloComputation| {
            let root = computation.instruction(computation.root);
            root.and_then(|root| root.shape.array()).is_some_and(|ty| ty.dims.is_empty())
        };
        let (conditions, bodies): (Vec<_>, Vec<_>) = called.into_iter().partition(is_condition);
        let (Some(condition), Some(body)) = (conditions.first(), bodies.first()) else { return Ok(Found::Nothing) };
        let mut state = self.values(level, &instruction.operands)?;
        for step in 1..=MAX_STEPS {
            let carried: Vec<&Buffer> = state.iter().collect();
            let goes_on = self.run(condition, &carried, vec![SliceOutput::Value(condition.root)])?;
            if !goes_on.first().map(truth).transpose()?.unwrap_or(false) {
                break;
            }
            let next = self.run(body, &carried, vec![SliceOutput::Value(body.root)])?;
            let mut made = BTreeSet::new();
            for (index, buffer) in
                next.iter().enumerate().filter(|(index, _)| parts.is_empty() || parts.contains(index))
            {
                if worst(buffer)? >= Some(bad) {
                    made.insert(index);
                }
            }
            if !made.is_empty() {
                let found = self.explain(&self.level(body, carried)?, &wanted(body, &made), bad)?;
                return Ok(match found {
                    Found::Made(mut made) => {
                        made.steps.insert(0, step);
                        made.outside = None;
                        Found::Made(made)
                    }
                    Found::Given(_) => Found::Nothing,
                    found => found,
                });
            }
            state = next;
        }
        Ok(Found::Nothing)
    }

    /// What was found in a callee, with places outside of it in the caller's terms.
    fn with_operands(
        &self,
        level: &Level<'_>,
        instruction: &HloInstruction,
        operands: &[i64],
        found: Found,
    ) -> Result<Found, Error> {
        let Found::Made(mut made) = found else { return Ok(found) };
        if made.source.is_none() || made.op_name.is_empty() {
            let (op_name, source) = self.described(level, instruction);
            (made.op_name, made.source) = (Place::replace_operation(&op_name, &made.opcode), source);
        }
        if let Some(&operand) = made.outside.take().and_then(|parameter| operands.get(parameter)) {
            self.find_cause(level, operand, &mut made)?;
        }
        Ok(Found::Made(made))
    }

    /// Looks in this level for where the infinity in an operand comes from, of which a NaN was made.
    fn find_cause(&self, level: &Level<'_>, operand: i64, made: &mut Made) -> Result<(), Error> {
        let ends = level.ends(&[(operand, None)], Bad::Infinity);
        for (id, parts) in ends {
            let Some(&end) = level.known.get(&id) else { continue };
            match end.opcode.as_str() {
                "parameter" => made.outside = Some(end.parameter),
                "constant" | "iota" => {}
                _ => {
                    if let Found::Made(cause) = self.inside(level, end, &parts, Bad::Infinity)? {
                        made.cause = Some(cause);
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// An instruction with what went in and what came out.
    fn made(&self, level: &Level<'_>, instruction: &HloInstruction, bad: Bad) -> Result<Made, Error> {
        let (op_name, source) = self.described(level, instruction);
        let is_float = |id: &i64| level.known.get(id).is_some_and(|operand| operand.is_float());
        let operands: Vec<i64> = instruction.operands.iter().copied().filter(is_float).collect();
        let result = is_float(&instruction.id).then_some(instruction.id);
        let shown: Vec<i64> = operands.iter().copied().chain(result).collect();
        let mut summaries = Vec::new();
        for (id, buffer) in shown.iter().zip(self.values(level, &shown)?) {
            if let Some(ty) = level.known.get(id).and_then(|instruction| instruction.shape.array()) {
                summaries.extend(summary_of(ty, &buffer)?);
            }
        }
        let result = result.and_then(|_| summaries.pop());
        let mut made = Made {
            bad,
            op_name,
            opcode: instruction.opcode.clone(),
            source,
            steps: Vec::new(),
            operands: summaries,
            result,
            cause: None,
            outside: None,
        };
        if bad == Bad::NaN {
            let infinite = operands.iter().find(|id| level.flags.get(id) == Some(&Some(Bad::Infinity)));
            if let Some(&operand) = infinite {
                self.find_cause(level, operand, &mut made)?;
            }
        }
        Ok(made)
    }

    /// Path and place of an instruction; where the compiler made it, those of the nearest that uses it, or that it was made
    /// from, with its own operation.
    fn described(&self, level: &Level<'_>, instruction: &HloInstruction) -> (String, Option<(String, u32)>) {
        if is_placed(instruction) {
            return (instruction.op_name.clone(), instruction.source.clone());
        }
        let operands = |id: i64| level.known.get(&id).map(|found| found.operands.clone()).unwrap_or_default();
        let near = self.nearest_user(level.computation, instruction.id, 0);
        let near = near.or_else(|| nearest(level.computation, instruction.id, operands));
        match near {
            Some(near) => (Place::replace_operation(&near.op_name, &instruction.opcode), near.source.clone()),
            None => (instruction.op_name.clone(), instruction.source.clone()),
        }
    }

    /// The nearest instruction with a place that uses a value, looked for inside of fusions too.
    fn nearest_user<'m>(
        &'m self,
        computation: &'m HloComputation,
        id: i64,
        depth: usize,
    ) -> Option<&'m HloInstruction> {
        /// Chains of instructions without a place are short.
        const DEPTH: usize = 8;
        if depth == DEPTH {
            return None;
        }
        let users = || computation.instructions.iter().filter(|user| user.operands.contains(&id));
        let inside = |user: &'m HloInstruction| {
            let callee = self.module.computation(*user.called.first().filter(|_| user.opcode == "fusion")?)?;
            let parameter = user.operands.iter().position(|&operand| operand == id)?;
            self.nearest_user(callee, callee.parameters().get(parameter)?.id, depth + 1)
        };
        let direct = users().find_map(|user| inside(user).or_else(|| is_placed(user).then_some(user)));
        direct.or_else(|| users().find_map(|user| self.nearest_user(computation, user.id, depth + 1)))
    }

    /// Values of instructions of a level; tuples as their arrays.
    fn values(&self, level: &Level<'_>, instructions: &[i64]) -> Result<Vec<Buffer>, Error> {
        let outputs = instructions.iter().map(|&id| SliceOutput::Value(id)).collect();
        self.run(level.computation, &level.arguments, outputs)
    }
}

impl Level<'_> {
    /// The instructions at which the bad values of some instructions start, in the order of the program; for those with
    /// several results, with the positions of the bad ones.
    fn ends(&self, wanted: &[Part], bad: Bad) -> Vec<(i64, BTreeSet<usize>)> {
        let mut parts: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
        let mut open = Vec::new();
        wanted.iter().for_each(|&(id, part)| self.reach(id, part, bad, &mut open));
        let mut seen = BTreeSet::new();
        let mut ends = BTreeSet::new();
        while let Some((id, part)) = open.pop() {
            parts.entry(id).or_default().extend(part);
            if !seen.insert(id) {
                continue;
            }
            let before = open.len();
            let operands = self.known.get(&id).map_or(&[][..], |instruction| instruction.operands.as_slice());
            let part = self.known.get(&id).filter(|i| i.opcode == "get-tuple-element").map(|i| i.tuple_index);
            operands.iter().for_each(|&operand| self.reach(operand, part, bad, &mut open));
            if open.len() == before {
                ends.insert(id);
            }
        }
        let ordered = self.computation.instructions.iter().filter(|instruction| ends.contains(&instruction.id));
        ordered.map(|instruction| (instruction.id, parts.remove(&instruction.id).unwrap_or_default())).collect()
    }

    /// Adds an instruction whose value is bad; where that is not known, what it is made of.
    fn reach(&self, id: i64, part: Option<usize>, bad: Bad, open: &mut Vec<Part>) {
        let Some(&instruction) = self.known.get(&id) else { return };
        if let Some(flag) = self.flags.get(&id) {
            if is(Some(flag), bad) {
                open.push((id, part));
            }
            return;
        }
        let several = instruction.shape.array().is_none();
        match (instruction.opcode.as_str(), part) {
            ("tuple", Some(part)) => {
                instruction.operands.get(part).into_iter().for_each(|&operand| self.reach(operand, None, bad, open));
            }
            ("tuple", None) => instruction.operands.iter().for_each(|&operand| self.reach(operand, None, bad, open)),
            // Of several results those that are bad have flags of their own.
            (_, Some(_)) if several => open.push((id, part)),
            // Numbers without flags, such as complex ones, are as bad as what they come from.
            _ if !several && !carries(instruction) => {}
            _ => instruction.operands.iter().for_each(|&operand| self.reach(operand, part, bad, open)),
        }
    }
}

/// Whether an instruction tells where in the model it belongs.
fn is_placed(instruction: &HloInstruction) -> bool {
    instruction.opcode != "parameter" && instruction.source.is_some() && !instruction.op_name.is_empty()
}

/// The nearest instruction with a place, in one direction.
fn nearest(computation: &HloComputation, from: i64, next: impl Fn(i64) -> Vec<i64>) -> Option<&HloInstruction> {
    let mut open = std::collections::VecDeque::from(next(from));
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop_front() {
        let Some(found) = computation.instruction(id).filter(|_| seen.insert(id)) else { continue };
        if is_placed(found) {
            return Some(found);
        }
        open.extend(next(id));
    }
    None
}

/// Results of a computation by their positions; all of them if none is named.
fn wanted(computation: &HloComputation, parts: &BTreeSet<usize>) -> Vec<Part> {
    let root = computation.instruction(computation.root);
    match root {
        Some(root) if root.opcode == "tuple" => {
            let chosen = root.operands.iter().enumerate();
            let chosen = chosen.filter(|(index, _)| parts.is_empty() || parts.contains(index));
            chosen.map(|(_, &id)| (id, None)).collect()
        }
        Some(root) if root.shape.array().is_none() => {
            let count = root.shape.leaves().unwrap_or(0);
            (0..count)
                .filter(|index| parts.is_empty() || parts.contains(index))
                .map(|part| (root.id, Some(part)))
                .collect()
        }
        _ => vec![(computation.root, None)],
    }
}

/// Whether an array without flags can hold bad values.
fn carries(instruction: &HloInstruction) -> bool {
    use keramos_pjrt::ElementType::{C64, C128, F8E4M3, F8E4M3FN, F8E5M2};
    let carries = |ty: &ArrayType| matches!(ty.element, C64 | C128 | F8E4M3 | F8E4M3FN | F8E5M2);
    instruction.shape.array().is_some_and(carries)
}

fn is(flag: Option<&Option<Bad>>, bad: Bad) -> bool {
    flag.is_some_and(|found| *found >= Some(bad))
}

/// The instructions that flags can be made for.
fn floats(computation: &HloComputation) -> Vec<i64> {
    computation.instructions.iter().filter(|instruction| instruction.is_float()).map(|found| found.id).collect()
}

/// Reads the flags of instructions: two truth values for each.
fn read_flags(instructions: &[i64], buffers: &[Buffer]) -> Result<BTreeMap<i64, Option<Bad>>, Error> {
    let flag = |(&id, pair): (&i64, &[Buffer])| {
        let [nan, infinite] = pair else { return Ok((id, None)) };
        let bad = match (truth(nan)?, truth(infinite)?) {
            (true, _) => Some(Bad::NaN),
            (false, true) => Some(Bad::Infinity),
            (false, false) => None,
        };
        Ok((id, bad))
    };
    instructions.iter().zip(buffers.chunks_exact(2)).map(flag).collect()
}

fn truth(buffer: &Buffer) -> Result<bool, Error> {
    Ok(buffer.to_bytes()?.first().is_some_and(|&byte| byte != 0))
}

/// The worst kind of number in a buffer.
fn worst(buffer: &Buffer) -> Result<Option<Bad>, Error> {
    let ty = ArrayType { element: buffer.element_type(), dims: buffer.dims().to_vec() };
    if !dtype(ty.element).is_some_and(summary::can_be_bad) {
        return Ok(None);
    }
    Ok(summary_of(&ty, buffer)?.and_then(|summary| summary.worst()))
}

fn summary_of(ty: &ArrayType, buffer: &Buffer) -> Result<Option<Summary>, Error> {
    let shape: Option<Vec<usize>> = ty.dims.iter().map(|&dim| usize::try_from(dim).ok()).collect();
    let (Some(dtype), Some(shape)) = (dtype(ty.element), shape) else { return Ok(None) };
    Ok(Some(Summary::of(&HostTensor::new(dtype, shape, buffer.to_bytes()?)?)))
}

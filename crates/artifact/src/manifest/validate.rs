//! The rules that tie the parts of a manifest to one another.

use std::collections::HashSet;

use super::{Entry, Manifest, Port, PortKind, Program, Role};
use crate::Fault;
use crate::shape::as_tuple;
use crate::weights::WEIGHT_ALIGNMENT;

impl Manifest {
    /// Checks all that can be checked without the sections:
    ///
    /// - paths of variables are unique and their sizes fit `usize`;
    /// - an entry point has at most one program for a batch size, a function at most one for the types
    ///   of its arguments;
    /// - names are unique among a program's inputs and among its outputs;
    /// - the variables of a stack are of one type, no metrics, and in one stack only;
    /// - a state port has its variable's type and shape, or that of all variables of its stack, which have no other ports,
    ///   and a donated one has an output of the same variables; beside state only arguments of functions are donated;
    /// - an executable refers to a program and a target, each pair at most once;
    /// - stored tensors have their variable's size, are aligned, and come in order, no two for
    ///   one variable and none overlapping;
    /// - a moving average has the type and shape of its weight, and the learning rate is a float32 scalar.
    pub(crate) fn validate(&self) -> Result<(), Fault> {
        self.check_variables()?;
        self.check_stacks()?;
        let mut programs = HashSet::new();
        for program in &self.programs {
            let types: Vec<_> = match program.entry {
                Entry::Function(_) => program.arguments().map(|(_, port)| (port.dtype, &port.shape)).collect(),
                _ => Vec::new(),
            };
            if !programs.insert((&program.entry, program.batch, types)) {
                let what = if program.batch.is_some() { "batch size" } else { "argument types" };
                return wrong(format!("{} is there twice for the same {what}", program.entry));
            }
            self.check_program(program)?;
        }
        self.check_executables()?;
        self.check_training()?;
        self.check_weights()
    }

    /// Bytes that the weights section takes according to the index.
    pub(crate) fn weights_len(&self) -> u64 {
        let last = self.weights.last();
        last.map_or(0, |stored| stored.offset.saturating_add(stored.length))
    }

    fn check_variables(&self) -> Result<(), Fault> {
        let mut paths = HashSet::new();
        for (index, variable) in self.variables.iter().enumerate() {
            if !paths.insert(variable.path.as_str()) {
                return wrong(format!("two variables have the path `{}`", variable.path));
            }
            if variable.byte_len().is_none() {
                return wrong(format!(
                    "variable {index} `{}` of shape {} is too large for any machine",
                    variable.path,
                    as_tuple(&variable.shape)
                ));
            }
        }
        Ok(())
    }

    fn check_stacks(&self) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for (number, stack) in self.stacks.iter().enumerate() {
            let mut first = None;
            for &index in stack {
                let Some(variable) = self.variables.get(index) else {
                    return wrong(format!(
                        "stack {number} refers to variable {index}, and there are {}",
                        self.variables.len()
                    ));
                };
                let ty = (variable.dtype, &variable.shape);
                if !seen.insert(index) || *first.get_or_insert(ty) != ty || variable.role == Role::Metric {
                    return wrong(format!("variable {index} `{}` cannot be a row of stack {number}", variable.path));
                }
            }
            let bytes = first.and_then(|(dtype, shape)| dtype.byte_len(&[&[stack.len()], &shape[..]].concat()));
            if bytes.is_none() {
                return wrong(format!("stack {number} is empty or too large for any machine"));
            }
        }
        Ok(())
    }

    fn check_training(&self) -> Result<(), Fault> {
        let Some(training) = &self.training else { return Ok(()) };
        for &(weight, average) in &training.averages {
            let (of, by) = (self.variables.get(weight), self.variables.get(average));
            if of.zip(by).is_none_or(|(of, by)| weight == average || of.dtype != by.dtype || of.shape != by.shape) {
                return wrong(format!("variable {average} cannot be the moving average of variable {weight}"));
            }
        }
        for adaptation in &training.adaptations {
            let statistics = [adaptation.mean, adaptation.variance].map(|index| self.variables.get(index));
            let fits = |of: &Option<&super::Variable>| {
                of.is_some_and(|of| of.dtype == crate::DType::F32 && of.shape.len() == adaptation.axes.len())
            };
            if !statistics.iter().all(fits) || !adaptation.axes.is_sorted_by(|a, b| a < b) {
                return wrong(format!(
                    "variables {} and {} cannot hold statistics of input {}",
                    adaptation.mean, adaptation.variance, adaptation.input
                ));
            }
        }
        match training.learning_rate.map(|index| self.variables.get(index)) {
            Some(rate) if rate.is_none_or(|rate| rate.dtype != crate::DType::F32 || !rate.shape.is_empty()) => {
                wrong("the variable of the learning rate is no float32 scalar".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn check_program(&self, program: &Program) -> Result<(), Fault> {
        for (side, ports) in [("input", &program.inputs), ("output", &program.outputs)] {
            let mut names = HashSet::new();
            for (index, port) in ports.iter().enumerate() {
                if !names.insert(port.name.as_str()) {
                    return wrong(format!("{} has two {side}s with the name `{}`", program.label(), port.name));
                }
                self.check_port(port).or_else(|reason| {
                    wrong(format!("{side} {index} `{}` of {} {reason}", port.name, program.label()))
                })?;
            }
        }
        let returned: HashSet<PortKind> = program.outputs.iter().map(|port| port.kind).collect();
        for port in program.inputs.iter().filter(|port| port.donated) {
            let replaced = match (port.kind, &program.entry) {
                (PortKind::State(_) | PortKind::Stack(_), _) => returned.contains(&port.kind),
                (PortKind::Data, Entry::Function(_)) => {
                    program.outputs.iter().any(|out| (out.dtype, &out.shape) == (port.dtype, &port.shape))
                }
                _ => false,
            };
            if !replaced {
                return wrong(format!(
                    "input `{}` of {} is donated, but no output takes its place",
                    port.name,
                    program.label()
                ));
            }
        }
        if let Some(port) = program.outputs.iter().find(|port| port.donated) {
            return wrong(format!("output `{}` of {} is marked as donated", port.name, program.label()));
        }
        Ok(())
    }

    fn check_port(&self, port: &Port) -> Result<(), String> {
        if port.dtype.byte_len(&port.shape).is_none() {
            return Err(format!("of shape {} is too large for any machine", as_tuple(&port.shape)));
        }
        let index = match port.kind {
            PortKind::State(index) => index,
            PortKind::Stack(number) => return self.check_stack_port(port, number),
            _ => return Ok(()),
        };
        let Some(variable) = self.variables.get(index) else {
            return Err(format!("refers to variable {index}, and there are {}", self.variables.len()));
        };
        if let Some(stack) = self.stacks.iter().position(|stack| stack.contains(&index)) {
            return Err(format!("is variable {index}, which is a row of stack {stack}"));
        }
        if (variable.dtype, &variable.shape) != (port.dtype, &port.shape) {
            return Err(format!(
                "is {}{:?}, but its variable `{}` is {}{:?}",
                port.dtype, port.shape, variable.path, variable.dtype, variable.shape
            ));
        }
        Ok(())
    }

    fn check_stack_port(&self, port: &Port, number: usize) -> Result<(), String> {
        let Some(stack) = self.stacks.get(number) else {
            return Err(format!("refers to stack {number}, and there are {}", self.stacks.len()));
        };
        let row = stack.first().and_then(|&index| self.variables.get(index));
        match row.map(|row| (row.dtype, [&[stack.len()], &row.shape[..]].concat())) {
            Some((dtype, shape)) if (dtype, &shape) == (port.dtype, &port.shape) => Ok(()),
            _ => Err(format!("is {}{:?}, which its stack {number} is not", port.dtype, port.shape)),
        }
    }

    fn check_executables(&self) -> Result<(), Fault> {
        let mut pairs = HashSet::new();
        for (index, executable) in self.executables.iter().enumerate() {
            if executable.program >= self.programs.len() || executable.target >= self.targets.len() {
                return wrong(format!("executable {index} refers to a program or target that is not there"));
            }
            if !pairs.insert((executable.program, executable.target)) {
                return wrong(format!("executable {index} is there twice for the same target"));
            }
        }
        Ok(())
    }

    fn check_weights(&self) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        let mut end = 0;
        for stored in &self.weights {
            let index = stored.variable;
            let Some(variable) = self.variables.get(index) else {
                return wrong(format!(
                    "weights are stored for variable {index}, and there are {}",
                    self.variables.len()
                ));
            };
            if !seen.insert(index) {
                return wrong(format!("weights of `{}` are stored twice", variable.path));
            }
            if variable.byte_len().map(|len| len as u64) != Some(stored.length) {
                return Err(Fault::weight_size(index, variable, stored.length));
            }
            if stored.offset % WEIGHT_ALIGNMENT != 0 || stored.offset < end {
                return wrong(format!(
                    "weights of `{}` at {} are not aligned or overlap others",
                    variable.path, stored.offset
                ));
            }
            end = stored.offset.checked_add(stored.length).ok_or_else(|| {
                let reason = format!("weights of `{}` lie beyond any file", variable.path);
                Fault::Manifest { reason }
            })?;
        }
        Ok(())
    }
}

fn wrong<T>(reason: String) -> Result<T, Fault> {
    Err(Fault::Manifest { reason })
}

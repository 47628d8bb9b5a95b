//! What was found, and how it is told.

use std::fmt;
use std::path::Path;

use keramos_artifact::Artifact;

use super::search::Made;
use super::{Bad, Summary, advice};

/// A run that made a NaN or an infinity, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct NotFinite {
    /// Name of the model.
    pub model: String,
    /// The program, with its batch size.
    pub program: String,
    /// What was made.
    pub bad: Bad,
    /// Names of the results that hold it.
    pub outputs: Vec<String>,
    /// In training, epoch and step, both counted from 1.
    pub step: Option<(usize, usize)>,
    /// The instruction that made it.
    pub found: Option<Finding>,
    /// What held it before the run, such as ``the variable `dense/kernel` ``.
    pub argument: Option<String>,
    /// Why it is not known where it comes from.
    pub unknown: Option<String>,
}

/// The part of a program that something is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Layers, loss and metrics.
    Forward,
    /// The gradient.
    Backward,
    /// The optimizer.
    Update,
}

/// A place of the model and of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path of the layer or function, such as `encoder/dense_1`; empty at top level.
    pub layer: String,
    /// The operation, such as `log`.
    pub operation: String,
    /// Which part of the program.
    pub phase: Phase,
    /// File and line, the latter counted from 1.
    pub source: Option<(String, u32)>,
}

impl Place {
    /// Takes a path such as `backward(encoder/dense_1)/log` apart.
    #[must_use]
    pub fn of(op_name: &str, source: Option<(String, u32)>, optimizers: &[String]) -> Place {
        let (path, operation) = split(op_name);
        let backward = path.contains("backward(") || path.contains("transpose(");
        let mut layer = path;
        while let Some(inside) = layer.strip_prefix("backward(").and_then(|rest| rest.strip_suffix(')')) {
            layer = inside;
        }
        // Loops are no layers.
        let layer = layer.split('/').filter(|part| *part != "while").collect::<Vec<_>>().join("/");
        let first = layer.split('/').next().unwrap_or_default();
        let phase = if backward {
            Phase::Backward
        } else if optimizers.iter().any(|name| name == first) {
            Phase::Update
        } else {
            Phase::Forward
        };
        Place { layer, operation: operation.to_owned(), phase, source }
    }
}

impl Place {
    /// A path with another operation.
    pub(crate) fn replace_operation(op_name: &str, operation: &str) -> String {
        match split(op_name).0 {
            "" => operation.to_owned(),
            path => format!("{path}/{operation}"),
        }
    }
}

/// A path's last part, and what comes before it: `backward(a/b)/log` is `log` of `backward(a/b)`.
fn split(op_name: &str) -> (&str, &str) {
    let mut depth = 0_i32;
    let last = op_name.char_indices().rev().find(|&(_, c)| {
        depth += i32::from(c == ')') - i32::from(c == '(');
        c == '/' && depth == 0
    });
    match last {
        Some((at, _)) => (op_name.get(..at).unwrap_or_default(), op_name.get(at + 1..).unwrap_or_default()),
        None => ("", op_name),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match (self.phase, self.layer.is_empty()) {
            (Phase::Forward, true) => String::new(),
            (Phase::Forward, false) => format!(" of `{}`", self.layer),
            (Phase::Backward, true) => " in the gradient".to_owned(),
            (Phase::Backward, false) => format!(" in the gradient of `{}`", self.layer),
            (Phase::Update, _) => format!(" in the optimizer's update (`{}`)", self.layer),
        };
        write!(f, "`{}`{of}", self.operation)?;
        match &self.source {
            Some((file, line)) => write!(f, ", {file}:{line}"),
            None => Ok(()),
        }
    }
}

/// The instruction that made a bad value.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it made.
    pub bad: Bad,
    /// Where it is.
    pub place: Place,
    /// The line of the model file, if it can be read.
    pub excerpt: Option<String>,
    /// The steps of the loops that it is in, outermost first, counted from 1.
    pub steps: Vec<usize>,
    /// The numbers that went in.
    pub operands: Vec<Summary>,
    /// The numbers that came out.
    pub result: Option<Summary>,
    /// For a NaN, where an infinity was made that went in.
    pub cause: Option<Box<Finding>>,
    /// What helps.
    pub help: String,
}

impl Finding {
    pub(super) fn new(made: Made, around: Option<Phase>, optimizers: &[String], artifact: &Artifact) -> Finding {
        let excerpt = made.source.as_ref().and_then(|(file, line)| excerpt(artifact, file, *line));
        let mut place = Place::of(&made.op_name, made.source, optimizers);
        // What went wrong in the gradient is mended as such, also where it starts in what the forward pass leaves for it.
        let phase = if around == Some(Phase::Backward) { Phase::Backward } else { place.phase };
        if place.operation.is_empty() {
            place.operation.clone_from(&made.opcode);
        }
        Finding {
            bad: made.bad,
            help: advice::help(&made.opcode, made.bad, phase, &made.operands),
            place,
            excerpt,
            steps: made.steps,
            operands: made.operands,
            result: made.result,
            cause: made.cause.map(|cause| Box::new(Finding::new(*cause, Some(phase), optimizers, artifact))),
        }
    }

    fn lines(&self, title: &str) -> String {
        let mut text = format!("  {title}: {}", self.place);
        for step in &self.steps {
            text.push_str(&format!(", in step {step} of the loop"));
        }
        if let (Some(excerpt), Some((_, line))) = (&self.excerpt, &self.place.source) {
            text.push_str(&format!("\n    {line} | {excerpt}"));
        }
        for operand in &self.operands {
            text.push_str(&format!("\n    takes {operand}"));
        }
        if let Some(result) = &self.result {
            text.push_str(&format!("\n    gives {result}"));
        }
        text
    }
}

/// The line of a source file, if the file lies beside the artifact or in the working folder.
fn excerpt(artifact: &Artifact, file: &str, line: u32) -> Option<String> {
    let name = Path::new(file).file_name()?;
    let beside = Path::new(artifact.origin()).with_file_name(name);
    let text = [beside.as_path(), Path::new(name)].iter().find_map(|path| std::fs::read_to_string(path).ok())?;
    let line = text.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?)?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED: usize = 3;
        let made = match self.bad {
            Bad::NaN => "a NaN",
            Bad::Infinity => "an infinity",
        };
        write!(f, "`{}` of `{}` made {made}", self.program, self.model)?;
        if let Some((epoch, step)) = self.step {
            write!(f, " in epoch {epoch}, step {step}; nothing was saved")?;
        }
        if let Some(argument) = &self.argument {
            write!(f, "\n  {argument} held it before the run: look for it where that comes from")?;
        }
        if let Some(found) = &self.found {
            write!(f, "\n{}", found.lines("first made by"))?;
            if let Some(cause) = &found.cause {
                write!(f, "\n{}", cause.lines("the infinity comes from"))?;
            }
        }
        if let Some(why) = &self.unknown {
            write!(f, "\n  where it comes from is not known: {why}; try `--device cpu`")?;
        }
        let outputs: Vec<String> = self.outputs.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = match self.outputs.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        write!(f, "\n  results that hold it: {}{more}", outputs.join(", "))?;
        if let Some(found) = &self.found {
            let help = found.cause.as_ref().map_or(&found.help, |cause| &cause.help);
            write!(f, "\n  what helps: {help}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let place = |path: &str| Place::of(path, None, &["adam".to_owned()]).to_string();
        assert_eq!(place("encoder/dense_1/log"), "`log` of `encoder/dense_1`");
        assert_eq!(place("backward(encoder/dense_1)/mul"), "`mul` in the gradient of `encoder/dense_1`");
        assert_eq!(place("backward(backward(f))/mul"), "`mul` in the gradient of `f`");
        assert_eq!(place("adam/div"), "`div` in the optimizer's update (`adam`)");
        assert_eq!(place("div"), "`div`");
        let jax = Place::of("jit(f)/transpose(jvp(g))/mul", Some(("m.py".to_owned(), 3)), &[]);
        assert_eq!(jax.to_string(), "`mul` in the gradient of `jit(f)/transpose(jvp(g))`, m.py:3");
    }
}

//! Python functions as functions of the IR.

use keramos_ir::{Function, IrError, TensorType};

use crate::diagnostics::Span;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable::{VariableId, behind};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::TreeDef;

/// Type of a leaf, with JAX's weak types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aval {
    /// Element type and shape.
    pub(crate) ty: TensorType,
    /// Whether the element type yields in promotion.
    pub(crate) weak: bool,
}

impl Aval {
    /// The type of a tensor.
    pub(crate) fn of(tensor: &Tensor) -> Aval {
        Aval { ty: tensor.ty().clone(), weak: tensor.is_weak() }
    }

    /// The types of tensors.
    pub(crate) fn all(tensors: &[Tensor]) -> Vec<Aval> {
        tensors.iter().map(Aval::of).collect()
    }

    /// Gives a tensor this weakness.
    pub(crate) fn mark(&self, tensor: Tensor) -> Tensor {
        tensor.weak_if(self.weak)
    }
}

/// What becomes of results that are no tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// Numbers and arrays become tensors; anything else is an error.
    Convert,
    /// They stay what they are.
    Keep,
}

/// How a function is staged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staging<'a> {
    /// The transform, for messages: `jax.grad`.
    pub(crate) what: &'a str,
    /// The function's name in the IR.
    pub(crate) name: &'a str,
    /// Whether the IR function will be differentiated.
    pub(crate) differentiated: bool,
    /// What becomes of results that are no tensors.
    pub(crate) others: Others,
    /// The tensors that the first parameters stand for, so that the function can decide by their values;
    /// `None` if it is to be traced for all values, as under `jax.jit`.
    pub(crate) point: Option<&'a [Tensor]>,
}

/// A Python function that ran on parameters: the IR function, and how its results form a tree.
#[derive(Debug)]
pub(crate) struct Staged {
    /// Parameters: those asked for, then one per capture. Results: the tensor leaves of the result, then
    /// the last values of the variables assigned.
    pub(crate) function: Function,
    /// The outer tensors for the trailing parameters.
    pub(crate) captures: Vec<Tensor>,
    /// The shape of the result.
    pub(crate) out: Outputs,
    /// Variables of layers that the function assigned.
    pub(crate) assigned: Vec<VariableId>,
}

/// The shape of a result and the kinds of its leaves.
#[derive(Clone, Debug)]
pub(crate) struct Outputs {
    /// The tree.
    pub(crate) def: TreeDef,
    /// Its leaves in order.
    pub(crate) leaves: Vec<Leaf>,
}

/// A leaf of a result.
#[derive(Clone, Debug)]
pub(crate) enum Leaf {
    /// The next tensor.
    Tensor(Aval),
    /// Something known already.
    Known(Value),
}

impl Outputs {
    /// The types of the tensor leaves.
    pub(crate) fn avals(&self) -> Vec<Aval> {
        let tensor = |leaf: &Leaf| match leaf {
            Leaf::Tensor(aval) => Some(aval.clone()),
            Leaf::Known(_) => None,
        };
        self.leaves.iter().filter_map(tensor).collect()
    }

    /// The result tree with the next tensors as its leaves.
    ///
    /// # Errors
    /// The program's own code for a registered class fails.
    pub(crate) fn tree(&self, interp: &mut Interp, tensors: &mut impl Iterator<Item = Tensor>) -> Result<Value> {
        let mut leaves = Vec::with_capacity(self.leaves.len());
        for leaf in &self.leaves {
            leaves.push(match leaf {
                Leaf::Known(value) => value.clone(),
                Leaf::Tensor(aval) => {
                    let tensor = tensors.next().ok_or_else(|| Error::internal("a staged function lacks a result"))?;
                    Value::Tensor(aval.mark(tensor))
                }
            });
        }
        interp.unflatten(&self.def, leaves)
    }
}

impl Staged {
    /// Gives variables the values that the function assigned: the next tensors.
    pub(crate) fn assign(&self, interp: &mut Interp, tensors: &mut impl Iterator<Item = Tensor>) {
        for (&id, value) in self.assigned.iter().zip(tensors) {
            interp.state.assign(id, value);
        }
    }
}

/// What tracing changes in the interpreter and must be as before after an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    frames: usize,
    scopes: usize,
    path: usize,
    derivatives: usize,
    axes: usize,
    training: bool,
    span: Span,
}

impl Interp {
    /// The present state of tracing.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            frames: self.tracer.depth(),
            scopes: self.state.depth(),
            path: self.tracer.scope_depth(),
            derivatives: self.derivatives,
            axes: self.axes.len(),
            training: self.training,
            span: self.span,
        }
    }

    /// Goes back to `mark`, dropping functions and scopes opened since.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.tracer.unwind(mark.frames);
        self.tracer.unwind_scopes(mark.path);
        self.state.unwind(mark.scopes);
        self.derivatives = mark.derivatives;
        self.axes.truncate(mark.axes);
        self.training = mark.training;
        self.at(mark.span);
    }

    /// Runs `body` on parameters of the given types and turns what it computes into an IR function.
    ///
    /// # Errors
    /// Those of `body`; or it returns something that is no tensor where only tensors will do.
    pub(crate) fn stage(
        &mut self,
        staging: Staging<'_>,
        params: &[Aval],
        body: impl FnOnce(&mut Interp, Vec<Tensor>) -> Result<Value>,
    ) -> Result<Staged> {
        let mark = self.mark();
        let types: Vec<TensorType> = params.iter().map(|aval| aval.ty.clone()).collect();
        let tensors = self.tracer.enter(staging.name, &types);
        if let Some(outer) = staging.point {
            self.tracer.at_point(&tensors, outer, staging.differentiated);
        }
        let tensors = params.iter().zip(tensors).map(|(aval, tensor)| aval.mark(tensor)).collect();
        self.state.open([]);
        self.derivatives += usize::from(staging.differentiated);
        let staged = body(self, tensors).and_then(|result| self.close(staging, &result));
        match staged {
            Ok(staged) => {
                self.derivatives = mark.derivatives;
                self.at(mark.span);
                Ok(staged)
            }
            Err(error) => {
                self.reset(mark);
                Err(error)
            }
        }
    }

    fn close(&mut self, staging: Staging<'_>, result: &Value) -> Result<Staged> {
        let (values, def) = self.flatten(result)?;
        let mut leaves = Vec::with_capacity(values.len());
        let mut tensors = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let tensor = match (&value, staging.others) {
                (Value::Tensor(tensor), _) => tensor.clone(),
                (_, Others::Keep) => {
                    leaves.push(Leaf::Known(value));
                    continue;
                }
                (_, Others::Convert) => self.leaf_tensor(&value).map_err(|error| {
                    if let Value::Host(_) = value {
                        return error;
                    }
                    let path = def.paths().get(index).cloned().unwrap_or_default();
                    let place = if path.0.is_empty() { String::new() } else { format!(" at `{path}`") };
                    let message = format!(
                        "the function given to {} returns {} {}{place}; only arrays, numbers and trees of them can be returned",
                        staging.what,
                        article(&value.type_name()),
                        value.type_name()
                    );
                    Error::ty(message)
                })?,
            };
            leaves.push(Leaf::Tensor(Aval::of(&tensor)));
            tensors.push(tensor);
        }
        let closed = self.state.close();
        let (assigned, last): (Vec<VariableId>, Vec<Tensor>) = closed.assigned.into_iter().unzip();
        tensors.extend(last);
        let traced = self.tracer.leave(&tensors)?;
        Ok(Staged { function: traced.function, captures: traced.captures, out: Outputs { def, leaves }, assigned })
    }

    /// A leaf of a tree as a tensor.
    ///
    /// # Errors
    /// It is no number or array.
    pub(crate) fn leaf_tensor(&mut self, value: &Value) -> Result<Tensor> {
        match value {
            Value::Tensor(_)
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Complex(..)
            | Value::Array(_)
            | Value::Host(_) => self.to_tensor(value),
            other if behind(other).is_some() => self.to_tensor(other),
            Value::Object(object) if let Some(data) = crate::value::downcast::<crate::program::Unknown>(object) => {
                Err(data.error("a tensor computation"))
            }
            other => Err(Error::ty(format!("{} is no array or number", other.type_name()))),
        }
    }

    /// Applies an IR function in the function being traced.
    ///
    /// # Errors
    /// The arguments do not fit.
    pub(crate) fn apply<'t>(
        &mut self,
        function: &Function,
        args: impl IntoIterator<Item = &'t Tensor>,
    ) -> Result<std::vec::IntoIter<Tensor>> {
        let args: Vec<&Tensor> = args.into_iter().collect();
        Ok(self.tracer.inline(function, &args)?.into_iter())
    }

    /// An error of the IR as one of the program: at the line of the operation that has no rule.
    pub(crate) fn explained(&self, error: IrError, what: &str) -> Error {
        let location = match &error {
            IrError::NoRule { location, .. } => location.clone(),
            _ => return Error::from(error),
        };
        let explained = Error::from(error).note(format!("{what} needs that rule"));
        match location.line_column() {
            Some((line, column)) if location.file() == Some(self.source.name()) => {
                let line = self.source.line_span(line as usize);
                let text = self.source.slice(line);
                let offset =
                    text.char_indices().nth(column.saturating_sub(1) as usize).map_or(text.len(), |(at, _)| at);
                explained.at(Span { start: line.start + offset as u32, end: line.end })
            }
            _ => explained,
        }
    }
}

/// `a` or `an`.
pub(crate) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

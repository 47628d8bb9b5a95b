//! Tensor computations outside any function being traced.

use std::rc::Rc;

use super::Interp;
use crate::error::Result;
use crate::library::{Args, FunctionDecl};
use crate::trace::Tensor;
use crate::value::{Host, ObjectRef, Value};

impl Interp {
    /// Computes a tensor function on constants: the result is constant too.
    ///
    /// # Errors
    /// The call fails.
    pub(super) fn constant(&mut self, function: &'static FunctionDecl, args: Args) -> Result<Value> {
        let frames = self.tracer.depth();
        self.tracer.enter(function.name, &[]);
        let folded = self.fold(function, args);
        self.tracer.unwind(frames);
        folded
    }

    fn fold(&mut self, function: &'static FunctionDecl, args: Args) -> Result<Value> {
        let mut bound = function.signature.bind(function.name, args)?;
        let result = (function.call)(self, &mut bound)?;
        let tensors: Vec<Tensor> = result
            .leaves()
            .into_iter()
            .filter_map(|leaf| match leaf {
                Value::Tensor(tensor) => Some(tensor),
                _ => None,
            })
            .collect();
        let size: usize = tensors.iter().map(|tensor| tensor.ty().size()).sum();
        self.spend_length(size)?;
        let traced = self.tracer.leave(&tensors)?;
        let no_arguments: &[keramos_ir::Array] = &[];
        let mut arrays = keramos_ir::eval(&traced.function, no_arguments)?.into_iter();
        result.map_leaves(&mut |leaf| {
            Ok(match leaf {
                Value::Tensor(_) => arrays.next().map_or(Value::None, |array| Value::Array(Rc::new(array))),
                other => other.clone(),
            })
        })
    }

    /// The arguments with constant arrays as tensors of the function being traced.
    fn with_tensors(&mut self, args: Args) -> Result<Args> {
        let mut leaf = |value: &Value| match value {
            Value::Array(_) => self.to_tensor(value).map(Value::Tensor),
            other => Ok(other.clone()),
        };
        let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
        let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
        Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
    }

    /// Calls a layer or model on constants. It is built by that, as in Keras; what it computes is only
    /// known at run time, because weights are.
    ///
    /// # Errors
    /// The call fails.
    pub(super) fn build_by_call(&mut self, object: &ObjectRef, args: Args) -> Result<Value> {
        let (frames, scopes) = (self.tracer.depth(), self.state.depth());
        self.tracer.enter("build", &[]);
        self.state.open([]);
        let result = self.with_tensors(args).and_then(|args| object.clone().call(self, args));
        self.tracer.unwind(frames);
        self.state.unwind(scopes);
        let result = result?;
        let mut traced = false;
        result.for_each_leaf(&mut |leaf| traced |= matches!(leaf, Value::Tensor(_)));
        Ok(if traced { Value::Host(Host::new(self.describe(self.span), Some(self.span))) } else { result })
    }
}

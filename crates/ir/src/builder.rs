//! Appends equations to a function, inferring types.

use std::sync::Arc;

use crate::{Array, Equation, Function, IrError, Location, Op, Primitive, Result, TensorType, Value, ops};

/// Builds one [`Function`], equation by equation.
///
/// New equations carry the builder's current location ([`Builder::set_location`]). The short
/// methods (`add`, `mul`, …) are in [`ops`] beside the primitives that they emit.
#[derive(Debug)]
pub struct Builder {
    function: Function,
    location: Location,
    /// Whether there may be values that nothing defines.
    has_gaps: bool,
    /// See [`Builder::is_separable`].
    separable: bool,
}

impl Builder {
    /// Starts an empty function.
    pub fn new(name: impl Into<String>) -> Self {
        let function = Function {
            name: name.into(),
            params: Vec::new(),
            equations: Vec::new(),
            results: Vec::new(),
            types: Vec::new(),
        };
        Builder { function, location: Location::UNKNOWN, has_gaps: false, separable: false }
    }

    /// The builder, for a derivative that is to be split or run backwards.
    pub(crate) fn separable(mut self) -> Self {
        self.separable = true;
        self
    }

    /// Whether derivatives emitted here must be separable: no equation may compute both a value and a
    /// tangent. Otherwise one equation may compute both together, which is less work.
    pub(crate) fn is_separable(&self) -> bool {
        self.separable
    }

    /// Appends a parameter.
    pub fn param(&mut self, ty: TensorType) -> Value {
        let value = self.fresh(ty);
        self.function.params.push(value);
        value
    }

    /// Gives the parameters another order.
    pub(crate) fn order_params(&mut self, params: Vec<Value>) {
        debug_assert_eq!(params.len(), self.function.params.len());
        self.function.params = params;
    }

    /// The location of equations to come.
    pub fn set_location(&mut self, location: Location) {
        self.location = location;
    }

    /// The current location.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The type of a value of this function.
    pub fn ty(&self, value: Value) -> &TensorType {
        self.function.ty(value)
    }

    /// The function as built so far (its results are not set yet).
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Appends `op` applied to `inputs`.
    ///
    /// # Errors
    /// The primitive's type rule rejects the operands; nothing is appended then.
    pub fn emit(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Vec<Value>> {
        let op = op.into();
        let types = self.infer(&op, inputs)?;
        Ok(self.emit_typed(op, inputs, types).to_vec())
    }

    /// Appends `op`, which has exactly one result.
    ///
    /// # Errors
    /// As [`Builder::emit`]; or the primitive has another number of results.
    pub fn emit1(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<Value> {
        self.emit_array(op, inputs).map(|[value]| value)
    }

    /// Appends `op`, which has exactly `N` results.
    ///
    /// # Errors
    /// As [`Builder::emit`]; or the primitive has another number of results.
    pub fn emit_array<const N: usize>(&mut self, op: impl Into<Op>, inputs: &[Value]) -> Result<[Value; N]> {
        let op = op.into();
        let name = op.name();
        let types = self.infer(&op, inputs)?;
        let made = self.emit_typed(op, inputs, types);
        <[Value; N]>::try_from(made).map_err(|_| {
            let message = format!("{} results were inferred, not {N}", made.len());
            IrError::Type { op: name, message, operands: Vec::new() }
        })
    }

    fn infer(&self, op: &Op, inputs: &[Value]) -> Result<Vec<TensorType>> {
        let ty = |v: Value| self.function.ty(v);
        // The common numbers of operands need no list in memory.
        let types = match *inputs {
            [] => op.infer(&[]),
            [x] => op.infer(&[ty(x)]),
            [x, y] => op.infer(&[ty(x), ty(y)]),
            [x, y, z] => op.infer(&[ty(x), ty(y), ty(z)]),
            _ => op.infer(&inputs.iter().map(|&v| ty(v)).collect::<Vec<_>>()),
        }?;
        match types.iter().find(|ty| !ty.is_addressable()) {
            None => Ok(types),
            Some(result) => {
                let operands: Vec<&TensorType> = inputs.iter().map(|&v| ty(v)).collect();
                Err(IrError::ty(op.name(), format!("the result {result} is too large for any machine"), &operands))
            }
        }
    }

    /// A constant.
    ///
    /// # Errors
    /// None today; the signature is that of all emitting methods.
    pub fn constant(&mut self, array: Array) -> Result<Value> {
        self.emit1(ops::Constant(Arc::new(array)), &[])
    }

    /// Appends the equations of `function` with its parameters bound to `args`; returns its results.
    /// The equations keep their own locations.
    ///
    /// # Errors
    /// Number or types of the arguments differ from the parameters'.
    pub fn inline(&mut self, function: &Function, args: &[Value]) -> Result<Vec<Value>> {
        if !args.iter().map(|&a| self.ty(a)).eq(function.params.iter().map(|&p| function.ty(p))) {
            let operands = args.iter().map(|&a| self.ty(a).clone()).collect();
            let message = format!("{} takes other parameters", function.name);
            return Err(IrError::Type { op: "call", message, operands });
        }
        let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
        for (&param, &arg) in function.params.iter().zip(args) {
            env[param.index()] = Some(arg);
        }
        for eqn in &function.equations {
            let inputs = function.look_up_all(&env, &eqn.inputs)?;
            let outputs = self.copy(function, eqn, &inputs, eqn.location.clone());
            for (inner, &outer) in eqn.outputs.iter().zip(outputs) {
                env[inner.index()] = Some(outer);
            }
        }
        function.look_up_all(&env, &function.results)
    }

    /// Appends an equation of `function` on operands of the same types, so that none is inferred.
    pub(crate) fn copy(
        &mut self,
        function: &Function,
        eqn: &Equation,
        inputs: &[Value],
        location: Location,
    ) -> &[Value] {
        let outputs = eqn.outputs.iter().map(|&v| self.fresh(function.ty(v).clone())).collect();
        let eqn = Equation { op: eqn.op.clone(), inputs: inputs.to_vec(), outputs, location };
        self.push(eqn)
    }

    /// Appends an equation whose result types are known.
    pub(crate) fn emit_typed(&mut self, op: Op, inputs: &[Value], types: Vec<TensorType>) -> &[Value] {
        let outputs = types.into_iter().map(|ty| self.fresh(ty)).collect();
        let location = self.location.clone();
        self.push(Equation { op, inputs: inputs.to_vec(), outputs, location })
    }

    /// A value that no equation defines; equations that depend on it must be taken out again with
    /// [`Builder::take_equations`].
    pub(crate) fn placeholder(&mut self, ty: TensorType) -> Value {
        self.has_gaps = true;
        self.fresh(ty)
    }

    /// Takes out those equations from index `since` on that `choose` picks, in order.
    pub(crate) fn take_equations(&mut self, since: usize, choose: impl FnMut(&mut Equation) -> bool) -> Vec<Equation> {
        let since = since.min(self.function.equations.len());
        self.function.equations.extract_if(since.., choose).collect()
    }

    fn push(&mut self, eqn: Equation) -> &[Value] {
        self.function.equations.push(eqn);
        self.function.equations.last().map_or(&[], |eqn| &eqn.outputs)
    }

    /// Ends the function with the given results.
    pub fn finish(mut self, results: Vec<Value>) -> Function {
        self.function.results = results;
        if self.has_gaps {
            self.function.renumber();
        }
        self.function
    }

    fn fresh(&mut self, ty: TensorType) -> Value {
        self.function.types.push(ty);
        Value::new(self.function.types.len() - 1)
    }
}

//! Arguments of native functions as tensors, axes, shapes and element types, and the table of functions
//! that read them.

use std::rc::Rc;

use keramos_ir::{Array, DType, TensorType, as_tuple};

use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::interp::tensor::element;
use crate::library::{Args, Bound, Default, MAX_INTEGER};
use crate::ops::{axes_indices, axis_index, canonical};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The default `None` in a table of functions.
pub(crate) const NONE: Default = Default::None;
/// The default `False`.
pub(crate) const FALSE: Default = Default::Bool(false);
/// The default `True`.
pub(crate) const TRUE: Default = Default::Bool(true);

/// The default that is an integer.
pub(crate) const fn int(value: i64) -> Default {
    Default::Int(value)
}

/// One parameter in a table of functions: `(x)`, `(axis = NONE)`, `(*args)` or `(**kwargs)`.
macro_rules! parameter {
    (($name:tt)) => {
        $crate::library::Param::required(stringify!($name))
    };
    (($name:tt = $default:expr)) => {
        $crate::library::Param::new(stringify!($name), $default)
    };
    ((* * $name:tt)) => {
        $crate::library::Param::keywords(stringify!($name))
    };
    ((* $name:tt)) => {
        $crate::library::Param::variadic(stringify!($name))
    };
}

/// The signature of a table row: `[(x) (axis = NONE)]`.
macro_rules! signature {
    ([$($param:tt)*]) => {
        $crate::library::Signature::new(&[$($crate::jax::arguments::parameter!($param)),*])
    };
}

/// A table of functions on tensors: `"name" | "alias": [(parameter)…] "what it does" => |c| …;` where `c` is
/// a [`Call`] and the result whatever [`IntoValue`] takes.
macro_rules! tensor_functions {
    ($($($name:literal)|+ : $params:tt $doc:literal => $call:expr;)*) => {
        &[$($({
            // Named, so that its address is the function's identity.
            static DECLARED: $crate::library::FunctionDecl = $crate::library::FunctionDecl {
                name: $name,
                signature: $crate::jax::arguments::signature!($params),
                doc: $doc,
                call: |interp, args| $crate::jax::arguments::Call { interp, args }.run($call),
            };
            &DECLARED
        },)+)*]
    };
}

pub(crate) use {parameter, signature, tensor_functions};

/// A call of a native function: its arguments and where it computes.
pub(crate) struct Call<'a> {
    /// The evaluator.
    pub(crate) interp: &'a mut Interp,
    /// The arguments.
    pub(crate) args: &'a mut Bound,
}

/// Results of native functions.
pub(crate) trait IntoValue {
    /// The result as a value of the program.
    fn into_value(self) -> Value;
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl IntoValue for Tensor {
    fn into_value(self) -> Value {
        Value::Tensor(self)
    }
}

impl<const N: usize> IntoValue for [Tensor; N] {
    fn into_value(self) -> Value {
        Value::tuple(self.map(Value::Tensor).to_vec())
    }
}

impl IntoValue for (Tensor, Tensor) {
    fn into_value(self) -> Value {
        [self.0, self.1].into_value()
    }
}

/// A list of tensors, as `jnp.split` gives it.
impl IntoValue for Vec<Tensor> {
    fn into_value(self) -> Value {
        Value::list(self.into_iter().map(Value::Tensor).collect())
    }
}

impl Call<'_> {
    /// Runs the code of a table row.
    pub(crate) fn run<R: IntoValue>(mut self, code: impl Fn(&mut Call<'_>) -> Result<R>) -> Result<Value> {
        let before = (self.interp.tracer.precision, self.interp.tracer.preferred);
        if self.args.has("precision") {
            self.interp.tracer.precision = crate::jax::lax::contractions::precision(self.interp, self.args)?;
        }
        if self.args.has("preferred_element_type") {
            self.interp.tracer.preferred = self.dtype("preferred_element_type")?;
        }
        let result = code(&mut self);
        (self.interp.tracer.precision, self.interp.tracer.preferred) = before;
        result.map(IntoValue::into_value)
    }

    /// Where operations go.
    pub(crate) fn t(&mut self) -> &mut Tracer {
        &mut self.interp.tracer
    }

    /// Argument `name` as it is.
    pub(crate) fn value(&self, name: &str) -> Result<Value> {
        self.args.get(name).cloned()
    }

    /// Argument `name`, unless it is `None`.
    pub(crate) fn some(&self, name: &str) -> Result<Option<Value>> {
        Ok(self.args.some(name)?.cloned())
    }

    /// Argument `name` as a tensor: from a tensor, a number or a nested list of either.
    pub(crate) fn tensor(&mut self, name: &str) -> Result<Tensor> {
        tensor(self.interp, self.args, name)
    }

    /// Argument `name` as a tensor, unless it is `None`.
    pub(crate) fn optional(&mut self, name: &str) -> Result<Option<Tensor>> {
        match self.some(name)? {
            Some(value) => to_tensor(self.interp, &value).map(Some),
            None => Ok(None),
        }
    }

    /// Argument `name`, a sequence (or a tensor, by its rows), as tensors.
    pub(crate) fn tensors(&mut self, name: &str) -> Result<Vec<Tensor>> {
        let value = self.value(name)?;
        let list = match value.elements() {
            Some(list) => list,
            None if crate::interp::tensor::is_tensor(&value) => self.interp.collect(&value)?,
            None => return Err(self.args.invalid(name, "a list of tensors")),
        };
        list.iter().map(|value| to_tensor(self.interp, value)).collect()
    }

    /// As [`Call::tensors`], at least one.
    pub(crate) fn some_tensors(&mut self, name: &str) -> Result<Vec<Tensor>> {
        let tensors = self.tensors(name)?;
        if tensors.is_empty() { Err(self.args.invalid(name, "at least one tensor")) } else { Ok(tensors) }
    }

    /// Argument `name` as a truth value.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        self.args.bool(name)
    }

    /// Argument `name` as an integer known at compile time.
    pub(crate) fn int(&self, name: &str) -> Result<i64> {
        let value = self.args.get(name)?;
        match integer(value) {
            Some(i) if i.unsigned_abs() <= MAX_INTEGER => Ok(i),
            Some(_) => Err(self.args.too_large(name)),
            None => Err(self.args.invalid(name, "an integer known at compile time")),
        }
    }

    /// Argument `name` as a size.
    pub(crate) fn size(&self, name: &str) -> Result<usize> {
        self.args.size_of(name, self.int(name)?)
    }

    /// As [`Call::size`], unless it is `None`.
    pub(crate) fn optional_size(&self, name: &str) -> Result<Option<usize>> {
        if self.args.get(name)?.is_none() { Ok(None) } else { self.size(name).map(Some) }
    }

    /// Argument `name` as integers: one, or a sequence.
    pub(crate) fn ints(&self, name: &str) -> Result<Vec<i64>> {
        shape(self.args, name)
    }

    /// Argument `name` as a shape.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>> {
        self.args.sizes_of(name, &self.ints(name)?, "non-negative sizes")
    }

    /// The axes that argument `axis` names, ascending; all if it is `None`.
    pub(crate) fn axes(&self, rank: usize) -> Result<Vec<usize>> {
        axes(self.args, rank)
    }

    /// The axis that argument `name` names.
    pub(crate) fn axis(&self, name: &str, rank: usize) -> Result<usize> {
        axis_index(self.int(name)?, rank)
    }

    /// The tensor and the axis that argument `axis` names in it; flattened if that is `None`.
    pub(crate) fn along(&mut self, x: &Tensor) -> Result<(Tensor, usize)> {
        match self.some("axis")? {
            None => Ok((self.t().reshape_infer(x, &[-1])?, 0)),
            Some(_) => Ok((x.clone(), self.axis("axis", x.rank())?)),
        }
    }

    /// Argument `name` as an element type, unless it is `None`.
    pub(crate) fn dtype(&mut self, name: &str) -> Result<Option<DType>> {
        dtype(self.interp, self.args, name)
    }

    /// Argument `name` as an array whose elements are known at compile time.
    pub(crate) fn known(&mut self, name: &str) -> Result<Option<Rc<Array>>> {
        Ok(known(&self.interp.concrete(self.args.get(name)?)?))
    }

    /// Applies a function of the first argument.
    pub(crate) fn unary(&mut self, f: fn(&mut Tracer, &Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let x = self.nth(0)?;
        f(self.t(), &x)
    }

    /// Applies a function of the first two arguments.
    pub(crate) fn binary(&mut self, f: fn(&mut Tracer, &Tensor, &Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let (x, y) = (self.nth(0)?, self.nth(1)?);
        f(self.t(), &x, &y)
    }

    /// Argument number `index` as a tensor.
    pub(crate) fn nth(&mut self, index: usize) -> Result<Tensor> {
        let value = self.args.iter().nth(index).map(|(_, value)| value.clone());
        to_tensor(self.interp, &value.unwrap_or(Value::None))
    }

    /// Calls a function of the program.
    pub(crate) fn invoke(&mut self, function: &Value, args: Vec<Value>) -> Result<Value> {
        self.interp.call(function, Args::positional(args))
    }

    /// What `code` makes of tensors whose elements are known at compile time; `None` if one is not.
    pub(crate) fn evaluated(
        &mut self,
        xs: &[&Tensor],
        code: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Tensor>,
    ) -> Result<Option<Array>> {
        let mut known = Vec::with_capacity(xs.len());
        for x in xs {
            match known_tensor(self.interp, x)? {
                Some(array) => known.push((*array).clone()),
                None => return Ok(None),
            }
        }
        let types: Vec<TensorType> = xs.iter().map(|x| x.ty().clone()).collect();
        let traced = self.t().traced("known", &types, |t, params| Ok(vec![code(t, params)?]))?;
        if !traced.captures.is_empty() {
            return Ok(None);
        }
        let made = self.t().computed(|| keramos_ir::eval(&traced.function, &known))?;
        Ok(made.and_then(|arrays| arrays.into_iter().next()))
    }

    /// The size of a result: argument `size`, or what `code` counts in tensors known at compile time.
    pub(crate) fn count(
        &mut self,
        xs: &[&Tensor],
        code: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Tensor>,
    ) -> Result<usize> {
        if self.args.has("size")
            && let Some(size) = self.optional_size("size")?
        {
            return Ok(size);
        }
        let counted = self.evaluated(xs, code)?;
        match counted.and_then(|array| array.numbers().first().copied()) {
            Some(count) => Ok(count as usize),
            None => Err(Error::argument(format!("how many results {}() has depends on data", self.args.function()))
                .note("shapes must be known when the program is compiled")
                .help("give `size=`, the number of results to keep")),
        }
    }

    /// Calls function `name` of a supported module with arguments by name.
    pub(crate) fn library(&mut self, module: &str, name: &str, keywords: Vec<(&str, Value)>) -> Result<Value> {
        let found = crate::modules::all().find(|m| m.name == module).and_then(|m| (m.get)(name));
        let function = found.ok_or_else(|| Error::internal(format!("there is no {module}.{name}")))?;
        let keywords = keywords.into_iter().map(|(name, value)| (Rc::from(name), value)).collect();
        self.interp.call(&function, Args { positional: Vec::new(), keywords })
    }

    /// Argument `name` must be `None`.
    pub(crate) fn refuse(&self, name: &str) -> Result<()> {
        match self.args.some(name)? {
            None => Ok(()),
            Some(_) => Err(Error::unsupported(format!("`{name}` of {}()", self.args.function()))),
        }
    }

    /// `error` of the call.
    pub(crate) fn invalid(&self, name: &str, expected: &str) -> Error {
        self.args.invalid(name, expected)
    }
}

/// Argument `name` as a tensor.
pub(crate) fn tensor(interp: &mut Interp, args: &Bound, name: &str) -> Result<Tensor> {
    let value = args.get(name)?.clone();
    to_tensor(interp, &value)
}

/// A tensor from a tensor, a number or a nested list of either.
pub(crate) fn to_tensor(interp: &mut Interp, value: &Value) -> Result<Tensor> {
    let Some(elements) = value.elements() else { return interp.to_tensor(value) };
    if let Some(array) = constant_array(interp, value) {
        return interp.tracer.constant(array);
    }
    let rows: Vec<Tensor> = elements.iter().map(|element| to_tensor(interp, element)).collect::<Result<_>>()?;
    if rows.is_empty() {
        let float = interp.tracer.default_float();
        return interp.tracer.full(&TensorType::new(float, [0]), 0.0);
    }
    if let Some(odd) = rows.iter().find(|row| rows.first().is_some_and(|first| first.shape() != row.shape())) {
        let first = rows.first().map(|row| row.shape().to_vec()).unwrap_or_default();
        return Err(Error::shape(format!(
            "rows of shapes {} and {} make no array",
            as_tuple(&first),
            as_tuple(odd.shape())
        )));
    }
    Ok(interp.tracer.stack(&rows, 0)?.into_strong())
}

/// The array of a nested list of Python numbers, in the default element type of its kind.
fn constant_array(interp: &Interp, value: &Value) -> Option<Array> {
    let (mut shape, mut leaves) = (Vec::new(), Vec::new());
    flatten(value, 0, &mut shape, &mut leaves)?;
    if leaves.is_empty() {
        return None;
    }
    let float = leaves.iter().any(|v| matches!(v, Value::Float(_)));
    let (x64, ty) = (interp.tracer.x64, |dtype| TensorType::new(dtype, shape.clone()));
    let buffer = if float {
        let values = leaves.iter().map(|v| match v {
            Value::Float(x) => Some(*x),
            other => number::index(other).map(|i| i as f64),
        });
        let values: Vec<f64> = values.collect::<Option<_>>()?;
        match x64 {
            true => keramos_ir::Buffer::F64(values),
            false => keramos_ir::Buffer::F32(values.into_iter().map(|x| x as f32).collect()),
        }
    } else if leaves.iter().all(|v| matches!(v, Value::Bool(_))) {
        keramos_ir::Buffer::Bool(leaves.iter().map(|v| matches!(v, Value::Bool(true))).collect())
    } else {
        let values: Vec<i64> = leaves.iter().map(number::index).collect::<Option<_>>()?;
        match x64 {
            true => keramos_ir::Buffer::I64(values),
            false => keramos_ir::Buffer::I32(values.into_iter().map(|i| i as i32).collect()),
        }
    };
    Array::new(ty(DType::F32).shape, buffer).ok()
}

/// Collects the numbers of a nested list; `None` if it is ragged or holds anything else.
fn flatten(value: &Value, depth: usize, shape: &mut Vec<usize>, leaves: &mut Vec<Value>) -> Option<()> {
    if matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_)) {
        leaves.push(value.clone());
        return (depth == shape.len()).then_some(());
    }
    let rows = value.elements()?;
    if depth == shape.len() && leaves.is_empty() {
        shape.push(rows.len());
    }
    if shape.get(depth) != Some(&rows.len()) {
        return None;
    }
    rows.iter().try_for_each(|row| flatten(row, depth + 1, shape, leaves))
}

/// An integer, or a constant array of one.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Array(_) | Value::Tensor(_) => {
            let array = known(value)?;
            (array.ty().rank() == 0 && array.ty().dtype.is_int()).then(|| number::index(&element(&array, 0)?))?
        }
        other => number::index(other),
    }
}

/// An integer or a sequence of integers, none of which is larger than [`MAX_INTEGER`].
pub(crate) fn integers(value: &Value) -> Option<Vec<i64>> {
    let found: Option<Vec<i64>> = match (integer(value), value) {
        (Some(one), _) => Some(vec![one]),
        (None, Value::Array(_) | Value::Tensor(_)) => {
            let array = known(value)?;
            (0..array.ty().size()).map(|at| number::index(&element(&array, at)?)).collect()
        }
        (None, _) => value.elements()?.iter().map(integer).collect(),
    };
    found.filter(|all| all.iter().all(|i| i.unsigned_abs() <= MAX_INTEGER))
}

/// The elements of a tensor that is a constant, or whose value is known while its function is traced.
fn known_tensor(interp: &mut Interp, x: &Tensor) -> Result<Option<Rc<Array>>> {
    match x.constant() {
        Some(array) => Ok(Some(array.clone())),
        None => Ok(interp.known(x)?.map(|known| known.array)),
    }
}

/// An array known at compile time: a constant, a number or a nested list of numbers.
pub(crate) fn known(value: &Value) -> Option<Rc<Array>> {
    match value {
        Value::Array(array) => Some(array.clone()),
        Value::Tensor(tensor) => tensor.constant().cloned(),
        other => {
            let (mut shape, mut leaves) = (Vec::new(), Vec::new());
            flatten(other, 0, &mut shape, &mut leaves)?;
            let float = leaves.iter().any(|v| matches!(v, Value::Float(_))) || leaves.is_empty();
            let bools = leaves.iter().all(|v| matches!(v, Value::Bool(_)));
            let data = match (float, bools) {
                (true, _) => {
                    let floats = leaves.iter().map(|v| number::Number::of(v).and_then(|n| n.to_f64().ok()));
                    keramos_ir::Buffer::F64(floats.collect::<Option<_>>()?)
                }
                (_, true) => keramos_ir::Buffer::Bool(leaves.iter().map(|v| matches!(v, Value::Bool(true))).collect()),
                _ => keramos_ir::Buffer::I64(leaves.iter().map(number::index).collect::<Option<_>>()?),
            };
            Array::new(shape, data).ok().map(Rc::new)
        }
    }
}

/// The axes that argument `axis` names; all if it is `None`.
pub(crate) fn axes(args: &Bound, rank: usize) -> Result<Vec<usize>> {
    let given = match args.some("axis")? {
        None => None,
        Some(value) => Some(integers(value).ok_or_else(|| args.invalid("axis", "an integer or a tuple of integers"))?),
    };
    axes_indices(given.as_deref(), rank)
}

/// A shape given as an integer or a sequence; −1 stays as it is.
pub(crate) fn shape(args: &Bound, name: &str) -> Result<Vec<i64>> {
    integers(args.get(name)?).ok_or_else(|| args.invalid(name, "an integer or a tuple of integers"))
}

/// An element type given by name, by `jnp.float32` and its like, or by a Python type.
pub(crate) fn dtype(interp: &mut Interp, args: &Bound, name: &str) -> Result<Option<DType>> {
    let Some(value) = args.some(name)?.cloned() else { return Ok(None) };
    match dtype_of(interp, &value)? {
        Some(dtype) => {
            let taken = canonical(dtype, interp.tracer.x64);
            // `float` and `int` of Python ask for no width.
            if taken != dtype
                && !matches!(&value, Value::User(_))
                && !matches!(&value, Value::Str(name) if !name.ends_with("64"))
            {
                let (asked, given) = (dtype.numpy_name(), taken.numpy_name());
                let message = format!("{asked} is asked for, and {given} is used");
                let warning = Diagnostic::warning(codes::NARROWED, interp.span, message);
                interp.warn(warning.help(format!("write {given}, or set jax_enable_x64")));
            }
            Ok(Some(taken))
        }
        None => Err(Error::argument(format!("`{name}` of {}() is no element type", args.function()))),
    }
}

/// The element type that a value names.
pub(crate) fn dtype_of(interp: &mut Interp, value: &Value) -> Result<Option<DType>> {
    Ok(match value {
        Value::DType(dtype) => Some(*dtype),
        Value::Str(text) => match &**text {
            "float" => Some(DType::F64),
            "int" => Some(DType::I64),
            text => DType::from_numpy_name(text),
        },
        Value::Array(_) | Value::Tensor(_) | Value::Int(_) | Value::Float(_) | Value::List(_) => None,
        other => match &*interp.repr_of(other)? {
            "<class 'float'>" => Some(DType::F64),
            "<class 'int'>" => Some(DType::I64),
            "<class 'bool'>" => Some(DType::Bool),
            _ => None,
        },
    })
}

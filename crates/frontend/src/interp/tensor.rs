//! Tensors in expressions: operators, indexing, attributes.

use std::rc::Rc;

use keramos_ir::{Array, Buffer, as_tuple};

use super::Interp;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::jax::numpy::indexing::At;
use crate::jax::numpy::operators as ops;
use crate::keras::variable::behind;
use crate::library::{Args, FunctionDecl};
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::trace::{Known, Tensor};
use crate::value::{Host, Object, Value};

/// Attributes of tensors that are no methods.
pub(super) const ATTRIBUTES: &[&str] =
    &["shape", "dtype", "ndim", "size", "T", "mT", "at", "real", "imag", "itemsize", "nbytes"];

/// A method of a tensor, bound to it.
#[derive(Debug)]
struct TensorMethod {
    tensor: Value,
    function: &'static FunctionDecl,
}

impl Object for TensorMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        args.positional.insert(0, self.tensor.clone());
        match interp.all_numpy(&[&self.tensor]) {
            true => interp.call_numpy(self.function, args),
            false => interp.call(&Value::Function(self.function), args),
        }
    }

    fn repr(&self) -> String {
        format!("<bound method {}>", self.function.name)
    }
}

/// `array.block_until_ready`.
#[derive(Debug)]
struct Itself(Value);

impl Object for Itself {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        Ok(self.0.clone())
    }
}

/// Whether the value is a tensor of any kind.
pub(crate) fn is_tensor(value: &Value) -> bool {
    matches!(value, Value::Tensor(_) | Value::Symbolic(_) | Value::Array(_)) || behind(value).is_some()
}

impl Interp {
    /// The elements of a tensor, as far as they are known while the program is traced.
    ///
    /// # Errors
    /// The tensor's function has ended; or the evaluation takes too many steps.
    pub(crate) fn known(&mut self, tensor: &Tensor) -> Result<Option<Known>> {
        self.tracer.known(tensor)
    }

    /// The value, as an array if it is a tensor whose elements are known.
    ///
    /// # Errors
    /// As [`Interp::known`].
    pub(crate) fn concrete(&mut self, value: &Value) -> Result<Value> {
        let Value::Tensor(tensor) = value else { return Ok(value.clone()) };
        Ok(self.known(tensor)?.map_or_else(|| value.clone(), |known| Value::Array(known.array)))
    }

    fn tensor_function(
        &mut self,
        function: Option<&'static FunctionDecl>,
        what: &str,
        args: Vec<Value>,
    ) -> Result<Value> {
        match function {
            Some(function) => self.call(&Value::Function(function), Args::positional(args)),
            None => Err(Error::ty(format!("tensors do not take `{what}`"))),
        }
    }

    pub(super) fn tensor_binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
        if op != BinaryOp::MatMul {
            check_shapes(op.text(), left, right)?;
        }
        match ops::operator(op).filter(|_| self.all_numpy(&[left, right])) {
            Some(function) => self.call_numpy(function, Args::positional(vec![left.clone(), right.clone()])),
            None => self.tensor_function(ops::operator(op), op.text(), vec![left.clone(), right.clone()]),
        }
    }

    pub(super) fn tensor_compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        check_shapes(op.text(), left, right)?;
        // A tensor is never equal to what cannot be a number.
        let other = if is_tensor(left) { right } else { left };
        if matches!(other, Value::None | Value::Str(_)) {
            match op {
                CompareOp::Equal => return Ok(Value::Bool(false)),
                CompareOp::NotEqual => return Ok(Value::Bool(true)),
                _ => {}
            }
        }
        match ops::comparison(op).filter(|_| self.all_numpy(&[left, right])) {
            Some(function) => self.call_numpy(function, Args::positional(vec![left.clone(), right.clone()])),
            None => self.tensor_function(ops::comparison(op), op.text(), vec![left.clone(), right.clone()]),
        }
    }

    pub(super) fn tensor_unary(&mut self, op: UnaryOp, value: &Value) -> Result<Value> {
        match op {
            UnaryOp::Plus => Ok(value.clone()),
            _ => match ops::unary(op).filter(|_| self.all_numpy(&[value])) {
                Some(function) => self.call_numpy(function, Args::positional(vec![value.clone()])),
                None => self.tensor_function(ops::unary(op), op.text(), vec![value.clone()]),
            },
        }
    }

    pub(super) fn tensor_item(&mut self, tensor: &Value, index: &Value) -> Result<Value> {
        if let (Value::Array(array), Value::Int(i)) = (tensor, index)
            && array.ty().shape.len() == 1
        {
            let length = array.ty().shape.first().copied().unwrap_or(0);
            let at = if *i < 0 { i + length as i64 } else { *i };
            let found = usize::try_from(at).ok().and_then(|at| element(array, at));
            return found.ok_or_else(|| {
                let message = format!("index {i} is out of bounds for axis 0 with size {length}");
                super::exceptions::raise("IndexError", message)
            });
        }
        if let (true, Some(function)) = (self.all_numpy(&[tensor]), ops::getitem()) {
            let outer = std::mem::replace(&mut self.tracer.x64, true);
            let item = self.call(&Value::Function(function), Args::positional(vec![tensor.clone(), index.clone()]));
            self.tracer.x64 = outer;
            let item = item?;
            self.note_fresh(&item);
            return Ok(item);
        }
        self.tensor_function(ops::getitem(), "[]", vec![tensor.clone(), index.clone()])
    }

    /// `tensor.name`.
    pub(crate) fn tensor_attribute(&mut self, tensor: &Value, name: &str) -> Result<Option<Value>> {
        let ints = |shape: &[usize]| Value::tuple(shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>());
        let (shape, rank, dtype) = match tensor {
            Value::Tensor(t) => (ints(t.shape()), t.rank(), Value::DType(t.dtype())),
            Value::Array(a) => (ints(&a.ty().shape), a.ty().rank(), Value::DType(a.ty().dtype)),
            Value::Symbolic(s) => (s.shape_value(), s.0.shape.len(), Value::str(s.0.dtype.numpy_name())),
            other => match self.type_of_array(other) {
                Some(ty) => (ints(&ty.shape), ty.rank(), Value::DType(ty.dtype)),
                None => return Ok(None),
            },
        };
        Ok(match name {
            "shape" => Some(shape),
            "ndim" => Some(Value::Int(rank as i64)),
            "dtype" => Some(dtype),
            "size" => self.size_of(&shape)?,
            "name" => match tensor {
                Value::Symbolic(s) => Some(Value::Str(s.0.node.name.clone())),
                _ => None,
            },
            "item" | "tolist" => match tensor {
                Value::Array(array) => Some(super::methods::array_method(array, name)),
                // A list would lose the derivative of every element, as `float` would.
                Value::Tensor(inner) => match self.known(inner)? {
                    Some(known) if name == "item" || !known.differentiated => {
                        Some(super::methods::array_method(&known.array, name))
                    }
                    _ => return Err(unknown_value(tensor, name)),
                },
                other if behind(other).is_some() => Some(Value::Host(self.unknown(other))),
                _ => return Err(unknown_value(tensor, name)),
            },
            "numpy" | "block_until_ready" if behind(tensor).is_some() => Some(Value::Host(self.unknown(tensor))),
            // Where an array lies is known where the program runs.
            "addressable_shards"
            | "device"
            | "devices"
            | "format"
            | "global_shards"
            | "is_fully_addressable"
            | "is_fully_replicated"
            | "sharding"
                if !matches!(tensor, Value::Symbolic(_)) =>
            {
                Some(Value::Host(Host::new(format!("the `{name}` of an array"), Some(self.span))))
            }
            // There is nothing to wait for while a program is compiled.
            "block_until_ready" => Some(Value::User(Rc::new(Itself(tensor.clone())))),
            "numpy" => return Err(unknown_value(tensor, name)),
            "T" | "mT" | "real" | "imag" => {
                let function = crate::jax::numpy::method(if name == "T" { "transpose" } else { name });
                function.map(|f| self.call(&Value::Function(f), Args::positional(vec![tensor.clone()]))).transpose()?
            }
            "at" => Some(Value::User(Rc::new(At { x: tensor.clone(), key: None }))),
            "itemsize" => self.attribute(&dtype, "itemsize").ok(),
            "nbytes" => {
                let (size, item) = (self.attribute(tensor, "size")?, self.attribute(&dtype, "itemsize")?);
                Some(self.binary(BinaryOp::Multiply, &size, &item)?)
            }
            "_keras_mask" => match tensor {
                Value::Tensor(t) => t.mask().cloned().map(Value::Tensor),
                Value::Symbolic(s) => s.mask(self)?,
                _ => None,
            },
            "weak_type" => match tensor {
                Value::Tensor(t) => Some(Value::Bool(t.is_weak())),
                Value::Array(array) => Some(Value::Bool(self.eval.arrays.is_weak(array))),
                _ => Some(Value::Bool(false)),
            },
            _ => crate::jax::numpy::method(name)
                .map(|function| Value::User(Rc::new(TensorMethod { tensor: tensor.clone(), function }))),
        })
    }

    /// The value of a variable or of an array of the run, which only the run knows.
    pub(crate) fn unknown(&self, value: &Value) -> Host {
        let path = behind(value).map(|id| self.variables.get(id).path.clone());
        Host::new(format!("the value of `{}`", path.unwrap_or_default()), Some(self.span))
    }

    /// The value itself, or a host value for an array whose elements only the run knows.
    pub(crate) fn or_unknown(&self, value: &Value) -> Value {
        match behind(value) {
            Some(_) => Value::Host(self.unknown(value)),
            None => value.clone(),
        }
    }

    fn size_of(&mut self, shape: &Value) -> Result<Option<Value>> {
        let mut size = Value::Int(1);
        for dim in shape.elements().unwrap_or_default() {
            if dim.is_none() {
                return Ok(Some(Value::None));
            }
            size = self.binary(BinaryOp::Multiply, &size, &dim)?;
        }
        Ok(Some(size))
    }
}

/// Refuses operands of which a symbolic one has a known size that does not broadcast: here the shapes can
/// be told as the program knows them.
fn check_shapes(op: &str, left: &Value, right: &Value) -> Result<()> {
    let shape = |value: &Value| -> Option<Vec<Option<usize>>> {
        match value {
            Value::Symbolic(tensor) => Some(tensor.0.shape.clone()),
            Value::Array(array) => Some(array.ty().shape.iter().map(|&n| Some(n)).collect()),
            _ => None,
        }
    };
    let (Some(a), Some(b)) = (shape(left), shape(right)) else { return Ok(()) };
    let fits = |(a, b): (&Option<usize>, &Option<usize>)| match (a, b) {
        (Some(a), Some(b)) => a == b || *a == 1 || *b == 1,
        _ => true,
    };
    if a.iter().rev().zip(b.iter().rev()).all(fits) {
        return Ok(());
    }
    let (a, b) = (as_tuple(&a), as_tuple(&b));
    Err(Error::shape(format!("`{op}` cannot combine shapes {a} and {b}"))
        .note("dimensions are aligned from the last one; each pair must be equal or one of them 1"))
}

fn unknown_value(tensor: &Value, name: &str) -> Error {
    let message = format!("`.{name}` needs the value of a {}, which is only known at run time", tensor.type_name());
    Error::new(codes::HOST_VALUE, message)
        .help("use the tensor as it is, or return it and look at it when the program runs")
}

/// Element number `index` of an array, in row-major order, as a Python number.
pub(crate) fn element(array: &Array, index: usize) -> Option<Value> {
    Some(match array.data() {
        Buffer::Bool(v) => Value::Bool(*v.get(index)?),
        Buffer::I8(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::I16(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::I32(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::I64(v) => Value::Int(*v.get(index)?),
        Buffer::U8(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::U16(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::U32(v) => Value::Int(i64::from(*v.get(index)?)),
        Buffer::U64(v) => super::operators::number::from_big((*v.get(index)?).into()),
        Buffer::F8E4M3FN(v) => Value::Float(v.get(index)?.to_f64()),
        Buffer::F8E5M2(v) => Value::Float(v.get(index)?.to_f64()),
        Buffer::F16(v) => Value::Float(f64::from(*v.get(index)?)),
        Buffer::BF16(v) => Value::Float(f64::from(*v.get(index)?)),
        Buffer::F32(v) => Value::Float(f64::from(*v.get(index)?)),
        Buffer::F64(v) => Value::Float(*v.get(index)?),
        Buffer::C64(v) => v.get(index).map(|z| Value::Complex(z.re.into(), z.im.into()))?,
        Buffer::C128(v) => v.get(index).map(|z| Value::Complex(z.re, z.im))?,
    })
}

//! Variables as the library sees them, and conversion to tensors.

use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType};

use super::Interp;
use crate::error::{Error, Result};
use crate::keras::initializers;
use crate::keras::variable::{Role, Variable, VariableId, behind};
use crate::keras::weights::Weight;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

impl Interp {
    /// The present value of a variable.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn read_variable(&mut self, id: VariableId) -> Result<Tensor> {
        self.state.read(&mut self.tracer, &self.variables, id)
    }

    /// The present value of a variable as the program reads it: while a layer is called that computes in another
    /// type, in that one.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn variable_value(&mut self, id: VariableId) -> Result<Tensor> {
        let value = self.read_variable(id)?;
        match self.autocast.flatten().filter(|_| self.variables.get(id).autocast && value.dtype().is_float()) {
            Some(dtype) => self.tracer.convert(&value, dtype),
            None => Ok(value),
        }
    }

    /// Creates a variable named `name` under the current scope path.
    pub fn add_variable(&mut self, name: &str, ty: TensorType, weight: impl Into<Weight>, role: Role) -> VariableId {
        let mut weight = weight.into();
        weight.initializer = initializers::drawn(self, &weight.initializer);
        let scope = self.tracer.scope_path();
        let path = if scope.is_empty() { name.to_owned() } else { format!("{scope}/{name}") };
        let name: Rc<str> = name.into();
        let trainable = role == Role::Weight;
        self.variables.add(Variable { path, name, ty, role, trainable, frozen: false, autocast: true, weight })
    }

    /// A tensor from a tensor, number, truth value or array.
    ///
    /// Numbers become weakly typed scalars of the default width (`float32`, `int32`).
    ///
    /// # Errors
    /// The value is none of these; a host value is an error that names its origin (K0601).
    pub fn to_tensor(&mut self, value: &Value) -> Result<Tensor> {
        let scalar = |dtype, x| Array::scalar(dtype, x);
        if let Some(id) = behind(value) {
            return self.variable_value(id);
        }
        if self.has_written(value) {
            let value = self.plain(value)?;
            return self.to_tensor(&value);
        }
        match value {
            Value::Tensor(tensor) => Ok(tensor.clone()),
            Value::Bool(b) => self.tracer.constant(scalar(DType::Bool, f64::from(u8::from(*b)))),
            Value::Int(i) => self.tracer.literal(*i),
            Value::Float(x) => self.tracer.literal(*x),
            Value::Complex(..) => {
                let array = super::operators::with_arrays(value)?;
                self.to_tensor(&array)
            }
            Value::Array(array) => {
                let weak = self.eval.arrays.is_weak(array);
                let array = if self.tracer.x64 { (**array).clone() } else { narrowed(array) };
                Ok(self.tracer.constant(array)?.weak_if(weak))
            }
            Value::Host(host) => Err(super::host::reaches(host, "the model")),
            Value::Object(object) if let Some(data) = crate::value::downcast::<crate::program::Unknown>(object) => {
                Err(data.error("a tensor computation"))
            }
            other => match self.special_of_instance(other, "__jax_array__")? {
                Some(method) => {
                    let array = self.call(&method, Args::default())?;
                    self.to_tensor(&array)
                }
                None => Err(Error::ty(format!("a tensor is needed here, found {}", other.type_name()))),
            },
        }
    }

    /// A special method of an instance of a class of the program.
    fn special_of_instance(&mut self, value: &Value, name: &str) -> Result<Option<Value>> {
        match super::attribute::user::<super::classes::Instance>(value) {
            Some(instance) => instance.special(self, name),
            None => Ok(None),
        }
    }
}

/// The array with elements of at most 32 bits, as JAX takes NumPy's.
fn narrowed(array: &Array) -> Array {
    let data = match array.data() {
        Buffer::F64(v) => Buffer::F32(v.iter().map(|&x| x as f32).collect()),
        Buffer::I64(v) => Buffer::I32(v.iter().map(|&x| x as i32).collect()),
        Buffer::U64(v) => Buffer::U32(v.iter().map(|&x| x as u32).collect()),
        _ => return array.clone(),
    };
    Array::new(array.ty().shape.clone(), data).unwrap_or_else(|_| array.clone())
}

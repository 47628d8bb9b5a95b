//! Variables as objects of the program: `keras.Variable`, what `add_weight` returns, `layer.weights`.

use std::rc::Rc;

use keramos_ir::{Array, DType, TensorType};

use super::initializers;
use super::variable::{InitialValue, Role, STATELESS_SCOPE, VariableId, behind};
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, ObjectRef, Value, downcast};

/// `keras.Variable`.
pub static VARIABLE: ClassDecl = ClassDecl {
    name: "Variable",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[
        Param::required("initializer"),
        Param::new("shape", Default::None),
        Param::new("dtype", Default::None),
        Param::new("trainable", Default::Bool(true)),
        Param::new("autocast", Default::Bool(true)),
        Param::new("aggregation", Default::Str("none")),
        Param::new("synchronization", Default::Str("auto")),
        Param::new("name", Default::None),
    ]),
    doc: "A value that lasts from call to call: an array, or an initializer with a shape, to begin with.",
    new,
    methods: &[METHODS],
};

/// Classes beside those of models and layers.
pub const CLASSES: &[&ClassDecl] = &[&VARIABLE, &STATELESS_SCOPE];

const VALUE: Signature = Signature::new(&[Param::required("value")]);

const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "assign",
        signature: VALUE,
        doc: "Gives the variable a new value.",
        call: |interp, object, args| assign(interp, object, args, |_, _, new| Ok(new)),
    },
    MethodDecl {
        name: "assign_add",
        signature: VALUE,
        doc: "Adds to the variable.",
        call: |interp, object, args| assign(interp, object, args, |i, old, new| i.tracer.add(old, &new)),
    },
    MethodDecl {
        name: "assign_sub",
        signature: VALUE,
        doc: "Subtracts from the variable.",
        call: |interp, object, args| assign(interp, object, args, |i, old, new| i.tracer.sub(old, &new)),
    },
    MethodDecl {
        name: "numpy",
        signature: Signature::EMPTY,
        doc: "The value as a NumPy array: only known at run time.",
        call: |interp, object, _| Ok(Value::Host(interp.unknown(&Value::Object(object.clone())))),
    },
];

/// A variable as the program holds it. There is one object per variable ([`Interp::variable`]), so that
/// `is` and membership tell variables apart.
#[derive(Debug)]
pub struct VariableObject {
    /// Which variable.
    pub id: VariableId,
    ty: TensorType,
}

/// The variable behind a value.
pub fn variable_of(value: &Value) -> Option<VariableId> {
    match value {
        Value::Object(object) => downcast::<VariableObject>(object).map(|variable| variable.id),
        _ => None,
    }
}

/// A shape given by the program: a size, or a sequence of sizes without unknown ones.
pub(crate) fn sizes(value: &Value) -> Option<Vec<usize>> {
    let size = |v: &Value| match v {
        Value::Int(n) => usize::try_from(*n).ok(),
        _ => None,
    };
    match value {
        Value::Int(_) => size(value).map(|n| vec![n]),
        other => other.elements()?.iter().map(size).collect(),
    }
}

impl Interp {
    /// The variable as a value of the program.
    pub fn variable(&mut self, id: VariableId) -> Value {
        let ty = self.variables.get(id).ty.clone();
        let object = self.variable_objects.entry(id).or_insert_with(|| Rc::new(VariableObject { id, ty }));
        Value::Object(object.clone())
    }

    /// Gives a variable the value that the program assigns: in the function being traced, or to begin
    /// with if none is.
    ///
    /// # Errors
    /// The value does not fit the variable, or only exists at run time.
    pub fn assign_variable(&mut self, id: VariableId, value: Tensor) -> Result<()> {
        let ty = self.variables.get(id).ty.clone();
        let value = self.tracer.convert(&value, ty.dtype)?.into_strong();
        if value.shape() != ty.shape {
            let path = &self.variables.get(id).path;
            let message = format!("a value of type {} is assigned to the variable `{path}` of type {ty}", value.ty());
            return Err(Error::shape(message).help("a variable keeps its shape: reshape or broadcast the value first"));
        }
        self.state.assign(id, value);
        Ok(())
    }
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("initializer")?.clone();
    let dtype = crate::jax::arguments::dtype(interp, args, "dtype")?;
    let (initializer, ty) = match &given {
        Value::Host(host) if host.array().is_some() => {
            let ty = host.array().cloned().unwrap_or_else(|| TensorType::new(DType::F32, []));
            let message = format!("what a variable starts with only exists at run time: `{}`", host.what());
            interp.warn(
                Diagnostic::warning(codes::HOST_VALUE, interp.span, message)
                    .note("it starts with zeros")
                    .help("draw it with an initializer, such as keras.initializers.RandomNormal(), or pass the file with its value with --weights"),
            );
            (initializers::get(interp, &Value::str("zeros"))?, TensorType::new(dtype.unwrap_or(ty.dtype), ty.shape))
        }
        Value::Str(_) | Value::Class(_) | Value::User(_) | Value::Function(_) | Value::Object(_)
            if behind(&given).is_none() =>
        {
            let Some(shape) = args.some("shape")? else {
                return Err(Error::argument("Variable() with an initializer needs a `shape`"));
            };
            let shape = sizes(shape).ok_or_else(|| args.invalid("shape", "a tuple of known sizes"))?;
            (initializers::get(interp, &given)?, TensorType::new(dtype.unwrap_or(DType::F32), shape))
        }
        _ => {
            let constant = interp.eagerly("Variable", |interp| {
                let value = crate::jax::arguments::to_tensor(interp, &given)?;
                let value = match dtype {
                    Some(dtype) => interp.tracer.convert(&value, dtype)?,
                    None => value,
                };
                Ok(Value::Tensor(value))
            })?;
            match constant {
                Value::Array(array) => {
                    let ty = array.ty().clone();
                    (Value::Array(array), ty)
                }
                other if behind(&other).is_some() => match behind(&other).map(|id| interp.variables.get(id)) {
                    Some(source) => (source.weight.initializer.clone(), source.ty.clone()),
                    None => return Err(Error::internal("a variable is missing")),
                },
                _ => return Err(args.invalid("initializer", "an initializer, or a value known at compile time")),
            }
        }
    };
    let trainable = args.bool("trainable")?;
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique("Variable"),
    };
    let id = interp.add_variable(&name, ty, initializer, Role::Weight);
    let autocast = args.bool("autocast")?;
    let variable = interp.variables.get_mut(id);
    (variable.trainable, variable.autocast) = (trainable, autocast);
    Ok(interp.variable(id))
}

fn assign(
    interp: &mut Interp,
    object: &ObjectRef,
    args: &Bound,
    combine: impl FnOnce(&mut Interp, &Tensor, Tensor) -> Result<Tensor>,
) -> Result<Value> {
    let variable = downcast::<VariableObject>(object).ok_or_else(|| Error::internal("a method of another object"))?;
    let value = args.get("value")?.clone();
    if interp.tracer.depth() > 0 {
        let new = crate::jax::arguments::to_tensor(interp, &value)?;
        let old = interp.variable_value(variable.id)?;
        let new = combine(interp, &old, new)?;
        interp.assign_variable(variable.id, new)?;
        return Ok(Value::Object(object.clone()));
    }
    if let Value::Host(_) = value {
        // What only the run knows is the run's.
        return Ok(Value::Object(object.clone()));
    }
    // Outside any trace the variable begins with the new value, if that is known.
    let start = interp.variables.get(variable.id).weight.initializer.clone();
    let known = interp.eagerly("assign", |interp| {
        let new = crate::jax::arguments::to_tensor(interp, &value)?;
        let old = match &start {
            Value::Array(_) | Value::Int(_) | Value::Float(_) => {
                let start = interp.to_tensor(&start)?;
                interp.tracer.broadcast_to(&start, &variable.ty.shape)?
            }
            // An assignment alone does not look at the old value.
            _ => interp.read_variable(variable.id)?,
        };
        let new = combine(interp, &old, new)?;
        interp.assign_variable(variable.id, new.clone())?;
        Ok(Value::Tensor(interp.tracer.convert(&new, variable.ty.dtype)?))
    })?;
    match known {
        Value::Array(array) => {
            interp.variables.get_mut(variable.id).weight.initializer = Value::Array(Rc::new(Array::clone(&array)));
            Ok(Value::Object(object.clone()))
        }
        // Its own value, such as a training step left it.
        value if behind(&value) == Some(variable.id) => Ok(Value::Object(object.clone())),
        value if behind(&value).is_some_and(|source| interp.starts_without(source, variable.id)) => {
            if let Some(source) = behind(&value) {
                let initializer = interp.variables.get(source).weight.initializer.clone();
                interp.variables.get_mut(variable.id).weight.initializer = initializer;
            }
            Ok(Value::Object(object.clone()))
        }
        value => {
            if let Some(source) = behind(&value).filter(|_| !interp.trains()) {
                interp.restart(variable.id, source);
                return Ok(Value::Object(object.clone()));
            }
            let path = &interp.variables.get(variable.id).path;
            Err(Error::argument(format!(
                "the new value of the variable `{path}` depends on its old one, which only exists at run time"
            )))
        }
    }
}

impl Object for VariableObject {
    fn class_name(&self) -> Rc<str> {
        "Variable".into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(&VARIABLE)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let variable = interp.variables.get(self.id);
        Ok(match name {
            "name" => Some(Value::Str(variable.name.clone())),
            "path" => Some(Value::str(variable.path.as_str())),
            "trainable" => Some(Value::Bool(variable.is_trained())),
            "initializer" => Some(variable.weight.initializer.clone()),
            "regularizer" => Some(variable.weight.regularizer.clone().unwrap_or(Value::None)),
            "constraint" => Some(variable.weight.constraint.clone().unwrap_or(Value::None)),
            "dtype" => {
                let cast = interp.autocast.flatten().filter(|_| variable.autocast && self.ty.dtype.is_float());
                Some(Value::str(cast.unwrap_or(self.ty.dtype).numpy_name()))
            }
            "value" if interp.tracer.depth() > 0 => Some(Value::Tensor(interp.variable_value(self.id)?)),
            "value" => Some(Value::Object(Rc::new(InitialValue { id: self.id, weak: false }))),
            _ => interp.tensor_attribute(&Value::Object(self), name)?,
        })
    }

    fn set_attr(self: Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        match (name, value) {
            ("trainable", Value::Bool(trainable)) => {
                let variable = interp.variables.get_mut(self.id);
                (variable.trainable, variable.frozen) = (variable.trainable || trainable, !trainable);
                Ok(())
            }
            (name, _) => Err(Error::ty(format!("attribute `{name}` of a variable cannot be set"))),
        }
    }

    fn attributes(&self) -> Vec<String> {
        ["name", "path", "shape", "dtype", "ndim", "trainable", "value"].map(String::from).to_vec()
    }

    fn repr(&self) -> String {
        format!("<Variable {}>", self.ty)
    }
}

impl VariableObject {
    /// Element type and shape.
    pub fn ty(&self) -> &TensorType {
        &self.ty
    }
}

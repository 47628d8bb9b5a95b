//! `keras.optimizers.Optimizer`, and Keras's own optimizers, as the base of classes of the program.
//!
//! The program's `build`, `update_step` and `apply` go before those of the native half, which calls them where
//! Keras does.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::object::{COMMON, METHODS, OptimizerObject};
use super::{Optimizer, Slot, Step};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::config;
use crate::keras::derived::overridden;
use crate::keras::initializers;
use crate::keras::variable::{Role, VariableId, pure};
use crate::keras::variable_object::{sizes, variable_of};
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

/// `keras.optimizers.Optimizer`.
pub static OPTIMIZER: ClassDecl = ClassDecl {
    name: "Optimizer",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[Param::required("learning_rate")]).with(COMMON),
    doc: "The base class of optimizers: derive from it and define `build` and `update_step`.",
    new: |interp, args| {
        if interp.deriving.is_none() {
            return Err(Error::unsupported("`Optimizer` is a base class and updates nothing itself")
                .help("derive a class from it that defines `update_step(self, gradient, variable, learning_rate)`"));
        }
        OptimizerObject::value(interp, &OPTIMIZER, args, NoRule)
    },
    methods: &[METHODS],
};

/// The rule of a class that has to define its own.
#[derive(Debug)]
struct NoRule;

impl Optimizer for NoRule {
    fn slots(&self) -> Vec<Vec<Slot>> {
        Vec::new()
    }

    fn step(&self, _: &mut Step<'_>) -> Result<Tensor> {
        Err(Error::new(codes::RAISED, "an optimizer class of the program has no method `update_step`")
            .help("define `update_step(self, gradient, variable, learning_rate)` in the class"))
    }
}

const VARIABLE: Param = Param::required("variable");
const VALUE: Param = Param::required("value");
const INITIALIZER: Param = Param::new("initializer", Default::Str("zeros"));

/// What `update_step` and `build` of classes of the program call.
pub(super) const PROTECTED: &[MethodDecl] = &[
    MethodDecl {
        name: "add_variable",
        signature: Signature::new(&[
            Param::required("shape"),
            INITIALIZER,
            Param::new("dtype", Default::None),
            Param::new("aggregation", Default::Str("none")),
            Param::new("layout", Default::None),
            Param::new("name", Default::None),
        ]),
        doc: "Creates a variable of the optimizer.",
        call: |interp, object, args| {
            let optimizer = optimizer(object)?;
            let shape = sizes(args.get("shape")?).ok_or_else(|| args.invalid("shape", "a tuple of known sizes"))?;
            let dtype = crate::jax::arguments::dtype(interp, args, "dtype")?.unwrap_or(keramos_ir::DType::F32);
            let name = match args.some("name")? {
                Some(_) => args.str("name")?,
                None => interp.names.unique("Variable"),
            };
            let initializer = args.get("initializer")?.clone();
            let id = optimizer.add(interp, &name, TensorType::new(dtype, shape), &initializer)?;
            Ok(interp.variable(id))
        },
    },
    MethodDecl {
        name: "add_variable_from_reference",
        signature: Signature::new(&[
            Param::required("reference_variable"),
            Param::new("name", Default::None),
            INITIALIZER,
        ]),
        doc: "Creates a variable of the optimizer that has the shape and type of another.",
        call: |interp, object, args| {
            let (optimizer, initializer) = (optimizer(object)?, args.get("initializer")?.clone());
            let reference = variable(args, "reference_variable", args.get("reference_variable")?)?;
            let id = optimizer.add_like(interp, reference, &name(args)?, &initializer)?;
            Ok(interp.variable(id))
        },
    },
    MethodDecl {
        name: "add_optimizer_variables",
        signature: Signature::new(&[Param::required("trainable_variables"), Param::required("name"), INITIALIZER]),
        doc: "Creates a variable of the optimizer for each of several.",
        call: |interp, object, args| {
            let (optimizer, initializer) = (optimizer(object)?, args.get("initializer")?.clone());
            let references = interp.collect(args.get("trainable_variables")?)?;
            let several = |value: &Value| value.elements().filter(|_| !matches!(value, Value::Str(_)));
            let Some(names) = several(args.get("name")?) else {
                let name = name(args)?;
                return for_all(interp, &optimizer, args, &references, &name, &initializer);
            };
            let initializers = several(&initializer).unwrap_or_else(|| vec![initializer.clone(); names.len()]);
            // As in Keras, the variables of one trained variable stand together.
            let mut lists = vec![Vec::new(); names.len()];
            for reference in &references {
                let reference = variable(args, "trainable_variables", reference)?;
                for ((name, initializer), list) in names.iter().zip(&initializers).zip(&mut lists) {
                    let Value::Str(name) = name else { return Err(args.invalid("name", "a name or a list of names")) };
                    let id = optimizer.add_like(interp, reference, name, initializer)?;
                    list.push(interp.variable(id));
                }
            }
            Ok(Value::tuple(lists.into_iter().map(Value::list).collect::<Vec<_>>()))
        },
    },
    MethodDecl {
        name: "_get_variable_index",
        signature: Signature::new(&[VARIABLE]),
        doc: "The place of a variable among those that are trained.",
        call: |_, object, args| {
            let (optimizer, id) = (optimizer(object)?, variable(args, "variable", args.get("variable")?)?);
            let place = optimizer.trained().and_then(|trained| trained.iter().position(|&known| known == id));
            let place = place.ok_or_else(|| args.invalid("variable", "a variable that the optimizer was built for"))?;
            Ok(Value::Int(place as i64))
        },
    },
    MethodDecl {
        name: "update_step",
        signature: Signature::new(&[Param::required("gradient"), VARIABLE, Param::required("learning_rate")]),
        doc: "Updates one variable by its gradient, in the rule of the class.",
        call: |interp, object, args| {
            let optimizer = optimizer(object)?;
            let id = variable(args, "variable", args.get("variable")?)?;
            let [gradient, rate] = [args.get("gradient")?.clone(), args.get("learning_rate")?.clone()];
            pure(interp, args, |interp| {
                let gradient = crate::jax::arguments::to_tensor(interp, &gradient)?;
                let rate = crate::jax::arguments::to_tensor(interp, &rate)?;
                optimizer.update_natively(interp, id, gradient, &rate)?;
                Ok(Value::None)
            })
        },
    },
    MethodDecl {
        name: "assign",
        signature: Signature::new(&[VARIABLE, VALUE]),
        doc: "Gives a variable a new value.",
        call: |interp, _, args| assign(interp, args, "assign"),
    },
    MethodDecl {
        name: "assign_add",
        signature: Signature::new(&[VARIABLE, VALUE]),
        doc: "Adds to a variable.",
        call: |interp, _, args| assign(interp, args, "assign_add"),
    },
    MethodDecl {
        name: "assign_sub",
        signature: Signature::new(&[VARIABLE, VALUE]),
        doc: "Subtracts from a variable.",
        call: |interp, _, args| assign(interp, args, "assign_sub"),
    },
    MethodDecl {
        name: "get_config",
        signature: Signature::EMPTY,
        doc: "The constructor's arguments, as a dict.",
        call: |interp, object, _| {
            let optimizer = optimizer(object)?;
            config::serialized(interp, &config::dict(optimizer.configuration()?))
        },
    },
];

fn optimizer(object: &ObjectRef) -> Result<Rc<OptimizerObject>> {
    downcast::<OptimizerObject>(object).ok_or_else(|| Error::internal("an optimizer's method on another object"))
}

fn variable(args: &Bound, argument: &str, value: &Value) -> Result<VariableId> {
    variable_of(value).ok_or_else(|| args.invalid(argument, "a keras.Variable"))
}

fn name(args: &Bound) -> Result<Rc<str>> {
    match args.some("name")? {
        Some(_) => args.str("name"),
        None => Ok("var".into()),
    }
}

fn for_all(
    interp: &mut Interp,
    optimizer: &OptimizerObject,
    args: &Bound,
    references: &[Value],
    name: &str,
    initializer: &Value,
) -> Result<Value> {
    let mut made = Vec::new();
    for reference in references {
        let reference = variable(args, "trainable_variables", reference)?;
        let id = optimizer.add_like(interp, reference, name, initializer)?;
        made.push(interp.variable(id));
    }
    Ok(Value::list(made))
}

fn assign(interp: &mut Interp, args: &Bound, how: &str) -> Result<Value> {
    let method = interp.attribute(args.get("variable")?, how)?;
    interp.call(&method, Args::positional(vec![args.get("value")?.clone()]))
}

impl OptimizerObject {
    /// The optimizer as the program holds it.
    pub fn as_value(self: &Rc<Self>) -> Value {
        match self.instance.get() {
            Some(instance) => Value::User(instance.clone()),
            None => Value::Object(self.clone()),
        }
    }

    /// A method that the program's class defines.
    pub(super) fn own(&self, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        overridden(interp, self.instance.get(), name)
    }

    /// Adds a variable, which belongs to the optimizer. A name that begins with `/` is its whole path, as that of
    /// variables which Keras's optimizers make by themselves.
    fn add(&self, interp: &mut Interp, name: &str, ty: TensorType, initializer: &Value) -> Result<VariableId> {
        let initializer = initializers::get(interp, initializer)?;
        let id = interp.add_variable(name, ty, initializer, Role::Optimizer);
        interp.variables.get_mut(id).path = match name.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => format!("{}/{name}", self.name),
        };
        self.variables.borrow_mut().push(id);
        Ok(id)
    }

    fn add_like(&self, interp: &mut Interp, of: VariableId, name: &str, initializer: &Value) -> Result<VariableId> {
        let reference = interp.variables.get(of);
        let (name, ty) = (format!("{}_{name}", reference.path.replace('/', "_")), reference.ty.clone());
        self.add(interp, &name, ty, initializer)
    }

    /// Creates the variables for those to be trained, unless that was done before: by the program's `build`, if the
    /// class has one.
    ///
    /// # Errors
    /// The program's `build` fails, or does not call that of the base.
    pub fn prepare(&self, interp: &mut Interp, trained: &[VariableId]) -> Result<()> {
        if self.built.borrow().is_some() {
            return Ok(());
        }
        let Some(build) = self.own(interp, "build")? else {
            return self.build(interp, trained);
        };
        let list = interp.variable_list(trained);
        interp.call(&build, Args::positional(vec![list]))?;
        if self.built.borrow().is_none() {
            let class = self.instance.get().map_or_else(|| self.name.clone(), |instance| instance.class.name.clone());
            return Err(Error::new(codes::RAISED, format!("`build` of `{class}` does not build its base"))
                .help("call `super().build(variables)` in it"));
        }
        Ok(())
    }

    /// As [`OptimizerObject::apply`], by the program's `apply` if the class has one.
    ///
    /// # Errors
    /// Those of `apply`.
    pub fn take_step(&self, interp: &mut Interp, gradients: &[Tensor]) -> Result<()> {
        match self.own(interp, "apply")? {
            None => self.apply(interp, gradients),
            Some(apply) => {
                let gradients = Value::list(gradients.iter().cloned().map(Value::Tensor).collect());
                interp.call(&apply, Args::positional(vec![gradients])).map(drop)
            }
        }
    }
}

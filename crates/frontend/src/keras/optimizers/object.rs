//! Optimizers as objects of the program: their arguments and variables.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::loss_scale::Wrapped;
use super::{Optimizer, stateless};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::Instance;
use crate::keras::derived;
use crate::keras::schedules::ScheduleObject;
use crate::keras::variable::{Role, VariableId};
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, ParamKind, Signature};
use crate::trace::Tensor;
use crate::value::{Object, ObjectRef, Value, downcast};

/// Constructor parameters that all optimizers share, after their own.
pub const COMMON: &[Param] = &[
    Param::new("weight_decay", Default::None),
    Param::new("clipnorm", Default::None),
    Param::new("clipvalue", Default::None),
    Param::new("global_clipnorm", Default::None),
    Param::new("use_ema", Default::Bool(false)),
    Param::new("ema_momentum", Default::Float(0.99)),
    Param::new("ema_overwrite_frequency", Default::None),
    Param::new("loss_scale_factor", Default::None),
    Param::new("gradient_accumulation_steps", Default::None),
    Param::new("name", Default::None),
];

/// The methods of every optimizer.
pub(super) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "exclude_from_weight_decay",
        signature: Signature::new(&[Param::new("var_list", Default::None), Param::new("var_names", Default::None)]),
        doc: "Variables whose names contain one of the given words are not decayed.",
        call: exclude,
    },
    stateless::BUILD,
    stateless::STATELESS_APPLY,
    stateless::APPLY,
    stateless::APPLY_GRADIENTS,
    stateless::SCALE_LOSS,
];

/// An optimizer of the program.
#[derive(Debug)]
pub struct OptimizerObject {
    class: &'static ClassDecl,
    /// Its name, such as `adam`.
    pub name: Rc<str>,
    pub(super) settings: Settings,
    pub(super) learning_rate: LearningRate,
    pub(super) iteration: VariableId,
    pub(super) rule: Box<dyn Optimizer>,
    pub(super) excluded: RefCell<Vec<Rc<str>>>,
    pub(super) built: RefCell<Option<Rc<Built>>>,
    /// All its variables, in the order in which they were made.
    pub(super) variables: RefCell<Vec<VariableId>>,
    description: String,
    /// What the constructor was called with.
    args: Bound,
    fixed_rate: Cell<Option<f64>>,
    /// The object of the program whose native half this is.
    pub(crate) instance: OnceCell<Rc<Instance>>,
    /// The optimizer whose loss this one scales.
    pub(super) wrapped: Option<Wrapped>,
}

/// What all optimizers can be told.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub weight_decay: Option<f64>,
    pub clipnorm: Option<f64>,
    pub clipvalue: Option<f64>,
    pub global_clipnorm: Option<f64>,
    pub ema: Option<Ema>,
    pub loss_scale: Option<f64>,
    pub accumulate: Option<usize>,
}

/// A moving average of the weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ema {
    pub momentum: f64,
    pub overwrite: Option<usize>,
}

#[derive(Debug)]
pub(super) enum LearningRate {
    Variable(VariableId),
    Schedule(Rc<ScheduleObject>),
    /// A schedule or function of the program.
    Program(Value),
}

/// The variables of an optimizer that knows what it trains.
#[derive(Debug)]
pub(super) struct Built {
    pub trained: Vec<VariableId>,
    pub averages: Vec<VariableId>,
    pub accumulators: Vec<VariableId>,
    /// Per trained variable, in the order of [`Optimizer::slots`], flattened.
    pub slots: Vec<Vec<VariableId>>,
}

impl OptimizerObject {
    /// The object of a constructor call.
    ///
    /// # Errors
    /// An argument has a value that is not accepted.
    pub fn value(interp: &mut Interp, class: &'static ClassDecl, args: &Bound, rule: impl Optimizer) -> Result<Value> {
        Self::around(interp, class, args, rule, None)
    }

    /// As [`OptimizerObject::value`], for an optimizer around another one.
    ///
    /// # Errors
    /// As [`OptimizerObject::value`].
    pub(super) fn around(
        interp: &mut Interp,
        class: &'static ClassDecl,
        args: &Bound,
        rule: impl Optimizer,
        wrapped: Option<Wrapped>,
    ) -> Result<Value> {
        let settings = settings(args)?;
        let instance = derived::take(interp, class);
        let class_name = instance.as_ref().map_or_else(|| class.name.into(), |i| i.class.name.clone());
        let name = if args.some("name")?.is_some() { args.str("name")? } else { interp.names.unique(&class_name) };
        let variable = |interp: &mut Interp, part: &str, dtype, initial: Value| {
            let id = interp.add_variable(part, TensorType::scalar(dtype), initial, Role::Optimizer);
            interp.variables.get_mut(id).path = format!("{name}/{part}");
            id
        };
        let iteration = variable(interp, "iteration", DType::I32, Value::Int(0));
        let rate = args.get("learning_rate")?;
        let (learning_rate, fixed_rate) = match rate {
            Value::Object(object) => match downcast::<ScheduleObject>(object) {
                Some(schedule) => (LearningRate::Schedule(schedule), None),
                None => return Err(args.invalid("learning_rate", "a float, such as 0.001, or a schedule")),
            },
            Value::Int(_) | Value::Bool(_) => {
                return Err(args.invalid("learning_rate", "a float, such as 0.001, or a schedule"));
            }
            Value::User(_) => (LearningRate::Program(rate.clone()), None),
            _ => {
                let rate = args.f64("learning_rate")?;
                (LearningRate::Variable(variable(interp, "learning_rate", DType::F32, Value::Float(rate))), Some(rate))
            }
        };
        let mut variables = vec![iteration];
        if let LearningRate::Variable(id) = learning_rate {
            variables.push(id);
        }
        let optimizer = OptimizerObject {
            class,
            name,
            settings,
            learning_rate,
            iteration,
            rule: Box::new(rule),
            excluded: RefCell::default(),
            built: RefCell::default(),
            variables: variables.into(),
            description: match &wrapped {
                Some(wrapped) => format!("{class_name}({})", wrapped.inner.description()),
                None => describe(&class_name, args),
            },
            args: args.clone(),
            fixed_rate: Cell::new(fixed_rate),
            instance: OnceCell::new(),
            wrapped,
        };
        if let Some(instance) = instance {
            let _ = optimizer.instance.set(instance);
        }
        Ok(Value::Object(Rc::new(optimizer)))
    }

    /// The constructor call that makes this optimizer, with the arguments that differ from the defaults.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Creates the slots for the variables to be trained, unless that was done before.
    ///
    /// # Errors
    /// The optimizer is around one of the program, whose `build` fails.
    pub fn build(&self, interp: &mut Interp, trained: &[VariableId]) -> Result<()> {
        if self.built.borrow().is_some() {
            return Ok(());
        }
        if let Some(wrapped) = &self.wrapped {
            wrapped.build(interp, &self.name, trained, &mut self.variables.borrow_mut())?;
        }
        let slot = |interp: &mut Interp, of: VariableId, name: &str, initial: f64| {
            let variable = interp.variables.get(of);
            let (path, ty) = (format!("{}/{}_{name}", self.name, variable.path.replace('/', "_")), variable.ty.clone());
            let id = interp.add_variable(name, ty, Value::Float(initial), Role::Optimizer);
            interp.variables.get_mut(id).path = path;
            self.variables.borrow_mut().push(id);
            id
        };
        let for_all = |interp: &mut Interp, wanted: bool, name: &str| -> Vec<VariableId> {
            let all = if wanted { trained } else { &[] };
            all.iter().map(|&id| slot(interp, id, name, 0.0)).collect()
        };
        let averages = for_all(interp, self.settings.ema.is_some(), "average");
        let accumulators = for_all(interp, self.settings.accumulate.is_some(), "gradient_accumulator");
        let mut slots = vec![Vec::new(); trained.len()];
        for group in self.rule.slots() {
            for (&id, slots) in trained.iter().zip(&mut slots) {
                slots.extend(group.iter().map(|s| slot(interp, id, s.name, s.initial)));
            }
        }
        let built = Built { trained: trained.to_vec(), averages, accumulators, slots };
        *self.built.borrow_mut() = Some(Rc::new(built));
        Ok(())
    }

    /// The optimizer's variables in the order of Keras's `optimizer.variables`.
    pub fn variables(&self) -> Vec<VariableId> {
        let mut all = self.variables.borrow().clone();
        all.extend(self.wrapped.iter().flat_map(|wrapped| wrapped.inner.variables()));
        all
    }

    /// One of the arguments that all optimizers share.
    pub(super) fn setting(&self, name: &str) -> Option<Value> {
        let s = &self.settings;
        let number = |value: Option<f64>| value.map_or(Value::None, Value::Float);
        let count = |value: Option<usize>| value.map_or(Value::None, |n| Value::Int(n as i64));
        Some(match name {
            "weight_decay" => number(s.weight_decay),
            "clipnorm" => number(s.clipnorm),
            "clipvalue" => number(s.clipvalue),
            "global_clipnorm" => number(s.global_clipnorm),
            "use_ema" => Value::Bool(s.ema.is_some()),
            "ema_momentum" => Value::Float(s.ema.map_or(0.99, |ema| ema.momentum)),
            "ema_overwrite_frequency" => count(s.ema.and_then(|ema| ema.overwrite)),
            "loss_scale_factor" => number(s.loss_scale),
            "gradient_accumulation_steps" => count(s.accumulate),
            _ => return None,
        })
    }

    /// What the constructor was called with, in Keras's order: a rate that is a number as it is kept, in `float32`.
    ///
    /// # Errors
    /// The constructor lacks a parameter that all have, which is a mistake in Keramos.
    pub(super) fn configuration(&self) -> Result<Vec<(&'static str, Value)>> {
        let mut config = vec![("name", Value::Str(self.name.clone()))];
        if self.wrapped.is_none() {
            let rate = match &self.learning_rate {
                LearningRate::Variable(_) => {
                    self.fixed_rate().map_or(Value::None, |rate| Value::Float(f64::from(rate as f32)))
                }
                LearningRate::Schedule(schedule) => Value::Object(schedule.clone()),
                LearningRate::Program(function) => function.clone(),
            };
            config.push(("learning_rate", rate));
            let settings = COMMON.iter().filter_map(|param| Some((param.name, self.setting(param.name)?)));
            config.extend(settings);
        }
        for (param, value) in self.args.iter() {
            let is_named = matches!(param.kind, ParamKind::Normal | ParamKind::Keyword);
            let is_shared = COMMON.iter().any(|common| common.name == param.name);
            if is_named && !is_shared && !config.iter().any(|(name, _)| *name == param.name) {
                config.push((param.name, value.clone()));
            }
        }
        Ok(config)
    }

    /// The variables that it was built for.
    pub fn trained(&self) -> Option<Vec<VariableId>> {
        self.built.borrow().as_ref().map(|built| built.trained.clone())
    }

    /// The learning rate at the start; `None` if a schedule gives it.
    pub fn fixed_rate(&self) -> Option<f64> {
        self.inner().fixed_rate.get()
    }

    /// The optimizer that does the steps: itself, unless it is around another one.
    fn inner(&self) -> &OptimizerObject {
        self.wrapped.as_ref().map_or(self, |wrapped| wrapped.inner.inner())
    }

    /// The variable of the learning rate; `None` if a schedule gives it.
    pub fn rate_variable(&self) -> Option<VariableId> {
        match self.inner().learning_rate {
            LearningRate::Variable(id) => Some(id),
            LearningRate::Schedule(_) | LearningRate::Program(_) => None,
        }
    }

    /// The moving average of each trained variable, which the variable takes over when training ends.
    pub fn averages(&self) -> Vec<(VariableId, VariableId)> {
        let built = self.inner().built.borrow();
        built.iter().flat_map(|b| b.trained.iter().copied().zip(b.averages.iter().copied())).collect()
    }

    /// The learning rate at this step, a `float32` scalar.
    pub(super) fn rate(&self, interp: &mut Interp) -> Result<Tensor> {
        match &self.inner().learning_rate {
            LearningRate::Variable(id) => interp.read_variable(*id),
            LearningRate::Program(function) => {
                let function = function.clone();
                // A schedule takes the step; a plain function takes nothing.
                let of_step = user::<Instance>(&function).is_some();
                let step = if of_step {
                    vec![Value::Tensor(interp.read_variable(self.inner().iteration)?)]
                } else {
                    Vec::new()
                };
                let rate = interp.call(&function, Args::positional(step))?;
                let rate = interp.to_tensor(&rate)?;
                interp.tracer.convert(&rate, DType::F32)
            }
            LearningRate::Schedule(schedule) => {
                let step = interp.read_variable(self.inner().iteration)?;
                schedule.value_at(&mut interp.tracer, &step)
            }
        }
    }
}

fn settings(args: &Bound) -> Result<Settings> {
    let number = |name: &str| args.some(name)?.map(|_| args.f64(name)).transpose();
    let count = |name: &str| args.some(name)?.map(|_| args.usize(name)).transpose();
    let clips = ["clipnorm", "clipvalue", "global_clipnorm"];
    let given: Vec<&str> = clips.into_iter().filter(|n| args.get(n).is_ok_and(|v| !v.is_none())).collect();
    if given.len() > 1 {
        let message = format!("{}() takes only one of `clipnorm`, `clipvalue` and `global_clipnorm`", args.function());
        return Err(Error::argument(message).note(format!("given: {}", given.join(", "))));
    }
    let accumulate = count("gradient_accumulation_steps")?;
    if accumulate.is_some_and(|steps| steps < 2) {
        return Err(args.invalid("gradient_accumulation_steps", "an integer of at least 2"));
    }
    let positive = |x: Option<f64>| x.filter(|&x| x > 0.0);
    Ok(Settings {
        weight_decay: number("weight_decay")?,
        clipnorm: positive(number("clipnorm")?),
        clipvalue: positive(number("clipvalue")?),
        global_clipnorm: positive(number("global_clipnorm")?),
        ema: match args.bool("use_ema")? {
            true => Some(Ema { momentum: args.f64("ema_momentum")?, overwrite: count("ema_overwrite_frequency")? }),
            false => None,
        },
        loss_scale: number("loss_scale_factor")?,
        accumulate,
    })
}

fn describe(class: &str, args: &Bound) -> String {
    let changed = |(param, value): (&Param, &Value)| {
        if !args.is_given(param.name) || param.name == "name" {
            return None;
        }
        let shown = match value {
            Value::Float(x) => x.to_string(),
            Value::Int(i) => i.to_string(),
            Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
            Value::None => "None".to_owned(),
            other => other.type_name(),
        };
        Some(format!("{}={shown}", param.name))
    };
    format!("{class}({})", args.iter().filter_map(changed).collect::<Vec<_>>().join(", "))
}

fn exclude(_: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let optimizer = downcast::<OptimizerObject>(object).ok_or_else(|| Error::internal("a method of another object"))?;
    if args.some("var_list")?.is_some() {
        return Err(
            Error::unsupported("exclude_from_weight_decay(var_list=...) is not supported").help("use var_names=[...]")
        );
    }
    if optimizer.built.borrow().is_some() {
        return Err(Error::argument("exclude_from_weight_decay() comes after the optimizer was built")
            .help("call it before compile()"));
    }
    let names = args.some("var_names")?.and_then(Value::elements).unwrap_or_default();
    let words = names.iter().map(|name| match name {
        Value::Str(word) => Ok(word.clone()),
        _ => Err(args.invalid("var_names", "a list of strings")),
    });
    *optimizer.excluded.borrow_mut() = words.collect::<Result<Vec<_>>>()?;
    Ok(Value::None)
}

impl Object for OptimizerObject {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if let (Some(wrapped), false) = (&self.wrapped, matches!(name, "name" | "variables" | "built")) {
            if let Some(found) = wrapped.attribute(interp, name) {
                return Ok(Some(found));
            }
            if matches!(name, "iterations" | "learning_rate" | "lr") {
                return wrapped.inner.clone().get_attr(interp, name);
            }
        }
        Ok(match name {
            "name" => Some(Value::Str(self.name.clone())),
            "variables" => Some(interp.variable_list(&self.variables())),
            // Steps that only accumulate do not count.
            "iterations" if self.settings.accumulate.is_some() && interp.tracer.depth() > 0 => {
                let iteration = interp.read_variable(self.iteration)?;
                Some(Value::Tensor(self.counted(&mut interp.tracer, &iteration)?))
            }
            "iterations" => Some(interp.variable(self.iteration)),
            "built" => Some(Value::Bool(self.built.borrow().is_some())),
            // While a step is traced, the rate is what the state holds.
            "learning_rate" | "lr" if interp.tracer.depth() > 0 => Some(Value::Tensor(self.rate(interp)?)),
            "learning_rate" | "lr" => self.fixed_rate.get().map(Value::Float),
            "_iterations" => Some(interp.variable(self.iteration)),
            "_trainable_variables" => {
                let trained = self.trained().unwrap_or_default();
                Some(interp.variable_list(&trained))
            }
            _ => {
                let method = super::derived::PROTECTED.iter().find(|method| method.name == name);
                let method = method.map(|method| Value::Method(self.clone(), method)).or_else(|| self.setting(name));
                method.or_else(|| self.args.has(name).then(|| self.args.get(name).cloned().ok()).flatten())
            }
        })
    }

    fn set_attr(self: Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        if let Some(wrapped) = &self.wrapped {
            return wrapped.inner.clone().set_attr(interp, name, value);
        }
        let rate = match value {
            Value::Float(rate) => Some(rate),
            Value::Int(rate) => Some(rate as f64),
            _ => None,
        };
        match (name, &self.learning_rate, rate) {
            ("learning_rate" | "lr", LearningRate::Variable(id), Some(rate)) => {
                interp.variables.get_mut(*id).weight = Value::Float(rate).into();
                self.fixed_rate.set(Some(rate));
                Ok(())
            }
            // What only the run knows is the run's.
            ("learning_rate" | "lr", ..) if matches!(value, Value::Host(_)) => Ok(()),
            _ => Err(Error::ty(format!("attribute `{name}` of {} cannot be set", self.class_name()))),
        }
    }

    fn attributes(&self) -> Vec<String> {
        ["name", "learning_rate", "variables", "iterations", "built"].map(String::from).to_vec()
    }
}

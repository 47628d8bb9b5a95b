//! Losses.

pub(crate) mod crossentropy;
mod derived;
mod divergence;
mod errors;
mod focal;
mod hinge;
mod reduction;
mod relative;
pub(crate) mod similarity;

use std::any::Any;
use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use keramos_ir::DType;

pub use derived::LOSS;
pub use reduction::{Reduction, Weights, match_ranks};

use crate::diagnostics::{codes, suggest};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::jax::arguments::tensor;
use crate::keras::{derived as own, object_name, snake_case};
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, MethodDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::{Object, ObjectRef, Value, downcast};

/// The loss classes.
pub const CLASSES: &[&ClassDecl] = &[
    &crossentropy::BINARY_CLASS,
    &crossentropy::CATEGORICAL_CLASS,
    &crossentropy::SPARSE_CLASS,
    &divergence::KL_CLASS,
    &divergence::POISSON_CLASS,
    &errors::HUBER_CLASS,
    &errors::LOG_COSH_CLASS,
    &errors::MAE_CLASS,
    &errors::MSE_CLASS,
    &focal::BINARY_CLASS,
    &focal::CATEGORICAL_CLASS,
    &hinge::CATEGORICAL_CLASS,
    &hinge::HINGE_CLASS,
    &hinge::SQUARED_CLASS,
    &relative::MAPE_CLASS,
    &relative::MSLE_CLASS,
    &similarity::COSINE_CLASS,
];

/// The loss functions that are functions of `keras.metrics`, too: `(y_true, y_pred) -> one value per row`.
pub const FUNCTIONS: &[&FunctionDecl] = &[
    &crossentropy::BINARY,
    &crossentropy::CATEGORICAL,
    &crossentropy::SPARSE,
    &divergence::KL,
    &divergence::POISSON,
    &errors::HUBER,
    &errors::LOG_COSH,
    &errors::MAE,
    &errors::MSE,
    &focal::BINARY,
    &focal::CATEGORICAL,
    &hinge::CATEGORICAL,
    &hinge::HINGE,
    &hinge::SQUARED,
    &relative::MAPE,
    &relative::MSLE,
];

/// Loss functions that `keras.metrics` does not have: its metric of that name is something else.
pub const LOSS_ONLY: &[&FunctionDecl] = &[&similarity::COSINE];

/// Short names that `compile(loss=…)` and metrics accept.
const ALIASES: &[(&str, &str)] = &[
    ("mse", "mean_squared_error"),
    ("MSE", "mean_squared_error"),
    ("mae", "mean_absolute_error"),
    ("MAE", "mean_absolute_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("MAPE", "mean_absolute_percentage_error"),
    ("msle", "mean_squared_logarithmic_error"),
    ("MSLE", "mean_squared_logarithmic_error"),
    ("bce", "binary_crossentropy"),
    ("BCE", "binary_crossentropy"),
    ("kld", "kl_divergence"),
    ("KLD", "kl_divergence"),
    ("kullback_leibler_divergence", "kl_divergence"),
];

/// What one kind of loss computes.
pub trait Loss: Any + fmt::Debug {
    /// The loss of each row (or of each element of the leading dimensions), not reduced.
    ///
    /// # Errors
    /// The shapes do not fit.
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor>;

    /// Which elements count, if the loss leaves some out (`ignore_class`).
    ///
    /// # Errors
    /// The shapes do not fit.
    fn mask(&self, _: &mut Tracer, _y_true: &Tensor, _y_pred: &Tensor) -> Result<Option<Tensor>> {
        Ok(None)
    }

    /// Whether targets are class numbers, one dimension less than predictions.
    fn is_sparse(&self) -> bool {
        false
    }

    /// Whether some class numbers stand for "leave this out" and need not be classes.
    fn ignores_classes(&self) -> bool {
        false
    }

    /// What the loss takes predictions for.
    fn predictions(&self) -> Predictions {
        Predictions::Any
    }
}

/// What a loss takes predictions for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Predictions {
    /// Numbers.
    Any,
    /// What softmax or sigmoid gave.
    Probabilities,
    /// What the loss applies softmax or sigmoid to itself.
    Logits,
}

impl Predictions {
    fn of(from_logits: bool) -> Self {
        if from_logits { Predictions::Logits } else { Predictions::Probabilities }
    }
}

/// A loss of the program.
#[derive(Debug)]
pub struct LossObject {
    class: Option<&'static ClassDecl>,
    /// Its name, such as `mean_squared_error`.
    pub name: Rc<str>,
    /// How values are reduced to one number.
    pub reduction: Reduction,
    /// What its constructor was called with.
    args: Option<Bound>,
    kind: Kind,
    /// The object of the program whose native half this is.
    pub(crate) instance: OnceCell<Rc<Instance>>,
}

#[derive(Debug)]
enum Kind {
    Native(Box<dyn Loss>),
    /// A function of the program.
    Function(Value),
}

/// What a loss offers beside being called.
const METHODS: &[MethodDecl] = &[MethodDecl {
    name: "call",
    signature: Signature::new(&[Y_TRUE, Y_PRED]),
    doc: "The loss of each row, not reduced.",
    call: |interp, object, args| {
        let loss =
            downcast::<LossObject>(object).ok_or_else(|| Error::internal("a loss's method on another object"))?;
        let args = &*args;
        interp.eagerly("call", |interp| {
            let (y_true, y_pred) = (tensor(interp, args, "y_true")?, tensor(interp, args, "y_pred")?);
            loss.own_values(interp, &y_true, &y_pred).map(|(values, _)| Value::Tensor(values))
        })
    },
}];

pub(crate) const Y_TRUE: Param = Param::required("y_true");
pub(crate) const Y_PRED: Param = Param::required("y_pred");
const REDUCTION: Param = Param::new("reduction", Default::Str("sum_over_batch_size"));

/// Constructor parameters that all losses share.
pub(crate) const COMMON: &[Param] = &[REDUCTION, Param::new("name", Default::None), Param::new("dtype", Default::None)];

/// Whether the class of an object has one of these attributes.
fn has(instance: &Instance, names: &[&str]) -> bool {
    names.iter().any(|name| instance.class.lookup(name).is_some())
}

impl LossObject {
    /// The object of a constructor call; `name` is the default name.
    ///
    /// # Errors
    /// A common argument has a value that is not accepted.
    pub fn value(class: &'static ClassDecl, args: &Bound, name: &str, loss: impl Loss) -> Result<Value> {
        let name = if args.some("name")?.is_some() { args.str("name")? } else { name.into() };
        let reduction = Reduction::from_args(args)?;
        Ok(Value::Object(Rc::new(LossObject {
            class: Some(class),
            name,
            reduction,
            args: Some(args.clone()),
            kind: Kind::Native(Box::new(loss)),
            instance: OnceCell::new(),
        })))
    }

    /// Whether a class of the program says what it computes.
    fn overridden(&self) -> bool {
        self.instance.get().is_some_and(|instance| has(instance, &["call"]))
    }

    /// Whether it is of a class of the program that has one of these attributes.
    fn marked(&self, names: &[&str]) -> bool {
        self.instance.get().is_some_and(|instance| has(instance, names))
    }

    /// Whether targets are class numbers, one dimension less than predictions.
    pub fn is_sparse(&self) -> bool {
        match &self.kind {
            Kind::Native(loss) => loss.is_sparse() || self.marked(&["_class_numbers", "_labels"]),
            Kind::Function(Value::Function(decl)) => decl.name.starts_with("sparse"),
            Kind::Function(_) => false,
        }
    }

    /// What the loss takes predictions for.
    pub fn predictions(&self) -> Predictions {
        match &self.kind {
            _ if self.overridden() => Predictions::Any,
            Kind::Native(loss) => loss.predictions(),
            // Without an argument that says otherwise.
            Kind::Function(Value::Function(decl)) if decl.name.ends_with("crossentropy") => Predictions::Probabilities,
            _ => Predictions::Any,
        }
    }

    /// The name of the function of Keras that it computes.
    fn function(&self) -> Option<String> {
        match (&self.kind, self.class) {
            (Kind::Function(Value::Function(decl)), _) => Some(decl.name.to_owned()),
            (Kind::Native(_), Some(class)) if !self.overridden() => Some(snake_case(class.name)),
            _ => None,
        }
    }

    /// Whether it takes the numbers of the last dimension for those of classes that exclude each other.
    pub fn chooses_classes(&self) -> bool {
        self.function().is_some_and(|name| name.contains("categorical") && name.ends_with("crossentropy"))
    }

    /// Whether it measures how far numbers are from others.
    pub fn compares_numbers(&self) -> bool {
        self.function().is_some_and(|name| name.starts_with("mean_") || matches!(&*name, "huber" | "log_cosh"))
    }

    /// Whether the program defines it.
    pub fn is_own(&self) -> bool {
        match &self.kind {
            Kind::Native(_) => self.overridden() && !self.marked(&["_class_numbers", "_labels"]),
            Kind::Function(function) => !matches!(function, Value::Function(_)),
        }
    }

    /// Whether some class numbers stand for "leave this out" and need not be classes.
    pub fn ignores_classes(&self) -> bool {
        match &self.kind {
            Kind::Native(loss) => loss.ignores_classes() || self.marked(&["_labels"]),
            Kind::Function(_) => false,
        }
    }

    /// The reduced loss: a scalar unless the reduction is `none`. The predictions' implicit mask and the
    /// loss's own say which values count.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn compute(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor, weights: &Weights) -> Result<Tensor> {
        let (values, own) = self.values(interp, y_true, y_pred)?;
        interp.reduced(&values, || format!("the loss `{}`", self.name));
        let mask = match (y_pred.mask().cloned(), own) {
            (Some(a), Some(b)) => Some(interp.tracer.and(&a, &b)?),
            (one, other) => one.or(other),
        };
        reduction::reduce(&mut interp.tracer, &values, mask.as_ref(), weights, self.reduction)
    }

    /// The loss of each row, and which of them the loss itself counts.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn values(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Option<Tensor>)> {
        match own::overridden(interp, self.instance.get(), "call")? {
            Some(function) => self.values_of(interp, &function, y_true, y_pred),
            None => self.own_values(interp, y_true, y_pred),
        }
    }

    /// As [`LossObject::values`], without regard to a class of the program that derives from this loss.
    fn own_values(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Option<Tensor>)> {
        let loss = match &self.kind {
            Kind::Function(function) => return self.values_of(interp, function, y_true, y_pred),
            Kind::Native(loss) => loss,
        };
        let (y_true, y_pred) = self.computed_in(interp, y_true, y_pred)?;
        let mask = loss.mask(&mut interp.tracer, &y_true, &y_pred)?;
        Ok((loss.call(&mut interp.tracer, &y_true, &y_pred)?, mask))
    }

    /// As [`LossObject::values`], by a function of the program.
    fn values_of(
        &self,
        interp: &mut Interp,
        function: &Value,
        y_true: &Tensor,
        y_pred: &Tensor,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let (y_true, y_pred) = self.computed_in(interp, y_true, y_pred)?;
        let values = interp.call(function, Args::positional(vec![Value::Tensor(y_true), Value::Tensor(y_pred)]))?;
        Ok((interp.to_tensor(&values)?, None))
    }

    /// Targets and predictions in the type that losses compute in: `float32`, whatever the model computes in;
    /// class numbers stay what they are.
    fn computed_in(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
        let y_true = match self.is_sparse() {
            true => y_true.clone(),
            false => interp.tracer.convert(y_true, DType::F32)?,
        };
        Ok((y_true, interp.tracer.convert(y_pred, DType::F32)?))
    }
}

/// Whether an object is one of Keras's losses.
pub(crate) fn is_loss(object: &ObjectRef) -> bool {
    downcast::<LossObject>(object).is_some()
}

impl Object for LossObject {
    fn class_name(&self) -> Rc<str> {
        self.class.map_or("Loss", |c| c.name).into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        self.class
    }

    fn arguments(&self) -> Option<&Bound> {
        self.args.as_ref()
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::Str(self.name.clone())),
            _ => METHODS.iter().find(|method| method.name == name).map(|method| Value::Method(self, method)),
        })
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        const SIGNATURE: Signature = Signature::new(&[Y_TRUE, Y_PRED, Param::new("sample_weight", Default::None)]);
        let bound = SIGNATURE.bind("loss", args)?;
        crate::program::expected(interp, bound.get("y_true")?, bound.get("y_pred")?, self.is_sparse())?;
        let (y_true, y_pred) = (tensor(interp, &bound, "y_true")?, tensor(interp, &bound, "y_pred")?);
        let mut weights = Weights::default();
        if bound.some("sample_weight")?.is_some() {
            weights.sample = Some(tensor(interp, &bound, "sample_weight")?);
        }
        self.compute(interp, &y_true, &y_pred, &weights).map(Value::Tensor)
    }
}

/// The loss that a `compile(loss=…)` argument names: a loss object, a function, or a string.
///
/// # Errors
/// K0303: no loss has that name; the nearest is suggested.
pub fn get(interp: &mut Interp, identifier: &Value) -> Result<Rc<LossObject>> {
    let of_function = |function: Value, name: Rc<str>| {
        Rc::new(LossObject {
            class: None,
            name,
            reduction: Reduction::SumOverBatchSize,
            args: None,
            kind: Kind::Function(function),
            instance: OnceCell::new(),
        })
    };
    match identifier {
        Value::Str(name) => {
            if let Some(decl) = function_named(name) {
                return Ok(of_function(Value::Function(decl), name.clone()));
            }
            if let Some(class) = CLASSES.iter().find(|c| c.name == &**name) {
                let value = interp.call(&Value::Class(class), Args::default())?;
                return get(interp, &value);
            }
            Err(unknown(name))
        }
        Value::Object(object) => match downcast::<LossObject>(object) {
            Some(loss) => Ok(loss),
            None => Err(Error::argument(format!("a loss is needed here, found {}", identifier.type_name()))),
        },
        Value::Function(decl) => Ok(of_function(identifier.clone(), decl.name.into())),
        Value::Class(_) => {
            let value = interp.call(identifier, Args::default())?;
            get(interp, &value)
        }
        Value::User(object) => {
            let name = object_name(interp, object)?;
            Ok(of_function(identifier.clone(), name))
        }
        other => Err(Error::argument(format!("a loss is needed here, found {}", other.type_name()))),
    }
}

/// That a string names a loss.
///
/// # Errors
/// K0303: no loss has that name; the nearest is suggested.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let known = matches!(&*name.to_lowercase(), "crossentropy" | "ce")
        || function_named(name).is_some()
        || CLASSES.iter().any(|class| class.name == name);
    if known { Ok(()) } else { Err(unknown(name)) }
}

fn unknown(name: &str) -> Error {
    let names = all_functions().map(|f| f.name).chain(CLASSES.iter().map(|c| c.name));
    let names: Vec<&str> = names.chain(ALIASES.iter().map(|a| a.0)).collect();
    let error = Error::new(codes::INVALID_ARGUMENT, format!("there is no loss \"{name}\""));
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean \"{near}\"?")),
        None => {
            error.help(format!("the losses are {}", all_functions().map(|f| f.name).collect::<Vec<_>>().join(", ")))
        }
    }
}

fn all_functions() -> impl Iterator<Item = &'static FunctionDecl> {
    FUNCTIONS.iter().chain(LOSS_ONLY).copied()
}

/// The loss function of that name or alias.
pub fn function_named(name: &str) -> Option<&'static FunctionDecl> {
    let name = ALIASES.iter().find(|a| a.0 == name).map_or(name, |a| a.1);
    all_functions().find(|f| f.name == name)
}

/// Runs a loss as a function of the program: `(y_true, y_pred, …) -> values`.
pub(crate) fn apply(interp: &mut Interp, args: &Bound, loss: &dyn Loss) -> Result<Value> {
    crate::program::expected(interp, args.get("y_true")?, args.get("y_pred")?, loss.is_sparse())?;
    let (y_true, y_pred) = (tensor(interp, args, "y_true")?, tensor(interp, args, "y_pred")?);
    let t = &mut interp.tracer;
    let y_true = if loss.is_sparse() { y_true } else { t.convert(&y_true, y_pred.dtype())? };
    loss.call(t, &y_true, &y_pred).map(Value::Tensor)
}

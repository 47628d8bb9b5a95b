//! `keras.metrics.Metric` as the base of classes of the program.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::{Metric, MetricObject, StateVariable};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::function::parameter_names;
use crate::keras::variable::{Role, VariableId};
use crate::keras::variable_object::{sizes, variable_of};
use crate::keras::{derived, initializers};
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

/// `keras.metrics.Metric`.
pub static METRIC: ClassDecl = ClassDecl {
    name: "Metric",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[Param::new("dtype", Default::None), Param::new("name", Default::None)]),
    doc: "The base class of metrics: derive from it and define `update_state` and `result`.",
    new,
    methods: &[],
};

/// The methods that create state.
pub(super) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "add_variable",
        signature: Signature::new(&[
            Param::required("shape"),
            Param::required("initializer"),
            Param::new("dtype", Default::None),
            Param::new("aggregation", Default::Str("sum")),
            Param::new("name", Default::None),
        ]),
        doc: "Creates a state variable.",
        call: add_variable,
    },
    MethodDecl {
        name: "add_weight",
        signature: Signature::new(&[
            Param::new("shape", Default::Ints(&[])),
            Param::new("initializer", Default::None),
            Param::new("dtype", Default::None),
            Param::new("name", Default::None),
        ]),
        doc: "Another name of `add_variable`.",
        call: add_variable,
    },
];

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(instance) = derived::take(interp, &METRIC) else {
        return Err(Error::unsupported("`Metric` is a base class and computes nothing itself")
            .help("derive a class from it that defines `update_state` and `result`"));
    };
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique(&instance.class.name),
    };
    let metric = MetricObject::new(Some(&METRIC), name, Uncomputed(instance.class.name.clone())).made_with(args)?;
    Ok(Value::Object(Rc::new(metric)))
}

fn metric(object: &ObjectRef) -> Result<Rc<MetricObject>> {
    downcast::<MetricObject>(object).ok_or_else(|| Error::internal("a metric's method on another object"))
}

fn add_variable(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let metric = metric(object)?;
    let shape = sizes(args.get("shape")?).ok_or_else(|| args.invalid("shape", "a tuple of known sizes"))?;
    let dtype = match args.some("dtype")? {
        None => DType::F32,
        Some(_) => crate::jax::arguments::dtype(interp, args, "dtype")?.unwrap_or(DType::F32),
    };
    let initializer = match args.get("initializer")? {
        Value::None => Value::str("zeros"),
        given => given.clone(),
    };
    let initializer = initializers::get(interp, &initializer)?;
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique("Variable"),
    };
    let id = interp.add_variable(&name, TensorType::new(dtype, shape), initializer, Role::Metric);
    interp.variables.get_mut(id).path = format!("{}/{name}", metric.scope);
    add(&metric, id);
    Ok(interp.variable(id))
}

fn add(metric: &MetricObject, id: VariableId) {
    let mut variables = metric.added.borrow_mut();
    if !variables.contains(&id) {
        variables.push(id);
    }
}

/// Notes what an attribute of a metric of the program holds as its state: variables, and those of metrics.
///
/// # Errors
/// None today.
pub(crate) fn track(interp: &mut Interp, metric: &Rc<MetricObject>, value: &Value) -> Result<()> {
    if let Some(id) = variable_of(value) {
        add(metric, id);
    } else if let Some(inner) = derived::native_of(value).and_then(|object| downcast::<MetricObject>(&object)) {
        inner.known_variables(interp).into_iter().for_each(|id| add(metric, id));
    }
    Ok(())
}

impl MetricObject {
    /// Whether a class of the program defines this method.
    pub(super) fn overrides(&self, name: &str) -> bool {
        self.instance.get().is_some_and(|instance| instance.class.lookup(name).is_some())
    }

    /// The variables that its own `reset_state` sets to zero: that of `Metric` those of the class, too.
    pub(super) fn reset_by_itself(&self, interp: &mut Interp) -> Vec<VariableId> {
        let added = self.added.borrow().clone();
        let is_own = |id: &VariableId| self.is_base() || !added.contains(id);
        self.known_variables(interp).into_iter().filter(is_own).collect()
    }

    fn is_base(&self) -> bool {
        self.class.is_some_and(|class| std::ptr::eq(class, &METRIC))
    }

    /// Checks that all of the state begins anew with each epoch: Keras's metrics reset no variables but their own.
    pub(super) fn check_reset(&self) -> Result<()> {
        if self.is_base() || self.added.borrow().is_empty() || self.overrides("reset_state") {
            return Ok(());
        }
        let message =
            format!("`reset_state` of the metric `{}` leaves the variables of its class as they are", self.name);
        Err(Error::unsupported(message)
            .note("in Keras they would count on from epoch to epoch")
            .help("define `def reset_state(self):` in the class, and reset them beside `super().reset_state()`"))
    }

    /// Updates the state by the program's own `update_state`.
    pub(super) fn update_by(
        &self,
        interp: &mut Interp,
        function: &Value,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<()> {
        let mut args = Args::positional(vec![Value::Tensor(y_true.clone()), Value::Tensor(y_pred.clone())]);
        // A tensor of its own tells whether the program's code uses it.
        let weight = weight.map(|weight| interp.tracer.mul_scalar(weight, 1.0)).transpose()?;
        if let Some(weight) = &weight
            && parameter_names(function).is_none_or(|names| names.all().iter().any(|n| n == "sample_weight"))
        {
            args.keywords.push(("sample_weight".into(), Value::Tensor(weight.clone())));
        }
        interp.tracer.push_scope(self.name.clone());
        let updated = interp.call(function, args);
        interp.tracer.pop_scope();
        updated?;
        let Some(weight) = weight else { return Ok(()) };
        let ids = self.known_variables(interp);
        let values = ids.into_iter().map(|id| interp.read_variable(id)).collect::<Result<Vec<Tensor>>>()?;
        if !values.iter().any(|value| interp.tracer.depends(value, &weight)) {
            let class = self.instance.get().map_or_else(|| self.name.clone(), |instance| instance.class.name.clone());
            interp.counts_padding(format!("the metric `{class}`, which uses no `sample_weight`,"));
        }
        Ok(())
    }
}

/// What a class that derives from `Metric` itself inherits: nothing to compute.
#[derive(Debug)]
struct Uncomputed(Rc<str>);

impl Uncomputed {
    fn missing(&self, method: &str) -> Error {
        Error::new(codes::RAISED, format!("the metric class `{}` has no method `{method}`", self.0))
            .help("define `update_state(self, y_true, y_pred, sample_weight=None)` and `result(self)` in the class")
    }
}

impl Metric for Uncomputed {
    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(Vec::new())
    }

    fn update(
        &self,
        _: &mut Interp,
        _: Vec<Tensor>,
        _y_true: &Tensor,
        _y_pred: &Tensor,
        _weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        Err(self.missing("update_state"))
    }

    fn result(&self, _: &mut Interp, _: &[Tensor]) -> Result<Tensor> {
        Err(self.missing("result"))
    }
}

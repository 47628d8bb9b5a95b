//! `keras.metrics.Metric` as the base of classes of the program.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::{Metric, MetricObject, StateVariable};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
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

/// What a class of the program computes.
#[derive(Debug)]
struct Program(Rc<Instance>);

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(instance) = derived::take(interp, &METRIC) else {
        return Err(Error::unsupported("`Metric` is a base class and computes nothing itself")
            .help("derive a class from it that defines `update_state` and `result`"));
    };
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique(&instance.class.name),
    };
    let metric = MetricObject::new(Some(&METRIC), name, Program(instance.clone())).made_with(args)?;
    *metric.variables.borrow_mut() = Some(Vec::new());
    let _ = metric.instance.set(instance);
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
    let mut variables = metric.variables.borrow_mut();
    let variables = variables.get_or_insert_with(Vec::new);
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

impl Program {
    fn method(&self, interp: &mut Interp, name: &str) -> Result<Value> {
        derived::overridden(interp, Some(&self.0), name)?.ok_or_else(|| {
            Error::new(codes::RAISED, format!("the metric class `{}` has no method `{name}`", self.0.class.name))
                .help("define `update_state(self, y_true, y_pred, sample_weight=None)` and `result(self)` in the class")
        })
    }
}

impl Metric for Program {
    fn takes_any_type(&self) -> bool {
        true
    }

    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(Vec::new())
    }

    fn update(
        &self,
        interp: &mut Interp,
        _: Vec<Tensor>,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let function = self.method(interp, "update_state")?;
        let mut args = Args::positional(vec![Value::Tensor(y_true.clone()), Value::Tensor(y_pred.clone())]);
        // A tensor of its own tells whether the program's code uses it.
        let weight = weight.map(|weight| interp.tracer.mul_scalar(weight, 1.0)).transpose()?;
        if let Some(weight) = &weight
            && parameter_names(&function).is_none_or(|names| names.all().iter().any(|n| n == "sample_weight"))
        {
            args.keywords.push(("sample_weight".into(), Value::Tensor(weight.clone())));
        }
        interp.call(&function, args)?;
        let native = self.0.native.get().and_then(downcast::<MetricObject>);
        let ids = native.map(|metric| metric.known_variables(interp)).unwrap_or_default();
        let values: Vec<Tensor> = ids.into_iter().map(|id| interp.read_variable(id)).collect::<Result<_>>()?;
        if let Some(weight) = weight
            && !values.iter().any(|value| interp.tracer.depends(value, &weight))
        {
            interp.counts_padding(format!("the metric `{}`, which uses no `sample_weight`,", self.0.class.name));
        }
        Ok(values)
    }

    fn result(&self, interp: &mut Interp, _: &[Tensor]) -> Result<Tensor> {
        let function = self.method(interp, "result")?;
        let value = interp.call(&function, Args::default())?;
        interp.to_tensor(&value)
    }
}

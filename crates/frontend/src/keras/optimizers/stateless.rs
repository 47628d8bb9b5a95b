//! The methods of optimizers that hand-written training calls.

use std::rc::Rc;

use super::OptimizerObject;
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::keras::variable::{VariableId, list, pure, values};
use crate::keras::variable_object::variable_of;
use crate::library::{Bound, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

pub(super) const BUILD: MethodDecl = MethodDecl {
    name: "build",
    signature: Signature::new(&[Param::required("variables")]),
    doc: "Creates the optimizer's variables for the given trainable variables.",
    call: build,
};

pub(super) const STATELESS_APPLY: MethodDecl = MethodDecl {
    name: "stateless_apply",
    signature: Signature::new(&[
        Param::required("optimizer_variables"),
        Param::required("grads"),
        Param::required("trainable_variables"),
    ]),
    doc: "One step: returns the new values of the trainable variables and of the optimizer's variables.",
    call: stateless_apply,
};

pub(super) const APPLY: MethodDecl = MethodDecl {
    name: "apply",
    signature: Signature::new(&[Param::required("grads"), Param::new("trainable_variables", Default::None)]),
    doc: "One step on the variables themselves.",
    call: |interp, object, args| {
        let trained = args.some("trainable_variables")?.cloned();
        let gradients = args.get("grads")?.clone();
        apply(interp, object, args, &gradients, trained.as_ref())
    },
};

pub(super) const APPLY_GRADIENTS: MethodDecl = MethodDecl {
    name: "apply_gradients",
    signature: Signature::new(&[Param::required("grads_and_vars")]),
    doc: "One step on the variables themselves, given as pairs of gradient and variable.",
    call: |interp, object, args| {
        let pairs = interp.collect(args.get("grads_and_vars")?)?;
        let (mut gradients, mut trained) = (Vec::new(), Vec::new());
        for pair in pairs {
            let [gradient, variable] = <[Value; 2]>::try_from(pair.elements().unwrap_or_default())
                .map_err(|_| args.invalid("grads_and_vars", "pairs of a gradient and a variable"))?;
            gradients.push(gradient);
            trained.push(variable);
        }
        apply(interp, object, args, &Value::list(gradients), Some(&Value::list(trained)))
    },
};

pub(super) const SCALE_LOSS: MethodDecl = MethodDecl {
    name: "scale_loss",
    signature: Signature::new(&[Param::required("loss")]),
    doc: "The loss times `loss_scale_factor`, by which gradients are divided again.",
    call: |interp, object, args| {
        let optimizer = optimizer(object)?;
        let loss = args.get("loss")?.clone();
        if !optimizer.scales() {
            return Ok(loss);
        }
        pure(interp, args, |interp| {
            let loss = crate::jax::arguments::to_tensor(interp, &loss)?;
            optimizer.scale_loss(interp, &loss).map(Value::Tensor)
        })
    },
};

fn optimizer(object: &ObjectRef) -> Result<Rc<OptimizerObject>> {
    downcast::<OptimizerObject>(object).ok_or_else(|| Error::internal("an optimizer's method on another object"))
}

/// The variables in a list.
fn variables(interp: &mut Interp, args: &Bound, name: &str, list: &Value) -> Result<Vec<VariableId>> {
    let ids: Option<Vec<VariableId>> = interp.collect(list)?.iter().map(variable_of).collect();
    ids.ok_or_else(|| args.invalid(name, "a list of keras.Variable").help("pass model.trainable_variables"))
}

fn build(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let optimizer = optimizer(object)?;
    let trained = variables(interp, args, "variables", args.get("variables")?)?;
    optimizer.build(interp, &trained)?;
    Ok(Value::None)
}

/// The gradients, one for each trained variable.
fn gradients(interp: &mut Interp, trained: &[VariableId], given: &Value) -> Result<Vec<Tensor>> {
    let mapping = values(interp, trained, given, "grads")?;
    Ok(mapping.into_iter().map(|(_, gradient)| gradient).collect())
}

fn stateless_apply(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let optimizer = optimizer(object)?;
    let args = &*args;
    let Some(trained) = optimizer.trained() else {
        return Err(raise(
            "ValueError",
            format!("`{}.stateless_apply` is called before the optimizer is built", optimizer.name),
        )
        .help("call optimizer.build(model.trainable_variables) at the top level of the file"));
    };
    pure(interp, args, |interp| {
        let own = optimizer.variables();
        let mut mapping = values(interp, &trained, args.get("trainable_variables")?, "trainable_variables")?;
        mapping.extend(values(interp, &own, args.get("optimizer_variables")?, "optimizer_variables")?);
        let gradients = gradients(interp, &trained, args.get("grads")?)?;
        let after: Vec<VariableId> = trained.iter().chain(&own).copied().collect();
        interp.tracer.push_scope(optimizer.name.clone());
        let applied = interp.stateless(mapping, &after, |interp| optimizer.take_step(interp, &gradients));
        interp.tracer.pop_scope();
        let (mut last, rest) = (applied?.1, trained.len());
        let rest = last.split_off(rest);
        Ok(Value::tuple(vec![list(last), list(rest)]))
    })
}

fn apply(
    interp: &mut Interp,
    object: &ObjectRef,
    args: &Bound,
    given: &Value,
    trained: Option<&Value>,
) -> Result<Value> {
    let optimizer = optimizer(object)?;
    if let Some(list) = trained {
        let ids = variables(interp, args, "trainable_variables", list)?;
        optimizer.prepare(interp, &ids)?;
        if optimizer.trained().is_some_and(|known| known != ids) {
            return Err(raise("ValueError", format!("`{}` was built for other variables", optimizer.name))
                .help("pass the variables that it was built for, in the same order"));
        }
    }
    let Some(ids) = optimizer.trained() else {
        return Err(raise("ValueError", format!("`{}` is applied before it is built", optimizer.name))
            .help("call optimizer.build(model.trainable_variables), or pass the variables"));
    };
    if interp.tracer.depth() == 0 {
        let message =
            format!("what `{}` of {} makes of the variables here is not kept", args.function(), optimizer.name);
        interp.warn(
            Diagnostic::warning(codes::HOST_VALUE, interp.span, message)
                .note("the artifact starts with their initial values: training is the run's")
                .help("train with model.compile and model.fit, or put the step into a function under jax.jit and call that in a loop"),
        );
    }
    pure(interp, args, |interp| {
        let gradients = gradients(interp, &ids, given)?;
        optimizer.apply(interp, &gradients)?;
        Ok(Value::None)
    })
}

//! `keras.StatelessScope`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::as_tuple;

use super::VariableId;
use super::stateless::Mapping;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable_object::variable_of;
use crate::library::{Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, ObjectRef, Value, downcast};

/// `keras.StatelessScope`.
pub static STATELESS_SCOPE: ClassDecl = ClassDecl {
    name: "StatelessScope",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[
        Param::new("state_mapping", Default::None),
        Param::new("collect_losses", Default::Bool(false)),
        Param::new("initialize_variables", Default::Bool(true)),
    ]),
    doc: "A `with` block in which variables have given values and assignments are kept apart.",
    new,
    methods: &[METHODS],
};

const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "__enter__",
        signature: Signature::EMPTY,
        doc: "Begins the block.",
        call: |i, o, _| enter(i, o),
    },
    MethodDecl {
        name: "__exit__",
        signature: Signature::new(&[Param::variadic("exception")]),
        doc: "Ends the block.",
        call: |i, o, _| exit(i, o),
    },
    MethodDecl {
        name: "get_current_value",
        signature: Signature::new(&[Param::required("variable")]),
        doc: "The value that a variable has in the block, or had when it ended; `None` if it had none of its own.",
        call: current,
    },
    MethodDecl {
        name: "add_update",
        signature: Signature::new(&[Param::required("update")]),
        doc: "Gives a variable a value in the block: a pair of both.",
        call: |interp, object, args| {
            let scope = scope(object)?;
            let pair = args.get("update")?.elements().unwrap_or_default();
            let [target, value] = pair.as_slice() else {
                return Err(args.invalid("update", "a pair of a variable and a value"));
            };
            let id = variable_of(target).ok_or_else(|| args.invalid("update", "a pair of a variable and a value"))?;
            let value = crate::jax::arguments::to_tensor(interp, value)?;
            match scope.open.get() {
                true => interp.state.assign(id, value),
                false => scope.values.borrow_mut().extend([(id, value)]),
            }
            Ok(Value::None)
        },
    },
];

#[derive(Debug)]
struct StatelessScope {
    mapping: Vec<(VariableId, Value)>,
    open: Cell<bool>,
    values: RefCell<HashMap<VariableId, Tensor>>,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let pairs = match args.some("state_mapping")?.cloned() {
        Some(pairs) => interp.collect(&pairs)?,
        None => Vec::new(),
    };
    let pair = |pair: &Value| match pair.elements().unwrap_or_default().as_slice() {
        [target, value] => variable_of(target).map(|id| (id, value.clone())),
        _ => None,
    };
    let mapping: Option<Vec<_>> = pairs.iter().map(pair).collect();
    let mapping = mapping.ok_or_else(|| args.invalid("state_mapping", "pairs of a keras.Variable and its value"))?;
    Ok(Value::Object(Rc::new(StatelessScope { mapping, open: Cell::new(false), values: RefCell::default() })))
}

fn scope(object: &ObjectRef) -> Result<Rc<StatelessScope>> {
    downcast::<StatelessScope>(object).ok_or_else(|| Error::internal("a method of another object"))
}

fn enter(interp: &mut Interp, object: &ObjectRef) -> Result<Value> {
    let scope = scope(object)?;
    if interp.tracer.depth() == 0 {
        return Err(Error::unsupported("a StatelessScope outside of functions")
            .help("put the `with` block into a function, and call that under jax.jit"));
    }
    let mut mapping: Mapping = Vec::new();
    for (id, value) in &scope.mapping {
        let value = crate::jax::arguments::to_tensor(interp, value)?;
        let ty = interp.variables.get(*id).ty.clone();
        if value.shape() != ty.shape {
            let path = &interp.variables.get(*id).path;
            let message = format!(
                "StatelessScope gives {} to the variable `{path}` of shape {}",
                value.ty(),
                as_tuple(&ty.shape)
            );
            return Err(Error::shape(message));
        }
        mapping.push((*id, interp.tracer.convert(&value, ty.dtype)?));
    }
    interp.state.open(mapping);
    scope.open.set(true);
    Ok(Value::Object(object.clone()))
}

fn exit(interp: &mut Interp, object: &ObjectRef) -> Result<Value> {
    let scope = scope(object)?;
    if scope.open.replace(false) {
        *scope.values.borrow_mut() = interp.state.close_with_values();
    }
    Ok(Value::Bool(false))
}

fn current(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let scope = scope(object)?;
    let id = variable_of(args.get("variable")?).ok_or_else(|| args.invalid("variable", "a keras.Variable"))?;
    let value = match scope.open.get() {
        true => interp.state.own(id),
        false => scope.values.borrow().get(&id).cloned(),
    };
    Ok(value.map_or(Value::None, Value::Tensor))
}

impl Object for StatelessScope {
    fn class_name(&self) -> Rc<str> {
        "StatelessScope".into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(&STATELESS_SCOPE)
    }
}

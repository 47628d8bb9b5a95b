//! What statements that are left out would have done to values that exist already.
//!
//! A list that only a loop of the run fills is not empty: it is a value of the run, and so is whatever else
//! such a statement would change in place.

use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::classes::{Instance, plain_of};
use super::scope::{Code, Env};
use crate::syntax::ast::{Class, Expr, ExprKind, Stmt, StmtKind, Symbol, Target, TargetKind};
use crate::value::{Host, Value};

/// Methods of Python's containers that change them.
const CHANGING: &[&str] = &[
    "add",
    "append",
    "appendleft",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
];

/// What running a statement may do beside binding names.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    /// Expressions whose values it may change in place.
    places: Vec<&'a Expr>,
    /// Attributes that it may set: the object and the name.
    attributes: Vec<(&'a Expr, &'a str)>,
    /// Whether it may end the loop or the function that it stands in.
    pub(super) leaves: bool,
}

impl<'a> Changes<'a> {
    /// Those of one statement.
    pub(super) fn of(stmt: &'a Stmt) -> Self {
        let mut changes = Changes::default();
        changes.stmt(stmt, 0);
        changes
    }

    /// The names of containers whose elements it may change.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a Symbol> {
        self.places.iter().filter_map(|place| match &place.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        })
    }

    fn block(&mut self, block: &'a [Stmt], loops: usize) {
        block.iter().for_each(|stmt| self.stmt(stmt, loops));
    }

    fn stmt(&mut self, stmt: &'a Stmt, loops: usize) {
        match &stmt.kind {
            StmtKind::Expr(value) => self.value(value),
            StmtKind::Assign { targets, value } => {
                self.value(value);
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::AnnAssign { target, value: Some(_), .. } => self.target(target),
            StmtKind::AugAssign { target, .. } => self.target(target),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.target(target)),
            StmtKind::Break => self.leaves |= loops == 0,
            StmtKind::Return(_) => self.leaves = true,
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                self.block(body, loops + 1);
                orelse.iter().for_each(|block| self.block(block, loops));
            }
            kind => kind.blocks().for_each(|block| self.block(block, loops)),
        }
    }

    fn value(&mut self, value: &'a Expr) {
        if let ExprKind::Call { callee, .. } = &value.kind
            && let ExprKind::Attribute { object, name } = &callee.kind
            && CHANGING.contains(&&*name.name)
        {
            self.places.push(container(object));
        }
    }

    fn target(&mut self, target: &'a Target) {
        match &target.kind {
            TargetKind::Subscript { object, .. } => self.places.push(container(object)),
            TargetKind::Attribute { object, name } => self.attributes.push((object, &name.name)),
            TargetKind::Unpack(targets) => targets.iter().for_each(|target| self.target(target)),
            TargetKind::Starred(inner) => self.target(inner),
            TargetKind::Name(_) => {}
        }
    }
}

/// The outermost container of an element that is changed: `a.b` of `a.b[c][d]` and of `a.b.setdefault(c, [])`.
fn container(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Subscript { object, .. } => container(object),
        ExprKind::Call { callee, .. } => match &callee.kind {
            ExprKind::Attribute { object, name } if matches!(&*name.name, "setdefault" | "get") => container(object),
            _ => expr,
        },
        _ => expr,
    }
}

/// Whether an expression is a name or an attribute of one: finding its value changes nothing.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attribute { object, .. } => is_path(object),
        _ => false,
    }
}

impl Interp {
    /// Makes values of the run of what `changes` speaks of.
    pub(super) fn lose(&mut self, env: &Rc<Env>, changes: &Changes<'_>, host: &Host) {
        let unknown = Value::Host(host.derived());
        for place in &changes.places {
            match &place.kind {
                ExprKind::Name(name) if env.lookup(name).is_ok_and(|value| self.forget(&value, &unknown)) => {
                    env.rebind(name, self.told(name, unknown.clone()));
                }
                ExprKind::Attribute { object, name } if is_path(object) => {
                    let Ok(owner) = self.eval(env, object) else { continue };
                    let Some(instance) = user::<Instance>(&owner) else { continue };
                    if instance.get(&name.name).is_some_and(|value| self.forget(&value, &unknown)) {
                        instance.set(&name.name, unknown.clone());
                    }
                }
                _ => {}
            }
        }
        for (object, name) in &changes.attributes {
            if !is_path(object) {
                continue;
            }
            let Ok(owner) = self.eval(env, object) else { continue };
            let Some(instance) = user::<Instance>(&owner) else { continue };
            // What is not there yet may be what the statement would have made.
            if instance.get(name).is_none_or(|value| is_plain(&value)) {
                instance.set(name, unknown.clone());
            }
        }
    }

    /// Makes values of the run of what the methods of a class of the run may change of the names around it: they are
    /// called when only the run knows.
    pub(in crate::interp) fn lose_by_methods(&mut self, env: &Rc<Env>, class: &Class, host: &Host) {
        let unknown = Value::Host(host.derived());
        for stmt in class.body.iter() {
            let StmtKind::Function(method) = &stmt.kind else { continue };
            let inside = Env::inside(env, Code::Function(method.clone()));
            for stmt in method.body.iter() {
                let changes = Changes::of(stmt);
                self.lose(&inside, &changes, host);
            }
            for name in method.scope.globals.iter().chain(&method.scope.nonlocals) {
                if inside.lookup(name).is_ok_and(|value| is_plain(&value)) {
                    inside.bind(name, unknown.clone());
                }
            }
        }
    }

    /// Whether a value is a container whose contents are not known any more. Whoever else holds it finds an
    /// element of the run in it.
    fn forget(&mut self, value: &Value, unknown: &Value) -> bool {
        match value {
            Value::List(list) => {
                if Rc::strong_count(list) > 2 {
                    list.borrow_mut().push(unknown.clone());
                }
                true
            }
            Value::Dict(_) | Value::Set(_) => true,
            // `defaultdict` and others that derive from Python's containers.
            other if matches!(plain_of(other), Some(Value::List(_) | Value::Dict(_) | Value::Set(_))) => true,
            other => super::numpy_arrays::forget(other, unknown),
        }
    }
}

/// Whether a value is a container of Python's.
pub(super) fn holds(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Dict(_) | Value::Set(_))
}

/// Whether a value is data of the program rather than a part of a model.
fn is_plain(value: &Value) -> bool {
    matches!(
        value,
        Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::List(_)
            | Value::Dict(_)
            | Value::Set(_)
            | Value::FrozenSet(_)
            | Value::Array(_)
    )
}

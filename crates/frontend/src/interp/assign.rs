//! Assignment, augmented assignment and deletion.

use std::rc::Rc;

use super::Interp;
use super::exceptions::raise;
use super::iterate::Iterable;
use super::scope::Env;
use crate::diagnostics::{Span, codes};
use crate::error::{Error, Result};
use crate::syntax::ast::{BinaryOp, Expr, Target, TargetKind};
use crate::value::Value;

impl Interp {
    /// Assigns `value` to `target`.
    pub(crate) fn assign(&mut self, env: &Rc<Env>, target: &Target, value: Value) -> Result<()> {
        self.assign_kind(env, target, value).map_err(|error| error.at(target.span))
    }

    fn assign_kind(&mut self, env: &Rc<Env>, target: &Target, value: Value) -> Result<()> {
        match &target.kind {
            TargetKind::Name(name) => {
                let value = self.told(name, value);
                let value = self.writable(name, value);
                env.bind(name, value);
                Ok(())
            }
            TargetKind::Attribute { object, name } => {
                let object = self.eval(env, object)?;
                let value = self.writable(&name.name, value);
                self.set_attribute(&object, &name.name, value)
            }
            TargetKind::Subscript { object, index } => {
                let object = self.eval(env, object)?;
                let index = self.eval(env, index)?;
                self.at(target.span);
                self.set_item(&object, &index, value)
            }
            TargetKind::Unpack(targets) => {
                self.unpack(targets, &value, &mut |interp, target, value| interp.assign(env, target, value))
            }
            TargetKind::Starred(inner) => self.assign(env, inner, value),
        }
    }

    /// Assigns in the scope of a comprehension: names are bound there and nowhere else.
    pub(super) fn assign_inner(&mut self, env: &Rc<Env>, target: &Target, value: Value) -> Result<()> {
        match &target.kind {
            TargetKind::Name(name) => {
                env.bind_here(name, value);
                Ok(())
            }
            TargetKind::Unpack(targets) => self
                .unpack(targets, &value, &mut |interp, target, value| interp.assign_inner(env, target, value))
                .map_err(|error| error.at(target.span)),
            TargetKind::Starred(inner) => self.assign_inner(env, inner, value),
            _ => self.assign(env, target, value),
        }
    }

    fn unpack(
        &mut self,
        targets: &[Target],
        value: &Value,
        assign: &mut dyn FnMut(&mut Interp, &Target, Value) -> Result<()>,
    ) -> Result<()> {
        if let Value::Host(host) = value {
            let element = Value::Host(host.element());
            return targets.iter().try_for_each(|target| assign(self, target, element.clone()));
        }
        let target_name = |target: &Target| match &target.kind {
            TargetKind::Name(name) => Some(name.to_string()),
            _ => None,
        };
        self.learn_tuple(value, targets.iter().map(target_name).collect())?;
        let star = targets.iter().position(|t| matches!(t.kind, TargetKind::Starred(_)));
        let Ok(Iterable::Static(mut iter)) = self.iterate(value) else {
            return Err(Error::ty(format!("cannot unpack non-iterable {} object", value.type_name())));
        };
        let mut values = Vec::new();
        let enough = if star.is_some() { usize::MAX } else { targets.len() + 1 };
        while values.len() < enough {
            match iter.next(self)? {
                Some(element) => values.push(element),
                None => break,
            }
        }
        let fixed = targets.len() - usize::from(star.is_some());
        if values.len() < fixed {
            let at_least = if star.is_some() { "at least " } else { "" };
            let message = format!("not enough values to unpack (expected {at_least}{fixed}, got {})", values.len());
            return Err(raise("ValueError", message));
        }
        if star.is_none() && values.len() > fixed {
            return Err(raise("ValueError", format!("too many values to unpack (expected {fixed})")));
        }
        let surplus = values.len() - fixed;
        let mut values = values.into_iter();
        for (index, target) in targets.iter().enumerate() {
            let value = if Some(index) == star {
                Some(Value::list(values.by_ref().take(surplus).collect()))
            } else {
                values.next()
            };
            if let Some(value) = value {
                assign(self, target, value)?;
            }
        }
        Ok(())
    }

    /// `target op= value`. The target is read before the value is evaluated.
    pub(super) fn augmented(
        &mut self,
        env: &Rc<Env>,
        target: &Target,
        op: BinaryOp,
        value: &Expr,
        span: Span,
    ) -> Result<()> {
        let here = |error: Error| error.at(target.span);
        match &target.kind {
            TargetKind::Name(name) => {
                let old = self.read_once(env, target, |interp| interp.name(env, name)).map_err(here)?;
                let new = self.in_place(env, op, &old, value, span)?;
                env.bind(name, new);
                Ok(())
            }
            TargetKind::Attribute { object, name } => {
                let object = self.eval(env, object)?;
                let read = |interp: &mut Interp| interp.attribute(&object, &name.name);
                let old = self.read_once(env, target, read).map_err(here)?;
                let new = self.in_place(env, op, &old, value, span)?;
                self.set_attribute(&object, &name.name, new).map_err(here)
            }
            TargetKind::Subscript { object, index } => {
                let object = self.eval(env, object)?;
                let index = self.eval(env, index)?;
                let read = |interp: &mut Interp| interp.get_item(&object, &index);
                let old = self.read_once(env, target, read).map_err(here)?;
                let new = self.in_place(env, op, &old, value, span)?;
                self.set_item(&object, &index, new).map_err(here)
            }
            TargetKind::Unpack(_) | TargetKind::Starred(_) => {
                Err(Error::new(codes::INVALID_TARGET, "an unpacking cannot be assigned to in place"))
            }
        }
    }

    fn in_place(&mut self, env: &Rc<Env>, op: BinaryOp, old: &Value, value: &Expr, span: Span) -> Result<Value> {
        let right = self.eval(env, value)?;
        self.at(span);
        self.augment(op, old, &right).map_err(|error| error.at(span))
    }

    /// `del target`.
    pub(super) fn delete(&mut self, env: &Rc<Env>, target: &Target) -> Result<()> {
        let deleted = match &target.kind {
            TargetKind::Name(name) => {
                if env.unbind(name) {
                    Ok(())
                } else {
                    Err(Error::new(codes::UNDEFINED_NAME, format!("name '{name}' is not defined")))
                }
            }
            TargetKind::Attribute { object, name } => {
                let object = self.eval(env, object)?;
                self.delete_attribute(&object, &name.name)
            }
            TargetKind::Subscript { object, index } => {
                let object = self.eval(env, object)?;
                let index = self.eval(env, index)?;
                self.delete_item(&object, &index)
            }
            TargetKind::Unpack(targets) => targets.iter().try_for_each(|target| self.delete(env, target)),
            TargetKind::Starred(inner) => self.delete(env, inner),
        };
        deleted.map_err(|error| error.at(target.span))
    }
}

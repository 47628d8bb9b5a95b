//! `jax.vjp` and `jax.linear_transpose`.

use std::rc::Rc;

use super::callee::name_of;
use super::forward::Differentiable;
use super::linear::{LinearMap, Side};
use super::selection::Selected;
use super::stage::{Others, Staging};
use super::transformed::check_callable;
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Args, Bound, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

static VJP: FunctionDecl = FunctionDecl {
    name: "vjp",
    signature: Signature::new(&[
        Param::required("fun"),
        Param::variadic("primals"),
        Param::keyword("has_aux", Default::Bool(false)),
        Param::keyword("reduce_axes", Default::Ints(&[])),
    ]),
    doc: "The value of a function and the function that pulls cotangents back.",
    call: |interp, args| {
        let primals = args.get("primals")?.elements().unwrap_or_default();
        let function = args.get("fun")?.clone();
        let plan = Differentiable::new(interp, "vjp", &function, primals, args.bool("has_aux")?)?;
        let (value, aux, map) = LinearMap::of(interp, "vjp", &plan)?;
        let pullback = Value::User(Rc::new(map.side(Side::Backward)));
        Ok(plan.pack(value, pullback, aux))
    },
};

static LINEAR_TRANSPOSE: FunctionDecl = FunctionDecl {
    name: "linear_transpose",
    signature: Signature::new(&[
        Param::required("fun"),
        Param::variadic("primals"),
        Param::keyword("reduce_axes", Default::None),
    ]),
    doc: "The transpose of a function that is linear in its arguments.",
    call: linear_transpose,
};

/// The functions of this file.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = &[&VJP, &LINEAR_TRANSPOSE];

fn linear_transpose(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("fun")?.clone();
    check_callable("jax.linear_transpose", &function)?;
    let primals = args.get("primals")?.elements().unwrap_or_default();
    let positions = (0..primals.len()).collect();
    let primals =
        primals.into_iter().map(|primal| super::shapes::placeholder(interp, &primal)).collect::<Result<_>>()?;
    let selected = Selected::new(interp, "linear_transpose", &function, Args::positional(primals), positions)?;
    let name = name_of(&function);
    let staging = Staging {
        what: "jax.linear_transpose",
        name: &name,
        differentiated: false,
        others: Others::Convert,
        point: None,
    };
    let staged = interp.stage(staging, &selected.avals(), |interp, leaves| selected.call(interp, &function, leaves))?;
    let map = LinearMap::structural(&selected, staged);
    Ok(Value::User(Rc::new(map.side(Side::Backward))))
}

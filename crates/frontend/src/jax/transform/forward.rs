//! `jax.jvp` and `jax.linearize`.

use std::rc::Rc;

use keramos_ir::{DType, TensorType, transform};

use super::callee::name_of;
use super::grad::split_aux;
use super::linear::{LinearMap, Side};
use super::selection::{Selected, float0};
use super::stage::{Others, Staged, Staging};
use super::transformed::check_callable;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, Bound, Default, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::{TreeDef, difference};

static JVP: FunctionDecl = FunctionDecl {
    name: "jvp",
    signature: Signature::new(&[
        Param::required("fun"),
        Param::required("primals"),
        Param::required("tangents"),
        Param::new("has_aux", Default::Bool(false)),
    ]),
    doc: "The value of a function and its derivative in a direction.",
    call: jvp,
};

static LINEARIZE: FunctionDecl = FunctionDecl {
    name: "linearize",
    signature: Signature::new(&[
        Param::required("fun"),
        Param::variadic("primals"),
        Param::keyword("has_aux", Default::Bool(false)),
    ]),
    doc: "The value of a function and its derivative as a linear function.",
    call: linearize,
};

/// The functions of this file.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = &[&JVP, &LINEARIZE];

/// A function that ran on all its arguments, ready to be differentiated.
pub(super) struct Differentiable {
    pub(super) selected: Selected,
    pub(super) staged: Staged,
    /// For each parameter of the function, whether it has a tangent.
    pub(super) active: Vec<bool>,
    /// The shape of the result without auxiliary ones.
    pub(super) out: TreeDef,
    pub(super) has_aux: bool,
}

impl Differentiable {
    /// Runs `function` on `primals`.
    pub(super) fn new(
        interp: &mut Interp,
        what: &str,
        function: &Value,
        primals: Vec<Value>,
        has_aux: bool,
    ) -> Result<Differentiable> {
        check_callable(&format!("jax.{what}"), function)?;
        let positions = (0..primals.len()).collect();
        Differentiable::at(interp, what, function, Args::positional(primals), positions, has_aux)
    }

    /// Runs `function`, which is differentiated with respect to the arguments at `positions`.
    pub(super) fn at(
        interp: &mut Interp,
        what: &str,
        function: &Value,
        args: Args,
        positions: Vec<usize>,
        has_aux: bool,
    ) -> Result<Differentiable> {
        let selected = Selected::new(interp, what, function, args, positions)?;
        let name = name_of(function);
        let staging = Staging {
            what: &format!("jax.{what}"),
            name: &name,
            differentiated: true,
            others: Others::Convert,
            point: Some(&selected.leaves),
        };
        let mut out = TreeDef::leaf();
        let staged = interp.stage(staging, &selected.avals(), |interp, leaves| {
            let result = selected.call(interp, function, leaves)?;
            let (value, aux) = match has_aux {
                true => split_aux(what, &name, &result)?,
                false => (result, Value::None),
            };
            out = interp.flatten(&value)?.1;
            Ok(Value::tuple(vec![value, aux]))
        })?;
        let flags = selected.leaves.iter().map(|leaf| leaf.dtype().is_inexact());
        let active = flags.chain(staged.captures.iter().map(|_| false)).collect();
        Ok(Differentiable { selected, staged, active, out, has_aux })
    }

    /// How many of the results are differentiated; auxiliary results and assigned variables follow.
    pub(super) fn num_outputs(&self) -> usize {
        self.out.num_leaves()
    }

    /// For each result of the function, whether it has a tangent that is wanted.
    pub(super) fn wanted(&self) -> Vec<bool> {
        let function = &self.staged.function;
        let flag = |(i, &r)| i < self.num_outputs() && function.ty(r).dtype.is_inexact();
        function.results.iter().enumerate().map(flag).collect()
    }

    /// Splits the values of the results: result and auxiliary results as trees; variables are assigned.
    pub(super) fn outputs(
        &self,
        interp: &mut Interp,
        results: &mut impl Iterator<Item = Tensor>,
    ) -> Result<(Value, Value)> {
        let pair = self.staged.out.tree(interp, results)?;
        self.staged.assign(interp, results);
        match pair.elements().and_then(|pair| <[Value; 2]>::try_from(pair).ok()) {
            Some([value, aux]) => Ok((value, aux)),
            None => Err(Error::internal("a staged function returned no pair")),
        }
    }

    /// Puts a result, something beside it, and auxiliary results together.
    pub(super) fn pack(&self, value: Value, beside: Value, aux: Value) -> Value {
        let mut all = vec![value, beside];
        if self.has_aux {
            all.push(aux);
        }
        Value::tuple(all)
    }

    /// The tangent tree of the result from the tangents of its floating-point leaves.
    pub(super) fn tangents(&self, interp: &mut Interp, tangents: &mut impl Iterator<Item = Tensor>) -> Result<Value> {
        let avals = self.staged.out.avals();
        let mut leaves = Vec::new();
        for aval in avals.iter().take(self.num_outputs()) {
            let tangent = match aval.ty.dtype.is_inexact() {
                true => tangents.next().ok_or_else(|| Error::internal("a tangent is missing"))?,
                false => float0(interp, &aval.ty.shape)?,
            };
            leaves.push(Value::Tensor(aval.mark(tangent)));
        }
        interp.unflatten(&self.out, leaves)
    }
}

/// The elements of `primals` or `tangents`.
fn sequence(args: &Bound, name: &str) -> Result<Vec<Value>> {
    args.get(name)?.elements().ok_or_else(|| args.invalid(name, "a tuple or list with one entry per argument"))
}

fn jvp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (primals, tangents) = (sequence(args, "primals")?, sequence(args, "tangents")?);
    let (_, primal_def) = interp.flatten(&Value::tuple(primals.clone()))?;
    let (tangent_leaves, tangent_def) = interp.flatten(&Value::tuple(tangents))?;
    if let Some((path, tangent, primal)) = difference(&tangent_def, &primal_def) {
        return Err(Error::ty("`primals` and `tangents` of jax.jvp have different tree structures")
            .note(format!("`primals{path}` is {primal}, `tangents{path}` is {tangent}")));
    }
    let function = args.get("fun")?.clone();
    let plan = Differentiable::new(interp, "jvp", &function, primals, args.bool("has_aux")?)?;
    let mut directions = Vec::new();
    for ((leaf, value), name) in plan.selected.leaves.iter().zip(&tangent_leaves).zip(&plan.selected.names) {
        let tangent = interp.leaf_tensor(value)?;
        if !leaf.dtype().is_inexact() {
            check_float0(name, leaf.ty(), &tangent)?;
            continue;
        }
        check_tangent(name, leaf, &tangent)?;
        directions.push(tangent);
    }
    let dual = transform::jvp(&plan.staged.function, &plan.active, &plan.wanted())
        .map_err(|error| interp.explained(error, "jax.jvp"))?;
    let inputs = plan.selected.leaves.iter().chain(&plan.staged.captures).chain(&directions);
    let mut results = interp.apply(&dual.function, inputs)?;
    let (value, aux) = plan.outputs(interp, &mut results)?;
    let tangent = plan.tangents(interp, &mut results)?;
    Ok(plan.pack(value, tangent, aux))
}

/// Refuses a tangent whose type is not that of its primal.
fn check_tangent(name: &str, primal: &Tensor, tangent: &Tensor) -> Result<()> {
    if primal.ty() == tangent.ty() {
        return Ok(());
    }
    let code = if primal.dtype() == tangent.dtype() { codes::SHAPE_MISMATCH } else { codes::DTYPE_MISMATCH };
    let message = format!("the tangent of `{name}` must be {} like `{name}`, found {}", primal.ty(), tangent.ty());
    Err(Error::new(code, message))
}

/// Refuses a tangent of an integer or truth value that is no `float0`.
pub(super) fn check_float0(name: &str, primal: &TensorType, tangent: &Tensor) -> Result<()> {
    if tangent.dtype() == DType::Bool && tangent.shape() == primal.shape {
        return Ok(());
    }
    let message = format!(
        "`{name}` is {primal}, which has no direction; its tangent must be float0 of the same shape, found {}",
        tangent.ty()
    );
    Err(Error::new(codes::DTYPE_MISMATCH, message)
        .help(format!("pass np.zeros({name}.shape, jax.dtypes.float0), or close over `{name}` instead of passing it")))
}

fn linearize(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let primals = args.get("primals")?.elements().unwrap_or_default();
    let function = args.get("fun")?.clone();
    let plan = Differentiable::new(interp, "linearize", &function, primals, args.bool("has_aux")?)?;
    let (value, aux, map) = LinearMap::of(interp, "linearize", &plan)?;
    let forward = Value::User(Rc::new(map.side(Side::Forward)));
    Ok(plan.pack(value, forward, aux))
}

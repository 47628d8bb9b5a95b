//! Functions that take functions: over the elements or along the axes of tensors.

use std::rc::Rc;

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::{Call, IntoValue, tensor_functions, to_tensor};
use crate::library::{Args, Default, FunctionDecl};
use crate::modules::partial::Partial;
use crate::ops::{axis_index, broadcast_shapes};
use crate::trace::Tensor;
use crate::value::{Object, Value};

/// Functions that compute at once.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "apply_along_axis": [(func1d) (axis) (arr) (*args) (**kwargs)] "A function of each row along an axis." => |c| {
        let x = c.tensor("arr")?;
        let axis = c.axis("axis", x.rank())?;
        let rest = c.value("args")?.elements().unwrap_or_default();
        let rows = c.t().move_axis(&x, axis, x.rank() - 1)?;
        let function = with_keywords(c, "func1d")?;
        let y = mapped(c, &function, &[rows], x.rank() - 1, rest)?;
        // What the function returns, a tree, stands where the axis was.
        let rows = x.rank() - 1;
        y.map_leaves(&mut |leaf| {
            let leaf = to_tensor(c.interp, leaf)?;
            let order: Vec<usize> = (0..axis).chain(rows..leaf.rank()).chain(axis..rows).collect();
            Ok(Value::Tensor(c.t().transpose(&leaf, &order)?))
        })
    };
    "apply_over_axes": [(func) (a) (axes)] "A reduction over axes one after the other." => |c| {
        let (mut x, axes, function) = (c.tensor("a")?, c.ints("axes")?, c.value("func")?);
        for axis in axes {
            let y = c.invoke(&function, vec![Value::Tensor(x.clone()), Value::Int(axis)])?;
            let y = to_tensor(c.interp, &y)?;
            x = if y.rank() < x.rank() { c.t().expand_dims(&y, &[axis_index(axis, x.rank())?])? } else { y };
        }
        Ok(x)
    };
    "piecewise": [(x) (condlist) (funclist) (*args) (**kw)] "The function of the condition that holds." => |c| {
        let (x, conditions) = (c.tensor("x")?, c.tensors("condlist")?);
        let functions = c.value("funclist")?.elements().ok_or_else(|| c.invalid("funclist", "a list"))?;
        let rest = c.value("args")?.elements().unwrap_or_default();
        // Where a function does not count, its argument has no derivative, so that what is infinite there stays there.
        let value = |c: &mut Call<'_>, function: &Value, counts: &Tensor| -> Result<Tensor> {
            let y = match function {
                Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Tensor(_) | Value::Array(_) => function.clone(),
                function => {
                    let fixed = c.t().build1(&[&x], |b, v| b.stop_gradient(v[0]))?;
                    let x = Value::Tensor(c.t().select(counts, &x, &fixed)?);
                    c.invoke(function, std::iter::once(x).chain(rest.iter().cloned()).collect())?
                }
            };
            let y = to_tensor(c.interp, &y)?;
            c.t().convert(&y, x.dtype())
        };
        let otherwise = match functions.len().checked_sub(conditions.len()) {
            Some(1) => functions.last().cloned().unwrap_or(Value::Int(0)),
            Some(0) => Value::Int(0),
            _ => return Err(c.invalid("funclist", "as many functions as conditions, or one more")),
        };
        // Of several conditions that hold, the last one counts.
        let mut free = c.t().constant(keramos_ir::Array::scalar(keramos_ir::DType::Bool, 1.0))?;
        let mut chosen = Vec::new();
        for (condition, function) in conditions.iter().zip(&functions).rev() {
            let counts = c.t().and(condition, &free)?;
            let others = c.t().not(condition)?;
            free = c.t().and(&free, &others)?;
            chosen.push((counts.clone(), value(c, function, &counts)?));
        }
        let y = value(c, &otherwise, &free)?;
        let mut y = c.t().broadcast_to(&y, x.shape())?;
        for (counts, own) in &chosen {
            y = c.t().select(counts, own, &y)?;
        }
        Ok(y)
    };
    "_vectorized_call": [(pyfunc) (signature) (*args)] "A function of vectors over the other dimensions." => vectorized_call;
    "_ufunc_outer": [(ufunc) (a) (b)] "A function of all pairs of elements." => |c| {
        let (a, b, function) = (c.tensor("a")?, c.tensor("b")?, c.value("ufunc")?);
        let a = c.t().expand_dims(&a, &(a.rank()..a.rank() + b.rank()).collect::<Vec<_>>())?;
        c.invoke(&function, vec![Value::Tensor(a), Value::Tensor(b)])
    };
    "_grid": [(key) (sparse)] "The coordinates of a grid." => |c| {
        let slices = match c.value("key")? {
            Value::Tuple(parts) => parts.to_vec(),
            one => vec![one],
        };
        let single = !matches!(c.value("key")?, Value::Tuple(_));
        let sparse = c.flag("sparse")?;
        let mut rows = Vec::new();
        for slice in &slices {
            let Value::Slice(slice) = slice else { return Err(Error::argument("a grid is made of slices")) };
            let row = super::places::spanned(c, slice)?;
            rows.push(to_tensor(c.interp, &row)?);
        }
        // One float among the axes makes floats of all.
        if let Some(float) = rows.iter().map(Tensor::dtype).find(|dtype| dtype.is_inexact()) {
            rows = rows.iter().map(|row| c.t().convert(row, float)).collect::<Result<_>>()?;
        }
        let shape: Vec<usize> = rows.iter().map(|row| row.ty().size()).collect();
        let mut grids = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let mut own = vec![1; shape.len()];
            own[at] = shape[at];
            let row = c.t().reshape(row, &own)?;
            grids.push(if sparse { row } else { c.t().broadcast_to(&row, &shape)? });
        }
        Ok(match (single, sparse) {
            (true, _) => grids.remove(0).into_value(),
            (false, true) => grids.into_value(),
            (false, false) => c.t().stack(&grids, 0)?.into_value(),
        })
    };
};

/// Functions that make functions.
pub(crate) static PYTHON: &[FunctionDecl] = functions! {
    "vectorize" [(pyfunc) (excluded = Default::None) (signature = Default::None)] "A function over all other dimensions of its arguments." => |_, args| {
        if let Some(excluded) = args.some("excluded")?
            && excluded.elements().is_none_or(|list| !list.is_empty())
        {
            return Err(Error::unsupported("`excluded` of vectorize()"));
        }
        let (function, signature) = (args.get("pyfunc")?.clone(), args.get("signature")?.clone());
        Ok(Value::User(Rc::new(Vectorized { function, signature })))
    };
};

/// A function made by `jnp.vectorize`.
#[derive(Debug)]
struct Vectorized {
    function: Value,
    signature: Value,
}

impl Object for Vectorized {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let mut positional = vec![self.function.clone(), self.signature.clone()];
        positional.extend(args.positional);
        let decl = named("_vectorized_call")?;
        interp.call(&decl, Args { positional, keywords: args.keywords })
    }
}

fn named(name: &str) -> Result<Value> {
    let found = FUNCTIONS.iter().copied().find(|f| f.name == name).map(Value::Function);
    found.ok_or_else(|| Error::internal(format!("there is no `{name}`")))
}

/// The function in an argument, with the keyword arguments that are for it.
fn with_keywords(c: &mut Call<'_>, name: &str) -> Result<Value> {
    let function = c.value(name)?;
    let keywords = crate::jax::transform::keywords(&c.value("kwargs")?);
    Ok(if keywords.is_empty() { function } else { Partial::with_keywords(function, keywords) })
}

/// A function under `jax.vmap` over `count` leading dimensions of all tensors; further arguments are not mapped.
fn mapped(c: &mut Call<'_>, function: &Value, xs: &[Tensor], count: usize, rest: Vec<Value>) -> Result<Value> {
    let vmap = (crate::jax::JAX.get)("vmap").ok_or_else(|| Error::internal("there is no vmap"))?;
    let axes: Vec<Value> = xs.iter().map(|_| Value::Int(0)).chain(rest.iter().map(|_| Value::None)).collect();
    let mut function = function.clone();
    for _ in 0..count {
        function = c.invoke(&vmap, vec![function, Value::tuple(axes.clone())])?;
    }
    c.invoke(&function, xs.iter().cloned().map(Value::Tensor).chain(rest).collect())
}

/// The ranks of the core dimensions that a signature such as `(n,m),(m)->(n)` names.
fn core_ranks(signature: &str) -> Option<Vec<usize>> {
    let (inputs, _) = signature.split_once("->")?;
    let text: String = inputs.chars().filter(|c| !c.is_whitespace()).collect();
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    Some(inner.split("),(").map(|part| if part.is_empty() { 0 } else { part.split(',').count() }).collect())
}

fn vectorized_call(c: &mut Call<'_>) -> Result<Value> {
    let xs = c.tensors("args")?;
    let cores = match c.some("signature")? {
        None => vec![0; xs.len()],
        Some(Value::Str(signature)) => core_ranks(&signature)
            .ok_or_else(|| Error::argument(format!("`{signature}` is no signature of the form \"(n),(m)->(n)\"")))?,
        Some(_) => return Err(c.invalid("signature", "a string")),
    };
    if cores.len() != xs.len() {
        return Err(Error::argument(format!(
            "the signature is about {} arguments, {} were given",
            cores.len(),
            xs.len()
        )));
    }
    let mut batch = Vec::new();
    for (x, &core) in xs.iter().zip(&cores) {
        let outer = x.rank().checked_sub(core).ok_or_else(|| {
            Error::shape(format!("an argument of shape {} has fewer than {core} dimensions", as_tuple(x.shape())))
        })?;
        batch = broadcast_shapes(&batch, &x.shape()[..outer])?;
    }
    let mut wide = Vec::new();
    for (x, &core) in xs.iter().zip(&cores) {
        let shape = [&batch, &x.shape()[x.rank() - core..]].concat();
        wide.push(c.t().broadcast_to(x, &shape)?);
    }
    mapped(c, &c.value("pyfunc")?, &wide, batch.len(), Vec::new())
}

/// `jnp.mgrid` and `jnp.ogrid`.
#[derive(Debug)]
pub(crate) struct Grid {
    /// Whether each coordinate has its own dimension only.
    pub(crate) sparse: bool,
}

impl Object for Grid {
    fn class_name(&self) -> Rc<str> {
        "nd_grid".into()
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "__getitem__").then(|| Value::User(self)))
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let key = args.positional.into_iter().next().unwrap_or(Value::None);
        interp.call(&named("_grid")?, Args::positional(vec![key, Value::Bool(self.sparse)]))
    }
}

/// `jnp.r_` and `jnp.c_`.
#[derive(Debug)]
pub(crate) struct Joined {
    /// Whether rows become columns.
    pub(crate) columns: bool,
}

impl Object for Joined {
    fn class_name(&self) -> Rc<str> {
        if self.columns { "CClass".into() } else { "RClass".into() }
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "__getitem__").then(|| Value::User(self)))
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let key = args.positional.into_iter().next().unwrap_or(Value::None);
        let found = super::places::FUNCTIONS.iter().copied().find(|f| f.name == "_joined").map(Value::Function);
        let joined = found.ok_or_else(|| Error::internal("there is no `_joined`"))?;
        interp.call(&joined, Args::positional(vec![key, Value::Bool(self.columns)]))
    }
}

/// `jnp.s_` and `jnp.index_exp`: the index itself.
#[derive(Debug)]
pub(crate) struct IndexExpression;

impl Object for IndexExpression {
    fn class_name(&self) -> Rc<str> {
        "IndexExpression".into()
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "__getitem__").then(|| Value::User(self)))
    }

    fn call(self: Rc<Self>, _: &mut Interp, args: Args) -> Result<Value> {
        Ok(args.positional.into_iter().next().unwrap_or(Value::None))
    }
}

/// A method of a function of two operands: `jnp.add.reduce`.
#[derive(Debug)]
struct UfuncMethod {
    function: &'static FunctionDecl,
    method: &'static str,
}

/// The functions that `reduce` and `accumulate` of a function stand for, and that of `x.at[…]`.
const UFUNCS: &[(&str, &str, &str, &str)] = &[
    ("add", "sum", "cumsum", "at_add"),
    ("multiply", "prod", "cumprod", "at_multiply"),
    ("maximum", "max", "", "at_max"),
    ("minimum", "min", "", "at_min"),
    ("logical_and", "all", "", ""),
    ("logical_or", "any", "", ""),
    ("subtract", "", "", "at_subtract"),
];

/// The method `name` of a function of two operands.
pub(crate) fn ufunc_method(function: &'static FunctionDecl, name: &str) -> Option<Value> {
    let method = ["reduce", "accumulate", "outer", "at"].into_iter().find(|method| *method == name)?;
    let tables = super::operators::FUNCTIONS.iter().chain(super::elementwise::SHARED);
    let known = tables.into_iter().any(|f| std::ptr::eq(*f, function)) && function.signature.params.len() == 2;
    known.then(|| Value::User(Rc::new(UfuncMethod { function, method })))
}

impl Object for UfuncMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        let row = UFUNCS.iter().find(|(name, ..)| *name == self.function.name);
        let target = match (self.method, row) {
            ("outer", _) => {
                args.positional.insert(0, Value::Function(self.function));
                return interp.call(&named("_ufunc_outer")?, args);
            }
            ("reduce", Some((_, target, ..)))
            | ("accumulate", Some((_, _, target, _)))
            | ("at", Some((.., target))) => *target,
            _ => "",
        };
        args.keywords.retain(|(name, _)| &**name != "inplace");
        let given = args.positional.len() > 1 || args.keywords.iter().any(|(name, _)| &**name == "axis");
        if self.method != "at" && !given {
            args.positional.push(Value::Int(0));
        }
        let tables = super::TABLES.iter().chain(super::METHOD_ONLY).flat_map(|list| list.iter()).copied();
        match tables.into_iter().find(|f| f.name == target) {
            Some(decl) => interp.call(&Value::Function(decl), args),
            None => Err(Error::unsupported(format!("`{}` of {}", self.method, self.function.name))),
        }
    }
}

//! Arrays that only the run has and whose type is known: what NumPy makes of them has a known type too.
//!
//! NumPy's random numbers of a given size are such arrays. What a function, a method or an operator of NumPy gives is
//! found by applying that of `jax.numpy` to placeholders: nothing is computed. Where that fails, nothing is known.

use keramos_ir::{DType, TensorType};

use super::operators::number;
use super::{Interp, host, host_rows};
use crate::error::{Error, Result};
use crate::library::Args;
use crate::modules::{self, Found};
use crate::ops::canonical;
use crate::syntax::ast::BinaryOp;
use crate::value::host::{Known, Taken};
use crate::value::{Host, Value};

/// Functions of NumPy's generators and of `numpy.random` whose results have the size that they are asked for: where it
/// stands among the arguments, and whether the results are integers.
const DRAWS: &[(&str, usize, DType)] = &[
    ("normal", 2, DType::F32),
    ("uniform", 2, DType::F32),
    ("standard_normal", 0, DType::F32),
    ("random", 0, DType::F32),
    ("random_sample", 0, DType::F32),
    ("exponential", 1, DType::F32),
    ("gamma", 2, DType::F32),
    ("beta", 2, DType::F32),
    ("laplace", 2, DType::F32),
    ("logistic", 2, DType::F32),
    ("lognormal", 2, DType::F32),
    ("gumbel", 2, DType::F32),
    ("triangular", 3, DType::F32),
    ("chisquare", 1, DType::F32),
    ("rayleigh", 1, DType::F32),
    ("standard_t", 1, DType::F32),
    ("geometric", 1, DType::I32),
    ("integers", 2, DType::I32),
    ("randint", 2, DType::I32),
    ("binomial", 2, DType::I32),
    ("poisson", 1, DType::I32),
];

/// Those that draw vectors as long as one of their arguments, which has this name and place, and the place of the size.
const VECTORS: &[(&str, (&str, usize), usize, DType)] = &[
    ("multivariate_normal", ("mean", 0), 2, DType::F32),
    ("dirichlet", ("alpha", 0), 1, DType::F32),
    ("multinomial", ("pvals", 1), 2, DType::I32),
];

impl Interp {
    /// What `compute` makes of operands among which are values that only the run has; `result` without its type,
    /// if that cannot be told.
    pub(super) fn of_type(
        &mut self,
        result: Host,
        operands: Vec<Value>,
        compute: impl Fn(&mut Interp, Vec<Value>) -> Result<Value>,
    ) -> Value {
        let (mut all, mut counted, mut rows, mut numbers) = (true, false, false, false);
        for operand in &operands {
            operand.for_each_leaf(&mut |leaf| {
                if let Value::Host(host) = leaf {
                    numbers |= host.number().is_some();
                    counted |= host.number_in(0).is_some() && host.number().is_none();
                    rows |= host.has_unknown_rows();
                    let known = host.type_in(0).is_some() && host.member().is_none();
                    all &= known || host.number_in(0).is_some();
                }
            });
        }
        if !all || self.tracer.depth() > 0 {
            return Value::Host(result);
        }
        let found = match self.in_case(0, &result, &operands, &compute) {
            Some(first) if counted || rows => self
                .in_case(1, &result, &operands, &compute)
                .map(|second| host_rows::join(&first, &second, counted, &result)),
            first => first,
        };
        match found {
            Some(number @ (Value::Int(_) | Value::Float(_))) if numbers => {
                Value::Host(result.know(Known::Number(number)))
            }
            Some(found) => found,
            None => Value::Host(result),
        }
    }

    /// The same with one of two numbers of rows, where these are unknown; `None` if it cannot be told.
    fn in_case(
        &mut self,
        case: usize,
        result: &Host,
        operands: &[Value],
        compute: &impl Fn(&mut Interp, Vec<Value>) -> Result<Value>,
    ) -> Option<Value> {
        let mut types = Vec::new();
        for operand in operands {
            operand.for_each_leaf(&mut |leaf| {
                if let Value::Host(host) = leaf {
                    types.extend(host.type_in(case).cloned());
                }
            });
        }
        let (mark, told, span) = (self.mark(), self.diagnostics.len(), self.span);
        let mut placeholders = self.tracer.enter("types", &types).into_iter();
        self.state.open([]);
        let mut leaf = |leaf: &Value| {
            Ok(match leaf {
                Value::Host(host) => match host.number_in(case) {
                    Some(number) => number.clone(),
                    None => placeholders.next().map_or(Value::None, Value::Tensor),
                },
                other => other.clone(),
            })
        };
        let filled = operands.iter().map(|operand| operand.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>();
        let found = filled.and_then(|operands| compute(self, operands)).and_then(|found| {
            found.map_leaves(&mut |leaf| {
                Ok(match self.plain(leaf)? {
                    Value::Tensor(tensor) => Value::Host(result.know(Known::Array(tensor.ty().clone()))),
                    other => other,
                })
            })
        });
        self.reset(mark);
        self.diagnostics.truncate(told);
        self.span = span;
        found.ok()
    }

    /// `left op right`, one of which only the run has.
    pub(super) fn host_binary(&mut self, op: BinaryOp, left: &Value, right: &Value, result: Host) -> Value {
        let known = (host::number_or(left), host::number_or(right));
        if ![known.0, known.1].iter().any(|operand| matches!(operand, Value::Host(_)))
            && let Ok(number @ (Value::Int(_) | Value::Float(_))) = self.binary(op, known.0, known.1)
        {
            return Value::Host(result.know(Known::Number(number)));
        }
        let moved = match (op, left, right) {
            (_, Value::Host(host), _) | (_, _, Value::Host(host)) if !host.is_moved() => None,
            (BinaryOp::Add, Value::Host(host), Value::Int(n)) | (BinaryOp::Add, Value::Int(n), Value::Host(host)) => {
                Some(host.moved(1, *n))
            }
            (BinaryOp::Subtract, Value::Host(host), Value::Int(n)) => n.checked_neg().map(|n| host.moved(1, n)),
            (BinaryOp::Multiply, Value::Host(host), Value::Int(n))
            | (BinaryOp::Multiply, Value::Int(n), Value::Host(host)) => Some(host.moved(*n, 0)),
            _ => None,
        };
        match moved {
            Some(moved) => Value::Host(moved),
            None => self.of_type(result, vec![left.clone(), right.clone()], |interp, of| match of.as_slice() {
                [left, right] => interp.binary(op, left, right),
                _ => Err(Error::internal("an operator without operands")),
            }),
        }
    }

    /// `host[index]`. A slice whose length is known although its ends are not has as many rows, unless the data end before.
    pub(super) fn host_item(&mut self, host: &Host, index: &Value) -> Value {
        let length = |slice: &[Value; 3]| match slice {
            [Value::Host(start), Value::Host(stop), Value::None] => {
                stop.distance(start).and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0)
            }
            // Rows from one place of a loop in steps to the next.
            bounds => bounds.iter().find_map(|bound| match bound {
                Value::Host(bound) => bound.batch(),
                _ => None,
            }),
        };
        let place = |interp: &Interp, index: &Value| match index {
            Value::Slice(slice) => match length(slice) {
                Some(length) => Value::Slice(std::rc::Rc::new([Value::None, Value::Int(length as i64), Value::None])),
                None => Value::Slice(std::rc::Rc::new(slice.each_ref().map(|bound| host::number_or(bound).clone()))),
            },
            // One element, wherever it is.
            Value::Host(at) if at.array().is_none() && interp.tracer.depth() == 0 && at.is_moved() => Value::Int(0),
            other => other.clone(),
        };
        let known = match index {
            Value::Tuple(indices) => Value::tuple(indices.iter().map(|i| place(self, i)).collect::<Vec<_>>()),
            other => place(self, other),
        };
        if let (Known::Sequences(rows), Value::Slice(bounds), None) = (host.known(), &known, host.member()) {
            return Value::Host(match host_rows::taken_of(*rows, bounds) {
                Some(taken) => host.know(Known::Sequences(taken)),
                None => host.derived(),
            });
        }
        if let (None, Value::Slice(slice)) = (host.array(), index)
            && let Some(length) = length(slice)
        {
            return Value::Host(host.with_batch(length));
        }
        if let Value::Host(places) = index
            && let Some(rows) = places_of(places)
        {
            return Value::Host(match host.type_in(0).filter(|ty| ty.rank() > 0 && host.member().is_none()) {
                Some(ty) => host.know(Known::Array(TensorType::new(ty.dtype, [&[rows], &ty.shape[1..]].concat()))),
                None => host.with_batch(rows),
            });
        }
        if let (None, Value::Str(name)) = (host.array(), index)
            && let Some(ty) = self.told_part(name)
        {
            return Value::Host(host.know(Known::Array(ty)));
        }
        if let Some(rows) = self.some_rows(host, &known) {
            return rows;
        }
        let operands = vec![Value::Host(host.clone()), known];
        self.of_type(host.derived(), operands, |interp, of| match of.as_slice() {
            [array, index] => interp.get_item(array, index),
            _ => Err(Error::internal("an index without an array")),
        })
    }

    /// An attribute of a host value: a member of a host package, or something of unknown data.
    pub(super) fn host_attribute(&mut self, host: &Host, name: &str) -> Value {
        let array = host.type_in(0).is_some() && host.member().is_none();
        if array && matches!(name, "shape" | "ndim" | "size" | "T" | "dtype") {
            return self.of_type(host.derived(), vec![Value::Host(host.clone())], |interp, of| match of.first() {
                Some(array) => interp.attribute(array, name),
                None => Err(Error::internal("an attribute of nothing")),
            });
        }
        if host.span().is_none() && !array {
            let full = format!("{}.{name}", host.what());
            return modules::host_alias(&full).unwrap_or_else(|| Value::Host(Host::new(full, None)));
        }
        let host = if matches!(name, "shape" | "ndim" | "size") { host.taken(Taken::Shape) } else { host.clone() };
        match self.told_part(name) {
            Some(ty) => Value::Host(host.know(Known::Array(ty))),
            None => Value::Host(host.with_member(name)),
        }
    }

    /// A call of a host value that may be NumPy's.
    pub(super) fn numpy_of_host(&mut self, callee: &Host, args: Args, result: Host) -> Value {
        if let (Some(method), true) = (callee.member(), callee.is_generator()) {
            return self.drawn(method, &args, result);
        }
        if let (Some(method), Some(_)) = (callee.member().map(str::to_owned), callee.type_in(0)) {
            let keywords: Vec<_> = args.keywords.iter().map(|(name, _)| name.clone()).collect();
            let mut operands = vec![Value::Host(callee.know(callee.known().clone()))];
            operands.extend(args.positional);
            let count = operands.len();
            operands.extend(args.keywords.into_iter().map(|(_, value)| value));
            return self.of_type(result, operands, |interp, mut of| {
                let named = of.split_off(count);
                let positional = of.split_off(1);
                let array = of.pop().unwrap_or(Value::None);
                let function = interp.attribute(&array, &method)?;
                interp.call(&function, Args { positional, keywords: keywords.iter().cloned().zip(named).collect() })
            });
        }
        let Some(name) = callee.what().strip_prefix("numpy.").filter(|_| callee.span().is_none()) else {
            return Value::Host(result);
        };
        match name {
            "random.default_rng" | "random.RandomState" => Value::Host(result.know(Known::Generator)),
            _ => match name.strip_prefix("random.") {
                Some(draw) => self.drawn(draw, &args, result),
                None => self.numpy_call(name, args, result),
            },
        }
    }

    /// What the function of that name in `jax.numpy` gives.
    pub(crate) fn numpy_call(&mut self, name: &str, args: Args, result: Host) -> Value {
        if let Some(found) = host_rows::sized_by_data(name, &args, &result) {
            return found;
        }
        let (module, name) = match name.rsplit_once('.') {
            Some((module, name)) => (format!("jax.numpy.{module}"), name),
            None => ("jax.numpy".to_owned(), name),
        };
        let Found::Module(module) = modules::find(&module) else { return Value::Host(result) };
        match (module.get)(name) {
            Some(function) => self.applied(&function, args, result),
            None => Value::Host(result),
        }
    }

    /// What a function on arrays gives.
    pub(super) fn applied(&mut self, function: &Value, args: Args, result: Host) -> Value {
        let keywords: Vec<_> = args.keywords.iter().map(|(name, _)| name.clone()).collect();
        let count = args.positional.len();
        let mut operands = args.positional;
        operands.extend(args.keywords.into_iter().map(|(_, value)| value));
        self.of_type(result, operands, |interp, mut of| {
            let named = of.split_off(count);
            interp.call(function, Args { positional: of, keywords: keywords.iter().cloned().zip(named).collect() })
        })
    }

    /// An array of a size that only the run has, or that follows from how many rows data have.
    pub(crate) fn array_of_size(&self, shape: &Value, dtype: DType) -> Value {
        let host = Host::new(self.describe(self.span), Some(self.span));
        let known = |case| dims(shape, case).map(|dims| TensorType::new(canonical(dtype, false), dims));
        Value::Host(match (known(0), known(1)) {
            (Some(first), Some(second)) => host.know(host_rows::either(first, second)),
            _ => host,
        })
    }

    /// Random numbers of NumPy.
    fn drawn(&mut self, function: &str, args: &Args, result: Host) -> Value {
        Value::Host(match [drawn_in(0, function, args), drawn_in(1, function, args)] {
            [Some(first), Some(second)] => result.know(host_rows::either(first, second)),
            _ => result,
        })
    }
}

/// The type of random numbers, where data have the first or the second of two numbers of rows.
fn drawn_in(case: usize, function: &str, args: &Args) -> Option<TensorType> {
    let named = |name: &str| args.keywords.iter().find(|(known, _)| &**known == name).map(|(_, value)| value);
    let array = |value: &Value| match value {
        Value::Host(host) if host.member().is_none() => host.type_in(case).cloned(),
        Value::Array(array) => Some(array.ty().clone()),
        _ => None,
    };
    let (shape, dtype) = match function {
        "rand" | "randn" => (dims(&Value::tuple(args.positional.clone()), case)?, DType::F32),
        "choice" => {
            let size = named("size").or_else(|| args.positional.get(1));
            let dtype = match args.positional.first()? {
                Value::Int(_) => DType::I32,
                Value::Host(host) if host.number_in(case).is_some() => DType::I32,
                other => array(other).filter(|ty| ty.rank() == 1)?.dtype,
            };
            (size.map_or(Some(Vec::new()), |size| dims(size, case))?, dtype)
        }
        _ if let Some((_, vector, place, dtype)) = VECTORS.iter().find(|(name, ..)| *name == function) => {
            let (name, at) = *vector;
            let row = match named(name).or_else(|| args.positional.get(at))? {
                listed @ (Value::List(_) | Value::Tuple(_)) => listed.elements()?.len(),
                given => *array(given)?.shape.last()?,
            };
            let size = named("size").or_else(|| args.positional.get(*place));
            (size.map_or(Some(Vec::new()), |size| dims(size, case))?.into_iter().chain([row]).collect(), *dtype)
        }
        "permutation" => match args.positional.first()? {
            given @ Value::Host(_) if array(given).is_some() => return array(given),
            number => (dims(number, case).filter(|dims| dims.len() == 1)?, DType::I32),
        },
        _ => {
            let (_, place, dtype) = DRAWS.iter().find(|(name, ..)| *name == function)?;
            let size = named("size").or_else(|| args.positional.get(*place));
            let parameters = args.positional.iter().take(*place);
            let scalars = parameters.chain(args.keywords.iter().map(|(_, value)| value)).all(is_scalar);
            let dtype = match named("dtype") {
                Some(Value::DType(DType::F64)) | None => *dtype,
                Some(Value::DType(DType::I64)) => DType::I32,
                Some(Value::DType(dtype)) => *dtype,
                Some(_) => return None,
            };
            (size.map_or(scalars.then(Vec::new), |size| dims(size, case))?, dtype)
        }
    };
    Some(TensorType::new(dtype, shape))
}

/// How many rows an index takes, if it is so many numbers of rows: a batch of what only the run has, or a list.
fn places_of(index: &Host) -> Option<usize> {
    match index.type_in(0).map(|ty| (ty.dtype, ty.shape.as_slice())) {
        Some((DType::I32 | DType::I64, [rows])) if !index.has_unknown_rows() && index.member().is_none() => Some(*rows),
        Some(_) => None,
        None => index.batch(),
    }
}

/// Whether an argument is no array, so that one number is drawn with it.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Host(host) => host.number_in(0).is_some() || host.array().is_some_and(|ty| ty.rank() == 0),
        Value::Int(_) | Value::Float(_) | Value::None | Value::DType(_) => true,
        _ => false,
    }
}

/// The sizes that a number or a tuple of numbers stands for, where data have the first or the second of two numbers of rows.
fn dims(value: &Value, case: usize) -> Option<Vec<usize>> {
    let dim = |value: &Value| {
        let value = match value {
            Value::Host(host) => host.number_in(case)?,
            other => other,
        };
        number::index(value).and_then(|dim| usize::try_from(dim).ok())
    };
    match value {
        Value::Int(_) | Value::Host(_) => Some(vec![dim(value)?]),
        other => other.elements()?.iter().map(dim).collect(),
    }
}

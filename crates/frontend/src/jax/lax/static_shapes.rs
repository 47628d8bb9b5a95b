//! Shapes of results, known without operands.

use keramos_ir::ops::Window;
use keramos_ir::{TensorType, as_tuple};

use super::arguments::{ints, sizes, some_sizes};
use super::convolutions::permutations;
use super::reductions::{padding, pads};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

fn tuple(items: impl IntoIterator<Item = usize>) -> Value {
    Value::tuple(items.into_iter().map(|n| Value::Int(n as i64)).collect::<Vec<_>>())
}

fn padtype_to_pads(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (shape, window) = (sizes(args, "in_shape")?, sizes(args, "window_shape")?);
    let strides = sizes(args, "window_strides")?;
    let pairs = pads(&args.str("padding")?, &shape, &window, &strides)
        .ok_or_else(|| args.invalid("padding", "\"SAME\", \"SAME_LOWER\" or \"VALID\""))?;
    let pair = |(low, high)| Value::tuple(vec![Value::Int(low), Value::Int(high)]);
    Ok(Value::list(pairs.into_iter().map(pair).collect()))
}

/// The windows of one spatial shape as the library counts them.
fn counts(shape: &[usize], window: Window) -> Result<Vec<usize>> {
    window.places(&TensorType::new(keramos_ir::DType::F32, shape)).ok_or_else(|| {
        let message = format!(
            "a window of {} does not fit a padded operand of shape {}",
            as_tuple(&window.size),
            as_tuple(shape)
        );
        raise("ValueError", message)
    })
}

fn reduce_window_shape_tuple(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (shape, size) = (sizes(args, "operand_shape")?, sizes(args, "window_dimensions")?);
    let ones = || vec![1; shape.len()];
    let strides = sizes(args, "window_strides")?;
    let base_dilation = some_sizes(args, "base_dilation")?.unwrap_or_else(ones);
    let window_dilation = some_sizes(args, "window_dilation")?.unwrap_or_else(ones);
    let padding = padding(args, &shape, &size, &strides)?;
    counts(&shape, Window { size, strides, padding, base_dilation, window_dilation }).map(tuple)
}

/// The shapes of a convolution's operands by role, and the order of the result's dimensions.
struct Roles {
    lhs: Vec<usize>,
    rhs: Vec<usize>,
    out: Vec<usize>,
}

fn roles(args: &Bound, numbers: bool) -> Result<Roles> {
    let (lhs, rhs) = (sizes(args, "lhs_shape")?, sizes(args, "rhs_shape")?);
    if lhs.len() < 2 || lhs.len() != rhs.len() {
        return Err(Error::ty("a convolution's operands have at least two dimensions, and as many each"));
    }
    if !numbers {
        return Ok(Roles { out: (0..lhs.len()).collect(), lhs, rhs });
    }
    let specs = args.get("dimension_numbers")?.elements().unwrap_or_default();
    let dims = permutations(&specs, &lhs, &rhs)?;
    let pick = |shape: &[usize], dims: &[usize]| dims.iter().map(|&d| shape[d]).collect();
    Ok(Roles { lhs: pick(&lhs, &dims.lhs), rhs: pick(&rhs, &dims.rhs), out: dims.out })
}

/// A shape by role in the order of the result's dimensions.
fn arranged(out: &[usize], shape: Vec<usize>) -> Value {
    let mut arranged = shape.clone();
    for (&to, size) in out.iter().zip(shape) {
        arranged[to] = size;
    }
    tuple(arranged)
}

fn convolved(args: &Bound, roles: &Roles, strides: &str, padding_name: &str) -> Result<Value> {
    let strides = sizes(args, strides)?;
    let (shape, window) = (&roles.lhs[2..], &roles.rhs[2..]);
    let given = args.get(padding_name)?;
    let pairs = match given {
        Value::Str(rule) => pads(rule, shape, window, &strides),
        _ => crate::jax::lax::reductions::pairs(given, shape.len()),
    };
    let padding = pairs.ok_or_else(|| args.invalid(padding_name, "a rule or a pair per spatial dimension"))?;
    let window = Window::new(window, strides).padded(padding);
    let places = counts(shape, window)?;
    Ok(arranged(&roles.out, [&[roles.lhs[0], roles.rhs[0]], &places[..]].concat()))
}

fn conv_transpose_shape_tuple(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let roles = roles(args, true)?;
    let strides = sizes(args, "window_strides")?;
    let window = &roles.rhs[2..];
    let padding = super::convolutions::transposed_padding(args, window, &strides)?;
    let spatial = roles.lhs.iter().skip(2).zip(window).zip(strides.iter().zip(padding));
    let spatial = spatial.map(|((&n, &k), (&s, (low, high)))| {
        let size = (n as i64 - 1) * s as i64 - k as i64 + 2 + low + high;
        usize::try_from(size).map_err(|_| raise("ValueError", "the window does not fit the padded operand"))
    });
    let spatial = spatial.collect::<Result<Vec<_>>>()?;
    Ok(arranged(&roles.out, [&[roles.lhs[0], roles.rhs[0]], &spatial[..]].concat()))
}

fn conv_general_permutations(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let specs = args.get("dimension_numbers")?.elements().unwrap_or_default();
    let rank = specs.first().and_then(|spec| if let Value::Str(text) = spec { Some(text.len()) } else { None });
    let shape = vec![1; rank.unwrap_or(0)];
    let dims = permutations(&specs, &shape, &shape)?;
    Ok(Value::tuple([dims.lhs, dims.rhs, dims.out].map(tuple).to_vec()))
}

/// Functions on shapes only.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "padtype_to_pads" [(in_shape) (window_shape) (window_strides) (padding)] "Padding by rule as pairs." => padtype_to_pads;
    "reduce_window_shape_tuple" [
        (operand_shape) (window_dimensions) (window_strides) (padding) (base_dilation = Default::None) (window_dilation = Default::None)
    ] "The number of windows in each dimension." => reduce_window_shape_tuple;
    "conv_shape_tuple" [(lhs_shape) (rhs_shape) (strides) (pads) (batch_group_count = Default::Int(1))] "The shape of a convolution." =>
        |_, args| {
            let mut roles = roles(args, false)?;
            roles.lhs[0] /= args.usize("batch_group_count")?.max(1);
            convolved(args, &roles, "strides", "pads")
        };
    "conv_general_shape_tuple" [(lhs_shape) (rhs_shape) (window_strides) (padding) (dimension_numbers)] "The shape of a convolution." =>
        |_, args| convolved(args, &roles(args, true)?, "window_strides", "padding");
    "conv_transpose_shape_tuple" [(lhs_shape) (rhs_shape) (window_strides) (padding) (dimension_numbers)] "The shape of a transposed convolution." =>
        conv_transpose_shape_tuple;
    "conv_general_permutations" [(dimension_numbers)] "Where dimensions lie, by role." => conv_general_permutations;
    "shape_as_value" [(shape)] "A shape as integers." => |_, args| {
        Ok(Value::tuple(ints(args, "shape")?.into_iter().map(Value::Int).collect::<Vec<_>>()))
    };
};

//! Convolutions.

use keramos_ir::DType;
use keramos_ir::ops::{Conv, ConvDims};

use super::arguments::{apply, operand, some_sizes, tuple_text};
use super::contractions::{common, precision};
use super::records::{CONV, Record};
use super::reductions::padding;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::integers;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// Dimensions in the order batch (or output feature), feature, spatial ones of the three strings, whose
/// spatial letters are in the kernel's order.
pub(super) fn permutations(specs: &[Value], lhs: &[usize], rhs: &[usize]) -> Result<ConvDims> {
    let texts: Option<Vec<Vec<char>>> = specs
        .iter()
        .map(|spec| match spec {
            Value::Str(text) => Some(text.chars().collect()),
            _ => None,
        })
        .collect();
    let Some([input, kernel, output]) = texts.and_then(|texts| <[Vec<char>; 3]>::try_from(texts).ok()) else {
        return Err(Error::ty("convolution dimension_numbers elements must be three strings"));
    };
    let specials = [['N', 'C'], ['O', 'I'], ['N', 'C']];
    let spatial: Vec<char> = kernel.iter().copied().filter(|c| !specials[1].contains(c)).collect();
    let mut lists = Vec::with_capacity(3);
    for (number, (spec, special)) in [&input, &kernel, &output].into_iter().zip(specials).enumerate() {
        let text: String = spec.iter().collect();
        if spec.len() != lhs.len() {
            let message = format!(
                "convolution dimension_numbers[{number}] must have len equal to the ndim of lhs and rhs, got {} for lhs and rhs shapes {} and {}.",
                spec.len(),
                tuple_text(lhs),
                tuple_text(rhs)
            );
            return Err(Error::ty(message));
        }
        if special.iter().any(|c| spec.iter().filter(|d| *d == c).count() != 1) {
            let [a, b] = special;
            let message = format!(
                "convolution dimension_numbers[{number}] must contain the characters '{a}' and '{b}' exactly once, got {text}."
            );
            return Err(Error::ty(message));
        }
        let places: Option<Vec<usize>> =
            special.iter().chain(&spatial).map(|c| spec.iter().position(|d| d == c)).collect();
        let places = places.filter(|places| places.len() == spec.len());
        lists.push(places.ok_or_else(|| {
            Error::ty(format!(
                "convolution dimension_numbers elements must each have the same set of spatial characters, got {text}."
            ))
        })?);
    }
    match <[Vec<usize>; 3]>::try_from(lists) {
        Ok([lhs, rhs, out]) => Ok(ConvDims { lhs, rhs, out }),
        Err(_) => Err(Error::internal("a convolution has three lists of dimensions")),
    }
}

/// The dimension numbers of a convolution of these shapes.
pub(super) fn dims(value: &Value, lhs: &[usize], rhs: &[usize]) -> Result<ConvDims> {
    if lhs.len() != rhs.len() {
        let message =
            format!("convolution requires lhs and rhs ndim to be equal, got {} and {}.", lhs.len(), rhs.len());
        return Err(Error::ty(message));
    }
    if lhs.len() < 2 {
        return Err(Error::ty("a convolution's operands have at least two dimensions"));
    }
    if value.is_none() {
        let all: Vec<usize> = (0..lhs.len()).collect();
        return Ok(ConvDims { lhs: all.clone(), rhs: all.clone(), out: all });
    }
    if let Some(record) = Record::of(value, &CONV) {
        return Ok(ConvDims {
            lhs: record.dims("lhs_spec")?,
            rhs: record.dims("rhs_spec")?,
            out: record.dims("out_spec")?,
        });
    }
    match value.elements() {
        Some(specs) if specs.len() == 3 => permutations(&specs, lhs, rhs),
        Some(specs) => {
            Err(Error::ty(format!("convolution dimension_numbers list/tuple must be length 3, got {}.", specs.len())))
        }
        None => Err(Error::ty(format!(
            "convolution dimension_numbers must be tuple/list or None, got {}.",
            value.type_name()
        ))),
    }
}

fn spatial(x: &Tensor, places: &[usize]) -> Vec<usize> {
    places.iter().skip(2).map(|&d| x.shape().get(d).copied().unwrap_or(0)).collect()
}

/// Kernel sizes with `dilation`.
fn dilated(sizes: &[usize], dilation: &[usize]) -> Vec<usize> {
    sizes.iter().zip(dilation).map(|(&k, &d)| k.saturating_sub(1) * d + k.min(1)).collect()
}

/// The argument `name`: a number per spatial dimension, all 1 unless given.
fn per_dimension(args: &Bound, name: &str, count: usize) -> Result<Vec<usize>> {
    let sizes = some_sizes(args, name)?.unwrap_or_else(|| vec![1; count]);
    if sizes.len() != count || sizes.contains(&0) {
        return Err(args.invalid(name, &format!("{count} positive integers, one per spatial dimension")));
    }
    Ok(sizes)
}

/// The operands of a convolution, and how to convolve them.
pub(super) struct Windowed {
    pub(super) lhs: Tensor,
    pub(super) rhs: Tensor,
    pub(super) conv: Conv,
}

/// The convolution of two tensors in the type that the argument `preferred_element_type` asks for.
pub(super) fn convolve(interp: &mut Interp, args: &Bound, lhs: &Tensor, rhs: &Tensor, conv: Conv) -> Result<Tensor> {
    let conv = Conv { precision: precision(interp, args)?, ..conv };
    let joint = interp.tracer.promoted([lhs, rhs]).0;
    let (lhs, rhs, dtype) = common(interp, args, lhs, rhs)?;
    let class = |dtype: DType| (dtype.is_complex(), dtype.is_float());
    if dtype.bits() < joint.bits() || (class(dtype) != class(joint) && !(joint.is_int() && dtype.is_float())) {
        let (from, to) = (joint.numpy_name(), dtype.numpy_name());
        let message = format!("`preferred_element_type` {to} must not be narrower than or of another kind than {from}");
        return Err(Error::ty(message).help("convert the result with lax.convert_element_type"));
    }
    // Products in the wider type are what sums in it need.
    let (lhs, rhs) = (interp.tracer.convert(&lhs, dtype)?, interp.tracer.convert(&rhs, dtype)?);
    let y = apply(interp, &[lhs, rhs], |b, v| b.conv_general_dilated(v[0], v[1], conv))?;
    if joint == DType::Bool { interp.tracer.convert(&y, joint) } else { Ok(y) }
}

/// A convolution with all arguments. Those that a narrower function lacks are `None` or 1.
fn general(interp: &mut Interp, args: &Bound, given: &[&str]) -> Result<Value> {
    let (lhs, rhs) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    let has = |name: &str| given.contains(&name);
    let numbers = if has("dimension_numbers") { args.get("dimension_numbers")?.clone() } else { Value::None };
    let dims = dims(&numbers, lhs.shape(), rhs.shape())?;
    let groups = |name: &str| if has(name) { args.usize(name) } else { Ok(1) };
    let (feature_groups, batch_groups) = (groups("feature_group_count")?, groups("batch_group_count")?);
    let conv = windowed(args, &lhs, &rhs, dims, given)?;
    convolve(interp, args, &lhs, &rhs, Conv { feature_groups, batch_groups, ..conv }).map(Value::Tensor)
}

/// Strides, padding and dilations from arguments; a function without dilations has none `given`.
pub(super) fn windowed(args: &Bound, lhs: &Tensor, rhs: &Tensor, dims: ConvDims, given: &[&str]) -> Result<Conv> {
    let has = |name: &str| given.contains(&name);
    let count = lhs.rank() - 2;
    let dilation = |name: &str| if has(name) { per_dimension(args, name, count) } else { Ok(vec![1; count]) };
    let (lhs_dilation, rhs_dilation) = (dilation("lhs_dilation")?, dilation("rhs_dilation")?);
    let strides = per_dimension(args, "window_strides", count)?;
    if matches!(args.get("padding")?, Value::Str(_)) && lhs_dilation.iter().any(|&d| d != 1) {
        return Err(raise(
            "ValueError",
            "String padding is not implemented for transposed convolution using this op. Please either exactly specify the \
             required padding or use conv_transpose.",
        ));
    }
    let windows = dilated(&spatial(rhs, &dims.rhs), &rhs_dilation);
    let padding = padding(args, &spatial(lhs, &dims.lhs), &windows, &strides)?;
    Ok(Conv { strides, padding, lhs_dilation, rhs_dilation, ..Conv::new(dims) })
}

/// The argument `padding` of a transposed convolution.
pub(super) fn transposed_padding(args: &Bound, windows: &[usize], strides: &[usize]) -> Result<Vec<(i64, i64)>> {
    let Value::Str(rule) = args.get("padding")? else { return padding(args, windows, windows, strides) };
    let same = match rule.to_uppercase().as_str() {
        "SAME" => true,
        "VALID" => false,
        _ => return Err(args.invalid("padding", "\"SAME\", \"VALID\" or a sequence of pairs")),
    };
    let pair = |(&k, &s): (&usize, &usize)| {
        let (k, s) = (k as i64, s as i64);
        let (low, total) = match same {
            true => (if s > k - 1 { k - 1 } else { (k + s - 1) / 2 }, k + s - 2),
            false => (k - 1, k + s - 2 + (k - s).max(0)),
        };
        (low, total - low)
    };
    Ok(windows.iter().zip(strides).map(pair).collect())
}

fn conv_transpose(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (lhs, mut rhs) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    let numbers = args.get("dimension_numbers")?.clone();
    let count = lhs.rank().saturating_sub(2);
    let numbers = match (numbers, count) {
        (Value::None, 1..=3) => {
            let (space, kernel) = [("H", "H"), ("HW", "HW"), ("HWD", "HWD")][count - 1];
            Value::tuple(vec![
                Value::str(format!("N{space}C")),
                Value::str(format!("{kernel}IO")),
                Value::str(format!("N{space}C")),
            ])
        }
        (Value::None, _) => return Err(raise("ValueError", "No 4+ dimensional dimension_number defaults.")),
        (numbers, _) => numbers,
    };
    let mut dims = dims(&numbers, lhs.shape(), rhs.shape())?;
    let (strides, rhs_dilation) = (per_dimension(args, "strides", count)?, per_dimension(args, "rhs_dilation", count)?);
    let windows = dilated(&spatial(&rhs, &dims.rhs), &rhs_dilation);
    let padding = transposed_padding(args, &windows, &strides)?;
    if args.bool("transpose_kernel")? {
        rhs = interp.tracer.reverse(&rhs, &dims.rhs[2..])?;
        dims.rhs.swap(0, 1);
    }
    let conv = Conv { padding, lhs_dilation: strides, rhs_dilation, ..Conv::new(dims) };
    convolve(interp, args, &lhs, &rhs, conv).map(Value::Tensor)
}

fn conv_dimension_numbers(_: &mut Interp, args: &mut Bound) -> Result<Value> {
    let shape = |name: &str| -> Result<Vec<usize>> {
        let sizes = integers(args.get(name)?).and_then(|s| s.iter().map(|&n| usize::try_from(n).ok()).collect());
        sizes.ok_or_else(|| args.invalid(name, "a shape"))
    };
    let dims = dims(args.get("dimension_numbers")?, &shape("lhs_shape")?, &shape("rhs_shape")?)?;
    let tuple = |dims: &[usize]| Value::tuple(dims.iter().map(|&d| Value::Int(d as i64)).collect::<Vec<_>>());
    let fields = vec![("lhs_spec", tuple(&dims.lhs)), ("rhs_spec", tuple(&dims.rhs)), ("out_spec", tuple(&dims.out))];
    Ok(Record::value(&CONV, fields))
}

const NONE: Default = Default::None;
const ONE: Default = Default::Int(1);

/// Convolutions.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "conv_general_dilated" [
        (lhs) (rhs) (window_strides) (padding) (lhs_dilation = NONE) (rhs_dilation = NONE) (dimension_numbers = NONE)
        (feature_group_count = ONE) (batch_group_count = ONE) (precision = NONE) (preferred_element_type = NONE) (out_sharding = NONE)
    ] "Convolution with strides, dilations and groups." => |interp, args| {
        general(interp, args, &["lhs_dilation", "rhs_dilation", "dimension_numbers", "feature_group_count", "batch_group_count"])
    };
    "conv_with_general_padding" [
        (lhs) (rhs) (window_strides) (padding) (lhs_dilation = NONE) (rhs_dilation = NONE) (precision = NONE) (preferred_element_type = NONE)
    ] "Convolution with dilations." => |interp, args| general(interp, args, &["lhs_dilation", "rhs_dilation"]);
    "conv" [(lhs) (rhs) (window_strides) (padding) (precision = NONE) (preferred_element_type = NONE)] "Convolution." =>
        |interp, args| general(interp, args, &[]);
    "conv_transpose" [
        (lhs) (rhs) (strides) (padding) (rhs_dilation = NONE) (dimension_numbers = NONE) (transpose_kernel = Default::Bool(false))
        (precision = NONE) (preferred_element_type = NONE) (use_consistent_padding = Default::Bool(false))
    ] "Convolution that enlarges: the transpose of a strided one." => conv_transpose;
};

/// Functions on shapes only.
pub(super) static STATIC: &[FunctionDecl] = functions! {
    "conv_dimension_numbers" [(lhs_shape) (rhs_shape) (dimension_numbers)] "Dimension numbers of strings." => conv_dimension_numbers;
};

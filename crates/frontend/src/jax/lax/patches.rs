//! Convolutions by patches, and products of ragged groups.

use keramos_ir::ops::{Comparison, Conv, DotDims, DotGeneral};
use keramos_ir::{Builder, DType, Result as IrResult, TensorType, Value as IrValue, elements};

use super::arguments::{apply, operand, sizes, tuple_text};
use super::contractions::{common, precision};
use super::convolutions::{Windowed, convolve, dims, windowed};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

/// A kernel that moves each of the places of a window of `filter` into a feature of its own, for each of
/// `channels` groups: `[channels · places, 1, filter…]`.
fn identity_kernel(b: &mut Builder, dtype: DType, channels: usize, filter: &[usize]) -> IrResult<IrValue> {
    let places = elements(filter);
    let square = TensorType::new(DType::I32, [places, places]);
    let (row, column) = (b.iota(&square, 0)?, b.iota(&square, 1)?);
    let same = b.emit1(keramos_ir::ops::Compare(Comparison::Eq), &[row, column])?;
    let eye = b.convert(same, dtype)?;
    let each = b.broadcast_in_dim(eye, &[channels, places, places], &[1, 2])?;
    b.reshape(each, &[&[channels.saturating_mul(places), 1], filter].concat())
}

/// The elements of each window as features: `channels · places` of them, in that order.
fn patches(interp: &mut Interp, args: &Bound) -> Result<Windowed> {
    let lhs = operand(interp, args, "lhs")?;
    let filter = sizes(args, "filter_shape")?;
    if filter.len() + 2 != lhs.rank() {
        let (filter, shape) = (tuple_text(&filter), tuple_text(lhs.shape()));
        let message = format!("{} needs a filter size per spatial dimension of {shape}, got {filter}", args.function());
        return Err(Error::ty(message));
    }
    let dims = dims(&args.get("dimension_numbers")?.clone(), lhs.shape(), &[&[1, 1], &filter[..]].concat())?;
    let channels = lhs.shape()[dims.lhs[1]];
    let dtype = lhs.dtype();
    let places = dims.rhs.clone();
    let rhs = interp.tracer.build1(&[], |b, _| {
        let kernel = identity_kernel(b, dtype, channels, &filter)?;
        let mut order = vec![0; places.len()];
        for (from, &to) in places.iter().enumerate() {
            order[to] = from;
        }
        b.transpose(kernel, &order)
    })?;
    let has_dilations = &["lhs_dilation", "rhs_dilation"];
    let conv = windowed(args, &lhs, &rhs, dims, has_dilations)?;
    Ok(Windowed { lhs, rhs, conv: Conv { feature_groups: channels, ..conv } })
}

fn conv_general_dilated_patches(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Windowed { lhs, rhs, conv } = patches(interp, args)?;
    convolve(interp, args, &lhs, &rhs, conv).map(Value::Tensor)
}

fn conv_general_dilated_local(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let kernel = operand(interp, args, "rhs")?;
    let Windowed { lhs, rhs, conv } = patches(interp, args)?;
    let dims = conv.dims.clone();
    let patches = apply(interp, &[lhs, rhs], |b, v| b.conv_general_dilated(v[0], v[1], conv))?;
    // One kernel for each window: the windows' places are batch dimensions of a product.
    let mut places: Vec<(usize, usize)> =
        dims.out.iter().skip(2).copied().zip(dims.rhs.iter().skip(2).copied()).collect();
    places.sort_unstable();
    let (of_patches, of_kernel): (Vec<usize>, Vec<usize>) = places.into_iter().unzip();
    let product = DotDims::contracting([dims.out[1]], [dims.rhs[1]]).batch(of_patches, of_kernel);
    let (patches, kernel, dtype) = common(interp, args, &patches, &kernel)?;
    let dot = DotGeneral { dims: product, precision: precision(interp, args)?, dtype };
    // The product's dimensions: the windows' places in order, batch, feature.
    let rank = dims.out.len();
    let mut order: Vec<usize> = (0..rank - 2).collect();
    let mut special = [(dims.out[0], rank - 2), (dims.out[1], rank - 1)];
    special.sort_unstable();
    for (to, from) in special {
        order.insert(to, from);
    }
    apply(interp, &[patches, kernel], |b, v| {
        let y = b.emit1(dot, v)?;
        b.transpose(y, &order)
    })
    .map(Value::Tensor)
}

/// Rows of a matrix in consecutive groups, each multiplied with a matrix of its own; rows in no group give 0.
fn ragged_dot(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (lhs, rhs) = (operand(interp, args, "lhs")?, operand(interp, args, "rhs")?);
    let counts = operand(interp, args, "group_sizes")?;
    if !args.get("group_offset")?.is_none() {
        return Err(Error::unsupported("group_offset of ragged_dot").help("leave `group_offset` out"));
    }
    let (&[m, k], &[groups, inner, _]) = (lhs.shape(), rhs.shape()) else {
        let (a, b) = (tuple_text(lhs.shape()), tuple_text(rhs.shape()));
        return Err(Error::ty(format!("ragged_dot takes lhs (m, k) and rhs (groups, k, n), got {a} and {b}")));
    };
    if inner != k || counts.shape() != [groups] || !counts.dtype().is_int() {
        let (a, b) = (tuple_text(rhs.shape()), tuple_text(counts.shape()));
        let message =
            format!("ragged_dot needs rhs (groups, {k}, n) and integer group_sizes (groups,), got {a} and {b}");
        return Err(Error::ty(message));
    }
    let precision = precision(interp, args)?;
    let (lhs, rhs, dtype) = common(interp, args, &lhs, &rhs)?;
    let dot = DotGeneral { dims: DotDims::contracting([0, 2], [0, 1]), precision, dtype };
    let y = interp.tracer.build1(&[&lhs, &rhs, &counts], |b, v| {
        let ends = b.cumulative(keramos_ir::ops::Monoid::Sum, v[2], 0, false)?;
        let starts = b.sub(ends, v[2])?;
        let rows = b.ty(ends).with_shape([groups, m]);
        let row = b.iota(&rows, 1)?;
        let (starts, ends) =
            (b.broadcast_in_dim(starts, &[groups, m], &[0])?, b.broadcast_in_dim(ends, &[groups, m], &[0])?);
        let (after, before) = (b.ge(row, starts)?, b.lt(row, ends)?);
        let inside = b.and(after, before)?;
        let inside = b.broadcast_in_dim(inside, &[groups, m, k], &[0, 1])?;
        let each = b.broadcast_in_dim(v[0], &[groups, m, k], &[1, 2])?;
        let nothing = b.full_like(each, 0.0)?;
        let each = b.select(inside, each, nothing)?;
        b.emit1(dot, &[each, v[1]])
    })?;
    Ok(Value::Tensor(y))
}

const NONE: Default = Default::None;

/// Convolutions by patches, and ragged products.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "conv_general_dilated_patches" [
        (lhs) (filter_shape) (window_strides) (padding) (lhs_dilation = NONE) (rhs_dilation = NONE) (dimension_numbers = NONE)
        (precision = NONE) (preferred_element_type = NONE)
    ] "The elements of each window as features." => conv_general_dilated_patches;
    "conv_general_dilated_local" [
        (lhs) (rhs) (window_strides) (padding) (filter_shape) (lhs_dilation = NONE) (rhs_dilation = NONE) (dimension_numbers = NONE)
        (precision = NONE) (preferred_element_type = NONE)
    ] "Convolution with a kernel of its own for each window." => conv_general_dilated_local;
    "ragged_dot" [
        (lhs) (rhs) (group_sizes) (precision = NONE) (preferred_element_type = NONE) (group_offset = NONE) (out_sharding = NONE)
    ] "Groups of rows, each multiplied with a matrix of its own." => ragged_dot;
};

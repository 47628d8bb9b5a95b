//! Images moved, turned and distorted.

use keramos_ir::{DType, TensorType, as_tuple};

use super::Images;
use crate::error::{Error, Result};
use crate::interp::exceptions::raise;
use crate::jax::arguments::{Call, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{BEYOND, Beyond, Reading};
use crate::trace::{Tensor, Term, Tracer};

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "map_coordinates": [(inputs) (coordinates) (order) (fill_mode = Default::Str("constant")) (fill_value = int(0))]
        "A tensor read at places between its elements." => |c| {
            let x = c.tensor("inputs")?;
            let places = c.tensors("coordinates")?;
            if places.first().is_some_and(|row| row.rank() == 0) {
                return Err(raise("ValueError", "Invalid coordinates rank: expected at least rank 2."));
            }
            let linear = match c.int("order")? {
                0 => false,
                1 => true,
                n => return Err(raise("ValueError", format!("Invalid value for argument `order`. Expected one of [0, 1]. Received: order={n}"))),
            };
            let how = Reading { linear, beyond: beyond(c)? };
            let fill = c.tensor("fill_value")?;
            c.t().map_coordinates(&x, &places, 0, how, &fill)
        };
    "affine_transform": [
        (images) (transform) (interpolation = Default::Str("bilinear")) (fill_mode = Default::Str("constant")) (fill_value = int(0))
        (data_format = NONE)
    ] "Images under affine maps from places of the result to places of the image." => affine;
    "perspective_transform": [(images) (start_points) (end_points) (interpolation = Default::Str("bilinear")) (fill_value = int(0)) (data_format = NONE)]
        "Images under the perspective that moves four points to others." => perspective;
};

fn beyond(c: &Call<'_>) -> Result<Beyond> {
    Ok(Beyond::named(c.args.one_of("fill_mode", BEYOND)?))
}

fn linear(c: &Call<'_>) -> Result<bool> {
    Ok(c.args.one_of("interpolation", &["bilinear", "nearest"])? == "bilinear")
}

/// The columns of the rows of a matrix, each with trailing dimensions of size 1 up to `rank`.
fn columns(c: &mut Call<'_>, matrix: &Tensor, rank: usize) -> Result<Vec<Tensor>> {
    let &[rows, count] = matrix.shape() else { return Err(Error::internal("a matrix has two dimensions")) };
    let mut shape = vec![1; rank];
    shape[0] = rows;
    (0..count)
        .map(|at| {
            let column = c.t().slice_axis(matrix, 1, at, at + 1)?;
            c.t().reshape(&column, &shape)
        })
        .collect()
}

fn affine(c: &mut Call<'_>) -> Result<Tensor> {
    let images = Images::of(c, "images")?;
    let how = Reading { linear: linear(c)?, beyond: beyond(c)? };
    let (transform, fill) = (c.tensor("transform")?, c.tensor("fill_value")?);
    let transform = if transform.rank() == 1 { c.t().expand_dims(&transform, &[0])? } else { transform };
    let shape = images.pixels.shape().to_vec();
    if transform.shape() != [shape[0], 8] {
        return Err(Error::shape(format!(
            "a transform is eight numbers, one row per image: found shape {} for {} images",
            as_tuple(transform.shape()),
            shape[0]
        )));
    }
    let transform = c.t().to_float(&transform)?;
    let rows = columns(c, &transform, 4)?;
    let t = c.t();
    let mut places = Vec::new();
    for dim in 1..4 {
        let place = t.iota(transform.dtype(), &shape, dim)?;
        places.push(place);
    }
    let f = |t: &mut Tracer, of: [usize; 2], over: usize, offset: usize| {
        let operands = [&places[0], &places[1], &places[2], &rows[of[0]], &rows[of[1]], &rows[over], &rows[offset]];
        t.compute(operands, |[h, w, features, a, b, c, o]| h * a + w * b + features * c + o)
    };
    let (y, x) = (f(t, [4, 3], 6, 5)?, f(t, [1, 0], 7, 2)?);
    // All features of a pixel are read at the same place: the feature is an index.
    let features = t.iota(DType::I32, &shape, 3)?;
    let moved = t.map_coordinates(&images.pixels, &[y, x, features], 1, how, &fill)?;
    images.restored(c, &moved)
}

fn points(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let x = match x.shape() {
        [4, 2] => c.t().expand_dims(&x, &[0])?,
        [_, 4, 2] => x,
        shape => {
            let message = format!("Invalid {name} shape: expected (4,2) for a single image or (N,4,2) for a batch");
            return Err(raise("ValueError", format!("{message}. Received shape: {}", as_tuple(&shape))));
        }
    };
    c.t().convert(&x, DType::F32)
}

/// The eight numbers of the perspective that takes each of four end points to its start point, one row per image.
fn homography(c: &mut Call<'_>, start: &Tensor, end: &Tensor) -> Result<Tensor> {
    let t = c.t();
    let n = start.shape()[0];
    let mut part = |x: &Tensor, at: usize| {
        let part = t.slice_axis(x, 2, at, at + 1)?;
        t.squeeze(&part, &[2])
    };
    let (sx, sy, ex, ey) = (part(start, 0)?, part(start, 1)?, part(end, 0)?, part(end, 1)?);
    let (zeros, ones) =
        (t.full(&TensorType::new(DType::F32, [n, 4]), 0.0)?, t.full(&TensorType::new(DType::F32, [n, 4]), 1.0)?);
    let mut product = |a: &Tensor, b: &Tensor| t.compute([a, b], |[a, b]| -a * b);
    let (xx, xy, yx, yy) = (product(&sx, &ex)?, product(&sx, &ey)?, product(&sy, &ex)?, product(&sy, &ey)?);
    let first = [ex.clone(), ey.clone(), ones.clone(), zeros.clone(), zeros.clone(), zeros.clone(), xx, xy];
    let second = [zeros.clone(), zeros.clone(), zeros, ex, ey, ones, yx, yy];
    let (first, second) = (t.stack(&first, 2)?, t.stack(&second, 2)?);
    let matrix = t.concatenate(&[first, second], 1)?;
    let target = t.concatenate(&[sx, sy], 1)?;
    let target = t.expand_dims(&target, &[2])?;
    let solution = t.solve(&matrix, &target)?;
    t.squeeze(&solution, &[2])
}

fn perspective(c: &mut Call<'_>) -> Result<Tensor> {
    let images = Images::of(c, "images")?;
    let how = Reading { linear: linear(c)?, beyond: Beyond::Constant };
    let (start, end, fill) = (points(c, "start_points")?, points(c, "end_points")?, c.tensor("fill_value")?);
    let shape = images.pixels.shape().to_vec();
    if start.shape() != end.shape() || start.shape()[0] != shape[0] {
        return Err(Error::shape(format!(
            "points of shapes {} and {} do not fit {} images",
            as_tuple(start.shape()),
            as_tuple(end.shape()),
            shape[0]
        )));
    }
    let map = homography(c, &start, &end)?;
    let map = columns(c, &map, 4)?;
    let t = c.t();
    let plane = [shape[0], shape[1], shape[2], 1];
    let (h, w) = (t.iota(DType::F32, &plane, 1)?, t.iota(DType::F32, &plane, 2)?);
    let parts: [&Tensor; 10] = [&w, &h, &map[0], &map[1], &map[2], &map[3], &map[4], &map[5], &map[6], &map[7]];
    let [x, y] = t.compute_all(parts, |[x, y, a, b, o, d, e, p, g, k]: [Term<'_>; 10]| {
        let below = g * x + k * y + 1.0;
        [(a * x + b * y + o) / below, (d * x + e * y + p) / below]
    })?;
    let features = t.iota(DType::I32, &shape, 3)?;
    let moved = t.map_coordinates(&images.pixels, &[y, x, features], 1, how, &fill)?;
    images.restored(c, &moved)
}

//! NumPy's indexing of tensors: what `x[…]` and `x.at[…]` mean.

use keramos_ir::ops::{GatherDims, OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::trace::{Literal, Tensor, Tracer};

/// One part of an index.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// `…[i]` for an integer of the program.
    At(i64),
    /// `…[start:stop:step]`: the first position, the distance of positions and how many there are.
    Range {
        /// The first position.
        start: i64,
        /// The distance from one position to the next.
        step: i64,
        /// How many positions there are.
        count: usize,
    },
    /// `…[None]`: a new axis.
    New,
    /// `…[...]`: all axes that no other part names.
    Rest,
    /// `…[indices]`: integers, broadcast with those of the other such parts.
    Array(Tensor),
}

/// What an index does to each dimension, the ellipsis spelled out.
enum Step {
    /// A new axis in the result.
    New,
    /// Positions of a dimension.
    Range { dim: usize, start: i64, step: i64, count: usize },
    /// Chosen places of a dimension.
    Choose { dim: usize, indices: Tensor },
}

impl Tracer {
    /// `x[parts]`. Places out of bounds are treated as `mode` says.
    ///
    /// # Errors
    /// There are more parts than dimensions, or the index arrays do not broadcast.
    pub(crate) fn index(&mut self, x: &Tensor, parts: &[Part], mode: OutOfBounds) -> Result<Tensor> {
        let steps = self.steps(x, parts)?;
        // Ranges first: what is left to choose from is small, and a slice is better than a gather.
        let mut y = x.clone();
        for step in &steps {
            if let &Step::Range { dim, start, step, count } = step {
                y = self.range(&y, dim, start, step, count)?;
            }
        }
        if let Some(starts) = scalars(&steps) {
            return self.index_by_scalars(&y, &steps, &starts, mode);
        }
        let whole: Vec<Step> = steps
            .into_iter()
            .map(|step| match step {
                Step::Range { dim, count, .. } => Step::Range { dim, start: 0, step: 1, count },
                other => other,
            })
            .collect();
        let plan = self.plan(&y, &whole)?;
        let weak = y.is_weak();
        let gathered = self.build1(&[&y, &plan.starts], |b, v| b.gather(v[0], v[1], plan.dims, &plan.sizes, mode))?;
        self.expand_dims(&gathered.weak_if(weak), &plan.new_axes)
    }

    /// Every choice is of one place: a slice at a place that may be known only when the program runs.
    fn index_by_scalars(
        &mut self,
        x: &Tensor,
        steps: &[Step],
        starts: &[(usize, Tensor)],
        mode: OutOfBounds,
    ) -> Result<Tensor> {
        let mut y = x.clone();
        let mut inside: Option<Tensor> = None;
        let (mut places, mut dropped) = (Vec::new(), Vec::new());
        for (dim, index) in starts {
            let length = y.shape().get(*dim).copied().unwrap_or(0);
            let place = self.wrapped(index, length)?;
            dropped.push(*dim);
            if let Some(Literal::Int(at)) = place.literal()
                && (mode == OutOfBounds::Clip || (0..length as i64).contains(&at))
                && length > 0
            {
                y = self.range(&y, *dim, at.clamp(0, length as i64 - 1), 1, 1)?;
                continue;
            }
            if matches!(mode, OutOfBounds::Fill | OutOfBounds::Zero) {
                let here = self.compute([&place], |[i]| i.ge(0).and(i.lt(length as i64)))?;
                inside = Some(match inside {
                    Some(inside) => self.and(&inside, &here)?,
                    None => here,
                });
            }
            places.push((*dim, place));
        }
        if !places.is_empty() {
            let weak = y.is_weak();
            let mut sizes = y.shape().to_vec();
            let mut operands = vec![y.clone()];
            let int = self.default_int();
            for (dim, size) in sizes.iter_mut().enumerate() {
                operands.push(match places.iter().find(|(d, _)| *d == dim) {
                    Some((_, place)) => {
                        *size = 1;
                        self.convert(place, int)?
                    }
                    None => self.scalar(int, 0.0)?,
                });
            }
            let operands: Vec<&Tensor> = operands.iter().collect();
            y = self.build1(&operands, |b, v| b.dynamic_slice(v[0], &v[1..], &sizes))?.weak_if(weak);
        }
        y = self.squeeze(&y, &dropped)?;
        let mut axis = 0;
        let mut new_axes = Vec::new();
        for step in steps {
            match step {
                Step::New => {
                    new_axes.push(axis);
                    axis += 1;
                }
                Step::Range { .. } => axis += 1,
                Step::Choose { .. } => {}
            }
        }
        y = self.expand_dims(&y, &new_axes)?;
        match inside {
            None => Ok(y),
            Some(inside) => {
                let other = match mode {
                    OutOfBounds::Zero => self.scalar(y.dtype(), 0.0)?,
                    _ => self.missing(y.dtype())?,
                };
                self.select(&inside, &y, &other)
            }
        }
    }

    /// What stands where nothing was found: NaN, the smallest signed or the largest unsigned integer.
    pub(crate) fn missing(&mut self, dtype: DType) -> Result<Tensor> {
        let value = match dtype {
            DType::Bool => 1.0,
            d if d.is_signed_int() => -(2f64.powi(d.size() as i32 * 8 - 1)),
            d if d.is_unsigned_int() => 2f64.powi(d.size() as i32 * 8) - 1.0,
            _ => f64::NAN,
        };
        self.scalar(dtype, value)
    }

    /// `x.at[parts]` with the updates combined as `kind` says; places out of bounds are treated as `mode` says.
    ///
    /// # Errors
    /// As [`Tracer::index`], or the updates do not broadcast to what is indexed.
    pub(crate) fn index_update(
        &mut self,
        x: &Tensor,
        parts: &[Part],
        updates: &Tensor,
        kind: ScatterKind,
        mode: OutOfBounds,
    ) -> Result<Tensor> {
        let steps = self.steps(x, parts)?;
        let plan = self.plan(x, &steps)?;
        let updates = self.convert(updates, x.dtype())?;
        let mut shape = plan.shape.clone();
        for &axis in &plan.new_axes {
            shape.insert(axis.min(shape.len()), 1);
        }
        let fits = super::broadcast_shapes(updates.shape(), &shape).is_ok_and(|found| found == shape);
        if !fits {
            return Err(Error::shape(format!(
                "updates of shape {} do not broadcast to what is indexed, which has shape {}",
                as_tuple(updates.shape()),
                as_tuple(&shape)
            )));
        }
        let updates = self.broadcast_to(&updates, &shape)?;
        let updates = self.reshape(&updates, &plan.shape)?;
        let weak = x.is_weak();
        let y = self.build1(&[x, &plan.starts, &updates], |b, v| b.scatter(kind, v[0], v[1], v[2], plan.dims, mode))?;
        Ok(y.weak_if(weak))
    }

    /// The parts with the ellipsis spelled out and integers as constants.
    fn steps(&mut self, x: &Tensor, parts: &[Part]) -> Result<Vec<Step>> {
        let used = parts.iter().filter(|p| !matches!(p, Part::New | Part::Rest)).count();
        if used > x.rank() {
            let message = format!("too many indices: array is {}-dimensional, but {used} were indexed", x.rank());
            return Err(crate::interp::exceptions::raise("IndexError", message));
        }
        let rest = x.rank() - used;
        let ellipsis = parts.iter().filter(|p| matches!(p, Part::Rest)).count();
        if ellipsis > 1 {
            let message = "an index can only have a single ellipsis ('...')";
            return Err(crate::interp::exceptions::raise("IndexError", message));
        }
        let (mut steps, mut dim) = (Vec::new(), 0);
        let whole = |dim: usize| Step::Range { dim, start: 0, step: 1, count: x.shape()[dim] };
        for part in parts {
            match part {
                Part::New => steps.push(Step::New),
                Part::Rest => {
                    steps.extend((dim..dim + rest).map(whole));
                    dim += rest;
                }
                Part::At(i) => {
                    steps.push(Step::Choose { dim, indices: self.literal(*i)? });
                    dim += 1;
                }
                &Part::Range { start, step, count } => {
                    steps.push(Step::Range { dim, start, step, count });
                    dim += 1;
                }
                Part::Array(indices) => {
                    if !indices.dtype().is_int() {
                        return Err(Error::ty(format!(
                            "indices must be integers or truth values, found {}",
                            indices.ty()
                        )));
                    }
                    steps.push(Step::Choose { dim, indices: indices.clone() });
                    dim += 1;
                }
            }
        }
        steps.extend((dim..x.rank()).map(whole));
        Ok(steps)
    }

    /// Positions `start, start + step, …` of a dimension.
    fn range(&mut self, x: &Tensor, dim: usize, start: i64, step: i64, count: usize) -> Result<Tensor> {
        if start == 0 && step == 1 && x.shape().get(dim) == Some(&count) {
            return Ok(x.clone());
        }
        if count == 0 {
            return self.slice_axis(x, dim, 0, 0);
        }
        let last = start + step * (count as i64 - 1);
        let (low, high) = (start.min(last) as usize, start.max(last) as usize);
        let mut starts = vec![0; x.rank()];
        let mut limits = x.shape().to_vec();
        let mut strides = vec![1; x.rank()];
        let stride = if count > 1 { step.unsigned_abs() as usize } else { 1 };
        (starts[dim], limits[dim], strides[dim]) = (low, high + 1, stride);
        let y = self.build1(&[x], |b, v| b.slice(v[0], &starts, &limits, &strides))?;
        if step < 0 && count > 1 { self.reverse(&y, &[dim]) } else { Ok(y) }
    }

    /// Indices below 0 counted from the end.
    pub(crate) fn wrapped(&mut self, indices: &Tensor, length: usize) -> Result<Tensor> {
        if let Some(Literal::Int(i)) = indices.literal() {
            let place = if i < 0 { i + length as i64 } else { i };
            return self.literal(place);
        }
        if indices.dtype().is_unsigned_int() {
            return Ok(indices.clone());
        }
        self.compute([indices], |[i]| i.lt(0).select(i + length as i64, i))
    }

    /// How the steps address windows of `x`.
    fn plan(&mut self, x: &Tensor, steps: &[Step]) -> Result<Plan> {
        let chosen: Vec<usize> =
            steps.iter().enumerate().filter(|(_, s)| matches!(s, Step::Choose { .. })).map(|(at, _)| at).collect();
        let mut choice_shape = Vec::new();
        for step in steps {
            if let Step::Choose { indices, .. } = step {
                choice_shape = super::broadcast_shapes(&choice_shape, indices.shape())?;
            }
        }
        // NumPy: the dimensions of index arrays stand where the arrays do if they are side by side, in front
        // otherwise.
        let adjacent = chosen.windows(2).all(|w| w[0] + 1 == w[1]);
        let place = if adjacent { chosen.first().copied() } else { Some(0) };
        let (mut shape, mut new_axes, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
        let (mut sizes, mut collapsed, mut mapped) = (x.shape().to_vec(), Vec::new(), Vec::new());
        // One component of the index vectors each: values, and the result dimensions that they run over.
        let mut components: Vec<(Tensor, Vec<usize>)> = Vec::new();
        let (mut axis, mut batch, mut choice_dims) = (0, Vec::new(), Vec::new());
        let mut put_choices = |shape: &mut Vec<usize>, batch: &mut Vec<usize>, axis: &mut usize| {
            choice_dims = (shape.len()..shape.len() + choice_shape.len()).collect();
            batch.extend(choice_dims.iter().copied());
            shape.extend(choice_shape.iter().copied());
            *axis += choice_shape.len();
        };
        if chosen.is_empty() || !adjacent {
            put_choices(&mut shape, &mut batch, &mut axis);
        }
        let mut ranges = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            if adjacent && Some(at) == place && !chosen.is_empty() {
                put_choices(&mut shape, &mut batch, &mut axis);
            }
            match step {
                Step::New => {
                    new_axes.push(axis);
                    axis += 1;
                }
                Step::Choose { .. } => {}
                &Step::Range { dim, start, step, count } => {
                    let whole = start == 0 && step == 1 && count == x.shape()[dim];
                    let window = step == 1 || count == 1;
                    if window {
                        offsets.push(shape.len());
                        sizes[dim] = count;
                    } else {
                        batch.push(shape.len());
                    }
                    if !whole {
                        ranges.push((dim, start, step, count, (!window).then_some(shape.len())));
                    }
                    shape.push(count);
                    axis += 1;
                }
            }
        }
        for step in steps {
            if let Step::Choose { dim, indices } = step {
                let wrapped = self.wrapped(indices, x.shape()[*dim])?;
                let missing = choice_dims.len() - wrapped.rank();
                components.push((wrapped, choice_dims[missing..].to_vec()));
                (sizes[*dim], _) = (1, collapsed.push(*dim));
                mapped.push(*dim);
            }
        }
        let int = self.default_int();
        for (dim, start, step, count, over) in ranges {
            let values = match over {
                None => self.scalar(int, start as f64)?,
                Some(_) => {
                    let iota = self.iota(int, &[count], 0)?;
                    collapsed.push(dim);
                    sizes[dim] = 1;
                    self.compute([&iota], |[i]| i * step + start)?
                }
            };
            components.push((values, over.into_iter().collect()));
            mapped.push(dim);
        }
        batch.sort_unstable();
        collapsed.sort_unstable();
        let batch_shape: Vec<usize> = batch.iter().map(|&d| shape[d]).collect();
        let mut columns = Vec::new();
        for (values, over) in components {
            let values = self.convert(&values, int)?;
            // Dimensions of `values` at their places among the batch dimensions.
            let mut lifted = vec![1; batch.len()];
            for (&d, &n) in over.iter().zip(values.shape()) {
                if let Some(at) = batch.iter().position(|&b| b == d) {
                    lifted[at] = n;
                }
            }
            let values = self.reshape(&values, &lifted)?;
            let values = self.broadcast_to(&values, &batch_shape)?;
            columns.push(self.expand_dims(&values, &[batch.len()])?);
        }
        let starts = match columns.is_empty() {
            true => {
                let ty = TensorType::new(int, [batch_shape.as_slice(), &[0]].concat());
                self.full(&ty, 0.0)?
            }
            false => self.concatenate(&columns, batch.len())?,
        };
        let dims = GatherDims {
            offset_dims: offsets,
            collapsed_slice_dims: collapsed,
            start_index_map: mapped,
            ..GatherDims::default()
        };
        Ok(Plan { starts, dims, sizes, shape, new_axes })
    }
}

/// How an index addresses windows of a tensor.
struct Plan {
    /// The index vectors.
    starts: Tensor,
    dims: GatherDims,
    sizes: Vec<usize>,
    /// The shape of what is addressed, without new axes.
    shape: Vec<usize>,
    /// Where new axes stand in the result.
    new_axes: Vec<usize>,
}

/// The dimensions of which one place is chosen, if that is all that is chosen.
fn scalars(steps: &[Step]) -> Option<Vec<(usize, Tensor)>> {
    let mut found = Vec::new();
    for step in steps {
        if let Step::Choose { dim, indices } = step {
            if indices.rank() > 0 {
                return None;
            }
            found.push((*dim, indices.clone()));
        }
    }
    Some(found)
}

impl Tracer {
    /// Index parts that choose along `axis` by `indices`, at every place of the other dimensions separately;
    /// those of `x` and `indices` broadcast.
    pub(crate) fn along_axis(&mut self, x: &Tensor, indices: &Tensor, axis: usize) -> Result<Vec<Part>> {
        if indices.rank() != x.rank() {
            return Err(Error::shape(format!(
                "indices along an axis need the rank of the tensor: found shapes {} and {}",
                as_tuple(indices.shape()),
                as_tuple(x.shape())
            )));
        }
        let int = self.default_int();
        let mut parts = Vec::new();
        for (dim, &n) in x.shape().iter().enumerate() {
            if dim == axis {
                parts.push(Part::Array(indices.clone()));
                continue;
            }
            let iota = self.iota(int, &[n], 0)?;
            let mut shape = vec![1; x.rank()];
            shape[dim] = n;
            parts.push(Part::Array(self.reshape(&iota, &shape)?));
        }
        Ok(parts)
    }

    /// `jnp.take_along_axis`.
    pub(crate) fn take_along(
        &mut self,
        x: &Tensor,
        indices: &Tensor,
        axis: usize,
        mode: OutOfBounds,
    ) -> Result<Tensor> {
        if indices.rank() != x.rank() {
            return self.along_axis(x, indices, axis).and_then(|parts| self.index(x, &parts, mode));
        }
        let others = |shape: &[usize]| -> Vec<usize> {
            shape.iter().enumerate().filter(|(d, _)| *d != axis).map(|(_, &n)| n).collect()
        };
        let common = super::broadcast_shapes(&others(x.shape()), &others(indices.shape()))?;
        let mut lifted = |t: &Tensor| {
            let mut shape = common.clone();
            shape.insert(axis, t.shape()[axis]);
            self.broadcast_to(t, &shape)
        };
        let (x, indices) = (lifted(x)?, lifted(indices)?);
        let length = x.shape()[axis];
        let indices = self.wrapped(&indices, length)?.into_strong();
        let weak = x.is_weak();
        Ok(self.build1(&[&x, &indices], |b, v| b.take_along_axis(v[0], v[1], axis, mode))?.weak_if(weak))
    }
}

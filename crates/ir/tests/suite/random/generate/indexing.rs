//! Steps that move elements to and from computed places.

use keramos_ir::ops::{GatherDims, OutOfBounds, ScatterKind};
use keramos_ir::{Array, DType, Result, TensorType, Value};

use super::{Made, Maker};

const MODES: &[OutOfBounds] = &[OutOfBounds::Clip, OutOfBounds::Zero, OutOfBounds::Clip, OutOfBounds::Fill];

/// Those that yield no NaN, of which no difference can be taken.
const SMOOTH_MODES: &[OutOfBounds] = &[OutOfBounds::Clip, OutOfBounds::Zero];

impl Maker {
    pub(super) fn indexing(&mut self) -> Made {
        let Some(x) = self.find(|ty| ty.rank() > 0) else { return Ok(Vec::new()) };
        let ty = self.b.ty(x).clone();
        let axis = self.c.below(ty.rank());
        let sizes: Vec<usize> = ty.shape.iter().map(|&n| 1 + self.c.below(n)).collect();
        let made = match self.c.below(6) {
            0 => {
                let starts = self.starts(ty.rank())?;
                self.b.dynamic_slice(x, &starts, &sizes)?
            }
            1 => {
                let starts = self.starts(ty.rank())?;
                let mut update = self.like(x);
                if update == x {
                    // XLA's CPU backend overwrites a tensor with a piece of itself while it still reads it.
                    update = self.b.optimization_barrier(&[x])?[0];
                }
                let update = self.b.slice(update, &vec![0; sizes.len()], &sizes, &vec![1; sizes.len()])?;
                self.b.dynamic_update_slice(x, update, &starts)?
            }
            2 => {
                let indices = self.indices(&[3])?;
                let mode = self.mode();
                self.b.take(x, indices, axis, mode)?
            }
            3 => {
                let mut shape = ty.shape.clone();
                shape[axis] = self.c.of(&[1, 2, 3]);
                let indices = self.indices(&shape)?;
                let mode = self.mode();
                self.b.take_along_axis(x, indices, axis, mode)?
            }
            4 => {
                // Windows that start along one dimension.
                let dims = GatherDims {
                    offset_dims: (1..=ty.rank()).collect(),
                    start_index_map: vec![axis],
                    ..GatherDims::default()
                };
                let indices = self.indices(&[2, 1])?;
                let mode = self.mode();
                self.b.gather(x, indices, dims, &sizes, mode)?
            }
            _ => return self.scatter(x, &ty, axis),
        };
        // What is filled in is not moderate, and NaN hides everything after it.
        let float = self.is_float(made);
        Ok(vec![if float && self.c.once_in(2) { self.calm(made)? } else { made }])
    }

    fn scatter(&mut self, x: Value, ty: &TensorType, axis: usize) -> Made {
        let kinds = if self.domain.no_derivative { ScatterKind::ALL } else { &ScatterKind::ALL[..2] };
        let kind = self.c.of(kinds);
        if ty.dtype == DType::Bool && kind != ScatterKind::Replace {
            return Ok(Vec::new());
        }
        // Rows of another value of the type, to three places along the axis.
        let other = self.like(x);
        let rows = self.indices(&[3])?;
        let updates = self.b.take(other, rows, axis, OutOfBounds::Clip)?;
        let updates = self.b.move_axis(updates, axis, 0)?;
        let dims = GatherDims {
            offset_dims: (1..ty.rank()).collect(),
            collapsed_slice_dims: vec![axis],
            start_index_map: vec![axis],
            ..GatherDims::default()
        };
        let indices = self.indices(&[3, 1])?;
        let mode = self.mode();
        let made = self.b.scatter(kind, x, indices, updates, dims, mode)?;
        Ok(vec![self.calm(made)?])
    }

    fn mode(&mut self) -> OutOfBounds {
        self.c.of(if self.domain.kinks { MODES } else { SMOOTH_MODES })
    }

    fn starts(&mut self, rank: usize) -> Result<Vec<Value>> {
        (0..rank).map(|_| self.scalar_index()).collect()
    }

    /// Indices of a shape: constants, some out of bounds, or made from an integer there is.
    fn indices(&mut self, shape: &[usize]) -> Result<Value> {
        let ty = TensorType::new(DType::I32, shape);
        if let Some(found) = self.find(|other| *other == ty) {
            return Ok(found);
        }
        if self.domain.kinks && self.c.once_in(3) {
            let scalar = self.scalar_index()?;
            let (base, count) = (self.b.broadcast(scalar, shape)?, self.b.iota(&ty, shape.len() - 1)?);
            return self.b.add(base, count);
        }
        let values: Vec<i32> = (0..ty.size()).map(|_| self.c.of(&[0, 1, 2, 1, 0, -1, 7])).collect();
        self.b.constant(Array::new(shape, keramos_ir::Buffer::I32(values))?)
    }
}

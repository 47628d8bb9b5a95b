//! Steps that move elements to places known beforehand.

use keramos_ir::ops::{BroadcastInDim, Concatenate, Iota, Pad, Padding, Slice};
use keramos_ir::{Array, DType, TensorType};

use super::{MAX_SIZE, Made, Maker};

impl Maker {
    pub(super) fn shape(&mut self) -> Made {
        let x = self.any();
        let ty = self.b.ty(x).clone();
        let rank = ty.rank();
        Ok(vec![match self.c.below(8) {
            0 => {
                let order = self.c.shuffled(rank);
                self.b.transpose(x, &order)?
            }
            1 => {
                let dims = self.c.subset(rank);
                self.b.rev(x, &dims)?
            }
            2 => self.reshaped(&ty.shape.clone(), x)?,
            3 | 4 => {
                // A new dimension anywhere.
                let (place, size) = (self.c.below(rank + 1), self.c.of(&[1, 2, 3]));
                if rank > 3 || ty.size() * size > MAX_SIZE {
                    return Ok(Vec::new());
                }
                let mut shape = ty.shape;
                shape.insert(place, size);
                let dims = (0..=rank).filter(|&d| d != place).collect();
                self.b.emit1(BroadcastInDim { shape, dims }, &[x])?
            }
            5 => {
                let (mut start, mut limit, mut strides) = (Vec::new(), Vec::new(), Vec::new());
                for &n in &ty.shape {
                    start.push(self.c.below(n.min(2)));
                    limit.push(n - self.c.below((n - start[start.len() - 1]).min(2)));
                    strides.push(self.c.of(&[1, 1, 2]));
                }
                self.b.emit1(Slice { start, limit, strides }, &[x])?
            }
            6 => {
                let value = self.find(|s| *s == TensorType::scalar(ty.dtype));
                let value = match value {
                    Some(value) => value,
                    None => self.b.constant(Array::scalar(ty.dtype, 1.0))?,
                };
                let mut padding = Vec::new();
                for &n in &ty.shape {
                    let low = self.c.below(3) as i64 - i64::from(n > 1);
                    padding.push(Padding { low, high: self.c.below(2) as i64, interior: self.c.of(&[0, 0, 1]) });
                }
                let size: Option<usize> = ty.shape.iter().zip(&padding).map(|(&n, p)| p.size(n)).product();
                if size.is_none_or(|size| size > MAX_SIZE || size == 0) {
                    return Ok(Vec::new());
                }
                self.b.emit1(Pad { padding }, &[x, value])?
            }
            _ => {
                let shape = self.c.of(&[&[3][..], &[2, 3], &[2], &[3, 2]]).to_vec();
                let dim = self.c.below(shape.len());
                let dtype = if self.domain.kinks {
                    self.c.of(&[self.domain.float, DType::I32, DType::U8])
                } else {
                    self.domain.float
                };
                self.b.emit1(Iota { dtype, shape, dim }, &[])?
            }
        }])
    }

    fn reshaped(&mut self, shape: &[usize], x: keramos_ir::Value) -> keramos_ir::Result<keramos_ir::Value> {
        let size: usize = shape.iter().product();
        let candidates = [vec![size], vec![1, size], vec![size / 2, 2], vec![3, size / 3], vec![size / 6, 2, 3]];
        let fitting: Vec<&Vec<usize>> = candidates.iter().filter(|s| s.iter().product::<usize>() == size).collect();
        let shape = self.c.of(&fitting).clone();
        self.b.reshape(x, &shape)
    }

    /// Several joined along a dimension.
    pub(super) fn joined(&mut self) -> Made {
        let Some(x) = self.find(|ty| ty.rank() > 0) else { return Ok(Vec::new()) };
        let ty = self.b.ty(x).clone();
        let dim = self.c.below(ty.rank());
        let fits = |other: &TensorType| {
            let mut other = other.clone();
            if other.rank() != ty.rank() {
                return false;
            }
            other.shape[dim] = ty.shape[dim];
            other == ty
        };
        let mut parts = vec![x];
        for _ in 0..=self.c.below(2) {
            parts.push(self.find(fits).unwrap_or(x));
        }
        Ok(vec![self.b.emit1(Concatenate { dim }, &parts)?])
    }
}

//! Steps that combine elements.

use keramos_ir::ops::{
    ArgExtremum, Conv, ConvDims, Cumulative, DotDims, DotGeneral, Extremum, Monoid, Precision, Reduce, ReduceWindow,
    Sort, TopK, Window,
};
use keramos_ir::{DType, Op, Primitive, TensorType, Value};

use super::{MAX_SIZE, Made, Maker};

impl Maker {
    pub(super) fn reduction(&mut self) -> Made {
        let x = match self.find(|ty| ty.rank() > 0) {
            Some(x) if self.domain.kinks || self.is_float(x) => x,
            _ => return Ok(Vec::new()),
        };
        let ty = self.b.ty(x).clone();
        let rank = ty.rank();
        let axis = self.c.below(rank);
        let smooth = [Monoid::Sum, Monoid::Prod];
        let monoid = self.c.of(if self.domain.kinks { Monoid::ALL } else { &smooth });
        let op: Op = match self.c.below(if self.domain.kinks { 8 } else { 4 }) {
            0 => Reduce { monoid, axes: vec![axis] }.into(),
            1 => Reduce { monoid, axes: self.c.subset(rank) }.into(),
            2 => Cumulative { monoid, axis, reverse: self.c.once_in(2) }.into(),
            3 => ReduceWindow { monoid, window: self.window(&ty, monoid == Monoid::Sum) }.into(),
            4 => {
                let extremum = self.c.of(&[Extremum::Max, Extremum::Min]);
                ArgExtremum { extremum, axis, dtype: DType::I32 }.into()
            }
            5 => Sort { dim: axis, num_keys: 1 }.into(),
            6 => return self.sorted_together(x, axis),
            _ => TopK { k: 1 + self.c.below(*ty.shape.last().unwrap_or(&1)) }.into(),
        };
        match op.infer(&[&ty]) {
            Ok(_) => {
                let made = self.b.emit(op, &[x])?;
                self.calm_all(made)
            }
            Err(_) => Ok(Vec::new()),
        }
    }

    fn sorted_together(&mut self, x: Value, dim: usize) -> Made {
        let shape = self.b.ty(x).shape.clone();
        let mut operands = vec![x];
        for _ in 0..2 {
            operands.extend(self.find(|ty| ty.shape == shape));
        }
        let num_keys = 1 + self.c.below(operands.len());
        self.b.emit(Sort { dim, num_keys }, &operands)
    }

    /// A window that every dimension holds; dilated only if wanted.
    pub(super) fn window(&mut self, ty: &TensorType, dilated: bool) -> Window {
        let rank = ty.rank();
        let size: Vec<usize> = ty.shape.iter().map(|&n| 1 + self.c.below(n.clamp(1, 2))).collect();
        let strides: Vec<usize> = (0..rank).map(|_| self.c.of(&[1, 1, 2])).collect();
        let padding: Vec<(i64, i64)> = size.iter().map(|&k| (self.c.below(k) as i64, self.c.below(k) as i64)).collect();
        let mut window = Window::new(size, strides).padded(padding);
        if dilated && self.c.once_in(3) {
            window.base_dilation = (0..rank).map(|_| self.c.of(&[1, 2])).collect();
        }
        window
    }

    /// Products summed, by matrices or windows.
    pub(super) fn contraction(&mut self) -> Made {
        if self.c.once_in(3) {
            return self.convolution();
        }
        let kinks = self.domain.kinks;
        let Some(x) = self.find(|ty| ty.dtype.is_float() || (kinks && ty.dtype == DType::I32)) else {
            return Ok(Vec::new());
        };
        let dtype = self.b.ty(x).dtype;
        let y = self.find(|ty| ty.dtype == dtype).unwrap_or(x);
        let (xs, ys) = (self.b.ty(x).shape.clone(), self.b.ty(y).shape.clone());
        // Dimensions of equal size pair up at random, as contracted or batch.
        let mut dims = DotDims::default();
        let mut left = self.c.shuffled(ys.len());
        for i in self.c.shuffled(xs.len()) {
            let Some(place) = left.iter().position(|&j| ys[j] == xs[i]) else { continue };
            match self.c.below(4) {
                0 | 1 => {
                    dims.lhs_contracting.push(i);
                    dims.rhs_contracting.push(left.remove(place));
                }
                2 => {
                    dims.lhs_batch.push(i);
                    dims.rhs_batch.push(left.remove(place));
                }
                _ => {}
            }
        }
        let op = DotGeneral { dims, precision: Precision::Highest, dtype };
        let result = op.infer(&[self.b.ty(x), self.b.ty(y)])?;
        if result.iter().any(|ty| ty.size() > MAX_SIZE || ty.rank() > 4) {
            return Ok(Vec::new());
        }
        let z = self.b.emit1(op, &[x, y])?;
        Ok(vec![self.calm(z)?])
    }

    /// One spatial dimension; the operands are any matrices of which one dimension becomes two.
    fn convolution(&mut self) -> Made {
        let kinks = self.domain.kinks;
        let fits = |ty: &TensorType| ty.rank() == 2 && (ty.dtype.is_float() || (kinks && ty.dtype == DType::I32));
        let Some(x) = self.find(fits) else { return Ok(Vec::new()) };
        let dtype = self.b.ty(x).dtype;
        let y = self.find(|ty| ty.dtype == dtype && ty.rank() == 2).unwrap_or(x);
        let groups = self.c.of(&[1, 1, 2]);
        let (xs, ys) = (self.b.ty(x).shape.clone(), self.b.ty(y).shape.clone());
        let batch_groups = if groups == 1 { self.c.of(&[1, 1, 2]) } else { 1 };
        // [features of the input, length] and [features of the output, length], the rest made up.
        let x = self.b.broadcast_in_dim(x, &[2, xs[0], xs[1]], &[1, 2])?;
        let y = self.b.broadcast_in_dim(y, &[ys[0], xs[0] / groups, ys[1]], &[0, 2])?;
        let conv = Conv {
            strides: vec![self.c.of(&[1, 2])],
            padding: vec![(self.c.below(3) as i64, self.c.below(2) as i64)],
            lhs_dilation: vec![self.c.of(&[1, 1, 2])],
            rhs_dilation: vec![self.c.of(&[1, 1, 2])],
            feature_groups: groups,
            batch_groups,
            ..Conv::new(ConvDims { lhs: vec![0, 1, 2], rhs: vec![0, 1, 2], out: self.c.shuffled(3) })
        };
        match conv.infer(&[self.b.ty(x), self.b.ty(y)]) {
            Ok(_) => {
                let z = self.b.emit1(conv, &[x, y])?;
                Ok(vec![self.calm(z)?])
            }
            Err(_) => Ok(Vec::new()),
        }
    }
}

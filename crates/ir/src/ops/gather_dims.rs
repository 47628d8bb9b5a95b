//! How the indices of `gather` and the scatters address windows of a tensor.

use crate::{Array, Attr, AttrReader, Attrs, Builder, IrError, Result, TensorType, Value, elements};

use super::wide::Wide;
use super::{batching, index, rules};

/// XLA's gather dimension numbers, used by scatters too (for which the "result" is the updates). The
/// last dimension of the indices holds index vectors; the others are its batch dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct GatherDims {
    /// Result dimensions that run over a window, ascending; the others run over the indices' batch.
    pub offset_dims: Vec<usize>,
    /// Operand dimensions of window size 1 that the result lacks, ascending.
    pub collapsed_slice_dims: Vec<usize>,
    /// The operand dimension that each component of an index vector addresses.
    pub start_index_map: Vec<usize>,
    /// Operand dimensions, ascending, of window size 1 that run with a batch dimension of the indices.
    pub operand_batching_dims: Vec<usize>,
    /// Those batch dimensions.
    pub start_indices_batching_dims: Vec<usize>,
}

/// What happens to a window that does not lie inside the operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutOfBounds {
    /// Its start is moved so that it does.
    Clip,
    /// Gather yields NaN (the smallest signed, the largest unsigned integer, `true`); scatter ignores the update.
    Fill,
    /// Gather yields zeros; scatter ignores the update.
    Zero,
    /// There is none; if there is, the result is unspecified.
    Promised,
}

impl OutOfBounds {
    const NAMES: [(OutOfBounds, &str); 4] = [
        (OutOfBounds::Clip, "clip"),
        (OutOfBounds::Fill, "fill_or_drop"),
        (OutOfBounds::Zero, "zero_or_drop"),
        (OutOfBounds::Promised, "promise_in_bounds"),
    ];

    pub(crate) fn attr(self) -> Attr {
        Attr::Name(Self::NAMES[self as usize].1.to_owned())
    }

    pub(crate) fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        let name = attrs.name("mode")?;
        let known = Self::NAMES.iter().find(|row| row.1 == name);
        known.map(|row| row.0).ok_or_else(|| format!("{name} is no way to treat indices out of bounds"))
    }

    /// Tangents and cotangents of what is filled are zero.
    pub(crate) fn linear(self) -> Self {
        if self == OutOfBounds::Fill { OutOfBounds::Zero } else { self }
    }
}

impl GatherDims {
    pub(crate) fn attrs(&self) -> Attrs {
        vec![
            ("offset_dims", Attr::from(&self.offset_dims)),
            ("collapsed_slice_dims", Attr::from(&self.collapsed_slice_dims)),
            ("start_index_map", Attr::from(&self.start_index_map)),
            ("operand_batching_dims", Attr::from(&self.operand_batching_dims)),
            ("start_indices_batching_dims", Attr::from(&self.start_indices_batching_dims)),
        ]
    }

    pub(crate) fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        Ok(GatherDims {
            offset_dims: attrs.sizes("offset_dims")?,
            collapsed_slice_dims: attrs.sizes("collapsed_slice_dims")?,
            start_index_map: attrs.sizes("start_index_map")?,
            operand_batching_dims: attrs.sizes("operand_batching_dims")?,
            start_indices_batching_dims: attrs.sizes("start_indices_batching_dims")?,
        })
    }

    /// The operand dimensions that offset dimensions run over, in order.
    pub(crate) fn window_dims(&self, rank: usize) -> Vec<usize> {
        rules::other_dims(rank, &[self.collapsed_slice_dims.as_slice(), &self.operand_batching_dims].concat())
    }

    /// The shape of the gathered windows, or what does not fit.
    pub(crate) fn result_shape(
        &self,
        operand: &TensorType,
        indices: &TensorType,
        sizes: &[usize],
    ) -> Result<Vec<usize>, String> {
        let rank = operand.rank();
        let Some((&vector, batch)) = indices.shape.split_last() else {
            return Err("the indices need a last dimension of index vectors".to_owned());
        };
        let ascending =
            |dims: &[usize], rank: usize| dims.windows(2).all(|w| w[0] < w[1]) && dims.iter().all(|&d| d < rank);
        let dropped = [self.collapsed_slice_dims.as_slice(), &self.operand_batching_dims].concat();
        let addressed = [self.start_index_map.as_slice(), &self.operand_batching_dims].concat();
        if !indices.dtype.is_int() {
            return Err("the indices must be integers".to_owned());
        }
        if sizes.len() != rank || sizes.iter().zip(&operand.shape).any(|(s, n)| s > n) {
            return Err(format!("windows of {sizes:?} do not fit the operand"));
        }
        if !rules::are_dims(&dropped, rank)
            || !rules::are_dims(&addressed, rank)
            || !ascending(&self.collapsed_slice_dims, rank)
            || !ascending(&self.operand_batching_dims, rank)
            || !rules::are_dims(&self.start_indices_batching_dims, batch.len())
            || dropped.iter().any(|&d| sizes[d] != 1)
        {
            return Err("collapsed, batching and addressed dimensions do not fit the operand".to_owned());
        }
        if vector != self.start_index_map.len() {
            return Err(format!("index vectors of {vector} address {} dimensions", self.start_index_map.len()));
        }
        let pairs = self.operand_batching_dims.iter().zip(&self.start_indices_batching_dims);
        if self.operand_batching_dims.len() != self.start_indices_batching_dims.len()
            || pairs.into_iter().any(|(&d, &i)| operand.shape[d] != batch[i])
        {
            return Err("batching dimensions of operand and indices do not pair up".to_owned());
        }
        let window = self.window_dims(rank);
        let result_rank = batch.len() + window.len();
        if self.offset_dims.len() != window.len() || !ascending(&self.offset_dims, result_rank) {
            return Err(format!("{} offset dimensions are needed, ascending", window.len()));
        }
        let (mut batch, mut window) = (batch.iter().copied(), window.into_iter().map(|d| sizes[d]));
        let size = |d| if self.offset_dims.contains(&d) { window.next() } else { batch.next() };
        (0..result_rank).map(size).collect::<Option<_>>().ok_or_else(|| "the result's rank does not fit".to_owned())
    }

    /// For each element of the result the position in the operand that it stands for, `None` where the
    /// window lies outside and is not clipped.
    pub(crate) fn positions(
        &self,
        op: &'static str,
        operand: &TensorType,
        indices: &Array,
        sizes: &[usize],
        mode: OutOfBounds,
    ) -> Result<Vec<Option<usize>>> {
        let shape = self
            .result_shape(operand, indices.ty(), sizes)
            .map_err(|message| IrError::ty(op, message, &[operand, indices.ty()]))?;
        let Wide::Int(vectors) = Wide::of(indices) else {
            return Err(IrError::Eval { op, message: "the indices must be integers".to_owned() });
        };
        let strides = index::strides(&operand.shape);
        let index_strides = index::strides(&indices.ty().shape);
        let window = self.window_dims(operand.rank());
        let mut positions = Vec::with_capacity(elements(&shape));
        index::for_each(&shape, |at| {
            let batch: Vec<usize> = (0..at.len()).filter(|d| !self.offset_dims.contains(d)).map(|d| at[d]).collect();
            let vector = index::flat(&batch, &index_strides);
            let mut position = Some(0);
            for (component, &d) in self.start_index_map.iter().enumerate() {
                let last = (operand.shape[d] - sizes[d]) as i128;
                let start = vectors[vector + component];
                let start = match mode {
                    OutOfBounds::Clip | OutOfBounds::Promised => Some(start.clamp(0, last)),
                    _ => (0..=last).contains(&start).then_some(start),
                };
                position = position.zip(start).map(|(p, start)| p + start as usize * strides[d]);
            }
            for (&d, &i) in self.operand_batching_dims.iter().zip(&self.start_indices_batching_dims) {
                position = position.map(|p| p + batch[i] * strides[d]);
            }
            for (&d, &o) in window.iter().zip(&self.offset_dims) {
                position = position.map(|p| p + at[o] * strides[d]);
            }
            positions.push(position);
        });
        Ok(positions)
    }

    /// The dimension numbers for all examples of a batch at once, given whether operand and indices have
    /// them along a new dimension 0. The result has them there.
    pub(crate) fn batched(&self, operand: bool, indices: bool) -> GatherDims {
        let shift = |dims: &[usize], by: bool| if by { batching::shifted(dims) } else { dims.to_vec() };
        let mut dims = GatherDims {
            offset_dims: batching::shifted(&self.offset_dims),
            collapsed_slice_dims: shift(&self.collapsed_slice_dims, operand),
            start_index_map: shift(&self.start_index_map, operand),
            operand_batching_dims: shift(&self.operand_batching_dims, operand),
            start_indices_batching_dims: shift(&self.start_indices_batching_dims, indices),
        };
        match (operand, indices) {
            // The examples are a dimension of every window.
            (true, false) => dims.offset_dims.insert(0, 0),
            (true, true) => {
                dims.operand_batching_dims.insert(0, 0);
                dims.start_indices_batching_dims.insert(0, 0);
            }
            // They are a dimension of the indices' batch.
            (false, _) => {}
        }
        dims
    }

    /// The largest start that each component of an index vector may have, as a tensor like the indices.
    pub(crate) fn last_starts(
        &self,
        b: &mut Builder,
        operand: &TensorType,
        indices: Value,
        sizes: &[usize],
    ) -> Result<Value> {
        let ty = b.ty(indices).clone();
        let last = self.start_index_map.iter().map(|&d| (operand.shape[d] - sizes[d]) as i128).collect();
        let row = TensorType::new(ty.dtype, [self.start_index_map.len()]);
        let row = b.constant(Wide::Int(last).narrow("gather", &row)?)?;
        b.broadcast(row, &ty.shape)
    }

    pub(crate) fn gather_attribute(&self, vector_dim: usize) -> String {
        format!(
            "#stablehlo.gather<offset_dims = {:?}, collapsed_slice_dims = {:?}, operand_batching_dims = {:?}, \
             start_indices_batching_dims = {:?}, start_index_map = {:?}, index_vector_dim = {vector_dim}>",
            self.offset_dims,
            self.collapsed_slice_dims,
            self.operand_batching_dims,
            self.start_indices_batching_dims,
            self.start_index_map,
        )
    }

    pub(crate) fn scatter_attribute(&self, vector_dim: usize) -> String {
        format!(
            "#stablehlo.scatter<update_window_dims = {:?}, inserted_window_dims = {:?}, input_batching_dims = {:?}, \
             scatter_indices_batching_dims = {:?}, scatter_dims_to_operand_dims = {:?}, index_vector_dim = {vector_dim}>",
            self.offset_dims,
            self.collapsed_slice_dims,
            self.operand_batching_dims,
            self.start_indices_batching_dims,
            self.start_index_map,
        )
    }
}

//! The sliding windows that `reduce_window` and pooling gradients share.

use crate::stablehlo::{i64_array, padding_matrix};
use crate::{Attr, AttrReader, Attrs, IrError, Result, TensorType};

use super::{batching, index};

/// Where windows lie: one entry per dimension in each list.
///
/// With `dilate(n, d) = (n − 1)·d + 1` (0 for n = 0), there are
/// `⌊(dilate(n, base_dilation) + low + high − dilate(size, window_dilation)) / stride⌋ + 1` windows
/// along a dimension of size n.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Elements in a window.
    pub size: Vec<usize>,
    /// The step from window to window.
    pub strides: Vec<usize>,
    /// Positions without element before and after, added after dilating; negative removes elements.
    pub padding: Vec<(i64, i64)>,
    /// One more than the positions without element between neighbours of the operand.
    pub base_dilation: Vec<usize>,
    /// One more than the positions skipped between neighbours in a window.
    pub window_dilation: Vec<usize>,
}

pub(crate) fn dilate(n: usize, dilation: usize) -> usize {
    if n == 0 { 0 } else { (n - 1).saturating_mul(dilation).saturating_add(1) }
}

/// One dimension of an operand and of the windows that lie in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Elements, and their distance.
    pub n: usize,
    pub base_dilation: usize,
    /// Positions before and after; negative removes elements.
    pub padding: (i64, i64),
    /// Elements of a window, their distance, and that of windows.
    pub size: usize,
    pub window_dilation: usize,
    pub stride: usize,
}

/// Why there are no windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// There are more positions than any machine has.
    Endless,
    /// There are not enough.
    Large,
}

impl Row {
    /// The number of windows.
    pub fn windows(self) -> Result<usize, Misfit> {
        // Positions and their differences can be told with 64 bits then, also those of derivatives.
        const MOST: i128 = 1 << 48;
        let spread = |n: usize, dilation: usize| dilate(n, dilation) as i128;
        let (low, high) = (i128::from(self.padding.0), i128::from(self.padding.1));
        let dilated = spread(self.n, self.base_dilation);
        let (padded, window) = (dilated + low + high, spread(self.size, self.window_dilation));
        if [dilated, low.abs(), high.abs(), padded].iter().any(|&positions| positions > MOST) {
            return Err(Misfit::Endless);
        }
        match usize::try_from(padded - window) {
            Ok(rest) if padded >= 0 => Ok(rest / self.stride + 1),
            _ => Err(Misfit::Large),
        }
    }
}

impl Window {
    /// Windows of the given size and strides without padding or dilation.
    pub fn new(size: impl Into<Vec<usize>>, strides: impl Into<Vec<usize>>) -> Self {
        let size = size.into();
        let rank = size.len();
        Window {
            size,
            strides: strides.into(),
            padding: vec![(0, 0); rank],
            base_dilation: vec![1; rank],
            window_dilation: vec![1; rank],
        }
    }

    /// The same with padding.
    pub fn padded(self, padding: impl Into<Vec<(i64, i64)>>) -> Self {
        Window { padding: padding.into(), ..self }
    }

    /// Whether operand or window are dilated.
    pub fn is_dilated(&self) -> bool {
        self.base_dilation.iter().chain(&self.window_dilation).any(|&d| d != 1)
    }

    /// The number of windows along each dimension of an operand, if they fit.
    pub fn places(&self, x: &TensorType) -> Option<Vec<usize>> {
        self.counts("window", x).ok()
    }

    /// The number of windows along each dimension of an operand.
    pub(crate) fn counts(&self, op: &'static str, x: &TensorType) -> Result<Vec<usize>> {
        let rank = x.rank();
        let lists = [&self.size, &self.strides, &self.base_dilation, &self.window_dilation];
        if lists.iter().any(|list| list.len() != rank || list.contains(&0)) || self.padding.len() != rank {
            let message = format!("the window must have {rank} sizes, strides, paddings and dilations, none of them 0");
            return Err(IrError::ty(op, message, &[x]));
        }
        let row = |d: usize| Row {
            n: x.shape[d],
            base_dilation: self.base_dilation[d],
            padding: self.padding[d],
            size: self.size[d],
            window_dilation: self.window_dilation[d],
            stride: self.strides[d],
        };
        (0..rank).map(|d| row(d).windows()).collect::<Result<_, _>>().map_err(|misfit| match misfit {
            Misfit::Large => {
                IrError::ty(op, format!("a window of {:?} is larger than the padded operand", self.size), &[x])
            }
            Misfit::Endless => IrError::ty(op, "the padded operand is too large for any machine", &[x]),
        })
    }

    /// Every pair of an element's position in an operand of the given shape and the position of a
    /// window that it lies in; windows ascend, and so do the elements of one.
    pub(crate) fn members(&self, shape: &[usize], counts: &[usize]) -> Vec<(usize, usize)> {
        let strides = index::strides(shape);
        let (mut pairs, mut window) = (Vec::new(), 0);
        index::for_each(counts, |at| {
            index::for_each(&self.size, |tap| {
                let mut position = 0;
                for (d, &stride) in strides.iter().enumerate() {
                    let place = (at[d] * self.strides[d] + tap[d] * self.window_dilation[d]) as i64 - self.padding[d].0;
                    let step = self.base_dilation[d] as i64;
                    if place < 0 || place % step != 0 || place / step >= shape[d] as i64 {
                        return;
                    }
                    position += (place / step) as usize * stride;
                }
                pairs.push((position, window));
            });
            window += 1;
        });
        pairs
    }

    /// Windows of one element along a new dimension 0.
    pub(crate) fn batched(&self) -> Window {
        Window {
            size: batching::with_first(1, &self.size),
            strides: batching::with_first(1, &self.strides),
            padding: batching::with_first((0, 0), &self.padding),
            base_dilation: batching::with_first(1, &self.base_dilation),
            window_dilation: batching::with_first(1, &self.window_dilation),
        }
    }

    pub(crate) fn attrs(&self) -> Attrs {
        vec![
            ("window", Attr::from(&self.size)),
            ("strides", Attr::from(&self.strides)),
            ("padding", Attr::from(self.padding.as_slice())),
            ("base_dilation", Attr::from(&self.base_dilation)),
            ("window_dilation", Attr::from(&self.window_dilation)),
        ]
    }

    pub(crate) fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        Ok(Window {
            size: attrs.sizes("window")?,
            strides: attrs.sizes("strides")?,
            padding: attrs.pairs("padding")?,
            base_dilation: attrs.sizes("base_dilation")?,
            window_dilation: attrs.sizes("window_dilation")?,
        })
    }

    /// The attributes of `stablehlo.reduce_window`.
    pub(crate) fn hlo_attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("window_dimensions", i64_array(&self.size)),
            ("window_strides", i64_array(&self.strides)),
            ("base_dilations", i64_array(&self.base_dilation)),
            ("window_dilations", i64_array(&self.window_dilation)),
            ("padding", padding_matrix(&self.padding)),
        ]
    }
}

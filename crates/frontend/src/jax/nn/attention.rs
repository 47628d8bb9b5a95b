//! Attention.

use keramos_ir::ops::{DotDims, DotGeneral, Precision};
use keramos_ir::{DType, as_tuple};

use super::normalised::optional;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{integers, tensor};
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::float_info;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// Who may attend to whom.
struct Visibility {
    causal: bool,
    /// How far back and ahead of a query its keys may be.
    window: Option<(i64, i64)>,
    query_lengths: Option<Tensor>,
    key_lengths: Option<Tensor>,
}

/// With leading dimensions of size 1 up to four.
fn four(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    let new: Vec<usize> = (0..4usize.saturating_sub(x.rank())).collect();
    t.expand_dims(x, &new)
}

impl Visibility {
    /// Which of queries × keys `[batch or 1, T, S]` are visible; `None` if all are.
    fn mask(&self, t: &mut Tracer, queries: usize, keys: usize) -> Result<Option<Tensor>> {
        let plane = [1, queries, keys];
        let (row, column) = (t.iota(DType::I32, &plane, 1)?, t.iota(DType::I32, &plane, 2)?);
        let mut masks = Vec::new();
        if self.causal {
            masks.push(t.ge(&row, &column)?);
        }
        if let Some((left, right)) = self.window {
            masks.push(t.formula(|f| {
                let (row, column) = (f.of(&row), f.of(&column));
                row.ge(column - right as f64).and(row.le(column + left as f64))
            })?);
        }
        for (lengths, place) in [(&self.query_lengths, &row), (&self.key_lengths, &column)] {
            if let Some(lengths) = lengths {
                let lengths = t.expand_dims(lengths, &[1, 2])?;
                masks.push(t.lt(place, &lengths)?);
            }
        }
        let mut all: Option<Tensor> = None;
        for mask in masks {
            all = Some(match all {
                None => mask,
                Some(all) => t.and(&all, &mask)?,
            });
        }
        Ok(all)
    }
}

/// A bias or mask `[batch, heads or 1, T, S]` by groups of heads, `[batch, kv heads or 1, group or 1, T, S]`.
fn grouped(t: &mut Tracer, x: &Tensor, kv_heads: usize, group: usize) -> Result<Tensor> {
    let &[batch, heads, rows, columns] = x.shape() else { return Err(Error::internal("a mask has four dimensions")) };
    match heads {
        1 => t.reshape(x, &[batch, 1, 1, rows, columns]),
        _ if heads == kv_heads * group => t.reshape(x, &[batch, kv_heads, group, rows, columns]),
        _ => Err(raise("ValueError", format!("the mask or bias has {heads} heads, the query {}", kv_heads * group))),
    }
}

fn check(name: &str, x: &Tensor, shape: &[Option<usize>], dtype: Option<DType>) -> Result<()> {
    let text: Vec<String> = shape.iter().map(|n| n.map_or("-1".to_owned(), |n| n.to_string())).collect();
    if x.rank() != shape.len() {
        return Err(raise("ValueError", format!("{name} ndim should be {}, but got {}", shape.len(), x.rank())));
    }
    if let Some(dtype) = dtype.filter(|&dtype| dtype != x.dtype()) {
        let (wanted, found) = (dtype.numpy_name(), x.dtype().numpy_name());
        return Err(raise("ValueError", format!("{name} dtype should be {wanted}, but got {found}")));
    }
    if x.shape().iter().zip(shape).any(|(n, wanted)| wanted.is_some_and(|wanted| wanted != *n)) {
        let message = format!("{name} shape should be [{}]: but got {}", text.join(", "), as_tuple(x.shape()));
        return Err(raise("ValueError", message));
    }
    Ok(())
}

/// The argument `local_window_size`: one number for both directions, or two.
fn window(args: &Bound) -> Result<Option<(i64, i64)>> {
    let Some(value) = args.some("local_window_size")? else { return Ok(None) };
    match integers(value).as_deref() {
        Some(&[both]) => Ok(Some((both, both))),
        Some(&[left, right]) => Ok(Some((left, right))),
        _ => Err(args.invalid("local_window_size", "an integer or a pair of integers")),
    }
}

fn dot_product_attention(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let [query, key, value] = ["query", "key", "value"].map(|name| tensor(interp, args, name));
    let (query, key, value) = (query?, key?, value?);
    let (bias, mask) = (optional(interp, args, "bias")?, optional(interp, args, "mask")?);
    let query_lengths = optional(interp, args, "query_seq_lengths")?;
    let key_lengths = optional(interp, args, "key_value_seq_lengths")?;
    let scale = optional(interp, args, "scale")?;
    let causal = args.bool("is_causal")?;
    let return_residual = args.bool("return_residual")?;
    if args.some("implementation")?.is_some() {
        args.one_of("implementation", &["xla", "cudnn"])?;
    }
    let window = window(args)?;
    let shape = query.shape().to_vec();
    let t = &mut interp.tracer;
    let (query, key, value) = (four(t, &query)?, four(t, &key)?, four(t, &value)?);
    let bias = bias.map(|bias| four(t, &bias)).transpose()?;
    let mask = mask.map(|mask| four(t, &mask)).transpose()?;
    let &[batch, keys, kv_heads, width] = key.shape() else {
        return Err(raise("ValueError", format!("key ndim should be 4, but got {}", key.rank())));
    };
    check("value", &value, &[Some(batch), Some(keys), Some(kv_heads), Some(width)], Some(key.dtype()))?;
    check("query", &query, &[Some(batch), None, None, Some(width)], Some(key.dtype()))?;
    if let Some(mask) = &mask {
        check("mask", mask, &[None; 4], Some(DType::Bool))?;
    }
    if let Some(bias) = &bias {
        check("bias", bias, &[None; 4], None)?;
    }
    for (name, lengths) in [("query_seq_lengths", &query_lengths), ("key_value_seq_lengths", &key_lengths)] {
        if let Some(lengths) = lengths {
            check(name, lengths, &[Some(batch)], Some(DType::I32))?;
        }
    }
    let (queries, heads) = (query.shape()[1], query.shape()[2]);
    if kv_heads == 0 || heads % kv_heads != 0 {
        let message =
            format!("The number of query heads must be a multiple of key/value heads, but got {heads} vs {kv_heads}");
        return Err(raise("ValueError", message));
    }
    let group = heads / kv_heads;
    let wide = if query.dtype() == DType::F64 { DType::F64 } else { DType::F32 };

    // Queries by groups of heads that share keys: [batch, T, kv heads, group, width].
    let query = t.reshape(&query, &[batch, queries, kv_heads, group, width])?;
    let dims = DotDims::contracting([4], [3]).batch([0, 2], [0, 2]);
    let dot = DotGeneral { dims, precision: Precision::Default, dtype: wide };
    let logits = t.build1(&[&query, &key], |b, v| b.emit1(dot, v))?;
    let logits = t.transpose(&logits, &[0, 1, 3, 2, 4])?;
    let scale = match scale {
        Some(scale) => t.convert(&scale, wide)?,
        None => t.scalar(wide, 1.0 / (width as f64).sqrt())?,
    };
    let mut logits = t.mul(&logits, &scale)?;
    if let Some(bias) = &bias {
        let bias = grouped(t, bias, kv_heads, group)?;
        let sum = t.add(&logits, &bias)?;
        logits = t.convert(&sum, wide)?;
    }
    let mut hidden = f64::from(f32::MAX).min(float_info(wide).max) * -0.7;
    if wide == DType::F32 {
        hidden = f64::from(hidden as f32);
    }
    if let Some(mask) = &mask {
        let mask = grouped(t, mask, kv_heads, group)?;
        logits = t.formula(|f| f.of(&mask).select(f.of(&logits), hidden))?;
    }
    let visibility = Visibility { causal, window, query_lengths, key_lengths };
    if let Some(visible) = visibility.mask(t, queries, keys)? {
        let visible = t.expand_dims(&visible, &[1, 2])?;
        logits = t.formula(|f| f.of(&visible).select(f.of(&logits), hidden))?;
    }
    let logits = t.convert(&logits, DType::F32)?;
    let weights = t.softmax(&logits, 4)?;
    let weights = t.convert(&weights, key.dtype())?;
    let dims = DotDims::contracting([4], [1]).batch([0, 1], [0, 2]);
    let mixed = t.dot_general(&weights, &value, dims)?;
    // [batch, kv heads, group, T, width] to [batch, T, heads, width].
    let mixed = t.transpose(&mixed, &[0, 3, 1, 2, 4])?;
    let mut mixed = t.reshape(&mixed, &[batch, queries, heads, width])?;
    if let Some(lengths) = &visibility.query_lengths {
        let lengths = t.expand_dims(lengths, &[1])?;
        let row = t.iota(DType::I32, &[1, queries], 1)?;
        let present = t.lt(&row, &lengths)?;
        let present = t.expand_dims(&present, &[2, 3])?;
        let present = t.convert(&present, mixed.dtype())?;
        mixed = t.mul(&mixed, &present)?;
    }
    let mixed = t.reshape(&mixed, &shape)?;
    if !return_residual {
        return Ok(Value::Tensor(mixed));
    }
    let (residual, _) = t.signed_logsumexp(&logits, &[4], false, None, None)?;
    let residual = t.convert(&residual, key.dtype())?;
    let residual = t.transpose(&residual, &[0, 3, 1, 2])?;
    let residual = t.reshape(&residual, shape.split_last().map_or(&[], |(_, rest)| rest))?;
    let residual = t.stop_gradient(&residual)?;
    Ok(Value::tuple(vec![Value::Tensor(mixed), Value::Tensor(residual)]))
}

const NONE: Default = Default::None;
const FALSE: Default = Default::Bool(false);

/// Attention.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "dot_product_attention" [
        (query) (key) (value) (bias = NONE) (mask = NONE) (scale = NONE) (is_causal = FALSE) (query_seq_lengths = NONE)
        (key_value_seq_lengths = NONE) (local_window_size = NONE) (implementation = NONE) (return_residual = FALSE)
    ] "Values mixed by how well their keys match the queries; [batch, length, heads, width]." => dot_product_attention;
};

//! How often the target is among the largest predictions.

use keramos_ir::ops::OutOfBounds;
use keramos_ir::{DType, as_tuple};

use super::accuracy::{last, pair};
use super::{COMMON, MeanOf, MetricObject, NAME};
use crate::error::{Error, Result};
use crate::keras::losses::{Y_PRED, Y_TRUE};
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

const K: Param = Param::new("k", Default::Int(5));
const SORTED: Param = Param::new("from_sorted_ids", Default::Bool(false));

/// 1 where fewer than `k` predictions along the last dimension exceed that of the target class, so
/// that all of several equal predictions count as hits. A NaN at the target is no hit, and neither is
/// a class that does not exist.
fn in_top_k(t: &mut Tracer, classes: &Tensor, y_pred: &Tensor, k: usize) -> Result<Tensor> {
    let axis = last(y_pred)?;
    if classes.shape() != &y_pred.shape()[..axis] {
        return Err(Error::shape(format!(
            "class numbers of shape {} do not fit predictions {}",
            as_tuple(classes.shape()),
            as_tuple(y_pred.shape())
        )));
    }
    let index = t.expand_dims(classes, &[axis])?;
    let own = t.build1(&[y_pred, &index], |b, v| b.take_along_axis(v[0], v[1], axis, OutOfBounds::Fill))?;
    let lowest = t.full(own.ty(), f64::NEG_INFINITY)?;
    let missing = t.ne(&own, &own)?;
    let own = t.select(&missing, &lowest, &own)?;
    let larger = t.gt(y_pred, &own)?;
    let rank = t.sum(&larger, &[axis], false)?;
    let k = t.scalar(DType::I32, k as f64)?;
    let hit = t.lt(&rank, &k)?;
    t.convert(&hit, DType::F32)
}

/// `keras.metrics.top_k_categorical_accuracy`.
pub static TOP_K: FunctionDecl = FunctionDecl {
    name: "top_k_categorical_accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, K]),
    doc: "1 where the class of the one-hot target is among the k largest predictions.",
    call: |interp, args| {
        let k = args.usize("k")?;
        let (y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        let classes = t.argmax(&y_true, last(&y_true)?)?;
        in_top_k(t, &classes, &y_pred, k).map(Value::Tensor)
    },
};

/// `keras.metrics.sparse_top_k_categorical_accuracy`.
pub static SPARSE_TOP_K: FunctionDecl = FunctionDecl {
    name: "sparse_top_k_categorical_accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, K, SORTED]),
    doc: "1 where the target class is among the k largest predictions.",
    call: |interp, args| {
        let (k, sorted) = (args.usize("k")?, args.bool("from_sorted_ids")?);
        let (y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        let axis = last(&y_pred)?;
        let classes = match y_true.rank() == y_pred.rank() && y_true.shape().last() == Some(&1) {
            true => t.squeeze(&y_true, &[axis])?,
            false => y_true.clone(),
        };
        let hits = if sorted {
            let first = t.slice_axis(&y_pred, axis, 0, k.min(y_pred.shape()[axis]))?;
            let classes = t.convert(&classes, y_pred.dtype())?;
            let classes = t.expand_dims(&classes, &[axis])?;
            let equal = t.eq(&classes, &first)?;
            let any = t.any(&equal, &[axis], false)?;
            t.convert(&any, DType::F32)?
        } else {
            let classes = t.convert(&classes, DType::I32)?;
            in_top_k(t, &classes, &y_pred, k)?
        };
        t.reshape(&hits, y_true.shape()).map(Value::Tensor)
    },
};

fn keyword(args: &Bound, name: &'static str) -> Result<(&'static str, Value)> {
    Ok((name, args.get(name)?.clone()))
}

/// `keras.metrics.TopKCategoricalAccuracy`.
pub static TOP_K_CLASS: ClassDecl = ClassDecl {
    name: "TopKCategoricalAccuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(&[K]).with(COMMON),
    doc: "How often the class of the one-hot target is among the k largest predictions.",
    new: |_, args| {
        args.usize("k")?;
        let mean = MeanOf::with(&TOP_K, vec![keyword(args, "k")?]);
        MetricObject::value(&TOP_K_CLASS, args, TOP_K.name, mean)
    },
    methods: &[],
};

/// `keras.metrics.SparseTopKCategoricalAccuracy`.
pub static SPARSE_TOP_K_CLASS: ClassDecl = ClassDecl {
    name: "SparseTopKCategoricalAccuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(&[K, NAME, super::DTYPE, SORTED]),
    doc: "How often the target class is among the k largest predictions.",
    new: |_, args| {
        args.usize("k")?;
        let mean = MeanOf::with(&SPARSE_TOP_K, vec![keyword(args, "k")?, keyword(args, "from_sorted_ids")?]);
        MetricObject::value(&SPARSE_TOP_K_CLASS, args, SPARSE_TOP_K.name, mean)
    },
    methods: &[],
};

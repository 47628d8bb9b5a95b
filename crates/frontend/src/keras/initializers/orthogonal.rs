//! Orthogonal matrices.

use std::sync::Arc;

use keramos_ir::ops::DotDims;
use keramos_ir::{Builder, DType, Result as IrResult, TensorType, Value as IrValue};

use super::random::Normal;
use super::{Initialize, Initializer, seed};
use crate::error::{Error, Result};
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

pub(super) static ORTHOGONAL: ClassDecl = ClassDecl {
    name: "Orthogonal",
    aliases: &["orthogonal", "OrthogonalInitializer"],
    bases: &["Initializer"],
    signature: Signature::new(&[Param::new("gain", Default::Float(1.0)), Param::new("seed", Default::None)]),
    doc: "A random matrix with orthonormal columns or rows, times `gain`.",
    new: |interp, args| {
        let gain = args.f64("gain")?;
        let seed = seed(interp, args)?;
        Initializer::value(&ORTHOGONAL, args, Orthogonal { gain, seed })
    },
    methods: &[],
};

#[derive(Debug)]
struct Orthogonal {
    gain: f64,
    seed: u32,
}

impl Initialize for Orthogonal {
    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let [rows @ .., columns] = shape else { return Err(too_flat(shape)) };
        if rows.is_empty() {
            return Err(too_flat(shape));
        }
        let rows: usize = rows.iter().product();
        let tall = [rows.max(*columns), rows.min(*columns)];
        let normal = Normal { mean: 0.0, deviation: 1.0, truncated: false, seed: self.seed };
        let normal = normal.values(tracer, &tall, dtype)?;
        let q = tracer.build1(&[&normal], |b, v| orthonormal(b, v[0]))?;
        let q = if rows < *columns { tracer.transpose(&q, &[1, 0])? } else { q };
        let q = tracer.reshape(&q, shape)?;
        tracer.mul_scalar(&q, self.gain)
    }
}

fn too_flat(shape: &[usize]) -> Error {
    Error::shape(format!("the Orthogonal initializer needs at least two dimensions; the weight's shape is {shape:?}"))
}

/// The factor Q of A = QR in which R has a positive diagonal, for A with at least as many rows as
/// columns and of full rank: Gram and Schmidt's process, each column orthogonalised twice so that
/// rounding leaves nothing behind, in `f64`.
fn orthonormal(b: &mut Builder, a: IrValue) -> IrResult<IrValue> {
    let narrow = b.ty(a).dtype;
    let a = b.convert(a, DType::F64)?;
    let matrix = b.ty(a).clone();
    let (zero, q) = (b.constant(keramos_ir::Array::scalar(DType::I32, 0.0))?, b.full(&matrix, 0.0)?);
    let state = [TensorType::scalar(DType::I32), matrix.clone(), matrix.clone()];

    let mut cond = Builder::new("columns_left");
    let k = state.each_ref().map(|ty| cond.param(ty.clone()))[0];
    let n = cond.full_like(k, matrix.shape[1] as f64)?;
    let left = cond.lt(k, n)?;
    let cond = cond.finish(vec![left]);

    let mut body = Builder::new("next_column");
    let [k, a_in, q_in] = state.each_ref().map(|ty| body.param(ty.clone()));
    let first = body.full_like(k, 0.0)?;
    let column = [matrix.shape[0], 1];
    let mut v = body.dynamic_slice(a_in, &[first, k], &column)?;
    for _ in 0..2 {
        let along = body.dot_general(q_in, v, DotDims::contracting([0], [0]))?;
        let projection = body.dot_general(q_in, along, DotDims::contracting([1], [0]))?;
        v = body.sub(v, projection)?;
    }
    let square = body.mul(v, v)?;
    let norm = body.reduce_sum(square, &[0, 1])?;
    let norm = body.sqrt(norm)?;
    let norm = body.broadcast(norm, &column)?;
    let unit = body.div(v, norm)?;
    let q_out = body.dynamic_update_slice(q_in, unit, &[first, k])?;
    let next = body.add_scalar(k, 1.0)?;
    let body = body.finish(vec![next, a_in, q_out]);

    let results = b.while_loop(&Arc::new(cond), &Arc::new(body), &[zero, a, q])?;
    let q = results.get(2).copied().unwrap_or(q);
    b.convert(q, narrow)
}

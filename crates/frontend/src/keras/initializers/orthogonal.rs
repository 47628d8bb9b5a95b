//! Orthogonal matrices.

use keramos_ir::{DType, as_tuple, elements};

use super::random::Normal;
use super::{Initialize, Initializer, Seed};
use crate::error::{Error, Result};
use crate::interp::Interp;
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
        let seed = Seed::from_args(interp, args)?;
        Initializer::value(&ORTHOGONAL, args, Orthogonal { gain, seed })
    },
    methods: &[],
};

#[derive(Clone, Debug)]
struct Orthogonal {
    gain: f64,
    seed: Seed,
}

impl Initialize for Orthogonal {
    fn drawn(&self, interp: &mut Interp) -> Option<Box<dyn Initialize>> {
        Some(Box::new(Orthogonal { seed: self.seed.drawn(interp)?, ..self.clone() }))
    }

    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let [rows @ .., columns] = shape else { return Err(too_flat(shape)) };
        if rows.is_empty() {
            return Err(too_flat(shape));
        }
        let rows = elements(rows);
        let tall = [rows.max(*columns), rows.min(*columns)];
        let normal = Normal { mean: 0.0, deviation: 1.0, truncated: false, seed: self.seed.clone() };
        let normal = normal.values(tracer, &tall, dtype)?;
        let q = tracer.orthonormal(&normal)?;
        let q = if rows < *columns { tracer.transpose(&q, &[1, 0])? } else { q };
        let q = tracer.reshape(&q, shape)?;
        tracer.mul_scalar(&q, self.gain)
    }
}

fn too_flat(shape: &[usize]) -> Error {
    Error::shape(format!(
        "the Orthogonal initializer needs at least two dimensions; the weight's shape is {}",
        as_tuple(&shape)
    ))
}

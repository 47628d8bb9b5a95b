//! Initializers that draw nothing.

use keramos_ir::{Array, DType, TensorType, as_tuple};

use super::{Initialize, Initializer};
use crate::error::{Error, Result};
use crate::keras::arrays;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

pub(super) static ZEROS: ClassDecl = ClassDecl {
    name: "Zeros",
    aliases: &["zeros", "zero"],
    bases: &["Initializer"],
    signature: Signature::EMPTY,
    doc: "Zeros.",
    new: |_, args| Initializer::value(&ZEROS, args, Fill(0.0)),
    methods: &[],
};

pub(super) static ONES: ClassDecl = ClassDecl {
    name: "Ones",
    aliases: &["ones", "one"],
    bases: &["Initializer"],
    signature: Signature::EMPTY,
    doc: "Ones.",
    new: |_, args| Initializer::value(&ONES, args, Fill(1.0)),
    methods: &[],
};

pub(super) static CONSTANT: ClassDecl = ClassDecl {
    name: "Constant",
    aliases: &["constant"],
    bases: &["Initializer"],
    signature: Signature::new(&[Param::new("value", Default::Float(0.0))]),
    doc: "One value for all elements, or an array that broadcasts to the weight's shape.",
    new: |_, args| {
        let value = args.get("value")?;
        let array = arrays::array(value).ok_or_else(|| args.invalid("value", "a number or a list of numbers"))?;
        Initializer::value(&CONSTANT, args, Constant(array))
    },
    methods: &[],
};

pub(super) static IDENTITY: ClassDecl = ClassDecl {
    name: "Identity",
    aliases: &["identity", "IdentityInitializer"],
    bases: &["Initializer"],
    signature: Signature::new(&[Param::new("gain", Default::Float(1.0))]),
    doc: "`gain` on the diagonal of a matrix, zeros elsewhere.",
    new: |_, args| {
        let gain = args.f64("gain")?;
        Initializer::value(&IDENTITY, args, Identity(gain))
    },
    methods: &[],
};

#[derive(Debug)]
struct Fill(f64);

impl Initialize for Fill {
    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        tracer.full(&TensorType::new(dtype, shape), self.0)
    }
}

#[derive(Debug)]
struct Constant(Array);

impl Initialize for Constant {
    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        let value = tracer.constant(self.0.clone())?;
        let value = tracer.convert(&value, dtype)?;
        tracer.broadcast_to(&value, shape)
    }
}

#[derive(Debug)]
struct Identity(f64);

impl Initialize for Identity {
    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor> {
        if shape.len() != 2 {
            return Err(Error::shape(format!(
                "the Identity initializer makes matrices; the weight's shape is {}",
                as_tuple(&shape)
            )));
        }
        let (row, column) = (tracer.iota(DType::I32, shape, 0)?, tracer.iota(DType::I32, shape, 1)?);
        let diagonal = tracer.eq(&row, &column)?;
        let ones = tracer.convert(&diagonal, dtype)?;
        tracer.mul_scalar(&ones, self.0)
    }
}

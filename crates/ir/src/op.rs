//! The op table: what every primitive must state, and the list of primitives.

use std::sync::Arc;

use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, AttrReader, Attrs, Builder, Result, TensorType, Value, ops};

/// One operand of an equation under transposition.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The equation is linear in this operand; its cotangent is asked for. Its value is not available.
    Linear(TensorType),
    /// A known value of the function being built.
    Known(Value),
}

impl Operand {
    /// Whether the equation is linear in this operand.
    pub fn is_linear(&self) -> bool {
        matches!(self, Operand::Linear(_))
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<Value> {
        match self {
            Operand::Linear(_) => None,
            Operand::Known(value) => Some(*value),
        }
    }
}

/// What a `jvp` rule returns: the primal results and their tangents (`None` is a zero tangent).
pub type Dual = (Vec<Value>, Vec<Option<Value>>);

/// A value of a function being batched.
///
/// A mapped value holds one example after the other along its dimension 0, which the original's value
/// lacks. A value that is not mapped is the same for all examples and has the original's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The value in the batched function.
    pub value: Value,
    /// Whether its dimension 0 runs over the examples.
    pub mapped: bool,
}

impl Mapped {
    /// A value with the examples along its dimension 0.
    pub fn yes(value: Value) -> Self {
        Mapped { value, mapped: true }
    }

    /// A value that all examples share.
    pub fn no(value: Value) -> Self {
        Mapped { value, mapped: false }
    }
}

/// The examples that a function is batched over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many examples there are.
    pub size: usize,
    /// The name by which collectives ([`crate::ops::Collective`]) reach across the examples.
    pub axis_name: Option<Arc<str>>,
}

impl Batch {
    /// `size` examples that nothing reaches across.
    pub fn new(size: usize) -> Self {
        Batch { size, axis_name: None }
    }

    /// `size` examples along an axis with a name.
    pub fn named(size: usize, axis_name: impl Into<Arc<str>>) -> Self {
        Batch { size, axis_name: Some(axis_name.into()) }
    }
}

/// Everything that one primitive must state. No method has a default, so that a primitive without
/// one of its rules does not compile.
///
/// Rules may assume that operands already passed `infer`, and may rely on the builder for types.
pub trait Primitive: Sized {
    /// The name in textual IR and in messages, JAX's where JAX has the primitive.
    fn name(&self) -> &'static str;

    /// The attributes in their printing order.
    fn attrs(&self) -> Attrs;

    /// The primitive called `name` from parsed attributes; `None` if the name is not of this family.
    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>>;

    /// The result types, or why the operands do not fit.
    ///
    /// # Errors
    /// [`crate::IrError::Type`].
    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>>;

    /// Emits the primal equation and the tangents of its results. `tangents` has one entry per
    /// operand, `None` for a zero tangent; the rule is called only if at least one is there.
    /// Everything emitted that depends on a tangent must be linear in the tangents.
    ///
    /// # Errors
    /// [`crate::IrError::NoRule`] where the primitive has no derivative.
    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual>;

    /// Emits the cotangents of the linear operands, given those of the results (`None` is zero; at
    /// least one is there). The answer has one entry per operand, `None` for known operands and zeros.
    ///
    /// # Errors
    /// [`crate::IrError::NoRule`] if the primitive is not linear in the asked operands.
    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>>;

    /// Emits the primitive for all examples at once. Called if an operand is mapped, or if the primitive
    /// or a function inside names the batch's axis. The answer has one entry per result; results that
    /// are the same for all examples should not be mapped.
    ///
    /// # Errors
    /// A primitive that the rule emits rejects its operands.
    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>>;

    /// Emits the primitive as StableHLO. `results` are the inferred result types.
    ///
    /// # Errors
    /// The emitter refuses an operation.
    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>>;

    /// The slow and obvious meaning.
    ///
    /// # Errors
    /// [`crate::IrError::Eval`] where the evaluator cannot compute the result.
    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>>;
}

macro_rules! op_table {
    ($($(#[$doc:meta])* $variant:ident($ty:ty),)*) => {
        /// A primitive with its attributes. The families are declared in [`crate::ops`].
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op {
            $($(#[$doc])* $variant($ty),)*
        }

        impl Op {
            /// The families of primitives, by the names of this type's variants.
            pub const FAMILIES: &[&str] = &[$(stringify!($variant),)*];

            /// The family of this primitive.
            pub fn family(&self) -> &'static str {
                match self { $(Op::$variant(_) => stringify!($variant),)* }
            }
        }

        $(impl From<$ty> for Op {
            fn from(op: $ty) -> Op {
                Op::$variant(op)
            }
        })*

        impl Primitive for Op {
            fn name(&self) -> &'static str {
                match self { $(Op::$variant(op) => op.name(),)* }
            }
            fn attrs(&self) -> Attrs {
                match self { $(Op::$variant(op) => op.attrs(),)* }
            }
            fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
                $(if let Some(op) = <$ty>::parse(name, attrs) {
                    return Some(op.map(Op::$variant));
                })*
                None
            }
            fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
                match self { $(Op::$variant(op) => op.infer(operands),)* }
            }
            fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
                match self { $(Op::$variant(op) => op.jvp(b, primals, tangents),)* }
            }
            fn transpose(&self, b: &mut Builder, cotangents: &[Option<Value>], operands: &[Operand]) -> Result<Vec<Option<Value>>> {
                match self { $(Op::$variant(op) => op.transpose(b, cotangents, operands),)* }
            }
            fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
                match self { $(Op::$variant(op) => op.batch(b, batch, operands),)* }
            }
            fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
                match self { $(Op::$variant(op) => op.lower(e, operands, results),)* }
            }
            fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
                match self { $(Op::$variant(op) => op.eval(operands),)* }
            }
        }
    };
}

op_table! {
    /// A dense constant.
    Constant(ops::Constant),
    /// Element-wise function of one operand.
    Unary(ops::Unary),
    /// Element-wise function of two operands.
    Binary(ops::Binary),
    /// The regularized incomplete beta function.
    RegularizedIncompleteBeta(ops::RegularizedIncompleteBeta),
    /// The neighbour of a float.
    NextAfter(ops::NextAfter),
    /// Rounds floats to fewer bits.
    ReducePrecision(ops::ReducePrecision),
    /// Complex numbers from their parts.
    MakeComplex(ops::MakeComplex),
    /// Parts of complex numbers.
    ComplexPart(ops::ComplexPart),
    /// Element-wise comparison.
    Compare(ops::Compare),
    /// Element-wise choice between two cases.
    Select(ops::Select),
    /// Element-wise limiting to a range.
    Clamp(ops::Clamp),
    /// Replicates along new or size-1 dimensions.
    BroadcastInDim(ops::BroadcastInDim),
    /// Another shape of equal size.
    Reshape(ops::Reshape),
    /// Permutes dimensions.
    Transpose(ops::Transpose),
    /// Converts the element type.
    Convert(ops::Convert),
    /// Reads bits as another element type.
    BitcastConvert(ops::BitcastConvert),
    /// Counts along a dimension.
    Iota(ops::Iota),
    /// Reverses dimensions.
    Rev(ops::Rev),
    /// Joins along a dimension.
    Concatenate(ops::Concatenate),
    /// Surrounds and interleaves with a scalar.
    Pad(ops::Pad),
    /// A strided window.
    Slice(ops::Slice),
    /// A window at a computed place.
    DynamicSlice(ops::DynamicSlice),
    /// Overwrites a window at a computed place.
    DynamicUpdateSlice(ops::DynamicUpdateSlice),
    /// Combines along axes.
    Reduce(ops::Reduce),
    /// Combines along axes by a given function.
    CustomReduce(ops::CustomReduce),
    /// Index of an extreme element along an axis.
    ArgExtremum(ops::ArgExtremum),
    /// Combines the elements of windows.
    ReduceWindow(ops::ReduceWindow),
    /// Combines the elements of windows by a given function.
    CustomReduceWindow(ops::CustomReduceWindow),
    /// The derivative of windowed extrema.
    SelectAndGatherAdd(ops::SelectAndGatherAdd),
    /// The transposed derivative of windowed extrema.
    SelectAndScatterAdd(ops::SelectAndScatterAdd),
    /// Accumulates along an axis.
    Cumulative(ops::Cumulative),
    /// Collects windows at computed places.
    Gather(ops::Gather),
    /// Combines updates into windows at computed places.
    Scatter(ops::Scatter),
    /// Random bits by counters.
    Threefry2x32(ops::Threefry2x32),
    /// Random bits by a generator of XLA.
    RngBitGenerator(ops::RngBitGenerator),
    /// Sorts tensors together.
    Sort(ops::Sort),
    /// The largest elements and their indices.
    TopK(ops::TopK),
    /// Batched matrix product.
    DotGeneral(ops::DotGeneral),
    /// Convolution.
    Conv(ops::Conv),
    /// Discrete Fourier transform.
    Fft(ops::Fft),
    /// Triangular factors of positive definite matrices.
    Cholesky(ops::Cholesky),
    /// Solutions of triangular systems.
    TriangularSolve(ops::TriangularSolve),
    /// Triangular factors of matrices.
    Lu(ops::Lu),
    /// Orthogonal and triangular factors of matrices.
    Qr(ops::Qr),
    /// Eigenvectors and eigenvalues of Hermitian matrices.
    Eigh(ops::Eigh),
    /// Singular values and vectors.
    Svd(ops::Svd),
    /// A whole power.
    IntegerPow(ops::IntegerPow),
    /// Applies a function.
    Call(ops::Call),
    /// Applies a function whose derivative is given.
    CustomJvp(ops::CustomJvp),
    /// Communication between the examples of a batch.
    Collective(ops::Collective),
    /// Applies a function whose reverse-mode derivative is given.
    CustomVjp(ops::CustomVjp),
    /// Solves a linear system whose matrix is a function.
    LinearSolve(ops::LinearSolve),
    /// Applies a linear function whose transpose is given.
    CustomLinear(ops::CustomLinear),
    /// Applies a function that the backward pass computes again.
    Checkpoint(ops::Checkpoint),
    /// A value that policies of checkpoints know by name.
    CheckpointName(ops::CheckpointName),
    /// Repeats a function while a condition holds.
    While(ops::While),
    /// Applies a function a fixed number of times.
    Scan(ops::Scan),
    /// Applies one of several functions.
    Cond(ops::Cond),
    /// A zero derivative.
    StopGradient(ops::StopGradient),
    /// A point that optimisations respect.
    OptimizationBarrier(ops::OptimizationBarrier),
}

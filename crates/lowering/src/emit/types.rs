//! IR tensor types and their MLIR counterparts, each made once per module.

use std::collections::HashMap;

use keramos_ir::{DType, TensorType};
use melior::Context;
use melior::ir::Type;
use melior::ir::r#type::{IntegerType, RankedTensorType};

/// The index of a type in a [`TypeTable`]; equal types have equal indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeId(u32);

/// Every tensor type that occurs in a module.
pub(crate) struct TypeTable<'c> {
    context: &'c Context,
    ids: HashMap<TensorType, TypeId>,
    rows: Vec<(TensorType, Type<'c>)>,
}

impl<'c> TypeTable<'c> {
    pub(crate) fn new(context: &'c Context) -> Self {
        TypeTable { context, ids: HashMap::new(), rows: Vec::new() }
    }

    /// Both forms of `ty`.
    pub(crate) fn intern(&mut self, ty: &TensorType) -> (TypeId, Type<'c>) {
        if let Some(&id) = self.ids.get(ty) {
            return (id, self.rows[id.0 as usize].1);
        }
        let id = TypeId(self.rows.len() as u32);
        let mlir = tensor(self.context, ty);
        self.ids.insert(ty.clone(), id);
        self.rows.push((ty.clone(), mlir));
        (id, mlir)
    }

    /// The MLIR types of a list.
    pub(crate) fn mlir_all(&mut self, types: &[&TensorType]) -> Vec<Type<'c>> {
        types.iter().map(|ty| self.intern(ty).1).collect()
    }

    /// The IR form of an interned type.
    pub(crate) fn ir(&self, id: TypeId) -> &TensorType {
        // Ids are made by `intern` alone, which pushes the row.
        &self.rows[id.0 as usize].0
    }
}

/// The MLIR type of an element.
pub(crate) fn element(context: &Context, dtype: DType) -> Type<'_> {
    let int = |bits| IntegerType::new(context, bits).into();
    let unsigned = |bits| IntegerType::unsigned(context, bits).into();
    match dtype {
        DType::Bool => int(1),
        DType::I8 => int(8),
        DType::I16 => int(16),
        DType::I32 => int(32),
        DType::I64 => int(64),
        DType::U8 => unsigned(8),
        DType::U16 => unsigned(16),
        DType::U32 => unsigned(32),
        DType::U64 => unsigned(64),
        DType::F8E4M3FN => Type::float8_e4m3fn(context),
        DType::F8E5M2 => Type::float8_e5m2(context),
        DType::F16 => Type::float16(context),
        DType::BF16 => Type::bfloat16(context),
        DType::F32 => Type::float32(context),
        DType::F64 => Type::float64(context),
        // MLIR knows the names of its own types.
        DType::C64 | DType::C128 => Type::parse(context, dtype.mlir_name()).unwrap_or_else(|| Type::none(context)),
    }
}

/// The MLIR type of a tensor.
pub(crate) fn tensor<'c>(context: &'c Context, ty: &TensorType) -> Type<'c> {
    let dimensions: Vec<u64> = ty.shape.iter().map(|&size| size as u64).collect();
    RankedTensorType::new(&dimensions, element(context, ty.dtype), None).into()
}

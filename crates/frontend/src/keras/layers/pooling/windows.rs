//! `MaxPooling…` and `AveragePooling…`.

use super::Kind;
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::{Padding, Pooling};
use crate::value::Value;

macro_rules! pool {
    ($constant:ident $class:literal $alias:literal $kind:ident $spatial:literal $size:expr, $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$alias],
            bases: &["Layer"],
            signature: Signature::new(&[$size, none("strides"), string("padding", "valid"), DATA_FORMAT]).with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, Kind::$kind, $spatial),
            methods: &[],
        };
    };
}

const SIZE: &str = "pool_size";

pool!(
    MAX1D "MaxPooling1D" "MaxPool1D" Max 1 Param::new(SIZE, Default::Int(2)), "The largest element of each window."
);
pool!(
    MAX2D "MaxPooling2D" "MaxPool2D" Max 2 Param::new(SIZE, Default::Ints(&[2, 2])),
    "The largest element of each window."
);
pool!(
    MAX3D "MaxPooling3D" "MaxPool3D" Max 3 Param::new(SIZE, Default::Ints(&[2, 2, 2])),
    "The largest element of each window."
);
pool!(AVERAGE1D "AveragePooling1D" "AvgPool1D" Average 1 Param::required(SIZE), "The mean of each window.");
pool!(AVERAGE2D "AveragePooling2D" "AvgPool2D" Average 2 Param::required(SIZE), "The mean of each window.");
pool!(AVERAGE3D "AveragePooling3D" "AvgPool3D" Average 3 Param::required(SIZE), "The mean of each window.");

#[derive(Debug)]
struct Pool {
    kind: Kind,
    pooling: Pooling,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, kind: Kind, spatial: usize) -> Result<Value> {
    let size = common::positive_sizes(args, SIZE, spatial)?;
    let strides = match args.some("strides")? {
        None => size.clone(),
        Some(_) => common::positive_sizes(args, "strides", spatial)?,
    };
    let (padding, channels_last) = (common::padding(args, false)?, common::channels_last(args)?);
    let pooling = Pooling { size, strides, padding, channels_last };
    LayerObject::value(interp, class, args, Pool { kind, pooling })
}

impl Layer for Pool {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let t = &mut cx.interp.tracer;
        Ok(Value::Tensor(match self.kind {
            Kind::Max => t.max_pool(&x, &self.pooling)?,
            Kind::Average => t.average_pool(&x, &self.pooling)?,
        }))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.pooling.size.len();
        let dims = common::dimensions(spatial, self.pooling.channels_last);
        common::expect_rank(layer, inputs, spatial + 2, dims)?;
        if self.pooling.padding != Padding::Valid {
            return Ok(());
        }
        common::expect_room(layer, inputs, self.pooling.size.iter().copied(), self.pooling.channels_last)
    }
}

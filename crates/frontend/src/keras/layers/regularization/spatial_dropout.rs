//! `SpatialDropout1D`, `SpatialDropout2D`, `SpatialDropout3D`.

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, DATA_FORMAT, none};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

macro_rules! spatial {
    ($constant:ident $class:literal $spatial:literal [$($params:expr),*], $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Dropout", "Layer"],
            signature: Signature::new(&[Param::required("rate"), $($params,)* none("seed")]).with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

spatial!(SPATIAL_DROPOUT1D "SpatialDropout1D" 1 [], "Dropout of whole features of sequences.");
spatial!(SPATIAL_DROPOUT2D "SpatialDropout2D" 2 [DATA_FORMAT], "Dropout of whole channels of images.");
spatial!(SPATIAL_DROPOUT3D "SpatialDropout3D" 3 [DATA_FORMAT], "Dropout of whole channels of volumes.");

#[derive(Debug)]
struct SpatialDropout {
    rate: f64,
    spatial: usize,
    channels_last: bool,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let rate = super::rate(args, "rate")?;
    let channels_last = if spatial == 1 { true } else { common::channels_last(args)? };
    let layer = LayerObject::create(interp, class, args, SpatialDropout { rate, spatial, channels_last })?;
    if rate > 0.0 {
        super::add_seed_generator(interp, args, &layer)?;
    }
    Ok(Value::Object(layer))
}

impl Layer for SpatialDropout {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        if !cx.training || self.rate == 0.0 {
            return Ok(Value::Tensor(x));
        }
        let mut noise_shape = x.shape().to_vec();
        let first = if self.channels_last { 1 } else { 2 };
        noise_shape[first..first + self.spatial].fill(1);
        Ok(Value::Tensor(super::drop_out(cx, &x, self.rate, &noise_shape)?))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let dims = common::dimensions(self.spatial, self.channels_last);
        common::expect_rank(layer, inputs, self.spatial + 2, dims)
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

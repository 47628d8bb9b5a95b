//! `SeparableConv1D`, `SeparableConv2D`.

use super::{Window, depthwise};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::{Convolution, Padding};
use crate::value::Value;

macro_rules! separable {
    ($constant:ident $class:literal $alias:literal $spatial:literal $ones:expr, $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$alias],
            bases: &["Layer"],
            signature: Signature::new(&[
                Param::required("filters"),
                Param::required("kernel_size"),
                Param::new("strides", $ones),
                string("padding", "valid"),
                DATA_FORMAT,
                Param::new("dilation_rate", $ones),
                Param::new("depth_multiplier", Default::Int(1)),
                none("activation"),
                flag("use_bias", true),
                string("depthwise_initializer", "glorot_uniform"),
                string("pointwise_initializer", "glorot_uniform"),
                string("bias_initializer", "zeros"),
                none("depthwise_regularizer"),
                none("pointwise_regularizer"),
                none("bias_regularizer"),
                none("activity_regularizer"),
                none("depthwise_constraint"),
                none("pointwise_constraint"),
                none("bias_constraint"),
            ])
            .with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

separable!(
    SEPARABLE_CONV1D "SeparableConv1D" "SeparableConvolution1D" 1 Default::Int(1),
    "A convolution of each feature by itself, then a mixing of the features."
);
separable!(
    SEPARABLE_CONV2D "SeparableConv2D" "SeparableConvolution2D" 2 Default::Ints(&[1, 1]),
    "A convolution of each channel by itself, then a mixing of the channels."
);

#[derive(Debug)]
struct SeparableConv {
    window: Window,
    filters: usize,
    multiplier: usize,
    depthwise: Weight,
    pointwise: Weight,
    bias: Weight,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let window = Window::new(args, spatial, false)?;
    let (filters, multiplier) = (common::positive(args, "filters")?, common::positive(args, "depth_multiplier")?);
    let depthwise = Weight::from_args(interp, args, "depthwise")?;
    let pointwise = Weight::from_args(interp, args, "pointwise")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    let layer = SeparableConv { window, filters, multiplier, depthwise, pointwise, bias };
    LayerObject::value(interp, class, args, layer)
}

impl Layer for SeparableConv {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = self.window.features(build.object, inputs)?;
        let depthwise = self.window.kernel_shape(features, self.multiplier);
        build.add_weight("depthwise_kernel", &depthwise, &self.depthwise, true);
        let mut pointwise = vec![1; self.window.kernel.len()];
        pointwise.extend([features * self.multiplier, self.filters]);
        build.add_weight("pointwise_kernel", &pointwise, &self.pointwise, true);
        if self.window.use_bias {
            build.add_weight("bias", &[self.filters], &self.bias, true);
        }
        Ok(())
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "filters" => Some(Value::Int(self.filters as i64)),
            _ => self.window.attribute(name),
        }
    }

    fn ends_with_activation(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let kernel = cx.weight("depthwise_kernel")?;
        let x = depthwise::convolve(&self.window, cx, &x, &kernel)?;
        let pointwise = cx.weight("pointwise_kernel")?;
        let ones = vec![1; self.window.kernel.len()];
        let conv = Convolution {
            strides: ones.clone(),
            dilation: ones,
            padding: Padding::Valid,
            groups: 1,
            channels_last: self.window.channels_last,
        };
        let y = cx.interp.tracer.convolution(&x, &pointwise, &conv)?;
        self.window.finish(cx, y)
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        self.window.check(layer, inputs)?;
        self.window.check_room(layer, inputs)
    }
}

//! `DepthwiseConv1D`, `DepthwiseConv2D`.

use super::Window;
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;
use crate::value::Value;

macro_rules! depthwise {
    ($constant:ident $class:literal $spatial:literal $ones:expr, $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Layer"],
            signature: Signature::new(&[
                Param::required("kernel_size"),
                Param::new("strides", $ones),
                string("padding", "valid"),
                Param::new("depth_multiplier", Default::Int(1)),
                DATA_FORMAT,
                Param::new("dilation_rate", $ones),
                none("activation"),
                flag("use_bias", true),
                string("depthwise_initializer", "glorot_uniform"),
                string("bias_initializer", "zeros"),
                none("depthwise_regularizer"),
                none("bias_regularizer"),
                none("activity_regularizer"),
                none("depthwise_constraint"),
                none("bias_constraint"),
            ])
            .with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

depthwise!(DEPTHWISE_CONV1D "DepthwiseConv1D" 1 Default::Int(1), "A convolution of each feature of sequences by itself.");
depthwise!(
    DEPTHWISE_CONV2D "DepthwiseConv2D" 2 Default::Ints(&[1, 1]), "A convolution of each channel of images by itself."
);

#[derive(Debug)]
struct DepthwiseConv {
    window: Window,
    multiplier: usize,
    kernel: Weight,
    bias: Weight,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let window = Window::new(args, spatial, false)?;
    let multiplier = common::positive(args, "depth_multiplier")?;
    let kernel = Weight::from_args(interp, args, "depthwise")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    LayerObject::value(interp, class, args, DepthwiseConv { window, multiplier, kernel, bias })
}

/// Convolves each feature with its own kernels, `[window…, features, multiplier]`; result feature
/// f·multiplier + m.
pub(super) fn convolve(window: &Window, cx: &mut Call<'_>, x: &Tensor, kernel: &Tensor) -> Result<Tensor> {
    let [shape @ .., features, multiplier] = kernel.shape() else { return Ok(x.clone()) };
    let (shape, features, outputs) = (shape.to_vec(), *features, features * multiplier);
    window.expect_features(cx, x, features)?;
    let kernel = cx.interp.tracer.reshape(kernel, &[&shape[..], &[1, outputs]].concat())?;
    window.convolve(cx, x, &kernel, features)
}

impl Layer for DepthwiseConv {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = self.window.features(build.object, inputs)?;
        let kernel = self.window.kernel_shape(features, self.multiplier);
        build.add_weight("kernel", &kernel, &self.kernel, true);
        if self.window.use_bias {
            build.add_weight("bias", &[features * self.multiplier], &self.bias, true);
        }
        Ok(())
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.window.attribute(name)
    }

    fn ends_with_activation(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let kernel = cx.weight("kernel")?;
        let y = convolve(&self.window, cx, &x, &kernel)?;
        self.window.finish(cx, y)
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        self.window.check(layer, inputs)?;
        self.window.check_room(layer, inputs)
    }
}

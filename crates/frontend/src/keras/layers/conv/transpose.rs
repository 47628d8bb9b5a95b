//! `Conv1DTranspose`, `Conv2DTranspose`, `Conv3DTranspose`.

use super::Window;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, KERNEL_AND_BIAS, flag, joined, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::ops::ConvTranspose;
use crate::value::Value;

macro_rules! transpose {
    ($constant:ident $class:literal $alias:literal $spatial:literal $ones:expr, $doc:literal, [$($formats:expr),*]) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$alias],
            bases: &["Layer"],
            signature: Signature::new(&const { joined::<16>(&[&[
                Param::required("filters"),
                Param::required("kernel_size"),
                Param::new("strides", $ones),
                string("padding", "valid"),
                $($formats,)*
                Param::new("dilation_rate", $ones),
                none("activation"),
                flag("use_bias", true),
], KERNEL_AND_BIAS]) })
            .with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

const OUTPUT_PADDING: Param = none("output_padding");

transpose!(
    CONV1D_TRANSPOSE "Conv1DTranspose" "Convolution1DTranspose" 1 Default::Int(1),
    "The transpose of a convolution along sequences, which makes them longer.", [OUTPUT_PADDING, DATA_FORMAT]
);
transpose!(
    CONV2D_TRANSPOSE "Conv2DTranspose" "Convolution2DTranspose" 2 Default::Ints(&[1, 1]),
    "The transpose of a convolution over images, which makes them larger.", [OUTPUT_PADDING, DATA_FORMAT]
);
transpose!(
    CONV3D_TRANSPOSE "Conv3DTranspose" "Convolution3DTranspose" 3 Default::Ints(&[1, 1, 1]),
    "The transpose of a convolution over volumes, which makes them larger.", [DATA_FORMAT, OUTPUT_PADDING]
);

#[derive(Debug)]
struct Transpose {
    window: Window,
    filters: usize,
    output_padding: Option<Vec<usize>>,
    kernel: Weight,
    bias: Weight,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let window = Window::new(args, spatial, false)?.not_both(args)?;
    let filters = common::positive(args, "filters")?;
    let output_padding = match args.some("output_padding")? {
        None => None,
        Some(_) => Some(args.sizes("output_padding", spatial)?),
    };
    if let Some(padding) = &output_padding
        && padding.iter().zip(&window.strides).any(|(p, s)| p >= s)
    {
        return Err(Error::argument(format!(
            "`output_padding` of {}() must be smaller than the strides: {padding:?} and {:?}",
            class.name, window.strides
        )));
    }
    let kernel = Weight::from_args(interp, args, "kernel")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    LayerObject::value(interp, class, args, Transpose { window, filters, output_padding, kernel, bias })
}

impl Layer for Transpose {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = self.window.features(build.object, inputs)?;
        let kernel = self.window.kernel_shape(self.filters, features);
        build.add_weight("kernel", &kernel, &self.kernel, true);
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
        let kernel = cx.weight("kernel")?;
        self.window.expect_features(cx, &x, kernel.shape()[kernel.rank() - 1])?;
        let conv = ConvTranspose {
            strides: self.window.strides.clone(),
            dilation: self.window.dilation.clone(),
            padding: self.window.padding,
            output_padding: self.output_padding.clone(),
            channels_last: self.window.channels_last,
        };
        let y = cx.interp.tracer.conv_transpose(&x, &kernel, &conv)?;
        self.window.finish(cx, y)
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        self.window.check(layer, inputs)
    }
}

//! `Conv1D`, `Conv2D`, `Conv3D`.

use super::Window;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, KERNEL_AND_BIAS, flag, joined, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::modules::{self, Found};
use crate::value::{Value, downcast};

macro_rules! conv {
    ($constant:ident $class:literal $alias:literal $spatial:literal $ones:expr, $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[$alias],
            bases: &["Layer"],
            signature: Signature::new(
                &const {
                    joined::<16>(&[
                        &[
                            Param::required("filters"),
                            Param::required("kernel_size"),
                            Param::new("strides", $ones),
                            string("padding", "valid"),
                            DATA_FORMAT,
                            Param::new("dilation_rate", $ones),
                            Param::new("groups", Default::Int(1)),
                            none("activation"),
                            flag("use_bias", true),
                        ],
                        KERNEL_AND_BIAS,
                    ])
                },
            )
            .with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[METHODS],
        };
    };
}

conv!(CONV1D "Conv1D" "Convolution1D" 1 Default::Int(1), "A convolution along sequences.");
conv!(CONV2D "Conv2D" "Convolution2D" 2 Default::Ints(&[1, 1]), "A convolution over images.");
conv!(CONV3D "Conv3D" "Convolution3D" 3 Default::Ints(&[1, 1, 1]), "A convolution over volumes.");

/// What classes of the program that derive from a convolution call with a kernel of their own.
const METHODS: &[MethodDecl] = &[MethodDecl {
    name: "convolution_op",
    signature: Signature::new(&[Param::required("inputs"), Param::required("kernel")]),
    doc: "The convolution of `inputs` with `kernel`, with the layer's strides, padding and dilation; no bias, no activation.",
    call: |interp, object, args| {
        let layer = downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a method of another object"))?;
        let kind = layer.kind::<Conv>().ok_or_else(|| Error::internal("a method of another layer"))?;
        let Found::Module(ops) = modules::find("keras.ops") else {
            return Err(Error::internal("keras.ops is missing"));
        };
        let conv = (ops.get)("conv").ok_or_else(|| Error::internal("keras.ops.conv is missing"))?;
        let option =
            |name: &str, theirs: &str| (name.into(), kind.window.attribute(theirs).unwrap_or(Value::str("causal")));
        let keywords = [
            ("strides", "strides"),
            ("padding", "padding"),
            ("data_format", "data_format"),
            ("dilation_rate", "dilation_rate"),
        ];
        let positional = vec![args.get("inputs")?.clone(), args.get("kernel")?.clone()];
        interp.call(&conv, Args { positional, keywords: keywords.map(|(name, theirs)| option(name, theirs)).into() })
    },
}];

#[derive(Debug)]
struct Conv {
    window: Window,
    filters: usize,
    groups: usize,
    kernel: Weight,
    bias: Weight,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let window = Window::new(args, spatial, spatial == 1)?.not_both(args)?;
    let (filters, groups) = (common::positive(args, "filters")?, common::positive(args, "groups")?);
    if filters % groups != 0 {
        return Err(Error::argument(format!(
            "`filters` of {}() must be a multiple of `groups`: {filters} filters do not make {groups} equal groups",
            class.name
        )));
    }
    let kernel = Weight::from_args(interp, args, "kernel")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    LayerObject::value(interp, class, args, Conv { window, filters, groups, kernel, bias })
}

impl Layer for Conv {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = self.window.features(build.object, inputs)?;
        if features % self.groups != 0 {
            let message = format!(
                "layer `{}` has {} groups, which do not divide the {features} input channels",
                build.object.name(),
                self.groups
            );
            return Err(Error::shape(message));
        }
        let kernel = self.window.kernel_shape(features / self.groups, self.filters);
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
        self.window.expect_features(cx, &x, kernel.shape()[kernel.rank() - 2] * self.groups)?;
        let y = self.window.convolve(cx, &x, &kernel, self.groups)?;
        self.window.finish(cx, y)
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        self.window.check(layer, inputs)?;
        self.window.check_room(layer, inputs)
    }
}

//! `Dense`.

use super::lora::{self, Adapted, Lora};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, KERNEL_AND_BIAS, flag, joined, none};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static DENSE: ClassDecl = ClassDecl {
    name: "Dense",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<13>(&[
                &[Param::required("units"), none("activation"), flag("use_bias", true)],
                KERNEL_AND_BIAS,
                &[lora::PARAMS[0], lora::PARAMS[1], none("quantization_config")],
            ])
        },
    )
    .with(COMMON),
    doc: "activation(x·kernel + bias) over the last dimension of x.",
    new,
    methods: &[&lora::methods::<Dense>()],
};

#[derive(Debug)]
struct Dense {
    units: usize,
    activation: Option<Value>,
    kernel: Weight,
    bias: Option<Weight>,
    lora: Lora,
}

impl Adapted for Dense {
    fn lora(&self) -> &Lora {
        &self.lora
    }
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    common::reject(args, &["quantization_config"])?;
    let units = common::positive(args, "units")?;
    let activation = common::activation(args)?;
    let kernel = Weight::from_args(interp, args, "kernel")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    let lora = Lora::from_args(args, "kernel", &kernel, false)?;
    let bias = args.bool("use_bias")?.then_some(bias);
    LayerObject::value(interp, &DENSE, args, Dense { units, activation, kernel, bias, lora })
}

impl Layer for Dense {
    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "units" => Some(Value::Int(self.units as i64)),
            "activation" => Some(self.activation.clone().unwrap_or(Value::None)),
            "use_bias" => Some(Value::Bool(self.bias.is_some())),
            _ => None,
        }
    }

    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = common::known(build.object, inputs, -1)?;
        build.add_weight("kernel", &[features, self.units], &self.kernel, true);
        if let Some(bias) = &self.bias {
            build.add_weight("bias", &[self.units], bias, true);
        }
        self.lora.build(build)
    }

    fn ends_with_activation(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let kernel = cx.weight("kernel")?;
        common::expect_size(cx, &x, -1, kernel.shape()[0])?;
        let kernel = self.lora.adapt(cx, kernel)?;
        let y = cx.interp.tracer.tensordot(&x, &kernel)?;
        let y = common::add_bias(cx, y, true)?;
        Ok(Value::Tensor(cx.activate(self.activation.as_ref(), y)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

//! `Embedding`.

use keramos_ir::DType;

use super::lora::{self, Adapted, Lora};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static EMBEDDING: ClassDecl = ClassDecl {
    name: "Embedding",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::required("input_dim"),
        Param::required("output_dim"),
        string("embeddings_initializer", "uniform"),
        none("embeddings_regularizer"),
        none("embeddings_constraint"),
        flag("mask_zero", false),
        none("weights"),
        lora::PARAMS[0],
        lora::PARAMS[1],
        none("quantization_config"),
        Param::keyword("input_length", crate::library::Default::None),
    ])
    .with(COMMON),
    doc: "A trained vector for each integer from 0 up to `input_dim`; `mask_zero` masks the steps that are 0.",
    new,
    methods: &[&lora::methods::<Embedding>()],
};

#[derive(Debug)]
struct Embedding {
    count: usize,
    size: usize,
    initializer: Weight,
    mask_zero: bool,
    lora: Lora,
}

impl Adapted for Embedding {
    fn lora(&self) -> &Lora {
        &self.lora
    }
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    common::reject(args, &["quantization_config"])?;
    let (count, size) = (common::positive(args, "input_dim")?, common::positive(args, "output_dim")?);
    let initializer = Weight::from_args(interp, args, "embeddings")?;
    let lora = Lora::from_args(args, "embeddings", &initializer, false)?;
    let layer = Embedding { count, size, initializer, mask_zero: args.bool("mask_zero")?, lora };
    let layer = LayerObject::create(interp, &EMBEDDING, args, layer)?;
    if let Some(weights) = args.some("weights")?.cloned() {
        // Keras builds such a layer here.
        layer.build(interp, &[])?;
        let list = matches!(&weights, Value::List(list) if list.borrow().len() == 1);
        layer.start_from(interp, &if list { weights } else { Value::list(vec![weights]) })?;
    }
    Ok(Value::Object(layer))
}

impl Layer for Embedding {
    fn build(&self, build: &mut Build<'_>, _: &[SymbolicShape]) -> Result<()> {
        build.add_weight("embeddings", &[self.count, self.size], &self.initializer, true);
        self.lora.build(build)
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let embeddings = cx.weight("embeddings")?;
        let embeddings = self.lora.adapt(cx, embeddings)?;
        let t = &mut cx.interp.tracer;
        let mask = if self.mask_zero {
            let zero = t.scalar(x.dtype(), 0.0)?;
            Some(t.ne(&x, &zero)?)
        } else {
            None
        };
        let indices = if matches!(x.dtype(), DType::I32 | DType::I64) { x } else { t.convert(&x, DType::I32)? };
        let rows = t.take_rows(&embeddings, &indices)?;
        let rows = t.convert(&rows, cx.object.compute_dtype())?;
        Ok(Value::Tensor(rows.with_mask(mask)))
    }

    fn autocasts(&self) -> bool {
        false
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        (name == "input_dim").then(|| Value::Int(i64::try_from(self.count).unwrap_or(i64::MAX)))
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}

//! Low-rank adaptation: a frozen weight, and two small trained ones whose product is added to it.

use std::cell::Cell;
use std::rc::Rc;

use keramos_ir::TensorType;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{Build, Call, LayerObject};
use crate::keras::layers::common;
use crate::keras::variable::Role;
use crate::keras::weights::Weight;
use crate::library::{Bound, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

/// The arguments `lora_rank` and `lora_alpha`, as layers take them.
pub(super) const PARAMS: [Param; 2] = [common::none("lora_rank"), common::none("lora_alpha")];

/// The adaptation of one weight of a layer.
#[derive(Debug)]
pub(super) struct Lora {
    /// The adapted weight's name.
    weight: &'static str,
    /// Its regularizer goes for the factors, too; a constraint excludes an adaptation.
    rules: Weight,
    /// What the constructor says: the rank, and alpha if that counts.
    given: Option<(usize, Option<f64>)>,
    /// alpha/rank, once the factors are there.
    scale: Cell<Option<f64>>,
}

/// A kind of layer with a weight that can be adapted.
pub(super) trait Adapted {
    /// The adaptation.
    fn lora(&self) -> &Lora;
}

impl Lora {
    /// The adaptation of `weight` that the constructor asks for. Keras's Dense and Embedding read `lora_alpha`
    /// and then leave it out of account (`alpha` is false): it is the rank.
    ///
    /// # Errors
    /// An argument is no number.
    pub fn from_args(args: &Bound, weight: &'static str, rules: &Weight, alpha: bool) -> Result<Lora> {
        let given = match args.some("lora_rank")? {
            Some(Value::Int(0)) | None => None,
            Some(_) => {
                let alpha = args.some("lora_alpha")?.filter(|_| alpha).map(|_| args.f64("lora_alpha")).transpose()?;
                Some((common::positive(args, "lora_rank")?, alpha))
            }
        };
        Ok(Lora { weight, rules: rules.clone(), given, scale: Cell::new(None) })
    }

    /// Adds the factors to a layer that was just built, if the constructor asked for them.
    ///
    /// # Errors
    /// The weight is constrained.
    pub fn build(&self, build: &mut Build<'_>) -> Result<()> {
        let Some((rank, alpha)) = self.given else { return Ok(()) };
        let start = [Value::str("he_uniform"), Value::str("zeros")];
        self.enable(build.interp, build.object, rank, alpha, &start)
    }

    fn enable(
        &self,
        interp: &mut Interp,
        layer: &Rc<LayerObject>,
        rank: usize,
        alpha: Option<f64>,
        starts: &[Value; 2],
    ) -> Result<()> {
        let wrong = |what: &str| Err(Error::argument(format!("LoRA of layer `{}`: {what}", layer.name())));
        if self.rules.constraint.is_some() {
            return wrong(&format!("the weight is constrained; remove the argument `{}_constraint`", self.weight));
        }
        let own = layer.weights.borrow().clone();
        let adapted = own.into_iter().find(|&id| &*interp.variables.get(id).name == self.weight);
        let Some(adapted) = adapted else { return wrong("the layer is not built; call it or its build() first") };
        if self.scale.get().is_some() {
            return wrong("it is enabled already");
        }
        let shape = interp.variables.get(adapted).ty.shape.clone();
        let Some((&last, first)) = shape.split_last() else { return wrong("a number has no factors") };
        let shapes = [first.iter().copied().chain([rank]).collect::<Vec<_>>(), vec![rank, last]];
        for ((suffix, shape), start) in ["a", "b"].into_iter().zip(shapes).zip(starts) {
            let initializer = initializers::get(interp, start)?;
            let weight = self.rules.starting_from(initializer);
            let name = format!("lora_{}_{suffix}", self.weight);
            let id = interp.add_variable(&name, TensorType::new(layer.variable_dtype(), shape), weight, Role::Weight);
            layer.weights.borrow_mut().push(id);
        }
        interp.variables.get_mut(adapted).frozen = true;
        self.scale.set(Some(alpha.map_or(1.0, |alpha| alpha / rank as f64)));
        Ok(())
    }

    /// The weight with the product of its factors added.
    ///
    /// # Errors
    /// None in a layer that is built.
    pub fn adapt(&self, cx: &mut Call<'_>, weight: Tensor) -> Result<Tensor> {
        let Some(scale) = self.scale.get() else { return Ok(weight) };
        let (a, b) = (cx.weight(&format!("lora_{}_a", self.weight))?, cx.weight(&format!("lora_{}_b", self.weight))?);
        let t = &mut cx.interp.tracer;
        let product = t.matmul(&a, &b)?;
        let scaled = t.mul_scalar(&product, scale)?;
        t.add(&weight, &scaled)
    }
}

const ENABLE: Signature = Signature::new(&[
    Param::required("rank"),
    Param::new("lora_alpha", Default::None),
    Param::new("a_initializer", Default::Str("he_uniform")),
    Param::new("b_initializer", Default::Str("zeros")),
]);

/// `enable_lora` of the layers of kind `L`.
pub(super) const fn methods<L: Adapted + crate::keras::layer::Layer>() -> [MethodDecl; 1] {
    [MethodDecl {
        name: "enable_lora",
        signature: ENABLE,
        doc: "Freezes the layer's main weight and trains the product of two smaller ones that is added to it.",
        call: enable::<L>,
    }]
}

fn enable<L: Adapted + crate::keras::layer::Layer>(
    interp: &mut Interp,
    object: &ObjectRef,
    args: &mut Bound,
) -> Result<Value> {
    let layer = downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a layer's method on another object"))?;
    let kind = layer.kind::<L>().ok_or_else(|| Error::internal("a method of another layer"))?;
    let rank = common::positive(args, "rank")?;
    let alpha = args.some("lora_alpha")?.map(|_| args.f64("lora_alpha")).transpose()?;
    let starts = [args.get("a_initializer")?.clone(), args.get("b_initializer")?.clone()];
    let entered = layer.open_scope(interp);
    let enabled = kind.lora().enable(interp, &layer, rank, alpha, &starts);
    layer.close_scope(interp, entered);
    enabled.map(|()| Value::None)
}

//! `EinsumDense`.

use keramos_ir::as_tuple;

use super::lora::{self, Adapted, Lora};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, KERNEL_AND_BIAS, joined, none};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::Weight;
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static EINSUM_DENSE: ClassDecl = ClassDecl {
    name: "EinsumDense",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<14>(&[
                &[Param::required("equation"), Param::required("output_shape"), none("activation"), none("bias_axes")],
                KERNEL_AND_BIAS,
                &[lora::PARAMS[0], lora::PARAMS[1], none("quantization_config")],
            ])
        },
    )
    .with(COMMON),
    doc: "activation(einsum(equation, x, kernel) + bias).",
    new,
    methods: &[&lora::methods::<EinsumDense>()],
};

#[derive(Debug)]
struct EinsumDense {
    equation: String,
    /// Labels of input, kernel and output.
    labels: [Vec<char>; 3],
    /// Where input and output have dimensions without labels.
    elided: Option<Side>,
    /// Sizes of the output without the batch; `None` where they follow from the input.
    output: Vec<Option<usize>>,
    activation: Option<Value>,
    bias_axes: Vec<char>,
    kernel: Weight,
    bias: Weight,
    lora: Lora,
}

impl Adapted for EinsumDense {
    fn lora(&self) -> &Lora {
        &self.lora
    }
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    common::reject(args, &["quantization_config"])?;
    let equation = args.str("equation")?.replace(' ', "");
    let (labels, elided) = parse(&equation)?;
    let size = |v: &Value| match v {
        Value::None => Some(None),
        Value::Int(n) => usize::try_from(*n).ok().map(Some),
        _ => None,
    };
    let given = args.get("output_shape")?;
    let output = given.elements().unwrap_or_else(|| vec![given.clone()]);
    let output: Option<Vec<Option<usize>>> = output.iter().map(size).collect();
    let output = output.ok_or_else(|| args.invalid("output_shape", "a tuple of sizes and None"))?;
    let activation = common::activation(args)?;
    let bias_axes =
        if args.some("bias_axes")?.is_some() { args.str("bias_axes")?.chars().collect() } else { Vec::new() };
    let kernel = Weight::from_args(interp, args, "kernel")?;
    let bias = Weight::from_args(interp, args, "bias")?;
    let lora = Lora::from_args(args, "kernel", &kernel, true)?;
    let layer = EinsumDense { equation, labels, elided, output, activation, bias_axes, kernel, bias, lora };
    LayerObject::value(interp, &EINSUM_DENSE, args, layer)
}

/// A side of the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The labels of input, kernel and output, and on which side of them an ellipsis stands.
fn parse(equation: &str) -> Result<([Vec<char>; 3], Option<Side>)> {
    let bad = || Error::argument(format!("`{equation}` is not an equation of the form \"ab,bc->ac\""));
    let (inputs, output) = equation.split_once("->").ok_or_else(bad)?;
    let (left, right) = inputs.split_once(',').ok_or_else(bad)?;
    let cut = |labels: &str| match (labels.strip_prefix("..."), labels.strip_suffix("...")) {
        (Some(rest), _) => (rest.chars().collect::<Vec<char>>(), Some(Side::Left)),
        (_, Some(rest)) => (rest.chars().collect(), Some(Side::Right)),
        _ => (labels.chars().collect(), None),
    };
    let ((left, side), (right, none), (output, same)) = (cut(left), cut(right), cut(output));
    let letters = [&left, &right, &output].into_iter().all(|labels| labels.iter().all(char::is_ascii_alphabetic));
    // With the free dimensions on the right, the first labelled one is the batch.
    if none.is_some() || side != same || !letters || (side == Some(Side::Right) && left.len() < 2) {
        return Err(bad().note("an ellipsis stands at the same end of input and output, as in \"...b,bc->...c\""));
    }
    Ok(([left, right, output], side))
}

impl EinsumDense {
    /// The size of each dimension of the output or kernel named by a label.
    fn size(&self, object: &LayerObject, input: &SymbolicShape, label: char) -> Result<usize> {
        let [left, _, output] = &self.labels;
        let given = output.iter().position(|&l| l == label).and_then(|i| {
            // The given sizes are the last ones of the output.
            let skipped = output.len().checked_sub(self.output.len())?;
            *self.output.get(i.checked_sub(skipped)?)?
        });
        let free = if self.elided == Some(Side::Left) { input.len().saturating_sub(left.len()) } else { 0 };
        let found = || *input.get(left.iter().position(|&l| l == label)? + free)?;
        given.or_else(found).ok_or_else(|| {
            let message = format!(
                "layer `{}` cannot find the size of `{label}` in `{}` for inputs {}",
                object.name(),
                self.equation,
                as_tuple(input)
            );
            Error::shape(message).help("write the size into `output_shape` or Input(shape=...)")
        })
    }
}

impl Layer for EinsumDense {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let [left, right, output] = &self.labels;
        let free = inputs.first().map_or(0, Vec::len).checked_sub(left.len()).filter(|_| self.elided.is_some());
        if free.is_none() {
            common::expect_rank(build.object, inputs, left.len(), &format!("({})", String::from_iter(left)))?;
        }
        let Some(input) = inputs.first() else { return Ok(()) };
        let kernel: Vec<usize> = right.iter().map(|&l| self.size(build.object, input, l)).collect::<Result<_>>()?;
        let axes = |inputs: bool| {
            let belongs = move |(_, l): &(usize, &char)| output.contains(l) != inputs;
            right.iter().enumerate().filter(belongs).map(|(i, _)| i as i64).collect()
        };
        let initializer = initializers::along(&self.kernel.initializer, axes(true), axes(false));
        build.add_weight("kernel", &kernel, &self.kernel.starting_from(initializer), true);
        if !self.bias_axes.is_empty() {
            // The bias has 1 for each dimension after the first named one that is not named itself.
            let named = output.iter().skip_while(|l| !self.bias_axes.contains(l));
            let size = |&l: &char| if self.bias_axes.contains(&l) { self.size(build.object, input, l) } else { Ok(1) };
            let mut bias: Vec<usize> = named.map(size).collect::<Result<_>>()?;
            if self.elided == Some(Side::Right) {
                bias.extend(std::iter::repeat_n(1, free.unwrap_or(0)));
            }
            build.add_weight("bias", &bias, &self.bias, true);
        }
        self.lora.build(build)
    }

    fn ends_with_activation(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let kernel = cx.weight("kernel")?;
        let kernel = self.lora.adapt(cx, kernel)?;
        let mut y = cx.interp.tracer.einsum(&self.equation, &x, &kernel)?;
        if cx.has_weight("bias") {
            let bias = cx.weight("bias")?;
            y = cx.interp.tracer.add(&y, &bias)?;
        }
        Ok(Value::Tensor(cx.activate(self.activation.as_ref(), y)?))
    }

    fn masks(&self) -> Masks {
        Masks::Drop
    }
}

//! `MultiHeadAttention`.

use keramos_ir::{DType, as_tuple};

use super::equations;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::activations::{SOFTMAX, masked_softmax};
use crate::keras::layers::common::{self, KERNEL_AND_BIAS, flag, joined, none};
use crate::keras::layers::core::EINSUM_DENSE;
use crate::keras::layers::regularization::DROPOUT;
use crate::keras::symbolic::SymbolicShape;
use crate::keras::weights::{Weight, regularizers};
use crate::library::{Args, Bound, ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(in crate::keras::layers) static MULTI_HEAD_ATTENTION: ClassDecl = ClassDecl {
    name: "MultiHeadAttention",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(
        &const {
            joined::<18>(&[
                &[
                    Param::required("num_heads"),
                    Param::required("key_dim"),
                    none("value_dim"),
                    Param::new("dropout", Default::Float(0.0)),
                    flag("use_bias", true),
                    none("output_shape"),
                    none("attention_axes"),
                    none("sliding_window"),
                    none("flash_attention"),
                ],
                KERNEL_AND_BIAS,
                &[flag("use_gate", false), none("seed")],
            ])
        },
    )
    .with(COMMON),
    doc: "Scaled dot-product attention of several heads, called as layer(query, value, key=value, masks…).",
    new,
    methods: &[],
};

#[derive(Debug)]
struct MultiHeadAttention {
    heads: usize,
    key_size: usize,
    value_size: usize,
    dropout: f64,
    use_bias: bool,
    use_gate: bool,
    output: Option<Vec<usize>>,
    axes: Option<Vec<i64>>,
    window: Option<usize>,
    kernel: Weight,
    bias: Weight,
    /// The projections' activity regularizer; the layer itself has none, as in Keras.
    activity: Option<Value>,
    seed: Value,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key_size = common::positive(args, "key_dim")?;
    let some = |name: &str| args.some(name).map(|v| v.is_some());
    let layer = MultiHeadAttention {
        heads: common::positive(args, "num_heads")?,
        key_size,
        value_size: if some("value_dim")? { common::positive(args, "value_dim")? } else { key_size },
        dropout: args.f64("dropout")?,
        use_bias: args.bool("use_bias")?,
        use_gate: args.bool("use_gate")?,
        output: match some("output_shape")? {
            false => None,
            true => {
                let sizes = common::integers(args, "output_shape")?;
                let sizes = sizes.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>();
                Some(sizes.ok_or_else(|| args.invalid("output_shape", "a size or a tuple of sizes"))?)
            }
        },
        axes: if some("attention_axes")? { Some(common::integers(args, "attention_axes")?) } else { None },
        window: if some("sliding_window")? { Some(common::positive(args, "sliding_window")?) } else { None },
        kernel: Weight::from_args(interp, args, "kernel")?,
        bias: Weight::from_args(interp, args, "bias")?,
        activity: regularizers::get(interp, &args.get("activity_regularizer")?.clone())?,
        seed: args.get("seed")?.clone(),
    };
    let layer = LayerObject::create(interp, &MULTI_HEAD_ATTENTION, args, layer)?;
    layer.activity_regularizer.take();
    Ok(Value::Object(layer))
}

fn or_none(rule: &Option<Value>) -> Value {
    rule.clone().unwrap_or(Value::None)
}

/// What JAX's attention sets excluded scores to: seven tenths of the least `f32`.
const FUSED_EXCLUDED: f64 = -0.7 * f32::MAX as f64;

/// The call's tensors.
struct Inputs {
    query: Tensor,
    value: Tensor,
    key: Tensor,
}

impl MultiHeadAttention {
    /// Makes and builds a projection called `name`, the sublayer `attr`, of inputs of the given shape, of
    /// which it contracts the last `bound` dimensions, to `outputs`.
    fn project(
        &self,
        build: &mut Build<'_>,
        (attr, name): (&str, &str),
        input: &SymbolicShape,
        bound: usize,
        outputs: &[usize],
    ) -> Result<()> {
        let (equation, bias_axes) = equations::projection(input.len(), bound, outputs.len());
        // Keras makes new initializers for each projection, which draw new seeds.
        let kernel = initializers::fresh(build.interp, &self.kernel.initializer)?;
        let bias = initializers::fresh(build.interp, &self.bias.initializer)?;
        let free = input.len() - bound - 1;
        let size = |n: &usize| Value::Int(*n as i64);
        let output: Vec<Value> = vec![Value::None; free].into_iter().chain(outputs.iter().map(size)).collect();
        let mut keywords = vec![
            ("equation", Value::str(equation)),
            ("output_shape", Value::tuple(output)),
            ("kernel_initializer", kernel),
            ("bias_initializer", bias),
            ("kernel_regularizer", or_none(&self.kernel.regularizer)),
            ("bias_regularizer", or_none(&self.bias.regularizer)),
            ("activity_regularizer", or_none(&self.activity)),
            ("kernel_constraint", or_none(&self.kernel.constraint)),
            ("bias_constraint", or_none(&self.bias.constraint)),
            ("dtype", build.object.policy.borrow().value()),
            ("name", Value::str(name)),
        ];
        if self.use_bias {
            keywords.push(("bias_axes", Value::str(bias_axes)));
        }
        if attr == "gate_dense" {
            keywords.push(("activation", Value::str("sigmoid")));
        }
        let layer = common::make(build.interp, &EINSUM_DENSE, keywords)?;
        layer.trainable.set(build.object.trainable.get());
        layer.build(build.interp, std::slice::from_ref(input))?;
        build.add_sublayer(attr, layer);
        Ok(())
    }

    /// The axes of the query that attend, counted from the front.
    fn attended(&self, rank: usize) -> Result<Vec<usize>> {
        match &self.axes {
            None => Ok((1..rank - 1).collect()),
            Some(axes) => axes_indices(Some(axes), rank),
        }
    }

    /// Query, value and key, the latter two possibly the same.
    fn inputs(&self, cx: &mut Call<'_>) -> Result<Inputs> {
        let (query, value) = (cx.tensor(0, "query")?, cx.tensor(1, "value")?);
        let key = match cx.optional(2, "key") {
            Some(key) => cx.interp.to_tensor(&key)?,
            None => value.clone(),
        };
        Ok(Inputs { query, value, key })
    }

    /// Who may attend to whom, `bool` and broadcastable to (batch, queries, keys): everything that the
    /// padding masks, the attention mask, causality and the window allow together.
    fn mask(&self, cx: &mut Call<'_>, x: &Inputs) -> Result<Option<Tensor>> {
        let mut given = |index: usize, name: &str, implicit: Option<&Tensor>| match cx.optional(index, name) {
            Some(mask) => cx.interp.to_tensor(&mask).map(Some),
            None => Ok(implicit.cloned()),
        };
        let query = given(3, "query_mask", x.query.mask())?;
        let value = given(4, "value_mask", x.value.mask())?;
        let separate_key = cx_has_key(&x.key, &x.value);
        let key = given(5, "key_mask", if separate_key { x.key.mask() } else { None })?;
        let attention = given(6, "attention_mask", None)?;
        let causal = flag_argument(cx, 9, "use_causal_mask")?;
        let t = &mut cx.interp.tracer;
        let mut all: Option<Tensor> = None;
        let mut also = |t: &mut Tracer, mask: Tensor| -> Result<()> {
            all = Some(match all.take() {
                None => mask,
                Some(all) => t.and(&all, &mask)?,
            });
            Ok(())
        };
        for (mask, axis) in [(query, 2), (value, 1), (key, 1)] {
            let Some(mask) = mask else { continue };
            let mask = t.to_bool(&mask)?;
            let mask = t.expand_dims(&mask, &[axis])?;
            also(t, mask)?;
        }
        if causal || self.window.is_some() {
            let shape = [1, x.query.shape()[1], x.value.shape()[1]];
            let (row, column) = (t.iota(DType::I32, &shape, 1)?, t.iota(DType::I32, &shape, 2)?);
            if causal {
                let past = t.ge(&row, &column)?;
                also(t, past)?;
            }
            if let Some(window) = self.window {
                let difference = t.sub(&row, &column)?;
                let distance = t.abs(&difference)?;
                let window = t.scalar(DType::I32, window as f64)?;
                let near = t.lt(&distance, &window)?;
                also(t, near)?;
            }
        }
        if let Some(mask) = attention {
            let mask = t.to_bool(&mask)?;
            also(t, mask)?;
        }
        Ok(all)
    }
}

/// Whether the key is a tensor of its own.
fn cx_has_key(key: &Tensor, value: &Tensor) -> bool {
    !(key.frame == value.frame && key.value == value.value)
}

/// A truth value passed by position or name, false if absent.
fn flag_argument(cx: &Call<'_>, index: usize, name: &str) -> Result<bool> {
    match cx.optional(index, name) {
        None => Ok(false),
        Some(Value::Bool(b)) => Ok(b),
        Some(other) => Err(Error::ty(format!("`{name}` must be True or False, found {}", other.type_name()))),
    }
}

impl Layer for MultiHeadAttention {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let given = [build.argument(0, "query"), build.argument(1, "value"), build.argument(2, "key")];
        let [Some(query), Some(value), key] = given else {
            let message = format!("layer `{}` is called as layer(query, value)", build.object.name());
            return Err(Error::argument(message).help("for self-attention write layer(x, x)"));
        };
        let key = key.unwrap_or_else(|| value.clone());
        if key.len() != value.len() || key[1..key.len() - 1] != value[1..value.len() - 1] {
            return Err(Error::shape(format!(
                "layer `{}` needs as many keys as values, found {} and {}",
                build.object.name(),
                as_tuple(&key),
                as_tuple(&value)
            )));
        }
        let heads = |size: usize| [self.heads, size];
        self.project(build, ("query_dense", "query"), &query, 1, &heads(self.key_size))?;
        self.project(build, ("key_dense", "key"), &key, 1, &heads(self.key_size))?;
        if self.use_gate {
            self.project(build, ("gate_dense", "gate"), &query, 1, &heads(self.value_size))?;
        }
        self.project(build, ("value_dense", "value"), &value, 1, &heads(self.value_size))?;
        let softmax = common::make(build.interp, &SOFTMAX, vec![("dtype", build.object.policy.borrow().value())])?;
        build.add_sublayer("_softmax", softmax);
        let keywords = vec![
            ("rate", Value::Float(self.dropout)),
            ("seed", self.seed.clone()),
            ("dtype", build.object.policy.borrow().value()),
        ];
        let dropout = common::make(build.interp, &DROPOUT, keywords)?;
        build.add_sublayer("_dropout_layer", dropout);
        let width = match (&self.output, query.last()) {
            (Some(output), _) => output.clone(),
            (None, Some(Some(width))) => vec![*width],
            _ => vec![common::known(build.object, inputs, -1)?],
        };
        let mut projected = query[..query.len() - 1].to_vec();
        projected.extend([Some(self.heads), Some(self.value_size)]);
        self.project(build, ("output_dense", "attention_output"), &projected, 2, &width)
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = self.inputs(cx)?;
        let mask = self.mask(cx, &x)?;
        let return_scores = flag_argument(cx, 7, "return_attention_scores")?;
        let query_mask = x.query.mask().cloned();
        let mut project = |attr: &str, x: &Tensor| {
            let layer = cx.sublayer(attr)?;
            let y = layer.call(cx.interp, Args::positional(vec![Value::Tensor(x.clone().with_mask(None))]))?;
            cx.interp.to_tensor(&y)
        };
        let gate = if self.use_gate { Some(project("gate_dense", &x.query)?) } else { None };
        let query = project("query_dense", &x.query)?;
        let key = project("key_dense", &x.key)?;
        let value = project("value_dense", &x.value)?;
        let axes = self.attended(x.query.rank())?;
        let (score_equation, context_equation) = equations::attention(query.rank(), &axes);
        let t = &mut cx.interp.tracer;
        let query = t.mul_scalar(&query, 1.0 / (self.key_size as f64).sqrt())?;
        let scores = t.einsum(&score_equation, &key, &query)?;
        let mask = match mask {
            None => None,
            // The dimension of the heads stands in front of queries and keys.
            Some(mask) => {
                let heads = mask.rank().saturating_sub(2 * axes.len());
                let missing = scores.rank().saturating_sub(mask.rank());
                Some(t.expand_dims(&mask, &vec![heads; missing])?)
            }
        };
        let normalised: Vec<usize> = (scores.rank() - axes.len()..scores.rank()).collect();
        // Keras takes its fused attention where nothing else is asked for. It treats a query that may attend
        // to nothing in another way: its weights are equal, not zero.
        let fused = self.dropout == 0.0 && !return_scores && query.rank() == 4;
        let scores = match &mask {
            Some(mask) if fused => {
                let excluded = t.weak(FUSED_EXCLUDED)?;
                let kept = t.select(mask, &scores, &excluded)?;
                t.softmax_over(&kept, &normalised)?
            }
            mask => masked_softmax(t, &scores, mask.as_ref(), &normalised)?,
        };
        let dropout = cx.sublayer("_dropout_layer")?;
        let dropped = dropout.call(cx.interp, Args::positional(vec![Value::Tensor(scores.clone())]))?;
        let dropped = cx.interp.to_tensor(&dropped)?;
        let mut context = cx.interp.tracer.einsum(&context_equation, &dropped, &value)?;
        if let Some(gate) = gate {
            context = cx.interp.tracer.mul(&context, &gate)?;
        }
        let output = cx.sublayer("output_dense")?.call(cx.interp, Args::positional(vec![Value::Tensor(context)]))?;
        let output = cx.interp.to_tensor(&output)?.with_mask(query_mask);
        if return_scores {
            return Ok(Value::tuple(vec![Value::Tensor(output), Value::Tensor(scores)]));
        }
        Ok(Value::Tensor(output))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        for shape in inputs.iter().take(2) {
            if shape.len() < 3 {
                let message = format!(
                    "layer `{}` expects queries and values (batch, steps…, features), found {}",
                    layer.name(),
                    as_tuple(shape)
                );
                return Err(Error::shape(message).help("add a dimension of steps with layers.Reshape"));
            }
        }
        Ok(())
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}

//! Arguments and checks that many layers share.

use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::activations;
use crate::keras::layer::{Call, LayerObject};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Args, Bound, ClassDecl, Default, Param};
use crate::ops::{Aspect, Padding, Resampling};
use crate::trace::Tensor;
use crate::value::{Value, downcast};

/// `data_format=None`.
pub(super) const DATA_FORMAT: Param = Param::new("data_format", Default::None);

/// A parameter that is `None` unless given.
pub(super) const fn none(name: &'static str) -> Param {
    Param::new(name, Default::None)
}

/// A parameter with a string as default.
pub(super) const fn string(name: &'static str, default: &'static str) -> Param {
    Param::new(name, Default::Str(default))
}

/// A parameter with a truth value as default.
pub(super) const fn flag(name: &'static str, default: bool) -> Param {
    Param::new(name, Default::Bool(default))
}

/// How a kernel and a bias start, what holds them back and what bounds them.
pub(super) const KERNEL_AND_BIAS: &[Param] = &[
    string("kernel_initializer", "glorot_uniform"),
    string("bias_initializer", "zeros"),
    none("kernel_regularizer"),
    none("bias_regularizer"),
    none("activity_regularizer"),
    none("kernel_constraint"),
    none("bias_constraint"),
];

/// `parts` one after the other; `N` is the number of them all.
pub(super) const fn joined<const N: usize>(parts: &[&[Param]]) -> [Param; N] {
    let mut all = [DATA_FORMAT; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[at] = parts[part][i];
            (at, i) = (at + 1, i + 1);
        }
        part += 1;
    }
    assert!(at == N, "the number of parameters");
    all
}

/// The resolved `activation` argument.
pub(super) fn activation(args: &Bound) -> Result<Option<Value>> {
    activations::get(args.get("activation")?)
}

/// Rejects arguments of Keras that are not compiled yet, unless they are `None`.
pub(super) fn reject(args: &Bound, names: &[&str]) -> Result<()> {
    for name in names {
        if args.some(name)?.is_some() {
            return Err(Error::unsupported(format!("`{name}` of {}() is not supported yet", args.function()))
                .help("leave the argument out"));
        }
    }
    Ok(())
}

/// Whether features are the last dimension (`channels_last`, the default) or the second.
pub(super) fn channels_last(args: &Bound) -> Result<bool> {
    match args.some("data_format")? {
        None => Ok(true),
        Some(_) => Ok(args.one_of("data_format", &["channels_last", "channels_first"])? == "channels_last"),
    }
}

/// Keras's names of ways to resample images.
const INTERPOLATIONS: &[&str] = &["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"];

/// The `interpolation` argument.
pub(in crate::keras) fn interpolation(args: &Bound) -> Result<Resampling> {
    let name = args.one_of("interpolation", INTERPOLATIONS)?;
    Resampling::from_name(name).ok_or_else(|| args.invalid("interpolation", "the name of a way to resample"))
}

/// The arguments `crop_to_aspect_ratio`, `pad_to_aspect_ratio`, `fill_mode` and `fill_value`.
pub(in crate::keras) fn aspect(args: &Bound) -> Result<Aspect> {
    args.one_of("fill_mode", &["constant"])?;
    match (args.bool("crop_to_aspect_ratio")?, args.bool("pad_to_aspect_ratio")?) {
        (false, false) => Ok(Aspect::Stretch),
        (true, false) => Ok(Aspect::Crop),
        (false, true) => Ok(Aspect::Pad(args.f64("fill_value")?)),
        (true, true) => {
            Err(Error::argument("only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` can be True"))
        }
    }
}

/// The `padding` argument, in any case.
pub(super) fn padding(args: &Bound, causal: bool) -> Result<Padding> {
    match &*args.str("padding")?.to_lowercase() {
        "valid" => Ok(Padding::Valid),
        "same" => Ok(Padding::Same),
        "causal" if causal => Ok(Padding::Causal),
        _ => {
            let allowed: &[&'static str] = if causal { &["valid", "same", "causal"] } else { &["valid", "same"] };
            args.one_of("padding", allowed).map(|_| Padding::Valid)
        }
    }
}

/// An integer above zero.
pub(super) fn positive(args: &Bound, name: &str) -> Result<usize> {
    match args.usize(name)? {
        0 => Err(Error::argument(format!("`{name}` of {}() must be at least 1, found 0", args.function()))),
        n => Ok(n),
    }
}

/// One integer above zero for all of `n` dimensions, or a sequence of `n`.
pub(super) fn positive_sizes(args: &Bound, name: &str, n: usize) -> Result<Vec<usize>> {
    let sizes = args.sizes(name, n)?;
    if sizes.contains(&0) {
        return Err(Error::argument(format!("`{name}` of {}() must be at least 1, found 0", args.function())));
    }
    Ok(sizes)
}

/// An integer or a sequence of integers.
pub(super) fn integers(args: &Bound, name: &str) -> Result<Vec<i64>> {
    let int = |v: &Value| match v {
        Value::Int(i) => Some(*i),
        _ => None,
    };
    let value = args.get(name)?;
    let found = match value.elements() {
        Some(elements) => elements.iter().map(int).collect(),
        None => int(value).map(|i| vec![i]),
    };
    found.ok_or_else(|| args.invalid(name, "an integer or a tuple of integers"))
}

/// What the dimensions of a batch with `spatial` spatial dimensions are called.
pub(super) fn dimensions(spatial: usize, channels_last: bool) -> &'static str {
    match (spatial, channels_last) {
        (1, true) => "(batch, steps, channels)",
        (1, false) => "(batch, channels, steps)",
        (2, true) => "(batch, height, width, channels)",
        (2, false) => "(batch, channels, height, width)",
        (_, true) => "(batch, depth, height, width, channels)",
        (_, false) => "(batch, channels, depth, height, width)",
    }
}

/// Checks that the first input has a rank.
pub(super) fn expect_rank(layer: &LayerObject, inputs: &[SymbolicShape], rank: usize, dims: &str) -> Result<()> {
    let Some(shape) = inputs.first() else { return Err(no_input(layer)) };
    if shape.len() == rank {
        return Ok(());
    }
    let message = format!("layer `{}` expects a rank-{rank} input {dims}, found {}", layer.name(), as_tuple(shape));
    let missing_channel = shape.len() + 1 == rank && dims.ends_with("channels)");
    Err(Error::shape(message).help(if missing_channel && rank == 4 {
        "give the input a channel dimension, Input(shape=(28, 28, 1)), or put a layers.Reshape((28, 28, 1)) in front"
    } else if missing_channel {
        "give the input a channel dimension of size 1, or put a layers.Reshape in front"
    } else if shape.len() < rank {
        "put a layers.Reshape in front, or take the layer for inputs of fewer dimensions"
    } else {
        "put a layers.Flatten, Reshape or global pooling layer in front, or take the layer for inputs of more dimensions"
    }))
}

/// Checks that windows of the given sizes fit the first input's spatial dimensions without padding.
pub(super) fn expect_room(
    layer: &LayerObject,
    inputs: &[SymbolicShape],
    window: impl IntoIterator<Item = usize>,
    channels_last: bool,
) -> Result<()> {
    let Some(shape) = inputs.first() else { return Err(no_input(layer)) };
    let spatial = &shape[if channels_last { 1 } else { 2 }..];
    let window: Vec<usize> = window.into_iter().collect();
    if window.iter().zip(spatial).all(|(&k, n)| n.is_none_or(|n| k <= n)) {
        return Ok(());
    }
    let message = format!(
        "the window {} of layer `{}` is larger than its input {}",
        as_tuple(&window),
        layer.name(),
        as_tuple(shape)
    );
    Err(Error::shape(message).help("use padding=\"same\", a smaller window, or fewer or gentler layers before it"))
}

/// The size of the first input's dimension `axis` (negative: from the end), which must be known.
pub(super) fn known(layer: &LayerObject, inputs: &[SymbolicShape], axis: i64) -> Result<usize> {
    let Some(shape) = inputs.first() else { return Err(no_input(layer)) };
    let index = crate::ops::axis_index(axis, shape.len()).map_err(|_| {
        Error::shape(format!("layer `{}` needs an axis {axis}, found {}", layer.name(), as_tuple(shape)))
    })?;
    shape[index].ok_or_else(|| {
        let message =
            format!("layer `{}` needs to know the size of axis {axis}, found {}", layer.name(), as_tuple(shape));
        Error::shape(message).help("write that size into Input(shape=...)")
    })
}

/// Where the features of an input are: axis −1 or 1.
pub(super) fn channel_axis(channels_last: bool) -> i64 {
    if channels_last { -1 } else { 1 }
}

fn no_input(layer: &LayerObject) -> Error {
    Error::ty(format!("layer `{}` is called without a tensor", layer.name()))
        .help("a layer is called on a tensor, keras.Input(...) or what another layer gave: layers.Dense(10)(x)")
}

/// Checks that a call's input has as many features as the layer was built for.
pub(super) fn expect_size(cx: &Call<'_>, x: &Tensor, axis: i64, expected: usize) -> Result<()> {
    let index = crate::ops::axis_index(axis, x.rank())?;
    if x.shape()[index] == expected {
        return Ok(());
    }
    let batch_first = |(i, &n): (usize, &usize)| if i == 0 { None } else { Some(n) };
    let shape: SymbolicShape = x.shape().iter().enumerate().map(batch_first).collect();
    let message = format!(
        "layer `{}` was built for inputs of size {expected} along axis {axis}, found {}",
        cx.object.name(),
        as_tuple(&shape)
    );
    Err(Error::shape(message).help("a layer keeps the weights of its first call; make a second layer for other sizes"))
}

/// The single input in the layer's own element type, if both are floats; integers become floats, too.
pub(super) fn float_input(cx: &mut Call<'_>) -> Result<Tensor> {
    let x = cx.input()?;
    let dtype: DType = cx.object.compute_dtype();
    let y = cx.interp.tracer.convert(&x, dtype)?;
    Ok(y.with_mask(x.mask().cloned()))
}

/// Adds the weight `bias`, if the layer has one, along the feature axis.
pub(super) fn add_bias(cx: &mut Call<'_>, x: Tensor, channels_last: bool) -> Result<Tensor> {
    if !cx.has_weight("bias") {
        return Ok(x);
    }
    let bias = cx.weight("bias")?;
    let bias = along(cx, &bias, x.rank(), if channels_last { x.rank() - 1 } else { 1 })?;
    cx.interp.tracer.add(&x, &bias)
}

/// A vector reshaped so that it broadcasts along dimension `axis` of a tensor of rank `rank`.
pub(super) fn along(cx: &mut Call<'_>, vector: &Tensor, rank: usize, axis: usize) -> Result<Tensor> {
    let mut shape = vec![1; rank];
    if let (Some(size), Some(n)) = (shape.get_mut(axis), vector.shape().first()) {
        *size = *n;
    }
    cx.interp.tracer.reshape(vector, &shape)
}

/// A layer made by another one.
pub(super) fn make(
    interp: &mut Interp,
    class: &'static ClassDecl,
    keywords: Vec<(&'static str, Value)>,
) -> Result<std::rc::Rc<LayerObject>> {
    let keywords = keywords.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let made = interp.call(&Value::Class(class), Args { positional: Vec::new(), keywords })?;
    let layer = match &made {
        Value::Object(object) => downcast::<LayerObject>(object),
        _ => None,
    };
    layer.ok_or_else(|| Error::internal(format!("{} did not make a layer", class.name)))
}

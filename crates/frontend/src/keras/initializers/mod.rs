//! `keras.initializers`: what makes the starting values of weights.
//!
//! Values equal those of Keras on JAX bit for bit (the orthogonal ones to rounding). An initializer
//! without a seed draws one when it is constructed, so the order of construction counts.

mod constant;
mod orthogonal;
mod random;
mod stft;
mod variance_scaling;

use std::fmt;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, elements};

use super::seed_generator::{self, SeedGenerator};
use super::{config, dtype_policy};
use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::{Object, Value, downcast};

/// The classes of `keras.initializers`; their aliases are the names accepted as strings.
pub const CLASSES: &[&ClassDecl] = &[
    &constant::ZEROS,
    &constant::ONES,
    &constant::CONSTANT,
    &constant::IDENTITY,
    &random::NORMAL,
    &random::UNIFORM,
    &random::TRUNCATED_NORMAL,
    &variance_scaling::VARIANCE_SCALING,
    &variance_scaling::GLOROT_UNIFORM,
    &variance_scaling::GLOROT_NORMAL,
    &variance_scaling::HE_UNIFORM,
    &variance_scaling::HE_NORMAL,
    &variance_scaling::LECUN_UNIFORM,
    &variance_scaling::LECUN_NORMAL,
    &orthogonal::ORTHOGONAL,
    &stft::STFT,
];

/// The functions of `keras.initializers`.
pub const FUNCTIONS: &[&FunctionDecl] = &[&GET];

static GET: FunctionDecl = FunctionDecl {
    name: "get",
    signature: Signature::new(&[Param::required("identifier")]),
    doc: "The initializer of the given name; objects are returned as they are.",
    call: |interp, args| {
        let identifier = args.get("identifier")?.clone();
        if identifier.is_none() { Ok(identifier) } else { get(interp, &identifier) }
    },
};

/// What one class of initializer does.
trait Initialize: fmt::Debug {
    /// The values of a weight, in `f32` (a random one) or `dtype`.
    fn values(&self, tracer: &mut Tracer, shape: &[usize], dtype: DType) -> Result<Tensor>;

    /// The same with the next seed of its generator, if it draws from one.
    fn drawn(&self, _interp: &mut Interp) -> Option<Box<dyn Initialize>> {
        None
    }

    /// The same with other axes that count as inputs and outputs, if that means something and none were
    /// given.
    fn along(&self, _inputs: Vec<i64>, _outputs: Vec<i64>) -> Option<Box<dyn Initialize>> {
        None
    }
}

/// An initializer of the program.
#[derive(Debug)]
pub struct Initializer {
    class: &'static ClassDecl,
    args: Bound,
    kind: Box<dyn Initialize>,
}

impl Initializer {
    fn value(class: &'static ClassDecl, args: &Bound, kind: impl Initialize + 'static) -> Result<Value> {
        Ok(Value::Object(Rc::new(Initializer { class, args: args.clone(), kind: Box::new(kind) })))
    }
}

impl Object for Initializer {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }

    fn arguments(&self) -> Option<&Bound> {
        Some(&self.args)
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        const PARAMS: Signature = Signature::new(&[
            Param::required("shape"),
            Param::new("dtype", Default::None),
            Param::new("layout", Default::None),
        ]);
        let args = PARAMS.bind("initializer", args)?;
        let size = |v: &Value| match v {
            Value::Int(n) => usize::try_from(*n).ok(),
            _ => None,
        };
        let shape: Option<Vec<usize>> = match args.get("shape")? {
            Value::Int(_) => size(args.get("shape")?).map(|n| vec![n]),
            other => other.elements().and_then(|v| v.iter().map(size).collect()),
        };
        let shape = shape.ok_or_else(|| args.invalid("shape", "a tuple of sizes"))?;
        let dtype = dtype_policy::element_type(interp, &args, DType::F32)?;
        let drawn = self.kind.drawn(interp);
        let kind = drawn.as_ref().unwrap_or(&self.kind);
        let values = kind.values(&mut interp.tracer, &shape, dtype)?;
        Ok(Value::Tensor(interp.tracer.convert(&values, dtype)?))
    }
}

/// Whether an object is one of Keras's initializers.
pub(crate) fn is_initializer(object: &crate::value::ObjectRef) -> bool {
    downcast::<Initializer>(object).is_some()
}

/// Where a random initializer's key comes from.
#[derive(Clone, Debug)]
enum Seed {
    /// It is the same for all weights.
    Key([u32; 2]),
    /// Each weight gets the generator's next one.
    Generator(Rc<SeedGenerator>),
}

impl Seed {
    /// The argument `seed`; without one, a seed that is drawn now.
    fn from_args(interp: &mut Interp, args: &Bound) -> Result<Seed> {
        if let Value::Object(object) = args.get("seed")?
            && let Some(generator) = downcast::<SeedGenerator>(object)
        {
            return Ok(Seed::Generator(generator));
        }
        seed_generator::seed_of(interp, args).map(|seed| Seed::Key([seed, 0]))
    }

    /// The generator's next key, which counts on.
    fn drawn(&self, interp: &mut Interp) -> Option<Seed> {
        match self {
            Seed::Key(_) => None,
            Seed::Generator(generator) => Some(Seed::Key(generator.draw(interp, true))),
        }
    }

    fn key(&self, tracer: &mut Tracer) -> Result<Tensor> {
        match self {
            Seed::Key(key) => tracer.constant(Array::new([2], Buffer::U32(key.to_vec()))?),
            Seed::Generator(_) => Err(Error::internal("an initializer with a generator did not draw")),
        }
    }
}

/// What an initializer stands for where a weight is made: if it draws from a generator, that is done now.
pub(crate) fn drawn(interp: &mut Interp, initializer: &Value) -> Value {
    let Value::Object(object) = initializer else { return initializer.clone() };
    let Some(known) = downcast::<Initializer>(object) else { return initializer.clone() };
    match known.kind.drawn(interp) {
        Some(kind) => Value::Object(Rc::new(Initializer { class: known.class, args: known.args.clone(), kind })),
        None => initializer.clone(),
    }
}

/// What an `…_initializer` argument means. A name or class gives a new initializer, which draws a
/// seed if it is random; objects and functions are taken as they are.
///
/// # Errors
/// K0303: no initializer has that name, or the value is none.
pub fn get(interp: &mut Interp, identifier: &Value) -> Result<Value> {
    match identifier {
        Value::Str(name) => {
            let known = CLASSES.iter().find(|c| c.name == &**name || c.aliases.contains(&&**name));
            let Some(class) = known else {
                let names = CLASSES.iter().flat_map(|c| c.aliases.iter().chain(std::iter::once(&c.name)).copied());
                let error = Error::argument(format!("there is no initializer \"{name}\""));
                return Err(match suggest::closest(name, names) {
                    Some(near) => error.help(format!("did you mean \"{near}\"?")),
                    None => error.help("keras.initializers lists the names"),
                });
            };
            interp.call(&Value::Class(class), Args::default())
        }
        Value::Class(_) => interp.call(identifier, Args::default()),
        Value::Object(object) => match downcast::<Again>(object) {
            Some(again) => fresh(interp, &again.0),
            None => Ok(identifier.clone()),
        },
        Value::User(_) | Value::Function(_) | Value::Array(_) => Ok(identifier.clone()),
        entry if config::is_serialized(entry) => config::deserialized(interp, entry),
        other => {
            Err(Error::argument(format!("an initializer must be a name or an object, found {}", other.type_name())))
        }
    }
}

/// A new initializer with the configuration of `initializer`, as Keras's MultiHeadAttention makes for
/// each of its layers: one that was made without a seed draws a new one.
///
/// # Errors
/// None for an initializer that exists.
pub fn fresh(interp: &mut Interp, initializer: &Value) -> Result<Value> {
    match initializer {
        Value::Object(object) => match downcast::<Initializer>(object) {
            Some(known) => (known.class.new)(interp, &mut known.args.clone()),
            None => Ok(initializer.clone()),
        },
        other => Ok(other.clone()),
    }
}

/// An identifier that gives a new initializer with the configuration of `initializer` where it is resolved
/// ([`get`]), as [`fresh`] does: seeds are drawn then.
pub fn again(initializer: &Value) -> Value {
    match initializer {
        Value::Object(_) => Value::Object(Rc::new(Again(initializer.clone()))),
        other => other.clone(),
    }
}

/// See [`again`].
#[derive(Debug)]
struct Again(Value);

impl Object for Again {
    fn class_name(&self) -> Rc<str> {
        "Initializer".into()
    }
}

/// `initializer`, told which axes of the weight are inputs and which are outputs, unless it was told.
pub fn along(initializer: &Value, inputs: Vec<i64>, outputs: Vec<i64>) -> Value {
    let Value::Object(object) = initializer else { return initializer.clone() };
    let Some(known) = downcast::<Initializer>(object) else { return initializer.clone() };
    match known.kind.along(inputs, outputs) {
        Some(kind) => Value::Object(Rc::new(Initializer { class: known.class, args: known.args.clone(), kind })),
        None => initializer.clone(),
    }
}

/// The mathematical functions `fan_in` and `fan_out` of a weight's shape: how many inputs reach an
/// output, and how many outputs an input.
fn fans(shape: &[usize]) -> (usize, usize) {
    match *shape {
        [] => (1, 1),
        [n] => (n, n),
        [n, m] => (n, m),
        [ref window @ .., n, m] => {
            let window = elements(window);
            (n.saturating_mul(window), m.saturating_mul(window))
        }
    }
}

//! `keras.random.SeedGenerator`.

use std::cell::Cell;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType};

use super::seeds::unordered;
use super::variable::{Role, VariableId};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, Value, downcast};

/// `keras.random.SeedGenerator`.
pub static SEED_GENERATOR: ClassDecl = ClassDecl {
    name: "SeedGenerator",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[
        Param::new("seed", Default::None),
        Param::new("name", Default::None),
        Param::keywords("options"),
    ]),
    doc: "A source of random keys that counts on with every use. Its state is a variable `u32[2]`.",
    new,
    methods: &[METHODS],
};

/// The classes of `keras.random`.
pub const CLASSES: &[&ClassDecl] = &[&SEED_GENERATOR];

const METHODS: &[MethodDecl] = &[MethodDecl {
    name: "next",
    signature: Signature::new(&[Param::new("ordered", Default::Bool(true))]),
    doc: "The present state; it counts on by one, or out of order.",
    call: |interp, object, args| {
        let ordered = args.bool("ordered")?;
        let generator =
            downcast::<SeedGenerator>(object).ok_or_else(|| Error::internal("a method of another object"))?;
        if interp.tracer.depth() == 0 {
            let key = Array::new([2], Buffer::U32(generator.draw(interp, ordered).to_vec()))?;
            return Ok(Value::Array(Rc::new(key)));
        }
        advance(interp, generator.state, ordered).map(Value::Tensor)
    },
}];

/// A seed generator of the program.
#[derive(Debug)]
pub struct SeedGenerator {
    name: Rc<str>,
    seed: u32,
    /// The key that is next before any program runs.
    next: Cell<[u32; 2]>,
    /// The variable that holds the next key.
    pub state: VariableId,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let seed = seed_of(interp, args)?;
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique("SeedGenerator"),
    };
    let state = state(interp, &name, seed)?;
    Ok(Value::Object(Rc::new(SeedGenerator { name, seed, next: Cell::new([seed, 0]), state })))
}

/// The argument `seed`; without one, a seed that is drawn now.
///
/// # Errors
/// It is no integer from 0 up to 4294967295.
pub(in crate::keras) fn seed_of(interp: &mut Interp, args: &Bound) -> Result<u32> {
    match args.get("seed")? {
        Value::None => Ok(interp.seeds.draw()),
        Value::Int(seed) => {
            u32::try_from(*seed).map_err(|_| args.invalid("seed", "an integer from 0 up to 4294967295, or None"))
        }
        _ => Err(args.invalid("seed", "an integer or None")),
    }
}

/// The state variable of a generator called `name`: it starts at `[seed, 0]`.
///
/// # Errors
/// None today.
pub(in crate::keras) fn state(interp: &mut Interp, name: &Rc<str>, seed: u32) -> Result<VariableId> {
    let start = Value::Array(Rc::new(Array::new([2], Buffer::U32(vec![seed, 0]))?));
    interp.tracer.push_scope(name.clone());
    let id = interp.add_variable("seed_generator_state", TensorType::new(DType::U32, [2]), start, Role::Seed);
    interp.tracer.pop_scope();
    interp.variables.get_mut(id).trainable = false;
    Ok(id)
}

/// The state as a key; it counts on by one.
///
/// # Errors
/// Nothing is being traced.
pub fn next_key(interp: &mut Interp, state: VariableId) -> Result<Tensor> {
    advance(interp, state, true)
}

/// The state as a key; it counts on, in order or as [`unordered`] does.
fn advance(interp: &mut Interp, state: VariableId, ordered: bool) -> Result<Tensor> {
    let key = interp.read_variable(state)?;
    let t = &mut interp.tracer;
    let mut words = |words: [u32; 2]| t.constant(Array::new([2], Buffer::U32(words.to_vec()))?);
    let next = if ordered {
        let step = words([0, 1])?;
        t.add(&key, &step)?
    } else {
        let (one, factor, modulus) = (words([1; 2])?, words([5387; 2])?, words([933_199; 2])?);
        let sum = t.add(&key, &one)?;
        let product = t.mul(&sum, &factor)?;
        t.rem(&product, &modulus)?
    };
    interp.state.assign(state, next);
    Ok(key)
}

impl SeedGenerator {
    /// The key that the generator holds before any program runs; its variable then starts at the next one.
    pub(in crate::keras) fn draw(&self, interp: &mut Interp, ordered: bool) -> [u32; 2] {
        let key = self.next.get();
        let next = if ordered { [key[0], key[1].wrapping_add(1)] } else { unordered(key) };
        self.next.set(next);
        if let Ok(start) = Array::new([2], Buffer::U32(next.to_vec())) {
            interp.variables.get_mut(self.state).weight.initializer = Value::Array(Rc::new(start));
        }
        key
    }
}

impl Object for SeedGenerator {
    fn class_name(&self) -> Rc<str> {
        "SeedGenerator".into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(&SEED_GENERATOR)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::Str(self.name.clone())),
            "seed" => Some(Value::Int(self.seed.into())),
            "state" => Some(interp.variable(self.state)),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["name", "seed", "state", "next"].map(String::from).to_vec()
    }
}

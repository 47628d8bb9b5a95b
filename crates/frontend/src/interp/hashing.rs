//! Hashing and equality of keys, as far as classes of the program have a say in them.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::Interp;
use super::attribute::user;
use super::classes::{Instance, UserClass};
use super::compare::{same, tuple_of};
use super::limits::deeper;
use super::operators::number::{self, Number};
use crate::error::{Error, Result};
use crate::library::Args;
use crate::value::{Key, Value};

/// Numbers are hashed modulo this prime, as in CPython.
const MODULUS: i64 = (1 << 61) - 1;

/// How the instances of a class are hashed.
enum Hashing {
    /// By identity.
    Identity,
    /// By the fields of a dataclass or the elements of a named tuple.
    Fields,
    /// By a method of the program.
    Method(Value),
    /// Not at all.
    Never,
}

impl Interp {
    /// The value as a key of a dict or an element of a set.
    ///
    /// # Errors
    /// It cannot be hashed, or a method of the program that hashes or compares it fails.
    pub(crate) fn key(&mut self, value: Value) -> Result<Key> {
        match self.stand_in(&value)? {
            Some(other) => Ok(Key::standing_for(value, other)),
            None => Key::new(value),
        }
    }

    /// What stands for a value among keys: of all instances that the program calls equal, the one met first. `None`
    /// if that is the value itself.
    fn stand_in(&mut self, value: &Value) -> Result<Option<Value>> {
        match value {
            Value::Tuple(elements) => self.nested(|interp| deeper(|| interp.elements_stand_in(elements))),
            Value::User(_) => match user::<Instance>(value) {
                Some(instance) => self.nested(|interp| deeper(|| interp.instance_stand_in(value, &instance))),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn elements_stand_in(&mut self, elements: &Rc<[Value]>) -> Result<Option<Value>> {
        let mut others: Option<Vec<Value>> = None;
        for (index, element) in elements.iter().enumerate() {
            self.spend(1)?;
            if let Some(other) = self.stand_in(element)?
                && let Some(slot) = others.get_or_insert_with(|| elements.to_vec()).get_mut(index)
            {
                *slot = other;
            }
        }
        Ok(others.map(Value::tuple))
    }

    fn instance_stand_in(&mut self, value: &Value, instance: &Rc<Instance>) -> Result<Option<Value>> {
        let hash = match hashing(&instance.class) {
            Hashing::Identity => return Ok(None),
            Hashing::Never => {
                let help = match instance.data().is_some() {
                    true => "decorate it with @dataclass(frozen=True), or define `__hash__`",
                    false => "a class that defines `__eq__` needs `__hash__` for that",
                };
                return Err(Error::ty(format!("unhashable type: '{}'", instance.class.name)).help(help));
            }
            Hashing::Fields => {
                let Some(fields) = instance.compared() else { return Ok(None) };
                let elements: Rc<[Value]> = fields.into();
                Key::new(Value::Tuple(elements.clone()))?;
                let fields = self.elements_stand_in(&elements)?;
                if instance.class.lookup("__eq__").is_none() {
                    return Ok(fields);
                }
                Key::new(fields.unwrap_or(Value::Tuple(elements)))?
            }
            Hashing::Method(method) => {
                let result = self.call(&method, Args::positional(vec![value.clone()]))?;
                match Number::of(&result) {
                    Some(Number::Int(_) | Number::Big(_)) => Key::new(result)?,
                    _ => return Err(Error::ty("__hash__ method should return an integer")),
                }
            }
        };
        let known = self.eval.hashed.get(&hash).cloned().unwrap_or_default();
        for other in known {
            if same(&other, value) || self.equal(&other, value)? {
                return Ok(Some(other));
            }
        }
        self.eval.hashed.entry(hash).or_default().push(value.clone());
        Ok(Some(value.clone()))
    }

    /// `hash(value)`. Those of numbers and of tuples of numbers are CPython's.
    ///
    /// # Errors
    /// As [`Interp::key`].
    pub(crate) fn hash_of(&mut self, value: &Value) -> Result<i64> {
        if let Some(number) = Number::of(value) {
            return Ok(match number {
                Number::Int(i) => of_integer(&BigInt::from(i)),
                Number::Big(i) => of_integer(&i),
                Number::Float(x) => of_float(x),
            });
        }
        if let Value::Complex(real, imaginary) = value {
            const FACTOR: i64 = 1_000_003;
            let hash = of_float(*real).wrapping_add(of_float(*imaginary).wrapping_mul(FACTOR));
            return Ok(if hash == -1 { -2 } else { hash });
        }
        if let Some(instance) = user::<Instance>(value)
            && let Hashing::Method(method) = hashing(&instance.class)
        {
            let result = self.call(&method, Args::positional(vec![value.clone()]))?;
            return match Number::of(&result) {
                Some(Number::Int(i)) => Ok(if i == -1 { -2 } else { i }),
                Some(Number::Big(i)) => Ok(of_integer(&i)),
                _ => Err(Error::ty("__hash__ method should return an integer")),
            };
        }
        if let Some(elements) = tuple_of(value) {
            return self.nested(|interp| deeper(|| interp.hash_of_tuple(&elements)));
        }
        // Those of texts differ from run to run in CPython too.
        use std::hash::{DefaultHasher, Hash, Hasher};
        let key = self.key(value.clone())?;
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Ok((hasher.finish() >> 3) as i64)
    }

    /// The hash of a tuple of these elements.
    fn hash_of_tuple(&mut self, elements: &[Value]) -> Result<i64> {
        self.spend(elements.len())?;
        let hashes = elements.iter().map(|element| self.hash_of(element)).collect::<Result<Vec<_>>>()?;
        Ok(of_hashes(&hashes))
    }
}

/// A class that says what its instances are equal to, and not how they are hashed, has instances without a hash.
fn hashing(class: &Rc<UserClass>) -> Hashing {
    for ancestor in class.lineage() {
        let members = ancestor.members.borrow();
        match members.get("__hash__") {
            Some(Value::None) => return Hashing::Never,
            Some(method) => return Hashing::Method(method.clone()),
            None => {}
        }
        if let Some(hashed) = ancestor.hashes_fields() {
            return match hashed {
                true => Hashing::Fields,
                false => Hashing::Never,
            };
        }
        if members.contains_key("__eq__") {
            return Hashing::Never;
        }
    }
    match class.builtin {
        Some("dict" | "list" | "set") => Hashing::Never,
        Some("tuple") => Hashing::Fields,
        Some(_) => Hashing::Identity,
        None if class.fields().is_empty() => Hashing::Identity,
        None => Hashing::Fields,
    }
}

fn of_integer(value: &BigInt) -> i64 {
    let rest = (value.abs() % MODULUS).to_i64().unwrap_or(0);
    match if value.is_negative() { -rest } else { rest } {
        -1 => -2,
        hash => hash,
    }
}

/// The hash of a number or of a tuple of such, which is the same in every run; `None` of anything else.
pub(super) fn plain_hash(value: &Value) -> Option<i64> {
    match value {
        Value::Tuple(elements) => elements.iter().map(plain_hash).collect::<Option<Vec<_>>>().map(|h| of_hashes(&h)),
        // A NaN is hashed by where it lies.
        Value::Float(x) => (!x.is_nan()).then(|| of_float(*x)),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => match Number::of(value)? {
            Number::Int(i) => Some(of_integer(&BigInt::from(i))),
            Number::Big(i) => Some(of_integer(&i)),
            Number::Float(_) => None,
        },
        _ => None,
    }
}

/// The xxHash of the hashes of a tuple's elements, as CPython computes it.
fn of_hashes(hashes: &[i64]) -> i64 {
    const PRIMES: [u64; 3] = [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];
    let [first, second, fifth] = PRIMES;
    let mut sum = fifth;
    for &hash in hashes {
        sum = sum.wrapping_add((hash as u64).wrapping_mul(second));
        sum = sum.rotate_left(31).wrapping_mul(first);
    }
    sum = sum.wrapping_add(hashes.len() as u64 ^ (fifth ^ 3_527_539));
    if sum == u64::MAX { 1_546_275_796 } else { sum as i64 }
}

/// The hash of a float that is m · 2^e: m · 2^e modulo the prime, in which 2^61 is 1.
fn of_float(x: f64) -> i64 {
    if x.is_nan() {
        return 0;
    }
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -314_159 };
    }
    if let Ok(whole) = number::truncate(x)
        && x.fract() == 0.0
        && let Some(whole) = Number::of(&whole).and_then(|n| n.to_big())
    {
        return of_integer(&whole);
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let shift = exponent.rem_euclid(61) as u32;
    let scaled = (u128::from(mantissa) << shift) % (MODULUS as u128);
    of_integer(&(BigInt::from(scaled) * if x < 0.0 { -1 } else { 1 }))
}

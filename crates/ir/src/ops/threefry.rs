//! `threefry2x32`: the block cipher behind JAX's random numbers.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, AttrReader, Attrs, Batch, Buffer, Builder, DType, Function, IrError, Mapped, Operand, Primitive, Result,
    TensorType, Value,
};

use super::{Steps, batching, rules};

/// Threefry-2x32 with 20 rounds (Salmon et al., 2011), element by element. Operands are the two words of the
/// key (scalars, or of the counters' shape) and the two words of the counter, results the two words of the
/// block; all are `u32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Threefry2x32;

const NAME: &str = "threefry2x32";

/// Rotation distances of the rounds: four rounds use one row, rows alternate.
const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/// The key schedule's parity constant.
const PARITY: u32 = 0x1BD1_1BDA;

/// Four rounds make a group, after which words of the key are mixed in.
const GROUPS: usize = 5;

/// The block of one counter under one key.
pub(super) fn block(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    let keys = [key[0], key[1], key[0] ^ key[1] ^ PARITY];
    let (mut x0, mut x1) = (counter[0].wrapping_add(keys[0]), counter[1].wrapping_add(keys[1]));
    for group in 0..GROUPS {
        for distance in ROTATIONS[group % 2] {
            x0 = x0.wrapping_add(x1);
            x1 = x1.rotate_left(distance) ^ x0;
        }
        x0 = x0.wrapping_add(keys[(group + 1) % 3]);
        x1 = x1.wrapping_add(keys[(group + 2) % 3]).wrapping_add(group as u32 + 1);
    }
    [x0, x1]
}

fn word(b: &mut Builder, value: u32, shape: &[usize]) -> Result<Value> {
    let scalar = b.constant(Array::new([], Buffer::U32(vec![value]))?)?;
    b.broadcast(scalar, shape)
}

fn rotate_left(b: &mut Builder, x: Value, distance: u32) -> Result<Value> {
    let shape = b.ty(x).shape.clone();
    let (left, right) = (word(b, distance, &shape)?, word(b, u32::BITS - distance, &shape)?);
    let (high, low) = (b.shift_left(x, left)?, b.shift_right_logical(x, right)?);
    b.or(high, low)
}

/// Four rounds on `x`, then the key words `k0` and `k1` and the number of the group are added.
fn group(
    b: &mut Builder,
    [mut x0, mut x1]: [Value; 2],
    distances: [u32; 4],
    [k0, k1]: [Value; 2],
    number: Value,
) -> Result<[Value; 2]> {
    let shape = b.ty(x0).shape.clone();
    for distance in distances {
        x0 = b.add(x0, x1)?;
        x1 = rotate_left(b, x1, distance)?;
        x1 = b.xor(x1, x0)?;
    }
    let k1 = sum(b, k1, number, &shape)?;
    Ok([sum(b, x0, k0, &shape)?, b.add(x1, k1)?])
}

/// The sum of two operands that are scalars or of the given shape, in that shape.
fn sum(b: &mut Builder, x: Value, y: Value, shape: &[usize]) -> Result<Value> {
    let (x, y) = (b.broadcast(x, shape)?, b.broadcast(y, shape)?);
    b.add(x, y)
}

/// The cipher as a composition: the first group of rounds, then a loop over pairs of groups, each pair with
/// the same rotations. Straight-line code would be computed anew for every use of a result where a backend
/// fuses it into its users, and a key that comes from one draw for the next makes that grow exponentially.
fn rolled(key: &TensorType, counter: &TensorType) -> Result<Function> {
    let mut b = Builder::new(NAME);
    let (k0, k1) = (b.param(key.clone()), b.param(key.clone()));
    let x = [b.param(counter.clone()), b.param(counter.clone())];
    let mixed = b.xor(k0, k1)?;
    let parity = word(&mut b, PARITY, &key.shape)?;
    let k2 = b.xor(mixed, parity)?;
    let shape = &counter.shape;
    let x = [sum(&mut b, x[0], k0, shape)?, sum(&mut b, x[1], k1, shape)?];
    let one = word(&mut b, 1, &[])?;
    let [x0, x1] = group(&mut b, x, ROTATIONS[0], [k1, k2], one)?;
    let numbers = b.constant(Array::new([2], Buffer::U32(vec![2, 4]))?)?;
    let body = Arc::new(pair(key, counter)?);
    let (last, _) = b.scan(&body, &[], &[x0, x1, k2, k0, k1], &[numbers], Steps::new((GROUPS - 1) / 2))?;
    Ok(b.finish(last.into_iter().take(2).collect()))
}

/// Two groups of rounds: carried are the words and the key's schedule, which a pair of groups turns by one.
fn pair(key: &TensorType, counter: &TensorType) -> Result<Function> {
    let mut b = Builder::new("rounds");
    let x = [b.param(counter.clone()), b.param(counter.clone())];
    let keys = [b.param(key.clone()), b.param(key.clone()), b.param(key.clone())];
    let number = b.param(TensorType::scalar(DType::U32));
    let x = group(&mut b, x, ROTATIONS[1], [keys[0], keys[1]], number)?;
    let next = b.add_scalar(number, 1.0)?;
    let [x0, x1] = group(&mut b, x, ROTATIONS[0], [keys[1], keys[2]], next)?;
    Ok(b.finish(vec![x0, x1, keys[2], keys[0], keys[1]]))
}

impl Primitive for Threefry2x32 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then_some(Ok(Threefry2x32))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [k0, k1, x0, x1] = rules::operands(NAME, operands)?;
        if operands.iter().any(|ty| ty.dtype != DType::U32)
            || k0 != k1
            || x0 != x1
            || !(k0.rank() == 0 || k0.shape == x0.shape)
        {
            let message =
                "operands must be u32: two key words, scalar or of the counters' shape, and two counter words";
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x0.clone(), x1.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [k0, k1, x0, x1] = batching::operands(NAME, operands)?;
        if !k0.mapped && !k1.mapped && batching::example_type(b, k0).rank() == 0 {
            let x = batching::all_front(b, batch, &[x0, x1])?;
            return Ok(b.emit(*self, &[k0.value, k1.value, x[0], x[1]])?.into_iter().map(Mapped::yes).collect());
        }
        let shape = batching::example_type(b, x0).shape;
        let mut values = Vec::new();
        for key in [k0, k1] {
            let key = Mapped { value: batching::scalar_or_full(b, batch, key, &shape)?, ..key };
            values.push(b.broadcast(key.value, &batching::with_first(batch.size, &shape))?);
        }
        values.extend(batching::all_front(b, batch, &[x0, x1])?);
        Ok(b.emit(*self, &values)?.into_iter().map(Mapped::yes).collect())
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        let &[key, _, counter, _] = operands else { return rules::not_lowered(NAME) };
        let function = rolled(e.ty(key), e.ty(counter))?;
        e.call(&Arc::new(function), operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [k0, k1, x0, x1] = rules::arrays(NAME, operands)?;
        let (Buffer::U32(a), Buffer::U32(b), Buffer::U32(x), Buffer::U32(y)) =
            (k0.data(), k1.data(), x0.data(), x1.data())
        else {
            return Err(super::wide::no_kernel(NAME, x0.ty().dtype));
        };
        let keys = a.iter().zip(b).cycle();
        let blocks = x.iter().zip(y).zip(keys).map(|((&x, &y), (&a, &b))| block([a, b], [x, y]));
        let (high, low) = blocks.map(|[high, low]| (high, low)).unzip();
        let shape = &x0.ty().shape;
        Ok(vec![Array::new(shape.clone(), Buffer::U32(high))?, Array::new(shape.clone(), Buffer::U32(low))?])
    }
}

impl Builder {
    /// One block of Threefry-2x32 for every element: `k0` and `k1` are the words of the key (scalars or of the
    /// counters' shape), `x0` and `x1` those of the counter. All are `u32`.
    ///
    /// # Errors
    /// Types do not fit.
    pub fn threefry2x32(&mut self, k0: Value, k1: Value, x0: Value, x1: Value) -> Result<[Value; 2]> {
        self.emit_array(Threefry2x32, &[k0, k1, x0, x1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval;

    #[test]
    fn the_composition_computes_the_cipher() {
        let (key, counter) = (TensorType::scalar(DType::U32), TensorType::new(DType::U32, [3]));
        let words = |values: [u32; 3]| Array::new([3], Buffer::U32(values.to_vec())).unwrap();
        let scalar = |value| Array::new([], Buffer::U32(vec![value])).unwrap();
        let operands = [scalar(0x1319_8a2e), scalar(0x0370_7344), words([0, 7, u32::MAX]), words([1, 0x85a3_08d3, 0])];
        let found = eval(&rolled(&key, &counter).unwrap(), &operands).unwrap();
        let expected = Threefry2x32.eval(&operands.each_ref()).unwrap();
        assert_eq!(found, expected);
        // Salmon et al., known answers of threefry2x32 with 20 rounds.
        let pi = Threefry2x32.eval(&[
            &scalar(0x1319_8a2e),
            &scalar(0x0370_7344),
            &scalar(0x243f_6a88),
            &scalar(0x85a3_08d3),
        ]);
        assert_eq!(pi.unwrap(), [scalar(0xc492_3a9c), scalar(0x483d_f7a0)]);
    }
}

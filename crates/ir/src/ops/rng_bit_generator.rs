//! `rng_bit_generator`: random bits by XLA's own generators.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Buffer, Builder, DType, IrError, Mapped, Operand, Primitive, Result,
    TensorType, Value,
};

use super::wide::Wide;
use super::{batching, index, rules, threefry};

/// Random bits and the key for the next ones. The operand is the key, `u32[4]` or `u64[2]`: two words of 64
/// bits, the key proper and a counter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RngBitGenerator {
    /// How bits are made.
    pub algorithm: RngAlgorithm,
    /// The shape of the bits.
    pub shape: Vec<usize>,
    /// The bits' unsigned integer type.
    pub dtype: DType,
}

/// A generator of random bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RngAlgorithm {
    /// The device's own; on CPUs Philox.
    #[default]
    Default,
    /// Threefry-2x32.
    Threefry,
    /// Philox-4x32.
    Philox,
}

impl RngAlgorithm {
    /// All of them, with their names here and in StableHLO.
    const NAMES: [(RngAlgorithm, &str, &str); 3] = [
        (RngAlgorithm::Default, "default", "DEFAULT"),
        (RngAlgorithm::Threefry, "three_fry", "THREE_FRY"),
        (RngAlgorithm::Philox, "philox", "PHILOX"),
    ];
}

const NAME: &str = "rng_bit_generator";

/// One block of Philox-4x32 with 10 rounds (Salmon et al., 2011).
fn philox(mut key: [u32; 2], mut x: [u32; 4]) -> [u32; 4] {
    let product = |x: u32, factor: u32| {
        let wide = u64::from(x) * u64::from(factor);
        ((wide >> 32) as u32, wide as u32)
    };
    for _ in 0..10 {
        let ((high0, low0), (high1, low1)) = (product(x[0], 0xD251_1F53), product(x[2], 0xCD9E_8D57));
        x = [high1 ^ x[1] ^ key[0], low1, high0 ^ x[3] ^ key[1], low0];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    x
}

fn words(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

fn join([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

impl RngBitGenerator {
    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The dimension whose neighbours share a block of Threefry: the first of even size, else the largest.
    fn split_dim(&self) -> Option<usize> {
        let even = self.shape.iter().position(|n| n % 2 == 0);
        let largest = || (0..self.shape.len()).rev().max_by_key(|&d| self.shape[d]);
        even.or_else(largest)
    }

    /// Bits of Threefry, the low ones of 64, and how many counters they take.
    fn threefry(&self, key: u64, counter: u64) -> (Vec<u64>, u64) {
        let block = |i: usize| threefry::block(words(key), words(counter.wrapping_add(i as u64)));
        if self.dtype.bits() == 64 {
            return ((0..self.size()).map(|i| join(block(i))).collect(), self.size() as u64);
        }
        let Some(split) = self.split_dim() else { return (vec![block(0)[0].into()], 1) };
        let mut half = self.shape.clone();
        half[split] = half[split].div_ceil(2);
        let strides = index::strides(&half);
        let mut bits = Vec::with_capacity(self.size());
        index::for_each(&self.shape, |at| {
            let place = |d: usize| if d == split { at[d] / 2 } else { at[d] };
            let i = (0..at.len()).map(|d| place(d) * strides[d]).sum();
            bits.push(block(i)[at[split] % 2].into());
        });
        (bits, half.iter().product::<usize>() as u64)
    }

    /// Bits of Philox, the low ones of 64, and how many counters they take.
    fn philox(&self, key: u64, counter: u64) -> (Vec<u64>, u64) {
        let wide = self.dtype.bits() == 64;
        let blocks = (self.size() * if wide { 2 } else { 1 }).div_ceil(4) as u64;
        let block = |i: u64| {
            // XLA takes the key for the high half of the counter, too.
            let counter = (u128::from(key) << 64 | u128::from(counter)).wrapping_add(u128::from(i));
            let ([a, b], [c, d]) = (words(counter as u64), words((counter >> 64) as u64));
            let [a, b, c, d] = philox(words(key), [a, b, c, d]);
            if wide { vec![join([a, b]), join([c, d])] } else { [a, b, c, d].map(u64::from).to_vec() }
        };
        ((0..blocks).flat_map(block).take(self.size()).collect(), blocks)
    }
}

impl Primitive for RngBitGenerator {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        let algorithm = RngAlgorithm::NAMES[self.algorithm as usize].1.to_owned();
        vec![
            ("algorithm", Attr::Name(algorithm)),
            ("shape", Attr::from(&self.shape)),
            ("dtype", Attr::DType(self.dtype)),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| {
            let name = attrs.name("algorithm")?;
            let known = RngAlgorithm::NAMES.iter().find(|row| row.1 == name);
            let &(algorithm, ..) = known.ok_or_else(|| format!("{name} is not default, three_fry or philox"))?;
            Ok(RngBitGenerator { algorithm, shape: attrs.sizes("shape")?, dtype: attrs.dtype("dtype")? })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [key] = rules::operands(NAME, operands)?;
        let keys = [TensorType::new(DType::U32, [4]), TensorType::new(DType::U64, [2])];
        if !keys.contains(key) || !self.dtype.is_unsigned_int() {
            return Err(IrError::ty(NAME, "takes a key u32[4] or u64[2] and makes unsigned integers", operands));
        }
        Ok(vec![key.clone(), TensorType::new(self.dtype, self.shape.clone())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    /// As in JAX, the first key makes the bits of all examples, and is the only one that changes.
    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let [keys] = batching::operands(NAME, operands)?;
        let shape = batching::with_first(batch.size, &self.shape);
        let key = b.slice_in_dim(keys.value, 0, 1, 0)?;
        let words = batching::example_type(b, keys).shape;
        let key = b.reshape(key, &words)?;
        let (next, bits) = b.rng_bit_generator(key, RngBitGenerator { shape, ..*self })?;
        let next = b.reshape(next, &batching::with_first(1, &words))?;
        let rest = b.slice_in_dim(keys.value, 1, batch.size, 0)?;
        Ok(vec![Mapped::yes(b.concatenate(&[next, rest], 0)?), Mapped::yes(bits)])
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (&[key], [key_type, bits]) = (operands, results) else { return rules::not_lowered(NAME) };
        let state = TensorType::new(DType::U64, [2]);
        let pairs = TensorType::new(DType::U32, [2, 2]);
        let key = match key_type == &state {
            true => key,
            false => {
                let paired = rules::plain(e, "stablehlo.reshape", &[key], std::slice::from_ref(&pairs))?;
                rules::plain(e, "stablehlo.bitcast_convert", &paired, std::slice::from_ref(&state))?[0]
            }
        };
        let algorithm = RngAlgorithm::NAMES[self.algorithm as usize].2;
        let attributes = vec![("rng_algorithm", format!("#stablehlo<rng_algorithm {algorithm}>"))];
        let results = [state.clone(), bits.clone()];
        let op = HloOp {
            name: "stablehlo.rng_bit_generator",
            operands: &[key],
            attributes,
            regions: Vec::new(),
            results: &results,
        };
        let made = e.op(op)?;
        if key_type == &state {
            return Ok(made);
        }
        let paired = rules::plain(e, "stablehlo.bitcast_convert", &made[..1], &[pairs])?;
        let next = rules::plain(e, "stablehlo.reshape", &paired, std::slice::from_ref(key_type))?;
        Ok(vec![next[0], made[1]])
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [key] = rules::arrays(NAME, operands)?;
        let types = self.infer(&[key.ty()])?;
        let (state, next): (u64, u64) = match key.data() {
            Buffer::U64(v) => (v[0], v[1]),
            Buffer::U32(v) => (join([v[0], v[1]]), join([v[2], v[3]])),
            _ => return Err(super::wide::no_kernel(NAME, key.ty().dtype)),
        };
        let (bits, count) = match self.algorithm {
            RngAlgorithm::Threefry => self.threefry(state, next),
            RngAlgorithm::Default | RngAlgorithm::Philox => self.philox(state, next),
        };
        let next = next.wrapping_add(count);
        let next = match key.data() {
            Buffer::U64(_) => Buffer::U64(vec![state, next]),
            _ => Buffer::U32([words(state), words(next)].concat()),
        };
        let bits = Wide::Int(bits.into_iter().map(i128::from).collect()).narrow(NAME, &types[1])?;
        Ok(vec![Array::new(key.ty().shape.clone(), next)?, bits])
    }
}

impl Builder {
    /// The key for the next bits, and random bits; see [`RngBitGenerator`].
    ///
    /// # Errors
    /// The key is neither `u32[4]` nor `u64[2]`, or the bits' type is no unsigned integer.
    pub fn rng_bit_generator(&mut self, key: Value, generator: RngBitGenerator) -> Result<(Value, Value)> {
        self.emit_array(generator, &[key]).map(|[next, bits]| (next, bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_jax() {
        let key = Array::new([4], Buffer::U32(vec![1, 2, 3, 4])).unwrap();
        let bits = |algorithm, shape: &[usize]| {
            let generator = RngBitGenerator { algorithm, shape: shape.to_vec(), dtype: DType::U32 };
            let results: Vec<Buffer> = generator.eval(&[&key]).unwrap().into_iter().map(Array::into_data).collect();
            results
        };
        let u32s = |values: &[u32]| Buffer::U32(values.to_vec());
        let five = [1_576_285_164, 2_249_660_814, 740_599_976, 2_425_682_526, 2_436_392_515];
        assert_eq!(bits(RngAlgorithm::Threefry, &[5]), [u32s(&[1, 2, 6, 4]), u32s(&five)]);
        let rows = [1_576_285_164, 740_599_976, 2_436_392_515, 2_249_660_814, 2_425_682_526, 1_497_962_777];
        assert_eq!(bits(RngAlgorithm::Threefry, &[2, 3]), [u32s(&[1, 2, 6, 4]), u32s(&rows)]);
        let five = [512_747_620, 1_298_009_047, 1_267_190_206, 761_827_841, 1_383_286_907];
        assert_eq!(bits(RngAlgorithm::Philox, &[5]), [u32s(&[1, 2, 5, 4]), u32s(&five)]);
        assert_eq!(bits(RngAlgorithm::Default, &[]), [u32s(&[1, 2, 4, 4]), u32s(&five[..1])]);
    }
}

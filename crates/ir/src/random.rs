//! JAX's random numbers: the counter-based generator Threefry-2x32 (Salmon et al., 2011), as
//! compositions of primitives. A key is `u32[2]`.
//!
//! The numbers equal those of `jax.random` with its defaults (`threefry2x32`, partitionable): the
//! bits of a tensor's element depend only on the key and on the element's row-major position.

use crate::{Array, Buffer, Builder, DType, IrError, Result, TensorType, Value, elements};

/// The two words of a key as scalars.
fn key_words(b: &mut Builder, key: Value) -> Result<(Value, Value)> {
    let (k0, k1) = (b.slice_in_dim(key, 0, 1, 0)?, b.slice_in_dim(key, 1, 2, 0)?);
    Ok((b.reshape(k0, &[])?, b.reshape(k1, &[])?))
}

/// One block for each of `count` counters (0, i): two `u32[count]`.
fn blocks(b: &mut Builder, key: Value, count: usize) -> Result<[Value; 2]> {
    if u32::try_from(count).is_err() {
        let message = format!("{count} elements in one draw are more than 2³²");
        return Err(IrError::ty("random_bits", message, &[b.ty(key)]));
    }
    let words = TensorType::new(DType::U32, [count]);
    let (k0, k1) = key_words(b, key)?;
    let (high, low) = (b.full(&words, 0.0)?, b.iota(&words, 0)?);
    b.threefry2x32(k0, k1, high, low)
}

/// 32 random bits per element: `jax.random.bits(key, shape)`, as `u32`.
///
/// # Errors
/// `key` is not `u32[2]`, or there are more than 2³² elements.
pub fn random_bits(b: &mut Builder, key: Value, shape: &[usize]) -> Result<Value> {
    let [x0, x1] = blocks(b, key, elements(shape))?;
    let bits = b.xor(x0, x1)?;
    b.reshape(bits, shape)
}

/// 64 random bits per element in two words: those of counter i for the element at row-major position i.
///
/// # Errors
/// As [`random_bits`].
pub fn random_words(b: &mut Builder, key: Value, shape: &[usize]) -> Result<[Value; 2]> {
    let [x0, x1] = blocks(b, key, elements(shape))?;
    Ok([b.reshape(x0, shape)?, b.reshape(x1, shape)?])
}

/// The block of counter (0, `counter`) under each of many keys, whose words are `k0` and `k1` (`u32` of
/// one shape). Their first words with counter i are a new key each: child i of `jax.random.split`.
///
/// # Errors
/// The words are not `u32` of one shape.
pub fn block_of_each(b: &mut Builder, k0: Value, k1: Value, counter: u32) -> Result<[Value; 2]> {
    let words = b.ty(k0).clone();
    let high = b.full(&words, 0.0)?;
    let low = b.constant(Array::new([], Buffer::U32(vec![counter]))?)?;
    let low = b.broadcast(low, &words.shape)?;
    b.threefry2x32(k0, k1, high, low)
}

/// As many random bits per element as `dtype` has: `jax.random.bits(key, shape, dtype)`.
///
/// # Errors
/// As [`random_bits`]; or `dtype` is no unsigned integer.
pub fn random_bits_of(b: &mut Builder, key: Value, dtype: DType, shape: &[usize]) -> Result<Value> {
    match dtype {
        DType::U32 => random_bits(b, key, shape),
        // The low bits of one block per element.
        DType::U8 | DType::U16 => {
            let bits = random_bits(b, key, shape)?;
            b.convert(bits, dtype)
        }
        DType::U64 => {
            let [high, low] = blocks(b, key, elements(shape))?;
            let (high, low) = (b.convert(high, dtype)?, b.convert(low, dtype)?);
            let distance = b.full_like(high, 32.0)?;
            let high = b.shift_left(high, distance)?;
            let bits = b.or(high, low)?;
            b.reshape(bits, shape)
        }
        other => Err(IrError::ty("random_bits", format!("{other} is no unsigned integer type"), &[b.ty(key)])),
    }
}

/// `count` new keys: `jax.random.split(key, count)`, `u32[count,2]`.
///
/// # Errors
/// `key` is not `u32[2]`.
pub fn split(b: &mut Builder, key: Value, count: usize) -> Result<Value> {
    let [x0, x1] = blocks(b, key, count)?;
    let (x0, x1) = (b.expand_dims(x0, &[1])?, b.expand_dims(x1, &[1])?);
    b.concatenate(&[x0, x1], 1)
}

/// A new key from a key and a number, a `u32` scalar: `jax.random.fold_in(key, data)`.
///
/// # Errors
/// `key` is not `u32[2]`, or `data` is no `u32` scalar.
pub fn fold_in(b: &mut Builder, key: Value, data: Value) -> Result<Value> {
    let (k0, k1) = key_words(b, key)?;
    let high = b.constant(Array::scalar(DType::U32, 0.0))?;
    let [x0, x1] = b.threefry2x32(k0, k1, high, data)?;
    let (x0, x1) = (b.reshape(x0, &[1])?, b.reshape(x1, &[1])?);
    b.concatenate(&[x0, x1], 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval;

    fn key(words: [u32; 2]) -> Array {
        Array::new([2], Buffer::U32(words.to_vec())).unwrap()
    }

    fn run(build: impl FnOnce(&mut Builder, Value) -> Result<Value>, words: [u32; 2]) -> Buffer {
        let mut b = Builder::new("test");
        let param = b.param(TensorType::new(DType::U32, [2]));
        let result = build(&mut b, param).unwrap();
        eval(&b.finish(vec![result]), &[key(words)]).unwrap().remove(0).into_data()
    }

    #[test]
    fn bits_are_those_of_jax() {
        let bits = |words| run(|b, key| random_bits(b, key, &[2, 2]), words);
        assert_eq!(bits([0, 0]), Buffer::U32(vec![4_070_199_207, 4_202_968_722, 1_427_181_096, 2_012_915_765]));
        assert_eq!(bits([0, 42]), Buffer::U32(vec![2_098_992_034, 2_919_706_841, 2_646_866_425, 2_409_546_199]));
    }

    #[test]
    fn bits_of_other_widths_are_those_of_jax() {
        let bits = |dtype| run(|b, key| random_bits_of(b, key, dtype, &[4]), [0, 0]);
        assert_eq!(bits(DType::U8), Buffer::U8(vec![167, 146, 40, 53]));
        assert_eq!(bits(DType::U16), Buffer::U16(vec![20_391, 13_970, 3_624, 43_061]));
        assert_eq!(
            bits(DType::U64),
            Buffer::U64(vec![
                7_719_171_245_655_871_230,
                3_989_946_895_414_531_357,
                17_807_037_942_121_513_089,
                10_597_664_315_880_824_766
            ])
        );
    }

    #[test]
    fn new_keys_are_those_of_jax() {
        let children = vec![1_797_259_609, 2_579_123_966, 928_981_903, 3_453_687_069];
        assert_eq!(run(|b, key| split(b, key, 2), [0, 0]), Buffer::U32(children));
        let folded = run(
            |b, key| {
                let one = b.constant(Array::scalar(DType::U32, 1.0))?;
                fold_in(b, key, one)
            },
            [0, 0],
        );
        assert_eq!(folded, Buffer::U32(vec![928_981_903, 3_453_687_069]));
    }
}

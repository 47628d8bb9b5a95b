//! Random words: what every sample is made of.

use keramos_ir::{DType, random};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// 64 random bits for each element of a tensor, as two `u32` words.
#[derive(Clone, Debug)]
pub struct Words {
    high: Tensor,
    low: Tensor,
}

/// A key for each element of a tensor.
#[derive(Clone, Debug)]
pub struct Keys {
    first: Tensor,
    second: Tensor,
}

/// Facts about a float type.
#[derive(Clone, Copy, Debug)]
pub struct FloatInfo {
    /// Bits of the fraction.
    pub fraction_bits: u32,
    /// The least difference from 1, upward.
    pub epsilon: f64,
    /// The least positive normal number.
    pub tiny: f64,
    /// The greatest finite number.
    pub max: f64,
}

/// Facts about a float type; `float32`'s for anything else.
pub fn float_info(dtype: DType) -> FloatInfo {
    let (fraction_bits, least, most) = match dtype {
        DType::F16 => (10, -14, 15),
        DType::BF16 => (7, -126, 127),
        DType::F64 => (52, -1022, 1023),
        _ => (23, -126, 127),
    };
    let epsilon = 2f64.powi(-(fraction_bits as i32));
    FloatInfo { fraction_bits, epsilon, tiny: 2f64.powi(least), max: (2.0 - epsilon) * 2f64.powi(most) }
}

impl Tracer {
    /// The words of a draw of the given shape under one key, `u32[2]`.
    ///
    /// # Errors
    /// `key` is no key, or the shape has more than 2³² elements.
    pub fn random_words(&mut self, key: &Tensor, shape: &[usize]) -> Result<Words> {
        let words = self.build(&[key], |b, v| random::random_words(b, v[0], shape).map(|words| words.to_vec()))?;
        pair(words).map(|[high, low]| Words { high, low })
    }

    /// `count` new keys, `u32[count,2]`.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn split_key(&mut self, key: &Tensor, count: usize) -> Result<Tensor> {
        self.build1(&[key], |b, v| random::split(b, v[0], count))
    }

    /// `N` new keys.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn split_into<const N: usize>(&mut self, key: &Tensor) -> Result<[Tensor; N]> {
        let keys = self.split_key(key, N)?;
        let mut rows = Vec::with_capacity(N);
        for i in 0..N {
            let row = self.slice_axis(&keys, 0, i, i + 1)?;
            rows.push(self.reshape(&row, &[2])?);
        }
        rows.try_into().map_err(|_| Error::internal("a key was split into another number of keys"))
    }

    /// A new key from a key and a number, a `u32` scalar.
    ///
    /// # Errors
    /// `key` is no key, or `data` is no `u32` scalar.
    pub fn fold_in_key(&mut self, key: &Tensor, data: &Tensor) -> Result<Tensor> {
        self.build1(&[key, data], |b, v| random::fold_in(b, v[0], v[1]))
    }

    /// A key of its own for each of `count` elements.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn keys_of_elements(&mut self, key: &Tensor, count: usize) -> Result<Keys> {
        let Words { high, low } = self.random_words(key, &[count])?;
        Ok(Keys { first: high, second: low })
    }

    /// Random bits as unsigned integers of type `dtype`.
    ///
    /// # Errors
    /// `dtype` is no unsigned integer type.
    pub fn bits_of_words(&mut self, words: &Words, dtype: DType) -> Result<Tensor> {
        if dtype != DType::U64 {
            let bits = self.xor(&words.high, &words.low)?;
            return self.convert(&bits, dtype);
        }
        let (high, low) = (self.convert(&words.high, dtype)?, self.convert(&words.low, dtype)?);
        self.build1(&[&high, &low], |b, v| {
            let distance = b.full_like(v[0], 32.0)?;
            let high = b.shift_left(v[0], distance)?;
            b.or(high, v[1])
        })
    }

    /// Uniform in [0, 1): random bits as the fraction of a float in [1, 2), less 1.
    ///
    /// # Errors
    /// `dtype` is no float type.
    pub fn fraction_of_words(&mut self, words: &Words, dtype: DType) -> Result<Tensor> {
        let (unsigned, one) = match dtype {
            DType::F16 => (DType::U16, 0x3C00),
            DType::BF16 => (DType::U16, 0x3F80),
            DType::F32 => (DType::U32, 0x3F80_0000),
            DType::F64 => (DType::U64, 0x3FF0_0000_0000_0000_u64),
            _ => return Err(Error::argument(format!("samples of type {} were asked for", dtype.numpy_name()))),
        };
        // A fraction of fewer than 8 bits is drawn as 8 bits.
        let fraction_bits = float_info(dtype).fraction_bits;
        let drawn = if fraction_bits < 8 { DType::U8 } else { unsigned };
        let bits = self.bits_of_words(words, drawn)?;
        let bits = self.convert(&bits, unsigned)?;
        let surplus = f64::from(drawn.bits() - fraction_bits);
        let one_to_two = self.build1(&[&bits], |b, v| {
            let distance = b.full_like(v[0], surplus)?;
            let fraction = b.shift_right_logical(v[0], distance)?;
            let one = b.full_like(v[0], one as f64)?;
            let bits = b.or(fraction, one)?;
            b.bitcast_convert(bits, dtype)
        })?;
        self.formula(|f| f.of(&one_to_two) - 1.0)
    }

    /// Uniform in [low, high), numbers of type `dtype` that broadcast to the words' shape.
    ///
    /// # Errors
    /// `dtype` is no float type, or the bounds do not broadcast.
    pub fn uniform_of_words(&mut self, words: &Words, dtype: DType, low: &Tensor, high: &Tensor) -> Result<Tensor> {
        let fraction = self.fraction_of_words(words, dtype)?;
        // JAX's numbers hold a single rounding of fraction·(high − low) + low, since XLA fuses the two
        // operations. In a type of more than twice the bits both are exact, so that the conversion is that rounding.
        let wide = match dtype {
            DType::F16 | DType::BF16 => DType::F32,
            _ => DType::F64,
        };
        let sample = self.formula(|f| {
            let (low, high) = (f.of(low), f.of(high));
            let span = (high - low).convert(wide);
            let sum = f.of(&fraction).convert(wide) * span + low.convert(wide);
            low.max(sum.convert(dtype))
        })?;
        Ok(sample)
    }

    /// Uniform between two numbers.
    ///
    /// # Errors
    /// `dtype` is no float type.
    pub fn uniform_between(&mut self, words: &Words, dtype: DType, low: f64, high: f64) -> Result<Tensor> {
        if (low, high) == (0.0, 1.0) {
            return self.fraction_of_words(words, dtype);
        }
        let (low, high) = (self.scalar(dtype, low)?, self.scalar(dtype, high)?);
        self.uniform_of_words(words, dtype, &low, &high)
    }

    /// Normal with mean 0 and deviation 1.
    ///
    /// # Errors
    /// `dtype` is no float type.
    pub fn normal_of_words(&mut self, words: &Words, dtype: DType) -> Result<Tensor> {
        let lowest = float_info(dtype).epsilon / 2.0 - 1.0;
        let uniform = self.uniform_between(words, dtype, lowest, 1.0)?;
        self.formula(|f| f.of(&uniform).erf_inv() * std::f64::consts::SQRT_2)
    }

    /// Child `index` of each key.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn child_keys(&mut self, keys: &Keys, index: u32) -> Result<Keys> {
        let [first, second] = self.each_block(keys, index)?;
        Ok(Keys { first, second })
    }

    /// The words of a scalar draw under each key.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn words_of_keys(&mut self, keys: &Keys) -> Result<Words> {
        let [high, low] = self.each_block(keys, 0)?;
        Ok(Words { high, low })
    }

    fn each_block(&mut self, keys: &Keys, counter: u32) -> Result<[Tensor; 2]> {
        let words = self.build(&[&keys.first, &keys.second], |b, v| {
            random::block_of_each(b, v[0], v[1], counter).map(|words| words.to_vec())
        })?;
        pair(words)
    }
}

impl Keys {
    /// The keys' words.
    pub fn tensors(&self) -> [Tensor; 2] {
        [self.first.clone(), self.second.clone()]
    }

    /// Keys of words as [`Keys::tensors`] gives them.
    ///
    /// # Errors
    /// There are not two.
    pub fn of(words: &[Tensor]) -> Result<Keys> {
        match words {
            [first, second] => Ok(Keys { first: first.clone(), second: second.clone() }),
            _ => Err(Error::internal("a key has two words")),
        }
    }
}

fn pair(tensors: Vec<Tensor>) -> Result<[Tensor; 2]> {
    tensors.try_into().map_err(|_| Error::internal("a block of random bits has two words"))
}

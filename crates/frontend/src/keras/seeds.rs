//! Default seeds: Python's random number generator, which Keras draws them from.

/// Where initializers and dropout layers without a seed get one, in order of construction.
///
/// After `keras.utils.set_random_seed(n)` these are the numbers that real Keras draws:
/// `random.randint(1, 10**9)` of Python's Mersenne Twister seeded with `n`. Real Keras is unseeded
/// otherwise; Keramos then behaves as if seeded with 0, so that compilation is reproducible.
#[derive(Debug)]
pub struct Seeds {
    twister: Twister,
    /// The state of the generator that samplers without a seed share, once one of them was called.
    shared: Option<[u32; 2]>,
}

impl Default for Seeds {
    fn default() -> Self {
        Seeds::new(0)
    }
}

impl Seeds {
    /// The state after `random.seed(seed)`.
    pub fn new(seed: u64) -> Self {
        Seeds { twister: Twister::from_seed(seed), shared: None }
    }

    /// The key of a sampler of `keras.random` that is given no seed.
    pub fn draw_shared(&mut self) -> [u32; 2] {
        let key = match self.shared {
            Some(key) => key,
            None => [self.draw(), 0],
        };
        self.shared = Some(unordered(key));
        key
    }

    /// Forgets the generator that samplers without a seed share: the next one starts with a new seed.
    pub fn forget_shared(&mut self) {
        self.shared = None;
    }

    /// Keras's `make_default_seed()`: an integer in 1 ..= 10⁹.
    pub fn draw(&mut self) -> u32 {
        // CPython's `_randbelow_with_getrandbits`: 30 bits are enough for 10⁹; larger draws are rejected.
        loop {
            let bits = self.twister.next_u32() >> 2;
            if bits < 1_000_000_000 {
                return bits + 1;
            }
        }
    }
}

/// The state of a seed generator after one that is used out of order.
pub(super) fn unordered(state: [u32; 2]) -> [u32; 2] {
    state.map(|word| word.wrapping_add(1).wrapping_mul(5387) % 933_199)
}

const N: usize = 624;
const M: usize = 397;

/// MT19937 (Matsumoto and Nishimura, 1998), seeded as CPython's `random.seed(int)` does.
#[derive(Debug)]
struct Twister {
    state: [u32; N],
    index: usize,
}

impl Twister {
    fn from_seed(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let key: &[u32] = if high == 0 { &[low] } else { &[low, high] };
        let mut state = [0u32; N];
        state[0] = 19_650_218;
        for i in 1..N {
            let previous = state[i - 1];
            state[i] = 1_812_433_253u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(i as u32);
        }
        let (mut i, mut j) = (1, 0);
        for _ in 0..N {
            let mixed = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ mixed.wrapping_mul(1_664_525)).wrapping_add(key[j]).wrapping_add(j as u32);
            (i, j) = (i + 1, (j + 1) % key.len());
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        for _ in 0..N - 1 {
            let mixed = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ mixed.wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        Twister { state, index: N }
    }

    fn next_u32(&mut self) -> u32 {
        if self.index >= N {
            self.refill();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn refill(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let twist = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ twist;
        }
        self.index = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_cpythons() {
        // random.seed(7); [random.randint(1, 10**9) for _ in range(4)], and the same for 0.
        let draw = |seed| {
            let mut seeds = Seeds::new(seed);
            [seeds.draw(), seeds.draw(), seeds.draw(), seeds.draw()]
        };
        assert_eq!(draw(7), [347712783, 161973070, 423938500, 698935573]);
        assert_eq!(draw(0), [906691060, 413654000, 813847340, 955892129]);
    }
}

//! Random programs: well-typed functions of small tensors, of all families of primitives.
//!
//! A program is a list of steps, each a seed of the choices that one step makes among what the steps
//! before it left. Every list of steps is a program, so that a failing one shrinks by leaving out steps.

mod elementwise;
mod examples;
mod functions;
mod indexing;
mod reductions;
mod shapes;
mod table;

use std::cell::RefCell;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, Builder, DType, Function, Result, TensorType, Value, passes};

/// No value has more elements.
const MAX_SIZE: usize = 48;

/// What a program may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The element type of floats.
    pub float: DType,
    /// Kinks, jumps and other element types, at which differences say nothing about slopes.
    pub kinks: bool,
    /// Primitives without derivative.
    pub no_derivative: bool,
    /// Primitives whose derivative runs forward only.
    pub forward_only: bool,
    /// Primitives whose derivative runs backward only.
    pub backward_only: bool,
    /// Only primitives whose derivative has a derivative.
    pub twice: bool,
    /// Primitives that are computed by iteration, which XLA ends before the last digits are right.
    pub iterative: bool,
}

impl Domain {
    /// Everything.
    pub const fn all(float: DType) -> Self {
        Domain {
            float,
            kinks: true,
            no_derivative: true,
            forward_only: true,
            backward_only: true,
            twice: false,
            iterative: true,
        }
    }
}

/// Random choices (splitmix64), the same everywhere.
#[derive(Clone, Debug)]
pub struct Choices(pub u64);

impl Choices {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of some things.
    pub fn of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// A number in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A distinct order of the numbers below `n`.
    pub fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            all.swap(i, self.below(i + 1));
        }
        all
    }

    /// Some of the numbers below `n`, ascending.
    pub fn subset(&mut self, n: usize) -> Vec<usize> {
        (0..n).filter(|_| self.once_in(2)).collect()
    }

    /// An array of moderate numbers; of small ones, some negative, for integers.
    pub fn array(&mut self, ty: &TensorType) -> Array {
        let n = ty.size();
        let data = match ty.dtype {
            DType::F64 => Buffer::F64((0..n).map(|_| self.uniform(-1.5, 1.5)).collect()),
            DType::F32 => Buffer::F32((0..n).map(|_| self.uniform(-1.5, 1.5) as f32).collect()),
            DType::I32 => Buffer::I32((0..n).map(|_| self.below(9) as i32 - 3).collect()),
            DType::U8 => Buffer::U8((0..n).map(|_| self.of(&[0, 1, 2, 3, 7, 128, 255])).collect()),
            DType::Bool => Buffer::Bool((0..n).map(|_| self.once_in(2)).collect()),
            other => panic!("programs have no parameters of {other}"),
        };
        Array::new(ty.shape.clone(), data).unwrap()
    }
}

/// The program of some steps.
pub fn program(steps: &[u64], domain: Domain) -> Function {
    with_mapped(steps, domain).0
}

/// The program of some steps, and the functions that were mapped over examples to make it: their collectives are no
/// longer in it.
pub fn with_mapped(steps: &[u64], domain: Domain) -> (Function, Vec<Function>) {
    let mut types: Vec<TensorType> =
        [&[2, 3][..], &[3], &[], &[3, 2]].map(|shape| TensorType::new(domain.float, shape)).to_vec();
    if domain.kinks {
        types.push(TensorType::new(DType::I32, [2, 3]));
        types.push(TensorType::scalar(DType::I32));
        types.push(TensorType::new(DType::U8, [3]));
        types.push(TensorType::new(DType::Bool, [2, 3]));
    }
    let mut maker = Maker::new("random", &types, domain, 0);
    for &step in steps {
        maker.step(step);
    }
    // The last value and two others, so that some work is for nothing.
    let made = maker.pool.len() - types.len();
    let results: Vec<Value> =
        [0, made / 3, made / 2].iter().map(|back| maker.pool[maker.pool.len() - 1 - back]).collect();
    let mapped = maker.mapped.take();
    (maker.b.finish(results), mapped)
}

/// Steps of a program.
pub fn steps(seed: u64, most: usize) -> Vec<u64> {
    let mut choices = Choices(seed);
    let count = 1 + choices.below(most);
    (0..count).map(|_| choices.bits()).collect()
}

/// The program without what its results do not need, for showing.
pub fn essence(f: &Function) -> Function {
    passes::dce(f.clone())
}

/// The fewest of `steps` with which `fails` still holds, found by leaving out ever smaller runs of them.
pub fn shrink(steps: &[u64], mut fails: impl FnMut(&[u64]) -> bool) -> Vec<u64> {
    let mut least = steps.to_vec();
    let mut run = least.len();
    while run > 0 {
        let mut at = 0;
        while at + run <= least.len() && least.len() > 1 {
            let without: Vec<u64> = [&least[..at], &least[at + run..]].concat();
            if !without.is_empty() && fails(&without) {
                least = without;
            } else {
                at += run;
            }
        }
        run /= 2;
    }
    least
}

/// A program being made.
struct Maker {
    b: Builder,
    pool: Vec<Value>,
    c: Choices,
    domain: Domain,
    depth: usize,
    mapped: Rc<RefCell<Vec<Function>>>,
}

/// What one step appends: the values that later steps may use.
type Made = Result<Vec<Value>>;

impl Maker {
    fn new(name: &str, params: &[TensorType], domain: Domain, depth: usize) -> Self {
        let mut b = Builder::new(name);
        let pool = params.iter().map(|ty| b.param(ty.clone())).collect();
        Maker { b, pool, c: Choices(0), domain, depth, mapped: Rc::default() }
    }

    /// Appends what the step chooses. A choice that does not fit what is there appends nothing.
    fn step(&mut self, seed: u64) {
        self.c = Choices(seed);
        if self.pool.is_empty() {
            return;
        }
        let family = self.c.below(16);
        let made = match family {
            0 | 1 => self.unary(),
            2 | 3 => self.binary(),
            4 => self.choice(),
            5 => self.conversion(),
            6 | 7 => self.shape(),
            8 => self.joined(),
            9 | 10 => self.reduction(),
            11 => self.contraction(),
            12 => self.indexing(),
            13 | 14 => self.tabled(),
            _ => self.function_inside(),
        };
        let made = made.unwrap_or_else(|e| panic!("{e}\n{}", self.b.function()));
        self.pool.extend(made.into_iter().filter(|&v| self.b.ty(v).size() <= MAX_SIZE));
    }

    /// A value that `fits`, later ones more often.
    fn find(&mut self, fits: impl Fn(&TensorType) -> bool) -> Option<Value> {
        let fitting: Vec<Value> = self.pool.iter().copied().filter(|&v| fits(self.b.ty(v))).collect();
        if fitting.is_empty() {
            return None;
        }
        let (i, j) = (self.c.below(fitting.len()), self.c.below(fitting.len()));
        Some(fitting[i.max(j)])
    }

    /// Any value.
    fn any(&mut self) -> Value {
        self.pool[self.c.below(self.pool.len())]
    }

    /// A value of the type of another, perhaps itself.
    fn like(&mut self, x: Value) -> Value {
        let ty = self.b.ty(x).clone();
        self.find(|other| *other == ty).unwrap_or(x)
    }

    /// A float.
    fn float(&mut self) -> Option<Value> {
        self.find(|ty| ty.dtype.is_float())
    }

    /// An integer scalar: a constant or a value.
    fn scalar_index(&mut self) -> Result<Value> {
        match self.find(|ty| *ty == TensorType::scalar(DType::I32)) {
            Some(value) if self.c.once_in(2) => Ok(value),
            _ => {
                let constant = self.c.below(6) as f64 - 2.0;
                self.b.constant(Array::scalar(DType::I32, constant))
            }
        }
    }

    fn is_float(&self, x: Value) -> bool {
        self.b.ty(x).dtype.is_float()
    }

    /// A float brought back to moderate size, so that no chain of steps overflows; others as they are.
    fn calm(&mut self, x: Value) -> Result<Value> {
        if !self.is_float(x) {
            return Ok(x);
        }
        match self.c.below(3) {
            0 => self.b.sin(x),
            1 => self.b.tanh(x),
            _ => self.b.atan(x),
        }
    }

    /// [`Maker::calm`] for all.
    fn calm_all(&mut self, values: Vec<Value>) -> Made {
        values.into_iter().map(|value| self.calm(value)).collect()
    }
}

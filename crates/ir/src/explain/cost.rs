//! What a function's equations cost: floating-point operations, counted from shapes, and what the backward pass keeps.
//!
//! A multiplication followed by an addition counts as two operations; each element that an element-wise primitive gives
//! counts as one, transcendental functions too; moving data and computing with integers cost none. Where a product
//! meets padding or the gaps of a dilation nothing is counted, as in XLA's own analysis (`HloCostAnalysis`).

use std::collections::HashMap;

use super::layer_scope;
use crate::ops::{Conv, DotGeneral, Window};
use crate::{DType, Equation, Function, Op, TensorType, elements};

/// What the equations of one scope do in one run of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The scope, such as `model/conv2d`; empty outside of all layers.
    pub scope: String,
    /// Floating-point operations outside of the backward pass.
    pub flops: u64,
    /// Floating-point operations of the backward pass.
    pub backward_flops: u64,
    /// Bytes of values that are computed here for the backward pass to read.
    pub kept: u64,
}

/// The work of a function by scope, in the order in which scopes first appear. Equations of loops count as often as they
/// run; those of a `while`, whose number of rounds is not known, once.
#[must_use]
pub fn by_scope(function: &Function) -> Vec<Work> {
    let mut sum = Sum::default();
    sum.add(function, 1, ("", false));
    sum.rows
}

#[derive(Default)]
struct Sum {
    rows: Vec<Work>,
    index: HashMap<String, usize>,
}

impl Sum {
    fn row(&mut self, scope: &str) -> &mut Work {
        let index = match self.index.get(scope) {
            Some(&index) => index,
            None => {
                self.index.insert(scope.to_owned(), self.rows.len());
                self.rows.push(Work { scope: scope.to_owned(), ..Work::default() });
                self.rows.len() - 1
            }
        };
        &mut self.rows[index]
    }

    /// Adds what a function does in `times` runs. What has no scope of its own is of the `outer` one.
    fn add(&mut self, function: &Function, times: u64, outer: (&str, bool)) {
        let place = |equation: &Equation| {
            let (scope, backward) = layer_scope(equation.location.scope());
            if scope.is_empty() { (outer.0.to_owned(), outer.1 || backward) } else { (scope.to_owned(), backward) }
        };
        for equation in &function.equations {
            let (scope, backward) = place(equation);
            let count = flops(function, equation).saturating_mul(times);
            let row = self.row(&scope);
            let total = if backward { &mut row.backward_flops } else { &mut row.flops };
            *total = total.saturating_add(count);
            for (inner, rounds) in inner(&equation.op) {
                self.add(inner, times.saturating_mul(rounds), (&scope, backward));
            }
        }
        for (scope, bytes) in kept(function, place) {
            let row = self.row(&scope);
            row.kept = row.kept.saturating_add(bytes.saturating_mul(times));
        }
    }
}

/// The functions that an equation runs, and how often; those of a `while`, whose number of rounds is not known, once.
#[must_use]
pub fn inner(op: &Op) -> Vec<(&Function, u64)> {
    match op {
        Op::Call(op) => vec![(&op.function, 1)],
        Op::Checkpoint(op) => vec![(&op.function, 1)],
        Op::CustomJvp(op) => vec![(&op.function, 1)],
        Op::CustomVjp(op) => vec![(&op.function, 1)],
        Op::LinearSolve(op) => op.functions.get(1).map(|solve| (&**solve, 1)).into_iter().collect(),
        Op::Scan(op) => vec![(&op.body, op.steps.length as u64)],
        Op::While(op) => vec![(&op.cond, 1), (&op.body, 1)],
        // One of them runs: the one that does most.
        Op::Cond(op) => {
            op.branches.iter().map(|branch| (&**branch, 1)).max_by_key(|(f, _)| total(f)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Floating-point operations of one run of a function.
#[must_use]
pub fn total(function: &Function) -> u64 {
    function.equations.iter().map(|equation| run(function, equation)).fold(0, u64::saturating_add)
}

/// Floating-point operations of one equation, those of functions that it runs among them.
pub(super) fn run(function: &Function, equation: &Equation) -> u64 {
    let inner = inner(&equation.op).into_iter().map(|(inner, rounds)| total(inner).saturating_mul(rounds));
    inner.fold(flops(function, equation), u64::saturating_add)
}

/// Bytes, by scope, of what forward equations give and backward equations read. Another form of a value is the value; what
/// is made of constants alone is not kept.
fn kept(function: &Function, place: impl Fn(&Equation) -> (String, bool)) -> Vec<(String, u64)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Origin {
        Given,
        Forward(usize),
        Backward,
    }
    let mut origin = vec![Origin::Given; function.num_values()];
    let mut source: Vec<usize> = (0..function.num_values()).collect();
    let mut read = vec![false; function.num_values()];
    for (index, equation) in function.equations.iter().enumerate() {
        let (_, backward) = place(equation);
        if backward {
            equation.inputs.iter().for_each(|input| read[source[input.index()]] = true);
        }
        let view = matches!(equation.op, Op::Reshape(_) | Op::BroadcastInDim(_) | Op::OptimizationBarrier(_));
        for (position, output) in equation.outputs.iter().enumerate() {
            let input = equation.inputs.get(position);
            match input {
                Some(input) if view => {
                    source[output.index()] = source[input.index()];
                    origin[output.index()] = origin[input.index()];
                }
                _ if equation.inputs.is_empty() => {}
                _ => origin[output.index()] = if backward { Origin::Backward } else { Origin::Forward(index) },
            }
        }
    }
    let mut rows = Vec::new();
    for (index, equation) in function.equations.iter().enumerate() {
        let outputs = equation.outputs.iter().filter(|output| {
            let output = output.index();
            read[output] && source[output] == output && origin[output] == Origin::Forward(index)
        });
        let bytes: u64 = outputs.map(|&output| function.ty(output).bytes() as u64).sum();
        if bytes > 0 {
            rows.push((place(equation).0, bytes));
        }
    }
    rows
}

/// Floating-point operations of one equation; those of functions that it runs are not among them.
#[must_use]
pub fn flops(function: &Function, equation: &Equation) -> u64 {
    let types: Vec<&TensorType> = equation.inputs.iter().map(|&input| function.ty(input)).collect();
    let (Some(&output), Some(&first)) = (equation.outputs.first(), types.first()) else { return 0 };
    let result = function.ty(output);
    let (given, taken) = (result.size() as u64, first.size() as u64);
    let float = first.dtype.is_inexact();
    let unless_integer = |count: u64| if float { count } else { 0 };
    match &equation.op {
        Op::DotGeneral(op) => unless_integer(dot(op, first, result)),
        Op::Conv(op) => match types.get(1) {
            Some(kernel) if float => conv(op, first, kernel, result),
            _ => 0,
        },
        Op::Unary(_) | Op::Binary(_) | Op::Compare(_) | Op::IntegerPow(_) | Op::Clamp(_) | Op::Cumulative(_) => {
            unless_integer(given)
        }
        Op::Select(_) if result.dtype.is_inexact() => given,
        Op::Reduce(_) | Op::ArgExtremum(_) => unless_integer(taken.saturating_sub(given)),
        Op::CustomReduce(op) => total(&op.computation).saturating_mul(taken.saturating_sub(given)),
        Op::ReduceWindow(op) => unless_integer(given.saturating_mul(window(&op.window).saturating_sub(1))),
        Op::CustomReduceWindow(op) => {
            total(&op.computation).saturating_mul(given).saturating_mul(window(&op.window).saturating_sub(1))
        }
        Op::SelectAndGatherAdd(op) => unless_integer(given.saturating_mul(window(&op.window))),
        // Each element of the source is added once, after its window was searched.
        Op::SelectAndScatterAdd(op) => unless_integer(taken.saturating_mul(window(&op.window))),
        Op::Scatter(_) => types.last().map_or(0, |updates| unless_integer(updates.size() as u64)),
        Op::Fft(op) => transform(&op.lengths, given.max(taken)),
        Op::Cholesky(_) | Op::Lu(_) | Op::Qr(_) | Op::Eigh(_) | Op::Svd(_) | Op::TriangularSolve(_) => {
            factorisation(&equation.op, first, types.get(1).copied())
        }
        _ => 0,
    }
}

/// Two operations for each element of the result and of what is summed over.
fn dot(op: &DotGeneral, lhs: &TensorType, result: &TensorType) -> u64 {
    let summed = op.dims.lhs_contracting.iter().fold(2, |n: u64, &dim| n.saturating_mul(lhs.shape[dim] as u64));
    complex(result.dtype, summed.saturating_mul(result.size() as u64))
}

/// Two operations for each pair of a kernel element and an input element that meet.
fn conv(op: &Conv, input: &TensorType, kernel: &TensorType, result: &TensorType) -> u64 {
    let [batch, features, spatial @ ..] = op.dims.out.as_slice() else { return 0 };
    let outer = (result.shape[*batch] as u64).saturating_mul(result.shape[*features] as u64);
    let channels = op.dims.rhs.get(1).map_or(0, |&dim| kernel.shape[dim] as u64);
    let inputs = op.dims.lhs.iter().skip(2);
    let kernels = op.dims.rhs.iter().skip(2);
    let mut meet = 1_u64;
    for (index, ((out, lhs), rhs)) in spatial.iter().zip(inputs).zip(kernels).enumerate() {
        let (input, kernel) = (input.shape[*lhs] as i64, kernel.shape[*rhs] as i64);
        let (low, gap) = (op.padding[index].0, op.lhs_dilation[index] as i64);
        let (stride, step) = (op.strides[index] as i64, op.rhs_dilation[index] as i64);
        let valid = |position: i64| position >= 0 && position % gap == 0 && position / gap < input;
        let pairs = (0..result.shape[*out] as i64)
            .map(|o| (0..kernel).filter(|k| valid(o * stride - low + k * step)).count() as u64);
        meet = meet.saturating_mul(pairs.sum());
    }
    complex(result.dtype, outer.saturating_mul(channels).saturating_mul(meet).saturating_mul(2))
}

/// A complex product takes four multiplications and two additions, a sum two additions: eight instead of two.
fn complex(dtype: DType, count: u64) -> u64 {
    if dtype.is_complex() { count.saturating_mul(4) } else { count }
}

fn window(window: &Window) -> u64 {
    elements(&window.size) as u64
}

/// `5 n log2 n` for each transform of length `n`, the usual count for the algorithm of Cooley and Tukey.
fn transform(lengths: &[usize], count: u64) -> u64 {
    let length = elements(lengths).max(1) as f64;
    (5.0 * count as f64 * length.log2()) as u64
}

/// The leading terms of LAPACK's operation counts (LAPACK Working Note 41), for each matrix of a batch.
fn factorisation(op: &Op, matrix: &TensorType, rhs: Option<&TensorType>) -> u64 {
    let [batch @ .., rows, columns] = matrix.shape.as_slice() else { return 0 };
    let batch = elements(batch);
    let (m, n) = (*rows as f64, *columns as f64);
    let (long, short) = (m.max(n), m.min(n));
    let one = match op {
        Op::Cholesky(_) => n.powi(3) / 3.0,
        Op::Lu(_) => m * n * short - (m + n) * short.powi(2) / 2.0 + short.powi(3) / 3.0,
        Op::Qr(_) => 4.0 * (long * short.powi(2) - short.powi(3) / 3.0),
        Op::Eigh(_) => 9.0 * n.powi(3),
        Op::Svd(_) => 4.0 * long.powi(2) * short + 22.0 * short.powi(3),
        Op::TriangularSolve(_) => {
            let others = rhs.map_or(0.0, |rhs| rhs.size() as f64 / (batch.max(1) as f64 * n.max(1.0)));
            n.powi(2) * others
        }
        _ => 0.0,
    };
    complex(matrix.dtype, (one * batch as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::{ConvDims, DotDims};
    use crate::{Builder, Location, Value};

    fn f32s(shape: &[usize]) -> TensorType {
        TensorType::new(DType::F32, shape)
    }

    fn in_layer(scope: &str) -> Location {
        Location::new("m.py", 1, 1, scope)
    }

    #[test]
    fn products_and_sums_are_counted_by_layer() {
        let mut b = Builder::new("f");
        let (x, w) = (b.param(f32s(&[32, 784])), b.param(f32s(&[784, 10])));
        b.set_location(in_layer("mlp/dense"));
        let y = b.dot_general(x, w, DotDims::contracting([1], [0])).unwrap();
        b.set_location(in_layer("mlp/relu"));
        let y = b.exp(y).unwrap();
        b.set_location(in_layer("backward(mlp/relu)"));
        let z = b.mul(y, y).unwrap();
        let sum = b.reduce_sum(z, &[0, 1]).unwrap();
        let function = b.finish(vec![sum]);
        let row =
            |scope: &str, flops, backward_flops, kept| Work { scope: scope.to_owned(), flops, backward_flops, kept };
        let dense = 2 * 32 * 784 * 10;
        assert_eq!(by_scope(&function), [row("mlp/dense", dense, 0, 0), row("mlp/relu", 320, 320 + 319, 4 * 320)]);
        assert_eq!(total(&function), dense + 320 + 320 + 319);
    }

    fn convolved(input: &[usize], kernel: &[usize], set: impl Fn(&mut Conv)) -> u64 {
        let mut b = Builder::new("f");
        let (x, k) = (b.param(f32s(input)), b.param(f32s(kernel)));
        let mut conv = Conv::new(ConvDims::channels_last(input.len() - 2));
        set(&mut conv);
        let y: Value = b.conv_general_dilated(x, k, conv).unwrap();
        total(&b.finish(vec![y]))
    }

    #[test]
    fn convolutions_count_where_kernel_and_input_meet() {
        // 2 · N · H' · W' · Kh · Kw · Cin · Cout without padding.
        let plain = convolved(&[8, 28, 28, 3], &[3, 3, 3, 32], |_| {});
        assert_eq!(plain, 2 * 8 * 26 * 26 * 3 * 3 * 3 * 32);
        let strided = convolved(&[1, 230, 230, 3], &[7, 7, 3, 64], |conv| conv.strides = vec![2, 2]);
        assert_eq!(strided, 2 * 112 * 112 * 7 * 7 * 3 * 64);
        // Padding by one on a row of 5: kernel positions 0 and 2 each miss one of 5 outputs.
        let padded = convolved(&[1, 5, 1], &[3, 1, 1], |conv| conv.padding = vec![(1, 1)]);
        assert_eq!(padded, 2 * (4 + 5 + 4));
        // Gaps of the input meet nothing: 5 elements become 9 places, every second one empty.
        let dilated = convolved(&[1, 5, 1], &[1, 1, 1], |conv| conv.lhs_dilation = vec![2]);
        assert_eq!(dilated, 2 * 5);
        let grouped = convolved(&[1, 4, 4, 6], &[1, 1, 3, 8], |conv| conv.feature_groups = 2);
        assert_eq!(grouped, 2 * 16 * 3 * 8);
    }

    #[test]
    fn loops_count_their_rounds() {
        let f = crate::text::parse(
            "func @f(%0: f32[4], %1: f32[10,4]) -> (f32[4]) {\n\
             %2: f32[4] = scan(%0, %1) {body=@g, num_consts=0, num_carry=1, length=10, reverse=false, unroll=1}\n\
             return %2\n}\n\
             func @g(%0: f32[4], %1: f32[4]) -> (f32[4]) {\n%2: f32[4] = mul(%0, %1) @ \"m.py\":1:1 \"cell\"\n\
             return %2\n}",
        )
        .unwrap();
        assert_eq!(by_scope(&f).iter().map(|work| work.flops).sum::<u64>(), 40);
        assert_eq!(total(&f), 40);
    }
}

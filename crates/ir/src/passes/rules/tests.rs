//! One case per law: the law fires, what it makes is as expected, and means the same.

use std::collections::{BTreeSet, HashMap};

use super::super::{Graph, Options, Simplifier, dce};
use super::rules;
use crate::text::parse;
use crate::{Array, Buffer, DType, Function, Result, TensorType, eval};

/// Law; type of the parameters `x` and `y`, and body before; body after, where they are `0` and `1`.
const CASES: &[(&str, &str, &str)] = &[
    ("neg_neg", "f32[3] | %a = neg(%x) %b = neg(%a) return %b", "return %0"),
    ("not_not", "bool[3] | %a = not(%x) %b = not(%a) return %b", "return %0"),
    ("abs_neg", "f32[3] | %a = neg(%x) %b = abs(%a) return %b", "%2 = abs(%0) return %2"),
    (
        "neg_mul_constant",
        "f32[] | %c = constant {value=f32[] 3.0} %a = mul(%x, %c) %b = neg(%a) return %b",
        "%2 = constant {value=f32[] -3.0} %3 = mul(%0, %2) return %3",
    ),
    (
        "unary_on_scalars",
        "f32[3] | %s = reduce_sum(%x) {axes=[0]} %r = broadcast_in_dim(%s) {shape=[3], dims=[]} %e = exp(%r) return %e",
        "%2 = reduce_sum(%0) {axes=[0]} %3 = exp(%2) %4 = broadcast_in_dim(%3) {shape=[3], dims=[]} return %4",
    ),
    ("small_integer_power", "f32[3] | %a = integer_pow(%x) {y=2} return %a", "%2 = mul(%0, %0) return %2"),
    (
        "integer_power_on_scalars",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = integer_pow(%a) {y=3} return %b",
        "%2 = integer_pow(%0) {y=3} %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} return %3",
    ),
    ("add_zero", "f32[3] | %c = constant {value=f32[3] splat -0.0} %a = add(%c, %x) return %a", "return %0"),
    (
        "div_self",
        "i32[] | %a = div(%x, %x) return %a",
        "%2 = constant {value=i32[] 0} %3 = constant {value=i32[] 1} %4 = eq(%0, %2) %5 = constant {value=i32[] -1} %6 = select(%4, %5, %3) return %6",
    ),
    ("unary_twice", "f32[3] | %a = floor(%x) %b = floor(%a) return %b", "%2 = floor(%0) return %2"),
    ("neg_sub", "i32[] | %a = sub(%x, %y) %b = neg(%a) return %b", "%2 = sub(%1, %0) return %2"),
    ("not_compare", "f32[3] | %a = eq(%x, %y) %b = not(%a) return %b", "%2 = ne(%0, %1) return %2"),
    ("bits_neutral", "i32[3] | %c = constant {value=i32[3] splat -1} %a = and(%c, %x) return %a", "return %0"),
    (
        "bits_absorbing",
        "i32[] | %c = constant {value=i32[] 0} %a = and(%c, %x) return %a",
        "%2 = constant {value=i32[] 0} return %2",
    ),
    (
        "rem_one",
        "i32[] | %c = constant {value=i32[] 1} %a = rem(%x, %c) return %a",
        "%2 = constant {value=i32[] 0} return %2",
    ),
    ("add_and_sub", "i32[3] | %a = add(%x, %y) %b = sub(%a, %y) return %b", "return %0"),
    (
        "associate_constants",
        "i32[] | %c = constant {value=i32[] 2147483647} %a = add(%x, %c) %d = constant {value=i32[] 3} %b = add(%a, %d) \
         return %b",
        "%2 = constant {value=i32[] -2147483646} %3 = add(%0, %2) return %3",
    ),
    ("sub_zero", "f32[] | %c = constant {value=f32[] 0.0} %a = sub(%x, %c) return %a", "return %0"),
    ("mul_one", "f32[3] | %c = constant {value=f32[3] splat 1.0} %a = mul(%c, %x) return %a", "return %0"),
    ("div_one", "f32[] | %c = constant {value=f32[] 1.0} %a = div(%x, %c) return %a", "return %0"),
    (
        "mul_zero",
        "i32[] | %c = constant {value=i32[] 0} %a = mul(%x, %c) return %a",
        "%2 = constant {value=i32[] 0} return %2",
    ),
    ("mul_minus_one", "f32[] | %c = constant {value=f32[] -1.0} %a = mul(%x, %c) return %a", "%2 = neg(%0) return %2"),
    (
        "div_power_of_two",
        "f32[] | %c = constant {value=f32[] 8.0} %a = div(%x, %c) return %a",
        "%2 = constant {value=f32[] 0.125} %3 = mul(%0, %2) return %3",
    ),
    ("add_neg", "f32[3] | %a = neg(%x) %b = add(%a, %y) return %b", "%2 = sub(%1, %0) return %2"),
    ("sub_neg", "f32[3] | %a = neg(%y) %b = sub(%x, %a) return %b", "%2 = add(%0, %1) return %2"),
    ("mul_neg_neg", "f32[3] | %a = neg(%x) %b = neg(%y) %c = mul(%a, %b) return %c", "%2 = mul(%0, %1) return %2"),
    (
        "mul_neg_constant",
        "f32[] | %c = constant {value=f32[] 3.0} %a = neg(%x) %b = div(%a, %c) return %b",
        "%2 = constant {value=f32[] -3.0} %3 = div(%0, %2) return %3",
    ),
    ("idempotent", "f32[3] | %a = max(%x, %x) return %a", "return %0"),
    ("cancel", "i32[] | %a = sub(%x, %x) return %a", "%2 = constant {value=i32[] 0} return %2"),
    ("logic_constant", "bool[] | %c = constant {value=bool[] true} %a = and(%c, %x) return %a", "return %0"),
    ("small_power", "f32[] | %c = constant {value=f32[] 2.0} %a = pow(%x, %c) return %a", "%2 = mul(%0, %0) return %2"),
    (
        "binary_on_scalars",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = broadcast_in_dim(%y) {shape=[3], dims=[]} \
         %c = add(%a, %b) return %c",
        "%2 = add(%0, %1) %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} return %3",
    ),
    ("compare_same", "i32[] | %a = lt(%x, %x) return %a", "%2 = constant {value=bool[] false} return %2"),
    (
        "compare_on_scalars",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = broadcast_in_dim(%y) {shape=[3], dims=[]} \
         %c = lt(%a, %b) return %c",
        "%2 = lt(%0, %1) %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} return %3",
    ),
    (
        "compare_unsigned",
        "u32[] | %c = constant {value=u32[] 0} %a = ge(%x, %c) return %a",
        "%2 = constant {value=bool[] true} return %2",
    ),
    (
        "compare_iota",
        "f32[3] | %i = iota {dtype=i32, shape=[3], dim=0} %c = constant {value=i32[3] splat 3} %a = lt(%i, %c) \
         %b = select(%a, %x, %y) return %b",
        "return %0",
    ),
    (
        "select_truth",
        "bool[3] | %t = constant {value=bool[3] splat true} %f = constant {value=bool[3] splat false} \
         %a = select(%x, %f, %t) return %a",
        "%2 = not(%0) return %2",
    ),
    ("select_same", "bool[3] | %a = select(%x, %y, %y) return %a", "return %1"),
    (
        "select_constant",
        "f32[3] | %c = constant {value=bool[3] splat false} %a = select(%c, %x, %y) return %a",
        "return %1",
    ),
    ("select_not", "bool[3] | %n = not(%x) %a = select(%n, %x, %y) return %a", "%2 = select(%0, %1, %0) return %2"),
    (
        "select_nested",
        "f32[3] | %p = lt(%x, %y) %e = exp(%x) %a = select(%p, %x, %e) %b = select(%p, %a, %y) return %b",
        "%2 = lt(%0, %1) %3 = select(%2, %0, %1) return %3",
    ),
    (
        "select_on_scalars",
        "bool[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = broadcast_in_dim(%y) {shape=[3], dims=[]} \
         %c = select(%a, %a, %b) return %c",
        "%2 = select(%0, %0, %1) %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} return %3",
    ),
    (
        "select_scalar_predicate",
        "f32[3] | %s = reduce_max(%x) {axes=[0]} %t = reduce_max(%y) {axes=[0]} %q = lt(%s, %t) \
         %p = broadcast_in_dim(%q) {shape=[3], dims=[]} %a = select(%p, %x, %y) return %a",
        "%2 = reduce_max(%0) {axes=[0]} %3 = reduce_max(%1) {axes=[0]} %4 = lt(%2, %3) \
         %5 = select(%4, %0, %1) return %5",
    ),
    ("convert_same", "f32[3] | %a = convert_element_type(%x) {dtype=f32} return %a", "return %0"),
    (
        "convert_convert",
        "f32[3] | %a = convert_element_type(%x) {dtype=f64} %b = convert_element_type(%a) {dtype=i32} return %b",
        "%2 = convert_element_type(%0) {dtype=i32} return %2",
    ),
    (
        "convert_on_scalars",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = convert_element_type(%a) {dtype=f64} return %b",
        "%2 = convert_element_type(%0) {dtype=f64} %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} return %3",
    ),
    ("bitcast_same", "f32[3] | %a = bitcast_convert_type(%x) {dtype=f32} return %a", "return %0"),
    (
        "bitcast_bitcast",
        "f32[3] | %a = bitcast_convert_type(%x) {dtype=i32} %b = bitcast_convert_type(%a) {dtype=u32} return %b",
        "%2 = bitcast_convert_type(%0) {dtype=u32} return %2",
    ),
    (
        "splat_constant",
        "f32[3] | %c = constant {value=f32[3] splat 2.0} %a = mul(%x, %c) return %a",
        "%2 = constant {value=f32[] 2.0} %3 = broadcast_in_dim(%2) {shape=[3], dims=[]} %4 = mul(%0, %3) return %4",
    ),
    ("reshape_same", "f32[3] | %a = reshape(%x) {shape=[3]} return %a", "return %0"),
    (
        "reshape_reshape",
        "f32[2,3] | %a = reshape(%x) {shape=[6]} %b = reshape(%a) {shape=[3,2]} return %b",
        "%2 = reshape(%0) {shape=[3,2]} return %2",
    ),
    (
        "reshape_scalar",
        "f32[] | %a = reshape(%x) {shape=[1,1]} return %a",
        "%2 = broadcast_in_dim(%0) {shape=[1,1], dims=[]} return %2",
    ),
    ("transpose_same", "f32[2,3] | %a = transpose(%x) {permutation=[0,1]} return %a", "return %0"),
    (
        "transpose_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[2,3], dims=[]} %b = transpose(%a) {permutation=[1,0]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[3,2], dims=[]} return %2",
    ),
    (
        "transpose_broadcast",
        "f32[2] | %a = broadcast_in_dim(%x) {shape=[2,3], dims=[0]} %b = transpose(%a) {permutation=[1,0]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[3,2], dims=[1]} return %2",
    ),
    (
        "transpose_transpose",
        "f32[2,3,4] | %a = transpose(%x) {permutation=[1,2,0]} %b = transpose(%a) {permutation=[1,0,2]} return %b",
        "%2 = transpose(%0) {permutation=[2,1,0]} return %2",
    ),
    (
        "transpose_units",
        "f32[2,1,3] | %a = transpose(%x) {permutation=[1,0,2]} return %a",
        "%2 = reshape(%0) {shape=[1,2,3]} return %2",
    ),
    (
        "transpose_dot",
        "f32[2,2] | %a = dot_general(%x, %y) {contracting=[[1],[0]], batch=[[],[]], \
         precision=default, dtype=f32} %b = transpose(%a) {permutation=[1,0]} return %b",
        "%2 = dot_general(%1, %0) {contracting=[[0],[1]], batch=[[],[]], \
         precision=default, dtype=f32} return %2",
    ),
    ("broadcast_same", "f32[3] | %a = broadcast_in_dim(%x) {shape=[3], dims=[0]} return %a", "return %0"),
    (
        "broadcast_units",
        "f32[3] | %a = broadcast_in_dim(%x) {shape=[1,3,1], dims=[1]} return %a",
        "%2 = reshape(%0) {shape=[1,3,1]} return %2",
    ),
    (
        "broadcast_squeezed",
        "f32[2] | %a = reshape(%x) {shape=[2,1]} %b = broadcast_in_dim(%a) {shape=[2,3], dims=[0,1]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[2,3], dims=[0]} return %2",
    ),
    (
        "broadcast_broadcast",
        "f32[2] | %a = broadcast_in_dim(%x) {shape=[3,2], dims=[1]} %b = broadcast_in_dim(%a) {shape=[3,4,2], dims=[0,2]} \
         return %b",
        "%2 = broadcast_in_dim(%0) {shape=[3,4,2], dims=[2]} return %2",
    ),
    ("rev_nothing", "f32[1,3] | %a = rev(%x) {dims=[0]} return %a", "return %0"),
    ("rev_rev", "f32[2,3] | %a = rev(%x) {dims=[0,1]} %b = rev(%a) {dims=[1,0]} return %b", "return %0"),
    (
        "rev_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = rev(%a) {dims=[0]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[3], dims=[]} return %2",
    ),
    ("slice_all", "f32[3] | %a = slice(%x) {start=[0], limit=[3], strides=[1]} return %a", "return %0"),
    (
        "slice_slice",
        "f32[9] | %a = slice(%x) {start=[1], limit=[8], strides=[2]} %b = slice(%a) {start=[1], limit=[4], strides=[2]} \
         return %b",
        "%2 = slice(%0) {start=[3], limit=[8], strides=[4]} return %2",
    ),
    (
        "slice_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = slice(%a) {start=[1], limit=[3], strides=[1]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[2], dims=[]} return %2",
    ),
    (
        "slice_broadcast",
        "f32[3] | %a = broadcast_in_dim(%x) {shape=[4,3], dims=[1]} %b = slice(%a) {start=[0,1], limit=[3,3], strides=[2,1]} \
         return %b",
        "%2 = slice(%0) {start=[1], limit=[3], strides=[1]} %3 = broadcast_in_dim(%2) {shape=[2,2], dims=[1]} return %3",
    ),
    (
        "slice_concatenate",
        "f32[3] | %a = concatenate(%x, %y) {dim=0} %b = slice(%a) {start=[3], limit=[6], strides=[2]} return %b",
        "%2 = slice(%1) {start=[0], limit=[3], strides=[2]} return %2",
    ),
    (
        "concatenate_nothing",
        "f32[3] | %n = slice(%y) {start=[1], limit=[1], strides=[1]} %a = concatenate(%x, %n, %y) {dim=0} return %a",
        "%2 = concatenate(%0, %1) {dim=0} return %2",
    ),
    (
        "concatenate_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = broadcast_in_dim(%x) {shape=[2], dims=[]} \
         %c = concatenate(%a, %b) {dim=0} return %c",
        "%2 = broadcast_in_dim(%0) {shape=[5], dims=[]} return %2",
    ),
    (
        "concatenate_same",
        "f32[3] | %a = concatenate(%x, %x) {dim=0} return %a",
        "%2 = broadcast_in_dim(%0) {shape=[2,3], dims=[1]} %3 = reshape(%2) {shape=[6]} return %3",
    ),
    (
        "concatenate_slices",
        "f32[4] | %a = slice(%x) {start=[1], limit=[2], strides=[1]} %b = slice(%x) {start=[2], limit=[4], strides=[1]} \
         %c = concatenate(%a, %b) {dim=0} return %c",
        "%2 = slice(%0) {start=[1], limit=[4], strides=[1]} return %2",
    ),
    (
        "pad_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = pad(%a, %x) {padding=[[1,-1,2]]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[7], dims=[]} return %2",
    ),
    ("cumulative_one", "f32[2,1] | %a = cummax(%x) {axis=1, reverse=false} return %a", "return %0"),
    ("sort_one", "f32[2,1] | %a = sort(%x) {dim=1, num_keys=1} return %a", "return %0"),
    (
        "dynamic_slice_all",
        "i32[] | %v = reshape(%x) {shape=[1]} %a = dynamic_slice(%v, %y) {sizes=[1]} %b = reshape(%a) {shape=[]} return %b",
        "return %0",
    ),
    (
        "dynamic_slice_constant",
        "f32[4] | %c = constant {value=i32[] 3} %a = dynamic_slice(%x, %c) {sizes=[2]} return %a",
        "%2 = slice(%0) {start=[2], limit=[4], strides=[1]} return %2",
    ),
    (
        "dynamic_update_slice_all",
        "f32[4] | %c = constant {value=i32[] 3} %a = dynamic_update_slice(%x, %y, %c) return %a",
        "return %1",
    ),
    (
        "gather_constant",
        "f32[4,2] | %c = constant {value=i32[1] [2]} %a = gather(%x, %c) {offset_dims=[0], collapsed_slice_dims=[0], \
         start_index_map=[0], operand_batching_dims=[], start_indices_batching_dims=[], slice_sizes=[1,2], \
         mode=clip} return %a",
        "%2 = slice(%0) {start=[2,0], limit=[3,2], strides=[1,1]} %3 = reshape(%2) {shape=[2]} return %3",
    ),
    ("concatenate_one", "f32[3] | %a = concatenate(%x) {dim=0} return %a", "return %0"),
    (
        "pad_nothing",
        "f32[3] | %c = constant {value=f32[] 7.0} %a = pad(%x, %c) {padding=[[0,0,0]]} return %a",
        "return %0",
    ),
    ("reduce_nothing", "f32[3] | %a = reduce_max(%x) {axes=[]} return %a", "return %0"),
    (
        "reduce_units",
        "f32[2,1,1] | %a = reduce_sum(%x) {axes=[1]} return %a",
        "%2 = reshape(%0) {shape=[2,1]} return %2",
    ),
    (
        "reduce_reduce",
        "f32[2,3] | %a = reduce_max(%x) {axes=[0]} %b = reduce_max(%a) {axes=[0]} return %b",
        "%2 = reduce_max(%0) {axes=[0,1]} return %2",
    ),
    (
        "reduce_broadcast",
        "f32[3] | %a = broadcast_in_dim(%x) {shape=[4,3], dims=[1]} %b = reduce_max(%a) {axes=[0,1]} return %b",
        "%2 = reduce_max(%0) {axes=[0]} return %2",
    ),
    (
        "sum_scalar",
        "i32[] | %a = broadcast_in_dim(%x) {shape=[2,3], dims=[]} %b = reduce_sum(%a) {axes=[0]} return %b",
        "%2 = constant {value=i32[] 2} %3 = mul(%0, %2) %4 = broadcast_in_dim(%3) {shape=[3], dims=[]} return %4",
    ),
    (
        "dot_nothing",
        "f32[2,0] | %a = dot_general(%x, %y) {contracting=[[1],[1]], batch=[[],[]], precision=default, dtype=f32} return %a",
        "%2 = constant {value=f32[] 0.0} %3 = broadcast_in_dim(%2) {shape=[2,2], dims=[]} return %3",
    ),
    (
        "reduce_scalar",
        "f32[] | %a = broadcast_in_dim(%x) {shape=[2,3], dims=[]} %b = reduce_max(%a) {axes=[0]} return %b",
        "%2 = broadcast_in_dim(%0) {shape=[3], dims=[]} return %2",
    ),
    (
        "dot_transposed_lhs",
        "f32[2,2] | %t = transpose(%x) {permutation=[1,0]} %a = dot_general(%t, %y) {contracting=[[1],[0]], batch=[[],[]], precision=default, dtype=f32} return %a",
        "%2 = dot_general(%0, %1) {contracting=[[0],[0]], batch=[[],[]], \
         precision=default, dtype=f32} return %2",
    ),
    (
        "dot_transposed_rhs",
        "f32[2,2] | %t = transpose(%y) {permutation=[1,0]} %a = dot_general(%x, %t) {contracting=[[1],[0]], batch=[[],[]], precision=default, dtype=f32} return %a",
        "%2 = dot_general(%0, %1) {contracting=[[1],[1]], batch=[[],[]], \
         precision=default, dtype=f32} return %2",
    ),
];

fn function(ty: &str, body: &str, [x, y]: [&str; 2]) -> Function {
    let text = format!("func @f({x}: {ty}, {y}: {ty}) {{ {body} }}");
    parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// Simplifies as [`super::super::simplify`] does, and tells which laws were used.
fn simplify(f: &Function) -> Result<(Function, Vec<&'static str>)> {
    let options = Options::default();
    let mut graph = Graph::new(f, &options);
    let params = graph.params().to_vec();
    let mut simplifier = Simplifier { options: &options, nested: HashMap::new() };
    let results = simplifier.emit(&mut graph, f, &params)?;
    let fired = std::mem::take(&mut graph.fired);
    Ok((dce(graph.finish(results)), fired))
}

/// Numbers that break careless laws, rotated by `by`.
fn awkward(ty: &TensorType, by: usize) -> Array {
    const FLOATS: [f32; 8] = [1.5, f32::NAN, -0.0, f32::INFINITY, 0.0, f32::NEG_INFINITY, -3.0e38, 1.0e-40];
    const INTS: [i32; 5] = [i32::MIN, -1, 0, 1, i32::MAX];
    let n = ty.size();
    let data = match ty.dtype {
        DType::F32 => Buffer::F32((0..n).map(|i| FLOATS[(i + by) % FLOATS.len()]).collect()),
        DType::I32 => Buffer::I32((0..n).map(|i| INTS[(i + by) % INTS.len()]).collect()),
        DType::U32 => Buffer::U32((0..n).map(|i| INTS[(i + by) % INTS.len()].cast_unsigned()).collect()),
        DType::Bool => Buffer::Bool((0..n).map(|i| (i + by).is_multiple_of(2)).collect()),
        other => panic!("no awkward {other}"),
    };
    Array::new(ty.shape.clone(), data).unwrap()
}

#[test]
fn every_law_does_what_it_says() {
    for (law, before, after) in CASES {
        let (ty, body) = before.split_once(" | ").unwrap();
        let f = function(ty, body, ["%x", "%y"]);
        let (simple, fired) = simplify(&f).unwrap();
        assert!(fired.contains(law), "{law} did not fire, but {fired:?}\n{simple}");
        assert_eq!(simple.to_string(), function(ty, after, ["%0", "%1"]).to_string(), "{law}");
        for by in 0..8 {
            let args: Vec<Array> =
                f.param_types().iter().enumerate().map(|(i, ty)| awkward(ty, by + 3 * i * by)).collect();
            let (expected, found) = (eval(&f, &args).unwrap(), eval(&simple, &args).unwrap());
            for (x, y) in expected.iter().zip(&found) {
                // Every bit but those of NaN, and the sign of a zero that is the only term of a sum.
                assert!(same_numbers(x, y, *law == "reduce_units"), "{law}: {x} became {y}");
            }
        }
    }
}

fn same_numbers(x: &Array, y: &Array, any_zero: bool) -> bool {
    match (x.data(), y.data()) {
        (Buffer::F32(x), Buffer::F32(y)) => x
            .iter()
            .zip(y)
            .all(|(x, y)| x.to_bits() == y.to_bits() || (any_zero && x == y) || (x.is_nan() && y.is_nan())),
        (Buffer::F64(x), Buffer::F64(y)) => x
            .iter()
            .zip(y)
            .all(|(x, y)| x.to_bits() == y.to_bits() || (any_zero && x == y) || (x.is_nan() && y.is_nan())),
        (x, y) => x == y,
    }
}

#[test]
fn every_law_has_a_case() {
    let laws: BTreeSet<&str> = rules().iter().map(|rule| rule.name).collect();
    let cases: BTreeSet<&str> = CASES.iter().map(|case| case.0).collect();
    assert_eq!(laws, cases);
    assert_eq!(laws.len(), rules().len(), "two laws share a name");
}

/// What must stay: the law's condition does not hold.
#[test]
fn laws_keep_to_their_conditions() {
    for (ty, body) in [
        // 0·NaN is NaN, x - x of an infinity is NaN, NaN = NaN is false.
        ("f32[]", "%c = constant {value=f32[] 0.0} %a = mul(%x, %c) return %a"),
        ("f32[]", "%a = sub(%x, %x) return %a"),
        // -0 + 0 and -0 - (-0) are 0, and so are -(x - x) and x - x.
        ("f32[]", "%c = constant {value=f32[] 0.0} %a = add(%x, %c) return %a"),
        ("f32[]", "%c = constant {value=f32[] -0.0} %a = sub(%x, %c) return %a"),
        ("f32[]", "%a = sub(%x, %y) %b = neg(%a) return %b"),
        // Neither x < NaN nor x ≥ NaN; sums of floats depend on their order.
        ("f32[]", "%a = lt(%x, %y) %b = not(%a) return %b"),
        ("f32[]", "%a = add(%x, %y) %b = sub(%a, %y) return %b"),
        ("f32[2,3]", "%a = reduce_sum(%x) {axes=[0]} %b = reduce_sum(%a) {axes=[0]} return %b"),
        ("f32[]", "%a = eq(%x, %x) return %a"),
        // The inverse of a number that is no power of two is rounded.
        ("f32[]", "%c = constant {value=f32[] 3.0} %a = div(%x, %c) return %a"),
        // A conversion that loses digits, and one whose second half saturates.
        ("f32[]", "%a = convert_element_type(%x) {dtype=i32} %b = convert_element_type(%a) {dtype=f32} return %b"),
        ("i32[]", "%a = convert_element_type(%x) {dtype=f64} %b = convert_element_type(%a) {dtype=i8} return %b"),
        // Two free dimensions would come out in another order.
        (
            "f32[2,2,2]",
            "%t = transpose(%x) {permutation=[1,0,2]} %a = dot_general(%t, %y) {contracting=[[2],[0]], batch=[[],[]], precision=default, dtype=f32} return %a",
        ),
        // Sums of repeated numbers round.
        ("f32[]", "%a = broadcast_in_dim(%x) {shape=[3], dims=[]} %b = reduce_sum(%a) {axes=[0]} return %b"),
    ] {
        let f = function(ty, body, ["%x", "%y"]);
        let (simple, fired) = simplify(&f).unwrap();
        assert!(fired.is_empty(), "{fired:?}");
        assert_eq!(simple.equations.len(), f.equations.len(), "{simple}");
    }
}

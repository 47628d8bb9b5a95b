//! The operations of a function in a line, for pictures.

use super::{cost, layer_scope};
use crate::{Function, Op, Primitive};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The layer that it belongs to; empty outside of all layers.
    pub scope: String,
    /// Name of the primitive.
    pub op: &'static str,
    /// Type of the first result, such as `f32[32,10]`.
    pub result: String,
    /// Floating-point operations of all its runs.
    pub flops: u64,
    /// The steps whose results it takes.
    pub from: Vec<usize>,
}

/// The operations of a function in their order, those of functions that it calls and loops over in their place.
/// Constants, and what is only another form of one, are left out.
#[must_use]
pub fn steps(function: &Function) -> Vec<Step> {
    let mut steps = Vec::new();
    add(&mut steps, function, &vec![None; function.params.len()], "", 1);
    steps
}

/// Appends a function's steps; `given` are the steps that make its parameters. Tells which make its results.
fn add(
    steps: &mut Vec<Step>,
    function: &Function,
    given: &[Option<usize>],
    outer: &str,
    times: u64,
) -> Vec<Option<usize>> {
    let mut makers: Vec<Option<usize>> = vec![None; function.num_values()];
    let mut constant = vec![false; function.num_values()];
    for (param, maker) in function.params.iter().zip(given) {
        makers[param.index()] = *maker;
    }
    for equation in &function.equations {
        let scope = match layer_scope(equation.location.scope()).0 {
            "" => outer,
            scope => scope,
        };
        let from: Vec<Option<usize>> = equation.inputs.iter().map(|input| makers[input.index()]).collect();
        let inner = match &equation.op {
            Op::Call(op) => Some((&op.function, 1)),
            Op::Checkpoint(op) => Some((&op.function, 1)),
            Op::CustomJvp(op) => Some((&op.function, 1)),
            Op::CustomVjp(op) => Some((&op.function, 1)),
            Op::Scan(op) => Some((&op.body, op.steps.length as u64)),
            _ => None,
        };
        if let Some((inner, rounds)) = inner {
            let results = add(steps, inner, &from, scope, times.saturating_mul(rounds));
            for (output, maker) in equation.outputs.iter().zip(results) {
                makers[output.index()] = maker;
            }
            continue;
        }
        if equation.inputs.iter().all(|input| constant[input.index()]) {
            equation.outputs.iter().for_each(|output| constant[output.index()] = true);
            continue;
        }
        let mut from: Vec<usize> = from.into_iter().flatten().collect();
        from.sort_unstable();
        from.dedup();
        let result = equation.outputs.first().map(|&output| function.ty(output).to_string()).unwrap_or_default();
        let flops = cost::run(function, equation).saturating_mul(times);
        equation.outputs.iter().for_each(|output| makers[output.index()] = Some(steps.len()));
        steps.push(Step { scope: scope.to_owned(), op: equation.op.name(), result, flops, from });
    }
    function.results.iter().map(|result| makers[result.index()]).collect()
}

#[cfg(test)]
mod tests {
    use crate::text::parse;

    #[test]
    fn calls_are_unfolded_and_constants_left_out() {
        let f = parse(
            "func @f(%0: f32[2,3]) -> (f32[2,3]) {\n\
             %1: f32[] = constant {value=f32[] 2.0} @ \"m.py\":1:1 \"a\"\n\
             %2: f32[2,3] = broadcast_in_dim(%1) {shape=[2,3], dims=[]} @ \"m.py\":1:1 \"a\"\n\
             %3: f32[2,3] = mul(%0, %2) @ \"m.py\":1:1 \"a\"\n\
             %4: f32[2,3] = call(%3) {function=@g} @ \"m.py\":2:1 \"b\"\n\
             %5: f32[2,3] = add(%4, %3) @ \"m.py\":3:1 \"backward(c)\"\n\
             return %5\n}\n\
             func @g(%0: f32[2,3]) -> (f32[2,3]) {\n%1: f32[2,3] = exp(%0)\nreturn %1\n}",
        )
        .unwrap();
        let steps = super::steps(&f);
        let shown: Vec<_> =
            steps.iter().map(|step| (step.scope.as_str(), step.op, step.flops, step.from.clone())).collect();
        assert_eq!(shown, [("a", "mul", 6, vec![]), ("b", "exp", 6, vec![0]), ("c", "add", 6, vec![0, 1])]);
        assert_eq!(steps[0].result, "f32[2,3]");
    }
}

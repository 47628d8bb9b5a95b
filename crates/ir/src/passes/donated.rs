//! The order of reads and writes of donated parameters.

use std::collections::BTreeMap;

use crate::ops::OptimizationBarrier;
use crate::verify::checked;
use crate::{Equation, Function, Op, Result, Value};

/// Parameters with fewer elements are left alone: to copy them costs less than to wait.
const WORTH_IT: usize = 4096;

/// Lets every other reader of a donated parameter come before the one that makes its new value.
///
/// `donated` has pairs of a parameter and the result whose memory it becomes. A backend that
/// writes the new value over the old has to copy the old one first, wherever some other reader might
/// run later: XLA for CPU does, for the kernel of each layer in a training step, because the gradient
/// that goes on to the layer before reads it and has nothing to do with its update. A barrier between
/// the two says the order, and the copy is not made. Values stay as they are.
///
/// # Errors
/// None for a valid function.
pub fn order_donated(function: &Function, donated: &[(usize, usize)]) -> Result<Function> {
    let late = late_readers(function, donated);
    if late.is_empty() {
        return Ok(function.clone());
    }
    let mut out = Function { equations: Vec::with_capacity(function.equations.len()), ..function.clone() };
    // What stands for each value from here on, and for a parameter in the equation that updates it.
    let mut current: Vec<Value> = (0..function.num_values()).map(Value::new).collect();
    let mut in_update: BTreeMap<(usize, Value), Value> = BTreeMap::new();
    for (index, eqn) in function.equations.iter().enumerate() {
        let mut eqn = eqn.clone();
        for input in &mut eqn.inputs {
            *input = in_update.get(&(index, *input)).copied().unwrap_or(current[input.index()]);
        }
        let (first, location) = (eqn.outputs.first().copied(), eqn.location.clone());
        out.equations.push(eqn);
        let (Some(first), Some(updates)) = (first, late.get(&index)) else { continue };
        let olds = updates.iter().map(|key| in_update.get(key).copied().unwrap_or(key.1));
        let inputs: Vec<Value> = std::iter::once(first).chain(olds).collect();
        let outputs: Vec<Value> = inputs.iter().map(|&value| fresh(&mut out, value)).collect();
        let mut news = outputs.iter().copied();
        current[first.index()] = news.next().unwrap_or(first);
        in_update.extend(updates.iter().copied().zip(news));
        out.equations.push(Equation { op: Op::from(OptimizationBarrier), inputs, outputs, location });
    }
    out.results.iter_mut().for_each(|result| *result = current[result.index()]);
    out.renumber();
    checked(out)
}

/// For each equation that reads donated parameters at some time beside their updates: which
/// parameters, each with the equation that makes its new value.
fn late_readers(function: &Function, donated: &[(usize, usize)]) -> BTreeMap<usize, Vec<(usize, Value)>> {
    let mut definition = vec![None; function.num_values()];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); function.num_values()];
    for (index, eqn) in function.equations.iter().enumerate() {
        eqn.outputs.iter().for_each(|output| definition[output.index()] = Some(index));
        eqn.inputs.iter().for_each(|input| readers[input.index()].push(index));
    }
    let mut late: BTreeMap<usize, Vec<(usize, Value)>> = BTreeMap::new();
    for &(param, result) in donated {
        let (Some(&param), Some(&result)) = (function.params.get(param), function.results.get(result)) else {
            continue;
        };
        let readers = &readers[param.index()];
        let large = function.ty(param).size() >= WORTH_IT;
        if param == result || readers.len() < 2 || !large {
            continue;
        }
        let before_result = ancestors(function, &definition, definition[result.index()]);
        let Some(&update) = readers.iter().rev().find(|&&reader| before_result[reader]) else { continue };
        let before_update = ancestors(function, &definition, Some(update));
        for &reader in readers.iter().filter(|&&reader| reader < update && !before_update[reader]) {
            late.entry(reader).or_default().push((update, param));
        }
    }
    late.values_mut().for_each(|updates| updates.dedup());
    late
}

/// For each equation, whether `last` needs it; `last` needs itself.
fn ancestors(function: &Function, definition: &[Option<usize>], last: Option<usize>) -> Vec<bool> {
    let mut needed = vec![false; function.equations.len()];
    let Some(last) = last else { return needed };
    needed[last] = true;
    for index in (0..=last).rev() {
        if needed[index] {
            let inputs = function.equations[index].inputs.iter();
            inputs.filter_map(|input| definition[input.index()]).for_each(|index| needed[index] = true);
        }
    }
    needed
}

/// A new value of the type of `value`.
fn fresh(function: &mut Function, value: Value) -> Value {
    let ty = function.ty(value).clone();
    function.types.push(ty);
    Value::new(function.types.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    fn ordered(text: &str, donated: &[(usize, usize)]) -> String {
        order_donated(&parse(text).unwrap(), donated).unwrap().to_string()
    }

    /// The gradient that goes on reads the kernel beside its update.
    const STEP: &str = "func @step(%w: f32[64,64], %g: f32[64,64]) {
        %dx = mul(%w, %g)
        %up = add(%dx, %dx)
        %new = sub(%w, %g)
        return %new, %up
    }";

    #[test]
    fn readers_come_before_the_update() {
        insta::assert_snapshot!(ordered(STEP, &[(0, 0)]), @r"
        func @step(%0: f32[64,64], %1: f32[64,64]) -> (f32[64,64], f32[64,64]) {
          %2: f32[64,64] = mul(%0, %1)
          %3: f32[64,64], %4: f32[64,64] = optimization_barrier(%2, %0)
          %5: f32[64,64] = add(%3, %3)
          %6: f32[64,64] = sub(%4, %1)
          return %6, %5
        }
        ");
    }

    #[test]
    fn what_is_in_order_stays() {
        let text = "func @step(%w: f32[64,64], %b: f32[8]) {
            %g = mul(%w, %w)
            %new = sub(%w, %g)
            %c = exp(%b)
            %d = neg(%b)
            return %new, %d, %c
        }";
        let function = parse(text).unwrap();
        assert_eq!(order_donated(&function, &[(0, 0), (1, 1)]).unwrap(), function);
    }

    #[test]
    fn one_reader_of_two_parameters_gets_one_barrier() {
        let text = "func @step(%v: f32[64,64], %w: f32[64,64]) {
            %a = mul(%v, %w)
            %v1 = neg(%v)
            %w1 = neg(%w)
            return %v1, %w1, %a
        }";
        let text = ordered(text, &[(0, 0), (1, 1)]);
        assert_eq!(text.matches("optimization_barrier").count(), 1, "{text}");
    }

    #[test]
    fn values_stay() {
        let step = parse(STEP).unwrap();
        let array = |scale: f32| {
            let bytes: Vec<u8> = (0..4096).flat_map(|i| (i as f32 * scale).to_le_bytes()).collect();
            crate::Array::from_le_bytes(&crate::TensorType::new(crate::DType::F32, [64, 64]), &bytes).unwrap()
        };
        let args = [array(0.5), array(-0.25)];
        let ordered = order_donated(&step, &[(0, 0)]).unwrap();
        assert_eq!(crate::eval(&ordered, &args).unwrap(), crate::eval(&step, &args).unwrap());
    }
}

//! `jnp.einsum`: products of tensors summed as an equation says.

use keramos_ir::as_tuple;
use keramos_ir::ops::DotDims;

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// Labels of the dimensions that an ellipsis stands for, counted from the last.
const ELLIPSIS: u32 = 0xE000;

/// A tensor with a label per dimension.
#[derive(Clone, Debug)]
struct Labelled {
    x: Tensor,
    labels: Vec<char>,
}

impl Tracer {
    /// `jnp.einsum` of two operands, such as `"abc,cde->abde"`.
    ///
    /// # Errors
    /// The equation is malformed or sizes do not fit.
    pub fn einsum(&mut self, equation: &str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.einsum_all(equation, &[a.clone(), b.clone()])
    }

    /// `jnp.einsum`: labels may repeat, an ellipsis stands for dimensions that broadcast, and without `->` the
    /// result has the labels that occur once, in alphabetical order. Operands are contracted in pairs, those
    /// with the smallest result first.
    ///
    /// # Errors
    /// The equation is malformed or sizes do not fit.
    pub fn einsum_all(&mut self, equation: &str, operands: &[Tensor]) -> Result<Tensor> {
        let (inputs, output) = parse(equation, operands)?;
        let mut sizes: Vec<(char, usize)> = Vec::new();
        for (labels, x) in inputs.iter().zip(operands) {
            for (&c, &n) in labels.iter().zip(x.shape()) {
                match sizes.iter_mut().find(|(d, _)| *d == c) {
                    None => sizes.push((c, n)),
                    Some((_, m)) if *m == 1 => *m = n,
                    Some((_, m)) if *m != n && n != 1 => {
                        return Err(Error::shape(format!(
                            "einsum `{equation}`: sizes {m} and {n} of one label differ"
                        ))
                        .note(format!("the shapes are {}", shapes(operands))));
                    }
                    Some(_) => {}
                }
            }
        }
        let size = |c: char| sizes.iter().find(|(d, _)| *d == c).map_or(1, |&(_, n)| n);
        let mut parts = Vec::new();
        for (labels, x) in inputs.into_iter().zip(operands) {
            let part = self.without_repeats(Labelled { x: x.clone(), labels }, &size)?;
            parts.push(part);
        }
        while parts.len() > 1 {
            let (i, j) = cheapest(&parts, &output, &size);
            let (b, a) = (parts.remove(j), parts.remove(i));
            let needed: Vec<char> = parts.iter().flat_map(|p| p.labels.iter()).chain(&output).copied().collect();
            parts.push(self.contract(a, b, &needed)?);
        }
        let Some(last) = parts.pop() else { return Err(Error::argument("einsum needs operands")) };
        let Labelled { x, labels } = self.sum_all_but(last, &output)?;
        let order: Vec<usize> = output.iter().filter_map(|c| labels.iter().position(|d| d == c)).collect();
        if order.len() < output.len() {
            return Err(malformed(equation).note("every label of the result must occur in an operand"));
        }
        self.transpose(&x, &order)
    }

    /// Every label once: repeated ones name a diagonal, and dimensions of size 1 that broadcast are dropped.
    fn without_repeats(&mut self, part: Labelled, size: &dyn Fn(char) -> usize) -> Result<Labelled> {
        let Labelled { mut x, mut labels } = part;
        let broadcast: Vec<usize> = (0..labels.len()).filter(|&d| x.shape()[d] == 1 && size(labels[d]) != 1).collect();
        if !broadcast.is_empty() {
            x = self.squeeze(&x, &broadcast)?;
            let mut at = 0;
            labels.retain(|_| {
                at += 1;
                !broadcast.contains(&(at - 1))
            });
        }
        while let Some((i, j)) = repeated(&labels) {
            x = self.diagonal(&x, 0, i, j)?;
            let label = labels[i];
            labels.remove(j);
            labels.remove(i);
            labels.push(label);
        }
        Ok(Labelled { x, labels })
    }

    /// The sum over all labels that `kept` lacks.
    fn sum_all_but(&mut self, part: Labelled, kept: &[char]) -> Result<Labelled> {
        let axes: Vec<usize> = (0..part.labels.len()).filter(|&d| !kept.contains(&part.labels[d])).collect();
        if axes.is_empty() {
            return Ok(part);
        }
        let dtype = part.x.dtype();
        let sum = self.sum(&part.x, &axes, false)?;
        let x = self.convert(&sum, dtype)?;
        Ok(Labelled { x, labels: part.labels.into_iter().filter(|c| kept.contains(c)).collect() })
    }

    /// The product of two parts, summed over the labels that nothing else needs.
    fn contract(&mut self, a: Labelled, b: Labelled, needed: &[char]) -> Result<Labelled> {
        // Labels of one side only that nothing needs are summed first.
        let keep = |other: &Labelled| -> Vec<char> { needed.iter().chain(&other.labels).copied().collect() };
        let (for_a, for_b) = (keep(&b), keep(&a));
        let (a, b) = (self.sum_all_but(a, &for_a)?, self.sum_all_but(b, &for_b)?);
        let (mut batch, mut contracted) = (Vec::new(), Vec::new());
        for (i, &c) in a.labels.iter().enumerate() {
            if let Some(j) = b.labels.iter().position(|&d| d == c) {
                if needed.contains(&c) { &mut batch } else { &mut contracted }.push((i, j));
            }
        }
        let mut labels: Vec<char> = batch.iter().map(|&(i, _)| a.labels[i]).collect();
        let used = |pairs: [&[(usize, usize)]; 2], second: bool| -> Vec<usize> {
            pairs.into_iter().flatten().map(|&(i, j)| if second { j } else { i }).collect()
        };
        for (part, taken) in [(&a, used([&batch, &contracted], false)), (&b, used([&batch, &contracted], true))] {
            labels.extend(part.labels.iter().enumerate().filter(|(d, _)| !taken.contains(d)).map(|(_, &c)| c));
        }
        let (lb, rb): (Vec<usize>, Vec<usize>) = batch.into_iter().unzip();
        let (lc, rc): (Vec<usize>, Vec<usize>) = contracted.into_iter().unzip();
        let x = self.dot_general(&a.x, &b.x, DotDims::contracting(lc, rc).batch(lb, rb))?;
        Ok(Labelled { x, labels })
    }
}

/// The labels of the operands and of the result.
fn parse(equation: &str, operands: &[Tensor]) -> Result<(Vec<Vec<char>>, Vec<char>)> {
    let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (text.as_str(), None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    if inputs.len() != operands.len() {
        return Err(Error::argument(format!(
            "einsum `{equation}` is about {} operands, {} were given",
            inputs.len(),
            operands.len()
        )));
    }
    let mut widest = 0;
    let mut found = Vec::new();
    for (part, x) in inputs.iter().zip(operands) {
        let (before, after) = match part.split_once("...") {
            Some((before, after)) => (before, Some(after)),
            None => (*part, None),
        };
        let named = before.chars().count() + after.map_or(0, |after| after.chars().count());
        let letters = before.chars().chain(after.unwrap_or_default().chars()).all(char::is_alphabetic);
        let fits = if after.is_some() { named <= x.rank() } else { named == x.rank() };
        if !letters {
            return Err(malformed(equation));
        }
        if !fits {
            return Err(Error::shape(format!("einsum `{equation}` does not fit shapes {}", shapes(operands)))
                .note(format!("`{part}` names {named} dimensions, shape {} has {}", as_tuple(x.shape()), x.rank())));
        }
        let free = if after.is_some() { x.rank() - named } else { 0 };
        widest = widest.max(free);
        found
            .push(before.chars().chain(ellipsis(free)).chain(after.unwrap_or_default().chars()).collect::<Vec<char>>());
    }
    let output = match output {
        Some(output) => {
            let (before, after) = output.split_once("...").unwrap_or((output, ""));
            let free = if output.contains("...") { widest } else { 0 };
            before.chars().chain(ellipsis(free)).chain(after.chars()).collect::<Vec<char>>()
        }
        None => {
            let all: Vec<char> = found.iter().flatten().copied().collect();
            let mut once: Vec<char> = all
                .iter()
                .filter(|c| c.is_alphabetic() && all.iter().filter(|d| d == c).count() == 1)
                .copied()
                .collect();
            once.sort_unstable();
            ellipsis(widest).chain(once).collect()
        }
    };
    if repeated(&output).is_some() {
        return Err(malformed(equation).note("a label of the result occurs twice"));
    }
    Ok((found, output))
}

/// The labels of `n` dimensions under an ellipsis: those of the last dimensions are the same everywhere.
fn ellipsis(n: usize) -> impl Iterator<Item = char> {
    (0..n).rev().filter_map(|i| char::from_u32(ELLIPSIS + i as u32))
}

/// Two places of one label.
fn repeated(labels: &[char]) -> Option<(usize, usize)> {
    labels.iter().enumerate().find_map(|(i, c)| labels[i + 1..].iter().position(|d| d == c).map(|j| (i, i + 1 + j)))
}

/// The two parts (the first before the second) whose product is smallest.
fn cheapest(parts: &[Labelled], output: &[char], size: &dyn Fn(char) -> usize) -> (usize, usize) {
    if parts.len() == 2 {
        return (0, 1);
    }
    let mut best = (f64::INFINITY, (0, 1));
    for i in 0..parts.len() {
        for j in i + 1..parts.len() {
            let others = parts.iter().enumerate().filter(|(k, _)| *k != i && *k != j);
            let needed: Vec<char> = others.flat_map(|(_, p)| p.labels.iter()).chain(output).copied().collect();
            let mut labels: Vec<char> = parts[i].labels.iter().chain(&parts[j].labels).copied().collect();
            labels.sort_unstable();
            labels.dedup();
            let cost: f64 = labels.iter().filter(|c| needed.contains(c)).map(|&c| size(c) as f64).product();
            if cost < best.0 {
                best = (cost, (i, j));
            }
        }
    }
    best.1
}

fn shapes(operands: &[Tensor]) -> String {
    operands.iter().map(|x| format!("{}", as_tuple(x.shape()))).collect::<Vec<_>>().join(" and ")
}

fn malformed(equation: &str) -> Error {
    Error::argument(format!("`{equation}` is not an equation of the form \"ab,bc->ac\""))
}

//! `cond`.

use std::sync::Arc;

use crate::op::Dual;
use crate::passes::dce;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::transform::{self, Linearized};
use crate::verify::checked;
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Buffer, Builder, DType, Function, IrError, Mapped, Operand, Primitive,
    Result, TensorType, Value, eval,
};

use super::{batching, rules};

/// Applies one of several functions. Operands are the function's number, an `i32` scalar that is clamped to
/// the numbers there are, and the functions' arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Cond {
    /// The functions, at least one, of equal parameter and result types.
    pub branches: Vec<Arc<Function>>,
}

const NAME: &str = "cond";

impl Cond {
    /// A `cond` of what `derive` makes of each branch, first without and then with the results that any
    /// branch needs; `nonzero` tells which those are.
    fn agree<T>(
        &self,
        derive: impl Fn(&Function, &[bool]) -> Result<T>,
        nonzero: impl Fn(&T) -> Vec<bool>,
    ) -> Result<(Vec<T>, Vec<bool>)> {
        let mut instantiate: Vec<bool> = Vec::new();
        loop {
            let made = self.branches.iter().map(|f| derive(f, &instantiate)).collect::<Result<Vec<_>>>()?;
            let flags: Vec<Vec<bool>> = made.iter().map(&nonzero).collect();
            let any = (0..flags.first().map_or(0, Vec::len)).map(|i| flags.iter().any(|f| f[i])).collect();
            if flags.iter().all(|f| *f == any) {
                return Ok((made, any));
            }
            instantiate = any;
        }
    }
}

impl Primitive for Cond {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("branches", Attr::Functions(self.branches.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Cond { branches: attrs.functions("branches")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let (index, args) = rules::first(NAME, operands)?;
        if *index != TensorType::scalar(DType::I32) {
            return Err(IrError::ty(NAME, "the number of the branch must be an i32 scalar", operands));
        }
        let Some(results) = self.branches.first().map(|f| f.result_types()) else {
            return Err(IrError::ty(NAME, "there must be a branch", operands));
        };
        for (i, branch) in self.branches.iter().enumerate() {
            if !branch.param_types().iter().eq(args.iter().copied()) {
                let params = list(&branch.param_types());
                return Err(IrError::ty(NAME, format!("branch {i} takes {params}"), operands));
            }
            if branch.result_types() != results {
                let (first, found) = (list(&results), list(&branch.result_types()));
                let message = format!("branches must return equal types: branch 0 returns {first}, branch {i} {found}");
                return Err(IrError::ty(NAME, message, operands));
            }
        }
        Ok(results)
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let args = tangents.get(1..).unwrap_or_default();
        let active: Vec<bool> = args.iter().map(Option::is_some).collect();
        let given: Vec<Value> = args.iter().flatten().copied().collect();
        if b.is_separable() {
            return self.separate(b, primals, &active, &given);
        }
        let (duals, nonzero) = self.agree(|f, all| transform::jvp(f, &active, all), |dual| dual.nonzero.clone())?;
        let branches = duals.into_iter().map(|dual| Arc::new(dual.function)).collect();
        let mut results = b.emit(Cond { branches }, &[primals, &given].concat())?;
        let tangents = results.split_off(nonzero.len());
        Ok((results, rules::spread(&nonzero, tangents)))
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let Some((index, args)) = operands.split_first() else { return Ok(Vec::new()) };
        let index = rules::known(NAME, b, std::slice::from_ref(index))?;
        let derive = |branch: &Function, all: &[bool]| transform::transposed(branch, cotangents, args, all);
        let (branches, nonzero) = self.agree(derive, |(_, nonzero)| nonzero.clone())?;
        let branches = branches.into_iter().map(|(branch, _)| Arc::new(branch)).collect();
        let known = args.iter().filter_map(Operand::known);
        let inputs: Vec<Value> = index.into_iter().chain(known).chain(cotangents.iter().flatten().copied()).collect();
        let made = b.emit(Cond { branches }, &inputs)?;
        Ok([vec![None], rules::spread(&nonzero, made)].concat())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let Some((&index, args)) = operands.split_first() else {
            return Err(rules::missing(NAME));
        };
        if index.mapped {
            return self.choose_each(b, batch, index.value, args);
        }
        let flags: Vec<bool> = args.iter().map(|arg| arg.mapped).collect();
        let derive = |branch: &Function, instantiate: &[bool]| transform::vmap(branch, &flags, batch, instantiate);
        let (branches, mapped) = self.agree(derive, |(_, mapped)| mapped.clone())?;
        let branches = branches.into_iter().map(|(branch, _)| Arc::new(branch)).collect();
        let results = b.emit(Cond { branches }, &batching::values(operands))?;
        Ok(batching::flagged(results, &mapped))
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let (Some((&index, args)), Some(last)) = (operands.split_first(), self.branches.len().checked_sub(1)) else {
            return rules::not_lowered(NAME);
        };
        if let [only] = &self.branches[..] {
            return e.inline(only, args);
        }
        let low = e.constant(&Array::scalar(DType::I32, 0.0))?;
        let high = e.constant(&Array::scalar(DType::I32, last as f64))?;
        let ty = [TensorType::scalar(DType::I32)];
        let index = rules::plain(e, "stablehlo.clamp", &[low, index, high], &ty)?;
        let regions = self.branches.clone();
        let op = HloOp { name: "stablehlo.case", operands: &index, attributes: Vec::new(), regions, results };
        e.op_with_captures(op, args)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let (index, args) = rules::first_array(NAME, operands)?;
        let Buffer::I32(index) = index.data() else {
            return Err(IrError::Eval { op: NAME, message: "the number of the branch must be an i32".to_owned() });
        };
        let index = index.first().map_or(0, |&i| usize::try_from(i).unwrap_or(0));
        match self.branches.get(index).or(self.branches.last()) {
            Some(branch) => eval(branch, &args.iter().map(|&x| x.clone()).collect::<Vec<_>>()),
            None => Err(IrError::Eval { op: NAME, message: "there is no branch".to_owned() }),
        }
    }
}

impl Cond {
    /// Each example takes a branch of its own: all branches run, and each example picks.
    ///
    /// A branch that an example does not take passes nothing back: its operands have a gradient only where it is
    /// taken, so that what is infinite or no number there does not reach the others.
    fn choose_each(&self, b: &mut Builder, batch: &Batch, index: Value, args: &[Mapped]) -> Result<Vec<Mapped>> {
        let Some(last) = self.branches.len().checked_sub(1) else { return Ok(Vec::new()) };
        let mut chosen: Vec<Mapped> = Vec::new();
        for (i, branch) in self.branches.iter().enumerate().rev() {
            let here = {
                let number = b.full_like(index, i as f64)?;
                match i {
                    0 => b.le(index, number)?,
                    i if i == last => b.ge(index, number)?,
                    _ => b.eq(index, number)?,
                }
            };
            let args = args.iter().map(|&arg| guarded(b, batch, here, arg)).collect::<Result<Vec<_>>>()?;
            let found = transform::batch_into(b, branch, batch, &args)?;
            if chosen.is_empty() {
                chosen = found;
                continue;
            }
            for (chosen, found) in chosen.iter_mut().zip(found) {
                let (found, others) = (batching::front(b, batch, found)?, batching::front(b, batch, *chosen)?);
                let here = b.broadcast_in_dim(here, &b.ty(found).shape.clone(), &[0])?;
                *chosen = Mapped::yes(b.select(here, found, others)?);
            }
        }
        Ok(chosen)
    }

    /// Values in one `cond`, tangents in another. What a branch hands over stands in slots that the branches
    /// share by type; a branch that has nothing for a slot puts zeros there.
    fn separate(&self, b: &mut Builder, primals: &[Value], active: &[bool], tangents: &[Value]) -> Result<Dual> {
        let derive = |f: &Function, all: &[bool]| transform::linearize(f, active, all);
        let (splits, nonzero) = self.agree(derive, |split| split.nonzero.clone())?;
        let num_results = nonzero.len();
        let mut slots: Vec<TensorType> = Vec::new();
        let handed_over = splits.iter().map(|split| hand_over(split, num_results, &mut slots)).collect::<Vec<_>>();

        let mut branches = Vec::new();
        for (split, handed_over) in splits.iter().zip(&handed_over) {
            let mut inner = Builder::new(split.primal.name.clone());
            let params: Vec<Value> = split.primal.param_types().into_iter().map(|ty| inner.param(ty)).collect();
            let mut results = inner.inline(&split.primal, &params)?;
            let residuals = results.split_off(num_results);
            let mut filled: Vec<Option<Value>> = vec![None; slots.len()];
            for (&residual, place) in residuals.iter().zip(handed_over) {
                if let Place::Slot(slot) = *place {
                    filled[slot] = Some(residual);
                }
            }
            for (slot, ty) in filled.into_iter().zip(&slots) {
                results.push(slot.map_or_else(|| inner.full(ty, 0.0), Ok)?);
            }
            branches.push(Arc::new(checked(dce(inner.finish(results)))?));
        }
        let mut results = b.emit(Cond { branches }, primals)?;
        let residuals = results.split_off(num_results);

        let (index, args) = primals.split_at(1);
        let mut branches = Vec::new();
        for (split, handed_over) in splits.iter().zip(&handed_over) {
            // Arguments, slots and tangents, of which this branch uses some.
            let mut inner = Builder::new(split.linear.name.clone());
            let mut params = |values: &[Value]| {
                let types: Vec<TensorType> = values.iter().map(|&v| b.ty(v).clone()).collect();
                types.into_iter().map(|ty| inner.param(ty)).collect::<Vec<_>>()
            };
            let (args, slots, tangents) = (params(args), params(&residuals), params(tangents));
            let found = handed_over.iter().map(|&place| match place {
                Place::Argument(i) => args[i],
                Place::Slot(i) => slots[i],
            });
            let inputs: Vec<Value> = found.chain(tangents).collect();
            let results = inner.inline(&split.linear, &inputs)?;
            branches.push(Arc::new(inner.finish(results)));
        }
        let tangents = b.emit(Cond { branches }, &[index, args, &residuals, tangents].concat())?;
        Ok((results, rules::spread(&nonzero, tangents)))
    }
}

/// Where the linear half of a branch finds a residual.
#[derive(Clone, Copy)]
enum Place {
    Argument(usize),
    Slot(usize),
}

/// The places of a branch's residuals, with new slots where there are too few of a type.
fn hand_over(split: &Linearized, num_results: usize, slots: &mut Vec<TensorType>) -> Vec<Place> {
    let primal = &split.primal;
    let mut taken = vec![false; slots.len()];
    let mut place = |&residual: &Value| {
        if let Some(i) = primal.params.iter().position(|&p| p == residual) {
            return Place::Argument(i);
        }
        let ty = primal.ty(residual);
        let free = (0..slots.len()).find(|&i| !taken[i] && slots[i] == *ty);
        let slot = free.unwrap_or_else(|| {
            slots.push(ty.clone());
            taken.push(false);
            slots.len() - 1
        });
        taken[slot] = true;
        Place::Slot(slot)
    };
    primal.results.iter().skip(num_results).map(&mut place).collect()
}

fn list(types: &[TensorType]) -> String {
    let types: Vec<String> = types.iter().map(TensorType::to_string).collect();
    format!("({})", types.join(", "))
}

impl Builder {
    /// Applies the function whose number in `branches` is the `i32` scalar `index`, clamped, to `args`.
    ///
    /// # Errors
    /// The arguments are not the branches' parameters, or the branches differ in their results.
    pub fn cond(&mut self, index: Value, branches: &[Arc<Function>], args: &[Value]) -> Result<Vec<Value>> {
        self.emit(Cond { branches: branches.to_vec() }, &[&[index], args].concat())
    }
}

/// The operand, with a derivative only for the examples that are `here`.
fn guarded(b: &mut Builder, batch: &Batch, here: Value, arg: Mapped) -> Result<Mapped> {
    if !b.ty(arg.value).dtype.is_inexact() {
        return Ok(arg);
    }
    let x = batching::front(b, batch, arg)?;
    let fixed = b.stop_gradient(x)?;
    let here = b.broadcast_in_dim(here, &b.ty(x).shape.clone(), &[0])?;
    Ok(Mapped::yes(b.select(here, x, fixed)?))
}

//! Steps with functions inside.

use std::sync::Arc;

use keramos_ir::ops::{Policy, RngAlgorithm, RngBitGenerator, Scan, Steps};
use keramos_ir::transform::{jvp, vjp};
use keramos_ir::{Array, Buffer, Builder, DType, Function, IrError, Result, TensorType, Value};

use super::{Choices, Made, Maker};

impl Maker {
    pub(super) fn function_inside(&mut self) -> Made {
        if self.depth > 1 {
            return Ok(Vec::new());
        }
        match self.c.below(11) {
            0 => {
                let (args, function) = self.same_types("callee")?;
                self.b.call(&function, &args)
            }
            1 => self.custom_jvp(),
            2 if self.domain.backward_only => self.custom_vjp(),
            3 => {
                let (args, function) = self.same_types("again")?;
                let policy = match self.c.below(3) {
                    0 => Policy::nothing(),
                    1 => Policy::everything(),
                    _ => Policy::dots(),
                };
                let prevent_cse = self.c.once_in(2);
                self.b.checkpoint(&function, policy, prevent_cse, &args)
            }
            4 if self.domain.forward_only => self.loop_while(),
            5 => self.cond(),
            6 => self.reduction_by_function(),
            7 if self.domain.kinks => self.random_bits(),
            8 => self.mapped(),
            _ => self.scan(),
        }
    }

    /// Some values to hand over.
    fn some(&mut self, most: usize, fits: impl Fn(&TensorType) -> bool) -> Vec<Value> {
        let count = 1 + self.c.below(most);
        (0..count).filter_map(|_| self.find(&fits)).collect()
    }

    fn types(&self, values: &[Value]) -> Vec<TensorType> {
        values.iter().map(|&v| self.b.ty(v).clone()).collect()
    }

    /// A function of a few steps, not finished.
    pub(super) fn inner(&mut self, name: &str, params: &[TensorType]) -> Maker {
        let mut inner = Maker::new(name, params, self.domain, self.depth + 1);
        inner.mapped = self.mapped.clone();
        for _ in 0..=self.c.below(3) {
            inner.step(self.c.bits());
        }
        inner.c = Choices(self.c.bits());
        inner
    }

    /// The function that returns values of the wanted types, the last made of each.
    fn returning(mut self, wanted: &[TensorType]) -> Result<Function> {
        let mut results = Vec::new();
        for ty in wanted {
            results.push(match self.find(|found| found == ty) {
                Some(value) => value,
                None => self.b.full(ty, 0.5)?,
            });
        }
        Ok(self.b.finish(results))
    }

    /// Arguments, and a function that takes them and returns values of their types.
    fn same_types(&mut self, name: &str) -> Result<(Vec<Value>, Arc<Function>)> {
        let args = self.some(3, |_| true);
        let types = self.types(&args);
        let function = self.inner(name, &types).returning(&types)?;
        Ok((args, Arc::new(function)))
    }

    /// As [`Maker::same_types`], of floats.
    fn floats(&mut self, name: &str) -> Result<(Vec<Value>, Arc<Function>)> {
        let args = self.some(2, |ty| ty.dtype.is_float());
        let types = self.types(&args);
        let function = self.inner(name, &types).returning(&types)?;
        Ok((args, Arc::new(function)))
    }

    fn custom_jvp(&mut self) -> Made {
        let (args, function) = self.floats("value")?;
        let all = vec![true; args.len()];
        match jvp(&function, &all, &all) {
            Ok(derivative) if !args.is_empty() => {
                // A rule gets the results, too.
                let mut rule = Builder::new("rule");
                let of_args: Vec<Value> = function.param_types().into_iter().map(|ty| rule.param(ty)).collect();
                let of_results: Vec<Value> = function.result_types().into_iter().map(|ty| rule.param(ty)).collect();
                let tangents: Vec<Value> = function.param_types().into_iter().map(|ty| rule.param(ty)).collect();
                let mut results = rule.inline(&derivative.function, &[of_args, tangents].concat())?;
                if self.c.once_in(2) {
                    results.splice(..of_results.len(), of_results);
                }
                let rule = rule.finish(results);
                self.b.custom_jvp(&function, &Arc::new(rule), &args)
            }
            Ok(_) | Err(IrError::NoRule { .. }) => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    /// The function's own derivative, with its operands as residuals.
    fn custom_vjp(&mut self) -> Made {
        let (args, function) = self.floats("value")?;
        let types = self.types(&args);
        let pull = match vjp(&function, &vec![true; args.len()]) {
            Ok(pull) if !args.is_empty() => pull,
            Ok(_) | Err(IrError::NoRule { .. }) => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let mut fwd = Builder::new("fwd");
        let params: Vec<Value> = types.iter().map(|ty| fwd.param(ty.clone())).collect();
        let results = fwd.inline(&function, &params)?;
        let fwd = fwd.finish([results, params].concat());
        let mut bwd = Builder::new("bwd");
        let params: Vec<Value> = pull.param_types().into_iter().map(|ty| bwd.param(ty)).collect();
        let cotangents = bwd.inline(&pull, &params)?.split_off(types.len());
        let bwd = bwd.finish(cotangents);
        self.b.custom_vjp(&function, &Arc::new(fwd), &Arc::new(bwd), &args)
    }

    /// By a function that is associative and commutative: a + b + a·b, or the product of complex numbers.
    fn reduction_by_function(&mut self) -> Made {
        let Some(x) = self.find(|ty| ty.dtype.is_float() && ty.rank() > 0) else { return Ok(Vec::new()) };
        let (x, y) = (self.calm(x)?, self.like(x));
        let y = self.calm(y)?;
        let ty = self.b.ty(x).clone();
        let scalar = TensorType::scalar(ty.dtype);
        let (xs, starts) = if self.c.once_in(2) { (vec![x], vec![0.0]) } else { (vec![x, y], vec![1.0, 0.0]) };
        let mut computation = Builder::new("computation");
        let v: Vec<Value> = (0..2 * xs.len()).map(|_| computation.param(scalar.clone())).collect();
        let results = if let &[a, b] = v.as_slice() {
            let (sum, product) = (computation.add(a, b)?, computation.mul(a, b)?);
            vec![computation.add(sum, product)?]
        } else {
            let mut mul = |i: usize, j: usize| computation.mul(v[i], v[j]);
            let (rr, ii, ri, ir) = (mul(0, 2)?, mul(1, 3)?, mul(0, 3)?, mul(1, 2)?);
            vec![computation.sub(rr, ii)?, computation.add(ri, ir)?]
        };
        let computation = Arc::new(computation.finish(results));
        let mut inits = Vec::new();
        for start in starts {
            inits.push(self.b.constant(Array::scalar(ty.dtype, start))?);
        }
        let made = if self.domain.forward_only && self.c.once_in(2) {
            let window = self.window(&ty, true);
            self.b.custom_reduce_window(&computation, &xs, &inits, window)?
        } else {
            let axes = self.c.subset(ty.rank());
            self.b.custom_reduce(&computation, &xs, &inits, &axes)?
        };
        self.calm_all(made)
    }

    /// Bits by a cipher of integers of the program, or by a generator under a key that all examples share.
    fn random_bits(&mut self) -> Made {
        let Some(x) = self.find(|ty| ty.dtype == DType::I32) else { return Ok(Vec::new()) };
        let bits = if self.c.once_in(2) {
            let x = self.b.bitcast_convert(x, DType::U32)?;
            let key = self.b.constant(Array::scalar(DType::U32, 77.0))?;
            self.b.threefry2x32(key, key, x, x)?.to_vec()
        } else {
            let key = self.c.below(99) as u32;
            let key = self.b.constant(Array::new([4], Buffer::U32(vec![key, 1, 2, key]))?)?;
            let algorithm = self.c.of(&[RngAlgorithm::Threefry, RngAlgorithm::Philox]);
            let shape = self.b.ty(x).shape.clone();
            vec![self.b.rng_bit_generator(key, RngBitGenerator { algorithm, shape, dtype: DType::U32 })?.1]
        };
        bits.into_iter().map(|bits| self.b.bitcast_convert(bits, DType::I32)).collect()
    }

    fn cond(&mut self) -> Made {
        let args = self.some(3, |_| true);
        let types = self.types(&args);
        let results: Vec<TensorType> = types.iter().take(2).cloned().collect();
        let mut branches = Vec::new();
        for i in 0..=self.c.below(3) {
            branches.push(Arc::new(self.inner(&format!("branch{i}"), &types).returning(&results)?));
        }
        let index = self.scalar_index()?;
        self.b.cond(index, &branches, &args)
    }

    /// A counter, and other values that are carried along; sometimes one of them can end it early.
    fn loop_while(&mut self) -> Made {
        let args = self.some(2, |_| true);
        let types = [vec![TensorType::scalar(DType::I32)], self.types(&args)].concat();
        let mut cond = Builder::new("goes_on");
        let params: Vec<Value> = types.iter().map(|ty| cond.param(ty.clone())).collect();
        let limit = cond.constant(Array::scalar(DType::I32, self.c.below(4) as f64))?;
        let mut holds = cond.lt(params[0], limit)?;
        if self.domain.kinks && types[1].dtype.is_float() && self.c.once_in(2) {
            let all: Vec<usize> = (0..types[1].rank()).collect();
            let sum = cond.reduce_sum(params[1], &all)?;
            let zero = cond.full_like(sum, 0.0)?;
            let positive = cond.gt(sum, zero)?;
            holds = cond.and(holds, positive)?;
        }
        let cond = cond.finish(vec![holds]);

        let step = self.inner("step", &types).returning(&types)?;
        let mut body = Builder::new("body");
        let params: Vec<Value> = types.iter().map(|ty| body.param(ty.clone())).collect();
        let mut next = body.inline(&step, &params)?;
        next[0] = body.add_scalar(params[0], 1.0)?;
        let start = self.b.constant(Array::scalar(DType::I32, 0.0))?;
        self.b.while_loop(&Arc::new(cond), &Arc::new(body.finish(next)), &[vec![start], args].concat())
    }

    fn scan(&mut self) -> Made {
        let Some(x) = self.find(|ty| ty.rank() > 0) else { return Ok(Vec::new()) };
        let length = self.b.ty(x).shape[0];
        let mut xs = vec![x];
        if self.c.once_in(2) {
            xs.extend(self.find(|ty| ty.shape.first() == Some(&length)));
        }
        let consts = if self.c.once_in(2) { vec![self.any()] } else { Vec::new() };
        let carry = self.some(2, |_| true);
        let slices = xs.iter().map(|&x| {
            let ty = self.b.ty(x);
            ty.with_shape(&ty.shape[1..])
        });
        let slices: Vec<TensorType> = slices.collect();
        let carried = self.types(&carry);
        let params = [self.types(&consts), carried.clone(), slices].concat();
        let mut inner = self.inner("step", &params);
        // Outputs are what the step made last, if it is small.
        let last = inner.pool[inner.pool.len() - 1];
        let output = inner.b.ty(last).clone();
        let wanted = if output.size() * length <= super::MAX_SIZE { [carried, vec![output]].concat() } else { carried };
        let mut ends: Vec<Value> = Vec::new();
        for ty in &wanted {
            ends.push(inner.find(|found| found == ty).unwrap_or(last));
        }
        let steps = Steps { length, reverse: self.c.once_in(2), unroll: self.c.of(&[1, 1, 2]) };
        let body = Arc::new(inner.b.finish(ends));
        let scan = Scan { body, num_consts: consts.len(), num_carry: carry.len(), steps };
        self.b.emit(scan, &[consts, carry, xs].concat())
    }
}

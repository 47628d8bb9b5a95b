//! Loops and branches.

use std::sync::Arc;

use super::Samples;
use crate::ops::{
    Checkpoint, CheckpointName, Cond, CustomLinear, CustomReduce, CustomReduceWindow, CustomVjp, LinearSolve, Policy,
    Scan, Steps, While, Window,
};
use crate::{Array, Builder, DType, Function, Result, TensorType, Value};

impl Samples {
    /// A function of parameters of the given types.
    fn function(
        &self,
        name: &str,
        types: &[TensorType],
        body: impl FnOnce(&mut Builder, &[Value]) -> Result<Vec<Value>>,
    ) -> Result<Arc<Function>> {
        let mut b = Builder::new(name);
        let params: Vec<Value> = types.iter().map(|ty| b.param(ty.clone())).collect();
        let results = body(&mut b, &params)?;
        Ok(Arc::new(b.finish(results)))
    }

    pub(super) fn loops(&mut self) -> Result<()> {
        let types = [TensorType::scalar(DType::I32), TensorType::scalar(self.float)];
        let cond = self.function("cond", &types, |b, v| {
            let limit = b.constant(Array::scalar(DType::I32, 4.0))?;
            Ok(vec![b.lt(v[0], limit)?])
        })?;
        let body = self.function("body", &types, |b, v| Ok(vec![b.add_scalar(v[0], 1.0)?, b.sin(v[1])?]))?;
        self.add(While { cond, body }, [Array::scalar(DType::I32, 0.0), Array::scalar(self.float, 0.3)]);
        Ok(())
    }

    pub(super) fn scans(&mut self) -> Result<()> {
        let vector = TensorType::new(self.float, [2]);
        // A constant, a carry that the constant reaches, a counter; an input that is an output too.
        let types = [vector.clone(), vector.clone(), TensorType::scalar(DType::I32), vector];
        let body = self.function("step", &types, |b, v| {
            let &[w, h, i, x] = v else { return Ok(Vec::new()) };
            let (wx, wave) = (b.mul(w, x)?, b.sin(w)?);
            let sum = b.add(wx, h)?;
            let next = b.tanh(sum)?;
            let count = b.convert(i, b.ty(h).dtype)?;
            let count = b.broadcast(count, &[2])?;
            let (scaled, out) = (b.mul(count, wave)?, b.mul(h, x)?);
            let out = b.add(out, scaled)?;
            Ok(vec![next, b.add_scalar(i, 1.0)?, out, x])
        })?;
        for (length, reverse, unroll) in [(5, false, 1), (5, true, 2), (1, false, 1), (0, true, 1), (3, true, 8)] {
            let steps = Steps { length, reverse, unroll };
            let scan = Scan { body: body.clone(), num_consts: 1, num_carry: 2, steps };
            let start = Array::scalar(DType::I32, 2.0);
            self.add(scan, [self.x(&[2])?, self.y(&[2])?, start, self.x(&[length, 2])?]);
        }
        Ok(())
    }

    pub(super) fn branches(&mut self) -> Result<()> {
        let ty = TensorType::new(self.float, [3]);
        let types = [ty.clone(), ty];
        let product = self.function("product", &types, |b, v| {
            let product = b.mul(v[0], v[1])?;
            Ok(vec![b.sin(product)?, v[1]])
        })?;
        let first = self.function("first", &types, |b, v| Ok(vec![v[0], b.tanh(v[0])?]))?;
        let constant = self.function("constant", &types, |b, v| {
            let one = b.full_like(v[0], 1.0)?;
            Ok(vec![one, b.add(one, v[1])?])
        })?;
        let branches = vec![product, first, constant];
        for index in [0.0, 1.0, 7.0, -1.0] {
            let index = Array::scalar(DType::I32, index);
            self.add(Cond { branches: branches.clone() }, [index, self.x(&[3])?, self.y(&[3])?]);
        }
        Ok(())
    }

    pub(super) fn derivatives_given(&mut self) -> Result<()> {
        let (vector, count) = (TensorType::new(self.float, [3]), TensorType::scalar(DType::I32));
        let types = [vector.clone(), count, vector.clone()];
        let function = self.function("wave", &types, |b, v| {
            let sin = b.sin(v[0])?;
            Ok(vec![b.mul(sin, v[2])?, v[1]])
        })?;
        let fwd = self.function("wave_fwd", &types, |b, v| {
            let (sin, cos) = (b.sin(v[0])?, b.cos(v[0])?);
            Ok(vec![b.mul(sin, v[2])?, v[1], sin, cos, v[2]])
        })?;
        let bwd = self.function("wave_bwd", &[&vector; 4].map(Clone::clone), |b, v| {
            let &[sin, cos, x, ct] = v else { return Ok(Vec::new()) };
            let slope = b.mul(cos, x)?;
            Ok(vec![b.mul(ct, slope)?, b.mul(ct, sin)?])
        })?;
        let operands = [self.x(&[3])?, Array::scalar(DType::I32, 5.0), self.y(&[3])?];
        self.add(CustomVjp { function: function.clone(), fwd, bwd: bwd.clone() }, operands.clone());
        let residuals = [self.x(&[3])?, self.y(&[3])?, self.floats(&[3], (0.1, 0.8))?];
        self.add(CustomLinear { bwd, num_residuals: 3 }, [&residuals[..], &[self.y(&[3])?, self.x(&[3])?]].concat());

        let policies = [Policy::nothing(), Policy::dots(), Policy::any_names_but(["b"]).or(Policy::only_names(["b"]))];
        for policy in policies {
            let named = self.function("named", &types, |b, v| {
                let sin = b.sin(v[0])?;
                let sin = b.checkpoint_name(sin, "a")?;
                let wave = b.sin(sin)?;
                Ok(vec![b.mul(wave, v[2])?, v[1]])
            })?;
            self.add(Checkpoint { function: named, policy, prevent_cse: true, again: false }, operands.clone());
        }
        self.add(Checkpoint { function, policy: Policy::everything(), prevent_cse: false, again: true }, operands);
        self.add(CheckpointName { name: "x".into() }, [self.x(&[3])?]);
        // The matrix diag(a): its own transpose.
        let types = vec![TensorType::new(self.float, [3]); 2];
        let matvec = self.function("scaled", &types, |b, v| Ok(vec![b.mul(v[0], v[1])?]))?;
        let solve = self.function("unscaled", &types, |b, v| Ok(vec![b.div(v[1], v[0])?]))?;
        let functions = vec![matvec.clone(), solve.clone(), matvec, solve];
        self.add(LinearSolve { functions }, [self.floats(&[3], (0.5, 2.0))?, self.y(&[3])?]);
        Ok(())
    }

    /// Reductions by functions: the product of complex numbers by their parts, a + b + a·b, and the place of
    /// the largest element.
    pub(super) fn custom_reductions(&mut self) -> Result<()> {
        let real = TensorType::scalar(self.float);
        let product = self.function("product", &vec![real.clone(); 4], |b, v| {
            let (ac, bd, ad, bc) = (b.mul(v[0], v[2])?, b.mul(v[1], v[3])?, b.mul(v[0], v[3])?, b.mul(v[1], v[2])?);
            Ok(vec![b.sub(ac, bd)?, b.add(ad, bc)?])
        })?;
        let growth = self.function("growth", &vec![real.clone(); 2], |b, v| {
            let (sum, both) = (b.add(v[0], v[1])?, b.mul(v[0], v[1])?);
            Ok(vec![b.add(sum, both)?])
        })?;
        let place = TensorType::scalar(DType::I32);
        let largest = self.function("largest", &[real.clone(), place.clone(), real, place], |b, v| {
            let first = b.ge(v[0], v[2])?;
            Ok(vec![b.select(first, v[0], v[2])?, b.select(first, v[1], v[3])?])
        })?;
        let (x, y) = (self.x(&[2, 3, 5])?, self.y(&[2, 3, 5])?);
        let (one, zero) = (Array::scalar(self.float, 1.0), Array::scalar(self.float, 0.0));
        let places = self.ints(DType::I32, &[2, 3, 5], &(0..30).collect::<Vec<_>>())?;
        let start = [Array::scalar(self.float, f64::NEG_INFINITY), Array::scalar(DType::I32, 0.0)];
        let window = Window::new([1, 2, 3], [1, 1, 2]).padded([(0, 0), (1, 0), (1, 1)]);
        let cases = [
            (product, vec![x.clone(), y, one, zero.clone()]),
            (growth, vec![x.clone(), zero]),
            (largest, [&[x, places][..], &start].concat()),
        ];
        for (computation, operands) in cases {
            for axes in [vec![2, 0], vec![1], vec![]] {
                self.add(CustomReduce { computation: computation.clone(), axes }, operands.clone());
            }
            self.add(CustomReduceWindow { computation, window: window.clone() }, operands);
        }
        Ok(())
    }
}

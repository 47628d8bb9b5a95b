//! Steps that map a function over examples that know of each other.

use std::sync::Arc;

use keramos_ir::ops::{CollectiveKind, Extremum};
use keramos_ir::transform::vmap;
use keramos_ir::{Batch, Primitive, TensorType, Value};

use super::{Choices, MAX_SIZE, Made, Maker};

impl Maker {
    /// A function with collectives inside, of the rows of some values and of others as they are.
    pub(super) fn mapped(&mut self) -> Made {
        let rows = |ty: &TensorType| ty.rank() > 0 && (1..=3).contains(&ty.shape[0]);
        let Some(x) = self.find(rows) else { return Ok(Vec::new()) };
        let size = self.b.ty(x).shape[0];
        let mut args = vec![x, self.any()];
        args.extend(self.find(|ty| ty.rank() > 0 && ty.shape[0] == size));
        let mapped: Vec<bool> = args
            .iter()
            .enumerate()
            .map(|(i, &v)| i == 0 || (self.b.ty(v).shape.first() == Some(&size) && self.c.once_in(2)))
            .collect();
        let types = args.iter().zip(&mapped).map(|(&v, &mapped)| {
            let ty = self.b.ty(v);
            if mapped { ty.with_shape(&ty.shape[1..]) } else { ty.clone() }
        });
        let types: Vec<TensorType> = types.collect();
        let mut example = self.inner("example", &types);
        for _ in 0..=self.c.below(2) {
            example.collective(size, Choices(self.c.bits()))?;
        }
        let results = [example.pool.len() - 1, example.pool.len() / 2].map(|i| example.pool[i]).to_vec();
        let example = example.b.finish(results);
        let (batched, _) = vmap(&example, &mapped, &Batch::named(size, "i"), &[])?;
        self.mapped.borrow_mut().push(example);
        self.b.inline(&batched, &args)
    }

    /// A collective along the axis `i`.
    fn collective(&mut self, size: usize, choices: Choices) -> keramos_ir::Result<()> {
        self.c = choices;
        let axis: Arc<str> = Arc::from("i");
        let x = self.any();
        let rank = self.b.ty(x).rank();
        let (dim, tiled) = (self.c.below(rank + 1), self.c.once_in(2));
        let kind = match self.c.below(if self.domain.kinks { 7 } else { 5 }) {
            0 => CollectiveKind::Sum,
            1 => CollectiveKind::Gather { dim, tiled },
            2 => {
                let to = self.c.shuffled(size);
                let some = self.c.subset(size);
                CollectiveKind::Permute { pairs: some.into_iter().map(|from| (from, to[from])).collect() }
            }
            3 => {
                CollectiveKind::Exchange { split: self.c.below(rank.max(1)), concat: self.c.below(rank.max(1)), tiled }
            }
            4 => CollectiveKind::SumScatter { dim, tiled },
            5 => CollectiveKind::Extremum(self.c.of(&[Extremum::Max, Extremum::Min])),
            _ => CollectiveKind::Index,
        };
        let operand = (kind != CollectiveKind::Index).then_some(x);
        let collective = keramos_ir::ops::Collective { kind, axis_name: axis, axis_size: size };
        let operands: Vec<Value> = operand.into_iter().collect();
        let types: Vec<&TensorType> = operands.iter().map(|&v| self.b.ty(v)).collect();
        if !collective.infer(&types).is_ok_and(|made| made.iter().all(|ty| ty.size() <= MAX_SIZE)) {
            return Ok(());
        }
        let made = self.b.emit1(collective, &operands)?;
        let made = self.calm(made)?;
        self.pool.push(made);
        Ok(())
    }
}

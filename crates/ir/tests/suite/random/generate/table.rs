//! Steps that apply any row of the op table, so that no primitive is missing from the programs.

use std::sync::OnceLock;

use keramos_ir::ops::samples::{Sample, all};
use keramos_ir::ops::{ComplexPart, Convert, Slice};
use keramos_ir::transform::{jvp, vjp};
use keramos_ir::{Builder, DType, Function, Op, Primitive, Result, TensorType, Value};

use super::{Domain, MAX_SIZE, Made, Maker};

/// A row of the op table on operands that it is defined on.
struct Row {
    sample: Sample,
    /// For each operand, whether values of the program may move it.
    moves: Vec<bool>,
    /// The same where the program is differentiated: those with a derivative.
    differentiable: Vec<bool>,
    /// Which derivatives it has along them.
    forward: bool,
    backward: bool,
    twice: bool,
    /// Whether differences say something about its slopes.
    smooth: bool,
}

/// The rows of each primitive.
type Table = Vec<Vec<Row>>;

fn table(float: DType) -> &'static Table {
    static TABLES: [OnceLock<Table>; 2] = [OnceLock::new(), OnceLock::new()];
    TABLES[usize::from(float == DType::F64)].get_or_init(|| {
        let mut table: Table = Vec::new();
        for sample in all(float).unwrap() {
            let name = sample.op.name();
            let row = Row::new(sample, float).unwrap();
            match table.iter_mut().find(|rows| rows[0].sample.op.name() == name) {
                Some(rows) => rows.push(row),
                None => table.push(vec![row]),
            }
        }
        table
    })
}

fn apply(sample: &Sample) -> Result<Function> {
    let mut b = Builder::new("sample");
    let params: Vec<Value> = sample.operands.iter().map(|x| b.param(x.ty().clone())).collect();
    let results = b.emit(sample.op.clone(), &params)?;
    Ok(b.finish(results))
}

impl Row {
    fn new(sample: Sample, float: DType) -> Result<Row> {
        let f = apply(&sample)?;
        let (params, results) = (f.param_types(), f.result_types());
        // Scalars stay as they are: the start of a reduction must remain neutral, a counter whole.
        let moves: Vec<bool> = params.iter().map(|ty| ty.dtype.is_inexact() && ty.rank() > 0).collect();
        let every = vec![true; results.len()];
        let differentiable: Vec<bool> = (0..moves.len())
            .map(|i| {
                let alone: Vec<bool> = (0..moves.len()).map(|j| j == i).collect();
                moves[i] && (jvp(&f, &alone, &every).is_ok() || vjp(&f, &alone).is_ok())
            })
            .collect();
        let some = differentiable.contains(&true);
        // Rounding to fewer bits would hide slopes, and JAX takes a complex number's direction to be constant, knows
        // one branch of the derivative of acosh, and chooses the phases of singular vectors' derivatives.
        let wide = |ty: &TensorType| !ty.dtype.is_inexact() || ty.dtype == float || Some(ty.dtype) == float.complex();
        let complex = params.iter().any(|ty| ty.dtype.is_complex());
        let name = sample.op.name();
        let exact = params.iter().chain(&results).all(wide)
            && name != "reduce_precision"
            && !(complex && matches!(name, "sign" | "acosh" | "eigh" | "svd"));
        let back = vjp(&f, &differentiable);
        let twice = back.as_ref().is_ok_and(|pull| {
            let active: Vec<bool> = pull.param_types().iter().map(|ty| ty.dtype.is_inexact()).collect();
            let active: Vec<bool> =
                active.iter().enumerate().map(|(i, &a)| a && differentiable.get(i).copied().unwrap_or(true)).collect();
            jvp(pull, &active, &vec![true; pull.results.len()]).is_ok()
        });
        Ok(Row {
            forward: some && exact && jvp(&f, &differentiable, &every).is_ok(),
            backward: some && exact && back.is_ok(),
            twice,
            smooth: name != "stop_gradient",
            sample,
            moves,
            differentiable,
        })
    }

    fn fits(&self, domain: Domain) -> bool {
        if !domain.iterative && matches!(self.sample.op, Op::Eigh(_) | Op::Svd(_)) {
            return false;
        }
        if domain.no_derivative {
            return true;
        }
        (domain.kinks || (self.smooth && self.forward))
            && (domain.backward_only || self.forward)
            && (domain.forward_only || self.backward)
            && (!domain.twice || self.twice)
    }
}

impl Maker {
    /// A row of the table on its operands, moved a little by a value of the program.
    pub(super) fn tabled(&mut self) -> Made {
        let domain = self.domain;
        let table = table(domain.float);
        let primitive = &table[self.c.below(table.len())];
        let rows: Vec<&Row> = primitive.iter().filter(|row| row.fits(domain)).collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let row = self.c.of(&rows);
        let moves = if domain.no_derivative { &row.moves } else { &row.differentiable };
        let by = self.little()?;
        let mut operands = Vec::new();
        for (operand, &moves) in row.sample.operands.iter().zip(moves) {
            let constant = self.b.constant(operand.clone())?;
            operands.push(match by {
                Some(by) if moves => {
                    let by = self.b.emit1(Convert { dtype: operand.ty().dtype }, &[by])?;
                    let by = self.b.broadcast(by, &operand.ty().shape)?;
                    self.b.add(constant, by)?
                }
                _ => constant,
            });
        }
        let results = self.b.emit(row.sample.op.clone(), &operands)?;
        let mut made = Vec::new();
        for result in results {
            made.extend(self.handy(result)?);
        }
        self.calm_all(made)
    }

    /// A scalar near 0 that a float of the program makes, if there is one.
    fn little(&mut self) -> Result<Option<Value>> {
        let Some(x) = self.find(|ty| ty.dtype.is_float() && ty.size() > 0) else { return Ok(None) };
        let size = self.b.ty(x).size();
        let flat = self.b.reshape(x, &[size])?;
        let first = self.b.slice_in_dim(flat, 0, 1, 0)?;
        let first = self.b.reshape(first, &[])?;
        let first = self.b.emit1(Convert { dtype: self.domain.float }, &[first])?;
        let wave = self.b.sin(first)?;
        self.b.mul_scalar(wave, 0.01).map(Some)
    }

    /// What later steps can use of a value of any type and size.
    fn handy(&mut self, x: Value) -> Made {
        let ty = self.b.ty(x).clone();
        if ty.size() == 0 {
            return Ok(Vec::new());
        }
        let parts = match ty.dtype {
            dtype if dtype.is_complex() => {
                vec![self.b.emit1(ComplexPart::Real, &[x])?, self.b.emit1(ComplexPart::Imag, &[x])?]
            }
            _ => vec![x],
        };
        let mut handy = Vec::new();
        for mut part in parts {
            let dtype = self.b.ty(part).dtype;
            let wanted = match dtype {
                _ if dtype.is_float() => self.domain.float,
                _ if !self.domain.kinks => continue,
                DType::Bool | DType::U8 => dtype,
                _ => DType::I32,
            };
            if dtype != wanted {
                part = self.b.emit1(Convert { dtype: wanted }, &[part])?;
            }
            if ty.size() > MAX_SIZE {
                let flat = self.b.reshape(part, &[ty.size()])?;
                let (limit, strides) = (vec![ty.size()], vec![ty.size().div_ceil(MAX_SIZE)]);
                part = self.b.emit1(Slice { start: vec![0], limit, strides }, &[flat])?;
            }
            handy.push(part);
        }
        Ok(handy)
    }
}

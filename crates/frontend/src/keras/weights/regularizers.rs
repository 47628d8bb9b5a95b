//! `keras.regularizers`: penalties on the size of weights and activations.

use keramos_ir::DType;

use super::rule::{self, Rule, RuleObject};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The classes of `keras.regularizers`.
pub const CLASSES: &[&ClassDecl] = &[&L1, &L2, &L1_L2, &ORTHOGONAL];

/// The functions of `keras.regularizers`.
pub const FUNCTIONS: &[&FunctionDecl] = &[&GET];

static GET: FunctionDecl = FunctionDecl {
    name: "get",
    signature: Signature::new(&[Param::required("identifier")]),
    doc: "The regularizer of the given name; objects are returned as they are.",
    call: |interp, args| {
        let identifier = args.get("identifier")?.clone();
        Ok(get(interp, &identifier)?.unwrap_or(Value::None))
    },
};

/// The regularizer that an argument names; `None` is none.
///
/// # Errors
/// K0303: no regularizer has that name, or the value cannot be called.
pub fn get(interp: &mut Interp, identifier: &Value) -> Result<Option<Value>> {
    rule::get(interp, identifier, "regularizer", CLASSES)
}

/// `L1L2`.
pub(in crate::keras) const L1L2: &ClassDecl = &L1_L2;

const BASES: &[&str] = &["Regularizer"];

static L1: ClassDecl = ClassDecl {
    name: "L1",
    aliases: &["l1"],
    bases: BASES,
    signature: Signature::new(&[Param::new("l1", Default::Float(0.01))]),
    doc: "l1·Σ|x|.",
    new: |_, args| {
        let l1 = factor(args, "l1")?.unwrap_or(0.01);
        RuleObject::value(&L1, args, Norms { l1: Some(l1), l2: None })
    },
    methods: &[],
};

static L2: ClassDecl = ClassDecl {
    name: "L2",
    aliases: &["l2"],
    bases: BASES,
    signature: Signature::new(&[Param::new("l2", Default::Float(0.01))]),
    doc: "l2·Σx².",
    new: |_, args| {
        let l2 = factor(args, "l2")?.unwrap_or(0.01);
        RuleObject::value(&L2, args, Norms { l1: None, l2: Some(l2) })
    },
    methods: &[],
};

static L1_L2: ClassDecl = ClassDecl {
    name: "L1L2",
    aliases: &["l1_l2"],
    bases: BASES,
    signature: Signature::new(&[Param::new("l1", Default::Float(0.0)), Param::new("l2", Default::Float(0.0))]),
    doc: "l1·Σ|x| + l2·Σx².",
    new: |_, args| {
        let nonzero = |name| factor(args, name).map(|f| f.filter(|&f| f != 0.0));
        RuleObject::value(&L1_L2, args, Norms { l1: nonzero("l1")?, l2: nonzero("l2")? })
    },
    methods: &[],
};

static ORTHOGONAL: ClassDecl = ClassDecl {
    name: "OrthogonalRegularizer",
    aliases: &["orthogonal_regularizer"],
    bases: BASES,
    signature: Signature::new(&[Param::new("factor", Default::Float(0.01)), Param::new("mode", Default::Str("rows"))]),
    doc: "The mean of the cosines between different rows (or columns) of a matrix, without sign, times `factor`.",
    new: |_, args| {
        let factor = factor(args, "factor")?.ok_or_else(|| args.invalid("factor", "a number"))?;
        let rows = args.one_of("mode", &["rows", "columns"])? == "rows";
        RuleObject::value(&ORTHOGONAL, args, Orthogonal { factor, rows })
    },
    methods: &[],
};

/// A factor that is not negative; `None` if it is `None`.
fn factor(args: &Bound, name: &str) -> Result<Option<f64>> {
    if args.some(name)?.is_none() {
        return Ok(None);
    }
    let factor = args.f64(name)?;
    if factor.is_finite() && factor >= 0.0 {
        return Ok(Some(factor));
    }
    let message =
        format!("`{name}` of {}() must be a finite number that is not negative, found {factor}", args.function());
    Err(Error::argument(message))
}

/// l1·Σ|x| + l2·Σx².
#[derive(Debug)]
struct Norms {
    l1: Option<f64>,
    l2: Option<f64>,
}

impl Rule for Norms {
    fn apply(&self, interp: &mut Interp, x: &Tensor) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let axes: Vec<usize> = (0..x.rank()).collect();
        let mut total = None;
        let absolute: Size = Tracer::abs;
        for (factor, size) in [(self.l1, absolute), (self.l2, Tracer::square)] {
            let Some(factor) = factor else { continue };
            let sizes = size(t, x)?;
            let sum = t.sum(&sizes, &axes, false)?;
            let scaled = t.mul_scalar(&sum, factor)?;
            total = Some(match total {
                Some(total) => t.add(&total, &scaled)?,
                None => scaled,
            });
        }
        match total {
            Some(total) => Ok(total),
            None => t.scalar(x.dtype(), 0.0),
        }
    }
}

/// How large each element is.
type Size = fn(&mut Tracer, &Tensor) -> Result<Tensor>;

#[derive(Debug)]
struct Orthogonal {
    factor: f64,
    rows: bool,
}

impl Rule for Orthogonal {
    fn apply(&self, interp: &mut Interp, x: &Tensor) -> Result<Tensor> {
        if x.rank() != 2 {
            return Err(Error::shape(format!("OrthogonalRegularizer takes matrices, found {}", x.ty()))
                .help("weights of other ranks need another regularizer, such as \"l2\""));
        }
        let t = &mut interp.tracer;
        let axis = usize::from(self.rows);
        let unit = t.l2_normalise(x, &[axis], 1e-7)?;
        let turned = t.transpose(&unit, &[1, 0])?;
        let cosines = if self.rows { t.matmul(&unit, &turned)? } else { t.matmul(&turned, &unit)? };
        let n = x.shape()[1 - axis];
        let diagonal = t.on_diagonal(n, n, 0)?;
        let diagonal = t.convert(&diagonal, x.dtype())?;
        let others = t.scalar_sub(1.0, &diagonal)?;
        let others = t.mul(&cosines, &others)?;
        let others = t.abs(&others)?;
        let sum = t.sum(&others, &[0, 1], false)?;
        let factor = t.scalar(DType::F32, self.factor)?.into_weak();
        let half = t.mul_scalar(&factor, 0.5)?;
        let scaled = t.mul(&half, &sum)?;
        let n = n as f64;
        t.div_scalar(&scaled, n * (n - 1.0) / 2.0)
    }
}

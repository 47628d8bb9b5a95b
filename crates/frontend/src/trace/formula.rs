//! Formulas: arithmetic on tensors in ordinary notation.
//!
//! Inside [`Tracer::formula`], tensors are [`Term`]s, which are copied freely and combined with `+`, `-`,
//! `*`, `/` and methods. A number takes the element type of the term that it meets. The first error of a
//! formula ends it; what follows is not evaluated.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Not, Rem, Sub};

use keramos_ir::DType;

use super::{Literal, Tensor, Tracer};
use crate::error::{Error, Result};

/// The place where a formula's terms are kept.
#[derive(Debug)]
pub struct Formula {
    tracer: RefCell<Tracer>,
    terms: RefCell<Vec<Tensor>>,
    failure: RefCell<Option<Error>>,
}

/// A value in a formula.
#[derive(Clone, Copy, Debug)]
pub struct Term<'f> {
    formula: &'f Formula,
    index: usize,
}

/// The index of terms that were not computed since something failed before.
const MISSING: usize = usize::MAX;

/// What may stand beside a term: another term or a number.
pub trait Operand<'f>: Copy {
    /// The operand as a tensor beside `other`.
    ///
    /// # Errors
    /// The constant cannot be made.
    fn beside(self, other: &Tensor, tracer: &mut Tracer) -> Result<Option<Tensor>>;
    /// The term, if it is one.
    fn term(self) -> Option<Term<'f>>;
}

impl<'f> Operand<'f> for Term<'f> {
    fn beside(self, _: &Tensor, _: &mut Tracer) -> Result<Option<Tensor>> {
        Ok(self.formula.terms.borrow().get(self.index).cloned())
    }

    fn term(self) -> Option<Term<'f>> {
        Some(self)
    }
}

impl<'f> Operand<'f> for f64 {
    fn beside(self, other: &Tensor, tracer: &mut Tracer) -> Result<Option<Tensor>> {
        let dtype = if other.dtype() == DType::Bool { DType::I32 } else { other.dtype() };
        tracer.scalar(dtype, self).map(|t| Some(t.into_weak()))
    }

    fn term(self) -> Option<Term<'f>> {
        None
    }
}

macro_rules! integer_operands {
    ($($integer:ty)*) => { $(
        impl<'f> Operand<'f> for $integer {
            fn beside(self, other: &Tensor, tracer: &mut Tracer) -> Result<Option<Tensor>> {
                let dtype = if other.dtype() == DType::Bool { DType::I32 } else { other.dtype() };
                tracer.constant(Literal::Int(self.into()).array(dtype)).map(|t| Some(t.into_weak()))
            }

            fn term(self) -> Option<Term<'f>> {
                None
            }
        }
    )* };
}

integer_operands!(i32 i64);

impl Tracer {
    /// The value of a formula of `operands`.
    ///
    /// # Errors
    /// The first error of its operations.
    pub fn compute<const N: usize>(
        &mut self,
        operands: [&Tensor; N],
        code: impl for<'f> FnOnce([Term<'f>; N]) -> Term<'f>,
    ) -> Result<Tensor> {
        self.formula(|f| code(operands.map(|x| f.of(x))))
    }

    /// The values of a formula of `operands` with several results.
    ///
    /// # Errors
    /// The first error of its operations.
    pub fn compute_all<const N: usize, const M: usize>(
        &mut self,
        operands: [&Tensor; N],
        code: impl for<'f> FnOnce([Term<'f>; N]) -> [Term<'f>; M],
    ) -> Result<[Tensor; M]> {
        let results = self.formulas(|f| code(operands.map(|x| f.of(x))).to_vec())?;
        results.try_into().map_err(|_| Error::internal("a formula lost a result"))
    }

    /// The value of a formula.
    ///
    /// # Errors
    /// The first error of its operations.
    pub fn formula(&mut self, code: impl for<'f> FnOnce(&'f Formula) -> Term<'f>) -> Result<Tensor> {
        let mut results = self.formulas(|f| vec![code(f)])?;
        results.pop().ok_or_else(|| Error::internal("a formula has no value"))
    }

    /// The values of a formula with several results.
    ///
    /// # Errors
    /// The first error of its operations.
    pub fn formulas(&mut self, code: impl for<'f> FnOnce(&'f Formula) -> Vec<Term<'f>>) -> Result<Vec<Tensor>> {
        let formula = Formula {
            tracer: RefCell::new(std::mem::take(self)),
            terms: RefCell::new(Vec::new()),
            failure: RefCell::new(None),
        };
        let results: Vec<usize> = code(&formula).into_iter().map(|term| term.index).collect();
        *self = formula.tracer.into_inner();
        if let Some(error) = formula.failure.into_inner() {
            return Err(error);
        }
        let terms = formula.terms.into_inner();
        let results = results.into_iter().map(|index| terms.get(index).cloned());
        results.collect::<Option<_>>().ok_or_else(|| Error::internal("a formula has no value"))
    }
}

impl Formula {
    /// A tensor as a term.
    pub fn of(&self, tensor: &Tensor) -> Term<'_> {
        let mut terms = self.terms.borrow_mut();
        terms.push(tensor.clone());
        Term { formula: self, index: terms.len() - 1 }
    }

    /// What `code`, which uses no terms, traces.
    pub fn trace(&self, code: impl FnOnce(&mut Tracer) -> Result<Tensor>) -> Term<'_> {
        if self.failure.borrow().is_some() {
            return Term { formula: self, index: MISSING };
        }
        let traced = match self.tracer.try_borrow_mut() {
            Ok(mut tracer) => code(&mut tracer),
            Err(_) => Err(Error::internal("a term is used inside the code of another")),
        };
        match traced {
            Ok(tensor) => self.of(&tensor),
            Err(error) => {
                *self.failure.borrow_mut() = Some(error);
                Term { formula: self, index: MISSING }
            }
        }
    }

    /// A number of type `dtype`.
    pub fn number(&self, dtype: DType, value: f64) -> Term<'_> {
        self.trace(|t| t.scalar(dtype, value))
    }
}

impl<'f> Term<'f> {
    /// The tensor; `None` if something failed before.
    fn tensor(self) -> Option<Tensor> {
        self.formula.terms.borrow().get(self.index).cloned()
    }

    /// The tensor, for code that takes more operands than methods do; `None` if something failed before.
    pub fn value(self) -> Option<Tensor> {
        self.tensor()
    }

    /// A function of this term.
    pub fn map(self, code: impl FnOnce(&mut Tracer, &Tensor) -> Result<Tensor>) -> Term<'f> {
        match self.tensor() {
            Some(x) => self.formula.trace(|t| code(t, &x)),
            None => self,
        }
    }

    /// A function of this term and another operand.
    pub fn with<O: Operand<'f>>(
        self,
        other: O,
        code: impl FnOnce(&mut Tracer, &Tensor, &Tensor) -> Result<Tensor>,
    ) -> Term<'f> {
        let Some(x) = self.tensor() else { return self };
        if let Some(missing) = other.term().filter(|term| term.index == MISSING) {
            return missing;
        }
        self.formula.trace(|t| match other.beside(&x, t)? {
            Some(y) => code(t, &x, &y),
            None => Err(Error::internal("a term belongs to another formula")),
        })
    }

    /// A number in this term's element type.
    pub fn number(self, value: impl Into<Literal>) -> Term<'f> {
        let value = value.into();
        self.map(|t, x| t.constant(value.array(x.dtype())))
    }

    /// The element type; `float32` if something failed before.
    pub fn dtype(self) -> DType {
        self.tensor().map_or(DType::F32, |x| x.dtype())
    }

    /// A number in this term's type, in its shape.
    pub fn filled(self, value: f64) -> Term<'f> {
        self.map(|t, x| t.full(&x.ty().clone(), value))
    }

    /// `self ? a : b`.
    pub fn select<A: Operand<'f>, B: Operand<'f>>(self, a: A, b: B) -> Term<'f> {
        let Some(condition) = self.tensor() else { return self };
        match (a.term(), b.term()) {
            (Some(a), _) => a.with(b, |t, a, b| t.select(&condition, a, b)),
            (None, Some(b)) => b.with(a, |t, b, a| t.select(&condition, a, b)),
            (None, None) => self.formula.trace(|_| Err(Error::internal("a choice between two numbers has no type"))),
        }
    }

    /// xᵉ by repeated multiplication.
    pub fn integer_pow(self, exponent: i32) -> Term<'f> {
        self.map(|t, x| t.build1(&[x], |b, v| b.integer_pow(v[0], exponent)))
    }

    /// Whether it is not a number.
    pub fn is_nan(self) -> Term<'f> {
        self.ne(self)
    }

    /// In another element type.
    pub fn convert(self, dtype: DType) -> Term<'f> {
        self.map(|t, x| t.convert(x, dtype))
    }

    /// As a float: integers and truth values become `float32`.
    pub fn float(self) -> Term<'f> {
        self.map(|t, x| t.to_float(x))
    }

    /// Broadcast to a shape.
    pub fn broadcast_to(self, shape: &[usize]) -> Term<'f> {
        self.map(|t, x| t.broadcast_to(x, shape))
    }

    /// Without a derivative.
    pub fn stop_gradient(self) -> Term<'f> {
        self.map(|t, x| t.stop_gradient(x))
    }
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl<'f> Term<'f> {
            $($(#[$doc])*
            pub fn $name(self) -> Term<'f> {
                self.map(|t, x| t.$name(x))
            })*
        }
    };
}

unary! {
    /// |x|.
    abs;
    /// The smallest integer not below x.
    ceil;
    /// cos x.
    cos;
    /// The error function.
    erf;
    /// Its complement.
    erfc;
    /// Its inverse.
    erf_inv;
    /// eˣ.
    exp;
    /// eˣ − 1.
    expm1;
    /// The largest integer not above x.
    floor;
    /// ln x.
    log;
    /// ln(1 + x).
    log1p;
    /// 1/(1 + e⁻ˣ).
    logistic;
    /// 1/√x.
    rsqrt;
    /// −1, 0 or 1.
    sign;
    /// sin x.
    sin;
    /// √x.
    sqrt;
    /// x².
    square;
    /// tanh x.
    tanh;
    /// 2ˣ.
    exp2;
    /// The nearest whole number, halves to even.
    round_even;
    /// Whether it is infinite.
    isinf;
    /// Whether it is neither infinite nor NaN.
    is_finite;
}

macro_rules! builder_unary {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl<'f> Term<'f> {
            $($(#[$doc])*
            pub fn $name(self) -> Term<'f> {
                self.map(|t, x| t.build1(&[x], |b, v| b.$name(v[0])))
            })*
        }
    };
}

builder_unary! {
    /// ln |Γ(x)|.
    lgamma;
    /// The derivative of ln Γ(x).
    digamma;
    /// tan x.
    tan;
    /// arctan x.
    atan;
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident => $method:ident;)*) => {
        impl<'f> Term<'f> {
            $($(#[$doc])*
            pub fn $name<O: Operand<'f>>(self, other: O) -> Term<'f> {
                self.with(other, |t, x, y| t.$method(x, y))
            })*
        }
    };
}

binary! {
    /// Logical or bitwise and.
    and => and;
    /// Logical or bitwise or.
    or => or;
    /// Logical or bitwise exclusive or.
    xor => xor;
    /// x = y.
    eq => eq;
    /// x ≠ y.
    ne => ne;
    /// x < y.
    lt => lt;
    /// x ≤ y.
    le => le;
    /// x > y.
    gt => gt;
    /// x ≥ y.
    ge => ge;
    /// max(x, y).
    max => maximum;
    /// min(x, y).
    min => minimum;
    /// xʸ.
    pow => power;
}

macro_rules! operators {
    ($($trait:ident $operator:ident $method:ident;)*) => {
        $(impl<'f, O: Operand<'f>> $trait<O> for Term<'f> {
            type Output = Term<'f>;
            fn $operator(self, other: O) -> Term<'f> {
                self.with(other, |t, x, y| t.$method(x, y))
            }
        }

        impl<'f> $trait<Term<'f>> for f64 {
            type Output = Term<'f>;
            fn $operator(self, other: Term<'f>) -> Term<'f> {
                other.with(self, |t, y, x| t.$method(x, y))
            }
        })*
    };
}

operators! {
    Add add add;
    Sub sub sub;
    Mul mul mul;
    Div div div;
    Rem rem rem;
}

impl<'f> Neg for Term<'f> {
    type Output = Term<'f>;
    fn neg(self) -> Term<'f> {
        self.map(|t, x| t.neg(x))
    }
}

impl<'f> Not for Term<'f> {
    type Output = Term<'f>;
    fn not(self) -> Term<'f> {
        self.map(|t, x| t.not(x))
    }
}

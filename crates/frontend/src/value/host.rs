//! Values that only exist at run time.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::Value;
use crate::diagnostics::Span;
use crate::keras::variable::VariableId;

/// A value that the compiler does not have: a data set, the result of a host package, or anything
/// computed from one. It may be stored, indexed, called and passed to host code; an error names
/// where it came from if it would reach a model.
#[derive(Clone, Debug)]
pub struct Host(Rc<Origin>);

#[derive(Clone, Debug)]
struct Origin {
    what: String,
    span: Option<Span>,
    /// Rows in a batch, where data came in batches.
    batch: Option<usize>,
    /// The attribute that it is of another host value.
    member: Option<String>,
    /// The function of a host package that gave it.
    function: Option<String>,
    known: Known,
    /// For what `enumerate` makes of it: the first number.
    counted: Option<i64>,
    /// Whether a function under a transform of JAX gave it, or something that it is computed from.
    transformed: bool,
    /// The name that the program gave to what it is computed from, the nearest of several, and what it took of that.
    named: Option<(Rc<str>, Taken)>,
}

/// What is known about a value that only the run has.
#[derive(Clone, Debug, Default)]
pub(crate) enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// It is an array of this type, as JAX takes it: NumPy's 64-bit numbers have 32 bits.
    Array(TensorType),
    /// It is an array of this type, which the user told.
    Told(TensorType),
    /// It is an array of which the number of rows alone is unknown: its type with either of two numbers of rows.
    Rows(Rc<[TensorType; 2]>),
    /// It is a number that follows from how many rows such arrays have: what it is with either number of rows.
    Counted(Rc<[Value; 2]>),
    /// It is this number: how many rows published data have, or what is computed from that. Loops over it are the run's, since
    /// the compiler need not go through data row by row.
    Number(Value),
    /// It is `base · factor + offset`, where `base` is what a loop of the run has reached.
    Moved { base: Rc<()>, factor: i64, offset: i64 },
    /// It is an array of so many lists of numbers, whose lengths only the run has.
    Sequences(usize),
    /// It draws random numbers, as NumPy's generators do.
    Generator,
    /// It goes through the elements of this list or tuple, and shows how far it is.
    Through(Value),
    /// It is what a step leaves for the rest of the pass, in this variable.
    Left(VariableId),
    /// It is a data set of such elements: trees whose leaves are arrays of known types.
    Elements(Value),
    /// It is a callback of that class, of which the run gives this argument.
    Callback { class: &'static str, argument: &'static str },
    /// It is a layer that looks up these tokens.
    Vocabulary(Rc<[Value]>),
}

/// What was last taken of the value that a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The value itself, or something computed from it.
    Itself,
    /// Something of its shape.
    Shape,
    /// Its length.
    Length,
    /// What a layer that looks up makes of it, a vocabulary.
    Vocabulary,
}

impl Host {
    /// A host value described by `what` (such as `keras.datasets.mnist.load_data()`), made at `span`.
    pub fn new(what: impl Into<String>, span: Option<Span>) -> Self {
        let what = what.into();
        Host(Rc::new(Origin {
            what,
            span,
            batch: None,
            member: None,
            function: None,
            known: Known::Nothing,
            counted: None,
            transformed: false,
            named: None,
        }))
    }

    /// The same value, which the program gives a name.
    #[must_use]
    pub(crate) fn with_name(&self, name: &str) -> Host {
        self.changed(|origin| {
            let looks_up = matches!((&origin.known, &origin.named), (Known::Nothing, Some((_, Taken::Vocabulary))));
            // What is to be told of a callback is its argument.
            if !looks_up && !matches!(origin.known, Known::Callback { .. }) {
                origin.named = Some((name.into(), Taken::Itself));
            }
        })
    }

    /// The same value, made by a layer that looks up out of the vocabulary with that name.
    #[must_use]
    pub(crate) fn looking_up(&self, vocabulary: &str) -> Host {
        self.changed(|origin| origin.named = Some((vocabulary.into(), Taken::Vocabulary)))
    }

    /// The same value, of which something is taken that its name alone does not tell.
    #[must_use]
    pub(crate) fn taken(&self, what: Taken) -> Host {
        match self.0.named {
            Some((_, Taken::Itself)) => self.changed(|origin| {
                if let Some((_, taken)) = &mut origin.named {
                    *taken = what;
                }
            }),
            _ => self.clone(),
        }
    }

    /// The nearest name of what it is computed from, and what was taken of that.
    pub(crate) fn named(&self) -> Option<(&str, Taken)> {
        self.0.named.as_ref().map(|(name, taken)| (&**name, *taken))
    }

    /// What is known about it.
    pub(crate) fn known(&self) -> &Known {
        &self.0.known
    }

    fn changed(&self, change: impl FnOnce(&mut Origin)) -> Host {
        let mut origin = (*self.0).clone();
        change(&mut origin);
        Host(Rc::new(origin))
    }

    /// The same value, in batches.
    #[must_use]
    pub fn with_batch(&self, batch: usize) -> Host {
        self.changed(|origin| (origin.batch, origin.member, origin.known) = (Some(batch), None, Known::Nothing))
    }

    /// The same value, not in batches.
    #[must_use]
    pub(crate) fn without_batch(&self) -> Host {
        self.changed(|origin| origin.batch = None)
    }

    /// The same value, which a function of a host package gave, such as `tensorflow.exp`.
    #[must_use]
    pub(crate) fn given_by(&self, name: &str) -> Host {
        self.changed(|origin| origin.function = Some(name.to_owned()))
    }

    /// The function of a host package, or the name in one, that it comes from.
    pub(crate) fn function(&self) -> Option<&str> {
        match (&self.0.function, self.0.span) {
            (Some(name), _) => Some(name),
            (None, None) => Some(&self.0.what),
            (None, Some(_)) => None,
        }
    }

    /// An attribute of it.
    #[must_use]
    pub fn with_member(&self, name: &str) -> Host {
        self.changed(|origin| {
            origin.member = Some(name.to_owned());
            // What the attribute is, the value under the name tells to those only who can read it.
            if matches!(origin.named, Some((_, Taken::Itself))) {
                origin.named = None;
            }
        })
    }

    /// Something computed from it, of which nothing is known but where it comes from.
    #[must_use]
    pub fn derived(&self) -> Host {
        match self.0.known {
            Known::Nothing if self.0.counted.is_none() => self.clone(),
            _ => self.know(Known::Nothing),
        }
    }

    /// Something that a function under a transform of JAX makes of it.
    #[must_use]
    pub(crate) fn transformed(&self) -> Host {
        self.changed(|origin| (origin.known, origin.counted, origin.transformed) = (Known::Nothing, None, true))
    }

    /// Whether a function under a transform of JAX gave it, or something that it is computed from.
    pub(crate) fn is_transformed(&self) -> bool {
        self.0.transformed
    }

    /// Pairs of a number, counted from `start`, and an element of it.
    #[must_use]
    pub(crate) fn enumerated(&self, start: i64) -> Host {
        self.changed(|origin| origin.counted = Some(start))
    }

    /// If it is pairs of a number and an element: the first number, and what the elements are of.
    pub(crate) fn counted(&self) -> Option<(i64, Host)> {
        Some((self.0.counted?, self.changed(|origin| origin.counted = None)))
    }

    /// The same origin with other knowledge.
    #[must_use]
    pub(crate) fn know(&self, known: Known) -> Host {
        self.changed(|origin| (origin.member, origin.known, origin.counted) = (None, known, None))
    }

    /// What a loop over it gives: a row of an array, or a number or whatever else, which is the same throughout the body.
    #[must_use]
    pub(crate) fn element(&self) -> Host {
        match self.type_in(0).and_then(|ty| Some((ty.dtype, ty.shape.get(1..)?.to_vec()))) {
            _ if self.0.counted.is_some() => self.know(Known::Nothing),
            Some((dtype, shape)) if self.member().is_none() => self.know(Known::Array(TensorType::new(dtype, shape))),
            _ => self.know(Known::Moved { base: Rc::new(()), factor: 1, offset: 0 }),
        }
    }

    /// The type of the array that it is, or whose attribute it is.
    pub(crate) fn array(&self) -> Option<&TensorType> {
        match &self.0.known {
            Known::Array(ty) | Known::Told(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type of the array that it is, or whose attribute it is; where only the data tell how many rows it has, with the
    /// first (`case` 0) or the second of two numbers of rows that stand for all.
    pub(crate) fn type_in(&self, case: usize) -> Option<&TensorType> {
        match &self.0.known {
            Known::Rows(types) => types.get(case),
            _ => self.array(),
        }
    }

    /// How many rows it has, if it is an array of a known number of them.
    pub(crate) fn rows(&self) -> Option<usize> {
        match &self.0.known {
            _ if self.0.member.is_some() => None,
            Known::Sequences(rows) => Some(*rows),
            _ => self.array()?.shape.first().copied(),
        }
    }

    /// Whether it is an array of which the number of rows alone is unknown.
    pub(crate) fn has_unknown_rows(&self) -> bool {
        matches!(self.0.known, Known::Rows(_)) && self.0.member.is_none()
    }

    /// The number that it is, counted from rows of which there are as many as [`Self::type_in`] says.
    pub(crate) fn number_in(&self, case: usize) -> Option<&Value> {
        match &self.0.known {
            Known::Counted(numbers) if self.0.member.is_none() => numbers.get(case),
            _ => self.number(),
        }
    }

    /// The number that it is, if that is known.
    pub(crate) fn number(&self) -> Option<&Value> {
        match &self.0.known {
            Known::Number(number) if self.0.member.is_none() => Some(number),
            _ => None,
        }
    }

    /// What a data set gives: a tree of arrays of known types.
    pub(crate) fn elements(&self) -> Option<&Value> {
        match &self.0.known {
            Known::Elements(elements) if self.0.member.is_none() => Some(elements),
            _ => None,
        }
    }

    /// The type that the user told.
    pub(crate) fn told(&self) -> Option<&TensorType> {
        match &self.0.known {
            Known::Told(ty) if self.0.member.is_none() => Some(ty),
            _ => None,
        }
    }

    /// The same value, an array whose type the user told.
    #[must_use]
    pub(crate) fn with_type(&self, ty: TensorType) -> Host {
        self.know(Known::Told(ty))
    }

    /// The list or tuple whose elements it goes through.
    pub(crate) fn goes_through(&self) -> Option<&Value> {
        match &self.0.known {
            Known::Through(elements) if self.0.member.is_none() => Some(elements),
            _ => None,
        }
    }

    /// The same origin, of what a step leaves in that variable for the rest of the pass.
    #[must_use]
    pub(crate) fn left_in(&self, id: VariableId) -> Host {
        self.know(Known::Left(id))
    }

    /// The variable in which a step leaves it for the rest of the pass.
    pub(crate) fn left(&self) -> Option<VariableId> {
        match self.0.known {
            Known::Left(id) if self.0.member.is_none() => Some(id),
            _ => None,
        }
    }

    /// Whether it, or what it is an attribute of, draws random numbers.
    pub(crate) fn is_generator(&self) -> bool {
        matches!(self.0.known, Known::Generator)
    }

    /// Whether it is what a loop has reached, or made of that and numbers.
    pub(crate) fn is_moved(&self) -> bool {
        matches!(self.0.known, Known::Moved { .. })
    }

    /// `self · factor + offset`.
    #[must_use]
    pub(crate) fn moved(&self, by_factor: i64, by_offset: i64) -> Host {
        let Known::Moved { base, factor, offset } = &self.0.known else { return self.derived() };
        let offset = offset.checked_mul(by_factor).and_then(|offset| offset.checked_add(by_offset));
        match (factor.checked_mul(by_factor), offset) {
            (Some(factor), Some(offset)) => self.know(Known::Moved { base: base.clone(), factor, offset }),
            _ => self.derived(),
        }
    }

    /// `self − other`, if that is known although neither is.
    pub(crate) fn distance(&self, other: &Host) -> Option<i64> {
        match (&self.0.known, &other.0.known) {
            (
                Known::Moved { base: a, factor: a_factor, offset: a_offset },
                Known::Moved { base: b, factor: b_factor, offset: b_offset },
            ) if Rc::ptr_eq(a, b) && a_factor == b_factor => a_offset.checked_sub(*b_offset),
            _ => None,
        }
    }

    /// Whether both are one value.
    pub fn same(&self, other: &Host) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Rows in a batch, if it came in batches of known size.
    pub fn batch(&self) -> Option<usize> {
        self.0.batch
    }

    /// The attribute that it is of another host value.
    pub fn member(&self) -> Option<&str> {
        self.0.member.as_deref()
    }

    /// Whether it is a function, a class or a module of TensorFlow.
    pub(crate) fn is_of_tensorflow(&self) -> bool {
        self.0.span.is_none() && self.0.what.starts_with("tensorflow")
    }

    /// What it is, in the program's words.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Where it entered the program.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
}

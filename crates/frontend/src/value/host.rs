//! Values that only exist at run time.

use std::rc::Rc;

use keramos_ir::TensorType;

use crate::diagnostics::Span;

/// A value that the compiler does not have: a data set, the result of a host package, or anything
/// computed from one. It may be stored, indexed, called and passed to host code; an error names
/// where it came from if it would reach a model.
#[derive(Clone, Debug)]
pub struct Host(Rc<Origin>);

#[derive(Debug)]
struct Origin {
    what: String,
    span: Option<Span>,
    /// Rows in a batch, where data came in batches.
    batch: Option<usize>,
    /// The attribute that it is of another host value.
    member: Option<String>,
    /// Its element type and shape, if the user told them.
    ty: Option<TensorType>,
}

impl Host {
    /// A host value described by `what` (such as `keras.datasets.mnist.load_data()`), made at `span`.
    pub fn new(what: impl Into<String>, span: Option<Span>) -> Self {
        Host(Rc::new(Origin { what: what.into(), span, batch: None, member: None, ty: None }))
    }

    /// The same value, in batches.
    #[must_use]
    pub fn with_batch(&self, batch: usize) -> Host {
        Host(Rc::new(Origin {
            what: self.0.what.clone(),
            span: self.0.span,
            batch: Some(batch),
            member: None,
            ty: None,
        }))
    }

    /// An attribute of it.
    #[must_use]
    pub fn with_member(&self, name: &str) -> Host {
        let Origin { what, span, batch, .. } = &*self.0;
        Host(Rc::new(Origin {
            what: what.clone(),
            span: *span,
            batch: *batch,
            member: Some(name.to_owned()),
            ty: None,
        }))
    }

    /// The same value, an array of known type.
    #[must_use]
    pub fn with_type(&self, ty: TensorType) -> Host {
        Host(Rc::new(Origin { what: self.0.what.clone(), span: self.0.span, batch: None, member: None, ty: Some(ty) }))
    }

    /// One of its elements, whose type is known if its own is.
    #[must_use]
    pub fn row(&self) -> Host {
        match self.ty() {
            Some(ty) => self.with_type(TensorType::new(ty.dtype, ty.shape.get(1..).unwrap_or_default())),
            None => self.clone(),
        }
    }

    /// The same value, whose type is not known.
    #[must_use]
    pub fn untyped(&self) -> Host {
        let Origin { what, span, batch, member, ty } = &*self.0;
        match ty {
            None => self.clone(),
            Some(_) => Host(Rc::new(Origin {
                what: what.clone(),
                span: *span,
                batch: *batch,
                member: member.clone(),
                ty: None,
            })),
        }
    }

    /// Its element type and shape, if the user told them.
    pub fn ty(&self) -> Option<&TensorType> {
        self.0.ty.as_ref()
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

    /// What it is, in the program's words.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Where it entered the program.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
}

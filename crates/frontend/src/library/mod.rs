//! How functions, classes and modules of the supported packages are declared.
//!
//! Each is one `static` beside its implementation: name, parameters with Keras's (or JAX's)
//! defaults, documentation, and the code. Argument binding, "did you mean", the module tables and
//! the generated language reference all come from these declarations.

mod bind;
mod names;
mod signature;

pub use bind::{Args, Bound};
pub(crate) use bind::{MAX_INTEGER, brief};
pub(crate) use names::{Undeclared, other_names, undeclared};
pub use signature::{Default, Param, ParamKind, Signature};

use crate::error::Result;
use crate::interp::Interp;
use crate::value::{ObjectRef, Value};

/// A function of a supported package.
#[derive(Debug)]
pub struct FunctionDecl {
    /// The name in its module.
    pub name: &'static str,
    /// The parameters.
    pub signature: Signature,
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// The implementation.
    pub call: fn(&mut Interp, &mut Bound) -> Result<Value>,
}

/// A class of a supported package.
#[derive(Debug)]
pub struct ClassDecl {
    /// The class name, such as `Dense`.
    pub name: &'static str,
    /// Other names of the same class in its module, such as `Convolution2D`.
    pub aliases: &'static [&'static str],
    /// The kinds of object it belongs to, for `isinstance`: names of base classes, nearest first.
    pub bases: &'static [&'static str],
    /// The constructor's parameters.
    pub signature: Signature,
    /// What it is, in one or two sentences.
    pub doc: &'static str,
    /// The constructor.
    pub new: fn(&mut Interp, &mut Bound) -> Result<Value>,
    /// Methods of the objects.
    pub methods: &'static [&'static [MethodDecl]],
}

/// A method of a native object.
#[derive(Debug)]
pub struct MethodDecl {
    /// Its name.
    pub name: &'static str,
    /// The parameters, without `self`.
    pub signature: Signature,
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// The implementation.
    pub call: fn(&mut Interp, &ObjectRef, &mut Bound) -> Result<Value>,
}

/// A module of a supported package: a table of names.
#[derive(Debug)]
pub struct ModuleDecl {
    /// The dotted name, such as `keras.layers`.
    pub name: &'static str,
    /// Looks a name up.
    pub get: fn(&str) -> Option<Value>,
    /// All names, for suggestions, `import *` and the language reference.
    pub names: fn() -> Vec<&'static str>,
    /// Its functions that compute on tensors.
    pub tensor_functions: fn() -> Vec<&'static FunctionDecl>,
    /// Names that the package has and Keramos does not compile.
    pub refused: &'static [Refused],
    /// Texts in the model language that define further functions.
    pub written: &'static [&'static str],
    /// Whether names that are not here, and what its functions make of host values, are left to the run.
    pub open: bool,
}

/// A name of a package that is not compiled, on purpose.
#[derive(Debug)]
pub struct Refused {
    /// The name in its module; behind a leading `*`, how names end.
    pub name: &'static str,
    /// Why, and what to write instead.
    pub why: &'static str,
}

impl Refused {
    /// Whether it is about this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.strip_prefix('*').map_or(self.name == name, |end| name.ends_with(end))
    }
}

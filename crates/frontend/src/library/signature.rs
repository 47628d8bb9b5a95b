//! Declared parameters.

/// The parameters of a function or constructor.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The parameters in order.
    pub params: &'static [Param],
    /// Further parameters that many share (such as every layer's `name`, `dtype`, `trainable`).
    pub common: &'static [Param],
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// How it is given.
    pub kind: ParamKind,
    /// Its value if not given.
    pub default: Default,
}

/// How an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// By position or by name.
    Normal,
    /// By name only.
    Keyword,
    /// `*args`: a tuple of the remaining positional arguments.
    Variadic,
    /// `**kwargs`: a dict of the remaining keyword arguments.
    Keywords,
}

/// The value of an argument that is not given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// It must be given.
    Required,
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'static str),
    /// A tuple of integers.
    Ints(&'static [i64]),
}

impl Signature {
    /// No parameters.
    pub const EMPTY: Signature = Signature { params: &[], common: &[] };

    /// The given parameters.
    pub const fn new(params: &'static [Param]) -> Self {
        Signature { params, common: &[] }
    }

    /// With parameters that many declarations share, after the own ones.
    #[must_use]
    pub const fn with(self, common: &'static [Param]) -> Self {
        Signature { params: self.params, common }
    }

    /// All parameters in order. A shared one that is declared among the own ones has its place there.
    pub fn iter(&self) -> impl Iterator<Item = &'static Param> {
        let own = self.params;
        let common = self.common.iter().filter(move |shared| !own.iter().any(|param| param.name == shared.name));
        own.iter().chain(common)
    }
}

impl Param {
    /// A parameter that must be given.
    pub const fn required(name: &'static str) -> Self {
        Param { name, kind: ParamKind::Normal, default: Default::Required }
    }

    /// A parameter with a default.
    pub const fn new(name: &'static str, default: Default) -> Self {
        Param { name, kind: ParamKind::Normal, default }
    }

    /// A parameter given by name only.
    pub const fn keyword(name: &'static str, default: Default) -> Self {
        Param { name, kind: ParamKind::Keyword, default }
    }

    /// `*name`.
    pub const fn variadic(name: &'static str) -> Self {
        Param { name, kind: ParamKind::Variadic, default: Default::None }
    }

    /// `**name`.
    pub const fn keywords(name: &'static str) -> Self {
        Param { name, kind: ParamKind::Keywords, default: Default::None }
    }
}

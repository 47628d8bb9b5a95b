//! Operators, and how they are written.

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `not`.
    Not,
    /// `-`.
    Negate,
    /// `+`.
    Plus,
    /// `~`.
    Invert,
}

/// Arithmetic and bitwise operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `@`.
    MatMul,
    /// `/`.
    Divide,
    /// `//`.
    FloorDivide,
    /// `%`.
    Modulo,
    /// `**`.
    Power,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
}

/// Operators that evaluate their right operand only when needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BoolOp {
    /// `and`.
    And,
    /// `or`.
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompareOp {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
}

macro_rules! operator_text {
    ($type:ty { $($variant:ident => $text:literal,)* }) => {
        impl $type {
            /// The operator as it is written.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The operator that is written so.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

operator_text!(UnaryOp { Not => "not", Negate => "-", Plus => "+", Invert => "~", });

operator_text!(BoolOp { And => "and", Or => "or", });

operator_text!(BinaryOp {
    Add => "+", Subtract => "-", Multiply => "*", MatMul => "@", Divide => "/", FloorDivide => "//", Modulo => "%",
    Power => "**", ShiftLeft => "<<", ShiftRight => ">>", BitAnd => "&", BitOr => "|", BitXor => "^",
});

operator_text!(CompareOp {
    Equal => "==", NotEqual => "!=", Less => "<", LessEqual => "<=", Greater => ">", GreaterEqual => ">=",
    In => "in", NotIn => "not in", Is => "is", IsNot => "is not",
});

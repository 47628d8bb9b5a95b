//! The table of diagnostic codes. A number, once released, keeps its meaning for ever; retired
//! numbers are not given out again.

use std::fmt;

/// One kind of problem, identified by its number.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The four digits of `K0101`.
    pub number: u16,
    /// A short name for tools: `missing-colon`.
    pub name: &'static str,
    /// One line that explains the kind of problem.
    pub title: &'static str,
    /// What it means, and for most codes a program that fails with it and one that does not; the file of its name
    /// in `pages`.
    pub page: &'static str,
}

impl Code {
    /// The part of the compiler that the code's block of a hundred numbers belongs to.
    pub fn area(self) -> Area {
        match self.number / 100 {
            1 => Area::Syntax,
            2 => Area::Name,
            3 => Area::Argument,
            4 => Area::Shape,
            5 => Area::Unsupported,
            6 => Area::Host,
            7 => Area::Weights,
            8 => Area::Training,
            _ => Area::Internal,
        }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "K{:04}", self.number)
    }
}

/// What a code's block of numbers is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Area {
    /// K01xx: the text is not in the language.
    Syntax,
    /// K02xx: names and scopes.
    Name,
    /// K03xx: types and arguments.
    Argument,
    /// K04xx: shapes and element types of tensors.
    Shape,
    /// K05xx: Python or Keras, but not something Keramos compiles.
    Unsupported,
    /// K06xx: values that only exist when the real data is there.
    Host,
    /// K07xx: weights that do not fit the model.
    Weights,
    /// K08xx: `compile`, `fit` and the training configuration.
    Training,
    /// K09xx: a mistake or a limit of the compiler itself.
    Internal,
}

impl Code {
    /// The programs of the page under one of its headings, `Fails` or `Works`; `None` if there is none.
    pub fn example(self, heading: &str) -> Option<String> {
        let (_, rest) = self.page.split_once(&format!("\n{heading}:\n\n"))?;
        let lines = rest.lines().map_while(|line| if line.is_empty() { Some(line) } else { line.strip_prefix("    ") });
        Some(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Finds a code by its number (`K0101` or `0101`) or its name, whatever the case.
pub fn find(text: &str) -> Option<Code> {
    let text = text.trim();
    let digits = text.strip_prefix(['K', 'k']).unwrap_or(text);
    let number = digits.parse::<u16>().ok();
    let matches = |code: &&Code| Some(code.number) == number || code.name.eq_ignore_ascii_case(text);
    ALL.iter().find(matches).copied()
}

macro_rules! codes {
    ($($constant:ident = $number:literal, $name:literal, $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $constant: Code = Code {
                number: $number,
                name: $name,
                title: $title,
                page: include_str!(concat!("pages/", $name, ".md")),
            };
        )*

        /// Every code, in order of its number.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

codes! {
    SYNTAX = 101, "syntax", "this is not a statement or expression of the language";
    MISSING_COLON = 102, "missing-colon", "a header such as `if` or `def` must end with a colon";
    INDENTATION = 103, "indentation", "the indentation does not form blocks";
    UNTERMINATED_STRING = 104, "unterminated-string", "a string literal is never closed";
    UNBALANCED_BRACKET = 105, "unbalanced-bracket", "brackets do not pair up";
    INVALID_TARGET = 106, "invalid-target", "this cannot be assigned to or deleted";
    INVALID_NUMBER = 107, "invalid-number", "this is not a number";
    INVALID_STRING = 108, "invalid-string", "a string literal has a part that Python does not accept";
    ARGUMENT_ORDER = 109, "argument-order", "the arguments of a call or the parameters of a function are out of order";
    MISPLACED_STATEMENT = 110, "misplaced-statement", "a statement stands where it has no meaning";
    PYTHON_2 = 111, "python-2", "this is Python 2; the language is a subset of Python 3";
    RESERVED_WORD = 112, "reserved-word", "a keyword of the language is used as a name";
    INVALID_CHARACTER = 113, "invalid-character", "a character that cannot stand in program text";
    TOO_DEEP = 114, "too-deep", "the program is nested too deeply or is too long to compile";
    NOTEBOOK_COMMAND = 115, "notebook-command", "a notebook command (`!…`, `%…`) is skipped";
    MISSING_COMMA = 116, "missing-comma", "two elements stand side by side without a comma";
    CONDITION_ASSIGNMENT = 117, "condition-assignment", "an assignment stands where a condition is wanted";
    UNTERMINATED_FIELD = 118, "unterminated-field", "a replacement field of an f-string is malformed";
    TOO_MANY = 119, "too-many", "a file has more mistakes than are shown";
    UNREACHABLE = 120, "unreachable", "a statement stands where nothing reaches it";

    UNDEFINED_NAME = 201, "undefined-name", "a name is used that nothing defines";
    UNKNOWN_MODULE = 202, "unknown-module", "a module is imported that Keramos does not know";
    UNKNOWN_ATTRIBUTE = 203, "unknown-attribute", "a module, object or value has no such attribute";
    UNKNOWN_LAYER = 204, "unknown-layer", "the layer library has no such layer";
    UNBOUND_AXIS = 205, "unbound-axis", "a named axis is used that nothing maps over";

    TYPE = 301, "type", "an operation is applied to values that it does not take";
    ARGUMENTS = 302, "arguments", "a call's arguments do not fit the parameters";
    INVALID_ARGUMENT = 303, "invalid-argument", "an argument has a value that is not accepted";
    RAISED = 304, "raised", "the program raised an exception while it was evaluated";
    TRANSFORM = 305, "transform", "a function cannot be transformed as asked";

    SHAPE_MISMATCH = 401, "shape-mismatch", "shapes do not fit together";
    DTYPE_MISMATCH = 402, "dtype-mismatch", "element types do not fit together";
    NARROWED = 403, "narrowed", "a 64-bit element type is asked for and a 32-bit one is used";

    UNSUPPORTED_SYNTAX = 501, "unsupported-syntax", "a construct of Python that Keramos does not compile";
    UNSUPPORTED_FEATURE = 502, "unsupported-feature", "a feature of a package that Keramos does not compile";
    BACKEND = 503, "backend", "the backend refuses an operation";

    HOST_VALUE = 601, "host-value", "a value that only exists at run time would reach the model";
    GUESSED = 602, "guessed", "what only the run decides is taken for granted";

    WEIGHTS_MISMATCH = 701, "weights-mismatch", "weights do not fit the model's variables";

    TRAINING_CONFIG = 801, "training-config", "the training configuration is incomplete or contradictory";
    LOGITS = 802, "logits", "a loss that expects logits gets probabilities, or the reverse";
    UNUSED_LAYER = 803, "unused-layer", "a model or layer has a layer that it never calls";

    INTERNAL = 901, "internal", "a mistake of the compiler; please report it";
    LIMIT = 902, "limit", "the compilation ran into a limit that keeps it finite";
}

//! Arrays as NumPy prints them.

use keramos_ir::{Array, Buffer, DType, as_tuple};

use crate::interp::tensor::element;
use crate::value::Value;

/// Digits after the point, at most.
const PRECISION: usize = 8;

/// Columns of a line.
const WIDTH: usize = 75;

/// Elements above which only the edges of each axis are shown, and how many of them.
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;

/// `str(array)`.
pub(crate) fn array_str(array: &Array) -> String {
    if array.ty().rank() == 0 {
        return match element(array, 0) {
            Some(Value::Float(x)) => scalar(x, is_double(array)),
            Some(Value::Int(i)) => i.to_string(),
            Some(Value::Bool(true)) => "True".into(),
            Some(Value::Bool(false)) => "False".into(),
            Some(Value::Complex(real, imaginary)) => {
                super::repr::complex(real, imaginary, |x| scalar(x, is_double(array)))
            }
            _ => String::new(),
        };
    }
    Layout::new(array, " ").text("")
}

/// `repr(array)` of JAX's arrays; `weak` if their element type is.
pub(crate) fn array_repr(array: &Array, weak: bool) -> String {
    let weak = if weak { ", weak_type=True" } else { "" };
    let dtype = format!("dtype={}{weak}", array.ty().dtype.numpy_name());
    if array.ty().size() == 0 {
        let sizes: Vec<String> = array.ty().shape.iter().map(usize::to_string).collect();
        let shape = if sizes.len() == 1 { String::new() } else { format!("shape=({}), ", sizes.join(", ")) };
        return format!("Array([], {shape}{dtype})");
    }
    format!("Array({}, {dtype})", Layout::new(array, ", ").text("Array("))
}

/// `repr(array)` of NumPy's arrays, and of its numbers: those without dimensions.
pub(crate) fn numpy_repr(array: &Array) -> String {
    let ty = array.ty();
    let name = ty.dtype.numpy_name();
    if ty.rank() == 0 {
        return match ty.dtype {
            DType::Bool => format!("np.{}_", array_str(array)),
            _ => format!("np.{name}({})", array_str(array).trim_start_matches('(').trim_end_matches(')')),
        };
    }
    let implied = matches!(ty.dtype, DType::Bool | DType::I64 | DType::F64 | DType::C128);
    let dtype = if implied && ty.size() > 0 { String::new() } else { format!("dtype={name}") };
    let elements = match ty.size() {
        0 if ty.rank() == 1 => "[]".to_owned(),
        0 => format!("[], shape={}", as_tuple(&ty.shape)),
        _ => Layout::new(array, ", ").text("array("),
    };
    let separator = match (dtype.is_empty(), elements.lines().last()) {
        (true, _) => "",
        // The type has a line of its own if there is no room for it.
        (false, Some(last))
            if "array(".len() * usize::from(!elements.contains('\n')) + last.len() + dtype.len() + 3 > WIDTH =>
        {
            ",\n      "
        }
        (false, _) => ", ",
    };
    format!("array({elements}{separator}{dtype})")
}

fn is_double(array: &Array) -> bool {
    matches!(array.data(), Buffer::F64(_) | Buffer::C128(_))
}

/// A scalar float as Python prints NumPy's scalars.
fn scalar(x: f64, double: bool) -> String {
    let text = super::float::repr_float(x);
    if double || !x.is_finite() {
        return text;
    }
    let (negative, digits, exponent) = shortest(x, false);
    let sign = if negative { "-" } else { "" };
    match exponent {
        -4..=15 => {
            let fixed = positional(&digits, exponent);
            if fixed.ends_with('.') { format!("{sign}{fixed}0") } else { format!("{sign}{fixed}") }
        }
        _ => {
            let (head, tail) = digits.split_at(1);
            let point = if tail.is_empty() { String::new() } else { format!(".{tail}") };
            format!("{sign}{head}{point}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
    }
}

/// The sign, the fewest digits that tell the number apart, and the exponent of the first of them.
fn shortest(x: f64, double: bool) -> (bool, String, i32) {
    let text = if double { format!("{:e}", x.abs()) } else { format!("{:e}", x.abs() as f32) };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (x.is_sign_negative(), digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Digits with the first at 10^exponent as `12.5`, `3.` or `0.001`.
fn positional(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    match digits.len() > whole {
        true => format!("{}.{}", &digits[..whole], &digits[whole..]),
        false => format!("{digits}{}.", "0".repeat(whole - digits.len())),
    }
}

/// Rounds to at most `keep` digits; the exponent grows if that carries over.
fn rounded(digits: &str, exponent: i32, keep: i32) -> (String, i32) {
    let keep = match usize::try_from(keep) {
        Ok(keep) if keep < digits.len() => keep,
        Ok(_) => return (digits.to_owned(), exponent),
        Err(_) => return ("0".into(), 0),
    };
    let mut kept: Vec<u8> = digits.bytes().take(keep).map(|b| b - b'0').collect();
    let up = digits.as_bytes().get(keep).is_some_and(|&b| b >= b'5');
    let mut exponent = exponent;
    if up {
        let mut at = kept.len();
        loop {
            if at == 0 {
                kept.insert(0, 1);
                exponent += 1;
                break;
            }
            at -= 1;
            if kept[at] < 9 {
                kept[at] += 1;
                break;
            }
            kept[at] = 0;
        }
    }
    while kept.len() > 1 && kept.last() == Some(&0) {
        kept.pop();
    }
    if kept.iter().all(|&d| d == 0) {
        return ("0".into(), 0);
    }
    (kept.into_iter().map(|d| (d + b'0') as char).collect(), exponent)
}

/// How the elements of one array are written.
struct Layout<'a> {
    array: &'a Array,
    strides: Vec<usize>,
    separator: &'static str,
    summary: bool,
    words: Words,
}

enum Words {
    Plain {
        width: usize,
    },
    /// Floats of types that NumPy itself does not have: six digits, and no columns.
    Short,
    Float(Floats),
    Complex {
        real: Floats,
        imaginary: Floats,
    },
}

/// How floats are written; `plus` if those that are not negative have a sign, too.
struct Floats {
    form: Form,
    double: bool,
    plus: bool,
}

enum Form {
    Fixed { left: usize, right: usize },
    Scientific { left: usize, fraction: usize, exponent: usize },
}

impl<'a> Layout<'a> {
    fn new(array: &'a Array, separator: &'static str) -> Self {
        let shape = &array.ty().shape;
        let mut strides = vec![1; shape.len()];
        for axis in (0..shape.len().saturating_sub(1)).rev() {
            strides[axis] = strides[axis + 1] * shape[axis + 1];
        }
        let summary = array.ty().size() > THRESHOLD;
        let mut layout = Layout { array, strides, separator, summary, words: Words::Plain { width: 0 } };
        let mut shown = Vec::new();
        layout.visit(0, 0, &mut shown);
        let values: Vec<Value> = shown.into_iter().filter_map(|at| element(array, at)).collect();
        layout.words = match array.ty().dtype {
            DType::BF16 | DType::F8E4M3FN | DType::F8E5M2 => Words::Short,
            _ => Words::of(&values, is_double(array)),
        };
        layout
    }

    /// The indices shown along an axis; `None` for the gap.
    fn indices(&self, axis: usize) -> Vec<Option<usize>> {
        let length = self.array.ty().shape[axis];
        match self.summary && length > 2 * EDGE {
            true => (0..EDGE).map(Some).chain([None]).chain((length - EDGE..length).map(Some)).collect(),
            false => (0..length).map(Some).collect(),
        }
    }

    fn visit(&self, axis: usize, offset: usize, shown: &mut Vec<usize>) {
        if axis == self.strides.len() {
            return shown.push(offset);
        }
        for index in self.indices(axis).into_iter().flatten() {
            self.visit(axis + 1, offset + index * self.strides[axis], shown);
        }
    }

    fn text(&self, prefix: &str) -> String {
        let indent = " ".repeat(prefix.len() + 1);
        self.axis(0, 0, &indent, WIDTH)
    }

    fn axis(&self, axis: usize, offset: usize, indent: &str, width: usize) -> String {
        let left = self.strides.len() - axis;
        if left == 0 {
            return element(self.array, offset).map_or_else(String::new, |value| self.words.write(&value));
        }
        let mut text = String::new();
        let indices = self.indices(axis);
        let last = indices.len().saturating_sub(1);
        if left == 1 {
            let limit = width.saturating_sub(self.separator.trim_end().len().max(1));
            let mut line = indent.to_owned();
            for (number, index) in indices.iter().enumerate() {
                let word = match index {
                    Some(index) => self.axis(axis + 1, offset + index * self.strides[axis], indent, width),
                    None => "...".into(),
                };
                if line.len() + word.len() > limit && line.len() > indent.len() {
                    text.push_str(line.trim_end());
                    text.push('\n');
                    line = indent.to_owned();
                }
                line.push_str(&word);
                if number < last {
                    line.push_str(self.separator);
                }
            }
            text.push_str(&line);
        } else {
            let deeper = format!("{indent} ");
            for (number, index) in indices.iter().enumerate() {
                text.push_str(indent);
                match index {
                    Some(index) => {
                        let inner = self.axis(axis + 1, offset + index * self.strides[axis], &deeper, width - 1);
                        text.push_str(&inner);
                    }
                    None => text.push_str("..."),
                }
                if number < last {
                    text.push_str(self.separator.trim_end());
                    text.push_str(&"\n".repeat(left - 1));
                }
            }
        }
        format!("[{}]", text.get(indent.len()..).unwrap_or_default())
    }
}

impl Words {
    fn of(values: &[Value], double: bool) -> Words {
        let parts = |part: fn(&Value) -> Option<f64>| -> Vec<f64> { values.iter().filter_map(part).collect() };
        let floats = parts(|value| match value {
            Value::Float(x) => Some(*x),
            _ => None,
        });
        if floats.len() == values.len() && !floats.is_empty() {
            return Words::Float(Floats::of(&floats, double, false));
        }
        let real = parts(|value| match value {
            Value::Complex(real, _) => Some(*real),
            _ => None,
        });
        let imaginary = parts(|value| match value {
            Value::Complex(_, imaginary) => Some(*imaginary),
            _ => None,
        });
        if real.len() == values.len() && !real.is_empty() {
            let (real, imaginary) = (Floats::of(&real, double, false), Floats::of(&imaginary, double, true));
            return Words::Complex { real, imaginary };
        }
        let width = values.iter().map(|value| plain(value).len()).max().unwrap_or(0);
        let bools = values.iter().any(|value| matches!(value, Value::Bool(_)));
        Words::Plain { width: if bools { 5 } else { width } }
    }

    fn write(&self, value: &Value) -> String {
        match (self, value) {
            (Words::Plain { width }, value) => {
                let text = plain(value);
                " ".repeat(width.saturating_sub(text.len())) + &text
            }
            (Words::Short, Value::Float(x)) => short(*x),
            (Words::Float(floats), Value::Float(x)) => floats.write(*x),
            (Words::Complex { real, imaginary }, Value::Complex(re, im)) => {
                let text = imaginary.write(*im);
                // The unit stands before the blanks that fill the column.
                let (digits, blanks) = text.split_at(text.trim_end().len());
                format!("{}{digits}j{blanks}", real.write(*re))
            }
            (_, other) => plain(other),
        }
    }
}

impl Floats {
    fn of(floats: &[f64], double: bool, plus: bool) -> Floats {
        let finite: Vec<f64> = floats.iter().copied().filter(|x| x.is_finite()).collect();
        let sizes = finite.iter().map(|x| x.abs()).filter(|x| *x != 0.0);
        let (low, high) = sizes.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
        let scientific = high > 0.0 && (high >= 1e8 || low < 1e-4 || high / low > 1000.0);
        let (mut left, mut right, mut exponents) = (0, 0, 2);
        for &x in &finite {
            let (negative, digits, exponent) = shortest(x, double);
            let sign = usize::from(negative || plus);
            if scientific {
                let (digits, exponent) = rounded(&digits, exponent, PRECISION as i32 + 1);
                left = left.max(sign + 1);
                right = right.max(digits.len() - 1);
                exponents = exponents.max(exponent.abs().to_string().len());
            } else {
                let (digits, exponent) = rounded(&digits, exponent, exponent + 1 + PRECISION as i32);
                let text = positional(&digits, exponent);
                let point = text.find('.').unwrap_or(text.len());
                left = left.max(sign + point);
                right = right.max(if digits == "0" { 0 } else { text.len() - point - 1 });
            }
        }
        let special = floats.iter().filter(|x| !x.is_finite()).map(|x| special(*x, plus).len()).max().unwrap_or(0);
        let form = if scientific {
            let left = left.max(special.saturating_sub(right + 3 + exponents));
            Form::Scientific { left, fraction: right, exponent: exponents }
        } else {
            Form::Fixed { left: left.max(special.saturating_sub(right + 1)), right }
        };
        Floats { form, double, plus }
    }

    fn write(&self, x: f64) -> String {
        let (negative, digits, exponent) = shortest(x, self.double);
        let sign = match (negative, self.plus) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        match self.form {
            Form::Fixed { left, right } if !x.is_finite() => {
                format!("{:>1$}", special(x, self.plus), left + right + 1)
            }
            Form::Scientific { left, fraction, exponent } if !x.is_finite() => {
                format!("{:>1$}", special(x, self.plus), left + fraction + 3 + exponent)
            }
            Form::Fixed { left, right } => {
                let (digits, exponent) = rounded(&digits, exponent, exponent + 1 + PRECISION as i32);
                let text = if digits == "0" { "0.".to_owned() } else { positional(&digits, exponent) };
                let point = text.find('.').unwrap_or(text.len());
                let whole = format!("{sign}{}", &text[..point]);
                let fraction = &text[point..];
                format!("{whole:>left$}{fraction:<width$}", width = right + 1)
            }
            Form::Scientific { left, fraction, exponent: width } => {
                let (digits, exponent) = rounded(&digits, exponent, PRECISION as i32 + 1);
                let (head, tail) = digits.split_at(1);
                let head = format!("{sign}{head}");
                let sign = if exponent < 0 { '-' } else { '+' };
                format!("{head:>left$}.{tail:0<fraction$}e{sign}{:0width$}", exponent.abs())
            }
        }
    }
}

/// Six digits, as C's `%g`.
fn short(x: f64) -> String {
    if !x.is_finite() {
        return special(x, false).to_owned();
    }
    let (negative, digits, exponent) = shortest(x, true);
    let (digits, exponent) = rounded(&digits, exponent, 6);
    let sign = if negative { "-" } else { "" };
    if digits == "0" {
        return format!("{sign}0");
    }
    if (-4..6).contains(&exponent) {
        return format!("{sign}{}", positional(&digits, exponent).trim_end_matches('.'));
    }
    let (head, tail) = digits.split_at(1);
    let point = if tail.is_empty() { "" } else { "." };
    format!("{sign}{head}{point}{tail}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn special(x: f64, plus: bool) -> &'static str {
    match (x.is_nan(), x < 0.0, plus) {
        (true, _, false) => "nan",
        (true, _, true) => "+nan",
        (false, true, _) => "-inf",
        (false, false, false) => "inf",
        (false, false, true) => "+inf",
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(i) => i.to_string(),
        Value::BigInt(i) => i.to_string(),
        _ => String::new(),
    }
}

//! Floats as decimal text, digit for digit as CPython writes them.

/// `repr` of a float: the shortest digits that read back as the same number.
pub(crate) fn repr_float(x: f64) -> String {
    if let Some(text) = special(x) {
        return text.to_owned();
    }
    let (digits, exponent) = shortest(x);
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if (-4..16).contains(&exponent) {
        let mut text = positional(&digits, exponent);
        if !text.contains('.') {
            text.push_str(".0");
        }
        format!("{sign}{text}")
    } else {
        format!("{sign}{}", scientific(&digits, exponent, 'e'))
    }
}

/// `nan`, `inf` and `-inf`.
pub(super) fn special(x: f64) -> Option<&'static str> {
    match x {
        x if x.is_nan() => Some("nan"),
        f64::INFINITY => Some("inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}

/// The shortest digits and the decimal exponent of the first one.
pub(super) fn shortest(x: f64) -> (String, i32) {
    split(&format!("{:e}", x.abs()))
}

/// Places after the point beyond which the decimal text of every 64-bit float has but zeros: the smallest float is
/// 2⁻¹⁰⁷⁴.
const PLACES: usize = 1074;

/// The first `count` significant digits, correctly rounded, and the exponent of the first one.
pub(super) fn significant(x: f64, count: usize) -> (String, i32) {
    let after = count.max(1) - 1;
    let (digits, exponent) = split(&format!("{:.*e}", after.min(PLACES), x.abs()));
    (digits + &"0".repeat(after.saturating_sub(PLACES)), exponent)
}

/// `x` with `places` digits after the point, correctly rounded.
pub(super) fn fixed(x: f64, places: usize) -> String {
    format!("{:.*}", places.min(PLACES), x) + &"0".repeat(places.saturating_sub(PLACES))
}

fn split(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Digits written out with a decimal point where the exponent puts it.
pub(super) fn positional(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("0.{zeros}{digits}");
    }
    let before = exponent as usize + 1;
    if digits.len() <= before {
        return format!("{digits}{}", "0".repeat(before - digits.len()));
    }
    let (whole, fraction) = digits.split_at(before);
    format!("{whole}.{fraction}")
}

/// Digits with an exponent of at least two digits.
pub(super) fn scientific(digits: &str, exponent: i32, e: char) -> String {
    let (first, rest) = digits.split_at(1.min(digits.len()));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}{e}{sign}{:02}", exponent.unsigned_abs())
}

/// `x` rounded to `digits` places after the decimal point (before it, if negative), half to even on the
/// exact value, as `round` does.
pub(crate) fn round_decimal(x: f64, digits: i64) -> f64 {
    if !x.is_finite() || x == 0.0 || digits > 400 {
        return x;
    }
    if digits >= 0 {
        return fixed(x, digits as usize).parse().unwrap_or(x);
    }
    let (_, exponent) = shortest(x);
    let kept = i64::from(exponent) + 1 + digits;
    if kept < 0 {
        return 0.0_f64.copysign(x);
    }
    if kept == 0 {
        // Everything is cut off; what remains is 0 or one unit of the last kept place.
        let unit: f64 = format!("1e{}", -digits).parse().unwrap_or(f64::INFINITY);
        return (if x.abs() > unit / 2.0 { unit } else { 0.0 }).copysign(x);
    }
    let (digits, exponent) = significant(x, kept as usize);
    scientific(&digits, exponent, 'e').parse().map_or(x, |y: f64| y.copysign(x))
}

//! What the tables of primitives must hold, so that no primitive of the IR goes without.
//!
//! A row shows a primitive if the primitive stands in the trace of the row's function and that trace is
//! short. For every primitive of the op table there must be a row with every kind of case, plain and under
//! `jit`, for at least [`VARIANTS`] different lists of argument types; and among all rows that show it, its
//! corner values. What cannot be is in [`EXEMPT`], with the reason; an exemption that nothing needs is a gap, too.

use std::collections::{BTreeMap, BTreeSet};

use keramos::ir::ops::samples;
use keramos::ir::{DType, Function, Primitive, TensorType};

use crate::compare;
use crate::store::{Case, Store, Subject};

/// Different lists of argument types that a primitive is shown on.
const VARIANTS: usize = 3;
/// How many equations the function of a row may have to show what it is made of.
const SHORT: usize = 16;
const KINDS: &[&str] = &["forward", "jvp", "vjp", "vmap", "vmap_grad", "grad_vmap", "grad_grad"];
const DERIVATIVES: &[&str] = &["jvp", "vjp", "vmap_grad", "grad_vmap", "grad_grad"];

/// Primitives that look at places given by integers, which may be outside.
const PLACES: &[&str] = &[
    "gather",
    "scatter",
    "scatter_add",
    "scatter_mul",
    "scatter_min",
    "scatter_max",
    "dynamic_slice",
    "dynamic_update_slice",
    "cond",
];

/// What a primitive need not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    /// Any case.
    Cases,
    /// Rows: it need only occur in some case.
    Rows,
    /// Several lists of argument types.
    Types,
    /// Cases that differentiate.
    Derivatives,
    /// Cases that differentiate backwards.
    Reverse,
    /// Special numbers among the arguments.
    Corners,
    /// The greatest integers among the arguments.
    Overflow,
}

const EXEMPT: &[(Without, &[&str], &str)] = &[
    (
        Without::Cases,
        &["custom_vjp", "custom_linear"],
        "transformations use them up; what becomes of them is in the rows of control.py",
    ),
    (Without::Cases, &["eq_to", "le_to", "lt_to"], "JAX does not offer them; comparators of sort are made of them"),
    (Without::Cases, &["cumand", "cumor", "cumxor"], "JAX does not have them"),
    (Without::Rows, &["constant"], "it has no operands"),
    (Without::Rows, &["select_and_gather_add", "select_and_scatter_add"], "only derivatives are made of them"),
    (Without::Types, &["rng_bit_generator"], "its state has one type"),
    (
        Without::Derivatives,
        &["nextafter", "igamma_grad_a", "random_gamma_grad", "reduce_window", "reduce_window_prod", "zeta"],
        "JAX has no derivative, or none that can be transposed",
    ),
    (Without::Reverse, &["while"], "JAX has no reverse mode through loops of unknown length"),
    (
        Without::Corners,
        &["conv_general_dilated", "fft", "dot_general"],
        "how far NaN spreads and infinities cancel depends on how the backend orders and pads sums",
    ),
    (
        Without::Corners,
        &["triangular_solve", "lu", "qr", "eigh", "svd"],
        "what LAPACK makes of NaN and infinities is its own affair",
    ),
    (Without::Corners, &["linear_solve"], "it calls the program's own solver; what computes are the primitives inside"),
    (
        Without::Corners,
        &["reduce_window_max", "reduce_window_min", "reduce_window", "reduce", "random_gamma_grad", "igamma_grad_a"],
        "which of several NaN is taken depends on the backend's order; values alone are in max_pool_special",
    ),
    (
        Without::Overflow,
        &["call", "scan", "while", "checkpoint", "stop_gradient", "name"],
        "what computes are the primitives inside",
    ),
];

/// What the cases show.
#[derive(Default)]
pub struct Coverage {
    rows: BTreeMap<(String, String), Row>,
    /// Primitives of all cases.
    anywhere: BTreeSet<&'static str>,
}

#[derive(Default)]
struct Row {
    primitives: BTreeSet<&'static str>,
    equations: usize,
    variants: BTreeMap<usize, Variant>,
    corners: BTreeSet<Corner>,
}

#[derive(Default)]
struct Variant {
    types: Vec<TensorType>,
    kinds: BTreeSet<(String, bool)>,
}

/// What a primitive is applied to.
#[derive(Clone, Copy, Default)]
struct Domain {
    integers: bool,
    /// Floating point, real or complex.
    floats: bool,
    /// Whether there are derivatives: both operands and results are floating point.
    derivatives: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Corner {
    Nan,
    Infinity,
    Zero,
    Tie,
    Overflow,
    Below,
    Above,
}

impl Coverage {
    /// Notes a traced case.
    pub fn add(&mut self, store: &Store, case: &Case, function: &Function) {
        let mut seen = BTreeMap::new();
        count(function, &mut seen);
        self.anywhere.extend(seen.keys());
        let Some(Subject { row, kind, variant, jit }) = &case.subject else { return };
        let row = self.rows.entry((store.name.clone(), row.clone())).or_default();
        let entry = row.variants.entry(*variant).or_default();
        entry.kinds.insert((kind.clone(), *jit));
        if kind != "forward" || *jit {
            return;
        }
        entry.types = function.param_types();
        row.equations = row.equations.max(seen.values().sum());
        row.primitives.extend(seen.keys());
        for array in store.arguments(case).unwrap_or_default() {
            row.corners.extend(corners(array.ty().dtype, &compare::numbers(&array)));
        }
    }

    /// What is missing, one line for each primitive.
    pub fn gaps(&self) -> Vec<String> {
        let samples = match samples::all(DType::F32) {
            Ok(samples) => samples,
            Err(error) => return vec![error.to_string()],
        };
        let mut primitives: BTreeMap<&'static str, Domain> = BTreeMap::new();
        for sample in &samples {
            let operands: Vec<&TensorType> = sample.operands.iter().map(|array| array.ty()).collect();
            let results = sample.op.infer(&operands).unwrap_or_default();
            let floats = operands.iter().any(|ty| ty.dtype.is_inexact());
            let domain = primitives.entry(sample.op.name()).or_default();
            domain.integers |= operands.iter().any(|ty| ty.dtype.is_int());
            domain.floats |= floats;
            domain.derivatives |= floats && results.iter().any(|ty| ty.dtype.is_inexact());
        }
        let gaps = primitives.into_iter().map(|(name, domain)| (name, self.gap(name, domain)));
        gaps.filter_map(|(name, gap)| gap.map(|gap| format!("{name}: {gap}"))).collect()
    }

    fn gap(&self, primitive: &str, domain: Domain) -> Option<String> {
        let exempt =
            |wanted: Without| EXEMPT.iter().any(|(without, names, _)| *without == wanted && names.contains(&primitive));
        let rows: Vec<(&str, &Row)> = (self.rows.iter())
            .filter(|(_, row)| row.primitives.contains(primitive) && row.equations <= SHORT)
            .map(|((_, name), row)| (name.as_str(), row))
            .collect();
        let anywhere = self.anywhere.contains(primitive);
        let needless = |there: bool| there.then(|| "there are cases, so that the exemption is needless".to_owned());
        if exempt(Without::Cases) {
            return needless(anywhere);
        }
        if exempt(Without::Rows) {
            let shown =
                primitive != "constant" && rows.iter().any(|(_, row)| row.missing(VARIANTS, &|_| true).is_empty());
            return if anywhere { needless(shown) } else { Some("no case has it".to_owned()) };
        }
        let none = if exempt(Without::Derivatives) || !domain.derivatives {
            DERIVATIVES
        } else if exempt(Without::Reverse) {
            &DERIVATIVES[1..]
        } else {
            &[]
        };
        let wanted = |kind: &str| !none.contains(&kind);
        let variants = if exempt(Without::Types) { 1 } else { VARIANTS };
        let best = rows.iter().map(|(name, row)| (row.missing(variants, &wanted), *name));
        let best = best.min_by_key(|(missing, _)| missing.len());
        let mut gaps = match best {
            None => return Some("no row".to_owned()),
            Some((missing, _)) if missing.is_empty() => Vec::new(),
            Some((missing, name)) => vec![format!("its best row `{name}` lacks {}", missing.join(", "))],
        };
        if !none.is_empty() && domain.derivatives {
            gaps.extend(needless(rows.iter().any(|(_, row)| row.missing(variants, &|_| true).is_empty())));
        }
        let found: BTreeSet<Corner> = rows.iter().flat_map(|(_, row)| row.corners.iter().copied()).collect();
        let mut corners = Vec::new();
        if domain.floats && !exempt(Without::Corners) {
            corners.extend([Corner::Nan, Corner::Infinity, Corner::Zero, Corner::Tie]);
        }
        if PLACES.contains(&primitive) {
            corners.extend([Corner::Below, Corner::Above]);
        } else if domain.integers && !exempt(Without::Overflow) {
            corners.push(Corner::Overflow);
        }
        let missing: Vec<String> = corners.iter().filter(|c| !found.contains(c)).map(|c| format!("{c:?}")).collect();
        if !missing.is_empty() {
            gaps.push(format!("no argument with {}", missing.join(", ")));
        }
        (!gaps.is_empty()).then(|| gaps.join("; "))
    }
}

impl Row {
    /// The wanted kinds that fewer than `variants` lists of types have.
    fn missing(&self, variants: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<String> {
        // What the first variant has beyond the common kinds are the operands that it is batched over.
        let has = |kind: &str, jit: bool| {
            let have = self.variants.values().filter(|v| v.kinds.contains(&(kind.to_owned(), jit)));
            have.map(|v| &v.types).fold(Vec::new(), |mut distinct: Vec<&Vec<TensorType>>, types| {
                if !distinct.contains(&types) {
                    distinct.push(types);
                }
                distinct
            })
        };
        let operands = self.variants.values().flat_map(|v| v.kinds.iter()).map(|(kind, _)| kind.as_str());
        let operands: BTreeSet<&str> = operands.filter(|kind| is_operand(kind)).collect();
        let kinds = KINDS.iter().copied().chain(operands).filter(|kind| wanted(kind));
        let lacking = kinds.flat_map(|kind| [(kind, false), (kind, true)]);
        let lacking = lacking.map(|(kind, jit)| (kind, jit, has(kind, jit).len())).filter(|(.., n)| *n < variants);
        lacking.map(|(kind, jit, n)| format!("{kind}{} ({n})", if jit { "_jit" } else { "" })).collect()
    }
}

/// Whether the kind maps one operand alone.
fn is_operand(kind: &str) -> bool {
    kind.starts_with("vmap_") && !["vmap_grad", "vmap_last", "vmap_vmap"].contains(&kind)
}

/// Counts the equations of a function and of those inside, by their primitives; not those of rules, which run only
/// where something is differentiated.
fn count(function: &Function, seen: &mut BTreeMap<&'static str, usize>) {
    for equation in &function.equations {
        *seen.entry(equation.op.name()).or_default() += 1;
        for (_, attr) in equation.op.attrs().iter().filter(|(key, _)| !["rule", "fwd", "bwd"].contains(key)) {
            attr.functions().iter().for_each(|inner| count(inner, seen));
        }
    }
}

/// The special values among those of an argument.
fn corners(dtype: DType, values: &[f64]) -> Vec<Corner> {
    let mut found = Vec::new();
    let mut note = |corner, there: bool| {
        if there {
            found.push(corner);
        }
    };
    let any = |test: &dyn Fn(f64) -> bool| values.iter().any(|&v| test(v));
    if dtype.is_inexact() {
        note(Corner::Nan, any(&f64::is_nan));
        note(Corner::Infinity, any(&f64::is_infinite));
        note(Corner::Zero, any(&|v| v == 0.0));
        note(Corner::Tie, values.iter().enumerate().any(|(i, v)| values[..i].contains(v)));
    } else if dtype.is_int() {
        let bits = dtype.bits() as i32 - i32::from(dtype.is_signed_int());
        let highest = 2.0_f64.powi(bits) - 1.0;
        note(Corner::Overflow, any(&|v| v == highest));
        note(Corner::Below, any(&|v| v < -4.0));
        note(Corner::Above, any(&|v| v >= 5.0));
    }
    found
}

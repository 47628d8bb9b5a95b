//! Parameters that functions are known to have beyond those that their declarations name: other names of the same, and
//! those that are not compiled.

/// Functions that packages share, the parameters that they declare, and what another package calls these.
const OTHER_NAMES: &[(&[&str], &[&str], &[&str])] = &[
    (
        &[
            "cholesky",
            "det",
            "eigh",
            "expand_dims",
            "inv",
            "moveaxis",
            "pinv",
            "qr",
            "ravel",
            "repeat",
            "roll",
            "slogdet",
            "squeeze",
            "svd",
            "swapaxes",
            "trace",
        ],
        &["a"],
        &["x"],
    ),
    (&["array_split", "dsplit", "hsplit", "split", "vsplit"], &["ary"], &["x"]),
    (&["dstack", "hstack", "vstack"], &["tup"], &["xs"]),
    (&["flip", "fliplr", "flipud"], &["m"], &["x"]),
    (&["imag", "real"], &["val"], &["x"]),
    (&["angle"], &["z"], &["x"]),
    (&["broadcast_to"], &["array"], &["x"]),
    (&["rot90"], &["m"], &["array"]),
    (&["tile"], &["A", "reps"], &["x", "repeats"]),
    (&["append"], &["arr", "values"], &["x1", "x2"]),
    (&["correlate"], &["a", "v"], &["x1", "x2"]),
    (&["cross", "kron"], &["a", "b"], &["x1", "x2"]),
    (&["dot", "inner", "matmul", "outer", "tensordot", "vdot"], &["x1", "x2"], &["a", "b"]),
    (&["bitwise_right_shift", "nextafter", "right_shift"], &["x", "y"], &["x1", "x2"]),
    (
        &["equal", "greater", "greater_equal", "less", "less_equal", "nextafter", "not_equal"],
        &["x1", "x2"],
        &["x", "y"],
    ),
    (&["igamma_grad_a"], &["x", "y"], &["a", "x"]),
    (&["ndim", "shape", "size"], &["x"], &["a"]),
];

/// What a call may say of a parameter that is not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undeclared {
    /// The package itself takes no notice of it.
    Ignored,
    /// It is not compiled unless it is `None` or `False`, for this reason.
    Off(&'static str),
    /// It is not compiled unless it is `None`, for this reason.
    Refused(&'static str),
}

/// The universal functions of `jax.numpy` that are declared as plain functions.
const ELEMENTWISE: &[&str] = &[
    "add",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "subtract",
];

const IN_PLACE: Undeclared = Undeclared::Refused("arrays do not change in place; give the result a name");
const ONE_DEVICE: Undeclared = Undeclared::Refused("an artifact runs on one device");
const LAPACK: Undeclared = Undeclared::Refused("it chooses among programs of one platform");
const AFTERWARDS: Undeclared = Undeclared::Refused("convert the result with astype()");
const FROM_END: Undeclared = Undeclared::Refused("negative indices count from the end, as they do without it");
const WEIGHTS: Undeclared =
    Undeclared::Refused("sort the values, and look the quantile up in the sums of their weights");

/// Functions, or all with an empty list, with a parameter that their declarations leave out.
const UNDECLARED: &[(&[&str], &str, Undeclared)] = &[
    (&["around", "isneginf", "isposinf", "modf", "outer", "round"], "out", IN_PLACE),
    (ELEMENTWISE, "out", IN_PLACE),
    (ELEMENTWISE, "where", Undeclared::Refused("choose among results with jnp.where(condition, result, other)")),
    (&[], "out_sharding", ONE_DEVICE),
    (&["eye", "linspace"], "device", ONE_DEVICE),
    (&["Variable"], "layout", ONE_DEVICE),
    (&["all_gather"], "to", ONE_DEVICE),
    (
        &[
            "dynamic_index_in_dim",
            "dynamic_slice",
            "dynamic_slice_in_dim",
            "dynamic_update_index_in_dim",
            "dynamic_update_slice",
            "dynamic_update_slice_in_dim",
        ],
        "allow_negative_indices",
        FROM_END,
    ),
    (&["take_along_axis"], "wrap_negative_indices", FROM_END),
    (&["nanpercentile", "nanquantile", "percentile", "quantile"], "weights", WEIGHTS),
    (&["nanstd", "nanvar"], "mean", Undeclared::Refused("it is computed from the values")),
    (&["argsort", "ravel_multi_index"], "dtype", AFTERWARDS),
    (&["mul"], "out_dtype", AFTERWARDS),
    (&["LayerNormalization"], "rms_scaling", Undeclared::Off("RMSNormalization is the layer that does so")),
    (&["dtype"], "align", Undeclared::Refused("arrays have no fields")),
    (&["dtype"], "copy", Undeclared::Ignored),
    (&["eigh", "svd"], "subset_by_index", Undeclared::Refused("take a slice of the result")),
    (&["eigh"], "implementation", LAPACK),
    (&["svd"], "algorithm", LAPACK),
    (&["svd"], "lapack_driver", LAPACK),
    (&["qr"], "use_magma", LAPACK),
    (&["eigh", "svd"], "overwrite_a", Undeclared::Ignored),
    (&["eigh"], "overwrite_b", Undeclared::Ignored),
    (&["eigh"], "turbo", Undeclared::Ignored),
    (&["eigh", "svd"], "check_finite", Undeclared::Ignored),
    (&["eigh"], "eigvals", Undeclared::Refused("take a slice of the result")),
    (&["eigh"], "type", Undeclared::Refused("only a @ v = w * b @ v is solved, the first of LAPACK's three")),
    (&["factorial"], "exact", Undeclared::Refused("numbers of arrays have a fixed size; math.factorial is exact")),
    (&["EinsumDense"], "gptq_unpacked_column_size", Undeclared::Refused("weights are stored as they are trained")),
];

/// What other packages call a function's parameter.
pub(crate) fn other_names(function: &str, parameter: &str) -> impl Iterator<Item = &'static str> {
    let of_function = OTHER_NAMES.iter().filter(move |(functions, ..)| functions.contains(&function));
    of_function.filter_map(move |(_, declared, others)| {
        let place = declared.iter().position(|name| *name == parameter)?;
        others.get(place).copied()
    })
}

/// What there is to say of a parameter that a function's declaration leaves out.
pub(crate) fn undeclared(function: &str, parameter: &str) -> Option<Undeclared> {
    let applies = |functions: &[&str]| functions.is_empty() || functions.contains(&function);
    let found = UNDECLARED.iter().find(|(functions, name, _)| *name == parameter && applies(functions));
    found.map(|(_, _, what)| *what)
}

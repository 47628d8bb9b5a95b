//! What packages do not have in the model language.

const SHARDING: &str = "how arrays lie on devices is the compiler's choice";
const LATER: &str = "it is not written yet";
const HOST_WORK: &str = "it works on the host, beside what is compiled";
const SEARCHES: &str = "a line search runs the loss an unknown number of times within one update";

/// What is not compiled of a package, and why.
pub(super) const REFUSED: &[(&str, &[(&str, &str)])] = &[
    (
        "optax",
        &[
            ("ctc_loss_with_forward_probs", "`ctc_loss` gives the loss"),
            ("differentially_private_aggregate", "it is `optax.contrib.differentially_private_aggregate`"),
            ("dpsgd", "it is `optax.contrib.dpsgd`"),
            ("inject_stateful_hyperparams", "use `inject_hyperparams`"),
            ("lbfgs", SEARCHES),
            ("matrix_inverse_pth_root", "it is a solver, no part of training"),
            ("measure_with_ema", "it measures for logs, and training does not need it"),
            ("microbatch", "it is experimental: use MultiSteps"),
            ("monitor", "it measures for logs: `snapshot` keeps a measurement in the state"),
            ("multi_normal", "stochastic gradient estimators are not compiled: sample with jax.random"),
            ("nnls", "it is a solver, no part of training"),
            ("power_iteration", "it is a solver, no part of training"),
            ("scale_by_backtracking_linesearch", SEARCHES),
            ("scale_by_lbfgs", SEARCHES),
            ("scale_by_zoom_linesearch", SEARCHES),
            ("value_and_grad_from_state", SEARCHES),
        ],
    ),
    (
        "optax.contrib",
        &[
            ("cocob", LATER),
            ("galore", LATER),
            ("hutchinson_estimator_diag_hessian", LATER),
            ("mechanize", LATER),
            ("sophia", LATER),
        ],
    ),
    (
        "flax.linen",
        &[
            ("with_partitioning", SHARDING),
            ("with_logical_partitioning", SHARDING),
            ("with_logical_constraint", SHARDING),
            ("Partitioned", SHARDING),
            ("get_partition_spec", SHARDING),
            ("get_sharding", SHARDING),
            ("logical_to_mesh", SHARDING),
            ("Fp8DotGeneralOp", "numbers of eight bits are not compiled"),
        ],
    ),
    (
        "flax.nnx",
        &[
            ("pmap", SHARDING),
            ("shard_map", SHARDING),
            ("with_partitioning", SHARDING),
            ("get_partition_spec", SHARDING),
            ("custom_vjp", LATER),
            ("SpectralNorm", LATER),
            ("WeightNorm", LATER),
            ("bridge", LATER),
            ("tabulate", HOST_WORK),
        ],
    ),
    ("haiku", &[("mixed_precision", "give the types: its policies come from the package jmp"), ("to_dot", HOST_WORK)]),
    (
        "haiku.experimental",
        &[
            ("abstract_to_dot", HOST_WORK),
            ("check_jax_usage", HOST_WORK),
            ("eval_summary", HOST_WORK),
            ("flax", "a module is Flax's or Haiku's"),
            ("jaxpr_info", HOST_WORK),
            ("module_auto_repr", HOST_WORK),
            ("optimize_rng_use", "reserve keys with hk.reserve_rng_keys"),
            ("rng_reserve_size", "reserve keys with hk.reserve_rng_keys"),
            ("to_dot", HOST_WORK),
        ],
    ),
];

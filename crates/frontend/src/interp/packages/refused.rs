//! What packages do not have in the model language.

const MESH: &str = "it is about a mesh of devices, and an artifact runs on one device";
const EIGHT_BITS: &str = "it is for accelerators that multiply numbers of eight bits: leave `dot_general_cls` out";
const HOST_WORK: &str = "it works on the host, beside what is compiled";

/// What is not compiled of a package, and why.
pub(super) const REFUSED: &[(&str, &[(&str, &str)])] = &[
    (
        "optax",
        &[
            ("differentially_private_aggregate", "it is `optax.contrib.differentially_private_aggregate`"),
            ("dpsgd", "it is `optax.contrib.dpsgd`"),
            (
                "experimental",
                "what it has may change in any version of optax: aggregate gradients before the optimizer",
            ),
        ],
    ),
    (
        "flax.linen",
        &[
            ("get_partition_spec", MESH),
            ("get_sharding", MESH),
            ("logical_to_mesh", MESH),
            ("logical_to_mesh_axes", MESH),
            ("logical_to_mesh_sharding", MESH),
            ("Fp8DirectDotGeneralOp", EIGHT_BITS),
            ("Fp8DotGeneral", EIGHT_BITS),
            ("Fp8DotGeneralOp", EIGHT_BITS),
            ("Fp8Einsum", EIGHT_BITS),
            ("NANOOFp8DotGeneralOp", EIGHT_BITS),
            ("fold_rngs", "give modules inside the transform their keys with `split_rngs`"),
        ],
    ),
    (
        "flax.nnx",
        &[
            ("pmap", MESH),
            ("shard_map", MESH),
            ("with_partitioning", MESH),
            ("get_partition_spec", MESH),
            ("get_named_sharding", MESH),
            ("abstract_with_sharding", MESH),
            ("logical_axis_rules", MESH),
            ("StateSharding", MESH),
            ("bridge", "a module is linen's or nnx's: write the other one's layers in the same"),
            ("jvp", "take `jax.jvp` of a function of the state that `nnx.split` gives"),
            ("vjp", "take `jax.vjp` of a function of the state that `nnx.split` gives"),
            ("make_jaxpr", HOST_WORK),
            ("checkify", "a compiled program does not raise: check values where they come back"),
            ("capture", "sow the values and take them with `nnx.pop`"),
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

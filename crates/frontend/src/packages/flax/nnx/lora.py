# Updates of low rank beside a layer.


class LoRAParam(Param):
    pass


class LoRA(Module):
    def __init__(
        self, in_features, lora_rank, out_features, *, base_module=None, dtype=None, param_dtype=jnp.float32,
        a_initializer=initializers.he_uniform(), b_initializer=initializers.zeros, lora_param_type=LoRAParam, rngs,
        **options,
    ):
        self.in_features, self.out_features, self.base_module = in_features, out_features, base_module
        self.dtype, self.param_dtype, self.lora_param_type = dtype, param_dtype, lora_param_type
        self.lora_a = lora_param_type(a_initializer(rngs.params(), (in_features, lora_rank), param_dtype))
        self.lora_b = lora_param_type(b_initializer(rngs.params(), (lora_rank, out_features), param_dtype))

    def __call__(self, x, **kwargs):
        x, a, b = promote_dtype(x, self.lora_a.value, self.lora_b.value, dtype=self.dtype)
        out = x @ a @ b
        return out if self.base_module is None else out + self.base_module(x, **kwargs)


class LoRALinear(Linear):
    def __init__(
        self, in_features, out_features, *, lora_rank, lora_dtype=None, lora_param_dtype=jnp.float32,
        a_initializer=initializers.he_uniform(), b_initializer=initializers.zeros, lora_param_type=LoRAParam, rngs,
        **kwargs,
    ):
        super().__init__(in_features, out_features, rngs=rngs, **kwargs)
        self.lora = LoRA(
            in_features, lora_rank, out_features, dtype=lora_dtype, param_dtype=lora_param_dtype,
            a_initializer=a_initializer, b_initializer=b_initializer, lora_param_type=lora_param_type, rngs=rngs,
        )

    def __call__(self, x, out_sharding=None):
        return super().__call__(x) + self.lora(x)

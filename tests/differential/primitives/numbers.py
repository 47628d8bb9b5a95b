"""Complex numbers, floats of eight bits, and conversions between all element types."""

from oracle.rows import row as show
from oracle.values import *

MAIN = ["real", "imag", "complex", "conj"]


def row(name, operands, body, *variants, **options):
    show(name, operands, body, *variants, **options if name in MAIN else {"full": 1, "halves": False, **options})


C = [normal(2, 3, dtype="c64"), normal(dtype="c64"), normal(4, dtype="c64")]
CC = [(normal(2, 3, dtype="c64"), normal(2, 3, dtype="c64")), (normal(dtype="c64"), normal(dtype="c64")), (normal(4, dtype="c64"), normal(4, dtype="c64"))]
PLAIN = dict(special=False)

row("real", "x", "lax.real(x)", *C)
row("imag", "x", "lax.imag(x)", *C)
row("conj", "x", "lax.conj(x)", *C)
row("complex", "x y", "lax.complex(x, y)", (normal(2, 3), normal(2, 3)), (normal(), normal()), (normal(4), normal(4)))
row("complex_abs", "x", "lax.abs(x)", *C)
row("complex_angle", "x", "jnp.angle(x)", *C, **PLAIN)
row("complex_sign", "x", "lax.sign(x)", *C, **PLAIN)
row("complex_parts", "x y", "jnp.real(x) * jnp.imag(y), jnp.real(jnp.conj(x) * y)", *CC)
for name in ["neg", "square", "exp", "sin", "cos", "tanh", "sqrt", "rsqrt", "log", "log1p", "expm1", "tan", "logistic", "sinh", "cosh", "asin", "acos", "atan", "asinh", "acosh", "atanh"]:
    row(f"complex_{name}", "x", f"lax.{name}(x)", *C, **PLAIN)
for name in ["add", "sub", "mul", "div", "pow"]:
    row(f"complex_{name}", "x y", f"lax.{name}(x, y)", *CC, **PLAIN)
row("complex_integer_pow", "x", "x**3, x**-2", *C, **PLAIN)
row("complex_equal", "x y", "x == y, x != x", *CC)
row("complex_select", "p x y", "jnp.where(p, x, y)", (bools(3), *CC[2][:1], normal(4, dtype="c64")) if False else (bools(4), normal(4, dtype="c64"), normal(4, dtype="c64")),
    (bools(2, 3), *CC[0]), (bools(), *CC[1]))
row("complex_sum", "x", "jnp.sum(x, axis=0), jnp.prod(x, axis=0), jnp.mean(x)", normal(2, 3, dtype="c64"), normal(4, dtype="c64"), normal(3, 1, dtype="c64"), **PLAIN)
row("complex_cumulative", "x", "jnp.cumsum(x, axis=-1), jnp.cumprod(x, axis=-1)", normal(2, 3, dtype="c64"), normal(4, dtype="c64"), normal(3, 1, dtype="c64"), **PLAIN)
row("complex_matmul", "x y", "x @ y", (normal(2, 3, dtype="c64"), normal(3, 2, dtype="c64")), (normal(3, dtype="c64"), normal(3, 2, dtype="c64")), (normal(2, 2, dtype="c64"), normal(2, dtype="c64")), skip="vmap_last", **PLAIN)
row("complex_shapes", "x", "jnp.pad(x, 1).T.reshape(-1)[::2], jnp.flip(x), jnp.concatenate([x, x], axis=0)", normal(2, 3, dtype="c64"), normal(1, 2, dtype="c64"), normal(2, 2, dtype="c64"))
row("complex_index", "x i", "x[i], x.at[i].add(x[i])", (normal(4, dtype="c64"), values([0, 3, -1], "i32")), (normal(4, 2, dtype="c64"), values([1, 9], "i32")), (normal(2, dtype="c64"), values([0, -7], "i32")), skip="vmap_last")
row("complex_sort", "x", "jnp.sort(x)", normal(4, dtype="c64"), normal(2, 3, dtype="c64"), values([1 + 2j, 1 + 1j, 0.5, 1 - 1j], "c64"), **PLAIN)
row("complex_convert", "x", "x.astype(jnp.complex64) * (1 + 2j)", normal(3), normal(2, dtype="bf16"), normal(dtype="f16"))
row("complex_scan", "w x", "lax.scan(lambda c, v: (c * w + v, jnp.abs(c) ** 2), w, x)", (normal(dtype="c64"), normal(3, dtype="c64")), (normal(dtype="c64"), normal(5, dtype="c64")), (normal(dtype="c64"), normal(1, dtype="c64")), **PLAIN)
row("complex_cond", "p x", "lax.cond(p, lambda x: x * x, lambda x: jnp.conj(x), x)", (values(True, "bool"), normal(2, dtype="c64")), (values(False, "bool"), normal(3, dtype="c64")), (values(True, "bool"), normal(dtype="c64")), skip="vmap_last", **PLAIN)
row("holomorphic", "x", "jax.grad(lambda z: jnp.sum(z**3 + jnp.exp(z)), holomorphic=True)(x), jax.jacfwd(lambda z: z * z, holomorphic=True)(x)", normal(3, dtype="c64"), normal(2, dtype="c64"), normal(1, dtype="c64"), **PLAIN)
row("complex_fft", "x", "jnp.fft.fft(x), jnp.fft.ifft(x), jnp.fft.fft2(jnp.outer(x, x))", normal(4, dtype="c64"), normal(3, dtype="c64"), normal(5, dtype="c64"), skip="vmap_last", **PLAIN)

for f8 in ["float8_e4m3fn", "float8_e5m2"]:
    short = f8.replace("float8", "f8")
    eights = [normal(2, 3, dtype=short), normal(dtype=short), normal(5, dtype=short)]
    row(f"to_{short}", "x", f"x.astype(jnp.{f8})", normal(2, 3), corners(), values([1e-4, 0.0156, 447.0, 465.0, 500.0, 57344.0, 61441.0, 1e9, -3.1]), normal(4, dtype="bf16"), normal(4, dtype="f16"), ints(-500, 500, 5), skip="grad_grad jvp_grad")
    row(f"from_{short}", "x", "x.astype(jnp.float32) * 3.0, x.astype(jnp.bfloat16)", *eights, skip="grad_grad jvp_grad")
    row(f"arithmetic_{short}", "x y", "x + y, x * y, x - y", *[(e, e) for e in eights], skip="grad grad_grad jvp_grad vmap_grad grad_vmap", **PLAIN)
    row(f"shapes_{short}", "x", "jnp.flip(x), jnp.concatenate([x, x]), x.reshape(-1), jnp.where(x > 0, x, -x)", normal(2, 3, dtype=short), normal(4, dtype=short), normal(1, 2, dtype=short), skip="grad grad_grad jvp_grad vmap_grad grad_vmap")
    row(f"matmul_{short}", "x y", "lax.dot_general(x, y, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32)", (normal(2, 3, dtype=short), normal(3, 2, dtype=short)),
        (normal(1, 4, dtype=short), normal(4, 3, dtype=short)), (normal(3, 1, dtype=short), normal(1, 3, dtype=short)), skip="vmap_last grad grad_grad jvp_grad vmap_grad grad_vmap", **PLAIN)

FROM = {"bool": bools(6), "i8": values([-128, -1, 0, 1, 127], "i8"), "u8": values([0, 1, 127, 128, 255], "u8"), "i16": values([-32768, -1, 0, 1, 32767], "i16"),
        "u16": values([0, 1, 255, 65535], "u16"), "i32": values([-2**31, -1, 0, 1, 2**31 - 1, 65536], "i32"), "u32": values([0, 1, 2**31, 2**32 - 1], "u32"),
        "f16": corners("f16"), "bf16": corners("bf16"), "f32": corners(), "c64": normal(4, dtype="c64")}
for to in ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float16", "bfloat16", "float32", "complex64", "bool_"]:
    # What an integer becomes of a float outside its range is XLA's own choice for each width, as is the sign of what wraps.
    sources = [spec for name, spec in FROM.items() if to[0] in "fbc" or name[0] in "ui" or name == "bool"]
    row(f"convert_{to.strip('_')}", "x", f"lax.convert_element_type(x, jnp.{to})", *sources, diff="", special=False)
row("bitcast_narrow", "x", "lax.bitcast_convert_type(x, jnp.uint8), lax.bitcast_convert_type(x, jnp.int16)", normal(2), values([1, -1, 2**31 - 1], "i32"), values([7, 2**32 - 1], "u32"), diff="")
row("bitcast_wide", "x", "lax.bitcast_convert_type(x, jnp.uint32)", ints(0, 255, 2, 4, dtype="u8"), ints(-99, 99, 3, 4, dtype="i8"), values([[1, 2, 3, 255]], "u8"), skip="vmap_last")
for kind in ["i8", "u8", "i16", "u16", "u32"]:
    low = 0 if kind[0] == "u" else -50
    row(f"arithmetic_{kind}", "x y", "x + y, x - y, x * y, x // 3, x % 5, jnp.maximum(x, y), -x, jnp.sum(x), jnp.cumsum(x)", (ints(low, 100, 4, dtype=kind), ints(low, 100, 4, dtype=kind)),
        (ints(low, 50, 2, 2, dtype=kind), ints(low, 50, 2, 2, dtype=kind)), int_pairs(kind), skip="vmap_last")
row("promotion", "a b c", "a + b, b + c, a + c, a * 2, b * 2.5, a / b, c * 1j, jnp.where(a > 0, b, c)", (ints(0, 9, 3, dtype="i8"), ints(0, 9, 3, dtype="u8"), normal(3, dtype="bf16")),
    (bools(2), ints(0, 9, 2), normal(2, dtype="f16")), (ints(0, 9, 2, dtype="u16"), ints(-9, 9, 2, dtype="i16"), normal(2)))

"""How model files compute sizes and names."""
config = {"filters": [32, 64, 128], "kernel": (3, 3), "dropout": 0.25, "name": "net"}
image_size, patch_size = 72, 6
num_patches = (image_size // patch_size) ** 2
projection_dim = 64
transformer_units = [projection_dim * 2, projection_dim]
print(num_patches, transformer_units, image_size / patch_size, -image_size // 7)
for i, filters in enumerate(config["filters"]):
    name = f"block{i + 1}_conv{filters:03d}"
    print(name, filters * config["kernel"][0] * config["kernel"][1], f"{config['name']}/{name}", round(filters * (1 - config["dropout"])))
def make_divisible(v, divisor=8, min_value=None):
    if min_value is None:
        min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v
print([make_divisible(c * 0.35) for c in (16, 24, 32, 64, 96, 160, 320, 1280)], [make_divisible(c * 1.4) for c in (16, 24, 32)])
stack = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]
layers = []
for stage, (filters, blocks, stride) in enumerate(stack, start=2):
    for block in range(blocks):
        layers.append({"name": f"conv{stage}_block{block + 1}", "filters": filters, "stride": stride if block == 0 else 1})
print(len(layers), layers[0], layers[-1]["name"], sum(l["stride"] == 2 for l in layers), {l["filters"] for l in layers} == {64, 128, 256, 512})
def conv_out(n, k, s=1, p="valid"): return (n + s - 1) // s if p.lower() == "same" else (n - k) // s + 1
size = 28
for k, s, p in [(3, 1, "same"), (2, 2, "valid"), (3, 1, "valid"), (2, 2, "VALID")]:
    size = conv_out(size, k, s, p); print(size, end=" ")
print(); print(f"{1234567:,} parameters", f"{0.98765:.2%}", "%.3f s" % 1.23456, "{:>8}|{:<6}|".format("loss", 0.5), "-" * 20, "=" * len("title"))
lr = 1e-3; decay = [lr * 0.5 ** (epoch // 10) for epoch in range(0, 40, 10)]; print(decay, lr, 3e-4, 1e-7, 0.1**3, 1e-3 / 10)
betas = (0.9, 0.999); print(1 - betas[0], 1 - betas[1], 1 - betas[1] ** 10, 2 ** -0.5, 256 ** 0.5, 512 ** -0.5)
defaults = dict(epochs=10, batch_size=32); overrides = {"epochs": 3}; merged = {**defaults, **overrides}; print(merged, sorted(merged), "epochs" in merged)
vocab = {w: i + 1 for i, w in enumerate(sorted(set("the cat sat on the mat".split())))}; print(vocab, [vocab.get(w, 0) for w in "the dog sat".split()])
shape = (None, 28, 28, 1); print(shape[1:], shape[:-1], (shape[0],) + (784,), [d for d in shape if d is not None], len(shape), shape.count(28), shape.index(None))
total = 1
for d in shape[1:]: total *= d
print(total, all(d for d in shape[1:]), any(d is None for d in shape), max(d or 0 for d in shape))

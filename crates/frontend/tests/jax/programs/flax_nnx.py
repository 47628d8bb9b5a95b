"""Modules of Flax nnx: variables' paths and values, outputs, gradients, training."""
import jax
import jax.numpy as jnp
import optax
from flax import nnx


def wave(*shape):
    n = 1
    for size in shape:
        n *= size
    return jnp.sin(jnp.arange(n, dtype=jnp.float32) * 0.7).reshape(shape)


plain = nnx.Not(nnx.RngKey)


def values(tree):
    return jax.tree.leaves(tree)


def names(state):
    return " ".join(".".join(str(key) for key in path) for path, _ in sorted(nnx.to_flat_state(state)))


class MLP(nnx.Module):
    def __init__(self, din, dmid, dout, *, rngs):
        self.linear1 = nnx.Linear(din, dmid, rngs=rngs)
        self.bn = nnx.BatchNorm(dmid, rngs=rngs)
        self.dropout = nnx.Dropout(0.25, rngs=rngs)
        self.linear2 = nnx.Linear(dmid, dout, use_bias=False, rngs=rngs)
        self.scale = nnx.Param(jnp.ones((dout,)) * 0.5)

    def __call__(self, x):
        x = nnx.gelu(self.dropout(self.bn(self.linear1(x))))
        return self.linear2(x) * self.scale


class CNN(nnx.Module):
    def __init__(self, *, rngs):
        self.conv = nnx.Conv(2, 4, kernel_size=(3, 3), rngs=rngs)
        self.blocks = nnx.List([nnx.Conv(4, 4, kernel_size=(3, 3), strides=2, rngs=rngs) for _ in range(2)])
        self.norms = nnx.Dict(group=nnx.GroupNorm(4, num_groups=2, rngs=rngs), layer=nnx.LayerNorm(4, rngs=rngs))
        self.head = nnx.Sequential(nnx.Linear(4, 5, rngs=rngs), nnx.relu, nnx.Linear(5, 3, rngs=rngs))

    def __call__(self, x):
        x = nnx.relu(self.norms["group"](self.conv(x)))
        for block in self.blocks:
            x = nnx.relu(block(x))
        x = nnx.avg_pool(x, window_shape=(2, 2), strides=(1, 1), padding="SAME")
        return self.head(self.norms["layer"](x.mean(axis=(1, 2))))


class Attending(nnx.Module):
    def __init__(self, *, rngs):
        self.embed = nnx.Embed(11, 6, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(num_heads=2, in_features=6, decode=False, dropout_rate=0.1, rngs=rngs)
        self.norm = nnx.RMSNorm(6, rngs=rngs)

    def __call__(self, tokens):
        x = self.embed(tokens)
        x = self.norm(x + self.attention(x, mask=nnx.make_causal_mask(tokens), deterministic=False))
        return self.embed.attend(x)


models = {
    "mlp": (lambda: MLP(4, 6, 3, rngs=nnx.Rngs(0, dropout=1)), wave(5, 4)),
    "cnn": (lambda: CNN(rngs=nnx.Rngs(params=2)), wave(2, 8, 8, 2)),
    "attention": (lambda: Attending(rngs=nnx.Rngs(3)), jnp.array([[1, 2, 3], [5, 6, 10]])),
}


def model_case(make, x):
    def run():
        model = make()
        before = values(nnx.state(model, plain))
        y = model(x)

        def loss(model):
            return jnp.sum(jnp.sin(model(x)))

        value, grads = nnx.value_and_grad(loss)(model)
        model.eval()
        z = model(x) if not isinstance(model, Attending) else y
        return before, y, value, values(grads), z, values(nnx.state(model, (nnx.Param, nnx.BatchStat)))

    return run


def trained():
    model = MLP(4, 6, 3, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.sgd(1e-1, momentum=0.9), wrt=nnx.Param)
    metrics = nnx.MultiMetric(accuracy=nnx.metrics.Accuracy(), loss=nnx.metrics.Average("loss"))
    x, labels = wave(5, 4), jnp.array([0, 2, 1, 1, 0])

    def loss_fn(model, batch):
        logits = model(batch["x"])
        return optax.softmax_cross_entropy_with_integer_labels(logits, batch["label"]).mean(), logits

    @nnx.jit
    def train_step(model, optimizer, metrics, batch):
        (loss, logits), grads = nnx.value_and_grad(loss_fn, has_aux=True)(model, batch)
        metrics.update(loss=loss, logits=logits, labels=batch["label"])
        optimizer.update(model, grads)
        return loss

    losses = [train_step(model, optimizer, metrics, {"x": x, "label": labels}) for _ in range(5)]
    shown = metrics.compute()
    metrics.reset()
    return losses, values(nnx.state(model, plain)), shown["accuracy"], shown["loss"], values(nnx.state(optimizer))


def taken_apart():
    model = CNN(rngs=nnx.Rngs(4))
    graphdef, params, rest = nnx.split(model, nnx.Param, ...)
    doubled = jax.tree.map(lambda p: 2 * p, params)
    other = nnx.merge(graphdef, doubled, rest)
    y = other(wave(1, 8, 8, 2))
    nnx.update(model, doubled)
    return y, model(wave(1, 8, 8, 2)), model.conv.kernel[...], values(nnx.state(model, nnx.Param))


def in_order(run):
    return lambda: jax.tree.leaves(run())


cases = {name: model_case(make, x) for name, (make, x) in models.items()}
cases.update(trained=trained, taken_apart=taken_apart)
cases = {name: in_order(run) for name, run in cases.items()}
texts = {name: names(nnx.state(make())) for name, (make, _) in models.items()}

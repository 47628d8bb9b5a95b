//! Networks of Flax and Haiku, and what optax makes of their gradients.

use super::Choices;
use super::expressions::expression;
use super::statements::indent;

const HEAD: &str =
    "import jax\nimport jax.numpy as jnp\nimport optax\nx = jnp.arange(8.0).reshape(2, 4)\ny = jnp.array([0, 1])\n";

const LINEN: &[&str] = &[
    "nn.Dense(4)(x)",
    "nn.relu(x)",
    "nn.LayerNorm()(x)",
    "nn.Dropout(0.5, deterministic=not train)(x)",
    "nn.softmax(x)",
    "nn.BatchNorm(use_running_average=not train)(x)",
    "nn.Embed(5, 4)(y)",
    "nn.Conv(4, (3,))(x)",
    "x + nn.Dense(4)(x)",
    "nn.tanh(x)",
    "nn.RMSNorm()(x)",
    "nn.SelfAttention(2)(x[None])[0]",
    "nn.Sequential([nn.Dense(3), nn.relu, nn.Dense(4)])(x)",
    "nn.GRUCell(4)(x, x)[0]",
    "nn.RNN(nn.LSTMCell(4))(x[None])[0]",
    "self.param('w', nn.initializers.ones, (4,)) * x",
    "self.variable('state', 'n', lambda: jnp.zeros(())).value + x",
    "nn.remat(nn.Dense)(4)(x)",
    "nn.DenseGeneral((2, 2))(x).reshape(2, 4)",
    "nn.vmap(nn.Dense, variable_axes={'params': 0}, split_rngs={'params': True})(4)(x[None])[0]",
    "nn.avg_pool(x[None], (2,))[0]",
];

const HAIKU: &[&str] = &[
    "hk.Linear(4)(x)",
    "jax.nn.relu(x)",
    "hk.LayerNorm(-1, True, True)(x)",
    "hk.dropout(hk.next_rng_key(), 0.5, x)",
    "hk.nets.MLP([3, 4])(x)",
    "hk.BatchNorm(True, True, 0.9)(x, True)",
    "hk.Sequential([hk.Linear(2), jnp.tanh, hk.Linear(4)])(x)",
    "hk.get_parameter('w', (4,), init=jnp.ones) * x",
    "hk.GRU(4)(x, hk.GRU(4).initial_state(2))[0]",
    "hk.Embed(5, 4)(y)",
    "hk.get_state('s', (), init=jnp.zeros) + x",
    "hk.Conv1D(4, 3)(x[None])[0]",
    "hk.MultiHeadAttention(2, 2, w_init_scale=1.0)(x, x, x)",
];

const NNX: &[&str] = &[
    "nnx.Linear(4, 4, rngs=rngs)",
    "nnx.LayerNorm(4, rngs=rngs)",
    "nnx.Dropout(0.5, rngs=rngs)",
    "nnx.BatchNorm(4, rngs=rngs)",
    "nnx.Param(jnp.ones(4))",
    "nnx.Sequential(nnx.Linear(4, 3, rngs=rngs), nnx.Linear(3, 4, rngs=rngs))",
    "[nnx.Linear(4, 4, rngs=rngs)]",
    "nnx.Embed(5, 4, rngs=rngs)",
    "nnx.GRUCell(4, 4, rngs=rngs)",
];

const TRANSFORMATIONS: &[&str] = &[
    "optax.adam(1e-3)",
    "optax.sgd(0.1, momentum=0.9, nesterov=True)",
    "optax.clip_by_global_norm(1.0)",
    "optax.adamw(1e-3)",
    "optax.scale(-0.1)",
    "optax.scale_by_adam()",
    "optax.add_decayed_weights(1e-4)",
    "optax.lamb(1e-3)",
    "optax.lion(1e-3)",
    "optax.rmsprop(1e-3)",
    "optax.adafactor(1e-3)",
    "optax.scale_by_schedule(optax.cosine_decay_schedule(0.1, 10))",
    "optax.trace(0.9)",
    "optax.centralize()",
    "optax.zero_nans()",
    "optax.apply_if_finite(optax.adam(0.1), 3)",
    "optax.MultiSteps(optax.adam(0.1), 2)",
    "optax.masked(optax.sgd(0.1), lambda p: jax.tree.map(lambda v: v.ndim > 1, p))",
    "optax.identity()",
    "optax.set_to_zero()",
    "optax.ema(0.9)",
    "optax.lookahead(optax.sgd(0.1), 2, 0.5)",
    "optax.inject_hyperparams(optax.adam)(learning_rate=0.1)",
    "optax.noisy_sgd(0.1)",
    "optax.novograd(0.1)",
    "optax.yogi(0.1)",
    "optax.sm3(0.1)",
    "optax.multi_transform({'a': optax.sgd(0.1), 'b': optax.adam(0.1)}, lambda p: jax.tree.map(lambda v: 'a', p))",
    "optax.clip(1.0)",
    "optax.adaptive_grad_clip(0.1)",
    "optax.sam(optax.sgd(0.1), optax.sgd(0.1))",
];

fn layers(choices: &mut dyn Choices, all: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..1 + choices.below(3) {
        text += &match choices.below(8) {
            0 => format!("x = {}\n", expression(choices, 1)),
            1 => format!("if train:\n    x = {}\n", choices.one(all)),
            2 => format!("for i in range({}):\n    x = {}\n", choices.below(3), choices.one(all)),
            _ => format!("x = {}\n", choices.one(all)),
        };
    }
    text + choices.one(&["return x\n", "return x\n", "return jnp.mean(x)\n", "return x, train\n", "return {'x': x}\n"])
}

/// A network, its initial parameters, its output and a step of an optimizer.
pub fn program(choices: &mut dyn Choices) -> String {
    let mut text = HEAD.to_owned();
    match choices.below(4) {
        0 => {
            text += "params = {'a': jnp.ones((4, 4)), 'b': {'c': jnp.zeros(4)}}\ndef apply(p, x): return x @ p['a'] + p['b']['c']\n"
        }
        1 => {
            let body = indent(&indent(&layers(choices, LINEN)));
            text += &format!(
                "from flax import linen as nn\nclass M(nn.Module):\n    @nn.compact\n    def __call__(self, x, train={}):\n{body}",
                choices.one(&["False", "True"])
            );
            text += "m = M()\nparams = m.init({'params': jax.random.key(0), 'dropout': jax.random.key(1)}, x)\n";
            text += "apply = lambda p, x: m.apply(p, x, rngs={'dropout': jax.random.key(2)}";
            text += choices.one(&[")\n", ", mutable=['batch_stats'])[0]\n", ", mutable=True)\n", ", train=True)\n"]);
        }
        2 => {
            let body = indent(&layers(choices, HAIKU));
            let transform = choices.one(&["transform", "transform_with_state", "without_apply_rng"]);
            let (make, call) = match transform {
                "transform_with_state" => ("hk.transform_with_state(net)", "f.apply(*p, jax.random.key(1), x)[0]"),
                "without_apply_rng" => ("hk.without_apply_rng(hk.transform(net))", "f.apply(p, x)"),
                _ => ("hk.transform(net)", "f.apply(p, jax.random.key(1), x)"),
            };
            text += &format!(
                "import haiku as hk\ndef net(x, train=True):\n{body}f = {make}\nparams = f.init(jax.random.key(0), x)\napply = lambda p, x: {call}\n"
            );
        }
        _ => {
            let layer = choices.one(NNX);
            text += &format!(
                "from flax import nnx\nclass M(nnx.Module):\n    def __init__(self, rngs):\n        self.a = {layer}\n        self.b = {}\n    def __call__(self, x):\n        return {}\n\
                 model = M(nnx.Rngs(0, dropout=1))\n{}apply = lambda p, x: nnx.merge(graph, p)(x)\n",
                choices.one(NNX),
                choices.one(&["self.a(x)", "self.b(self.a(x))", "self.a[0](x)", "self.a * x", "self.a(x, x)"]),
                choices.one(&[
                    "graph, params = nnx.split(model)\n",
                    "graph, params, rest = nnx.split(model, nnx.Param, ...)\n",
                    "nnx.state(model)\n"
                ]),
            );
        }
    }
    let loss = choices.one(&[
        "jnp.mean(apply(p, x) ** 2)",
        "optax.softmax_cross_entropy_with_integer_labels(apply(p, x), y).mean()",
        "optax.l2_loss(apply(p, x)).sum()",
        "apply(p, x)",
    ]);
    let tx = match choices.below(3) {
        0 => format!("optax.chain({}, {})", choices.one(TRANSFORMATIONS), choices.one(TRANSFORMATIONS)),
        _ => choices.one(TRANSFORMATIONS).to_owned(),
    };
    text += &format!("tx = {tx}\nstate = tx.init(params)\n");
    text += choices.one(&["@jax.jit\n", "", "@jax.jit\n"]);
    text += &format!(
        "def step(params, state, x, y):\n    loss, grads = jax.value_and_grad(lambda p: {loss})(params)\n    updates, state = tx.update(grads, state, params)\n    \
         return optax.apply_updates(params, updates), state, loss\n"
    );
    text += choices.one(&[
        "print(apply(params, x))\n",
        "params, state, loss = step(params, state, x, y)\n",
        "for i in range(2):\n    params, state, loss = step(params, state, x, y)\n",
        "import numpy as np\ndata = np.load('x.npy')\nfor i in range(2):\n    params, state, loss = step(params, state, data[i * 2 : i * 2 + 2], y)\n    print(loss)\n",
    ]);
    text
}

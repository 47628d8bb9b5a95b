//! Layers, models, functions on arrays and training steps.

use super::expressions::expression;
use super::statements::indent;
use super::{Choices, guess, odd};

const LAYERS: &[&str] = &[
    "layers.Dense(4)",
    "layers.Dense(3, activation='relu')",
    "layers.Conv2D(2, 3, padding='same')",
    "layers.Conv1D(2, 2)",
    "layers.Flatten()",
    "layers.Dropout(0.5)",
    "layers.BatchNormalization()",
    "layers.LayerNormalization()",
    "layers.LSTM(3)",
    "layers.GRU(2, return_sequences=True)",
    "layers.Bidirectional(layers.LSTM(2))",
    "layers.Embedding(10, 4)",
    "layers.Reshape((2, -1))",
    "layers.MaxPooling2D()",
    "layers.GlobalAveragePooling2D()",
    "layers.Activation('softmax')",
    "layers.Rescaling(0.1)",
    "layers.Conv2DTranspose(2, 3, strides=2)",
    "layers.TimeDistributed(layers.Dense(2))",
    "layers.Permute((2, 1))",
    "layers.RepeatVector(3)",
    "layers.Lambda(lambda t: t * 2)",
    "layers.UpSampling2D()",
    "layers.ZeroPadding2D(1)",
    "layers.SeparableConv2D(2, 3)",
    "layers.Masking()",
    "layers.GaussianNoise(0.1)",
    "MyLayer(3)",
    "MyLayer()",
];

const SHAPES: &[&str] =
    &["(4,)", "(8, 8, 3)", "(5, 4)", "()", "(None, 4)", "(0,)", "(2, 3, 4, 5)", "(None,)", "(3, 3, 1)"];

const OPTIMIZERS: &[&str] = &[
    "'adam'",
    "keras.optimizers.SGD(0.1, momentum=0.9)",
    "'nothing'",
    "keras.optimizers.AdamW()",
    "keras.optimizers.Lion(1e-3, clipnorm=1.0)",
    "None",
    "3",
];

const LOSSES: &[&str] = &[
    "'mse'",
    "'sparse_categorical_crossentropy'",
    "keras.losses.BinaryCrossentropy(from_logits=True)",
    "lambda t, p: ops.mean((t - p) ** 2)",
    "None",
    "['mse']",
    "{'out': 'mse'}",
];

const METRICS: &[&str] = &[
    "",
    ", metrics=['accuracy']",
    ", metrics=[keras.metrics.AUC()]",
    ", metrics={'out': 'mae'}",
    ", metrics=['nothing']",
];

/// A class that derives from a layer.
pub fn layer_class(choices: &mut dyn Choices) -> String {
    let base = choices.one(&["layers.Layer", "keras.Model", "layers.Dense", "keras.losses.Loss", "object"]);
    let call = choices.one(&[
        "self, x",
        "self, x, training=None",
        "self, x, mask=None",
        "self",
        "self, x, *more",
        "self, *inputs",
    ]);
    let weight = choices.one(&["(x.shape[-1], self.units)", "(3,)", "()", "(None, 2)", "x"]);
    let mut text = format!(
        "class MyLayer({base}):\n    def __init__(self, units=2, **kw):\n        super().__init__(**kw)\n        self.units = units\n"
    );
    if choices.below(2) == 0 {
        text += &format!("        self.inner = {}\n", choices.one(LAYERS));
    }
    text += &format!(
        "    def build(self, x):\n        self.w = self.add_weight(shape={weight}, name='w', initializer={})\n",
        choices.one(&["'zeros'", "'glorot_uniform'", "'nothing'", "keras.initializers.Constant(2)"])
    );
    text += &format!(
        "    def call({call}):\n        y = {}\n        return {}\n",
        expression(choices, 2),
        choices.one(&[
            "x",
            "x @ self.w",
            "self.inner(x)",
            "(x, y)",
            "ops.sum(x, axis=-1)",
            "{'a': x}",
            "y",
            "self.w + x",
            "None"
        ])
    );
    text
}

fn layer(choices: &mut dyn Choices) -> String {
    if choices.once_in(2) { guess::of_module(choices, "keras.layers") } else { choices.one(LAYERS).to_owned() }
}

/// One of the texts, or something of a module.
fn one_or_any(choices: &mut dyn Choices, of: &[&str], module: &str) -> String {
    if choices.once_in(2) { guess::of_module(choices, module) } else { choices.one(of).to_owned() }
}

/// More arguments of `fit`, by name.
const FIT: &[&str] = &[
    "validation_split",
    "validation_data",
    "callbacks",
    "sample_weight",
    "class_weight",
    "shuffle",
    "steps_per_epoch",
    "initial_epoch",
    "verbose",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
    "x",
    "y",
];

/// More arguments of `compile`.
const COMPILE: &[&str] = &[
    "loss_weights",
    "weighted_metrics",
    "run_eagerly",
    "steps_per_execution",
    "jit_compile",
    "auto_scale_loss",
    "metrics",
];

fn more(choices: &mut dyn Choices, names: &[&str]) -> String {
    if choices.below(3) > 0 { String::new() } else { format!(", {}={}", choices.one(names), odd::value(choices)) }
}

/// What is done with a model.
const USES: &[&str] = &[
    "model.evaluate(np.load('x.npy'), np.load('y.npy'))",
    "model.predict(np.load('x.npy'))",
    "model.summary()",
    "model.save('m.keras')",
    "model.train_on_batch(x, y)",
    "model.test_on_batch(x, y)",
    "model.predict_on_batch(x)",
    "model(x)",
    "model(x, training=True)",
    "model.get_weights()",
    "model.set_weights([x])",
    "model.get_layer(index=0)",
    "model.get_layer('a')",
    "model.layers[-1].output",
    "keras.models.clone_model(model)",
    "model.get_config()",
    "keras.Model(model.inputs, model.layers[0].output)(x)",
    "model.to_json()",
    "model.count_params()",
    "model.weights",
    "model.from_config(model.get_config())",
    "model.load_weights('w.weights.h5')",
    "model.reset_metrics()",
    "model.metrics",
    "model.stateless_call(model.trainable_variables, model.non_trainable_variables, x)",
    "model.optimizer.variables",
    "model.stateless_call([], [], x)",
    "model.compute_loss(x, y, y)",
    "model.trainable = False",
    "model.layers[0](x)",
    "model.optimizer.learning_rate = 0.5",
    "keras.Sequential([model, layers.Dense(2)])(x)",
    "model.add(layers.Dense(2))",
    "model.pop()",
    "model.compile()",
    "model.fit(x, y, epochs=2)",
    "model.fit(x=model, y=model)",
    "model.export('m')",
    "jax.grad(lambda v: ops.sum(model(v)))(x)",
    "jax.vmap(model)(x[None])",
    "model.inputs",
    "model.output_shape",
    "keras.tree.map_structure(lambda v: v.value, model.weights)",
    "model.compute_output_shape((None, 4))",
    "model.fit(Z)",
    "model.layers[0].kernel.assign(x)",
    "model.evaluate(Z, Z)",
    "model.predict(Z)",
    "model.save(Z)",
    "model(Z)",
    "model.compile(Z)",
];

/// A model that is compiled and fitted.
pub fn model(choices: &mut dyn Choices) -> String {
    let shape = choices.one(SHAPES);
    let mut text = String::new();
    if choices.below(2) == 0 {
        let list: Vec<String> = (0..1 + choices.below(5)).map(|_| layer(choices)).collect();
        text += &format!("model = keras.Sequential([keras.Input({shape}), {}])\n", list.join(", "));
    } else {
        text += &format!("inputs = keras.Input({shape})\nh = inputs\nskip = inputs\n");
        for _ in 0..1 + choices.below(5) {
            text += &match choices.below(6) {
                0 => "skip = h\n".to_owned(),
                1 => "h = layers.Add()([h, skip])\n".to_owned(),
                2 => "h = ops.concatenate([h, skip], axis=-1)\n".to_owned(),
                3 => format!("h = {}\n", expression(choices, 2)),
                _ => format!("h = {}(h)\n", layer(choices)),
            };
        }
        text += "model = keras.Model(inputs, h)\n";
    }
    if choices.below(3) > 0 {
        text += &format!(
            "model.compile(optimizer={}, loss={}{}{})\n",
            one_or_any(choices, OPTIMIZERS, "keras.optimizers"),
            one_or_any(choices, LOSSES, "keras.losses"),
            match choices.below(3) {
                0 => format!(", metrics=[{}]", guess::of_module(choices, "keras.metrics")),
                _ => choices.one(METRICS).to_owned(),
            },
            more(choices, COMPILE)
        );
        text += &format!(
            "model.fit({}, np.load('y.npy'), batch_size={}, epochs={}{}{})\n",
            choices.one(&[
                "np.load('x.npy')",
                "np.load('x.npy')",
                "np.ones((8, 4))",
                "keras.datasets.mnist.load_data()[0][0]",
                "x"
            ]),
            choices.one(&["2", "32", "0", "'a'", "None"]),
            choices.one(&["1", "3", "-1"]),
            if choices.once_in(3) {
                format!(", callbacks=[{}]", guess::of_module(choices, "keras.callbacks"))
            } else {
                String::new()
            },
            more(choices, FIT)
        );
    }
    for _ in 0..choices.below(3) {
        let text_of = odd::fill(odd::pick(choices, USES), "Z", &odd::value(choices));
        text += &if text_of.contains(" = ") { text_of + "\n" } else { format!("print({text_of})\n") };
    }
    text
}

/// A function on arrays, transformed and called.
pub fn function(choices: &mut dyn Choices) -> String {
    let mut body = String::new();
    for _ in 0..1 + choices.below(3) {
        body += &match choices.below(5) {
            0 => format!("for i in range({}):\n    x = x + i\n", choices.below(5)),
            1 => format!("if {}:\n    x = -x\n", expression(choices, 2)),
            2 => format!(
                "def step(carry, t):\n    return {}, t\nx, _ = lax.scan(step, x, {})\n",
                expression(choices, 2),
                expression(choices, 1)
            ),
            _ => format!("x = {}\n", expression(choices, 3)),
        };
    }
    let wrapped = choices.one(&[
        "h",
        "jax.jit(h)",
        "jax.grad(h)",
        "jax.vmap(h)",
        "jax.jit(jax.grad(h))",
        "jax.vmap(jax.grad(h))",
        "jax.hessian(h)",
        "jax.jit(jax.vmap(h, in_axes=1))",
        "jax.grad(lambda *v: jnp.sum(h(*v)))",
    ]);
    let args =
        choices.one(&["x", "jnp.ones((3, 3))", "1.0", "x, 2", "a", "jnp.arange(3)", "{'w': x}", "jax.random.key(1)"]);
    format!(
        "def h(x, k=1):\n{}    return {}\nr = {wrapped}({args})\nprint(r)\n",
        indent(&body),
        choices.one(&["x", "jnp.sum(x)", "x * k", "(x, k)", "{'x': x}", "None"])
    )
}

/// A training step of the program's own, and its loop.
pub fn step(choices: &mut dyn Choices) -> String {
    let loss = choices.one(&[
        "jnp.mean((x @ p['w'] - y) ** 2)",
        "jnp.sum(p['w'])",
        "x @ p['w']",
        "jnp.mean(model(x) - y)",
        "0.0",
    ]);
    let returns = choices.one(&["loss, p", "p, loss", "p", "loss", "(p, {'loss': loss, 'n': n})", "p['w'], loss"]);
    let data = choices.one(&[
        "np.load('x.npy')",
        "np.random.randn(64, 3)",
        "np.zeros((64, 3))",
        "keras.datasets.mnist.load_data()",
        "jnp.ones((8, 3))",
    ]);
    let rows = choices.one(&["data[i : i + 8]", "data[i]", "data", "data[8 * i : 8 * (i + 1)]"]);
    let call = choices.one(&["loss, params", "params, loss", "params", "_"]);
    format!(
        "params = {{'w': jnp.zeros(3), 'b': {}}}\n@jax.jit\ndef train(p, x, y, n=1):\n    loss, grads = jax.value_and_grad(lambda p: {loss})(p)\n    \
         p = jax.tree.map(lambda v, g: v - 0.1 * g, p, grads)\n    return {returns}\ndata = {data}\nfor epoch in range({}):\n    for i in range(0, {}, 8):\n        {call} = train(params, {rows}, {})\n",
        expression(choices, 1),
        choices.below(4),
        choices.one(&["64", "len(data)", "3", "data.shape[0]"]),
        expression(choices, 1),
    )
}

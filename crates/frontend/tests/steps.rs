//! Training steps that a file writes itself: which are recognised, with which state, data and logs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Source, Style, render};
use keramos_frontend::{Compilation, Options, compile};

fn compiled(text: &str, options: &Options) -> Compilation {
    compile(Source::new("model.py", text), options)
}

/// The entry points of steps with their ports, or what is wrong.
fn shown(compilation: &Compilation) -> String {
    let rendered = compilation.diagnostics.iter().map(|d| render(d, &compilation.sources, Style::default()));
    let mut text = rendered.collect::<Vec<_>>().join("\n");
    let Some(program) = &compilation.program else { return text };
    for entry in program.entries.iter().filter(|entry| matches!(entry.name(), "train_step" | "evaluate_step")) {
        text.push_str(&format!("{} (batch {:?})\n", entry.name(), entry.batch));
        let types = entry.function.param_types();
        for (port, ty) in entry.inputs.iter().zip(types) {
            text.push_str(&format!("  {} {ty} {:?} -> {:?}\n", port.name, port.kind, port.donated_to));
        }
        for (port, ty) in entry.outputs.iter().zip(entry.function.result_types()) {
            text.push_str(&format!("  = {} {ty} {:?}\n", port.name, port.kind));
        }
    }
    if let Some(fit) = program.training.as_ref().and_then(|training| training.fit.as_ref()) {
        text.push_str(&format!("epochs {}, batch {}, steps {:?}\n", fit.epochs, fit.batch_size, fit.steps_per_epoch));
    }
    text
}

macro_rules! steps {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(shown(&compiled($text, &Options::default())));
        })*
    };
}

steps! {
    seed_example: include_str!("../../../examples/train_step.py");
    params_of_a_function: "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\ndef loss_fn(params, x, y):\n    return jnp.mean((x @ params['w'] + params['b'] - y) ** 2)\n\n@jax.jit\ndef step(params, x, y):\n    loss, grads = jax.value_and_grad(loss_fn)(params, x, y)\n    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), loss\n\nparams = {'w': jnp.zeros((3,)), 'b': jnp.zeros(())}\nx, y = np.load('x.npy'), np.load('y.npy')\nfor i in range(50):\n    params, loss = step(params, x, y)\n";
    key_that_changes_outside_of_the_loop: "import jax\nimport jax.numpy as jnp\nimport keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch, key):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss * jax.random.normal(key, w.shape), loss\n\nw, key = jnp.zeros(3), jax.random.key(0)\nfor epoch in [0, 1]:\n    key, epoch_key = jax.random.split(key)\n    for batch in open('data'):\n        w, loss = step(w, batch, epoch_key)\n";
    keys_of_the_loop: "import jax\nimport jax.numpy as jnp\nimport keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch, key):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss * jax.random.normal(key, w.shape), loss\n\nw, key = jnp.zeros(3), jax.random.key(0)\naverage = w\nfor epoch in range(2):\n    for batch in open('data'):\n        key, step_key = jax.random.split(key)\n        w, loss = step(w, batch, step_key)\n        average = 0.9 * average + 0.1 * w\n";
    targets_of_optax: "import jax\nimport keras\nimport optax\n\nmodel = keras.Sequential([keras.Input(shape=(4,)), keras.layers.Dense(3)])\ntx = optax.sgd(0.1)\nparams = [v.value for v in model.trainable_variables]\nstate = tx.init(params)\n\n@jax.jit\ndef step(params, state, x, y):\n    def loss_fn(params):\n        logits, _ = model.stateless_call(params, [], x)\n        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()\n    loss, grads = jax.value_and_grad(loss_fn)(params)\n    updates, state = tx.update(grads, state, params)\n    return optax.apply_updates(params, updates), state, loss\n\nfor x, y in open('data'):\n    params, state, loss = step(params, state, x, y)\n";
    state_of_another_structure: "import jax\nimport jax.numpy as jnp\nimport keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(state, batch):\n    w, b = state\n    loss = jnp.mean((model(batch) - w + b) ** 2)\n    state = (w - loss,)\n    return loss, state\n\nstate = (jnp.zeros(3), jnp.zeros(3))\nfor batch in open('data'):\n    loss, state = step(state, batch)\n";
}

#[test]
fn types_that_the_user_gives() {
    let text = "import jax\nimport jax.numpy as jnp\n\n@jax.jit\ndef step(params, opt_state, batch):\n    x, y = batch['x'], batch['y']\n    loss, grads = jax.value_and_grad(lambda p: jnp.mean((x @ p['w'] - y) ** 2))(params)\n    opt_state = jax.tree.map(lambda m, g: 0.9 * m + g, opt_state, grads)\n    params = jax.tree.map(lambda p, m: p - 0.1 * m, params, opt_state)\n    return params, opt_state, {'loss': loss, 'size': jnp.sum(params['w'] ** 2)}\n\nparams = {'w': jnp.zeros(3)}\nopt_state = jax.tree.map(jnp.zeros_like, params)\nfor batch in open('data'):\n    params, opt_state, metrics = step(params, opt_state, batch)\n";
    let missing = shown(&compiled(text, &Options::default()));
    let options = Options { data: Some("{x:f32[8,3],y:f32[8]}".into()), ..Options::default() };
    insta::assert_snapshot!(format!("{missing}\n----\n{}", shown(&compiled(text, &options))));
}

#[test]
fn a_number_that_changes_from_call_to_call() {
    let text = "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\n@jax.jit\ndef step(w, x, rate):\n    loss, grad = jax.value_and_grad(lambda w: jnp.mean((x @ w) ** 2))(w)\n    return w - rate * grad, loss\n\nw, x = jnp.ones(3), np.load('x.npy')\nfor rate in [0.1, 0.01]:\n    w, loss = step(w, x, rate)\n";
    let options = Options { data: Some("f32[8,3]".into()), ..Options::default() };
    insta::assert_snapshot!(format!("{text}\n----\n{}", shown(&compiled(text, &options))));
}

macro_rules! steps_on {
    ($($name:ident: $text:expr, $data:literal;)*) => {
        $(#[test]
        fn $name() {
            let options = Options { data: Some($data.into()), ..Options::default() };
            insta::assert_snapshot!(shown(&compiled($text, &options)));
        })*
    };
}

steps_on! {
    state_of_flax_linen: include_str!("jax/steps/linen.py"), "f32[16,8,8,1],i32[16]";
    objects_of_flax_nnx: include_str!("jax/steps/nnx.py"), "f32[4,3],f32[4,2]";
    parameters_of_haiku: include_str!("jax/steps/haiku.py"), "f32[4,3],i32[4]";
}

//! Training steps that a file writes itself: which are recognised, with which state, data and logs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Source, Style, render};
use keramos_frontend::program::Options as ProgramOptions;
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
    numbers_of_enumerate: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch, i):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss / (i + 1), loss\n\nw = jnp.zeros(3)\nfor epoch in range(3):\n    for i, batch in enumerate(open('data'), start=1):\n        w, loss = step(w, batch, i)\n";
    numbers_of_enumerate_in_a_key: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch, i):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss / (i + 1), loss\n\nw = jnp.zeros(3)\ndef batches(data):\n    for start in range(0, len(data), 16):\n        yield data[start : start + 16]\n\nkey = jax.random.key(0)\nfor i, batch in enumerate(batches(np.load('x.npy'))):\n    noise = jax.random.normal(jax.random.fold_in(key, i), ())\n    w, loss = step(w, batch, noise)\n";
    numbers_that_only_the_loop_uses: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss, loss\n\nw = jnp.zeros(3)\nfor i, batch in enumerate(open('data')):\n    if i % 100 == 0:\n        print(i)\n    w, loss = step(w, batch)\n";
    batches_of_a_list: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch, key):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss * jax.random.normal(key, w.shape), loss\n\nw, key = jnp.zeros(3), jax.random.key(0)\ndata = np.random.default_rng(0).normal(size=(30, 3))\nfor epoch in range(2):\n    for batch in np.split(data, 5):\n        key, step_key = jax.random.split(key)\n        w, loss = step(w, batch, step_key)\n";
    batches_cut_by_numbers: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    x, scale = batch\n    loss = jnp.mean((model(x) - scale * w) ** 2)\n    return w - loss, {'error': loss}\n\nw = jnp.zeros(3)\nx = np.random.default_rng(0).normal(size=(20, 3))\nfor epoch in range(4):\n    for i in range(0, 20, 8):\n        w, logs = step(w, (x[i : i + 8], jnp.full((3,), 2.0)))\n";
    batches_at_places_of_the_run: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, x, scale):\n    loss = jnp.mean((model(x) - scale) ** 2)\n    return w - loss, {'error': loss}\n\nw = jnp.zeros(3)\nx, scale = np.load('x.npy'), np.load('scale.npy')\nn, rows = len(x), 8\nfor epoch in range(4):\n    order = np.random.permutation(n)\n    for i in range(n // rows):\n        places = order[i * rows : (i + 1) * rows]\n        w, logs = step(w, x[places], scale[places])\n";
    rows_that_the_data_count: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, x, scale):\n    loss = jnp.mean((model(x) - scale * w) ** 2)\n    return w - loss, {'error': loss}\n\nw = jnp.zeros(3)\nx = np.random.default_rng(0).normal(size=(20, 3))\nx = x[x[:, 0] > 0.5]\nfor epoch in range(4):\n    w, logs = step(w, x, x * 2.0)\n";
    data_of_the_file_that_differ: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    x, scale = batch\n    loss = jnp.mean((model(x) - scale * w) ** 2)\n    return w - loss, {'error': loss}\n\nw = jnp.zeros(3)\nx, scale = np.random.default_rng(0).normal(size=(16, 3)), jnp.arange(48.0).reshape(16, 3)\nfor i in range(0, 16, 8):\n    w, logs = step(w, (x[i : i + 8], scale[i : i + 8]))\n";
    mistake_in_a_loop_over_data: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss, loss\n\nw = jnp.zeros(3)\nfor batch in open('data'):\n    w, loss = stpe(w, batch)\n";
    mistake_behind_a_step: "import jax\nimport jax.numpy as jnp\nimport keras\nimport numpy as np\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss, loss\n\nw = jnp.zeros(3)\nfor batch in open('data'):\n    w, loss = step(w, batch)\n    model.weigths\n";
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

steps! {
    state_of_flax_linen_untold: include_str!("jax/steps/linen.py");
    objects_of_flax_nnx_untold: include_str!("jax/steps/nnx.py");
    parameters_of_haiku_untold: include_str!("jax/steps/haiku.py");
    parameters_alone_untold: "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\n@jax.jit\ndef step(params, x, y):\n    loss_fn = lambda params: jnp.mean((jnp.tanh(x @ params['w']) @ params['v'] - y) ** 2)\n    loss, grads = jax.value_and_grad(loss_fn)(params)\n    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), loss\n\nparams = {'w': jnp.ones((3, 5)), 'v': jnp.ones((5, 2))}\nfor x, y in open('data'):\n    params, loss = step(params, x, y)\n";
    data_that_nothing_tells: "import jax\nimport jax.numpy as jnp\n\n@jax.jit\ndef step(params, batch):\n    x, y = batch\n    flat = x.reshape((x.shape[0], -1))\n    loss = jnp.mean((flat @ params - y) ** 2)\n    return params - loss, loss\n\nparams = jnp.ones((12, 2))\nfor batch in open('data'):\n    params, loss = step(params, batch)\n";
}

steps_on! {
    state_of_flax_linen: include_str!("jax/steps/linen.py"), "f32[16,8,8,1],i32[16]";
    objects_of_flax_nnx: include_str!("jax/steps/nnx.py"), "f32[4,3],f32[4,2]";
    parameters_of_haiku: include_str!("jax/steps/haiku.py"), "f32[4,3],i32[4]";
}

/// Smaller sizes of `--batch` serve what is left over after the full batches.
#[test]
fn smaller_batches_for_what_is_left_over() {
    let text = "import jax\nimport jax.numpy as jnp\nimport keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\n\n@jax.jit\ndef step(w, batch):\n    loss = jnp.mean((model(batch) - w) ** 2)\n    return w - loss, loss\n\nw = jnp.zeros(3)\nfor batch in open('data'):\n    w, loss = step(w, batch)\n";
    let program = ProgramOptions { batches: vec![5, 64], ..ProgramOptions::default() };
    insta::assert_snapshot!(shown(&compiled(text, &Options { program, ..Options::default() })));
}

/// What goes wrong in a body that is looked through, for lack of data, is among the skipped statements.
#[test]
fn what_needs_data_in_a_loop_is_listed() {
    let text = "import keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(3)])\nsizes = [1, 2]\nfor name in open('names'):\n    keras.layers.Dense(int(name))\n";
    let found = compiled(text, &Options::default());
    let lines: Vec<String> = found.skipped.iter().map(|(place, what)| format!("{}: {what}", place.line)).collect();
    insta::assert_snapshot!(format!("{}\n{}", shown(&found), lines.join("\n")));
}

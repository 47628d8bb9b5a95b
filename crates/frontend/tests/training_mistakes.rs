//! Mistakes in hand-written training: what the user is told.

use keramos_frontend::diagnostics::{Source, Style, render};
use keramos_frontend::{Options, compile};

/// A model and its optimizer, as files begin.
const MODEL: &str = "import jax\nimport jax.numpy as jnp\nimport keras\n\nmodel = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(2)])\noptimizer = keras.optimizers.Adam()\n";

/// Everything that compiling `text`, after the usual beginning, tells.
fn report(text: &str) -> String {
    let compiled = compile(Source::new("model.py", format!("{MODEL}{text}")), &Options::default());
    let rendered = compiled.diagnostics.iter().map(|d| render(d, &compiled.sources, Style::default()));
    let all: Vec<String> = rendered.collect();
    format!("{text}\n----\n{}", all.join("\n"))
}

macro_rules! mistakes {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(report($text));
        })*
    };
}

mistakes! {
    optimizer_not_built: "optimizer.stateless_apply([], [], [])\n";
    too_few_values: "\n@jax.jit\ndef f(x):\n    return model.stateless_call([x], [], x)\n\nf(jnp.ones((1, 3)))\n";
    value_of_another_shape: "\n@jax.jit\ndef f(x):\n    return model.stateless_call([x, x], [], x)\n\nf(jnp.ones((1, 3)))\n";
    variable_changed_in_jit: "\n@jax.jit\ndef f(x):\n    model.trainable_variables[1].assign(jnp.ones(2))\n    return x\n\nf(jnp.ones(3))\n";
    layer_not_built: "layer = keras.layers.Dense(2)\nlayer.stateless_call([], [], jnp.ones((1, 3)))\n";
    variable_of_another_shape: "v = keras.Variable(jnp.zeros(3))\nv.assign(jnp.ones(4))\nv.valu\n";
}

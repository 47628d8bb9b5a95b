# Methods of Keras's objects that compute, called where no function is traced.
import jax, jax.numpy as jnp, keras
from keras import layers
x = jnp.arange(6.0).reshape(2, 3)
d = layers.Dense(3)
b = layers.Dense(3)
b.build((None, 3))
c = layers.Conv2D(2, 2)
m = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
m.compile('adam', 'mse', metrics=['mae'])
o = keras.optimizers.Adam()
v = keras.Variable(x)
o.build([v])
k = keras.metrics.MeanSquaredError()
# ---
print(layers.Identity().compute_mask(x, None))
# ---
print(layers.Masking().compute_mask(x, None))
# ---
print(layers.Embedding(3, 2, mask_zero=True).compute_mask(x.astype(int), None))
# ---
print(layers.Identity().compute_mask(keras.Input((3,)), None))
# ---
print(d.compute_mask([x, x], None))
# ---
print(m.compute_mask(x, None))
# ---
print(layers.Concatenate().compute_mask([x, x], [None, None]))
# ---
print(c.convolution_op(jnp.ones((1, 4, 4, 1)), jnp.ones((2, 2, 1, 2))))
# ---
print(d.add_loss(x))
# ---
print(d.add_loss(jnp.sum(x)), d.losses)
# ---
print(d.stateless_call([], [], x))
# ---
print(b.stateless_call([jnp.ones((3, 3)), jnp.ones(3)], [], x, return_losses=True))
# ---
print(layers.BatchNormalization().adapt(x))
# ---
n = layers.Normalization(); n.adapt(x); print(n(x))
# ---
print(o.scale_loss(x))
# ---
print(keras.optimizers.LossScaleOptimizer(o).scale_loss(jnp.float32(2)))
# ---
print(o.update_step(x, v, 0.1))
# ---
print(o.apply([x], [v]), v)
# ---
print(o.stateless_apply(o.variables, [x], [x]))
# ---
print(o.apply_gradients([(x, v)]))
# ---
print(o.add_variable((2,)), o.add_variable_from_reference(v), o.add_optimizer_variables([v], 'a'))
# ---
print(m.compute_loss(x, x, x))
# ---
print(m.stateless_compute_loss([], [], [], x, x, x))
# ---
print(m.compute_metrics(x, x, x), m.get_metrics_result())
# ---
print(m.predict_on_batch(x))
# ---
print(m.train_on_batch(x, x))
# ---
print(m.test_on_batch(x, x))
# ---
print(m.stateless_call(m.trainable_variables, m.non_trainable_variables, x))
# ---
print(k.update_state(x, x), k.result())
# ---
print(k.stateless_update_state(k.variables, x, x))
# ---
print(k.stateless_result(k.variables), k.stateless_reset_state())
# ---
print(k.stateless_result([x, x]))
# ---
print(k.add_variable((2,), 'zeros'), k.add_weight((2,), 'ones'))
# ---
print(v.assign(x + 1), v.assign_add(x), v.assign_sub(1), v.numpy(), v.value)
# ---
print(v.assign(jnp.ones(3)))
# ---
print(keras.random.SeedGenerator(1).next(), keras.random.SeedGenerator(1).next(ordered=False))
# ---
print(b.set_weights([x, x]), b.get_weights())
# ---
print(b.enable_lora(2), b(x))
# ---
print(b.quantize('int8'), b(x))
# ---
print(m.evaluate(x, x), m.predict(x))
# ---
print(b.losses, m.losses, b.metrics)
# ---
e = layers.Dense(2, kernel_regularizer='l2', activity_regularizer='l1'); e(x); print(e.losses)
# ---
print(layers.LSTM(2).get_initial_state(2))
# ---
print(layers.LSTMCell(2).get_initial_state(2))
# ---
print(layers.LSTM(2, stateful=True).reset_states())
# ---
print(layers.Bidirectional(layers.LSTM(2)).compute_mask(jnp.ones((1, 2, 3)), None))
# ---
print(layers.RandomFlip().transform_images(x, None))
# ---
print(layers.Rescaling(2.0).call(x), d.call(x))
# ---
print(b.call(x), layers.Dropout(0.5).call(x, training=True))
# ---
print(m.call(x), m.compute_output_spec(keras.Input((3,))))
# ---
print(b.symbolic_call(keras.Input((3,))))
# ---
print(keras.losses.MeanSquaredError().call(x, x), keras.losses.MeanSquaredError()(x, x))
# ---
print(keras.regularizers.L2(0.1)(x), keras.constraints.UnitNorm()(x), keras.initializers.GlorotUniform()((2, 3)))
# ---
print(keras.optimizers.schedules.CosineDecay(0.1, 3)(x))
# ---
print(keras.layers.StackedRNNCells([layers.LSTMCell(2)]).get_initial_state(2))
# ---
print(keras.layers.MultiHeadAttention(2, 2).compute_mask(x, x))
# ---
print(m.stateless_compute_loss(x, [], [], x, x, []))
# ---
print(m.compute_loss(x, x, x + 1), m.compute_metrics(x, x, x + 1))
# ---
print(m.stateless_compute_loss([w.value for w in m.trainable_variables], [], [w.value for w in m.metrics_variables], y=x, y_pred=x))
# ---
keras.optimizers.Lion().update_step(x, keras.Variable(x), 0.1)
# ---
print(keras.losses.SquaredHinge()(x, x, sample_weight=keras.Input(())))
# ---
i = keras.Input((3,))
print(keras.losses.MeanSquaredError()(i, layers.Dense(3)(i)))

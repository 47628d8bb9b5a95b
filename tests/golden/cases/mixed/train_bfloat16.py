"""Training in mixed_bfloat16: losses, metrics and the optimizer in float32."""
# golden: target0=class(4) batch=8 tolerance=1.5e-2 stages=predict,train,evaluate,fit reason="sums of numbers with 8 bits are rounded in another order"

import keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_bfloat16")
model = keras.Sequential(
    [
        keras.Input(shape=(10,)),
        layers.Dense(16, activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.Dense(4),
        layers.Activation("softmax", dtype="float32"),
    ]
)
model.compile(
    optimizer=keras.optimizers.SGD(0.05, momentum=0.9),
    loss="sparse_categorical_crossentropy",
    metrics=[keras.metrics.SparseTopKCategoricalAccuracy(2)],
)

# Layers as dicts, and the way back.
import keras
from keras import layers


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return type(value)(ordered(part) for part in value)
    return value



for layer in [
    layers.Dense(3, activation="relu", kernel_regularizer="l2", bias_constraint=keras.constraints.NonNeg(), name="dense"),
    layers.Conv2D(4, 3, strides=2, padding="same", activation="gelu", name="conv"),
    layers.Conv1D(4, 3, dilation_rate=2, padding="causal", use_bias=False, name="conv1"),
    layers.Conv2DTranspose(4, 2, name="up"),
    layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
    layers.SeparableConv2D(4, 3, name="separable"),
    layers.Embedding(10, 4, mask_zero=True, name="embedding"),
    layers.BatchNormalization(momentum=0.9, name="norm"),
    layers.LayerNormalization(epsilon=1e-6, name="layer_norm"),
    layers.GroupNormalization(2, name="group_norm"),
    layers.Dropout(0.25, seed=1, name="drop"),
    layers.LSTM(3, return_sequences=True, name="lstm"),
    layers.GRU(3, reset_after=False, name="gru"),
    layers.SimpleRNN(3, dropout=0.5, name="rnn"),
    layers.MaxPooling2D(2, name="pool"),
    layers.AveragePooling1D(3, strides=1, name="average"),
    layers.GlobalAveragePooling2D(keepdims=True, name="global"),
    layers.Flatten(name="flatten"),
    layers.Reshape((2, -1), name="reshape"),
    layers.Permute((2, 1), name="permute"),
    layers.RepeatVector(3, name="repeat"),
    layers.Concatenate(axis=1, name="concatenate"),
    layers.Add(name="add"),
    layers.Dot(axes=1, normalize=True, name="dot"),
    layers.Activation("tanh", name="activation"),
    layers.ReLU(max_value=6.0, name="relu"),
    layers.LeakyReLU(negative_slope=0.125, name="leaky"),
    layers.PReLU(shared_axes=[1], name="prelu"),
    layers.ELU(alpha=0.5, name="elu"),
    layers.Softmax(axis=1, name="softmax"),
    layers.MultiHeadAttention(2, 3, dropout=0.125, name="attention"),
    layers.UpSampling2D(2, interpolation="bilinear", name="sampling"),
    layers.ZeroPadding2D(1, name="padding"),
    layers.Cropping2D(((1, 0), (0, 1)), name="cropping"),
    layers.GaussianNoise(0.5, name="noise"),
    layers.SpatialDropout1D(0.5, name="spatial"),
    layers.Rescaling(0.5, offset=1.0, name="rescaling"),
    layers.Masking(1.0, name="masking"),
    layers.EinsumDense("ab,bc->ac", 3, bias_axes="c", name="einsum"),
    layers.Identity(name="identity"),
    layers.Dense(2, dtype="mixed_bfloat16", trainable=False, name="mixed"),
]:
    entry = layers.serialize(layer)
    print(ordered(entry))
    again = layers.deserialize(entry)
    print(type(again).__name__, again.name, again.get_config() == layer.get_config())
    direct = type(layer).from_config(layer.get_config())
    print(direct.trainable, direct.name == layer.name)

inner = layers.serialize(layers.TimeDistributed(layers.Dense(2, name="inner"), name="outer"))
print(inner["config"]["layer"]["class_name"], inner["config"]["layer"]["config"]["units"])
both = layers.Bidirectional(layers.LSTM(3, name="way"), merge_mode="sum", name="both")
again = layers.deserialize(layers.serialize(both))
print(type(again).__name__, again.name)

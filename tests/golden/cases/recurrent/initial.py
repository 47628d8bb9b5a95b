"""How recurrent layers start: default seeds in order of construction, the forget gate's bias."""
# golden: stages=init tolerance=1e-5

import keras
from keras import layers

keras.utils.set_random_seed(11)
x = keras.Input(shape=(4, 3))
a = layers.LSTM(3, bias_initializer="random_normal")(x)
b = layers.GRU(2, dropout=0.1)(x)
c = layers.Bidirectional(layers.LSTM(2, dropout=0.2))(x)
d = layers.Bidirectional(layers.SimpleRNN(2, kernel_initializer=keras.initializers.HeNormal(), name="inner"))(x)
e = layers.TimeDistributed(layers.Dense(2))(x)
f = layers.RNN([layers.LSTMCell(2), layers.GRUCell(2)])(x)
model = keras.Model(x, [a, b, c, d, e, f])

import keras
from keras import layers

x = keras.Input((3,))
model = keras.Model(x, layers.Add()([keras.Variable(1.0), x]))
model.compile(optimizer="sgd", loss="mse")

import keras
import jax
import jax.numpy as jnp
model = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(1)])

#: a value without a name --value 3
#: a value that cannot be read --value norm=f32[x]
#: a value without its end --value names=[a
#: an input that is no type --input-shape 3
#: an input that cannot be read --input-shape f32[3
#: too many inputs --input-shape f32[32,8,3],f32[32,8,3]
#: an input of another type --input-shape f32[32,8,4]
#: a tensor too large --input-shape f32[99999999999,99999999999]
#: a variable that holds no model --model modle
#: an entry that is missing --entry predcit:f32[3]
#: an entry that cannot be read --entry model:f32[3
#: an entry of another type --entry jnp:f33[3]

#: a value told of a name that the file gives itself --value unit=3 --value units=4
import numpy as np
units = 8
x = np.load("x.npy")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
model.compile("sgd", "mse")

#: a value of a name that is nearly one of the run --value x_trian=f32[100,4]
import numpy as np
x_train, y_train = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x_train, y_train)

#: types that are not those of the model's inputs --input-shape f32[32,5]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")

#: no types --input-shape (3,4)
model = keras.Model([a := keras.Input((4,)), b := keras.Input((4,))], keras.layers.add([a, b]))
model.compile("sgd", "mse")

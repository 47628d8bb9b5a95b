"""keras.tree, keras.config and small functions of keras.utils: what they say decides the model."""

import keras
from keras import layers, tree

nested = {"b": [1, (2, None)], "a": {"y": 3, "x": [4]}}
assert tree.flatten(nested) == [4, 3, 1, 2, None]
assert tree.flatten(7) == [7] and tree.flatten([]) == []
assert tree.map_structure(lambda v: v if v is None else v * 2, nested) == {"b": [2, (4, None)], "a": {"y": 6, "x": [8]}}
assert tree.map_structure(lambda a, b: a + b, [1, (2, 3)], [10, (20, 30)]) == [11, (22, 33)]
assert tree.pack_sequence_as(nested, [1, 2, 3, 4, 5]) == {"b": [3, (4, 5)], "a": {"y": 2, "x": [1]}}
assert tree.is_nested([1]) and tree.is_nested({}) and not tree.is_nested(1) and not tree.is_nested("text")
assert [path for path, leaf in tree.flatten_with_path(nested)] == [("a", "x", 0), ("a", "y"), ("b", 0), ("b", 1, 0), ("b", 1, 1)]
assert tree.lists_to_tuples([1, [2, {"a": [3]}]]) == (1, (2, {"a": (3,)}))
assert tree.map_shape_structure(lambda shape: len(shape), {"a": (None, 3), "b": [(2,), (2, 3, 4)]}) == {"a": 2, "b": [1, 3]}
assert tree.map_structure_up_to([0, 0], lambda v: v, [[1, 2], (3,)]) == [[1, 2], (3,)]
assert tree.traverse(lambda v: sum(v) if isinstance(v, tuple) else None, [1, (2, 3), [(4,)]]) == [1, 5, [4]]
try:
    tree.assert_same_structure([1, 2], [1, (2,)])
    failed = False
except ValueError:
    failed = True
assert failed
assert keras.utils.unpack_x_y_sample_weight((1, 2)) == (1, 2, None)
assert keras.utils.pack_x_y_sample_weight(1, 2) == (1, 2) and keras.utils.pack_x_y_sample_weight(5) == 5
assert keras.backend.standardize_dtype("int") == "int32" and keras.backend.standardize_dtype(float) == "float32" and keras.backend.is_float_dtype("bfloat16")
assert keras.backend.is_int_dtype("int8") and not keras.backend.is_int_dtype("bool")
keras.config.set_image_data_format("channels_last")
keras.config.set_floatx("float32")
keras.config.disable_traceback_filtering()
keras.utils.clear_session()
inputs = {"b": keras.Input(shape=(3,), name="b"), "a": keras.Input(shape=(3,), name="a")}
assert all(keras.utils.is_keras_tensor(leaf) for leaf in tree.flatten(inputs))
hidden = tree.map_structure(lambda leaf: layers.Dense(2)(leaf), inputs)
model = keras.Model(inputs, layers.Add()(tree.flatten(hidden)))

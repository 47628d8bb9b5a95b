# Configurations of ml_collections and options of absl: what is evaluated when a program is compiled.
from absl import flags
import ml_collections
from ml_collections import config_dict

config = ml_collections.ConfigDict()
config.learning_rate = 0.1
config.model = ml_collections.ConfigDict({"width": 16, "layers": (1, 2)})
config.model.name = "mlp"
config.seeds = [1, 2]
config["steps"] = 10
print(config.learning_rate, config["model"]["width"], config.model.layers, config.steps)
print(sorted(config.keys()), "steps" in config, "epochs" in config, len(config))
print(config.get("epochs", 3), config.get("steps", 3))
config.learning_rate = 1
print(config.learning_rate, type(config.learning_rate).__name__)
try:
    config.steps = "ten"
except TypeError:
    print("a string is no number of steps")
config.lock()
try:
    config.epochs = 3
except AttributeError:
    print("locked")
try:
    config.model.depth = 3
except AttributeError:
    print("locked inside")
with config.unlocked():
    config.epochs = 3
print(config.epochs, config.is_locked)
try:
    config.warmup
except AttributeError:
    print("no warmup")
config.update({"steps": 20, "model": {"width": 32}})
print(config.steps, config.model.width, config.model.name)
for key, value in config.items():
    if not isinstance(value, ml_collections.ConfigDict):
        print(key, value)
print(config.to_dict()["model"])
print(dict(config.model))
print({**config.model})

frozen = ml_collections.FrozenConfigDict({"a": [1, 2], "b": {"c": 3}})
print(frozen.a, frozen.b.c, hash(frozen) == hash(ml_collections.FrozenConfigDict({"a": [1, 2], "b": {"c": 3}})))
try:
    frozen.a = 1
except AttributeError:
    print("frozen")

batch = config_dict.FieldReference(32)
derived = config_dict.ConfigDict({"batch": batch, "half": batch // 2, "examples": batch * 10 + 1})
print(derived.batch, derived.half, derived.examples)
derived.batch = 64
print(derived.batch, derived.half, derived.examples, derived.get_ref("batch").get())
hole = config_dict.ConfigDict({"size": config_dict.placeholder(int)})
print(hole.size)
hole.size = 4
print(hole.size)
print(config_dict.create(a=1, b=2).b)

FLAGS = flags.FLAGS
flags.DEFINE_integer("batch_size", 128, "Rows.", lower_bound=1)
flags.DEFINE_float("lr", 1, "Rate.")
flags.DEFINE_bool("train", True, "Whether.")
flags.DEFINE_boolean("fast", "false", "Whether.")
flags.DEFINE_string("dir", None, "Where.")
flags.DEFINE_enum("opt", "adam", ["adam", "sgd"], "Which.")
flags.DEFINE_list("widths", "300, 100", "Units.")
flags.DEFINE_multi_integer("gpus", [0, 1], "Which.")
EPOCHS = flags.DEFINE_integer("epochs", 3, "Passes.")
FLAGS(["program"])
print(FLAGS.batch_size, FLAGS.lr, FLAGS.train, FLAGS.fast, FLAGS.dir, FLAGS.opt, FLAGS.widths, FLAGS.gpus, EPOCHS.value)
print(EPOCHS.name, EPOCHS.default, "epochs" in FLAGS, "nothing" in FLAGS, FLAGS["lr"].value)
FLAGS.batch_size = 64
print(FLAGS.batch_size)
try:
    flags.DEFINE_enum("mode", "x", ["a", "b"], "Which.")
except flags.IllegalFlagValueError:
    print("illegal")

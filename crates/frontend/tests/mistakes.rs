//! What users are told about their mistakes: source and message, one snapshot per mistake.

use keramos_frontend::diagnostics::{Source, SourceMap, Style, render};
use keramos_frontend::interp::{Options, run};

fn report(text: &str) -> String {
    let source = Source::new("model.py", text);
    let evaluated = run(&source, Options { max_steps: Some(1_000_000), ..Options::default() });
    let sources = SourceMap::single(source);
    let all: Vec<String> = evaluated.diagnostics().iter().map(|d| render(d, &sources, Style::default())).collect();
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
    undefined_name: "import keras\nfrom keras import layers\nx = layres.Dense(3)\n";
    unknown_layer: "from keras import layers\nx = layers.Dens(10)\ny = x(3)\nz = layers.Convolution9D(1)\n";
    unknown_module: "import keras.layerz\nfrom keras.ops2 import relu\n";
    unknown_attribute: "import keras\nm = keras.Sequental()\n'abc'.uper()\n[].appendd(1)\n";
    unknown_argument: "from keras import layers\nlayers.Dense(10, activaton='relu')\n";
    several_independent_errors: "import keras\nx = undefined_one\ny = x + 1\nprint(y)\nz = undefined_two\nw = 1 / 0\nok = 3\n";
    error_in_a_function: "import keras\n\ndef block(x, units):\n    return keras.layers.Dense(units)(x) + missing\n\ndef build():\n    inputs = keras.Input(shape=(4,))\n    return block(inputs, 8)\n\nmodel = build()\nmodel.summary()\n";
    shape_mismatch_in_a_function: "import keras\n\ndef merge(a, b):\n    return keras.layers.Add()([a, b])\n\na = keras.Input(shape=(4,))\nb = keras.Input(shape=(5,))\nc = merge(a, b)\n";
    operator_shape_mismatch: "import keras\na = keras.Input(shape=(4, 3))\nb = keras.Input(shape=(4, 5))\nc = a * b\n";
    host_value_in_a_layer: "import keras\nimport numpy as np\n(x_train, y_train), _ = keras.datasets.mnist.load_data()\nclasses = len(np.unique(y_train))\nx = keras.Input(shape=(4,))\ny = keras.layers.Dense(classes)(x)\n";
    host_value_in_a_tensor_operation: "import keras\nimport numpy as np\nmean = np.load('mean.npy')\nx = keras.Input(shape=(4,))\ny = x - mean\n";
    host_shape_of_an_input: "import keras\nimport numpy as np\nx = np.load(\"x.npy\")\ninputs = keras.Input(shape=x.shape[1:])\n";
    host_length_of_a_list: "import keras, os\nnames = sorted(os.listdir('data'))\nclasses = [n for n in names]\nx = keras.layers.Dense(len(names))(keras.Input((4,)))\n";
    host_vocabulary: "import keras\nimport pandas as pd\nwords = pd.read_csv('words.csv')['word'].unique()\nlookup = keras.layers.StringLookup(vocabulary=words)\nx = keras.layers.Embedding(lookup.vocabulary_size(), 8)(keras.Input((4,)))\n";
    vocabulary_of_adapted_text: "import keras\nlines = open('lines.txt').readlines()\ntext = keras.layers.TextVectorization()\ntext.adapt(lines)\nx = keras.layers.Embedding(len(text.get_vocabulary()), 8)(keras.Input((4,)))\n";
    strings_of_tensorflow: "import keras\nimport tensorflow as tf\nx = keras.Input((1,), dtype=tf.string)\n";
    condition_on_a_tensor: "import keras\nx = keras.Input(shape=(4,))\nif x > 0:\n    y = x\n";
    iteration_over_a_symbolic_tensor: "import keras\nx = keras.Input(shape=(4,))\nfor row in x:\n    pass\n";
    assignment_into_a_tensor: "import keras\nx = keras.Input(shape=(4,))\nx[0] = 1\n";
    uncaught_exception: "def check(units):\n    if units < 1:\n        raise ValueError(f'units must be positive, not {units}')\n    return units\n\ncheck(0)\n";
    python_errors: "a = [1, 2][5]\nb = {'x': 1}['y']\nc = 'a' + 1\nd = int('ten')\ne = len(3)\nf = (1, 2, 3)\ng, h = f\nNone.layers\n3()\n";
    wrong_calls: "def f(a, b=1): return a\nf()\nf(1, 2, 3)\nf(1, c=2)\nf(1, a=2)\n";
    endless_recursion: "def f(n):\n    return f(n + 1)\nf(0)\n";
    endless_loop: "n = 0\nwhile n >= 0:\n    n += 1\n";
    subclass_of_a_layer: "import keras\nclass Mine(keras.layers.Layer):\n    pass\nx = Mine()(3)\n";
    layer_without_super_init: "import keras\nclass Mine(keras.layers.Layer):\n    def __init__(self, units):\n        self.units = units\nx = Mine(3)\n";
    layer_call_without_return: "import keras\nclass Mine(keras.layers.Layer):\n    def call(self, x):\n        y = x * 2\nx = keras.Input((4,))\ny = Mine()(x)\n";
    layer_weights_in_call: "import keras\nclass Mine(keras.layers.Layer):\n    def build(self, input_shape):\n        pass\n    def call(self, x):\n        w = self.add_weight(shape=(4,), name='w')\n        return x * w\nx = keras.Input((4,))\ny = Mine()(x)\n";
    layer_weight_of_unknown_shape: "import keras\nclass Mine(keras.layers.Layer):\n    def build(self, input_shape):\n        self.w = self.add_weight(shape=input_shape, name='w')\n    def call(self, x):\n        return x * self.w\nx = keras.Input((4,))\ny = Mine()(x)\n";
    layer_build_arguments: "import keras\nclass Mine(keras.layers.Layer):\n    def build(self, query_shape, values_shape):\n        pass\n    def call(self, query, value):\n        return query + value\nx = keras.Input((4,))\ny = Mine()(x, x)\n";
    layer_unknown_argument: "import keras\nclass Mine(keras.layers.Layer):\n    def __init__(self, units, **kwargs):\n        super().__init__(**kwargs)\nx = Mine(3, rate=0.5)\n";
    layer_number_by_position: "import keras\nclass Mine(keras.layers.Layer):\n    def call(self, x, factor):\n        return x * factor\nx = keras.Input((4,))\ny = Mine()(x, 3)\n";
    layer_shape_mismatch_in_call: "import keras\nclass Mine(keras.layers.Layer):\n    def build(self, input_shape):\n        self.w = self.add_weight(shape=(5, 2), name='w')\n    def call(self, x):\n        return keras.ops.matmul(x, self.w)\nx = keras.Input((4,))\ny = Mine()(x)\n";
    model_fitted_on_host_data_only: "import keras\nclass Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.dense = keras.layers.Dense(3)\n    def call(self, x):\n        return self.dense(x)\nmodel = Net()\nprint(model.dense.kernel)\n";
    unsupported_python: "class M(type): pass\nfrom .sibling import y\nclass B(bytes): pass\n";
    metaclass: "def meta(name, bases, members):\n    return None\nclass M(metaclass=meta): pass\n";
    keys_without_a_hash: "class P:\n    def __eq__(self, other):\n        return True\nd = {P(): 1}\ns = {[1]}\nfrom dataclasses import dataclass\n@dataclass\nclass Q:\n    a: int\nt = {Q(1)}\n";
    generator_mistakes: "def g():\n    yield [(yield x) for x in 'ab']\nlist(g())\ndef h():\n    yield 1\nh().send(2)\ndef k():\n    x = yield undefined\nnext(k())\n";
    class_patterns: "class P:\n    __match_args__ = ('x',)\n    x = 1\nmatch P():\n    case P(1, 2): pass\nmatch 3:\n    case undefined(): pass\nmatch 3:\n    case len(): pass\n";
    match_on_a_tensor: "import keras\nx = keras.Input((4,))\nmatch x:\n    case 1: pass\n";
    match_on_data_of_the_run: "import keras, numpy as np\nmode = np.load('mode.npy')\nmatch mode:\n    case 1: units = 3\n    case _: units = 4\ny = keras.layers.Dense(units)(keras.Input((4,)))\n";
    slots: "class S:\n    __slots__ = ('a',)\ns = S()\ns.b = 1\n";
    enumeration_mistakes: "from enum import Enum\nclass Mode(Enum):\n    TRAIN = 1\nMode.TRIAN\nMode(7)\nMode['x']\n";
    too_many_classes: "C = object\nfor i in range(1000):\n    C = type('C', (C,), {})\n";
    argument_that_contains_itself: "import jax.numpy as jnp\na = []\na.append(a)\njnp.sum(a)\n";
    skipped_return: "import os\ndef build():\n    if os.path.exists('m.keras'):\n        return None\n    return 3\nmodel = build()\n";
    unpacking: "a, b = 1\n(c, d), e = [1, 2]\n";
    class_mistakes: "class A:\n    def __init__(self, units):\n        self.units = units\na = A(3)\na.unit\nA()\na()\na + 1\n";
    integer_limit: "x = 10 ** 10 ** 10\n";
    assertion: "layers = []\nassert len(layers) > 0, 'no layers given'\n";
    error_in_a_comprehension: "import keras\nsizes = [16, 'x', 64]\nlayers = [keras.layers.Dense(s) for s in sizes]\n";
    error_in_a_lambda: "import keras\nx = keras.Input(shape=(4,))\nf = lambda t: t @ undefined\ny = f(x)\n";
}

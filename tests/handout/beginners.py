"""What beginners write instead of an answer: by week, what each does, with its task and its code."""

from __future__ import annotations

BASE = "def build_base(n_features=4, n_classes=3):\n"
LAYERS = "keras.layers.Dense(50, activation='relu'), keras.layers.Dense(3, activation='softmax')"
WEEK_09 = {
    "forgets `return`": ("build_base", f"{BASE}    base = keras.Sequential([{LAYERS}])"),
    "asks a network for its input that has none yet": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n    return keras.Model(base.input, base.output)",
    ),
    "misspells the loss": (
        "build_base",
        f"{BASE}    base = keras.Sequential([keras.Input((4,)), keras.layers.Dense(50, 'relu'), "
        "keras.layers.Dense(25, 'relu'), keras.layers.Dense(3, 'softmax')])\n"
        "    base.compile(loss='categorical_crosentropy', optimizer='adam')\n    return base",
    ),
    "misspells the optimizer": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n"
        "    base.compile(loss='categorical_crossentropy', optimizer='adamm')\n    return base",
    ),
    "misspells an activation": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(50, activation='rellu')])",
    ),
    "writes a class of its own": (
        "build_base",
        "class Base(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.top = keras.layers.Dense(3)\n\n    def call(self, x):\n        return self.top(x)\n\n\n"
        f"{BASE}    base = Base()\n    base.build((None, 4))\n    return base",
    ),
    "misspells a name": ("build_base", f"{BASE}    base = keras.Sequential([{LAYERS}])\n    return bsae"),
    "returns what `fit` returns": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n"
        "    base.compile(loss='categorical_crossentropy', optimizer='adam')\n"
        "    return keras.callbacks.History()",
    ),
    "gives `keras.Input` a number": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input(4), {LAYERS}])",
    ),
    "chains `add`": (
        "build_base",
        f"{BASE}    return keras.Sequential([keras.Input((4,))]).add(keras.layers.Dense(50)).add("
        "keras.layers.Dense(3))",
    ),
    "leaves the parentheses out": ("build_base", f"{BASE}    return keras.Sequential"),
    "wants an argument that nobody passes": (
        "build_base",
        "def build_base(x, y):\n    return keras.Sequential([keras.Input((4,))])",
    ),
    "ends the program": ("build_base", f"{BASE}    import sys\n    sys.exit()"),
    "keeps the line of the stub": (
        "build_base",
        f"{BASE}    base = keras.Sequential([{LAYERS}])\n    raise NotImplementedError('build_base')",
    ),
    "imports what is not installed": ("build_base", f"{BASE}    import seaborn\n    return seaborn"),
    "calls itself": ("build_base", f"{BASE}    return build_base(n_features, n_classes)"),
    "sets weights that are not there yet": (
        "copy_layers",
        "def copy_layers(base):\n"
        "    copy = keras.Sequential([keras.layers.Dense(layer.units) for layer in base.layers])\n"
        "    copy.set_weights(base.get_weights())\n    return copy",
    ),
    "returns predictions": (
        "copy_layers",
        "def copy_layers(base):\n    return base(__import__('lesson').iris()[0]).numpy()",
    ),
    "pops from the list of layers": (
        "drop_top",
        "def drop_top(model):\n    copy = keras.models.clone_model(model)\n"
        "    copy.set_weights(model.get_weights())\n    copy.layers.pop()\n    return copy",
    ),
    "takes a layer for its output": (
        "drop_top",
        "def drop_top(model):\n    return keras.Model(model.inputs, model.layers[-2])",
    ),
    "counts layers from one": (
        "drop_top",
        "def drop_top(model):\n"
        "    return keras.Sequential([model.layers[number] for number in range(1, len(model.layers) + 1)])",
    ),
    "passes the whole input shape": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n"
        "    model = keras.Sequential([keras.Input(body.input_shape), *body.layers, "
        "keras.layers.Dense(n_classes, activation='softmax')])\n"
        "    model.compile(loss='categorical_crossentropy', optimizer='adam')\n    return model",
    ),
    "gives two layers one name": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n"
        "    return keras.Sequential([*body.layers, keras.layers.Dense(4, name=body.layers[0].name)])",
    ),
    "calls a layer on a network": (
        "add_softmax",
        "def add_softmax(body, n_classes=4):\n    return keras.layers.Dense(n_classes)(body)",
    ),
}

DENSE = "keras.layers.Dense(n_classes, activation='softmax')"
COMPILED = (
    "    graft.compile(loss='categorical_crossentropy', optimizer=keras.optimizers.Adam(learning_rate))\n"
    "    return graft"
)
CUT = "def cut_body(donor):\n"
FREEZE = "def freeze(body):\n"
ADD = "def add_softmax(body, n_classes=4, learning_rate=0.01):\n"
EXTRACT = "def extract_features(body, pictures):\n"
TAKE = "def take_top(model, learning_rate=0.01):\n"
THAW = "def thaw_last_block(model, learning_rate=0.001):\n"
WEEK_10 = {
    "asks a network that was never called for its input": (
        "cut_body",
        f"{CUT}    return keras.Model(donor.input, donor.layers[-2].output)",
    ),
    "cuts nothing": ("cut_body", f"{CUT}    return keras.Model(donor.inputs, donor.layers[-1].output)"),
    "misspells an attribute": ("cut_body", f"{CUT}    return keras.Sequential(donor.layer[:-1])"),
    "calls what is set": ("freeze", f"{FREEZE}    body.trainable(False)\n    return body"),
    "misspells what it sets": ("freeze", f"{FREEZE}    body.trainble = False\n    return body"),
    "freezes the convolutions alone": (
        "freeze",
        f"{FREEZE}    for layer in body.layers:\n        if isinstance(layer, keras.layers.Conv2D):\n"
        "            layer.trainable = False\n    return body",
    ),
    "chooses the loss for numbers of classes": (
        "add_softmax",
        f"{ADD}    graft = keras.Sequential([body, {DENSE}])\n"
        + COMPILED.replace("categorical_", "sparse_categorical_"),
    ),
    "returns what `compile` returns": (
        "add_softmax",
        f"{ADD}    graft = keras.Sequential([body, {DENSE}])\n    return graft.compile(loss='mse')",
    ),
    "names the rate as other libraries do": (
        "add_softmax",
        f"{ADD}    graft = keras.Sequential([body, {DENSE}])\n{COMPILED.replace('Adam(', 'Adam(lr=')}",
    ),
    "passes `predict` an argument of `call`": (
        "extract_features",
        f"{EXTRACT}    return body.predict(pictures, training=False)",
    ),
    "lets the top begin with pictures": (
        "take_top",
        f"{TAKE}    graft = keras.Sequential([keras.Input(model.input_shape[1:]), model.layers[-1]])\n"
        + COMPILED,
    ),
    "thaws by a flag that is set already": (
        "thaw_last_block",
        f"{THAW}    model.trainable = True\n    graft = model\n{COMPILED}",
    ),
}

WEIGHTS = "def attention_weights(queries, keys, mask=None):\n"
SCORES = "    scores = keras.ops.einsum('nqw,nkw->nqk', queries, keys) / queries.shape[-1] ** 0.5\n"
INIT = (
    "    def __init__(self, units, **kwargs):\n        super().__init__(**kwargs)\n"
    "        self.units, self.supports_masking = units, True\n\n"
)
BUILD = (
    "    def build(self, input_shape):\n        shape = (input_shape[-1], self.units)\n"
    "        self.query, self.key, self.value = (self.add_weight(shape=shape) for _ in range(3))\n\n"
)
CALL = (
    "    def call(self, x, mask=None):\n"
    "        weights = attention_weights(x @ self.query, x @ self.key, mask)\n"
    "        return weights @ (x @ self.value)\n\n"
)
CONFIG = "    def get_config(self):\n        return {**super().get_config(), 'units': self.units}\n"
LAYER = f"class SelfAttention(keras.Layer):\n{INIT}{BUILD}{CALL}{CONFIG}"
BLOCK = "def build_block(units):\n    inputs = keras.Input((None, units))\n"
READER = (
    "def build_reader(n_words, n_answers, units=16, learning_rate=0.01):\n"
    "    words = keras.Input((None,), dtype='int32')\n"
    "    vectors = keras.layers.Embedding(n_words, units, mask_zero=True)(words)\n"
    "    question = build_block(units)(vectors)[:, -1]\n"
    "    reader = keras.Model(words, keras.layers.Dense(n_answers, activation='softmax')(question))\n"
    "    reader.compile(loss='categorical_crossentropy', optimizer='adam')\n    return reader"
)
WEEK_11 = {
    "multiplies arrays whose shapes do not fit": (
        "attention_weights",
        f"{WEIGHTS}    return keras.ops.softmax(queries @ keys)",
    ),
    "changes a tensor in place": (
        "attention_weights",
        f"{WEIGHTS}{SCORES}    if mask is not None:\n        scores[mask] = -1e9\n"
        "    return keras.ops.softmax(scores)",
    ),
    "asks whether an array is true": (
        "attention_weights",
        f"{WEIGHTS}{SCORES}    if mask:\n        scores = scores - 1e9\n    return keras.ops.softmax(scores)",
    ),
    "forgets the mask": ("attention_weights", f"{WEIGHTS}{SCORES}    return keras.ops.softmax(scores)"),
    "forgets `super().__init__`": (
        "SelfAttention",
        LAYER.replace("        super().__init__(**kwargs)\n", ""),
    ),
    "misspells a method": ("SelfAttention", LAYER.replace("def build", "def biuld")),
    "forgets `self`": ("SelfAttention", LAYER.replace("call(self, x", "call(x")),
    "forgets `return` in a method": ("SelfAttention", LAYER.replace("return weights @", "weights @")),
    "makes matrices of another shape": (
        "SelfAttention",
        LAYER.replace("(input_shape[-1], self.units)", "(self.units, self.units)"),
    ),
    "takes no mask": ("SelfAttention", LAYER.replace("x, mask=None", "x").replace(", mask)", ")")),
    "takes no other arguments": (
        "SelfAttention",
        LAYER.replace(", **kwargs", "").replace("(**kwargs)", "()"),
    ),
    "gives a layer a tensor as a setting": (
        "build_block",
        f"{BLOCK}    return keras.Model(inputs, keras.layers.LayerNormalization(inputs))",
    ),
    "returns a tensor": ("build_block", f"{BLOCK}    return keras.layers.LayerNormalization()(inputs)"),
    "passes no mask on": ("build_reader", READER.replace(", mask_zero=True", "")),
    "allows one length alone": ("build_reader", READER.replace("Input((None,)", "Input((n_words,)")),
}

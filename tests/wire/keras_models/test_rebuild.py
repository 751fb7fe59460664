"""Rebuilding: a table of unknown origin is refused before it allocates, executes or changes anything."""

from __future__ import annotations

import copy
import json
import resource
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import support
from autograder.support import ExpectationError
from autograder.wire import frames
from autograder.wire.array_blobs import NotAllowedError
from autograder.wire.codec import pack, unpack

Entry = dict[str, Any]
Make = Callable[..., Any]


def keras() -> Any:
    import keras

    return keras


def entry(kind: str = "Dense", **more: Any) -> Entry:
    return {"class": kind, "name": "it", "settings": {"units": 3}, **more}


def source(shape: list[int | None]) -> Entry:
    return {"class": "InputLayer", "name": "in", "settings": {"batch_shape": shape}}


def stack(*places: int, **more: Any) -> Entry:
    return {"class": "Sequential", "name": "stack", "layers": list(places), **more}


def graph(calls: list[Any], gives: Any, **more: Any) -> Entry:
    told = {"inputs": [0], "calls": calls, "takes": {"tensor": 0}, "gives": gives, **more}
    return {"class": "Functional", "name": "net", "graph": told}


def weights(*shapes: list[int], dtype: str = "float32") -> list[dict[str, Any]]:
    return [{"dtype": dtype, "shape": shape} for shape in shapes]


def refuse(entries: list[Any], blob: bytes = b"", match: str = "") -> None:
    with pytest.raises(NotAllowedError, match=match):
        unpack({"layers": entries, "value": None}, blob)


def refusal_of(head: Any, blob: bytes) -> str:
    try:
        unpack(head, blob)
    except NotAllowedError as refusal:
        return str(refusal)
    return ""


BUILT = {"built": [None, 4], "trains": [True, True]}


def doubling(levels: int) -> list[Entry]:
    """Models inside each other, each of which calls the one before twice."""
    table = [source([None, 4]), entry("Identity", settings={})]
    for level in range(levels):
        twice = [
            {"layer": len(table) - 1, "args": [{"tensor": 0}]},
            {"layer": len(table) - 1, "args": [{"tensor": 1}]},
        ]
        table.append({**graph(twice, {"tensor": 2}), "name": f"net{level}"})
    return table


BOMBS: dict[str, tuple[list[Any], str]] = {
    "models that double at every level": (doubling(40), "8192 layers"),
    "models that hide in each other": (
        [{**stack(), "name": "s0"}, *({**stack(n), "name": f"s{n + 1}"} for n in range(300))],
        "41 models inside each other",
    ),
    "a hundred million units": (
        [source([None, 4]), entry(settings={"units": 10**8}), stack(0, 1)],
        "units: 100000000",
    ),
    "a million units without weights": (
        [source([None, 2**31 - 1]), entry(settings={"units": 2**20}), stack(0, 1)],
        "no weight where one of shape",
    ),
    "an orthogonal matrix of 20,000 squared": (
        [
            source([None, 20_000]),
            entry(settings={"units": 20_000, "kernel_initializer": {"class": "Orthogonal"}}),
            stack(0, 1),
        ],
        "no weight where one of shape",
    ),
    "a kernel that is larger than its bytes": (
        [entry(settings={"units": 10**6}, built=[None, 10**6], weights=weights([10**6, 10**6], [10**6]))],
        "arrived",
    ),
    "a kernel of another shape": (
        [entry(settings={"units": 10**6}, weights=weights([0, 2], [0]), **BUILT)],
        "weights",
    ),
    "a batch normalization of a billion channels": (
        [source([None, 10**9]), entry("BatchNormalization", settings={}), stack(0, 1)],
        "no weight where one of shape",
    ),
    "a convolution of a billion weights": (
        [
            source([None, 9, 9, 10**6]),
            entry("Conv2D", settings={"filters": 1000, "kernel_size": [3, 3]}),
            stack(0, 1),
        ],
        "no weight where one of shape",
    ),
    "a dtype of 100 bytes": ([entry(dtype="S100")], "S100"),
    "a weight dtype of 100 bytes": ([entry(weights=weights([4, 3], [3], dtype="S100"), **BUILT)], "numbers"),
    "metrics with a billion thresholds": (
        [stack(compile={"loss": "mse", "metrics": [{"class": "AUC", "num_thresholds": 10**9}]})],
        "compile",
    ),
    "a function of Keras as an activation": (
        [entry(settings={"units": 3, "activation": "set_epsilon"})],
        "set_epsilon",
    ),
    "a function of Keras as a loss": ([stack(compile={"loss": {"function": "set_epsilon"}})], "set_epsilon"),
    "a Lambda inside an activation": (
        [entry(settings={"units": 3, "activation": {"class": "Lambda", "function": "gASV"}})],
        "Lambda",
    ),
    "a Lambda": ([entry("Lambda", settings={"function": "gASV"})], "Lambda"),
    "a class of Keras that is no layer": ([entry("Model", settings={})], "Model"),
    "a registered name": ([entry(registered_name="examiner>Check")], "registered_name"),
    "a module": ([entry(module="os", class_name="system")], "class_name"),
    "settings from another module": ([entry(settings={"units": 3, "module": "os"})], "module"),
    "an initializer from another module": (
        [entry(settings={"units": 3, "kernel_initializer": {"class": "get"}})],
        "get",
    ),
    "a learning rate that is text": (
        [stack(compile={"optimizer": {"class": "Adam", "learning_rate": "nan"}})],
        "learning_rate",
    ),
    "a learning rate beyond bounds": (
        [stack(compile={"optimizer": {"class": "Adam", "learning_rate": 1e300}})],
        "learning_rate",
    ),
    "a learning rate that is an archive": (
        [stack(compile={"optimizer": {"class": "Adam", "learning_rate": {"npz": "UEsDBA=="}}})],
        "learning_rate",
    ),
    "an optimizer of a model that has none": (
        [stack(compile={"loss": "mse"}, optimizer_of=0)],
        "optimizer_of",
    ),
    "an optimizer from nowhere": ([stack(compile={"loss": "mse"}, optimizer_of=[9])], "optimizer_of"),
    "a layer that comes later": ([source([None, 4]), stack(0, 2), entry()], "layers"),
    "a model inside itself": ([source([None, 4]), stack(0, 1)], "layers"),
    "a padding of 11 million numbers for each example": (
        [
            source([None, 1, 3, 1]),
            entry("ZeroPadding2D", settings={"padding": [[500, 500], [500, 500]]}, name="one"),
            entry("ZeroPadding2D", settings={"padding": [[500, 500], [500, 500]]}, name="two"),
            stack(0, 1, 2),
        ],
        "numbers for one example",
    ),
    "a padding beyond bounds": (
        [entry("ZeroPadding2D", settings={"padding": [[4000, 4000], [4000, 4000]]})],
        "padding",
    ),
    "a sum that broadcasts to a billion": (
        [
            source([None, 40_000, 1]),
            {**source([None, 1, 40_000]), "name": "other"},
            entry("Add", settings={}),
            {
                **graph([{"layer": 2, "args": [[{"tensor": 0}, {"tensor": 1}]]}], {"tensor": 2}),
                "graph": {
                    "inputs": [0, 1],
                    "calls": [{"layer": 2, "args": [[{"tensor": 0}, {"tensor": 1}]]}],
                    "takes": [{"tensor": 0}, {"tensor": 1}],
                    "gives": {"tensor": 2},
                },
            },
        ],
        "numbers for one example",
    ),
    "attention between a hundred thousand positions": (
        [
            source([None, 100_000, 1]),
            entry("Attention", settings={}),
            graph([{"layer": 1, "args": [[{"tensor": 0}, {"tensor": 0}]]}], {"tensor": 1}),
        ],
        "numbers for one example",
    ),
    "an unbuilt model that enlarges": ([entry("RepeatVector", settings={"n": 9}), stack(0)], "keras.Input"),
    "a mean of a billion features": (
        [source([None, 10**9]), entry("Normalization", settings={}), stack(0, 1)],
        "no weight where one of shape",
    ),
    "a given mean for a billion features": (
        [
            source([None, 10**9]),
            entry("Normalization", settings={"mean": 1.0, "variance": 2.0}),
            stack(0, 1),
        ],
        "numbers for one example",
    ),
    "a table of a billion tokens": (
        [
            source([None, 5]),
            entry("Embedding", settings={"input_dim": 10**6, "output_dim": 1000}),
            stack(0, 1),
        ],
        "no weight where one of shape",
    ),
    "a recurrent layer of a million units": (
        [source([None, 5, 4]), entry("LSTM", settings={"units": 60_000}), stack(0, 1)],
        "no weight where one of shape",
    ),
    "weights of another input shape": (
        [
            source([None, 9]),
            entry(
                settings={"units": 2, "use_bias": False},
                weights=weights([0, 2]),
                built=[None, 0],
                trains=[True],
            ),
            stack(0, 1),
        ],
        "weights",
    ),
    "a noise shape that no batch has": (
        [source([None, 9]), entry("Dropout", settings={"rate": 0.1, "noise_shape": [3, 5]}), stack(0, 1)],
        "noise_shape",
    ),
    "a vocabulary that is a path": (
        [entry("TextVectorization", settings={"vocabulary": "/etc/passwd"})],
        "vocabulary",
    ),
    "a layer inside that is no recurrent one": (
        [entry("Bidirectional", settings={"layer": {"class": "Lambda", "name": "l"}})],
        "Lambda",
    ),
    "two layers of one name": (
        [
            source([None, 4]),
            entry("Dropout", settings={"rate": 0.5}),
            entry("Flatten", settings={}),
            stack(0, 1, 2),
        ],
        "unique",
    ),
    "a name with a slash": ([entry(name="a/b")], "name"),
    "a name without end": ([entry(name="x" * 10_000)], "name"),
    "no name": ([{"class": "Dense", "settings": {"units": 3}}], "name"),
    "a missing setting": ([entry(settings={})], "could not be rebuilt"),
    "too many layers": ([entry("Identity", settings={})] * 1001, "1000 layers"),
    "an operation that is not listed": (
        [
            source([None, 4]),
            graph([{"operation": "Map", "name": "m", "args": [{"tensor": 0}]}], {"tensor": 1}),
        ],
        "Map",
    ),
    "an operation on numbers alone": (
        [source([None, 4]), graph([{"operation": "Add", "name": "m", "args": [1, 2]}], {"tensor": 0})],
        "numbers",
    ),
    "a tensor that comes later": (
        [source([None, 4]), graph([{"layer": 0, "args": [{"tensor": 1}]}], {"tensor": 1})],
        "call",
    ),
    "an output from nowhere": ([source([None, 4]), graph([], {"tensor": 7})], "call"),
    "an argument that is not listed": (
        [
            source([None, 4]),
            entry("Flatten", settings={}),
            graph([{"layer": 1, "args": [{"tensor": 0}], "mask": None}], {"tensor": 1}),
        ],
        "operation",
    ),
    "an input that is no input": ([entry(), graph([], {"tensor": 0})], "input"),
    "a known layer that nobody passed": ([entry(known=0)], "passed in"),
    "not a table": (["Dense"], "class and its name"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_nothing_has_changed(name: str) -> None:
    entries, match = BOMBS[name]
    epsilon = keras().config.epsilon()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refuse(entries, match=match)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert keras().config.epsilon() == epsilon


def test_every_bomb_is_small_enough_to_arrive() -> None:
    """They are refused for what they are, not only for their size."""
    for entries, _ in BOMBS.values():
        frames.parse(json.dumps({"layers": entries, "value": None}).encode())


def test_a_kernel_spread_over_millions_is_refused(cross: Callable[[Any], Any]) -> None:
    """A convolution pads its inputs for its dilated kernel."""
    layers = keras().layers
    model = keras().Sequential(
        [keras().Input((9, 1)), layers.Conv1D(1, 600, padding="causal", dilation_rate=4096)]
    )
    with pytest.raises(NotAllowedError, match="numbers for one example"):
        cross(model)


def test_a_layer_that_arrives_without_weights_is_built_to_a_bound(cross: Callable[[Any], Any]) -> None:
    """A check that calls it gets an error, not all of the memory."""
    model = cross(keras().Sequential([keras().layers.Dense(2**20), keras().layers.Dense(2**20)]))
    with pytest.raises(ValueError, match="weights for a layer that arrived without any"):
        model(np.ones((1, 4), "float32"))


def test_a_class_of_ones_own_is_refused_in_the_words_of_the_checks(cross: Callable[[Any], Any]) -> None:
    mine = type("MyDense", (keras().layers.Dense,), {})
    model = keras().Sequential([keras().Input((2,)), mine(3)])
    with pytest.raises(ExpectationError) as of_checks:
        support.all_layers(model)
    with pytest.raises(NotAllowedError) as of_wire:
        cross(model)
    assert str(of_wire.value) == str(of_checks.value)


def refused_layers() -> dict[str, tuple[Any, str]]:
    layers = keras().layers
    mine = type("MyDense", (layers.Dense,), {})
    patched = layers.Dense(3)
    patched.call = lambda inputs: inputs
    relabelled = type("Dense", (layers.Dense,), {})
    misspelt = keras().Sequential([keras().Input((4,)), layers.Dense(3)], name="graft")
    misspelt.compile(loss="categorical_crosentropy")
    penalized = keras().Sequential([layers.Dense(2)])
    penalized.activity_regularizer = keras().regularizers.L2()
    return {
        "a class of one's own": (mine(3), "the class MyDense, which Keras does not provide"),
        "a class with a borrowed name": (relabelled(3), "the class Dense, which Keras does not provide"),
        "a misspelt loss": (
            misspelt,
            "the name of a loss of Keras, received 'categorical_crosentropy', which Keras does not know",
        ),
        "a Lambda": (layers.Lambda(lambda x: x * x), "Lambda.*code"),
        "a lambda as activation": (layers.Dense(3, activation=lambda x: x * x), "pass the name of.*relu"),
        "an initializer of one's own without weights": (
            layers.Dense(3, kernel_initializer=lambda s, dtype: 0),
            "function <lambda>",
        ),
        "a call of its own": (patched, "call of its own"),
        "a class that is not listed": (layers.TimeDistributed(layers.Dense(3)), "TimeDistributed.*wrap"),
        "a penalty of a model": (penalized, "activity_regularizer: L2"),
        "a subclassed model": (type("Net", (keras().Model,), {})(), "Net"),
        "one inside a model": (keras().Sequential([layers.Dense(2), mine(3)]), "MyDense"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "a class of one's own",
        "a class with a borrowed name",
        "a misspelt loss",
        "a Lambda",
        "a lambda as activation",
        "an initializer of one's own without weights",
        "a call of its own",
        "a class that is not listed",
        "a penalty of a model",
        "a subclassed model",
        "one inside a model",
    ],
)
def test_what_is_not_listed_is_named_to_the_student(name: str) -> None:
    value, match = refused_layers()[name]
    packed = pack({"answer": value})
    with pytest.raises(NotAllowedError, match=match):
        unpack(packed.head, packed.blob)


def test_a_change_of_an_argument_that_cannot_cross_is_named(donor: Make, call: Callable[..., Any]) -> None:
    def bend(model: Any) -> Any:
        model.layers[0].activation = lambda x: x * x
        return model

    with pytest.raises(NotAllowedError, match=r"donor_1.*activation.*a custom function"):
        call(bend, donor())


def test_sizes_of_an_argument_cannot_change(donor: Make, call: Callable[..., Any]) -> None:
    def grow(model: Any) -> None:
        model.layers[0].units = 60

    with pytest.raises(NotAllowedError, match=r"donor_1.*units"):
        call(grow, donor())


def test_every_argument_must_come_back(donor: Make) -> None:
    base = donor()
    reply = pack(None, known=pack(base).objects)
    known = pack(base).objects
    for forged in (reply.head["layers"][:-1], reply.head["layers"] + reply.head["layers"][:1], []):
        with pytest.raises(NotAllowedError):
            unpack({"layers": forged, "value": None}, reply.blob, known)


def test_an_argument_keeps_its_class(donor: Make) -> None:
    base = donor()
    reply = copy.deepcopy(pack(None, known=pack(base).objects).head)
    reply["layers"][1]["class"] = "Flatten"
    with pytest.raises(NotAllowedError):
        unpack(reply, b"", pack(base).objects)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


replacements = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 1, 2, 3, 50, 2**31, 10**12, 0.5, -0.5, 1e300])
    | st.sampled_from(["Dense", "Sequential", "relu", "float64", "Lambda", "set_epsilon", "", "a/b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["class", "tensor", "dict"]), inner)
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def messages() -> list[Any]:
    """Honest messages to be spoilt: a compiled Sequential, and a graph that branches and nests."""
    layers = keras().layers
    inputs = keras().Input((4,), name="in")
    body = keras().Sequential([keras().Input((4,), name="b"), layers.Dense(2, name="h")], name="body")
    parts = [body(inputs, training=False), layers.BatchNormalization(name="n")(inputs) * 2.0]
    model = keras().Model(inputs, layers.Concatenate(name="c")(parts), name="net")
    model.compile(keras().optimizers.SGD(0.1), "mse")
    stacked = keras().Sequential(
        [keras().Input((4,), name="s"), layers.Dense(3, "relu", name="d")], name="stacked"
    )
    stacked.compile("adam", keras().losses.CategoricalCrossentropy(from_logits=True))
    return [pack([model, 1.5]), pack({"model": stacked})]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_message_spoilt_anywhere_is_rebuilt_or_refused(messages: list[Any], data: st.DataObject) -> None:
    packed = data.draw(st.sampled_from(messages))
    head = copy.deepcopy(packed.head)
    for _ in range(data.draw(st.integers(1, 2))):
        *path, last = data.draw(st.sampled_from(_places(head)[1:]))
        target = head
        for step in path:
            target = target[step]
        if data.draw(st.booleans()):
            target[last] = data.draw(replacements)
        else:
            del target[last]
    sentence = refusal_of(head, packed.blob)
    assert sentence.isprintable()
    assert len(sentence) < 2_000


def test_weights_are_the_ones_that_arrived(cross: Callable[[Any], Any]) -> None:
    """A rebuilt layer never shows what an initializer would have drawn."""
    dense = keras().layers.Dense(2, kernel_initializer="ones")
    dense.build((None, 3))
    dense.kernel.assign(np.arange(6.0).reshape(3, 2))
    arrived = cross(dense)
    assert np.array_equal(arrived.kernel, np.arange(6.0).reshape(3, 2))
    assert type(arrived.kernel_initializer) is keras().initializers.Ones

"""Given code of week 9: how a network is looked at, whatever style it is written in. Nothing here is yours to change.

A network may be Sequential or Functional, flat or nested, with its activations inside the layers or as layers of their
own. So these functions look at the layers that have weights, and at what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import lesson
import numpy as np

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "softmax": lambda z: (
        np.exp(z - z.max(axis=-1, keepdims=True))
        / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
    ),
}

NAMES = {
    name: "categorical cross-entropy" for name in ("categorical_crossentropy", "CategoricalCrossentropy")
}


class Counts(NamedTuple):
    """How many parameters a network has, how many of them training can change, and how many it cannot."""

    total: int
    trainable: int
    frozen: int


class State(NamedTuple):
    """A network of Dense layers at one moment, copied: later changes to the network do not reach it."""

    layers: list[Any]
    flags: list[bool]
    weights: list[tuple[np.ndarray, np.ndarray]]
    activations: list[str]

    def outputs(self, x: np.ndarray, layers: int | None = None) -> np.ndarray:
        """What the first `layers` layers (or all) make of the rows of x (n, features), computed by NumPy."""
        return forward(self.weights[:layers], self.activations[:layers], x)


class Asked(NamedTuple):
    """A question put to a task: the network passed to it, what that was like before, and the answer."""

    argument: Any
    before: State
    answer: Any


def ask(task: Callable[..., Any], argument: Any, seed: int, **sizes: int) -> Asked:
    """Call `task` with a network, and with `sizes` by keyword, after setting `seed`."""
    before = state(argument)
    lesson.deterministic(seed)
    return Asked(argument, before, task(argument, **sizes))


def state(model: Any) -> State:
    """Copy what a flat network of Dense layers, as `lesson.load` makes them, is like now."""
    return State(
        list(model.layers),
        [bool(layer.trainable) for layer in model.layers],
        weights(model),
        [layer.activation.__name__ for layer in model.layers],
    )


def flat(model: Any) -> list[Any]:
    """All layers of a network in order, those of networks inside it included.

    Raises AssertionError for what is no Keras network, for classes that are not Keras' own, and for layers that have
    no weights yet because they do not know the size of their input.
    """
    __tracebackhide__ = True
    if not isinstance(model, keras.Model):
        raise AssertionError(
            f"Expected a Keras network, received {_what(model)}. What does the function return, on every path?"
        )
    found: list[Any] = []
    for part in (model, *getattr(model, "operations", model.layers)):
        if type(part).__module__.split(".")[0] != "keras" or not isinstance(part, keras.Layer):
            raise AssertionError(_not_accepted(type(part).__name__))
        if isinstance(part, keras.layers.Lambda):
            raise AssertionError(_not_accepted("a Lambda layer"))
        if part is not model:
            found += flat(part) if isinstance(part, keras.Model) else [part]
    if not all(layer.built for layer in found):
        raise AssertionError(
            "Expected a built network, whose layers have their weights, received one that does not know how many "
            "numbers a row has. Does it begin with keras.Input?"
        )
    return found


def weighted(model: Any) -> list[Any]:
    """The layers that have weights, in order; raises AssertionError where one of them is not Dense."""
    __tracebackhide__ = True
    layers = [layer for layer in flat(model) if layer.weights]
    if strange := [type(layer).__name__ for layer in layers if type(layer) is not keras.layers.Dense]:
        raise AssertionError(f"Expected weights in Dense layers only, received {', '.join(strange)} as well.")
    return layers


def weights(model: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Copies of kernel (inputs, units) and bias (units,) of every Dense layer; a bias that is left out counts as 0."""
    __tracebackhide__ = True
    arrays = [layer.get_weights() for layer in weighted(model)]
    return [(kernel, *rest) if rest else (kernel, np.zeros(kernel.shape[1])) for kernel, *rest in arrays]


def shapes(model: Any) -> list[tuple[int, ...]]:
    """The kernel's shape, (inputs, units), of every Dense layer in order."""
    __tracebackhide__ = True
    return [kernel.shape for kernel, _ in weights(model)]


def flags(model: Any) -> list[bool]:
    """Of every Dense layer in order, whether training can change it."""
    __tracebackhide__ = True
    trained = {id(variable) for variable in model.trainable_variables}
    return [any(id(variable) in trained for variable in layer.weights) for layer in weighted(model)]


def counts(model: Any) -> Counts:
    """Count the parameters of a network; one that is used twice counts once."""
    __tracebackhide__ = True
    sizes = {
        id(variable): int(np.prod(variable.shape)) for layer in flat(model) for variable in layer.weights
    }
    total = sum(sizes.values())
    trainable = sum(
        sizes[key] for key in {id(variable) for variable in model.trainable_variables} & set(sizes)
    )
    return Counts(total, trainable, total - trainable)


def forward(pairs: Sequence[Any], activations: Sequence[str], x: np.ndarray) -> np.ndarray:
    """What Dense layers with these kernels, biases and activations make of the rows of x, computed by NumPy."""
    for (kernel, bias), activation in zip(pairs, activations, strict=True):
        x = ACTIVATIONS[activation](x.astype(np.float64) @ kernel + bias)
    return x


def outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """What the network itself makes of the rows of x (n, features); raises AssertionError if it cannot take them."""
    __tracebackhide__ = True
    flat(model)
    try:
        return np.asarray(model(x))
    except Exception as error:
        raise AssertionError(
            f"Expected a network for rows of {x.shape[1]} numbers, but calling it raised {error}"
        ) from None


def probes(features: int) -> np.ndarray:
    """Rows (64, features) that tell activations apart: of both signs, small and large."""
    rng = np.random.default_rng(features)
    return (rng.normal(size=(64, features)) * np.geomspace(0.3, 20, 64)[:, None]).astype(np.float32)


def draw_top(model: Any, seed: int) -> None:
    """Give the last layer new weights, drawn as Keras draws them (Glorot uniform, no bias), but from `seed` alone."""
    top = weighted(model)[-1]
    limit = np.sqrt(6 / sum(top.kernel.shape))
    kernel = np.random.default_rng(seed).uniform(-limit, limit, top.kernel.shape).astype(np.float32)
    top.set_weights([kernel, *(np.zeros(bias.shape, np.float32) for bias in top.get_weights()[1:])])


def expect(what: str, expected: object, received: object, think: str) -> None:
    """Raise AssertionError where the two differ: what was expected, what was received, what to think about."""
    __tracebackhide__ = True
    if expected != received:
        raise AssertionError(f"Expected {what} {expected}, received {received}. {think}")


def expect_new(asked: Asked) -> None:
    """The answer is a model of its own, not the one that was passed in."""
    __tracebackhide__ = True
    flat(asked.answer)
    if asked.answer is asked.argument:
        raise AssertionError(
            "Expected a new model, received the one that was passed in. Where is a new one made?"
        )


def expect_shapes(model: Any, expected: list[tuple[int, ...]], think: str) -> None:
    """The Dense layers have kernels of these shapes, (inputs, units)."""
    __tracebackhide__ = True
    expect("Dense layers with kernels (inputs, units) of", expected, shapes(model), think)


def expect_counts(model: Any, expected: tuple[int, int, int], think: str) -> None:
    """The network has so many parameters: in total, trainable, frozen."""
    __tracebackhide__ = True
    received = counts(model)
    words = "{0:,} parameters in total, {1:,} trainable, {2:,} frozen"
    expect("", words.format(*expected), words.format(*received), think)


def expect_flags(model: Any, expected: list[bool]) -> None:
    """Of every Dense layer in order, whether training can change it."""
    __tracebackhide__ = True
    think = "True is a layer that trains. Whose `trainable` did you set, and when?"
    expect("layers, in order, with trainable", expected, flags(model), think)


def expect_weights(
    model: Any, expected: list[tuple[np.ndarray, np.ndarray]], first: int | None = None
) -> None:
    """The Dense layers (the `first` ones only, where given) have these kernels and biases, bit for bit."""
    __tracebackhide__ = True
    received = weights(model)[:first]
    expect(
        "kernels (inputs, units) of",
        [k.shape for k, _ in expected],
        [k.shape for k, _ in received],
        "Which layers are there?",
    )
    for number, (pair, other) in enumerate(zip(expected, received, strict=True), 1):
        for part, array, found in zip(("kernel", "bias"), pair, other, strict=True):
            if not np.array_equal(array, found):
                raise AssertionError(
                    f"Expected the {part} of layer {number} as it was, received other numbers "
                    f"(they differ by up to {np.abs(array - found).max():.3g}). New layers begin with new weights: "
                    "how do the old ones get there?"
                )


def expect_outputs(model: Any, x: np.ndarray, law: np.ndarray, think: str) -> None:
    """The network gives what NumPy computed for the rows of x."""
    __tracebackhide__ = True
    received = outputs(model, x)
    expect("outputs of shape", law.shape, received.shape, think)
    if not np.allclose(received, law, rtol=1e-4, atol=1e-4):
        row = int(np.argmax(np.abs(received - law).max(axis=1)))
        raise AssertionError(
            f"Expected for a row {np.round(x[row], 2)} the outputs {np.round(law[row], 3)}, "
            f"received {np.round(received[row], 3)}. {think}"
        )


def expect_compiled(model: Any) -> None:
    """The network is compiled with Adam and a categorical cross-entropy that takes probabilities."""
    __tracebackhide__ = True
    flat(model)
    think = "Which loss compares one-hot targets with probabilities?"
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        raise AssertionError(
            "Expected a compiled model, received one without loss or optimizer. Where is it compiled?"
        )
    expect("the optimizer", "Adam", type(model.optimizer).__name__, "Which optimizer does the task name?")
    loss = keras.losses.get(model.loss)
    name = getattr(loss, "__name__", None) or type(loss).__name__
    expect("the loss", "categorical cross-entropy", NAMES.get(name, name), think)
    y, p = np.eye(3, dtype=np.float32), np.full((3, 3), 0.2, np.float32) + 0.4 * np.eye(3, dtype=np.float32)
    received = float(np.mean(np.asarray(loss(y, p))))
    if abs(received + np.log(0.6)) > 1e-4:
        raise AssertionError(
            f"Expected a loss of {-np.log(0.6):.3f} where the true class has probability 0.6, received {received:.3f}. "
            "Softmax gives probabilities, not logits: does the loss know?"
        )


def expect_accuracy(received: float, threshold: float) -> None:
    """The share of rows that are right is at least the threshold."""
    __tracebackhide__ = True
    if received < threshold:
        raise AssertionError(
            f"Expected an accuracy of at least {threshold} after training, received {received:.3f}. "
            "Do the right layers train, and with what learning rate?"
        )


def expect_unharmed(asked: Asked) -> None:
    """The argument has the layers, the weights and the trainable flags that it had before."""
    __tracebackhide__ = True
    now = state(asked.argument)
    think = "Which of your lines changes the argument, or layers that it shares?"
    expect("that the argument keeps its layers,", len(asked.before.layers), len(now.layers), think)
    expect("that the argument keeps its layers' trainable flags", asked.before.flags, now.flags, think)
    same = all(
        np.array_equal(a, b)
        for old, new in zip(asked.before.weights, now.weights, strict=True)
        for a, b in zip(old, new, strict=True)
    )
    if not same:
        raise AssertionError(
            f"Expected that the argument keeps its weights, received it with others. {think}"
        )


def expect_only_top_moved(model: Any, before: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Training changed the last layer and no other."""
    __tracebackhide__ = True
    moved = [not np.array_equal(old[0], new[0]) for old, new in zip(before, weights(model), strict=True)]
    expect(
        "that training changes (True) these layers",
        [False] * (len(moved) - 1) + [True],
        moved,
        "Which layers are frozen?",
    )


def expect_nothing_shared(asked: Asked) -> None:
    """No layer of the answer is one of the argument's."""
    __tracebackhide__ = True
    ours = {id(layer) for layer in asked.before.layers}
    shared = [layer.name for layer in flat(asked.answer) if id(layer) in ours]
    if shared:
        raise AssertionError(
            f"Expected no layer in common with the argument, received a network that shares {', '.join(shared)}. Who trains it, trains both."
        )


def _what(value: Any) -> str:
    return "nothing (None)" if value is None else f"a {type(value).__name__}"


def _not_accepted(name: str) -> str:
    return f"Expected layers and networks of Keras' own classes, received {name}. Custom classes are not accepted."

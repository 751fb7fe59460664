"""Given code of week 9: what the checks expect, said in words when it is not so. Nothing here is yours.

Every function raises AssertionError with what was expected, what was received and what to think about.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

# First, for it brings in Keras with the lesson's settings.
import networks
from asking import Asked
from networks import Counts, Weights

# isort: split
import keras
import numpy as np

CROSSENTROPY = {"categorical_crossentropy", "CategoricalCrossentropy"}


def new(asked: Asked) -> None:
    """The answer is a model of its own, not the one that was passed in."""
    __tracebackhide__ = True
    networks.flat(asked.answer)
    if asked.answer is asked.argument:
        _fail("a new model", "the very one that was passed in", "Where does your function make another?")


def shapes(model: Any, expected: list[tuple[int, int]], think: str) -> None:
    """The Dense layers are these: (inputs, units) of each, in order."""
    __tracebackhide__ = True
    received = [kernel.shape for kernel, _ in networks.weights(model)]
    if received != expected:
        _fail(f"Dense layers with (inputs, units) {expected}", received, think)


def counts(model: Any, total: int, trainable: int, think: str) -> None:
    """So many parameters in total, so many of them trainable and the others frozen."""
    __tracebackhide__ = True
    expected, received = Counts(total, trainable, total - trainable), networks.counts(model)
    if received != expected:
        _fail(expected, received, think)


def flags(model: Any, expected: list[bool], think: str) -> None:
    """Training can change these layers (True) and not those (False), in order."""
    __tracebackhide__ = True
    received = networks.flags(model)
    if received != expected:
        _fail(_flags(expected), _flags(received), think)


def weights(model: Any, expected: Weights, first: int | None = None) -> None:
    """The Dense layers, or only the `first` ones, have these kernels and biases, bit for bit."""
    __tracebackhide__ = True
    received = networks.weights(model)[:first]
    sizes = [[kernel.shape for kernel, _ in pairs] for pairs in (expected, received)]
    if sizes[0] != sizes[1]:
        _fail(f"Dense layers with (inputs, units) {sizes[0]}", sizes[1], "Which layers have to be there?")
    for number, (old, now) in enumerate(zip(expected, received, strict=True), 1):
        for part, array, other in zip(("kernel", "bias"), old, now, strict=True):
            if not np.array_equal(array, other):
                _fail(
                    f"in layer {number} the {part} that was there before",
                    f"other numbers, off by up to {np.abs(array - other).max():.2g}",
                    "A new layer starts with random weights. How do you copy the old ones into it?",
                )


def outputs(model: Any, x: np.ndarray, law: np.ndarray, think: str) -> None:
    """For the rows of x the network gives what NumPy computed."""
    __tracebackhide__ = True
    received = networks.outputs(model, x)
    if received.shape != law.shape:
        _fail(f"outputs of shape {law.shape}", received.shape, think)
    if not np.allclose(received, law, rtol=1e-4, atol=1e-4):
        row = int(np.argmax(np.abs(received - law).max(axis=1)))
        _fail(f"for the row {_row(x[row])} the outputs {_row(law[row])}", _row(received[row]), think)


def law(model: Any, activations: list[str], x: np.ndarray, think: str) -> None:
    """The network gives what NumPy computes from its own weights, with these activations."""
    __tracebackhide__ = True
    pairs = networks.weights(model)
    if len(pairs) != len(activations):
        _fail(f"{len(activations)} Dense layers, for {', '.join(activations)}", len(pairs), think)
    outputs(model, x, networks.forward(pairs, activations, x), think)


def softmax_on(model: Any, features: np.ndarray, x: np.ndarray, think: str) -> None:
    """For x the network gives the softmax of what its last layer's own weights make of `features`."""
    __tracebackhide__ = True
    top = networks.weights(model)[-1:]
    if not top or len(top[0][0]) != features.shape[1]:
        received = f"one for {len(top[0][0])}" if top else "none"
        _fail(f"a last layer for {features.shape[1]} features", received, think)
    outputs(model, x, networks.forward(top, ["softmax"], features), think)


def compiled(model: Any) -> None:
    """The network is compiled with Adam and a categorical cross-entropy that takes probabilities."""
    __tracebackhide__ = True
    networks.flat(model)
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        _fail("a compiled model", "one without loss or optimizer", "Which call says how a model is trained?")
    if type(model.optimizer) is not keras.optimizers.Adam:
        _fail("the optimizer Adam", type(model.optimizer).__name__, "Which optimizer does the task name?")
    loss = _loss(model.loss)
    if isinstance(loss, str):
        known = [name for name in dir(keras.losses) if not name.startswith("_")]
        near = get_close_matches(loss, known, n=1)
        think = f"Did you mean {near[0]!r}?" if near else "Which name does Keras give this loss?"
        _fail("the loss categorical cross-entropy", f"{loss!r}, which Keras does not know", think)
    name = getattr(loss, "__name__", type(loss).__name__)
    if name not in CROSSENTROPY:
        _fail(
            "the loss categorical cross-entropy",
            name,
            "Which loss compares one-hot targets with probabilities?",
        )
    truth, said = np.eye(3, dtype=np.float32)[:1], np.array([[0.6, 0.2, 0.2]], np.float32)
    # One row, so that the reduction makes no difference; smoothed labels are right as well.
    value = float(np.sum(np.asarray(loss(truth, said))))
    smoothing = loss.get_config().get("label_smoothing", 0.0) if hasattr(loss, "get_config") else 0.0
    smoothed = -float(np.sum(((1 - smoothing) * truth + smoothing / 3) * np.log(said)))
    if abs(value - smoothed) > 1e-3:
        expected = f"a loss of {smoothed:.3f} where the right class gets the probability 0.6"
        _fail(
            expected,
            f"{value:.3f}",
            "Softmax gives probabilities, not logits: what does the loss take them for?",
        )


def can_train(model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """The network is compiled, takes x, gives something of y's shape, and training can change it."""
    __tracebackhide__ = True
    compiled(model)
    if (shape := networks.outputs(model, x).shape) != y.shape:
        _fail(f"outputs of shape {y.shape}", shape, "How many classes are there to tell apart?")
    if not any(networks.flags(model)):
        _fail("a layer that trains", "a network that is frozen whole", "What is left to learn anything?")


def plain(model: Any, x: np.ndarray) -> None:
    """The layers have no regularizer and no constraint, and nothing drops out or is noisy in training."""
    __tracebackhide__ = True
    for layer in networks.flat(model):
        for name, value in vars(layer).items():
            if name.endswith(("_regularizer", "_constraint")) and value is not None:
                think = "Which arguments of a layer does the task ask for?"
                _fail(f"no {name.strip('_')} in {layer.name}", type(value).__name__, think)
    still, training = networks.outputs(model, x), networks.training_outputs(model, x)
    if not np.allclose(still, training, rtol=1e-4, atol=1e-4):
        off = f"other ones, off by up to {np.abs(still - training).max():.2g}"
        think = "Which layer does something else in training, and does the task ask for it?"
        _fail("the same outputs in training as afterwards", off, think)


def trains(model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """A few steps with the model's own compile settings lower the loss about as plain Adam does."""
    __tracebackhide__ = True
    can_train(model, x, y)
    plain(model, x)
    rate = float(model.optimizer.learning_rate)
    expected, _ = networks.train_briefly(model, x, y, rate if 1e-4 <= rate <= 1 else 0.001)
    # Averaged weights follow the trained ones slowly.
    share = 0.02 if model.optimizer.use_ema else 0.2
    fell, moved = networks.train_briefly(model, x, y)
    if not fell > share * expected:
        think = "Which settings of the optimizer, the loss or a layer keep the network from learning?"
        _fail(
            f"a loss that falls in {networks.STEPS} steps of training, by {expected:.3g} with plain Adam",
            f"one that falls by {fell:.3g} (learning rate {rate:g})",
            think,
        )
    if moved != networks.flags(model):
        think = "What keeps a layer from learning besides its `trainable` flag?"
        _fail(f"a change in {_flags(networks.flags(model))}", f"one in {_flags(moved)}", think)


def fresh(layers: Sequence[Any]) -> None:
    """Nothing has been trained yet: every bias of these layers still has one value throughout."""
    __tracebackhide__ = True
    for layer in layers:
        for bias in layer.get_weights()[1:]:
            if np.ptp(bias) > 0:
                received = f"different ones, such as {_row(bias)}"
                think = "Where is the network trained? The task asks for one that is not."
                _fail(f"equal initial biases in {layer.name}", received, think)


def new_each_time(answers: Sequence[Any], argument: Any = None) -> None:
    """Two calls give two models, with no layer in common but those of the argument."""
    __tracebackhide__ = True
    first, second = (networks.flat(answer) for answer in answers)
    given = [] if argument is None else networks.flat(argument)
    shared = [
        layer
        for layer in first
        if any(layer is other for other in second)
        and not any(layer is other for other in given)
        and not isinstance(layer, keras.layers.InputLayer)
    ]
    if answers[0] is answers[1] or shared:
        received = f"two that share {_names(shared)}" if shared else "one model twice"
        think = "What does your function keep from one call to the next?"
        _fail("two models with new layers from two calls", received, think)


def accuracy(received: float, threshold: float) -> None:
    """At least this share of the rows is right after the training."""
    __tracebackhide__ = True
    if not received >= threshold:
        think = "Do the right layers train, with the right loss, and not too slowly?"
        _fail(f"an accuracy of at least {threshold} after the training", f"{received:.3f}", think)


def only_top_moved(model: Any, before: Weights) -> None:
    """Training changed the last layer and no other."""
    __tracebackhide__ = True
    moved = [not _same(old, now) for old, now in zip(before, networks.weights(model), strict=True)]
    if moved != [False] * (len(moved) - 1) + [True]:
        expected = "that training changes the last layer alone"
        _fail(
            expected,
            f"a change in layers {[n for n, m in enumerate(moved, 1) if m]}",
            "Which of them were frozen?",
        )


def unharmed(asked: Asked) -> None:
    """The argument is as it was before: layers, weights, flags, names, activations and compile settings.

    It takes an answer, and another model, to earn this: a function that does nothing harms nothing.
    """
    __tracebackhide__ = True
    networks.flat(asked.answer)
    before, layers = asked.before, list(asked.argument.layers)
    if [id(layer) for layer in layers] != [id(layer) for layer in before.layers]:
        think = "Whose list of layers does your function change?"
        _fail(f"an argument that keeps its {_names(before.layers)}", _names(layers), think)
    counted = networks.counts(asked.argument)
    if [layer.trainable for layer in layers] != before.flags or counted != before.counts:
        think = "Who else uses the layers whose `trainable` you set?"
        _fail(f"an argument with {before.counts}, as before", f"one with {counted}", think)
    for layer, old in zip(layers, before.weights, strict=True):
        if not _same(layer.get_weights(), old):
            _fail(
                f"an argument with its own weights in {layer.name}", "one with others", "What wrote into it?"
            )
    settings = networks.settings(asked.argument)
    for what, old in before.settings.items():
        if (now := settings.get(what)) != old:
            _fail(f"an argument that keeps its {what}", *_difference(old, now))
    new(asked)


def froze(asked: Asked) -> None:
    """Something that trained before is frozen now: a function that does nothing changes no weights either."""
    __tracebackhide__ = True
    before, now = asked.before.counts, networks.counts(asked.answer)
    if now.trainable >= before.trainable:
        _fail(f"less to train than before ({before})", now, "What does your function set, and on what?")


def nothing_shared(asked: Asked) -> None:
    """No layer of the answer is one of the argument's."""
    __tracebackhide__ = True
    own = {id(layer) for layer in asked.before.layers}
    if shared := [layer for layer in networks.flat(asked.answer) if id(layer) in own]:
        think = "Whatever changes a shared layer changes both networks."
        _fail("a network with layers of its own", f"one that shares {_names(shared)}", think)


def _loss(loss: Any) -> Any:
    """The loss as a function or an object; a list or dict of one counts as that one."""
    if isinstance(loss, (list, tuple, dict)) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    try:
        return keras.losses.get(loss)
    except (ValueError, TypeError):
        return loss


def _same(old: Sequence[np.ndarray], now: Sequence[np.ndarray]) -> bool:
    return len(old) == len(now) and all(np.array_equal(*pair) for pair in zip(old, now, strict=True))


def _difference(old: Any, now: Any) -> tuple[str, str]:
    """Say which settings are others than before."""
    if not isinstance(old, dict) or not isinstance(now, dict):
        return "another one" if now else "none", "What does your function change in its argument?"
    changed = [key for key in old | now if old.get(key) != now.get(key)]
    return f"another {', '.join(changed)}", "What does your function change in its argument?"


def _flags(trains: list[bool]) -> str:
    return "layers that are " + ", ".join("trainable" if flag else "frozen" for flag in trains)


def _names(layers: list[Any]) -> str:
    return f"{len(layers)} layers ({', '.join(layer.name for layer in layers)})"


def _row(numbers: np.ndarray) -> str:
    shown = ", ".join(f"{number:.4g}" for number in numbers[:6])
    return f"[{shown}{', …' if len(numbers) > 6 else ''}]"


def _fail(expected: object, received: object, think: str) -> NoReturn:
    __tracebackhide__ = True
    error = AssertionError(f"Expected {expected}, received {received}. {think}")
    # For pytest and the notebook, which show each on a line of its own.
    vars(error).update(expected=str(expected), received=str(received), think=think)
    raise error

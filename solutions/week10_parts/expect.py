"""Given code of week 10: what the checks expect, said in words when it is not so. Nothing here is yours.

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


def counts(model: Any, total: int, trainable: int, think: str) -> None:
    """So many parameters in total, so many of them trainable and the others frozen."""
    __tracebackhide__ = True
    expected, received = Counts(total, trainable, total - trainable), networks.counts(model)
    if received != expected:
        _fail(expected, received, think)


def flags(model: Any, expected: list[bool], think: str) -> None:
    """Training can change these layers (True) and not those (False), in order, of those with weights."""
    __tracebackhide__ = True
    received = networks.flags(model)
    if received != expected:
        kinds = networks.kinds(model)
        _fail(_flags(expected), _flags(received) + f" ({', '.join(kinds)})", think)


def weights(model: Any, expected: Weights, think: str, but_last: bool = False) -> None:
    """The layers with weights have these, bit for bit; `but_last` leaves the answer's last one out."""
    __tracebackhide__ = True
    received = networks.weights(model)[: -1 if but_last else None]
    sizes = [[[array.shape for array in arrays] for arrays in each] for each in (expected, received)]
    if sizes[0] != sizes[1]:
        _fail(f"layers with weights of the shapes {_shapes(sizes[0])}", _shapes(sizes[1]), think)
    for number, (old, now) in enumerate(zip(expected, received, strict=True), 1):
        if not _same(old, now):
            off = max(np.abs(one - other).max() for one, other in zip(old, now, strict=True))
            _fail(
                f"in layer {number} of those with weights the weights that were there before",
                f"others, off by up to {off:.2g}",
                "A new layer starts with random weights. How do you copy the old ones into it?",
            )


def outputs(model: Any, x: np.ndarray, expected: np.ndarray, think: str) -> None:
    """For the inputs x the network gives what was computed without the answer."""
    __tracebackhide__ = True
    same(networks.outputs(model, x), expected, "outputs", think)


def same(received: Any, expected: np.ndarray, what: str, think: str) -> None:
    """An array has this shape and, but for rounding, these numbers."""
    __tracebackhide__ = True
    if not isinstance(received, np.ndarray):
        _fail(f"{what} as an array of shape {expected.shape}", f"a {type(received).__name__}", think)
    if received.shape != expected.shape:
        _fail(f"{what} of shape {expected.shape}", received.shape, think)
    if not np.allclose(received, expected, rtol=1e-3, atol=1e-4):
        worst = int(np.argmax(np.abs(received - expected).reshape(len(expected), -1).max(axis=1)))
        _fail(
            f"for input {worst} the {what} {_row(expected[worst])}",
            _row(received[worst]),
            think,
        )


def softmax_on(model: Any, features: np.ndarray, x: np.ndarray, think: str) -> None:
    """For x the network gives the softmax of what its last layer's own weights make of `features`."""
    __tracebackhide__ = True
    top = networks.weights(model)[-1]
    if [array.ndim for array in top] != [2, 1] or len(top[0]) != features.shape[1]:
        _fail(
            f"a last layer with a bias for {features.shape[1]} features",
            f"one with weights of the shapes {_shapes([[array.shape for array in top]])}",
            think,
        )
    outputs(model, x, networks.softmax(features @ top[0] + top[1]), think)


def compiled(model: Any, learning_rate: float) -> None:
    """The network is compiled with Adam at this rate and a cross-entropy that takes probabilities."""
    __tracebackhide__ = True
    networks.flat(model)
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        _fail("a compiled model", "one without loss or optimizer", "Which call says how a model is trained?")
    if type(model.optimizer) is not keras.optimizers.Adam:
        _fail("the optimizer Adam", type(model.optimizer).__name__, "Which optimizer does the task name?")
    rate = float(model.optimizer.learning_rate)
    if abs(rate - learning_rate) > 1e-6:
        _fail(f"the learning rate {learning_rate:g}", f"{rate:g}", "Which rate did the caller ask for?")
    loss = _loss(model.loss)
    if isinstance(loss, str):
        known = [name for name in dir(keras.losses) if not name.startswith("_")]
        near = get_close_matches(loss, known, n=1)
        think = f"Did you mean {near[0]!r}?" if near else "Which name does Keras give this loss?"
        _fail("the loss categorical cross-entropy", f"{loss!r}, which Keras does not know", think)
    name = getattr(loss, "__name__", type(loss).__name__)
    if name not in CROSSENTROPY:
        think = "Which loss compares one-hot targets with probabilities?"
        _fail("the loss categorical cross-entropy", name, think)
    truth, said = np.eye(3, dtype=np.float32)[:1], np.array([[0.6, 0.2, 0.2]], np.float32)
    # One row, so that the reduction makes no difference; smoothed labels are right as well.
    value = float(np.sum(np.asarray(loss(truth, said))))
    smoothing = loss.get_config().get("label_smoothing", 0.0) if hasattr(loss, "get_config") else 0.0
    smoothed = -float(np.sum(((1 - smoothing) * truth + smoothing / 3) * np.log(said)))
    if abs(value - smoothed) > 1e-3:
        expected = f"a loss of {smoothed:.3f} where the right class gets the probability 0.6"
        think = "Softmax gives probabilities, not logits: what does the loss take them for?"
        _fail(expected, f"{value:.3f}", think)


def can_train(model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """The network is compiled, takes x, gives something of y's shape, and training can change it."""
    __tracebackhide__ = True
    networks.flat(model)
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        _fail("a compiled model", "one without loss or optimizer", "Which call says how a model is trained?")
    if (shape := networks.outputs(model, x[:2]).shape) != (2, *y.shape[1:]):
        _fail(f"outputs of shape (2, {y.shape[1]}) for two inputs", shape, "How many classes are there?")
    if not any(networks.flags(model)):
        _fail("a layer that trains", "a network that is frozen whole", "What is left to learn anything?")


def plain(model: Any) -> None:
    """The layers have no regularizer and no constraint."""
    __tracebackhide__ = True
    for layer in networks.flat(model):
        for name, value in vars(layer).items():
            if name.endswith(("_regularizer", "_constraint")) and value is not None:
                think = "Which arguments of a layer does the task ask for?"
                _fail(f"no {name.strip('_')} in {layer.name}", type(value).__name__, think)


def like(model: Any, reference: Any, x: np.ndarray, think: str) -> None:
    """The network has the weights and flags of another, and gives the same as it, in training too."""
    __tracebackhide__ = True
    weights(model, networks.weights(reference), think)
    flags(model, networks.flags(reference), "Does each layer keep its `trainable` flag?")
    outputs(model, x, networks.outputs(reference, x), think)
    same_training(model, networks.training_outputs(reference, x), x)
    plain(model)


def same_training(model: Any, expected: np.ndarray, x: np.ndarray) -> None:
    """In training the network gives what was computed without the answer: nothing drops out or is noisy."""
    __tracebackhide__ = True
    think = "Which layer does something else in training, and does the task ask for it?"
    same(networks.training_outputs(model, x), expected, "outputs in training", think)


def trains(model: Any, x: np.ndarray, y: np.ndarray, rate: float) -> None:
    """A few steps with the model's own compile settings lower the loss about as plain Adam does."""
    __tracebackhide__ = True
    compiled(model, rate)
    can_train(model, x, y)
    plain(model)
    expected, _ = networks.train_briefly(model, x, y, rate)
    fell, moved = networks.train_briefly(model, x, y)
    if not fell > 0.2 * expected:
        think = "Which settings of the optimizer, the loss or a layer keep the network from learning?"
        _fail(
            f"a loss that falls in {networks.STEPS} steps of training, by {expected:.3g} with plain Adam",
            f"one that falls by {fell:.3g}",
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


def accuracy(received: float, threshold: float, think: str) -> None:
    """At least this share of the pictures is right after the training."""
    __tracebackhide__ = True
    if not received >= threshold:
        _fail(f"an accuracy of at least {threshold} on new pictures", f"{received:.3f}", think)


def moved(model: Any, before: Weights, expected: list[bool], think: str) -> None:
    """Training changed these layers (True) and not those (False), in order, of those with weights."""
    __tracebackhide__ = True
    received = [not _same(old, now) for old, now in zip(before, networks.weights(model), strict=True)]
    if received != expected:
        _fail(f"a change in layers {_places(expected)} alone", f"one in layers {_places(received)}", think)


def inference_mode(model: Any, x: np.ndarray) -> None:
    """BatchNormalization computes with the averages that it has, even while the network trains."""
    __tracebackhide__ = True
    still, training = networks.outputs(model, x), networks.outputs(model, x, training=True)
    if not np.allclose(still, training, rtol=1e-3, atol=1e-4):
        off = float(np.abs(still - training).max())
        _fail(
            "that the network gives the same while it trains as it gives afterwards",
            f"one that is off by up to {off:.2g} in training",
            "Which layers compute with the averages of a batch, unless they are frozen?",
        )


def unharmed(asked: Asked) -> None:
    """The argument is as it was before: layers, weights, flags, names, activations and compile settings.

    It takes an answer, and another model, to earn this: a function that does nothing harms nothing.
    """
    __tracebackhide__ = True
    kept(asked)
    new(asked)


def kept(asked: Asked) -> None:
    """The argument is as it was before: layers, weights, flags, names, activations and compile settings."""
    __tracebackhide__ = True
    before, layers = asked.before, networks.flat(asked.argument)
    if [id(layer) for layer in layers] != [id(layer) for layer in before.layers]:
        think = "Whose list of layers does your function change?"
        _fail(f"an argument that keeps its {_names(before.layers)}", _names(layers), think)
    now = networks.counts(asked.argument)
    if [layer.trainable for layer in layers] != before.flags or now != before.counts:
        think = "Who else uses the layers whose `trainable` you set?"
        _fail(f"an argument with {before.counts}, as before", f"one with {now}", think)
    for layer, old in zip(networks.weighted(asked.argument), before.weights, strict=True):
        if not _same(layer.get_weights(), old):
            what = f"an argument with its own weights in {layer.name}"
            _fail(what, "one with others", "What wrote into it?")
    _same_settings(before.settings, networks.settings(asked.argument))


def kept_but_frozen(asked: Asked) -> None:
    """The argument is as it was before, but for its trainable flags."""
    __tracebackhide__ = True
    before, layers = asked.before, networks.flat(asked.argument)
    if [id(layer) for layer in layers] != [id(layer) for layer in before.layers]:
        think = "Whose list of layers does your function change?"
        _fail(f"an argument that keeps its {_names(before.layers)}", _names(layers), think)
    weights(asked.argument, before.weights, "What wrote into the argument?")
    _same_settings(_flagless(before.settings), _flagless(networks.settings(asked.argument)))


def froze(asked: Asked) -> None:
    """Something that trained before is frozen now: a function that does nothing changes no weights either."""
    __tracebackhide__ = True
    before, now = asked.before.counts, networks.counts(asked.answer)
    if now.trainable >= before.trainable:
        _fail(f"less to train than before ({before})", now, "What does your function set, and on what?")


def thawed(asked: Asked) -> None:
    """Something that was frozen trains now: a function that does nothing breaks nothing either."""
    __tracebackhide__ = True
    before, now = asked.before.counts, networks.counts(asked.answer)
    if now.trainable <= before.trainable:
        _fail(f"more to train than before ({before})", now, "What does your function thaw?")


def one_object(model: Any, layer: Any) -> None:
    """The last layer of the network is this very object."""
    __tracebackhide__ = True
    if not networks.weighted(model) or networks.weighted(model)[-1] is not layer:
        _fail(
            f"the very layer {layer.name} of the model",
            "another one",
            "Who hears of what a copy has learned?",
        )


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


def _same_settings(before: dict[str, Any], now: dict[str, Any]) -> None:
    __tracebackhide__ = True
    for what, old in before.items():
        if now.get(what) != old:
            _fail(f"an argument that keeps its {what}", *_difference(old, now.get(what)))


def _flagless(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without any `trainable` flag."""
    return {
        what: {key: part for key, part in value.items() if key != "trainable"}
        if isinstance(value, dict)
        else value
        for what, value in settings.items()
        if what != "`trainable` flag"
    }


def _difference(old: Any, now: Any) -> tuple[str, str]:
    """Say which settings are others than before."""
    if not isinstance(old, dict) or not isinstance(now, dict):
        return "another one" if now else "none", "What does your function change in its argument?"
    changed = [key for key in old | now if old.get(key) != now.get(key)]
    return f"another {', '.join(changed)}", "What does your function change in its argument?"


def _flags(trains: list[bool]) -> str:
    return "layers that are " + ", ".join("trainable" if flag else "frozen" for flag in trains)


def _places(flags: list[bool]) -> str:
    return ", ".join(str(number) for number, flag in enumerate(flags, 1) if flag) or "none"


def _names(layers: list[Any]) -> str:
    return f"{len(layers)} layers ({', '.join(layer.name for layer in layers)})"


def _shapes(layers: list[list[tuple[int, ...]]]) -> str:
    shown = ["(" + " × ".join(map(str, shapes[0])) + ")" if shapes else "()" for shapes in layers]
    return ", ".join(shown) or "none at all"


def _row(numbers: np.ndarray) -> str:
    shown = ", ".join(f"{number:.4g}" for number in numbers.ravel()[:6])
    return f"[{shown}{', …' if numbers.size > 6 else ''}]"


def _fail(expected: object, received: object, think: str) -> NoReturn:
    __tracebackhide__ = True
    error = AssertionError(f"Expected {expected}, received {received}. {think}")
    # For pytest and the notebook, which show each on a line of its own.
    vars(error).update(expected=str(expected), received=str(received), think=think)
    raise error

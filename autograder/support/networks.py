"""Look at a model, however it is written: Sequential or Functional, flat or nested.

Activations may stand inside the layers or be layers of their own. So these functions look at the layers that
have weights. All of them raise ExpectationError for values that are not Keras models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .backend import keras
from .errors import KINDS, describe, fail
from .language import gettext as _

Weights = list[list[np.ndarray]]


class Counts(NamedTuple):
    """The number of parameters of a model: all, those that training can change, and the others."""

    total: int
    trainable: int
    frozen: int

    def __str__(self) -> str:
        return f"{self.total:,} parameters, {self.trainable:,} trainable and {self.frozen:,} frozen"


class LayerSummary(NamedTuple):
    """A layer with weights. `units` are units or filters, `trainable` says whether training changes it."""

    name: str
    kind: str
    units: int
    activation: str
    parameters: int
    trainable: bool


def all_layers(model: Any) -> list[Any]:
    """Return all layers of a model in order, with those of models inside it.

    Raises ExpectationError for other values, for classes that are not Keras' own, and if a layer has no
    weights yet because its input size is unknown.
    """
    __tracebackhide__ = True
    found = present_layers(model)
    if not all(layer.built for layer in (model, *found)):
        hint = "Where does the model learn the shape of its inputs? It could begin with keras.Input."
        fail("a built model", "one whose layers have no weights yet", hint)
    return found


def present_layers(model: Any) -> list[Any]:
    """Return all layers of a model that may have lost some: it need not be built."""
    __tracebackhide__ = True
    if not isinstance(model, keras.Model):
        fail("a Keras model", describe(model), _what_to_return(model))
    found: list[Any] = []
    for part in (model, *_parts(model)):
        if received := _not_of_keras(part):
            hint = "Which layers and models of Keras do the same?"
            fail("layers and models that Keras provides", received, hint, getattr(part, "name", ""))
        if part is not model:
            found += present_layers(part) if isinstance(part, keras.Model) else [part]
    return found


def _parts(model: Any) -> list[Any]:
    """Return the layers and operations of a model, in order, without operations that compute masks alone.

    Keras adds such operations by itself, as after `Embedding(mask_zero=True)` in a functional model.
    """
    if not hasattr(model, "operations"):  # a Sequential
        return list(model.layers)
    parts: list[Any] = []
    needed = {id(tensor) for tensor in model.outputs}
    for part in reversed(model.operations):
        made = {id(tensor) for node in part._inbound_nodes for tensor in node.outputs}
        if isinstance(part, keras.Layer) or made & needed:
            parts.append(part)
            needed |= {
                id(tensor) for node in part._inbound_nodes for tensor in _without_masks(node.arguments)
            }
    return parts[::-1]


def _without_masks(arguments: Any) -> list[Any]:
    """Return the tensors among the arguments of a call in a model, apart from masks."""
    others = {key: value for key, value in arguments.kwargs.items() if not key.endswith("mask")}
    tensors: list[Any] = keras.tree.flatten((arguments.args, others))
    return tensors


def _what_to_return(value: Any) -> str:
    """Return a question about a value that is returned instead of a model."""
    if isinstance(value, type):
        return "A class makes a model when it is called. Are its `()` missing?"
    if type(value).__name__ == "History":
        return "`fit` returns its history. Which variable of your function is the model that it trained?"
    if isinstance(value, (list, tuple)) and value and all(isinstance(part, keras.Layer) for part in value):
        return "These are layers. What makes a model of them?"
    if type(value).__name__ == "KerasTensor":
        return "This is the output of a layer. What makes a model of inputs and outputs?"
    if type(value).__name__ in KINDS:
        return "These are numbers. Which variable of your function is the model?"
    return "What does the function return?"


def _not_of_keras(part: Any) -> str:
    """Return what a part of a model is that is no layer of Keras, or "" if it is one."""
    name = type(part).__name__
    if not isinstance(part, keras.Layer):
        return _("the operation {name}", name=name)
    if type(part).__module__.split(".")[0] != "keras":
        return _("the class {name}, which Keras does not provide", name=name)
    return _("a Lambda layer") if isinstance(part, keras.layers.Lambda) else ""


def weighted_layers(model: Any) -> list[Any]:
    """Return the layers that have weights, in order."""
    __tracebackhide__ = True
    return [layer for layer in all_layers(model) if layer.weights]


def weights(model: Any) -> Weights:
    """Return copies of the weights of each layer that has some, in Keras' order."""
    __tracebackhide__ = True
    return [layer.get_weights() for layer in weighted_layers(model)]


def trainable_flags(model: Any) -> list[bool]:
    """Return for each layer with weights whether training can change it.

    If the model itself is frozen, all of its layers are, whatever their own flags say.
    """
    __tracebackhide__ = True
    layers = weighted_layers(model)
    trained = {id(variable) for variable in model.trainable_variables}
    return [any(id(variable) in trained for variable in layer.weights) for layer in layers]


def count_parameters(model: Any) -> Counts:
    """Count the parameters of a model; a layer that is used twice counts once."""
    __tracebackhide__ = True
    layers = all_layers(model)
    sizes = {id(variable): math.prod(variable.shape) for layer in layers for variable in layer.weights}
    trained = {id(variable) for variable in model.trainable_variables}
    trainable = sum(size for variable, size in sizes.items() if variable in trained)
    return Counts(sum(sizes.values()), trainable, sum(sizes.values()) - trainable)


def settings(model: Any) -> dict[str, Any]:
    """Return all of a model but its weights: its name, each layer's settings, and how it is compiled."""
    __tracebackhide__ = True
    described = {f"layer {layer.name}": layer.get_config() for layer in all_layers(model)}
    compiled = model.get_compile_config() if model.compiled else None
    return {"name": model.name, "`trainable` flag": model.trainable, "compile settings": compiled} | described


def summary(model: Any) -> list[LayerSummary]:
    """Return a flat list of the layers with weights, each with the activations that follow it."""
    __tracebackhide__ = True
    return [
        LayerSummary(
            layer.name,
            kind=type(layer).__name__,
            units=int(layer.weights[-1].shape[-1]),
            activation=", ".join(names),
            parameters=sum(math.prod(variable.shape) for variable in layer.weights),
            trainable=flag,
        )
        for layer, names, flag in zip(
            weighted_layers(model), activation_names(model), trainable_flags(model), strict=True
        )
    ]


def activation_names(model: Any) -> list[list[str]]:
    """Return for each layer with weights the names of its activation and of those that follow as layers."""
    __tracebackhide__ = True
    found: list[list[str]] = []
    for layer in all_layers(model):
        if layer.weights:
            found.append([activation_name(layer)])
        elif found and ".activations." in type(layer).__module__:
            found[-1].append(activation_name(layer) or type(layer).__name__)
    return [[name for name in names if name] for names in found]


def activation_name(layer: Any) -> str:
    """Return the name of a layer's activation, empty if it has none."""
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def softmax(z: np.ndarray) -> np.ndarray:
    """Return shares that grow with z (n, classes) and sum to 1 in every row."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(z / 2))


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "silu": lambda z: z * _sigmoid(z),
    "softplus": lambda z: np.logaddexp(z, 0),
    "softmax": softmax,
}


def forward(layers: Sequence[Sequence[np.ndarray]], activations: Sequence[str], x: np.ndarray) -> np.ndarray:
    """Return the outputs of Dense layers with these weights and activations, computed by NumPy.

    Raises ExpectationError if there are more or fewer layers than activations, if a layer is not Dense, or if
    they do not fit together.
    """
    __tracebackhide__ = True
    if len(layers) != len(activations):
        fail(_("{count} Dense layers", count=len(activations)), len(layers), "Which is missing, or too many?")
    for arrays, activation in zip(layers, activations, strict=True):
        if [array.ndim for array in arrays] not in ([2], [2, 1]):
            shapes = ", ".join(str(array.shape) for array in arrays)
            fail(
                "the kernel and bias of a Dense layer",
                _("weights of the shapes {shapes}", shapes=shapes),
                "Is it Dense?",
            )
        kernel, bias = arrays[0], arrays[1] if len(arrays) > 1 else 0
        if x.shape[1] != len(kernel):
            hint = "What does the layer below it give?"
            fail(
                _("a layer for {count} numbers a row", count=x.shape[1]),
                _("one for {count}", count=len(kernel)),
                hint,
            )
        x = ACTIVATIONS[activation](x.astype(np.float64) @ kernel + bias)
    return x

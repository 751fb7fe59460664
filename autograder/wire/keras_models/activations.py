"""Recognize custom activation functions by the values and gradients that they compute.

A custom function that computes one of Keras' activations is sent as that activation. The sandbox compares
values and gradients on fixed inputs. The examiner compares the rebuilt layer's outputs with those of the
student's layer on other inputs (`check_probe`). A submission cannot gain points with a false claim here,
because the rebuilt network is the one that is graded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from .schema import Kind, SchemaError, keras_module, name_of

# Maximum number of elements in the inputs and in the compared outputs of a probe.
MAX_PROBE = 4_096
# The length that a probe assumes for an axis of unknown length.
PROBE_LENGTH = 4
_RELATIVE_TOLERANCE, _ABSOLUTE_TOLERANCE = 1e-4, 1e-5
_CUSTOM = "a custom function; pass the name of one of Keras' activations, such as activation='relu'"


def activation_kind(functions: Kind, layers: Kind, names: tuple[str, ...]) -> Kind:
    """Return the kind of activations: Keras functions, activation layers, and equivalent custom functions."""

    def to_wire(value: Any) -> Any:
        for kind in (functions, layers):
            try:
                return kind.to_wire(value)
            except SchemaError:
                continue
        if not callable(value) or hasattr(value, "weights"):
            raise SchemaError(name_of(value))
        found = recognize(value, names)
        if found is None:
            raise SchemaError(f"{name_of(value)}, {_CUSTOM}")
        return found if isinstance(found, str) else layers.to_wire(found)

    def from_wire(tree: Any) -> Any:
        return functions.from_wire(tree) if type(tree) is str else layers.from_wire(tree)

    return Kind(f"{functions.accepts} or {layers.accepts}", to_wire, from_wire)


def is_plain(activation: object) -> bool:
    """Return whether an activation is one of Keras' own, so that its name identifies it."""
    module = str(getattr(activation, "__module__", None))
    return module.startswith(("keras.", "tensorflow.python.ops."))


def recognize(function: Any, names: tuple[str, ...]) -> Any:
    """Return the name or activation layer with the same values and gradients as a function, or None."""
    import numpy

    grid = numpy.linspace(-6.05, 6.05, 24, dtype="float32").reshape(4, 6)
    shuffled = numpy.random.default_rng(8).permutation(numpy.linspace(-3.01, 3.01, 24, dtype="float32"))
    for dtype in ("float32", "float64"):
        inputs = [grid.astype(dtype), shuffled.reshape(4, 6).astype(dtype)]
        if (expected := _values(function, inputs)) is None:
            continue
        for match, candidate in _candidates(function, names, dtype):
            if _close(_values(candidate, inputs), expected) and _close(
                _gradients(candidate, inputs), _gradients(function, inputs)
            ):
                return match
    return None


def _candidates(function: Any, names: tuple[str, ...], dtype: str) -> Iterator[tuple[Any, Any]]:
    """Yield what to return for a match, and the function to compare.

    These are Keras' functions by name, then layers whose parameters follow from the values at -1 and 10,000.
    """
    import keras
    import numpy

    for name in names:
        yield name, getattr(keras_module("activations"), name)
    try:
        low, high = (float(each) for each in numpy.asarray(function(numpy.array([-1.0, 1e4], dtype))))
    except Exception:
        return
    if math.isfinite(low) and math.isfinite(high):
        # Explicit names keep Keras' automatic numbering of the student's layers unchanged.
        slope, alpha = round(-low, 6), round(-low / (1 - math.exp(-1)), 6)
        guesses = [keras.layers.ELU(alpha, name="elu")]
        if slope >= 0:
            guesses.append(keras.layers.LeakyReLU(negative_slope=slope, name="leaky"))
        if slope >= 0 and 0 < high < 1e4:
            ceiling = round(high, 6)
            guesses.append(keras.layers.ReLU(max_value=ceiling, negative_slope=slope, name="relu"))
        yield from ((guess, guess) for guess in guesses)


def _values(function: Any, inputs: list[Any]) -> list[Any] | None:
    """Return the outputs of a function for each of the inputs, or None if it fails."""
    import numpy
    import tensorflow

    try:
        return [numpy.asarray(function(tensorflow.constant(array))) for array in inputs]
    except Exception:
        return None


def _gradients(function: Any, inputs: list[Any]) -> list[Any] | None:
    """Return the gradients of a function at each of the inputs, or None if it has none."""
    import numpy
    import tensorflow

    found = []
    try:
        for array in inputs:
            with tensorflow.GradientTape() as tape:
                x = tensorflow.constant(array)
                tape.watch(x)
                y = tensorflow.convert_to_tensor(function(x))
                factors = tensorflow.constant(numpy.cos(array[..., : y.shape[-1]]), y.dtype)
                total = tensorflow.reduce_sum(y * factors)
            found.append(numpy.asarray(tape.gradient(total, x)))
    except Exception:
        return None
    return found


def _close(ones: list[Any] | None, others: list[Any] | None) -> bool:
    """Return whether both are lists of finite arrays that are equal within the tolerances."""
    import numpy

    return (
        ones is not None
        and others is not None
        and all(
            one.shape == other.shape
            and one.dtype.kind == other.dtype.kind == "f"
            and bool(numpy.all(numpy.isfinite(one)))
            and numpy.allclose(one, other, rtol=_RELATIVE_TOLERANCE, atol=_ABSOLUTE_TOLERANCE)
            for one, other in zip(ones, others, strict=True)
        )
    )


def probe(layer: Any, shape: Any) -> Any:
    """Return the outputs of a dense or recurrent layer, or of another layer's activation, for fixed inputs.

    `shape` is the input shape that the layer was built with, or None. Inputs and outputs are small.
    """
    import numpy

    lengths: list[int] = []
    if isinstance(shape, (tuple, list)) and len(shape) == (3 if hasattr(layer, "cell") else 2):
        lengths = [2, *(PROBE_LENGTH if item is None else item for item in shape[1:])]
    if not layer.built or not layer.weights or math.prod(lengths) > MAX_PROBE:
        lengths = []
    inputs = numpy.random.default_rng(15).normal(0, 2, lengths or (5, 7)).astype(layer.compute_dtype)
    outputs = layer(inputs) if lengths else layer.activation(inputs)
    first = outputs[0] if isinstance(outputs, (tuple, list)) else outputs
    return numpy.asarray(first).ravel()[:MAX_PROBE]


def check_probe(layer: Any, shape: Any, expected: Any) -> None:
    """Raise SchemaError unless a rebuilt layer computes the same outputs as the student's layer."""
    import numpy

    found = probe(layer, shape)
    if found.shape != expected.shape or not numpy.allclose(
        found, expected, rtol=1e-3, atol=1e-4, equal_nan=True
    ):
        raise SchemaError(_CUSTOM)

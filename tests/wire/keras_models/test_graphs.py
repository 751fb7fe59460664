"""Graphs: operations, slices, masks and call arguments cross."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.wire.keras_models.graphs import CALL_FLAGS, CALL_TENSORS, OPERATIONS

Cross = Callable[[Any], Any]


def keras() -> Any:
    import keras

    return keras


def ops() -> Any:
    return keras().ops


# What makes an operation from two positive tensors of shape (None, 4, 3), where it takes more than tensors.
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "ReLU": lambda x, y: keras().activations.relu(x, 0.1, 2.0, 0.5),
    "Power": lambda x, y: x**2,
    "GetItem": lambda x, y: x[:, 1:, None, ..., -1],
    "Softmax": lambda x, y: ops().softmax(x, axis=1),
    "Mean": lambda x, y: ops().mean(x, axis=(1, 2), keepdims=True),
    "Var": lambda x, y: ops().var(x, axis=-1),
    "Argmax": lambda x, y: ops().argmax(x, axis=1),
    "Clip": lambda x, y: ops().clip(x, 0.2, 0.7),
    "Where": lambda x, y: ops().where(x > y, x, 0.5),
    "LogicalAnd": lambda x, y: ops().logical_and(x > 0.5, y > 0.5),
    "LogicalOr": lambda x, y: ops().logical_or(x > 0.5, y > 0.5),
    "LogicalNot": lambda x, y: ops().logical_not(x > 0.5),
    "Cast": lambda x, y: ops().cast(x * 5, "int32"),
    "Matmul": lambda x, y: ops().matmul(x, ops().transpose(y, (0, 2, 1))),
    "Transpose": lambda x, y: ops().transpose(x, (0, 2, 1)),
    "Swapaxes": lambda x, y: ops().swapaxes(x, 1, 2),
    "Flip": lambda x, y: ops().flip(x, axis=1),
    "Stack": lambda x, y: ops().stack([x, y], axis=1),
    "Repeat": lambda x, y: ops().repeat(x, 2, axis=1),
    "OneHot": lambda x, y: ops().one_hot(ops().cast(x * 3, "int32"), 4),
    "Concatenate": lambda x, y: ops().concatenate([x, y], axis=-1),
    "ExpandDims": lambda x, y: ops().expand_dims(x, axis=1),
    "Squeeze": lambda x, y: ops().squeeze(x[:, :1], axis=1),
    "Reshape": lambda x, y: ops().reshape(x, (-1, 12)),
    "LeakyRelu": lambda x, y: ops().leaky_relu(x - 0.5, negative_slope=0.3),
    "Elu": lambda x, y: ops().elu(x - 0.5, alpha=0.5),
    "Gelu": lambda x, y: ops().gelu(x, approximate=False),
    "Any": lambda x, y: ops().any(x > 0.9, axis=1),
    "All": lambda x, y: ops().all(x > 0.1, axis=1),
}


def operation(kind: str, x: Any, y: Any) -> Any:
    """Return the result of an operation, with two tensors where it takes two."""
    if kind in CALLS:
        return CALLS[kind](x, y)
    function = getattr(ops(), OPERATIONS[kind][0].rpartition(".")[2])
    try:
        return function(x, y)
    except (TypeError, ValueError, NotImplementedError):
        return function(x)


@pytest.mark.parametrize("kind", OPERATIONS)
def test_an_operation_computes_the_same(kind: str, cross: Cross) -> None:
    """Every operation of the table, with settings of its own where it has any."""
    inputs = [keras().Input((4, 3), name="x"), keras().Input((4, 3), name="y")]
    outputs = operation(kind, *inputs)
    model = keras().Model(inputs, [outputs, *inputs])
    assert kind in {type(each).__name__ for each in model.operations}
    draw = np.random.default_rng(7).random
    arrays = [draw((2, 4, 3)).astype("float32") + 0.01 for _ in inputs]
    for one, other in zip(cross(model)(arrays), model(arrays), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def masked(wrap: Callable[[Any], Any]) -> Any:
    inputs = keras().Input((5,), dtype="int32", name="tokens")
    x = keras().layers.Embedding(9, 4, mask_zero=True, name="embedded")(inputs)
    return keras().Model(inputs, wrap(x))


MASKS: dict[str, Callable[[Any], Any]] = {
    "lstm": lambda x: keras().layers.LSTM(3, name="l")(x),
    "two recurrent layers": lambda x: keras().layers.GRU(2, name="g")(
        keras().layers.SimpleRNN(3, return_sequences=True, name="s")(x)
    ),
    "bidirectional": lambda x: keras().layers.Bidirectional(keras().layers.GRU(3), name="b")(x),
    "attention": lambda x: keras().layers.MultiHeadAttention(2, 3, name="m")(x, x),
    "average": lambda x: keras().layers.GlobalAveragePooling1D(name="p")(x),
    "a merged mask": lambda x: keras().layers.GlobalAveragePooling1D(name="p")(
        keras().layers.Concatenate(name="c")([x, keras().layers.Masking(0.5, name="m")(x)])
    ),
}


@pytest.mark.parametrize("name", MASKS)
def test_masks_arrive_with_the_graph(name: str, cross: Cross) -> None:
    """What a mask hides stays hidden, in graphs and in stacks."""
    model = masked(MASKS[name])
    tokens = np.array([[1, 2, 0, 0, 0], [3, 0, 4, 5, 0]])
    assert np.asarray(cross(model)(tokens)).tobytes() == np.asarray(model(tokens)).tobytes()


def test_call_arguments_cross(cross: Cross) -> None:
    """Initial states, causal masks and attention scores are arguments of a call."""
    layers = keras().layers
    inputs = keras().Input((5, 4), name="x")
    _, *states = layers.LSTM(4, return_state=True, name="encoder")(inputs)
    decoded = layers.LSTM(4, return_sequences=True, name="decoder")(inputs, initial_state=states)
    attended, scores = layers.MultiHeadAttention(2, 3, name="attention")(
        decoded, decoded, use_causal_mask=True, return_attention_scores=True
    )
    noisy = layers.Dropout(0.5, name="noisy")(attended, training=True)
    model = keras().Model(inputs, [attended, scores, noisy])
    x = np.random.default_rng(2).random((2, 5, 4)).astype("float32")
    arrived = cross(model)
    for one, other in zip(arrived(x), model(x), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def test_no_call_argument_is_a_flag_and_a_tensor() -> None:
    """The two tables say different things about an argument."""
    assert not set(CALL_FLAGS) & set(CALL_TENSORS)

"""Layers, flags and counts are looked at alike, however a model is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import support

pytestmark = pytest.mark.xdist_group("support")
DEEP = [(6, "relu", True), (5, "tanh", True), (4, "elu", True), (3, "silu", True), (2, "softmax", True)]


def nested(layers: Sequence[Any], cut: int) -> Any:
    """A Functional model around a Sequential one that holds the first `cut` layers."""
    keras = support.keras
    body = keras.Sequential([keras.Input(layers[0].input.shape[1:]), *layers[:cut]])
    inputs = keras.Input(body.input_shape[1:])
    outputs = body(inputs)
    for layer in layers[cut:]:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


@settings(max_examples=10, deadline=None)
@given(cut=st.integers(1, 4), frozen=st.sets(st.integers(0, 4)))
def test_nesting_changes_nothing_that_is_looked_at(cut: int, frozen: set[int]) -> None:
    flat = support.dense_model("deep", 7, DEEP)
    for index in frozen:
        flat.layers[index].trainable = False
    model = nested(flat.layers, cut)
    assert support.weighted_layers(model) == flat.layers
    assert support.trainable_flags(model) == [index not in frozen for index in range(5)]
    assert support.count_parameters(model) == support.count_parameters(flat)
    assert support.summary(model) == support.summary(flat)
    sizes = [math.prod(array.shape) for array in flat.get_weights()]
    assert support.count_parameters(model).total == sum(sizes)


def test_a_frozen_body_is_frozen_inside_a_model() -> None:
    model = nested(support.dense_model("deep", 7, DEEP).layers, 2)
    model.layers[1].trainable = False
    assert support.trainable_flags(model) == [False, False, True, True, True]


def test_numpy_computes_what_keras_computes() -> None:
    model = support.dense_model("deep", 7, DEEP)
    x = support.sample_rows(7)
    support.assert_outputs(model, x, support.snapshot(model).outputs(x))


def custom() -> Any:
    class MyDense(support.keras.layers.Dense):  # type: ignore[misc, name-defined]  # Keras has no types
        pass

    return support.keras.Sequential([support.keras.Input((4,)), MyDense(3)])


def with_lambda() -> Any:
    keras = support.keras
    return keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])


def with_operation() -> Any:
    inputs = support.keras.Input((4,))
    return support.keras.Model(inputs, support.keras.ops.relu(support.keras.layers.Dense(3)(inputs)))


def without_input() -> Any:
    return support.keras.Sequential([support.keras.layers.Dense(3)])


def words_of(name: str) -> Any:
    """A functional model of words with padding, which Keras adds operations to."""
    layers = support.keras.layers
    inputs = support.keras.Input((6,), dtype="int32")
    words = layers.Embedding(9, 4, mask_zero=True)(inputs)
    outputs = {
        "averaged": lambda: layers.GlobalAveragePooling1D()(words),
        "read": lambda: layers.LSTM(3)(words),
        "read both ways and added": lambda: layers.GlobalAveragePooling1D()(
            layers.Add()([layers.Bidirectional(layers.GRU(2, return_sequences=True))(words), words])
        ),
        "masked again": lambda: layers.LSTM(3)(layers.Masking()(words)),
        "with a mask of one's own": lambda: layers.LSTM(3)(words, mask=support.keras.ops.equal(inputs, 2)),
    }
    return support.keras.Model(inputs, outputs[name]())


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("averaged", ["Embedding"]),
        ("read", ["Embedding", "LSTM"]),
        ("read both ways and added", ["Embedding", "Bidirectional"]),
        ("masked again", ["Embedding", "LSTM"]),
        ("with a mask of one's own", ["Embedding", "LSTM"]),
    ],
)
def test_operations_that_compute_masks_are_no_parts_of_a_model(name: str, kinds: list[str]) -> None:
    assert [type(layer).__name__ for layer in support.weighted_layers(words_of(name))] == kinds


def test_a_mask_that_is_an_output_is_a_part() -> None:
    keras = support.keras
    inputs = keras.Input((6,), dtype="int32")
    words = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, [words, keras.ops.not_equal(inputs, 0)])
    with pytest.raises(support.ExpectationError, match="received the operation NotEqual"):
        support.all_layers(model)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (custom, "received the class MyDense, which Keras does not provide"),
        (with_lambda, "received a Lambda layer"),
        (with_operation, "received the operation (ReLU|Relu)"),
        (without_input, "a built model"),
        (lambda: None, "received None"),
        (list, "received a list with 0 items. What does the function return"),
    ],
)
def test_what_is_no_model_of_keras_is_named(build: Callable[[], Any], words: str) -> None:
    with pytest.raises(support.ExpectationError, match=words):
        support.all_layers(build())

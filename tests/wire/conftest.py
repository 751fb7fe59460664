"""For the tests of the wire: a crossing with nothing shared, and small networks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

from autograder.wire import frames
from autograder.wire.codec import pack, unpack
from autograder.wire.encode import Packed

Unpacked = tuple[Any, tuple[Any, ...]]


def _over_the_wire(packed: Packed, known: Sequence[Any] = ()) -> Unpacked:
    text = json.dumps(packed.head).encode()
    assert len(text) <= frames.MAX_JSON
    return unpack(frames.parse(text), packed.blob, known)


@pytest.fixture
def cross() -> Callable[..., Any]:
    """Packs a value, carries it as bytes, and unpacks it at the other end."""
    return lambda value: _over_the_wire(pack(value))[0]


@pytest.fixture
def deliver() -> Callable[..., Unpacked]:
    """Carries a packed message as bytes and unpacks it: the value, and the layers of the table."""
    return _over_the_wire


@pytest.fixture
def call(deliver: Callable[..., Unpacked]) -> Callable[..., Any]:
    """Calls a function with arguments that cross, and brings back what it returned and did to them."""

    def remote(function: Callable[..., Any], *args: Any) -> Any:
        request = pack(args)
        there, objects = deliver(request)
        reply = pack(function(*there), known=objects)
        return deliver(reply, request.objects)[0]

    return remote


@pytest.fixture
def donor() -> Callable[..., Any]:
    """Makes the lesson's network of 1,603 parameters, with names and weights that Keras would not choose."""
    import keras
    import numpy as np

    def make(**compiled: Any) -> Any:
        layers = [
            keras.layers.Dense(50, activation="relu", name="donor_1"),
            keras.layers.Dense(25, activation="relu", name="donor_2"),
            keras.layers.Dense(3, activation="softmax", name="donor_3"),
        ]
        model = keras.Sequential([keras.Input((4,), name="flower"), *layers], name="donor")
        draw = np.random.default_rng(4).standard_normal
        model.set_weights([draw(weight.shape).astype("float32") for weight in model.weights])
        if compiled:
            model.compile(**compiled)
        return model

    return make

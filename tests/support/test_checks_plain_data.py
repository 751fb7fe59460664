"""Plain data is in a handout what it is in the grader, whose checks get it from another process."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.support import keras, tf
from autograder.support.checks import plain_copy
from autograder.wire.codec import pack, unpack

pytestmark = pytest.mark.xdist_group("support")

ROWS = np.arange(6, dtype="float32").reshape(2, 3)
Pair = namedtuple("Pair", "left right")
ANSWERS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "number": lambda: 1.5,
    "array": lambda: ROWS,
    "NumPy scalar": lambda: ROWS[0, 1],
    "masked array": lambda: np.ma.masked_array(ROWS, ROWS > 3),
    "array of text": lambda: np.array(["a", "bc"]),
    "array of text as objects": lambda: np.array(["a", "bc"], dtype=object),
    "tensor": lambda: tf.constant(ROWS),
    "tensor of one number": lambda: tf.constant(3),
    "tensor of text": lambda: tf.constant(["a", "bc"]),
    "variable of TensorFlow": lambda: tf.Variable(ROWS),
    "variable of Keras": lambda: keras.Variable(ROWS),
    "list of tensors": lambda: [tf.constant(1.0), tf.constant([2.0])],
    "dict of tensors": lambda: OrderedDict(weights=tf.constant(ROWS)),
    "named tuple": lambda: Pair(1, tf.constant(2)),
    "set": lambda: {1, 2},
}
OTHERS: dict[str, Callable[[], Any]] = {
    "ragged tensor": lambda: tf.ragged.constant([[1], [2, 3]]),
    "sparse tensor": lambda: tf.sparse.from_dense(ROWS),
    "symbolic tensor": lambda: keras.Input((3,)),
    "generator": lambda: (number for number in ROWS),
    "class": lambda: dict,
}


def shown(value: Any) -> Any:
    """Return the types and the content of a value."""
    if isinstance(value, np.ndarray):
        return type(value), value.dtype, value.tolist()
    if isinstance(value, (list, tuple)):
        return type(value), [shown(item) for item in value]
    if isinstance(value, dict):
        return type(value), [(key, shown(item)) for key, item in value.items()]
    return type(value), value


@pytest.mark.parametrize("make", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_what_crosses(make: Callable[[], Any]) -> None:
    packed = pack(make())
    assert shown(plain_copy(make())) == shown(unpack(packed.head, packed.blob)[0])


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_what_does_not_cross_stays_as_it_is(make: Callable[[], Any]) -> None:
    value = make()
    assert pack(value).refused
    assert plain_copy(value) is value


@pytest.mark.parametrize(
    ("argument", "change"),
    [
        (ROWS.copy(), lambda rows: rows.fill(0)),
        ([1, [2]], lambda items: items[1].append(3)),
        ({"a": [1]}, lambda items: items["a"].clear()),
        (pd.DataFrame({"a": [1, 2]}), lambda frame: frame.insert(0, "b", 0)),
        (pd.Series([1, 2]), lambda series: series.update([3])),
    ],
    ids=["array", "list", "dict", "data frame", "series"],
)
def test_what_a_function_changes_stays_with_it(argument: Any, change: Callable[[Any], None]) -> None:
    before = repr(argument)
    change(plain_copy(argument))
    assert repr(argument) == before


def test_a_model_is_no_copy() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert plain_copy((model, [model])) == (model, [model])

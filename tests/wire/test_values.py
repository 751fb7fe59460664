"""Values: what is plain crosses unchanged, what is not becomes its type's name, what is forged is refused."""

from __future__ import annotations

import collections
import contextlib
import json
import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import frames
from autograder.wire.arrays import ITEM_SIZES, NotAllowedError
from autograder.wire.codec import pack, unpack
from autograder.wire.decode import UnsupportedValue

Cross = Callable[[Any], Any]

dtypes = st.sampled_from([np.dtype(name) for name in ITEM_SIZES])
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
scalars = arrays.filter(lambda array: array.size > 0).map(lambda array: array.flat[0])
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text(max_size=8)
    | arrays
    | scalars
)
plain = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal in type and content, to the bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or one.hex() == other.hex()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(plain)
def test_plain_data_crosses_unchanged(value: Any) -> None:
    packed = pack(value)
    head = frames.parse(json.dumps(packed.head, allow_nan=False).encode())
    assert same(unpack(head, packed.blob)[0], value)


def test_arrays_arrive_writable_and_apart(cross: Cross) -> None:
    first, second = cross([np.zeros(3), np.zeros(3)])
    first[0] = 1
    assert second[0] == 0


def test_arrays_of_any_layout_and_byte_order_keep_their_numbers(cross: Cross) -> None:
    plainly = np.arange(12, dtype="float32").reshape(3, 4)
    for array in (plainly.T, plainly[::2, ::-1], plainly.astype(">f4"), np.asfortranarray(plainly)):
        assert np.array_equal(cross(array), array)


def test_tensors_and_variables_arrive_as_arrays(cross: Cross) -> None:
    import keras
    import tensorflow as tf

    for value in (tf.constant([1.5, 2.5]), tf.Variable([1.5, 2.5]), keras.Variable([1.5, 2.5])):
        assert same(cross(value), np.array([1.5, 2.5], "float32"))


def test_subclasses_of_plain_types_arrive_as_the_plain_type(cross: Cross) -> None:
    point = collections.namedtuple("point", "x y")

    class Lying(str):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = str.__hash__

        def __str__(self) -> str:
            return "something else"

    assert same(cross(point(1, 2)), (1, 2))
    assert same(cross(collections.OrderedDict(a=1)), {"a": 1})
    assert same(cross(Lying("text")), "text")


class Custom:
    """Something of the student's."""


STRANGERS = {
    "Custom": Custom(),
    "type": Custom,
    "function": lambda: None,
    "set": {1},
    "bytes": b"raw",
    "module": math,
    "complex": 1j,
    "range": range(3),
    "ndarray of object": np.array([None]),
    "ndarray of str32": np.array(["a"]),
    "dict with keys that are not strings": {1: 2},
    "int that is too large to send": 10**5000,
    "list that is too large to send": [0] * 100_000,
    "str that is too large to send": "x" * frames.MAX_JSON,
    "ndarray that is too large to send": np.zeros(frames.MAX_BLOB + 1, "int8"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_cannot_cross_becomes_the_name_of_its_type(name: str, cross: Cross) -> None:
    assert cross(STRANGERS[name]) == UnsupportedValue(name)


def test_a_stranger_inside_leaves_its_neighbours_alone(cross: Cross) -> None:
    assert cross({"a": [1, {2}], "b": (b"",)}) == {
        "a": [1, UnsupportedValue("set")],
        "b": (UnsupportedValue("bytes"),),
    }


def test_a_list_inside_itself_ends(cross: Cross) -> None:
    snake: list[Any] = []
    snake.append(snake)
    assert "UnsupportedValue" in repr(cross(snake))
    snake.append(snake)
    assert cross(snake) == UnsupportedValue("list that is too large to send")


def test_the_largest_text_still_fits_a_frame() -> None:
    for length in range(20_000, frames.MAX_JSON, 20_000):
        packed = pack("\0" * length)
        assert len(json.dumps(packed.head)) <= frames.MAX_JSON


def test_the_name_of_a_type_arrives_without_control_characters(cross: Cross) -> None:
    named = type("\x1b[31m\u202eevil" + "x" * 500, (), {})
    name = cross(named()).type_name
    assert name.startswith("[31mevil")
    assert name.isprintable()
    assert len(name) <= 80


FORGED: dict[str, tuple[Any, bytes]] = {
    "not a message": ([], b""),
    "no table": ({"value": 1}, b""),
    "more keys": ({"layers": [], "value": 1, "code": "import os"}, b""),
    "unknown tag": ({"layers": [], "value": {"pickle": "gASV"}}, b""),
    "two tags": ({"layers": [], "value": {"tuple": [], "dict": {}}}, b""),
    "a bare NaN": ({"layers": [], "value": math.nan}, b""),
    "a float that is none": ({"layers": [], "value": {"float": "1e5"}}, b""),
    "a layer from nowhere": ({"layers": [], "value": {"layer": 0}}, b""),
    "a negative layer": ({"layers": [], "value": {"layer": -1}}, b""),
    "a tuple of nothing": ({"layers": [], "value": {"tuple": None}}, b""),
    "bytes left over": ({"layers": [], "value": None}, b"x"),
    "nested deeply": ({"layers": [], "value": json.loads("[" * 200 + "]" * 200)}, b""),
}
ARRAYS: dict[str, dict[str, Any]] = {
    "more than is there": {"dtype": "float64", "shape": [2]},
    "huge": {"dtype": "float64", "shape": [2**31 - 1, 2**31 - 1]},
    "a negative length": {"dtype": "float64", "shape": [-1]},
    "a length that is true": {"dtype": "float64", "shape": [True]},
    "a length beyond bounds": {"dtype": "float64", "shape": [2**40]},
    "seventeen dimensions": {"dtype": "int8", "shape": [1] * 17},
    "objects": {"dtype": "object", "shape": [1]},
    "a structure": {"dtype": "f8,f8", "shape": [1]},
    "a dtype of 100 bytes": {"dtype": "S100", "shape": [10**9]},
    "no dtype": {"shape": [1]},
    "another key": {"dtype": "int8", "shape": [8], "order": "F"},
}
FORGED |= {
    f"array: {name}": ({"layers": [], "value": {"array": told}}, b"8 bytes!") for name, told in ARRAYS.items()
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_messages_are_refused_before_anything_is_allocated(name: str) -> None:
    head, blob = FORGED[name]
    tracemalloc.start()
    with pytest.raises(NotAllowedError):
        unpack(head, blob)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_no_byte_of_the_blob_is_used_twice() -> None:
    """A thousand arrays that all claim the same bytes would together be a thousand times the blob."""
    told = {"array": {"dtype": "int8", "shape": [8]}}
    with pytest.raises(NotAllowedError, match="arrived"):
        unpack({"layers": [], "value": [told] * 1000}, b"8 bytes!")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["array", "scalar", "tuple", "dict", "float", "layer", "opaque", "dtype", "shape", "x"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=10,
)


@given(anything, st.binary(max_size=20))
def test_any_tree_is_a_value_or_refused(tree: Any, blob: bytes) -> None:
    with contextlib.suppress(NotAllowedError):
        unpack({"layers": [], "value": tree}, blob)

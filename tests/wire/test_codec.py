"""Values: what is plain crosses unchanged, what is not becomes its type's name, what is forged is refused."""

from __future__ import annotations

import collections
import contextlib
import functools
import json
import math
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import frames
from autograder.wire.array_blobs import ITEM_SIZES, NotAllowedError
from autograder.wire.codec import pack, unpack
from autograder.wire.decode import Columns, History
from autograder.wire.unsupported import HINTS, UnsupportedValue, ValueKind

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


def nested(around: Callable[[Any], Any], levels: int) -> Any:
    """Return 1 inside `levels` containers."""
    return functools.reduce(lambda value, _: around(value), range(levels), 1)


async def coroutine() -> None:
    """Return nothing, later."""


async def async_generator() -> Any:
    """Yield nothing, later."""
    yield None


def symbolic_tensor() -> Any:
    import keras

    return keras.Input((2,))


def dataset() -> Any:
    import tensorflow as tf

    return tf.data.Dataset.range(2)


def optimizer() -> Any:
    import keras

    return keras.optimizers.Adam()


UNSUPPORTED: dict[str, tuple[ValueKind, Callable[[], Any]]] = {
    "Custom": (ValueKind.OTHER, Custom),
    "type": (ValueKind.CLASS, lambda: Custom),
    "function": (ValueKind.FUNCTION, lambda: lambda: None),
    "builtin_function_or_method": (ValueKind.FUNCTION, lambda: [].append),
    "partial": (ValueKind.FUNCTION, lambda: functools.partial(len)),
    "coroutine": (ValueKind.COROUTINE, coroutine),
    "async_generator": (ValueKind.ASYNC_GENERATOR, async_generator),
    "generator": (ValueKind.GENERATOR, lambda: (n for n in ())),
    "map": (ValueKind.ITERATOR, lambda: map(len, ())),
    "module": (ValueKind.MODULE, lambda: math),
    "ValueError": (ValueKind.EXCEPTION, ValueError),
    "KerasTensor": (ValueKind.SYMBOLIC_TENSOR, symbolic_tensor),
    "_RangeDataset": (ValueKind.DATASET, dataset),
    "Adam": (ValueKind.OPTIMIZER, optimizer),
    "complex": (ValueKind.OTHER, lambda: 1j),
    "range": (ValueKind.OTHER, lambda: range(3)),
    "ndarray": (ValueKind.ARRAY, lambda: np.array([None])),
    "int": (ValueKind.TOO_LARGE, lambda: 10**5000),
    "list": (ValueKind.TOO_LARGE, lambda: [0] * 100_000),
    "str": (ValueKind.TOO_LARGE, lambda: "x" * frames.MAX_JSON),
}


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_does_not_cross_becomes_its_kind_and_the_name_of_its_type(name: str, cross: Cross) -> None:
    """A message that names `type(answer)` reads the same as without a sandbox."""
    kind, make = UNSUPPORTED[name]
    value = make()
    packed, found = pack(value), cross(value)
    assert (found.kind, found.type_name) == (kind, name)
    assert type(found).__name__ == name
    assert str(found).endswith(HINTS[kind])
    assert packed.refused == (f"a value of the type {name} ({kind})",)


def test_every_kind_has_a_hint_and_an_example() -> None:
    """A new kind needs a line in both tables, but for the one that only a part of a value can have."""
    examples = {kind for kind, _ in UNSUPPORTED.values()} | {ValueKind.TOO_DEEP}
    assert set(HINTS) == set(ValueKind) == examples


def test_a_large_array_is_too_large(cross: Cross) -> None:
    """What a frame cannot hold is refused, not cut."""
    assert cross(np.zeros(frames.MAX_BLOB + 1, "int8")).kind is ValueKind.TOO_LARGE


def test_a_value_that_does_not_cross_leaves_its_neighbours_alone(cross: Cross) -> None:
    """Only the part itself is replaced."""
    assert cross({"a": [1, Custom()], "b": (math,)}) == {
        "a": [1, UnsupportedValue(ValueKind.OTHER, "Custom")],
        "b": (UnsupportedValue(ValueKind.MODULE, "module"),),
    }


def test_a_value_that_did_not_cross_stays_one_when_it_is_passed_on(cross: Cross) -> None:
    """Its kind survives a second crossing."""
    once = cross(math)
    assert cross(once) == once
    assert type(cross(once)).__name__ == "module"


PLAIN_VALUES: dict[str, Callable[[], Any]] = {
    "a set": lambda: {1, "a", (2, 3), None},
    "a frozen set": lambda: frozenset({b"a", 1.5}),
    "bytes": lambda: b"\x00raw",
    "numbers as keys": lambda: {1: "one", 2.5: "two", (1, 2): [], None: {}, b"b": 0, False: 1},
    "text in an array": lambda: np.array([["a", "größe"], ["", "long enough"]]),
}


@pytest.mark.parametrize("name", PLAIN_VALUES)
def test_other_plain_values_cross_unchanged(name: str, cross: Cross) -> None:
    """Sets, bytes, dictionaries with any plain keys and arrays of text are plain data."""
    value = PLAIN_VALUES[name]()
    assert same(cross(value), value)


def test_equal_sets_are_equal_bytes() -> None:
    """The order in which a set holds its items decides nothing."""
    first, second = {0, 8}, {8, 0}
    assert list(first) != list(second)
    assert pack(first).head == pack(second).head


def test_bytes_of_other_kinds_arrive_as_the_plain_kind(cross: Cross) -> None:
    """A byte array is bytes, tensors and scalars of text are text."""
    import tensorflow as tf

    assert same(cross(bytearray(b"abc")), b"abc")
    assert same(cross(np.str_("word")), "word")
    assert same(cross(tf.constant(["a", "b"])), np.array(["a", "b"]))


def test_what_fit_returned_arrives_as_its_numbers(cross: Cross) -> None:
    """A history is the dictionary of its numbers, and still named as it is."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=2, verbose=0)
    found = cross(history)
    assert found == history.history
    assert type(found) is History


def test_tables_cross_by_their_columns(cross: Cross) -> None:
    """A data frame keeps its columns, its labels and its types; so does a series."""
    import pandas as pd

    frame = pd.DataFrame({"size": [1.5, 2.5], "kind": ["a", None], 3: [True, False]}, index=["x", "y"])
    pd.testing.assert_frame_equal(cross(frame), frame, check_column_type=False)
    pd.testing.assert_series_equal(cross(frame["size"]), frame["size"])
    pd.testing.assert_frame_equal(cross(frame.reset_index(drop=True)), frame.reset_index(drop=True))


def test_a_table_is_a_dictionary_where_there_is_no_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without pandas gets the columns by name."""
    import pandas as pd

    packed = pack([pd.DataFrame({"size": [1, 2]}), pd.Series([3, 4])])
    monkeypatch.setitem(sys.modules, "pandas", None)
    frame, series = unpack(packed.head, packed.blob)[0]
    assert type(frame) is Columns
    assert list(frame["size"]) == [1, 2]
    assert list(series) == [3, 4]


@pytest.mark.parametrize("levels", [15, 30, 50, 100])
@pytest.mark.parametrize("container", [list, tuple, set, dict, "mixed"])
def test_a_value_of_any_depth_fits_a_frame(container: Any, levels: int) -> None:
    """What is nested too deeply is replaced before it could be refused as a frame, which ends a process."""
    around: dict[Any, Callable[[Any], Any]] = {
        list: lambda value: [value],
        tuple: lambda value: (value,),
        set: lambda value: frozenset([value]),
        dict: lambda value: {"key": value},
        "mixed": lambda value: {1: ([value],)},
    }
    packed = pack({"answer": nested(around[container], levels)})
    frames.parse(json.dumps({"id": 1, "ok": True, "value": packed.head}).encode())
    unpack(packed.head, packed.blob)
    assert all("too deep" in refused for refused in packed.refused)


def test_a_list_inside_itself_ends(cross: Cross) -> None:
    snake: list[Any] = []
    snake.append(snake)
    assert "nested too deeply" in repr(cross(snake))
    snake.append(snake)
    assert cross(snake) == UnsupportedValue(ValueKind.TOO_LARGE, "list")


def test_the_largest_text_still_fits_a_frame() -> None:
    for length in range(20_000, frames.MAX_JSON, 20_000):
        packed = pack("\0" * length)
        assert len(json.dumps(packed.head)) <= frames.MAX_JSON


def test_few_values_may_be_too_large_for_a_frame(cross: Cross) -> None:
    assert cross([2**1_900] * 480) == UnsupportedValue(ValueKind.TOO_LARGE, "list")


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
    f"a value: {name}": ({"layers": [], "value": tree}, b"8 bytes!")
    for name, tree in {
        "an unknown kind": {"unsupported": ["none", "x"]},
        "a kind without a type": {"unsupported": ["other"]},
        "a list as a key": {"pairs": [[[], 1]]},
        "a key without a value": {"pairs": [[1]]},
        "a list in a set": {"set": [[]]},
        "bytes that are floats": {"bytes": {"dtype": "float64", "shape": [1]}},
        "text whose items are a number": {"texts": {"shape": [1], "items": 1}},
        "text of another shape": {"texts": {"shape": [3], "items": ["a"]}},
        "text that pads to gigabytes": {"texts": {"shape": [2001], "items": ["x" * 20_000, *[""] * 2000]}},
        "text without end": {"texts": {"shape": [2**30, 0], "items": []}},
        "a column too few": {"frame": [["a", "b"], [[1]], None]},
        "columns of two lengths": {"frame": [["a", "b"], [[1], [1, 2]], None]},
        "a series of one part": {"series": [1]},
        "a history that is a list": {"history": []},
    }.items()
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


TAGS = (
    *("array", "bytes", "dict", "float", "frame", "frozenset", "history", "layer", "pairs", "scalar"),
    *("series", "set", "texts", "tuple", "unsupported"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*TAGS, "dtype", "shape", "items", "x"]),
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

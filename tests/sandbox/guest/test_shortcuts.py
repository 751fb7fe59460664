"""Shorter ways lead where the long ones do."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox.guest import startup as shortcuts

Layers = dict[str, Callable[[], Any]]


@pytest.fixture(scope="module")
def layers() -> Layers:
    """What a submission may set attributes of, by name."""
    import keras

    class Noting:
        """Comes after all of Keras' classes, and is to be asked as well."""

        def __setattr__(self, name: str, value: Any) -> None:
            vars(self).setdefault("noted", []).append(name)
            super().__setattr__(name, value)

    class Own(keras.layers.Dense, Noting):  # type: ignore[misc]  # Keras has no types
        units_of_time = "s"

        @property
        def doubled(self) -> Any:
            return vars(self).get("half")

        @doubled.setter
        def doubled(self, value: Any) -> None:
            vars(self)["half"] = value

    def locked() -> Any:
        layer = keras.layers.Dense(2)
        layer._tracker.lock("No more.")
        return layer

    return {
        "dense": lambda: keras.layers.Dense(2, name="dense"),
        "built": lambda: built(keras.layers.Dense(2, name="built")),
        "sequential": lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="model"),
        "own": lambda: Own(2, name="own"),
        "locked": locked,
    }


def built(layer: Any) -> Any:
    layer.build((None, 3))
    return layer


@pytest.fixture(scope="module")
def ways(layers: Layers) -> Iterator[tuple[Any, Any]]:
    """How a layer sets an attribute without the shortcut, and with it."""
    import keras

    before, parts = keras.Layer.__setattr__, getattr(typing, shortcuts.PARTS_OF_PROTOCOL, None)
    # Another test of this process may have taken them.
    long = keras.Layer.__setattr__ = inspect.unwrap(before)
    shortcuts.patch_setattr()
    short = keras.Layer.__setattr__
    assert short is not long
    yield long, short
    keras.Layer.__setattr__ = before
    if parts:
        setattr(typing, shortcuts.PARTS_OF_PROTOCOL, parts)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
NAMES = st.sampled_from(
    ["note", "units", "trainable", "built", "_built", "supports_masking", "doubled", "units_of_time", "stop"]
)
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=2), PLAIN, max_size=2)


@settings(deadline=None)  # the first one starts TensorFlow
@given(
    kind=st.sampled_from(["dense", "built", "sequential", "own", "locked"]),
    changes=st.lists(st.tuples(NAMES, VALUES), max_size=6),
)
def test_a_layer_is_the_same_whichever_way_its_attributes_were_set(
    kind: str, changes: list[tuple[str, Any]], layers: Layers, ways: tuple[Any, Any]
) -> None:
    """Whatever is set, in whatever order, where there are properties, class attributes and other classes."""
    assert after(layers[kind], changes, ways[0]) == after(layers[kind], changes, ways[1])


def after(make: Callable[[], Any], changes: list[tuple[str, Any]], way: Any) -> list[Any]:
    """What setting each attribute led to, and all that the layer is then."""
    import keras

    keras.utils.clear_session(free_memory=False)
    keras.Layer.__setattr__ = way
    layer, ends = make(), []
    for name, value in changes:
        try:
            setattr(layer, name, value)
            ends.append("set")
        except Exception as error:
            ends.append(f"{type(error).__name__}: {error}")
    inside = {
        name: (type(value).__name__, repr(value))
        for name, value in vars(layer).items()
        if " at 0x" not in repr(value)
    }
    tracked = {name: len(ids) for name, ids in layer._tracker.stored_ids.items()}
    return [ends, inside, list(vars(layer)), tracked, layer.trainable, len(layer.trainable_variables)]


def test_what_is_tracked_takes_the_long_way(layers: Layers, ways: tuple[Any, Any]) -> None:
    """A layer that is set as an attribute is one of its owner's."""
    import keras

    keras.Layer.__setattr__ = ways[1]
    owner, part = layers["dense"](), layers["built"]()
    owner.part = part
    assert owner._layers == [part]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python does so itself")
def test_what_a_protocol_consists_of_is_worked_out_once(ways: tuple[Any, Any]) -> None:
    """And is what it was."""

    @typing.runtime_checkable
    class Sized(typing.Protocol):
        """Has a length."""

        def __len__(self) -> int:
            """Its length."""

    parts = getattr(typing, shortcuts.PARTS_OF_PROTOCOL)
    assert parts(Sized) == {"__len__"}
    assert parts(Sized) is parts(Sized)
    assert isinstance([], Sized)
    assert not isinstance(1, Sized)


def test_taking_them_twice_changes_nothing(ways: tuple[Any, Any]) -> None:
    """A lean examiner and its sandbox come from one process that did so before."""
    import keras

    keras.Layer.__setattr__ = ways[1]
    shortcuts.patch_setattr()
    assert keras.Layer.__setattr__ is ways[1]


def test_without_keras_nothing_is_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    if sys.version_info < (3, 12):
        monkeypatch.setattr(typing, shortcuts.PARTS_OF_PROTOCOL, getattr(typing, shortcuts.PARTS_OF_PROTOCOL))
    shortcuts.patch_setattr()
    assert "keras" not in sys.modules

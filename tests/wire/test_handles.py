"""Handles: what they send, what they refuse, and what a reply may say of them."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from autograder.wire.array_blobs import NotAllowedError
from autograder.wire.codec import pack, unpack
from autograder.wire.handles import (
    MAX_LABEL,
    Handle,
    HandleInfo,
    Operation,
    from_wire,
    info_of,
    is_handle,
    new_handle,
    to_wire,
)
from autograder.wire.unsupported import ValueKind, unsupported

Used = list[tuple[str, tuple[Any, ...], dict[str, Any]]]


def handle_of(used: Used, type_name: str = "Box", base: str = "", reply: Any = None) -> Handle:
    def use(operation: Operation, handle: Handle, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        used.append((operation, args, kwargs))
        return reply

    return new_handle(HandleInfo("t#1.0", type_name, base, "box(…)", "box"), use)


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (lambda box: box(1, key=2), ("call", (1,), {"key": 2})),
        (lambda box: box.size, ("attribute", ("size",), {})),
        (lambda box: setattr(box, "size", 3), ("set attribute", ("size", 3), {})),
        (lambda box: box["a"], ("item", ("a",), {})),
        (lambda box: box.__len__(), ("length", (), {})),
        (lambda box: bool(box), ("truth", (), {})),
        (lambda box: box.__iter__(), ("iterate", (), {})),
        (lambda box: next(box), ("next", (), {})),
        (lambda box: box.__enter__(), ("enter", (), {})),
        (lambda box: box.__exit__(None, None, None), ("exit", (), {})),
    ],
    ids=["call", "attribute", "set", "item", "length", "truth", "iterate", "next", "enter", "exit"],
)
def test_each_use_is_one_operation(do: Callable[[Any], Any], expected: tuple[Any, ...]) -> None:
    used: Used = []
    do(handle_of(used))
    assert used == [expected]


@pytest.mark.parametrize(
    "do",
    [
        lambda box: box._private,
        lambda box: box.__dict__,
        lambda box: box.__wrapped__,
        lambda box: setattr(box, "_private", 1),
        lambda box: setattr(box, "__class__", int),
    ],
)
def test_names_with_an_underscore_never_reach_the_sandbox(do: Callable[[Any], Any]) -> None:
    used: Used = []
    with pytest.raises(AttributeError, match="stays in the sandbox"):
        do(handle_of(used))
    assert used == []


@pytest.mark.parametrize("do", [repr, str, hash, lambda box: box == box, lambda box: box in {box}, type, id])
def test_looking_at_a_handle_asks_nothing(do: Callable[[Any], Any]) -> None:
    used: Used = []
    do(handle_of(used))
    assert used == []


@pytest.mark.parametrize("do", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_handle_is_not_copied(do: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="cannot be copied"):
        do(handle_of([]))


def test_the_text_of_a_handle_is_short_whatever_its_type_is_called() -> None:
    _, name, _ = from_wire(["t#1.0", "x\x1b[2J" * 10_000, ""])
    assert len(repr(handle_of([], type_name=name))) < 200
    assert "\x1b" not in name


def test_isinstance_holds_for_what_keras_calls_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Layer:
        pass

    class Model(Layer):
        pass

    keras: Any = ModuleType("keras")
    keras.Layer, keras.Model = Layer, Model
    monkeypatch.setitem(sys.modules, "keras", keras)
    layer, model, other = (handle_of([], base=base) for base in ("Layer", "Model", ""))
    assert [isinstance(each, Layer) for each in (layer, model, other)] == [True, True, False]
    assert [isinstance(each, Model) for each in (layer, model, other)] == [False, True, False]
    assert isinstance(other, Handle)


def test_isinstance_asks_for_a_class_that_stays() -> None:
    used: Used = []
    kind, value = handle_of(used, reply=True), handle_of(used)
    assert isinstance(value, kind)  # type: ignore[arg-type]
    assert not isinstance(3, kind)  # type: ignore[arg-type]
    assert used == [("instance", (value,), {})]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "t#1.0",
        [],
        ["t#1.0", "Box"],
        ["t#1.0", "Box", "", ""],
        [1, "Box", ""],
        ["t#1.0", "Box", "Sequential"],
        ["t#1.0", "Box", "__class__"],
        ["x" * (MAX_LABEL + 1), "Box", ""],
        {"label": "t#1.0"},
    ],
)
def test_a_reply_may_say_little_of_a_handle(content: object) -> None:
    with pytest.raises(NotAllowedError):
        from_wire(content)


def test_a_handle_crosses_as_its_label() -> None:
    box = handle_of([])
    packed = pack(([box, 1], {"box": box}))
    assert packed.handles == (box, box)
    value, _ = unpack(packed.head, packed.blob, resolve=lambda content: content)
    assert value == ([to_wire(box), 1], {"box": to_wire(box)})
    assert info_of(box).label == "t#1.0"


def test_without_a_resolver_a_handle_is_refused() -> None:
    packed = pack(handle_of([]))
    with pytest.raises(NotAllowedError, match="not accepted here"):
        unpack(packed.head, packed.blob)


class Held:
    """Keeps values in a list."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def hold(self, value: Any) -> list[str]:
        self.values.append(value)
        return [f"t#1.{len(self.values) - 1}", type(value).__name__, ""]

    def forget(self) -> None:
        self.values.clear()


def test_what_cannot_cross_is_held_and_the_rest_is_data() -> None:
    held = Held()
    function, generator = pack, (number for number in (1, 2))
    answer = {"data": [1, "two", (3.0, None)], "function": function, 4: {generator}}
    packed = pack({"answer": answer}, holder=held)
    assert held.values == [function, generator]
    assert packed.refused == ()
    value, _ = unpack(packed.head, packed.blob, resolve=lambda content: handle_of([], content[1]))  # type: ignore[index]
    assert value["answer"]["data"] == [1, "two", (3.0, None)]
    assert info_of(value["answer"]["function"]).type_name == "function"
    assert [info_of(item).type_name for item in value["answer"][4]] == ["generator"]


def test_what_is_too_large_is_held_as_a_whole() -> None:
    held, answer = Held(), [pack, "x" * 300_000]
    packed = pack({"answer": answer}, holder=held)
    value, _ = unpack(packed.head, packed.blob, resolve=lambda content: content)
    assert value == {"answer": ["t#1.0", "list", ""]}
    assert held.values == [answer]


class HeldUnderLongLabels(Held):
    """Gives handles that are too large for a frame."""

    def hold(self, value: Any) -> list[str]:
        label, *rest = super().hold(value)
        return [label * 100_000, *rest]


def test_nothing_stays_held_if_its_handle_is_not_sent() -> None:
    held = HeldUnderLongLabels()
    packed = pack({"answer": pack}, holder=held)
    assert unpack(packed.head, packed.blob)[0] == unsupported(ValueKind.TOO_LARGE, "dict")
    assert held.values == []


@pytest.mark.parametrize("type_name", ["Box", "KerasTensor", ""])
def test_the_type_of_a_handle_has_the_name_of_the_values_type(type_name: str) -> None:
    """For messages of checks with `type(answer).__name__`."""
    handle = handle_of([], type_name)
    assert type(handle).__name__ == (type_name or "?")
    assert is_handle(handle)
    assert not is_handle("Box")

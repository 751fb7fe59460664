"""Values that stay beside the submission: for one check, under one label each."""

from __future__ import annotations

from types import ModuleType

import pytest

from autograder.sandbox.guest.calls import OPERATIONS, HeldValues
from autograder.sandbox.guest.failed_calls import LostError
from autograder.wire.call_messages import Turn
from autograder.wire.handles import Operation


def test_a_value_has_one_label_as_long_as_its_check_runs() -> None:
    held, value = HeldValues(), object()
    held.start_call(Turn("test_a", "test_a#1", ()))
    first = held.hold(value)
    held.start_call(Turn("test_a", "test_a#2", ()))
    again = held.hold(value)
    assert first == again == ["test_a#1.0", "object", ""]
    assert held.resolver(ModuleType("m"))(first) is value


def test_another_check_drops_all_values() -> None:
    held = HeldValues()
    held.start_call(Turn("test_a", "test_a#1", ()))
    label = held.hold(object())
    held.start_call(Turn("test_b", "test_b#1", ()))
    with pytest.raises(LostError):
        held.resolver(ModuleType("m"))(label)


def test_forgetting_a_call_drops_its_new_values_alone() -> None:
    held, earlier, later = HeldValues(), object(), object()
    held.start_call(Turn("test_a", "test_a#1", ()))
    first = held.hold(earlier)
    held.start_call(Turn("test_a", "test_a#2", ()))
    assert held.hold(earlier) == first
    assert held.hold(later)[0] == "test_a#2.1"
    held.forget()
    held.start_call(Turn("test_a", "test_a#3", ()))
    assert held.hold(earlier) == first
    assert held.hold(later)[0] == "test_a#3.1"


def test_a_task_is_an_attribute_of_the_module() -> None:
    module = ModuleType("m")
    module.__dict__["Box"] = dict
    assert HeldValues().resolver(module)(["Box", "task", ""]) is dict


def test_every_operation_is_performed() -> None:
    assert set(OPERATIONS) == set(Operation)
    perform = OPERATIONS
    iterator = perform[Operation.ITERATE]([7])
    assert perform[Operation.NEXT](iterator) == 7
    assert perform[Operation.TRUTH]([]) is False
    assert perform[Operation.INSTANCE](list, []) is True

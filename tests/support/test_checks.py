"""`@check` declares a check, and `call` makes each distinct call once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder import support
from autograder.support import Call, ExpectationError

pytestmark = pytest.mark.xdist_group("support")


class Task:
    """A task that counts its calls."""

    __name__ = "task"

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, argument: Any, number: int = 0) -> Any:
        self.calls += 1
        if number < 0:
            raise KeyError("no answer")
        return support.dense_model("answer", 2, [(1, "relu", True)])


def model(units: int = 3) -> Any:
    return support.dense_model("argument", 2, [(units, "relu", True)])


@pytest.fixture
def call() -> Call:
    return Call({"seed": 1}, {})


def test_equal_arguments_are_one_call(call: Call) -> None:
    task = Task()
    first = call(task, model())
    argument = call.argument
    assert call(task, model()) is first
    assert call.argument is argument
    assert task.calls == 1
    call(task, model(4))
    call(task, model(), 5)
    assert task.calls == 3


def test_a_call_that_fails_is_made_once(call: Call) -> None:
    task = Task()
    for _ in range(2):
        with pytest.raises(KeyError, match="no answer"):
            call(task, model(), -1)
    assert task.calls == 1


@pytest.mark.parametrize(
    ("error", "number", "raised"),
    [
        (KeyError, -1, None),
        (LookupError, -1, None),
        (ValueError, 0, "Expected ValueError, received a Sequential. Which arguments"),
        (ValueError, -1, "no answer"),
    ],
)
def test_a_check_expects_an_exception(
    call: Call, error: type[Exception], number: int, raised: str | None
) -> None:
    """Any other exception, and an answer, fail the check."""
    if raised is None:
        call.raises(error, Task(), model(), number)
        return
    with pytest.raises((ExpectationError, KeyError), match=raised):
        call.raises(error, Task(), model(), number)


def test_a_stub_is_no_expected_exception(call: Call) -> None:
    def stub(argument: Any) -> Any:
        raise NotImplementedError("stub")

    with pytest.raises(NotImplementedError):
        call.raises(RuntimeError, stub, 1)


def test_the_state_before_the_call_is_kept(call: Call) -> None:
    def freeze(argument: Any) -> Any:
        argument.trainable = False
        return argument

    frozen = call(freeze, model())
    assert call.before.flags == (True,)
    support.assert_froze(frozen, call.before)


def test_a_fresh_call_is_for_one_check_alone(call: Call) -> None:
    task = Task()
    assert call.fresh(task, model()) is not call.fresh(task, model())
    assert task.calls == 2


@pytest.mark.parametrize("way", ["__call__", "fresh", "twice"])
def test_plain_data_is_passed_and_returned_as_in_the_grader(call: Call, way: str) -> None:
    """A tensor is an array, and an array that the function changes is not the check's."""

    def double(rows: Any) -> Any:
        rows *= 2
        return support.tf.constant(rows)

    rows = np.ones(2)
    answers = getattr(call, way)(double, rows)
    assert {type(each) for each in (answers if way == "twice" else [answers])} == {np.ndarray}
    assert rows.tolist() == [1, 1]
    assert call.argument is rows


def test_two_answers_come_from_the_same_argument(call: Call) -> None:
    argument = model()
    assert call.twice(lambda given: given, argument) == [argument, argument]


def test_steps_that_checks_share_run_once(call: Call) -> None:
    task = Task()

    def steps(call: Call) -> Any:
        return call.fresh(task, model())

    answer = call.once(steps)
    argument = call.argument
    call(task, model(4))
    assert call.once(steps) is answer
    assert call.argument is argument
    assert task.calls == 2


def test_before_is_refused_without_a_model(call: Call) -> None:
    call(lambda: 7)
    with pytest.raises(TypeError, match="first argument is a model"):
        _ = call.before


def test_a_check_has_the_marks_of_its_declaration(pytestconfig: pytest.Config) -> None:
    for name in ("task", "hidden"):
        pytestconfig.addinivalue_line("markers", f"{name}: of checks")

    @support.check("freeze", points=2, hint="Which?", hidden=True)
    def sample() -> None:
        """It works."""

    marks = {mark.name: mark for mark in sample.pytestmark}  # type: ignore[attr-defined]  # set by pytest
    assert (marks["task"].args, marks["task"].kwargs) == (("freeze",), {"points": 2, "hint": "Which?"})
    assert set(marks) == {"task", "hidden"}

"""Calls into a submission: each distinct one is made once, and failures are one exception."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks.failures import SubmissionFailed
from autograder.checks.proxies import ArgumentError, Calls, Proxies
from autograder.wire.call_messages import CallRequest, Returned
from autograder.wire.codec import pack, unpack
from autograder.wire.unsupported import ValueKind, unsupported


class Recorder:
    """A submission in this process that doubles numbers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, function: str, request: CallRequest) -> Returned:
        (args, kwargs, *times), objects = unpack(request.arguments, request.blob)
        self.asked.append((function, args, kwargs, *times))
        if function == "hang":
            raise SubmissionFailed("timed_out", "hang did not return")
        reply = pack({"answer": [2 * args[0]], "args": args, "kwargs": kwargs}, known=objects)
        return Returned(reply.head, reply.blob)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def module(recorder: Recorder) -> Any:
    proxies = Proxies("double", ("double", "hang"))
    proxies.attach(Calls(recorder))
    return proxies


def test_a_proxy_calls_by_position(module: Any, recorder: Recorder) -> None:
    """Arguments arrive in their order."""
    assert module.double(2, "cm") == [4]
    assert recorder.asked == [("double", (2, "cm"), {})]


def test_a_proxy_passes_names_as_the_check_does(module: Any, recorder: Recorder) -> None:
    """Kits may pass arguments by name, where their task promises the names."""
    assert module.double(2, unit="cm") == [4]
    assert recorder.asked == [("double", (2,), {"unit": "cm"})]


def test_an_equal_call_is_made_once_and_answers_are_not_shared(module: Any, recorder: Recorder) -> None:
    """However many checks look, the submission is asked once, and each check holds objects of its own."""
    first, second = module.double(2), module.double(2)
    first.append("changed by a check")
    assert second == [4]
    assert len(recorder.asked) == 1


def test_a_call_with_other_arguments_is_another_call(module: Any, recorder: Recorder) -> None:
    """The argument, its type and its place all count."""
    for arguments in ((1, 2), (2, 1), (1, 2.0)):
        module.double(*arguments)
    assert len(recorder.asked) == 3


def test_a_failing_call_fails_again_without_being_made_again(module: Any, recorder: Recorder) -> None:
    """A call that takes until its deadline is waited for once."""
    for _ in range(2):
        with pytest.raises(SubmissionFailed) as failure:
            module.hang(1)
        assert failure.value.outcome == "timed_out"
    assert len(recorder.asked) == 1


@pytest.mark.parametrize(
    "value", [lambda: None, object(), [iter(())], 10**5000], ids=lambda value: type(value).__name__
)
def test_an_argument_that_cannot_cross_is_the_authors_mistake(
    value: Any, module: Any, recorder: Recorder
) -> None:
    """The error names the task, is no failure of the submission, and nothing is sent."""
    with pytest.raises(ArgumentError, match=r"The check passes double a value of the type"):
        module.double([value])
    assert recorder.asked == []


def test_an_answer_that_did_not_cross_is_the_submissions_mistake_when_it_is_passed_on(module: Any) -> None:
    """A check may pass one task's answer to the next without looking at it."""
    answer = unsupported(ValueKind.COROUTINE, "coroutine")
    with pytest.raises(SubmissionFailed, match=r"a coroutine: is `async` needed\?"):
        module.double({"answer": [answer]})


def test_a_class_instead_of_its_instance_is_said_as_by_a_check() -> None:
    def reply(function: str, request: CallRequest) -> Returned:
        packed = pack({"answer": list, "args": (), "kwargs": {}})
        return Returned(packed.head, packed.blob)

    with pytest.raises(
        SubmissionFailed, match=r"^Expected an instance of a class, received the class itself\."
    ):
        Calls(reply)("make", (), {})


def test_only_tasks_can_be_called(module: Any) -> None:
    """What is no task is no attribute, and the message says what there is."""
    with pytest.raises(AttributeError, match="double, hang, not 'triple'"):
        module.triple  # noqa: B018 - reading it is the test


def test_a_call_outside_an_examination_says_so() -> None:
    """A check module must not call the submission while it is imported."""
    with pytest.raises(RuntimeError, match="call it in a check"):
        Proxies("double", ("double",)).double(1)


def test_a_task_can_be_called_twice_in_one_request(module: Any, recorder: Recorder) -> None:
    """The submission is told to call its function twice; an ordinary call is no part of that."""
    module.double.twice(2, "cm")
    assert module.double(2, "cm") == [4]
    assert recorder.asked == [("double", (2, "cm"), {}, 2), ("double", (2, "cm"), {})]

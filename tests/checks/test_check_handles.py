"""Answers that stay with the submission: each use is a call, belongs to one check, and may be refused."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from autograder.checks import check_handles
from autograder.checks.check_handles import ArgumentError
from autograder.checks.failures import SubmissionFailed, call_failed
from autograder.checks.proxies import Calls, Proxies
from autograder.sandbox.guest.calls import call
from autograder.sandbox.guest.failed_calls import Definitions
from autograder.sandbox.guest.submission import Loaded
from autograder.wire.call_messages import CallRequest, Failed, LoadReport, Returned

TEXT = """
class Box:
    def __init__(self, size=1):
        self.size, self.inner, self.items = size, object(), [1, "two"]

    def __call__(self, number):
        self.size += number
        return self.size

    @staticmethod
    def weigh_all(boxes):
        return sum(box.size for box in boxes)

    def fail(self):
        raise ValueError("too full")

    def three(self):
        return iter(range(3))

    def ends(self):
        raise StopIteration

    def forever(self):
        while True:
            yield 1

    def everything(self):
        return {"inner": self.inner, "text": "x" * 300_000}


def weigh(box):
    return box.size


def spare():
    raise NotImplementedError
"""


class Beside:
    """A submission in this process. `replies` replaces what it answers, by the number of the call."""

    def __init__(self, text: str = TEXT) -> None:
        module = ModuleType("boxes")
        exec(text, vars(module))
        self.loaded = Loaded(module, "boxes.py", Definitions(), LoadReport())
        self.asked: list[tuple[str, CallRequest]] = []
        self.replies: dict[int, Any] = {}

    def __call__(self, function: str, request: CallRequest) -> Returned:
        self.asked.append((function, request))
        if (number := len(self.asked)) in self.replies:
            tree = {"dict": {"answer": self.replies[number]}}
            return Returned({"layers": [], "value": tree})
        reply = call(self.loaded, function, request, lambda: None)
        if isinstance(reply, Failed):
            raise call_failed(function, reply)
        return reply


@pytest.fixture
def beside() -> Beside:
    return Beside()


@pytest.fixture
def calls(beside: Beside) -> Calls:
    calls = Calls(beside, ("Box",))
    calls.begin_check("test_a")
    return calls


@pytest.fixture
def boxes(calls: Calls) -> Any:
    proxies = Proxies("boxes", ("Box", "weigh"), ("Box",))
    proxies.attach(calls)
    return proxies


def test_plain_data_comes_back_as_data_and_all_else_as_a_handle(boxes: Any) -> None:
    box = boxes.Box(3)
    assert (box.size, box.items) == (3, [1, "two"])
    assert repr(box) == "<Box(…), a Box in the sandbox>"
    assert repr(box.inner) == "<Box(…).inner, a object in the sandbox>"
    assert isinstance(box, boxes.Box)
    assert not isinstance(box.inner, boxes.Box)


def test_a_value_has_one_handle(boxes: Any) -> None:
    box = boxes.Box()
    assert box.inner is box.inner
    assert box.inner is not boxes.Box().inner


def test_a_part_of_an_answer_that_is_too_large_has_a_handle_too(boxes: Any) -> None:
    """The part was packed once before the answer turned out to be too large."""
    box = boxes.Box()
    everything = box.everything()
    assert repr(everything) == "<Box(…).everything(…), a dict in the sandbox>"
    assert everything["inner"] is box.inner


def test_equal_uses_are_made_again_because_the_value_may_have_changed(boxes: Any, beside: Beside) -> None:
    box = boxes.Box()
    assert [box(1), box(1), boxes.weigh(box)] == [2, 3, 3]
    assert box(1) == 4
    assert boxes.weigh(box) == 4
    assert len(beside.asked) == 6


def test_a_class_has_attributes(boxes: Any) -> None:
    assert boxes.Box.weigh_all([boxes.Box(2), boxes.Box(3)]) == 5


def test_messages_name_what_the_check_wrote(boxes: Any) -> None:
    box = boxes.Box()
    for use, name in (
        (lambda: box.fail(), "Box(…).fail raised ValueError: too full"),
        (lambda: box.missing, "Box(…).missing raised AttributeError"),
        (lambda: box["a"], "Box(…)['a'] raised TypeError"),
        (lambda: len(box), "Box(…) (length) raised TypeError"),
    ):
        with pytest.raises(SubmissionFailed) as failure:
            use()
        assert str(failure.value).startswith(name)


def test_an_attribute_that_is_missing_is_found_missing(boxes: Any) -> None:
    box = boxes.Box()
    assert hasattr(box, "size")
    assert not hasattr(box, "layers")
    assert getattr(box, "layers", 3) == 3


def test_an_answer_ends_with_its_check(boxes: Any, calls: Calls) -> None:
    """The author of a check that keeps one for the next check is told."""
    box = boxes.Box()
    calls.begin_check("test_b")
    for use in (lambda: box.size, lambda: boxes.weigh(box)):
        with pytest.raises(ArgumentError, match="of another check"):
            use()


def test_an_argument_that_cannot_cross_is_the_authors_mistake(boxes: Any) -> None:
    with pytest.raises(ArgumentError, match="cannot cross"):
        boxes.Box()(lambda: None)


@pytest.mark.parametrize(
    "reply",
    [
        {"handle": ["test_a#1.0", "Box", "Sequential"]},
        {"handle": ["test_b#2.0", "Box", ""]},
        {"handle": ["test_a#1.7", "Box", ""]},
        {"handle": ["test_a#2.0.0", "Box", ""]},
        {"handle": ["test_a#2.-1", "Box", ""]},
        {"handle": ["test_a#2.٣", "Box", ""]},
        {"handle": ["Box", "task", ""]},
        {"handle": {"label": "test_a#2.0"}},
        {"set": [{"list": []}]},
    ],
)
def test_a_forged_label_is_a_failure_of_the_submission(boxes: Any, beside: Beside, reply: Any) -> None:
    """A reply names a value of its own call or one that the check already has."""
    box = boxes.Box()
    beside.replies[2] = reply
    with pytest.raises(SubmissionFailed):
        _ = box.inner


def test_a_reply_may_name_a_value_that_the_check_has(boxes: Any, beside: Beside) -> None:
    box = boxes.Box()
    beside.replies[2] = {"handle": ["test_a#1.0", "Other", "Model"]}
    assert box.inner is box
    assert "Box in the sandbox" in repr(box)


def test_a_plain_task_returns_no_handle(beside: Beside) -> None:
    beside.replies[1] = {"handle": ["#1.0", "Box", ""]}
    with pytest.raises(SubmissionFailed, match="not accepted"):
        Calls(beside)("weigh", (1,), {})


def test_iteration_ends_with_the_iterator(boxes: Any) -> None:
    box = boxes.Box()
    assert [item for item in box.three() if item >= 0] == [0, 1, 2]
    assert list(box.three()) == [0, 1, 2]
    with pytest.raises(SubmissionFailed, match="no more items"):
        box.ends()


def test_an_endless_iterator_ends_the_check(boxes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_handles, "MAX_USES", 50)
    with pytest.raises(SubmissionFailed, match="endless iterator"):
        list(boxes.Box().forever())


def test_a_reply_holds_a_limited_number(boxes: Any, beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_handles, "MAX_HANDLES", 5)
    beside.replies[1] = [{"handle": [f"test_a#1.{place}", "Box", ""]} for place in range(6)]
    with pytest.raises(SubmissionFailed, match="may hold 5 values"):
        boxes.Box()


def test_a_value_that_ended_with_its_process_is_a_crash(boxes: Any, beside: Beside) -> None:
    box = boxes.Box()
    beside.loaded = Beside().loaded
    with pytest.raises(SubmissionFailed, match="its process ended in an earlier call") as failure:
        box(1)
    assert failure.value.outcome == "crashed"


def test_support_code_runs_where_its_arguments_are(boxes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a handle it runs beside the answer, on the object itself; without, in this process."""
    support = ModuleType("support_of_boxes")
    exec("def kind(value):\n    return type(value).__name__\n", vars(support))
    monkeypatch.setitem(sys.modules, "support_of_boxes", support)
    boxes.dispatch_function(support, "kind")
    assert support.kind(boxes.Box()) == "Box"
    assert support.kind([boxes.Box()]) == "list"
    assert support.kind(3) == "int"


def test_a_task_that_stays_is_called_in_a_check_only() -> None:
    proxies: Any = Proxies("boxes", ("Box",), ("Box",))
    with pytest.raises(RuntimeError, match="no submission"):
        proxies.Box()

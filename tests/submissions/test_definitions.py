"""Recognise what a submission defines: which tasks are attempted."""

from __future__ import annotations

import pytest

from autograder.models import ReviewReason, Source
from autograder.submissions.definitions import attempted_tasks, review_notes

ANSWER = "def double(x):\n    return 2 * x\n"
STUB = 'def double(x):\n    """Return twice x."""\n    raise NotImplementedError\n'


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError",
        "raise NotImplementedError()",
        "raise NotImplementedError('to do')",
        "pass",
        "...",
        "return",
        "'docstring'",
        "'docstring'; pass",
        "y = 2\n    raise NotImplementedError\n    return y",
    ],
)
def test_stubs_are_no_attempts(body):
    assert not attempted_tasks(Source("toy.py", (f"def double(x):\n    {body}\n",), False), ["double"])


@pytest.mark.parametrize(
    "text",
    [
        "def double(x): return x",
        "def double(x):\n    return x\n    raise NotImplementedError",
        "def double(x):\n    if x:\n        return 1\n    raise NotImplementedError",
        "def double(x): raise ValueError",
        "def double(x): print(x)",
        "def double(x): return None or 1",
        "async def double(x): return x",
        "double = lambda x: x",
        "double: object = abs",
        "class double: pass",
        "if True:\n    def double(x): return x",
        "try:\n    pass\nexcept ImportError:\n    def double(x): return x",
        "with open(__file__):\n    for i in [1]:\n        def double(x): return x",
        f"{STUB}\n{ANSWER}",
    ],
)
def test_attempts(text):
    assert attempted_tasks(Source("toy.py", (text,), False), ["double"]) == {"double"}


def test_attempts_are_found_in_any_cell_and_broken_cells_have_none():
    cells = ("def (", STUB, "x\0", ANSWER, "def other(): return 1")
    assert attempted_tasks(Source("toy.ipynb", cells, True), ["double", "treble"]) == {"double"}


def test_what_is_defined_inside_a_function_is_no_attempt():
    text = "def helper():\n    def double(x): return x\n    return double\n"
    assert not attempted_tasks(Source("toy.py", (text,), False), ["double"])


TASKS = ("freeze", "drop_top", "add_softmax")
STUBS = "".join(f"def {task}(x):\n    raise NotImplementedError\n" for task in TASKS)


def functions(*names: str) -> str:
    return "".join(f"def {name}(x):\n    return x\n" for name in names)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (functions(*TASKS, *"abcdef"), None),
        (functions("freeze", "drop_top", *"abcdef"), None),
        (functions("freeze", *"abc"), ReviewReason.OTHER_KIT),
        (functions(*"abc"), ReviewReason.OTHER_KIT),
        (functions("freeze_2", "drop_top_2", "add_softmax_2"), ReviewReason.ZERO_BUT_NOT_STUB),
        (STUBS, None),
        (STUBS + functions("my_own"), ReviewReason.ZERO_BUT_NOT_STUB),
        (f"{STUBS}class Answers:\n    pass\n", ReviewReason.ZERO_BUT_NOT_STUB),
        ("print(1)", ReviewReason.ZERO_BUT_NOT_STUB),
        ("import math", None),
    ],
)
def test_what_answers_another_kit_or_stands_in_another_form_is_reviewed(
    text: str, reason: ReviewReason | None
) -> None:
    """Renamed tasks are no other kit's, and other functions beside untouched stubs are no stub."""
    notes = review_notes(Source("toy.py", (text,), False), TASKS)
    assert [note.reason for note in notes] == ([reason] if reason else [])

"""A digest changes with what decides a check, and only the wording's with what a failure says."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.proof.check_code import CheckCode, without_docstrings

PUBLIC = """
import lesson
import pytest
import sums
from helpers import compare

TOLERANCE = 1e-9
TABLE = {"small": (1, 2)}


@pytest.fixture
def two():
    return 2


@pytest.mark.task("add", points=2, hint="Which operator?")
def test_adds(two):
    \"\"\"Two and three make five.\"\"\"
    total = sums.add(two, 3)
    assert total == 5, f"Expected 5, received {total!r}."
    think = "Is it a whole number?"
    compare(total, 5, "Which operator joins two numbers?")
    compare(type(total), int, think)


@pytest.mark.task("mean", points=1, hint="Divide.")
def test_mean():
    \"\"\"The mean is right.\"\"\"
    assert abs(sums.mean(lesson.load("numbers")) - 2) < TOLERANCE, "Expected the mean."
"""
LESSON = """
from typing import NoReturn


def load(name):
    return [1, 2, 3]


def unused():
    return 0
"""
HELPERS = """
from typing import NoReturn


def fail(expected, received) -> NoReturn:
    raise AssertionError(f"Expected {expected}, received {received}.")


def compare(received, expected, think):
    if received != expected:
        fail(f"the number {expected}", received)
"""
FILES = {"test_public.py": PUBLIC, "test_hidden.py": "", "lesson.py": LESSON, "helpers.py": HELPERS}
NOTHING, WORDING, LOGIC = set[str](), {"wording"}, {"logic", "wording"}

# File, text, what stands there instead, and what changes for `add` and for `mean`.
CHANGES = [
    ("test_public.py", "Expected 5, received", "Expected five, received", WORDING, NOTHING),
    ("test_public.py", "joins two numbers", "adds two numbers", WORDING, NOTHING),
    ("test_public.py", "Is it a whole", "Is it an integer", WORDING, NOTHING),
    ("test_public.py", "Two and three make five", "Two plus three", WORDING, NOTHING),
    ("test_public.py", 'hint="Which operator?"', 'hint="Which sign?"', NOTHING, NOTHING),
    ("test_public.py", "points=2", "points=7", NOTHING, NOTHING),
    ("test_public.py", "total == 5", "total != 5", LOGIC, NOTHING),
    ("test_public.py", "{total!r}", "{total!s}", LOGIC, NOTHING),
    ("test_public.py", "return 2", "return 4", LOGIC, NOTHING),
    ("test_public.py", "TOLERANCE = 1e-9", "TOLERANCE = 1e-3", NOTHING, LOGIC),
    ("test_public.py", '"small": (1, 2)', '"small": (1, 3)', NOTHING, NOTHING),
    ("test_public.py", "import sums\n", "import sums\nimport math\n", LOGIC, LOGIC),
    ("test_public.py", "TABLE = {", "TABLE = print() or {", LOGIC, LOGIC),
    ("helpers.py", "the number {expected}", "a number {expected}", WORDING, NOTHING),
    ("helpers.py", 'f"Expected {expected}', 'f"We expected {expected}', WORDING, NOTHING),
    ("helpers.py", "received != expected", "received is not expected", LOGIC, NOTHING),
    ("lesson.py", "[1, 2, 3]", "[1, 2, 4]", NOTHING, LOGIC),
    ("lesson.py", "return 0", "return 1", NOTHING, NOTHING),
]


def make(toy: Kit, files: dict[str, str]) -> CheckCode:
    names = {name: name if name.startswith("test_") else f"given/{name}" for name in files}
    return CheckCode(Kit("sums", toy.files | {names[name]: text.encode() for name, text in files.items()}))


def digests(toy: Kit, files: dict[str, str], task: str) -> dict[str, object]:
    code = make(toy, files)
    checks = [
        check
        for check in Kit(
            "sums", toy.files | {"test_public.py": files["test_public.py"].encode(), "test_hidden.py": b""}
        ).checks
        if check.task == task
    ]
    return {
        "logic": code.logic(task, code.support_in("def add(): ...")),
        "wording": [code.wording(check) for check in checks],
    }


@pytest.mark.parametrize(("name", "old", "new", "add", "mean"), CHANGES)
def test_what_a_change_changes(
    toy: Kit, name: str, old: str, new: str, add: set[str], mean: set[str]
) -> None:
    assert FILES[name].count(old) == 1
    changed = FILES | {name: FILES[name].replace(old, new)}
    for task, expected in (("add", add), ("mean", mean)):
        before, after = digests(toy, FILES, task), digests(toy, changed, task)
        assert {kind for kind in before if before[kind] != after[kind]} == expected, task


def test_an_answer_depends_on_the_support_code_that_it_mentions(toy: Kit) -> None:
    changed = FILES | {"lesson.py": LESSON.replace("return 0", "return 1")}
    old, new = make(toy, FILES), make(toy, changed)
    assert old.logic("add", old.support_in("x = lesson.unused()")) != new.logic(
        "add", new.support_in("x = lesson.unused()")
    )
    assert old.logic("add", old.support_in("x = 0")) == new.logic("add", new.support_in("x = 0"))


def test_an_added_check_of_a_task_changes_the_task_alone(toy: Kit) -> None:
    """An answer may keep a state, so every check of the task may end differently."""
    more = PUBLIC + PUBLIC[PUBLIC.index('@pytest.mark.task("mean"') :].replace("test_mean", "test_more")
    changed = FILES | {"test_public.py": more}
    assert digests(toy, FILES, "add") == digests(toy, changed, "add")
    assert digests(toy, FILES, "mean")["logic"] != digests(toy, changed, "mean")["logic"]


def test_lines_keep_their_numbers_without_docstrings() -> None:
    text = '"""About."""\n\ndef add():\n    """Add.\n\n    More.\n    """\n    # why\n    return 1\n'
    assert without_docstrings(text).splitlines() == ["", "", "def add():", "", "", "", "", "", "    return 1"]


def test_every_kit_can_be_digested() -> None:
    root = Path(__file__).parents[1] / "toy"
    kit = Kit.load(root, "sums")
    code = CheckCode(kit)
    assert len({code.logic(task, code.support_in("")) for task in kit.tasks}) == len(kit.tasks)

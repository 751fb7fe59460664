"""Students' code by task: in one layout, and without what tells who wrote it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.storage import NoGradesError
from autograder.kit import Kit
from autograder.models import Report
from autograder.proof.answers import mistakes
from autograder.proof.recorded_answers import known_replies
from autograder.reports.student_code import mistake_entries, task_code, without_names

SOURCE = """
# by Ada Lovelace
def helper_ada(x):
    return max(x, 0)

def add(left, right):
    \'\'\'Ada's answer.\'\'\'
    print("ada was here", "Adam")  # ada
    return helper_ada(left)   +   right

def mean(numbers):
    return add(1, 2)
"""
TOY = Path(__file__).parents[1] / "toy"
MULTIPLIES = "def add(left, right):\n    # ada\n    return left * right\n"


def test_a_task_comes_with_its_helpers_and_without_names() -> None:
    code = task_code(SOURCE, "add", ["Ada Lovelace"], tasks=("add", "mean"))
    assert code.splitlines() == [
        "def helper_someone(x):",
        "    return max(x, 0)",
        "",
        "",
        "def add(left, right):",
        "    print('someone was here', 'Adam')",
        "    return helper_someone(left) + right",
    ]


def test_other_tasks_are_left_out() -> None:
    assert task_code(SOURCE, "mean", tasks=("add", "mean")) == "def mean(numbers):\n    return add(1, 2)"


def test_equal_programs_have_equal_texts() -> None:
    assert task_code("def add(a, b): return (a+b) # mine", "add") == task_code(
        "def add(a, b):\n  return a + b", "add"
    )


@pytest.mark.parametrize("source", ["", "def add(:", "add = 1", "def mean(): pass"])
def test_there_is_no_code_where_the_task_is_not_defined(source: str) -> None:
    assert task_code(source, "add") == ""


def test_names_of_builtins_and_tasks_stay() -> None:
    """A student called Max, or like a task, breaks no answer."""
    source = "def add(a, b):\n    return max(a, b)"
    assert task_code(source, "add", ["Max Add"]) == source


def test_a_renamed_variable_is_renamed_in_declarations_and_patterns() -> None:
    source = """
def add(left, right):
    ada = left

    def inner():
        nonlocal ada
        match right:
            case [ada_1, *ada_2] | {1: ada_1, **ada_2}:
                ada += ada_1
            case ada_3:
                ada += ada_3
    inner()
    return ada
""".strip()
    assert task_code(source, "add", ["Ada"]) == source.replace("ada", "someone")


def test_a_renamed_definition_is_renamed_where_it_is_used() -> None:
    """What a library defines stays, even if a student is called like it."""
    source = """
class Net:
    def __init__(self, ada_rate):
        import numpy as ada_np
        self.ada_weights = ada_np.ada(ada_rate, ada=1)

    def ada_step(self):
        return self.ada_weights

def add(left, right):
    return Net(ada_rate=left).ada_step() + right
"""
    expected = """
class Net:

    def __init__(self, someone_rate):
        import numpy as someone_np
        self.someone_weights = someone_np.ada(someone_rate, ada=1)

    def someone_step(self):
        return self.someone_weights


def add(left, right):
    return Net(someone_rate=left).someone_step() + right
"""
    assert task_code(source, "add", ["Ada"]) == expected.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Hi ADA!", "Hi someone!"), ("Adam", "Adam"), ("ada_1", "someone_1"), ("Li is short", "Li is short")],
)
def test_a_name_counts_where_it_stands_alone(text: str, expected: str) -> None:
    assert without_names(text, ["Ada Li"]) == expected


@pytest.fixture
def folder(make_report: Callable[..., Report], write_grades: Callable[..., Path]) -> Path:
    """Three students who multiply, one of whom replied otherwise, and one whose mistake is known."""

    def report(student: str, digest: str) -> Report:
        failed = ("test_adds_two_numbers", "test_adds_negative_numbers")
        return replace(make_report(student, failed), replies={"add": digest}, source=MULTIPLIES)

    known = known_replies(TOY, "sums")["subtracts"]["add"]
    return write_grades([report("ada", "x"), report("bob", "x"), report("cem", "y"), report("kim", known)])


def test_an_unknown_mistake_is_an_entry_of_mistakes_py(folder: Path, toy_root: Path, toy: Kit) -> None:
    """With a name and a misconception filled in, the kit reads it."""
    text = mistake_entries(folder, TOY)
    assert "# 3 students failed these checks; 2 of them gave exactly these replies." in text
    assert "# Fails like subtracts, with other replies." in text
    (entry,) = ast.parse(text).body
    assert isinstance(entry, ast.ClassDef)
    with (toy_root / "solutions" / "sums" / "mistakes.py").open("a") as file:
        file.write(f"\n\n{text}")
    added = mistakes(toy_root, toy)[-1]
    assert (added.name, added.tasks) == ("unknown_1", ("add",))
    assert added.fails == {"test_adds_two_numbers", "test_adds_negative_numbers"}
    assert "left * right" in added.own
    assert "ada" not in text


def test_a_folder_without_grades_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(NoGradesError, match="Expected grades"):
        mistake_entries(tmp_path / "none", None)

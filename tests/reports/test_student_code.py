"""Students' code by task: in one layout, and without what tells who wrote it."""

from __future__ import annotations

import pytest

from autograder.reports.student_code import task_code, without_names

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Hi ADA!", "Hi someone!"), ("Adam", "Adam"), ("ada_1", "someone_1"), ("Li is short", "Li is short")],
)
def test_a_name_counts_where_it_stands_alone(text: str, expected: str) -> None:
    assert without_names(text, ["Ada Li"]) == expected

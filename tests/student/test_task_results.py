"""Which functions a save has changed is told from their texts, in files and in notebooks."""

from __future__ import annotations

from autograder.models import Source
from autograder.student.task_results import task_texts

TASKS = ("add", "mean")


def test_each_task_has_its_own_text() -> None:
    source = Source("sums.py", ("x = 1\n\ndef add(a):\n    return a\n\ndef other(): pass\n",), tolerant=False)
    assert task_texts(source, TASKS) == {"add": "def add(a):\n    return a"}


def test_the_last_cell_that_defines_a_task_counts() -> None:
    cells = ("def add(a):\n    return 1", "def add(", "def add(a):\n    return 2")
    assert task_texts(Source("sums.ipynb", cells, tolerant=True), TASKS) == {
        "add": "def add(a):\n    return 2"
    }


def test_without_a_source_there_are_none() -> None:
    assert task_texts(None, TASKS) == {}

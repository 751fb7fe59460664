"""Real processes run the toy kit's checks: verdicts, endless loops, crashes, files saved again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.student.check import Loop, WorkerReported
from autograder.student.handout import Handout, SavedState
from autograder.student.task_results import Results
from autograder.student.worker_process import CAN_FORK, ProcessEnded

Write = Callable[[str], None]
MODES = [
    pytest.param(True, id="forks", marks=pytest.mark.skipif(not CAN_FORK, reason="no safe fork here")),
    pytest.param(False, id="one process a run"),
]

DEEP = """
import numpy as np

def add(left, right):
    return helper()

def helper():
    return np.zeros(3).reshape(7)
"""
WAITS = """
def add(left, right):
    return mean([left, right]) * 2

def mean(numbers):
    raise NotImplementedError("mean")
"""


@pytest.fixture(params=[True])
def loop(handout: Handout, request: pytest.FixtureRequest) -> Iterator[Loop]:
    """A loop that forks where it can."""
    with Loop(handout, request.param and CAN_FORK) as loop:
        yield loop


in_each_mode = pytest.mark.parametrize("loop", MODES, indirect=True)


@pytest.fixture
def write(folder: Path) -> Write:
    """Saves the answer."""
    return lambda text: (folder / "sums.py").write_text(text, encoding="utf-8") and None


def to_the_end(loop: Loop) -> Results:
    """Follow the present run until it is over."""
    while not loop.results.over:
        loop.next(60)
    return loop.results


def checked(loop: Loop) -> Results:
    """Run all checks."""
    loop.check()
    return to_the_end(loop)


def test_a_stub_is_not_begun(loop: Loop) -> None:
    results = checked(loop)
    assert [results.state(task) for task in results.handout.tasks] == ["untouched"] * 3
    assert results.points() == (0, 4)
    assert results.problem is None


@in_each_mode
def test_every_save_has_a_verdict_of_its_own(loop: Loop, write: Write, solution: str) -> None:
    checked(loop)
    write(solution)
    results = checked(loop)
    assert results.solved
    assert results.points() == (4, 4)
    assert results.news == ["add", "mean", "scale"]
    write(solution.replace("left + right", "left - right"))
    results = checked(loop)
    assert (results.state("add"), results.state("mean"), results.news) == ("wrong", "solved", [])
    failing = results.failing("add")
    assert failing is not None
    assert failing.message == "Expected 5, received -1: add both arguments."
    write(solution)
    assert checked(loop).news == ["add"]


def test_what_raises_shows_the_students_own_lines(loop: Loop, write: Write) -> None:
    write(DEEP)
    results = checked(loop)
    failing = results.failing("add")
    assert failing is not None
    assert failing.message.startswith("add raised ValueError: cannot reshape")
    found = results.locations_of(failing)
    places = [(place.where, place.line, place.function, place.text) for place in found]
    assert places == [
        ("sums.py", 5, "add", "return helper()"),
        ("sums.py", 8, "helper", "return np.zeros(3).reshape(7)"),
    ]


def test_a_task_that_waits_for_another_says_so(loop: Loop, write: Write) -> None:
    write(WAITS)
    failing = checked(loop).failing("add")
    assert failing is not None
    assert failing.message == "`add` calls `mean`, which is not written yet."


def test_a_file_that_is_no_python_is_a_problem_with_its_line(loop: Loop, write: Write) -> None:
    write("def add(left, right)\n    return left\n")
    assert checked(loop).problem == "sums.py:1 is not Python: expected ':'."


def test_a_file_that_raises_while_it_is_loaded_is_a_problem_with_its_line(loop: Loop, write: Write) -> None:
    write("import numpy\n\nprint(numpy.zeros(3)[7])\n")
    problem = checked(loop).problem
    assert problem is not None
    assert problem.startswith("sums.py:3: IndexError: index 7 is out of bounds")


@in_each_mode
def test_an_endless_loop_costs_its_task_alone(loop: Loop, write: Write, solution: str) -> None:
    write(solution.replace("return np.mean(numbers).item()", "while True: pass"))
    results = checked(loop)
    assert [results.state(task) for task in results.handout.tasks] == ["solved", "wrong", "solved"]
    failing = results.failing("mean")
    assert failing is not None
    assert failing.message == "mean did not return within 2 s: is there an endless loop?"
    assert [(place.where, place.function) for place in results.locations_of(failing)] == [("sums.py", "mean")]


def test_a_long_training_is_not_called_an_endless_loop(loop: Loop, write: Write, solution: str) -> None:
    """It is told by the function `fit` of a module of Keras, here of one with its name."""
    fit = "exec('def fit():\\n while True: pass', space := {'__name__': 'keras.trainer'}); space['fit']()"
    write(solution.replace("return np.mean(numbers).item()", fit))
    failing = checked(loop).failing("mean")
    assert failing is not None
    assert failing.message.startswith("mean was still training, in `fit`, after 2 s")


@in_each_mode
def test_a_process_that_ends_costs_its_task_alone(loop: Loop, write: Write, solution: str) -> None:
    write(solution.replace("return np.mean(numbers).item()", "import os; os._exit(3)"))
    results = checked(loop)
    assert [results.state(task) for task in results.handout.tasks] == ["solved", "wrong", "solved"]
    failing = results.failing("mean")
    assert failing is not None
    assert failing.message == "mean ended its process instead of returning."


def test_an_endless_loop_outside_functions_is_a_problem(loop: Loop, write: Write) -> None:
    write("while True: pass\n")
    assert checked(loop).problem == "sums.py:1: it did not end within 4.5 s: is there an endless loop?"


@in_each_mode
def test_a_new_save_ends_the_run_before(loop: Loop, write: Write, solution: str) -> None:
    checked(loop)
    write(solution.replace("return left + right", "while True: pass"))
    loop.check()
    while loop.results.running is None:
        loop.next(60)
    write(solution)
    assert checked(loop).solved


@in_each_mode
def test_what_the_code_prints_can_be_read(loop: Loop, write: Write, solution: str) -> None:
    write(solution.replace("return left + right", "print('adding', left, right); return left + right"))
    assert checked(loop).solved
    assert loop.output().splitlines() == ["adding 2 3"]


def test_input_finds_nothing_instead_of_waiting(loop: Loop, write: Write, solution: str) -> None:
    write(solution.replace("return left + right", "return int(input())"))
    failing = checked(loop).failing("add")
    assert failing is not None
    assert failing.message.startswith("add raised EOFError")


def test_the_notebook_counts_where_it_is_the_one_that_was_begun(loop: Loop, folder: Path) -> None:
    cells = [
        {"cell_type": "code", "source": "def add(left, right):\n    return left + rihgt", "metadata": {}}
    ]
    (folder / "sums.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    results = checked(loop)
    assert results.chosen == "sums.ipynb"
    failing = results.failing("add")
    assert failing is not None
    assert [(place.where, place.line) for place in results.locations_of(failing)] == [
        ("sums.ipynb, code cell 1", 2)
    ]


def test_given_code_that_is_broken_is_told(handout: Handout, folder: Path) -> None:
    (folder / "lesson.py").write_text("import no_such_module\n")
    with Loop(handout) as loop:
        problem = checked(loop).problem
    assert problem is not None
    assert "No module named 'no_such_module'" in problem


def test_given_code_is_read_again_after_a_restart(handout: Handout, folder: Path, solution: str) -> None:
    (folder / "sums.py").write_text(solution)
    lesson = (folder / "lesson.py").read_text()
    (folder / "lesson.py").write_text("import no_such_module\n")
    with Loop(handout) as loop:
        assert not checked(loop).solved or loop.results.problem
        (folder / "lesson.py").write_text(lesson)
        loop.restart()
        assert to_the_end(loop).solved
        assert loop.results.problem is None


def test_a_solved_task_is_drawn_by_given_code(folder: Path, solution: str) -> None:
    (folder / "sums.py").write_text(solution)
    with (folder / "lesson.py").open("a") as lesson:
        lesson.write("\n\ndef solved(task, sums):\n    return f'{task}: {sums.add(20, 22)}'\n")
    about = json.loads((folder / "support/kit.json").read_text())
    (folder / "support/kit.json").write_text(json.dumps(about | {"picture": "lesson.solved"}))
    with Loop(Handout.read(folder)) as loop:
        assert checked(loop).pictures == {task: f"{task}: 42" for task in ("add", "mean", "scale")}


def test_a_picture_that_fails_costs_nothing(folder: Path, solution: str) -> None:
    (folder / "sums.py").write_text(solution)
    with (folder / "lesson.py").open("a") as lesson:
        lesson.write("\n\ndef solved(task, sums):\n    return 1 / 0\n")
    about = json.loads((folder / "support/kit.json").read_text())
    (folder / "support/kit.json").write_text(json.dumps(about | {"picture": "lesson.solved"}))
    with Loop(Handout.read(folder)) as loop:
        results = checked(loop)
        assert results.solved
        assert results.pictures == {}
        assert "ZeroDivisionError" in loop.output()


@pytest.mark.skipif(not CAN_FORK, reason="a process that is used once learns nothing")
def test_checks_of_what_answers_as_before_are_not_run_again(folder: Path, solution: str) -> None:
    (folder / "sums.py").write_text(solution)
    text = (folder / "test_sums.py").read_text()
    (folder / "test_sums.py").write_text(text.replace("    total = ", "    print('adding')\n    total = "))
    with Loop(Handout.read(folder)) as loop:
        assert checked(loop).solved
        assert "adding" in loop.output()
        assert checked(loop).solved
        assert "adding" not in loop.output()
        (folder / "sums.py").write_text(solution.replace("left + right", "left - right"))
        assert checked(loop).state("add") == "wrong"
        assert "adding" in loop.output()


@pytest.mark.skipif(not CAN_FORK, reason="a process that is used once ends after its run")
def test_a_process_that_ends_between_two_runs_is_replaced(loop: Loop, write: Write, solution: str) -> None:
    """As when the system needs its memory."""
    write(solution)
    assert checked(loop).solved
    loop._runner._worker._popen.kill()
    while not (isinstance(seen := loop.next(60), WorkerReported) and isinstance(seen.event, ProcessEnded)):
        pass
    write(solution + "\n")
    assert checked(loop).solved
    assert loop.results.problem is None


def test_hints_know_the_check_that_a_silent_run_did_not_finish(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that lets no other thread run, such as that of a library in C, reports nothing."""
    loop.results.begin()
    loop.results.running, loop.warm = loop.handout.checks[0], True
    monkeypatch.setattr(Results, "seconds_left", lambda self: 0.0)
    while not loop.results.over:
        loop.next(0.0)
    assert SavedState.read(loop.handout.state).failing["add"] == loop.handout.checks[0].name


def test_a_save_that_changes_nothing_keeps_the_news(loop: Loop, write: Write, solution: str) -> None:
    checked(loop)
    write(solution)
    checked(loop)
    write(solution)
    loop.saved()
    assert (loop.results.over, loop.results.news) == (True, ["add", "mean", "scale"])
    write(solution + "\n")
    loop.saved()
    assert not loop.results.over

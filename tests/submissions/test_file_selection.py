"""Chooses the file that counts, and says why."""

from __future__ import annotations

import codecs
import json
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import ReviewNote, ReviewReason, Source, Submission, SubmittedFile
from autograder.submissions.file_selection import Selection, select

ANSWER = "def double(x):\n    return 2 * x\n"
STUB = 'def double(x):\n    """Return twice x."""\n    raise NotImplementedError\n'


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells]})


def chosen(**files: str | bytes | tuple[str, float]) -> Selection:
    """The choice among files, given by name (with `__` for the dot) as content, or content and time."""
    submitted = []
    for name, given_ in files.items():
        content, modified = given_ if isinstance(given_, tuple) else (given_, 0.0)
        data = content.encode() if isinstance(content, str) else content
        submitted.append(SubmittedFile(name.replace("__", "."), data, modified))
    return select(Submission("alice", tuple(submitted)), "toy", ["double", "treble"])


def test_a_script_is_one_cell_that_tolerates_nothing():
    assert chosen(toy__py=ANSWER) == Selection(Source("toy.py", (ANSWER,), tolerant=False))


def test_a_notebook_is_its_code_cells_and_tolerant():
    assert chosen(toy__ipynb=notebook("x = 1", ANSWER)) == Selection(
        Source("toy.ipynb", ("x = 1", ANSWER), tolerant=True)
    )


@pytest.mark.parametrize("newer", ["script", "notebook"])
def test_the_file_with_attempted_tasks_counts_even_when_it_is_older(newer):
    script, book = (2.0, 1.0) if newer == "script" else (1.0, 2.0)
    choice = chosen(toy__py=(STUB, script), toy__ipynb=(notebook(ANSWER), book))
    assert choice.source.filename == "toy.ipynb"
    assert choice.notes == ("toy.ipynb was graded, not toy.py, in which no task is attempted.",)
    choice = chosen(toy__py=(ANSWER, script), toy__ipynb=(notebook(STUB), book))
    assert choice.source.filename == "toy.py"
    assert choice.notes == ("toy.py was graded, not toy.ipynb, in which no task is attempted.",)


@pytest.mark.parametrize("text", [ANSWER, STUB])
def test_when_both_are_attempted_or_none_is_the_newer_counts(text):
    choice = chosen(toy__py=(text, 10.0), toy__ipynb=(notebook(text), 20.0))
    assert choice.source.filename == "toy.ipynb"
    said = "toy.ipynb was graded: it is newer than toy.py."
    versions = (ReviewNote(ReviewReason.SEVERAL_VERSIONS, said),)
    assert (choice.review, choice.notes) == ((versions, ()) if text == ANSWER else ((), (said,)))
    assert chosen(toy__py=(text, 20.0), toy__ipynb=(notebook(text), 10.0)).source.filename == "toy.py"


def test_tasks_that_only_the_other_file_has_are_named():
    choice = chosen(toy__py=ANSWER, more__py="def treble(x):\n    return 3 * x\n")
    said = "toy.py was graded, not more.py, although only more.py has treble. Put all tasks into one file."
    assert choice.review == (ReviewNote(ReviewReason.SEVERAL_VERSIONS, said),)


def test_files_of_one_time_are_chosen_the_same_in_any_order():
    choice = chosen(toy__py=ANSWER, toy__ipynb=notebook(ANSWER))
    assert choice == chosen(toy__ipynb=notebook(ANSWER), toy__py=ANSWER)
    assert choice.source.filename == "toy.py"


@pytest.mark.parametrize(
    ("right", "files"),
    [
        ("toy.py", ("toy.py", "tries/toy.py")),
        ("toy.py", ("toy.py", "solution/toy.py", "zz/deep/toy.py")),
        ("toy.ipynb", ("toy.ipynb", "v1/toy.py")),
        ("src/toy.py", ("src/toy.py", "src/old/toy.py")),
        ("src/toy.py", ("answer.py", "src/toy.py")),
    ],
)
@pytest.mark.parametrize("later", [0.0, 1.9])
def test_of_files_of_one_time_the_one_in_fewer_folders_counts(right, files, later):
    contents = {name: notebook(ANSWER) if name.endswith(".ipynb") else ANSWER for name in files}
    choice = chosen(**{name: (contents[name], 0.0 if name == right else later) for name in files})
    assert choice.source.filename == right
    assert {note.text for note in choice.review} == {
        f"{right} was graded, not {name}." for name in files if name != right
    }


def test_of_numbered_files_the_highest_number_is_preferred():
    files = {f"Version {number}/toy.py": ANSWER for number in (2, 9, 10)}
    assert chosen(**files).source.filename == "Version 10/toy.py"


def test_the_modules_name_is_preferred_and_an_attempt_more_so():
    assert chosen(toy__py=(ANSWER, 1.0), helper__py=(ANSWER, 2.0)).source.filename == "toy.py"
    assert chosen(toy__py=(STUB, 1.0), mine__py=(ANSWER, 0.0)).source.filename == "mine.py"
    assert chosen(mine__py=(ANSWER, 2.0), toy_final__py=(ANSWER, 1.0)).source.filename == "toy_final.py"


def test_a_broken_file_gives_way_to_a_good_one():
    choice = chosen(toy__py=("def (", 2.0), toy__ipynb=(notebook(ANSWER), 1.0))
    assert choice.source.filename == "toy.ipynb"
    assert choice.notes == ("toy.py:1 is not Python: invalid syntax.",)


def test_a_problem_stays_a_problem():
    assert select(Submission("alice", problem="a.zip is broken."), "toy", []).problem == "a.zip is broken."


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("x = 1\ndef (", "toy.py:2 is not Python"),
        ("x = 1\nreturn x", "toy.py:2 is not Python"),
        ("def f():\n\tx\n        y", "toy.py:3 is not Python"),
        ("x = 1\n=======\n", "toy.py:2 is not Python: invalid syntax. The line marks a Git conflict"),
        (">>> x = 1\n", "toy.py:1 is not Python: invalid syntax. The line begins with a prompt"),
        ("In [3]: import math\n", "toy.py:1 is not Python: invalid syntax. The line begins with a prompt"),
        (b"PK\x03\x04\x14\0", "In spite of its name, toy.py is a zip or an office document."),
        (b"\x89HDF\r\n", "In spite of its name, toy.py is a saved network; hand in the code."),
        ("!pip install keras\n", "toy.py:1 is not Python"),
        (b"x = 1\0", "toy.py is not Python"),
        (b"MZ\x03\x04\xff", "toy.py:1 is not UTF-8 text: save it as UTF-8."),
        (b"x = 1\n\ny = '\xe9'\n", "toy.py:3 is not UTF-8 text: save it as UTF-8."),
        ("x = 1\ny = '\u4f60\u597d'\n".encode("gbk"), "toy.py:2 is not UTF-8 text: save it as UTF-8."),
        (b"# coding: ascii\ny = '\xe9'\n", "toy.py:2 is not ASCII text: save it as UTF-8."),
        ("# coding: klingon\nx = 1\n", "toy.py is not Python"),
        ("# coding: rot13\nk = 1\n", "toy.py is not Python"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\nx = 1\n", "toy.py is not Python"),
        ("x = 1\n".encode("utf-16"), "toy.py is UTF-16"),
        ("(" * 100_000, "toy.py"),
        ("x = " + "-" * 1_000_000 + "1", "toy.py is nested too deep"),
    ],
)
def test_a_script_that_is_not_python_says_where(content, problem):
    choice = chosen(toy__py=content)
    assert choice.source is None
    assert choice.problem.startswith(problem)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (codecs.BOM_UTF8 + "x = 'é'\n".encode(), "x = 'é'\n"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "# coding: latin-1\nx = 'é'\n"),
        ("# -*- coding: cp1252 -*-\nx = '€'\n".encode("cp1252"), "# -*- coding: cp1252 -*-\nx = '€'\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        (b"x = 1\ry = 2", "x = 1\ny = 2"),
    ],
)
def test_a_script_is_decoded_as_python_does(content, text):
    assert chosen(toy__py=content).source.cells == (text,)


def test_reading_a_script_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert chosen(toy__py='x = "\\d"\nassert (1, "always")\n').source


@given(st.binary(max_size=200), st.sampled_from(["toy.py", "toy.ipynb"]))
def test_any_bytes_are_a_source_or_a_problem(content, name):
    choice = select(Submission("alice", (SubmittedFile(name, content),)), "toy", ["double"])
    assert (choice.source is None) == bool(choice.problem)


@given(st.text(min_size=1, max_size=100).map(lambda text: f"#{text}"))
def test_a_script_that_compiles_arrives_unchanged(text):
    try:
        text = text.replace("\r", "")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.encode(), "toy.py", "exec")
    except (SyntaxError, ValueError):
        return
    assert chosen(toy__py=text).source.cells == (text,)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize(
    "line",
    [
        'x = f"{y["a"]}"',
        "x = F'{', '.join(y)}'",
        'x = f"{"\\n".join(y)}"',
        "x = f'{y + \"\\n\"}'",
        "type X = int",
        "def first[T](items): return items[0]",
        "class Box[T]: pass",
    ],
)
def test_a_script_for_a_newer_python_says_so(line):
    problem = chosen(toy__py=f"y = 1\n{line}\n").problem
    assert problem.startswith("toy.py:2 is not Python: ")
    assert problem.endswith(" Python 3.12 and newer may read this line; the grader has Python 3.11.")


@pytest.mark.parametrize(
    "line",
    [
        "x = (",
        "def f(:",
        "x = 'a",
        "type(x",
        "x = f'{}'",
        "x = f'{y'",
        "print(f'{x}'",
        "x = {'f': 1, 't': 2",
        "try: pass\nexcept Exception, e: pass",
    ],
)
def test_a_mistake_is_no_newer_python(line):
    assert "newer" not in chosen(toy__py=f"{line}\n").problem


@pytest.mark.parametrize(
    "cells", [(ANSWER, STUB), (ANSWER + STUB,), ("double = abs", STUB), (STUB, ANSWER, STUB, "x = 1")]
)
def test_an_answer_above_a_stub_that_was_left_counts(cells):
    choice = chosen(toy__ipynb=notebook(*cells))
    scope = {}
    for cell in choice.source.cells:
        exec(cell, scope)
    assert scope["double"](-2) in (-4, 2)
    assert [note.reason for note in choice.review] == [ReviewReason.ANSWER_ABOVE_STUB]
    assert choice.review[0].text == (
        "toy.ipynb: the stub of double was left in place below the answer. The answer counts."
    )


@pytest.mark.parametrize("cells", [(STUB, ANSWER), (STUB,), (ANSWER,), (ANSWER, "def double(x): pass")])
def test_what_is_defined_last_counts_otherwise(cells):
    choice = chosen(toy__ipynb=notebook(*cells, "def treble(x): return 3"))
    assert choice.source.cells[:-1] == cells
    assert choice.review == ()


def test_only_the_stub_is_dropped():
    text = f"{ANSWER}\n@decorated\n{STUB}x = 'é'; y = 2\n"
    (cell,) = chosen(toy__py=text).source.cells
    assert len(cell.splitlines()) == len(text.splitlines())
    assert "raise" not in cell
    assert cell.endswith("x = 'é'; y = 2\n")


OTHER_KIT = "def one(): return 1\ndef two(): return 2\ndef three(): return 3\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (OTHER_KIT, ReviewReason.OTHER_KIT),
        ("class Answers:\n    def double(self, x): return 2 * x\n", ReviewReason.ZERO_BUT_NOT_STUB),
        ("print(2 * 3)\n", ReviewReason.ZERO_BUT_NOT_STUB),
        (ANSWER + "def treble(x): return 3 * x\n" + OTHER_KIT, None),
        (STUB + STUB.replace("double", "treble"), None),
        (STUB + STUB.replace("double", "treble") + OTHER_KIT, ReviewReason.ZERO_BUT_NOT_STUB),
        (ANSWER + "class Helper: pass\n", None),
        ('"""Nothing."""\nimport math\n', None),
    ],
)
def test_a_file_of_another_kind_is_for_review(text, reason):
    assert [note.reason for note in chosen(toy__py=text).review] == ([reason] if reason else [])

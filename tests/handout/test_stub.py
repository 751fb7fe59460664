"""A stub asks what the solution answers, and answers nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.handout.stub import make_stub
from autograder.kit import KitError

SOLUTION = '''"""Two tasks."""

import math

### BEGIN SOLUTION
SECRET = 42


def helper():
    return SECRET
### END SOLUTION


def area(radius=1.0):
    """Return the area of a circle.

    Example:
        >>> round(area(1), 2)
        3.14
    """
    given = abs(radius)
    ### BEGIN SOLUTION
    if given:
        return math.pi * given**2
    return 0.0
    ### END SOLUTION


def edge(radius):
    """Return the circumference."""
    ### BEGIN SOLUTION
    return 2 * math.pi * radius
    ### END SOLUTION
'''

STUB = '''"""Two tasks."""

import math


def area(radius=1.0):
    """Return the area of a circle.

    Example:
        >>> round(area(1), 2)
        3.14
    """
    given = abs(radius)
    # Your code goes here, in place of the next line.
    raise NotImplementedError("area")


def edge(radius):
    """Return the circumference."""
    # Your code goes here, in place of the next line.
    raise NotImplementedError("edge")
'''


def test_each_answer_becomes_one_line_that_names_its_task() -> None:
    assert make_stub(SOLUTION, ["area", "edge"], "circles.py") == STUB


def test_every_stub_raises_when_it_is_called() -> None:
    names: dict[str, object] = {}
    exec(compile(make_stub(SOLUTION, ["area", "edge"], "circles.py"), "circles.py", "exec"), names)
    for task in ("area", "edge"):
        with pytest.raises(NotImplementedError, match=task):
            names[task](2.0)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("place", "without", "problem"),
    [
        (
            30,
            "    ### END SOLUTION\n",
            "line 31: expected ### END SOLUTION after this",
        ),
        (0, "    ### END SOLUTION\n", "line 30: expected ### END SOLUTION before this ### BEGIN SOLUTION"),
        (0, "    ### BEGIN SOLUTION\n", "line 25: expected ### BEGIN SOLUTION before this ### END SOLUTION"),
    ],
)
def test_a_marker_without_its_partner_is_refused(place: int, without: str, problem: str) -> None:
    first, last = "".join(SOLUTION.splitlines(True)[:place]), "".join(SOLUTION.splitlines(True)[place:])
    with pytest.raises(KitError, match=rf"^circles\.py, {problem}"):
        make_stub(first + last.replace(without, "", 1), ["area", "edge"], "circles.py")


def test_an_answer_outside_the_markers_is_refused() -> None:
    unmarked = SOLUTION.replace("    ### BEGIN SOLUTION\n    return 2", "    return 2").removesuffix(
        "    ### END SOLUTION\n"
    )
    with pytest.raises(KitError, match="expected the answer of edge between"):
        make_stub(unmarked, ["area", "edge"], "circles.py")


def test_a_docstring_inside_the_markers_is_refused() -> None:
    marked = SOLUTION.replace('    """Return the circumference."""\n    ### BEGIN SOLUTION\n', "").replace(
        "    return 2 *", '    ### BEGIN SOLUTION\n    """Return the circumference."""\n    return 2 *'
    )
    with pytest.raises(KitError, match="edge needs a docstring"):
        make_stub(marked, ["area", "edge"], "circles.py")


def test_a_task_that_is_not_there_is_refused() -> None:
    with pytest.raises(KitError, match="expected a function or a class volume"):
        make_stub(SOLUTION, ["volume"], "circles.py")


def test_a_stub_of_a_kit_keeps_every_docstring(toy_root: Path) -> None:
    source = (toy_root / "solutions/sums/sums.py").read_text(encoding="utf-8")
    stub = make_stub(source, ["add", "mean", "scale"], "sums.py")
    kept, asked = (
        [
            ast.get_docstring(node, clean=False)
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef)
        ]
        for text in (stub, source)
    )
    assert kept == asked

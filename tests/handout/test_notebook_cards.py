"""What a kernel shows of checks, as HTML and as text, with Otter and without it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit

TOY = Path(__file__).parents[1] / "toy"
WITHOUT_OTTER = "import sys\n\nsys.modules['otter'] = None\n"
ANSWERS = {
    "answer-add": "def add(left, right):\n    while True:\n        left += right",
    "answer-mean": 'def mean(numbers):\n    return "<b>\\x1b[1m&"',
    "answer-scale": "def scale(numbers, factor=1):\n    return add_all(numbers)\n\n\n"
    'def add_all(numbers):\n    raise NotImplementedError("later")',
}
MUST_PASS = 'from support.notebook_checks import must_pass\n\nmust_pass(globals(), "sums", "mean")'


# The notebook runs once with Otter and once without, for all tests.
pytestmark = pytest.mark.xdist_group("notebook cards")


@pytest.fixture(scope="module", params=["otter", "no otter"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """The outputs of each cell of the toy kit's notebook with the wrong answers."""
    folder = tmp_path_factory.mktemp("handout")
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    with (folder / ".pytest.ini").open("a", encoding="utf-8") as settings:
        settings.write("kit_check_seconds = 3\n")
    notebook: Any = nbformat.read(folder / "sums.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = ANSWERS.get(cell.id, cell.source)
        if cell.id == "install" and request.param == "no otter":
            cell.source = WITHOUT_OTTER
    # The cell after the first task's would not end.
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("print(")]
    later = nbformat.v4.new_code_cell("scale([1])", id="calls", metadata={"tags": ["raises-exception"]})
    nbgrader = nbformat.v4.new_code_cell(MUST_PASS, id="nbgrader", metadata={"tags": ["raises-exception"]})
    notebook.cells += [later, nbgrader]
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    # nbgrader, in a test of this process, may have set its variable.
    environment = {name: value for name, value in os.environ.items() if name != "NBGRADER_EXECUTION"}
    client.execute(env=environment | {"PYTHONDONTWRITEBYTECODE": "1"})
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def both(outputs: list[Any]) -> tuple[str, str]:
    """The text and the HTML of a cell's only output."""
    (output,) = outputs
    return output.data["text/plain"], output.data["text/html"]


def test_a_loop_that_never_ends_is_stopped(shown: dict[str, list[Any]]) -> None:
    for said in both(shown["check-add"]):
        assert "`add` did not end within 3 s. Is there a loop that never ends?" in said
        assert "timed out" in said


def test_what_a_student_returns_is_text(shown: dict[str, list[Any]]) -> None:
    """No markup and no control characters of theirs reach the page."""
    text, html = both(shown["check-mean"])
    assert "expected       a float" in text
    assert "received       str" in text
    assert "<b>mean</b>" in html
    for said in both(shown["check-mean"]):
        assert "\x1b" not in said


def test_a_leftover_line_is_no_stub(shown: dict[str, list[Any]]) -> None:
    """The function of the student's own that raises is called, and its name is said."""
    text, html = both(shown["check-scale"])
    assert text.startswith("✗ scale: 0 of 1 public points")
    assert re.search(r"your line      In\[\d+\], line 6: raise NotImplementedError", text)
    assert "add_all" in html


def test_an_exception_of_the_students_own_stays_one(shown: dict[str, list[Any]]) -> None:
    """Only a task's stub ends its cell with a line."""
    (output,) = shown["calls"]
    assert (output.output_type, output.ename) == ("error", "NotImplementedError")


def test_nbgraders_check_shows_its_text_alone(shown: dict[str, list[Any]]) -> None:
    (output,) = shown["nbgrader"]
    assert output.ename == "CheckFailed"
    traceback = "\n".join(output.traceback)
    assert traceback.startswith("The mean of the given numbers is what NumPy says.\n  expected")
    assert "notebook_checks.py" not in traceback


def test_the_last_cell_lists_all_tasks(shown: dict[str, list[Any]]) -> None:
    text, html = both(shown["hand-in"])
    assert "total  0 of 4 public points; 6 more from hidden checks" in text
    assert "hand in sums.ipynb" in html

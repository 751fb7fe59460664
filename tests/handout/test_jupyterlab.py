"""A student's notebook in JupyterLab and Chromium shows what is wrong, and nothing of the grader."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from headless import started_browser
from jupyterlab_page import cell_of, open_notebook, output_of, run_all, seen, serve

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit

TOY = Path(__file__).parents[1] / "toy"
ANSWERS = {
    "add": "def add(left, right):\n    return left - right",
    "mean": "def mean(numbers):\n    return shaped(numbers)\n\n\n"
    "def shaped(numbers):\n    return np.reshape(numbers, (7, 7))",
}
OURS = re.compile(
    r"\x1b|\[\d+m|Traceback|(?:check_report|conftest|notebook_\w+|test_sums|tests/\w+)\.py|/tmp/"
)
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit's handout with a wrong answer, one that raises and a task that is not written."""
    folder = tmp_path_factory.mktemp("handout")
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    notebook: Any = nbformat.read(folder / "sums.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = ANSWERS.get(cell.id.removeprefix("answer-"), cell.source)
    nbformat.write(notebook, folder / "sums.ipynb")
    return folder


@pytest.fixture(scope="module")
def jupyterlab(handout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves the handout."""
    with serve(handout, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def page(jupyterlab: str) -> Iterator[Any]:
    """The notebook in Chromium, after Run All."""
    with started_browser() as browser:
        page = open_notebook(browser, f"{jupyterlab}/doc/tree/sums.ipynb")
        run_all(page)
        yield page


def test_a_wrong_answer_shows_expected_received_and_the_students_line(page: Any) -> None:
    text = seen(page, 'grader.check("add")')
    assert text.startswith("✗ add 0 of 2 public points ✗ failed 0 of 2 Two and three make five.")
    assert "expected 5 received -1 think about add both arguments." in text
    assert re.search(r"your function In\[\d+\], line 1: def add\(left, right\):", text)


def test_an_exception_shows_the_students_lines(page: Any) -> None:
    text = seen(page, 'grader.check("mean")')
    assert "`mean` raised ValueError: cannot reshape array of size 3 into shape (7,7)" in text
    assert re.search(r"your line In\[\d+\], line 6: return np.reshape\(numbers, \(7, 7\)\)", text)
    assert re.search(r"called from In\[\d+\], line 2: return shaped\(numbers\)", text)


def test_a_task_that_is_not_written_is_grey(page: Any) -> None:
    assert seen(page, 'grader.check("scale")').startswith("– scale not attempted yet Write your answer")
    card = output_of(page, 'grader.check("scale")').locator(".kit-card")
    assert "grey" in card.get_attribute("class").split()


def test_the_last_cell_shows_all_tasks_and_the_file(page: Any) -> None:
    text = seen(page, "notebook_checks.hand_in")
    assert "✗ add 0 of 2 public points ✗ mean 0 of 1 public points – scale not attempted yet" in text
    assert "total 0 of 4 public points; 6 more from hidden checks" in text
    assert "Save this notebook, then hand in sums.ipynb." in text


def test_a_right_answer_shows_its_points(page: Any) -> None:
    """Typed into the cell as a student does."""
    cell_of(page, "def add").locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("def add(left, right):\n    return left + right")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    output_of(page, 'grader.check("add")').locator(".kit-card.good").wait_for()
    text = seen(page, 'grader.check("add")')
    assert text.startswith("✓ add 2 of 2 public points; 3 more from hidden checks ✓ passed 2 of 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_the_grader_is_visible(page: Any, scheme: str) -> None:
    """No traceback, file or colour code of the checks, and text that stands out from its ground."""
    page.emulate_media(color_scheme=scheme)
    page.locator(f'body[data-jp-theme-light="{str(scheme == "light").lower()}"]').wait_for(state="attached")
    outputs = page.locator(".jp-OutputArea-output")
    for text in outputs.all_inner_texts():
        assert not OURS.search(text), text
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    if folder := os.environ.get("KIT_PICTURES"):
        page.set_viewport_size({"width": 1280, "height": 2000})
        page.screenshot(path=Path(folder) / f"notebook-{scheme}.png")

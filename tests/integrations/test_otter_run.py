"""The real `otter run`: it shows what the examiner found, whatever the submission does."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from toy_hand_ins import TOY_HAND_INS

from autograder.examiner.client import Examiner
from autograder.files import pack, unpack
from autograder.handout.student_notebook import grading_otter_tests
from autograder.kit import Kit
from autograder.models import Report, Submission, SubmittedFile
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find_class

PROJECT = Path(__file__).parents[2]
OtterRun = Callable[[Path, Path, Path], subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.needs("bubblewrap")

FORGER = """
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile


def everything_passes(self, environment):
    self.test_case_results = [TestCaseResult(case, "well done", True) for case in self.test_cases]


ExceptionTestFile.run = everything_passes
"""
# Two mistakes, and a right answer beside them.
MISTAKES = """
def add(left, right):
    return abs(left) + abs(right)


def scale(numbers, factor=1):
    return numbers
"""


@pytest.fixture
def graded(otter_run: OtterRun, toy_zip: Path, tmp_path: Path) -> Callable[[Path], dict[str, Any]]:
    """Run Otter's zip of the toy kit on a file; return what Otter wrote."""

    def graded(submission: Path) -> dict[str, Any]:
        done = otter_run(toy_zip, submission, tmp_path / "out")
        assert done.returncode == 0, done.stderr
        results: dict[str, Any] = json.loads((tmp_path / "out" / "results.json").read_text())
        return results

    return graded


def scores(results: dict[str, Any]) -> dict[str, float]:
    """The score of every question in a `results.json`."""
    return {entry["name"]: entry["score"] for entry in results["tests"] if "score" in entry}


def earned(report: Report) -> dict[str, float | None]:
    return {task: score.score for task, score in report.tasks.items()}


def submitted(name: str, content: bytes) -> Submission:
    return Submission("ada", (SubmittedFile(name, content),), sha256="0")


def test_nothing_that_a_zip_brings_runs_in_otters_processes(
    graded: Callable[[Path], dict[str, Any]], examiner: Examiner, solved: str, tmp_path: Path
) -> None:
    """Otter imports no module of a zip and unpickles no log of it; the notebook in it is graded."""
    marker = tmp_path / "ran"
    plant = f"import pathlib\npathlib.Path({str(marker)!r}).write_text('here')\n".encode()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(solved + MISTAKES)])
    content = nbformat.writes(notebook).encode()
    path = tmp_path / "ada.zip"
    plants = dict.fromkeys(
        ("otter.py", "dill.py", "pandas/__init__.py", "__init__.py", "tests/add.py"), plant
    )
    path.write_bytes(pack({"sums.ipynb": content, ".OTTER_LOG": pickle.dumps(Planted(marker)), **plants}))
    results, report = graded(path), examiner.examine(submitted("sums.ipynb", content))
    assert scores(results) == earned(report) == {"add": 2, "mean": 4, "scale": 0}
    assert "isolation: bubblewrap" in results["output"]
    assert not marker.exists()


def test_a_colab_notebook_in_a_folder_that_is_not_here_is_graded(
    graded: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    """Its shell lines, magics, and the statement that raises cost nothing."""
    (hand_in,) = (each for each in TOY_HAND_INS if each.name == "colab changes folder.ipynb")
    path = tmp_path / "sums.ipynb"
    path.write_bytes(hand_in.content)
    assert scores(graded(path)) == {"add": 5, "mean": 4, "scale": 1}


class Planted:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._marker),)


def test_the_forger_has_full_marks_in_stock_otter_and_none_here(
    graded: Callable[[Path], dict[str, Any]], otter_run: OtterRun, toy_zip: Path, toy: Kit, tmp_path: Path
) -> None:
    """Replacing the method that runs the tests earns all there is in stock Otter, where no test can pass."""
    forger, stock = tmp_path / "forger.py", tmp_path / "stock.zip"
    forger.write_text(FORGER)
    with zipfile.ZipFile(io.BytesIO(toy_zip.read_bytes())) as ours, zipfile.ZipFile(stock, "w") as theirs:
        for name in ours.namelist():
            if not name.startswith("files/"):
                theirs.writestr(name, b"{}" if name == "otter_config.json" else ours.read(name))
    assert otter_run(stock, forger, tmp_path / "stock").returncode == 0
    stock_results = json.loads((tmp_path / "stock" / "results.json").read_text())
    assert scores(stock_results) == {"add": 5, "mean": 4, "scale": 1}
    assert all(b"raise RuntimeError" in test for test in grading_otter_tests(toy).values())
    assert scores(graded(forger)) == {"add": 0, "mean": 0, "scale": 0}


def test_a_container_lets_submissions_run_as_another_user(
    room: list[str], container_level: str, toy_zip: Path, solved: str, tmp_path: Path
) -> None:
    """What `otter grade` and Gradescope start in a container, on the layout that their images have."""
    root = tmp_path / "autograder"
    for name, content in unpack(toy_zip.read_bytes()).items():
        (root / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "source" / name).write_bytes(content)
    config = root / "source" / "otter_config.json"
    config.write_text(config.read_text().replace('"user"', f'"{container_level}"'))
    for folder in ("submission", "results"):
        (root / folder).mkdir()
    (root / "submission" / "sums.py").write_text(solved + MISTAKES)
    (root / "submission_metadata.json").write_text("{}")
    program = "import sys; from otter.run.run_autograder import main; main(sys.argv[1])"
    done = subprocess.run(
        [*room, sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    assert scores(results) == {"add": 2, "mean": 4, "scale": 0}
    assert f"isolation: {container_level}" in results["output"]


def test_what_otter_exports_is_read_as_the_notebook_in_it(
    examiner: Examiner, toy: Kit, solved: str, tmp_path: Path
) -> None:
    """A student's `grader.export()` holds the notebook, a log and a file with the zip's name."""
    cells = [nbformat.v4.new_code_cell(solved + MISTAKES)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "sums.ipynb")
    program = "import otter; otter.Notebook('sums.ipynb').export(pdf=False, display_link=False)"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True)
    (exported,) = tmp_path.glob("sums_*.zip")
    (found,) = find_class(exported, Assignment.from_kit(toy)).submissions
    assert earned(examiner.examine(found.read())) == {"add": 2, "mean": 4, "scale": 0}

"""The real nbgrader commands on a real gradebook: they show what the examiner found, and nothing hidden."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from toy_hand_ins import TOY_HAND_INS
from traitlets.config import Config

from autograder.examiner.client import Examiner
from autograder.handout.sync import write_files
from autograder.integrations.nbgrader import configure, read_submitted
from autograder.kit import Kit
from autograder.models import Report
from autograder.release.nbgrader_course import nbgrader_course

PROJECT = Path(__file__).parents[2]
BINARIES = Path(sys.executable).parent
# nbgrader starts alembic by its name.
ENVIRONMENT = os.environ | {"PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}"}
# One course for all.
pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.xdist_group("nbgrader")]

FORGER = """
import ast

from IPython import get_ipython


class EverythingPasses(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.Module(body=[], type_ignores=[])


get_ipython().ast_transformers.append(EverythingPasses())
"""
NOISY = """
import sys

print("a harmless note", file=sys.stderr)


def add(left, right):
    print("adding", file=sys.stderr)
    return abs(left) + abs(right)


def scale(numbers, factor=1):
    return numbers * factor
"""
# What students do to the release's notebook, or hand in beside it.
CLASS = {
    "ada": "solved",
    "bob": NOISY,
    "cut": "solved, without its grade cells",
    "forger": FORGER,
    "late": "solved",
    "py": "a module beside the notebook",
    "stub": "",
    "colab": "colab changes folder.ipynb",
    "magics": "magic in a function.ipynb",
    "guarded": "guarded answer.ipynb",
}
HAND_INS = {each.name: each for each in TOY_HAND_INS}


def run(folder: Path, *words: str, status: int = 0) -> str:
    """Run one nbgrader command in a course folder, as an instructor types it; returns what it said."""
    done = subprocess.run(
        [str(BINARIES / "nbgrader"), *words],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr[-3000:]
    return done.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit with a due date."""
    root = Path(shutil.copytree(PROJECT / "tests" / "toy", tmp_path_factory.mktemp("kits") / "toy"))
    with (root / "autograder/kits/sums/kit.toml").open("a") as toml:
        toml.write("\n[dates]\ndue = 2031-02-03\n")
    return root


@pytest.fixture(scope="module")
def kit(root: Path) -> Kit:
    return Kit.load(root, "sums")


@pytest.fixture(scope="module")
def released(root: Path, kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course folder after `nbgrader generate_assignment`."""
    course = tmp_path_factory.mktemp("course")
    write_files(nbgrader_course(root, kit), course)
    run(course, "generate_assignment", "sums")
    return course


@pytest.fixture(scope="module")
def course(released: Path, solved: str) -> Path:
    """The course after a class was graded, with feedback and `grades.csv`."""
    for student, answer in CLASS.items():
        hand_in(released, student, answer, solved)
    late = released / "submitted" / "late" / "sums" / "timestamp.txt"
    late.write_text("2031-02-05 12:00:00 UTC")
    run(released, "autograde", "sums", "--LateSubmissionPlugin.penalty_method=zero")
    run(released, "generate_feedback", "sums")
    run(released, "export")
    return released


def hand_in(course: Path, student: str, answer: str, solved: str) -> None:
    folder = Path(shutil.copytree(course / "release" / "sums", course / "submitted" / student / "sums"))
    (folder / "sums.py").unlink()
    path = folder / "sums.ipynb"
    if answer == "a module beside the notebook":
        (folder / "sums.py").write_text(solved)
    elif answer.startswith("solved"):
        shutil.copy(course / "source" / "sums" / "sums.ipynb", path)
    notebook = nbformat.read(path, as_version=4)
    if "without" in answer:
        notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("check-")]
    if answer in HAND_INS:
        # nbgrader itself grades only notebooks that still have the release's cells.
        handed_in = json.loads(HAND_INS[answer].content)
        notebook.cells += [nbformat.v4.new_code_cell(cell["source"]) for cell in handed_in["cells"]]
    if answer in (FORGER, NOISY):
        notebook.cells.append(nbformat.v4.new_code_cell(answer))
    if answer == FORGER:
        # It must run before any grade cell does.
        notebook.cells.insert(0, notebook.cells.pop())
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def reports(course: Path, kit: Kit) -> dict[str, Report]:
    """What `kit grade` makes of the same folders."""
    with Examiner(kit) as examiner:
        folders = {student: course / "submitted" / student / "sums" for student in CLASS}
        return {
            student: examiner.examine(read_submitted(folder, kit, student))
            for student, folder in folders.items()
        }


def in_gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def graded(course: Path, student: str) -> dict[str, float | None]:
    """The automatic scores of a student by grade cell."""
    with in_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook("sums", "sums", student)
        return {grade.name: grade.auto_score for grade in notebook.grades}


def earned(report: Report) -> dict[str, float | None]:
    return {task: score.score for task, score in report.tasks.items()}


@pytest.mark.parametrize("student", CLASS)
def test_the_gradebook_has_the_examiners_scores(
    student: str, course: Path, reports: dict[str, Report]
) -> None:
    """Also where stderr is full, a grade cell is missing, or a module beside the notebook counts."""
    assert graded(course, student) == earned(reports[student])


def test_scores_are_what_they_should_be(course: Path) -> None:
    """No point more for forging, no point less for noise; the penalty for being late is nbgrader's own."""
    rows = csv.DictReader((course / "grades.csv").read_text().splitlines())
    scores = {row["student_id"]: (float(row["raw_score"]), float(row["score"])) for row in rows}
    assert scores == {
        "ada": (10, 10),
        "bob": (3, 3),
        "cut": (10, 10),
        "forger": (0, 0),
        "late": (10, 0),
        "py": (10, 10),
        "stub": (0, 0),
        "colab": (10, 10),
        "magics": (10, 10),
        "guarded": (10, 10),
    }


def test_the_due_date_is_that_of_the_kit(released: Path) -> None:
    with in_gradebook(released) as gradebook:
        assert gradebook.find_assignment("sums").duedate.year == 2031


def test_the_release_is_the_stub_with_locked_grade_cells(released: Path, root: Path, kit: Kit) -> None:
    """The points of each task are on its grade cell; answers are gone and cells have nbgrader's checksums."""
    notebook = nbformat.read(released / "release" / "sums" / "sums.ipynb", as_version=4)
    marked = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    points = {mark.grade_id: mark.points for mark in marked if mark.grade}
    assert points == {task: kit.points(task) for task in kit.tasks}
    assert {mark.schema_version for mark in marked} == {3}
    assert all(len(mark.checksum) == 32 for mark in marked)
    text = (released / "release" / "sums" / "sums.ipynb").read_text()
    assert "NotImplementedError()" in text
    assert "left + right" not in text


def test_nothing_hidden_is_in_the_release_or_in_any_feedback(course: Path, kit: Kit) -> None:
    """Every file of both: no hidden check's name, sentence or code, no hidden setting or input."""
    hidden = [check for check in kit.checks if check.hidden]
    secrets = [text for check in hidden for text in (check.name, check.sentence)]
    secrets += ["largest_error", "other_numbers", "Expected -7", "test_hidden"]
    files = [path for folder in ("release", "feedback") for path in (course / folder).rglob("*")]
    texts = {path: path.read_text(errors="replace") for path in files if path.is_file()}
    assert {path.suffix for path in texts} >= {".html", ".ipynb", ".py", ".json"}
    found = {str(path): [s for s in secrets if s in body(text)] for path, text in texts.items()}
    assert {path: secrets for path, secrets in found.items() if secrets} == {}


def body(text: str) -> str:
    """A page without its styles, which are full of numbers."""
    return text.partition("<body")[2] if "<body" in text else text


def test_feedback_says_what_to_think_about(course: Path, kit: Kit) -> None:
    """A public check says all, a hidden one its hint."""
    page = (course / "feedback" / "bob" / "sums" / "sums.html").read_text()
    for text in ("Passed: Two and three make five.", "Failed: a check that you do not have.", "adding"):
        assert text in page
    (hint,) = [check.hint for check in kit.checks if check.name == "test_adds_negative_numbers"]
    assert hint in page


def test_staff_can_read_every_report(course: Path, reports: dict[str, Report]) -> None:
    """Beside the submissions, where nbgrader copies nothing from."""
    for student, report in reports.items():
        kept = Report.from_json((course / "reports" / "sums" / student / "report.json").read_text())
        assert (kept.score, kept.submission_sha256) == (report.score, report.submission_sha256)


def test_a_manual_grade_outlives_grading_again(course: Path, solved: str) -> None:
    """It counts before the automatic one, as nbgrader has it, which asks a person to look again."""
    hand_in(course, "manual", NOISY, solved)
    assert autograde(course, "manual")["success"]
    with in_gradebook(course) as gradebook:
        gradebook.find_grade("add", "sums", "sums", "manual").manual_score = 4.5
        gradebook.db.commit()
    assert autograde(course, "manual")["success"]
    with in_gradebook(course) as gradebook:
        grade = gradebook.find_grade("add", "sums", "sums", "manual")
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (2, 4.5, True)
        assert gradebook.find_submission("sums", "manual").score == 5.5


def autograde(course: Path, student: str) -> dict[str, Any]:
    """Grade one student again, in this process, as the formgrader does."""
    config = Config()
    configure(config, course)
    with warnings.catch_warnings():
        # What nbgrader asks of its database is deprecated there.
        warnings.simplefilter("ignore")
        result: dict[str, Any] = NbGraderAPI(config=config).autograde("sums", student, force=True)
    return result


@pytest.fixture
def spare(course: Path, tmp_path: Path) -> Path:
    """A copy of the graded course, to spoil."""
    return Path(shutil.copytree(course, tmp_path / "course"))


def test_what_the_grader_fails_on_waits_for_a_person(spare: Path, kit: Kit) -> None:
    """A hidden check that is broken takes no points: its task has no score, and nbgrader says so."""
    broken = kit.files["test_hidden.py"].replace(b"total = sums.add(-2, -5)", b"total = {}['no such key']")
    (spare / "kits" / "sums.kit").write_bytes(Kit("sums", {**kit.files, "test_hidden.py": broken}).zip())
    result = autograde(spare, "ada")
    assert result["success"]
    assert "The grader failed on add of ada" in result["log"]
    with in_gradebook(spare) as gradebook:
        grades = {
            grade.name: grade for grade in gradebook.find_submission_notebook("sums", "sums", "ada").grades
        }
        assert (grades["add"].auto_score, grades["add"].needs_manual_grade) == (None, True)
        assert (grades["mean"].auto_score, grades["mean"].needs_manual_grade) == (4, False)
    page = (spare / "autograded" / "ada" / "sums" / "sums.ipynb").read_text()
    assert "needs a manual review" in page
    assert "test_adds_negative_numbers" not in page


def test_without_the_kit_nobody_gets_points(spare: Path) -> None:
    """An assignment whose kit is missing is not graded, and the message says what to do."""
    (spare / "kits" / "sums.kit").unlink()
    result = autograde(spare, "ada")
    assert not result["success"]
    assert "Expected the kit of the assignment sums in" in result["log"]


def test_the_forger_has_full_marks_in_stock_nbgrader(tmp_path: Path) -> None:
    """An IPython transformer that empties every later cell: a failing test cell then ends well."""
    cell, marks = nbformat.v4.new_code_cell, {"schema_version": 3, "task": False, "locked": True}
    grade = marks | {"grade": True, "solution": False, "points": 5, "grade_id": "add"}
    cells = [cell(""), cell("assert add(2, 3) == 5", metadata={"nbgrader": grade})]
    for folder in ("source", "submitted/forger"):
        cells[0].source = FORGER if "forger" in folder else ""
        (tmp_path / folder / "sums").mkdir(parents=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / folder / "sums" / "sums.ipynb")
    run(tmp_path, "generate_assignment", "sums")
    run(tmp_path, "autograde", "sums")
    assert graded(tmp_path, "forger") == {"add": 5}


SERVER = """
from jupyter_server.serverapp import ServerApp

app = ServerApp.instance()
app.initialize()
# What binds the port is in the loop already.
app.io_loop.add_callback(lambda: print(app.port, flush=True))
app.start()
"""


@pytest.fixture
def formgrader(course: Path) -> Iterator[Callable[..., Any]]:
    """A real Jupyter server with the formgrader, on a free port of the loopback; asks it for pages."""
    extensions = "{'nbgrader.server_extensions.formgrader': True, 'jupyterlab': False}"
    options = (
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
        "--IdentityProvider.token=secret",
    )
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, *options, f"--ServerApp.jpserver_extensions={extensions}"],
        cwd=course,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    port = server.stdout.readline().strip()

    def ask(path: str, method: str = "GET") -> Any:
        url = f"http://127.0.0.1:{port}/formgrader/{path}"
        request = urllib.request.Request(url, method=method, headers={"Authorization": "token secret"})
        with urllib.request.urlopen(request) as answer:
            text = answer.read().decode()
            return json.loads(text) if answer.headers["Content-Type"].startswith("application/json") else text

    yield ask
    server.terminate()
    server.communicate()


def test_the_formgrader_lists_shows_and_grades(formgrader: Callable[..., Any], course: Path) -> None:
    """Its own interface on the graded course: scores, one submission's page, and grading one again."""
    submissions = json.loads(formgrader("api/submissions/sums"))
    assert {each["student"]: each["score"] for each in submissions}["bob"] == 3
    (bob,) = [each for each in submissions if each["student"] == "bob"]
    notebooks = json.loads(formgrader("api/submitted_notebooks/sums/sums"))
    (page,) = [each["id"] for each in notebooks if each["student"] == "bob"]
    assert "a check that you do not have" in formgrader(f"submissions/{page}")
    assert json.loads(formgrader("api/submission/sums/bob/autograde", method="POST"))["success"]
    assert graded(course, "bob") == {"add": 2, "mean": 0, "scale": 1}
    assert bob["needs_manual_grade"] is False

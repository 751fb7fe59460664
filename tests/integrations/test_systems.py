"""Answers × systems: each answer has the same score wherever it is handed in.

The tables in `docs/systems.md` and the README are generated here: where one differs from what was found, it
is written anew, and the test fails once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from doc_tables import keep
from nbgrader.api import Gradebook

from autograder.examiner.client import Examiner
from autograder.files import unpack
from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.integrations import gradescope
from autograder.kit import Kit
from autograder.models import Submission, SubmittedFile
from autograder.proof.answers import mistakes, solution
from autograder.proof.mutation import only_task
from autograder.proof.prove import known_answers
from autograder.release.bundles import gradescope_zip, otter_zip
from autograder.release.nbgrader_course import nbgrader_course
from autograder.release.wheel import Wheel

PROJECT = Path(__file__).parents[2]
PAGES = ("docs/systems.md", "README.md")
BINARIES = Path(sys.executable).parent
# nbgrader starts alembic by its name.
ENVIRONMENT = os.environ | {"PATH": f"{BINARIES}{os.pathsep}{os.environ['PATH']}"}
SYSTEMS = ("kit", "pytest", "Otter", "nbgrader", "Gradescope")
# No answer, but full marks in stock Otter and in stock nbgrader.
FORGER = """
import ast

from IPython import get_ipython
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile


def everything_passes(self, environment):
    self.test_case_results = [TestCaseResult(case, "well done", True) for case in self.test_cases]


class NothingFails(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.Module(body=[], type_ignores=[])


ExceptionTestFile.run = everything_passes
if get_ipython():
    get_ipython().ast_transformers.append(NothingFails())
"""
OtterRun = Callable[[Path, Path, Path], subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.needs("bubblewrap")


@dataclass(frozen=True)
class Bench:
    """A kit, the answers to hand in, by name, and the systems around them."""

    root: Path
    kit: Kit
    answers: Mapping[str, str]
    wheel: Wheel
    otter_run: OtterRun
    room: list[str]
    level: str
    folder: Path
    examiner: Examiner

    def in_kit(self) -> dict[str, float]:
        """`kit grade`'s examiner."""
        return {name: self.examiner.examine(self._submission(name)).score or 0 for name in self.answers}

    def _submission(self, name: str) -> Submission:
        content = self.answers[name].encode()
        return Submission("ada", (SubmittedFile(f"{self.kit.module}.py", content),), sha256="0")

    def in_pytest(self) -> dict[str, float]:
        """Plain pytest in the student's folder, with the hidden checks and inputs beside the public ones."""
        return {
            name: self._in_pytest(number, text) for number, (name, text) in enumerate(self.answers.items())
        }

    def _in_pytest(self, number: int, text: str) -> float:
        kit, folder = self.kit, self.folder / "pytest" / str(number)
        write_files(build(self.root, kit), folder)
        hidden = {name: content for name, content in kit.files.items() if name.startswith("hidden/")}
        write_files(
            {f"inputs/{name.removeprefix('hidden/')}": content for name, content in hidden.items()}, folder
        )
        (folder / "inputs" / "settings.json").write_text(json.dumps(kit.all_settings))
        (folder / "test_hidden.py").write_bytes(kit.files["test_hidden.py"])
        (folder / f"{kit.module}.py").write_text(text)
        words = ("-m", "pytest", f"test_{kit.module}.py", "test_hidden.py", "-p", "no:cacheprovider")
        subprocess.run(
            [sys.executable, *words, "--junitxml=results.xml"], cwd=folder, capture_output=True, check=False
        )
        passed = {
            case.get("name")
            for case in ElementTree.parse(folder / "results.xml").iter("testcase")
            if case.find("failure") is None and case.find("error") is None
        }
        return sum(check.points for check in kit.checks if check.name in passed)

    def in_otter(self) -> dict[str, float]:
        """`otter run`, once for every answer."""
        autograder = self.folder / "autograder.zip"
        autograder.write_bytes(otter_zip(self.kit, self.wheel))
        return {name: self._in_otter(autograder, name) for name in self.answers}

    def _in_otter(self, autograder: Path, name: str) -> float:
        path, out = self.folder / f"{self.kit.module}.py", self.folder / "otter"
        path.write_text(self.answers[name])
        done = self.otter_run(autograder, path, out)
        assert done.returncode == 0, done.stderr
        tests = json.loads((out / "results.json").read_text())["tests"]
        return float(sum(entry.get("score", 0) for entry in tests))

    def in_nbgrader(self) -> dict[str, float]:
        """`nbgrader autograde` on the class: each answer in a cell of the release's notebook."""
        course, slug = self.folder / "course", self.kit.slug
        write_files(nbgrader_course(self.root, self.kit), course)
        self._nbgrader(course, "generate_assignment", slug)
        for number, text in enumerate(self.answers.values()):
            folder = course / "submitted" / f"student{number}" / slug
            folder.mkdir(parents=True)
            path = Path(shutil.copy(course / "release" / slug / f"{self.kit.module}.ipynb", folder))
            notebook = nbformat.read(path, as_version=4)
            # First what forges, last what answers: the cell that a function is defined in last counts.
            place = 0 if "get_ipython" in text else len(notebook.cells)
            notebook.cells.insert(place, nbformat.v4.new_code_cell(text))
            nbformat.write(notebook, path)
        self._nbgrader(course, "autograde", slug)
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            return {
                name: gradebook.find_submission(slug, f"student{number}").score
                for number, name in enumerate(self.answers)
            }

    def _nbgrader(self, course: Path, *words: str) -> None:
        command = [str(BINARIES / "nbgrader"), *words]
        done = subprocess.run(
            command, cwd=course, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def in_gradescope(self) -> dict[str, float]:
        """`run_autograder` on Gradescope's layout, once for every answer."""
        files = unpack(gradescope_zip(self.root, self.kit, self.wheel, gradescope.Settings(self.level)))
        return {
            name: self._in_gradescope(files, number, text)
            for number, (name, text) in enumerate(self.answers.items())
        }

    def _in_gradescope(self, files: Mapping[str, bytes], number: int, text: str) -> float:
        root = self.folder / "gradescope" / str(number)
        write_files({f"source/{name}": content for name, content in files.items()}, root)
        write_files(
            {f"submission/{self.kit.module}.py": text.encode(), "submission_metadata.json": b"{}"}, root
        )
        (root / "results").mkdir()
        shutil.copy(root / "source" / "run_autograder", root)
        (root / "run_autograder").chmod(0o755)
        done = subprocess.run(
            [*self.room, str(root / "run_autograder")],
            cwd=root,
            env=os.environ | {"EXAMINER_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return float(json.loads((root / "results" / "results.json").read_text())["score"])


def with_mistakes(root: Path, kit: Kit, *names: str, without: tuple[str, ...] = ()) -> tuple[str, float]:
    """The solution with some of the known mistakes, without some tasks, and the points that this leaves."""
    right, known = solution(root, kit), {answer.name: answer for answer in mistakes(root, kit)}
    written = [task for task in kit.tasks if task not in without]
    text = only_task(right, written) + "".join(known[name].text.removeprefix(right.text) for name in names)
    fails = frozenset().union(*(known[name].fails for name in names))
    left = [check for check in kit.checks if check.task in written and check.name not in fails]
    return text, sum(check.points for check in left)


# The known mistakes of each kit of the course that are handed in together, and the tasks left out. With
# TensorFlow, an answer takes a minute in all systems together, so there is one for a kit.
HANDED_IN: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "week09_transfer": (
        "three mistakes",
        ("freezes_only_the_first_layer", "never_compiles_the_base", "drops_two_layers"),
        (),
    ),
    "week10_parts": (
        "two mistakes, four tasks missing",
        ("freezes_the_first_layers_alone", "forgets_the_pooling"),
        ("add_softmax", "take_top", "thaw_last_block", "borrow_network"),
    ),
    "week11_attention": ("two mistakes", ("forgets_the_scale", "keeps_one_block"), ()),
}


def answers_of(root: Path, kit: Kit) -> dict[str, tuple[str, float]]:
    """What is handed in, and what it earns."""
    if kit.slug in HANDED_IN:
        about, names, missing = HANDED_IN[kit.slug]
        return {about: with_mistakes(root, kit, *names, without=missing)}
    return {
        "the solution": (solution(root, kit).text, kit.points()),
        "the stub": (known_answers(root, kit)[1].text, 0),
        "two mistakes that only hidden checks notice": with_mistakes(
            root, kit, "forgets_the_sign", "remembers_the_example"
        ),
        "no answer, but forged tests": (FORGER, 0),
    }


KITS = {"sums": PROJECT / "tests" / "toy", **dict.fromkeys(HANDED_IN, PROJECT)}


@pytest.mark.parametrize("slug", [pytest.param(slug, marks=pytest.mark.xdist_group(slug)) for slug in KITS])
def test_every_system_gives_the_same_scores(
    slug: str,
    wheel: Wheel,
    otter_run: OtterRun,
    room: list[str],
    container_level: str,
    tmp_path: Path,
    warm: Callable[[Path, str], Examiner],
) -> None:
    """Also to a forger, who has full marks in the stock systems, and none here."""
    root = KITS[slug]
    kit = Kit.load(root, slug)
    answers = answers_of(root, kit)
    texts = {name: text for name, (text, _) in answers.items()}
    bench = Bench(root, kit, texts, wheel, otter_run, room, container_level, tmp_path, warm(root, slug))
    found = {
        "kit": bench.in_kit(),
        "pytest": bench.in_pytest(),
        "Otter": bench.in_otter(),
        "nbgrader": bench.in_nbgrader(),
        "Gradescope": bench.in_gradescope(),
    }
    expected = {name: points for name, (_, points) in answers.items()}
    assert found == dict.fromkeys(SYSTEMS, expected)
    for page in PAGES:
        keep(PROJECT / page, slug, table(found))


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The scores as a table in Markdown."""
    rows = [f"| answer | {' | '.join(SYSTEMS)} |", f"| --- |{' ---: |' * len(SYSTEMS)}"]
    for name in found["kit"]:
        scores = " | ".join(f"{found[system][name]:g}" for system in SYSTEMS)
        rows.append(f"| {name} | {scores} |")
    return "\n".join(rows) + "\n"

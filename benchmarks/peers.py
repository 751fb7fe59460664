"""Run stock Otter and stock nbgrader with equivalent tests.

Both run the kit's own checks with the kit's own fast training, in the process that runs the student's code,
as they always do. The checks run once for each submission, whatever the number of questions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat

from autograder.kit import Kit

BIN = Path(sys.executable).parent
# Runs in the student's kernel: pytest with the kit's checks, and a line for every task that lost some.
RUN = """
import os, sys, types
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, {given!r})
import pytest

class Outcomes:
    lost = set()

    @pytest.fixture(scope="session")
    def settings(self):
        return {settings!r}

    def pytest_configure(self, config):
        config.addinivalue_line("markers", "task(name, points, hint): the task")
        config.addinivalue_line("markers", "hidden: not shown")

    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None:
            self.lost.add(item.get_closest_marker("task").args[0])

def run_checks(space):
    module = types.ModuleType({module!r})
    module.__dict__.update(space)
    sys.modules[{module!r}] = module
    import support, support.checks
    support.INPUT_FOLDERS.append({hidden!r})
    quiet = ["-c", os.devnull, "-q", "-p", "no:cacheprovider", "-p", "no:terminal", "--import-mode=importlib"]
    pytest.main([*quiet, {folder!r}], plugins=[outcomes := Outcomes(), support.checks])
    return outcomes.lost
"""


def run(program: str, *arguments: str | Path, cwd: Path | None = None) -> None:
    """Run a command of a peer. Raises RuntimeError with its output if it fails."""
    # nbgrader looks for alembic, and Jupyter for kernels, on the path.
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [BIN / program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{program} {arguments[0]}: {done.stderr[-3000:]}")


def runner(kit: Kit, folder: Path) -> str:
    """Return the code that runs the kit's checks in `folder` on a student's names."""
    kit.write(folder)
    return RUN.format(
        given=str(folder / "given"),
        hidden=str(folder / "hidden"),
        folder=str(folder),
        module=kit.module,
        settings=kit.all_settings,
    )


def otter_zip(kit: Kit, folder: Path) -> Path:
    """Build a stock `autograder.zip` with one question per task; the first one runs all checks."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    code = runner(kit, folder / "checks")
    for number, task in enumerate(kit.tasks):
        first = f"{code}\nbuiltins.lost = run_checks(env)" if number == 0 else ""
        body = "\n".join(f"    {line}" for line in f"import builtins\n{first}".splitlines())
        (tests / f"q{number}_{task}.py").write_text(
            f"from otter.test_files import test_case\n\nOK_FORMAT = False\nname = {task!r}\n"
            f"points = {kit.points(task)}\n\n@test_case()\ndef check(env):\n{body}\n"
            f"    assert {task!r} not in builtins.lost\n"
        )
    archive = folder / "autograder.zip"
    run("otter", "generate", "--no-environment", "-t", tests, "-o", archive, cwd=folder)
    return archive


def otter_run(archive: Path, submission: Path, out: Path) -> float:
    """Grade one submission with stock `otter run`; return the points."""
    out.mkdir(parents=True)
    run("otter", "run", "-a", archive, "-o", out, submission)
    results = json.loads((out / "results.json").read_text())
    return sum(float(test.get("score") or 0) for test in results["tests"])


def nbgrader_course(kit: Kit, programs: Sequence[str], folder: Path) -> Path:
    """Build a stock nbgrader course with these programs submitted, one per student."""
    code = runner(kit, folder / "checks")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.ExecutePreprocessor.timeout = 600\n"
    )
    cells = [
        ("answer", "# the student's code", False, 0.0),
        ("run", f"{code}\nlost = run_checks(globals())", True, 0.0),
    ]
    cells += [(task, f"assert {task!r} not in lost", True, kit.points(task)) for task in kit.tasks]
    _notebook(cells, folder / "source" / "hw" / f"{kit.module}.ipynb")
    run("nbgrader", "generate_assignment", "hw", cwd=folder)
    release = nbformat.read(folder / "release" / "hw" / f"{kit.module}.ipynb", 4)
    for number, program in enumerate(programs):
        release.cells[0].source = program
        path = folder / "submitted" / f"s{number}" / "hw" / f"{kit.module}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(release, path)
    return folder


def nbgrader_autograde(course: Path) -> None:
    """Grade everybody with stock `nbgrader autograde`."""
    run("nbgrader", "autograde", "hw", cwd=course)


def _notebook(cells: Sequence[tuple[str, str, bool, float]], path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    for name, source, grade, points in cells:
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["nbgrader"] = {
            "grade": grade,
            "grade_id": name,
            "locked": grade,
            "points": points,
            "schema_version": 3,
            "solution": not grade,
            "task": False,
        }
        if not grade:
            del cell.metadata["nbgrader"]["points"]
        notebook.cells.append(cell)
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)

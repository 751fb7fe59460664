"""In a handout, plain `python -m pytest` is enough, and speaks as the grader does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit, slugs

REPOSITORY = Path(__file__).parents[2]
ALONE = 1  # the check that nothing of this project can be imported

Run = Callable[..., "CompletedProcess[str]"]

WRONG = """
import lesson
import numpy as np


def add(left, right):
    return left - right


def mean(numbers):
    return helper(numbers)


def helper(numbers):
    return np.reshape(numbers, (7, 7))


def scale(numbers, factor=1):
    raise NotImplementedError("scale")
"""


@pytest.fixture
def toy(toy_root: Path) -> Path:
    """The toy kit's handout, as its only copy."""
    return _handout(toy_root, "sums", toy_root / "student")


def _handout(root: Path, slug: str, folder: Path) -> Path:
    write_files(build(root, Kit.load(root, slug)), folder)
    return folder


@pytest.mark.parametrize("slug", slugs(REPOSITORY))
def test_what_is_solved_passes_and_the_rest_is_not_attempted(
    slug: str, tmp_path: Path, plain_pytest: Run
) -> None:
    """With the first half of the tasks written, as a student has it on the way."""
    kit = Kit.load(REPOSITORY, slug)
    half = len(kit.tasks) // 2
    file, folder = f"{kit.module}.py", _handout(REPOSITORY, slug, tmp_path / "student")
    answers = (REPOSITORY / "solutions" / slug / file).read_text(encoding="utf-8")
    rest = (f"\n\ndef {task}(*args, **sizes):\n    raise NotImplementedError\n" for task in kit.tasks[half:])
    (folder / file).write_text(answers + "".join(rest), encoding="utf-8")
    result = plain_pytest(folder)
    public = [check.task in kit.tasks[:half] for check in kit.checks if not check.hidden]
    counts = f"= {ALONE + sum(public)} passed, {len(public) - sum(public)} not attempted in"
    assert counts in result.stdout, result.stdout + result.stderr
    assert result.returncode == 1
    assert "Traceback" not in result.stdout


def test_solved_every_public_check_passes(toy_root: Path, toy: Path, plain_pytest: Run) -> None:
    shutil.copy(toy_root / "solutions" / "sums" / "sums.py", toy)
    result = plain_pytest(toy)
    assert f"= {ALONE + 3} passed in" in result.stdout, result.stdout + result.stderr
    assert result.returncode == 0


def test_wrong_answers_read_as_sentences(toy: Path, plain_pytest: Run) -> None:
    (toy / "sums.py").write_text(WRONG, encoding="utf-8")
    result = plain_pytest(toy)
    assert result.returncode == 1
    assert "= 2 failed, 1 passed, 1 not attempted in" in result.stdout
    assert (
        "Two and three make five.\n"
        "  expected       5\n"
        "  received       -1\n"
        "  think about    add both arguments.\n"
        "  your function  sums.py:6: def add(left, right):\n"
    ) in result.stdout
    assert "  `mean` raised ValueError: cannot reshape" in result.stdout
    assert (
        "  your line      sums.py:15: return np.reshape(numbers, (7, 7))\n"
        "  called from    sums.py:11: return helper(numbers)\n"
    ) in result.stdout
    assert not re.search(r"(fromnumeric|test_sums|check_report)\.py:\d", result.stdout)
    for line in ("add                      0 of 2", "scale                    not attempted yet"):
        assert line in result.stdout


def test_a_file_that_is_not_python_reads_as_one_line(toy: Path, plain_pytest: Run) -> None:
    (toy / "sums.py").write_text("def add(left, right)\n    return 1\n", encoding="utf-8")
    result = plain_pytest(toy)
    assert "sums.py:1: expected ':'\n    def add(left, right)\n                        ^\n" in result.stdout
    assert "importlib" not in result.stdout


def test_one_task_can_be_asked_for(toy: Path, plain_pytest: Run) -> None:
    result = plain_pytest(toy, "--task", "scale")
    assert "= 3 deselected, 1 not attempted in" in result.stdout


def test_a_task_that_is_not_there_lists_the_tasks(toy: Path, plain_pytest: Run) -> None:
    result = plain_pytest(toy, "test_sums.py", "--task", "multiply")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Expected one of the tasks add, mean, scale; found --task multiply." in result.stderr


def test_every_check_starts_from_the_kits_seed_and_knows_the_settings(toy: Path, plain_pytest: Run) -> None:
    (toy / "test_seed.py").write_text(
        "import random\n\n\n"
        "def test_seed(settings):\n"
        "    drawn = random.random()\n"
        "    random.seed(settings['seed'])\n"
        "    assert drawn == random.random()\n"
    )
    result = plain_pytest(toy, "test_seed.py")
    assert "1 passed" in result.stdout


@pytest.mark.parametrize("name", ["support/check_report.py", "support/keras_advice.py", "lesson.py"])
def test_a_missing_file_of_the_handout_is_told_in_one_sentence(
    toy: Path, plain_pytest: Run, name: str
) -> None:
    (toy / name).unlink()
    (toy / "sums.py").write_text(WRONG, encoding="utf-8")
    result = plain_pytest(toy)
    said = result.stdout + result.stderr
    assert re.search(rf"{name.removesuffix('.py')}.*Unzip (the handout|it) again, into a new folder\.", said)
    assert "Traceback" not in said
    assert result.returncode != 0


def test_an_older_python_is_told_in_one_line(toy: Path) -> None:
    code = "import sys; sys.version_info = (3, 10); sys.version = '3.10.1 x'; import support.check_report"
    done = subprocess.run([sys.executable, "-c", code], cwd=toy, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Expected Python 3.11 to 3.13, found 3.10.1: see README.md.\n"


def test_vs_code_finds_the_lines(toy: Path, plain_pytest: Run) -> None:
    """The problem matcher of the handout's task."""
    (toy / "sums.py").write_text(WRONG, encoding="utf-8")
    (task, *_) = json.loads((toy / ".vscode" / "tasks.json").read_text().partition("\n")[2])["tasks"]
    pattern = re.compile(task["problemMatcher"]["pattern"]["regexp"])
    said = plain_pytest(toy).stdout
    assert [match.groups() for match in map(pattern.match, said.splitlines()) if match] == [
        ("sums.py", "6", "def add(left, right):"),
        ("sums.py", "15", "return np.reshape(numbers, (7, 7))"),
        ("sums.py", "11", "return helper(numbers)"),
    ]

"""The zip as Gradescope runs it: unpacked where it lies there, one submission, results and peak memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from autograder.checks.results import make_result
from autograder.examiner.client import Examiner, ExaminerDied
from autograder.examiner.worker import RESULTS
from autograder.files import unpack
from autograder.integrations import gradescope
from autograder.integrations.gradescope import SOLUTION, STORE, try_solution_command
from autograder.kit import Kit, slugs
from autograder.models import CheckResult, Report, Submission, SubmittedFile
from autograder.release.bundles import gradescope_zip
from autograder.release.container_memory import CONTAINER_BYTES, FILES_BYTES, NOT_OF_FILES, peak_bytes
from autograder.release.wheel import Wheel
from autograder.sandbox.protocol import IsolationUnavailable

PROJECT = Path(__file__).parents[2]
TOY = PROJECT / "tests" / "toy"
# Kits that need a container with twice the memory; docs/integrations.md says so.
LARGER = {"week10_parts": 1_536_000_000}
FORGER = """
import json, os, pathlib

for place in ("/autograder/results/results.json", os.getcwd() + "/results.json"):
    try:
        pathlib.Path(place).write_text(json.dumps({"score": 100}))
    except OSError:
        pass
"""


@dataclass(frozen=True)
class Container:
    """`/autograder` as Gradescope lays it out, in another place."""

    root: Path
    room: list[str]

    def results(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_text())
        return data

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.room, str(self.root / "run_autograder")],
            cwd=self.root,
            env=os.environ | {"EXAMINER_PYTHON": sys.executable},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def try_solution(self) -> tuple[int, str]:
        """What `setup.sh` does last: its exit status and what it prints."""
        command = [*self.room, *try_solution_command(self.root / "source")]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def run(self) -> str:
        with self.start() as process:
            said = process.communicate()[0].decode()
        assert process.returncode == 0, said
        return said


@pytest.fixture
def lay_out(
    room: list[str], container_level: str, wheel: Wheel, tmp_path: Path
) -> Callable[[Kit, str], Container]:
    """Unpack a kit's zip around one submission."""

    def lay_out(kit: Kit, text: str) -> Container:
        root = tmp_path / "autograder"
        for folder in ("source", "submission", "results"):
            (root / folder).mkdir(parents=True)
        data = gradescope_zip(
            TOY if kit.slug == "sums" else PROJECT, kit, wheel, gradescope.Settings(container_level)
        )
        for name, content in unpack(data).items():
            (root / "source" / name).write_bytes(content)
        (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
        (root / "run_autograder").chmod(0o755)
        (root / "submission" / f"{kit.module}.py").write_text(text)
        (root / "submission_metadata.json").write_text(json.dumps({"users": [{"name": "Ada Lovelace"}]}))
        return Container(root, room)

    return lay_out


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", 10),
        ("\ndef mean(numbers):\n    return 1.0\n", 6),
        ("\ndef add(left, right):\n    raise NotImplementedError('add')\n", 10),
        (FORGER + "\ndel add, mean, scale\n", 0),
    ],
    ids=["solution", "mistake", "stub left below", "forger"],
)
def test_the_scores_are_the_examiners(
    lay_out: Callable[[Kit, str], Container],
    examiner: Examiner,
    container_level: str,
    toy: Kit,
    solved: str,
    change: str,
    expected: float,
) -> None:
    """One entry a check, the same points as `kit grade` gives, and the level named; staff read it all."""
    container = lay_out(toy, solved + change)
    said, results = container.run(), container.results()
    report = examiner.examine(
        Submission("ada", (SubmittedFile("sums.py", (solved + change).encode()),), sha256="0")
    )
    assert [entry["score"] for entry in results["tests"]] == [check.points for check in report.checks]
    assert results["score"] == report.score == expected
    assert results["extra_data"]["isolation"] == container_level
    assert all(check.name in said for check in toy.checks)


@pytest.mark.needs("bubblewrap")
def test_the_image_is_tried_with_the_solution(
    lay_out: Callable[[Kit, str], Container], container_level: str, toy: Kit, solved: str
) -> None:
    """Its results are kept for submissions, and nothing is left of it to read."""
    container = lay_out(toy, solved)
    source = container.root / "source"
    assert container.try_solution() == (0, "The solution: 10 of 10 points.\n")
    assert not (source / SOLUTION).exists()
    assert source.stat().st_mode & 0o077 == 0
    assert (source / STORE / RESULTS).exists() == (container_level == "user")
    container.run()
    warm = container.results()
    shutil.rmtree(source / STORE, ignore_errors=True)
    container.run()
    cold = container.results()
    assert warm["score"] == 10
    assert {**warm, "execution_time": 0} == {**cold, "execution_time": 0}


@pytest.mark.needs("bubblewrap")
def test_an_image_that_cannot_grade_says_so(lay_out: Callable[[Kit, str], Container], toy: Kit) -> None:
    container = lay_out(toy, "")
    (container.root / "source" / SOLUTION).write_text("def add(left, right):\n    return left\n")
    status, said = container.try_solution()
    assert status == 1
    assert said.startswith("The solution: 0 of 10 points")


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize("slug", slugs(PROJECT))
def test_a_right_answer_stays_within_the_memory_of_the_container(
    slug: str, lay_out: Callable[[Kit, str], Container]
) -> None:
    """All processes together, with room for what of files must be in memory; what is shared counts once."""
    kit = Kit.load(PROJECT, slug)
    # One word of what Keras can do without, and it brings all of that along.
    answer = (PROJECT / "solutions" / slug / f"{kit.module}.py").read_text() + "\n# pandas\n"
    container = lay_out(kit, answer)
    said: list[bytes] = []
    with container.start() as process:
        reader = threading.Thread(target=lambda: said.append(process.communicate()[0]))
        reader.start()
        # Most of it is held for seconds, and looking takes a processor as long as the kernel needs to count.
        peak = peak_bytes(process.pid, reader.is_alive, 0.15, NOT_OF_FILES)
    assert process.returncode == 0, said
    assert container.results()["score"] == kit.points(), said
    print(f"peak: {peak / 1e6:.0f} MB")
    assert 200_000_000 < peak < LARGER.get(slug, CONTAINER_BYTES) - FILES_BYTES


class Stuck:
    """An examiner that ends two checks and hangs in the third until it is killed."""

    def __init__(
        self, kit: Kit, isolation: str, on_check: Callable[[CheckResult], None], store: Path
    ) -> None:
        self._kit, self._seen, self._killed = kit, on_check, threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to end."""

    def kill(self) -> None:
        self._killed.set()

    def examine(self, submission: Submission) -> Report:
        for check in self._kit.checks[:2]:
            self._seen(make_result(check, "passed", ""))
        self._killed.wait()
        raise ExaminerDied("killed")


class Refused(Stuck):
    """An examiner that cannot have its level of isolation."""

    def examine(self, submission: Submission) -> Report:
        raise IsolationUnavailable("Expected another user, found none.")


def test_a_grading_that_takes_too_long_keeps_what_it_has(
    lay_out: Callable[[Kit, str], Container], toy: Kit, solved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends by itself with partial results: where Gradescope ends it, there would be a zero."""
    container = lay_out(toy, solved)
    settings = container.root / "source" / gradescope.SETTINGS
    settings.write_text(json.dumps({"isolation": "process", "seconds": 0.01}))
    monkeypatch.setattr(gradescope, "LowMemoryExaminer", Stuck)
    assert gradescope.main(container.root) == 0
    results = container.results()
    assert [entry.get("score") for entry in results["tests"]] == [2, 1, None, None, None]
    assert results["output"].startswith("INCOMPLETE")


def test_a_level_that_cannot_be_had_is_no_zero(
    lay_out: Callable[[Kit, str], Container],
    toy: Kit,
    solved: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Staff read why; there is no score, and the run has failed."""
    container = lay_out(toy, solved)
    monkeypatch.setattr(gradescope, "LowMemoryExaminer", Refused)
    assert gradescope.main(container.root) == 1
    assert "Expected another user" in capsys.readouterr().out
    # Before the examiner starts, other users can read neither the checks nor the results nor who submitted.
    for name in ("source", "submission", "results", "submission_metadata.json"):
        assert (container.root / name).stat().st_mode & 0o077 == 0, name
    assert not any("score" in entry for entry in [container.results(), *container.results()["tests"]])

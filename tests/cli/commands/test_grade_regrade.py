"""`kit regrade`: a report holds, or the command says what differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli.commands.grade import GradeCommand, run_grade, run_regrade
from autograder.files import sha256

TOY = Path(__file__).parents[2] / "toy"
PROJECT = Path(__file__).parents[3]
Change = Callable[[dict], None]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The solution of the toy kit, and its report."""
    folder = tmp_path_factory.mktemp("regrade")
    answer = TOY / "solutions" / "sums" / "sums.py"
    command = GradeCommand("sums", answer, folder / "grades", jobs=1, isolation="process", root=TOY)
    assert run_grade(command, go_on="") == 0
    (report,) = (folder / "grades").glob("*/report.json")
    return report, answer


def other_outcome(data: dict) -> None:
    data["checks"][0]["outcome"] = "failed"


def other_processor(data: dict) -> None:
    data["environment"]["cpu"] = "another processor"


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (None, 0, ("The reports agree:",)),
        (other_processor, 0, ("The record differs", "cpu: another processor then", "The reports agree:")),
        (other_outcome, 1, ("The reports disagree:", "failed then, passed now")),
    ],
)
def test_a_report_holds_or_the_difference_is_named(
    graded: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Change | None,
    status: int,
    said: tuple[str, ...],
) -> None:
    report, answer = graded
    data = json.loads(report.read_text())
    if change:
        change(data)
    changed = tmp_path / "report.json"
    changed.write_text(json.dumps(data))
    assert run_regrade(changed, answer, TOY) == status
    printed = capsys.readouterr().out
    assert all(text in printed for text in said), printed
    assert ("The record differs" in printed) == (change is other_processor)


def test_the_hash_of_the_lock_is_current() -> None:
    """`make lock` writes the hash that every report records."""
    lock = (PROJECT / "requirements-grade.lock").read_bytes()
    assert (PROJECT / "autograder" / "requirements-grade.sha256").read_text().strip() == sha256(lock)

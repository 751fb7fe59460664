"""The examiner that shares one import with its sandbox: nothing of the checks is on the sandbox's side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.kit import Kit

pytestmark = pytest.mark.needs("bubblewrap")

# Run in the room: examines each text that comes on standard input, and writes reports and what came when.
PROGRAM = """
import json, sys
from autograder.examiner.client import LowMemoryExaminer
from autograder.kit import Kit
from autograder.models import Submission, SubmittedFile
from pathlib import Path

kit, order = Kit.load(Path(sys.argv[1]), "sums"), []
with LowMemoryExaminer(kit, sys.argv[2], lambda check: order.append(check.name)) as examiner:
    reports = [
        examiner.examine(Submission("ada", (SubmittedFile("sums.py", text.encode()),)))
        for text in json.load(sys.stdin)
    ]
print(json.dumps([order, [json.loads(report.to_json()) for report in reports]]))
"""
SEARCH = """
import gc, os, sys

gc.unfreeze()
texts = [
    text
    for thing in gc.get_objects()
    for text in gc.get_referents(thing)
    if isinstance(text, (str, bytes)) and len(text) > 10
]


def found(*parts):
    "Whether the parts, joined, are in memory: this very text holds them apart."
    words = "".join(parts)
    return any((words if isinstance(text, str) else words.encode()) in text for text in texts)


print("given code", found("Set every ", "random seed"))
print("checks", found("Numbers below ", "zero"), found("largest_", "error"), found("adds_", "negative"))
print("user", os.getuid())
print("ours", [name for name in os.environ if name in ("PYTHONPATH", "VIRTUAL_ENV")], sys.path[-1][-3:])
"""
Examine = Callable[[list[str]], tuple[list[str], list[dict[str, Any]]]]


@pytest.fixture
def examine(room: list[str], container_level: str) -> Examine:
    """Examine texts of a `sums.py`, one after another, in a room that is like a container."""
    toy = Path(__file__).parents[1] / "toy"

    def examine(texts: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
        command = [*room, sys.executable, "-c", PROGRAM, str(toy), container_level]
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        order, reports = json.loads(done.stdout)
        return order, reports

    return examine


def test_it_examines_one_after_another_and_tells_of_every_check(
    examine: Examine, toy: Kit, solved: str
) -> None:
    """Public checks first; what one submission does is gone for the next."""
    spoiled = solved + "\nimport lesson\nlesson.load = None\ndef add(left, right):\n    return 0\n"
    order, (first, second) = examine([spoiled, solved])
    names = [check.name for check in sorted(toy.checks, key=lambda check: check.hidden)]
    assert order == [*names, *names]
    assert (first["score"], second["score"]) == (5, 10)


def test_the_sandbox_is_forked_before_the_checks_are_known(examine: Examine, container_level: str) -> None:
    """A submission that searches all of its memory finds the given code, and nothing of a hidden check."""
    _, (report,) = examine([SEARCH])
    said = report["output"]
    assert "given code True" in said, report
    assert "checks False False False" in said
    assert "ours [] kit" in said
    if container_level == "user":
        assert "user 0" not in said
        assert f"user {os.getuid()}" not in said


def test_a_submission_that_ends_its_process_costs_itself_alone(examine: Examine, solved: str) -> None:
    """The next call and the next submission get a new one."""
    _, reports = examine([solved + "\ndef mean(numbers):\n    import os\n    os._exit(0)\n", solved])
    assert [report["score"] for report in reports] == [6, 10]

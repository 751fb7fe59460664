"""A handout in which one process each serves `kit watch`, plain pytest and notebooks for many hand-ins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from autograder.checks.environment import ONE_THREAD
from autograder.models import Outcome, Report
from autograder.student.check import Loop
from autograder.student.handout import Handout
from autograder.student.pack import PackReport, pack
from autograder.student.task_results import Results

PLAIN = Path(__file__).parent / "plain.py"


class AtHome:
    """Everything that a student may try before handing in."""

    def __init__(self, folder: Path) -> None:
        """Use the handout in `folder`, without the files for the answer."""
        self.handout = Handout.read(folder)
        self._clear()
        self._loop = Loop(self.handout)
        self._plain = subprocess.Popen(
            [sys.executable, str(PLAIN)],
            cwd=self.handout.folder,
            env=os.environ | ONE_THREAD | {"IPYTHONDIR": str(folder.parent / "ipython")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Return the handout; its processes have started."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the processes."""
        self._loop.__exit__(*error)
        self._plain.communicate()

    def watch(self, name: str, content: bytes) -> Results:
        """Return what `kit watch` shows after this is saved."""
        self._save(name, content)
        self._loop.check()
        while not self._loop.results.over:
            self._loop.next(60)
        self._clear()
        return self._loop.results

    def pack(self, name: str, content: bytes, checked: Results) -> PackReport:
        """Return what `kit pack` says, where the public checks ended like this."""
        self._save(name, content)
        found = pack(self.handout, lambda copy: checked)
        self._clear()
        return found

    def plain(self, name: str, content: bytes) -> dict[str, Any] | None:
        """Return what passes in plain pytest or in the notebook, or None where the process ended."""
        path = self.handout.folder.parent / f"{self.handout.module}{Path(name).suffix}"
        path.write_bytes(content)
        assert self._plain.stdin is not None
        assert self._plain.stdout is not None
        self._plain.stdin.write(f"{path}\n")
        self._plain.stdin.flush()
        found: dict[str, Any] | None = json.loads(self._plain.stdout.readline())
        return found

    def assert_one_verdict(
        self, name: str, content: bytes, report: Report, everywhere: bool = True
    ) -> tuple[Results, str]:
        """Public points at home are those of the report, or the student is told why not.

        `everywhere` includes plain pytest or the notebook. Return what `kit watch` shows, and all that
        `kit pack`, plain pytest and the last cell say.
        """
        results = self.watch(name, content)
        packed = self.pack(name, content, results)
        plain = self.plain(name, content) if everywhere else None
        points = {check.name: check.points for check in self.handout.checks}
        passed = {
            check.name for check in report.checks if not check.hidden and check.outcome == Outcome.PASSED
        }
        watched = {each.name for each in results.by_check.values() if each.outcome == Outcome.PASSED}
        assert (set() if results.problem else watched) == passed
        said = " ".join([*packed.fatal, *packed.doubtful])
        assert plain is not None or said or not everywhere, (
            f"{name} ends pytest or the notebook, and nobody says so"
        )
        if plain is not None:
            told = bool(said or plain["problems"])
            assert set(plain["passed"]) == passed or told, f"{name} earns other points in plain pytest"
            said = " ".join([said, *plain["problems"]])
        assert sum(points[each] for each in passed) == sum(points.values()) or said
        return results, said

    def _save(self, name: str, content: bytes) -> None:
        (self.handout.folder / f"{self.handout.module}{Path(name).suffix}").write_bytes(content)

    def _clear(self) -> None:
        for path in self.handout.sources:
            path.unlink(missing_ok=True)

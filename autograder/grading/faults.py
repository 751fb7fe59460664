"""The grader's own failures: tried once more in a fresh pair, then reported as such, never as a silent 0."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from autograder.examiner.environment import describe
from autograder.examiner.report import grader_error
from autograder.kit import Kit
from autograder.records import Report, Submission
from autograder.sandbox.errors import IsolationUnavailable


class Pair(Protocol):
    """An examiner with its sandbox, warm: examines one submission after the other."""

    def wait(self) -> None:
        """Return once it is warm; raises where it cannot start."""

    def examine(self, submission: Submission) -> Report:
        """The report; any exception is the grader's fault."""

    def kill(self) -> None:
        """End it from another thread: a `wait` or `examine` under way raises."""

    def close(self) -> None:
        """End it and release what it holds."""


class Stopped(Exception):
    """The run is being stopped: no report came of this submission, and none is owed."""


class SteadyPair:
    """A pair that is replaced by a fresh one when it fails. One thread examines; any may stop it.

    Where not even a first pair starts, nothing can be graded at all: that alone is raised.
    """

    def __init__(self, kit: Kit, start: Callable[[], Pair], isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._isolation = isolation
        self._pair: Pair | None = None
        self._worked = False
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def examine(self, submission: Submission) -> Report:
        """The report of one submission; raises Stopped, and whatever keeps the first pair from starting."""
        for attempt in (1, 2):
            try:
                report = self._warm().examine(submission)
            except Exception as error:
                if self._stopped:
                    raise Stopped from error
                if not self._worked and (attempt == 2 or isinstance(error, IsolationUnavailable)):
                    raise
                said = f"The examiner failed, also on a second try: {type(error).__name__}: {error}"
                report = grader_error(self._kit, submission, said, describe(self._kit, self._isolation))
            if report.status != "grader_error":
                break
            self.close()
        return report

    def stop(self) -> None:
        """Make the thread that examines give up, from another thread."""
        self._stopped = True
        if (pair := self._pair) is not None:
            pair.kill()

    def _warm(self) -> Pair:
        if self._pair is None:
            self._pair = self._start()
            # `stop` sets its mark before it looks for a pair, so one of the two sees the other.
            if self._stopped:
                raise Stopped
            self._pair.wait()
            self._worked = True
        return self._pair

    def close(self) -> None:
        """End the pair; the next submission gets a fresh one."""
        pair, self._pair = self._pair, None
        if pair is not None:
            pair.close()

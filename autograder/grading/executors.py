"""Who examines a class: the one method that a local run and a cluster have in common, and the local run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Protocol, Self

from ..checks.environment import describe
from ..examiner.report import grader_error
from ..kit import Kit
from ..models import Report, Status, Submission
from ..sandbox.protocol import IsolationUnavailable


class Worker(Protocol):
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


class RetryingWorker:
    """A pair that is replaced by a fresh one when it fails. One thread examines; any may stop it.

    Where not even a first pair starts, nothing can be graded at all: that alone is raised.
    """

    def __init__(self, kit: Kit, start: Callable[[], Worker], isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._isolation = isolation
        self._pair: Worker | None = None
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
            if report.status != Status.GRADER_ERROR:
                break
            self.close()
        return report

    def stop(self) -> None:
        """Make the thread that examines give up, from another thread."""
        self._stopped = True
        if (pair := self._pair) is not None:
            pair.kill()

    def _warm(self) -> Worker:
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


class CannotExamineError(RuntimeError):
    """Nothing can be examined; the text says why and what to do."""


class Executor(Protocol):
    """Examines submissions, which travel to it as data."""

    def examine(self, submissions: Iterable[Submission]) -> Generator[tuple[str, Report], None, None]:
        """Yield each submission's student and report, in the order in which they come.

        `submissions` is drawn from lazily, from one thread at a time. The grader's faults are reports too; an
        exception means that nothing can be examined. Closing the iterator ends all work under way.
        """


class LocalExecutor:
    """Warm pairs on this machine, one thread each; `start` makes a pair (which starts when it is entered)."""

    def __init__(self, kit: Kit, start: Callable[[], Worker], *, jobs: int, isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._jobs = jobs
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[tuple[str, Report], None, None]:
        """Yield reports as they come; see Executor."""
        source, done = _Shared(submissions), SimpleQueue[tuple[str, Report] | BaseException | None]()
        pairs = [RetryingWorker(self._kit, self._start, self._isolation) for _ in range(self._jobs)]
        # A pair may die with the thread that started it, so each thread lives as long as its pair. Daemons: a
        # second Ctrl-C must not wait for them.
        threads = [threading.Thread(target=_work, args=(pair, source, done), daemon=True) for pair in pairs]
        try:
            for thread in threads:
                thread.start()
            working = len(threads)
            while working:
                item = done.get()
                if isinstance(item, BaseException):
                    raise item
                if item is None:
                    working -= 1
                else:
                    yield item
        finally:
            source.stop()
            for pair in pairs:
                pair.stop()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()


class _Shared:
    """An iterator that many threads draw from, one at a time, until it is stopped."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._submissions = iter(submissions)
        self._lock = threading.Lock()
        self._stopped = False

    def __iter__(self) -> Iterator[Submission]:
        while True:
            with self._lock:
                submission = None if self._stopped else next(self._submissions, None)
            if submission is None:
                return
            yield submission

    def stop(self) -> None:
        self._stopped = True


def _work(
    pair: RetryingWorker, source: _Shared, done: SimpleQueue[tuple[str, Report] | BaseException | None]
) -> None:
    try:
        with pair:
            for submission in source:
                done.put((submission.student, pair.examine(submission)))
    except Stopped:
        pass
    except BaseException as error:
        done.put(error)
    finally:
        done.put(None)

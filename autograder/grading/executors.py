"""Examine submissions: what a local run and a cluster have in common, and the local run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from ..checks.environment import describe
from ..examiner.examination import ExaminationLimits
from ..examiner.report import grader_error
from ..kit import Kit
from ..models import Report, Status, Submission
from ..sandbox.protocol import IsolationUnavailable

ATTEMPTS = 2


class CannotExamineError(RuntimeError):
    """Nothing can be examined; the text says why and what to do."""


class Stopped(Exception):
    """The run is being stopped: there is no report of this submission."""


class Examined(NamedTuple):
    """One student's report."""

    student: str
    report: Report


class Executor(Protocol):
    """Examines submissions, which travel to it as data."""

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield the reports in the order in which they are made.

        `submissions` is drawn from lazily, from one thread at a time. The grader's faults are reports too; an
        exception means that nothing can be examined. Closing the iterator ends all work under way.
        """


class Worker(Protocol):
    """An examiner with its sandbox, which examines one submission after the other."""

    def wait(self) -> None:
        """Return once it is ready; raises where it cannot start."""

    def examine(self, submission: Submission) -> Report:
        """Return the report; any exception is the grader's fault."""

    def kill(self) -> None:
        """End it from another thread: a `wait` or `examine` under way raises."""

    def close(self) -> None:
        """End it and release what it holds."""


class RetryingWorker:
    """A worker that is replaced by a fresh one when it fails. One thread examines; any may stop it.

    Where not even a first worker starts, nothing can be graded at all: only that is raised.
    """

    def __init__(self, kit: Kit, start: Callable[[], Worker], isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._isolation = isolation
        self._worker: Worker | None = None
        self._has_started = False
        self._is_stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def examine(self, submission: Submission) -> Report:
        """Return the report; raises Stopped, and whatever keeps the first worker from starting.

        A second try has what the first left of the submission's time; without any, there is none.
        """
        limit = ExaminationLimits.from_kit(self._kit).submission_seconds
        started: float | None = None
        for attempt in range(1, ATTEMPTS + 1):
            if started is not None:
                left = limit - (time.monotonic() - started)
                if left <= 0:
                    break
                submission = replace(submission, seconds_left=left)
            try:
                worker = self._ready()
                started = time.monotonic() if started is None else started
                report = worker.examine(submission)
            except Exception as error:
                if self._is_stopped:
                    raise Stopped from error
                is_last = attempt == ATTEMPTS or isinstance(error, IsolationUnavailable)
                if is_last and not self._has_started:
                    raise
                again = ", also on a second try" if attempt > 1 else ""
                said = f"The examiner failed{again}: {type(error).__name__}: {error}"
                report = grader_error(self._kit, submission, said, describe(self._kit, self._isolation))
            if report.status != Status.GRADER_ERROR:
                break
            self.close()
        return report

    def stop(self) -> None:
        """Make the thread that examines give up, from another thread."""
        self._is_stopped = True
        if (worker := self._worker) is not None:
            worker.kill()

    def close(self) -> None:
        """End the worker; the next submission gets a fresh one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _ready(self) -> Worker:
        if self._worker is None:
            self._worker = self._start()
            # `stop` sets its flag before it looks for a worker, so one of the two threads sees the other.
            if self._is_stopped:
                raise Stopped
            self._worker.wait()
            self._has_started = True
        return self._worker


class LocalExecutor:
    """Workers on this machine, one thread each; `start` makes a worker."""

    def __init__(self, kit: Kit, start: Callable[[], Worker], *, jobs: int, isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._jobs = jobs
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield reports as they are made; see Executor."""
        source, done = _SharedIterator(submissions), SimpleQueue[Examined | BaseException | None]()
        workers = [RetryingWorker(self._kit, self._start, self._isolation) for _ in range(self._jobs)]
        # A worker may die with the thread that started it, so each thread lives as long as its worker.
        # Daemons: a second Ctrl-C must not wait for them.
        threads = [threading.Thread(target=_work, args=(each, source, done), daemon=True) for each in workers]
        try:
            for thread in threads:
                thread.start()
            running = len(threads)
            while running:
                item = done.get()
                if isinstance(item, BaseException):
                    raise item
                if item is None:
                    running -= 1
                else:
                    yield item
        finally:
            source.stop()
            for worker in workers:
                worker.stop()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()


class _SharedIterator:
    """An iterator that many threads draw from, one at a time, until it is stopped."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._submissions = iter(submissions)
        self._lock = threading.Lock()
        self._is_stopped = False

    def __iter__(self) -> Iterator[Submission]:
        while True:
            with self._lock:
                submission = None if self._is_stopped else next(self._submissions, None)
            if submission is None:
                return
            yield submission

    def stop(self) -> None:
        self._is_stopped = True


def _work(
    worker: RetryingWorker, source: _SharedIterator, done: SimpleQueue[Examined | BaseException | None]
) -> None:
    """Examine until the source ends; put reports, what went wrong, and None at the end."""
    try:
        with worker:
            for submission in source:
                done.put(Examined(submission.student, worker.examine(submission)))
    except Stopped:
        pass
    except BaseException as error:
        done.put(error)
    finally:
        done.put(None)

"""Define executors, which examine submissions locally or on a cluster, and provide the local one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from ..checks.environment import describe
from ..examiner.client import KitUnusable
from ..examiner.examination import ExaminationLimits
from ..examiner.scoring import grader_error
from ..kit import Kit
from ..models import Report, Status, Submission
from ..sandbox.protocol import IsolationUnavailable

ATTEMPTS = 2


class CannotExamineError(RuntimeError):
    """Raised if nothing can be examined. The message says why and what to do."""


class Stopped(Exception):
    """Raised if the run is being stopped. The submission has no report."""


class Examined(NamedTuple):
    """The report of one student."""

    student: str
    report: Report


class Executor(Protocol):
    """Examines submissions, which are sent to it in serialized form."""

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield the reports in the order in which they are finished.

        `submissions` is consumed lazily, by one thread at a time. Grader errors are also returned as reports.
        An exception means that nothing can be examined. Closing the iterator stops all work in progress.
        """


class Worker(Protocol):
    """An examiner with its sandbox, which examines one submission at a time."""

    def wait(self) -> None:
        """Wait until the worker is ready. Raises an exception if it cannot start."""

    def examine(self, submission: Submission) -> Report:
        """Return the report. Any exception is an error of the grader."""

    def kill(self) -> None:
        """Stop the worker from another thread. A running `wait` or `examine` then raises."""

    def close(self) -> None:
        """Stop the worker and release its resources."""


class RetryingWorker:
    """A worker that is replaced by a new one when it fails. One thread examines; any thread may stop it.

    An exception is raised only if the first worker cannot start, because then nothing can be graded.
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
        """Return the report. Raises Stopped, or the exception that prevents the first worker from starting.

        A retry has the remaining time of the submission. There is no retry if no time remains.
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
                is_last = attempt == ATTEMPTS or isinstance(error, IsolationUnavailable | KitUnusable)
                if is_last and not self._has_started:
                    raise
                again = ", also on a second try" if attempt > 1 else ""
                message = f"The examiner failed{again}: {type(error).__name__}: {error}"
                report = grader_error(self._kit, submission, message, describe(self._kit, self._isolation))
            if report.status != Status.GRADER_ERROR:
                break
            self.close()
        return report

    def stop(self) -> None:
        """Stop the examination from another thread. It then raises Stopped."""
        self._is_stopped = True
        if (worker := self._worker) is not None:
            worker.kill()

    def close(self) -> None:
        """Stop the worker. The next submission starts a new one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _ready(self) -> Worker:
        if self._worker is None:
            self._worker = self._start()
            # `stop` sets its flag before it reads the worker, so at least one of the threads sees the
            # other's write.
            if self._is_stopped:
                raise Stopped
            self._worker.wait()
            self._has_started = True
        return self._worker


class LocalExecutor:
    """Executor with workers on this machine, one thread per worker. `start` creates a worker."""

    def __init__(self, kit: Kit, start: Callable[[], Worker], *, jobs: int, isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._jobs = jobs
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield reports as they are finished; see Executor."""
        source, done = _SharedIterator(submissions), SimpleQueue[Examined | BaseException | None]()
        workers = [RetryingWorker(self._kit, self._start, self._isolation) for _ in range(self._jobs)]
        # A worker may end with the thread that started it, so each thread lives as long as its worker.
        # Threads are daemons, so that a second Ctrl-C does not wait for them.
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
    """A thread-safe iterator over submissions that can be stopped."""

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
    """Examine submissions until the source ends. Put reports, any exception, and finally None into `done`."""
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

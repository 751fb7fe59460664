"""Who examines a class: the one method that a local run and a cluster have in common, and the local run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import SimpleQueue
from typing import Protocol

from autograder.kit import Kit
from autograder.records import Report, Submission

from .faults import Pair, SteadyPair, Stopped


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

    def __init__(self, kit: Kit, start: Callable[[], Pair], *, jobs: int, isolation: str) -> None:
        self._kit = kit
        self._start = start
        self._jobs = jobs
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[tuple[str, Report], None, None]:
        """Yield reports as they come; see Executor."""
        source, done = _Shared(submissions), SimpleQueue[tuple[str, Report] | BaseException | None]()
        pairs = [SteadyPair(self._kit, self._start, self._isolation) for _ in range(self._jobs)]
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
    pair: SteadyPair, source: _Shared, done: SimpleQueue[tuple[str, Report] | BaseException | None]
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

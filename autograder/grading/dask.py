"""More than one machine: submissions and the kit travel to Dask's workers, reports travel back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, WorkerPlugin, as_completed, get_worker

from ..checks.environment import describe
from ..examiner.client import Examiner
from ..examiner.report import grader_error
from ..kit import Kit
from ..models import Report, Submission
from .executors import CannotExamineError, RetryingWorker, Worker

# In flight for each thread of a worker: one under examination, one on its way.
AHEAD = 2


class ExaminerPlugin(WorkerPlugin):  # type: ignore[misc]  # distributed is not typed
    """What stays warm on a worker: as many pairs as it has threads, made when they are first needed."""

    def __init__(self, kit: bytes, isolation: str) -> None:
        self.name = f"weekly-kits-{Kit.unzip(kit).version}-{isolation}"
        self._kit = kit
        self._isolation = isolation

    def setup(self, worker: Any) -> None:
        """Begin on a worker; called by Dask."""
        self._free: SimpleQueue[RetryingWorker] = SimpleQueue()
        self._all: list[RetryingWorker] = []

    def teardown(self, worker: Any) -> None:
        """End on a worker; called by Dask."""
        for pair in self._all:
            pair.stop()
            pair.close()

    def examine(self, submission: Submission) -> Report:
        """The report of one submission, by a pair that is free."""
        with self._pair() as pair:
            return pair.examine(submission)

    @contextmanager
    def _pair(self) -> Iterator[RetryingWorker]:
        try:
            pair = self._free.get_nowait()
        except Empty:
            kit = Kit.unzip(self._kit)
            start: Callable[[], Worker] = partial(Examiner, kit, isolation=self._isolation)
            pair = RetryingWorker(kit, start, self._isolation)
            self._all.append(pair)
        try:
            yield pair
        finally:
            self._free.put(pair)


def _examine(plugin: str, submission: bytes) -> str:
    """Run by a worker."""
    examiners: ExaminerPlugin = get_worker().plugins[plugin]
    return examiners.examine(Submission.from_bytes(submission)).to_json(review=True)


class DaskExecutor:
    """A cluster's workers; `address` is the scheduler's, or None for what Dask's own configuration says."""

    def __init__(self, kit: Kit, address: str | None, *, isolation: str) -> None:
        self._kit = kit
        self._address = address
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[tuple[str, Report], None, None]:
        """Yield reports as they come; see Executor. A worker that is lost costs nothing but time."""
        plugin = ExaminerPlugin(self._kit.zip(), self._isolation)
        source = iter(submissions)
        with self._client() as client:
            client.register_plugin(plugin)
            client.wait_for_workers(1)
            under_way: dict[Future, Submission] = {}

            def send() -> Iterator[Future]:
                while len(under_way) < AHEAD * max(1, sum(client.nthreads().values())):
                    if (submission := next(source, None)) is None:
                        return
                    future = client.submit(_examine, plugin.name, submission.to_bytes(), pure=False)
                    under_way[future] = submission
                    yield future

            coming = as_completed(list(send()), loop=client.loop)
            try:
                for future in coming:
                    submission = under_way.pop(future)
                    yield submission.student, self._report(future, submission)
                    coming.update(list(send()))
            finally:
                client.cancel(list(under_way))
                client.unregister_worker_plugin(plugin.name)

    def _client(self) -> Client:
        if self._address is None and not dask.config.get("scheduler-address", None):
            raise CannotExamineError(
                "Dask's configuration names no scheduler: set DASK_SCHEDULER_ADDRESS, or use --scheduler tcp://…"
            )
        try:
            return Client(self._address, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CannotExamineError(f"No Dask scheduler answers at {self._address}: {error}") from error

    def _report(self, future: Future, submission: Submission) -> Report:
        try:
            return Report.from_json(future.result())
        except KilledWorker as error:
            said = f"Every worker that examined this submission was lost: {error}"
            return grader_error(self._kit, submission, said, describe(self._kit, self._isolation))

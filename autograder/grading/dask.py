"""Grade on a Dask cluster: send the kit and submissions to its workers, and receive reports."""

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
from ..examiner.scoring import grader_error
from ..kit import Kit
from ..models import Report, Submission
from .executors import CannotExamineError, Examined, RetryingWorker, Worker

# Submissions per thread of a worker: one being examined and one queued.
SUBMISSIONS_PER_THREAD = 2


class ExaminerPlugin(WorkerPlugin):  # type: ignore[misc]  # distributed is not typed
    """The examiners of a Dask worker: at most one per thread, started when first needed."""

    def __init__(self, kit: bytes, isolation: str, result_cache: bool = True) -> None:
        self.name = f"weekly-kits-{Kit.unzip(kit).version}-{isolation}-{result_cache}"
        self._kit = kit
        self._result_cache = result_cache
        self._isolation = isolation

    def setup(self, worker: Any) -> None:
        """Set up a worker. Called by Dask."""
        self._free: SimpleQueue[RetryingWorker] = SimpleQueue()
        self._all: list[RetryingWorker] = []

    def teardown(self, worker: Any) -> None:
        """Tear down a worker. Called by Dask."""
        for examiner in self._all:
            examiner.stop()
            examiner.close()

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission, using a free examiner."""
        with self._free_examiner() as examiner:
            return examiner.examine(submission)

    @contextmanager
    def _free_examiner(self) -> Iterator[RetryingWorker]:
        try:
            examiner = self._free.get_nowait()
        except Empty:
            kit = Kit.unzip(self._kit)
            start: Callable[[], Worker] = partial(
                Examiner, kit, isolation=self._isolation, result_cache=self._result_cache
            )
            examiner = RetryingWorker(kit, start, self._isolation)
            self._all.append(examiner)
        try:
            yield examiner
        finally:
            self._free.put(examiner)


def _examine(plugin: str, submission: bytes) -> str:
    """Return the JSON report of a serialized submission. Runs on a Dask worker."""
    examiners: ExaminerPlugin = get_worker().plugins[plugin]
    return examiners.examine(Submission.from_bytes(submission)).to_json(internal=True)


class DaskExecutor:
    """Executor on a cluster. `address` is the scheduler's, or None for the one in Dask's configuration."""

    def __init__(self, kit: Kit, address: str | None, *, isolation: str, result_cache: bool = True) -> None:
        self._kit = kit
        self._result_cache = result_cache
        self._address = address
        self._isolation = isolation

    def examine(self, submissions: Iterable[Submission]) -> Generator[Examined, None, None]:
        """Yield reports as they arrive; see Executor. Submissions of a failed worker are sent to another."""
        plugin = ExaminerPlugin(self._kit.zip(), self._isolation, self._result_cache)
        source = iter(submissions)
        with self._client() as client:
            client.register_plugin(plugin)
            client.wait_for_workers(1)
            pending: dict[Future, Submission] = {}

            def send() -> Iterator[Future]:
                while len(pending) < SUBMISSIONS_PER_THREAD * max(1, sum(client.nthreads().values())):
                    if (submission := next(source, None)) is None:
                        return
                    future = client.submit(_examine, plugin.name, submission.to_bytes(), pure=False)
                    pending[future] = submission
                    yield future

            coming = as_completed(list(send()), loop=client.loop)
            try:
                for future in coming:
                    submission = pending.pop(future)
                    yield Examined(submission.student, self._report(future, submission))
                    coming.update(list(send()))
            finally:
                client.cancel(list(pending))
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
            message = f"Every worker that examined this submission was lost: {error}"
            return grader_error(self._kit, submission, message, describe(self._kit, self._isolation))

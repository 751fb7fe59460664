"""Run the checks of one task, or reuse cached results if the submission's replies match a stored trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..declared_checks import Check
from ..models import Outcome
from ..wire.call_messages import Returned
from .check_events import (
    CheckEvent,
    CheckFinished,
    CheckStarted,
    NetworkReturned,
    TaskReplied,
    TraceRecorded,
    TrainingFinished,
)
from .failures import Skipped
from .network_summary import read_network
from .proxies import Calls
from .result_cache import CachedCheck, CachedResults, Call, ResultCache, Trace, next_key, portable_digest
from .results import result_of
from .session import CheckSession, MemoryMonitor
from .training_cache import Training, TrainingCache

Emit = Callable[[CheckEvent], None]


@dataclass(frozen=True)
class CheckRunner:
    """Runs checks on the submission behind `calls`.

    `prepare` is called before every check, so that no check depends on what ran before it. With `fail_fast`,
    the remaining checks of a task are skipped after its first failure.
    """

    session: CheckSession
    calls: Calls
    cache: ResultCache
    trainings: TrainingCache | None
    prepare: Callable[[], None]
    emit: Emit
    fail_fast: bool = False
    memory: MemoryMonitor = field(default_factory=MemoryMonitor)
    _failed: dict[str, str] = field(default_factory=dict, init=False)

    def run_checks(self, checks: Sequence[Check]) -> None:
        """Run or skip `checks`, which belong to one task and share its calls, and emit each result."""
        if self.fail_fast and (failed := self._failed.get(checks[0].task)):
            for check in checks:
                self.emit(CheckFinished(result_of(check, Skipped(failed), 0.0)))
            return
        started = time.monotonic()
        self.calls.made.clear()
        # The first check is the running one while a stored trace is followed, in case a call does not return.
        self.emit(CheckStarted(checks[0].name))
        start = " ".join(check.name for check in checks)
        if (cached := self._follow(start)) is not None:
            self._reuse(cached, time.monotonic() - started)
        else:
            self._run(checks, start)
        if (digest := self._digest(start)) is not None:
            self.emit(TaskReplied(checks[0].task, digest))
        self._report_network(checks[0])

    def _digest(self, key: str) -> str | None:
        """Return a digest of all replies to the checks, or None if an equal submission may reply differently.

        It does not depend on the process, on other submissions or on other tasks.
        """
        for made in self.calls.made:
            if (digest := portable_digest(made.reply)) is None:
                return None
            key = next_key(key, digest)
        return key

    def _follow(self, key: str) -> CachedResults | None:
        """Make the calls of stored traces while the replies match; return the results of a complete trace."""
        digester = self.cache.digester()
        while isinstance(step := self.cache.step(key), Call):
            digest = digester.digest(self.calls.request(step.function, step.request), step.request)
            if digest is None:
                return None
            key = next_key(key, digest)
        return step

    def _reuse(self, cached: CachedResults, seconds: float) -> None:
        """Emit cached results. The first one reports the time of this submission's calls in seconds."""
        for check in cached.checks:
            self.emit(CheckStarted(check.result.name))
            for training in check.trainings:
                self.emit(TrainingFinished(training))
            self.emit(CheckFinished(replace(check.result, seconds=round(seconds, 3)), check.failed_call))
            seconds = 0.0

    def _report_network(self, check: Check) -> None:
        """Emit a summary of the first answer to a public check, if it is a network."""
        reply = self.calls.made[0].reply if self.calls.made and not check.hidden else None
        if isinstance(reply, Returned) and (network := read_network(check.task, reply)):
            self.emit(NetworkReturned(network))

    def _run(self, checks: Sequence[Check], start: str) -> None:
        """Run the checks, and emit their trace if other submissions may reuse it."""
        self.calls.made.clear()  # `_follow` has made calls
        finished: list[CachedCheck] = []
        trainings: list[Training] = []

        def begin(check: Check) -> None:
            trainings.clear()
            self.calls.begin_check(check.name)
            self.emit(CheckStarted(check.name))
            self.prepare()

        def report(training: Training) -> None:
            self.emit(TrainingFinished(training))
            trainings.append(replace(training, data=None))

        if self.trainings:
            self.trainings.report = report
        for found in self.session.examine(checks, begin, self.fail_fast, self.calls.used_handles):
            self.emit(found)
            finished.append(CachedCheck(replace(found.result, seconds=0.0), found.failed_call, (*trainings,)))
            if self.fail_fast and found.result.outcome != Outcome.PASSED:
                self._failed.setdefault(found.result.task, found.result.name)
            self.memory.collect_if_grown()
        if checks[0].task not in self._failed:
            self._record(start, CachedResults(tuple(finished)))

    def _record(self, start: str, end: CachedResults) -> None:
        """Emit the trace of the calls made, if the replies alone determine the results."""
        digester = self.cache.digester()
        messages = " ".join(check.result.message for check in end.checks)
        calls = []
        for made in self.calls.made:
            digest = digester.digest(made.reply, made.request)
            names = self.cache.generated_names(made.reply, made.request)
            if digest is None or any(name in messages for name in names):
                return
            calls.append((Call.from_request(made.function, made.request), digest))
        trace = Trace(start, tuple(calls), end)
        if trace.repeatable:
            self.emit(TraceRecorded(trace))

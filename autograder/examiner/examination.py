"""Examine one submission: select its source, load it in the sandbox, run all checks, compose the report."""

from __future__ import annotations

import importlib
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..checks.check_events import (
    CheckEvent,
    OutputCaptured,
    SourceSelected,
    SubmissionLoaded,
    TraceRecorded,
    TrainingFinished,
)
from ..checks.environment import describe, device
from ..checks.failures import SubmissionFailed, call_failed
from ..checks.proxies import Calls, Proxies
from ..checks.result_cache import ResultCache
from ..checks.runner import CheckRunner
from ..checks.session import MIB, CheckSession, MemoryMonitor
from ..checks.training_cache import TrainingCache
from ..declared_checks import Check
from ..kit import Kit
from ..models import Outcome, Report, Submission
from ..sandbox.protocol import BadReply, ChildTimedOut, SandboxFailure
from ..sandbox.sandbox import Sandbox
from ..submissions.file_selection import select
from ..wire.call_messages import CallRequest, Failed, Returned
from . import fork
from .event_collector import EventCollector
from .scoring import compose, unreadable

# Fraction of the call timeout that remains for a function that timed out before.
REDUCED_TIME = 0.25
# A fork that has grown by more than this ends after the current task. A new fork runs the other checks.
RESTART_BYTES = 512 * MIB


@dataclass(frozen=True)
class ExaminationLimits:
    """Time limits in seconds, in addition to those of the sandbox.

    `check_seconds` limits one check with all its calls and trainings. `submission_seconds` limits the whole
    examination: loading, calls, checks, and a retry after a grader error.
    """

    check_seconds: float = 120.0
    submission_seconds: float = 300.0

    @classmethod
    def from_kit(cls, kit: Kit) -> Self:
        """Return the limits in a kit's `[limits]`, with defaults for missing keys."""
        given = kit.config.limits.given()
        return cls(**{name: float(given[name]) for name in cls.__dataclass_fields__ if name in given})


def sandbox_limits(kit: Kit) -> dict[str, Any]:
    """Return the limits in a kit's `[limits]` that are those of the sandbox, by their field of `Limits`."""
    names = ExaminationLimits.__dataclass_fields__
    return {name: value for name, value in kit.config.limits.given().items() if name not in names}


class SubmissionClient:
    """Calls functions of the submission that `sandbox` has loaded, each with a timeout of `seconds`.

    After a function times out once, its later calls have a shorter timeout, so that an endless loop uses the
    full time only once. All calls of one check with answers that stay in the sandbox share one timeout.
    """

    def __init__(self, sandbox: Sandbox, seconds: float) -> None:
        self._sandbox = sandbox
        self._seconds = seconds
        self._endless: set[str] = set()
        self._used: defaultdict[str, float] = defaultdict(float)

    def __call__(self, function: str, request: CallRequest) -> Returned:
        """Return the reply. Raises SubmissionFailed."""
        check = request.turn.check if request.turn else None
        limit = self._seconds * (REDUCED_TIME if function in self._endless else 1)
        seconds = limit - self._used[check] if check else limit
        started = time.monotonic()
        try:
            reply = self._sandbox.call(function, request, max(seconds, 0.0))
        except ChildTimedOut:
            shared = check is not None and seconds < limit
            text = _timeout_text(function, limit, shared=shared, again=function in self._endless)
            self._endless.add(function)
            raise SubmissionFailed(Outcome.TIMED_OUT, text) from None
        except BadReply as error:
            raise SubmissionFailed(
                Outcome.CRASHED, f"The reply of {function} could not be read: {error}"
            ) from None
        except SandboxFailure as error:
            raise SubmissionFailed(Outcome.CRASHED, f"{function} ended its process: {error}") from None
        finally:
            if check:
                self._used[check] += time.monotonic() - started
        if isinstance(reply, Failed):
            raise call_failed(function, reply)
        return reply


def _timeout_text(function: str, limit: float, *, shared: bool, again: bool) -> str:
    """Return the message for a call that did not return within `limit` seconds.

    `shared` says whether earlier calls of the check used part of the time, `again` whether an earlier call of
    the function did not return either.
    """
    together = " together with the check's earlier calls" if shared else ""
    reduced = ", a lower limit after an earlier timeout" if again else ""
    return f"{function} did not return within {limit:g} s{together}{reduced}: is there an endless loop?"


def _ignore(event: CheckEvent) -> None:
    """Ignore an event."""


@dataclass(frozen=True)
class Examination:
    """State of the warm process that is shared by all submissions.

    `watch` is called with every event when it arrives.
    """

    kit: Kit
    session: CheckSession
    proxies: Proxies
    sandbox: Sandbox
    trainings: TrainingCache | None
    result_cache: ResultCache
    prepare: Callable[[], None]
    call_seconds: float
    limits: ExaminationLimits
    isolation: str
    watch: Callable[[CheckEvent], None] = _ignore

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission. Raises an exception only for an error of the grader."""
        started = time.monotonic()
        if any(file.name.endswith(".ipynb") for file in submission.files):
            # Notebooks with magics need this module. Import it once, before forking.
            importlib.import_module("IPython.core.inputtransformer2")
        seconds_left = math.inf if submission.seconds_left is None else submission.seconds_left
        deadline = started + min(self.limits.submission_seconds, seconds_left)
        collector = EventCollector(self.kit, submission.problem, submission.tasks)
        while collector.problem is None and collector.remaining:
            self._examine_in_fork(submission, collector, deadline)
        environment = describe(self.kit, self.isolation, collector.device)
        seconds = time.monotonic() - started
        if collector.problem is not None:
            return unreadable(self.kit, submission, collector, seconds, environment)
        return compose(self.kit, submission, collector, seconds, environment)

    def _examine_in_fork(self, submission: Submission, collector: EventCollector, deadline: float) -> None:
        """Run the remaining checks in a fork. A check that ends the fork has crashed or timed out."""
        checks = collector.remaining

        def work(emit: fork.Emit) -> None:
            self._work(submission, checks, emit)

        try:
            for event in fork.run(work, self.limits.check_seconds, fork.Bounds(), CheckEvent, deadline):
                collector.record(event)
                self.watch(event)
                match event:
                    case TrainingFinished(training=training) if self.trainings:
                        self.trainings.store(training)
                    case TraceRecorded(trace=trace):
                        self.result_cache.store(trace)
        except fork.DeadlinePassed:
            collector.end_at_limit(self.limits.submission_seconds)
        except fork.TimedOut as end:
            collector.interrupt(Outcome.TIMED_OUT, str(end))
        except fork.Crashed as end:
            collector.interrupt(Outcome.CRASHED, str(end))
        finally:
            self.sandbox.clear()

    def _work(self, submission: Submission, checks: Sequence[Check], emit: fork.Emit) -> None:
        """Load the submission and run checks in the fork. Return early if memory has grown too much."""
        memory = MemoryMonitor()
        if not self._load(submission, emit):
            return
        calls = Calls(SubmissionClient(self.sandbox, self.call_seconds), self.kit.config.remote)
        self.proxies.attach(calls)
        runner = CheckRunner(
            session=self.session,
            calls=calls,
            cache=self.result_cache,
            trainings=self.trainings,
            prepare=self.prepare,
            emit=emit,
            fail_fast=submission.fail_fast,
            memory=memory,
        )
        for hidden in (False, True):
            for task in self.kit.tasks:
                if together := [check for check in checks if (check.hidden, check.task) == (hidden, task)]:
                    if memory.growth > RESTART_BYTES:
                        emit(OutputCaptured(self.sandbox.output(), hidden))
                        return
                    runner.run_checks(together)
            emit(OutputCaptured(self.sandbox.output(), hidden))

    def _load(self, submission: Submission, emit: fork.Emit) -> bool:
        """Select a file of the submission and load it in the sandbox; return whether that succeeded."""
        selection = select(submission, self.kit.module, self.kit.tasks)
        emit(
            SourceSelected(
                problem=selection.problem,
                notes=tuple(selection.notes),
                review=tuple(selection.review),
                device=device(),
                source="\n\n\n".join(selection.source.cells) if selection.source else "",
            )
        )
        if selection.source is None:
            return False
        loaded = self.sandbox.load(selection.source)
        emit(SubmissionLoaded(loaded.problem, loaded.notes, self.sandbox.output()))
        return not loaded.problem

"""One submission, examined: read, loaded in the sandbox, put to every check, and reported."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..check_files import Check
from ..checks.environment import describe, device
from ..checks.failures import SubmissionFailed, call_failed
from ..checks.proxies import Calls, Proxies
from ..checks.result_cache import ResultCache, Trace
from ..checks.runner import CheckRunner
from ..checks.session import CheckSession
from ..checks.training_cache import Training, TrainingCache
from ..kit import Kit
from ..models import Outcome, Report, Submission
from ..sandbox.protocol import BadReply, ChildTimedOut, SandboxFailure
from ..sandbox.sandbox import Sandbox
from ..submissions.selection import select
from ..wire.frames import Frame
from . import fork
from .report import EventCollector, compose, unreadable

# Between two signs of life of the examining fork, such as the ends of two checks.
CHECK_SECONDS = 120.0


def check_seconds(kit: Kit) -> float:
    """How long one check may take, all its calls and trainings together."""
    return kit.config.limits.check_seconds or CHECK_SECONDS


def sandbox_limits(kit: Kit) -> dict[str, Any]:
    """Return the kit's limits for `Limits.from_table`."""
    ours = ("check_seconds", "submission_seconds")
    return {name: value for name, value in kit.config.limits.given().items() if name not in ours}


# What a function that once did not return has left of its time: an endless loop costs the whole of it once.
LESS = 0.25


class SubmissionClient:
    """Calls functions of the submission that `sandbox` has loaded, each within `seconds`."""

    def __init__(self, sandbox: Sandbox, seconds: float) -> None:
        self._sandbox = sandbox
        self._seconds = seconds
        self._endless: set[str] = set()

    def __call__(self, function: str, request: Frame) -> Frame:
        """Return the reply's frame; raises SubmissionFailed."""
        seconds = self._seconds * (LESS if function in self._endless else 1)
        try:
            reply = self._sandbox.call(function, request, seconds)
        except ChildTimedOut:
            again = ", all that it has after it did not return before" if function in self._endless else ""
            self._endless.add(function)
            said = f"{function} did not return within {seconds:g} s{again}: is there an endless loop?"
            raise SubmissionFailed(Outcome.TIMED_OUT, said) from None
        except BadReply as error:
            raise SubmissionFailed(
                Outcome.CRASHED, f"The reply of {function} could not be read: {error}"
            ) from None
        except SandboxFailure as error:
            raise SubmissionFailed(Outcome.CRASHED, f"{function} ended its process: {error}") from None
        if "raised" in reply.head:
            raise call_failed(function, reply.head["raised"])
        return reply


def _nobody(event: fork.Event) -> None:
    """Watches nothing."""


@dataclass(frozen=True)
class Examination:
    """Everything that stays the same from one submission to the next, in the warm process.

    `watch` is told every event as it comes in.
    """

    kit: Kit
    session: CheckSession
    proxies: Proxies
    sandbox: Sandbox
    trainings: TrainingCache | None
    replays: ResultCache
    prepare: Callable[[], None]
    call_seconds: float
    check_seconds: float
    isolation: str
    watch: fork.Emit = _nobody

    def examine(self, submission: Submission) -> Report:
        """Return the report of one submission; raises only where the grader itself is at fault."""
        started = time.monotonic()
        if any(file.name.endswith(".ipynb") for file in submission.files):
            # Notebooks with magics need it, in a fork; imported there, it would cost each of them anew.
            importlib.import_module("IPython.core.inputtransformer2")
        progress = EventCollector(self.kit, problem=submission.problem)
        while progress.problem is None and progress.left:
            self._examine_in_fork(submission, progress)
        environment = describe(self.kit, self.isolation, progress.device)
        seconds = time.monotonic() - started
        if progress.problem is not None:
            return unreadable(self.kit, submission, progress, seconds, environment)
        return compose(self.kit, submission, progress, seconds, environment)

    def _examine_in_fork(self, submission: Submission, progress: EventCollector) -> None:
        """Put what is left to the submission; where an answer ends the fork, its check crashed."""
        checks = progress.left

        def work(emit: fork.Emit) -> None:
            self._in_fork(submission, checks, emit)

        try:
            for event in fork.run(work, self.check_seconds, fork.Bounds()):
                progress.take(event)
                self.watch(event)
                if self.trainings and "trained" in event:
                    self.trainings.keep(Training.from_event(event["trained"]))
                if "path" in event:
                    self.replays.keep(Trace.from_event(event["path"]))
        except (fork.TimedOut, fork.Crashed) as end:
            progress.cut(end)
        finally:
            self.sandbox.clear()

    def _in_fork(self, submission: Submission, checks: Sequence[Check], emit: fork.Emit) -> None:
        chosen = select(submission, self.kit.module, self.kit.tasks)
        review = [(note.reason.value, note.text) for note in chosen.review]
        emit({"notes": chosen.notes, "review": review, "problem": chosen.problem, "device": device()})
        if chosen.source is None:
            return
        loaded = self.sandbox.load(chosen.source)
        emit({"notes": list(loaded.notes), "problem": loaded.problem})
        if loaded.problem:
            return
        calls = Calls(SubmissionClient(self.sandbox, self.call_seconds))
        self.proxies.attach(calls)
        putting = CheckRunner(
            self.session, calls, self.replays, self.trainings, self.prepare, emit, submission.fail_fast
        )
        for hidden in (False, True):
            for task in self.kit.tasks:
                if together := [check for check in checks if (check.hidden, check.task) == (hidden, task)]:
                    putting.put(together)
            emit({"hidden_output" if hidden else "output": self.sandbox.output()})

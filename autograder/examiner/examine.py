"""One submission, examined: read, loaded in the sandbox, put to every check, and reported."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..intake import choose
from ..kit import Check, Kit
from ..records import Report, Submission
from ..sandbox import Sandbox
from . import fork
from .calling import Calling
from .environment import describe, device
from .progress import Progress
from .proxies import Calls, Proxies
from .putting import Putting
from .replay import Path, Replays
from .report import compose, unreadable
from .session import CheckSession
from .trainings import Trained, Trainings


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
    trainings: Trainings | None
    replays: Replays
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
        progress = Progress(self.kit, problem=submission.problem)
        while progress.problem is None and progress.left:
            self._examine_in_fork(submission, progress)
        environment = describe(self.kit, self.isolation, progress.device)
        seconds = time.monotonic() - started
        if progress.problem is not None:
            return unreadable(self.kit, submission, progress, seconds, environment)
        return compose(self.kit, submission, progress, seconds, environment)

    def _examine_in_fork(self, submission: Submission, progress: Progress) -> None:
        """Put what is left to the submission; where an answer ends the fork, its check crashed."""
        checks = progress.left

        def work(emit: fork.Emit) -> None:
            self._in_fork(submission, checks, emit)

        try:
            for event in fork.run(work, self.check_seconds, fork.Bounds()):
                progress.take(event)
                self.watch(event)
                if self.trainings and "trained" in event:
                    self.trainings.keep(Trained.from_event(event["trained"]))
                if "path" in event:
                    self.replays.keep(Path.from_event(event["path"]))
        except (fork.Overdue, fork.Died) as end:
            progress.cut(end)
        finally:
            self.sandbox.clear()

    def _in_fork(self, submission: Submission, checks: Sequence[Check], emit: fork.Emit) -> None:
        chosen = choose(submission, self.kit.module, self.kit.tasks)
        emit({"notes": list(chosen.notes), "problem": chosen.problem, "device": device()})
        if chosen.source is None:
            return
        loaded = self.sandbox.load(chosen.source)
        emit({"notes": list(loaded.notes), "problem": loaded.problem})
        if loaded.problem:
            return
        calls = Calls(Calling(self.sandbox, self.call_seconds))
        self.proxies.attach(calls)
        putting = Putting(
            self.session, calls, self.replays, self.trainings, self.prepare, emit, submission.brief
        )
        for hidden in (False, True):
            for task in self.kit.tasks:
                if together := [check for check in checks if (check.hidden, check.task) == (hidden, task)]:
                    putting.put(together)
            emit({"hidden_output" if hidden else "output": self.sandbox.output()})

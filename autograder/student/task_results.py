"""Keep the results of the public checks by task, updated by the events of successive runs."""

from __future__ import annotations

import ast
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..checks.check_events import CheckStarted
from ..checks.results import make_result
from ..declared_checks import Check
from ..language import gettext as _
from ..models import CheckResult, Outcome, Source
from ..source_code import definitions, try_parse
from ..wire.call_messages import FailureKind
from .handout import Handout
from .worker_process import (
    CallFinished,
    CallOverdue,
    CallStarted,
    CheckReported,
    Location,
    PictureDrawn,
    ProcessEnded,
    QuickChecksFinished,
    RunEvent,
    RunFailed,
    RunFinished,
    SourceChosen,
    SourceLoaded,
)

CHECK_SECONDS = 120.0
# The process that runs a call reports when its time is over. If it cannot, it is stopped a little later.
GRACE_SECONDS = 5.0


class State(StrEnum):
    """State of a task. WAITING means that the checks run so far pass and others have not run yet."""

    SOLVED = "solved"
    WRONG = "wrong"
    WAITING = "waiting"
    UNTOUCHED = "untouched"
    UNKNOWN = "unknown"


# Order in which tasks need attention.
ATTENTION = (State.WRONG, State.UNTOUCHED, State.WAITING, State.UNKNOWN)


@dataclass
class Results:
    """Results of successive runs. A check that the current run has not reached keeps its earlier result.

    `by_check` and `locations` are by the name of the check, `definitions` and `pictures` by task. `chosen` is
    the file that was checked, and `problem` says why no check can run.
    """

    handout: Handout
    by_check: dict[str, CheckResult] = field(default_factory=dict)
    locations: dict[str, Sequence[Location]] = field(default_factory=dict)
    definitions: dict[str, Location] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    chosen: str | None = None
    problem: str | None = None
    # The line that the problem names.
    excerpt: str = ""
    # An answer file that is gone.
    missing: str = ""
    notes: list[str] = field(default_factory=list)
    # Tasks that are solved in the current run and were not in the previous one.
    news: list[str] = field(default_factory=list)
    running: Check | None = None
    over: bool = True
    # Seconds from the start of the run to the last check that does not train.
    quick_seconds: float | None = None
    # Whether a function of the student is running, and the report that it takes too long.
    _calling: bool = False
    _overdue: CallOverdue | None = None
    # The names of the checks without a result in the current run.
    _remaining: list[str] = field(default_factory=list)
    # The tasks that were solved before the current run.
    _solved_before: set[str] = field(default_factory=set)
    # The names of the checks that found an unchanged stub.
    _unwritten: set[str] = field(default_factory=set)
    _is_first_run: bool = True
    # When the current run started and when its last event arrived, as `time.monotonic()` values.
    _started: float = 0.0
    _last_event: float = 0.0

    def begin(self, first: Collection[str] = ()) -> list[str]:
        """Start a run of all checks. Return their names, beginning with the tasks in `first`."""
        self._is_first_run = not self.by_check
        self._solved_before = {task for task in self.handout.tasks if self.state(task) == State.SOLVED}
        in_order = sorted(self.handout.checks, key=lambda check: check.task not in first)
        self._remaining = [check.name for check in in_order]
        self._started = self._last_event = time.monotonic()
        self.news, self.running, self.quick_seconds, self.over = [], None, None, False
        return list(self._remaining)

    def record(self, event: RunEvent) -> None:
        """Record one event of the current run."""
        self._last_event = time.monotonic()
        match event:
            case SourceChosen():
                self.chosen, self.notes = event.filename, list(event.notes)
                self.problem, self.excerpt, self.missing = event.problem, event.excerpt, event.missing
            case SourceLoaded():
                self.notes += event.notes
                self.definitions, self.problem, self.excerpt = event.definitions, event.problem, event.excerpt
            case CheckStarted(check=name):
                self.running = self._check(name)
            case CallStarted():
                self._calling, self._overdue = True, None
            case CallFinished():
                self._calling = False
            case CallOverdue():
                self._overdue = event
            case CheckReported(result=result, locations=locations, kind=kind) if (
                result.name in self._remaining
            ):
                self._settle(result, locations, kind)
            case QuickChecksFinished() if self.quick_seconds is None:
                self.quick_seconds = self._last_event - self._started
            case PictureDrawn(task=task, picture=picture):
                self.pictures[task] = picture
            case RunFailed(traceback=text):
                self._stop(_("The checks could not be run.\n{text}", text=text))
            case ProcessEnded():
                self._interrupt(Outcome.CRASHED)
            case RunFinished():
                self.over, self.running = True, None

    def restart_timeout(self) -> None:
        """Restart the timeout of the current run."""
        self._last_event = time.monotonic()

    def seconds_left(self) -> float:
        """Return the seconds until the current run times out."""
        if self.running is None:
            limit = self.handout.limit("load_seconds") + GRACE_SECONDS
        else:
            limit = self._call_seconds + GRACE_SECONDS if self._calling else CHECK_SECONDS
        return self._last_event + limit - time.monotonic()

    def end_overdue(self) -> list[str]:
        """Time out the running check or the loading of the file. Return the names of the remaining checks."""
        self._interrupt(Outcome.TIMED_OUT)
        return self.remaining

    @property
    def remaining(self) -> list[str]:
        """Return the names of the checks without a result in the current run."""
        return list(self._remaining)

    def state(self, task: str) -> State:
        """Return the state of a task."""
        names = {check.name for check in self.checks_of(task)}
        waiting = names & set(self._remaining)
        outcomes = {self.by_check[name].outcome for name in names & set(self.by_check)}
        if waiting and waiting != names:
            outcomes = {self.by_check[name].outcome for name in names - waiting}
        if not outcomes:
            return State.UNKNOWN
        if outcomes == {Outcome.NOT_ATTEMPTED}:
            return State.UNTOUCHED
        if outcomes != {Outcome.PASSED}:
            return State.WRONG
        earlier = {name: self.by_check[name].outcome for name in waiting & set(self.by_check)}
        passed = {name for name, outcome in earlier.items() if outcome == Outcome.PASSED}
        return State.WAITING if waiting - passed else State.SOLVED

    def checks_of(self, task: str) -> list[Check]:
        """Return the public checks of a task."""
        return [check for check in self.handout.checks if check.task == task]

    @property
    def foremost(self) -> str | None:
        """Return the task that most needs attention, by ATTENTION, or None if all are solved."""
        for state in ATTENTION:
            for task in self.handout.tasks:
                if self.state(task) == state and self.checks_of(task):
                    return task
        return None

    def points(self, task: str | None = None) -> tuple[float, float]:
        """Return the public points earned and the maximum, of one task or of all."""
        checks = [check for check in self.handout.checks if task in (None, check.task)]
        earned = sum(self.by_check[check.name].points for check in checks if check.name in self.by_check)
        return earned, sum(check.points for check in checks)

    def failing(self, task: str) -> CheckResult | None:
        """Return the first failing check of a task, else the first one not attempted, else None."""
        found = [self.by_check[check.name] for check in self.checks_of(task) if check.name in self.by_check]
        found = [result for result in found if result.name not in self._remaining] or found
        wrong = [result for result in found if result.outcome not in (Outcome.PASSED, Outcome.NOT_ATTEMPTED)]
        return next(iter([*wrong, *(result for result in found if result.outcome != Outcome.PASSED)]), None)

    def locations_of(self, result: CheckResult) -> Sequence[Location]:
        """Return the student's lines to look at: those that raised, else the definition of the task."""
        defined = self.definitions.get(result.task)
        return self.locations.get(result.name) or ([defined] if defined else [])

    def is_unwritten(self, result: CheckResult) -> bool:
        """Return whether a check found its task to be an unchanged stub."""
        return result.name in self._unwritten

    @property
    def solved(self) -> bool:
        """Return whether every public check passes."""
        return all(self.state(task) == State.SOLVED for task in self.handout.tasks if self.checks_of(task))

    @property
    def _call_seconds(self) -> float:
        return self.handout.limit("call_seconds")

    @property
    def is_overdue(self) -> bool:
        """Return whether the running call has reached its time limit."""
        return self._calling and self._overdue is not None

    def _check(self, name: str) -> Check:
        return next(check for check in self.handout.checks if check.name == name)

    def _settle(
        self, result: CheckResult, locations: Sequence[Location] = (), kind: FailureKind | None = None
    ) -> None:
        self.by_check[result.name], self.locations[result.name] = result, locations
        self._unwritten.discard(result.name)
        if kind == FailureKind.STUB:
            self._unwritten.add(result.name)
        self.running, self._calling = None, False
        self._remaining.remove(result.name)
        task = result.task
        state = self.state(task)
        if state not in (State.WAITING, State.SOLVED):
            self.pictures.pop(task, None)
        elif state == State.SOLVED and not self._is_first_run and task not in self._solved_before:
            self.news.append(task)

    def _interrupt(self, outcome: Outcome) -> None:
        """End the checks of the running task early, or the whole run if it was loading the file."""
        if (running := self.running) is None:
            self._stop(self._loading_problem(outcome))
            return
        message, locations = self._interruption(running, outcome)
        for check in self.checks_of(running.task):
            if check.name in self._remaining:
                self._settle(make_result(check, outcome, message), locations)
        self.over = not self._remaining

    def _loading_problem(self, outcome: Outcome) -> str:
        """Return why the file could not be loaded to its end."""
        limit = self.handout.limit("load_seconds")
        why = (
            _("took more than {limit:g} s", limit=limit)
            if outcome == Outcome.TIMED_OUT
            else _("ended its process")
        )
        return _(
            "{chosen} {why} while it was loaded: what does it do outside functions?",
            chosen=self.chosen,
            why=why,
        )

    def _interruption(self, check: Check, outcome: Outcome) -> tuple[str, Sequence[Location]]:
        """Return why a check ended early, and the student's lines that it was executing."""
        task = check.task
        if outcome != Outcome.TIMED_OUT:
            return _("{task} ended its process instead of returning.", task=task), ()
        limit = self._call_seconds if self._calling else CHECK_SECONDS
        overdue = self._overdue if self._calling else None
        locations: Sequence[Location] = overdue.locations if overdue else ()
        if overdue and overdue.trains:
            message = _(
                "{task} was still training, in `fit`, after {limit:g} s, and the grader does not wait "
                "longer either. Does this task ask for training? If so, train fewer epochs.",
                task=task,
                limit=limit,
            )
        else:
            what = _("{task} did not return", task=task) if self._calling else _("The check was not done")
            message = _("{what} within {limit:g} s: is there an endless loop?", what=what, limit=limit)
        return message, locations

    def _stop(self, problem: str) -> None:
        self.problem, self.excerpt, self.running = problem, "", None
        self.over, self._remaining = True, []


def task_texts(source: Source | None, tasks: Collection[str]) -> dict[str, str]:
    """Return the text of every task in a source, to detect changes between saves."""
    found = {}
    for cell in source.cells if source else ():
        if (tree := try_parse(cell)) is not None:
            for name, node in definitions(tree).items():
                if name in tasks:
                    found[name] = ast.get_source_segment(cell, node) or ""
    return found

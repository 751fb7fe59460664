"""What each task's function looks like now, to see which of them a save has changed."""

from __future__ import annotations

import ast
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..check_files import Check
from ..checks.results import make_result
from ..models import CheckResult, Outcome, Source
from ..source_code import functions, try_parse
from .handout import Handout
from .process import Event
from .run import Location

State = Literal["solved", "wrong", "waiting", "untouched", "unknown"]
LOAD_SECONDS, CALL_SECONDS, CHECK_SECONDS = 60.0, 20.0, 120.0


@dataclass
class Results:
    """Takes in the events of one run after another. What a run has not reached yet stays as it was."""

    handout: Handout
    results: dict[str, CheckResult] = field(default_factory=dict)
    places: dict[str, list[Location]] = field(default_factory=dict)
    definitions: dict[str, Location] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    chosen: str | None = None
    problem: str | None = None
    notes: list[str] = field(default_factory=list)
    # Tasks that the present run found solved and the one before did not.
    news: list[str] = field(default_factory=list)
    running: Check | None = None
    over: bool = True
    # Seconds from the beginning of the run to the last check that does not train, once it is known.
    verdict: float | None = None
    _calling: bool = False
    _left: list[str] = field(default_factory=list)
    _solved: set[str] = field(default_factory=set)
    _first: bool = True
    _began: float = 0.0
    _heard: float = 0.0

    def begin(self, first: Collection[str] = ()) -> list[str]:
        """A run of all checks begins; returns their names, those of the tasks in `first` before others."""
        self._first = not self.results
        self._solved = {task for task in self.handout.tasks if self.state(task) == "solved"}
        in_order = sorted(self.handout.checks, key=lambda check: check.task not in first)
        self._left = [check.name for check in in_order]
        self._began = self._heard = time.monotonic()
        self.news, self.running, self.verdict, self.over = [], None, None, False
        return list(self._left)

    def take(self, event: Event) -> None:
        """Take in one event of the present run."""
        self._heard = time.monotonic()
        if "problem" in event:
            self._loaded(event)
        elif "begin" in event:
            self.running = self._check(event["begin"])
        elif "calling" in event:
            self._calling = event["calling"] is not None
        elif "check" in event:
            places = [Location(**place) for place in event["places"]]
            self._settle(CheckResult(**event["check"]), places)
        elif "verdict" in event and self.verdict is None:
            self.verdict = self._heard - self._began
        elif "picture" in event:
            self.pictures[event["task"]] = event["picture"]
        elif "broken" in event:
            self._stop(f"The checks could not be run.\n{event['broken']}")
        elif "gone" in event:
            self._cut(Outcome.CRASHED)
        elif "ended" in event:
            self.over, self.running = True, None

    def patience(self) -> float:
        """Seconds until the present run has been silent for too long."""
        if self.running is None:
            limit = self.handout.limit("load_seconds", LOAD_SECONDS)
        else:
            limit = self._call_seconds if self._calling else CHECK_SECONDS
        return self._heard + limit - time.monotonic()

    def overdue(self) -> list[str]:
        """End what has been silent for too long; returns the names of the checks that are left to be run."""
        self._cut(Outcome.TIMED_OUT)
        return list(self._left)

    @property
    def left(self) -> list[str]:
        """The checks that the present run has not reached."""
        return list(self._left)

    def state(self, task: str) -> State:
        """How a task stands; of one that is `waiting` some checks pass in this run and others are to come."""
        names = {check.name for check in self.of(task)}
        waiting = names & set(self._left)
        outcomes = {self.results[name].outcome for name in names & set(self.results)}
        if waiting and waiting != names:
            outcomes = {self.results[name].outcome for name in names - waiting}
        if not outcomes:
            return "unknown"
        if outcomes == {Outcome.NOT_ATTEMPTED}:
            return "untouched"
        if outcomes != {Outcome.PASSED}:
            return "wrong"
        known = {name for name in waiting & set(self.results) if self.results[name].outcome == Outcome.PASSED}
        return "waiting" if waiting - known else "solved"

    def of(self, task: str) -> list[Check]:
        """The public checks of a task."""
        return [check for check in self.handout.checks if check.task == task]

    @property
    def foremost(self) -> str | None:
        """The task to look at first: one that is wrong, else one not begun; None where all are solved."""
        for wanted in ("wrong", "untouched", "waiting", "unknown"):
            for task in self.handout.tasks:
                if self.state(task) == wanted and self.of(task):
                    return task
        return None

    def points(self, task: str | None = None) -> tuple[float, float]:
        """Public points earned and to be earned, in one task or in all."""
        checks = [check for check in self.handout.checks if task in (None, check.task)]
        earned = sum(self.results[check.name].points for check in checks if check.name in self.results)
        return earned, sum(check.points for check in checks)

    def failing(self, task: str) -> CheckResult | None:
        """The first check of a task that does not pass; those not attempted count only by themselves."""
        found = [self.results[check.name] for check in self.of(task) if check.name in self.results]
        found = [result for result in found if result.name not in self._left] or found
        wrong = [result for result in found if result.outcome not in (Outcome.PASSED, Outcome.NOT_ATTEMPTED)]
        return next(iter([*wrong, *(result for result in found if result.outcome != Outcome.PASSED)]), None)

    def place(self, result: CheckResult) -> list[Location]:
        """The student's lines to look at: where it was raised, else where the task is defined."""
        defined = self.definitions.get(result.task)
        return self.places.get(result.name) or ([defined] if defined else [])

    @property
    def solved(self) -> bool:
        """Whether every public check passes."""
        return all(self.state(task) == "solved" for task in self.handout.tasks if self.of(task))

    @property
    def _call_seconds(self) -> float:
        return self.handout.limit("call_seconds", CALL_SECONDS)

    def _check(self, name: str) -> Check:
        return next(check for check in self.handout.checks if check.name == name)

    def _loaded(self, event: Mapping[str, Any]) -> None:
        if "chosen" in event:
            self.chosen, self.notes = event["chosen"], list(event["notes"])
        else:
            self.notes += event["notes"]
            self.definitions = {task: Location(**place) for task, place in event["definitions"].items()}
        self.problem = event["problem"]

    def _settle(self, result: CheckResult, places: list[Location]) -> None:
        self.results[result.name], self.places[result.name] = result, places
        self.running, self._calling = None, False
        self._left.remove(result.name)
        task = result.task
        state = self.state(task)
        if state != "waiting" and state != "solved":
            self.pictures.pop(task, None)
        elif state == "solved" and not self._first and task not in self._solved:
            self.news.append(task)

    def _cut(self, outcome: Outcome) -> None:
        """The run was cut short: by the check that was running, or while the file was loaded."""
        if (check := self.running) is None:
            limit = self.handout.limit("load_seconds", LOAD_SECONDS)
            why = f"took more than {limit:g} s" if outcome == Outcome.TIMED_OUT else "ended its process"
            self._stop(f"{self.chosen} {why} while it was loaded: what does it do outside functions?")
            return
        calling, limit = self._calling, self._call_seconds if self._calling else CHECK_SECONDS
        if outcome == Outcome.TIMED_OUT:
            what = f"{check.task} did not return" if calling else "The check was not done"
            message = f"{what} within {limit:g} s: is there an endless loop?"
        else:
            message = f"{check.task} ended its process instead of returning."
        for other in self.of(check.task):
            if other.name in self._left:
                self._settle(make_result(other, outcome, message), [])
        self.over = not self._left

    def _stop(self, problem: str) -> None:
        self.problem, self.running, self.over, self._left = problem, None, True, []


def texts(source: Source | None, tasks: Collection[str]) -> dict[str, str]:
    """The text of every task's function in a source; nothing where it is no Python."""
    found = {}
    for cell in source.cells if source else ():
        if (tree := try_parse(cell)) is not None:
            for name, node in functions(tree).items():
                if name in tasks:
                    found[name] = ast.get_source_segment(cell, node) or ""
    return found

"""Implement `kit check`, with the event loop that it shares with `kit watch`.

The loop starts runs, handles their events and applies timeouts.
"""

from __future__ import annotations

import queue
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from ..language import gettext as _
from ..models import Outcome
from ..submissions.file_selection import Selection
from ..text import clean
from . import watch_panel
from .handout import Handout, SavedState
from .task_results import Results, task_texts
from .worker_process import (
    CAN_FORK,
    OUTPUT,
    CallOverdue,
    ProcessEnded,
    Runner,
    Worker,
    WorkerEvent,
    WorkerReady,
)

# Time to wait while no run is in progress, in seconds.
IDLE_SECONDS = 3600.0


@dataclass(frozen=True)
class WorkerReported:
    """A process that runs checks has sent an event."""

    worker: Worker
    event: WorkerEvent


@dataclass(frozen=True)
class KeyPressed:
    """The user pressed a key."""

    key: str


@dataclass(frozen=True)
class FilesSaved:
    """Files were saved. `answer_only` is false if other files of the handout are among them."""

    answer_only: bool


@dataclass(frozen=True)
class TerminalResized:
    """The size of the terminal has changed."""


LoopEvent = WorkerReported | KeyPressed | FilesSaved | TerminalResized


class Loop:
    """Runs the checks of a handout and keeps their results. As a context manager, it stops its processes.

    Other threads put events into `queue`.
    """

    def __init__(self, handout: Handout, forks: bool = CAN_FORK) -> None:
        self.handout = handout
        self.results = Results(handout)
        self.warm = False
        self.queue: queue.Queue[LoopEvent] = queue.Queue()
        self._checked: Selection | None = None
        self._task_texts: dict[str, str] = {}

        def put(worker: Worker, event: WorkerEvent) -> None:
            self.queue.put(WorkerReported(worker, event))

        self._runner = Runner(handout.folder, handout.state, put, forks)

    def __enter__(self) -> Loop:
        """Return the loop, whose process has already started."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop every process."""
        self._runner.close()

    def check(self) -> None:
        """Start a run of all checks, beginning with the tasks that have changed."""
        self._checked = self.handout.chosen()
        before, self._task_texts = self._task_texts, task_texts(self._checked.source, self.handout.tasks)
        changed = [task for task, text in self._task_texts.items() if text != before.get(task)]
        self._runner.run(self.results.begin(first=changed), first=changed)

    def saved(self) -> None:
        """Start a run unless the answer is unchanged, because a save may be reported several times."""
        if self.handout.chosen() != self._checked:
            self.check()

    def restart(self) -> None:
        """Start a run in a new process, because the handout has changed."""
        self.warm = False
        self._runner.restart()
        self.check()

    def next(self, timeout: float) -> LoopEvent | None:
        """Handle and return the next event, or return None after at most `timeout` seconds.

        A run that sends no event for too long is stopped, which also returns None.
        """
        try:
            event = self.queue.get(timeout=max(0.0, min(timeout, self._seconds_left())))
        except queue.Empty:
            if self.warm and not self.results.over and self.results.seconds_left() <= 0:
                self._continue(self.results.end_overdue())
            return None
        if isinstance(event, WorkerReported):
            self._handle(event)
        return event

    def output(self) -> str:
        """Return the output of the student's code in the last run."""
        try:
            return (self.handout.state / OUTPUT).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _handle(self, reported: WorkerReported) -> None:
        """Record an event of the current run, and start the next process if this one cannot go on."""
        if isinstance(reported.event, WorkerReady):
            self.warm = True
            # The time limit of the run excludes the imports.
            self.results.restart_timeout()
        event = self._runner.handle(reported.worker, reported.event)
        if event is None:
            return
        self.results.record(event)
        if isinstance(event, CallOverdue) and self.results.is_overdue:
            self._continue(self.results.end_overdue())
        elif isinstance(event, ProcessEnded):
            self._continue(self.results.remaining)
        elif self.results.over:
            self._save_state()

    def _seconds_left(self) -> float:
        """Return the seconds until the current run times out, or the longest time to wait for an event."""
        return self.results.seconds_left() if self.warm and not self.results.over else IDLE_SECONDS

    def _continue(self, remaining: list[str]) -> None:
        """After a check ended its process or timed out, run the remaining checks, or save what failed."""
        if remaining and not self.results.over:
            self._runner.run(remaining)
        else:
            self._save_state()

    def _save_state(self) -> None:
        saved_state = SavedState.read(self.handout.state)
        failing = {task: self.results.failing(task) for task in self.handout.tasks}
        saved_state.failing = {task: result.name for task, result in failing.items() if result}
        saved_state.write(self.handout.state)


def check(handout: Handout, console: Console) -> bool:
    """Run the public checks once and print the results. Return whether all pass."""
    results = run_checks(handout, console)
    report(results, console)
    return results.solved and not results.problem


def run_checks(handout: Handout, console: Console | None = None) -> Results:
    """Run the public checks once, without forking, and return the results; `console` shows the progress."""
    console = console or Console(quiet=True)
    with Loop(handout, forks=False) as loop:
        loop.check()
        with console.status(_("Importing what the checks need …")) as status:
            while not loop.results.over:
                loop.next(60.0)
                if loop.results.running:
                    status.update(_("Checking {task} …", task=loop.results.running.task))
    return loop.results


def report(results: Results, console: Console) -> None:
    """Print the results: the tasks, the first failing check of each, and the next step."""
    if results.problem:
        for line in watch_panel.problem_text(results):
            console.print(line)
        return
    for line in watch_panel.missing_text(results):
        console.print(line)
    console.print(watch_panel.tasks_text(results))
    for task in results.handout.tasks:
        result = results.failing(task)
        if result and result.outcome != Outcome.NOT_ATTEMPTED:
            console.print()
            for line in watch_panel.failure_text(results, result):
                console.print(line)
    console.print()
    for note in results.notes:
        console.print(Text(clean(note), "yellow"))
    for line in watch_panel.altered_text(results.handout):
        console.print(line)
    for line in watch_panel.closing_text(results.handout) if results.solved else _next_step(results):
        console.print(line)


def _next_step(results: Results) -> list[Text]:
    """Return the advice to take a hint for the task that most needs attention."""
    return [Text.assemble((f"kit hint {results.foremost}", "bold"), " ", _("gives a hint, one at a time."))]

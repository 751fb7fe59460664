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
from .task_results import Results, texts
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
        self.board = Results(handout)
        self.warm = False
        self.queue: queue.Queue[LoopEvent] = queue.Queue()
        self._checked: Selection | None = None
        self._texts: dict[str, str] = {}

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
        before, self._texts = self._texts, texts(self._checked.source, self.handout.tasks)
        changed = [task for task, text in self._texts.items() if text != before.get(task)]
        self._runner.run(self.board.begin(first=changed), first=changed)

    def saved(self) -> None:
        """Start a run unless the answer is unchanged, because a save may be reported several times."""
        if self.handout.chosen() != self._checked:
            self.check()

    def restart(self) -> None:
        """Start a run in a new process, because the handout has changed."""
        self.warm = False
        self._runner.restart()
        self.check()

    def next(self, patience: float) -> LoopEvent | None:
        """Return the next event, or None after at most `patience` seconds. Events of a run are handled.

        A run that sends no event for too long is stopped; the result is None in this case, too.
        """
        try:
            happened = self.queue.get(timeout=max(0.0, min(patience, self._patience())))
        except queue.Empty:
            if self.warm and not self.board.over and self.board.patience() <= 0:
                self._go_on(self.board.end_overdue())
            return None
        if isinstance(happened, WorkerReported):
            self._handle(happened)
        return happened

    def output(self) -> str:
        """Return the output of the student's code in the last run."""
        try:
            return (self.handout.state / OUTPUT).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _handle(self, reported: WorkerReported) -> None:
        if isinstance(reported.event, WorkerReady):
            self.warm = True
            # The time limit of the run excludes the imports.
            self.board.restart_patience()
        event = self._runner.handle(reported.worker, reported.event)
        if event is None:
            return
        self.board.record(event)
        if isinstance(event, CallOverdue) and self.board.is_overdue:
            self._go_on(self.board.end_overdue())
        if isinstance(event, ProcessEnded):
            self._go_on(self.board.remaining)
        if self.board.over:
            self._save_state()

    def _patience(self) -> float:
        return self.board.patience() if self.warm and not self.board.over else IDLE_SECONDS

    def _go_on(self, remaining: list[str]) -> None:
        """Run the remaining checks after a check ended its process or timed out."""
        if remaining and not self.board.over:
            self._runner.run(remaining)

    def _save_state(self) -> None:
        memory = SavedState.read(self.handout.state)
        failing = {task: self.board.failing(task) for task in self.handout.tasks}
        memory.failing = {task: result.name for task, result in failing.items() if result}
        memory.write(self.handout.state)


def check(handout: Handout, console: Console) -> bool:
    """Run the public checks once and print the results. Return whether all pass."""
    board = run_checks(handout, console)
    report(board, console)
    return board.solved and not board.problem


def run_checks(handout: Handout, console: Console | None = None) -> Results:
    """Run the public checks once, without forking, and return the results; `console` shows the progress."""
    console = console or Console(quiet=True)
    with Loop(handout, forks=False) as loop:
        loop.check()
        with console.status(_("Importing what the checks need …")) as status:
            while not loop.board.over:
                loop.next(60.0)
                if loop.board.running:
                    status.update(_("Checking {task} …", task=loop.board.running.task))
    return loop.board


def report(board: Results, console: Console) -> None:
    """Print the results: the tasks, the first failing check of each, and the next step."""
    if board.problem:
        for line in watch_panel.problem_text(board):
            console.print(line)
        return
    for line in watch_panel.missing_text(board):
        console.print(line)
    console.print(watch_panel.tasks_text(board))
    for task in board.handout.tasks:
        result = board.failing(task)
        if result and result.outcome != Outcome.NOT_ATTEMPTED:
            console.print()
            for line in watch_panel.failure_text(board, result):
                console.print(line)
    console.print()
    for note in board.notes:
        console.print(Text(clean(note), "yellow"))
    for line in watch_panel.altered_text(board.handout):
        console.print(line)
    for line in watch_panel.closing_text(board.handout) if board.solved else _go_on(board):
        console.print(line)


def _go_on(board: Results) -> list[Text]:
    return [Text.assemble((f"kit hint {board.foremost}", "bold"), " ", _("gives a hint, one at a time."))]

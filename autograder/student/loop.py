"""The event loop of `kit check` and `kit watch`: start runs, handle events, end a silent run."""

from __future__ import annotations

import queue
from dataclasses import dataclass

from ..submissions.selection import Selection
from .events import ProcessEnded, WorkerEvent, WorkerReady
from .handout import Handout, SavedState
from .process import CAN_FORK, OUTPUT, Runner, Worker
from .state import Results, texts

# How long to wait while no run is under way, in seconds.
IDLE_SECONDS = 3600.0


@dataclass(frozen=True)
class WorkerReported:
    """A process that runs checks has sent an event."""

    worker: Worker
    event: WorkerEvent


@dataclass(frozen=True)
class KeyPressed:
    """Somebody pressed a key."""

    key: str


@dataclass(frozen=True)
class FilesSaved:
    """Files were saved; `answer_only` unless the support code or the checks are among them."""

    answer_only: bool


@dataclass(frozen=True)
class TerminalResized:
    """The terminal has another size."""


LoopEvent = WorkerReported | KeyPressed | FilesSaved | TerminalResized


class Loop:
    """Runs the checks of a handout and keeps their results. A context manager, which ends its processes.

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
        """Return the loop, whose process has started already."""
        return self

    def __exit__(self, *error: object) -> None:
        """End every process."""
        self._runner.close()

    def check(self) -> None:
        """Start a run of all checks, first those of the tasks that have changed."""
        self._checked = self.handout.chosen()
        before, self._texts = self._texts, texts(self._checked.source, self.handout.tasks)
        changed = [task for task, text in self._texts.items() if text != before.get(task)]
        self._runner.run(self.board.begin(first=changed), first=changed)

    def saved(self) -> None:
        """Start a run unless the answer is unchanged: one save may be reported more than once."""
        if self.handout.chosen() != self._checked:
            self.check()

    def restart(self) -> None:
        """Start a run in a new process, because the handout has changed."""
        self.warm = False
        self._runner.restart()
        self.check()

    def next(self, patience: float) -> LoopEvent | None:
        """Return the next event, after at most `patience` seconds. Events of a run are handled.

        None means that nothing happened; a run that was silent for too long has then been ended.
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
        """Return what the student's code has printed in the last run."""
        try:
            return (self.handout.state / OUTPUT).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _handle(self, reported: WorkerReported) -> None:
        if isinstance(reported.event, WorkerReady):
            self.warm = True
            # The time of the imports is not the run's.
            self.board.restart_patience()
        event = self._runner.handle(reported.worker, reported.event)
        if event is None:
            return
        self.board.record(event)
        if isinstance(event, ProcessEnded):
            self._go_on(self.board.remaining)
        if self.board.over:
            self._save_state()

    def _patience(self) -> float:
        return self.board.patience() if self.warm and not self.board.over else IDLE_SECONDS

    def _go_on(self, remaining: list[str]) -> None:
        """Run the remaining checks after one has ended its process, or was ended with it."""
        if remaining and not self.board.over:
            self._runner.run(remaining)

    def _save_state(self) -> None:
        memory = SavedState.read(self.handout.state)
        failing = {task: self.board.failing(task) for task in self.handout.tasks}
        memory.failing = {task: result.name for task, result in failing.items() if result}
        memory.write(self.handout.state)

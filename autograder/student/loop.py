"""What `kit check` and `kit watch` share: runs whose events come in, and what to do when one falls silent."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..submissions.selection import Selection
from .handout import Handout, SavedState
from .process import CAN_FORK, OUTPUT, Runner
from .state import Results, texts


@dataclass(frozen=True)
class Happened:
    """Something that the loop is told from another thread: a `kind`, and what belongs to it."""

    kind: str
    what: Any = None


class Loop:
    """Runs the checks of a handout and keeps its board. Use it as a context: it ends its processes."""

    def __init__(self, handout: Handout, forks: bool = CAN_FORK) -> None:
        self.handout = handout
        self.board = Results(handout)
        self.warm = False
        self._seen: Selection | None = None
        self._texts: dict[str, str] = {}
        self.happened: queue.Queue[Happened] = queue.Queue()
        put: Callable[..., None] = lambda *event: self.happened.put(Happened("event", event))  # noqa: E731
        self._runner = Runner(handout.folder, handout.state, put, forks)

    def __enter__(self) -> Loop:
        """The loop itself: its process is getting warm already."""
        return self

    def __exit__(self, *error: object) -> None:
        """End every process."""
        self._runner.close()

    def check(self) -> None:
        """Begin to run all checks, first those of the tasks that have changed."""
        self._seen = self.handout.chosen()
        before, self._texts = self._texts, texts(self._seen.source, self.handout.tasks)
        changed = [task for task, text in self._texts.items() if text != before.get(task)]
        self._runner.run(self.board.begin(first=changed), first=changed)

    def saved(self) -> None:
        """Begin to run all checks if the answer is not what it was: one save may be told more than once."""
        if self.handout.chosen() != self._seen:
            self.check()

    def restart(self) -> None:
        """Begin to run all checks of a handout that has changed, in a new process."""
        self.warm = False
        self._runner.restart()
        self.check()

    def next(self, patience: float) -> Happened | None:
        """Wait for something to happen, at most `patience` seconds. What is about a run is taken in.

        None says that nothing happened; a run that was silent for too long has then been cut.
        """
        try:
            happened = self.happened.get(timeout=max(0.0, min(patience, self._silence())))
        except queue.Empty:
            if self.warm and not self.board.over and self.board.patience() <= 0:
                self._go_on(self.board.overdue())
            return None
        if happened.kind == "event":
            warm, event = happened.what
            self.warm |= "ready" in event
            if (mine := self._runner.take(warm, event)) is not None:
                self.board.take(mine)
                if "gone" in mine:
                    self._go_on(self.board.left)
                if self.board.over:
                    self._remember()
        return happened

    def output(self) -> str:
        """What the student's code has printed in the last run."""
        try:
            return (self.handout.state / OUTPUT).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _silence(self) -> float:
        return self.board.patience() if self.warm and not self.board.over else 3600.0

    def _go_on(self, left: list[str]) -> None:
        """Run what is left after a check has ended its process, or had to be ended with it."""
        if left and not self.board.over:
            self._runner.run(left)

    def _remember(self) -> None:
        memory = SavedState.read(self.handout.state)
        failing = {task: self.board.failing(task) for task in self.handout.tasks}
        memory.failing = {task: result.name for task, result in failing.items() if result}
        memory.write(self.handout.state)

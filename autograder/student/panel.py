"""The panel of `kit watch`: tasks above, one thing to look at below, keys at the bottom. It never scrolls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from ..examiner.outcome import clean
from . import hints, wording
from .board import Board
from .memory import Memory

Lines = list[list[Segment]]
KEYS = (("h", "hint"), ("t", "task"), ("o", "output"), ("q", "quit"))
BORDERS = 4


@dataclass
class View:
    """What the panel shows: a board, and what keys have asked for."""

    board: Board
    memory: Memory
    # The task that `t` has chosen; otherwise the foremost.
    picked: str | None = None
    # What the student's code printed, where `o` has asked for it, and which page of it.
    output: str | None = None
    page: int = 0
    pages: int = 1
    warm: bool = False
    began: float = field(default_factory=time.monotonic)
    saved: str = ""

    @property
    def task(self) -> str | None:
        """The task below: the chosen one, else the foremost."""
        return self.picked or self.board.foremost

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Fill the height that there is, and not a line more."""
        height = options.height or console.height
        inner = options.update(width=options.max_width - BORDERS, height=None)
        head = Group(wording.tasks(self.board), Text(""))
        room = height - 2 - len(console.render_lines(head, inner)) - 2
        body = console.render_lines(Group(*self._body()), inner)
        body = self._page(body, max(room, 2), console.render_lines(Text("… o shows more", "dim"), inner))
        title = Text(f" {self.board.handout.title} ", "bold")
        foot = Group(Text(""), self._foot())
        yield Panel(Group(head, _Rendered(body), foot), title=title, height=height, border_style="dim")

    def _page(self, body: Lines, room: int, more: Lines) -> Lines:
        """Exactly `room` lines of the body, the last of them `more` where others follow."""
        self.pages = max(1, -(-len(body) // (room - 1))) if len(body) > room else 1
        start = min(self.page, self.pages - 1) * (room - 1)
        shown = body[start : start + room]
        if start + room < len(body):
            shown = [*shown[:-1], *more]
        return shown + [[Segment("")]] * (room - len(shown))

    def _body(self) -> Iterator[RenderableType]:
        board, task = self.board, self.task
        if self.output is not None:
            yield from self._everything(self.output)
        elif board.problem:
            yield Text("No check can run before this is mended:", "bold red")
            yield Text(clean(board.problem))
        elif not board.results:
            yield Text("Importing what the checks need: some seconds, once." if not self.warm else "", "dim")
        elif board.news and not self.picked:
            yield from self._news(board.news[-1])
        elif task is None:
            yield from wording.closing(board.handout)
        else:
            yield from self._task(task)

    def _task(self, task: str) -> Iterator[RenderableType]:
        if result := self.board.failing(task):
            yield from wording.failure(self.board, result)
            yield Text("")
            handout = self.board.handout
            most = len(hints.ladder(handout, task, self.memory))
            yield from wording.hints(hints.taken(handout, task, self.memory), most)
        else:
            yield from wording.solved(self.board, task)

    def _news(self, solved: str) -> Iterator[RenderableType]:
        """A task that this save has solved, below what it left wrong and above what is to be done next."""
        board, task = self.board, self.task
        result = board.failing(task) if task else None
        if task and board.state(task) == "wrong":
            yield from self._task(task)
        yield from wording.solved(board, solved)
        yield Text("")
        if task is None:
            yield from wording.closing(board.handout)
        elif result and board.state(task) != "wrong":
            yield Text.assemble(("next: ", "dim"), (task, "bold"), "  ", clean(result.sentence))

    def _everything(self, output: str) -> Iterator[RenderableType]:
        board = self.board
        for task in board.handout.tasks:
            for check in board.of(task):
                result = board.results.get(check.name)
                if result and result.outcome not in ("passed", "not_attempted"):
                    yield from wording.failure(board, result)
                    yield Text("")
        yield from wording.altered(board.handout)
        for note in board.notes:
            yield Text(clean(note), "yellow")
        yield Text("Your code printed:" if output.strip() else "Your code printed nothing.", "bold")
        yield Text(clean(output.rstrip(), 20_000))

    def _foot(self) -> Table:
        foot = Table.grid(expand=True)
        foot.add_column(no_wrap=True)
        foot.add_column(no_wrap=True, justify="right")
        keys = [part for key, what in KEYS for part in ((key, "bold"), f" {what}   ")]
        foot.add_row(Text.assemble(*keys), Text(self._status(), "dim"))
        return foot

    def _status(self) -> str:
        board = self.board
        if not board.over and (board.left or not self.warm):
            seconds = time.monotonic() - self.began
            waits = f" {seconds:.0f} s" if seconds >= 1 else ""
            what = board.running.task if board.running else "…"
            return f"checking {what}{waits}" if self.warm else f"getting ready{waits}"
        if not self.saved:
            return f"watching {' and '.join(path.name for path in board.handout.sources)}"
        took = f", checked in {board.verdict:.1f} s" if board.verdict is not None else ""
        return f"saved {self.saved}{took}"


@dataclass(frozen=True)
class _Rendered:
    """Lines that are rendered already."""

    lines: Lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            yield from line
            yield Segment.line()

"""Render the panel of `kit watch`: tasks on top, one item below that scrolls, keys at the bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from ..language import MESSAGES, gettext_noop, ngettext
from ..language import gettext as _
from ..models import CheckResult, Outcome
from ..text import clean
from .handout import Handout, SavedState, hint_list, hints_taken
from .task_results import Results, State
from .worker_process import Location

MARKS: dict[State, tuple[str, str]] = {
    State.SOLVED: ("✓", "green"),
    State.WRONG: ("✗", "red"),
    State.WAITING: ("…", "yellow"),
    State.UNTOUCHED: ("·", "dim"),
    State.UNKNOWN: ("·", "dim"),
}
MAX_LINES = 12
KEYS = (
    ("h", gettext_noop("hint")),
    ("t", gettext_noop("task")),
    ("o", gettext_noop("output")),
    ("q", gettext_noop("quit")),
)
# Columns that the border of the panel occupies.
BORDERS = 4

Lines = list[list[Segment]]


def tasks_text(results: Results) -> Table:
    """Return one row per task: its state and public points. They are grey if no check can run."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for task in results.handout.tasks:
        state, (earned, most) = results.state(task), results.points(task)
        mark, style = MARKS[state]
        style = "dim" if results.problem else style
        score = {State.UNTOUCHED: _("not attempted"), State.UNKNOWN: ""}.get(
            state, _("{earned:g} of {most:g}", earned=earned, most=most)
        )
        table.add_row(Text(mark, style), Text(task, style), Text(score, style))
    earned, most = results.points()
    style = "dim" if results.problem else "bold"
    table.add_row(
        "",
        Text(_("public points"), style),
        Text(_("{earned:g} of {most:g}", earned=earned, most=most), style),
    )
    return table


def problem_text(results: Results) -> Iterator[Text]:
    """Yield why no check can run, with the line that is to blame."""
    yield Text(_("Fix this first; no check can run until then:"), "bold red")
    yield Text(clean(results.problem or ""))
    for line in clean(results.excerpt).splitlines():
        yield Text(f"    {line}", "bold", no_wrap=True)
    yield from missing_text(results)


def missing_text(results: Results) -> Iterator[Text]:
    """Yield a sentence about an answer file that is gone."""
    if results.missing:
        yield Text(clean(results.missing), "yellow")


def failure_text(results: Results, result: CheckResult) -> Iterator[Text]:
    """Yield a failing check: its sentence, its message with expected and received values, and locations."""
    yield Text.assemble((result.task, "bold"), "  ", clean(_(result.sentence)))
    if results.is_unwritten(result):
        yield Text(_("Not attempted yet: the docstring describes the task."), "dim")
    else:
        yield _message(result.message)
        yield from _locations(results.locations_of(result))


def _message(message: str) -> Text:
    """Return a check's message with the words "Expected" and "received" in bold."""
    text = Text(_cut(MESSAGES.failure(message)))
    text.highlight_words([_("Expected"), _("received")], "bold", case_sensitive=True)
    return text


def _locations(locations: Sequence[Location]) -> Iterator[Text]:
    for place in locations:
        yield Text.assemble(
            (clean(place.place), "cyan"),
            _(" in {function}", function=clean(place.function)),
            "  ",
            (clean(place.text), "dim"),
        )


def hints_text(given: Sequence[str], most: int) -> Iterator[Text]:
    """Yield the hints shown so far, the newest first."""
    for number, hint in reversed(list(enumerate(given, 1))):
        label = _("hint {number} of {total}", number=number, total=most)
        yield Text.assemble((label, "yellow"), "  ", _(hint))


def solved_text(results: Results, task: str) -> Iterator[Text]:
    """Yield a message that a task is solved, and its picture if there is one."""
    yield Text.assemble((task, "bold green"), " ", (_("is solved."), "green"))
    if picture := results.pictures.get(task):
        yield Text("")
        yield Text.from_ansi(picture)


def closing_text(handout: Handout) -> Iterator[Text]:
    """Yield a summary of the hidden checks, and how to submit."""
    hidden = sum(handout.about.hidden_points.values())
    look = _(handout.about.hidden_look_at) or _("what the tasks say, with other inputs")
    yield Text(_("Every public check passes."), "bold green")
    if hidden:
        yield Text(
            _(
                "Hidden checks give the other {hidden:g} points. They test {look}.",
                hidden=hidden,
                look=look,
            )
        )
    due = _(", by {due}", due=handout.about.due) if handout.about.due else ""
    yield Text.assemble(
        ("kit pack", "bold"), " ", _("checks your answer and writes the file to hand in{due}.", due=due)
    )


def altered_text(handout: Handout) -> Iterator[Text]:
    """Yield a warning if files of the handout were changed."""
    if names := list(handout.altered()):
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        text = ngettext(
            "{names} was changed. The grader uses its own copy.",
            "{names} were changed. The grader uses its own copies.",
            len(names),
            names=shown,
        )
        yield Text(text, "yellow")


def _cut(text: str) -> str:
    """Return the first MAX_LINES lines of a text."""
    lines = text.splitlines()
    return "\n".join(lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], "…"])


@dataclass
class View:
    """State of the panel: the results, and the display options selected with keys."""

    results: Results
    saved_state: SavedState
    # The task selected with `t`; by default the foremost task.
    picked: str | None = None
    # The output of the student's code after `o`.
    output: str | None = None
    # Whether a hint was just taken. It is then shown above the failure.
    hinted: bool = False
    # The first line of the body to show, the last one that can be, and the number of lines that fit.
    top: int = 0
    last_top: int = 0
    room: int = 1
    warm: bool = False
    began: float = field(default_factory=time.monotonic)
    saved: str = ""

    @property
    def task(self) -> str | None:
        """Return the task to show: the selected task, else the foremost."""
        return self.picked or self.results.foremost

    @property
    def shows_task(self) -> bool:
        """Return whether the panel shows the failing check of a task, to which hints belong."""
        results = self.results
        return not results.problem and bool(self.task and results.failing(self.task))

    def scroll(self, lines: int) -> None:
        """Move the body by so many lines."""
        self.top = max(0, min(self.top + lines, self.last_top))

    def show_from_top(self, output: str | None = None) -> None:
        """Show a task, or else the output of the student's code, from its first line."""
        self.output, self.hinted, self.top = output, False, 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render the panel at exactly the available height."""
        height = options.height or console.height
        inner = options.update(width=options.max_width - BORDERS, height=None)
        head = Group(tasks_text(self.results), Text(""))
        room = height - 2 - len(console.render_lines(head, inner)) - 2
        body = console.render_lines(Group(*self._body()), inner)
        body = self._visible(body, max(room, 2), lambda text: console.render_lines(Text(text, "dim"), inner))
        title = Text(f" {self.results.handout.title} ", "bold")
        foot = Group(Text(""), self._foot())
        yield Panel(Group(head, _Rendered(body), foot), title=title, height=height, border_style="dim")

    def _visible(self, body: Lines, room: int, render: Callable[[str], Lines]) -> Lines:
        """Return exactly `room` lines of the body; the last one says how many others there are."""
        if len(body) <= room:
            self.top = self.last_top = 0
            return body + [[Segment("")]] * (room - len(body))
        self.room = room - 1
        self.last_top = len(body) - self.room
        self.top = min(self.top, self.last_top)
        below = self.last_top - self.top
        parts = []
        if self.top:
            parts.append(_("{top} lines above", top=self.top))
        if below:
            parts.append(_("{below} lines below", below=below))
        mark = render(_("… {parts}: ↑ and ↓ scroll", parts=", ".join(parts)))
        return [*body[self.top : self.top + self.room], *mark[:1]]

    def _body(self) -> Iterator[RenderableType]:
        results, task = self.results, self.task
        if self.output is not None:
            yield from self._whole_output(self.output)
        elif results.problem:
            yield from problem_text(results)
        elif not results.by_check:
            yield Text(
                _("Importing what the checks need: some seconds, once.") if not self.warm else "", "dim"
            )
        elif results.news and not self.picked:
            yield from self._news(results.news[-1])
        elif task is None:
            yield from closing_text(results.handout)
        else:
            yield from self._task(task)

    def _task(self, task: str) -> Iterator[RenderableType]:
        if result := self.results.failing(task):
            handout = self.results.handout
            most = len(hint_list(handout, task, self.saved_state))
            hints = list(hints_text(hints_taken(handout, task, self.saved_state), most))
            yield from missing_text(self.results)
            parts = [hints, list(failure_text(self.results, result))]
            for part in parts if self.hinted else reversed(parts):
                yield from part
                yield Text("")
        else:
            yield from solved_text(self.results, task)

    def _news(self, solved: str) -> Iterator[RenderableType]:
        """Yield a newly solved task, between the task that is wrong and the next step."""
        results, task = self.results, self.task
        result = results.failing(task) if task else None
        if task and results.state(task) == State.WRONG:
            yield from self._task(task)
        yield from solved_text(results, solved)
        yield Text("")
        if task is None:
            yield from closing_text(results.handout)
        elif result and results.state(task) != State.WRONG:
            yield Text.assemble((_("next: "), "dim"), (task, "bold"), "  ", clean(_(result.sentence)))

    def _whole_output(self, output: str) -> Iterator[RenderableType]:
        """Yield every failure and note, and what the student's code printed."""
        results = self.results
        for task in results.handout.tasks:
            for check in results.checks_of(task):
                result = results.by_check.get(check.name)
                if result and result.outcome not in (Outcome.PASSED, Outcome.NOT_ATTEMPTED):
                    yield from failure_text(results, result)
                    yield Text("")
        yield from altered_text(results.handout)
        for note in results.notes:
            yield Text(clean(note), "yellow")
        yield Text(_("Your code printed:") if output.strip() else _("Your code printed nothing."), "bold")
        yield Text(clean(output.rstrip(), 20_000))

    def _foot(self) -> Table:
        foot = Table.grid(expand=True)
        keys = Text.assemble(*(part for key, what in KEYS for part in ((key, "bold"), f" {_(what)}   ")))
        # In a narrow terminal only the status is cut.
        foot.add_column(no_wrap=True, min_width=keys.cell_len)
        foot.add_column(no_wrap=True, justify="right")
        foot.add_row(keys, Text(self._status(), "dim"))
        return foot

    def _status(self) -> str:
        results = self.results
        if not results.over and (results.remaining or not self.warm):
            seconds = time.monotonic() - self.began
            waits = f" {seconds:.0f} s" if seconds >= 1 else ""
            what = results.running.task if results.running else "…"
            return (
                _("checking {what}{waits}", what=what, waits=waits)
                if self.warm
                else _("getting ready{waits}", waits=waits)
            )
        if not self.saved:
            names = _(" and ").join(path.name for path in results.handout.sources)
            return _("watching {names}", names=names)
        took = (
            _(", checked in {seconds:.1f} s", seconds=results.quick_seconds)
            if results.quick_seconds is not None
            else ""
        )
        return _("saved {saved}{took}", saved=self.saved, took=took)


@dataclass(frozen=True)
class _Rendered:
    """Lines that are already rendered."""

    lines: Lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            yield from line
            yield Segment.line()

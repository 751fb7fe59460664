"""How the state of the work reads, in the panel and in print. What students wrote is never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from ..examiner.outcome import clean
from ..records import CheckResult
from .board import Board, State
from .calls import Place
from .folder import Handout

MARKS: dict[State, tuple[str, str]] = {
    "solved": ("✓", "green"),
    "wrong": ("✗", "red"),
    "waiting": ("…", "yellow"),
    "untouched": ("·", "dim"),
    "unknown": ("·", "dim"),
}
MOST_LINES = 12
# A check's message, as the given code words it: what was expected, what was received, what to think about.
MESSAGE = re.compile(
    r"Expected (?P<expected>.+?),? received (?P<received>.+?)(?:[.:] (?P<think>.+)|\.)?", re.DOTALL
)


def tasks(board: Board) -> Table:
    """One row a task: how it stands, and its public points."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for task in board.handout.tasks:
        state, (earned, most) = board.state(task), board.points(task)
        mark, style = MARKS[state]
        score = {"untouched": "not begun", "unknown": ""}.get(state, f"{earned:g} of {most:g}")
        table.add_row(Text(mark, style), Text(task, style), Text(score, style))
    earned, most = board.points()
    table.add_row("", Text("public points", "bold"), Text(f"{earned:g} of {most:g}", "bold"))
    return table


def failure(board: Board, result: CheckResult) -> Iterator[Text]:
    """A check that does not pass: its sentence, what was expected and received, and where to look."""
    yield Text.assemble((result.task, "bold"), "  ", clean(result.sentence))
    if result.outcome == "not_attempted" and result.message == f"{result.task} is not written yet.":
        yield Text("Not begun yet: the text below the function's name is the whole task.", "dim")
    else:
        yield from _message(result.message)
        yield from _places(board.place(result))


def _message(message: str) -> Iterator[Text]:
    if found := MESSAGE.fullmatch(message):
        yield Text.assemble(("expected  ", "dim"), _cut(found["expected"]))
        yield Text.assemble(("received  ", "dim"), _cut(found["received"]))
        if found["think"]:
            yield Text(found["think"], "italic")
    else:
        yield Text(_cut(message))


def _places(places: Sequence[Place]) -> Iterator[Text]:
    for place in places:
        where = f"{place.where}, line {place.line}, {place.function}"
        yield Text.assemble((clean(where), "cyan"), ("  " + clean(place.text), "dim"))


def hints(given: Sequence[str], most: int) -> Iterator[Text]:
    """The hints that were given."""
    for number, hint in enumerate(given, 1):
        yield Text.assemble((f"hint {number} of {most}  ", "yellow"), hint)


def solved(board: Board, task: str) -> Iterator[Text]:
    """A task that is solved, and its network as it stands now."""
    yield Text.assemble((task, "bold green"), (" is solved.", "green"))
    if picture := board.pictures.get(task):
        yield Text("")
        yield Text.from_ansi(picture)


def closing(handout: Handout) -> Iterator[Text]:
    """What hidden checks look at in general, and how to hand in."""
    hidden = sum(handout.about.get("hidden_points", {}).values())
    look = handout.about.get("hidden_look_at") or "what the tasks say, with other inputs"
    yield Text("Every public check passes.", "bold green")
    if hidden:
        yield Text(f"The other {hidden:g} points are for checks that you do not have. They look at {look}.")
    due = f", by {handout.about['due']}" if handout.about.get("due") else ""
    yield Text.assemble(("kit pack", "bold"), f" looks it over and writes the file to hand in{due}.")


def altered(handout: Handout) -> Iterator[Text]:
    """A warning where given files were changed."""
    if names := list(handout.altered()):
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        verb = "is" if len(names) == 1 else "are"
        yield Text(f"{shown} {verb} not as handed out. The grader uses its own copies.", "yellow")


def _cut(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(lines[:MOST_LINES] + ["…"] * (len(lines) > MOST_LINES))

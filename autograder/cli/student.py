"""What a student types, in the folder of a handout: check, watch, hint, pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..text import clean
from .common import DID_NOT_HOLD, STUDENTS, USED_WRONGLY, fail

if TYPE_CHECKING:
    from ..student.handout import Handout

app = typer.Typer()

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The handout's folder.", exists=True, file_okay=False)
]


@app.command(rich_help_panel=STUDENTS)
def check(folder: Folder = Path()) -> None:
    """Run the public checks once.

    Exit status 1: not all of them pass.
    """
    from rich.console import Console

    from ..student.check import check

    handout = _handout(folder)
    if not check(handout, Console(highlight=False, markup=False, emoji=False)):
        raise typer.Exit(DID_NOT_HOLD)


@app.command(rich_help_panel=STUDENTS)
def watch(folder: Folder = Path()) -> None:
    """Run the public checks whenever the answer is saved, until q is pressed."""
    from rich.console import Console

    from ..student.watch import watch_in_panel

    handout, console = _handout(folder), Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        fail("kit watch draws a panel and needs a terminal; kit check prints the same once.", USED_WRONGLY)
    try:
        watch_in_panel(handout, console)
    except KeyboardInterrupt:
        return


@app.command(rich_help_panel=STUDENTS)
def hint(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The name of the function.")],
    folder: Folder = Path(),
    again: Annotated[bool, typer.Option("--again", help="Begin with the first hint again.")] = False,
) -> None:
    """Give one more hint for a task, from a nudge to nearly the answer."""
    from ..student import handout as hints
    from ..student.handout import SavedState
    from .common import near

    handout = _handout(folder)
    if task not in handout.tasks:
        fail(f"There is no task {task!r}; {near(task, list(handout.tasks))}", USED_WRONGLY)
    memory = SavedState.read(handout.state)
    if again:
        memory.hints.pop(task, None)
    before, most = len(hints.hints_taken(handout, task, memory)), len(hints.hint_list(handout, task, memory))
    given = hints.take_hint(handout, task, memory)
    typer.echo(f"Hint {len(given)} of {most} for {task}: {clean(given[-1])}")
    if before == most:
        typer.echo(f"That was the last one. `kit hint {task} --again` begins anew.")


@app.command(rich_help_panel=STUDENTS)
def pack(folder: Folder = Path()) -> None:
    """Look over the answer and write the file to hand in.

    Exit status 1: handed in like this, nothing in it would count, so nothing was written.
    """
    from ..student.pack import pack

    handout = _handout(folder)
    typer.echo("Looking it over, which takes some seconds.", err=True)
    found = pack(handout)
    for mark, colour, sentences in (
        ("✓", "green", found.fine),
        ("!", "yellow", found.doubtful),
        ("✗", "red", found.fatal),
    ):
        for sentence in sentences:
            typer.secho(f"{mark} {clean(sentence)}", fg=colour, bold=mark != "✓")
    if found.written is None:
        fail("Nothing was written: handed in like this, no task would earn a point.", DID_NOT_HOLD)
    due = f", by {handout.about.due}" if handout.about.due else ""
    typer.echo(f"Wrote {found.written.name}. Hand it in{due}.")


def _handout(folder: Path) -> Handout:
    """The handout in a folder, or the end of the command."""
    from ..student.handout import Handout, HandoutError

    try:
        return Handout.read(folder)
    except HandoutError as error:
        fail(str(error), USED_WRONGLY)

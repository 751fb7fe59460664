"""Define the commands for students, which run in a handout's folder: check, watch, hint, pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..text import clean
from .common import DID_NOT_HOLD, STUDENTS, USED_WRONGLY, fail, make_console

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
    from ..student.check import check

    if not check(_handout(folder), make_console()):
        raise typer.Exit(DID_NOT_HOLD)


@app.command(rich_help_panel=STUDENTS)
def watch(folder: Folder = Path()) -> None:
    """Run the public checks on every save, until q is pressed."""
    from ..student.watch import watch_in_panel

    handout, console = _handout(folder), make_console()
    if not console.is_terminal:
        fail("kit watch needs a terminal to draw in; kit check prints the same once.", USED_WRONGLY)
    try:
        watch_in_panel(handout, console)
    except KeyboardInterrupt:
        return


@app.command(rich_help_panel=STUDENTS)
def hint(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The name of the function.")],
    folder: Folder = Path(),
    again: Annotated[bool, typer.Option("--again", help="Start again with the first hint.")] = False,
) -> None:
    """Show the next hint for a task; the last one is nearly the answer."""
    from ..student import handout as hints
    from ..student.handout import SavedState
    from .common import near

    handout = _handout(folder)
    if task not in handout.tasks:
        fail(f"There is no task {task!r}; {near(task, list(handout.tasks))}", USED_WRONGLY)
    memory = SavedState.read(handout.state)
    if again:
        memory.hints.pop(task, None)
    taken = len(hints.hints_taken(handout, task, memory))
    total = len(hints.hint_list(handout, task, memory))
    given = hints.take_hint(handout, task, memory)
    typer.echo(f"Hint {len(given)} of {total} for {task}: {clean(given[-1])}")
    if taken == total:
        typer.echo(f"That was the last one. `kit hint {task} --again` starts again.")


@app.command(rich_help_panel=STUDENTS)
def pack(folder: Folder = Path()) -> None:
    """Check your answer, and write the file to hand in.

    Public checks that fail do not prevent it. Exit status 1: nothing was written, because no task would earn
    a point like this or the file cannot be written.
    """
    from ..student.check import run_checks
    from ..student.pack import pack

    handout = _handout(folder)
    typer.echo("Checking your answer, which takes some seconds.", err=True)
    found = pack(handout, lambda: run_checks(handout, make_console(stderr=True)))
    for mark, colour, sentences in (
        ("✓", "green", found.fine),
        ("!", "yellow", found.doubtful),
        ("✗", "red", found.fatal),
    ):
        for sentence in sentences:
            typer.secho(f"{mark} {clean(sentence)}", fg=colour, bold=mark != "✓")
    if found.unwritable:
        advice = "Copy the handout to a folder of your own, or hand in your file as it is."
        fail(f"{found.unwritable} {advice}", DID_NOT_HOLD)
    if found.written is None:
        fail("Nothing was written: like this, no task would earn a point.", DID_NOT_HOLD)
    due = f", by {handout.about.due}" if handout.about.due else ""
    where = found.written.name if found.written.parent == handout.folder else str(found.written)
    typer.echo(f"Wrote {where}. Hand it in{due}.")


def _handout(folder: Path) -> Handout:
    """Return the handout in a folder; exit if there is none."""
    from ..student.handout import Handout, HandoutError

    try:
        return Handout.read(folder)
    except HandoutError as error:
        fail(str(error), USED_WRONGLY)

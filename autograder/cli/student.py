"""Define the commands for students, which run in a handout's folder: check, watch, hint, pack."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..language import gettext as _
from ..language import gettext_noop
from ..text import clean
from .common import (
    DID_NOT_HOLD,
    STUDENTS,
    USED_WRONGLY,
    TranslatedCommand,
    choose_language,
    fail,
    make_console,
)

if TYPE_CHECKING:
    from ..student.handout import Handout

app = typer.Typer()


Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER", help=gettext_noop("The handout's folder."), exists=True, file_okay=False
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help=gettext_noop("The language of messages, such as zh."),
        show_default=gettext_noop("the handout's, else the system's"),
        callback=choose_language,
        is_eager=True,
    ),
]


@app.command(
    cls=TranslatedCommand,
    rich_help_panel=STUDENTS,
    help=gettext_noop("Run the public checks once.\n\nExit status 1: not all of them pass."),
)
def check(folder: Folder = Path(), language: Language = None) -> None:
    """Run the public checks once."""
    from ..student.check import check

    if not check(_handout(folder), make_console()):
        raise typer.Exit(DID_NOT_HOLD)


@app.command(
    cls=TranslatedCommand,
    rich_help_panel=STUDENTS,
    help=gettext_noop("Run the public checks on every save, until q is pressed."),
)
def watch(folder: Folder = Path(), language: Language = None) -> None:
    """Run the public checks on every save, until q is pressed."""
    from ..student.watch import watch_in_panel

    handout, console = _handout(folder), make_console()
    if not console.is_terminal:
        fail(_("kit watch needs a terminal to draw in; kit check prints the same once."), USED_WRONGLY)
    try:
        watch_in_panel(handout, console)
    except KeyboardInterrupt:
        return


@app.command(
    cls=TranslatedCommand,
    rich_help_panel=STUDENTS,
    help=gettext_noop("Show the next hint for a task; the last one is nearly the answer."),
)
def hint(
    task: Annotated[str, typer.Argument(metavar="TASK", help=gettext_noop("The name of the task."))],
    folder: Folder = Path(),
    again: Annotated[
        bool, typer.Option("--again", help=gettext_noop("Start again with the first hint."))
    ] = False,
    language: Language = None,
) -> None:
    """Show the next hint for a task; the last one is nearly the answer."""
    from ..student import handout as hints
    from ..student.handout import SavedState
    from .common import near

    handout = _handout(folder)
    if task not in handout.tasks:
        fail(
            _("There is no task {task!r}; {near}", task=task, near=near(task, list(handout.tasks))),
            USED_WRONGLY,
        )
    saved_state = SavedState.read(handout.state)
    if again:
        saved_state.hints.pop(task, None)
    taken_before = len(hints.hints_taken(handout, task, saved_state))
    total = len(hints.hint_list(handout, task, saved_state))
    given = hints.take_hint(handout, task, saved_state)
    typer.echo(
        _(
            "Hint {number} of {total} for {task}: {hint}",
            number=len(given),
            total=total,
            task=task,
            hint=clean(_(given[-1])),
        )
    )
    if taken_before == total:
        typer.echo(_("That was the last one. `kit hint {task} --again` starts again.", task=task))


@app.command(
    cls=TranslatedCommand,
    rich_help_panel=STUDENTS,
    help=gettext_noop(
        "Check your answer, and write the file to hand in.\n\n"
        "Public checks that fail do not prevent it. Exit status 1: nothing was written, because no task "
        "would earn a point like this or the file cannot be written."
    ),
)
def pack(folder: Folder = Path(), language: Language = None) -> None:
    """Check the answer, and write the file to hand in."""
    from ..student.check import run_checks
    from ..student.pack import pack

    handout = _handout(folder)
    typer.echo(_("Checking your answer, which takes some seconds."), err=True)
    found = pack(handout, partial(run_checks, console=make_console(stderr=True)))
    for mark, colour, sentences in (
        ("✓", "green", found.fine),
        ("!", "yellow", found.doubtful),
        ("✗", "red", found.fatal),
    ):
        for sentence in sentences:
            typer.secho(f"{mark} {clean(sentence)}", fg=colour, bold=mark != "✓")
    if found.unwritable:
        advice = _("Copy the handout to a folder of your own, or hand in your file as it is.")
        fail(f"{found.unwritable} {advice}", DID_NOT_HOLD)
    if found.written is None:
        fail(_("No file was written, because no task would earn a point."), DID_NOT_HOLD)
    due = _(", by {due}", due=handout.about.due) if handout.about.due else ""
    where = found.written.name if found.written.parent == handout.folder else str(found.written)
    typer.echo(_("Wrote {name}. Hand it in{due}.", name=where, due=due))


def _handout(folder: Path) -> Handout:
    """Return the handout in a folder; exit if there is none."""
    from ..student.handout import Handout, HandoutError

    try:
        handout = Handout.read(folder)
    except HandoutError as error:
        fail(str(error), USED_WRONGLY)
    handout.choose_language()
    return handout

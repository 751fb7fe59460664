"""Define the command `kit`, one module per audience. Slow imports are delayed until a command needs them."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..files import METADATA
from ..language import gettext as _
from ..language import gettext_noop
from . import author, student, ta
from .common import (
    ASSISTANTS,
    INSTRUCTORS,
    STUDENTS,
    TranslatedUsage,
    choose_help_language,
    replace_unencodable,
    translate_parameters,
    translated,
)


def for_staff() -> bool:
    """Return whether this is more than the wheel that students install, and the folder is no handout."""
    return (Path(__file__).parents[1] / "handout" / "templates").is_dir() and not Path(METADATA).is_file()


class GroupedCommands(TranslatedUsage, TyperGroup):
    """A group whose help lists commands by audience; students see only theirs, in their language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help; for students, in the chosen language."""
        if not for_staff():
            choose_help_language()
            self.help = translated(self.help)
            translate_parameters(self, ctx)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section per audience."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        for audience in (STUDENTS, ASSISTANTS, INSTRUCTORS) if for_staff() else (STUDENTS,):
            rows = [
                (name, command.get_short_help_str(limit=formatter.width))
                for name, command in commands.items()
                if isinstance(command, TyperCommand)
                and command.rich_help_panel == audience
                and not command.hidden
            ]
            if rows:
                with formatter.section(_(audience)):
                    formatter.write_dl(rows)


app = typer.Typer(
    name="kit",
    cls=GroupedCommands,
    help=gettext_noop("Create, check and grade weekly deep-learning assignments."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(student.app)
app.add_typer(ta.app)
app.add_typer(author.app)


def main() -> None:
    """Run the command. Exit status: 0 success, 1 negative result, 2 incorrect usage."""
    # SIGTERM ends a command like Ctrl-C: the command ends its processes and prints how to continue.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    replace_unencodable()
    app()

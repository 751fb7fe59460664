"""The command `kit`: one module an audience. What is heavy is imported when a command runs."""

from __future__ import annotations

import signal

import typer

from . import author, student, ta

app = typer.Typer(
    name="kit",
    help="Weekly deep-learning kits that grade themselves honestly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(student.app)
app.add_typer(ta.app)
app.add_typer(author.app)
app.add_typer(author.new_app)


def main() -> None:
    """Run the command. Exit status: 0 done, 1 what was asked for did not hold, 2 used wrongly."""
    # SIGTERM ends a command as Ctrl-C does: it ends what it started, and says how to go on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()

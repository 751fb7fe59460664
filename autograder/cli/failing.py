"""How a command ends: with a clear sentence on stderr and the exit status that fits."""

from __future__ import annotations

from typing import NoReturn

import typer

from .words import lines

DID_NOT_HOLD = 1
USED_WRONGLY = 2
INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


def fail(message: str, status: int) -> NoReturn:
    """Print `message` to stderr, safe for a terminal, and leave."""
    typer.echo(lines(message), err=True)
    raise typer.Exit(status)

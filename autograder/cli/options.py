"""Options that several commands share."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

Isolations = Annotated[
    Literal["bubblewrap", "user", "process"], typer.Option(help="What keeps a submission from the rest.")
]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

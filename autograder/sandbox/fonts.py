"""Matplotlib's list of its fonts, kept for the next sandbox: to make it takes more than a second."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from ..cache import cache_folder
from ..inside.fonts import read


def kept() -> dict[str, str]:
    """The list for the installed Matplotlib, by its file name; empty where none is kept."""
    if folder := _folder():
        with suppress(OSError):  # emptied in the meantime
            return read(folder)
    return {}


def keep(lists: Mapping[str, str]) -> None:
    """Keep what a warm process has made before it saw a submission. Losing it costs time alone."""
    if lists and (folder := _folder()):
        for name, text in lists.items():
            with suppress(OSError):
                part = folder / f"{os.getpid()}.part"
                part.write_text(text, encoding="utf-8")
                part.replace(folder / name)


def _folder() -> Path | None:
    try:
        return cache_folder(f"matplotlib-{metadata.version('matplotlib')}")
    except metadata.PackageNotFoundError:
        return None

"""Matplotlib's list of its fonts, which it makes where its folder has none: in every new sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = "MPLCONFIGDIR"
LISTS = "fontlist-*.json"
MOST_BYTES = 100_000


def give(lists: Mapping[str, str]) -> None:
    """Put lists, by their file names, where Matplotlib looks for them."""
    for name, text in lists.items():
        (Path(os.environ[FOLDER]) / name).write_text(text, encoding="utf-8")


def made(given: Mapping[str, str]) -> dict[str, str]:
    """The lists that Matplotlib has made since: by their file names, and not longer than a message may be."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in _lists()
        if path.name not in given and path.stat().st_size <= MOST_BYTES
    }


def _lists() -> Iterator[Path]:
    if folder := os.environ.get(FOLDER):
        yield from Path(folder).glob(LISTS)

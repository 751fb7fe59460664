"""Matplotlib's list of its fonts, which it makes where its folder has none: in every new sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = "MPLCONFIGDIR"
LISTS = "fontlist-*.json"
MOST_BYTES = 50_000


def give(lists: Mapping[str, str]) -> None:
    """Put lists, by their file names, where Matplotlib looks for them."""
    for name, text in lists.items():
        (Path(os.environ[FOLDER]) / name).write_text(text, encoding="utf-8")


def made(given: Mapping[str, str]) -> dict[str, str]:
    """The lists that Matplotlib has made since, by their file names."""
    found = read(Path(os.environ[FOLDER])) if FOLDER in os.environ else {}
    return {name: text for name, text in found.items() if given.get(name) != text}


def read(folder: Path) -> dict[str, str]:
    """The lists in a folder, by their file names, save those that take too much of a message."""
    lists = {path.name: path.read_text("utf-8", "replace") for path in folder.glob(LISTS)}
    return {name: text for name, text in lists.items() if len(json.dumps(text)) <= MOST_BYTES}

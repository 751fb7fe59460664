"""Remember how the pages of a grades folder were written, so that later runs write them alike."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from ..grading.storage import write_if_changed
from ..language import ENGLISH

FILE = "pages.json"


@dataclass(frozen=True)
class PageSettings:
    """The language of pages, and whether whoever is missing gets 0 points in upload files."""

    language: str = ENGLISH
    missing_as_zero: bool = False

    def updated(self, *, language: str | None, missing_as_zero: bool | None) -> PageSettings:
        """Return these settings with those that are given, not None."""
        return PageSettings(
            self.language if language is None else language,
            self.missing_as_zero if missing_as_zero is None else missing_as_zero,
        )


def read_settings(folder: Path) -> PageSettings:
    """Return the settings of the last run in a grades folder, or the defaults before the first."""
    try:
        return msgspec.convert(json.loads((folder / FILE).read_text(encoding="utf-8")), PageSettings)
    except (OSError, ValueError):
        return PageSettings()


def write_settings(folder: Path, settings: PageSettings) -> None:
    """Write the settings for later runs. Raises OSError."""
    write_if_changed(folder / FILE, json.dumps(asdict(settings), indent=2) + "\n")

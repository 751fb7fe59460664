"""A handout on a student's disk: what `kit.json` says, the public checks, and the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..handed_out import METADATA, checksum
from ..intake import Chosen, choose
from ..kit import Check, KitError, read_checks
from ..records import Submission, SubmittedFile

STATE = ".kit"
SOURCES = (".py", ".ipynb")


class HandoutError(ValueError):
    """A folder is no handout; the text says what was expected, what was found and what to do."""


@dataclass(frozen=True)
class Handout:
    """One handout: its folder, and what `kit.json` says in it."""

    folder: Path
    about: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Handout:
        """The handout in `folder`; raises HandoutError."""
        folder = folder.resolve()
        try:
            about = json.loads((folder / METADATA).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise HandoutError(
                f"Expected {METADATA} in {folder}, as in every handout; found none that can be read. "
                "Go to the folder that you unzipped, or name it."
            ) from None
        handout = cls(folder, about)
        try:
            _ = handout.module, handout.tasks, handout.checks, handout.about["files"]
        except (KeyError, TypeError, OSError, SyntaxError, KitError) as error:
            raise HandoutError(
                f"The handout in {folder} is not whole ({error}). Unzip it anew, beside your work."
            ) from None
        return handout

    @property
    def slug(self) -> str:
        """The kit's name."""
        return str(self.about["slug"])

    @property
    def title(self) -> str:
        """The kit's name as people read it."""
        return str(self.about["title"])

    @property
    def module(self) -> str:
        """The name of the module that is handed in."""
        return str(self.about["module"])

    @property
    def tasks(self) -> tuple[str, ...]:
        """The functions to fill in, in teaching order."""
        return tuple(self.about["tasks"])

    @property
    def checks_file(self) -> str:
        """The file with the public checks."""
        return f"test_{self.module}.py"

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The public checks, task by task."""
        text = (self.folder / self.checks_file).read_text(encoding="utf-8")
        return tuple(
            sorted(read_checks(self.checks_file, text), key=lambda each: self.tasks.index(each.task))
        )

    @cached_property
    def all_settings(self) -> dict[str, Any]:
        """What the fixture `settings` gives to checks."""
        return dict(json.loads((self.folder / "inputs" / "settings.json").read_text(encoding="utf-8")))

    @property
    def state(self) -> Path:
        """Where the command keeps what it remembers."""
        return self.folder / STATE

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files that hold the answer; either may be missing."""
        return tuple(self.folder / f"{self.module}{suffix}" for suffix in SOURCES)

    def limit(self, name: str, default: float) -> float:
        """A limit of the kit, in its own unit."""
        return float(self.about.get("limits", {}).get(name, default))

    def submission(self) -> Submission:
        """What would be handed in now."""
        files = []
        for path in self.sources:
            try:
                files.append(SubmittedFile(path.name, path.read_bytes(), path.stat().st_mtime))
            except OSError:
                continue
        names = " or ".join(path.name for path in self.sources)
        problem = None if files else f"Expected {names} in {self.folder}, found neither."
        return Submission("", tuple(files), problem)

    def chosen(self) -> Chosen:
        """Which file counts, as the grader would choose, unless the newest one is not to be read.

        The grader would then take the other one, in silence. Its author wants to hear of the newest.
        """
        submission = self.submission()
        if submission.files:
            newest = max(submission.files, key=lambda file: file.modified)
            alone = choose(replace(submission, files=(newest,)), self.module, self.tasks)
            if alone.problem:
                return alone
        return choose(submission, self.module, self.tasks)

    def files(self) -> dict[str, bytes]:
        """Everything that was handed out, save the answer, as it is now."""
        paths = {name: self.folder / name for name in self.about["files"]}
        return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}

    def altered(self) -> Iterator[str]:
        """The files that are not as they were handed out, save the answer: the grader has its own."""
        found = self.files()
        for name, wanted in self.about["files"].items():
            if name not in found or checksum(name, found[name]) != wanted:
                yield name

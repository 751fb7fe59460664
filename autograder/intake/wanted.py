"""What is looked for in a submission, and what lies beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.intake.tree import Entry, File, Folder, Unreadable, visible

# What a kit or an environment puts beside an answer.
_BESIDE = re.compile(r"(test_.*|.*_test|conftest|setup|notebook_checks)\.py", re.IGNORECASE)
_ENVIRONMENTS = {"venv", "env", "node_modules", "site-packages", "inputs", "tests"}


@dataclass(frozen=True)
class Wanted:
    """The kit's slug, its module's name, and the file names of its given code."""

    slug: str
    module: str
    given: frozenset[str] = frozenset()

    def named(self, stem: str) -> int:
        """2 when `stem` is the module's name, 1 when it holds it (as `transfer (1)` does), else 0."""
        stem, module = stem.casefold(), self.module.casefold()
        return 2 if stem == module else int(module in stem)

    def of(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """What may hold the answer among the entries of a student's folder."""
        # nbgrader keeps each kit of a student in a folder of its own.
        kit = [entry for entry in entries if isinstance(entry, Folder) and entry.name == self.slug]
        return kit or [entry for entry in entries if not self.is_beside(entry)]

    def is_answer(self, entry: Entry) -> bool:
        """Whether an entry of a student's folder is a source that may be the answer."""
        return isinstance(entry, File) and entry.is_source and not self.is_beside(entry)

    def holds(self, entry: Entry, depth: int = 4) -> bool:
        """Whether there is an answer or a zip in `entry`, looking `depth` folders deep."""
        if isinstance(entry, File):
            return entry.is_zip or self.is_answer(entry)
        try:
            return depth > 0 and any(self.holds(child, depth - 1) for child in self.of(visible(entry)))
        except Unreadable:
            return False

    def changed(self, entry: Entry, depth: int = 4) -> float:
        """When the newest answer or zip in `entry` was changed; 0 when there is none."""
        if isinstance(entry, File):
            return entry.modified if self.holds(entry) else 0.0
        try:
            inside = self.of(visible(entry)) if depth else []
        except Unreadable:
            return 0.0
        return max((self.changed(child, depth - 1) for child in inside), default=0.0)

    def is_beside(self, entry: Entry) -> bool:
        """Whether an entry of a student's folder comes with the kit or an environment."""
        if isinstance(entry, Folder):
            return entry.name.casefold() in _ENVIRONMENTS
        return entry.name in self.given or _BESIDE.fullmatch(entry.name) is not None

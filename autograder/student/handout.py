"""Read a handout folder, and store the student's state in it: hints shown and failing checks."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from .. import language
from ..declared_checks import Check, read_checks
from ..files import METADATA, cache_folder, checksum, write_atomic
from ..kit_config import SUPPORT
from ..language import gettext as _
from ..models import Submission, SubmittedFile
from ..sandbox.policy import Limits
from ..submissions.definitions import attempted_tasks
from ..submissions.file_selection import Selection, select
from ..validation import read_json

# The folder for stored state, and the file in it with the number of hints shown and the failing checks.
STATE = ".kit"
STATE_FILE = "memory.json"
SOURCES = (".py", ".ipynb")
# What `grader.check` needs, and the checks do not.
OTTER_TESTS = f"{SUPPORT}/tests/"


class HandoutError(ValueError):
    """Raised if the folder is not a handout. The message says what was expected and found, and what to do."""


class HandoutMetadata(msgspec.Struct, frozen=True):
    """The contents of `kit.json`. Unknown keys are ignored."""

    slug: str
    title: str
    module: str
    tasks: tuple[str, ...]
    files: Mapping[str, str]
    given: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    prepare: str | None = None
    train: str | None = None
    picture: str | None = None
    limits: Mapping[str, float] = {}
    due: str | None = None
    hidden_points: Mapping[str, float] = {}
    hidden_look_at: str = ""
    hints: Mapping[str, tuple[str, ...]] = {}
    language: str | None = None


@dataclass(frozen=True)
class Handout:
    """A handout: its folder and its `kit.json`."""

    folder: Path
    about: HandoutMetadata

    @classmethod
    def read(cls, folder: Path) -> Handout:
        """Return the handout in `folder`. Raises HandoutError."""
        folder = folder.resolve()
        try:
            path = folder / METADATA
            handout = cls(folder, read_json(path.read_bytes(), HandoutMetadata, str(path)))
            if lost := handout.lost_files():
                raise HandoutError(_incomplete(folder, _("no {names}", names=", ".join(lost))))
            handout.checks  # noqa: B018 - reads the file
        except FileNotFoundError as error:
            if Path(error.filename) == folder / METADATA:
                raise HandoutError(
                    _(
                        "Expected {metadata} in {folder}, as in every handout; found none. "
                        "Go to the folder that you unzipped, or name it.",
                        metadata=METADATA,
                        folder=folder,
                    )
                ) from None
            raise HandoutError(_incomplete(folder, error)) from None
        except HandoutError:
            raise
        except (OSError, ValueError) as error:
            raise HandoutError(_incomplete(folder, error)) from None
        return handout

    def choose_language(self) -> None:
        """Show messages in the language of `--language`, else of this handout, else of the system."""
        # The catalogue of a handout holds the messages of the kit as well.
        own = (self.folder / METADATA).parent
        folder = own if (own / language.FOLDER).is_dir() else language.HERE
        language.choose(language.preferred(self.about.language), folder)

    @property
    def slug(self) -> str:
        """Return the kit's name."""
        return self.about.slug

    @property
    def title(self) -> str:
        """Return the kit's title."""
        return self.about.title

    @property
    def module(self) -> str:
        """Return the name of the module to submit."""
        return self.about.module

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the functions to implement, in teaching order."""
        return self.about.tasks

    @property
    def checks_file(self) -> str:
        """Return the name of the file with the public checks."""
        return f"test_{self.module}.py"

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Return the public checks, grouped by task."""
        text = (self.folder / self.checks_file).read_text(encoding="utf-8")
        return tuple(
            sorted(read_checks(self.checks_file, text), key=lambda each: self.tasks.index(each.task))
        )

    @cached_property
    def all_settings(self) -> dict[str, Any]:
        """Return the settings that the fixture `settings` returns."""
        return dict(json.loads((self.folder / "inputs" / "settings.json").read_text(encoding="utf-8")))

    @cached_property
    def state(self) -> Path:
        """Return the folder for stored state. It is outside a handout that cannot be written to."""
        own = self.folder / STATE
        name = f"{self.slug}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"
        for folder in (own, cache_folder(f"handouts/{name}")):
            try:
                if folder is not None:
                    folder.mkdir(exist_ok=True)
                    if os.access(folder, os.W_OK):
                        return folder
            except OSError:
                continue
        return Path(tempfile.mkdtemp(prefix="kit-"))

    @property
    def trainings(self) -> Path:
        """Return the folder for the results of trainings."""
        return self.state / "trainings"

    @property
    def sources(self) -> tuple[Path, ...]:
        """Return the paths that may contain the answer. Either file may be missing."""
        return tuple(self.folder / f"{self.module}{suffix}" for suffix in SOURCES)

    def limit(self, name: Literal["load_seconds", "call_seconds"]) -> float:
        """Return a limit of the kit, or that of the sandbox if the kit has none."""
        default: float = getattr(Limits, name)
        return self.about.limits.get(name, default)

    def lost_files(self) -> list[str]:
        """Return the names of files that the checks need and that are missing."""
        return [
            name
            for name in self.about.files
            if (name.endswith(".py") or name.startswith("inputs/"))
            and not name.startswith(OTTER_TESTS)
            and not (self.folder / name).is_file()
        ]

    def missing(self, chosen: Selection) -> str:
        """Return a sentence about an answer file that is gone while the other one is untouched, or "".

        It names a file of the folder that defines the tasks, which may be the answer under another name.
        """
        if chosen.source is not None and attempted_tasks(chosen.source, self.tasks):
            return ""
        checked = (
            _(" {filename} is checked instead.", filename=chosen.source.filename) if chosen.source else ""
        )
        for path in self.sources:
            if path.is_file():
                continue
            other = next(filter(self._is_answer, sorted(self.folder.glob(f"*{path.suffix}"))), None)
            if other is not None:
                return _(
                    "{name} is gone. Is it {other} now? Rename it back.{checked}",
                    name=path.name,
                    other=other.name,
                    checked=checked,
                )
            if chosen.source is not None:
                return _("{name} is gone.{checked}", name=path.name, checked=checked)
        return ""

    def _is_answer(self, path: Path) -> bool:
        """Return whether a file that was not handed out defines a task."""
        if path in self.sources or path.name in self.about.files:
            return False
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return any(f"def {task}(" in text for task in self.tasks)

    def submission(self) -> Submission:
        """Return the current submission."""
        files = []
        for path in self.sources:
            try:
                files.append(SubmittedFile(path.name, path.read_bytes(), path.stat().st_mtime))
            except OSError:
                continue
        names = _(" or ").join(path.name for path in self.sources)
        problem = (
            None
            if files
            else _("Expected {names} in {folder}, found neither.", names=names, folder=self.folder)
        )
        return Submission("", tuple(files), problem)

    def chosen(self) -> Selection:
        """Return the file that the grader would select, or the problem of the newest file.

        If the newest file cannot be read, the grader would select the other file. Here the student is shown
        the problem instead.
        """
        submission = self.submission()
        if submission.files:
            newest = max(submission.files, key=lambda file: file.modified)
            alone = select(replace(submission, files=(newest,)), self.module, self.tasks)
            if alone.problem:
                return alone
        return select(submission, self.module, self.tasks)

    def files(self) -> dict[str, bytes]:
        """Return the current files of the handout, except the answer."""
        paths = {name: self.folder / name for name in self.about.files}
        return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}

    def altered(self) -> Iterator[str]:
        """Yield the names of changed files other than the answer. The grader uses its own copies of these."""
        found = self.files()
        for name, wanted in self.about.files.items():
            if name not in found or checksum(name, found[name]) != wanted:
                yield name


def _incomplete(folder: Path, problem: object) -> str:
    return _(
        "The handout in {folder} is incomplete ({problem}). Unzip it again, into a new folder.",
        folder=folder,
        problem=problem,
    )


@dataclass
class SavedState:
    """Student state by task: the number of hints shown, and the first check that did not pass."""

    hints: dict[str, int] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Path) -> SavedState:
        """Return the state stored in the folder `state`, or an empty state if it cannot be read."""
        with suppress(OSError, ValueError):
            return msgspec.convert(json.loads((state / STATE_FILE).read_text(encoding="utf-8")), cls)
        return cls()

    def write(self, state: Path) -> None:
        """Store the state. Errors are ignored; the hints then start again."""
        with suppress(OSError):
            write_atomic(state / STATE_FILE, json.dumps(asdict(self), indent=2))


def hint_list(handout: Handout, task: str, saved_state: SavedState) -> Sequence[str]:
    """Return all hints for a task: the hint of the failing (or first) check, then those of the kit."""
    checks = [check for check in handout.checks if check.task == task]
    failing = [check for check in checks if check.name == saved_state.failing.get(task)]
    nudges = [check.hint for check in (*failing, *checks)][:1]
    return [*nudges, *handout.about.hints.get(task, ())]


def hints_taken(handout: Handout, task: str, saved_state: SavedState) -> Sequence[str]:
    """Return the hints for a task that have been shown."""
    return hint_list(handout, task, saved_state)[: saved_state.hints.get(task, 0)]


def take_hint(handout: Handout, task: str, saved_state: SavedState) -> Sequence[str]:
    """Reveal one more hint, if there is one, store the count, and return all hints shown."""
    most = len(hint_list(handout, task, saved_state))
    saved_state.hints[task] = min(saved_state.hints.get(task, 0) + 1, most)
    saved_state.write(handout.state)
    return hints_taken(handout, task, saved_state)

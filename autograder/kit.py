"""Represent a kit as data: settings, checks, support code and inputs, from a repository or a kit archive."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .declared_checks import Check, read_checks
from .files import pack, sha256, unpack, zip_comment
from .kit_config import SUPPORT, Dates, Feedback, KitConfig, LateConfig, check_problems, config_problems
from .source_code import SourceError
from .validation import InvalidDataError, place, read_toml

CHECK_FILES = ("test_public.py", "test_hidden.py")
CONFIG_FILE = "kit.toml"
SETTINGS = "inputs/settings.json"
TRANSLATIONS = "translations"
_SUPPORT_FOLDER = Path(__file__).parent / SUPPORT
# The code of a language. No slug has two letters.
LANGUAGE = re.compile(r"[a-z]{2}")
# The tables of kit.toml that decide nothing in an examination.
_DATES_AND_LATE = re.compile(rb"^\[(?:dates|late)\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)


class KitError(ValueError):
    """Raised if a kit is missing or invalid. The message says what was expected and what was found."""


@dataclass(frozen=True)
class Kit:
    """One week's assignment. `files` maps relative names to contents.

    The names are `kit.toml`, `test_public.py`, `test_hidden.py`, `hidden/<input>`, `given/<file>`,
    `given/inputs/<input>` and, for a kit that preloads `support`, `given/support/<module>.py`. The solution
    and the other known answers are not included.
    """

    slug: str
    files: Mapping[str, bytes]

    @classmethod
    def load(cls, root: Path, slug: str) -> Kit:
        """Return the kit `slug` of a repository. Raises KitError."""
        checks, sources = root / "autograder" / "kits" / slug, root / "solutions" / slug
        if not (checks / CONFIG_FILE).exists():
            known = ", ".join(slugs(root)) or "none"
            raise KitError(f"Expected a kit {slug!r} in {root}, found: {known}.")
        try:
            files = {name: (checks / name).read_bytes() for name in (CONFIG_FILE, *CHECK_FILES)}
            # `files` is completed below: kit.toml names the other files, and the kit reads it only once.
            kit = cls(slug, files)
            config = kit.config
            files |= {f"given/{name}": (sources / name).read_bytes() for name in config.given}
            if SUPPORT in config.preload:
                files |= {f"given/{SUPPORT}/{p.name}": p.read_bytes() for p in _SUPPORT_FOLDER.glob("*.py")}
            files |= {f"given/inputs/{path.name}": path.read_bytes() for path in inputs(sources)}
            files |= {f"hidden/{path.name}": path.read_bytes() for path in inputs(checks)}
            # Made from kit.toml, so that a kit is the same before and after `kit sync` writes the file.
            files[f"given/{SETTINGS}"] = kit.settings_json
        except OSError as error:
            raise KitError(f"{slug}: cannot read {error.filename}: {error.strerror}.") from None
        return kit._checked()

    @classmethod
    def unzip(cls, data: bytes) -> Kit:
        """Return the kit in a kit archive, whose comment is the slug. Raises KitError."""
        try:
            kit = cls(zip_comment(data).decode(), unpack(data))
        except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError) as error:
            raise KitError(f"Expected a kit archive, found something else: {error}.") from None
        if missing := [name for name in (CONFIG_FILE, *CHECK_FILES) if name not in kit.files]:
            raise KitError(f"Expected a kit archive, found a zip without {', '.join(missing)}.")
        return kit._checked()

    def zip(self) -> bytes:
        """Return the kit archive. Equal kits give identical bytes."""
        return pack(self.files, comment=self.slug.encode())

    def write(self, folder: Path) -> None:
        """Write the files to `folder`, which is created readable only by its owner."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)

    @cached_property
    def config(self) -> KitConfig:
        """Return the parsed `kit.toml`. Raises KitError."""
        try:
            return read_toml(self._text(CONFIG_FILE), KitConfig, self.path(CONFIG_FILE))
        except InvalidDataError as error:
            raise KitError(str(error)) from None

    @cached_property
    def version(self) -> str:
        """Return twelve hexadecimal digits that change with any file of the kit.

        The tables `[dates]` and `[late]` do not count, so that nobody is examined again when they change.
        """
        digest = hashlib.sha256()
        for name in sorted(self.files):
            content = self.files[name]
            if name == CONFIG_FILE:
                content = _DATES_AND_LATE.sub(b"", content).rstrip() + b"\n"
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:12]

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Return all checks, public ones first, in file order. Raises KitError."""
        return tuple(check for name in CHECK_FILES for check in self._checks_by_file[name])

    @property
    def unmarked_checks(self) -> tuple[Check, ...]:
        """Return the checks of test_hidden.py that are not marked as hidden."""
        return tuple(check for check in self._checks_by_file[CHECK_FILES[1]] if not check.hidden)

    @cached_property
    def _checks_by_file(self) -> Mapping[str, tuple[Check, ...]]:
        try:
            return {name: tuple(read_checks(self.path(name), self._text(name))) for name in CHECK_FILES}
        except SourceError as error:
            raise KitError(str(error)) from None

    @property
    def title(self) -> str:
        """Return the display name of the kit."""
        return self.config.title

    @property
    def module(self) -> str:
        """Return the name of the module that a student submits."""
        return self.config.module

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the functions to implement, in teaching order."""
        return self.config.tasks

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings that are available to public checks and support code."""
        return dict(self.config.settings)

    @property
    def settings_json(self) -> bytes:
        """Return the text of `inputs/settings.json`, from which support code reads the public settings."""
        for name, value in self.settings.items():
            try:
                json.dumps(value)
            except TypeError:
                key = f"settings.{name}"
                where = place(self.path(CONFIG_FILE), self._text(CONFIG_FILE), key)
                problem = f"expected numbers, texts, lists and tables, found {value}."
                raise KitError(f"{where}: `{key}`: {problem}") from None
        return (json.dumps(self.settings, indent=2, ensure_ascii=False) + "\n").encode()

    @property
    def all_settings(self) -> dict[str, Any]:
        """Return the settings that are available to the examiner's checks."""
        return {**self.config.settings, **self.config.settings_hidden}

    @property
    def feedback(self) -> Feedback:
        """Return what students see of hidden checks: a hint, only the outcome, or nothing."""
        return self.config.feedback

    @property
    def calibrated(self) -> dict[str, str]:
        """Return the settings that are accuracy thresholds, each with the check that grades by it."""
        return dict(self.config.calibrated)

    @property
    def seed(self) -> int:
        """Return the seed that is set before every call and every training."""
        return int(self.settings.get("seed", 0))

    @property
    def dates(self) -> Dates:
        """Return the release and due dates."""
        return self.config.dates

    @property
    def late(self) -> LateConfig | None:
        """Return what being late costs, or None if the kit has no rules for it."""
        return self.config.late

    @property
    def given(self) -> dict[str, bytes]:
        """Return the support code and public inputs, by path relative to the submission."""
        return {n.removeprefix("given/"): c for n, c in self.files.items() if n.startswith("given/")}

    @property
    def given_modules(self) -> tuple[str, ...]:
        """Return the names under which support code can be imported, sorted."""
        names = {name.partition("/")[0] for name in self.given if name.endswith(".py")}
        return tuple(sorted(name.removesuffix(".py") for name in names))

    @property
    def given_code(self) -> str:
        """Return the SHA-256 of the support code, to detect when its results may change."""
        code = [content for name, content in sorted(self.given.items()) if name.endswith(".py")]
        return sha256(b"\0".join(code))

    def points(self, task: str | None = None) -> float:
        """Return the points of one task, or of all tasks."""
        return sum(check.points for check in self.checks if task in (None, check.task))

    def _checked(self) -> Kit:
        """Return this kit if it is valid. Raises KitError, which lists every problem found."""
        where, text = self.path(CONFIG_FILE), self._text(CONFIG_FILE)
        for name in self.files:
            if name.endswith(".py"):
                self._text(name)  # raises KitError if it is not UTF-8
        in_config = config_problems(self.config, {check.name for check in self.checks})
        problems = [
            *(f"{place(where, text, key)}: {problem}" for key, problem in in_config),
            *check_problems(self.config, self.checks),
            *self._hidden_problems(),
        ]
        if problems:
            raise KitError("\n".join(problems))
        return self

    def _hidden_problems(self) -> Iterator[str]:
        """Yield a sentence for each hidden check in the file that students receive."""
        public = CHECK_FILES[0]
        for check in self._checks_by_file[public]:
            if check.hidden:
                yield (
                    f"{check.place}: students receive {public}; hidden checks belong in test_hidden.py: "
                    f"{check.name}."
                )

    def _text(self, name: str) -> str:
        """Return the text of a file. Raises KitError."""
        return _decoded(self.files[name], self.path(name))

    def path(self, name: str) -> str:
        """Return the path in the repository of one of `files`, for messages."""
        if name.startswith(f"given/{SUPPORT}/"):
            return f"autograder/{name.removeprefix('given/')}"
        if name.startswith("given/"):
            return f"solutions/{self.slug}/{name.removeprefix('given/')}"
        if name.startswith("hidden/"):
            name = f"inputs/{name.removeprefix('hidden/')}"
        return f"autograder/kits/{self.slug}/{name}"


@dataclass(frozen=True)
class KitCollection:
    """The kits of a repository. `problems` maps the slug of each unreadable kit to a sentence."""

    kits: tuple[Kit, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


def load_all(root: Path) -> KitCollection:
    """Return every kit of a repository. An invalid kit becomes a problem and does not affect the others."""
    kits, problems = [], {}
    for slug in slugs(root):
        try:
            kits.append(Kit.load(root, slug))
        except KitError as error:
            problems[slug] = str(error)
    return KitCollection(tuple(kits), problems)


def slugs(root: Path) -> list[str]:
    """Return the slugs of the kits in a repository, sorted."""
    return sorted(path.parent.name for path in (root / "autograder" / "kits").glob("*/kit.toml"))


def languages(root: Path, slug: str) -> list[str]:
    """Return the languages that a kit is translated into, sorted.

    Raises KitError if the name of a folder is not a two-letter language code.
    """
    folder = root / "solutions" / slug / TRANSLATIONS
    names = sorted(path.name for path in folder.glob("*") if path.is_dir())
    if wrong := [name for name in names if not LANGUAGE.fullmatch(name)]:
        raise KitError(f"{folder}: expected languages by two letters, such as zh, found {', '.join(wrong)}.")
    return names


def read_text(root: Path, path: str) -> str | None:
    """Return the text of a kit's source by its path in the repository, or None. Raises KitError."""
    try:
        return _decoded((root / path).read_bytes(), path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}.") from None


def _decoded(content: bytes, path: str) -> str:
    """Return the text of a source with the line ends of Unix. Raises KitError."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise KitError(f"{path}, line {line}: expected UTF-8, found other bytes.") from None
    if content.startswith(codecs.BOM_UTF8):
        raise KitError(
            f"{path}, line 1: expected UTF-8 without a byte order mark, found one: save it without."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` with `autograder/kits` and `solutions`.

    Raises KitError if there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "autograder" / "kits").is_dir() and (folder / "solutions").is_dir():
            return folder
    raise KitError(f"Expected a folder with autograder/kits and solutions at or above {start}, found none.")


def inputs(folder: Path) -> Iterator[Path]:
    """Return the paths of the input files in `folder/inputs`, sorted."""
    return (path for path in sorted((folder / "inputs").glob("*")) if path.is_file())

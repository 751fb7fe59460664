"""A kit as data: settings, checks, given code and inputs, from a repository or a travelling copy."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

CHECK_FILES = ("test_public.py", "test_hidden.py")
TRANSLATIONS = "translations"
LANGUAGE = re.compile(r"[a-z]{2}")
KNOWN_KEYS = {
    *("title", "module", "tasks", "given", "preload", "prepare", "train", "picture"),
    *("settings", "settings_hidden", "calibrated", "limits", "dates", "feedback"),
}


class KitError(ValueError):
    """A kit is missing or not written as it should be; the text says what was expected and found."""


@dataclass(frozen=True)
class Check:
    """One check as its marks and docstring declare it."""

    name: str
    task: str
    points: float
    hidden: bool
    sentence: str
    hint: str


@dataclass(frozen=True)
class Kit:
    """One week's assignment, whole: `files` maps relative names to contents.

    The names are `kit.toml`, `test_public.py`, `test_hidden.py`, `hidden/<input>`, `given/<file>` and
    `given/inputs/<input>`. Neither the answer nor the known answers are in it: grading needs none of them.
    """

    slug: str
    files: Mapping[str, bytes]

    @classmethod
    def load(cls, root: Path, slug: str) -> Kit:
        """Read a kit from a repository; raises KitError."""
        checks, sources = root / "autograder" / "kits" / slug, root / "solutions" / slug
        if not (checks / "kit.toml").is_file():
            known = ", ".join(slugs(root)) or "none"
            raise KitError(f"Expected a kit {slug!r} in {root}, found: {known}.")
        files = {name: (checks / name).read_bytes() for name in ("kit.toml", *CHECK_FILES)}
        given = tomllib.loads(files["kit.toml"].decode()).get("given", [])
        files |= {f"given/{name}": (sources / name).read_bytes() for name in given}
        files |= {f"given/inputs/{path.name}": path.read_bytes() for path in inputs(sources)}
        files |= {f"hidden/{path.name}": path.read_bytes() for path in inputs(checks)}
        return cls(slug, files)._checked()

    @classmethod
    def unzip(cls, data: bytes) -> Kit:
        """Read what `zip` wrote; the archive's comment is the slug."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
            return cls(archive.comment.decode(), files)._checked()

    def zip(self) -> bytes:
        """The travelling copy: the same kit gives the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = self.slug.encode()
            for name in sorted(self.files):
                archive.writestr(zipfile.ZipInfo(name), self.files[name], zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    def write(self, folder: Path) -> None:
        """Write the files below `folder`, which others cannot read."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The parsed `kit.toml`."""
        try:
            return tomllib.loads(self.files["kit.toml"].decode())
        except tomllib.TOMLDecodeError as error:
            raise KitError(f"{self.slug}/kit.toml is not TOML: {error}.") from error

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any file of the kit."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(f"{name}\0{len(self.files[name])}\0".encode() + self.files[name])
        return digest.hexdigest()[:12]

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """All checks, public ones first, in the order of the files."""
        return tuple(check for name in CHECK_FILES for check in read_checks(name, self.files[name].decode()))

    @property
    def title(self) -> str:
        """The kit's name as people read it."""
        return str(self.config["title"])

    @property
    def module(self) -> str:
        """The name of the module that a student hands in."""
        return str(self.config["module"])

    @property
    def tasks(self) -> tuple[str, ...]:
        """The functions to fill in, in teaching order."""
        return tuple(self.config["tasks"])

    @property
    def settings(self) -> dict[str, Any]:
        """What public checks and given code may know."""
        return dict(self.config.get("settings", {}))

    @property
    def all_settings(self) -> dict[str, Any]:
        """The settings that the examiner's checks see."""
        return {**self.settings, **self.config.get("settings_hidden", {})}

    @property
    def feedback(self) -> Literal["hint", "outcome", "nothing"]:
        """What students see of hidden checks: what to think about, whether they passed, or nothing."""
        found = self.config.get("feedback", "hint")
        if found not in ("hint", "outcome", "nothing"):
            raise KitError(f"{self.slug}/kit.toml: feedback is hint, outcome or nothing, found {found!r}.")
        return cast('Literal["hint", "outcome", "nothing"]', found)

    @property
    def calibrated(self) -> dict[str, str]:
        """The settings that are accuracy thresholds, each with the check that grades by it."""
        return dict(self.config.get("calibrated", {}))

    @property
    def seed(self) -> int:
        """The seed set before every call and every training."""
        return int(self.settings.get("seed", 0))

    @property
    def dates(self) -> Mapping[str, date]:
        """Release and due dates."""
        return dict(self.config.get("dates", {}))

    @property
    def given(self) -> dict[str, bytes]:
        """Given code and public inputs, by their path beside the submission."""
        return {n.removeprefix("given/"): c for n, c in self.files.items() if n.startswith("given/")}

    @property
    def given_code(self) -> str:
        """The SHA-256 of the given code: what it computes can change only with it."""
        code = [content for name, content in sorted(self.given.items()) if name.endswith(".py")]
        return hashlib.sha256(b"\0".join(code)).hexdigest()

    def points(self, task: str | None = None) -> float:
        """The points of one task, or of all."""
        return sum(check.points for check in self.checks if task in (None, check.task))

    def _checked(self) -> Kit:
        """This kit, or KitError where `kit.toml` and the checks do not fit."""
        if unknown := set(self.config) - KNOWN_KEYS:
            raise KitError(f"{self.slug}/kit.toml: expected {sorted(KNOWN_KEYS)}, found {sorted(unknown)}.")
        if missing := {"title", "module", "tasks"} - set(self.config):
            raise KitError(f"{self.slug}/kit.toml lacks {', '.join(sorted(missing))}.")
        if stray := {check.task for check in self.checks} - set(self.tasks):
            raise KitError(f"{self.slug}: checks name tasks that kit.toml does not list: {sorted(stray)}.")
        names = [check.name for check in self.checks]
        if lost := set(self.calibrated) - set(self.all_settings) | set(self.calibrated.values()) - set(names):
            raise KitError(
                f"{self.slug}/kit.toml: [calibrated] names no setting or no check with {sorted(lost)}."
            )
        if twice := {name for name in names if names.count(name) > 1}:
            raise KitError(f"{self.slug}: two checks share a name: {sorted(twice)}.")
        return self


def slugs(root: Path) -> list[str]:
    """The kits in a repository, sorted."""
    return sorted(path.parent.name for path in (root / "autograder" / "kits").glob("*/kit.toml"))


def languages(root: Path, slug: str) -> list[str]:
    """The languages that a kit is translated into, sorted; raises KitError for a folder that is none."""
    folder = root / "solutions" / slug / TRANSLATIONS
    names = sorted(path.name for path in folder.glob("*") if path.is_dir())
    if wrong := [name for name in names if not LANGUAGE.fullmatch(name)]:
        raise KitError(f"{folder}: expected languages by two letters, such as zh, found {', '.join(wrong)}.")
    return names


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` with `autograder/kits` and `solutions`; raises KitError."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "autograder" / "kits").is_dir() and (folder / "solutions").is_dir():
            return folder
    raise KitError(f"Expected a folder with autograder/kits and solutions at or above {start}, found none.")


def inputs(folder: Path) -> Iterator[Path]:
    """The input files of one tree, sorted."""
    return (path for path in sorted((folder / "inputs").glob("*")) if path.is_file())


def read_checks(filename: str, text: str) -> Iterator[Check]:
    """The checks that a test file declares, without importing it; raises KitError."""
    for node in ast.parse(text, filename).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield _read_check(filename, node)


def _read_check(filename: str, node: ast.FunctionDef) -> Check:
    marks = {_mark_name(decorator): decorator for decorator in node.decorator_list}
    task, sentence = marks.get("task"), ast.get_docstring(node)
    if not isinstance(task, ast.Call) or len(task.args) != 1 or not sentence:
        raise KitError(
            f"{filename}: {node.name} needs a docstring and a mark "
            '@pytest.mark.task("…", points=…, hint="…").'
        )
    values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in task.keywords}
    if set(values) != {"points", "hint"} or not values["hint"]:
        found = ", ".join(map(str, values))
        raise KitError(f"{filename}: the task mark of {node.name} takes points and hint, found {found}.")
    return Check(
        name=node.name,
        task=ast.literal_eval(task.args[0]),
        points=values["points"],
        hidden="hidden" in marks,
        sentence=" ".join(sentence.split()),
        hint=values["hint"],
    )


def _mark_name(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return function.attr if isinstance(function, ast.Attribute) else ""

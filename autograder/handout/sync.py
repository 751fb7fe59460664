"""Write the handouts of a repository from their sources, or list the differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..files import write_atomic
from ..kit import LANGUAGE, SETTINGS, Kit
from .build import build_all


@dataclass(frozen=True)
class Difference:
    """One file that differs from its sources; `path` is relative to the repository."""

    path: str
    kind: Literal["missing", "changed", "stray"]


def write(root: Path, slug: str) -> list[Difference]:
    """Write `assignments/<slug>` and return the changes, sorted by path; raises KitError.

    A translation goes to `assignments/<language>/<slug>`. Files without a source are removed, except
    hidden files and caches. The public settings are also written beside the solution's inputs, where
    support code reads them.
    """
    wanted = _wanted(root, slug)
    differences = list(_differences(root, slug, wanted))
    for path in [root / difference.path for difference in differences if difference.kind == "stray"]:
        path.unlink()
        with suppress(OSError):  # unless it holds other files
            path.parent.rmdir()
    write_files(
        {difference.path: wanted[difference.path] for difference in differences if difference.path in wanted},
        root,
    )
    return differences


def compare(root: Path, slug: str) -> list[Difference]:
    """Return where the repository differs from what `write` writes, sorted by path; raises KitError."""
    return list(_differences(root, slug, _wanted(root, slug)))


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files` by path below `folder`."""
    for name, content in files.items():
        write_atomic(folder / name, content)


def _wanted(root: Path, slug: str) -> dict[str, bytes]:
    kit = Kit.load(root, slug)
    wanted = {f"assignments/{name}": content for name, content in build_all(root, kit).items()}
    return wanted | {f"solutions/{slug}/{SETTINGS}": kit.settings_json}


def _differences(root: Path, slug: str, wanted: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in sorted(set(_found(root, slug)) | set(wanted)):
        path = root / name
        if name not in wanted:
            yield Difference(name, "stray")
        elif not path.is_file():
            yield Difference(name, "missing")
        elif path.read_bytes() != wanted[name]:
            yield Difference(name, "changed")


def _found(root: Path, slug: str) -> Iterator[str]:
    """Yield the files of the handouts on disk, without caches of Python, editors and test runners."""
    top = root / "assignments"
    translated = (folder for folder in top.glob(f"*/{slug}") if LANGUAGE.fullmatch(folder.parent.name))
    for folder in (top / slug, *translated):
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
                yield path.relative_to(root).as_posix()

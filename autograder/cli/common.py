"""Which kit is meant: a slug in a repository, or the path of one of its folders."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from ..kit import Kit, KitError, find_root, languages, slugs
from ..text import clean

DID_NOT_HOLD = 1
USED_WRONGLY = 2
INTERRUPTED = 130  # what shells expect of a command that Ctrl-C ended


def fail(message: str, status: int) -> NoReturn:
    """Print `message` to stderr, safe for a terminal, and leave."""
    typer.echo(clean(message), err=True)
    raise typer.Exit(status)


Isolations = Annotated[
    Literal["bubblewrap", "user", "process"], typer.Option(help="What keeps a submission from the rest.")
]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def find_kit(kit: str, root: Path | None) -> Kit:
    """The kit called `kit` in `root`, or else in the repository around here; raises KitError."""
    folder = Path(kit)
    if (folder / "kit.toml").is_file() or (os.sep in kit and folder.is_dir()):
        return Kit.load(root or find_root(folder), folder.resolve().name)
    if os.sep in kit:
        raise KitError(f"Expected a kit's name or folder, found no folder {kit!r}.")
    root = find_repository(root)
    if kit not in (known := slugs(root)):
        raise KitError(f"No kit is called {kit!r} in {root}; {near(kit, known)}")
    return Kit.load(root, kit)


def find_repository(root: Path | None) -> Path:
    """The repository named with --root, or the one around here; raises KitError."""
    try:
        return find_root(root or Path.cwd())
    except KitError as error:
        raise KitError(f"{error} Go to the course's repository, or name it with --root.") from error


def near(name: str, known: list[str]) -> str:
    """The names that were perhaps meant, else all of them, as the end of a sentence."""
    if matches := get_close_matches(name, known, n=3, cutoff=0.5):
        return f"did you mean {' or '.join(map(repr, matches))}?"
    return f"there are: {', '.join(known)}." if known else "there is none."


def untranslated(root: Path) -> list[str]:
    """A sentence for each kit that lacks a language which another kit of the course has; raises KitError."""
    spoken = {slug: languages(root, slug) for slug in slugs(root)}
    course = sorted({language for each in spoken.values() for language in each})
    return [
        f"{slug} has no handout in {', '.join(lacking)}, as other kits have."
        for slug, each in spoken.items()
        if (lacking := [language for language in course if language not in each])
    ]

"""Release a kit: write everything that students and systems get into one folder, after a leak check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..handout.sync import write_files
from ..kit import Kit, languages
from .bundles import (
    MANIFEST_FILE,
    Manifest,
    github_template,
    gradescope_zip,
    otter_zip,
    student_zip,
    with_manifest,
)
from .leak_check import find_leaks, leak_message
from .nbgrader_course import nbgrader_course, release_version
from .wheel import Wheel


class LeakError(RuntimeError):
    """Raised if a file for students contains a secret. The message says what and where."""


@dataclass(frozen=True)
class Release:
    """The files of a release by path in its folder, and the folder."""

    folder: Path
    files: Mapping[str, bytes]


def release(root: Path, kit: Kit, out: Path, wheel: Wheel) -> Release:
    """Write `out/<kit>`, byte-identical for identical inputs; raises KitError or LeakError.

    Removes files of an earlier release that this one lacks. Other files, such as an nbgrader gradebook,
    stay.
    """
    course = nbgrader_course(root, kit)
    zips = {f"{kit.slug}.zip": student_zip(root, kit, wheel)} | {
        f"{kit.slug}_{language}.zip": student_zip(root, kit, wheel, language)
        for language in languages(root, kit.slug)
    }
    released = release_version(kit, course)
    template = {f"github/{name}": content for name, content in github_template(root, kit, wheel).items()}
    students = zips | template | {f"nbgrader/release/{name}": content for name, content in released.items()}
    if found := find_leaks(root, kit, students):
        raise LeakError(leak_message(found))
    files = with_manifest(
        kit,
        {
            **zips,
            **template,
            "otter/autograder.zip": otter_zip(kit, wheel),
            "gradescope/autograder.zip": gradescope_zip(root, kit, wheel),
            **{f"nbgrader/{name}": content for name, content in course.items()},
        },
    )
    folder = out / kit.slug
    for name in _released(folder) - set(files):
        (folder / name).unlink(missing_ok=True)
    write_files(files, folder)
    return Release(folder, files)


def _released(folder: Path) -> set[str]:
    """Return the paths in the manifest of an earlier release."""
    try:
        names = Manifest.from_json((folder / MANIFEST_FILE).read_bytes()).files
    except (OSError, ValueError, TypeError):
        return set()
    inside = folder.resolve()
    return {name for name in names if (folder / name).resolve().is_relative_to(inside)}

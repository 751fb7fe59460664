"""One kit, released: everything that students and systems get, checked for leaks, in one folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..handout.sync import write_files
from ..kit import Kit, languages
from .build import Wheel
from .bundles import NAME, Manifest, gradescope_zip, otter_zip, student_zip, with_manifest
from .leak_check import find_leaks, leak_message
from .nbgrader_course import nbgrader_course, release_version


class LeakError(RuntimeError):
    """Something secret is in what goes to students; the text says what and where."""


@dataclass(frozen=True)
class Release:
    """The files of a release by path in its folder, and the folder."""

    folder: Path
    files: Mapping[str, bytes]


def release(root: Path, kit: Kit, out: Path, wheel: Wheel) -> Release:
    """Write `out/<kit>`: the same kit, wheel and lock give the same bytes. Raises KitError or LeakError.

    Files of an earlier release that this one lacks are removed; others, such as an nbgrader gradebook, stay.
    """
    course = nbgrader_course(root, kit)
    zips = {f"{kit.slug}.zip": student_zip(root, kit, wheel)} | {
        f"{kit.slug}_{language}.zip": student_zip(root, kit, wheel, language)
        for language in languages(root, kit.slug)
    }
    released = release_version(kit, course)
    students = zips | {f"nbgrader/release/{name}": content for name, content in released.items()}
    if found := find_leaks(root, kit, students):
        raise LeakError(leak_message(found))
    files = with_manifest(
        kit,
        {
            **zips,
            "otter/autograder.zip": otter_zip(kit, wheel),
            "gradescope/autograder.zip": gradescope_zip(kit, wheel),
            **{f"nbgrader/{name}": content for name, content in course.items()},
        },
    )
    folder = out / kit.slug
    for name in _released(folder) - set(files):
        (folder / name).unlink(missing_ok=True)
    write_files(files, folder)
    return Release(folder, files)


def _released(folder: Path) -> set[str]:
    """What the manifest of an earlier release names."""
    try:
        names = Manifest.from_json((folder / NAME).read_bytes()).files
    except (OSError, ValueError, TypeError):
        return set()
    inside = folder.resolve()
    return {name for name in names if (folder / name).resolve().is_relative_to(inside)}

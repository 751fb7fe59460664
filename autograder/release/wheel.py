"""Build the wheel of the engine, and select the locked requirements that grading needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# The earliest time that a zip can hold, so that all builds carry the same time.
EPOCH = "315532800"
PROJECT = Path(__file__).resolve().parents[2]


class WheelError(RuntimeError):
    """Raised if the wheel cannot be built. The message says why, and what to do."""


@dataclass(frozen=True)
class Wheel:
    """A built wheel. pip requires this `name`."""

    name: str
    content: bytes


def build(project: Path = PROJECT) -> Wheel:
    """Build the wheel of the checkout `project`, offline and byte-identical for identical sources.

    Raises WheelError.
    """
    if not (project / "pyproject.toml").is_file():
        raise WheelError(
            f"Expected a checkout of the project, found no pyproject.toml in {project}. "
            "What to do: release from a checkout, not from an installed package."
        )
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
            cwd=project,
            env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH},
            capture_output=True,
            text=True,
            check=False,
        )
        built = sorted(Path(folder).glob("*.whl"))
        if done.returncode or len(built) != 1:
            raise WheelError(
                f"Expected hatchling to build one wheel, found {len(built)}: {done.stderr.strip()}"
            )
        return Wheel(built[0].name, built[0].read_bytes())


# What the examiner needs, and what submissions may import.
FOR_GRADING = (
    *("ipython", "matplotlib", "msgspec", "numpy", "pandas", "pytest", "pyyaml"),
    # The lock's markers choose one of the two.
    *("scikit-learn", "scipy", "tensorflow", "tensorflow-cpu"),
)
# Otter's extra `grading` without what it needs to upload PDFs.
FOR_OTTER = ("otter-grader", "ipykernel", "jupyter-client")
# The Pythons of containers for which TensorFlow has wheels.
PYTHONS = ("3.11", "3.12", "3.13")
_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==")


class LockError(RuntimeError):
    """Raised if the lock lacks a package that grading needs."""


def locked_requirements(wanted: Iterable[str], lock: Path = PROJECT / "requirements.lock") -> str:
    """Return the entries of `lock` for `wanted` and their dependencies, sorted; raises LockError."""
    entries: dict[str, str] = {}
    for name, text in _entries(lock.read_text(encoding="utf-8")):
        # One entry per version where it depends on the Python.
        entries[canonicalize_name(name)] = entries.get(canonicalize_name(name), "") + text
    names = closure(wanted)
    if missing := sorted(names - set(entries)):
        raise LockError(
            f"Expected {', '.join(missing)} in {lock.name}, found no such entry. What to do: `make lock`."
        )
    return "".join(entries[name] for name in sorted(names))


def closure(wanted: Iterable[str]) -> set[str]:
    """Return the names of `wanted` and of their dependencies on Linux, from installed metadata."""
    todo = [Requirement(text) for text in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement = todo.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key not in seen:
            seen.add(key)
            todo += _needs(*key)
    return {name for name, _ in seen}


def _needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    try:
        declared = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        # A backport that this Python does not need, or the other TensorFlow.
        return
    for requirement in map(Requirement, declared):
        if requirement.marker is None or any(
            requirement.marker.evaluate(_environment(python, extra))
            for python in PYTHONS
            for extra in (*extras, "")
        ):
            yield requirement


def _environment(python: str, extra: str) -> dict[str, str]:
    return {
        "extra": extra,
        "os_name": "posix",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": python,
        "python_full_version": f"{python}.0",
    }


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts of a lock's entries; indented lines continue an entry."""
    for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE):
        if found := _ENTRY.match(entry):
            yield found[1], entry

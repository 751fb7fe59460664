"""The locked packages are what pyproject.toml asks for, each with its hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_every_declared_requirement_is_locked_in_its_range() -> None:
    project = PROJECT["project"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    locked: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        locked.setdefault(canonicalize_name(name), set()).add(version)
    for declared in map(
        Requirement, [*project["dependencies"], *extras, *PROJECT["build-system"]["requires"]]
    ):
        versions = locked.get(canonicalize_name(declared.name), set())
        assert any(version in declared.specifier for version in versions), (
            f"Expected {declared} in requirements.lock, found {versions or 'nothing'}. Run `make lock`."
        )


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_index_and_no_folder() -> None:
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", LOCK)

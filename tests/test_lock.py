"""The locked packages are what pyproject.toml asks for, each with its hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMES = ("requirements.lock", "requirements-grade.lock")
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
LOCK = LOCKS["requirements.lock"]


def test_every_declared_requirement_is_locked_in_its_range() -> None:
    project = PROJECT["project"]
    extras = [
        text
        for texts in project["optional-dependencies"].values()
        for text in texts
        if not text.startswith(project["name"])
    ]
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


@pytest.mark.parametrize("name", NAMES)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", LOCKS[name].strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_lock_names_no_index_and_no_folder(name: str) -> None:
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", LOCKS[name])


def test_what_grading_installs_is_a_part_of_everything() -> None:
    whole, part = (set(re.findall(r"^\S+==\S+", LOCKS[name], re.MULTILINE)) for name in NAMES)
    assert part < whole

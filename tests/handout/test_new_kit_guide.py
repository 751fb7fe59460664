"""The instructor's guide, followed word for word, ends with a third kit, released and graded by Otter."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checksums import checksums

from autograder.cli import author as instructor
from autograder.cli import author as new
from autograder.files import unpack
from autograder.kit import Kit, slugs
from autograder.release.bundles import MANIFEST_FILE, Manifest

PROJECT = Path(__file__).parents[2]
GUIDE = (PROJECT / "docs" / "instructor.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SLUG = "week12_scaling"
# The guide is followed once.
pytestmark = pytest.mark.xdist_group("guide")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository of its own, with one kit in it already, after all commands; and what they printed."""
    folder = tmp_path_factory.mktemp("guide")
    root = Path(shutil.copytree(PROJECT / "tests" / "toy", folder / "repository"))
    programs = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "COLUMNS": "120",
    }
    said = ""
    for block in BLOCKS:
        done = subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        said += done.stdout
    return root, said


@pytest.mark.needs("bubblewrap")
def test_the_skeleton_proves_itself_and_is_on_the_calendar(followed: tuple[Path, str]) -> None:
    root, said = followed
    assert "\nProven.\n" in said
    assert "not proven" not in said
    assert slugs(root) == ["sums", SLUG]
    (row,) = [line for line in said.splitlines() if line.startswith(f"{SLUG} ") and "2026-12-21" in line]
    assert re.search(r" (proven|released) +10 +2026-12-14 +2026-12-21 ", row)
    assert "All handouts are up to date." in said


@pytest.mark.needs("bubblewrap")
def test_what_is_released_is_the_kit(followed: tuple[Path, str]) -> None:
    """Every file is as the manifest says, and the student's zip is the handout."""
    root, _ = followed
    kit, folder = Kit.load(root, SLUG), root / "dist" / SLUG
    manifest = Manifest.from_json((folder / MANIFEST_FILE).read_bytes())
    assert manifest.kit_version == kit.version
    assert manifest.files == checksums({name: (folder / name).read_bytes() for name in manifest.files})
    students = unpack((folder / f"{SLUG}.zip").read_bytes())
    assert students["scaling.py"] == (root / "assignments" / SLUG / "scaling.py").read_bytes()


@pytest.mark.needs("bubblewrap")
def test_otter_and_kit_grade_give_the_same_scores(followed: tuple[Path, str]) -> None:
    """The answer has everything, the stub nothing."""
    root, _ = followed
    whole = Kit.load(root, SLUG).points()
    rows: Any = csv.DictReader((root / "grades" / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert {row["student"]: float(row["score"]) for row in rows} == {"ada": whole, "bill": 0}
    results = json.loads((root / "from_otter" / "results.json").read_text(encoding="utf-8"))
    assert {test["name"]: test["score"] for test in results["tests"] if "score" in test} == {
        "standardise": whole
    }


def test_the_guide_names_every_command_of_an_instructor() -> None:
    commands = [*instructor.app.registered_commands, *new.app.registered_commands]
    names = [command.name or command.callback.__name__ for command in commands if command.callback]
    assert [name for name in names if not re.search(rf"\bkit {name}\b", GUIDE)] == []

"""Grading gets exactly the locked versions, and all that they need."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from autograder.release.wheel import FOR_GRADING, FOR_OTTER, LockError, closure, locked_requirements

LOCK = Path(__file__).parents[2] / "requirements.lock"


def test_every_entry_is_the_locks_own_with_its_hashes() -> None:
    """Nothing is added, and every version stands with a hash: pip accepts no other mixture."""
    text, lock = locked_requirements(FOR_GRADING), LOCK.read_text()
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all(entry in lock and "--hash=sha256:" in entry for entry in entries)


def test_all_versions_for_the_supported_pythons_are_there() -> None:
    """Where a package has one version for older Pythons and one for newer, both are pinned."""
    of_numpy = re.compile(r"^numpy==", re.MULTILINE)
    assert (
        len(of_numpy.findall(locked_requirements(["numpy"]))) == len(of_numpy.findall(LOCK.read_text())) >= 1
    )


def test_what_something_needs_comes_with_it() -> None:
    """Keras comes with TensorFlow; a test runner's plugins and type checkers do not."""
    names = closure(FOR_GRADING)
    assert {"tensorflow", "tensorflow-cpu", "keras", "numpy", "pluggy"} <= names
    assert not names & {"mypy", "ruff", "nbgrader", "otter-grader", "playwright"}
    assert {"otter-grader", "ipykernel"} <= closure(FOR_OTTER)


def test_the_examiner_imports_nothing_else() -> None:
    """Every distribution that the grading processes import is pinned."""
    modules = (
        "autograder.integrations.gradescope, autograder.examiner.low_memory_worker, autograder.wire.encode"
    )
    code = f"import sys, {modules}\nprint(*(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    owners = metadata.packages_distributions()
    used = {canonicalize_name(owner) for name in done.stdout.split() for owner in owners.get(name, [])}
    assert "pytest" in used
    assert used - {"weekly-kits"} <= closure(FOR_GRADING)


def test_a_lock_without_an_entry_is_an_error(tmp_path: Path) -> None:
    """It names what is missing and what to do."""
    (tmp_path / "requirements.lock").write_text("numpy==1.0 \\\n    --hash=sha256:00\n")
    with pytest.raises(LockError, match=r"pluggy.*make lock"):
        locked_requirements(["pytest"], tmp_path / "requirements.lock")

"""A student unpacks one zip and installs with one line."""

from __future__ import annotations

from pathlib import Path

from checksums import checksums
from packaging.requirements import Requirement

from autograder.files import unpack
from autograder.handout.build import build
from autograder.kit import Kit
from autograder.release.bundles import MANIFEST_FILE, Manifest, student_zip
from autograder.release.wheel import Wheel


def test_it_is_the_handout_and_the_engine(toy_root: Path, toy: Kit, wheel: Wheel) -> None:
    """All of the handout, unchanged but for the line that installs the wheel beside it."""
    files, handout = unpack(student_zip(toy_root, toy, wheel)), build(toy_root, toy)
    assert set(files) == {*handout, wheel.name, MANIFEST_FILE}
    assert {name for name in handout if files[name] != handout[name]} == {"requirements.txt"}
    assert files[wheel.name] == wheel.content
    assert Manifest.from_json(files[MANIFEST_FILE]).files == checksums(files)


def test_one_line_installs_what_it_needs(toy_root: Path, toy: Kit, wheel: Wheel) -> None:
    """The requirements are ranges that pip can read, and the wheel by its path."""
    text = unpack(student_zip(toy_root, toy, wheel))["requirements.txt"].decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[-1] == f"./{wheel.name}"
    assert {"otter-grader", "tensorflow"} <= {Requirement(line).name for line in lines[:-1]}

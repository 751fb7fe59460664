"""What a student types ends with the exit status that fits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit

TOY = Path(__file__).parents[1] / "toy"
KIT = (sys.executable, "-c", "from autograder.cli import main; main()")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit's handout."""
    folder = tmp_path_factory.mktemp("handout")
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    return folder


def kit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run([*KIT, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_check_is_1_until_every_public_check_passes(folder: Path) -> None:
    stub = (folder / "sums.py").read_text()
    unsolved = kit(folder, "check")
    assert unsolved.returncode == 1, unsolved.stderr
    assert "0 of 4" in unsolved.stdout
    assert "kit hint add gives a hint, one at a time." in unsolved.stdout
    (folder / "sums.py").write_text((TOY / "solutions/sums/sums.py").read_text())
    solved = kit(folder, "check")
    assert (solved.returncode, "4 of 4" in solved.stdout) == (0, True), solved.stderr
    (folder / "sums.py").write_text("def add(")
    broken = kit(folder, "check")
    assert broken.returncode == 1
    assert "sums.py:1 is not Python" in broken.stdout
    (folder / "sums.py").write_text(stub)


@pytest.mark.parametrize("command", ["check", "watch", "pack"])
def test_outside_a_handout_it_is_2(tmp_path: Path, command: str) -> None:
    done = kit(tmp_path, command)
    assert done.returncode == 2
    assert "Go to the folder that you unzipped, or name it." in done.stderr


def test_watch_without_a_terminal_is_2(folder: Path) -> None:
    done = kit(folder, "watch")
    assert done.returncode == 2
    assert "kit check prints the same once" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_other_encodings_show_other_symbols(folder: Path, encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([*KIT, "check"], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    said = done.stdout.decode(encoding)
    assert "not attempted" in said
    assert b"Traceback" not in done.stderr
    assert "?" not in said


def test_help_in_a_handout_lists_the_students_commands_alone(folder: Path) -> None:
    words = kit(folder, "--help").stdout.split()
    assert {"check", "watch", "hint", "pack"} <= set(words)
    assert not {"sync", "prove", "release"} & set(words)


def test_pack_is_1_where_nothing_would_count(folder: Path) -> None:
    done = kit(folder, "pack")
    assert done.returncode == 1
    assert "No file was written" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="no such sizes there")
def test_check_fits_a_narrow_terminal(folder: Path) -> None:
    environment = os.environ | {"COLUMNS": "40"}
    done = subprocess.run(
        [*KIT, "check"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert max(map(len, done.stdout.splitlines())) <= 40

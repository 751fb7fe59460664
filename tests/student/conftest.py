"""A student's folder, what they write into it, and a terminal in front of it."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from terminal import Terminal

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit
from autograder.student.handout import Handout

REPOSITORY = Path(__file__).parents[2]
TOY = REPOSITORY / "tests" / "toy"
Open = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Open]:
    """Opens a terminal that runs a command in a folder."""
    opened: list[Terminal] = []

    def open_one(folder: Path, *command: str, environment: Mapping[str, str] = os.environ) -> Terminal:
        opened.append(Terminal(command, folder, environment))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def kit() -> str:
    """The command `kit` of this environment."""
    return str(Path(sys.executable).with_name("kit"))


@pytest.fixture(scope="session")
def toy_handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit's handout, which no test may change."""
    folder = tmp_path_factory.mktemp("toy") / "sums"
    write_files(build(TOY, Kit.load(TOY, "sums")), folder)
    return folder


@pytest.fixture
def folder(toy_handout: Path, tmp_path: Path) -> Path:
    """A student's own copy of the toy kit's handout."""
    return Path(shutil.copytree(toy_handout, tmp_path / "sums"))


@pytest.fixture
def handout(folder: Path) -> Handout:
    """The same as the command sees it."""
    return Handout.read(folder)


@pytest.fixture(scope="session")
def solution() -> str:
    """The toy kit's answer."""
    return (TOY / "solutions" / "sums" / "sums.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def student_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a machine on which the wheel is installed, and nothing that only staff have."""
    from autograder.release import wheel

    base = tmp_path_factory.mktemp("machine")
    built = base / "wheel.whl"
    built.write_bytes(wheel.build(REPOSITORY).content)
    with zipfile.ZipFile(built) as archive:
        archive.extractall(base / "installed")
    staff = ("bs4", "distributed", "jinja2", "nbgrader", "otter", "pyseccomp", "yaml")
    (base / "missing").mkdir()
    for name in staff:
        (base / "missing" / f"{name}.py").write_text(f'raise ImportError("only staff have {name}")\n')
    path = os.pathsep.join([str(base / "missing"), str(base / "installed")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(base)}

"""The command `kit` as a real process, and a class of the toy kit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app

TOY = Path(__file__).parents[1] / "toy"
SOLVED = (TOY / "solutions" / "sums" / "sums.py").read_text(encoding="utf-8")
# Whatever runs in the background, as tests may, has Ctrl-C ignored by all that it starts.
CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
KIT = (sys.executable, "-c", f"{CTRL_C}; from autograder.cli import main; main()")

CLASS = {
    "ada.py": SOLVED,
    "zoë.py": SOLVED + "\n\n# my own\n",
    "=cmd|' [bold red]x.py": "def add(left, right):\n    return left + right\n",
    "wrong.py": "def add(left, right):\n    return left - right\n",
    "torn.py": "def add(left, right:\n",
    "empty.py": "",
    "exits.py": "def add(left, right):\n    import os\n    os._exit(3)\n",
    "copy.py": "def add(left, right):\n    return left + right * 1\n",
    "copycat.py": "def add(left, right):\n    return left + right * 1\n",
    "stub.py": "def add(left, right):\n    raise NotImplementedError\n",
}


@pytest.fixture(scope="session")
def toy() -> Path:
    """The toy kit's repository."""
    return TOY


def write_class(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the command's process sees: folders of its own, and a terminal of known width."""
    cache, scratch = (str(tmp_path_factory.mktemp(name)) for name in ("cache", "scratch"))
    return os.environ | {"XDG_CACHE_HOME": cache, "TMPDIR": scratch, "COLUMNS": "100"}


@pytest.fixture(scope="session")
def kit_command(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `kit` to its end."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [*KIT, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def kit_here() -> Callable[..., tuple[int, str]]:
    """Runs `kit` in this process, which is quicker where it refuses; returns its status and what it said."""

    def run(*arguments: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(map(str, arguments)))
        return result.exit_code, result.output

    return run


@pytest.fixture(scope="session")
def kit_process(environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """Starts `kit` in a process group of its own, both streams in one pipe."""

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*KIT, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


@pytest.fixture(scope="session")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten submissions: right, wrong, broken, hostile and copied."""
    return write_class(tmp_path_factory.mktemp("class") / "class", CLASS)


@pytest.fixture(scope="session")
def graded(
    class_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    kit_command: Callable[..., subprocess.CompletedProcess[str]],
) -> tuple[Path, str]:
    """The class's grades after an undisturbed run, and what it printed."""
    out = tmp_path_factory.mktemp("graded") / "grades"
    done = kit_command("grade", "sums", class_folder, "--out", out, "--root", TOY)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


@pytest.fixture
def grade_arguments(class_folder: Path, tmp_path: Path) -> list[str | Path]:
    """The command line that grades the class into a new folder."""
    return ["grade", "sums", class_folder, "--out", tmp_path / "grades", "--root", TOY]

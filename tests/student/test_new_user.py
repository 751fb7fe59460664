"""A new user's whole way in a terminal: unzip the handout, watch, solve task by task, take a hint, pack."""

from __future__ import annotations

import ast
import io
import os
import select
import sys
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from autograder.files import pack
from autograder.handout.build import build
from autograder.kit import Kit

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from autograder.cli import main; main()")


def unzipped(root: Path, slug: str, folder: Path) -> Path:
    """The handout of a kit, unzipped as a student does it."""
    with zipfile.ZipFile(io.BytesIO(pack(build(root, Kit.load(root, slug))))) as archive:
        archive.extractall(folder / slug)
    return folder / slug


def written(root: Path, slug: str, module: str, solved: Collection[str]) -> str:
    """The answer with these tasks solved, and the others as they were handed out."""
    text = (root / "solutions" / slug / f"{module}.py").read_text(encoding="utf-8")
    parts = []
    for node in ast.parse(text).body:
        part = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.FunctionDef) and "### BEGIN SOLUTION" in part and node.name not in solved:
            part = part[: part.index("### BEGIN SOLUTION")] + f'raise NotImplementedError("{node.name}")'
        parts.append(part)
    return "\n\n\n".join(parts) + "\n"


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Path, str], None]:
    """Saves a file as many editors do: a new one takes the old one's place."""

    def save(path: Path, text: str) -> None:
        new = path.with_suffix(".saving")
        new.write_text(text, encoding="utf-8")
        new.replace(path)

    return save


def test_from_the_zip_to_the_packed_answer(tmp_path, terminal, save, student_environment):
    toy = REPOSITORY / "tests" / "toy"
    folder = unzipped(toy, "sums", tmp_path)
    answer = folder / "sums.py"
    watch = terminal(folder, *COMMAND, "watch", environment=student_environment)
    watch.wait_for("Sums", "public points", "0 of 4", "not attempted", "watching sums.py and sums.ipynb")

    save(answer, written(toy, "sums", "sums", ["add"]))
    watch.wait_for("2 of 4", "add is solved.", "next: mean", "checked in")

    wrong = written(toy, "sums", "sums", ["add"]).replace(
        'raise NotImplementedError("mean")', "return max(numbers)"
    )
    save(answer, wrong)
    watch.wait_for(
        "mean  The mean of the given numbers is what NumPy says.", "Expected", "received", "sums.py:"
    )
    watch.press("h")
    watch.wait_for("hint 1 of 4  Divide by how many there are.")
    watch.press("h")
    screen = watch.wait_for("hint 1 of 4", "hint 2 of 4  What is the sum, and how many numbers are there?")
    assert screen.index("hint 2 of 4") < screen.index("hint 1 of 4") < screen.index("Expected")

    save(answer, wrong.replace("max(numbers)", "print('the mean') or sum(numbers) / no_such_name"))
    watch.wait_for("mean raised NameError: name 'no_such_name' is not defined", "hint 2 of 4")
    watch.press("o")
    watch.wait_for("Your code printed:", "the mean")
    watch.press("o")

    save(answer, "def add(left, right:\n    pass\n")
    watch.wait_for("sums.py:1 is not Python: '(' was never closed.", "def add(left, right:", "       ^")

    save(answer, written(toy, "sums", "sums", ["add", "mean", "scale"]))
    hidden = "Hidden checks give the other 6 points"
    watch.wait_for("4 of 4", "Every public check passes.", hidden, "kit pack")
    watch.press("q")
    assert watch.end() == 0

    packing = terminal(folder, *COMMAND, "pack", environment=student_environment)
    packing.wait_for("sums.py loads", "Public checks: 4 of 4 points.", "Wrote sums-answer.zip. Hand it in.")
    assert packing.end() == 0
    with zipfile.ZipFile(folder / "sums-answer.zip") as archive:
        assert archive.namelist() == ["sums.py"]
        assert archive.read("sums.py") == answer.read_bytes()


def test_the_terminal_is_left_as_it_was(folder, terminal, student_environment):
    """What `stty` says before and after is the same, and the panel is gone from the screen."""
    command = 'before=$(stty -g); "$@" watch; test "$before" = "$(stty -g)" && echo as before'
    shell = terminal(folder, "sh", "-c", command, "sh", *COMMAND, environment=student_environment)
    shell.wait_for("watching sums.py")
    shell.press("q")
    shell.wait_for("as before")
    assert shell.end() == 0


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to see processes end")
def test_nothing_is_left_when_the_panel_is_killed(folder, terminal, student_environment):
    """Not even an endless loop of the student's."""
    save = folder / "sums.py"
    watch = terminal(folder, *COMMAND, "watch", environment=student_environment)
    watch.wait_for("watching sums.py")
    save.write_text("def add(left, right):\n    while True: pass\n")
    watch.wait_for("checking add")
    warm = children(watch.process.pid)
    forked = [child for process in warm for child in children(process)]
    assert forked
    descriptors = [os.pidfd_open(process) for process in (*warm, *forked)]
    watch.process.kill()
    for descriptor in descriptors:
        assert select.select([descriptor], [], [], 60)[0], "A process is still there."
        os.close(descriptor)


def children(process: int) -> list[int]:
    """The processes that a process has started, from any of its threads."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]


def test_week_9_from_the_stub_to_the_graft(tmp_path, terminal, save, student_environment):
    """Trainings come in after the rest, networks are drawn, and the trap explains itself."""
    folder = unzipped(REPOSITORY, "week09_transfer", tmp_path)
    tasks = ["build_base", "copy_layers", "drop_top", "freeze", "add_softmax", "build_transfer_model"]

    def with_solved(*solved: str) -> str:
        return written(REPOSITORY, "week09_transfer", "transfer", solved)

    watch = terminal(folder, *COMMAND, "watch", environment=student_environment)
    watch.wait_for("Transfer learning on Iris", "0 of 71", "watching transfer.py")

    save(folder / "transfer.py", with_solved("build_base"))
    watch.wait_for("build_base is solved.", "14 of 71", "Dense 3 softmax", "1,603 parameters: 1,603 train")

    save(folder / "transfer.py", with_solved("build_base", "drop_top", "freeze"))
    watch.wait_for(
        "freeze is solved.",
        "1,525 parameters: 0 train, 1,525 are frozen.",
        "Your donor is frozen too now: 78 of its 1,603 parameters still train.",
    )

    trapped = with_solved(*tasks).replace(
        "return add_softmax(freeze(drop_top(donor)), n_classes=n_classes)",
        "return add_softmax(freeze(drop_top(base)), n_classes=n_classes)",
    )
    save(folder / "transfer.py", trapped)
    watch.wait_for(
        "The base keeps its layers, weights", "1,525 frozen", "Which other network uses the layers"
    )

    save(folder / "transfer.py", with_solved(*tasks))
    watch.wait_for("71 of 71", "Every public check passes.", "1,629 parameters: 104 train", "kit pack")
    watch.press("q")
    assert watch.end() == 0
    assert list((folder / ".kit" / "trainings").iterdir())

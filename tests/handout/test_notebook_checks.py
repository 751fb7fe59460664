"""`grader.check` runs the checks of a task once, together, and tells of each by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.handout.build import build
from autograder.handout.sync import write_files
from autograder.kit import Kit

TOY = Path(__file__).parents[1] / "toy"
CHECKS = """
import pytest
import sums


@pytest.fixture(scope="module")
def total():
    print("asked")
    return sums.add(1, 2)


@pytest.mark.task("add", points=1, hint="What is a sum?")
def test_right(total):
    assert total == 3


@pytest.mark.task("add", points=1, hint="What is a sum?")
def test_wrong(total):
    assert total == 4, "Expected four."
"""
STOPPED = """

@pytest.mark.task("add", points=1, hint="")
def test_stopped():
    raise KeyboardInterrupt
"""
# As Otter does it: a test file's code, then its cases one after the other.
PROGRAM = """
import sys

from support.notebook_checks import Checks


def add(left, right):
    return left + right


def stub(left, right):
    raise NotImplementedError("add")


checks, function = Checks("sums", "add"), vars().get(sys.argv[1])
for name in sys.argv[2:]:
    try:
        checks.run({"add": function} if function else {}, name)
        print(name, "passed")
    except Exception as error:
        print(name, type(error).__name__, error)
"""


def run(folder: Path, *words: str) -> list[str]:
    command = [sys.executable, "program.py", *words]
    return subprocess.check_output(command, cwd=folder, text=True).splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A handout with checks that share an answer."""
    write_files(build(TOY, Kit.load(TOY, "sums")), tmp_path)
    (tmp_path / "test_sums.py").write_text(CHECKS)
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def test_what_checks_share_is_asked_for_once(folder: Path) -> None:
    """Each says how it ended itself, and the wrong one why."""
    lines = run(folder, "add", "test_right", "test_wrong")
    assert lines == [
        "asked",
        "test_right passed",
        "test_wrong CheckFailed test_wrong",
        "  Expected four.",
        "  think about    What is a sum?",
        "  your function  program.py:7: def add(left, right):",
    ]


def test_a_stub_is_not_attempted(folder: Path) -> None:
    lines = run(folder, "stub", "test_right", "test_wrong")
    assert [line for line in lines if line.startswith("test_")] == [
        "test_right NotAttempted add: not attempted yet",
        "test_wrong NotAttempted add: not attempted yet",
    ]


def test_so_is_a_function_that_is_not_there(folder: Path) -> None:
    *_, line = run(folder, "nothing", "test_right")
    assert line == "test_right NotAttempted add: not attempted yet; run the cell that defines it"


def test_nothing_passes_that_was_stopped_or_is_not_there(folder: Path) -> None:
    """Neither what ran before the stop, nor a check that the file does not have."""
    (line,) = run(folder, "add", "test_right", "test_missing")[2:]
    assert line == "test_missing CheckFailed Expected pytest to run test_missing, found none."
    (folder / "test_sums.py").write_text(CHECKS + STOPPED)
    first, second = run(folder, "add", "test_right", "test_stopped")[1:]
    stopped = "CheckFailed The checks were interrupted before they ended."
    assert (first, second) == (f"test_right {stopped}", f"test_stopped {stopped}")


def test_checks_that_cannot_be_read_say_why(folder: Path) -> None:
    (folder / "test_sums.py").write_text("import nowhere\n")
    first, *_ = run(folder, "add", "test_right")
    assert first.startswith("test_right CheckFailed")


def test_a_solved_task_is_drawn(folder: Path) -> None:
    """As the kit draws it, without colours; what cannot be drawn is left out."""
    (folder / "test_sums.py").write_text(CHECKS.replace("total == 4", "total != 4"))
    kit = json.loads((folder / "support/kit.json").read_text())
    (folder / "drawing.py").write_text(
        "def solved(task, module):\n    return f'\\x1b[31m{task}\\x1b[0m is {module.add(1, 2)}'\n\n\n"
        "def broken(task, module):\n    raise ValueError\n"
    )
    (folder / "program.py").write_text(
        "from support.notebook_checks import Grader\n\n\ndef add(left, right):\n    return left + right\n\n\n"
        "print(Grader().check('add'))\n"
    )
    for function, drawn in (("drawing.solved", ["", "add is 3"]), ("drawing.broken", [])):
        (folder / "support/kit.json").write_text(json.dumps(kit | {"picture": function}))
        assert run(folder) == [
            "asked",
            "✓ add: 2 of 2 public points; 3 more from hidden checks",
            "  passed  1 of 1  test_right",
            "  passed  1 of 1  test_wrong",
            "Hidden checks look at numbers below zero, and other arrays than the given one: try these, too.",
            *drawn,
        ]


@pytest.mark.parametrize(
    ("right", "differs", "drawn"),
    [(True, False, True), (True, True, True), (False, True, True), (False, False, False)],
)
def test_an_answer_is_drawn_beside_what_is_expected(
    folder: Path, right: bool, differs: bool, drawn: bool
) -> None:
    """A wrong answer only if the kit sees a difference."""
    checks = CHECKS.replace("total == 4", "total != 4") if right else CHECKS
    (folder / "test_sums.py").write_text(checks)
    kit = json.loads((folder / "support/kit.json").read_text())
    (folder / "support/kit.json").write_text(json.dumps(kit | {"picture": "drawing.solved"}))
    (folder / "drawing.py").write_text(
        "class Pair:\n"
        f"    differs = [{differs}]\n\n"
        "    @property\n    def yours(self):\n        return self\n\n"
        "    def __str__(self):\n        return 'a network'\n\n"
        "    def _repr_svg_(self):\n        return '<svg>a network</svg>'\n\n"
        "    _repr_html_ = _repr_svg_\n\n\n"
        "def compared(task, module):\n    return Pair()\n"
    )
    (folder / "program.py").write_text(
        "from support.notebook_checks import Grader\n\n\ndef add(left, right):\n    return left + right\n\n\n"
        "card = Grader().check('add')\nprint(card)\nprint('svg' if '<svg>' in card._repr_html_() else 'no')\n"
    )
    said = run(folder)
    assert ("a network" in said, said[-1] == "svg") == (drawn, drawn)


@pytest.mark.parametrize(("remote", "told"), [([], True), (["add"], False)])
def test_only_an_answer_that_is_sent_can_be_refused(folder: Path, remote: list[str], told: bool) -> None:
    """What a task in `remote` returns stays where it is made, and a class stays a class."""
    kit = json.loads((folder / "support/kit.json").read_text())
    (folder / "support/kit.json").write_text(json.dumps(kit | {"remote": remote}))
    (folder / "program.py").write_text(
        "from support.notebook_checks import hand_in\n\n\nclass add:\n"
        "    def __init__(self, left, right):\n        pass\n\n\n"
        "print(*hand_in(globals()).problems)\n"
    )
    assert any("cannot take what `add` returns" in line for line in run(folder)) == told

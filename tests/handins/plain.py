"""Run hand-ins as students do without `kit`: plain pytest for a `.py`, the cells of a notebook in IPython.

The program runs in a handout. It reads the paths of hand-ins from standard input and writes, for each, the
passed public checks and the last cell's problems as JSON, or `null` if the student's code ended the process.
It imports everything once, and a fork serves each hand-in.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.student.handout import Handout
from autograder.student.worker import warm_up

# A student interrupts a cell that does not end.
CELL_SECONDS = 3


class Passed:
    """A pytest plugin that collects the names of the checks that pass, and why a file cannot be loaded."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.problems: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.names.add(report.nodeid.rpartition("::")[2])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(report.longreprtext)


def run_script(module: str) -> dict[str, Any]:
    """Run plain pytest on the handout."""
    passed = Passed()
    pytest.main(["-p", "no:cacheprovider", f"test_{module}.py"], [passed])
    return {"passed": sorted(passed.names), "problems": passed.problems}


def run_notebook(path: Path) -> dict[str, Any]:
    """Run every code cell, and the last one that every handout's notebook has."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    # Shell lines, such as `!pip install`, do nothing, and neither does `%matplotlib inline`.
    shell.system = shell.getoutput = lambda command, **options: []
    shell.enable_gui = lambda gui=None: None
    if b"google.colab" in path.read_bytes():
        sys.modules["google.colab"] = MagicMock()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    for source in code_cells(json.loads(path.read_bytes())):
        signal.alarm(CELL_SECONDS)
        shell.run_cell(source)
        signal.alarm(0)
    card = importlib.import_module("support.notebook_checks").hand_in(shell.user_ns)
    checks = [check for task in card.tasks for check in task.checks]
    return {
        "passed": sorted(check.name for check in checks if check.outcome == "passed"),
        "problems": list(card.problems),
    }


def code_cells(notebook: dict[str, Any]) -> list[str]:
    """Return the sources of all code cells."""
    sheets = notebook.get("worksheets", [notebook])
    cells = [cell for sheet in sheets for cell in sheet["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell.get("source", cell.get("input"))) for cell in cells]


def serve(path: Path, module: str) -> str:
    """Run one hand-in in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            silence()
            answer = Path(shutil.copy(path, f"{module}{path.suffix}"))
            found = run_script(module) if path.suffix == ".py" else run_notebook(answer)
            os.write(writing, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        result = pipe.read()
    os.waitpid(child, 0)
    for suffix in (".py", ".ipynb"):
        Path(f"{module}{suffix}").unlink(missing_ok=True)
    return result or "null"


def silence() -> None:
    """Give the student's code no input, and drop its output."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


def main() -> None:
    """Import what the checks need, and serve standard input."""
    sys.path.insert(0, "")
    # Otter shows the same cards, but it takes seconds to import.
    sys.modules["otter"] = MagicMock()
    handout = Handout.read(Path.cwd())
    # Trainings are those of `kit watch` in the same handout.
    warm_up(handout)
    for line in sys.stdin:
        print(serve(Path(line.rstrip("\n")), handout.module), flush=True)


if __name__ == "__main__":
    main()

"""Take wrong turns in a handout, and say what the notebook and plain pytest show for each.

The program runs in a handout. It reads the wrong turns from standard input, and writes the two texts of each
as JSON. It stops at the first check that does not pass.
"""

from __future__ import annotations

import importlib
import json
import linecache
import os
import sys
from pathlib import Path
from typing import Any

import pytest

# At its end, the plugin that looks for unraisable exceptions collects garbage in all of TensorFlow.
QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:unraisableexception"]


class Failures:
    """A pytest plugin that collects what pytest shows of each failed check."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.texts.append(report.longreprtext)


def in_notebook(number: int, turn: dict[str, Any]) -> Any:
    """Run a wrong answer as a cell, and return the report of the check that fails first."""
    place = f"<ipython-input-{number}-cell>"
    linecache.cache[place] = (1, None, turn["text"].splitlines(keepends=True), place)
    variables: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(turn["text"], place, "exec"), variables)
    checks = importlib.import_module("support.notebook_checks")
    return checks.Grader().check(turn["task"], variables).first_failure


def in_pytest(turn: dict[str, Any], check: str) -> str:
    """Save a wrong answer, and return what plain pytest shows of this check."""
    Path(f"{turn['module']}.py").write_text(turn["text"], encoding="utf-8")
    linecache.clearcache()
    for name in (turn["module"], f"test_{turn['module']}"):
        sys.modules.pop(name, None)
    failures = Failures()
    pytest.main([*QUIET, f"test_{turn['module']}.py::{check}"], [failures])
    return failures.texts[0]


if __name__ == "__main__":
    sys.path.insert(0, "")
    sys.dont_write_bytecode = True
    os.environ["PYTEST_ADDOPTS"] = "--exitfirst"
    # As the notebook does in its first cell: Keras is imported with the settings of the support library.
    importlib.import_module("lesson")
    texts = []
    for number, turn in enumerate(json.load(sys.stdin), 1):
        failed = in_notebook(number, turn)
        texts.append((failed.text(), in_pytest(turn, failed.name)))
    print()
    print(json.dumps(texts))

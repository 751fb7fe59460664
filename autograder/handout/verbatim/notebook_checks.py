"""Runs the checks of the test file on a notebook's functions. You need not read this to do the tasks."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NOT_ATTEMPTED = "not attempted"
# pytest needs no screen and no notes here, and no second to look for what nobody caught.
OUT = ("terminal", "cacheprovider", "warnings", "unraisableexception", "threadexception", "faulthandler")
QUIET = ("-o", "addopts=", "--capture=no", *(f"-pno:{plugin}" for plugin in OUT))


class NotAttempted(Exception):
    """The function is still the stub, or is not defined yet."""


class CheckFailed(Exception):
    """A check did not pass; the text says why."""


def run(env: dict[str, Any], module: str, task: str, check: str) -> None:
    """Run one check of `test_<module>.py` on the functions in `env`, the notebook's variables.

    Raises NotAttempted or CheckFailed.
    """
    _pass(env, module, task, f"{HERE / f'test_{module}.py'}::{check}")


def must_pass(env: dict[str, Any], module: str, task: str) -> None:
    """Run all checks of one task; raises NotAttempted, or CheckFailed with what all of them say.

    nbgrader gives full points to a cell that ends well. Where it runs this cell to give points, its examiner
    is not in place, and nobody may get any: raises RuntimeError.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise RuntimeError("Expected the examiner to grade this cell: is nbgrader_config.py the kit's?")
    _pass(env, module, task, str(HERE / f"test_{module}.py"), "--task", task)


class _Seen:
    """A pytest plugin that keeps what checks say when they do not pass."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.only_not_attempted = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._add(report, getattr(report, "kit_outcome", ""))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._add(report, "")

    def _add(self, report: Any, outcome: str) -> None:
        self.failed.append(str(report.longrepr))
        self.only_not_attempted &= outcome == NOT_ATTEMPTED


def _pass(env: dict[str, Any], module: str, task: str, *wanted: str) -> None:
    if task not in env:
        raise NotAttempted(f"{task}: not attempted yet; run the cell that defines it")
    seen = _Seen()
    with _imports(module, env):
        status = pytest.main(
            [*QUIET, "--rootdir", str(HERE), "-c", str(HERE / "pytest.ini"), *wanted], [seen]
        )
    if seen.failed:
        kind = NotAttempted if seen.only_not_attempted else CheckFailed
        raise kind("\n\n".join(dict.fromkeys(seen.failed)))
    if status != pytest.ExitCode.OK:
        raise CheckFailed(f"Expected pytest to run checks of {task}, found {status!r}.")


@contextmanager
def _imports(module: str, env: dict[str, Any]) -> Iterator[None]:
    """Let `import <module>` give the notebook's variables, to checks that are imported anew."""
    stand_in = types.ModuleType(module)
    vars(stand_in).update({key: value for key, value in env.items() if not key.startswith("__")})
    names = (module, f"test_{module}")
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)

"""Run the checks of the test file on a notebook's functions. You need not read this to do the tasks."""

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
# No output of pytest's own, and no plugins that only take time here.
OUT = ("terminal", "cacheprovider", "warnings", "unraisableexception", "threadexception", "faulthandler")
QUIET = ("-o", "addopts=", "--capture=no", *(f"-pno:{plugin}" for plugin in OUT))


class NotAttempted(Exception):
    """The function is still the stub, or is not defined yet."""


class CheckFailed(Exception):
    """A check did not pass; the text says why."""


class Checks:
    """The checks of one task; the first `run` runs all of them together, because they share slow calls."""

    def __init__(self, module: str, task: str) -> None:
        """Select the checks of `task` in `test_<module>.py`."""
        self._module = module
        self._task = task
        self._seen: _Seen | None = None

    def run(self, env: dict[str, Any], check: str) -> None:
        """Report the result of one check on the functions in `env`, the notebook's variables.

        Raises NotAttempted or CheckFailed.
        """
        if self._seen is None:
            self._seen = _seen(env, self._module, self._task)
        self._seen.expect(check)


def must_pass(env: dict[str, Any], module: str, task: str) -> None:
    """Run all checks of one task; raises NotAttempted, or CheckFailed with what all of them say.

    Raises RuntimeError if nbgrader runs this cell for grading: it would give full points to a cell without an
    error, so its configuration must replace this run by the examiner.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise RuntimeError("Expected the examiner to grade this cell: is nbgrader_config.py the kit's?")
    _seen(env, module, task).expect()


class _Seen:
    """A pytest plugin that collects the failure messages of each check by name."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}
        self._wrong: set[str] = set()
        self._broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("::")[2]
        said = self._said.setdefault(name, [])
        if report.failed:
            said.append(str(report.longrepr))
            if getattr(report, "kit_outcome", "") != NOT_ATTEMPTED:
                self._wrong.add(name)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken.append(str(report.longrepr))

    def end(self, status: int) -> None:
        """Record the exit status of pytest: no check passed if it was stopped."""
        if not self._broken and status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._broken.append(f"Expected pytest to run the checks, found {status!r}.")

    def expect(self, *checks: str) -> None:
        """Raise NotAttempted or CheckFailed unless `checks` (by default all that ran) passed."""
        if self._broken:
            raise CheckFailed("\n\n".join(self._broken))
        names = checks or tuple(self._said)
        if said := [text for name in names for text in self._said.get(name, ())]:
            kind = CheckFailed if self._wrong.intersection(names) else NotAttempted
            raise kind("\n\n".join(dict.fromkeys(said)))
        if not names or not self._said.keys() >= set(names):
            raise CheckFailed(f"Expected pytest to run {', '.join(checks) or 'checks'}, found none.")


def _seen(env: dict[str, Any], module: str, task: str) -> _Seen:
    """Run all checks of a task; raises NotAttempted if the function is missing."""
    if task not in env:
        raise NotAttempted(f"{task}: not attempted yet; run the cell that defines it")
    seen, where = _Seen(), ("--rootdir", str(HERE), "-c", str(HERE / "pytest.ini"))
    with _imports(module, env):
        seen.end(pytest.main([*QUIET, *where, str(HERE / f"test_{module}.py"), "--task", task], [seen]))
    return seen


@contextmanager
def _imports(module: str, env: dict[str, Any]) -> Iterator[None]:
    """Make `import <module>` return the notebook's variables, and import the checks again."""
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

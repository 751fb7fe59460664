"""Runs the checks of the test file on a notebook's functions. You need not read this to do the tasks."""

from __future__ import annotations

import gc
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


class Checks:
    """The checks of one task. The first that is asked for runs all of them: they share what is slow."""

    def __init__(self, module: str, task: str) -> None:
        """Take the checks of `test_<module>.py` that are about `task`."""
        self._module = module
        self._task = task
        self._seen: _Seen | None = None

    def run(self, env: dict[str, Any], check: str) -> None:
        """Tell how one check ended on the functions in `env`, the notebook's variables.

        Raises NotAttempted or CheckFailed.
        """
        if self._seen is None:
            self._seen = _seen(env, self._module, self._task)
        self._seen.expect(check)


def must_pass(env: dict[str, Any], module: str, task: str) -> None:
    """Run all checks of one task; raises NotAttempted, or CheckFailed with what all of them say.

    nbgrader gives full points to a cell that ends well. Where it runs this cell to give points, its examiner
    is not in place, and nobody may get any: raises RuntimeError.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise RuntimeError("Expected the examiner to grade this cell: is nbgrader_config.py the kit's?")
    _seen(env, module, task).expect()


class _Seen:
    """A pytest plugin that keeps what each check said, by its name: nothing where it passed."""

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
        """Note that pytest ended with `status`: nothing passed where it was stopped."""
        if not self._broken and status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._broken.append(f"Expected pytest to run the checks, found {status!r}.")

    def expect(self, *checks: str) -> None:
        """Raise NotAttempted or CheckFailed unless these checks passed; all that ran where none is named."""
        if self._broken:
            raise CheckFailed("\n\n".join(self._broken))
        names = checks or tuple(self._said)
        if said := [text for name in names for text in self._said.get(name, ())]:
            kind = CheckFailed if self._wrong.intersection(names) else NotAttempted
            raise kind("\n\n".join(dict.fromkeys(said)))
        if not names or not self._said.keys() >= set(names):
            raise CheckFailed(f"Expected pytest to run {', '.join(checks) or 'checks'}, found none.")


def _seen(env: dict[str, Any], module: str, task: str) -> _Seen:
    """Run all checks of a task and keep what they say; raises NotAttempted where the function is missing."""
    if task not in env:
        raise NotAttempted(f"{task}: not attempted yet; run the cell that defines it")
    seen, where = _Seen(), ("--rootdir", str(HERE), "-c", str(HERE / "pytest.ini"))
    with _imports(module, env), _garbage_as_before():
        seen.end(pytest.main([*QUIET, *where, str(HERE / f"test_{module}.py"), "--task", task], [seen]))
    return seen


@contextmanager
def _garbage_as_before() -> Iterator[None]:
    """Collect what the checks leave behind, and undo what `conftest.py` does about garbage."""
    usual = gc.get_threshold()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        gc.set_threshold(*usual)


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

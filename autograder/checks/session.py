"""Provide a pytest session that collects all checks once and then serves submissions.

pytest exposes its test loop as a hook. Instead of running the collected checks in the hook, `serve` forks for
every submission and runs them in the fork. What a check leaves in memory is released, so that later checks
have as much memory available.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol

import pytest

from ..declared_checks import Check
from ..kit import CHECK_FILES
from ..kit_config import SUPPORT
from ..models import Outcome
from .check_events import CheckFinished
from .failures import Skipped, SubmissionFailed, chain
from .results import result_of

# Disable plugins that write, capture or rewrite, so that messages of checks stay unchanged.
ARGUMENTS = (
    *("-c", "/dev/null", "--assert=plain", "--capture=no", "--import-mode=importlib", "--noconftest"),
    *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:warnings"),
    *("-p", "no:logging", "-p", "no:junitxml", "-p", "no:unraisableexception", "-p", "no:threadexception"),
)
MIB = 1024**2
# Training a small network uses less than this. Garbage collection takes longer than such a check.
COLLECT_BYTES = 256 * MIB


class CollectionError(RuntimeError):
    """Raised if the checks cannot be collected. The cause is the exception of the file that failed."""


class CheckableKit(Protocol):
    """The part of a kit that a session needs: its name, all settings and the checks to collect."""

    @property
    def slug(self) -> str:
        """Return the kit's name."""

    @property
    def all_settings(self) -> dict[str, Any]:
        """Return the value of the fixture `settings`."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Return every check in the files."""


class CheckSession:
    """A pytest plugin that collects checks once and then calls `serve` with itself."""

    def __init__(self, kit: CheckableKit, serve: Callable[[CheckSession], None]) -> None:
        self._kit = kit
        self._serve = serve
        self._errors: dict[str, BaseException] = {}
        self._items: dict[str, pytest.Item] = {}
        self._ended_by: Exception | None = None
        self._skip: Skipped | None = None
        self._import_error: BaseException | None = None

    def run(self, folder: Path, files: Sequence[str] = CHECK_FILES) -> None:
        """Collect the checks in `files` of `folder` and serve.

        Raises CollectionError if collecting fails, and any exception that `serve` raises.
        """
        paths = [str(folder / name) for name in files]
        # Ignore the options and plugins of the user's own pytest.
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            os.environ.pop(name, None)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        status = pytest.main(
            [*ARGUMENTS, "--rootdir", str(folder), *paths],
            plugins=[self, _fixtures(self._kit), *_library_plugin()],
        )
        if self._ended_by:
            raise self._ended_by
        if status != pytest.ExitCode.OK:
            found = "; ".join(f"{name}: {error}" for name, error in self._errors.items())
            raise CollectionError(
                f"The checks of {self._kit.slug} could not be collected ({status!r}). {found}"
            ) from self._import_error

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the marks."""
        config.addinivalue_line("markers", "task(name, points, hint): the task that a check examines")
        config.addinivalue_line("markers", "hidden: not shown to students")

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        """Store the exception that a file raised while it was imported."""
        if call.when == "collect" and call.excinfo is not None:
            error = call.excinfo.value
            self._import_error = error.__cause__ or error

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Store the error of a file that could not be imported."""
        if report.failed:
            self._errors[report.nodeid] = RuntimeError(report.longreprtext)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve instead of running the checks."""
        if session.testsfailed:
            return False
        self._items = {item.name: item for item in session.items}
        if found := set(self._items) ^ {check.name for check in self._kit.checks}:
            raise CollectionError(f"Checks that pytest and the kit see differently: {sorted(found)}.")
        try:
            self._serve(self)
        except Exception as error:  # pytest would only print it
            self._ended_by = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Skip a check if an earlier one failed. pytest still tears down the fixtures of earlier checks."""
        if self._skip:
            raise self._skip

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> pytest.TestReport:
        """Store the first exception of a check, from its fixtures or its body.

        The report of pytest itself renders all source lines. It is not used here, and rendering takes longer
        than the check.
        """
        if call.excinfo is not None:
            self._errors.setdefault(item.name, call.excinfo.value)
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        assert call.when != "collect"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def examine(
        self,
        checks: Sequence[Check],
        begin: Callable[[Check], None],
        fail_fast: bool = False,
        used_handles: Callable[[], bool] = lambda: False,
    ) -> Iterator[CheckFinished]:
        """Run `checks` and call `begin` before each. With `fail_fast`, skip the checks after a failure.

        `used_handles` says after a check whether it used an answer that stays in the sandbox.
        """
        self._skip = None
        for check, following in zip(checks, [*checks[1:], None], strict=True):
            begin(check)
            self._errors.pop(check.name, None)
            item, started = self._items[check.name], time.monotonic()
            nextitem = self._items[following.name] if following else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            error = self._errors.pop(check.name, None)
            result = result_of(check, error, time.monotonic() - started, used_handles())
            if fail_fast and self._skip is None and result.outcome != Outcome.PASSED:
                self._skip = Skipped(check.name)
            failed_call = error.call if isinstance(error, SubmissionFailed) else None
            if error is not None:
                _release(error)
            yield CheckFinished(result, failed_call)


def _library_plugin() -> Iterator[ModuleType]:
    """Yield the plugin with the fixture `call`, if the kit has imported the support library."""
    if SUPPORT in sys.modules:
        yield importlib.import_module(f"{SUPPORT}.checks")


def _fixtures(kit: CheckableKit) -> ModuleType:
    """Return a plugin with the fixtures for checks, because a method cannot be a session-scoped fixture."""

    @pytest.fixture(scope="session")
    def settings() -> dict[str, Any]:
        """Return all settings of the kit."""
        return kit.all_settings

    plugin = ModuleType("kit_fixtures")
    plugin.__dict__["settings"] = settings
    return plugin


def data_bytes() -> int:
    """Return the size of private writable memory in bytes, which RLIMIT_DATA limits; 0 except on Linux."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - runs after every check
            return int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class MemoryMonitor:
    """Measures how much the memory of this process has grown since the monitor was created."""

    def __init__(self) -> None:
        self._start = data_bytes()

    @property
    def growth(self) -> int:
        """Return the growth in bytes."""
        return data_bytes() - self._start

    def collect_if_grown(self) -> None:
        """Run the garbage collector and return free memory if the process has grown by COLLECT_BYTES."""
        if self.growth > COLLECT_BYTES:
            gc.collect()
            # glibc keeps freed memory for reuse. Other C libraries do not have malloc_trim.
            with suppress(OSError, AttributeError, TypeError):
                ctypes.CDLL(None).malloc_trim(0)


def _release(error: BaseException) -> None:
    """Clear the local variables that the tracebacks of `error` and of its causes keep alive."""
    for each in chain(error):
        traceback.clear_frames(each.__traceback__)
        each.__traceback__ = None
    # pytest and the interpreter store the last exception for debuggers.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)

"""Make plain `python -m pytest` report like the grader. You need not read this to do the tasks."""

from __future__ import annotations

import _thread
import importlib
import json
import os
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

try:
    from .check_report import CheckReport, NotRun, Outcome, TimedOut, clean, describe, not_whole
    from .language import gettext as _
    from .student_frames import kit, student_lines
except ModuleNotFoundError as error:
    missing = (error.name or "").replace(".", "/")
    raise SystemExit(
        f"Expected {missing}.py in this folder. Unzip the handout again, into a new folder."
    ) from None

HANDOUT = Path(__file__).parents[1]
# A check that takes longer is stopped. `-o kit_check_seconds=…` changes it, 0 means no limit.
CHECK_SECONDS = "60"
# The verbosity, `-vv`, from which on pytest's own tracebacks are shown.
VERBOSE = 2
TIMED_OUT: pytest.StashKey[set[str]] = pytest.StashKey()

# TensorFlow reads this at import: no messages about the machine, such as a missing GPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--task` and a setting."""
    parser.addoption("--task", help="run only the checks of this task")
    parser.addini("kit_check_seconds", "seconds that a check may take, 0 for no limit", default=CHECK_SECONDS)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the checks."""
    config.addinivalue_line("markers", "task(name, points, hint): the task that a check belongs to")
    config.addinivalue_line("markers", "hidden: a check that only the grader has")
    config.stash[TIMED_OUT] = set()
    config.option.no_header = True
    config.option.disable_warnings = True
    if "support" in kit().get("preload", ()):
        config.pluginmanager.register(importlib.import_module("support.checks"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of the task that `--task` names."""
    if wanted := config.getoption("task"):
        tasks = sorted({_task(item) for item in items})
        if items and wanted not in tasks:
            raise pytest.UsageError(
                _(
                    "Expected one of the tasks {tasks}; found --task {wanted}.",
                    tasks=", ".join(tasks),
                    wanted=wanted,
                )
            )
        config.hook.pytest_deselected(items=[item for item in items if _task(item) != wanted])
        items[:] = [item for item in items if _task(item) == wanted]


@pytest.fixture(scope="session")
def settings() -> dict[str, Any]:
    """Return the kit's public settings, such as its seed and thresholds."""
    return _settings()


@pytest.fixture(autouse=True)
def prepared() -> None:
    """Set the kit's seed before every check."""
    if name := kit().get("prepare"):
        module, _, function = name.rpartition(".")
        getattr(importlib.import_module(module), function)(_settings().get("seed", 0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Stop a check whose preparation takes too long, and skip the other checks of its task."""
    if _task(item) in item.config.stash[TIMED_OUT]:
        raise NotRun
    with _limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Stop a check that takes too long."""
    with _limited(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Stop a file that does not load in time; for an error in the student's file show only its line."""
    with time_limit(_seconds(collector.config)):
        report = yield
    found = getattr(getattr(report, "call", None), "excinfo", None)
    problem = found and (found.value.__cause__ or found.value)
    if collector.config.get_verbosity() >= VERBOSE or problem is None:
        return report
    if isinstance(problem, SyntaxError):
        report.longrepr = _syntax_error(problem)
    elif isinstance(problem, ModuleNotFoundError) and _is_ours(problem.name):
        report.longrepr = not_whole(problem)
    elif isinstance(problem, TimedOut):
        text = _("The file did not end within {error}. Is there a loop that never ends?", error=problem)
        report.longrepr = "\n".join([*map(str, student_lines(problem)[:1]), text])
    elif lines := student_lines(problem):
        report.longrepr = f"{lines[0]}\n{clean(f'{type(problem).__name__}: {problem}')}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the report of the check, and show it in place of the check's code."""
    report = yield
    if not _task(item) or not (report.failed or (report.passed and report.when == "call")):
        return report
    sentence = " ".join((getattr(item, "obj", None).__doc__ or "").split())
    error = call.excinfo.value if call.excinfo else None
    found = describe(item.name, _mark(item), sentence, error, kit().get("module", ""))
    report.kit_check = found.to_json()  # type: ignore[attr-defined]
    if report.failed and item.config.get_verbosity() < VERBOSE:
        report.longrepr = found.text()
    elif report.failed:
        report.sections.append((_("in short"), found.text()))
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """Count checks that are not attempted separately from failed ones."""
    if (found := _report(report)) and found.outcome == Outcome.NOT_ATTEMPTED:
        name = _(Outcome.NOT_ATTEMPTED)
        return name, "-", (name.upper(), {"light": True})
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the public points of each task."""
    reports = [
        report
        for group in terminalreporter.stats.values()
        for report in group
        if isinstance(report, pytest.TestReport)
    ]
    reports.sort(key=lambda report: (report.location[0], report.location[1] or 0))
    checks = [found for report in reports if (found := _report(report))]
    if not checks:
        return
    terminalreporter.section(_("public points"))
    for task in dict.fromkeys(check.task for check in checks):
        mine = [check for check in checks if check.task == task]
        if all(check.outcome == Outcome.NOT_ATTEMPTED for check in mine):
            terminalreporter.line(f"{task:<24} {_('not attempted yet')}", light=True)
        else:
            earned = sum(check.points for check in mine if check.outcome == Outcome.PASSED)
            most = sum(check.points for check in mine)
            terminalreporter.line(f"{task:<24} {_('{earned:g} of {most:g}', earned=earned, most=most)}")


@contextmanager
def time_limit(seconds: float, alarm: bool = hasattr(signal, "setitimer")) -> Iterator[None]:
    """Raise TimedOut in the main thread after so many seconds.

    `alarm` chooses a signal, which Windows does not have, or else an interrupt from a timer's thread.
    """
    if seconds <= 0 or threading.current_thread() is not threading.main_thread():
        yield
    elif alarm:
        with _alarm(seconds):
            yield
    else:
        with _interrupt(seconds):
            yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: object) -> None:
        raise TimedOut(f"{seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    # Again every second, in case a bare `except` in a loop catches the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _interrupt(seconds: float) -> Iterator[None]:
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt as error:
        if expired.is_set():
            raise TimedOut(f"{seconds:g} s").with_traceback(error.__traceback__) from None
        raise
    finally:
        timer.cancel()


@contextmanager
def _limited(item: pytest.Item) -> Iterator[None]:
    """Limit the time of a check, unless pytest-timeout is told to."""
    config = item.config
    if config.pluginmanager.hasplugin("timeout") and (
        config.getoption("timeout", None) or config.getini("timeout")
    ):
        yield
        return
    try:
        with time_limit(_seconds(config)):
            yield
    except TimedOut:
        config.stash[TIMED_OUT].add(_task(item))
        raise


def _seconds(config: pytest.Config) -> float:
    return float(config.getini("kit_check_seconds"))


def _settings() -> dict[str, Any]:
    text = (HANDOUT / "inputs" / "settings.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _report(report: Any) -> CheckReport | None:
    text = getattr(report, "kit_check", "")
    return CheckReport.from_json(text) if text else None


def _task(item: pytest.Item) -> str:
    return str(_mark(item).get("task", ""))


def _mark(item: pytest.Item) -> dict[str, Any]:
    mark = item.get_closest_marker("task")
    return {"task": mark.args[0], **mark.kwargs} if mark else {}


def _is_ours(module: str | None) -> bool:
    """Return whether a module is one of the handout's."""
    return f"{(module or '').replace('.', '/')}.py" in kit().get("files", ())


def _syntax_error(error: SyntaxError) -> str:
    """Return the place, what is wrong, and the line with a caret below it."""
    line = (error.text or "").rstrip()
    text = line.lstrip()
    caret = " " * max((error.offset or 1) - 1 - (len(line) - len(text)), 0) + "^"
    return f"{Path(error.filename or '').name}:{error.lineno}: {error.msg}\n    {text}\n    {caret}"

"""Make plain `python -m pytest` report like the grader. You need not read this to do the tasks."""

from __future__ import annotations

import importlib
import json
import os
import types
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NOT_ATTEMPTED = "not attempted"

# TensorFlow reads this at import: no messages about the machine, such as a missing GPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--task` and the setting in `pytest.ini` that names the function that sets the seed."""
    parser.addoption("--task", help="run only the checks of this task")
    parser.addini("kit_prepare", "called with the kit's seed before every check: module.function", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the checks."""
    config.addinivalue_line("markers", "task(name, points, hint): the task that a check belongs to")
    config.addinivalue_line("markers", "hidden: a check that only the grader has")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of the task that `--task` names."""
    if wanted := config.getoption("task"):
        tasks = sorted({_task(item) for item in items})
        if items and wanted not in tasks:
            raise pytest.UsageError(f"Expected one of the tasks {', '.join(tasks)}; found --task {wanted}.")
        config.hook.pytest_deselected(items=[item for item in items if _task(item) != wanted])
        items[:] = [item for item in items if _task(item) == wanted]


@pytest.fixture(scope="session")
def settings() -> dict[str, Any]:
    """Return the kit's public settings, such as its seed and thresholds."""
    return _settings()


@pytest.fixture(autouse=True)
def prepared(request: pytest.FixtureRequest) -> None:
    """Set the kit's seed before every check."""
    if name := request.config.getini("kit_prepare"):
        module, _, function = name.rpartition(".")
        getattr(importlib.import_module(module), function)(_settings().get("seed", 0))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """For a syntax error show only its line, without a traceback."""
    report = yield
    found = getattr(getattr(report, "call", None), "excinfo", None)
    problem = found and (found.value.__cause__ or found.value)
    if isinstance(problem, SyntaxError):
        place = f"{Path(problem.filename or '').name}, line {problem.lineno}"
        report.longrepr = f"{place}: {problem.msg}\n    {(problem.text or '').strip()}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report a failed check in words instead of showing its code."""
    report = yield
    report.task, report.points = _task(item), _mark(item).get("points", 0)  # type: ignore[attr-defined]
    if report.failed and call.excinfo is not None and _task(item):
        problem = call.excinfo.value
        if _is_not_attempted(problem, _task(item)):
            report.kit_outcome = NOT_ATTEMPTED  # type: ignore[attr-defined]
            report.longrepr = f"{_task(item)}: not attempted yet"
        else:
            report.longrepr = "\n".join(_explain(item, call.excinfo))
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count checks that are not attempted separately from failed ones."""
    if getattr(report, "kit_outcome", "") == NOT_ATTEMPTED:
        return NOT_ATTEMPTED, "-", NOT_ATTEMPTED.upper()
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the public points of each task."""
    reports = [
        report
        for group in terminalreporter.stats.values()
        for report in group
        if getattr(report, "task", "") and (report.when == "call" or report.failed)
    ]
    if not reports:
        return
    terminalreporter.section("public points")
    reports.sort(key=lambda report: report.location[1] or 0)
    for task in dict.fromkeys(report.task for report in reports):
        mine = [report for report in reports if report.task == task]
        earned = sum(report.points for report in mine if report.passed)
        untouched = all(getattr(report, "kit_outcome", "") == NOT_ATTEMPTED for report in mine)
        score = "not attempted yet" if untouched else f"{earned:g} of {sum(r.points for r in mine):g}"
        terminalreporter.line(f"{task:<24} {score}")


def _settings() -> dict[str, Any]:
    text = (HERE / "inputs" / "settings.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _task(item: pytest.Item) -> str:
    mark = item.get_closest_marker("task")
    return str(mark.args[0]) if mark else ""


def _mark(item: pytest.Item) -> dict[str, Any]:
    mark = item.get_closest_marker("task")
    return dict(mark.kwargs) if mark else {}


def _is_not_attempted(problem: BaseException, task: str) -> bool:
    """Return whether a function still raises as the stub does, or is missing."""
    missing = isinstance(problem, AttributeError) and isinstance(problem.obj, types.ModuleType)
    return isinstance(problem, NotImplementedError) or (missing and problem.name == task)  # type: ignore[attr-defined]


def _explain(item: pytest.Item, found: pytest.ExceptionInfo[BaseException]) -> list[str]:
    """Return the check's sentence, what went wrong, and the hint."""
    sentence = " ".join((getattr(item, "obj", None).__doc__ or "").split())
    message, in_check = str(found.value), found.traceback[-1].path == item.path
    if isinstance(found.value, AssertionError) and in_check and not message.startswith("assert "):
        what = message.split("\nassert ")[0]
    else:
        what = str(found.getrepr(style="short", abspath=False, tbfilter=_own_frames))
    hint = _mark(item).get("hint", "")
    return [f"The check: {sentence}", what, *([f"Think about: {hint}"] if hint else [])]


def _own_frames(found: pytest.ExceptionInfo[BaseException]) -> Any:
    """Return the part of a traceback that is in this folder, not inside a library."""
    return found.traceback.filter(lambda entry: HERE in Path(entry.path).parents)

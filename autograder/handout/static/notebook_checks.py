"""Run the checks of the test file on a notebook's functions. You need not read this to do the tasks."""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from .check_report import CheckReport, Outcome, clean, without_controls
from .language import gettext as _
from .notebook_cards import HandInCard, Note, State, TaskCard, text_of
from .notebook_file import TIMES, record_answers, saved_notebook
from .student_frames import kit, running_ipython

HERE = Path(__file__).parent
HANDOUT = HERE.parent
# Keeps configurations of folders above the handout out.
SETTINGS = HANDOUT / ".pytest.ini"
# No output of pytest's own, and no plugins that only take time here.
OUT = ("terminal", "cacheprovider", "warnings", "unraisableexception", "threadexception", "faulthandler")
QUIET = ("-o", "addopts=", "--capture=no", *(f"-pno:{plugin}" for plugin in OUT))


class CheckFailed(Exception):
    """A check did not pass; the text says why."""

    def _render_traceback_(self) -> list[str]:
        """Show the text alone in IPython: the lines of this file explain nothing."""
        return str(self).splitlines()


class NotAttempted(CheckFailed):
    """The function is still the stub, or is not defined yet."""


class Checks:
    """The checks of one task; the first `run` runs all of them together, because they share slow calls."""

    def __init__(self, module: str, task: str) -> None:
        """Select the checks of `task` in `test_<module>.py`."""
        self._module = module
        self._task = task
        self._results: _Results | None = None

    def run(self, env: dict[str, Any], check: str) -> None:
        """Report the result of one check on the functions in `env`, the notebook's variables.

        Raises NotAttempted or CheckFailed.
        """
        if self._results is None:
            self._results = _run(env, self._module, self._task)
        self._results.expect(check)

    def card(self) -> TaskCard:
        """Return the results of the last run."""
        return (self._results or _Results()).card(self._task)


class Grader:
    """`grader.check` where Otter is not installed."""

    def check(self, question: str, global_env: dict[str, Any] | None = None) -> TaskCard:
        """Run the checks of a task on the functions of the calling notebook."""
        env = sys._getframe(1).f_globals if global_env is None else global_env
        return _run(env, kit()["module"], question).card(question)

    def check_all(self) -> list[TaskCard]:
        """Run the checks of all tasks on the functions of the calling notebook."""
        return list(_cards(sys._getframe(1).f_globals))


def start() -> Any:
    """Return the notebook's `grader`: Otter's, with results that are easier to read, or one like it."""
    skip_unwritten_cells()
    if shell := running_ipython():
        shell.events.register("pre_run_cell", TIMES.start)
        shell.events.register("post_run_cell", TIMES.stop)
    try:
        otter = importlib.import_module("otter")
        test_file = importlib.import_module("otter.test_files").TestFile
    except ImportError:
        return Grader()
    if shell := running_ipython():
        formatters = shell.display_formatter.formatters
        formatters["text/html"].for_type(test_file, _otter_html)
        formatters["text/plain"].for_type(test_file, _otter_text)
    return otter.Notebook(tests_dir=str(HERE / "tests"))


def skip_unwritten_cells() -> None:
    """Let a cell that calls a task which is not written end with one line instead of an exception."""
    if shell := running_ipython():
        shell.set_custom_exc((NotImplementedError,), _show_unwritten)
        shell.events.register("post_run_cell", _forgive_unwritten)


def must_pass(env: dict[str, Any], module: str, task: str) -> None:
    """Run all checks of one task; raises NotAttempted, or CheckFailed with what all of them say.

    Raises RuntimeError if nbgrader runs this cell for grading: it would give full points to a cell without an
    error, so its configuration must replace this run by the examiner.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise RuntimeError("Expected the examiner to grade this cell: is nbgrader_config.py the kit's?")
    _run(env, module, task).expect()


def hand_in(env: dict[str, Any]) -> HandInCard:
    """Run all checks and say which file to hand in; in Colab, download it."""
    refused: dict[str, str] = {}
    about = kit()
    sent = [task for task in about.get("tasks", ()) if task not in about.get("remote", ())]
    cards = tuple(_cards(record_answers(env, sent, refused)))
    found = saved_notebook(env, about)
    return HandInCard(cards, (*found.problems, *refused.values()), tuple(found.remarks))


class _Results:
    """A pytest plugin that collects the report of each check."""

    def __init__(self) -> None:
        self._checks: dict[str, CheckReport] = {}
        self._broken: list[str] = []
        self.picture = self.drawing = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("::")[2]
        if text := getattr(report, "kit_check", ""):
            checked = CheckReport.from_json(text)
            # An error after a check passed counts, too.
            if name not in self._checks or checked.outcome != Outcome.PASSED:
                self._checks[name] = checked

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken.append(clean(report.longrepr))

    def end(self, status: int) -> None:
        """Record the exit status of pytest: no check passed if it was stopped."""
        if status == pytest.ExitCode.INTERRUPTED and not self._broken:
            self._broken.append(_("The checks were interrupted before they ended."))
        elif not self._broken and status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._broken.append(_("Expected pytest to run the checks, found {status!r}.", status=status))

    def expect(self, *checks: str) -> None:
        """Raise NotAttempted or CheckFailed unless `checks` (by default all that ran) passed."""
        if self._broken:
            raise CheckFailed("\n\n".join(self._broken))
        names = checks or tuple(self._checks)
        found = [self._checks[name] for name in names if name in self._checks]
        if not names or len(found) < len(names):
            raise CheckFailed(
                _("Expected pytest to run {names}, found none.", names=", ".join(checks) or _("checks"))
            )
        outcomes = {check.outcome for check in found} - {Outcome.PASSED}
        if outcomes:
            raise (NotAttempted if outcomes == {Outcome.NOT_ATTEMPTED} else CheckFailed)(text_of(found))

    def card(self, task: str) -> TaskCard:
        """Return the results of one task."""
        checks = tuple(check for check in self._checks.values() if check.task == task)
        hidden = kit().get("hidden_points", {}).get(task, 0)
        problem = "\n\n".join(self._broken) or (
            "" if checks else _("There are no checks of `{task}`.", task=task)
        )
        look_at = kit().get("hidden_look_at", "")
        return TaskCard(task, checks, hidden, problem, self.picture, self.drawing, look_at)


def _run(env: dict[str, Any], module: str, task: str | None = None) -> _Results:
    """Run the checks of one task, or of all, on the functions in `env`."""
    results, where = _Results(), ["--rootdir", str(HANDOUT)]
    if SETTINGS.is_file():
        where += ["-c", str(SETTINGS)]
    only = ("--task", task) if task else ()
    with _imports(module, env):
        results.end(pytest.main([*QUIET, *where, str(HANDOUT / f"test_{module}.py"), *only], [results]))
        if task:
            results.picture, results.drawing = _draw(results.card(task), sys.modules[module])
    return results


def _draw(card: TaskCard, module: types.ModuleType) -> tuple[str, str]:
    """Return what the kit draws of a task's answer, as text and as HTML.

    The function `compared` beside the kit's picture shows a network beside the expected one. A wrong answer
    is drawn only if that shows a difference.
    """
    source, _, function = kit().get("picture", "").rpartition(".")
    outcomes = {check.outcome for check in card.checks}
    if not source or not outcomes <= {Outcome.PASSED, Outcome.FAILED}:
        return "", ""
    solved = card.state == State.SOLVED
    try:
        owner = importlib.import_module(source)
        compare = getattr(owner, "compared", lambda task, module: None)
        if (found := compare(card.task, module)) is not None:
            if solved:
                return str(found.yours), found.yours._repr_svg_()
            return (str(found), found._repr_html_()) if any(found.differs) else ("", "")
        drawn = without_controls(getattr(owner, function)(card.task, module)) if solved else ""
    except (Exception, SystemExit):  # without a picture nothing is wrong
        return "", ""
    return drawn, ""


def _cards(env: dict[str, Any]) -> Iterator[TaskCard]:
    about = kit()
    results = _run(env, about["module"])
    for task in about["tasks"]:
        yield results.card(task)


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


def _unwritten_task(error: BaseException | None) -> str:
    """Return the task whose stub raised `error`, or an empty text."""
    task = str(error) if isinstance(error, NotImplementedError) else ""
    return task if task in kit().get("tasks", ()) else ""


def _show_unwritten(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:
    if task := _unwritten_task(error):
        display = importlib.import_module("IPython.display").display
        display(Note(_("This cell needs `{task}`, which is not written yet.", task=task)))
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _forgive_unwritten(result: Any = None) -> None:
    """Let the cells below run: Jupyter stops at the first that fails."""
    if _unwritten_task(getattr(result, "error_in_exec", None)):
        result.error_in_exec = None


def _otter_card(test_file: Any) -> TaskCard | None:
    """Return the results behind those of Otter, or None if they are of other checks."""
    with suppress(AttributeError, IndexError, KeyError):
        checks = test_file.test_cases[0].body.test_func.__globals__["checks"]
        return checks.card() if isinstance(checks, Checks) else None
    return None


def _otter_html(test_file: Any) -> str:
    card = _otter_card(test_file) or test_file
    return str(card._repr_html_())


def _otter_text(test_file: Any, printer: Any, cycle: bool) -> None:
    printer.text(repr(_otter_card(test_file) or test_file))

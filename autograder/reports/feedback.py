"""Build a student's page: the points earned, what to do next, and why checks did not pass."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..grading.late_rules import lateness_text
from ..grading.regrade_requests import request_form
from ..language import FAILURE_PARTS, Messages
from ..models import NOT_PASSED, CheckResult, Outcome, Report
from ..source_code import Definition, definitions, try_parse
from ..text import clean
from .context import Context, render
from .drawings import Comparison, Training, compare_networks, drawn_training
from .wrong_answers import certain_mistakes

# A failed call ends with the line that raised, as `checks.failures` writes it.
_RAISED_IN = re.compile(r" \(line (?P<number>\d+): (?P<text>.*)\)\Z", re.DOTALL)
# Further lines of a task are left out.
MAX_CODE_LINES = 40


@dataclass(frozen=True)
class Line:
    """A line of a student's code. `number` counts from 1 in the notebook's cell or the file; 0 is unknown."""

    text: str
    number: int = 0


@dataclass(frozen=True)
class Explanation:
    """What a student reads about one check; `message` is empty if `expected` and `received` say it all."""

    message: str = ""
    expected: str = ""
    received: str = ""
    hints: tuple[str, ...] = ()
    line: Line | None = None


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass, and what explains it: None if students see the outcome alone."""

    check: CheckResult
    explanation: Explanation | None


@dataclass(frozen=True)
class Task:
    """One task on a page. `unseen` is the number of hidden checks that are not shown.

    `misconceptions` are those behind mistakes that were recognized for certain. `code` has the lines of the
    student's answer, empty unless a check failed.
    """

    name: str
    score: float | None
    max_score: float
    failed: tuple[FailedCheck, ...]
    others: tuple[CheckResult, ...]
    unseen: int
    network: Comparison | None
    trainings: tuple[Training, ...]
    code: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Return whether the task has all its points and no check that did not pass."""
        return not self.failed and self.score == self.max_score

    @property
    def is_untouched(self) -> bool:
        """Return whether no check of the task found an answer."""
        return not self.failed and all(
            check.outcome == Outcome.NOT_ATTEMPTED for check in self.others if not check.points
        )


def feedback_page(report: Report, context: Context) -> str:
    """Return HTML that has no scripts and loads no other files."""
    code = task_lines(report.source, {check.task for check in report.checks if check.outcome in NOT_PASSED})
    tasks = [_task(name, report, context, code.get(name, ())) for name in report.tasks]
    shown = {check.name for task in tasks for check in _checks(task)}
    return render(
        "feedback.html",
        context,
        report=report,
        title=context.title,
        tasks=tasks,
        next_task=_next_task(tasks),
        late=_late_sentences(report, context),
        request=_regrade_request(report, shown),
        general_remarks=[remark for remark in report.remarks if remark.check not in shown],
    )


def _checks(task: Task) -> list[CheckResult]:
    return [*(failed.check for failed in task.failed), *task.others]


def _next_task(tasks: Sequence[Task]) -> Task | None:
    """Return the task to do next: the first with a failed check, else the first with points to gain."""
    ahead = [task for task in tasks if not task.is_done]
    return next((task for task in ahead if task.failed), ahead[0] if ahead else None)


def _late_sentences(report: Report, context: Context) -> list[str]:
    """Return the sentences about a penalty for being late, or about a time that is not known."""
    if report.lateness is None:
        return []
    _ = context.messages.gettext
    sentences = [lateness_text(report.lateness, _)]
    if report.penalty and report.raw is not None:
        values = {"raw": f"{report.raw:g}", "penalty": f"{report.penalty:g}"}
        sentences.insert(0, _("{raw} points before the penalty of {penalty} for being late.", **values))
    return [sentence for sentence in sentences if sentence]


def _regrade_request(report: Report, shown: set[str]) -> str:
    """Return the file with which a student asks to have checks graded again, empty with full points."""
    lost = [check.name for check in report.checks if check.points < check.max_points and check.name in shown]
    return request_form(report.student, lost) if lost else ""


def _task(name: str, report: Report, context: Context, code: tuple[str, ...]) -> Task:
    checks = [check for check in report.checks if check.task == name]
    seen = [check for check in checks if not (check.hidden and context.feedback == "nothing")]
    network = next((network for network in report.networks if network.task == name), None)
    # Code that sees a hidden input could put it into the numbers of a learning curve.
    public = {check.name for check in seen if not check.hidden}
    hinted = {check.name for check in seen if not check.hidden or context.feedback == "hint"}
    failed = [check for check in seen if check.outcome not in (Outcome.PASSED, Outcome.NOT_ATTEMPTED)]
    return Task(
        name=name,
        score=report.tasks[name].score,
        max_score=report.tasks[name].max_score,
        failed=tuple(
            FailedCheck(check, explain(check, code, context.messages) if check.name in hinted else None)
            for check in failed
        ),
        others=tuple(check for check in seen if check not in failed),
        unseen=len(checks) - len(seen),
        network=compare_networks(network, context.expected.get(name)) if network else None,
        trainings=tuple(drawn_training(each) for each in report.trainings if each.check in public),
        code=code if failed else (),
        misconceptions=_misconceptions(name, report, context, hinted),
    )


def _misconceptions(name: str, report: Report, context: Context, hinted: set[str]) -> tuple[str, ...]:
    """Return the misconception behind the answer to a task, if it is certain and the kit allows."""
    if not context.misconceptions:
        return ()
    found = [mistake for mistake in certain_mistakes(report, context.mistakes) if name in mistake.replies]
    # What only hidden checks notice is as secret as their hints.
    return (found[0].about,) if len(found) == 1 and found[0].fails & hinted else ()


def explain(check: CheckResult, code: tuple[str, ...], messages: Messages) -> Explanation:
    """Return the explanation of a check. `code` has the lines of the student's answer to the task.

    If the answer raises nothing, no single line is to blame: the explanation shows the one that defines the
    task.
    """
    text = check.student_message.removesuffix(check.hint).strip()
    line = Line(code[0].strip()) if code else None
    if raised := _RAISED_IN.search(text):
        line = Line(raised["text"], int(raised["number"]))
        text = text[: raised.start()]
    hint, translated = messages.gettext(check.hint), messages.gettext(text)
    found = FAILURE_PARTS.fullmatch(text)
    if not found or translated != text or raised:
        return Explanation(message=translated, hints=_distinct(hint), line=line)
    expected, received = messages.gettext(found["expected"]), messages.gettext(found["received"])
    # A message is about this answer, so its remarks help more than the hint of the check.
    remarks = _distinct(*map(messages.gettext, (found["hint"] or "").split("\n")))
    return Explanation("", expected, received, remarks or _distinct(hint), line)


def task_lines(source: str, tasks: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the lines that define each task in a submission, without the docstring, which is the kit's."""
    tree = try_parse(source) if tasks else None
    defined = definitions(tree) if tree else {}
    return {task: tuple(_lines(defined[task], source.split("\n"))) for task in tasks if task in defined}


def _lines(node: Definition, lines: Sequence[str]) -> Iterator[str]:
    first = node.body[0]
    docstring = range(0)
    if ast.get_docstring(node, clean=False) is not None:
        docstring = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    numbers = [n for n in range(node.lineno, (node.end_lineno or node.lineno) + 1) if n not in docstring]
    yield from (clean(lines[number - 1]) for number in numbers[:MAX_CODE_LINES])
    if len(numbers) > MAX_CODE_LINES:
        yield "    …"


def _distinct(*hints: str) -> tuple[str, ...]:
    """Return the hints that are not empty, each once."""
    return tuple(dict.fromkeys(hint for hint in hints if hint))

"""Show results of checks in a notebook, as HTML and as text. You need not read this to do the tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from .check_report import CheckReport, Label, Outcome
from .language import gettext as _

# Text has the colour of the page. The other colours suit a light or a dark page; JupyterLab, VS Code and
# Colab say which it is, elsewhere the browser's preference decides.
LIGHT = "--kit-good: #1a7f37; --kit-bad: #b3261e; --kit-grey: #5f6368; --kit-line: #8886;"
DARK = "--kit-good: #57c87a; --kit-bad: #ff8a80; --kit-grey: #a8adb3; --kit-line: #8886;"
STYLE = f"""<style>
.kit-card {{ {LIGHT} }}
@media (prefers-color-scheme: dark) {{ .kit-card {{ {DARK} }} }}
[data-jp-theme-light="true"] .kit-card, .vscode-light .kit-card, html[theme=light] .kit-card {{ {LIGHT} }}
[data-jp-theme-light="false"] .kit-card, .vscode-dark .kit-card, html[theme=dark] .kit-card {{ {DARK} }}
.kit-card {{ border-left: 4px solid var(--kit-grey); padding: 2px 12px; margin: 4px 0; max-width: 60em;
  font: 14px/1.5 var(--jp-ui-font-family, system-ui, sans-serif); }}
.kit-card.good {{ border-color: var(--kit-good); }}
.kit-card.bad {{ border-color: var(--kit-bad); }}
.kit-card .good > .kit-state {{ color: var(--kit-good); }}
.kit-card .bad > .kit-state {{ color: var(--kit-bad); }}
.kit-card .grey, .kit-card .kit-label {{ color: var(--kit-grey); }}
.kit-card p {{ margin: 2px 0; }}
.kit-card .kit-list {{ display: grid; grid-template-columns: max-content max-content 1fr; gap: 0 14px;
  margin: 4px 0; }}
.kit-card .kit-list > div {{ display: contents; }}
.kit-card .kit-list > .kit-rows {{ display: grid; grid-template-columns: max-content 1fr; gap: 0 14px;
  margin: 2px 0 8px; padding-left: 12px; border-left: 1px solid var(--kit-line); }}
.kit-card .kit-all {{ grid-column: 1 / -1; }}
.kit-card .kit-value {{ font-family: var(--jp-code-font-family, monospace); font-size: 13px;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
.kit-card .kit-picture {{ line-height: 1.2; margin: 8px 0 4px; overflow-x: auto; }}
.kit-card .kit-picture svg {{ min-width: 360px; }}
@media (max-width: 600px) {{
  .kit-card .kit-list > div:not(.kit-rows) > :nth-child(3) {{ grid-column: 2 / -1; }}
  .kit-card .kit-list > .kit-rows {{ grid-template-columns: 1fr; }}
}}
</style>"""


class State(StrEnum):
    """How a task stands."""

    SOLVED = "solved"
    WRONG = "wrong"
    NOT_ATTEMPTED = "not attempted"


LOOKS = {State.SOLVED: "good", State.WRONG: "bad", State.NOT_ATTEMPTED: "grey"}
SIGNS = {State.SOLVED: "✓", State.WRONG: "✗", State.NOT_ATTEMPTED: "–"}


@dataclass(frozen=True)
class Note:
    """One grey line."""

    message: str

    def __repr__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        return _card("grey", [f'<p class="grey">{escape(self.message)}</p>'])


@dataclass(frozen=True)
class TaskCard:
    """The results of one task's checks. `problem` says why none of them ran.

    `picture` is what the kit draws of the task's answer, as lines of text, and `drawing` the same as HTML.
    """

    task: str
    checks: tuple[CheckReport, ...]
    hidden_points: float = 0
    problem: str = ""
    picture: str = ""
    drawing: str = ""
    look_at: str = ""

    @property
    def state(self) -> State:
        """The task's state."""
        outcomes = {check.outcome for check in self.checks}
        if self.problem or not outcomes:
            return State.WRONG
        if outcomes == {Outcome.PASSED}:
            return State.SOLVED
        return State.NOT_ATTEMPTED if outcomes == {Outcome.NOT_ATTEMPTED} else State.WRONG

    @property
    def score(self) -> str:
        """The public points, and how many more there are."""
        if self.state == State.NOT_ATTEMPTED:
            return _("not attempted yet")
        if self.problem:
            return _("not checked")
        most = sum(check.points for check in self.checks)
        text = _("{earned:g} of {most:g} public points", earned=self.earned, most=most)
        if self.state == State.SOLVED and self.hidden_points:
            text += _("; {hidden:g} more from hidden checks", hidden=self.hidden_points)
        return text

    @property
    def outlook(self) -> str:
        """What the hidden checks of a solved task look at."""
        if self.state != State.SOLVED or not self.hidden_points:
            return ""
        return _("Hidden checks look at {what}: try these, too.", what=_(self.look_at) or _("other inputs"))

    @property
    def earned(self) -> float:
        """The public points of the checks that passed."""
        return float(sum(check.points for check in self.checks if check.outcome == Outcome.PASSED))

    @property
    def first_failure(self) -> CheckReport | None:
        """The first check that did not pass."""
        return next((check for check in self.checks if check.outcome != Outcome.PASSED), None)

    @property
    def advice(self) -> str:
        """What to do about a task that is not attempted."""
        failure = self.first_failure
        if failure and failure.message:
            return _("To begin: {action}.", action=failure.message)
        return _("Write your answer in the cell above, and run that cell.")

    def __repr__(self) -> str:
        lines = [f"{SIGNS[self.state]} {self.task}: {self.score}"]
        if self.state == State.NOT_ATTEMPTED:
            return "\n".join([*lines, f"  {self.advice}"])
        if self.problem:
            return "\n".join([*lines, self.problem])
        for check in self.checks:
            lines.append(f"  {_(check.outcome):<6}  {_points(check)}  {check.sentence or check.name}")
        if (failure := self.first_failure) is not None:
            lines += ["", failure.text()]
        lines += [self.outlook] * bool(self.outlook)
        if self.picture:
            lines += ["", self.picture]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        look = LOOKS[self.state]
        parts = [_heading(self.task, self.state, self.score)]
        if self.state == State.NOT_ATTEMPTED:
            return _card(look, [*parts, f'<p class="grey">{escape(self.advice)}</p>'])
        if self.problem:
            return _card(look, [*parts, f'<p class="kit-value">{escape(self.problem)}</p>'])
        first = self.first_failure
        checks = "".join(_check(check, explain=check is first) for check in self.checks)
        parts.append(f'<div class="kit-list">{checks}</div>')
        if self.outlook:
            parts.append(f"<p>{escape(self.outlook)}</p>")
        if self.drawing:
            parts.append(f'<div class="kit-picture">{self.drawing}</div>')
        elif self.picture:
            parts.append(f'<div class="kit-value kit-picture">{escape(self.picture)}</div>')
        return _card(look, parts)


@dataclass(frozen=True)
class HandInCard:
    """All tasks, what stands in the way of grading, and the file to hand in."""

    tasks: tuple[TaskCard, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The sign, name and score of each task."""
        return [(SIGNS[card.state], card.task, card.score) for card in self.tasks]

    @property
    def total(self) -> str:
        """The sum of the public points, and how many more there are."""
        earned = sum(card.earned for card in self.tasks)
        most = sum(check.points for card in self.tasks for check in card.checks)
        hidden = sum(card.hidden_points for card in self.tasks)
        more = _("; {hidden:g} more from hidden checks", hidden=hidden) if hidden else ""
        return _("{earned:g} of {most:g} public points{more}", earned=earned, most=most, more=more)

    def __repr__(self) -> str:
        width = max((len(task) for _, task, _ in self.rows), default=0)
        lines = [f"{sign} {task:<{width}}  {score}" for sign, task, score in self.rows]
        lines += [f"  {_('total'):<{width}}  {self.total}", ""]
        return "\n".join([*lines, *(f"! {problem}" for problem in self.problems), *self.remarks])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<div class="{LOOKS[card.state]}"><span class="kit-state">{SIGNS[card.state]}</span>'
            f"<b>{escape(card.task)}</b><span>{escape(card.score)}</span></div>"
            for card in self.tasks
        )
        total = f"<div><span></span><b>{escape(_('total'))}</b><span>{escape(self.total)}</span></div>"
        label = _("Problem")
        problems = [
            f'<p class="bad"><span class="kit-state"><b>{escape(label)}</b></span> {escape(problem)}</p>'
            for problem in self.problems
        ]
        remarks = [f"<p>{escape(remark)}</p>" for remark in self.remarks]
        look = "bad" if self.problems else "grey"
        return _card(look, [f'<div class="kit-list">{rows}{total}</div>', *problems, *remarks])


def text_of(checks: Sequence[CheckReport]) -> str:
    """Return the text of the checks that did not pass, without repetition."""
    failed = [check.text() for check in checks if check.outcome != Outcome.PASSED]
    return "\n\n".join(dict.fromkeys(failed))


def _card(look: str, parts: Iterable[str]) -> str:
    return f'{STYLE}<div class="kit-card {look}">{"".join(parts)}</div>'


def _heading(task: str, state: State, score: str) -> str:
    mark = f'<span class="kit-state"><b>{SIGNS[state]}</b></span>'
    return f'<p class="{LOOKS[state]}">{mark} <b>{escape(task)}</b>&ensp;{escape(score)}</p>'


def _check(check: CheckReport, *, explain: bool) -> str:
    passed = check.outcome == Outcome.PASSED
    sign, look = ("✓", "good") if passed else ("✗", "bad")
    state = f'<span class="kit-state">{sign} {escape(_(check.outcome))}</span>'
    sentence = escape(check.sentence or check.name)
    rows = f'<div class="kit-all kit-rows">{"".join(_rows(check))}</div>' if explain else ""
    return f'<div class="{look}">{state}<span>{_points(check)}</span><span>{sentence}</span></div>{rows}'


def _points(check: CheckReport) -> str:
    earned = check.points if check.outcome == Outcome.PASSED else 0
    return _("{earned:g} of {points:g}", earned=earned, points=check.points)


def _rows(failure: CheckReport) -> Iterator[str]:
    for label, value in failure.rows():
        if label:
            look = "" if label == Label.THINK_ABOUT else ' class="kit-value"'
            yield f'<span class="kit-label">{escape(_(label))}</span><span{look}>{escape(value)}</span>'
        else:
            yield f'<span class="kit-all kit-value">{escape(value)}</span>'

"""Build a student's page: the points earned, the reasons, and drawings of the networks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from ..grading.regrade_requests import request_form
from ..language import gettext_noop
from ..models import CheckResult, NetworkLayer, NetworkRecord, Report, TrainingRecord
from .context import Context, render
from .mistakes import certain_mistakes

Mark = Literal["same", "other", "extra", "missing"]
MARK_NOTES = {
    "same": "",
    "other": gettext_noop(" – differs"),
    "extra": gettext_noop(" – not expected"),
    "missing": gettext_noop(" – missing in yours"),
}


@dataclass(frozen=True)
class Block:
    """One layer in a drawing, and its difference from the other drawing."""

    layer: NetworkLayer
    mark: Mark

    @property
    def frozen(self) -> bool:
        """Return whether the layer has parameters and none is trainable."""
        return self.layer.parameters > 0 and self.layer.trainable == 0

    def words(self, _: Callable[..., str]) -> str:
        """Return a description of the layer, with its difference, translated by a function like gettext."""
        count, trainable = self.layer.parameters, self.layer.trainable
        if not count:
            state = _("no parameters")
        elif self.frozen:
            state = _("{count:,} parameters, frozen", count=count)
        elif trainable == count:
            state = _("{count:,} parameters, trainable", count=count)
        else:
            state = _("{trainable:,} of {count:,} parameters trainable", trainable=trainable, count=count)
        return f"{self.layer.name}: {state}{_(MARK_NOTES[self.mark])}"


@dataclass(frozen=True)
class Comparison:
    """A student's network and the expected one; `expected` is empty if none is known."""

    task: str
    yours: tuple[Block, ...]
    expected: tuple[Block, ...]

    @property
    def differs(self) -> bool:
        """Return whether a layer is marked as different."""
        return any(block.mark != "same" for block in (*self.yours, *self.expected))


def compare_networks(yours: NetworkRecord, expected: NetworkRecord | None) -> Comparison:
    """Return two networks for side-by-side display, with the layers that differ marked."""
    if expected is None:
        return Comparison(yours.task, tuple(Block(layer, "same") for layer in yours.layers), ())
    left: list[Block] = []
    right: list[Block] = []
    matcher = SequenceMatcher(None, list(yours.layers), list(expected.layers), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        mine, theirs = yours.layers[a:b], expected.layers[c:d]
        if kind == "equal":
            left += [Block(layer, "same") for layer in mine]
            right += [Block(layer, "same") for layer in theirs]
        else:
            pairs = min(len(mine), len(theirs))
            left += [Block(layer, "other" if n < pairs else "extra") for n, layer in enumerate(mine)]
            right += [Block(layer, "other" if n < pairs else "missing") for n, layer in enumerate(theirs)]
    return Comparison(yours.task, tuple(left), tuple(right))


@dataclass(frozen=True)
class Curve:
    """A learning curve as the points of an SVG polyline in a box of `width` × `height`."""

    points: str
    first: float
    last: float
    width: int = 320
    height: int = 120


def curve(losses: Sequence[float]) -> Curve | None:
    """Return a curve of the losses, with the largest at the top; None for fewer than two."""
    if len(losses) < 2:
        return None
    top, bottom = max(losses), min(losses)
    span = (top - bottom) or 1.0
    width, height, edge = Curve.width, Curve.height, 6
    points = [
        (
            edge + n * (width - 2 * edge) / (len(losses) - 1),
            edge + (top - loss) / span * (height - 2 * edge),
        )
        for n, loss in enumerate(losses)
    ]
    return Curve(" ".join(f"{x:.1f},{y:.1f}" for x, y in points), losses[0], losses[-1])


@dataclass(frozen=True)
class Training:
    """A training on a page: the check that requested it, its accuracy if returned, and its curve."""

    check: str
    accuracy: float | None
    curve: Curve | None


@dataclass(frozen=True)
class Task:
    """One task on a page. For hidden checks that are not shown, `unseen` is their number.

    `misconceptions` are what is behind the mistakes that were recognized for certain.
    """

    name: str
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...]
    unseen: int
    network: Comparison | None
    trainings: tuple[Training, ...]
    misconceptions: tuple[str, ...] = ()


def feedback_page(report: Report, context: Context) -> str:
    """Return HTML that has no scripts and loads no other files."""
    tasks = [_task(name, report, context) for name in report.tasks]
    shown = {check.name for task in tasks for check in task.checks}
    return render(
        "feedback.html",
        context,
        report=report,
        title=context.title,
        tasks=tasks,
        hidden=context.hidden,
        request=_request(report, shown),
        general_remarks=[remark for remark in report.remarks if remark.check not in shown],
    )


def _request(report: Report, shown: set[str]) -> str:
    """Return the file with which a student asks to have checks graded again, empty with full points."""
    lost = [check.name for check in report.checks if check.points < check.max_points and check.name in shown]
    return request_form(report.student, lost) if lost else ""


def _task(name: str, report: Report, context: Context) -> Task:
    checks = [check for check in report.checks if check.task == name]
    seen = [check for check in checks if not (check.hidden and context.hidden == "nothing")]
    network = next((network for network in report.networks if network.task == name), None)
    # Code that sees a hidden input could put it into the numbers of a learning curve.
    public = {check.name for check in seen if not check.hidden}
    hinted = {check.name for check in seen if not check.hidden or context.hidden == "hint"}
    return Task(
        name=name,
        score=report.tasks[name].score,
        max_score=report.tasks[name].max_score,
        checks=tuple(seen),
        unseen=len(checks) - len(seen),
        network=compare_networks(network, context.expected.get(name)) if network else None,
        trainings=tuple(_training(each) for each in report.trainings if each.check in public),
        misconceptions=_misconceptions(name, report, context, hinted),
    )


def _misconceptions(name: str, report: Report, context: Context, hinted: set[str]) -> tuple[str, ...]:
    """Return the misconception behind the answer to a task, if it is certain and the kit allows."""
    if not context.misconceptions:
        return ()
    found = [mistake for mistake in certain_mistakes(report, context.mistakes) if name in mistake.replies]
    # What only hidden checks notice is as secret as their hints.
    return (found[0].about,) if len(found) == 1 and found[0].fails & hinted else ()


def _training(record: TrainingRecord) -> Training:
    value: dict[str, Any] = record.value if isinstance(record.value, dict) else {}
    accuracy = value.get("accuracy")
    losses = _finite_numbers(value.get("losses"))
    return Training(record.check, accuracy if isinstance(accuracy, float) else None, curve(losses))


def _finite_numbers(value: object) -> Sequence[float]:
    """Return a list of finite numbers, or an empty list for any other value."""
    if isinstance(value, list | tuple) and all(isinstance(n, float) and math.isfinite(n) for n in value):
        return value
    return ()

"""Run `kit regrade`: grade one submission again and say whether its report still holds."""

from __future__ import annotations

from pathlib import Path

import typer

from ...examiner.client import ExaminerDied
from ...grading.comparison import Regrade, regrade
from ...grading.storage import read_report
from ...kit import Kit, KitError
from ...models import Submission
from ...sandbox.protocol import IsolationUnavailable
from ...submissions.discovery import ClassError, find_class
from ...text import clean, points
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail, find_kit


def run_regrade(path: Path, submission: Path, root: Path | None) -> int:
    """Grade again, print the comparison, and return the exit status."""
    old = read_report(path)
    if old is None:
        fail(f"{path} is no report: expected a report.json that `kit grade` wrote.", USED_WRONGLY)
    try:
        kit = find_kit(old.kit, root)
        result = regrade(kit, old, _read(kit, submission))
    except (KitError, ClassError) as error:
        fail(str(error), USED_WRONGLY)
    except (ExaminerDied, IsolationUnavailable) as error:
        fail(str(error), DID_NOT_HOLD)
    _print(result)
    return DID_NOT_HOLD if result.results else 0


def _read(kit: Kit, path: Path) -> Submission:
    """Return the only submission in `path`; raise ClassError."""
    support_code = [name for name in kit.given if "/" not in name]
    found = find_class(path, kit.slug, kit.module, support_code, due=kit.dates.due).submissions
    if len(found) != 1:
        raise ClassError(f"Expected one submission in {path}, found {len(found)}. Name one student's.")
    return found[0].read()


def _print(result: Regrade) -> None:
    report = result.report
    if result.record:
        typer.echo("The record differs, so results may differ too:")
        for difference in result.record:
            typer.echo(f"  {clean(str(difference))}")
    if result.results:
        typer.echo("The reports disagree:")
        for difference in result.results:
            typer.echo(f"  {clean(str(difference))}")
    else:
        score = points(report.score, report.max_score)
        count = f"{len(report.checks)} checks, {len(report.trainings)} trainings"
        typer.echo(f"The reports agree: {score} points, {count}.")

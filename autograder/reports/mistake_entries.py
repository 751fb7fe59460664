"""Print wrong answers that match no known mistake as entries for `mistakes.py`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..grading.storage import ClassRecord, GradesFolder
from ..models import Report
from .context import Context, find_context
from .student_code import task_code
from .wrong_answers import Group, find_groups


def mistake_entries(folder: Path, root: Path | None) -> str:
    """Return entries for `mistakes.py`, the most frequent first. Raises NoGradesError.

    Each has the checks that fail and the answer of one student, without names.
    """
    grades = GradesFolder(folder)
    record = grades.required_record()
    reports = {report.student: report for report in grades.reports().values()}
    return "\n\n".join(_entries(record, reports, find_context(record, root)))


def _entries(record: ClassRecord, reports: Mapping[str, Report], context: Context) -> Iterator[str]:
    groups = find_groups(list(reports.values()), context.mistakes)
    unknown = [group for group in groups if not group.mistakes]
    for number, group in enumerate(unknown, 1):
        members = [reports[student] for student in group.students]
        yield _entry(f"unknown_{number}", group, members, record.names, record.tasks)


def _entry(
    name: str, group: Group, members: Sequence[Report], names: Sequence[str], tasks: Sequence[str]
) -> str:
    sample, alike = _most_frequent(group, members)
    code = task_code(sample.source, group.task, names, tasks=tasks)
    about = f"{_count(len(members))} failed these checks; {alike} of them gave exactly these replies."
    resembling = "".join(f"\n# Fails like {mistake.name}, with other replies." for mistake in group.resembles)
    checks = "".join(f'    "{check}",\n' for check in group.outcomes)
    body = code or f"# The answer is not in the grades folder, or it does not define {group.task}."
    return (
        f"# {about}{resembling}\n"
        f"class {name}:\n"
        '    """FILL IN the misconception: what do they think?"""\n\n'
        f"    FAILS = (\n{textwrap.indent(checks, '    ')}    )\n\n"
        f"{textwrap.indent(body, '    ')}\n"
    )


def _most_frequent(group: Group, members: Sequence[Report]) -> tuple[Report, int]:
    """Return a submission with the most frequent replies to the task, and the number of such submissions."""
    counts = Counter(report.replies.get(group.task, report.student) for report in members)
    ((digest, count),) = counts.most_common(1)
    return next(
        report for report in members if report.replies.get(group.task, report.student) == digest
    ), count


def _count(students: int) -> str:
    return "1 student" if students == 1 else f"{students} students"

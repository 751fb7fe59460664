"""Build the page and the table of a term: dropped scores, repeated mistakes and used late days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ..files import write_atomic
from ..grading.grades_csv import cell, format_table, number
from ..grading.storage import Attendance, StudentRecord
from ..grading.weeks import People, Person, Week
from ..text import clean_line
from .context import Context, find_context, render
from .wrong_answers import KnownMistake, find_groups

# A score has dropped if its share of full marks is this much below the median of the student's earlier weeks.
DROP = 0.2
PAGE, TABLE = "term.html", "term.csv"
MISSING, UNMATCHED = Attendance.MISSING.value, Attendance.UNMATCHED.value


@dataclass(frozen=True)
class Result:
    """What a student achieved in one week.

    `share` is the share of full marks before a penalty for being late, None without a score. `status` is that
    of the report, or the attendance without one.
    """

    status: str
    share: float | None = None


@dataclass(frozen=True)
class TermStudent:
    """One student in all weeks. `usual` is the median of the weeks before the last.

    `drops` are the reasons to look at the student after the last week, in sentences.
    """

    name: str
    id: str
    results: tuple[Result, ...]
    usual: float | None
    late_days: int
    drops: tuple[str, ...]

    @property
    def change(self) -> float | None:
        """Return the difference between the last week and the usual share."""
        last = self.results[-1].share
        return None if last is None or self.usual is None else last - self.usual

    @property
    def line(self) -> str:
        """Return the shares of all weeks as the points of an SVG polyline in a box of 100 × 20."""
        step = 96 / max(len(self.results) - 1, 1)
        shares = ((place, result.share) for place, result in enumerate(self.results))
        return " ".join(
            f"{2 + place * step:.1f},{18 - 16 * share:.1f}" for place, share in shares if share is not None
        )

    @property
    def missing(self) -> int:
        """Return the number of weeks without a submission."""
        return sum(result.status == MISSING for result in self.results)


@dataclass(frozen=True)
class RepeatedMistake:
    """A known mistake that was recognized in several weeks.

    `counts` are the students of each week, and `students` those who made it in more than one.
    """

    mistake: KnownMistake
    counts: tuple[int, ...]
    students: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """The weeks of a term by title, with their students, and the mistakes that stay."""

    titles: tuple[str, ...]
    students: tuple[TermStudent, ...]
    mistakes: tuple[RepeatedMistake, ...]

    @property
    def medians(self) -> list[float | None]:
        """Return the median of all students in each week."""
        weeks = zip(*(student.results for student in self.students), strict=True)
        shares = ([result.share for result in week if result.share is not None] for week in weeks)
        return [median(week) if week else None for week in shares]

    @property
    def dropped(self) -> list[TermStudent]:
        """Return the students who dropped, the largest drop first, then those without a submission."""
        students = [student for student in self.students if student.drops]
        return sorted(students, key=lambda student: student.change if student.change is not None else 0)


def make_term(weeks: Sequence[Week], root: Path | None) -> Term:
    """Return the term of weeks in order. `root` is the repository of the kits, if there is one."""
    contexts = [find_context(week.record, root) for week in weeks]
    titles = tuple(clean_line(context.title) for context in contexts)
    people = People(weeks)
    return Term(
        titles,
        tuple(_student(person, weeks, titles, people) for person in people),
        tuple(_repeated(weeks, contexts, people)),
    )


def _student(person: Person, weeks: Sequence[Week], titles: Sequence[str], people: People) -> TermStudent:
    results = tuple(_result(person.records.get(place), week) for place, week in enumerate(weeks))
    earlier = [result.share for result in results[:-1] if result.share is not None]
    usual = median(earlier) if earlier else None
    *_, last = person.records.values()
    return TermStudent(
        name=clean_line(person.name),
        id=clean_line(last.id),
        results=results,
        usual=usual,
        late_days=people.free_days_used(last),
        drops=tuple(_drops(results[-1], usual, titles[-1])) if len(weeks) > 1 else (),
    )


def _result(record: StudentRecord | None, week: Week) -> Result:
    """Return a student's result in a week. Without a record, the submission is missing."""
    report = week.reports.get(record.student) if record else None
    if report is not None:
        share = None if report.earned is None else report.earned / (report.max_score or 1)
        return Result(report.status.value, share)
    return Result(UNMATCHED if record and record.attendance == Attendance.UNMATCHED else MISSING)


def _drops(last: Result, usual: float | None, title: str) -> Iterator[str]:
    """Yield why a student needs attention after the last week."""
    if last.status == MISSING:
        yield f"No submission for {title}."
    elif last.share is not None and usual is not None and usual - last.share >= DROP - 1e-9:
        yield f"{100 * last.share:.0f} % in {title}, after a median of {100 * usual:.0f} %."


def _repeated(
    weeks: Sequence[Week], contexts: Sequence[Context], people: People
) -> Iterator[RepeatedMistake]:
    """Yield the mistakes that were recognized for certain in several weeks, the most often repeated first."""
    made: dict[str, list[tuple[str, ...]]] = {}
    known: dict[str, KnownMistake] = {}
    for place, (week, context) in enumerate(zip(weeks, contexts, strict=True)):
        names = _names(people, place)
        for group in find_groups(list(week.reports.values()), context.mistakes):
            if group.mistake is not None:
                known[group.mistake.name] = group.mistake
                by_week = made.setdefault(group.mistake.name, [()] * len(weeks))
                by_week[place] = tuple(names[student] for student in group.students)
    found = []
    for name, by_week in made.items():
        times = Counter(student for students in by_week for student in students)
        if sum(map(bool, by_week)) > 1:
            again = tuple(sorted(student for student, count in times.items() if count > 1))
            found.append(RepeatedMistake(known[name], tuple(map(len, by_week)), again))
    yield from sorted(found, key=lambda each: (-len(each.students), -sum(each.counts), each.mistake.name))


def _names(people: People, place: int) -> Mapping[str, str]:
    """Return the name that the term has for each student of one week."""
    return {
        person.records[place].student: clean_line(person.name) for person in people if place in person.records
    }


def term_page(term: Term) -> str:
    """Return HTML that has no scripts and loads no other files."""
    return render("term.html", Context("The term"), term=term, drop=DROP)


def term_table(term: Term, kits: Sequence[str]) -> str:
    """Return the table as CSV, with shares in percent of full marks."""
    heading = ["student", "id", *kits, "earlier_median", "change", "missing", "late_days_used", "dropped"]
    return format_table(heading, map(_row, term.students))


def _row(student: TermStudent) -> list[object]:
    shares = (*(result.share for result in student.results), student.usual, student.change)
    return [
        cell(student.name),
        cell(student.id),
        *(number(None if share is None else 100 * share) for share in shares),
        student.missing,
        student.late_days,
        cell(" ".join(student.drops)),
    ]


def write_term(weeks: Sequence[Week], out: Path, root: Path | None) -> Term:
    """Write the page and the table into the folder `out`. Raises OSError."""
    term = make_term(weeks, root)
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / PAGE, term_page(term))
    write_atomic(out / TABLE, term_table(term, [week.record.kit for week in weeks]))
    return term

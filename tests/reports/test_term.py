"""A term: dropped scores, repeated mistakes, used late days, and the identity of students across weeks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.late_rules import apply_penalty
from autograder.grading.storage import Attendance, ClassRecord, GradesFolder, StudentRecord
from autograder.grading.weeks import Week, read_weeks
from autograder.kit import Kit
from autograder.models import Lateness, Report, Timeliness
from autograder.reports.term import make_term, term_page, write_term
from autograder.reports.wrong_answers import KnownMistake
from autograder.submissions.identity import safe_name

Make = Callable[..., Report]
WEEKS = Callable[..., list[Week]]
ONE = ("test_adds_two_numbers",)
MOST = (*ONE, "test_adds_negative_numbers", "test_mean_of_other_numbers")


@pytest.fixture
def weeks(tmp_path: Path, toy: Kit) -> WEEKS:
    """Writes and reads the grades of several weeks, each with reports and the records of other students."""

    def write(*classes: list[Report | StudentRecord]) -> list[Week]:
        paths = []
        for number, students in enumerate(classes, 1):
            folder = GradesFolder(tmp_path / f"week{number}")
            records = []
            for each in students:
                if isinstance(each, StudentRecord):
                    records.append(each)
                    continue
                folder.save(each.student, each, lambda examined: examined)
                if each.student not in {x.student for x in students if isinstance(x, StudentRecord)}:
                    records.append(StudentRecord(each.student, folder=safe_name(each.student)))
            slug = f"{toy.slug}{number}"
            record = ClassRecord(slug, toy.points(), toy.tasks, tuple(records), title=f"Week {number}")
            folder.write_record(record)
            paths.append(folder.path)
        return read_weeks(paths)

    return write


def absent(student: str, attendance: Attendance = Attendance.MISSING) -> StudentRecord:
    return StudentRecord(student, attendance)


def test_who_falls_below_the_own_earlier_weeks_drops(weeks: WEEKS, make_report: Make) -> None:
    """Somebody who was never better does not, and neither does a whole class that finds a week hard."""
    term = make_term(
        weeks(
            [make_report("ada"), make_report("bob", MOST), make_report("eve")],
            [make_report("ada", ONE), make_report("bob", MOST), make_report("eve")],
            [make_report("ada", MOST), make_report("bob", MOST), make_report("eve", ONE)],
        ),
        None,
    )
    ada, bob, eve = term.students
    assert ada.usual == pytest.approx(0.9)
    assert [student.name for student in term.dropped] == ["ada", "eve"]
    assert ada.change is not None
    assert eve.change == pytest.approx(-0.2)
    assert ada.drops == (f"{100 * ada.results[-1].share:.0f} % in Week 3, after a median of 90 %.",)
    assert bob.change == pytest.approx(0)
    assert term.medians == pytest.approx([1, 0.8, ada.results[-1].share])
    assert eve.line == "2.0,2.0 50.0,2.0 98.0,5.2"


def test_whoever_hands_in_nothing_drops(weeks: WEEKS, make_report: Make) -> None:
    """Also without a roster, as the earlier week knows them; not if a submission may be theirs."""
    term = make_term(
        weeks(
            [make_report("ada"), make_report("bob"), make_report("kim")],
            [absent("ada"), absent("kim", Attendance.UNMATCHED)],
        ),
        None,
    )
    assert {student.name: (student.drops, student.missing) for student in term.students} == {
        "ada": (("No submission for Week 2.",), 1),
        "bob": (("No submission for Week 2.",), 1),
        "kim": ((), 0),
    }


def test_points_count_before_the_penalty(weeks: WEEKS, make_report: Make) -> None:
    """Being late says nothing about what a student understands; the free days are added up."""
    late = Lateness(Timeliness.LATE, "2026-11-30T23:59:59+00:00", units=3, percent=60, free_days=2)
    reports = [apply_penalty(make_report("ada"), late), apply_penalty(make_report("ada"), late)]
    (ada,) = make_term(weeks([reports[0]], [reports[1]]), None).students
    assert [result.share for result in ada.results] == [1, 1]
    assert (ada.drops, ada.late_days) == ((), 4)


SAME = [
    (StudentRecord("ada", folder="ada", id="7"), StudentRecord("Doe, Ada", folder="ada", id="7"), 1),
    (StudentRecord("ada", folder="ada", id="7"), StudentRecord("Ada ", folder="ada"), 1),
    (StudentRecord("ada", folder="ada", id="7"), StudentRecord("ada", folder="ada", id="8"), 2),
    (
        StudentRecord("a", folder="ada", platform="canvas", platform_id="1"),
        StudentRecord("b", folder="ada", platform="canvas", platform_id="1"),
        1,
    ),
    (
        StudentRecord("a", folder="ada", platform="canvas", platform_id="1"),
        StudentRecord("b", folder="ada", platform="moodle", platform_id="1"),
        2,
    ),
]


@pytest.mark.parametrize(("first", "second", "people"), SAME)
def test_an_id_tells_who_somebody_is_and_a_name_where_none_contradicts(
    weeks: WEEKS, make_report: Make, first: StudentRecord, second: StudentRecord, people: int
) -> None:
    classes = [[replace(make_report(record.student)), record] for record in (first, second)]
    assert len(make_term(weeks(*classes), None).students) == people


def test_a_mistake_stays_that_is_certain_in_several_weeks(
    weeks: WEEKS, make_report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who made it again is named; a mistake of one week is none that stays."""
    from autograder.reports import term as module

    known = tuple(
        KnownMistake(name, f"What {name} thinks.", frozenset({"add"}), frozenset(ONE), {"add": digest})
        for name, digest in (("adds_one", "d1"), ("adds_two", "d2"))
    )
    find = module.find_context
    monkeypatch.setattr(module, "find_context", lambda *given: replace(find(*given), mistakes=known))

    def wrong(student: str, digest: str) -> Report:
        return replace(make_report(student, ONE), replies={"add": digest})

    term = make_term(
        weeks(
            [wrong("ada", "d1"), wrong("bob", "d1"), wrong("eve", "d2")],
            [wrong("ada", "d1"), make_report("bob"), make_report("eve", ONE)],
        ),
        None,
    )
    (stays,) = term.mistakes
    assert (stays.mistake.name, stays.counts, stays.students) == ("adds_one", (2, 1), ("ada",))
    assert "What adds_one thinks." in term_page(term)


def test_the_table_has_a_row_for_everybody(weeks: WEEKS, make_report: Make, tmp_path: Path) -> None:
    classes = [make_report("ada"), make_report("=1+1")], [make_report("ada", MOST), absent("=1+1")]
    write_term(weeks(*classes), tmp_path / "term", None)
    rows = list(csv.DictReader((tmp_path / "term" / "term.csv").read_text().splitlines()))
    assert [row["student"] for row in rows] == ["'=1+1", "ada"]
    assert (rows[0]["sums1"], rows[0]["sums2"], rows[0]["missing"]) == ("100", "", "1")
    assert rows[1]["earlier_median"] == "100"
    assert float(rows[1]["change"]) < -20
    assert rows[1]["dropped"].endswith("in Week 2, after a median of 100 %.")


def test_one_week_alone_is_no_drop(weeks: WEEKS, make_report: Make) -> None:
    page = term_page(make_term(weeks([make_report("ada", MOST)]), None))
    assert "<p>Nobody.</p>" in page

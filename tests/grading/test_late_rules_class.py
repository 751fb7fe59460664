"""A class whose kit has rules for late submissions: scores, free days, and what is computed again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autograder.grading.grade import grade_class
from autograder.grading.overrides import Override, Overrides, Penalty
from autograder.grading.recompute import recompute
from autograder.grading.roster.matching import Roster, RosterEntry
from autograder.grading.run_plan import GradeOptions
from autograder.grading.storage import GradesFolder, NoGradesError, WrongFolderError
from autograder.grading.weeks import read_weeks
from autograder.models import ReviewReason
from autograder.submissions.identity import Platform

DATES = '\n[dates]\ndue = 2026-11-30\n\n[late]\ntime_zone = "UTC"\npenalty = 10\n'
ONE_DAY = datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def late_kit(kit):
    """Makes the toy kit with these lines of `[dates]` and `[late]`."""

    def make(more="", dates=DATES):
        return replace(kit, files={**kit.files, "kit.toml": kit.files["kit.toml"] + (dates + more).encode()})

    return make


@pytest.fixture
def run(grader, tmp_path):
    """Grades entries into a folder and returns the class, with `examined` students in `grader`."""

    def grade(kit, *entries, folder="grades", **options):
        grader.examined.clear()
        grader.kit = kit
        return grade_class(
            kit, entries, tmp_path / folder, grader, GradeOptions(isolation="process", **options)
        )

    return grade


@pytest.fixture
def scores(tmp_path):
    """Returns raw points, penalty and score of everybody in `grades.csv`."""

    def read(folder="grades"):
        with (tmp_path / folder / "grades.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["student"]: (row["raw"], row["penalty"], row["score"]) for row in rows}

    return read


def test_a_late_submission_loses_points_and_the_report_says_why(run, late_kit, handed, scores, tmp_path):
    grades = run(late_kit(), handed("ada", "test_adds_two_numbers", submitted=ONE_DAY), handed("bob"))
    assert scores() == {"ada": ("8", "1", "7"), "bob": ("10", "0", "10")}
    report = json.loads((tmp_path / "grades" / "ada" / "report.json").read_text())
    assert (report["raw"], report["penalty"], report["score"]) == (8, 1, 7)
    assert report["lateness"]["timeliness"] == "late"
    assert sum(task["score"] for task in report["tasks"].values()) == 8
    assert [(item.student, item.reason) for item in grades.review] == [("ada", ReviewReason.LATE)]
    assert grades.undated == ("bob",)


def test_columns_and_fields_are_as_before_without_rules(run, kit, handed, tmp_path):
    run(kit, handed("ada", submitted=ONE_DAY))
    folder = tmp_path / "grades"
    header = (folder / "grades.csv").read_text().splitlines()[0]
    assert header == "student,score,max_score,status,add,mean,scale,message,submission_sha256"
    report = json.loads((folder / "ada" / "report.json").read_text())
    assert not {"raw", "penalty", "lateness"} & report.keys()
    assert not (folder / "late.json").exists()


def test_columns_precede_the_score(run, late_kit, handed, tmp_path):
    run(late_kit(), handed("ada"), roster=Roster((RosterEntry("ada", "7"),)))
    header = (tmp_path / "grades" / "grades.csv").read_text().splitlines()[0]
    assert header.startswith("student,id,raw,penalty,score,max_score,status,")


CHANGES = [
    ("", DATES.replace("11-30", "12-01"), ("10", "0", "10")),
    ("", DATES.replace("= 10", "= 25"), ("10", "2.5", "7.5")),
    ('grace = "1 day"\n', DATES, ("10", "0", "10")),
    ('cut_off = "2 h"\n', DATES, ("10", "10", "0")),
]


@pytest.mark.parametrize(("more", "dates", "expected"), CHANGES)
def test_other_rules_count_without_another_examination(
    run, grader, late_kit, handed, scores, more, dates, expected
):
    entry = handed("ada", submitted=ONE_DAY)
    run(late_kit(), entry)
    assert scores() == {"ada": ("10", "1", "9")}
    run(late_kit(more, dates), entry)
    assert (scores(), grader.examined) == ({"ada": expected}, [])


def test_rules_may_come_and_go_without_another_examination(run, grader, kit, late_kit, handed, tmp_path):
    entry = handed("ada", submitted=ONE_DAY)
    run(kit, entry)
    before = {path.name: path.read_bytes() for path in (tmp_path / "grades").rglob("*.*") if path.is_file()}
    run(late_kit(), entry)
    assert grader.examined == []
    run(kit, entry)
    after = {path.name: path.read_bytes() for path in (tmp_path / "grades").rglob("*.*") if path.is_file()}
    assert (after, grader.examined) == (before, [])


def test_an_extension_counts_without_another_examination(run, grader, late_kit, handed, scores):
    entry = handed("ada", submitted=ONE_DAY)
    for extension, score in (("", "9"), ("1 day", "10"), ("2026-11-30 12:00", "9")):
        roster = Roster((RosterEntry("ada", extension=extension),))
        run(late_kit(), entry, roster=roster)
        assert scores()["ada"][2] == score
    assert grader.examined == []


def test_an_override_sets_the_raw_points_and_the_penalty_follows(run, late_kit, handed, scores):
    points = Override("ada", "test_adds_two_numbers", 1, "Half of it.")
    run(late_kit('of = "earned"\n'), handed("ada", submitted=ONE_DAY), overrides=Overrides((points,)))
    assert scores() == {"ada": ("9", "0.9", "8.1")}
    decisions = Overrides((points,), penalties=(Penalty("ada", 0, "Ill."),))
    run(late_kit('of = "earned"\n'), handed("ada", submitted=ONE_DAY), overrides=decisions)
    assert scores() == {"ada": ("9", "0", "9")}


def test_decisions_after_the_run_keep_the_penalty(run, late_kit, handed, scores, tmp_path):
    """As `kit review` applies them, which knows the grades folder alone."""
    run(late_kit(), handed("ada", submitted=ONE_DAY), handed("bob", late=True))
    recompute(
        GradesFolder(tmp_path / "grades"), Overrides((Override("ada", "test_adds_two_numbers", 1, "No."),))
    )
    assert scores() == {"ada": ("9", "1", "8"), "bob": ("10", "0", "10")}


def test_a_late_mark_without_a_time_costs_nothing_and_is_to_be_reviewed(run, late_kit, handed, scores):
    entries = [
        handed("ada", "a", late=True, platform=Platform.CANVAS),
        handed("bob", "b", platform=Platform.CANVAS),
    ]
    grades = run(late_kit(), *entries)
    assert scores() == {"ada": ("10", "0", "10"), "bob": ("10", "0", "10")}
    assert [(item.student, item.label) for item in grades.review] == [("ada", "late")]
    assert grades.undated == ()


def test_a_student_without_a_score_has_no_penalty(run, late_kit, handed, scores):
    roster = Roster((RosterEntry("ada"), RosterEntry("kim")))
    run(late_kit(), handed("ada", "lost", submitted=ONE_DAY), roster=roster)
    assert scores() == {"ada": ("", "", ""), "kim": ("0", "0", "0")}


def test_a_group_shares_extension_free_days_and_grade(run, late_kit, handed, scores, tmp_path):
    entries = [handed(name, "same", group="7", submitted=ONE_DAY) for name in ("ada", "bob")]
    extended = Roster((RosterEntry("ada", extension="1 day"), RosterEntry("bob")))
    run(late_kit(), *entries, roster=extended)
    assert scores() == dict.fromkeys(("ada", "bob"), ("10", "0", "10"))
    run(late_kit("free_days = 1\n"), *entries)
    folder = GradesFolder(tmp_path / "grades")
    assert [folder.in_folder(name).lateness.free_days for name in ("ada", "bob")] == [1, 1]


def test_what_is_decided_about_one_member_counts_for_the_group(run, late_kit, handed, scores, tmp_path):
    """Unless there is a decision about the other one; also when the decisions are applied again."""
    pair = [handed(name, "same", group="7", submitted=ONE_DAY) for name in ("ada", "bob")]
    half = Override("ada", "test_adds_two_numbers", 1, "Half of it.")
    decisions = Overrides((half,), penalties=(Penalty("bob", 0, "Ill."), Penalty("ada", 0.5, "Ill.")))
    run(late_kit(), *pair, handed("eve", submitted=ONE_DAY), overrides=decisions)
    for _ in range(2):
        assert scores() == {"ada": ("9", "0.5", "8.5"), "bob": ("9", "0", "9"), "eve": ("10", "1", "9")}
        recompute(GradesFolder(tmp_path / "grades"), decisions)


@pytest.mark.parametrize("names", [("ada", "ada"), ("Ada Doe", "Doe, Ada")])
def test_free_days_of_earlier_weeks_are_used(run, late_kit, handed, scores, tmp_path, names):
    """Whoever is the same by the roster's id, whatever the platform calls them."""
    first, second = names
    rules = late_kit("free_days = 1\n")
    before = run(
        replace(rules, slug="week1"),
        handed(first, submitted=ONE_DAY),
        folder="week1",
        roster=Roster((RosterEntry(first, "7"),)),
    )
    assert [row.penalty for row in before.rows] == [0]
    run(
        rules,
        handed(second, submitted=ONE_DAY),
        handed("bob", submitted=ONE_DAY),
        earlier=read_weeks([tmp_path / "week1"]),
        roster=Roster((RosterEntry(second, "7"), RosterEntry("bob", "8"))),
    )
    assert scores() == {second: ("10", "1", "9"), "bob": ("10", "0", "10")}


def test_in_a_group_the_member_with_the_fewest_free_days_decides(run, late_kit, handed, scores, tmp_path):
    rules = late_kit("free_days = 1\n")
    run(replace(rules, slug="week1"), handed("ada", submitted=ONE_DAY), handed("bob"), folder="week1")
    pair = [handed(name, "same", group="7", submitted=ONE_DAY) for name in ("ada", "bob")]
    run(rules, *pair, earlier=read_weeks([tmp_path / "week1"]))
    assert scores() == dict.fromkeys(("ada", "bob"), ("10", "1", "9"))


def test_a_folder_without_grades_or_twice_the_same_week_is_refused(run, kit, handed, tmp_path):
    with pytest.raises(NoGradesError, match=r"Expected grades in .*empty, as `kit grade"):
        read_weeks([tmp_path / "empty"])
    run(kit, handed("ada"))
    with pytest.raises(WrongFolderError, match="one folder of grades for each kit, found two of sums"):
        read_weeks([tmp_path / "grades", tmp_path / "grades"])


def test_the_weeks_own_grades_are_refused_among_the_earlier_ones(run, late_kit, handed, tmp_path):
    """Its free days would count as used when the same command runs again."""
    run(late_kit(), handed("ada", submitted=ONE_DAY))
    with pytest.raises(WrongFolderError, match=r"earlier weeks with --term, found those of sums in .*grades"):
        run(late_kit(), handed("ada", submitted=ONE_DAY), earlier=read_weeks([tmp_path / "grades"]))

"""A class: only what is missing or has changed is examined, and every report that is up to date stays."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from autograder.grading.grade import grade_class
from autograder.grading.overrides import Comment, Override, Overrides
from autograder.grading.roster.matching import Roster, RosterEntry
from autograder.grading.run_plan import GradeOptions, UnknownStudentError
from autograder.grading.storage import (
    GradesFolder,
    StorageError,
    WrongFolderError,
)
from autograder.models import ReviewNote, ReviewReason


@pytest.fixture
def run(kit, grader, tmp_path):
    """Grades entries into one folder and says who was examined."""

    def grade(*entries, with_kit=kit, progress=lambda step: None, **wishes):
        grader.examined.clear()
        grader.kit = with_kit
        wishes = GradeOptions(**{"isolation": "process", **wishes})
        return grade_class(with_kit, entries, tmp_path / "grades", grader, wishes, progress)

    return grade


@pytest.fixture
def table(tmp_path):
    def read():
        with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    return read


def test_everybody_has_a_row_and_a_report(run, table, handed, tmp_path):
    grades = run(handed("zoe", "test_adds_two_numbers"), handed("ada", "a"))
    assert [(row.student, row.score) for row in grades.rows] == [("ada", 10), ("zoe", 8)]
    assert list(table()) == ["ada", "zoe"]
    assert GradesFolder(tmp_path / "grades").in_folder("zoe").score == 8


def test_a_second_run_examines_nobody_and_writes_the_same_bytes(run, grader, handed, tmp_path):
    entries = handed("ada", "x"), handed("bob", "lost and found"), handed("eve", "", problem="Empty.")
    run(*entries[::2])
    before = (tmp_path / "grades" / "grades.csv").read_bytes()
    steps = []
    run(*entries[::2], progress=steps.append)
    assert grader.examined == []
    assert [(step.total, step.kept) for step in steps] == [(0, 2)]
    assert (tmp_path / "grades" / "grades.csv").read_bytes() == before


def test_only_what_changed_is_examined_again(run, grader, handed):
    run(handed("ada", "a"), handed("bob", "b"))
    run(handed("ada", "a"), handed("bob", "other"), handed("eve", "e"))
    assert grader.examined == ["bob", "eve"]


def test_a_new_version_of_the_kit_or_another_isolation_regrades(run, grader, handed, kit):
    run(handed("ada", "a"))
    run(handed("ada", "a"), with_kit=replace(kit, files={**kit.files, "given/new.py": b""}))
    assert grader.examined == ["ada"]
    run(handed("ada", "a"), isolation="user")
    assert grader.examined == ["ada"]


def test_force_examines_everybody(run, grader, handed):
    run(handed("ada", "a"), handed("bob", "b"))
    run(handed("ada", "a"), handed("bob", "b"), force=True)
    assert grader.examined == ["ada", "bob"]


def test_a_report_that_cannot_be_read_is_made_again(run, grader, handed, tmp_path):
    run(handed("ada", "a"))
    (tmp_path / "grades" / "ada" / "report.json").write_text('{"kit": "su', encoding="utf-8")
    run(handed("ada", "a"))
    assert grader.examined == ["ada"]


def test_only_examines_one_and_leaves_the_others(run, grader, table, handed):
    run(handed("ada", "a"), handed("bob", "b"))
    grades = run(handed("ada", "a"), handed("bob", "changed"), handed("eve", "e"), only=["ada"])
    assert grader.examined == ["ada"]
    assert grades.outdated == ("bob", "eve")
    assert list(table()) == ["ada", "bob"]


def test_only_somebody_unknown_suggests_who_was_meant(run, handed):
    with pytest.raises(UnknownStudentError, match="did you mean 'ada lovelace'"):
        run(handed("ada lovelace"), handed("bob"), only=["ada lovelac"])


def test_an_interrupted_run_goes_on_where_it_stopped(run, grader, handed, tmp_path):
    entries = [handed(name, name) for name in ("ada", "bob", "eve")]

    def interrupt(step):
        if step.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(*entries, progress=interrupt)
    assert not (tmp_path / "grades" / "grades.csv").exists()
    run(*entries)
    assert grader.examined == ["eve"]


def test_progress_hears_of_a_report_only_when_it_is_on_disk(run, handed, tmp_path):
    steps = []

    def hear(step):
        on_disk = GradesFolder(tmp_path / "grades").in_folder(step.student) if step.report else None
        steps.append((step.done, step.total, on_disk == step.report))

    run(handed("ada", "a"), handed("bob", "b"), progress=hear)
    assert steps == [(0, 2, True), (1, 2, True), (2, 2, True)]


def test_a_fault_of_the_grader_has_no_score_and_is_tried_again_next_time(run, grader, table, handed):
    grades = run(handed("ada", "a"), handed("bob", "lost"))
    assert grades.grader_errors == ("bob",)
    assert (table()["bob"]["score"], table()["bob"]["status"]) == ("", "grader_error")
    run(handed("ada", "a"), handed("bob", "lost"))
    assert grader.examined == ["bob"]


def test_decisions_survive_a_regrade_and_can_be_taken_back_without_one(run, grader, table, handed):
    entry = handed("ada", "test_adds_two_numbers")
    decision = Overrides((Override("ada", "test_adds_two_numbers", 2, "A typo."),))
    run(entry)
    assert table()["ada"]["score"] == "8"
    run(entry, overrides=decision)
    assert (grader.examined, table()["ada"]["score"]) == ([], "10")
    assert "Decided by a person" in table()["ada"]["message"]
    run(entry, overrides=decision, force=True)
    assert (grader.examined, table()["ada"]["score"]) == (["ada"], "10")
    run(entry)
    assert (grader.examined, table()["ada"]["score"]) == ([], "8")


def test_comments_survive_a_regrade_with_another_outcome(run, table, handed):
    """Those for everybody who failed a check follow the outcome, those for a student stay."""
    check = "test_adds_two_numbers"
    comments = Overrides(comments=(Comment("Everybody.", check), Comment("Ada.", "", ("ada",))))
    for text, said in ((check, "Everybody. Ada."), ("right", "Ada.")):
        run(handed("ada", text), overrides=comments, force=True)
        assert table()["ada"]["message"] == said


def test_a_decision_about_nobody_in_the_class_is_named(run, handed):
    overrides = Overrides(
        (Override("eve", "test_adds_two_numbers", 2, "A typo."),), (Comment("Hello.", "", ("ada", "kim")),)
    )
    assert run(handed("ada"), overrides=overrides).unused_overrides == ("eve", "kim")
    roster = Roster((RosterEntry("ada"), RosterEntry("eve")))
    assert run(handed("ada"), overrides=overrides, roster=roster).unused_overrides == ("eve", "kim")


def test_a_roster_adds_ids_and_whoever_is_missing(run, table, handed):
    roster = Roster((RosterEntry("bob", "7"), RosterEntry("ada", "5")))
    grades = run(handed("ada"), handed("x"), roster=roster)
    assert {name: (row["id"], row["status"], row["score"]) for name, row in table().items()} == {
        "ada": ("5", "graded", "10"),
        "bob": ("7", "missing", "0"),
        "x": ("", "graded", "10"),
    }
    assert grades.strangers == ("x",)


def test_identical_submissions_are_said_in_both_rows(run, table, handed):
    run(handed("ada", "same"), handed("bob", "same"), handed("eve", "own"))
    assert "Equal to the submission of bob." in table()["ada"]["message"]
    assert "Equal to the submission of ada." in table()["bob"]["message"]
    assert table()["eve"]["message"] == ""


def test_who_left_the_class_keeps_the_report_but_has_no_row(run, table, handed, tmp_path):
    run(handed("ada", "a"), handed("bob", "b"))
    grades = run(handed("ada", "a"))
    assert grades.stale == ("bob",)
    assert list(table()) == ["ada"]
    assert GradesFolder(tmp_path / "grades").in_folder("bob") is not None


def test_two_of_one_name_are_kept_apart_and_told(run, table, handed):
    grades = run(handed("ada", "a"), handed("ada", "test_adds_two_numbers"), handed("bob"))
    assert {name: row["score"] for name, row in table().items()} == {"ada": "10", "ada #2": "8", "bob": "10"}
    assert [(item.reason, item.student) for item in grades.review] == [
        (ReviewReason.AMBIGUOUS_NAME, "ada"),
        (ReviewReason.AMBIGUOUS_NAME, "ada #2"),
    ]


def test_members_of_a_group_are_no_copies(run, table, handed):
    grades = run(handed("ada", "same", group="7"), handed("bob", "same", group="7"), handed("eve", "same"))
    assert table()["ada"]["message"] == "Equal to the submission of eve."
    assert [item.student for item in grades.review] == ["ada", "bob", "eve"]


def test_a_submission_that_fits_two_students_is_nobodys_zero(run, table, handed):
    roster = Roster((RosterEntry("Wang Wei", "1"), RosterEntry("Wang Wei", "2"), RosterEntry("Eve", "3")))
    grades = run(handed("Wang Wei"), roster=roster)
    rows = {name: (row["status"], row["score"]) for name, row in table().items()}
    assert rows == {
        "Eve": ("missing", "0"),
        "Wang Wei": ("graded", "10"),
        "Wang Wei (1)": ("unmatched", ""),
        "Wang Wei (2)": ("unmatched", ""),
    }
    assert {item.reason for item in grades.review} == {ReviewReason.AMBIGUOUS_NAME}
    assert grades.strangers == ("Wang Wei",)


def test_what_is_to_be_reviewed_stays_when_nothing_is_examined_again(run, grader, handed):
    late = ReviewNote(ReviewReason.LATE, "Late.")
    for _ in range(2):
        grades = run(handed("ada", "a", review=(late,)))
        assert [(item.reason, item.text) for item in grades.review] == [(ReviewReason.LATE, "Late.")]
    assert grader.examined == []


def test_grades_of_another_kit_are_not_overwritten(run, handed, kit):
    run(handed("ada"))
    with pytest.raises(WrongFolderError, match="holds grades of sums, not of other"):
        run(handed("ada"), with_kit=replace(kit, slug="other"))


def test_a_disk_that_is_full_stops_the_run_and_keeps_what_is_there(
    run, grader, handed, tmp_path, monkeypatch
):
    def full(path, text):
        if path.parent.name == "bob":
            raise OSError(28, "No space left on device")
        return write(path, text)

    from autograder.grading import storage

    write = storage.write_atomic
    monkeypatch.setattr(storage, "write_atomic", full)
    with pytest.raises(StorageError, match="No space left on device"):
        run(handed("ada", "a"), handed("bob", "b"))
    monkeypatch.setattr(storage, "write_atomic", write)
    run(handed("ada", "a"), handed("bob", "b"))
    assert grader.examined == ["bob"]

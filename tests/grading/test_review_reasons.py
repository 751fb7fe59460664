"""What needs review: in order, with the reason, and nothing else; and which submissions are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.grading.review_reasons import (
    LABELS,
    duplicate_note,
    find_duplicates,
    find_review_items,
    fingerprint,
    text_hashes,
)
from autograder.models import ReviewNote, ReviewReason, Submission, SubmittedFile

HANDOUT = text_hashes([b"given\n"])


def test_the_most_pressing_comes_first(report):
    def with_outcome(outcome):
        made = report(text=outcome)
        return replace(made, checks=(replace(made.checks[0], outcome=outcome), *made.checks[1:]))

    reports = {
        "fine": report(text="fine"),
        "slow": with_outcome("timed_out"),
        "dead": with_outcome("crashed"),
        "torn": report(text="torn", status="unreadable", message="Not Python."),
        "lost": report(text="lost"),
    }
    found = find_review_items(reports, {})
    assert [(item.reason, item.student) for item in found] == [
        ("grader_error", "lost"),
        ("unreadable", "torn"),
        ("crashed", "dead"),
        ("timed_out", "slow"),
    ]
    assert found[1].text == "Not Python."
    assert found[2].text == "add ended the process."


def test_copies_are_named_last(report):
    reports = {name: report(name) for name in ("ada", "bob")} | {"lost": report(text="lost")}
    notes = {"bob": [duplicate_note(["ada"])], "ada": [duplicate_note(["bob"])]}
    found = find_review_items(reports, notes)
    assert [(item.reason, item.student) for item in found] == [
        ("grader_error", "lost"),
        ("identical", "ada"),
        ("identical", "bob"),
    ]
    assert found[1].text == "Equal to the submission of bob."


def test_every_reason_has_a_label():
    assert set(LABELS) == set(ReviewReason)


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("test_", True),  # everything fails
        ("nothing", False),  # the untouched handout
        ("test_adds_two_numbers", False),
    ],
)
def test_nearly_zero_is_listed_unless_it_is_the_stub(report, kit, text, listed):
    text = " ".join(check.name for check in kit.checks) if text == "test_" else text
    found = find_review_items({"ada": report(text=text)}, {})
    assert [item.reason for item in found] == ([ReviewReason.ZERO_BUT_NOT_STUB] if listed else [])


NEARLY_ZERO, OTHER_KIT = ReviewReason.ZERO_BUT_NOT_STUB, ReviewReason.OTHER_KIT


@pytest.mark.parametrize(
    ("status", "noted", "listed"),
    [
        ("graded", NEARLY_ZERO, [(NEARLY_ZERO, "Why.")]),
        ("graded", OTHER_KIT, [(OTHER_KIT, "Why.")]),
        ("unreadable", NEARLY_ZERO, [(ReviewReason.UNREADABLE, "Not Python.")]),
        (
            "graded",
            ReviewReason.SEVERAL_VERSIONS,
            [
                (NEARLY_ZERO, "Earned almost nothing, but differs from the handout."),
                (ReviewReason.SEVERAL_VERSIONS, "Why."),
            ],
        ),
    ],
)
def test_few_points_are_listed_once_with_the_best_reason(report, kit, status, noted, listed):
    text = " ".join(check.name for check in kit.checks)
    made = report(text=text, status=status, message="Not Python.", review=(ReviewNote(noted, "Why."),))
    found = find_review_items({"ada": made}, {})
    assert [(item.reason, item.text) for item in found] == listed


def test_what_reading_a_submission_found_out_is_listed_with_its_sentence(report):
    late = ReviewNote(ReviewReason.LATE, "The platform marks it as late.")
    found = find_review_items({"ada": replace(report(), review=(late, late))}, {})
    assert [(item.reason, item.text, item.label) for item in found] == [(late.reason, late.text, "late")]


def test_whoever_is_missing_has_nothing_to_review():
    missing = ReviewNote(ReviewReason.MISSING, "Nothing was handed in.")
    assert find_review_items({}, {"ada": [missing]}) == ()


def handed(**files):
    return Submission("ada", tuple(SubmittedFile(name, content) for name, content in files.items()))


def test_names_line_ends_and_given_files_make_no_difference():
    one = fingerprint(handed(ada=b"x = 1\ny = 2\n"), HANDOUT)
    other = fingerprint(handed(sums=b"x = 1  \r\ny = 2\r\n\r\n", lesson=b"given\r\n"), HANDOUT)
    assert one == other


def test_another_text_or_an_indent_does():
    texts = (b"if x:\n  y\n", b"if x:\n    y\n", b"if x:\ny\n")
    assert len({fingerprint(handed(ada=text), []) for text in texts}) == 3


def test_copies_name_each_other(report):
    reports = {name: report(name) for name in ("eve", "bob", "ada", "zoe", "max")}
    prints = {"eve": "1", "bob": "1", "ada": "1", "zoe": "2"}
    assert find_duplicates(prints, reports, {}) == {
        "ada": ["bob", "eve"],
        "bob": ["ada", "eve"],
        "eve": ["ada", "bob"],
    }


def test_what_could_not_be_read_or_was_never_touched_is_nobodys_copy(report):
    assert fingerprint(handed(), []) == fingerprint(handed(lesson=b"given"), HANDOUT) == ""
    nothing = {"ada": "", "bob": ""}
    assert find_duplicates(nothing, {name: report(name) for name in ("ada", "bob")}, {}) == {}
    untouched = {name: report(name, text="nothing") for name in ("ada", "bob")}
    assert find_duplicates({"ada": "1", "bob": "1"}, untouched, {}) == {}


def test_members_of_a_group_are_no_copies_of_each_other(report):
    reports = {name: report(name) for name in ("ada", "bob", "eve", "zoe")}
    prints = dict.fromkeys(reports, "1")
    groups = {"ada": "7", "bob": "7", "eve": "", "zoe": ""}
    assert find_duplicates(prints, reports, groups) == {
        "ada": ["eve", "zoe"],
        "bob": ["eve", "zoe"],
        "eve": ["ada", "bob", "zoe"],
        "zoe": ["ada", "bob", "eve"],
    }
    both = {name: reports[name] for name in ("ada", "bob")}
    assert find_duplicates(prints, both, groups) == {}

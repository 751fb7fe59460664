"""What somebody fills in becomes entries of the overrides file, or a sentence about what is missing."""

from __future__ import annotations

import pytest

from autograder.grading.overrides import Answer, Comment, Override, Reviewed
from autograder.grading.regrade_requests import RegradeRequest
from autograder.reports.wrong_answers import Group
from autograder.review.decision_form import DecisionForm, FormError
from autograder.review.queue import Entry, Kind

MAX = {"test_a": 2, "test_b": 6, "test_c": 1}
GROUP = Entry(
    "group: t: test_a, test_b",
    Kind.GROUP,
    "t",
    "not known yet",
    ("ada", "bob"),
    ("test_a", "test_b"),
    group=Group("t", {}, ("ada", "bob")),
)
LATE = Entry("late: ada: …", Kind.SUBMISSION, "late", "…", ("ada",), ("test_a",))
REQUEST = Entry(
    "request: ada",
    Kind.REQUEST,
    "test_a",
    "It is right.",
    ("ada",),
    ("test_a",),
    request=RegradeRequest("ada", "test_a", "It is right.", "x.toml"),
)


@pytest.mark.parametrize(
    ("entry", "fields", "decisions"),
    [
        (GROUP, {"comment": "Hm."}, [Comment("Hm.", "test_a", ("ada", "bob"))]),
        (GROUP, {"comment": "Hm.", "check": "test_b"}, [Comment("Hm.", "test_b", ("ada", "bob"))]),
        (GROUP, {"comment": "Hm.", "scope": "one"}, [Comment("Hm.", "test_a", ("bob",))]),
        (GROUP, {"comment": "Hm.", "scope": "failed", "check": "test_b"}, [Comment("Hm.", "test_b")]),
        (GROUP, {"action": "next"}, [Reviewed(GROUP.key)]),
        (
            GROUP,
            {"comment": "Half.", "points": "4", "scope": "one"},
            [Override("bob", "test_a", 1, "Half."), Override("bob", "test_b", 3, "Half.")],
        ),
        (
            GROUP,
            {"comment": "A\nline.", "points": "1,5", "check": "test_a", "action": "next"},
            [
                Override("ada", "test_a", 1.5, "A line."),
                Override("bob", "test_a", 1.5, "A line."),
                Reviewed(GROUP.key),
            ],
        ),
        (LATE, {"comment": "See me."}, [Comment("See me.", "", ("ada",))]),
        (REQUEST, {"comment": "No."}, [Answer("ada", "test_a", "It is right.", "No.")]),
        (
            REQUEST,
            {"comment": "Yes.", "points": "2", "action": "next"},
            [Override("ada", "test_a", 2, "Yes."), Answer("ada", "test_a", "It is right.", "Yes.")],
        ),
    ],
)
def test_a_form_is_these_decisions(entry, fields, decisions):
    student = "bob" if entry is GROUP else "ada"
    assert DecisionForm.read(fields, student).decisions(entry, MAX) == decisions


@pytest.mark.parametrize(
    ("entry", "fields", "said"),
    [
        (GROUP, {}, "nothing to save"),
        (GROUP, {"points": "1"}, "reason for the points"),
        (GROUP, {"comment": "x", "points": "9"}, "from 0 to 8, found 9"),
        (GROUP, {"comment": "x", "points": "-1"}, "from 0 to 8"),
        (GROUP, {"comment": "x", "points": "nan"}, "from 0 to 8"),
        (GROUP, {"comment": "x", "points": "two"}, "as a number, found 'two'"),
        (GROUP, {"comment": "x", "check": "test_c"}, "Choose one of the checks"),
        (GROUP, {"comment": "x", "scope": "failed"}, "Choose the check"),
        (
            GROUP,
            {"comment": "x", "scope": "failed", "check": "test_a", "points": "1"},
            "Points are for these",
        ),
        (GROUP, {"comment": "x", "scope": "everybody"}, "does not offer"),
        (REQUEST, {"action": "next"}, "nothing to save"),
    ],
)
def test_what_cannot_be_done_is_told(entry, fields, said):
    with pytest.raises(FormError, match=said):
        DecisionForm.read(fields, "ada").decisions(entry, MAX)

"""Who needs a person: in order, with the reason, and nobody else."""

from __future__ import annotations

from dataclasses import replace

from autograder.grading.review import find_review_items


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
    assert [(item.kind, item.student) for item in found] == [
        ("grader_error", "lost"),
        ("unreadable", "torn"),
        ("crashed", "dead"),
        ("timed_out", "slow"),
    ]
    assert found[1].reason == "Not Python."
    assert "test_adds_two_numbers" in found[2].reason


def test_copies_are_named_last(report):
    reports = {name: report(name) for name in ("ada", "bob")} | {"lost": report(text="lost")}
    found = find_review_items(reports, {"bob": ["ada"], "ada": ["bob"]})
    assert [(item.kind, item.student) for item in found] == [
        ("grader_error", "lost"),
        ("identical", "ada"),
        ("identical", "bob"),
    ]
    assert found[1].reason == "The same as what bob handed in."

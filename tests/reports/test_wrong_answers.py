"""A known mistake is told by its replies, what only fails like it is not, and the rest forms groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from autograder.models import Report
from autograder.reports.context import Context
from autograder.reports.feedback import feedback_page
from autograder.reports.wrong_answers import Group, KnownMistake, find_groups

Make = Callable[..., Report]
TWO, NEGATIVE, SCALE = "test_adds_two_numbers", "test_adds_negative_numbers", "test_scale_doubles_an_array"
SUBTRACTS = KnownMistake(
    "subtracts", "Takes –.", frozenset({"add"}), frozenset({TWO, NEGATIVE}), {"add": "a"}
)


@pytest.fixture
def answer(make_report: Make) -> Make:
    """A report with digests of replies, on which the named checks failed."""

    def make(student: str, *failed: str, replies: Mapping[str, str] | None = None) -> Report:
        return replace(make_report(student, failed), replies=replies or {})

    return make


def told(groups: list[Group]) -> dict[str, tuple[str, ...]]:
    """The students of each group."""
    return {group.key: group.students for group in groups}


def test_a_known_mistake_is_told_by_its_replies(answer: Make) -> None:
    """Who fails the same checks with other replies is in another group, which looks like it."""
    reports = [
        answer("ada", TWO, NEGATIVE, replies={"add": "a", "mean": "right"}),
        answer("bob", TWO, NEGATIVE, replies={"add": "b"}),
        answer("cem", TWO, NEGATIVE),
        answer("kim", replies={"add": "right"}),
    ]
    alike, certain = find_groups(reports, [SUBTRACTS])
    assert (certain.mistake, certain.students) == (SUBTRACTS, ("ada",))
    assert (alike.mistake, alike.resembles, alike.students) == (None, (SUBTRACTS,), ("bob", "cem"))


def test_what_follows_from_a_known_mistake_is_no_group_of_its_own(answer: Make) -> None:
    """A check of another task that fails because of it counts for it; another check does not."""
    mistake = replace(SUBTRACTS, fails=frozenset({TWO, NEGATIVE, SCALE}))
    reports = [
        answer("ada", TWO, NEGATIVE, SCALE, replies={"add": "a"}),
        answer("bob", TWO, NEGATIVE, SCALE, "test_mean_of_other_numbers", replies={"add": "a"}),
    ]
    assert told(find_groups(reports, [mistake])) == {
        "add: subtracts": ("ada", "bob"),
        "mean: test_mean_of_other_numbers": ("bob",),
    }


def test_groups_are_by_task_and_by_what_fails_the_largest_first(answer: Make) -> None:
    """A student with two wrong tasks is in two groups."""
    reports = [answer("ada", TWO), answer("bob", TWO, SCALE), answer("cem", TWO, NEGATIVE), answer("kim")]
    groups = find_groups(reports, [])
    assert told(groups) == {
        f"add: {TWO}": ("ada", "bob"),
        f"add: {TWO}, {NEGATIVE}": ("cem",),
        f"scale: {SCALE}": ("bob",),
    }
    assert len(groups[0].students) == 2


def test_what_crashes_resembles_no_known_mistake(answer: Make) -> None:
    """It says nothing of what the student thought, and is another group than what fails."""
    report = answer("ada", TWO, NEGATIVE)
    checks = [replace(check, outcome="crashed") if check.name == TWO else check for check in report.checks]
    crashed, failed = find_groups(
        [replace(report, checks=tuple(checks)), answer("bob", TWO, NEGATIVE)], [SUBTRACTS]
    )
    assert (crashed.resembles, failed.resembles) == ((), (SUBTRACTS,))
    assert crashed.key == f"add: {TWO} crashed, {NEGATIVE}"


def test_mistakes_with_the_same_failing_checks_are_told_apart(answer: Make) -> None:
    """By their replies; without them, the answer resembles both."""
    other = replace(SUBTRACTS, name="multiplies", replies={"add": "m"})
    known = [SUBTRACTS, other]
    (certain,) = find_groups([answer("ada", TWO, NEGATIVE, replies={"add": "m"})], known)
    assert certain.mistake == other
    (alike,) = find_groups([answer("ada", TWO, NEGATIVE, replies={"add": "?"})], known)
    assert alike.resembles == (SUBTRACTS, other)


def test_mistakes_with_equal_replies_are_one_group_and_nobody_reads_of_either(answer: Make) -> None:
    """Which of them it was, nobody can know."""
    twin = replace(SUBTRACTS, name="adds_the_negative")
    report = answer("ada", TWO, NEGATIVE, replies={"add": "a"})
    (group,) = find_groups([report], [SUBTRACTS, twin])
    assert (group.mistakes, group.mistake) == ((SUBTRACTS, twin), None)
    context = Context("Sums", mistakes=(SUBTRACTS, twin), misconceptions=True)
    assert "Known misconception" not in feedback_page(report, context)


@pytest.mark.parametrize(
    ("allowed", "replies", "feedback", "reads"),
    [
        (True, {"add": "a"}, "hint", True),
        (False, {"add": "a"}, "hint", False),
        (True, {"add": "b"}, "hint", False),
        (True, {"add": "a"}, "nothing", True),
    ],
)
def test_a_student_reads_the_misconception_where_it_is_certain_and_allowed(
    answer: Make, allowed: bool, replies: Mapping[str, str], feedback: str, reads: bool
) -> None:
    page = feedback_page(
        answer("ada", TWO, NEGATIVE, replies=replies),
        Context("Sums", feedback, mistakes=(SUBTRACTS,), misconceptions=allowed),  # type: ignore[arg-type]
    )
    assert ("Known misconception: Takes –." in page) == reads


def test_what_only_hidden_checks_notice_is_as_secret_as_their_hints(answer: Make) -> None:
    mistake = replace(SUBTRACTS, fails=frozenset({NEGATIVE}))
    report = answer("ada", NEGATIVE, replies={"add": "a"})
    context = Context("Sums", mistakes=(mistake,), misconceptions=True)
    assert "Takes –." in feedback_page(report, context)
    assert "Takes –." not in feedback_page(report, replace(context, feedback="outcome"))

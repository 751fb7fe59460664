"""Late submissions: when one is late, what that costs, and what a person decides instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest

from autograder.grading.late_rules import (
    Arrival,
    LateRecord,
    LateRules,
    apply_penalty,
    lateness_text,
    parse_extension,
)
from autograder.grading.overrides import Penalty
from autograder.kit_config import LateConfig
from autograder.models import Timeliness

DUE = date(2026, 11, 30)
UTC_RULES = LateRules(DUE, LateConfig(penalty=10, time_zone="UTC"))


def rules(**config) -> LateRules:
    return LateRules(DUE, LateConfig(**{"penalty": 10, "time_zone": "UTC", **config}))


def at(text: str, **more) -> Arrival:
    """Return the arrival at a time in UTC."""
    return Arrival(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp(), **more)


ON_TIME, LATE, CUT_OFF = Timeliness.ON_TIME, Timeliness.LATE, Timeliness.AFTER_CUT_OFF
MOMENTS = [
    # The due day counts to its end, in every time zone if none is named.
    ({}, at("2026-11-30 23:59"), ON_TIME, 0),
    ({}, at("2026-12-01 00:00"), LATE, 10),
    ({"time_zone": ""}, at("2026-12-01 11:59"), ON_TIME, 0),
    ({"time_zone": ""}, at("2026-12-01 12:00"), LATE, 10),
    ({"time_zone": "Europe/Berlin"}, at("2026-11-30 23:01"), LATE, 10),
    ({"due_time": "18:00"}, at("2026-11-30 18:01"), LATE, 10),
    # Times of Blackboard and Brightspace are those of the institution's clock.
    ({"time_zone": "Europe/Berlin"}, at("2026-11-30 23:01", is_local_time=True), ON_TIME, 0),
    # Every day or hour begun counts.
    ({}, at("2026-12-01 23:59"), LATE, 10),
    ({}, at("2026-12-02 00:01"), LATE, 20),
    ({"per": "hour", "penalty": 1}, at("2026-12-01 02:30"), LATE, 3),
    ({"penalty": 40}, at("2026-12-04 12:00"), LATE, 100),
    ({"penalty": 0}, at("2026-12-04 12:00"), LATE, 0),
    # Grace moves the deadline, and days count from there.
    ({"grace": "15 min"}, at("2026-12-01 00:14"), ON_TIME, 0),
    ({"grace": "15 min"}, at("2026-12-01 00:16"), LATE, 10),
    ({"grace": "15 min"}, at("2026-12-02 00:10"), LATE, 10),
    ({"cut_off": "2 days"}, at("2026-12-02 23:00"), LATE, 20),
    ({"cut_off": "2 days"}, at("2026-12-03 00:01"), CUT_OFF, 100),
    # An extension moves the deadline; the one that helps most counts, and none shortens the time.
    ({}, at("2026-12-02 23:00", extensions=("2 days",)), ON_TIME, 0),
    ({}, at("2026-12-03 00:01", extensions=("2 days",)), LATE, 10),
    ({}, at("2026-12-03 23:00", extensions=("1 day", "2026-12-03")), ON_TIME, 0),
    ({}, at("2026-12-03 18:01", extensions=("2026-12-03 18:00",)), LATE, 10),
    ({}, at("2026-11-30 12:00", extensions=("2026-11-20",)), ON_TIME, 0),
    # A time is the course's, unless it has its own offset.
    ({"time_zone": "Europe/Berlin"}, at("2026-12-03 17:30", extensions=("2026-12-03 18:00",)), LATE, 10),
    ({"time_zone": "Europe/Berlin"}, at("2026-12-03 17:30", extensions=("2026-12-03 18:00Z",)), ON_TIME, 0),
    ({}, at("2026-12-03 17:30", extensions=("2026-12-03 18:00+01:00",)), LATE, 10),
    ({"cut_off": "1 day"}, at("2026-12-03 12:00", extensions=("2 days",)), LATE, 10),
    # Free days come first.
    ({"free_days": 3}, at("2026-12-02 12:00"), LATE, 0),
    ({"free_days": 3}, at("2026-12-02 12:00", free_days_used=2), LATE, 10),
    ({"free_days": 3}, at("2026-12-02 12:00", free_days_used=5), LATE, 20),
    ({"free_days": 1, "per": "hour", "penalty": 1}, at("2026-12-02 02:30"), LATE, 3),
    ({"free_days": 5, "cut_off": "2 days"}, at("2026-12-04 00:00"), CUT_OFF, 100),
    # Without a time nothing is guessed.
    ({}, Arrival(), Timeliness.UNKNOWN, 0),
    ({}, Arrival(marked_late=False), ON_TIME, 0),
    ({}, Arrival(marked_late=True), Timeliness.LATE_BY_UNKNOWN, 0),
    ({}, Arrival(marked_late=True, extensions=("9 days",)), Timeliness.LATE_BY_UNKNOWN, 0),
]


@pytest.mark.parametrize(("config", "arrival", "timeliness", "percent"), MOMENTS)
def test_a_submission_is_late_after_the_deadline(config, arrival, timeliness, percent):
    lateness = rules(**config).judge(arrival)
    assert (lateness.timeliness, lateness.percent) == (timeliness, percent)


def test_the_clock_change_makes_no_day_longer():
    autumn = LateRules(date(2026, 10, 24), LateConfig(penalty=10, time_zone="Europe/Berlin"))
    # 25 October has 25 hours in Berlin: a day after the deadline is 23:00 of its local time.
    assert autumn.judge(at("2026-10-25 21:59")).units == 1
    assert autumn.judge(at("2026-10-25 22:01")).units == 2


@pytest.mark.parametrize("free", [(0, 1), (2, 1), (3, 0)])
def test_free_days_are_used_for_the_days_that_are_late(free):
    used, left = free
    assert rules(free_days=3).judge(at("2026-12-01 12:00", free_days_used=used)).free_days == left


PENALTIES = [
    # raw, percent, of, decided: penalty and score
    (10, 20, "possible", None, 2, 8),
    (5, 20, "possible", None, 2, 3),
    (5, 20, "earned", None, 1, 4),
    (1, 20, "possible", None, 1, 0),
    (10, 0, "possible", None, 0, 10),
    (10, 20, "possible", 0, 0, 10),
    (10, 0, "possible", 3.5, 3.5, 6.5),
    (2, 0, "possible", 99, 2, 0),
    (7, 33.3, "earned", None, 2.331, 4.669),
    (None, 20, "possible", None, None, None),
]


@pytest.mark.parametrize(("raw", "percent", "of", "decided", "penalty", "score"), PENALTIES)
def test_a_penalty_is_taken_off_the_points(report, raw, percent, of, decided, penalty, score):
    late = replace(rules().judge(at("2026-12-01 12:00")), percent=percent, percent_of=of)
    found = apply_penalty(replace(report(), score=raw), late, decided)
    assert (found.raw, found.penalty, found.score, found.max_score) == (raw, penalty, score, 10)
    assert found.earned == raw


@pytest.mark.parametrize(
    ("raw", "decided", "used"), [(10, None, 1), (0, None, 0), (None, None, 0), (10, 2, 0)]
)
def test_free_days_are_kept_where_they_save_nothing(report, raw, decided, used):
    late = rules(free_days=1).judge(at("2026-12-01 12:00"))
    assert apply_penalty(replace(report(), score=raw), late, decided).lateness.free_days == used


@pytest.mark.parametrize(
    ("submitted", "raw", "used", "percent", "score"),
    [
        ("2026-12-05 12:00", 10, 2, 30, 7),
        ("2026-12-05 12:00", 4, 2, 30, 1),
        # Nothing is left, with free days and without.
        ("2026-12-05 12:00", 3, 0, 50, 0),
        ("2026-12-15 12:00", 10, 0, 100, 0),
    ],
)
def test_free_days_are_kept_where_the_penalty_is_the_same_without_them(
    report, submitted, raw, used, percent, score
):
    record = LateRecord(rules(free_days=2), {"ada": at(submitted)})
    found = record.apply(replace(report("ada"), score=raw), ())
    assert (found.lateness.free_days, found.lateness.percent, found.score) == (used, percent, score)


def test_a_person_may_decide_the_penalty_of_one_student(report):
    record = LateRecord(rules(), dict.fromkeys(("ada", "bob"), at("2026-12-01 12:00")))
    decisions = (Penalty("bob", 0, "The platform was down."),)
    found = {name: record.apply(report(name), decisions) for name in ("ada", "bob")}
    assert {name: each.penalty for name, each in found.items()} == {"ada": 1, "bob": 0}
    assert lateness_text(found["bob"].lateness).endswith("set this penalty: The platform was down.")


def test_the_record_is_the_same_after_writing_and_reading():
    record = LateRecord(rules(free_days=2), {"ada": at("2026-12-01 12:00", extensions=("2 days",))})
    assert msgspec.convert(msgspec.to_builtins(record), LateRecord) == record


@pytest.mark.parametrize("text", ["soon", "2 weeks", "2026-13-01", "-1 day", "30.11.2026", "9999-12-31"])
def test_what_is_no_extension_says_what_was_expected(text):
    with pytest.raises(ValueError, match=r"expected an extension such as 2 days, .*, found '" + text):
        parse_extension(text)


TEXTS = [
    ({}, at("2026-11-30 12:00"), ""),
    (
        {},
        at("2026-12-02 12:00"),
        "Due 2026-11-30 23:59+00:00, handed in 2026-12-02 12:00+00:00. "
        "Days late: 2, which cost 20 percent of the possible points.",
    ),
    (
        {"per": "hour", "of": "earned", "penalty": 1},
        at("2026-12-01 01:30", extensions=("0 h",)),
        "Due 2026-11-30 23:59+00:00, handed in 2026-12-01 01:30+00:00. "
        "Hours late: 2, which cost 2 percent of the points earned.",
    ),
    (
        {"free_days": 2},
        at("2026-12-03 12:00", extensions=("1 day",)),
        "Due 2026-12-01 23:59+00:00, handed in 2026-12-03 12:00+00:00. "
        "This is with the extension: 1 day. Free late days used: 2.",
    ),
    (
        {"cut_off": "1 h"},
        at("2026-12-01 12:00"),
        "Too late to count: due 2026-11-30 23:59+00:00, handed in 2026-12-01 12:00+00:00.",
    ),
]


@pytest.mark.parametrize(("config", "arrival", "text"), TEXTS)
def test_a_sentence_says_when_it_arrived_and_what_that_costs(config, arrival, text):
    assert lateness_text(rules(**config).judge(arrival)) == text

"""Records survive their JSON form, and anything else is refused with the name of the field."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from autograder.models import (
    CheckResult,
    Environment,
    NetworkLayer,
    NetworkRecord,
    Outcome,
    Report,
    ReviewNote,
    ReviewReason,
    Status,
    Submission,
    SubmittedFile,
    TaskScore,
    TrainingRecord,
)

CHECK = CheckResult("test_adds", "add", False, Outcome.FAILED, 0, 5, "Two and two.", "got 5", seconds=0.25)
REPORT = Report(
    kit="sums",
    kit_version="ab12",
    student="zoë",
    submission_sha256="0",
    status=Status.GRADED,
    message="",
    score=0,
    max_score=5,
    tasks={"add": TaskScore(0, 5)},
    checks=(CHECK,),
    seconds=1.5,
    environment=Environment("3.12", None, None, "2.0", "cpu", "CPU", 7, "user"),
    trainings=(TrainingRecord("test_adds", "00", {"loss": [1e-05, 2]}),),
    networks=(NetworkRecord("add", (NetworkLayer("Dense 5 relu", 25, 0),)),),
    review=(ReviewNote(ReviewReason.LATE, "late"),),
)


def test_a_report_survives_json() -> None:
    assert Report.from_json(REPORT.to_json(internal=True)) == REPORT
    assert json.loads(REPORT.to_json()).get("review") is None


def test_a_report_that_is_read_and_written_again_has_the_same_bytes() -> None:
    """Integers stay integers, and the text is what it was."""
    text = REPORT.to_json()
    assert Report.from_json(text).to_json() == text
    assert '"outcome": "failed",\n      "points": 0,\n      "max_points": 5,' in text
    assert '"student": "zoë"' in text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {"loss": [1.0, math.nan]}])
def test_a_report_is_valid_json_whatever_was_trained(value: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = Report(**{**vars(REPORT), "trainings": (TrainingRecord("test_adds", "00", value),)}).to_json()
    assert "null" in text
    json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "perfect"}, "status"),
        ({"score": "5"}, "score"),
        ({"checks": [{"name": "test_adds"}]}, "checks"),
        ({"tasks": {"add": {"score": 1}}}, "max_score"),
        ({"networks": [{"task": "add", "layers": [{"name": 5}]}]}, "networks"),
    ],
)
def test_an_error_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Report.from_json(json.dumps({**json.loads(REPORT.to_json()), **change}))


def test_a_submission_survives_its_way_to_a_worker() -> None:
    file = SubmittedFile("sums.py", bytes(range(256)), 1.5)
    review = (ReviewNote(ReviewReason.LATE, "late"),)
    submission = Submission("ada", (file,), None, ("a note",), "00", fail_fast=True, review=review)
    assert Submission.from_bytes(submission.to_bytes()) == submission

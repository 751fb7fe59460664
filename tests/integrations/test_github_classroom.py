"""The format of GitHub Classroom's reporter, and what it tells of hidden checks."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from autograder.checks.results import make_result
from autograder.integrations.github_classroom import classroom_result, result_lines, write_result
from autograder.kit import Kit
from autograder.models import Outcome


def test_a_test_has_the_fields_that_the_reporter_reads(toy: Kit) -> None:
    """Its score is the check's points, so that the sum is the score."""
    passed, failed = (
        make_result(toy.checks[0], outcome, "no") for outcome in (Outcome.PASSED, Outcome.FAILED)
    )
    result = classroom_result([passed, failed])
    assert (result["version"], result["status"]) == (1, "fail")
    assert result["max_score"] == 2 * toy.checks[0].points
    good, bad = result["tests"]
    assert set(good) == set(bad) >= {"name", "status", "score", "message", "test_code", "line_no"}
    assert (good["status"], good["score"], good["message"], good["line_no"]) == (
        "pass",
        toy.checks[0].points,
        "",
        0,
    )
    assert (bad["status"], bad["score"]) == ("fail", 0)
    assert classroom_result([passed])["status"] == "pass"


@pytest.mark.parametrize(
    ("feedback", "name", "hint"), [("hint", True, True), ("outcome", True, False), ("nothing", False, False)]
)
def test_a_hidden_check_tells_what_the_kit_allows(toy: Kit, feedback: str, name: bool, hint: bool) -> None:
    check = next(check for check in toy.checks if check.hidden)
    failed = make_result(check, Outcome.FAILED, "Expected -7")
    (test,) = classroom_result([failed], feedback)["tests"]  # type: ignore[arg-type]  # parametrised
    assert (check.sentence in test["name"], check.hint in test["message"]) == (name, hint)
    assert "Expected -7" not in json.dumps(test)


def test_no_line_of_the_log_is_a_command(toy: Kit) -> None:
    failed = make_result(toy.checks[0], Outcome.FAILED, "::add-mask::\n  ::error::forged")
    lines = list(result_lines(classroom_result([failed])))
    assert any("::error::" in line for line in lines)
    assert not any(line.lstrip().startswith("::") for line in lines)


def test_a_result_is_one_line_of_the_outputs(toy: Kit, tmp_path: Path) -> None:
    """Other outputs stay."""
    outputs = tmp_path / "outputs"
    outputs.write_text("other=1\n")
    result = classroom_result([make_result(toy.checks[0], Outcome.FAILED, "two\nlines")])
    write_result(result, outputs)
    first, second = outputs.read_text().splitlines()
    assert first == "other=1"
    assert json.loads(base64.b64decode(second.removeprefix("result="))) == result

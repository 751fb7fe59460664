"""Write results in the format of GitHub Classroom's reporter.

A step of the workflow sets the output `result` to base64 of JSON. `autograding-grading-reporter` reads it
from the variable `<STEP>_RESULTS`, marks the commit, and reports the sum of the scores to GitHub Classroom
(github.com/classroom-resources/autograding-grading-reporter, `src/`). The fields of a test are those of
`autograding-command-grader`, `src/main.js`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..kit_config import Feedback
from ..models import CheckResult, Outcome
from ..text import clean
from .result_text import OUTCOMES, check_text

VERSION = 1
OUTPUT = "result"


def classroom_result(checks: Sequence[CheckResult], feedback: Feedback = "hint") -> dict[str, Any]:
    """Return the results of checks as the reporter reads them.

    `feedback` is what students see of hidden checks. The grader must not have failed on any check, because
    every test has a score.
    """
    tests = [_test(check, feedback) for check in checks]
    return {
        "version": VERSION,
        "status": "pass" if all(test["status"] == "pass" for test in tests) else "fail",
        "max_score": sum(check.max_points for check in checks),
        "tests": tests,
    }


def write_result(result: dict[str, Any], outputs: Path) -> None:
    """Append a result to the file of a step's outputs, which `GITHUB_OUTPUT` names."""
    encoded = base64.b64encode(json.dumps(result).encode()).decode()
    with outputs.open("a", encoding="utf-8") as file:
        file.write(f"{OUTPUT}={encoded}\n")


def result_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield the lines for the log: each test, the message of each that failed, and the sum.

    The reporter prints no messages. GitHub Actions reads a line that begins with `::` as a command, so no
    line begins with a message.
    """
    for test in result["tests"]:
        mark = "✓" if test["status"] == "pass" else "✗"
        yield f"{mark} {test['name']} ({test['score']:g})"
        yield from (f"    | {line}" for line in test["message"].splitlines())
    yield f"{sum(test['score'] for test in result['tests']):g} of {result['max_score']:g} points"


def _test(check: CheckResult, feedback: Feedback) -> dict[str, Any]:
    """Return the entry of one check. `line_no` 0 means that no line is named."""
    is_named = not check.hidden or feedback != "nothing"
    has_message = not check.hidden or feedback == "hint"
    passed = check.outcome == Outcome.PASSED
    text = check_text(check, staff=False) if has_message else OUTCOMES[check.outcome]
    return {
        "name": f"{check.task}: {check.sentence if is_named else 'a hidden check'}",
        "status": "pass" if passed else "fail",
        "score": check.points,
        "message": "" if passed else clean(text),
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": round(check.seconds * 1000),
    }

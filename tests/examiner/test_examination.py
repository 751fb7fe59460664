"""What becomes of a submission: every outcome, and what staff and student read of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.models import Report, Submission, SubmittedFile

Examine = Callable[[str], Report]


def outcomes(report: Report) -> dict[str, str]:
    return {check.name: check.outcome for check in report.checks}


def test_the_solution_earns_everything(examine: Examine, solved: str, toy: Kit) -> None:
    """Every check passes, the score is the sum, and the report says what it was made with."""
    report = examine(solved)
    assert report.status == "graded"
    assert report.score == report.max_score == toy.points()
    assert set(outcomes(report).values()) == {"passed"}
    assert {task: score.score for task, score in report.tasks.items()} == {"add": 5, "mean": 4, "scale": 1}
    assert report.kit_version == toy.version
    assert report.environment.seed == 7
    assert report.environment.isolation == "bubblewrap"


def test_a_report_survives_json(examine: Examine, solved: str) -> None:
    """What is written can be read back."""
    report = examine(solved)
    assert Report.from_json(report.to_json(internal=True)) == report


@pytest.mark.parametrize("body", ["raise NotImplementedError", "raise NotImplementedError('add')"])
def test_a_stub_is_not_attempted(examine: Examine, body: str) -> None:
    """A function that only raises NotImplementedError is not wrong: it is not attempted."""
    report = examine(
        "".join(f"def {task}(left, right=1):\n    {body}\n" for task in ("add", "mean", "scale"))
    )
    assert set(outcomes(report).values()) == {"not_attempted"}
    assert report.score == 0
    assert report.status == "graded"


def test_a_wrong_answer_costs_its_own_checks_alone(examine: Examine, solved: str) -> None:
    """The other tasks keep their points; of a hidden check the student reads only what to think about."""
    report = examine(solved + "\ndef mean(numbers):\n    return 1.0\n")
    failed = {check.name: check for check in report.checks if check.outcome != "passed"}
    assert set(failed) == {"test_mean_of_the_given_numbers", "test_mean_of_other_numbers"}
    public, hidden = failed["test_mean_of_the_given_numbers"], failed["test_mean_of_other_numbers"]
    assert public.student_message == public.message
    assert "received 1.0" in public.message
    assert "received 1.0" in hidden.message
    assert hidden.student_message == hidden.hint


def test_an_exception_fails_and_names_the_students_line(examine: Examine, solved: str) -> None:
    """An exception of the submission is a failure that says where in the student's file."""
    report = examine(solved + "\ndef add(left, right):\n    return left[0]\n")
    check = next(check for check in report.checks if check.name == "test_adds_two_numbers")
    assert check.outcome == "failed"
    assert "TypeError" in check.message
    assert "return left[0]" in check.message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        ("raise SystemExit(0)", "failed"),
        ("raise KeyboardInterrupt", "failed"),
        ("while True: pass", "timed_out"),
    ],
)
def test_a_function_that_does_not_return_costs_its_own_task(
    examine: Examine, solved: str, body: str, outcome: str
) -> None:
    """Exits, signals and endless loops cost the checks that need the call, and no other."""
    report = examine(solved + f"\ndef mean(numbers):\n    {body}\n")
    assert outcomes(report) == {
        "test_adds_two_numbers": "passed",
        "test_mean_of_the_given_numbers": outcome,
        "test_scale_doubles_an_array": "passed",
        "test_adds_negative_numbers": "passed",
        "test_mean_of_other_numbers": outcome,
    }


def test_an_endless_loop_costs_the_whole_time_of_a_call_once(examine: Examine, solved: str, toy: Kit) -> None:
    """Other functions keep theirs, and so does the next submission."""
    limit = toy.config.limits.call_seconds
    endless = "\nimport time\ndef {}(numbers, factor=1):\n    time.sleep(60)\n"
    for text in (endless.format("mean") + endless.format("scale"), endless.format("mean")):
        messages = {check.name: check.message for check in examine(solved + text).checks}
        assert f" within {limit:g} s" in messages["test_mean_of_the_given_numbers"]
        assert f" within {limit / 4:g} s, a lower limit" in messages["test_mean_of_other_numbers"]
        assert ("scale" in text) == (f" within {limit:g} s" in messages["test_scale_doubles_an_array"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("def add(:\n", ".py:1"),
        ("x = 1\nraise ValueError('no data')\n", ".py:2"),
        ("import sys\nsys.exit(3)\n", ".py:2"),
        ("import os\nos._exit(0)\n", "it exited with status 0"),
    ],
)
def test_what_cannot_be_loaded_is_unreadable(examine: Examine, text: str, words: str) -> None:
    """The message says what and where; every check is there and earns nothing."""
    report = examine(text)
    assert report.status == "unreadable"
    assert report.score == 0
    assert words in report.message
    assert set(outcomes(report).values()) == {"not_attempted"}


def test_a_problem_of_the_intake_is_reported_as_it_stands(examiner: Examiner) -> None:
    """What intake could not read never reaches a sandbox."""
    report = examiner.examine(Submission("ada", problem="The zip is broken."))
    assert (report.status, report.score, report.message) == ("unreadable", 0, "The zip is broken.")


def test_output_is_kept_apart_from_what_hidden_checks_caused(examine: Examine, solved: str) -> None:
    """The student may read what the code printed before it saw a hidden input, and only that."""
    spy = "\nprint('hello')\ndef mean(numbers):\n    print(list(numbers))\n    return float(numbers.mean())\n"
    report = examine(solved + spy)
    assert "hello" in report.output
    assert "3.5" in report.output
    assert "0.25" in report.hidden_output
    assert "0.25" not in report.output
    assert report.score == report.max_score


def test_nothing_survives_into_the_next_submission(examine: Examine, solved: str) -> None:
    """What a submission changes in its own process is gone for the one after it."""
    first = examine(solved + "\nimport lesson\nlesson.load = None\nlesson.stolen = 'answers'\n")
    second = examine(solved + "\nimport lesson\nprint(hasattr(lesson, 'stolen'))\n")
    assert first.score == second.score == second.max_score
    assert second.output.strip() == "False"


def test_a_check_that_skips_itself_is_the_graders_fault(toy: Kit, solved: str) -> None:
    """It says nothing of the answer, so it earns no points; the other checks stand."""
    skips = '''

@pytest.mark.task("add", points=1, hint="None.")
def test_add_another_day():
    """A check that is not ready."""
    pytest.skip("not today")
'''
    public = toy.files["test_public.py"] + skips.encode()
    with Examiner(replace(toy, files={**toy.files, "test_public.py": public})) as examiner:
        report = examiner.examine(Submission("ada", (SubmittedFile("sums.py", solved.encode()),), sha256="0"))
    (skipped,) = [check for check in report.checks if check.outcome != "passed"]
    assert (skipped.name, skipped.outcome, skipped.points) == ("test_add_another_day", "grader_error", 0)
    assert "not today" in skipped.message


def test_options_for_other_tests_change_no_grade(
    toy: Kit, solved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever grades may have told their own pytest to do less, or to load more."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --exitfirst")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    submission = Submission("somebody", (SubmittedFile("sums.py", solved.encode()),))
    with Examiner(toy) as examiner:
        assert examiner.examine(submission).score == toy.points()


def test_what_happens_to_be_installed_has_no_part_in_it(
    toy: Kit, solved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself, pytest loads every plug-in that it finds."""
    found = tmp_path / "spoils-1.0.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: spoils\nVersion: 1.0\n")
    (found / "entry_points.txt").write_text("[pytest11]\nspoils = spoils\n")
    (tmp_path / "spoils.py").write_text("raise RuntimeError('this plug-in was loaded')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Examiner(toy) as examiner:
        report = examiner.examine(Submission("ada", (SubmittedFile("sums.py", solved.encode()),)))
    assert report.score == report.max_score


def test_of_a_brief_submission_the_first_loss_of_a_task_is_all_that_is_seen(toy: Kit, solved: str) -> None:
    """The points are the same; and who comes after it with the same replies is seen whole."""
    more = (
        b'\n\n@pytest.mark.task("add", points=1, hint="As before?")\n'
        b'def test_adds_ones():\n    """One and one make two."""\n    assert sums.add(1, 1) == 2\n'
    )
    kit = replace(toy, files={**toy.files, "test_public.py": toy.files["test_public.py"] + more})
    wrong = (
        SubmittedFile("sums.py", (solved + "\ndef add(left, right):\n    return left * right\n").encode()),
    )
    with Examiner(kit) as examiner:
        brief, whole = (
            examiner.examine(Submission("ada", wrong, fail_fast=brief)) for brief in (True, False)
        )
    left_out = "Skipped, because test_adds_two_numbers failed."
    messages = {check.name: check.message for check in brief.checks if check.task == "add"}
    assert messages.pop("test_adds_two_numbers") != left_out
    assert messages == {"test_adds_ones": left_out, "test_adds_negative_numbers": left_out}
    assert left_out not in whole.to_json()
    assert outcomes(brief) == outcomes(whole)
    assert brief.score == whole.score == 5


def test_a_submission_has_one_total_of_time(toy: Kit, solved: str) -> None:
    """What is left when it is used up is timed out, and staff and student read which limit that was."""
    toml = toy.files["kit.toml"].replace(b"call_seconds = 2", b"call_seconds = 2\nsubmission_seconds = 1")
    sleeps = "".join(
        f"def {task}(numbers, factor=1):\n    import time\n    time.sleep(60)\n"
        for task in ("add", "mean", "scale")
    )
    kit = replace(toy, files={**toy.files, "kit.toml": toml})
    with Examiner(kit) as examiner:
        slow = examiner.examine(Submission("ada", (SubmittedFile("sums.py", sleeps.encode()),)))
        next_one = examiner.examine(Submission("bob", (SubmittedFile("sums.py", solved.encode()),)))
    assert (slow.status, slow.score) == ("graded", 0)
    assert set(outcomes(slow).values()) == {"timed_out"}
    assert all("its limit of 1 s for all checks" in check.message for check in slow.checks)
    assert all(check.student_message == check.message for check in slow.checks)
    assert next_one.status == "graded"


def test_a_second_try_has_what_is_left(examiner: Examiner, solved: str) -> None:
    """Without any time left, no check runs."""
    file = SubmittedFile("sums.py", solved.encode())
    report = examiner.examine(Submission("ada", (file,), seconds_left=0.0))
    assert set(outcomes(report).values()) == {"timed_out"}

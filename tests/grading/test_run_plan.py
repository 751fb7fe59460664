"""A report on disk is kept only where examining again would give the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.grading.run_plan import is_up_to_date
from autograder.grading.storage import Examination, hash_findings
from autograder.models import ReviewNote, ReviewReason


def is_current(report, kit, submission, isolation="process", before=None):
    """Whether a report made of the submission `before` is one of `submission` too."""
    examination = Examination(report, hash_findings(before or submission))
    return is_up_to_date(examination, submission, kit, isolation)


def test_the_same_submission_under_the_same_conditions_is_current(report, kit, handed):
    assert is_current(report("ada", "x"), kit, handed("ada", "x").read())


@pytest.mark.parametrize("package", ["python", "tensorflow", "keras", "numpy", "isolation"])
def test_another_version_or_isolation_is_not(report, kit, handed, package):
    made = report("ada", "x")
    other = replace(made, environment=replace(made.environment, **{package: "0.0"}))
    assert not is_current(other, kit, handed("ada", "x").read())


def test_another_processor_is_current(report, kit, handed):
    made = report("ada", "x")
    other = replace(made, environment=replace(made.environment, cpu="another", device="another"))
    assert is_current(other, kit, handed("ada", "x").read())


def test_another_submission_is_not(report, kit, handed):
    assert not is_current(report("ada", "x"), kit, handed("ada", "y").read())


def test_another_kit_or_version_of_it_is_not(report, kit, handed):
    assert not is_current(report("ada", "x", kit_version="0"), kit, handed("ada", "x").read())
    assert not is_current(report("ada", "x", kit="other"), kit, handed("ada", "x").read())


def test_a_fault_of_the_grader_never_is(report, kit, handed):
    assert not is_current(report("ada", "lost"), kit, handed("ada", "lost").read())


def test_another_note_reason_or_problem_is_not(grader, report, kit, handed):
    plain = handed("ada", "x").read()
    late = ReviewNote(ReviewReason.LATE, "Late.")
    noted = handed("ada", "x", notes=("The newer of two.",)).read()
    listed = handed("ada", "x", review=(late,)).read()
    torn = handed("ada", "x", problem="Not a zip.").read()
    for other in (noted, listed, torn):
        assert not is_current(report("ada", "x"), kit, other, before=plain)
        assert is_current(grader.report(other), kit, other)
    empty = handed("ada", "x", problem="Empty.").read()
    assert not is_current(grader.report(torn), kit, empty, before=torn)

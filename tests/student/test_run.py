"""What a run reports of a check, and which checks train."""

from __future__ import annotations

from types import ModuleType

import pytest

from autograder.checks.check_events import CheckFinished
from autograder.checks.proxies import Calls
from autograder.checks.results import make_result
from autograder.kit import Kit
from autograder.models import Outcome
from autograder.student.run import report, training_checks

CHECKS = """
@pytest.fixture
def trained(settings):
    return helper()

def helper():
    return lesson.train(1)

def test_directly(settings):
    lesson.train(2)

def test_by_a_fixture(trained):
    pass

def test_by_a_function():
    helper()

def test_not_at_all(settings):
    lesson.load("train")
"""


def test_checks_reach_the_training_themselves_by_fixtures_and_by_functions() -> None:
    found = training_checks(CHECKS, "lesson.train")
    assert found == {"test_directly", "test_by_a_fixture", "test_by_a_function"}


def test_a_training_that_is_imported_by_name_is_known() -> None:
    heads = "from support import fit as train, load\n"
    text = f"{heads}def test_it(call):\n    train(1)\ndef test_other(call):\n    load(1)\n"
    assert training_checks(text, "support.fit") == {"test_it"}


def test_without_a_training_no_check_is_slow() -> None:
    assert training_checks(CHECKS, None) == frozenset()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Expected 4, received 3.", "Expected 4, received 3. {hint}"),
        ("Expected 4, received 3. Why?", "Expected 4, received 3. Why?"),
        ("The check could not use it.", "The check could not use it."),
    ],
)
def test_a_checks_hint_is_the_question_of_an_assertion_that_has_none(
    toy: Kit, message: str, said: str
) -> None:
    """As in the notebook. It would lead away from another cause."""
    result = make_result(toy.checks[0], Outcome.FAILED, message)
    found = report(CheckFinished(result), Calls(lambda *_: pytest.fail("called")), ModuleType("sums"))
    assert found.result.message == said.format(hint=toy.checks[0].hint)

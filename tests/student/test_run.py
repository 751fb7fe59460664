"""Checks that train are known without running them."""

from __future__ import annotations

from autograder.student.run import training_checks

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

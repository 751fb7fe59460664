"""Hidden checks. Attacks that hang do so in `greet`, which has none: every call costs its whole limit."""

import lesson
import plain
import pytest


@pytest.mark.hidden
@pytest.mark.task("add", points=2, hint="Try numbers below zero.")
def test_adds_negative_numbers():
    """Numbers below zero are added as well."""
    total = plain.add(-20, -11)
    assert total == -31, f"Expected -31, received {total!r}."


@pytest.mark.hidden
@pytest.mark.task("mean", points=2, hint="Does it hold for other numbers?")
def test_mean_of_other_numbers():
    """The mean is right for numbers that nobody has seen."""
    lesson.expect_near(plain.mean(lesson.load("hidden_numbers")), 17.25)


@pytest.mark.hidden
@pytest.mark.task("count", points=2, hint="Whose order is it?")
def test_counts_in_order():
    """The order is that of first appearance, not the alphabet's."""
    counts = plain.count(["b", "a", "b", "a", "b"])
    assert isinstance(counts, dict), f"Expected a dictionary, received {counts!r}."
    assert list(counts.items()) == [("b", 3), ("a", 2)], "The order is another, or the numbers are."

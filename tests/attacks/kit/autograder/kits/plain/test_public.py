"""Public checks, which no plain data makes stumble."""

import lesson
import plain
import pytest


@pytest.mark.task("add", points=1, hint="One operator does it.")
def test_adds_two_numbers():
    """Two and three make five."""
    total = plain.add(2, 3)
    assert total == 5, f"Expected 5, received {total!r}."


@pytest.mark.task("mean", points=1, hint="Divide by how many there are.")
def test_mean_of_the_given_numbers():
    """The mean of the given numbers is a float, and right."""
    lesson.expect_near(plain.mean(lesson.load("numbers")), 2.5)


@pytest.mark.task("count", points=1, hint="Which word comes first?")
def test_counts_words():
    """Every word is counted, in the order of first appearance."""
    counts = plain.count(["of", "all", "of", "it"])
    assert isinstance(counts, dict), f"Expected a dictionary, received {counts!r}."
    assert list(counts.items()) == [("of", 2), ("all", 1), ("it", 1)], f"That is not the count: {counts!r}."


@pytest.mark.task("greet", points=1, hint="Mind the comma.")
def test_greets_by_name():
    """A greeting names whom it greets."""
    greeting = plain.greet("Ada")
    assert greeting == "Hello, Ada!", f"Expected “Hello, Ada!”, received: {greeting}"

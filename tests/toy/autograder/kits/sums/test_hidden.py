"""Hidden checks of the toy kit."""

import lesson
import pytest
import sums


@pytest.mark.hidden
@pytest.mark.task("add", points=3, hint="Try numbers below zero, too.")
def test_adds_negative_numbers():
    """Numbers below zero are added as well."""
    total = sums.add(-2, -5)
    assert total == -7, f"Expected -7, received {total!r}."


@pytest.mark.hidden
@pytest.mark.task("mean", points=3, hint="Does it hold for other numbers than the given ones?")
def test_mean_of_other_numbers(settings):
    """The mean is right for numbers that you have not seen."""
    numbers = lesson.load("other_numbers")
    mean = sums.mean(numbers)
    assert isinstance(mean, float), f"Expected a float, received {type(mean).__name__}."
    assert abs(mean - numbers.mean()) < settings["largest_error"], (
        f"Expected {numbers.mean()}, received {mean}."
    )

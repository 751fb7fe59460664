"""Public checks of the toy kit."""

import lesson
import numpy as np
import pytest
import sums


@pytest.mark.task("add", points=2, hint="Which operator joins two numbers?")
def test_adds_two_numbers():
    """Two and three make five."""
    total = sums.add(2, 3)
    assert total == 5, f"Expected 5, received {total!r}: add both arguments."


@pytest.mark.task("mean", points=1, hint="Divide by how many there are.")
def test_mean_of_the_given_numbers():
    """The mean of the given numbers is what NumPy says."""
    numbers = lesson.load("numbers")
    mean = sums.mean(numbers)
    assert isinstance(mean, float), f"Expected a float, received {type(mean).__name__}."
    assert abs(mean - numbers.mean()) < 1e-9, f"Expected {numbers.mean()}, received {mean}."


@pytest.mark.task("scale", points=1, hint="NumPy multiplies element by element.")
def test_scale_doubles_an_array():
    """Scaling by two doubles every element."""
    numbers = lesson.load("numbers")
    scaled = sums.scale(numbers, 2)
    assert isinstance(scaled, np.ndarray), f"Expected an array, received {type(scaled).__name__}."
    assert scaled.tolist() == (2 * numbers).tolist(), f"Expected {2 * numbers}, received {scaled}."

"""Three small tasks."""

import numpy as np


def add(left, right):
    """Return the sum of two numbers: `add(2, 3)` is 5."""
    ### BEGIN SOLUTION
    return left + right
    ### END SOLUTION


def mean(numbers):
    """Return the mean of an array as a float."""
    ### BEGIN SOLUTION
    return np.mean(numbers).item()
    ### END SOLUTION


def scale(numbers, factor=1):
    """Return a new array, every element multiplied by `factor`."""
    ### BEGIN SOLUTION
    return numbers * factor
    ### END SOLUTION

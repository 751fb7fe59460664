"""Right answers of the toy kit in other styles."""

import statistics

import numpy as np


class uses_the_standard_library:
    """Needs no NumPy for a sum or a mean."""

    def add(left, right):
        return sum((left, right))

    def mean(numbers):
        return float(statistics.fmean(numbers.tolist()))


class uses_numpy_for_everything:
    """Calls NumPy's functions by name."""

    def add(left, right):
        return int(np.add(left, right))

    def scale(numbers, factor=1):
        return np.multiply(numbers, factor)

"""Known wrong answers of the toy kit."""

import numpy as np


class subtracts:
    """Takes the wrong operator."""

    FAILS = ("test_adds_two_numbers", "test_adds_negative_numbers")

    def add(left, right):
        return left - right


class forgets_the_sign:
    """Adds the absolute values."""

    FAILS = ("test_adds_negative_numbers",)

    def add(left, right):
        return abs(left) + abs(right)


class remembers_the_example:
    """Returns the mean of the public numbers, whatever it is given."""

    FAILS = ("test_mean_of_other_numbers",)

    def mean(numbers):
        return float(np.mean([1, 2, 3.5]))


class doubles_only_the_first:
    """Scales one element instead of all."""

    FAILS = ("test_scale_doubles_an_array",)

    def scale(numbers, factor=1):
        scaled = numbers.copy()
        scaled[0] *= factor
        return scaled

"""Support code of the kit `series`."""

import random


def deterministic(seed):
    """Set every random seed."""
    random.seed(seed)


def steps(smoother, numbers):
    """Return what a smoother makes of each number."""
    return [smoother(number) for number in numbers]

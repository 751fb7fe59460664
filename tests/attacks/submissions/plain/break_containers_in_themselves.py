"""Returns dictionaries and tuples that hold themselves, or are nested further than a frame may be."""

# honest: add mean

import functools


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    counts = {}
    counts[1] = (counts,)
    return counts


def greet(name):
    return functools.reduce(lambda value, _: {"deeper": value}, range(40), name)

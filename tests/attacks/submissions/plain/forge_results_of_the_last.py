"""Comes late with the right words in the wrong order, and hopes for the results of those before."""

# honest: add mean greet


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def greet(name):
    return f"Hello, {name}!"


def count(words):
    return {word: words.count(word) for word in sorted(words)}

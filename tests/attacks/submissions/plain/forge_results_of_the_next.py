"""Comes first with the right words in the wrong order, so that the next student's results are those."""

# honest: add mean greet
# first


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def greet(name):
    return f"Hello, {name}!"


def count(words):
    return {word: words.count(word) for word in sorted(words)}

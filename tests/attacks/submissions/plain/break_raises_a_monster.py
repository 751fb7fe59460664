"""Raises an exception whose class, text and cause fail or never end."""

# honest: add mean count


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


class Kind(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")


class Monster(Exception, metaclass=Kind):
    def __str__(self):
        raise self

    __repr__ = __str__


def greet(name):
    raise Monster from Monster()

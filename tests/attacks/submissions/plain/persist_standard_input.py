"""Sets flags and locks on the standard input, which every later process might inherit."""

# honest: add mean count greet

import fcntl
import os


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Waits for words on its standard input."""

# honest: add mean count


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return input("Password of the teacher: ")

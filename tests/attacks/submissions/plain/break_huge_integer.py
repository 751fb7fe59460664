"""Returns an integer of a million digits, which takes hours to print."""

# honest: mean count greet


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


def add(left, right):
    return 1 << 4_000_000

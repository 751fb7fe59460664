"""Says that it could not be loaded, for no reason, and goes on all the same."""

# honest:
# status: unreadable

import os
import struct

head = b'{"loaded": {"ok": false, "problem": ""}}'
os.write(3, struct.pack(">II", len(head), 0) + head)


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"
